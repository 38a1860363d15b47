#!/usr/bin/env bats
# The page of a run.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	printf '%s\n' 'EHLO a' 250 QUIT 221 >good.smtp
	printf '%s\n' 'EHLO a' 250 'RCPT TO:<a@b>' '250 <b>&"ok"' \
		'MAIL FROM:<a@b>' 250 >bad.smtp
}

# The elements that are open at the page's "details", one a line, by their
# class and first words; fails where tags do not match, or where something
# would be loaded or run.
details() {
	python3 - "$1" <<'PY'
import html.parser, sys
class Page(html.parser.HTMLParser):
    void = {"meta", "br", "li"}
    def __init__(self):
        super().__init__()
        self.open, self.rows = [], []
    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "img", "link", "iframe", "object"), tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("src", "href"), name
            assert "url(" not in (value or ""), value
        if tag == "details":
            a = dict(attrs)
            self.rows.append([a["class"], "open" in a, ""])
        if tag not in self.void:
            self.open.append(tag)
    def handle_endtag(self, tag):
        if tag not in self.void:
            assert self.open.pop() == tag, tag
    def handle_data(self, data):
        if "summary" in self.open and self.rows:
            self.rows[-1][2] += data
page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
assert page.open == [], page.open
for kind, is_open, text in page.rows:
    print(kind, "open" if is_open else "closed", " ".join(text.split()))
PY
}

@test "each file is there, what was missed is open with line, expected and got" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	ends 1 "$SMTPSH" -q --sandbox -f good.smtp -f bad.smtp --report page.html
	run -0 details page.html
	[[ $output == *"f closed passed good.smtp 2 of 2 expectations met"* ]]
	[[ $output == *"f open failed bad.smtp 1 of 2 expectations met"* ]]
	[[ $output == *"s closed EHLO a 250-Beta.ARPA greets a"* ]]
	[[ $output == *"s open RCPT TO:<a@b> 503 5.5.1 Need MAIL before RCPT"* ]]
	grep -qF 'line 4: expected <code>250 &lt;b&gt;&amp;&quot;ok&quot;</code>, got <code>503 5.5.1 Need MAIL' page.html
	# Every step that was answered has its bar, and the page no script.
	[ "$(grep -c '<i class="c[2-5]" style="left:' page.html)" -ge 6 ]
	grep -q 'prefers-color-scheme:dark' page.html
}

@test "--jobs: the page is that of a run one by one" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	local times='s/ [0-9.]+ m?s$//'
	ends 1 "$SMTPSH" -q --sandbox -f good.smtp -f bad.smtp --report one.html
	ends 1 "$SMTPSH" -q --sandbox --jobs 2 -f good.smtp -f bad.smtp --html two.html
	diff <(details one.html | sed -E "$times") <(details two.html | sed -E "$times")
	grep -q '3 of 4 expectations met' two.html
	grep -q '2 conversations, 1 failed' two.html
}

@test "a file that is skipped says so and why" {
	printf '%s\n' 'EHLO a' '\require NOTHERE' NOOP 250 >skip.smtp
	run "$SMTPSH" -q --sandbox -f skip.smtp -f good.smtp --report p.html
	grep -q '>skipped</b>' p.html
	grep -q NOTHERE p.html
}

@test "what a server says is text on the page, and no secret is" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	cat >server.sh <<-'SH'
		printf '220 </pre><script>alert(1)</script>\033[2J\r\n'
		while read -r x; do
			case $x in
			EHLO*) printf '250-me "&<i>\r\n250 AUTH PLAIN\r\n' ;;
			AUTH*) printf '235 <img src=x onerror=y>\r\n' ;;
			QUIT*) printf '221 bye\r\n'; exit ;;
			*) printf '<b>no reply</b>\r\n' ;;
			esac
		done
	SH
	printf '%s\n' 'hunter22' >secret && chmod 600 secret
	run "$SMTPSH" -q --pipe "exec sh server.sh" --auth PLAIN --auth-user me \
		--auth-password-file secret --auth-insecure -c NOOP --report p.html
	run -0 details p.html
	grep -qF '&lt;script&gt;alert(1)&lt;/script&gt;\x1b[2J' p.html
	grep -qF 'AUTH PLAIN ***' p.html
	run ! grep -qE 'hunter22|aHVudGVyMjI' p.html
	run ! grep -q $'\033' p.html
}

@test "a folder without files is named in what machines read" {
	mkdir none
	ends 66 "$SMTPSH" --sandbox -f none --format tap --junit j.xml
	has "not ok 1 - none" "has no file"
	grep -q "<testcase classname=\"smtpsh\" name=\"none\"" j.xml
}

@test "a message, a pipe, a diagnosis have their page too" {
	ends 0 "$SMTPSH" -q --sandbox --to Jones@Beta.ARPA --subject x --body hi \
		--html '<p>hi' --report m.html
	grep -q 'RCPT TO:&lt;Jones@Beta.ARPA&gt;' m.html
	grep -q 'exit status 0' m.html
	run "$SMTPSH" -q --sandbox --report p.html < <(printf 'EHLO a\nRCPT TO:<x>\n')
	grep -q 'EHLO a' p.html
	# -q leaves errors, whatever else is written.
	[[ $output == *"RCPT TO:<x>: 503"* ]]
	run "$SMTPSH" --diagnose 127.0.0.1:1 --html d.html
	[ "$status" -ne 0 ]
	grep -q '<h1>127.0.0.1: mail does not get through, [12] finding' d.html
	grep -q 'connect.refused' d.html
}

@test "--html is the page's other name where no message is made" {
	ends 0 "$SMTPSH" -q --sandbox -f good.smtp --html a.html
	grep -q 'good.smtp' a.html
	ends 64 "$SMTPSH" -q --sandbox -f good.smtp --html a.html --report b.html
	ends 73 "$SMTPSH" -q --sandbox -f good.smtp --report none/b.html
	ends 0 "$SMTPSH" --dry-run --to a@b.example --subject x --html '<p>body'
	[ ! -e '<p>body' ]
}
