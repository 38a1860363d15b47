# clients.bats: other people's clients against smtpsh --serve.

load servers

# took MAILBOX TEXTFILE: the receiver's Maildir has it, with CRLF as it came.
took() {
	sed 's/$/\r/' "$2" >"$2.crlf"
	delivered "box/$1" "$2.crlf"
}

@test "curl" {
	serve --maildir box
	message want .dot ..dots . 'é' "$(printf '%0900d' 0)"
	run curl -sS --crlf "smtp://$SERVE" --mail-from Smith@alpha.arpa \
		--mail-rcpt jones@beta.arpa --mail-rcpt brown@beta.arpa \
		-T want
	ended 0
	took jones@beta.arpa want
	took brown@beta.arpa want
	run curl -sS "smtp://$SERVE" -X 'VRFY jones'
	[ "$status" = 0 ] || says 252 || says 250
}

@test "curl, one of two recipients refused" {
	serve --maildir box --mailbox jones@beta.arpa
	message want one
	run curl -sS --crlf "smtp://$SERVE" --mail-from Smith@alpha.arpa \
		--mail-rcpt jones@beta.arpa --mail-rcpt green@beta.arpa -T want
	ended 55
	run curl -sS --crlf --mail-rcpt-allowfails "smtp://$SERVE" \
		--mail-from Smith@alpha.arpa --mail-rcpt jones@beta.arpa \
		--mail-rcpt green@beta.arpa -T want
	ended 0
	took jones@beta.arpa want
	[ ! -e box/green@beta.arpa ]
}

@test "curl with a mebibyte" {
	serve --maildir box
	message want "$(head -c 1000000 /dev/urandom | base64 -w 76)"
	run curl -sS --crlf "smtp://$SERVE" --mail-from Smith@alpha.arpa \
		--mail-rcpt jones@beta.arpa -T want
	ended 0
	took jones@beta.arpa want
}

# swaks ends the text itself, whatever its end.
@test "swaks" {
	serve --maildir box
	message want .dot ..dots . end
	head -c -1 want >given
	run swaks --server "127.0.0.1:$SERVE_PORT" --from smith@alpha.arpa \
		--to jones@beta.arpa,brown@beta.arpa --data @given
	ended 0
	took jones@beta.arpa want
	took brown@beta.arpa want
	run swaks --server "127.0.0.1:$SERVE_PORT" --from smith@alpha.arpa \
		--to jones@beta.arpa --data @given --pipeline
	ended 0
}

@test "swaks, nobody there" {
	serve --maildir box --mailbox jones@beta.arpa
	run swaks --server "127.0.0.1:$SERVE_PORT" --from smith@alpha.arpa \
		--to green@beta.arpa
	ended 24
	says 550
	[ ! -e box ] || [ -z "$(find box -type f)" ]
}

@test "swaks in LMTP, one reply for each" {
	serve --lmtp --maildir box --mailbox jones@beta.arpa \
		--mailbox brown@beta.arpa
	message want .dot
	head -c -1 want >given
	run swaks --protocol LMTP --server "127.0.0.1:$SERVE_PORT" \
		--from smith@alpha.arpa --data @given \
		--to jones@beta.arpa,green@beta.arpa,brown@beta.arpa
	says LHLO
	says 550
	took jones@beta.arpa want
	took brown@beta.arpa want
}

@test "msmtp" {
	serve --maildir box
	message want .dot ..dots . 'é' end
	run msmtp --host=127.0.0.1 --port="$SERVE_PORT" \
		--from=smith@alpha.arpa jones@beta.arpa brown@beta.arpa <want
	ended 0
	took jones@beta.arpa want
	took brown@beta.arpa want
	run msmtp --serverinfo --host=127.0.0.1 --port="$SERVE_PORT"
	ended 0
	says PIPELINING
}

# relayed RECIPIENT: what Postfix logs of its mail to it.
relayed() { grep -F "to=<$1@sink.example>" /var/log/postfix.log | tail -n 1; }
logs() { [[ $(relayed "$1") == *"$2"* ]]; }

