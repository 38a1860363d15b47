#!/usr/bin/env bats
# The embedded receiver: the sandbox's small world, --serve, Maildir, --mock.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

# client OPTION...: speaks with the receiver of serve().
client() {
	"$SMTPSH" "127.0.0.1:$PORT" "$@"
}

# stored BOX: the names of the messages that were delivered to it.
stored() {
	find "md/$1/new" -type f 2>/dev/null
}

# answers LINE REPLY: that line, typed in the sandbox, gets that reply.
answers() {
	ends "${3:-0}" "$SMTPSH" --sandbox --no-remarks -c "HELO Alpha.ARPA" -c "$1"
	[ "$(sed -n "/^S: ${1//\//.}\$/,/^S: QUIT/p" <<<"$output" | sed '/^S: /d; /# implied/d')" = "$2" ] || {
		echo "$output"
		return 1
	}
}

@test "RFC 821 3.1, typed: the standard's answers" {
	ends 69 "$SMTPSH" --sandbox --no-remarks < <(sed -n 's/^S: //p' "$ROOT/tests/conversations/alpha-beta.smtp" | sed 's/<CRLF>.<CRLF>/./')
	said >got
	cat >want <<'END'
R: 220 Beta.ARPA Simple Mail Transfer Service Ready
S: HELO [127.0.0.1]
R: 250 Beta.ARPA
S: MAIL FROM:<Smith@Alpha.ARPA>
R: 250 OK
S: RCPT TO:<Jones@Beta.ARPA>
R: 250 OK
S: RCPT TO:<Green@Beta.ARPA>
R: 550 No such user here
S: RCPT TO:<Brown@Beta.ARPA>
R: 250 OK
S: DATA
R: 354 Start mail input; end with <CRLF>.<CRLF>
S: Blah blah blah...
S: ...etc. etc. etc.
S: .
R: 250 OK
S: QUIT
R: 221 Beta.ARPA Service closing transmission channel
END
	diff want got
}

@test "RFC 821 3.2: who has moved" {
	ends 69 "$SMTPSH" --sandbox -c 'MAIL FROM:<Smith@Alpha.ARPA>' -c 'RCPT TO:<Postel@USC-ISI.ARPA>' -c 'RCPT TO:<Paul@USC-ISIB.ARPA>'
	has "R: 251 User not local; will forward to <Postel@USC-ISIF.ARPA>" \
		"R: 551 User not local; please try <Mockapetris@USC-ISIF.ARPA>"
}

@test "RFC 821 3.3: who is that, who is on that list" {
	answers "VRFY Smith" "R: 250 Fred Smith <Smith@USC-ISIF.ARPA>"
	answers "VRFY Smith@USC-ISIQ.ARPA" "R: 251 User not local; will forward to <Smith@USC-ISIQ.ARPA>"
	answers "VRFY Jones" "R: 550 String does not match anything." 69
	answers "VRFY Jones@USC-ISIQ.ARPA" "R: 551 User not local; please try <Jones@USC-ISIQ.ARPA>" 69
	answers "VRFY Gourzenkyinplatz" "R: 553 User ambiguous." 69
	answers "EXPN Example-People" "R: 250-Jon Postel <Postel@USC-ISIF.ARPA>
R: 250-Fred Fonebone <Fonebone@USC-ISIQ.ARPA>
R: 250-Sam Q. Smith <SQSmith@USC-ISIQ.ARPA>
R: 250-Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>
R: 250-<joe@foo-unix.ARPA>
R: 250 <xyz@bar-unix.ARPA>"
	answers "EXPN Executive-Washroom-List" "R: 550 Access Denied to You." 69
}

@test "EHLO offers what the receiver can" {
	ends 0 "$SMTPSH" --sandbox -c 'EHLO x'
	local k
	for k in PIPELINING SIZE 8BITMIME ENHANCEDSTATUSCODES CHUNKING SMTPUTF8 DSN HELP; do
		grep -Eq "^R: 250[- ]$k" <<<"$output" || {
			echo "no $k"
			return 1
		}
	done
	lacks STARTTLS AUTH
}

@test "verbs out of order, bad arguments, both as server and sandbox" {
	ends 0 "$SMTPSH" --sandbox -f "$ROOT/tests/conversations/order.smtp"
	serve
	ends 0 client -f "$ROOT/tests/conversations/order.smtp"
}

@test "loopback unless an address is named, and anybody may ask which port" {
	serve
	grep -q '^# listening on 127.0.0.1 port' server
	run ! grep -Ev 'listening on (127\.0\.0\.1|::1) port' server
	serve_stop
	serve_at() {
		"$SMTPSH" --serve "$1" --count 1 >served 3>&- &
		SERVER=$!
		soon grep -q listening served
		serve_stop
	}
	serve_at 127.0.0.2:0
	grep -q '^# listening on 127.0.0.2 port' served
	serve
	ends 75 "$SMTPSH" --serve "$PORT"
	tells "$PORT"
	ends 64 "$SMTPSH" --serve nonsense
	tells nonsense
	ends 64 "$SMTPSH" --serve 127.0.0.1:99999
	tells 99999
}

@test "a message in the Maildir: octets, trace, names, modes" {
	serve --maildir md --helo mx.example
	printf 'Subject: x\n\nFrom me\n.dot\n\xff\n' >message
	ends 0 client --helo me.example --from a@x.example --to b@y.example --to 'C@y.example' <message
	[ "$(stored b@y.example | wc -l)" = 1 ]
	[ "$(stored c@y.example | wc -l)" = 1 ]
	local f
	f=$(stored b@y.example)
	head -n 1 "$f" | grep -qx $'Return-Path: <a@x.example>\r'
	grep -q '^Received: from me.example (\[127.0.0.1\])' "$f"
	grep -q 'by mx.example with ESMTP' "$f"
	[ "$(grep -c '^Return-Path' "$f")" = 1 ]
	sed '1,/; .* [+-][0-9]*\r$/d' "$f" | cmp - <(sed 's/$/\r/' message)
	[ "$(stat -c %a "$f")" = 600 ]
	[ "$(stat -c %a md/b@y.example md/b@y.example/{tmp,new,cur} | sort -u)" = 700 ]
	[ -z "$(find md -path '*/tmp/*')" ]
	has_in "$output" "stored as $(basename "$f")"
}

@test "names in addresses are never part of a path" {
	serve --maildir md
	ends 0 client --from a@x.example --to '"../../evil"@y.example' --to '"a/b"@y.example' --to '".hidden"@y.example' --body hi
	[ ! -e ../evil@y.example ] && [ ! -e evil@y.example ]
	[ "$(find md -name new -type d | wc -l)" = 3 ]
	[ "$(find md -mindepth 3 -maxdepth 3 -type f | wc -l)" = 3 ]
	run ! ls md/.hidden@y.example
}

@test "a Maildir that is a link or no folder is 451, and nobody's loss" {
	mkdir -p md/b@y.example elsewhere
	ln -s "$PWD/elsewhere" md/b@y.example/new
	serve --maildir md
	ends 75 client --from a@x.example --to b@y.example --body hi
	has "R: 451"
	[ -z "$(ls elsewhere)" ]
	[ -z "$(find md -type f)" ]
}

@test "many at once, none lost" {
	serve --maildir md -q
	local i
	for i in {1..24}; do
		(for n in 1 2 3 4; do client -q --from "a$i@x.example" --to b@y.example --body "text $i.$n" || echo "$i $n" >>lost; done) 3>&- &
	done
	for i in $(jobs -p); do [ "$i" = "$SERVER" ] || wait "$i"; done
	[ ! -e lost ]
	[ "$(stored b@y.example | wc -l)" = 96 ]
	[ "$(cat md/b@y.example/new/* | grep '^text' | sort -u | wc -l)" = 96 ]
	[ -z "$(ls md/b@y.example/tmp)" ]
}

@test "--mailbox: only these, and the postmaster" {
	serve --mailbox jones@beta.example --mailbox brown@beta.example --maildir md
	ends 69 client --no-remarks -c 'EHLO x' -c 'MAIL FROM:<>' -c 'RCPT TO:<Jones@Beta.example>' -c 'RCPT TO:<green@beta.example>' \
		-c 'RCPT TO:<postmaster>' -c 'RCPT TO:<jones@other.example>' -c 'RCPT TO:<a%b@beta.example>' -c 'RCPT TO:<@x.example:a@b.example>'
	[ "$(sed -n '/^S: RCPT/{n;p}' <<<"$output" | cut -c1-6 | tr '\n' ' ')" = "R: 250 R: 550 R: 250 R: 550 R: 550 R: 550 " ]
}

@test "limits: recipients, mistakes, length of lines, size" {
	{
		echo 'EHLO x'
		echo 'MAIL FROM:<a@x.example>'
		for i in {1..101}; do echo "RCPT TO:<b$i@y.example>"; done
	} >many
	serve --size-max 1000
	ends 75 client <many
	[ "$(grep -c '^R: 250 2.1.5' <<<"$output")" = 100 ]
	has "R: 452"
	for i in {1..25}; do echo 'S: XYZ'; done >mistakes
	ends 75 client <mistakes
	has "R: 421"
	[ "$(grep -c '^R: 500' <<<"$output")" -le 20 ]
	ends 69 client -c "NOOP $(head -c 3000 /dev/zero | tr '\0' x)" -c NOOP
	has "R: 500" "R: 250"
	ends 69 client --from a@x.example --to b@y.example --body "$(head -c 2000 /dev/zero | tr '\0' x)"
	has "552"
	ends 69 client -c 'EHLO x' -c 'MAIL FROM:<a@x.example> SIZE=1001'
	has "R: 552"
	# Said too little: the text is taken to its end, then refused; the session goes on.
	{
		printf 'EHLO x\nMAIL FROM:<a@x.example>\nRCPT TO:<b@y.example>\nDATA\n'
		head -c 5000 /dev/zero | tr '\0' x | fold
		printf '\n.\nNOOP\n'
	} >big
	ends 69 client <big
	has "R: 552"
	[ "$(said | tail -n 4 | head -n 2)" = $'S: NOOP\nR: 250 2.0.0 OK' ]
}

# smuggle OCTETS: begins mail text, sends these and a whole second
# transaction, ends the text as it should be.
smuggle() {
	ends "$2" client -c 'EHLO x' -c 'MAIL FROM:<a@x.example>' -c 'RCPT TO:<b@y.example>' -c '\raw DATA\r\n' \
		-c "\\raw Subject: x\\r\\n\\r\\none$1MAIL FROM:<evil@x.example>\\r\\nRCPT TO:<b@y.example>\\r\\nDATA\\r\\ntwo\\r\\n.\\r\\n" \
		-c NOOP
	# As many replies as were asked for: none for what was inside.
	[ "$(said | grep -c '^R: ...\($\| \)')" = 8 ]
}

@test "only CRLF.CRLF ends mail text: nothing is smuggled in" {
	local evil n=0
	serve --maildir md
	for evil in '\n.\n' '\n.\r\n' '\r\n.\n' '\r.\r' '\r\n.\r' '\r.\r\n' '\r\r\n.\r\r\n' '\n.\r' '\r\n\0.\r\n'; do
		case $evil in
		*0*) smuggle "$evil" 0 && n=$((n + 1)) ;;
		*) smuggle "$evil" 69 && has "R: 550" ;;
		esac
		[ "$(stored b@y.example | wc -l)" = $n ] || {
			echo "$evil"
			return 1
		}
	done
	run ! grep -rq 'Return-Path: <evil' md
}

