#!/usr/bin/env bats
# Mail as people send it: messages made here, read back by a library of others;
# recipients that are refused, now or for good; many messages.

bats_require_minimum_version 1.5.0
load helper

setup() {
	command -v python3 >/dev/null || skip "python3 is not installed"
	smtpsh_setup
}

teardown() {
	serve_stop
}

# server.py: for --pipe. It says yes, keeps every line in "wire", counts its
# sessions in "sessions". MOST: recipients a transaction. An address that begins
# with "later" is refused for now in the first LATER sessions, with "no" for
# good. At one that begins with "lost" it goes behind the period.
server() {
	cat >server.py <<'END'
import os, sys
i, o = sys.stdin.buffer, sys.stdout.buffer
wire = open("wire", "ab")
with open("sessions", "ab+") as f:
    f.write(b".")
    f.flush()
    session = f.seek(0, 2)
most = int(os.environ.get("MOST", "1000"))
later = int(os.environ.get("LATER", "1000"))
hint = os.environ.get("HINT", "later")
def say(*s):
    o.write("".join(x + "\r\n" for x in s).encode())
    o.flush()
n, lost, queued = 0, False, 0
say("220 server.example ESMTP")
while True:
    line = i.readline()
    if not line:
        break
    wire.write(line)
    wire.flush()
    word = line.decode("utf-8", "replace").strip()
    verb = word[:4].upper()
    if verb == "EHLO":
        say("250-server.example", "250-" + os.environ.get("OFFER", "PIPELINING"), "250 SIZE")
    elif verb == "MAIL":
        n = 0
        say("250 2.1.0 ok")
    elif verb == "RCPT":
        to = word[9:]
        if to.startswith("no"):
            say("550 5.1.1 no such user")
        elif to.startswith("later") and session <= later:
            say("451 4.7.1 " + hint)
        elif n == most:
            say("452 4.5.3 too many recipients")
        else:
            n += 1
            lost |= to.startswith("lost")
            say("250 2.1.5 ok")
    elif verb == "DATA" and n == 0:
        say("554 5.5.1 no valid recipients")
    elif verb == "DATA":
        say("354 go")
        with open("text", "ab") as t:
            while True:
                line = i.readline()
                if not line or line == b".\r\n":
                    break
                t.write(line[1:] if line.startswith(b".") else line)
        wire.write(b".\r\n")
        wire.flush()
        if lost:
            sys.exit()
        n, queued = 0, queued + 1
        say("250 2.0.0 Ok: queued as 4F2A%d" % queued)
    elif verb == "QUIT":
        say("221 bye")
        break
    else:
        say("250 ok")
END
	SERVER_PY="python3 server.py"
}

# mail OPTION...: from me to the server.
mail() {
	"$SMTPSH" --pipe "$SERVER_PY" --no-remarks --helo me --from me@x.example "$@" </dev/null
}

# parts FILE: what Python's email reads in it, a line a part: type, charset,
# encoding, disposition, name, octets' hash; and the header's fields.
parts() {
	python3 - "$1" <<'END'
import email, email.policy, hashlib, sys
data = open(sys.argv[1], "rb").read()
lines = data.replace(b"\r\n", b"\n").split(b"\n")
assert max(map(len, lines)) <= 998 and b"\r" not in b"".join(lines)
assert max(data) < 128
m = email.message_from_bytes(data, policy=email.policy.default)
assert not m.defects, m.defects
for f in "From", "To", "Cc", "Reply-To", "Subject", "X-Note":
    if m[f] is not None:
        print(f + ": " + str(m[f]))
assert "Bcc" not in m and m["Date"].datetime and m["Message-ID"].endswith("@x.example>")
assert m["MIME-Version"] == "1.0"
for p in m.walk():
    assert not p.defects, p.defects
    what = p.get_content_type()
    if p.is_multipart():
        print(what, len(p.get_payload()))
        continue
    octets = p.get_payload(decode=True)
    print(what, p.get_content_charset(), p["Content-Transfer-Encoding"],
          p.get_content_disposition(), p.get_filename(), p["Content-ID"],
          hashlib.md5(octets).hexdigest())
END
}

