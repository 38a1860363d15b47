#!/usr/bin/env bats
# Transcripts of other programs: read as the language, replayed, converted.

bats_require_minimum_version 1.5.0
load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

# replays FILE: played by a mock and said by a client of the same
# file, both sides agree.
replays() {
	ends 0 "$SMTPSH" --mock "$1" --self-signed --tls-verify no -f "$1"
}

@test "each kind is known, and replays" {
	local f kind n=0
	for f in "$ROOT"/tests/transcripts/*.txt; do
		kind=$(basename "$f" .txt)
		kind=${kind%-*}
		replays "$f"
		has_in "$output" "read as $kind: "
		n=$((n + 1))
	done
	[ "$n" -ge 10 ]
}

@test "converting says what it was read as, and twice is once" {
	local f reveal
	for f in "$ROOT"/tests/transcripts/*.txt; do
		for reveal in '' --reveal; do
			"$SMTPSH" --convert "$f" $reveal >once
			"$SMTPSH" --convert once $reveal >twice
			cmp once twice
			head -1 once | grep -q "^# .* read as "
		done
		grep -q '^\\auth' once || replays once
	done
}

@test "other forms hold the same session" {
	local f form
	for f in "$ROOT"/tests/transcripts/{swaks,curl,smtplib,nodemailer,telnet}-*.txt; do
		"$SMTPSH" --convert "$f" | grep '^[CS]:' >want
		for form in telnet swaks json; do
			"$SMTPSH" --convert "$f" --to-format $form >other
			"$SMTPSH" --convert other --as $form |
				grep '^[CS]:' >got
			diff want got
		done
		"$SMTPSH" --convert "$f" --to-format exim >other
		"$SMTPSH" --convert other --as exim-script | grep '^C:' >got
		diff <(grep '^C:' want) got
	done
}

@test "a script of Exim's escapes what its client takes for itself" {
	printf '%s\n' 'S: 220 x' 'C: EHLO y' 'S: 250 x' 'C: DATA' 'S: 354 go' \
		'C: ??? 250' 'C: +++ 1' 'C: **** x' 'C: >>> x' 'C: <<< file' \
		'C: a\r\nb \x41 \\ c' 'C: .' 'S: 250 OK' 'C: QUIT' 'S: 221 x' \
		>exim.smtp
	"$SMTPSH" --convert exim.smtp --to-format exim >script
	# As that client reads it: what it waits for, sleeps, opens, ends by.
	[ "$(grep -c '^??? ' script)" = 5 ]
	[ "$(grep -cE '^(\+\+\+ |<<< |>>> |\?\?\?\*)' script)" = 0 ]
	[ "$(grep -n '^\*\*\*\*' script)" = "$(wc -l <script):****" ]
	"$SMTPSH" --convert script | grep '^C:' >got
	grep '^C:' exim.smtp | diff - got
	sed -i 's/^EHLO y/EHLO y\\x0aRSET/' script
	"$SMTPSH" --convert script | grep '^C:' >got
	run ! grep -x 'RSET' got
}

@test "the text of a chunk has its periods as they are, in each form" {
	printf '%s\n' 'S: 220 x' 'C: EHLO y' 'S: 250 x' 'C: BDAT 8 LAST' \
		'C: .one' 'C: ' 'S: 250 OK' 'C: QUIT' 'S: 221 x' >chunk.smtp
	local form
	for form in telnet swaks json; do
		"$SMTPSH" --convert chunk.smtp --to-format $form >other
		"$SMTPSH" --convert other | grep -A1 'BDAT' >got
		grep -qx '\(C: \)\?\.one' got
	done
}

@test "no conversation of ours is taken for a foreign one" {
	local f
	for f in "$ROOT"/tests/conversations/*.smtp; do
		"$SMTPSH" --convert "$f" >out || continue
		cmp out "$f"
	done
}

@test "masked secrets are \\auth where there is a login, else sent as they stand; any word for a mock" {
	cat >masked.txt <<-'END'
		<-- 220 mx.example.net ready
		--> EHLO client.example
		<-- 250-mx.example.net
		<-- 250 AUTH PLAIN
		--> AUTH PLAIN ****************
		<-- 235 2.7.0 Accepted
		--> QUIT
		<-- 221 2.0.0 bye
	END
	ends 0 "$SMTPSH" --convert masked.txt
	has_in "$output" '\auth PLAIN' 'the masked secret is \auth'
	lacks 'AUTH PLAIN ***' '235'
	printf sesame >password && chmod 600 password
	ends 0 "$SMTPSH" --mock masked.txt -f masked.txt --auth-insecure \
		--auth-user joe --auth-password-file password
	has_in "$output" "S: AUTH PLAIN ***" 'masked secret is \auth'
	sed -n 's/^<-- /S: /p; s/^--> /C: /p' masked.txt >exact.smtp
	ends 0 "$SMTPSH" --mock exact.smtp -f masked.txt
	has_in "$output" "sent as it stands"
	sed -i 's/PLAIN \*.*/PLAIN AGpvZQBzZXNhbWU=/' exact.smtp
	ends 1 "$SMTPSH" --mock exact.smtp -f masked.txt
}

