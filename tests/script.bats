#!/usr/bin/env bats
# Conversation files: what they may hold, how they are judged, what is told.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	# A server that keeps what it reads and answers nothing but yes.
	SERVER_SAYS='printf "220 x\r\n"; while IFS= read -r line; do
		printf "%s\n" "$line" >>sent; printf "250 ok\r\n"; done'
}

teardown() {
	serve_stop
}

# A server's side for those that test the client's.
mock_file() {
	cat >mock.smtp <<'END'
R: 220 mock.example ready
S: EHLO client
R: 250-mock.example greets you
R: 250-SIZE 1000
R: 250 PIPELINING
S: MAIL FROM:<a@x.example>
R: 250 2.1.0 ok
S: RCPT TO:<b@y.example>
R: 251 user not local; will forward to <c@z.example>
S: DATA
R: 354 go on
S: text
S: .
R: 250 2.0.0 Ok: queued as 4XYZ
S: QUIT
R: 221 bye
END
}

# What a file must not lead to.
untouched() {
	[ ! -e connected ]
}

@test "the standard's first conversation, as the project keeps it" {
	ends 0 "$SMTPSH" --sandbox -f "$ROOT/tests/conversations/alpha-beta.smtp" -c '\mailbox'
	has "R: 550 No such user here" "6 of 6 expectations met" \
		"mailbox Jones@Beta.ARPA: from <Smith@Alpha.ARPA>, 38 octets" \
		"mailbox Brown@Beta.ARPA" "#     ...etc. etc. etc."
	lacks "Green@Beta.ARPA:"
	[ -z "$stderr" ]
}

