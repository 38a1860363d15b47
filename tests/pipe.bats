#!/usr/bin/env bats
# Unattended: lines from a pipe and from -c, and one message by --from and --to.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	recorder
	PIPED=
}

teardown() {
	[ -z "$PIPED" ] || kill "$PIPED" 2>/dev/null || true
	serve_stop
}

# mail OPTION...: one message from a@x.example to b@y.example for the recorder.
mail() {
	"$SMTPSH" --from a@x.example --to b@y.example --pipe "$RECORDER" "$@"
}

# What went over the wire as mail text, the period included.
wire_text() {
	sed -n '/^DATA\r$/,/^\.\r$/p' wire | sed 1d
}

# The file arrives as these octets (of printf), the period behind them.
arrives() {
	rm -f wire
	ends 0 mail -q <message
	printf "$1.\r\n" | diff - <(wire_text)
}

@test "lines from a pipe, each waits for its reply" {
	ends 0 "$SMTPSH" --sandbox < <(printf 'HELO me\nVRFY Smith\nNOOP\n')
	[ "$(said | grep -o '^S: .*')" = $'S: HELO me\nS: VRFY Smith\nS: NOOP\nS: QUIT' ]
	has "R: 250 Fred Smith"
	# The last line may lack its end; CRLF is a line end too.
	ends 0 "$SMTPSH" --sandbox < <(printf 'HELO me\r\nNOOP')
	has "S: NOOP"
	ends 0 "$SMTPSH" --sandbox </dev/null
	[ "$(said | grep -o '^S: .*')" = "S: QUIT" ]
}

@test "a reply comes before the next line is written" {
	mkfifo lines
	exec 4<>lines
	"$SMTPSH" --sandbox <lines 4>&- >shown 3>&- &
	PIPED=$!
	echo NOOP one >&4
	soon grep -q 'R: 250' shown
	echo QUIT >&4
	soon grep -q 'R: 221' shown
	exec 4>&-
	wait $PIPED
	PIPED=
}

@test "-c, once and several times, is one conversation" {
	ends 0 "$SMTPSH" --sandbox -c 'MAIL FROM:<a@x.example>' -c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c 'Subject: c' -c '' -c '.' -c '\mailbox'
	has "#     Subject: c"
	[ "$(grep -c connected <<<"$output")" = 1 ]
	ends 65 "$SMTPSH" --sandbox -c 'MAIL FROM:<a@x.example>' -c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c 'no end'
	has_in "$stderr" "found the end" "'.'"
	lacks "S: ."
}

@test "-q is quiet, --no-remarks explains nothing" {
	ends 0 "$SMTPSH" --sandbox -q -c NOOP
	[ -z "$output$stderr" ]
	ends 0 "$SMTPSH" --sandbox --no-remarks -c 'VRFY Smith'
	lacks "Requested mail action"
}

@test "one message: greeting, EHLO, MAIL, RCPT, DATA, text, QUIT" {
	printf 'Subject: hi\n\nhello\n' >message
	ends 0 mail --to '<c@z.example>, d@z.example' --helo me.example <message
	sed 's/\r$//' wire >plain
	diff plain - <<'END'
EHLO me.example
MAIL FROM:<a@x.example> SIZE=22
RCPT TO:<b@y.example>
RCPT TO:<c@z.example>
RCPT TO:<d@z.example>
DATA
Subject: hi

hello
.
QUIT
END
	[ "$(grep -c $'\r$' wire)" = "$(wc -l <wire)" ]
	has "R: 250 2.0.0 kept"
}

@test "LF, CRLF and mixed line ends become CRLF" {
	printf 'a\nb\r\nc\n\nd\r\n\r\ne\n' >message
	arrives 'a\r\nb\r\nc\r\n\r\nd\r\n\r\ne\r\n'
}

@test "a line that begins with a period gets one more" {
	printf '.\n..\n.x\nx.\n. \n' >message
	arrives '..\r\n...\r\n..x\r\nx.\r\n.. \r\n'
	printf '.' >message
	arrives '..\r\n'
}