@test "a secret that a transcript shows is not printed, --reveal prints it" {
	cat >shown.txt <<-'END'
		<-- 220 mx.example.net ready
		--> EHLO client.example
		<-- 250-mx.example.net
		<-- 250 AUTH PLAIN LOGIN CRAM-MD5
		--> AUTH LOGIN
		<-- 334 VXNlcm5hbWU6
		--> am9l
		<-- 334 UGFzc3dvcmQ6
		--> c2VzYW1l
		<-- 535 5.7.8 no
		--> AUTH PLAIN AGpvZQBzZXNhbWU=
		<-- 535 5.7.8 no
		--> AUTH CRAM-MD5
		<-- 334 PDFAeD4=
		--> *
		<-- 501 5.7.0 cancelled
		--> QUIT
		<-- 221 2.0.0 bye
	END
	ends 0 "$SMTPSH" --convert shown.txt
	has_in "$output" '\auth LOGIN' '\auth PLAIN' 'C: AUTH CRAM-MD5' \
		'a secret is hidden as \auth (--reveal)'
	lacks c2VzYW1l AGpvZQ
	for form in telnet swaks json exim; do
		ends 0 "$SMTPSH" --convert shown.txt --to-format $form
		has_in "$output" 'AUTH PLAIN ***' EHLO
		lacks c2VzYW1l AGpvZQ am9l
	done
	ends 0 "$SMTPSH" --convert shown.txt --reveal
	has_in "$output" 'C: c2VzYW1l' 'C: AUTH PLAIN AGpvZQBzZXNhbWU='
	lacks hidden
	ends 64 "$SMTPSH" --reveal -f shown.txt localhost:1
}

@test "a login that was recorded is done anew" {
	printf sesame >password && chmod 600 password
	local login=(--auth-insecure --auth-user joe --auth-password-file password)
	local sandbox=(--sandbox --user joe --password-file password)
	for mech in PLAIN LOGIN; do
		ends 0 "$SMTPSH" "${sandbox[@]}" "${login[@]}" --record rec.$mech \
			-c 'EHLO x' -c "\\auth $mech" -c 'MAIL FROM:<a@example.com>' \
			-c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c 'AUTH PLAIN ***' -c . -c QUIT
		grep -q '\*\*\*' rec.$mech
		ends 0 "$SMTPSH" "${sandbox[@]}" "${login[@]}" -f rec.$mech
		has_in "$output" "1 masked login is \\auth" "AUTH $mech" \
			"authenticated as joe by $mech" "S: MAIL FROM"
		has_in "$output" "S: AUTH PLAIN ***"
		ends 0 "$SMTPSH" --mock rec.$mech "${login[@]}" -f rec.$mech
		has_in "$output" "authenticated as joe by $mech"
	done
}

@test "a secret that a log leaves out is \\auth, or nothing is sent for it" {
	printf sesame >password && chmod 600 password
	cat >out.txt <<-'END'
		[<-] 220 mx.example.com
		[->] EHLO client.example
		[<-] 250 AUTH LOGIN
		[->] AUTH LOGIN
		[<-] 334 VXNlcm5hbWU6
		[->] am9l
		[<-] 334 UGFzc3dvcmQ6
		[<-] 235 2.7.0 Accepted
		[->] QUIT
		[<-] 221 bye
	END
	ends 0 "$SMTPSH" --convert out.txt
	has_in "$output" '\auth LOGIN' '3 commands'
	lacks 235
	ends 0 "$SMTPSH" --mock out.txt --auth-insecure --auth-user joe \
		--auth-password-file password -f out.txt
	has_in "$output" "S: ***" "R: 235"
	"$SMTPSH" --convert out.txt --reveal >got
	grep -qx '\\auth LOGIN' got
}

