#!/usr/bin/env bats
# Why a run failed, and what to do: the verdict, --diagnose, --explain of a
# reply, --lint.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	cat >server.sh <<'S'
# server.sh REPLY...: the greeting, then a reply to each line; "-": closes,
# "+": says nothing more. Behind 354 text is read to its end.
say() {
	case $1 in
	-) exit ;;
	+) cat >/dev/null; exit ;;
	*) printf "$1\r\n" ;;
	esac
}
n=$#
for reply; do
	say "$reply"
	n=$((n - 1))
	[ $n -gt 0 ] || [ "${reply#354}" != "$reply" ] || break
	IFS= read -r line || exit
	case $reply in 354*)
		while [ "$line" != "$(printf '.\r')" ]; do
			IFS= read -r line || exit
		done ;;
	esac
done
while IFS= read -r line; do
	printf '221 bye\r\n'
done
S
}

teardown() {
	serve_stop
}

# mails STATUS RULE REPLY...: one message to a server that says so ends with
# that status, and the verdict is by that rule, with a next step.
mails() {
	local want=$1 rule=$2
	shift 2
	printf "'%s' " "$@" >args
	ends "$want" "$SMTPSH" --from a@x.example --to b@y.example --body hi \
		--timeout "${LATE:-20s}" "${MORE[@]}" \
		--pipe "sh server.sh $(cat args)" || return
	[[ $stderr == *"  [$rule]"* && $stderr == *"        next: "* ]] && return
	printf 'not %s:\n%s\n%s\n' "$rule" "$output" "$stderr"
	return 1
}

OK='250 mx.example'
HI='220 mx.example ESMTP'

@test "refusals: by their text, wherever it stands" {
	MORE=()
	mails 69 relay.exim "$HI" "$OK" "$OK" '550 relay not permitted'
	mails 75 relay.postfix "$HI" "$OK" "$OK" '454 4.7.1 <b@y.example>: Relay access denied'
	mails 75 grey.said "$HI" "$OK" "$OK" '450 4.2.0 <b@y.example>: Recipient address rejected: Greylisted'
	mails 69 list.dnsbl "$HI" "$OK" "$OK" '554 5.7.1 Client host [192.0.2.1] blocked using bl.example.org'
	mails 69 helo.fqdn "$HI" "$OK" "$OK" '504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname'
	mails 69 sender.verify "$HI" "$OK" '550 Sender verify failed'
	mails 69 rcpt.unknown-postfix "$HI" "$OK" "$OK" '550 5.1.1 <b@y.example>: Recipient address rejected: User unknown in local recipient table'
	mails 69 text.spam "$HI" "$OK" "$OK" "$OK" '354 go' '554 5.7.1 This looks like spam'
}

@test "refusals without words: by enhanced code, code and state" {
	MORE=()
	mails 69 rcpt.full "$HI" "$OK" "$OK" '552 5.2.2 sorry'
	mails 75 rcpt.later "$HI" "$OK" "$OK" '450 sorry'
	mails 69 tls.first "$HI" "$OK" '530 sorry'
	mails 69 text.refused "$HI" "$OK" "$OK" "$OK" '354 go' '554 sorry'
	mails 69 greeting.refuses '554 mx.example sorry'
	mails 75 greeting.later '421 mx.example sorry'
	mails 69 hello.lmtp "$HI" '500 what' '500 what'
}

@test "what is no refusal: closed, silent, out of step, no mail server" {
	MORE=()
	mails 74 closed.unsaid -
	mails 74 closed.greeted "$HI" -
	LATE=1500ms mails 75 data.late "$HI" "$OK" "$OK" "$OK" +
	LATE=1500ms mails 75 text.unknown-fate "$HI" "$OK" "$OK" "$OK" '354 go' +
	mails 74 text.unknown-fate "$HI" "$OK" "$OK" "$OK" '354 go' -
	mails 76 session.out-of-step "$HI" "$OK" "$OK" "$OK" '250 taken'
	mails 76 other.ssh 'SSH-2.0-OpenSSH_9.6'
	mails 76 other.pop3 '+OK ready'
	mails 69 other.ftp '220 (vsFTPd 3.0.3)' '530 Please login with USER and PASS.' '530 Please login with USER and PASS.'
	MORE=(--lmtp)
	mails 69 hello.smtp "$HI" '502 what'
}

