#!/usr/bin/env bats
# The language: what may be sent, expressions, empty lines, mail text that holds
# what would end it, mocks that refuse what a client refuses.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

# refused FILE-LINE...: as the third line of a file it is 65 before connecting,
# told with its place and the tag that sends it; in a pipe the lines before it
# are sent; behind the tag it is.
refused() {
	local line
	for line; do
		printf 'EHLO x\n250\n%s\n' "$line" >f
		ends 65 "$SMTPSH" --pipe 'touch connected' -f f || return
		tells "f:3: found" "S:" || { echo "$line"; return 1; }
		[ ! -e connected ]
		ends 65 "$SMTPSH" --sandbox <f
		tells "standard input:3: found" || { echo "$line"; return 1; }
		has "S: EHLO x"
		lacks "S: $line"
		printf 'R: 220\nS: %s\nR: 500|502\n' "$line" >f
		ends 0 "$SMTPSH" --sandbox --bare -f f || return
		has "S: $line"
	done
}

@test "a slip in an expectation is never sent" {
	refused '5..' '2..' '5XX' '/Relay/' '5.7.1' 'R:550' '550,551' '550/551' '!250' '=250' '250OK' '250.' \
		'expect 554' '< 554' '2500' 'XYZZY' 'EHOL x'
}

@test "typed, by -c, such a line goes out as it is" {
	ends 69 "$SMTPSH" --sandbox -c '5..' -c 'XYZZY plugh' -c ' NOOP'
	has "S: 5.." "S: XYZZY plugh" "S:  NOOP"
}

@test "a slip in a template, in what is included, in rc" {
	printf '\\template t {\nNOOP\n5..\n}\n\\t\n' >f
	ends 65 "$SMTPSH" --pipe 'touch connected' -f f
	tells "f:3: found '5..'"
	printf 'NOOP\n250OK\n' >inner
	printf 'NOOP\n\\include inner\n' >f
	ends 65 "$SMTPSH" --pipe 'touch connected' -f f
	tells "inner:2: found '250OK'"
	[ ! -e connected ]
}

@test "what may be a secret is not quoted" {
	local line
	for line in ' ~> AUTH PLAIN c2VzYW1l' '=> auth login c2VzYW1l' 'R: AUTH PLAIN c2VzYW1l' 'c2VzYW1lc2VzYW1l'; do
		printf '%s\n' "$line" >f
		ends 65 "$SMTPSH" --sandbox -f f
		[[ "$output$stderr" != *c2Vz* ]]
	done
	printf 'AUTH LOGIN\nopen sesame\n' >f
	ends 65 "$SMTPSH" --sandbox -f f
	tells "f:2:" "not shown"
	[[ "$output$stderr" != *sesame* ]]
	ends 66 "$SMTPSH" --sandbox --auth PLAIN --auth-user joe --auth-password-fd 0 <<<'sesame open'
	[[ "$output$stderr" != *sesame* ]]
}

@test "answers of AUTH need no tag, slips among them are refused" {
	cat >m <<'END'
R: 220 m
S: EHLO x
R: 250-m
R: 250 AUTH LOGIN
S: AUTH LOGIN
R: 334 VXNlcm5hbWU6
S: am9l
R: 334 UGFzc3dvcmQ6
S: c2VzYW1l
R: 235 in
END
	printf 'EHLO x\n250\nAUTH LOGIN\n334\nam9l\n334\nc2VzYW1l\n235\n' >f
	ends 0 "$SMTPSH" --mock m -f f
	has "4 of 4 expectations met"
	ends 0 "$SMTPSH" --mock m <f
	printf 'AUTH LOGIN\nam9l\n33x4\n' >f
	ends 65 "$SMTPSH" --mock m -f f
	tells "f:3:"
	# Behind 235 none is asked for.
	printf 'EHLO x\n250\nAUTH LOGIN\n235\nc2VzYW1lc2VzYW1l\n' >f
	ends 65 "$SMTPSH" --mock m -f f
	tells "f:5:"
}

# expects STATUS EXPECTATION: of EHLO's reply, in a file and by \expect.
expects() {
	printf 'EHLO x\n%s\n' "$2" >f
	ends "$1" "$SMTPSH" --sandbox -f f || { echo "$2"; return 1; }
	printf 'EHLO x\n\\expect %s\n' "$2" >f
	ends "$1" "$SMTPSH" --sandbox -f f || { echo "\\expect $2"; return 1; }
}