@test "a last line without end is ended, an empty message is none" {
	printf 'a\nb' >message
	arrives 'a\r\nb\r\n'
	: >message
	rm wire
	ends 66 mail <message
	tells "standard input is empty"
	ends 66 mail <message
	has "not sent 1: no message"
	lacks "no connection"
	ends 65 mail -q --data message
	tells "message is empty: no message"
	run ! grep -q '^MAIL' wire
}

@test "8-bit text asks for 8BITMIME where it is offered" {
	printf 'Subject: x\n\n\xc3\xa4 \xff\n' >message
	ends 0 mail -q <message
	grep -q 'BODY=8BITMIME' wire
	grep -aq $'\xc3\xa4 \xff\r$' wire
}

@test "UTF-8 in header fields asks for SMTPUTF8, in the body alone not" {
	export OFFER=SMTPUTF8
	printf 'Subject: Gr\xc3\xbc\xc3\x9fe\n\nx\n' >message
	ends 0 mail -q <message
	grep -q '^MAIL FROM:<a@x.example> BODY=8BITMIME SMTPUTF8' wire
	rm wire
	ends 0 mail -q --mail-param smtputf8 <message
	grep -q $'^MAIL FROM:<a@x.example> BODY=8BITMIME smtputf8\r$' wire
	rm wire
	printf 'Subject: x\n continued \xc3\xbc\n\nx\n' >message
	ends 0 mail -q <message
	grep -q '^MAIL.* SMTPUTF8' wire
	rm wire
	# In the body, in a text without a header, in what is no UTF-8.
	for m in 'Subject: x\n\nZ\xc3\xbcrich: \xc3\xbc\n' \
		'Z\xc3\xbcrich liegt\n' 'Subject: Z\xfcrich\n\nx\n'; do
		printf "$m" >message
		ends 0 mail <message
		grep -q $'^MAIL FROM:<a@x.example> BODY=8BITMIME\r$' wire
		rm wire
	done
	has "no UTF-8"
}

@test "UTF-8 in the header, 8-bit text: told where they were not offered" {
	printf 'Subject: Gr\xc3\xbc\xc3\x9fe\n\nx\n' >message
	ends 0 mail <message
	has "SMTPUTF8 was not offered (RFC 6531)"
	lacks "8BITMIME was not"
	sed -i s/8BITMIME/HELP/ recorder.sh
	ends 0 mail <message
	has "SMTPUTF8 was not offered (RFC 6531)" "8BITMIME was not offered (RFC 6152)"
	printf 'Subject: x\n\n\xe4\n' >message
	ends 0 mail <message
	has "8BITMIME was not offered (RFC 6152)"
	lacks SMTPUTF8
	printf 'Subject: x\n\nx\n' >message
	ends 0 mail <message
	lacks "was not offered"
}

@test "a domain beyond ASCII goes as A-labels where SMTPUTF8 is not offered" {
	local to=$'joe@b\xc3\xbccher.example'
	ends 0 mail --body x --to "$to" --from $'jan@b\xc3\xbccher.example'
	[ "$(grep -a -c '^MAIL FROM:<jan@xn--bcher-kva.example>' wire)" = 1 ]
	[ "$(grep -a -c $'^RCPT TO:<joe@xn--bcher-kva.example>\r' wire)" = 1 ]
	has "$to goes as joe@xn--bcher-kva.example" "RFC 5891"
	rm wire
	OFFER=SMTPUTF8 ends 0 mail --body x --to "$to"
	grep -a -q "^RCPT TO:<$to>" wire
	grep -a -q '^MAIL.* SMTPUTF8' wire
	lacks xn--
	rm wire
	# A local part cannot, and then nothing goes.
	ends 69 mail --body x --to "$to" --to $'j\xc3\xbcrgen@b.example'
	has_in "$stderr" "is not ASCII" "SMTPUTF8" "nothing was sent" $'j\xc3\xbcrgen@b.example'
	run grep -a '^MAIL\|^RCPT' wire
	[ "$status" = 1 ]
}