@test "what a person mistyped and the server refused was sent, a slip was not" {
	ends 0 "$SMTPSH" --convert "$ROOT/tests/transcripts/telnet-7.txt"
	has_in "$output" 'C: HELLO me' 'C: MIAL FROM:<a@b.example>'
	local line
	for line in 'R:550 x' '5.. x' '/Relay/' 'some word'; do
		printf '%s\n' 'Connected to mx.' '220 mx.example ready' 'HELO x' \
			'250 x' "$line" '250 ok' 'QUIT' '221 bye' >slip.txt
		ends 65 "$SMTPSH" --convert slip.txt
		has_in "$stderr" "slip.txt:5: "
	done
}

@test "rows of IIS, MailEnable and Kerio, and CodeIgniter's steps, are sessions" {
	"$SMTPSH" --convert "$ROOT/tests/transcripts/iis-1.txt" >got
	grep -qx 'C: MAIL FROM:<alice@client.example>' got
	grep -A3 'C: DATA' got | grep -q '(message not shown)'
	"$SMTPSH" --convert "$ROOT/tests/transcripts/iis-2.txt" >got
	grep -qx 'C: MAIL FROM:<sqldevbox@example.com> SIZE=1033' got
	grep -qx 'S: 550 5.7.1 Unable to relay' got
	"$SMTPSH" --convert "$ROOT/tests/transcripts/mailenable-1.txt" >got
	grep -A1 'C: \.' got | grep -qx 'S: 250 (reply not shown)'
	"$SMTPSH" --convert "$ROOT/tests/transcripts/codeigniter-1.txt" >got
	head -1 got | grep -q '? stands for words that are not shown'
	grep -A1 'RCPT TO' got | grep -qx 'S: 550 5.1.1 no such user'
}

@test "a mask that looks like a stage direction answers AUTH all the same" {
	cat >masked.txt <<-'END'
		< 220 mx.example.net ready
		> EHLO client.example
		< 250-mx.example.net
		< 250 AUTH LOGIN
		> AUTH LOGIN
		< 334 VXNlcm5hbWU6
		> <!!hidden - user name!!>
		< 334 UGFzc3dvcmQ6
		> <!!hidden - password!!>
		< 235 2.7.0 Accepted
		> QUIT
		< 221 2.0.0 bye
	END
	replays masked.txt
	has_in "$output" "6 of 6 expectations met"
}

@test "what s_client says of a line that it took for itself is no text" {
	cat >openssl.txt <<-'END'
		CONNECTED(00000003)
		---
		250 HELP
		EHLO client.example
		250 mx.example.net
		MAIL FROM:<alice@example.org>
		250 2.1.0 OK
		RCPT TO:<bob@example.net>
		RENEGOTIATING
		250 2.1.5 OK
		DATA
		354 go ahead
		Received: once
		RENEGOTIATING
		Quite a line
		DONE
	END
	ends 0 "$SMTPSH" --convert openssl.txt
	has_in "$output" 'C: RCPT TO:<bob@example.net>' 'Received: once\r\n' \
		'Quite a line\r\n'
	lacks 'DONE' 'RENEGOTIATING'
}

@test "what can be no session is refused before connecting" {
	printf '%s\n' '<a@example.org>: host mx.example.org said: 550 5.1.1' \
		'    no such user (in reply to RCPT TO command)' >bounce.txt
	ends 65 "$SMTPSH" -f bounce.txt localhost:1
	has_in "$stderr" "cannot be replayed: it is a bounce"
	for n in 1 2; do
		printf '%s\n' '' '    SMTP error from remote mail server after RCPT TO:<b@example.org>:&lt;' \
			'    host mx.example.org [192.0.2.1]: 550 5.1.1 <b@example.org>... Unknown' ''
	done >page.txt
	ends 65 "$SMTPSH" -f page.txt localhost:1
	has_in "$stderr" "cannot be replayed: it is a bounce"
	printf '%s\n' '$ nc localhost 25' '220 mx.example.org ESMTP ready' \
		'EHLO x' '250 hello' 'SIZE' 'QUIT' '221 bye' >prose.txt
	ends 65 "$SMTPSH" -f prose.txt localhost:1
	has_in "$stderr" "prose.txt:5: found 'SIZE'" "drop the line, join"
}

