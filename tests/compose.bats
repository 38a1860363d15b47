#!/usr/bin/env bats
# A message made inside a session: \mail-new, \compose, \test.

bats_require_minimum_version 1.5.0
load helper
load pty.bash

setup() {
	smtpsh_setup
	recorder
}

teardown() {
	pty_end
}

# The wire's message, as Python reads it: header fields and parts.
read_back() {
	command -v python3 >/dev/null || skip "no python3"
	python3 - "$@" <<'END'
import email, email.policy, re, sys
wire = open("wire", "rb").read()
text = re.search(rb"DATA\r\n(.*?\r\n)\.\r\n", wire, re.S).group(1)
m = email.message_from_bytes(text.replace(b"\r\n..", b"\r\n."), policy=email.policy.default)
for name in sys.argv[1:]:
    print(f"{name}: {m[name]}")
for p in m.walk():
    if p.is_multipart(): continue
    data = p.get_payload(decode=True).replace(b"\r\n", b"\n").decode(errors="replace")
    print(p.get_content_type(), p.get_filename(), repr(data))
END
}

@test "\\mail-new: parts as the options of the same names make them" {
	printf 'a file\n' >'my file.txt'
	ends 0 "$SMTPSH" --pipe "$RECORDER" \
		-c '\mail-new to="Jörg <a@x.example>,b@x.example" bcc=c@x.example from=s@y.example subject="Grüße an alle" body="Hällo" attach="my file.txt;name=né.txt" header="X-A: b"'
	has "accepted 3" "S: RCPT TO:<c@x.example>"
	run read_back From To Subject X-A Bcc
	[ "$output" = "From: s@y.example
To: Jörg <a@x.example>, b@x.example
Subject: Grüße an alle
X-A: b
Bcc: None
text/plain None 'Hällo\n'
text/plain né.txt 'a file\n'" ]
}

@test "\\mail-new in a file: its own paths, bounds, and what is wrong before anything is sent" {
	mkdir f
	printf 'text of it\n' >f/body
	printf 'secret\n' >outside
	printf '\\mail-new to=a@x.example body=@body attach=body\n' >f/good.smtp
	ends 0 "$SMTPSH" --pipe "$RECORDER" -f f/good.smtp
	run read_back To
	[ "$output" = "To: a@x.example
text/plain None 'text of it\n'
application/octet-stream body 'text of it\n'" ]
	printf 'NOOP\n\\mail-new to=a@x.example attach=../outside\n' >f/bad.smtp
	rm wire
	ends 65 "$SMTPSH" --pipe "$RECORDER" -f f/bad.smtp
	tells "outside of its folder (--trust lets it)"
	printf 'NOOP\n\\mail-new to=a@x.example frob=x\n' >f/bad.smtp
	ends 65 "$SMTPSH" --pipe "$RECORDER" -f f/bad.smtp
	tells "bad.smtp:2: 'frob': expected NAME=VALUE"
	printf 'NOOP\n\\compose\n' >f/bad.smtp
	ends 65 "$SMTPSH" --pipe "$RECORDER" -f f/bad.smtp
	tells "it is for the prompt"
	[ ! -e wire ]
	ends 64 "$SMTPSH" --sandbox -c '\compose'
	ends 66 "$SMTPSH" --sandbox -c '\mail-new to=a@x.example attach=nowhere'
	ends 64 "$SMTPSH" --sandbox -c '\mail-new subject=x'
	tells "no recipient"
}

@test "\\mail-new refused: the status, a transcript fails, what follows is sent" {
	ends 69 "$SMTPSH" --sandbox -c '\mail-new to=a@elsewhere.example' -c NOOP -c '\mail-new to=jones@beta.arpa'
	has "accepted 0, refused for good 1" "S: NOOP" "accepted 1"
	printf 'EHLO me.example\n250\n\\mail-new to=a@elsewhere.example\nNOOP\n250\n' >t.smtp
	ends 69 "$SMTPSH" --sandbox -f t.smtp
	# shellcheck disable=SC2154 # bats sets it
	has_in "$stderr" "t.smtp:3: not mailed to all"
	lacks "S: NOOP"
	# Replies before it and behind it are what they were.
	printf 'EHLO me.example\n250\nNOOP\n\\mail-new to=jones@beta.arpa\nNOOP\n250\n' >t.smtp
	ends 0 "$SMTPSH" --sandbox -f t.smtp
	has_in "$stderr" "t.smtp:3: 250 was judged by nothing"
}

@test "\\test with a text that is not ASCII is a message with a charset" {
	ends 0 "$SMTPSH" --pipe "$RECORDER" -c '\set subject Grüße' -c '\test a@x.example'
	run read_back Subject To
	[ "$output" = "Subject: Grüße
To: a@x.example
text/plain None 'This is a test message.\n'" ]
	rm wire
	ends 0 "$SMTPSH" --pipe "$RECORDER" -c '\test a@x.example'
	run ! grep -q MIME-Version wire
}

@test "\\compose: edited, shown, mailed when it is said; kept when not" {
	command -v tmux >/dev/null || skip "tmux is not installed"
	printf 'a file\n' >f.txt
	# The first time it makes a mistake, then it is as it should be.
	cat >ed.sh <<'END'
n=$(cat n 2>/dev/null || echo 0)
echo $((n + 1)) >n
[ "$n" != 0 ] || sed -i '1i oops' "$1"
[ "$n" = 0 ] || sed -i '/^oops/d; s/^To:.*/To: a@x.example\nAttach: f.txt/; s/^Subject:.*/Subject: Grüße/' "$1"
[ "$n" != 1 ] || echo 'Hällo' >>"$1"
END
	export VISUAL="sh ed.sh"
	pty_start 80 "$SMTPSH" --no-remarks --pipe "$RECORDER"
	pty_at "recorder.example>"
	pty_keys '\compose' Enter
	pty_see "line 1: expected 'NAME: VALUE'"
	pty_see "Edit it again?"
	pty_keys e Enter
	pty_see "to <a@x.example>"
	pty_see "Send it?"
	pty_keys n Enter
	pty_see "\\compose goes on with it"
	pty_at "recorder.example>"
	[ -s state/smtpsh/draft ]
	[ "$(stat -c %a state/smtpsh/draft)" = 600 ]
	[ ! -e wire ]
	sed -i '/= 0 \]/d' ed.sh
	pty_keys '\compose' Enter
	pty_until pty_last_has "Send it?"
	pty_all | grep -qF "going on with the draft"
	pty_keys y Enter
	pty_see "accepted 1"
	[ ! -e state/smtpsh/draft ]
	run read_back To Subject
	[ "$output" = "To: a@x.example
Subject: Grüße
text/plain None 'Hällo\n'
text/plain f.txt 'a file\n'" ]
}

@test "\\mail-new asks at the prompt; a name's Tab" {
	command -v tmux >/dev/null || skip "tmux is not installed"
	pty_start 80 "$SMTPSH" --no-remarks --pipe "$RECORDER"
	pty_at "recorder.example>"
	pty_type '\mail-new subj'
	pty_keys Tab
	pty_see 'subject='
	pty_type 'hi'
	pty_keys Enter
	pty_until pty_last_has "To:"
	pty_keys 'a@x.example' Enter
	pty_see "Text, ended by"
	pty_keys '@one' Enter two Enter . Enter
	pty_see "accepted 1"
	run read_back Subject
	[ "$output" = "Subject: hi
text/plain None '@one\ntwo\n'" ]
}
