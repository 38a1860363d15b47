#!/usr/bin/env bats
# A receiver with rules: --rule, --rules FILE. Clients that others wrote meet
# them at the end, where they are installed.

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

# ruled STATUS RULE... -- OPTION...: the sandbox with these rules.
ruled() {
	local want=$1 rules=()
	shift
	while [ "$1" != -- ]; do
		rules+=(--rule "$1")
		shift
	done
	shift
	ends "$want" "$SMTPSH" --sandbox --no-remarks "${rules[@]}" "$@"
}

# once: a mail's commands but for its text.
once=(-c 'EHLO x' -c 'MAIL FROM:<a@x>' -c 'RCPT TO:<Jones@Beta.ARPA>')

# took FROM COMMAND...: it takes so many ms at least. How much more is the
# machine's affair; tests/bench/run has the figure.
took() {
	local from=$1 began=${EPOCHREALTIME/./} ms
	shift
	"$@" || true
	ms=$(((${EPOCHREALTIME/./} - began) / 1000))
	[ "$ms" -ge "$from" ] && [ "$ms" -le 9000 ] && return
	echo "took $ms ms, expected $from to 9000"
	return 1
}

@test "a reply in place of the receiver's own: by verb, path, words, expression" {
	ruled 75 'RCPT <*@BETA.*> 451 4.7.1 try again later' -- "${once[@]}"
	has "R: 451 4.7.1 try again later"
	ruled 0 'RCPT <*@gamma.*> 451 no' -- "${once[@]}"
	ruled 69 'MAIL /^FROM:<a@/ 550 5.7.1 not you' -- "${once[@]}"
	has "R: 550 5.7.1 not you" "R: 503 5.5.1 Need MAIL"
	ruled 69 'AUTH LOGIN 504 5.5.4 none of that' -- -c 'EHLO x' -c 'AUTH login' -c 'AUTH PLAIN'
	has "R: 504 5.5.4 none of that" "R: 502 5.5.1 Command"
	ruled 69 'any /^XFOO/ 502 one\ntwo' -- -c 'XFOO bar' -c NOOP
	has "R: 502-one" "R: 502 two" "R: 250 OK"
	ruled 0 'connect 220 hello\nthere' -- -c NOOP
	has "R: 220-hello" "R: 220 there"
	ruled 0 'connect greeting "mx.example ESMTP ready"' -- -c NOOP
	has "R: 220 mx.example ESMTP ready"
	ruled 69 'connect 554 no mail from <you>' -- -c 'EHLO x'
	has "R: 554 no mail from <you>"
}

@test "2yz in place of its own: the receiver does what was asked, and says that" {
	ruled 0 'RCPT 250 2.1.5 if you say so' 'end 250 2.0.0 queued as 4711' -- "${once[@]}" -c DATA -c hi -c . -c '\mailbox Jones'
	has "R: 250 2.1.5 if you say so" "R: 250 2.0.0 queued as 4711" "    hi"
	ruled 0 'QUIT 221 "so long"' -- -c NOOP
	has "R: 221 so long"
}

@test "when: nth, after, every, odds with a seed, first from each client, per connection" {
	local noops=()
	for _ in {1..8}; do
		noops+=(-c NOOP)
	done
	codes() {
		sed -n 's/^R: \([0-9]*\) .*/\1/p' <<<"$output" | paste -sd ' '
	}
	ruled 75 'NOOP nth 3 450 x' -- "${noops[@]}"
	[ "$(codes)" = "220 250 250 450 250 250 250 250 250 221" ]
	ruled 75 'NOOP after 6 450 x' -- "${noops[@]}"
	[ "$(codes)" = "220 250 250 250 250 250 250 450 450 221" ]
	ruled 75 'NOOP every 4 450 x' -- "${noops[@]}"
	[ "$(codes)" = "220 250 250 250 450 250 250 250 450 221" ]
	ruled 0 'NOOP odds 0% 450 x' -- "${noops[@]}"
	ruled 75 'NOOP odds 50% 450 x' -- --seed 7 "${noops[@]}"
	local seven
	seven=$(codes)
	[[ $seven == *250*450* || $seven == *450*250* ]]
	ruled 75 'NOOP odds 50% 450 x' -- --seed 7 "${noops[@]}"
	[ "$(codes)" = "$seven" ]
	serve -q --rule 'RCPT first from each client 451 4.7.1 greylisted' --rule 'VRFY nth 2 per connection 450 x' --rule 'EXPN first from each client and path 450 x'
	ends 75 client "${once[@]}" -c RSET -c 'VRFY a' -c 'VRFY a' -c 'VRFY a'
	[ "$(codes)" = "220 250 250 451 250 252 450 252 221" ] || { echo "$output"; false; }
	ends 75 client "${once[@]}" -c RSET -c 'VRFY a' -c 'VRFY a' -c 'EXPN a' -c 'EXPN b' -c 'EXPN A'
	[[ $(codes) == "220 250 250 250 250 252 450 450 450 252 221" ]] || { codes; false; }
	ends 75 client --bind 127.0.0.2 "${once[@]}"
	has "451 4.7.1 greylisted"
}

