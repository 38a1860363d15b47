#!/usr/bin/env bats
# A mock for any client: patterns, captures, loops, faults, several files.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

client() {
	"$SMTPSH" "127.0.0.1:$PORT" --no-remarks "$@"
}

@test "patterns in client lines, and what expressions took in replies" {
	cat >m <<'END'
S: 220 mock
C: EHLO x
S: 250 mock
C: MAIL FROM:<*>
S: 250 ok
C: /^RCPT TO:<(?<who>[^@]*)@(?<where>[^>]*)>/i
S: 550 5.1.1 no ${who} at ${where}
C: RCPT TO:<*@good.example>
S: 250 ok
C: QUIT
S: 221 bye
END
	serve --mock m
	ends 69 client -c 'EHLO me' -c 'MAIL FROM:<any@x> BODY=8BITMIME' -c 'rcpt to:<Bob@bad.example>' -c 'RCPT TO:<a@good.example> NOTIFY=NEVER'
	has "R: 550 5.1.1 no Bob at bad.example"
	kill "$SERVER"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 0 ]
	# As one group, too.
	cat >m <<'END'
C: EHLO x
S: 250 mock
C: /^MAIL FROM:<(?<who>.*)>/
C: RCPT TO:<*>
S: 250 from ${who}
S: 250 ok
END
	ends 0 "$SMTPSH" --sandbox --mock m --no-remarks -c 'EHLO x' -c 'MAIL FROM:<a>' -c 'RCPT TO:<b>'
	has "R: 250 from a"
}

@test "NOOP and RSET are taken where they are not awaited" {
	cat >m <<'END'
C: EHLO x
S: 250 mock
C: MAIL FROM:<*>
S: 250 ok
C: RCPT TO:<*>
S: 250 ok
END
	serve --mock m
	ends 0 client -c NOOP -c 'EHLO x' -c RSET -c 'MAIL FROM:<a@x>' -c NOOP -c RSET -c 'MAIL FROM:<b@x>' -c 'RCPT TO:<c@x>'
	kill "$SERVER"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 0 ]
}

@test "\\mock repeat: so often, or as often as the client begins anew" {
	cat >m <<'END'
C: EHLO x
S: 250 mock
\mock repeat
\mock repeat 2
END
	ends 65 "$SMTPSH" --sandbox --mock m -c NOOP
	tells "expected \\mock again"
	cat >m <<'END'
C: EHLO x
S: 250 mock
\mock repeat 2
C: VRFY *
S: 252 perhaps
\mock again
\mock repeat
C: MAIL FROM:<*>
S: 250 ok
C: RCPT TO:<*>
S: 250 ok
C: DATA
S: 354 go on
C: text
C: .
S: 250 taken
\mock again
C: QUIT
S: 221 bye
END
	serve --mock m
	local mail=(-c 'MAIL FROM:<a@x>' -c 'RCPT TO:<b@x>' -c DATA -c hi -c .)
	ends 0 client -c 'EHLO x' -c 'VRFY a' -c 'VRFY b' "${mail[@]}" "${mail[@]}" "${mail[@]}"
	[ "$(grep -c '^R: 250 taken' <<<"$output")" = 3 ]
	ends 69 client -c 'EHLO x' -c 'VRFY a' "${mail[@]}"
	has "R: 503 m:4 expects: VRFY"
	printf 'C: EHLO x\nS: 250 x\n\\mock repeat\n' >m
	ends 65 "$SMTPSH" --sandbox --mock m -c NOOP
	tells "expected \\mock again"
	printf 'C: EHLO x\nS: 250 x\n\\mock again\n' >m
	ends 65 "$SMTPSH" --sandbox --mock m -c NOOP
	tells "m:3: \\mock again without"
}

@test "faults: octets, a reset, mail text cut short" {
	printf 'C: EHLO x\nS: 250 x\nC: NOOP\n\\mock say 250-half\\r\\n250 \\x00bad\\r\\n\nC: VRFY x\n\\mock reset\n' >m
	serve --mock m
	ends 74 client -c 'EHLO x' -c NOOP -c 'VRFY x'
	has "R: 250-half"
	serve_stop
	cat >m <<'END'
C: EHLO x
S: 250 mock
C: MAIL FROM:<*>
S: 250 ok
C: RCPT TO:<*>
S: 250 ok
\mock drop-after 1000
C: DATA
S: 354 go on
C: text
C: .
S: 250 never said
END
	serve --mock m
	head -c 200000 /dev/zero | tr '\0' x | fold >big
	sed -i '1i\\' big
	ends 74 client -q --from a@x --to b@x --data big
	lacks "never said"
	# The same file is a client's, too.
	serve_stop
	printf 'C: EHLO x\nS: 250 x\n\\mock repeat 3\nC: NOOP\nS: 250 x\n\\mock again\n' >m
	serve -q
	ends 0 client -f m
}

@test "--mock-next: another file for the second connection, the last for all behind" {
	printf 'C: EHLO x\nS: 421 come again\n\\close\n' >one
	printf 'C: EHLO x\nS: 250 two\n' >two
	printf 'C: EHLO x\nS: 250 three\n' >three
	serve --mock one --mock-next two --mock-next three
	ends 75 client -c 'EHLO x'
	ends 0 client -c 'EHLO x'
	has "R: 250 two"
	ends 0 client -c 'EHLO x'
	has "R: 250 three"
	ends 0 client -c 'EHLO x'
	has "R: 250 three"
	ends 64 "$SMTPSH" --serve 0 --mock-next two
	tells --mock
}