@test "no connection, no TLS, no login: whose turn it is" {
	ends 75 "$SMTPSH" --from a@x.example --to b@y.example --body hi 127.0.0.1:1
	[[ $stderr == *"[connect.refused]"*"587"* ]]
	ends 75 "$SMTPSH" --socket "$PWD/none" -c NOOP
	[[ $stderr == *"[connect.socket]"* ]]
	ends 68 "$SMTPSH" no.invalid -c NOOP
	[[ $stderr == *"[name.none]"*"spelling"* ]]
	ends 68 "$SMTPSH" -c NOOP noop
	tells "there is no host noop: it is a command" "smtpsh HOST -c noop" "did you mean --help?" "[name.command]"
	ends 75 "$SMTPSH" --proxy socks5://127.0.0.1:1 mail.invalid -c NOOP
	[[ $stderr == *"[connect.proxy]"*"--proxy"* ]]
	MORE=(--tls)
	mails 77 tls.not-offered "$HI" "$OK"
	MORE=(--tls-on-connect --tls-verify-host y.example)
	mails 76 tls.plain-port "$HI"
	echo secret >pw && chmod 600 pw
	MORE=(--auth --auth-user u --auth-password-file pw)
	mails 77 auth.tls-first "$HI" '250-mx.example\r\n250 STARTTLS'
	mails 77 auth.none "$HI" "$OK"
	mails 77 auth.ticket "$HI" '250-mx.example\r\n250 AUTH GSSAPI'
	mails 77 auth.clear "$HI" '250-mx.example\r\n250 AUTH PLAIN'
	mails 77 login.failed "$HI" '250-mx.example\r\n250 AUTH CRAM-MD5' '334 PDE+' '535 no'
}

@test "an expired certificate: since when, and who renews it; looking away comes last" {
	command -v openssl >/dev/null || skip "openssl is not installed"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out whole.pem -days 1 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost
	openssl x509 -in whole.pem -signkey k.pem -days -1 -out c.pem
	serve --cert c.pem --key k.pem
	ends 77 "$SMTPSH" --tls --tls-ca c.pem localhost:"$PORT" -c NOOP
	[[ $stderr == *"expired since "*"[cert.expired]"*" next: "*renew*"--tls-verify no"* ]]
	lacks "S: NOOP"
}

@test "a good run has no verdict" {
	ends 0 "$SMTPSH" --sandbox --from a@x.example --to Jones@Beta.ARPA --body hi
	[ -z "$stderr" ]
	[[ $output != *"relay"* ]]
}

@test "a refusal that was expected is no cause, in its file or in one before" {
	printf 'EHLO a\n250\nMAIL FROM:<a@b>\n250\nRCPT TO:<Green@Beta.ARPA>\n550\n' >refused
	printf 'EHLO a\n250\nNOOP\n550\n' >missed
	printf 'EHLO a\n250\nVRFY Nobody\n250\n' >why
	cat refused - >both <<<$'NOOP\n550'
	ends 1 "$SMTPSH" --sandbox -q -f refused -f missed
	tells "missed:4: expected 550"
	[[ $stderr != *next:* ]]
	ends 1 "$SMTPSH" --sandbox -q -f both
	[[ $stderr != *next:* ]]
	# The first that failed says why, whatever comes behind it.
	ends 1 "$SMTPSH" --sandbox -q -f why -f refused
	tells rcpt.unknown "mailbox: Nobody"
	[[ $stderr != *Green* ]]
}