@test "mail text: end, header and body by an expression, drop-after, close, reset" {
	local text=(-c DATA -c 'Subject: buy' -c '	this' -c '' -c 'a letter' -c .)
	ruled 69 'header /^Subject: buy\s+this$/i 554 5.7.1 spam' -- "${once[@]}" "${text[@]}" -c '\mailbox'
	has "R: 554 5.7.1 spam"
	lacks "a letter
   "
	ruled 0 'header /^a letter/ 554 no' 'body /Subject/ 554 no' -- "${once[@]}" "${text[@]}"
	ruled 75 'body /letter/ 452 4.2.2 full' -- "${once[@]}" "${text[@]}"
	has "R: 452 4.2.2 full"
	serve -q --maildir md --rule 'text drop-after 4096'
	head -c 20000 /dev/zero | tr '\0' x | fold >big
	sed -i '1i\\' big
	ends 74 client --from a@x --to b@y --data big
	ends 0 client --from a@x --to b@y --body small
	[ "$(find md -type f | wc -l)" = 1 ]
	serve_stop
	serve -q --rule 'text reset' --lmtp
	ends 74 client --lmtp --from a@x --to b@y --data big
}

@test "EHLO: offer and hide; STARTTLS that fails" {
	ruled 0 'EHLO hide SIZE DSN offer XFOO "AUTH GSSAPI NTLM"' -- -c 'EHLO x'
	has "R: 250-XFOO" "R: 250 AUTH GSSAPI NTLM"
	lacks SIZE DSN
	serve -q --self-signed --rule 'EHLO hide STARTTLS'
	ends 77 client --tls --tls-verify no -c NOOP
	tells "STARTTLS was not offered"
	serve_stop
	serve -q --self-signed --rule 'STARTTLS tls fail'
	ends 77 client --tls --tls-verify no -c NOOP
	tells handshake
	serve_stop
	serve -q --self-signed --tls-on-connect --rule 'connect nth 1 tls fail'
	ends 77 client --tls-on-connect --tls-verify no -c NOOP
	ends 0 client --tls-on-connect --tls-verify no -c NOOP
}

@test "what no server may do: bytes, early, no-reply, stall, close" {
	serve -q --rule 'NOOP nth 1 bytes "250 bare LF\n"' --rule 'NOOP nth 2 bytes "what?\r\n"' --rule 'MAIL early "250 2.1.5 not yet\r\n"' --rule 'VRFY close' --rule 'HELP no-reply' --rule 'EXPN 250 "half" stall'
	ends 0 client -c NOOP
	has "R: 250 bare LF"
	ends 76 client -c NOOP
	ends 76 client -c 'EHLO x' -c 'MAIL FROM:<a@x>' -c '\sleep 100ms' -c 'RCPT TO:<b@x>'
	ends 74 client -c 'VRFY x'
	ends 75 client --timeout 300ms -c HELP
	ends 75 client --timeout 300ms -c 'EXPN x' -c NOOP
	has "R: 250 half"
}