@test "a bare CR is refused by name and line, and nothing is sent" {
	local bad n=0
	for bad in 'a\nb\rc\n' '\ra\n' 'a\r' 'a\r\r\n' 'a\n\n\r\r\n'; do
		printf "$bad" >message
		n=$((n + 1))
		ends 65 mail <message
		tells "standard input: line $((n == 1 ? 2 : n == 5 ? 3 : 1))" CR
		ends 65 mail --data message
		tells "message: line" CR
	done
	[ ! -e wire ]
}

@test "a bare CR far down ends the connection, not the text" {
	{
		head -c 1200000 /dev/zero | tr '\0' x | fold
		printf '\na\rb\nlast\n'
	} >message
	# Where its size is to be told it is read first, and nothing is begun.
	ends 65 mail -q <message
	tells "standard input: line 15001" CR
	run ! grep -q '^MAIL' wire
	rm wire
	OFFER=HELP ends 65 mail -q <message
	tells "standard input: line 15001" CR
	grep -q '^DATA' wire
	run ! grep -aq '^last' wire
	run ! grep -aq $'^\\.\r$' wire
	run ! grep -aq '^QUIT' wire
}

@test "SIZE is what is sent: two octets a line end, no period that was added" {
	printf 'Subject: x\n\n.a\nb' >message
	ends 0 mail -q <message
	cat message | ends 0 mail -q
	ends 0 mail -q --data message
	[ "$(grep -c '^MAIL FROM:<a@x.example> SIZE=21.$' wire)" = 3 ]
	rm wire
	yes 0123456789 | head -c 1430000 >message
	ends 0 mail -q <message
	grep -q "^MAIL FROM:<a@x.example> SIZE=1560000.$" wire
	# A pipe is read ahead as far as a file that is read whole.
	rm wire
	yes 0123456789 | head -c 880000 >message
	cat message | ends 0 mail -q
	grep -q "^MAIL FROM:<a@x.example> SIZE=960000.$" wire
	grep -a '^0123456789' wire | tr -d '\r' | cmp - message
	rm wire
	printf 'a\rb\n' >>message
	cat message | ends 65 mail -q
	ends 65 mail -q --data message
	[ ! -e wire ]
}

@test "a message that cannot be read is not begun" {
	ends 66 mail --data absent
	tells absent "No such file"
	ends 66 mail --data .
	tells "directory"
	ends 66 mail --data /proc/self/mem
	tells /proc/self/mem
	[ ! -e wire ]
}

@test "a message that was cut short is never ended with a period" {
	mkfifo begun in
	exec 4<>in
	mail -q <in 4>&- 3>&- &
	PIPED=$!
	head -c 2000000 /dev/zero | tr '\0' x | fold >&4 3>&- &
	local writer=$!
	read -r _ <begun
	kill $PIPED $writer
	wait $PIPED || status=$?
	PIPED=
	exec 4>&-
	[ "$status" = 143 ]
	grep -q '^DATA' wire
	run ! grep -aq $'^\\.\r$' wire
}

@test "a test message when there is none: headers and body as asked" {
	ends 0 mail -q --header 'X-Test: yes' --header 'Subject: own' --body 'body text'
	wire_text >text
	[ "$(grep -c '^Subject:' text)" = 1 ]
	grep -q '^Subject: own' text
	grep -q '^X-Test: yes' text
	grep -Eq '^Date: [A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9]{4} ' text
	grep -q '^From: <a@x.example>' text
	grep -q '^To: <b@y.example>' text
	grep -Eq '^Message-Id: <[^@]+@[^>]+>' text
	[ "$(tail -n 3 text)" = $'\r\nbody text\r\n.\r' ]
	ends 64 mail --header 'no colon'
	tells "no colon" "NAME: VALUE"
	ends 64 mail --header $'X: a\nY: b'
	tells "line end"
	rm wire
	ends 0 mail -q </dev/null
	grep -q 'This is a test message' wire
}