@test "a pipe and an included file are read so as well" {
	cp "$ROOT"/tests/transcripts/swaks-1.txt s.txt
	ends 0 "$SMTPSH" --mock s.txt <s.txt
	has_in "$output" "standard input read as swaks: "
	echo '\include s.txt' >i.smtp
	ends 0 "$SMTPSH" --mock s.txt -f i.smtp
	has_in "$output" "s.txt read as swaks: "
}

@test "--session takes one of several, --as forces a kind" {
	local i
	for i in 7 8; do
		cat <<-END
			Nov 26 09:00:00 mx postfix/smtpd[$i]: connect
			Nov 26 09:00:00 mx postfix/smtpd[$i]: > x[192.0.2.1]: 220 mx
			Nov 26 09:00:00 mx postfix/smtpd[$i]: < x[192.0.2.1]: EHLO c$i
			Nov 26 09:00:00 mx postfix/smtpd[$i]: > x[192.0.2.1]: 250 mx
			Nov 26 09:00:00 mx postfix/smtpd[$i]: < x[192.0.2.1]: QUIT
			Nov 26 09:00:00 mx postfix/smtpd[$i]: > x[192.0.2.1]: 221 bye
		END
	done | sort -k3.7 -s >log
	ends 0 "$SMTPSH" --convert log
	has_in "$output" "session 1 of 2" "C: EHLO c7"
	ends 0 "$SMTPSH" --convert log --session 2
	has_in "$output" "session 2 of 2" "C: EHLO c8"
	ends 64 "$SMTPSH" --convert log --session 3
	has_in "$stderr" "has 2"
	ends 65 "$SMTPSH" --convert log --as native
	ends 64 "$SMTPSH" --convert log --as nothing
}

@test "a long log with one session in it is sieved as it comes" {
	local line='2026-11-26T09:00:00 host app[4711]: a message of the day'
	{
		yes "$line" | head -n 60000
		cat "$ROOT"/tests/transcripts/swaks-1.txt
		yes "$line" | head -n 60000
	} >log
	ends 0 "$SMTPSH" --convert log
	has_in "$output" "read as swaks" "C: QUIT"
	"$SMTPSH" --convert "$ROOT"/tests/transcripts/swaks-1.txt |
		sed 1d >want
	diff want <(sed 1d <<<"$output")
	# With a time before each line it is known as well.
	sed -i '/^=== Trying/,/^=== Connection closed/s/^/Nov 26 09:00:00 /' log
	ends 0 "$SMTPSH" --convert log
	diff want <(sed 1d <<<"$output")
}

@test "a long file without any session is none, not an empty one" {
	yes '2026-11-26T09:00:00 host app[4711]: a message of the day' |
		head -n 30000 >log
	local mode
	for mode in --convert '--sandbox -f' '--sandbox --load -f'; do
		# shellcheck disable=SC2086
		ends 65 "$SMTPSH" $mode log
		has_in "$stderr" "log: found no session in it"
	done
}

@test "indented commands and nothing else, as an RFC shows them" {
	printf '%s\n' '   MAIL FROM: <a@example.com>' \
		'        ALT-ADDRESS=b@example.com' \
		'   RCPT TO: <c@example.net>' >rfc.txt
	ends 0 "$SMTPSH" --convert rfc.txt
	has_in "$output" 'read as rfc: 2 commands' 'C: RCPT TO: <c@example.net>' \
		'C: MAIL FROM: <a@example.com> ALT-ADDRESS=b@example.com'
	printf '%s\n' '   Help yourself to it' >rfc.txt
	ends 65 "$SMTPSH" --convert rfc.txt
	printf '%s\n' 'MAIL FROM:<a@example.com>' ' RCPT TO:<b@example.com>' \
		>rfc.txt
	ends 65 "$SMTPSH" --convert rfc.txt
	has_in "$stderr" "rfc.txt:2: " "drop it"
}