@test "certificates watched: the day is named, and facts are keys" {
	serve --self-signed
	local tls=(--tls --tls-verify no)
	ends 77 "$SMTPSH" "${tls[@]}" --tls-expires-within 4000d localhost:"$PORT" -c NOOP
	[[ $stderr == *"certificate expires on 20"*" in "*" days"*"[cert.soon]"* ]]
	lacks "S: NOOP"
	ends 0 "$SMTPSH" "${tls[@]}" --tls-expires-within 1h localhost:"$PORT" -c NOOP
	ends 64 "$SMTPSH" "${tls[@]}" --tls-expires-within soon localhost:"$PORT" -c NOOP
	ends 0 "$SMTPSH" "${tls[@]}" --format json localhost:"$PORT" -c NOOP
	grep '"event":"tls"' <<<"$output" >tls
	grep -Eq '"protocol":"TLSv1.3".*"certificates":\[\{"names":\["DNS:localhost".*"days_left":[0-9]+,.*"spki_sha256":"[0-9a-f]{64}"' tls
}

@test "registered meanings that do not fit stand back" {
	MORE=()
	mails 75 relay.postfix "$HI" "$OK" "$OK" '454 4.7.1 <b@y.example>: Relay access denied'
	lacks "Temporary authentication failure" "TLS not available"
	mails 69 rcpt.eop "$HI" "$OK" "$OK" '550 5.4.1 Recipient address rejected: Access denied. [X]'
	lacks "No answer from host"
	mails 69 text.long-line "$HI" "$OK" "$OK" "$OK" '354 go' '500 Line too long'
	lacks "command unrecognized"
}

@test "as an event of JSON" {
	ends 69 "$SMTPSH" --format json --from a@x.example --to b@y.example --body hi \
		--pipe "sh server.sh '$HI' '$OK' '$OK' '550 relay not permitted'"
	grep '"event":"cause"' <<<"$output" >verdict
	grep -q '"rule":"relay.exim"' verdict
	grep -q '"cause":"Exim' verdict
	grep -q '"next":"to deliver' verdict
	grep -q '"evidence":"550 relay not permitted"' verdict
}

@test "--explain of a reply: the cause, the next step, then its codes" {
	ends 0 "$SMTPSH" --explain '554 5.7.1 <b@c.example>: Relay access denied'
	[[ $output == "the server does not relay"*"--mx"*"relay.postfix"* ]]
	ends 0 "$SMTPSH" --explain 550
	lacks "rule "
}

@test "--diagnose FILE: a bounce, a log, a transcript" {
	cat >bounce <<'M'
Final-Recipient: rfc822; bob@beta.example
Action: failed
Status: 5.7.25
Diagnostic-Code: smtp; 550-5.7.25 [192.0.2.7] The IP address sending this
    message does not have a PTR record setup
M
	ends 69 "$SMTPSH" --diagnose bounce
	has name.ptr "dig -x"
	cat >log <<'M'
Nov 24 02:11:43 mx postfix/smtp[9]: 4bX: to=<b@c.example>, relay=none, delay=30, status=deferred (connect to mx.c.example[192.0.2.9]:25: Connection timed out)
Nov 24 02:11:44 mx postfix/smtp[9]: 4bY: to=<b@c.example>, relay=mx.c.example[192.0.2.9]:25, status=bounced (host mx.c.example said: 550 5.1.1 <b@c.example>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command))
M
	ends 69 "$SMTPSH" --diagnose log
	has connect.silent-25 rcpt.unknown-postfix "b@c.example" "line 2"
	printf 'R: 220 mx.example\nS: NOOP\nR: 250 ok\n' >good
	ends 0 "$SMTPSH" --diagnose good
	has "nothing that is known to be wrong"
	ends 69 "$SMTPSH" --diagnose --format json bounce
	has '"event":"finding"' '"rule":"name.ptr"'
}

@test "--diagnose HOST: a healthy server has no finding, and nothing is mailed" {
	serve --mailbox b@y.example --maildir box
	echo hello >message
	ends 0 "$SMTPSH" --diagnose --to b@y.example --data message 127.0.0.1:"$PORT"
	has "0 findings" "connection to 127.0.0.1" "RCPT <b@y.example>" "its end was not sent"
	[ -z "$(find box -type f 2>/dev/null)" ]
}