@test "a message made here: parts, names and octets as Python's email reads them" {
	server
	head -c 100000 /dev/urandom >bin.dat
	printf 'GIF89a' >'my logo.gif'
	: >empty.txt
	printf 'line\nlast' >'täst "x".txt'
	mail -q --from 'Jörg Müller <me@x.example>' --to 'Ünal <a@b.example>, c@d.example' --cc 'E <e@f.example>' \
		--bcc hidden@g.example --reply-to 'R <r@x.example>' --header 'X-Note: größer' \
		--subject "Grüße $(printf 'sehr lange %.0s' {1..30})ende" --body $'Hällo\n.\n..dots\nFrom here' \
		--html '<p>ü <img src="cid:my logo.gif">' --inline 'my logo.gif' \
		--attach bin.dat --attach 'täst "x".txt' --attach 'empty.txt;type=text/csv;charset=utf-8;name=a.csv'
	[ "$(grep -c '^RCPT' wire)" = 4 ]
	run ! grep -q hidden text
	size=$(sed -n 's/^MAIL.* SIZE=\([0-9]*\).*/\1/p' wire)
	[ "$size" = "$(wc -c <text)" ]
	parts text >got
	cat >want <<END
From: Jörg Müller <me@x.example>
To: Ünal <a@b.example>, c@d.example
Cc: E <e@f.example>
Reply-To: R <r@x.example>
Subject: Grüße $(printf 'sehr lange %.0s' {1..30})ende
X-Note: größer
multipart/mixed 4
multipart/alternative 2
text/plain utf-8 quoted-printable None None None $(printf 'Hällo\n.\n..dots\nFrom here\n' | sed 's/$/\r/' | md5sum | cut -d' ' -f1)
multipart/related 2
text/html utf-8 quoted-printable None None None $(printf '<p>ü <img src="cid:my_20logo.gif@x.example">\r\n' | md5sum | cut -d' ' -f1)
image/gif None base64 inline my logo.gif <my_20logo.gif@x.example> $(md5sum <'my logo.gif' | cut -d' ' -f1)
application/octet-stream None base64 attachment bin.dat None $(md5sum <bin.dat | cut -d' ' -f1)
text/plain None base64 attachment täst "x".txt None $(md5sum <'täst "x".txt' | cut -d' ' -f1)
text/csv utf-8 base64 attachment a.csv None $(md5sum </dev/null | cut -d' ' -f1)
END
	diff want got
}

@test "charset and encoding: as it is, readable, base64; long lines never" {
	server
	mail -q --to a@b.example --subject plain --body plain
	parts text | grep '^text/plain us-ascii 7bit'
	rm text
	mail -q --to a@b.example --subject long --body "$(head -c 5000 /dev/zero | tr '\0' x)"
	parts text | grep '^text/plain us-ascii quoted-printable'
	rm text
	mail -q --to a@b.example --body 'большой текст'
	parts text | grep '^text/plain utf-8 base64'
	printf 'caf\xe9' >latin1
	ends 65 mail -q --to a@b.example --subject x --body @latin1
	tells UTF-8 --attach
	ends 66 mail -q --to a@b.example --subject x --attach gone
	tells "cannot read gone"
	: >empty
	ends 65 mail -q --to a@b.example --data empty
	tells "empty is empty: no message"
	ends 0 mail -q --to a@b.example --data empty --header 'Subject: x'
	ends 64 mail -q --to a@b.example --subject x --attach 'empty;foo=bar'
	tells "--attach 'empty;foo=bar': expected FILE[;type=TYPE][;name=NAME]"
	ends 64 mail -q --to a@b.example --subject x --attach 'latin1;type=message/rfc822'
	tells base64
	ends 64 mail -q --to a@b.example --subject x --header 'Content-Type: text/html'
	tells Content-Type
}

@test "standard input is the text of a message that is made" {
	server
	"$SMTPSH" --pipe "$SERVER_PY" -q --from me@x.example --to a@b.example --subject hi <<<'from the pipe'
	grep -q '^from the pipe' text
	parts text | grep '^Subject: hi'
}