@test "DATA inside a packet of Exim's script waits for no reply" {
	cat >exim.txt <<-'END'
		client 127.0.0.1 1225
		??? 220
		ehlo abcd
		??? 250
		mail from:<a@example.com>\r\nrcpt to:<b@example.com>\r\ndata\r\nthe \${x} message
		??? 250
		??? 250
		??? 554
		****
	END
	ends 0 "$SMTPSH" --convert exim.txt
	has_in "$output" 'read as exim-script' '\raw data\r\n' \
		'\raw the \\$${x} message\r\n'
	replays exim.txt
	has_in "$output" "5 of 5 expectations met"
}

@test "what cannot be repaired says which line and what to do" {
	local n=0 text says
	while IFS='|' read -r text says; do
		printf "$text" >bad.txt
		ends 65 "$SMTPSH" --convert bad.txt
		has_in "$stderr" "bad.txt:${says%% *}: " "${says#* }"
		n=$((n + 1))
	done <<-'END'
		S: NOOP\nR: OK\n|2 write it there (250 OK
		S: NOOP\nR: 250-a\nS: NOOP\nR: 250 b\n|3 write its '-' as a blank, or drop the line
		S: NOOP\nR: 250-a\nR: 251 b\n|3 write that one as a blank, or drop the line
		S: NOOP\nR: 250-a\n|2 write its '-' as a blank
		S: BDAT 3 LAST\nS: abc\n|2 correct its count, or drop the line
		S: BDAT 3 LAST\nR: 250\n|2 correct its count, or drop the line
		S: DATA\nR: 354\nS: x\n|3 write one on a line of its own
		S: DATA\nR: 354\nS: x\nR: 250\nS: .\n|4 write one before it, or drop the line
		S: NOOP\nR: 250\nnooop\n|3 join it to the line before, or drop it
		C: NOOP\nR: 250\n|2 tag the line so, or drop it
		NO\rOP\n|1 found a CR inside a command line: drop it
	END
	[ $n = 11 ]
}

@test "text arrives as it was sent, whatever a tool does with its periods" {
	local f
	printf 'C:%s\n' ' From: alice@example.org' ' To: bob@example.net' \
		' Subject: dots' '' ' first' ' .one dot' ' ..two' \
		' 250 not a reply' ' $${not a variable}' ' S: tag' \
		' > quoted' ' last' ' .' >want
	for f in nodemailer-1 curl-trace-1 smtplib-2; do
		"$SMTPSH" --convert "$ROOT/tests/transcripts/$f.txt" |
			sed -n '/^C: From/,/^C: \.$/p' >got
		diff want got
	done
	"$SMTPSH" --convert "$ROOT/tests/transcripts/s-nail-2.txt" |
		grep -A1 -x 'C: \.dot' | grep -x 'C: \.\.dd'
	"$SMTPSH" --convert "$ROOT/tests/transcripts/curl-trace-2.txt" |
		grep -xE 'C: x{128}'
}

@test "one side alone is refused, and which one is missing is said" {
	cat >server.txt <<-'END'
		=== Connected to mail.example.
		<-  220 mail.example ESMTP
		<-  250-mail.example
		<-  250 HELP
		<-  221 bye
	END
	ends 65 "$SMTPSH" --convert server.txt
	has_in "$stderr" "looks like swaks, and shows only what the server said"
	cat >client.txt <<-'END'
		=== Connected to mail.example.
		 -> EHLO me.example
		 -> MAIL FROM:<a@example.com>
		 -> QUIT
	END
	ends 65 "$SMTPSH" --convert client.txt
	has_in "$stderr" "looks like swaks, and shows only what the client said"
}

# half NAME: what a script keeps that pipes its commands into that program.
half() {
	local replies='220 m.example ESMTP
250-m.example
250 SIZE 1000
250 2.1.0 Ok
250 2.1.5 Ok
354 go on
250 2.0.0 queued
221 2.0.0 Bye'
	case $1 in
	telnet)
		printf 'Trying 127.0.0.1...\r\nConnected to m.example.\r\n'
		printf "Escape character is '^]'.\r\n%s\r\n" "${replies//$'\n'/$'\r\n'}"
		echo 'Connection closed by foreign host.'
		;;
	ncat)
		printf 'Ncat: Version 7.93 ( https://nmap.org/ncat )\n'
		printf 'Ncat: Connected to 127.0.0.1:25.\n%s\n' "$replies"
		echo 'Ncat: 90 bytes sent, 160 bytes received in 3.02 seconds.'
		;;
	nc)
		echo 'Connection to m.example (127.0.0.1) 25 port [tcp/smtp] succeeded!'
		echo "$replies"
		;;
	s_client)
		printf '%s\n' "Can't use SSL_get_servername" 'verify return:1' \
			'CONNECTED(00000003)' --- 'Certificate chain' \
			' 0 s:CN = m.example' --- 'subject=CN = m.example' \
			'Verify return code: 0 (ok)' --- '250 HELP' \
			'    0000 - 2f 1c 5c 9a 4c 10 12 8e-3b 43   /.\.L...;C' \
			'read R BLOCK' "${replies#*$'\n'}" closed
		;;
	smtps)
		printf '%s\n' 'CONNECTED(00000003)' --- 'Server certificate' \
			'Verify return code: 0 (ok)' --- "$replies" closed
		;;
	column) echo "$replies" ;;
	esac
}

