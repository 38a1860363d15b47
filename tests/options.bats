#!/usr/bin/env bats
# What options do is done or refused; tests/core/opts.c has the refusals as
# rows. Here: what comes of them on the wire.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	recorder
}

# mails OPTION...: one message to the recorder.
mails() {
	: >wire
	ends 0 "$SMTPSH" --pipe "$RECORDER" --from a@x.example "$@"
}

# The mail text that came, without CR.
text() {
	tr -d '\r' <wire | sed -n '/^DATA$/,/^\.$/p' | sed '1d; $d'
}

@test "--header adds to a given message, or replaces by name" {
	printf 'Subject: real\nX-Old: 1\n more\n\nthe body\n' >m
	mails --to b@y.example --header 'X-New: 2' --data m
	diff <(text) <(printf 'Subject: real\nX-Old: 1\n more\nX-New: 2\n\nthe body\n')
	mails --to b@y.example --header 'x-old: 2' <m
	diff <(text) <(printf 'Subject: real\nx-old: 2\n\nthe body\n')
	lacks "no header"
}

@test "a message without a header is remarked on, and sent as it is" {
	mails --to b@y.example <<<"hello world"
	has "# the message has no header"
	[ "$(text)" = "hello world" ]
	mails --to b@y.example --header 'X-A: b' <<<"hello world"
	diff <(text) <(printf 'X-A: b\n\nhello world\n')
}

@test "a header that is longer than what is read ahead" {
	{
		printf 'X-A: b\n'
		head -c 1200000 /dev/zero | tr '\0' x | fold -w 70 | sed 's/^/ /'
		printf '\n\nbody\n'
	} >m
	ends 65 "$SMTPSH" --pipe "$RECORDER" --from a@x.example --to b@y.example --header 'X-C: d' --data m
	tells "--header"
	[ ! -s wire ]
}

@test "a large message with --header arrives whole" {
	{
		printf 'Subject: x\n\n'
		seq 200000
	} >m
	mails --to b@y.example -q --header 'Subject: y' --data m
	diff <(text) <(sed 's/^Subject: x/Subject: y/' m)
	grep -q "^MAIL FROM:<a@x.example> SIZE=$(text | sed 's/$/\r/' | wc -c)" wire
}

@test "--header with an empty pipe makes a test message" {
	mails --to b@y.example --header 'Subject: hi' < <(:)
	grep -qx $'Subject: hi\r' wire
	grep -q '^Message-Id:' wire
}

@test "--body and --data leave standard input to the loop around" {
	local a option
	printf 'Subject: x\n\ny\n' >m
	for option in --body --data; do
		: >hosts
		printf '%s@y.example\n' a b c | while read -r a; do
			"$SMTPSH" -q --pipe "$RECORDER" --from a@x.example --to "$a" "$option" m
			echo "$a" >>hosts
		done
		[ "$(wc -l <hosts)" = 3 ]
	done
}

@test "addresses with names, source routes, and in variables" {
	mails --to 'Joe User <joe@y.example>,"Doe, J" <doe@y.example>' --body x
	[ "$(grep -c '^RCPT TO:<\(joe\|doe\)@y.example>' wire)" = 2 ]
	mails --to '@one.example,@two.example:c@d.example,e@f.example' --body x
	grep -q '^RCPT TO:<@one.example,@two.example:c@d.example>' wire
	: >wire
	ends 0 "$SMTPSH" --pipe "$RECORDER" --to 'Joe User <joe@y.example>' -c 'VRFY ${to}'
	grep -q '^VRFY joe@y.example' wire
	ends 64 "$SMTPSH" --pipe "$RECORDER" --to $'a@b.example\nc@d.example' --body x
	tells "commas"
}

@test "--dane goes with names" {
	ends 64 "$SMTPSH" --dane 127.0.0.1 --to b@y.example --body x
	tells "TLSA"
	ends 64 "$SMTPSH" --dane '[::1]:2525' -c NOOP
	tells "TLSA"
}

@test "color and colour" {
	ends 0 "$SMTPSH" --sandbox --colour always -c NOOP
	has $'\e['
	ends 0 "$SMTPSH" --sandbox -c '\set color on' -c NOOP
	has $'\e['
	ends 0 "$SMTPSH" --sandbox --color always -c '\set colour off' -c 'NOOP'
	[[ ${output##*NOOP} != *$'\e['* ]]
	ends 0 "$SMTPSH" --sandbox -c '\show color'
	has "# colour "
}

@test "a setting that was mistyped is asked about; a variable is one" {
	ends 64 "$SMTPSH" --sandbox -c '\set tls-verfy off'
	tells "did you mean" "\\set tls-verify off"
	ends 64 "$SMTPSH" --sandbox -c '\set colr on'
	tells "\\set color on"
	ends 0 "$SMTPSH" --sandbox -c '\set bar x' -c 'NOOP ${bar}'
	ends 64 "$SMTPSH" --sandbox -c '\set timeout 0'
	tells "no time"
	ends 64 "$SMTPSH" --sandbox -c '\set text-max 99999999999999999999'
	tells "octets"
}

@test "what one file sets is not the next one's" {
	local s
	for s in 'bare on' 'early on' 'keep-going on' 'match text' 'reveal on' 'stop on' 'tls-verify off' 'timeout 3s' 'unjudged tell'; do
		printf '\\set %s\n\\show %s\n' "$s" "${s% *}" >f
		printf '\\show %s\n' "${s% *}" >g
		ends 0 "$SMTPSH" --sandbox --trust -f f -f g
		[ "$(grep -c "^ *# ${s% *} " <<<"$output")" = 2 ]
		[ "$(grep "^ *# ${s% *} " <<<"$output" | sort -u | wc -l)" = 2 ]
	done
}