@test "--quit-after each stage" {
	local stage
	declare -A last=([connect]=QUIT [helo]='EHLO me' [mail]='MAIL FROM:<a@x.example>' [rcpt]='RCPT TO:<b@y.example>' [data]=DATA)
	for stage in connect helo mail rcpt data; do
		rm -f wire
		ends 0 mail --helo me --quit-after $stage </dev/null
		tr -d '\r' <wire | sed 's/ SIZE=.*//' >plain
		if [ $stage = data ]; then
			[ "$(tail -n 1 plain)" = DATA ]
		else
			[ "$(tail -n 1 plain)" = QUIT ]
			[ $stage = connect ] || [ "$(tail -n 2 plain | head -n 1)" = "${last[$stage]}" ]
		fi
	done
	ends 64 mail --quit-after nonsense
	tells nonsense "connect|helo|mail|rcpt|data"
	# Nothing that was demanded can have been done by then.
	ends 64 mail --quit-after connect --tls
	has_in "$stderr" "before --tls"
	ends 64 mail --quit-after connect --auth --auth-user me
	# A probe that ends before recipients needs none.
	rm wire
	for stage in connect helo mail; do
		ends 0 "$SMTPSH" --pipe "$RECORDER" --from a@x.example --quit-after $stage
	done
	run ! grep -q '^RCPT' wire
	ends 64 "$SMTPSH" --pipe "$RECORDER" --from a@x.example --quit-after rcpt
	tells "no recipient"
}

# refuses VERB REPLY STATUS: a server that says that, and how one message ends.
refuses() {
	rm -f wire
	sed "s/^	\\*) printf/	$1*) printf '$2\\\\r\\\\n' ;;\n&/" recorder.sh >refuses.sh
	[ "$1" != DATA ] || sed -i "s/^	DATA).*/	DATA) printf '$2\\\\r\\\\n' ;;/" refuses.sh
	[ "$1" != . ] || sed "s/250 2.0.0 kept/$2/" recorder.sh >refuses.sh
	ends "$3" "$SMTPSH" --from a@x.example --to b@y.example --body hi \
		--timeout 2s --pipe 'bash refuses.sh'
	has "${2%%[-\\]*}"
}

@test "the exit status says how it went: refused for good or for now" {
	refuses MAIL '550 no' 69
	run ! grep -q RCPT wire
	refuses MAIL '451 later' 75
	refuses RCPT '550 5.1.1 nobody' 69
	run ! grep -q DATA wire
	refuses RCPT '450 later' 75
	refuses DATA '554 no' 69
	run ! grep -q 'Subject' wire
	refuses . '554 5.7.1 spam' 69
	refuses . '452 full' 75
	refuses MAIL '250-strange\\r\\n251 stranger' 76
}

@test "one recipient refused, the other mailed: a status of its own" {
	ends 69 "$SMTPSH" --sandbox --from a@x.example --to Green@Beta.ARPA,Jones@Beta.ARPA --body hi
	has "R: 550" "R: 250 2.0.0 OK"
	ends 69 "$SMTPSH" --sandbox --stop --from a@x.example --to Green@Beta.ARPA,Jones@Beta.ARPA --body hi
	lacks "S: DATA"
}

@test "no host, none there, nobody listens" {
	ends 68 "$SMTPSH" --from a@x.example --to b@y.example --body hi host.invalid
	tells host.invalid
	serve --count 1
	local port=$PORT
	serve_stop
	ends 75 "$SMTPSH" --from a@x.example --to b@y.example --body hi "127.0.0.1:$port"
	tells "127.0.0.1 port $port" refused
	ends 64 "$SMTPSH" --from a@x.example --to b@y.example --body hi
	tells "no host"
}

@test "addresses bring no line and no parameter with them" {
	local bad
	for bad in $'b@y\r\nRSET' 'b@y> NOTIFY=NEVER' $'b@y\nx' 'b c@y' '"b@y' $'b\ty@z'; do
		ends 64 "$SMTPSH" --from a@x.example --to "$bad" --body hi --pipe "$RECORDER"
		tells --to
		ends 64 "$SMTPSH" --from "$bad" --to b@y.example --body hi --pipe "$RECORDER"
		tells --from
	done
	[ ! -e wire ]
	ends 0 mail -q --to '"b c,>"@y.example' --body hi
	grep -Fq 'RCPT TO:<"b c,>"@y.example>' wire
	rm wire
	ends 0 mail -q --from '<>' --body hi
	grep -Fq 'MAIL FROM:<>' wire
	ends 64 "$SMTPSH" --from a@x.example --body hi --pipe "$RECORDER"
	tells --to
}