@test "expressions: flags, and what opens with a stroke is one or is refused" {
	local want
	for want in '/beta\.arpa/i' '/^SIZE/m' '/greets.*HELP/s' '/S I Z E/x' '/^s i z e .* h e l p $/imsx' '/BITMIME$/m'; do
		expects 0 "250 $want"
	done
	for want in '/beta\.arpa/' '/^SIZE/' '/greets.*HELP/' '/S I Z E/' '/nosuch/i'; do
		expects 1 "250 $want"
	done
	for want in '/SIZE' '/SIZE/ # note' '/SIZE/g' '2.1.0 /SIZE/' '/' '/(/'; do
		expects 65 "250 $want"
	done
}

@test "what a command's words cannot be is told before connecting" {
	local line
	for line in '\expect 250 /SIZE' '\expect 250 /x/ # note' '\expect silence soon' '\sleep soon' '\raw \q' '\sleep'; do
		printf 'NOOP\n250\n%s\n' "$line" >f
		ends 65 "$SMTPSH" --pipe 'touch connected' -f f
		tells "f:3: "
		[ ! -e connected ]
	done
	# What a variable will make of it is not known.
	printf '\\set n 0\n\\sleep ${n}\nNOOP\n\\expect ${c:-250}\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
}

@test "S: and C: alone send an empty line, in mail text they are one" {
	printf 'S: NOOP\nR: 250\nS:\nR: 500\nS: \nR: 500\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	has "3 of 3 expectations met"
	[ "$(grep -c '^S:$' <<<"$output")" = 2 ]
	# And what was printed does the same again.
	printf '%s\n' "$output" >g
	ends 0 "$SMTPSH" --sandbox -f g
	[ "$(grep -c '^S:$' <<<"$output")" = 2 ]
	printf 'C: NOOP\nS: 250\nC:\nS: 500\n' >f
	ends 0 "$SMTPSH" --sandbox <f
}

# A text with all that could end it or be taken for something else.
nasty() {
	printf '%s\n' 'Subject: x' '' . .. '\.' '\\.' '<CRLF>.<CRLF>' ' <CRLF>.<CRLF> ' '\<CRLF>.<CRLF>' '' '${who} $${x}' 'S: x' 'R: 250 x' \
		'# x' '\raw x' '250 x' 'ends with <CRLF>' 'and <CR><LF>' ' indented' 'trailing ' '' .
}

