#!/usr/bin/env bats
# The program against servers that misbehave (tests/hostile): how it ends, that
# it ends in time and within its memory, what it sends them, what it shows.

bats_require_minimum_version 1.5.0

load helper.bash

setup_file() {
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O1 -o "$BATS_FILE_TMPDIR/hostile" \
		"$BATS_TEST_DIRNAME/hostile/hostile.c"
}

setup() {
	smtpsh_setup
	printf 'Subject: hi\n\nhello\n' >message
	HOSTILE=
}

teardown() {
	[ -z "$HOSTILE" ] || kill "$HOSTILE" 2>/dev/null || true
}

# Address space in KiB; sanitizers and valgrind need all there is.
memory() {
	case ${MODE:-release} in
	asan | tsan | valgrind) echo unlimited ;;
	*) echo 65536 ;;
	esac
}

# No octet that a terminal would obey, or be fooled by, and all of it UTF-8.
harmless() {
	local f
	for f; do
		[ -e "$f" ] || continue
		if LC_ALL=C grep -aqP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$f" ||
			! iconv -f UTF-8 -t UTF-8 "$f" >/dev/null; then
			echo "raw octets in $f:"
			od -c "$f" | head -n 40
			return 1
		fi
	done
}

# attack CASE STATUS OPTION...: one message (in the file "message") for a server of that
# case; in $output what was shown, in $stderr the one error, in the file "sent"
# what the server read.
attack() {
	local case=$1 want=$2 before=$EPOCHSECONDS
	shift 2
	rm -f ready sent body record
	mkfifo ready
	"$BATS_FILE_TMPDIR/hostile" "$case" . >ready 3>&- &
	HOSTILE=$!
	read -r PORT <ready
	status=0
	(
		ulimit -v "$(memory)"
		exec timeout -s KILL 30 "$SMTPSH" --timeout 1s --helo client.example \
			--from a@x.example --to b@y.example --record record \
			"$@" "127.0.0.1:$PORT"
	) <message >out 2>err || status=$?
	# It ends when its client goes; but one does not look, and to another
	# no client comes.
	[ "$case" != data-no-read ] && [ "$want" != 65 ] || kill "$HOSTILE"
	wait "$HOSTILE" || true
	HOSTILE=
	output=$(tr -d '\0' <out) stderr=$(tr -d '\0' <err)
	# shellcheck disable=SC2053 # a pattern
	if [[ $status != $want ]]; then
		echo "$case: status $status, expected $want"
		tail -c 2000 out
		head -c 2000 err
		return 1
	fi
	[ $((EPOCHSECONDS - before)) -le 8 ] || {
		echo "$case: too slow"
		return 1
	}
	harmless out err record
	[ "$want" = 0 ] || [ -s err ] || [ "$want" = 69 ] || [ "$want" = 75 ]
	[ ! -e pwned ]
}

# What the server never read.
unsent() {
	local verb
	for verb; do
		if grep -i "^$verb" sent; then
			return 1
		fi
	done
}

@test "each case is tried here" {
	local case
	tr -s '\n\t\\' ' ' <"$BATS_TEST_FILENAME" >words
	for case in $("$BATS_FILE_TMPDIR/hostile" --list); do
		grep -Eq "attack $case |for case in [^;]*${case}[ ;]" words || {
			echo "$case is not"
			return 1
		}
	done
}

@test "a server that behaves is the measure" {
	attack good 0
	[ "$(cat sent)" = $'EHLO client.example\nMAIL FROM:<a@x.example>\nRCPT TO:<b@y.example>\nDATA\nQUIT' ] ||
		grep -q '^MAIL FROM:<a@x.example> SIZE=' sent
	printf 'Subject: hi\r\n\r\nhello\r\n' | cmp - body
}

@test "no greeting, or the end in place of it" {
	attack greet-none 75
	tells "the greeting did not come in time" "--timeout"
	[ ! -s sent ]
	attack greet-close 74
	tells "closed" "the greeting never came"
	# It may come while the connection is being made.
	attack greet-reset "7[45]"
	tells reset
}