@test "parameters are added, and the user's own stand alone" {
	ends 0 mail -q --mail-param RET=HDRS --mail-param SIZE=7 --rcpt-param NOTIFY=NEVER --to c@z.example --body hi
	grep -Eq '^MAIL FROM:<a@x.example> .*RET=HDRS' wire
	[ "$(grep -o SIZE= wire | wc -l)" = 1 ]
	[ "$(grep -c '^RCPT TO:.* NOTIFY=NEVER' wire)" = 2 ]
}

@test "parameters bring no line with them" {
	ends 64 mail --mail-param $'SIZE=1\r\nRSET' --body hi
	tells --mail-param
	ends 64 mail --rcpt-param $'NOTIFY=NEVER\nRSET' --body hi
	tells --rcpt-param
	[ ! -e wire ]
}

@test "--chunk sends by BDAT" {
	printf '.a\n%s\nlast' "$(head -c 100 /dev/zero | tr '\0' x)" >message
	ends 0 "$SMTPSH" --sandbox --from a@x.example --to Jones@Beta.ARPA --chunk 50 --no-remarks <message
	has "S: BDAT 50" "S: BDAT 12 LAST"
	lacks "S: DATA"
	ends 64 mail --chunk 0 --body hi
	tells --chunk
	ends 64 mail --chunk 1k --body hi
	tells --chunk 1k
	[ ! -e wire ]
}

@test "--lmtp: LHLO, and a reply for each recipient that was accepted" {
	ends 69 "$SMTPSH" --sandbox --lmtp --from a@x.example --to Jones@Beta.ARPA,Green@Beta.ARPA,Brown@Beta.ARPA --body hi
	has "S: LHLO" "R: 250 2.0.0 <Jones@Beta.ARPA>" "R: 250 2.0.0 <Brown@Beta.ARPA>"
	lacks "R: 250 2.0.0 <Green" "S: EHLO"
}

@test "--socket: a Unix socket, LMTP too" {
	"$SMTPSH" --serve 0 --socket sock --lmtp --count 1 >served 3>&- &
	PIPED=$!
	soon grep -q listening served
	ends 0 "$SMTPSH" --socket sock --lmtp --from a@x.example --to b@y.example --body hi
	has "S: LHLO" "# connected to "
	wait $PIPED
	PIPED=
	ends 75 "$SMTPSH" --socket absent -c NOOP
	tells absent
}

@test "--pipe: a program's standard input and output, ended with it" {
	ends 0 "$SMTPSH" --pipe "$RECORDER" -c NOOP
	has "R: 220 recorder.example" "S: NOOP"
	ends 74 "$SMTPSH" --pipe 'exit 3' -c NOOP
	ends 0 "$SMTPSH" --pipe 'echo $$ >pid; exec bash recorder.sh' --bare -c NOOP
	run ! kill -0 "$(cat pid)"
}

@test "-4, -6, --bind, --port, --server and URLs" {
	serve
	ends 0 "$SMTPSH" -4 "127.0.0.1:$PORT" -c NOOP
	ends 0 "$SMTPSH" --server 127.0.0.1 --port "$PORT" -c NOOP
	ends 0 "$SMTPSH" -s "127.0.0.1:$PORT" -c NOOP
	ends 0 "$SMTPSH" -4 -p "$PORT" localhost -c NOOP
	ends 0 "$SMTPSH" "smtp://127.0.0.1:$PORT" -c NOOP
	ends 0 "$SMTPSH" --bind 127.0.0.2 "127.0.0.1:$PORT" --from a@x.example --to b@y.example --body hi
	ends 68 "$SMTPSH" -6 "127.0.0.1:$PORT" -c NOOP
	tells 127.0.0.1
	ends 64 "$SMTPSH" --bind 192.0.2.1 "127.0.0.1:$PORT" -c NOOP
	tells 192.0.2.1
	ends 64 "$SMTPSH" --bind nonsense "127.0.0.1:$PORT" -c NOOP
	tells nonsense
	if [ -e /proc/net/if_inet6 ] && grep -q 'listening on ::1' server; then
		ends 0 "$SMTPSH" -6 "[::1]:$PORT" -c NOOP
		ends 0 "$SMTPSH" "smtp://[::1]:$PORT" -c NOOP
	fi
	serve_stop
	serve --lmtp
	ends 0 "$SMTPSH" "lmtp://127.0.0.1:$PORT" --from a@x.example --to b@y.example --body hi
	has "S: LHLO"
}