@test "--dry-run prints what would be sent, and sends nothing" {
	server
	ends 0 mail --dry-run --to a@b.example --bcc c@d.example --subject sübject --body hi
	has "Subject: =?" "MIME-Version: 1.0"
	lacks $'\r' "R: 220"
	tells "from <me@x.example> to <a@b.example>, <c@d.example>"
	[ ! -e wire ]
	printf 'From x\nBcc: y@z\nSubject: a\n\n%s\n' "$(head -c 2000 /dev/zero | tr '\0' x)" >odd
	ends 0 "$SMTPSH" --dry-run --to a@b.example --data odd
	[ "$output" = "$(cat odd)" ]
	has_in "$stderr" "Bcc" "From_" "998 octets"
}

@test "--dry-run on a terminal: octets of the message are shown, not obeyed" {
	printf 'Subject: a\033]2;b\007\nX: \302\233c \303\244\n\n%s\302\233end' \
		"$(head -c 70000 /dev/zero | tr '\0' x)" >odd
	"$SMTPSH" --dry-run -q --to a@b.example --data odd | cmp - odd
	script -qec "$SMTPSH --dry-run -q --to a@b.example --data odd" seen </dev/null
	grep -qF 'Subject: a\x1b]2;b\x07' seen
	grep -qF 'X: \xc2\x9bc ä' seen
	grep -qF 'xxx\xc2\x9bend' seen
}

@test "remarks on the message before it goes" {
	server
	printf '\xef\xbb\xbfSubject: a\n\nx\n' >bom
	ends 0 "$SMTPSH" --pipe "$SERVER_PY" --from a@x.example --to b@y.example --data bom
	has "# the message begins with a byte order mark"
}

@test "PIPELINING: one group where it is offered, each reply its own recipient's" {
	server
	ends 2 mail --partial fail --to a@b.example --to no@b.example --to later@b.example --body hi --format json
	jq -es 'any(.event == "mailed" and .accepted == 1 and .refused_for_now == 1 and
		.refused_for_good == 1 and .queued_as == "4F2A1")' <<<"$output"
	[ "$(jq -r 'select(.event == "sent" or .event == "reply") | .event' <<<"$output" | tr '\n' ' ')" = \
		"reply sent reply sent sent sent sent sent reply reply reply reply reply sent reply sent reply " ]
	ends 69 mail --to a@b.example --to no@b.example --body hi --no-pipelining
	has "# accepted 1, refused for good 1; queued as 4F2A1"
	OFFER=8BITMIME ends 69 mail --to a@b.example --to no@b.example --body hi
	[[ $(said | tail -n +6) == "S: MAIL"*$'\nR: 250'*$'\nS: RCPT'*$'\nR: 250'* ]]
	ends 0 mail --to a@b.example --to no@b.example --body hi --partial ok
	ends 69 mail --to no@b.example --body hi --partial ok
	has "# accepted 0, refused for good 1"
	ends 75 mail -q --to later@b.example --body hi
	has_in "$stderr" "accepted 0, refused for now 1"
	ends 0 mail -q --to a@b.example --body hi
	[ -z "$output$stderr" ]
}

@test "354 for nobody is answered by a period alone" {
	server
	sed -i 's/verb == "DATA" and n == 0/False/' server.py
	ends 69 mail --to no@b.example --body hi
	[ "$(tail -n 2 wire | tr -d '\r')" = $'.\nQUIT' ]
	[ ! -s text ]
	has "accepted 0, refused for good 1"
}

@test "more recipients than the server takes at a time" {
	server
	local to
	to=$(printf 'u%d@b.example,' {1..350})
	MOST=100 ends 0 mail -q --to "$to" --subject x --body hi --attach server.py
	[ -z "$stderr" ]
	[ "$(grep -c '^MAIL' wire)" = 4 ]
	[ "$(grep -c '^Subject: x' text)" = 4 ]
	# Each again where it had been refused, and no one twice where not.
	[ "$(grep '^RCPT' wire | sort | uniq | wc -l)" = 350 ]
	# What it takes is known from then on.
	[ "$(grep -c '^RCPT' wire)" = 600 ]
	# Many are not asked for at once; a refused MAIL is everybody's.
	rm wire
	printf 'u%d@b.example\n' {1..1200} >to.txt
	ends 0 mail --to-file to.txt --body hi
	has "another transaction for the 200 that are left" "# accepted 1200"
	[ "$(grep -c '^RCPT' wire)" = 1200 ]
	sed -i 's/250 2.1.0 ok/550 5.7.1 no/' server.py
	ends 69 mail --to-file to.txt --body hi
	has "accepted 0, refused for good 1200"
}