@test "delay and slow keep time, and nobody else waits" {
	serve -q --rule 'RCPT <last@*> delay 20s' --rule 'RCPT delay 1s' --rule 'VRFY slow 40/s 250 123456789012345678901234567890123456' --rule 'connect <127.0.0.3> delay 10m'
	# 42 octets, the last of them at 42/40 s.
	took 1030 client -q -c 'VRFY x'
	took 1000 client -q "${once[@]}"
	"$SMTPSH" "127.0.0.1:$PORT" -c 'EHLO x' -c 'MAIL FROM:<a@x>' -c 'RCPT TO:<last@x>' >waiting 3>&- &
	local waits=$!
	soon grep -q 'S: RCPT TO:<last@x>' waiting
	client -q -c 'EHLO x' -c NOOP
	kill -0 "$waits"
	kill "$waits"
	wait "$waits" || true
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nNOOP\r\nQUIT\r\n' >&4
	local last
	last=$(tail -n 2 <&4)
	exec 4>&-
	[[ $last == *250*221* ]]
}

@test "a file of rules, and what is wrong with one" {
	cat >rules <<'END'
# a full mailbox

RCPT <full@*> 452 4.2.2 mailbox full
  RCPT <gone@*> 551 5.1.6 moved away
END
	serve --rules rules --rule 'RCPT <*@other> 550 no'
	ends 75 client -c 'EHLO x' -c 'MAIL FROM:<a@x>' -c 'RCPT TO:<full@x>' -c 'RCPT TO:<b@x>'
	ends 69 client -c 'EHLO x' -c 'MAIL FROM:<a@x>' -c 'RCPT TO:<gone@x>' -c 'RCPT TO:<b@other>'
	soon grep -q '# rules:4: RCPT <gone@\*> 551 5.1.6 moved away' server
	serve_stop
	# What is proposed is a rule.
	ends 69 "$SMTPSH" --sandbox --rule 'RCPT first from each client 451 4.7.1 greylisted' --rule 'MAIL 550 no' --from a@b.example --to c@d.example --body x
	ends 0 "$SMTPSH" --help receiver
	has "manual: Rules"
	printf 'NOOP 250 x\nNOOP mumble\n' >rules
	ends 65 "$SMTPSH" --serve 0 --rules rules
	tells "rules:2: found 'mumble', expected a condition"
	ends 66 "$SMTPSH" --serve 0 --rules nowhere
	local row
	while IFS='|' read -r row want; do
		ends 64 "$SMTPSH" --serve 0 --rule "$row"
		tells "$want" || { echo "$row"; false; }
	done <<'END'
RCTP 451|did you mean RCPT?
conect close|did you mean connect?
greylist|did you mean 'RCPT first from each client 451 4.7.1 greylisted'?
RCPT tarpit 3s|did you mean 'RCPT delay 3s'?
RCPT nth 3 reject|did you mean 'RCPT 550 no'?
RCPT dealy 3s|did you mean delay?
NOOP|expected an action
NOOP nth 3|expected an action
NOOP nth 0 451|expected 1 or more
NOOP odds 5 451|expected a share as 5%
NOOP delay soon|delay
NOOP slow 5|octets a second
NOOP /x 451|regular expression
NOOP drop-after 3|drop-after is for text
NOOP nth 3 <x> 451|directly behind what it is for
NOOP 4xx|three digits
NOOP 4510 no|three digits
NOOP nth 3 nth 4 451|nth is given twice
NOOP nth 3 after 5 451|never
NOOP nth 3 every 2 451|never
NOOP close reset|one way
EHLO offer A offer B|offer is given twice
NOOP 451 later delay 5s|in quotes
NOOP 250 fine close|in quotes
connect offer X|offer is for a verb
text early "x"|what is answered
NOOP per session 451|per connection or per client
QUIT <x> 451|the path of a verb
STARTTLS slow 5/s|delay can
text 451 no|write end
NOOP offer X|offer and hide are for EHLO
NOOP tls fail|tls fail is for STARTTLS
NOOP 451 "x" 452 y|two
NOOP no-reply 451 x|exclude each other
NOOP first 451|first from each client
RCPT <x 451|'>' behind the pattern
header 554 no|a regular expression
NOOP bytes "a\q"|escape
END
	ends 64 "$SMTPSH" --serve 0 --seed 5
	tells "--rule"
	ends 64 "$SMTPSH" --serve 0 --mock x --rule 'NOOP 250'
	tells "--rule"
}