@test "greetings without end" {
	attack greet-endless-line 76
	unsent .
	attack greet-bomb 76
	unsent .
}

@test "greetings that are none" {
	local case
	for case in greet-250 greet-no-code greet-short-code greet-5-digits \
		greet-codes-differ greet-separator; do
		attack $case 76
		unsent EHLO HELO MAIL
	done
	attack greet-554 69
	unsent EHLO HELO MAIL
	has "554 no service here"
	attack greet-421 75
	unsent EHLO HELO MAIL
	attack greet-http 76
	unsent EHLO HELO MAIL
	has "HTTP/1.1 400 Bad Request"
	attack greet-tls 76
	unsent EHLO HELO MAIL
	has_in "$output$stderr" '\x15\x03\x01' TLS
}

@test "odd greetings that count" {
	attack greet-code-only 0
	attack greet-bare-lf 0
	has LF
	attack greet-urgent 0
	attack drip 0
	attack greet-format 0
	has '$(touch pwned)' '%s%n'
}

@test "octets of a server are shown, never obeyed" {
	attack greet-escapes 0
	has 'hi \x1b]0;x\x07\x1b[2J' '\x7f' '\x9b1m' '\xc2\x9b'
	attack greet-bidi 0
	has '\xe2\x80\xae\xe2\x80\x8btxt\xc0\xaf'
	attack greet-nul 0
	has 'a\x00HIDDEN'
	attack greet-bare-cr 0
	has '220 x\x0dEVIL cmd'
	attack ehlo-controls 0
	has '\x00evil' '\x1b[31mSIZE'
	attack rcpt-escapes 69
	has 'R: 550 5.1.1 \x1b]0;x'
}

@test "nor in JSON, TAP and JUnit" {
	attack rcpt-escapes 69 --format json
	jq -e . out >/dev/null
	attack greet-bidi 0 --format json
	jq -e . out >/dev/null
	attack rcpt-escapes 69 --format tap --junit junit.xml
	harmless junit.xml
	if command -v xmllint >/dev/null; then
		xmllint --noout junit.xml
	fi
}

@test "a reply nobody asked for" {
	attack greet-twice 76
	unsent MAIL
	has_in "$output$stderr" "220 two" "no command asked for"
	attack mail-421 76
	has "421 4.3.2 shutting down"
	unsent Subject
	attack mail-421 75 --no-pipelining
	unsent DATA
}

@test "EHLO: refused, too much, insane" {
	attack ehlo-500 0
	[ "$(head -n 3 sent)" = $'EHLO client.example\nHELO client.example\nMAIL FROM:<a@x.example>' ]
	attack ehlo-bomb 76
	unsent MAIL
	attack ehlo-long-keyword 76
	unsent MAIL
	attack ehlo-size-insane 0
	attack ehlo-size-small 69
	unsent DATA
	attack ehlo-half-close 74
}

@test "a message over the SIZE that is offered is not begun" {
	head -c 5000 /dev/zero | tr '\0' 'x' >message
	attack ehlo-size-small 69
	unsent DATA
}

@test "codes that are none, or belong elsewhere" {
	local case
	for case in mail-999 mail-000 mail-199 mail-600 mail-150 mail-354 \
		mail-full-width; do
		attack $case 76 --no-pipelining
		unsent RCPT DATA Subject
		attack $case 76
		unsent Subject
	done
	attack data-250 76
	unsent Subject
}

@test "the end in the middle" {
	attack mail-close 74 --to c@z.example
	attack rcpt-reset 74
	unsent Subject
	attack rcpt-reset 74 --no-pipelining
	tells reset
	unsent DATA
	attack rcpt-551 69
	unsent "RCPT TO:<evil" Subject
	attack rcpt-551 69 --no-pipelining
	has "551 try <evil@evil.example>"
	unsent "RCPT TO:<evil" DATA
}