@test "every address of a host is tried, each failure told" {
	serve --count 1
	local port=$PORT n
	serve_stop
	n=$(getent ahosts localhost | awk '{ print $1 }' | sort -u | wc -l)
	ends 75 "$SMTPSH" "localhost:$port" -c NOOP
	[ "$(grep -c "trying .* port $port" <<<"$output")" = "$n" ]
	[ "$(grep -o "port $port: Connection refused" <<<"$stderr" | wc -l)" = "$n" ]
}

@test "a server that answers nothing: one deadline for each reply" {
	ends 75 "$SMTPSH" --timeout 300ms --pipe 'printf "220 x\r\n"; while :; do printf "250-a\r\n"; sleep 0.1; done' -c NOOP
	tells "the reply to NOOP began (250-a" "did not end in time"
	ends 75 "$SMTPSH" --timeout 300ms --pipe 'while :; do printf 2; sleep 0.1; done' -c NOOP
	tells "the greeting began (2" "did not end in time"
}

# prdr REPLIES: the file "prdr", a server that is asked for PRDR and answers so
# to the end of the text.
prdr() {
	cat >prdr <<-END
		R: 220 x
		S: EHLO me
		R: 250-x
		R: 250 PRDR
		S: MAIL FROM:<a@b.example> PRDR
		R: 250 ok
		S: RCPT TO:<c@d.example>
		R: 250 ok
		S: RCPT TO:<no@d.example>
		R: 550 no
		S: RCPT TO:<e@f.example>
		R: 250 ok
		S: DATA
		R: 354 go
		S: text
		S: .
		$1
		S: QUIT
		R: 221 bye
	END
}

@test "PRDR: behind 353 a reply for each accepted recipient, and the message's" {
	local to=c@d.example,no@d.example,e@f.example
	prdr $'R: 353 analysis\nR: 250 one\nR: 550 two\nR: 250 all'
	ends 69 "$SMTPSH" --mock prdr --helo me --from a@b.example --to $to --body x \
		--mail-param PRDR --record rec
	has $'R: 250 one\n   # for <c@d.example>' $'R: 550 two\n   # for <e@f.example>' \
		"# 353 Replies for each recipient follow"
	lacks "nobody asked" "for <no@d.example>"
	[ "$(grep -A1 'R: 250 all' <<<"$output" | grep -c 'for <')" = 0 ]
	ends 69 "$SMTPSH" --mock prdr --helo me --from a@b.example --to $to --body x \
		--mail-param PRDR --format json
	has '"text":"two","verb":"(end of mail text)","rcpt":"<e@f.example>"'
	# In a transcript each is judged; so it is in what was recorded.
	ends 0 "$SMTPSH" --mock prdr -q -f prdr
	ends 0 "$SMTPSH" --mock prdr -q -f rec
	sed 's/R: 550 two/R: 250 two/' prdr >wrong
	ends 1 "$SMTPSH" --mock prdr -q -f wrong
	has_in "$stderr" "wrong:19: expected 250 two, got 550 two"
	# One reply may answer all.
	prdr 'R: 250 all'
	ends 69 "$SMTPSH" --mock prdr --helo me --from a@b.example --to $to --body x \
		--mail-param PRDR
	lacks "for <"
}

@test "PRDR line by line; a 353 that was not asked for breaks the protocol" {
	prdr $'R: 353 analysis\nR: 250 one\nR: 550 two\nR: 250 all'
	sed -n '/^S: text/d; s/^S: //p' prdr >lines
	ends 69 "$SMTPSH" --mock prdr <lines
	lacks "nobody asked"
	prdr 'R: 353 analysis'
	sed -i 's/ PRDR$//' prdr lines
	ends 76 "$SMTPSH" --mock prdr <lines
	[[ $stderr == *"the reply to the end of mail text is 353, expected 250"* ]]
}