@test "every conversation of the project replays against the sandbox" {
	local files=("$ROOT"/tests/conversations/*.smtp)
	ends 0 "$SMTPSH" --sandbox --no-remarks "${files[@]/#/-f}"
	[ "$(grep -c 'expectations met' <<<"$output")" = ${#files[@]} ]
	has "# ${#files[@]} files, 0 failed"
}

@test "each conversation replays against itself, played by --mock" {
	local f
	for f in "$ROOT"/tests/conversations/*.smtp; do
		grep -q '^[RS]: 220' "$f" || continue
		ends 0 "$SMTPSH" --mock "$f" -f "$f"
	done
}

@test "both dialects say the same" {
	cat >821.smtp <<'END'
R: 220 Beta.ARPA
S: HELO Alpha.ARPA
R: 250 Beta.ARPA
S: QUIT
R: 221 bye
END
	cat >5321.smtp <<'END'
S: 220 Beta.ARPA
C: HELO Alpha.ARPA
S: 250 Beta.ARPA
C: QUIT
S: 221 bye
END
	ends 0 "$SMTPSH" --sandbox -f 821.smtp
	local one
	one=$(said)
	ends 0 "$SMTPSH" --sandbox -f 5321.smtp
	[ "$(said)" = "$one" ]
	has "3 of 3 expectations met"
}

@test "S: lines alone: codes are the server's, verbs the client's, both are no dialect" {
	printf 'S: HELO x\nS: NOOP\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	has "S: NOOP"
	printf 'S: 220\nHELO x\nS: 250\n' >g
	ends 0 "$SMTPSH" --sandbox -f g
	has "2 of 2 expectations met"
	printf 'S: HELO x\nS: 250\n' >h
	ends 65 "$SMTPSH" --pipe 'touch connected' -f h
	tells "h: found codes and commands behind S:" "--dialect"
	untouched
	ends 69 "$SMTPSH" --sandbox --dialect 821 -f h
	has "S: 250"
}

@test "a pasted session without tags replays" {
	cat >f <<'END'
220 Beta.ARPA Simple Mail Transfer Service Ready
HELO Alpha.ARPA
250 Beta.ARPA
VRFY Gourzenkyinplatz
553 User ambiguous
QUIT
221
END
	ends 0 "$SMTPSH" --sandbox -f f
	has "4 of 4 expectations met"
}

@test "indent, blank lines, comments, CRLF and a byte order mark do not matter" {
	printf '\xef\xbb\xbf# hello\r\n\r\n   S: NOOP\r\n\t\r\n\tR: 250 OK\r\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	has "1 of 1 expectation met"
}

@test "one blank after the tag is the tag's, more are text" {
	printf 'S:  NOOP\nR: 500\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	has "S:  NOOP"
}

@test "lines without a reply between them go out as one group" {
	# This server answers nothing before it has read three lines.
	cat >group.sh <<'END'
printf '220 x\r\n'
for i in 1 2 3; do read -r line; done
printf '250 a\r\n251 b\r\n252 c\r\n'
read -r line
printf '221 bye\r\n'
END
	cat >f <<'END'
S: NOOP
S: RSET
S: VRFY x
R: 250
R: 251
R: 252
END
	ends 0 "$SMTPSH" --pipe 'sh group.sh' --timeout 5s -f f
	has "3 of 3 expectations met"
}

@test "lines without expectations wait for each reply" {
	# This one takes the second line before the first is answered amiss.
	cat >lockstep.sh <<'END'
printf '220 x\r\n'
read -r line
if read -t 0.2 -r line; then printf '554 too early\r\n'; exit; fi
printf '250 a\r\n'
while read -r line; do printf '250 b\r\n'; done
END
	printf 'NOOP\nNOOP\n' >f
	ends 0 "$SMTPSH" --pipe 'bash lockstep.sh' -f f
	lacks 554
	ends 0 "$SMTPSH" --pipe 'bash lockstep.sh' <f
	lacks 554
	ends 74 "$SMTPSH" --pipe 'bash lockstep.sh' -c '\pipeline' -c NOOP -c NOOP -c '\flush'
	has 554
}

@test "codes may be alternatives and wildcards" {
	cat >f <<'END'
S: NOOP
R: 2xx
S: NOOP
R: 25x ok
S: NOOP
R: 550|250
S: VRFY nobody at all
R: 5yz
S: NOOP
R: 250
END
	ends 0 "$SMTPSH" --sandbox -f f
	has "5 of 5 expectations met"
	printf 'S: NOOP\nR: 550|251|4xx\n' >g
	ends 1 "$SMTPSH" --sandbox -f g
	tells "g:2: expected 550|251|4xx, got 250 OK"
}

@test "a regular expression is held against the text, named groups are kept" {
	mock_file
	cat >f <<'END'
S: EHLO me
R: 250 /^mock.*PIPELINING$/s
S: MAIL FROM:<a@x.example>
R: 250
S: RCPT TO:<b@y.example>
R: 251 /<(?<next>[^>]+)>/
S: DATA
R: 354
S: for ${next}
S: .
R: 250 /queued as (?<id>\w+)/
\show
S: QUIT
R: 221
END
	ends 0 "$SMTPSH" --mock mock.smtp -f f
	has "S: for c@z.example" "6 of 6 expectations met"
	sed -i 's/queued as/lost as/' f
	ends 1 "$SMTPSH" --mock mock.smtp -f f
	tells "f:11: expected 250 /lost as"
}

@test "a captured value with CR cannot become a command" {
	printf 'printf "220 a\\rEVIL b\\r\\n"; cat >sent; printf "250 ok\\r\\n"' >s.sh
	printf 'R: 220 /(?<all>.*)/s\nR: 220\n' >f
	cat >f <<'END'
R: 220 /(?<all>.*)/
S: NOOP ${all}
R: 250
END
	ends 64 "$SMTPSH" --timeout 200ms --pipe 'sh s.sh' -f f
	tells "f:2" '${all}' CR
	[ ! -s sent ] || run ! grep -q EVIL sent
}

@test "text is compared only when asked for" {
	printf 'S: NOOP\nR: 250 something else\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	ends 1 "$SMTPSH" --sandbox -c '\set match text' -f f
	tells "f:2: expected 250 something else, got 250 OK"
	printf '\\set match text\nS: NOOP\nR: 250 OK\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
}

@test "several lines are one reply" {
	cat >f <<'END'
S: EXPN Example-People
R: 250-Jon Postel <Postel@USC-ISIF.ARPA>
R: 250-Fred Fonebone <Fonebone@USC-ISIQ.ARPA>
R: 250-Sam Q. Smith <SQSmith@USC-ISIQ.ARPA>
R: 250-Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>
R: 250-<joe@foo-unix.ARPA>
R: 250 <xyz@bar-unix.ARPA>
S: NOOP
R: 250
END
	ends 0 "$SMTPSH" --sandbox -c '\set match code' -f f
	has "2 of 2 expectations met"
}

@test "a missed expectation stops, says QUIT, and is told with its line" {
	printf 'S: NOOP\nR: 251 no\nS: RSET\nR: 250\n' >f
	ends 1 "$SMTPSH" --sandbox -f f
	tells "f:2: expected 251 no, got 250 OK"
	lacks RSET
	has "S: QUIT" "R: 221" "FAILED after 0 of 1 expectation: stopped"
}

@test "--keep-going goes on and still fails" {
	printf 'S: NOOP\nR: 251 no\nS: RSET\nR: 250\n' >f
	ends 1 "$SMTPSH" --sandbox --keep-going -f f
	tells "f:2: expected 251"
	has "S: RSET" "FAILED after 1 of 2 expectations"
	printf '\\set keep-going on\nS: NOOP\nR: 251 no\nS: RSET\nR: 250\n' >f
	ends 1 "$SMTPSH" --sandbox -f f
	has "S: RSET" "FAILED after 1 of 2 expectations"
}

@test "mail text: transparency, tags, <CRLF>.<CRLF>, and empty lines" {
	cat >f <<'END'
S: MAIL FROM:<a@x.example>
R: 250
S: RCPT TO:<Jones@Beta.ARPA>
R: 250
S: DATA
R: 354
S: Subject: dots
S:
S: .
R: 250
S: MAIL FROM:<a@x.example>
S: RCPT TO:<Jones@Beta.ARPA>
S: DATA
R: 250
R: 250
R: 354
S: .one
S: ..two
S:  three
S: <CRLF>.<CRLF>
R: 250
END
	ends 0 "$SMTPSH" --sandbox -f f -c '\mailbox'
	has $'#     Subject: dots\n#     \n' $'#     .one\n#     ..two\n#      three'
}

@test "text whose first line has no tag is taken as it stands" {
	cat >f <<'END'
S: MAIL FROM:<a@x.example>
R: 250
S: RCPT TO:<Jones@Beta.ARPA>
R: 250
S: DATA
R: 354
Subject: S: no tag

# no comment
250 no reply
\quit
.
R: 250
END
	ends 0 "$SMTPSH" --sandbox -f f -c '\mailbox'
	has '#     Subject: S: no tag' '#     # no comment' '#     250 no reply' '#     \quit'
}

@test "text of a DATA that is refused is skipped, never sent as commands" {
	printf 'DATA\nRSET\nVRFY Smith\n.\nNOOP\n' >f
	ends 69 "$SMTPSH" --sandbox -f f
	[ "$(said | grep -c '^S:')" = 3 ]
	lacks "S: RSET" "S: VRFY"
	has "S: NOOP"
	ends 69 "$SMTPSH" --sandbox <f
	lacks "S: RSET" "S: VRFY"
	has "S: NOOP"
}

@test "BDAT chunks are counted" {
	cat >f <<'END'
S: EHLO x
R: 250
S: MAIL FROM:<a@x.example>
R: 250
S: RCPT TO:<Jones@Beta.ARPA>
R: 250
S: BDAT 14
S: Subject: bdat
R: 550
END
	sed -i 's/BDAT 14/BDAT 15/; s/^R: 550/R: 250/' f
	cat >>f <<'END'
S: BDAT 7 LAST
S: . dot
R: 250
END
	ends 0 "$SMTPSH" --sandbox -f f -c '\mailbox'
	has "22 octets" "#     . dot"
}

@test "variables: -D, \\set, defaults, builtins, a literal \${" {
	cat >f <<'END'
\set who Jones
S: HELO ${name:-nobody}
R: 250
S: MAIL FROM:<${from}>
R: 250
S: RCPT TO:<${who}@${host:-${domain:-Beta}.ARPA}>
R: 250
S: NOOP $${who} ${empty:-full}
R: 250
S: NOOP ${server} ${n}
R: 250
END
	ends 0 "$SMTPSH" --sandbox -D name=me -D empty= --from x@y.example -f f
	has "S: HELO me" "S: MAIL FROM:<x@y.example>" "S: RCPT TO:<Jones@Beta.ARPA>" \
		'S: NOOP $${who} full' "S: NOOP the sandbox 1"
	ends 0 "$SMTPSH" --sandbox --from x@y.example -f f
	has "S: HELO nobody"
}

@test "a value is not expanded again" {
	ends 0 "$SMTPSH" --pipe "$SERVER_SAYS" -D 'a=${b}' -D b=no -c 'NOOP ${a}'
	has 'S: NOOP $${b}'
	grep -Fqx $'NOOP ${b}\r' sent
}

@test "an undefined variable sends nothing of its line" {
	printf 'S: NOOP\nR: 250\nS: NOOP ${nobody}\nR: 250\n' >f
	ends 64 "$SMTPSH" --sandbox -f f
	tells 'f:3' '${nobody} is not set'
	[ "$(said | grep -c NOOP)" = 1 ]
}

@test "line ends in a value stay out of commands, \\raw may send them" {
	ends 64 "$SMTPSH" --sandbox -D $'a=x\r\nRSET' -c 'NOOP ${a}'
	tells '${a}' CR
	lacks "S: NOOP"
	ends 64 "$SMTPSH" --sandbox -D $'a=x\ny' -c 'NOOP ${a}'
	tells LF
	ends 0 "$SMTPSH" --sandbox -c '\raw NOOP\r\nNOOP\r\n'
	has "R: 250 OK"
}

@test "templates: defined, listed, shown, with words and defaults" {
	cat >f <<'END'
\template twice {
	NOOP ${1} and ${2:-nothing}
	NOOP ${*}
}
\twice one
\twice "a b" c
\template
\template twice
END
	ends 0 "$SMTPSH" --sandbox -f f
	[ "$(said | grep -c 'S: NOOP')" = 4 ]
	has "S: NOOP one and nothing" "S: NOOP a b and c" "S: NOOP a b c" 'NOOP ${1} and ${2:-nothing}'
}

@test "a template that lacks a word, or calls itself, is told of" {
	printf '\\template t {\nNOOP ${1}\n}\n\\t\n' >f
	ends 64 "$SMTPSH" --sandbox -f f
	tells "argument 1 is missing"
	lacks "S: NOOP"
	printf '\\template t {\n\\t\n}\n\\t\n' >f
	ends 65 "$SMTPSH" --sandbox -f f
	tells "16 deep"
}

@test "the builtin templates can be read, and work" {
	ends 0 "$SMTPSH" --sandbox -c '\template mail' -c '\mail a@x.example' -c '\rcpt Jones@Beta.ARPA' -c '\data' -c 'x' -c .
	has 'MAIL FROM:<${1' "S: MAIL FROM:<a@x.example>" "S: RCPT TO:<Jones@Beta.ARPA>"
	[ "$(said | tail -n 5 | head -n 3)" = $'S: x\nS: .\nR: 250 OK' ]
	ends 0 "$SMTPSH" --sandbox --from a@x.example -c '\test Jones@Beta.ARPA' -c '\mailbox'
	has "mailbox Jones@Beta.ARPA" "This is a test message."
}

@test "\\data in a file is a DATA too" {
	printf '\\mail a@x.example\n\\rcpt Jones@Beta.ARPA\n\\data\nNOOP is text\n.\nRSET\n' >f
	ends 0 "$SMTPSH" --sandbox -f f -c '\mailbox'
	has "#     NOOP is text" "S: RSET"
	ends 0 "$SMTPSH" --sandbox <f
	has "S: RSET"
	printf '\\data\nNOOP is text\n.\nRSET\n' >f
	ends 69 "$SMTPSH" --sandbox -f f
	lacks "S: NOOP"
	has "S: RSET"
	ends 69 "$SMTPSH" --sandbox <f
	lacks "S: NOOP"
	has "S: RSET"
}

@test "a template whose DATA is refused sends nothing of its text" {
	ends 69 "$SMTPSH" --sandbox --from a@x.example -c '\test nobody@Beta.ARPA' -c NOOP
	lacks "Subject" "S: Date"
	has "S: NOOP"
}

@test "includes are relative to their file, and end somewhere" {
	mkdir sub
	printf '\\include sub/inner\nS: NOOP outer\nR: 250\n' >f
	printf '\\include inmost\nS: NOOP inner\nR: 250\n' >sub/inner
	printf 'S: NOOP inmost\nR: 250\n' >sub/inmost
	ends 0 "$SMTPSH" --sandbox -f f
	[ "$(said | grep NOOP)" = $'S: NOOP inmost\nS: NOOP inner\nS: NOOP outer' ]
	has "3 of 3 expectations met"
	printf '\\include self\n' >self
	ends 65 "$SMTPSH" --sandbox -f self
	tells "16 deep"
	printf '\\include absent\n' >f
	ends 66 "$SMTPSH" --sandbox -f f
	tells "absent"
	printf '\\include /dev/zero\n' >f
	ends 66 "$SMTPSH" --sandbox --trust -f f
	tells "/dev/zero" "no regular file"
	printf '\\include sub/bad\n' >f
	printf 'NOOP\nR: 250\nC: x\n' >sub/bad
	ends 65 "$SMTPSH" --sandbox -f f
	tells "sub/bad:2"
	lacks "S: NOOP"
}

@test "\\expect within, silence, close, and a code" {
	cat >f <<'END'
S: NOOP
R: 250
\expect within 30s
\expect silence 50ms
S: NOOP
\expect 25x
S: QUIT
R: 221
\expect close
END
	ends 0 "$SMTPSH" --sandbox -f f
	has "6 of 6 expectations met"
	# What they cannot say.
	printf 'S: NOOP\nR: 250\n\\expect close\n' >f
	ends 1 "$SMTPSH" --sandbox --timeout 100ms -f f
	tells "f:3: expected close"
	printf 'R: 220\n\\expect silence 5s\nS: NOOP\nR: 250' >f
	ends 1 "$SMTPSH" --timeout 1s --pipe 'printf "220 x\r\n"; printf "421 out\r\n"' -f f
	tells "f:2: expected silence 5s, got something"
	printf 'R: 220\nS: NOOP\nR: 250\n\\expect within 20ms\n' >f
	ends 1 "$SMTPSH" --timeout 1s --pipe 'printf "220 x\r\n"; read x; sleep 0.1; printf "250 ok\r\n"; cat >/dev/null' -f f
	tells "f:4: expected within 20ms, got a reply after "
	printf 'S: NOOP\nR: 250\n\\expect nonsense\n' >f
	ends 64 "$SMTPSH" --sandbox -f f
	tells "nonsense"
}

@test "\\sleep waits" {
	local before=${EPOCHREALTIME/[.,]/}
	ends 0 "$SMTPSH" --sandbox -c '\sleep 200ms'
	[ $((${EPOCHREALTIME/[.,]/} - before)) -ge 200000 ]
	ends 64 "$SMTPSH" --sandbox -c '\sleep soon'
	tells soon
}

@test "what is implied: HELO in one dialect, EHLO then HELO in the other, QUIT" {
	cat >old.smtp <<'END'
S: 220 old.example
C: EHLO x
S: 500 what
C: HELO x
S: 250 old.example
C: MAIL FROM:<a@x.example>
S: 250 ok
C: QUIT
S: 221 bye
END
	printf 'S: 220\nC: MAIL FROM:<a@x.example>\nS: 250\n' >new
	ends 0 "$SMTPSH" --mock old.smtp -f new
	[ "$(said | grep -o '^S: [A-Z]*')" = $'S: EHLO\nS: HELO\nS: MAIL\nS: QUIT' ]
	[ "$(grep -c implied <<<"$output")" = 3 ]
	has "2 of 2 expectations met"
	printf 'S: MAIL FROM:<a@x.example>\nR: 250\nS: QUIT\nR: 221\n' >std
	ends 0 "$SMTPSH" --sandbox -f std
	[ "$(said | grep -o '^S: [A-Z]*')" = $'S: HELO\nS: MAIL\nS: QUIT' ]
}

@test "the greeting nobody judges must be 220" {
	printf 'S: NOOP\nR: 250\n' >f
	printf 'R: 554 go away\nS: QUIT\nR: 221\n' >no.smtp
	ends 69 "$SMTPSH" --mock no.smtp -f f
	lacks NOOP
	tells "the greeting is 554, expected 220"
	printf 'R: 554 go away\nS: QUIT\nR: 221\n' >f
	ends 0 "$SMTPSH" --mock no.smtp -f f
}

@test "--bare sends nothing that was not written" {
	printf 'R: 220\nS: MAIL FROM:<a@x.example>\nR: 503\n' >f
	ends 0 "$SMTPSH" --sandbox --bare -f f
	lacks implied "S: HELO" "S: QUIT"
	printf '\\set bare on\nR: 220\nS: NOOP\nR: 250\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	lacks "S: QUIT"
}

@test "what telnet itself says in a pasted session is passed over" {
	cat >f <<'END'
$ telnet localhost 25
Trying 127.0.0.1...
Connected to localhost.
Escape character is '^]'.
220 Beta.ARPA
HELO a.example
250 Beta.ARPA
QUIT
221 bye
Connection closed by foreign host.
END
	ends 0 "$SMTPSH" --sandbox -f f
	has "3 of 3 expectations met"
	ends 0 "$SMTPSH" --sandbox <f
	lacks "S: Trying" "S: Connection"
}

@test "three digits are a reply, whatever the first" {
	printf 'NOOP\n999 foo\n' >f
	ends 1 "$SMTPSH" --sandbox <f
	lacks "S: 999"
	ends 1 "$SMTPSH" --sandbox -f f
	tells "f:2: expected 999 foo, got 250"
}

@test "a 354 that nobody expected makes no mail text of commands" {
	printf 'MAIL FROM:<a@b.example>\n250\nRCPT TO:<Jones@Beta.ARPA>\n250\nDATA\n503\nNOOP\n250\n' >f
	ends 1 timeout 20 "$SMTPSH" --keep-going --sandbox -f f
	tells "f:6: expected 503, got 354"
	lacks "S: NOOP"
}

@test "several files: a summary line each and one for all" {
	printf 'S: NOOP\nR: 250\n' >good
	printf 'S: NOOP\nR: 550\n' >bad
	printf 'S: NOOP\nS 250\n550\n' >good2
	printf 'S: NOOP\nR: 250\n' >good2
	ends 1 "$SMTPSH" --sandbox -f good -f bad -f good2
	has "# good: 1 of 1 expectation met" "# bad: FAILED after 0 of 1" \
		"# good2: 1 of 1 expectation met" "3 files"
	[ "$(grep -c 'connected to the sandbox' <<<"$output")" = 3 ]
	# What a file sets is its own.
	printf '\\set match text\n\\set keep-going on\nS: NOOP\nR: 250 OK\n' >sets
	printf 'S: NOOP\nR: 250 other\nS: NOOP\nR: 251\nS: RSET\n' >after
	ends 1 "$SMTPSH" --sandbox -f sets -f after
	tells "after:4"
	lacks "S: RSET"
	# The status is the first failure's; each file has its own session.
	printf 'C: x\nR: y\n' >broken
	ends 65 "$SMTPSH" --sandbox -f broken -f bad -f good
	has "# good: 1 of 1"
	ends 0 "$SMTPSH" --sandbox -f good -f good2
}

@test "refusals in a file without expectations: the worst is the status" {
	printf 'VRFY nobody\nNOOP\n' >f
	ends 69 "$SMTPSH" --sandbox -f f
	has "S: NOOP"
	ends 69 "$SMTPSH" --sandbox --stop -f f
	lacks "S: NOOP"
	printf 'R: 220\nS: NOOP\nR: 450 later\nS: NOOP\nR: 250\nS: QUIT\nR: 221' >m
	printf 'NOOP\nNOOP\n' >f
	ends 75 "$SMTPSH" --mock m -f f
}

@test "--format json: one object a line, with codes, meaning, verdicts" {
	printf 'S: NOOP\nR: 250\nS: VRFY nobody\nR: 250 /x/\n' >f
	ends 1 "$SMTPSH" --sandbox --format json -f f
	while IFS= read -r line; do
		jq -e .event <<<"$line" >/dev/null
	done <<<"$output"
	jq -se '[.[] | select(.code == 250)][0] | .verdict == "met" and .verb == "NOOP"
		and .expected == "250" and .ms >= 0 and (.meaning | startswith("Requested"))' <<<"$output"
	jq -se '[.[] | select(.verdict == "missed")][0] |
		.code == 550 and .expected == "250 /x/" and .direction == "server" and .line == 4' <<<"$output"
	jq -se '[.[] | select(.met != null)] | .[0].met == 1 and .[0].missed == 1' <<<"$output"
	jq -se 'all(.[]; .time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z$"))' <<<"$output"
	jq -se 'any(.[]; .text == "NOOP" and .direction == "client")' <<<"$output"
}

@test "--format tap: a test a file" {
	printf 'S: NOOP\nR: 250\nS: NOOP\nR: 550\n' >f
	printf 'S: NOOP\nR: 250\n' >g
	ends 1 "$SMTPSH" --sandbox --format tap -f g -f f
	[ "${lines[0]}" = "TAP version 13" ]
	has $'\nok 1 - g' $'\nnot ok 2 - f' 'line: 4' 'expected 550, got 250 OK'
	grep -qx '1\.\.[0-9]*' <<<"$output"
	[ "$(grep -c 'ok ' <<<"$output")" = "$(sed -n 's/^1\.\.//p' <<<"$output")" ]
}

@test "each miss of a file is told by TAP and JUnit with line, expected and got" {
	printf 'S: NOOP\nR: 251\nS: NOOP\nR: 250\nS: RSET\nR: 552 /"x"/\n' >f
	ends 1 "$SMTPSH" --sandbox --keep-going --format tap --junit j.xml -f f
	has $'\nnot ok 1 - f' 'line: 2' 'missed: 2' \
		'    - "f:2: expected 251, got 250 OK"' \
		'    - "f:6: expected 552 /\"x\"/, got 250 OK"'
	[ "$(grep -c '^f:6: expected 552 /&quot;x&quot;/, got 250 OK$' j.xml)" -eq 1 ]
	[ "$(grep -c ' tests="1" failures="1" ' j.xml)" -eq 1 ]
}

@test "--junit writes what an XML reader accepts" {
	printf 'S: NOOP <&>"\nR: 250\nS: NOOP\nR: 550\n' >'f&<'
	ends 1 "$SMTPSH" --sandbox --junit out.xml --keep-going -f 'f&<'
	has "S: NOOP"
	grep -q '<failure' out.xml
	if command -v xmllint >/dev/null; then
		xmllint --noout out.xml
		[ "$(xmllint --xpath 'count(//testcase/failure)' out.xml)" = 1 ]
	fi
	ends 73 "$SMTPSH" --sandbox --junit absent/out.xml -c NOOP
	tells absent/out.xml
	lacks NOOP
}

@test "what is printed replays by a pipe too: the reply to DATA before its text" {
	ends 0 "$SMTPSH" --sandbox -c 'MAIL FROM:<a@b.example>' -c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c 250 -c 250 -c '354 x' -c 'Subject: y' -c '' -c '354 z' -c .
	# The first is the reply that -c expects, the second is text.
	lacks 'S: 354 x'
	has 'S: 354 z'
	printf '%s\n' "$output" >f
	ends 0 "$SMTPSH" --sandbox <f
	lacks 'S: 354 Start'
	has 'S: 354 z'
	printf 'MAIL FROM:<a@b.example>\n250\nRCPT TO:<Jones@Beta.ARPA>\n250\nDATA\n354 go\nx\n354 y\n.\n250\n' >f
	ends 0 "$SMTPSH" --sandbox <f
	has 'S: x' 'S: 354 y'
	lacks 'S: 354 go'
	# A reply that did not come ends it before the text.
	printf 'S: MAIL FROM:<a@b.example>\nR: 250\nS: RCPT TO:<Jones@Beta.ARPA>\nR: 250\nS: DATA\nR: 554\nS: x\nS: .\n' >f
	ends 1 "$SMTPSH" --sandbox <f
	lacks 'S: x'
}

@test "TAP, JUnit and JSON tell how lines and messages ended, not files only" {
	ends 69 "$SMTPSH" --sandbox --format tap -c 'VRFY nobody'
	has 'not ok 1 - -c' 'status: 69' '1..1'
	ends 75 "$SMTPSH" 127.0.0.1:1 --format tap --to a@b.example --body x
	has 'not ok 1 - message' 'Connection refused'
	ends 69 "$SMTPSH" --sandbox --format tap -f "$ROOT/tests/conversations/alpha-beta.smtp" -c 'VRFY nobody'
	has 'ok 1 - ' 'not ok 2 - -c' '1..2'
	ends 0 "$SMTPSH" --sandbox --format tap <<<NOOP
	has 'ok 1 - standard input' '1..1'
	lacks 'not ok'
	ends 69 "$SMTPSH" --sandbox --junit j.xml -q -c 'VRFY nobody'
	grep -q 'errors="1"' j.xml
	ends 69 "$SMTPSH" --sandbox --format json -c 'VRFY nobody'
	[ "$(tail -n 1 <<<"$output" | jq -r '.event, .status' | xargs)" = "end 69" ]
	# What fails and is no file's is counted.
	ends 75 "$SMTPSH" --format json 127.0.0.1:1 -c NOOP
	[ "$(tail -n 1 <<<"$output" | jq -r '.files, .failed, .status' | xargs)" = "0 1 75" ]
	ends 0 "$SMTPSH" --format json --sandbox -c NOOP
	[ "$(tail -n 1 <<<"$output" | jq -r '.files, .failed, .status' | xargs)" = "0 0 0" ]
}

@test "a record replays to the same result" {
	local f r=$BATS_TEST_TMPDIR/r
	for f in "$ROOT"/tests/conversations/*.smtp; do
		ends 0 "$SMTPSH" --sandbox --record "$r" -f "$f"
		local one
		one=$(said)
		ends 0 "$SMTPSH" --sandbox -f "$r"
		[ "$(said)" = "$one" ] || { diff <(echo "$one") <(said); return 1; }
		ends 0 "$SMTPSH" --mock "$r" -f "$r"
	done
	[ "$(stat -c %a "$r")" = 600 ]
}

@test "what is printed is a conversation that replays" {
	cat >f <<'END'
EHLO x
VRFY Gourzenkyinplatz
MAIL FROM:<a@x.example>
RCPT TO:<Jones@Beta.ARPA>
DATA
.dot

R: 250 in the text
# and this
.
EXPN Example-People
END
	"$SMTPSH" --sandbox <f >printed || true
	ends 0 "$SMTPSH" --sandbox -f printed -c '\mailbox'
	has "#     .dot" "#     R: 250 in the text" "#     # and this"
	grep -o '^S: .*' printed >one
	grep -o '^S: .*' <<<"$output" | diff one -
}

@test "\\record begins and ends in the middle" {
	ends 0 "$SMTPSH" --sandbox -c 'NOOP one' -c '\record r' -c 'NOOP two' -c '\record' -c 'NOOP three'
	grep -q 'S: NOOP two' r
	run ! grep -Eq 'one|three' r
	ends 0 "$SMTPSH" --sandbox -f r
	ln -s /tmp/target link
	ends 73 "$SMTPSH" --sandbox --record link -c NOOP
	tells link
	lacks NOOP
}

# malformed LINE FOUND EXPECTED: file f is refused so, and nobody was called.
malformed() {
	ends 65 "$SMTPSH" --pipe 'touch connected; cat >/dev/null' -f f
	tells "f:$1: " "$2" "$3"
	untouched
}

@test "malformed files: file:line, what was found and expected, nothing sent" {
	printf 'S: NOOP\nR: 25\n' >f
	malformed 2 "found '25'" "expected a reply"
	printf 'S: NOOP\nR: 250-a\nR: 251 b\n' >f
	malformed 3 "found '251 b'" "expected another line of the reply 250"
	printf 'S: NOOP\nR: 250-a\nS: NOOP\n' >f
	malformed 3 "found" "expected the last line of the reply 250"
	printf 'S: NOOP\nR: 250-a\n' >f
	malformed 2 "found the end" "expected the last line of the reply"
	printf 'S: NOOP\nR: 250 /(/\n' >f
	malformed 2 "/(/" "malformed"
	printf 'S: NOOP\nR: 250\nC: NOOP\n' >f
	malformed 1 "found 'NOOP'" "expected a reply"
	printf 'C: NOOP\nR: 250\n' >f
	malformed 2 "found 'R:'" "expected C: or S:"
	printf 'S: NOOP\nR: 250\nhello world\n' >f
	malformed 3 "found 'hello world', which begins with no verb" "behind the tag S:"
	printf 'S: DATA\nR: 354\nS: text\n' >f
	malformed 3 "found the end" "expected the '.'"
	printf 'S: BDAT 5\nS: too long\nR: 250\n' >f
	malformed 2 "found a line of 10 octets" "expected the 5"
	printf '\\template x {\nNOOP\n' >f
	malformed 2 "found the end" "expected '}'"
	printf '\xff\xfeN\0O\0' >f
	malformed 1 "found UTF-16" "expected UTF-8"
}

@test "a file that is not there, a folder, standard input" {
	ends 66 "$SMTPSH" --pipe 'touch connected' -f absent
	tells absent
	ends 66 "$SMTPSH" --pipe 'touch connected' -f .
	tells "."
	untouched
	printf 'S: NOOP\nR: 250\n' >f
	ends 0 "$SMTPSH" --sandbox -f - <f
	has "# standard input: 1 of 1 expectation met"
	ends 0 "$SMTPSH" --sandbox -f <(cat f)
	has "1 of 1 expectation met"
}

@test "a file of 5 MB or of one endless line ends well" {
	# AddressSanitizer alone reserves more than that.
	[[ ${MODE:-release} != [at]san ]] || skip "a limit on memory"
	{ printf 'S: '; head -c 5000000 /dev/zero | tr '\0' 'x'; } >f
	ulimit -v 400000
	ends 69 "$SMTPSH" --sandbox -f f
	has "R: 500 Line too long"
	yes '# nothing' | head -c 5000000 >g
	ends 0 "$SMTPSH" --sandbox -f g
}

@test "many replies that nothing judged: a few are told, all are counted" {
	{
		echo 'EHLO x'
		for ((i = 0; i < 25; i++)); do echo 'VRFY Nobody'; done
		printf '\\pipeline\nNOOP\n\\flush\n250\n'
	} >f
	ends 1 "$SMTPSH" -q --sandbox <f
	has_in "$stderr" "standard input:20: 550 was judged by nothing" \
	    "and 6 more replies were judged by nothing"
	[[ $stderr != *"standard input:21: 550 was judged"* ]]
}

@test "an endless pipe of lines holds no more than it must" {
	[[ ${MODE:-release} != [at]san ]] || skip "a limit on memory"
	yes NOOP | head -200000 >f
	ulimit -v 40000
	ends 0 "$SMTPSH" -q --sandbox <f
	# The last thousand are still there to be judged.
	{ head -1500 f && yes 250 | head -1001; } >g
	ends 0 "$SMTPSH" -q --sandbox <g
}

@test "a reply that no line asks for is waited for as long as --timeout says" {
	serve
	printf '220\n250 x\n' >f
	local from=$SECONDS
	ends 75 "$SMTPSH" "127.0.0.1:$PORT" -f f --timeout 300ms
	((SECONDS - from < 8))
	has "at most 0.3 s" "f:2: expected 250 x, and nothing came in 0.3 s"
	[ "$stderr" = "smtpsh: f:2: expected 250 x, and nothing came in 0.3 s" ]
	printf '220\nNOOP\n250\n\\expect 220\n' >f
	ends 75 "$SMTPSH" "127.0.0.1:$PORT" -f f --timeout 300ms --format tap
	has 'message: "expected 220, and nothing came in 0.3 s"'
	serve_stop
	# A time that was asked for is kept, were it the one that replies have.
	printf '220\n250 late\n' >f
	: >out
	timeout 20 "$SMTPSH" --timeout 5m --bare -f f --pipe "printf '220 x\r\n'
		until grep -q 'at most 300 s' out; do sleep 0.05; done
		printf '250 late\r\n'" >out
}