# kept: the text of the newest mail, as it is in the Maildir.
kept() {
	local all=(md/b@y.example/new/*)
	[ "${#all[@]}" = 1 ]
	sed -n '/^Subject: x/,$p' "${all[0]}" | tr -d '\r'
	rm "${all[0]}"
}

# replays FILE: it is a conversation that sends that very text.
replays() {
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" -f "$1" || return
	kept | cmp - text || return
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" <"$1" || return
	kept | cmp - text
}

@test "a text with what would end it survives the screen and the record" {
	nasty >text
	serve --maildir md
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" --from a@x.example --to b@y.example --data text --record record
	printf '%s\n' "$output" >screen
	kept | cmp - text
	replays record
	replays screen
}

@test "chunks of any size, too" {
	nasty >text
	serve --maildir md
	local n
	for n in 1 2 3 7 10 16 1000; do
		ends 0 "$SMTPSH" "127.0.0.1:$PORT" --from a@x.example --to b@y.example --data text --chunk "$n" --record record
		printf '%s\n' "$output" >screen
		kept | cmp - text
		replays record
		replays screen
		rm record
	done
}

@test "what nothing was expected of is no passed test" {
	: >empty
	printf 'NOOP\n' >plain
	printf '\\set timeout 5s\n' >sets
	printf 'NOOP\n250\n' >good
	local f
	for f in empty plain sets; do
		ends 0 "$SMTPSH" --sandbox --format tap --junit j.xml -f "$f"
		has "ok 1 - $f # SKIP no expectation"
		grep -q '<skipped message="no expectation"/>' j.xml
		grep -q 'tests="1" failures="0" errors="0" skipped="1"' j.xml
	done
	ends 0 "$SMTPSH" --sandbox --format tap --junit j.xml -f good
	lacks SKIP
	grep -q 'skipped="0"' j.xml
	ends 0 "$SMTPSH" --sandbox --format tap <<<NOOP
	has "ok 1 - standard input # SKIP"
	# A mail that was taken is what was asked for.
	ends 0 "$SMTPSH" --sandbox --format tap --from a@b.example --to Jones@Beta.ARPA --body x
	has "ok 1 - message"
	lacks SKIP
}

# mock STATUS LINE...: a mock of these lines behind a greeting, asked for NOOP.
mock() {
	local want=$1
	shift
	printf '%s\n' '220 m' "$@" >m
	ends "$want" "$SMTPSH" --mock m -D who=Jones --bare -c NOOP
}

@test "a mock refuses what a client file refuses" {
	mock 65 NOOP 250 '\sleeep 1s'
	tells 'm:4: no command is called \sleeep' '\sleep'
	mock 65 NOOP 250 '\sleep'
	tells 'm:4: \sleep takes DURATION'
	mock 65 NOOP 250 '\sleep soon'
	tells 'm:4:' soon
	mock 65 NOOP '250 /x/'
	tells 'm:3: found a regular expression'
	mock 65 NOOP '250 ${nobody}'
	tells 'm:3:' '${nobody} is not set'
	mock 65 NOOP 250 '\send f'
	tells 'm:4: found \send' 'lines that a mock is to await'
	mock 65 NOOP 250 '\raw \q'
	tells 'm:4:' "is no escape"
	mock 65 'spam and noise' 250
	tells "m:2: found 'spam and noise'"
	mock 66 NOOP 250 '\include absent'
	tells "m:4:" absent
}

@test "a mock says and awaits what variables, templates and commands make" {
	mock 0 NOOP '250 for ${who}'
	has "R: 250 for Jones"
	mock 0 '\template t {' NOOP '250 ${1} and ${2:-no more}' '}' '\t this'
	has "R: 250 this and no more"
	mock 0 '\set x y' '\pipeline' NOOP '\expect 250 said' '\expect within 5s'
	has "R: 250 said"
	mock 0 '\raw NOO' '\raw P\r\n' '250 octets'
	has "R: 250 octets"
	mock 69 '\raw noop\r\n' '250 octets'
	has 'R: 503 m:2 expects: noop\x0D\x0A'
	printf '220 m\n\\helo x\n250\n\\mail a@b.example\n250\n\\rcpt ${who}\n250\n\\data\n354\nx\n.\n250\n\\expect silence 50ms\nQUIT\n221 bye\n' >m
	ends 0 "$SMTPSH" --mock m -D who=Jones -f m
	has "S: RCPT TO:<Jones>" "8 of 8 expectations met" "R: 221 bye"
}

@test "messages of a mock name a line, or the end" {
	printf '220 m\nRSET\n250\n' >m
	ends 69 "$SMTPSH" --mock m --bare -c 'VRFY x'
	has "R: 503 m:2 expects: RSET"
	printf '220 m\nNOOP\n250\n' >m
	ends 69 "$SMTPSH" --mock m --bare -c NOOP -c 'VRFY x'
	has "R: 503 m, at its end expects: QUIT"
	printf '220 m\nAUTH PLAIN c2VzYW1l\n235\n' >m
	ends 69 "$SMTPSH" --mock m --bare -c 'VRFY x'
	has 'R: 503 m:2 expects: AUTH PLAIN ***'
}

@test "a FIFO is awaited; a signal ends the wait" {
	mkfifo pipe
	(sleep 0; printf 'NOOP\n550\n' >pipe) 3>&- &
	ends 1 timeout 20 "$SMTPSH" --sandbox -f pipe
	tells "pipe:2: expected 550, got 250"
	"$SMTPSH" --sandbox -f pipe 3>&- >out 2>&1 &
	local pid=$! status=0
	until grep -q '# pipe' out; do :; done
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" = 143 ]
}

@test "memory and time grow as the file" {
	# Sanitizers have their own.
	[[ ${MODE:-release} != [atm]san && ${MODE:-release} != valgrind ]] || skip "a limit on memory"
	local i
	for ((i = 0; i < 20000; i++)); do echo "\\set v$i x"; done >sets
	ends 0 timeout 20 "$SMTPSH" --sandbox -q -f sets
	yes DATA | head -n 20000 >data
	ends 69 timeout 60 "$SMTPSH" --sandbox -q --stop -f data
	yes '250 2.1.0 fine x' | head -n 400000 >expects
	ulimit -v $((12 * 400000 * 17 / 1024 + 120000))
	ends 1 "$SMTPSH" --sandbox -q -f expects
}