@test "Postfix relays to a receiver with rules: its log says each of them" {
	local to
	serve_at "$SINK" --maildir box --rules "$BATS_TEST_DIRNAME/../clients.rules"
	send() {
		smtpsh "$POSTFIX" --tls --tls-ca "$CERTS/ca.pem" --auth \
			--auth-user smith@beta.arpa --auth-password-file password \
			--from smith@beta.arpa --to "$1@sink.example" \
			--header "Subject: $2" --body "$3" -q
	}
	printf sesame >password
	chmod 600 password
	for to in grey no full busy slow many lf plain gone bye; do
		send $to x hi
	done
	send spam spam hi
	send virus x 'a virus'
	until_true logs grey 'status=deferred (host 127.0.0.1[127.0.0.1] said: 451 4.7.1 greylisted'
	until_true logs no 'status=bounced (host 127.0.0.1[127.0.0.1] said: 550 5.1.1 nobody'
	until_true logs full 'said: 452 4.2.2 mailbox is full'
	until_true logs busy '421 4.7.0 too fast'
	until_true logs gone 'lost connection with 127.0.0.1[127.0.0.1] while sending RCPT TO'
	until_true logs bye 'lost connection with 127.0.0.1[127.0.0.1] while sending RCPT TO'
	until_true logs spam 'status=bounced (host 127.0.0.1[127.0.0.1] said: 554 5.7.1 spam'
	until_true logs virus 'said: 550 5.7.0 virus'
	for to in slow many lf plain; do
		until_true logs $to 'status=sent (250 '
	done
	[[ $(relayed slow) =~ delays=[0-9./]*/([0-9.]+), ]]
	[ "${BASH_REMATCH[1]%.*}" -ge 1 ]
}

@test "Python's smtplib: SMTPUTF8, two messages, VRFY, errors" {
	serve --maildir box --mailbox jørgen@beta.arpa --mailbox jones@beta.arpa
	message want .dot . 'grüße'
	run python3 - "$SERVE_PORT" want <<-'E'
		import smtplib, sys
		text = open(sys.argv[2], "rb").read().replace(b"\n", b"\r\n")
		s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "alpha.arpa")
		s.ehlo()
		for k in "smtputf8", "8bitmime", "size", "pipelining", "dsn":
		    assert s.has_extn(k), k
		s.sendmail("smith@alpha.arpa", ["jones@beta.arpa"], text)
		s.sendmail("smith@alpha.arpa", ["jørgen@beta.arpa"], text,
		           ["SMTPUTF8", "BODY=8BITMIME"])
		assert s.verify("jones@beta.arpa")[0] // 100 == 2
		try:
		    s.sendmail("smith@alpha.arpa", ["green@beta.arpa"], text)
		    raise SystemExit("green was taken")
		except smtplib.SMTPRecipientsRefused as e:
		    assert e.recipients["green@beta.arpa"][0] == 550
		assert s.docmd("NOSUCH")[0] == 500
		assert s.docmd("DATA")[0] == 503
		assert s.rset()[0] == 250
		s.quit()
	E
	ended 0
	took jones@beta.arpa want
	took j%C3%B8rgen@beta.arpa want
}

@test "Python's smtplib in LMTP, over a Unix socket" {
	serve --lmtp --socket "$PWD/lmtp" --maildir box
	message want .dot
	run python3 - "$PWD/lmtp" want <<-'E'
		import smtplib, sys
		s = smtplib.LMTP(sys.argv[1])
		s.sendmail("smith@alpha.arpa",
		           ["jones@beta.arpa", "brown@beta.arpa"],
		           open(sys.argv[2]).read())
		s.quit()
	E
	ended 0
	took jones@beta.arpa want
	took brown@beta.arpa want
}

@test "end of mail text is CRLF.CRLF and nothing else" {
	serve --maildir box
	run python3 - "$SERVE_PORT" <<-'E'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		f = s.makefile("rb")
		def reply():
		    line = f.readline()
		    while line[3:4] == b"-":
		        line = f.readline()
		    return int(line[:3])
		reply()
		for c in "EHLO a", "MAIL FROM:<a@b>", "RCPT TO:<jones@beta.arpa>":
		    s.sendall(c.encode() + b"\r\n")
		    assert reply() == 250
		s.sendall(b"DATA\r\n")
		assert reply() == 354
		s.sendall(b"one\n.\nMAIL FROM:<evil@b>\n.\r\nmore\r\n.\r\n")
		s.sendall(b"QUIT\r\n")
		assert reply() // 100 == 5
		assert reply() == 221
	E
	ended 0
	[ -z "$(find box -type f)" ]
}