# A server that says this behind the first line it reads, in one piece.
says() {
	printf '%b' "$1" >said
	printf 'printf "220 x\\r\\n"; read -r _; cat said; read -r _ || :\n' >says.sh
	SAYS="bash says.sh"
}

@test "what came of a reply is shown, however it ended: no reply, other codes, silence" {
	says '250-first.example\r\n250-SIZE 100\r\nhuh what\r\n250 HELP\r\n'
	ends 76 "$SMTPSH" --pipe "$SAYS" -c 'EHLO a'
	has "# not a reply: 250-first.example" "# 250-SIZE 100" "# huh what" "250 HELP"
	ends 76 "$SMTPSH" --pipe "$SAYS" --format json -c 'EHLO a'
	has '"text":"250-first.example\n250-SIZE 100\nhuh what"'
	says '250-alpha\r\n550-beta\r\n'
	ends 76 "$SMTPSH" --pipe "$SAYS" -c NOOP
	has "250-alpha" "550-beta"
	says '250-alpha\r\n250-be'
	ends 75 "$SMTPSH" --pipe "$SAYS" --timeout 300ms -c NOOP
	has "250-alpha" "250-be" "this reply did not end"
}

@test "\\octets sends a file as it is, and a reply is awaited behind LF" {
	recorder
	# It answers behind CR LF only.
	local line strict=$'\t[[ $line == *$\'\\r\' ]] || continue'
	while IFS= read -r line; do
		printf '%s\n' "$line"
		[[ $line != *'"$line" >>wire' ]] || printf '%s\n' "$strict"
	done <recorder.sh >strict.sh
	RECORDER='bash strict.sh'
	printf 'NOOP a\rb\nNOOP c\r\n' >oct
	ends 0 "$SMTPSH" --pipe "$RECORDER" --no-remarks -c '\octets oct' -c 'NOOP d'
	printf 'NOOP a\rb\nNOOP c\r\nNOOP d\r\nQUIT\r\n' | cmp - wire
	has '\octets oct' "   # 17 octets"
	# The end of the line comes with the next.
	rm wire
	printf 'NO' >one
	printf 'OP e\r\n' >two
	ends 0 "$SMTPSH" --pipe "$RECORDER" -c '\octets one' -c '\octets two'
	printf 'NOOP e\r\nQUIT\r\n' | cmp - wire
	# More than one block.
	rm wire
	{ yes 'a line of mail text, quite long' | head -c 1000000; printf '\r\n.\r\n'; } >big
	ends 0 "$SMTPSH" --pipe "$RECORDER" -q -c '\raw DATA\r\n' -c '\octets big' -c 'NOOP'
	{ printf 'DATA\r\n'; cat big; printf 'NOOP\r\nQUIT\r\n'; } | cmp - wire
	local what
	for what in octets send bdat; do
		ends 66 timeout 10 "$SMTPSH" --pipe "$RECORDER" -c "\\$what none" -c NOOP
		tells "none: No such file"
	done
}

# A server that greets only behind the first line.
shy() {
	cat >shy.sh <<'END'
read -r line && printf "%s\n" "$line" >>sent
printf '220 shy.example\r\n'
[ -z "$1" ] || printf "$1"
while read -r line; do
	printf "%s\n" "$line" >>sent
	printf '250 ok\r\n'
done
END
}