# once_each N: the Maildirs below "md" have N files, none twice.
once_each() {
	find md -type f >files
	[ "$(wc -l <files)" = "$1" ]
	[ -z "$(xargs grep -H '^Subject' <files | sed 's,/new/[^:]*,,' | sort | uniq -d)" ]
}

@test "--retry with a server that refuses every third recipient for now: each has it once" {
	local i
	serve --maildir md --rule 'RCPT every 3 451 4.7.1 later'
	for ((i = 0; i < 10; i++)); do echo "u$i@beta.arpa"; done >to.txt
	ends 0 "$SMTPSH" --format json --to-file to.txt --subject one --body x --retry 5 --retry-wait 1ms "127.0.0.1:$PORT"
	has '"event":"mailed","accepted":10,"refused_for_now":0,"refused_for_good":0,"unknown":0,"not_sent":0'
	once_each 10
	ends 75 "$SMTPSH" -q --to-file to.txt --body x "127.0.0.1:$PORT"
	has_in "$stderr" "accepted 6, refused for now 4"
	serve_stop
	rm -r md
	serve --maildir md --rule 'RCPT every 3 451 4.7.1 later'
	mkdir in
	for ((i = 0; i < 12; i++)); do printf 'Subject: m%d\n\nx\n' "$i" >"in/$i"; done
	ends 0 "$SMTPSH" --no-remarks --to u0@beta.arpa,u1@beta.arpa --eml in --resume state --retry 5 --retry-wait 1ms "127.0.0.1:$PORT"
	has "12 messages" "accepted 24"
	once_each 24
	ends 0 "$SMTPSH" -q --to u0@beta.arpa,u1@beta.arpa --eml in --resume state "127.0.0.1:$PORT"
	once_each 24
}

@test "--retry: only those that were refused for now, and the text again" {
	server
	LATER=2 ends 0 mail --to a@b.example --to later@b.example --subject x --body hi --retry 3 --retry-wait 50ms
	has "refused for now: waiting 0." "then trying again for 1 recipient" "# accepted 2; queued as"
	[ "$(wc -c <sessions)" = 3 ]
	[ "$(grep -c '^RCPT TO:<a@' wire)" = 1 ]
	[ "$(grep -c '^RCPT TO:<later@' wire)" = 3 ]
	[ "$(grep -c '^Subject: x' text)" = 2 ]
	rm sessions
	ends 75 mail -q --to a@b.example --to later@b.example --body hi --retry 1 --retry-wait 50ms
	has_in "$stderr" "waiting 0." "accepted 1, refused for now 1"
	# The server's own hint; nothing for a refusal for good.
	rm sessions
	HINT='greylisted, try again in 1 second' LATER=1 ends 0 mail --to later@b.example --body hi --retry 1
	has "waiting 1.0 s"
	rm sessions
	ends 69 mail --to no@b.example --body hi --retry 5
	[ "$(wc -c <sessions)" = 1 ]
	serve
	serve_stop
	ends 75 "$SMTPSH" -q --to a@b.example --body hi --retry 1 --retry-wait 10ms "127.0.0.1:$PORT"
	has_in "$stderr" "no connection: waiting"
	ends 64 mail --to a@b.example --body hi --retry-wait 1s
	tells "--retry-wait goes with --retry"
}