@test "--allow-bare keeps a bare CR or LF, and still ends at CRLF.CRLF alone" {
	serve --maildir md --allow-bare
	smuggle '\n.\n' 0
	smuggle '\r.\r' 0
	[ "$(stored b@y.example | wc -l)" = 2 ]
	run ! grep -rq 'Return-Path: <evil' md
	grep -q $'^one\r\\.\rMAIL' "$(grep -rl $'one\r' md)"
}

@test "a message that was not whole leaves nothing" {
	serve --maildir md
	ends 74 client --bare -c 'EHLO x' -c 'MAIL FROM:<a@x.example>' -c 'RCPT TO:<b@y.example>' -c '\raw DATA\r\n' -c '\raw half' -c '\close' -c NOOP
	ends 0 client -c 'EHLO x' -c 'MAIL FROM:<a@x.example>' -c 'RCPT TO:<b@y.example>' -c RSET
	"$SMTPSH" --bare "127.0.0.1:$PORT" -c 'EHLO x' -c 'MAIL FROM:<a@x.example>' -c 'RCPT TO:<b@y.example>' -c '\raw BDAT 1000 LAST\r\nten octets' -c '\close' || true
	serve_stop
	[ -z "$(find md -type f)" ]
}

@test "nothing behind QUIT is run" {
	serve --maildir md
	ends 0 client --bare -c '\raw NOOP\r\nQUIT\r\nNOOP\r\nVRFY x\r\n' -c '\expect close'
	[ "$(grep -c '^R: 2' <<<"$output")" = 3 ]
}