@test "the server's side without marks is refused before anything is connected" {
	local of
	for of in telnet ncat nc s_client smtps column; do
		half $of >$of.txt
		ends 65 "$SMTPSH" --pipe 'touch connected' -f $of.txt
		[ ! -e connected ]
		case $of in
		smtps) has_in "$stderr" "$of.txt: looks like s_client's, and" ;;
		column) has_in "$stderr" "$of.txt: looks like telnet or nc's, and" ;;
		*) has_in "$stderr" "$of.txt: looks like $of's, and" ;;
		esac
		has_in "$stderr" "has the server's side only" "--mock FILE" "--diagnose FILE"
		ends 65 "$SMTPSH" --convert $of.txt
		[ -z "$output" ]
		ends 65 "$SMTPSH" --pipe 'touch connected' -f - <$of.txt
		[ ! -e connected ]
	done
	# A connection that the server closed is the same; what waits for codes,
	# or has a command, is the language.
	printf 'Trying 127.0.0.1...\nConnected to m.\n554 go away\n' >closed
	ends 65 "$SMTPSH" --convert closed
	printf '220\n250\n250\n' >codes
	ends 0 "$SMTPSH" --convert codes
	half column | sed '2i EHLO x' >both
	ends 0 "$SMTPSH" --convert both
}

@test "the server's side without marks: a mock plays it, text behind 354 too" {
	local of
	for of in telnet ncat nc s_client smtps column; do
		half $of >$of.txt
		printf '%s\n' 'EHLO x' 'MAIL FROM:<a@b.example>' \
			'RCPT TO:<c@b.example>' DATA 'Subject: s' '' QUIT . QUIT >said
		ends 0 "$SMTPSH" --mock $of.txt -f said
		has "R: 250 SIZE 1000" "R: 250 2.1.5 Ok" "R: 354 go on" \
			"R: 250 2.0.0 queued" "R: 221 2.0.0 Bye"
	done
	ends 0 "$SMTPSH" --mock smtps.txt -f said
	has "R: 220 m.example ESMTP"
	# What was refused may have been DATA.
	half column | sed 's/^354 .*/554 no valid recipients/; /queued/d' >refused
	ends 69 "$SMTPSH" --mock refused -c 'EHLO x' -c 'MAIL FROM:<a@b.example>' \
		-c 'RCPT TO:<c@b.example>' -c DATA
	has "R: 554 no valid recipients"
}

@test "the server's side without marks: --diagnose tells of its replies" {
	local of
	for of in telnet ncat nc s_client smtps column; do
		half $of | sed "s/^250 2.1.5 Ok/550 5.7.1 Relaying denied/" >$of.txt
		ends 69 "$SMTPSH" --diagnose $of.txt
		has "550 5.7.1 Relaying denied"
	done
	half column >fine
	ends 0 "$SMTPSH" --diagnose fine
}