@test "the verdict counts every recipient once, over all attempts and transactions" {
	server
	local to=(--to a@b.example --to later@b.example --to no@b.example)
	# What was overcome is no cause.
	LATER=1 ends 69 mail -q "${to[@]}" --body hi --retry 1 --retry-wait 10ms
	has_in "$stderr" "accepted 2, refused for good 1" \
		"not mailed to all: mailed to 2 of 3 recipients: 1 refused, first with: 550 5.1.1 no such user"
	rm sessions
	ends 69 mail --format json "${to[@]}" --body hi --retry 1 --retry-wait 10ms
	has '"accepted":1,"refused_for_now":1,"refused_for_good":1' "mailed to 1 of 3 recipients: 2 refused"
	rm sessions
	LATER=1 ends 0 mail -q --to later@b.example --body hi --retry 1 --retry-wait 10ms
	[ -z "$stderr" ]
	# Nor is a server that takes only so many at a time.
	rm sessions
	MOST=2 ends 69 mail -q --to a@b.example,b@b.example,c@b.example,no@b.example --body hi
	has_in "$stderr" "mailed to 3 of 4 recipients: 1 refused, first with: 550 5.1.1 no such user (there is no such mailbox: no@b.example)"
	[[ $stderr != *452* ]]
	# Many messages are one run.
	rm sessions
	mkdir in
	local i=0 a
	for a in a no later b; do
		i=$((i + 1))
		printf 'From: a@b.example\nTo: %s@b.example\n\nhi\n' "$a" >"in/$i"
	done
	ends 2 mail -q --eml in --envelope headers
	has_in "$stderr" "mailed to 2 of 4 recipients: 2 refused, first with: 550"
}

@test "the connection is lost behind the period: unknown, and not tried again" {
	server
	ends 74 mail --to lost@b.example --body hi --retry 3 --retry-wait 10ms
	has "# accepted 0, unknown 1"
	has_in "$stderr" "whether the mail was taken is unknown"
	[ "$(wc -c <sessions)" = 1 ]
}

# messages FOLDER N: that many, each with a subject of its own.
messages() {
	local i
	mkdir "$1"
	for ((i = 1; i <= $2; i++)); do
		printf 'From: A <a@x.example>\nTo: b@y.example\nSubject: m%d\n\n.text %d\n' $i $i >"$1/$i.eml"
	done
}

subjects() {
	grep -h '^Subject: ' "$@" | tr -d '\r' | sort -V
}

@test "many: a folder, files, a Maildir, over one connection, a line each" {
	server
	messages in 12
	mkdir -p md/cur md/new md/tmp
	cp in/1.eml md/cur/a:2,S
	cp in/2.eml md/new/b
	touch in/.hidden
	ends 0 mail --to b@y.example --eml in --eml in/3.eml --maildir-from md
	[ "$(wc -l <<<"$output")" = 16 ]
	has "# in/1.eml: accepted 1; queued as 4F2A1" "# md/new/b: accepted 1" "15 messages" "accepted 15"
	[ "$(wc -c <sessions)" = 1 ]
	[ "$(subjects text | uniq | wc -l)" = 12 ]
	# In the order of their names.
	[ "$(sed -n 's/^# in.\(.*\).eml: .*/\1/p' <<<"$output" | head -n 12 | tr '\n' ' ')" = "1 10 11 12 2 3 4 5 6 7 8 9 " ]
	: >in/4.eml
	ends 65 mail --to b@y.example --eml in/4.eml in/5.eml gone in/6.eml
	has "in/5.eml: accepted 1" "in/6.eml: accepted 1"
	has_in "$stderr" "in/4.eml: the file is empty" "cannot read gone"
	ends 64 mail --to b@y.example --eml in --subject x
	tells "--subject is for one message"
	ends 64 mail --eml in
	tells "no recipient"
}

@test "no file's name, subject or header breaks the message" {
	echo x >$'a\nX-Evil: b.txt'
	ends 0 "$SMTPSH" --dry-run -q --to a@b.example --body hi --attach $'a\nX-Evil: b.txt' --header "X-Long: $(printf 'y%.0s' {1..1500})"
	has 'filename="a_X-Evil: b.txt"'
	[ "$(awk 'length > 998' <<<"$output")" = "" ]
	ends 0 "$SMTPSH" --dry-run -q --to a@b.example --header "X-Long: $(printf 'y%.0s' {1..1500})"
	[ "$(awk 'length > 998' <<<"$output")" = "" ]
	ends 64 "$SMTPSH" --dry-run --to a@b.example --subject $'a\nBcc: b@c.example' --body hi
	tells "the subject has a line end"
}