@test "octets that are no text are refused and escaped in the log" {
	serve
	ends 69 client -c '\raw NOOP \x1b[2J\r\n' -c '\raw \x00NOOP\r\n' -c '\raw \xc2\x9bx\r\n'
	has "R: 500"
	soon grep -q QUIT server
	run ! LC_ALL=C grep -aqP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' server
	grep -Fq '\x1b[2J' server
}

@test "LMTP: LHLO, a reply a recipient, no HELO" {
	serve --lmtp --mailbox jones@beta.example --maildir md
	ends 69 client --lmtp --from a@x.example --to jones@beta.example --to green@beta.example --body hi
	has "R: 250 2.0.0 <jones@beta.example>"
	[ "$(stored jones@beta.example | wc -l)" = 1 ]
	ends 69 client --lmtp -c 'HELO x'
	has "R: 500"
}

@test "chunks, 8-bit and SMTPUTF8 arrive as they were sent" {
	serve --maildir md
	printf 'Subject: \xc3\xa4\n\n%s\n.\n' "$(head -c 5000 /dev/urandom | base64)" >message
	ends 0 client --from a@x.example --to b@y.example --chunk 777 -q <message
	sed '1,/; .* [+-][0-9]*\r$/d' "$(stored b@y.example)" | cmp - <(sed 's/$/\r/' message)
	ends 0 client -c 'EHLO x' -c $'MAIL FROM:<\xc3\xa4@x.example> SMTPUTF8' -c $'RCPT TO:<\xc3\xb6@y.example>'
}