@test "a reply that was not shown is filled in where the client must have waited" {
	cat >short.txt <<-'END'
		SERVER -> CLIENT: 220 mail.example ESMTP
		CLIENT -> SERVER: EHLO me.example
		CLIENT -> SERVER: MAIL FROM:<a@example.com>
		SERVER -> CLIENT: 250 2.1.0 Ok
		CLIENT -> SERVER: RCPT TO:<b@example.com>
		SERVER -> CLIENT: 250 2.1.5 Ok
		CLIENT -> SERVER: DATA
		CLIENT -> SERVER: Subject: short
		CLIENT -> SERVER: RSET is text here
		CLIENT -> SERVER: .
		SERVER -> CLIENT: 250 2.0.0 Ok: queued
		CLIENT -> SERVER: QUIT
	END
	replays short.txt
	has_in "$output" "5 commands" "text shown" "2 replies not shown"
	"$SMTPSH" --convert short.txt >got
	grep -A1 'EHLO' got | grep -qx 'S: 250 (reply not shown)'
	grep -A1 'DATA' got | grep -qx 'S: 354 (reply not shown)'
}

@test "replies that a page ran into one line are lines again" {
	"$SMTPSH" --convert "$ROOT/tests/transcripts/phpmailer-2.txt" >got
	grep -qx 'S: 250-STARTTLS' got
	grep -qx 'S: 250 HELP' got
	"$SMTPSH" --convert "$ROOT/tests/transcripts/phpmailer-3.txt" >got
	grep -qx 'S: 250-SIZE 35882577' got
	grep -qx 'C: MAIL FROM:<a@example.com>' got
}

@test "no prefix, no remark and no mark of a page is sent" {
	local f
	for f in "$ROOT"/tests/transcripts/{log,packets,curl,javamail,swaks}-*.txt; do
		"$SMTPSH" --convert "$f" --to-format json |
			sed -n 's/.*"type": "command", "text": "//p' >got
		run ! grep -vE '^[A-Za-z]{4,8}[" ]|^[A-Za-z0-9+/=]+"' got
	done
	printf '%s\n' 'This is what I get:' '220 x' \
		'EHLO me.example    # <<< enter this' '250 x' \
		'QUIT     <-- and this' '221 x' >remarks.txt
	"$SMTPSH" --convert remarks.txt >got
	grep -qx 'C: EHLO me.example' got
	grep -qx 'C: QUIT' got
}

@test "marks are learnt of both sides or not at all" {
	printf '%s\n' 'note: 220 is a greeting' 'note: 250 is fine' \
		'EHLO me.example' 'QUIT' >notes.txt
	ends 65 "$SMTPSH" --convert notes.txt
	printf '%s\n' 'peer> 220 x' 'self> EHLO me' 'peer> 250 x' \
		'self> QUIT' 'peer> 221 x' >learnt.txt
	replays learnt.txt
	has_in "$output" "read as log: 2 commands"
}

@test "words, objects, tables, headings and signs for line ends mark lines, too" {
	local n=0 client server
	while IFS='~' read -r client server; do
		printf "$server" '220 x' >learnt.txt
		printf "$client$server" 'EHLO me' '250 x' 'RCPT TO:<a@b.example>' \
			'550 5.1.1 no' 'QUIT' '221 bye' >>learnt.txt
		"$SMTPSH" --convert learnt.txt | grep '^[CS]:' >got
		printf '%s\n' 'S: 220 x' 'C: EHLO me' 'S: 250 x' \
			'C: RCPT TO:<a@b.example>' 'S: 550 5.1.1 no' 'C: QUIT' \
			'S: 221 bye' | diff - got
		n=$((n + 1))
	done <<-'END'
		[10:00:00] send %s\n~[10:00:00] recv %s\n
		1234: SMTP <<< %s\n~1234: SMTP >>> %s\n
		{"level":"debug","message":"-> %s"}\n~{"level":"debug","message":"<- %s"}\n
		| Client | %s |\n~| Server | %s |\n
		Sent 01.02.2020 10:00:00: %s<EOL>\n~Recv 01.02.2020 10:00:00: %s<EOL>\n
		DEBUG x: Wrote: %s<CRLF>\n~DEBUG x: << %s<CRLF>\n
		WROTE Mar 16 12:00:00.000 [None] -- port:25 -- socket:0x7 -- thread:0x7\n%s\n\n~READ Mar 16 12:00:00.000 [None] -- port:25 -- socket:0x7 -- thread:0x7\n%s\n\n
		> 2020/01/01 10:00:00.000 length=9 from=0 to=8\n%s\\r\n~< 2020/01/01 10:00:00.000 length=9 from=0 to=8\n%s\\r\n
		T 192.0.2.1:4000 -> 192.0.2.2:25 [AP] #4\n  %s..\n\n~T 192.0.2.2:25 -> 192.0.2.1:4000 [AP] #5\n  %s..\n\n
	END
	[ $n = 9 ]
}