@test "--diagnose HOST: what a mail would meet, with its status" {
	ends 69 "$SMTPSH" --diagnose --sandbox --to Green@Beta.ARPA </dev/null
	has "1. there is no such mailbox: Green@Beta.ARPA" rcpt.unknown "MAIL <>"
	ends 75 "$SMTPSH" --diagnose 127.0.0.1:1 </dev/null
	has connect.refused "nothing listens on port 1"
}

@test "\\diagnose in a script" {
	ends 0 "$SMTPSH" --sandbox -c '\diagnose' -c NOOP
	has "# the sandbox: nothing stops mail" "S: NOOP"
}

@test "--lint: remarks, counted, in TAP and JUnit, and one left out" {
	local bad="sh server.sh '250 mx.example' '250-mx.example\r\n250 X_Y' '221 bye'"
	ends 0 "$SMTPSH" --bare --lint --pipe "$bad" -c 'EHLO x' -c QUIT
	has "[greeting.code]" "[keyword.form]" "RFC 5321 4.1.1.1" "lint: 2 remarks: 1 high, 1 mid, 0 low"
	ends 0 "$SMTPSH" --bare --lint --lint-ignore greeting.code --pipe "$bad" -c 'EHLO x' -c QUIT
	lacks "[greeting.code]"
	ends 0 "$SMTPSH" --bare --lint --format tap --junit x.xml --pipe "$bad" -c 'EHLO x' -c QUIT
	has "# lint: " "[keyword.form]"
	grep -q '<system-out>.*keyword.form' <(tr '\n' ' ' <x.xml)
	ends 0 "$SMTPSH" --bare --lint --format json --pipe "$bad" -c 'EHLO x' -c QUIT
	has '"event":"lint"' '"rule":"keyword.form"'
	ends 64 "$SMTPSH" --lint --lint-ignore nonsense --pipe "$bad" -c NOOP
	tells "no such rule"
	ends 0 "$SMTPSH" --sandbox --lint -c 'EHLO x' -c NOOP
	has "lint: 0 remarks"
}

# understood RULE LINE: --diagnose of that line finds that first.
understood() {
	printf '%s\n' "$2" >line
	run "$SMTPSH" --diagnose line
	grep -m 1 '^ *rule ' <<<"$output" | grep -qF " $1," || {
		echo "$2"
		echo "$output"
		return 1
	}
}