@test "--count ends it, a signal ends it" {
	serve --count 2
	ends 0 client -c NOOP
	ends 0 client -c NOOP
	wait "$SERVER"
	SERVER=
	serve
	kill "$SERVER"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 0 ]
}

@test "--mock plays the server's side and tells what the client did otherwise" {
	serve --mock "$ROOT/tests/conversations/typical.smtp" --count 1
	ends 0 client -f "$ROOT/tests/conversations/typical.smtp"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 0 ]
	serve --mock "$ROOT/tests/conversations/typical.smtp" --count 1
	ends 69 client -c 'HELO x' -c 'VRFY Smith'
	has "R: 503" "typical.smtp:7 expects: MAIL FROM"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 1 ]
	soon grep -q "typical.smtp:7: expected 'MAIL FROM:<Smith@USC-ISIF.ARPA>', the client sent 'VRFY Smith'" server
}

@test "a mock can close, pause, and say what no server should" {
	printf 'R: 220 x\nS: NOOP\n\\sleep 100ms\nR: 250 late\nS: NOOP\n\\close\n' >m
	ends 74 "$SMTPSH" --mock m -c NOOP -c NOOP -c NOOP
	has "250 late"
	printf 'R: 220 x\nS: NOOP\nR: 250 /x/\n' >m
	ends 65 "$SMTPSH" --serve 0 --mock m
	tells "m:3" "regular expression"
	printf 'NOOP\n' >m
	ends 65 "$SMTPSH" --serve 0 --mock m
	tells m
	ends 66 "$SMTPSH" --serve 0 --mock absent
	tells absent
}

@test "--sandbox needs no network and leaves no file" {
	ends 0 "$SMTPSH" --sandbox --no-rc --from a@x.example --to Jones@Beta.ARPA --body hi -q
	[ -z "$(find . -type f -newer "$BATS_TEST_FILENAME" ! -name 'separate-stderr*')" ]
}

@test "\\mailbox takes the name with or without its host" {
	local name
	for name in Jones jones@beta.arpa '<Jones@Beta.ARPA>'; do
		ends 0 "$SMTPSH" --sandbox -c 'MAIL FROM:<a@b.example>' -c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c hi -c . -c "\\mailbox $name"
		has "mailbox Jones@Beta.ARPA: from <a@b.example>"
	done
	ends 0 "$SMTPSH" --sandbox -c 'MAIL FROM:<a@b.example>' -c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c hi -c . -c '\mailbox Brown'
	has "no mail for Brown"
}

@test "\\connect: the port is the new place's own" {
	serve
	ends 75 "$SMTPSH" --sandbox -c NOOP -c "\\connect 127.0.0.1:$PORT" -c NOOP -c '\connect 127.0.0.1:1'
	tells "127.0.0.1 port 1: Connection refused"
}

@test "errors end a server's session, not the sandbox's" {
	local i
	for ((i = 0; i < 25; i++)); do echo 'S: FOO'; done >f
	ends 69 "$SMTPSH" --sandbox <f
	[ "$(grep -c '^R: 500' <<<"$output")" = 25 ]
	serve
	"$SMTPSH" "127.0.0.1:$PORT" --no-remarks <f >out || true
	[ "$(grep -c '^R: 500' out)" = 20 ]
	grep -q '^R: 421 ' out
}

@test "--mock --serve logs the conversation, secrets aside" {
	printf 'R: 220 x\nS: EHLO x\nR: 250-x\nR: 250 AUTH PLAIN\nS: AUTH PLAIN AGEAYg==\nR: 235 ok\nS: QUIT\nR: 221 bye\n' >m
	serve --mock m --count 1
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" -c 'EHLO x' -c 'AUTH PLAIN AGEAYg==' -c QUIT
	soon grep -q '# closed' server
	grep -q 'S: AUTH PLAIN \*\*\*' server
	grep -q 'R: 221 bye' server
	run ! grep -q 'AGEAYg' server
}