@test "words before an RFC's tags are none of it, and text without tags is text" {
	printf '%s\n' '1) see the page at https://example.com/' '2) for example:' \
		'    S: 220 x' '    C: HELO y' '    S: 250 x' \
		'    C: MAIL FROM:<a@example.com>' '    S: 250 x' \
		'    C: RCPT TO:<b@example.com>' '    S: 250 x' '    C: DATA' \
		'    S: 354 go' '    C: Subject: z' '    From: a' '    ' \
		'    hello' '    .' '    S: 250 x' '    C: QUIT' '    S: 221 x' \
		>page.txt
	replays page.txt
	"$SMTPSH" --convert page.txt | sed -n '/354/,/^C: \.$/p' >got
	printf '%s\n' 'S: 354 go' 'C: Subject: z' 'C: From: a' 'C:' \
		'C: hello' 'C: .' | diff - got
}

@test "an answer to a challenge is good for that challenge alone" {
	printf sesame >password && chmod 600 password
	local login=(--auth-insecure --auth-user joe --auth-password-file password)
	cat >smtplib.txt <<'END'
send: 'ehlo client.example\r\n'
reply: b'250-mx.example\r\n'
reply: b'250 AUTH CRAM-MD5 SCRAM-SHA-1\r\n'
reply: retcode (250); Msg: b'mx.example\nAUTH CRAM-MD5'
send: 'AUTH CRAM-MD5\r\n'
reply: b'334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+/+==\r\n'
reply: retcode (334); Msg: b'PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2U+/+=='
send: 'am9lIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n'
reply: b'235 2.7.0 Accepted\r\n'
reply: retcode (235); Msg: b'2.7.0 Accepted'
send: 'quit\r\n'
reply: b'221 bye\r\n'
reply: retcode (221); Msg: b'bye'
END
	sed "s/^send: '/C: /; s/^reply: b'/S: /; /retcode/d; s/.r.n'$//" smtplib.txt >native.txt
	sed -i '1i S: 220 mx.example' native.txt
	local f
	for f in smtplib.txt native.txt; do
		ends 0 "$SMTPSH" --mock "$f" -f "$f"
		has_in "$output" "(--auth-user: \\auth)" "R: 235"
		sed 's/334 PD/334 QD/' "$f" >other
		# It is not sent to another, and nobody's password is blamed.
		ends 1 "$SMTPSH" --mock other -f "$f"
		has_in "$stderr" "the recorded answer is to this challenge alone, --auth-user NAME answers another"
		lacks "S: ***" "R: 535"
		ends 0 "$SMTPSH" --sandbox --user joe --password-file password "${login[@]}" -f "$f"
		has_in "$output" 'to a challenge is \auth' "authenticated as joe by CRAM-MD5"
	done
	ends 0 "$SMTPSH" --convert=smtplib.txt --reveal
	has_in "$output" '\auth CRAM-MD5'
	lacks am9l "334 "
	# What is made up is so from the start; who cancels answers nothing.
	sed -i 's/AUTH CRAM-MD5.r/AUTH SCRAM-SHA-1 biwsbj1qb2Uscj1meWtv\\r/' smtplib.txt
	ends 0 "$SMTPSH" --convert=smtplib.txt --reveal
	has_in "$output" '\auth SCRAM-SHA-1'
	printf '%s\n' 'S: 220 x' 'C: EHLO x' 'S: 250 AUTH NTLM' 'C: AUTH NTLM' \
		'S: 334 TlRMTVNTUAACAAAA' 'C: *' 'S: 501 cancelled' >cancel.txt
	sed 's/TlRM/UlRM/' cancel.txt >other
	ends 0 "$SMTPSH" --mock other -f cancel.txt
}