@test "chunks: a refused BDAT is answered behind its chunk, and the next command is one" {
	serve -q --rule 'BDAT nth 2 452 4.3.1 no room'
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nNOOP\r\nQUIT\r\n' >&4
	mapfile -t said < <(sed -n '/^250[ -]H/,$p' <&4)
	exec 4>&-
	[[ ${said[*]} == *"250 2.0.0 6 octets"*"452 4.3.1 no room"*"221 "* ]] || { echo "${said[*]}"; false; }
}

@test "chunks and AUTH are answered once, by the rule, and its close comes behind" {
	local mail='EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n'
	(umask 077 && printf sesame >password)
	serve -q --user joe --password-file password --auth-insecure \
		--rule 'BDAT nth 1 250 2.0.0 have it' --rule 'BDAT nth 2 no-reply' \
		--rule 'BDAT nth 3 421 4.3.2 bye' --rule 'BDAT nth 4 slow 200/s' \
		--rule 'AUTH LOGIN 334 AAAA' --rule 'AUTH PLAIN no-reply'
	talk() {
		exec 4<>"/dev/tcp/127.0.0.1/$PORT"
		# shellcheck disable=SC2059
		printf "$@" >&4
		mapfile -t said < <(sed -n '/^250 HELP/,$p' <&4 | sed '1d; s/\r$//')
		exec 4>&-
		printf '%s\n' "${said[@]}"
	}
	talk "$mail"'BDAT 6 LAST\r\nQUIT\r\nNOOP\r\nQUIT\r\n'
	[ "${said[2]}" = "250 2.0.0 have it" ]
	[ "${said[3]}" = "250 2.0.0 OK" ]
	talk "$mail"'BDAT 6 LAST\r\nQUIT\r\nHELP x\r\nQUIT\r\n'
	[[ ${said[2]} == 504* ]]
	talk "$mail"'BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n'
	[ "${said[2]}" = "421 4.3.2 bye" ]
	[ "${#said[@]}" = 3 ]
	talk "$mail"'BDAT 6 LAST\r\nQUIT\r\nQUIT\r\n'
	[[ ${said[2]} == "250 2.0.0 Message OK"* ]]
	[[ ${said[3]} == 221* ]]
	talk 'EHLO x\r\nAUTH LOGIN\r\nam9l\r\nAUTH LOGIN\r\n*\r\nAUTH PLAIN AGpvZQBzZXNhbWU=\r\nAUTH PLAIN\r\nNOOP\r\nQUIT\r\n'
	[ "${said[0]}" = "334 AAAA" ]
	[[ ${said[1]} == "535 5.7.8"* ]]
	[ "${said[2]}" = "334 AAAA" ]
	[[ ${said[3]} == 501* ]]
	[ "${said[4]}" = "250 2.0.0 OK" ]
}

@test "a quota for each client, a path as on the wire, two rules that count alike" {
	serve -q --rule 'NOOP after 2 per client 450 quota' --rule 'MAIL FROM:<*@spam.example> 550 no' --rule 'VRFY every 2 450 two' --rule 'VRFY every 3 550 three'
	ends 75 client -c NOOP -c NOOP -c NOOP
	ends 75 client -c NOOP
	ends 0 client --bind 127.0.0.2 -c NOOP -c NOOP
	ends 69 client -c 'EHLO x' -c 'MAIL FROM:<a@Spam.Example>'
	ends 69 client -c 'VRFY a' -c 'VRFY a' -c 'VRFY a' -c 'VRFY a' -c 'VRFY a' -c 'VRFY a'
	[ "$(sed -n 's/^R: \([0-9]*\) .*/\1/p' <<<"$output" | paste -sd ' ')" = "220 252 450 550 450 252 450 221" ]
}

@test "slow where nothing is said, or a 421 is, hangs nobody" {
	serve -q --rule 'NOOP no-reply slow 10/s' --rule 'VRFY slow 100/s 421 bye' --rule 'EXPN slow 100/s 250 "fine" reset'
	ends 75 client --timeout 300ms -c NOOP
	ends 75 client -c 'VRFY x'
	has "R: 421 bye"
	ends 74 client -c 'EXPN x' -c NOOP
	has "R: 250 fine"
	kill -0 "$SERVER"
}

# What others' clients make of rules.