# mboxed FILE: the subjects of the messages in an mbox, with how many lines each has.
mboxed() {
	rm -f text
	"$SMTPSH" -q --pipe "$SERVER_PY" --to b@y.example --mbox "$1" || return
	tr -d '\r' <text >got
	awk '/^Subject: /{ if (s) printf "%s%d ", s, n; s = $2; n = 0 } { n++ } END { printf "%s%d", s, n }' got
}

@test "mboxes as programs write them: CRLF, no empty line before From_, Content-Length, text that begins so" {
	server
	local from='From a@b.example Fri Nov 27 02:48:12 2026'
	printf '%s\r\n' '' "$from" 'Subject: one' '' x '' "$from" 'Subject: two' '' '>From y' >box
	[ "$(mboxed box)" = "one3 two3" ]
	grep -qx 'From y' got
	printf '%s\n' "$from" 'Subject: one' '' x "$from" 'Subject: two' '' 'From here on' y >box
	[ "$(mboxed box)" = "one3 two4" ]
	# As archives of mailing lists have it, and Gmail.
	printf '%s\n' 'From a at b.example  Fri Nov 27 02:48:12 2026' 'Subject: one' '' 'From 10 to 12' '' \
		'From 1833@xxx Fri Nov 27 02:48:12 +0000 2026' 'Subject: two' '' x >box
	[ "$(mboxed box)" = "one3 two3" ]
	# One that is believed, one that is not: 5 octets, and 6.
	printf '%s\n' "$from" 'Subject: one' 'Content-Length: 45' '' x '' "$from" '' "$from" 'Subject: two' 'Content-Length: 6' '' x >box
	[ "$(mboxed box)" = "one6 two4" ]
	sed -i 's/: 45/: 44/' box
	ends 65 mail --to b@y.example --mbox box
	has_in "$stderr" "box:2: the file is empty"
	# Where the first has no date none has.
	printf '%s\n' 'From me' 'Subject: one' '' x '' 'From you' 'Subject: two' '' x >box
	[ "$(mboxed box)" = "one3 two3" ]
}

@test "an mbox: each message, quoting undone, large ones too" {
	server
	{
		printf 'From a@x Thu Nov 26 2026\nSubject: one\n\n>From here\n>>From there\n\nlast\n\n'
		printf 'From b@x Thu Nov 26 2026\nSubject: two\n\n'
		head -c 700000 /dev/zero | tr '\0' y | fold -w 70
		printf '\n\nFrom c@x Thu Nov 26 2026\nSubject: three\n\nno end'
	} >box
	ends 0 mail --to b@y.example --mbox box
	has "# box:1: accepted 1" "# box:3: accepted 1" "3 messages"
	python3 - <<'END'
text = open("text", "rb").read().replace(b"\r\n", b"\n")
want = b"Subject: one\n\nFrom here\n>From there\n\nlast\n"
assert text.startswith(want), text[:80]
y = b"y" * 70 + b"\n"
assert text[len(want):] == b"Subject: two\n\n" + y * 10000 + b"Subject: three\n\nno end\n"
END
	ends 66 mail --to b@y.example --mbox recorder.sh --mbox server.py
	has_in "$stderr" "server.py is no mbox" "cannot read recorder.sh"
}