@test "--diagnose FILE: what logs and programs say without a reply's code" {
	local pf="Nov 26 10:15:01 mx1 postfix" ex="2026-11-26 10:15:01"
	understood cert.issuer "$pf/smtp[9]: A1: to=<x@b.example>, relay=mx.b.example[192.0.2.5]:25, delay=0.1, dsn=4.7.5, status=deferred (Server certificate not trusted)"
	understood name.none "$pf/smtp[9]: A1: to=<x@b.example>, relay=none, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=b.example type=AAAA: Host not found)"
	has "the name b.example does not exist"
	understood login.failed "$pf/smtpd[9]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
	understood text.spam "$pf/cleanup[9]: A1: milter-reject: END-OF-MESSAGE from unknown[192.0.2.7]: 5.7.1 Spam message rejected; from=<a@c.example> to=<x@b.example> proto=ESMTP helo=<laptop>"
	understood relay.exim "$ex H=(laptop) [192.0.2.7] F=<a@c.example> rejected RCPT <x@b.example>: relay not permitted"
	understood rcpt.unrouteable "$ex 1rAbCd-0000Xy-Zz ** x@b.example: Unrouteable address"
	understood rcpt.unknown "Nov 26 10:15:01 mx1 sendmail[12]: 3AQABC: to=<x@b.example>, delay=00:00:01, mailer=esmtp, relay=mx.b.example. [192.0.2.5], dsn=5.1.1, stat=User unknown"
	has "no such mailbox: x@b.example"
	understood list.tenant "#550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. ##"
	understood rcpt.unknown "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient x@b.example not found by SMTP address lookup'"
	understood route.connect "Remote Server returned '550 5.4.300 Message expired -> 451 4.4.316 Connection refused [Message=Socket error code 10061]'"
	understood sender.sendas "#550 5.7.60 SMTP; Client does not have permissions to send as this sender ##rfc822;a@c.example"
	understood login.gmail "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted. For more information, go to')"
	understood login.failed "curl: (67) Login denied"
	understood cert.issuer "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path"
	understood connect.refused "msmtp: cannot connect to smtp.b.example, port 587: Connection refused"
	has "port 587"
	understood lost.session "$pf/smtp[9]: A1: to=<x@b.example>, relay=mx.b.example[192.0.2.5]:25, dsn=4.4.2, status=deferred (lost connection with mx.b.example[192.0.2.5] while receiving the initial server greeting)"
	understood lost.end "$pf/smtp[9]: A1: to=<x@b.example>, relay=mx.b.example[192.0.2.5]:25, dsn=4.4.2, status=deferred (conversation with mx.b.example[192.0.2.5] timed out while sending end of data -- message may be sent more than once)"
	understood name.unknown "$pf/smtp[9]: A1: to=<x@b.example>, relay=none, dsn=5.4.3, status=deferred (Host or domain name not found. Name service error for name=b.example type=MX: Host not found, try again)"
	understood retry.later "$ex 1rAbCd-0000Xy-Zz == x@b.example R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host for 'b.example'"
	understood rcpt.full "Nov 26 10:15:01 mx1 dovecot: lmtp(jones)<1><x>: Error: save failed to INBOX: Quota exceeded (mailbox for user is full)"
	understood cert.expired "certificate verify failed (certificate has expired)"
	lacks "cert.issuer"
	understood connect.silent-25 "The recipient server did not accept our requests to connect. [mx.b.example 192.0.2.5: timed out]"
}

@test "--diagnose FILE: what transcripts of other programs end with" {
	local hi=$'=== Connected to mx.\n<-  220 mx.example ESMTP\n -> EHLO a' bye='*** Remote host closed connection unexpectedly.'
	understood closed.unsaid "$bye"
	understood closed.greeted "$hi"$'\n'"$bye"
	understood text.unknown-fate "$hi"$'\n<-  250 mx\n -> DATA\n<-  354 go\n -> .\n'"$bye"
	understood hello.old "$hi"$'\n<** 500 5.5.1 Unknown command'
	understood hello.old "$hi"$'\n<** 500 5.5.1 Unknown command\n -> HELO a\n<** 500 5.5.1 Unknown command'
	has hello.lmtp
	understood rcpt.later "$hi"$'\n<-  250 mx\n -> RCPT TO:<b@c>\n<** 450 4.2.0 come back'
	understood tls.not-offered "$hi"$'\n<-  250 mx\n*** Host did not advertise STARTTLS'
	understood tls.masked "$hi"$'\n<-  250-mx\n<-  250 XXXXXXXA\n*** Host did not advertise STARTTLS'
	understood auth.tls-first "$hi"$'\n<-  250-mx\n<-  250 STARTTLS\n*** Host did not advertise authentication'
	understood cert.name "curl: (60) SSL: no alternative certificate subject name matches target host name 'mx.example'"
	understood cert.use "* SSL certificate problem: unsuitable certificate purpose"
	understood cert.weak "* SSL certificate problem: EE certificate key too weak"
	understood tls.sni "curl: (35) error:0A000458:SSL routines::tlsv1 unrecognized name"
	understood tls.version "curl: (35) error:0A00014D:SSL routines::legacy sigalg disallowed or unsupported"
	understood other.ssh "< SSH-2.0-OpenSSH_9.6"
	printf '* Connected\n{ [512 bytes data]\n} [5 bytes data]\n' >sizes
	ends 0 "$SMTPSH" --diagnose sizes
	has "nothing that is known to be wrong"
}