@test "curl" {
	command -v curl >/dev/null || skip "curl is not installed"
	printf 'Subject: x\r\n\r\nhi\r\n' >mail
	serve --rule 'RCPT <grey@*> first from each client 451 4.7.1 greylisted' --rule 'RCPT <no@*> 550 5.1.1 nobody' --rule 'MAIL <slow@*> delay 1s' --rule 'end nth 3 552 5.2.2 full' --rule 'MAIL <gone@*> reset' --rule 'NOOP close' --self-signed --rule 'EHLO /^plain/ hide STARTTLS' --rule 'MAIL <busy@*> 421 4.7.0 too fast'
	send() {
		curl -sS --max-time 20 "smtp://127.0.0.1:$PORT/${3:-me}" ${4:-} --mail-from "$1" --mail-rcpt "$2" -T mail
	}
	ends 55 send a@x grey@x
	tells "RCPT failed: 451"
	ends 0 send a@x grey@x
	ends 55 send a@x no@x
	tells "RCPT failed: 550"
	took 1000 send slow@x b@x
	ends 56 send gone@x b@x
	ends 55 send busy@x b@x
	ends 8 send a@x b@x
	ends 0 send a@x b@x me "--ssl-reqd -k"
	ends 64 send a@x b@x plain "--ssl-reqd -k"
}

@test "swaks, msmtp, python's smtplib" {
	serve --rule 'RCPT <grey@*> 451 4.7.1 greylisted' --rule 'connect every 2 421 4.3.2 busy' --rule 'end 250 2.0.0 kept as 1'
	if command -v swaks >/dev/null; then
		ends 24 swaks --server 127.0.0.1 --port "$PORT" --from a@x --to grey@x --helo x
		has "<** 451 4.7.1 greylisted"
		ends 21 swaks --server 127.0.0.1 --port "$PORT" --from a@x --to b@x --helo x
		has "421 4.3.2 busy"
		ends 0 swaks --server 127.0.0.1 --port "$PORT" --from a@x --to b@x --helo x
		has "250 2.0.0 kept as 1"
		ends 21 swaks --server 127.0.0.1 --port "$PORT" --from a@x --to b@x --helo x
	fi
	if command -v msmtp >/dev/null; then
		ends 69 msmtp --host 127.0.0.1 --port "$PORT" --from a@x grey@x <<<hi
		has_in "$stderr" "451 4.7.1 greylisted"
		ends 76 msmtp --host 127.0.0.1 --port "$PORT" --from a@x b@x <<<hi
		has_in "$stderr" "421 4.3.2 busy"
	fi
	if command -v python3 >/dev/null; then
		ends 0 python3 - "$PORT" <<'END'
import smtplib, sys
try:
    smtplib.SMTP("127.0.0.1", int(sys.argv[1])).sendmail("a@x", ["grey@x"], "hi")
except smtplib.SMTPRecipientsRefused as e:
    print(e.recipients)
try:
    smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
except smtplib.SMTPConnectError as e:
    print(e.smtp_code)
END
		has "(451, b'4.7.1 greylisted')" 421
	fi
}

@test "Postfix's smtp-source" {
	command -v smtp-source >/dev/null || skip "smtp-source is not installed"
	mkdir etc
	: >etc/main.cf
	export MAIL_CONFIG=$PWD/etc
	serve -q --discard --threads 2 --rule 'RCPT nth 5 451 4.3.0 not now'
	ends 0 smtp-source -d -s 4 -m 4 -f a@x -t b@x "127.0.0.1:$PORT"
	ends 1 smtp-source -s 1 -m 4 -f a@x -t b@x "127.0.0.1:$PORT"
	has_in "$stderr" "451 4.3.0 not now"
}

@test "the rules of the manual are rules" {
	sed -n '/^\.Ss Rules/,/^\.Ss Mocks/p' "$ROOT/smtpsh.1" | sed -n '/^Greylisting/,$p' |
		sed -n -e '/^\.Bd/,/^\.Ed/{/^\./!p}' -e 's/^\.It .* Ta Li //p' |
		sed -e 's/\\(dq/"/g' -e 's/\\e/\\/g' >rules
	[ "$(wc -l <rules)" -ge 44 ]
	ends 0 "$SMTPSH" --sandbox --self-signed --rules rules -c '\sleep 0'
}