@test "--envelope headers: To, Cc, Bcc taken out, Resent fields before" {
	server
	mkdir in
	cat >in/1 <<'END'
From: "A, the (first)" <a@x.example>
To: "B (no) C" <b@y.example> (comment, too), Friends: c@y.example,
 <@r.example:d@y.example>;, plain@y.example
Cc: undisclosed:;
bcc : secret@y.example,
	second@y.example
Subject: s

bcc: in the text
END
	cat >in/2 <<'END'
Resent-From: r@x.example
Resent-To: new@y.example
Resent-Bcc: hidden@y.example
Resent-Date: Thu, 26 Nov 2026 12:00:00 +0000
Received: by x
Resent-From: old@x.example
Resent-To: older@y.example
From: a@x.example
To: b@y.example

t
END
	printf 'Subject: nobody\n\nx\n' >in/3
	printf 'From: a@x.example\nTo: not an address,\n ok@y.example\n\nx\n' >in/4
	printf 'From: a@x.example\nTo: "q" q@y.example\n\nx\n' >in/5
	printf 'From: a@x.example\nTo: b . e @ (odd) y . example,,"q\\" q"@z.example\n\nx\n' >in/6
	ends 65 "$SMTPSH" --pipe "$SERVER_PY" --eml in --envelope headers
	has_in "$stderr" "in/3: the header names no recipient" \
		"in/4: the header's 'not an address' is no address" \
		"in/5: the header's '\"q\" q@y.example' is no address"
	diff - <(grep -E '^(MAIL|RCPT)' wire | tr -d '\r' | sed 's/ SIZE.*//') <<'END'
MAIL FROM:<a@x.example>
RCPT TO:<b@y.example>
RCPT TO:<c@y.example>
RCPT TO:<@r.example:d@y.example>
RCPT TO:<plain@y.example>
RCPT TO:<secret@y.example>
RCPT TO:<second@y.example>
MAIL FROM:<r@x.example>
RCPT TO:<new@y.example>
RCPT TO:<hidden@y.example>
MAIL FROM:<a@x.example>
RCPT TO:<b.e@y.example>
RCPT TO:<"q\" q"@z.example>
END
	[ "$(grep -ic bcc text)" = 1 ]
	grep -q '^Subject: s' text
}

@test "--to-file, --stop-after" {
	server
	messages in 9
	printf '# who\nb@y.example\r\n\nC <c@y.example>\n' >people
	ends 0 mail --to-file people --eml in
	[ "$(grep -c '^RCPT' wire)" = 18 ]
	ends 69 mail --to no@y.example --eml in --stop-after 2
	[ "$(grep -c 'refused for good 1' <<<"$output")" = 2 ]
	ends 2 mail --to no@y.example --to b@y.example --eml in
	ends 0 mail --to-file people --body hi
	printf 'b@y.example\n<oops\n' >people
	ends 65 mail --to-file people --eml in
	tells "people:2:"
}

@test "a server that ends the session after so many: the rest over another" {
	server
	sed -i 's/    elif verb == "MAIL":/    elif verb == "MAIL" and queued == 3:\n        say("421 4.7.0 too many messages")\n        break\n&/' server.py
	messages in 10
	ends 0 mail --to b@y.example --eml in
	[ "$(subjects text | uniq | wc -l)" = 10 ]
	[ "$(wc -c <sessions)" = 4 ]
	has "accepted 10"
}

@test "--sessions: side by side, each message once" {
	server
	messages in 40
	ends 0 mail --to b@y.example --eml in --sessions 4
	[ "$(wc -c <sessions)" = 4 ]
	[ "$(grep -c accepted <<<"$output")" = 41 ]
	has "40 messages" "accepted 40"
}

@test "no message where some were asked for is status 66; a Maildir may be empty" {
	server
	mkdir -p none md/cur md/new
	: >box
	ends 66 mail --to b@y.example --eml none
	tells "no message in none"
	ends 66 mail --to b@y.example --eml none --sessions 2
	ends 66 mail --to b@y.example --mbox box
	tells "no message in box"
	ends 0 mail --to b@y.example --maildir-from md
	has "0 messages"
	[ ! -e wire ]
}

@test "--sessions on a terminal: each wipes the progress bar before its lines" {
	command -v script >/dev/null || skip "script is not installed"
	server
	messages in 2
	script -qec "$SMTPSH --pipe '$SERVER_PY' --from a@x.example --to b@y.example --eml in --sessions 2" log </dev/null
	grep -aq $'\r\e\\[K# in/1.eml: accepted 1' log
	grep -aq $'\r\e\\[K# in/2.eml: accepted 1' log
}