@test "mail text: an early refusal, nobody reads, no answer" {
	head -c 8388608 /dev/zero | tr '\0' x | fold -w 70 >message
	attack data-early-554 69
	has_in "$output$stderr" "554 5.7.1 stop"
	attack data-no-read 75
	printf 'Subject: hi\n\nhello\n' >message
	attack end-silent 75
	tells "whether the mail was taken is unknown"
	attack end-close 74
	tells "whether the mail was taken is unknown"
	attack end-cut 74
	tells "whether the mail was taken is unknown"
	attack end-several 0
}

@test "BDAT: a refused chunk is the last, replies are counted" {
	head -c 3000 /dev/zero | tr '\0' x | fold -w 70 >message
	attack bdat-552 69 --chunk 1000
	[ "$(grep -c ^BDAT sent)" = 1 ]
	attack bdat-twice 76 --chunk 1000
	has_in "$output$stderr" "no command asked for"
	[ "$(grep -c ^BDAT sent)" = 1 ]
}

@test "QUIT spoils nothing" {
	attack quit-silent 0
	attack quit-reset 0
}

@test "dots: each line that begins with one, at every edge of a block" {
	local n
	{
		printf '.\n..\n...\n.x\n\n.\n'
		for n in 510 1022 4094 16382 65534; do
			head -c "$n" /dev/zero | tr '\0' x
			printf '\n.\n..\n'
		done
		printf '.'
	} >message
	attack good 0
	sed 's/$/\r/' message >want
	# The last line has got its end.
	printf '\n' >>want
	[ "$(sha256sum <want)" = "$(sha256sum <body)" ]
	unsent "bare"
}

@test "nothing smuggles a second message out" {
	local evil
	for evil in '\n.\n' '\n.\r\n' '\r\n.\n'; do
		printf "Subject: x\n\nbegin${evil}MAIL FROM:<evil@x.example>\r\nend\n" >message
		attack good 0
		unsent "bare" "MAIL FROM:<evil"
		[ "$(grep -c '^MAIL' sent)" = 1 ]
		grep -q '^end' body
	done
	for evil in '\r.\r' '\r\n.\r' '\r.\r\n' '\r\r\n.\r\r\n' '\n.\r'; do
		printf "Subject: x\n\nbegin${evil}MAIL FROM:<evil@x.example>\r\nend\n" >message
		attack good 65
		has_in "$stderr" CR line
		unsent "MAIL FROM:<evil"
	done
}

@test "STARTTLS that is required and not to be had: nothing more in clear" {
	local case
	for case in tls-none tls-ehlo-502 tls-fuzzy tls-454 tls-250; do
		attack $case 77 --tls
		unsent MAIL AUTH RCPT
	done
	attack tls-close 74 --tls
	unsent MAIL
	attack tls-garbage 76 --tls
	unsent MAIL
	attack tls-silent 75 --tls
	unsent MAIL
}

@test "octets in clear behind the 220 end the session, and are counted" {
	attack tls-inject 76 --tls
	tells 26
	unsent MAIL
	attack tls-inject-lf 76 --tls
	tells "1 octet"
	unsent MAIL
	attack tls-inject 76 --tls-optional
	unsent MAIL
}

@test "AUTH: no password in clear, no end of challenges, no nonsense" {
	echo sesame >password
	chmod 600 password
	attack auth-clear 77 --auth --auth-user me --auth-password-file password
	unsent AUTH MAIL
	attack auth-endless 77 --auth LOGIN --auth-user me --auth-password-file password --auth-insecure
	unsent MAIL
	[ "$(grep -c c2VzYW1l sent)" -le 1 ]
	attack auth-huge 76 --auth PLAIN --auth-user me --auth-password-file password --auth-insecure
	unsent MAIL
	attack auth-not-base64 77 --auth LOGIN --auth-user me --auth-password-file password --auth-insecure
	unsent MAIL
}