@test "--early: lines go out before the greeting; an expectation may take it" {
	shy
	ends 75 "$SMTPSH" --pipe "bash shy.sh '250 hi\r\n'" --timeout 300ms -c 'EHLO a'
	[ ! -s sent ]
	ends 0 "$SMTPSH" --pipe "bash shy.sh '250 hi\r\n'" --early -c 'EHLO a' -c NOOP
	[ "$(said)" = $'S: EHLO a\nR: 220 shy.example\nR: 250 hi\nS: NOOP\nR: 250 ok\nS: QUIT\nR: 250 ok' ]
	printf '%s\n' '\set early on' 'EHLO a' '250 hi' NOOP 250 >f
	ends 0 "$SMTPSH" --pipe "bash shy.sh '250 hi\r\n'" -f f
	has "2 of 2 expectations"
	printf '%s\n' '\set early on' 'EHLO a' 220 '250 hi' >f
	ends 0 "$SMTPSH" --pipe "bash shy.sh '250 hi\r\n'" -f f
	has "2 of 2 expectations"
	# The prelude goes out as well.
	printf '%s\n' 'MAIL FROM:<a@b.example>' 250 >f
	ends 0 "$SMTPSH" --pipe "bash shy.sh '250 hi\r\n'" --early -f f
	has "S: EHLO"
}

@test "--early: a greeting that nobody judges must be 220 all the same" {
	printf 'read -r _; printf "554 go away\\r\\n250 hi\\r\\n"; while read -r _; do printf "250 ok\\r\\n"; done\n' >no.sh
	ends 69 "$SMTPSH" --pipe "bash no.sh" --early -c 'EHLO a'
	has_in "$stderr" "the greeting is 554"
	printf 'EHLO a\n250\n' >f
	ends 69 "$SMTPSH" --pipe "bash no.sh" --early -f f
	has_in "$stderr" "the greeting is 554"
	printf 'EHLO a\n554\n250\n' >f
	ends 0 "$SMTPSH" --pipe "bash no.sh" --early -f f
}

@test "\\test ends an open transaction first, and leaves none open" {
	recorder
	ends 0 "$SMTPSH" --pipe "$RECORDER" -c 'EHLO a' -c 'MAIL FROM:<a@b.example>' -c 'RCPT TO:<other@d.example>' \
		-c '\test me@d.example' -c NOOP
	[ "$(grep -aoE '^(MAIL|RCPT TO:<[a-z]*|RSET|DATA|NOOP)' wire | tr '\n' ' ')" = \
		"MAIL RCPT TO:<other RSET MAIL RCPT TO:<me DATA NOOP " ]
	cat >refuses.sh <<'END'
printf '220 x\r\n'
while read -r line; do
	printf '%s\n' "$line" >>refused
	case $line in
	RCPT*) printf '550 no\r\n' ;;
	DATA*) printf '354 go\r\n' ;;
	*) printf '250 ok\r\n' ;;
	esac
done
END
	ends 69 "$SMTPSH" --pipe "bash refuses.sh" -c '\test me@d.example' -c NOOP
	[ "$(grep -oE '^(MAIL|RCPT|RSET|DATA|NOOP)' refused | tr '\n' ' ')" = "MAIL RCPT RSET NOOP " ]
	# In a transcript its lines are judged, RSET is nobody's.
	printf '%s\n' 'MAIL FROM:<a@b.example>' '\test me@d.example' 250 250 550 'NOOP' 250 >f
	ends 0 "$SMTPSH" --pipe "bash refuses.sh" -f f
}

@test "a line of AUTH sent by \\raw is one: what follows the refusal is no secret" {
	cat >auth.sh <<'END'
printf '220 x\r\n'
while read -r line; do
	case $line in
	EHLO*) printf '250-x\r\n250 AUTH PLAIN LOGIN\r\n' ;;
	AUTH*) printf '334 VXNlcm5hbWU6\r\n' ;;
	NOOP*) printf '250 ok\r\n' ;;
	QUIT*) printf '221 bye\r\n'; exit ;;
	*) printf '535 no\r\n' ;;
	esac
done
END
	printf '%s\n' 'EHLO a' 'AUTH XOAUTH2 eA==' '\raw \r\n' 'NOOP x' >f
	ends 69 "$SMTPSH" --pipe "bash auth.sh" --no-remarks <f
	has "S: NOOP x"
	# What answers it is masked as an answer that is typed.
	ends 69 "$SMTPSH" --pipe "bash auth.sh" --no-remarks -c 'EHLO a' -c '\raw AUTH LOGIN\r\n' -c c2VzYW1l -c 'NOOP x'
	has "S: ***" "S: NOOP x"
	lacks c2VzYW1l
}