@test "a client line that no client sends is 65, and what \\mock cannot do is told" {
	local row want
	while IFS='|' read -r row want; do
		printf 'C: EHLO x\nS: 250 x\n%s\nS: 250 x\n' "$row" >m
		ends 65 "$SMTPSH" --sandbox --mock m -c NOOP
		tells "$want" || { echo "$row"; false; }
	done <<'END'
C: <hello>|m:3: found '<hello>', expected a command
C: /unclosed|regular expression
C: /x/ y|regular expression
\mock|say
\mock dance|expected say
\mock drop-after x|takes a number
\mock say a\q|escape
END
}

# well: the server that plays ends, and nothing was wrong.
well() {
	kill "$SERVER"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 0 ] && return
	cat server
	return 1
}

@test "loops in loops, RSET between messages and behind a refusal" {
	cat >m <<'END'
C: EHLO x
S: 250 mock
\mock repeat
C: MAIL FROM:<*>
S: 250 ok
\mock repeat
C: /^RCPT TO:<(?<who>[^>]*)>/i
S: 250 ${who} ok
\mock again
C: DATA
S: 354 go on
C: text
C: .
S: 250 taken
\mock again
C: MAIL FROM:<>
S: 550 no bounces
C: QUIT
S: 221 bye
END
	local mail=(-c 'MAIL FROM:<a@x>' -c 'RCPT TO:<b@x>' -c 'RCPT TO:<c@x>' -c DATA -c hi -c .)
	serve --mock m
	ends 69 client -c 'EHLO x' "${mail[@]}" -c RSET "${mail[@]}" -c NOOP -c 'MAIL FROM:<a@x>' -c 'RCPT TO:<d@x>' -c RSET "${mail[@]}" -c RSET -c VRFY
	[ "$(grep -c '^R: 250 taken' <<<"$output")" = 3 ]
	[ "$(grep -c '^R: 250 c@x ok' <<<"$output")" = 3 ]
	has "R: 503 m:16 expects: MAIL FROM:<>"
	serve_stop
	printf '%s\n' 'C: EHLO x' 'S: 250 x' 'C: MAIL FROM:<*>' 'S: 250 ok' 'C: RCPT TO:<no@*>' 'S: 550 no' 'C: QUIT' 'S: 221 bye' >m
	serve --mock m
	ends 69 client -c 'EHLO x' -c 'MAIL FROM:<a>' -c 'RCPT TO:<no@x>' -c RSET -c 'MAIL FROM:<b>' -c 'RCPT TO:<no@y>' -c RSET
	has "R: 221 bye"
	well
}

@test "a client that leaves without QUIT is told of where the file has one" {
	printf '%s\n' 'C: EHLO x' 'S: 250 x' >m
	serve --mock m
	client -c 'EHLO x' -c '\close'
	soon grep -q closed server
	well
	printf '%s\n' 'C: EHLO x' 'S: 250 x' 'C: QUIT' 'S: 221 bye' >m
	serve --mock m
	client -c 'EHLO x' -c '\close'
	soon grep -q "m:3: expected 'QUIT', the client closed" server
	run ! well
}

@test "curl and python's smtplib against one file" {
	cat >m <<'END'
S: 220 mock ESMTP
C: /^(EHLO|HELO) (?<name>.*)/i
S: 250-hello ${name}
S: 250 SIZE
\mock repeat
C: MAIL FROM:<*>
S: 250 ok
C: RCPT TO:<*>
S: 250 ok
C: DATA
S: 354 go on
C: text
C: .
S: 250 queued as 1
\mock again
C: QUIT
S: 221 bye
END
	serve --mock m
	printf 'Subject: x\r\n\r\nhi\r\n' >mail
	if command -v curl >/dev/null; then
		ends 0 curl -sSv --max-time 20 "smtp://127.0.0.1:$PORT/me.example" --mail-from a@x --mail-rcpt b@x -T mail
		has_in "$stderr" "250-hello me.example" "queued as 1"
	fi
	if command -v python3 >/dev/null; then
		ends 0 python3 - "$PORT" <<'END'
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
for i in range(3):
    s.sendmail("a@x", ["b@x"], "hi")
s.noop()
s.quit()
END
	fi
	kill "$SERVER"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 0 ]
}

@test "a secret in clear is awaited as it is, *** takes any" {
	cat >m <<'END'
C: EHLO x
S: 250 AUTH PLAIN LOGIN
C: AUTH PLAIN AGpvZQBzZXNhbWU=
S: 235 in
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: am9l
S: 334 UGFzc3dvcmQ6
C: ***
S: 235 in
C: QUIT
S: 221 bye
END
	serve --mock m
	ends 69 client --keep-going -c 'EHLO x' -c 'AUTH PLAIN AGpvZQBPVEhFUg==' \
		-c 'AUTH PLAIN AGpvZQBzZXNhbWU=' -c 'AUTH LOGIN' -c am9l -c bm9ib2R5 -c QUIT
	has "R: 535 5.7.8 m:3 has another secret" "R: 334 UGFzc3dvcmQ6"
	status=0
	kill "$SERVER"
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 1 ]
	[ "$(grep -c "expected" server)" = 1 ]
	grep -q "m:3: expected 'AUTH PLAIN \*\*\*', the client sent another secret than the file has" server
	run ! grep -qE 'AGpv|bm9i|am9l' server
}