@test "--diagnose FILE: lines of what went well are nothing" {
	cat >log <<'M'
Nov 26 10:15:01 mx1 postfix/smtp[12345]: 4F2A1C0D: to=<bob@example.com>, relay=mx.example.com[192.0.2.5]:25, delay=1.2, dsn=2.0.0, status=sent (250 2.0.0 OK: queued as 450550A)
Nov 26 10:15:01 mx1 postfix/qmgr[550]: 4F2A1C0D: from=<a@example.org>, size=554, nrcpt=1 (queue active)
2026-11-26 10:15:01 1rAbCd-0000Xy-Zz => bob@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.5] C="250 2.0.0 Ok: queued as 550571A2"
Nov 26 10:15:01 mx1 sendmail[1234]: 3AQABC: to=<bob@example.com>, delay=00:00:01, mailer=esmtp, relay=mx.example.com. [192.0.2.5], dsn=2.0.0, stat=Sent (Ok: queued as 450)
M
	ends 0 "$SMTPSH" --diagnose log
	has "nothing that is known to be wrong"
}

@test "--diagnose-mail: what is said only behind the end of the text" {
	printf 'Subject: x\n\nText.\n' >m
	serve --rule 'end nth 1 552 5.2.2 Quota exceeded (mailbox for user is full)' \
		--rule 'end nth 2 421 4.7.28 Our system has detected an unusual rate of unsolicited mail'
	local -a to=(--from a@b.example --to Jones@localhost --data m)
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" --diagnose "${to[@]}"
	has "its end was not sent; --diagnose-mail sends"
	ends 69 "$SMTPSH" "127.0.0.1:$PORT" --diagnose --diagnose-mail "${to[@]}"
	has "rcpt.full" "552 5.2.2"
	ends 75 "$SMTPSH" "127.0.0.1:$PORT" --diagnose --diagnose-mail "${to[@]}"
	has "rate" "421 4.7.28"
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" --diagnose --diagnose-mail "${to[@]}"
	has "the message, which was mailed"
	serve_stop
	ends 64 "$SMTPSH" --sandbox --diagnose --diagnose-mail </dev/null
	ends 64 "$SMTPSH" --sandbox --diagnose-mail -c NOOP
}

@test "--diagnose --report: the conversation stands under the finding that rests on it" {
	serve --rule 'RCPT 554 5.7.1 <x>: Relay access denied'
	ends 69 "$SMTPSH" "127.0.0.1:$PORT" --diagnose --from a@b.example --to Jones@localhost \
		--report page.html --format json </dev/null
	has '"event":"diagnosis","text":"127.0.0.1: mail does not get through' '"status":69'
	tr -d '\n' <page.html >line
	grep -q '<h1>127.0.0.1: mail does not get through, 1 finding' line
	grep -q 'relay.postfix</code></p><details class="f" open>.*conversation: as it was asked for.*RCPT TO:.*554 5.7.1 .*</details></div>.*well' line
	grep -q '<code class="o">--mx</code>' line
	lacks RCPT # of JSON: it is no conversation of the run's
}

@test "--diagnose FILE: where no session, bounce or log is, nothing was looked at" {
	local text
	for text in '' 'dear all,\nlunch for 250 people is at noon\n' '\0\001\377\n' '{"a": 1}\n'; do
		# shellcheck disable=SC2059 # octets
		printf "$text" >none
		ends 65 "$SMTPSH" --diagnose none
		tells "no line of a session, a bounce or a log" "expected a transcript"
		ends 65 "$SMTPSH" --diagnose - <none
	done
	for text in '250 ok' 'C: NOOP' '* Connected to mx' 'Nov  6 10:15:01 mx postfix/qmgr[5]: removed' \
		'Action: delivered' '2026-11-26T10:15:01Z mx x'; do
		echo "$text" >some
		ends 0 "$SMTPSH" --diagnose some
		has "nothing that is known to be wrong"
	done
}