@test "--resume: of a recipient that was refused the next step is the same again" {
	server
	messages in 1
	ends 2 mail --to b@y.example,later@y.example --eml in --resume state
	has_in "$stderr" "[rcpt.partly]" "the same command again"
	[[ $stderr != *twice* ]]
}

@test "interrupted at once: no cause that nobody can know" {
	cat >mute.sh <<'END'
printf '220 x\r\n'
while read -r line; do
	case $line in
	MAIL*) echo asked >asked ;;
	EHLO*) printf '250 x\r\n' ;;
	esac
done
END
	messages in 1
	mkfifo asked
	env --default-signal=INT "$SMTPSH" --pipe 'trap "" INT; . ./mute.sh' --to b@y.example --eml in 2>err >out 3>&- &
	local r=0 run=$!
	read -r _ <asked
	kill -INT "$run"
	wait "$run" || r=$?
	[ "$r" = 130 ]
	has_in "$(<err)" "not mailed: it was interrupted before the reply to MAIL came  [interrupted]"
	run ! grep -E 'tarpit|LDAP|MTU' err
}

@test "--resume: what was taken is not sent again; what is unknown is told" {
	server
	messages in 5
	cp in/1.eml in/same.eml
	ends 69 mail -q --to no@y.example --eml in --resume state
	[ ! -e text ]
	ends 0 mail -q --to b@y.example --eml in --resume state
	[ "$(subjects text | wc -l)" = 6 ]
	ends 0 mail --to b@y.example --eml in --resume state
	has "0 messages" "nothing left to do for 6"
	# Another recipient is another matter, other octets too, another name not.
	ends 0 mail --to b@y.example --to c@y.example --eml in --resume state
	has "6 messages" "accepted 6"
	mv in/5.eml in/6.eml
	echo more >>in/2.eml
	ends 0 mail --to b@y.example --eml in --resume state
	has "1 message," "nothing left to do for 5"
	[ "$(stat -c %a state)" = 600 ]
	messages lost 1
	ends 74 mail --to lost@y.example --eml lost --resume state
	has "unknown 1"
	ends 74 mail --to lost@y.example --eml lost --resume state
	has_in "$stderr" "lost/1.eml: whether <lost@y.example> has got it is unknown"
	sed -i 's/lost |= .*/pass/' server.py
	ends 0 mail --to lost@y.example --eml lost --resume state --repeat-unknown
	has "accepted 1"
	echo x >bad
	ends 65 mail --to b@y.example --eml in --resume bad
	tells "bad:1: this is not what --resume has written"
	ends 64 mail --to b@y.example --body x --resume state
	tells "--resume goes with --eml"
}

@test "--resume: killed at any stage, no message twice and none lost" {
	local stage round unknown=0
	server
	# The client is killed by its server, at that stage of its 4th message.
	sed -i -e 's/^def say(\*s):/def dies(stage):\n    if queued == 3 and stage == os.environ.get("DIES"):\n        os.kill(os.getppid(), 9)\n        sys.exit()\n&/' \
		-e 's/^\( *\)say("250 2.1.0 ok")/\1dies("mail")\n&/' \
		-e 's/^\( *\)say("354 go")/\1dies("data")\n&/' \
		-e 's/^        n, queued = 0.*/        dies("taken")\n&\n/' \
		-e 's/^\( *\)say("250 2.0.0 Ok: queued.*/&\n\1queued -= 1; dies("told"); queued += 1/' server.py
	SERVER_PY="exec python3 server.py"
	messages in 30
	for round in 1 2; do
		for stage in mail data taken told; do
			DIES=$stage ends 137 mail -q --to b@y.example --eml in --resume state
		done
	done
	status=0
	mail -q --to b@y.example --eml in --resume state 2>err || status=$?
	unknown=$(grep -c 'is unknown' err)
	[ "$status" = 74 ]
	[ -z "$(subjects text | uniq -d)" ]
	# Not there is only what is told to be unknown, at most one for each kill:
	# what it was told it may not have read.
	[ "$(subjects text | wc -l)" -ge $((30 - unknown)) ]
	[ "$unknown" -le 8 ]
}
