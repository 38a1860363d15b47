# lmtp.bats: Dovecot's LMTP, over TCP and over its socket.

load servers

@test "one reply for each recipient that was accepted" {
	message want .dot ..
	run smtpsh --lmtp --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA,Green@Beta.ARPA,Brown@Beta.ARPA \
		"$LMTP" <want
	ended 69
	says "R: 250 2.0.0 <Jones@Beta.ARPA>"
	says "R: 250 2.0.0 <Brown@Beta.ARPA>"
	says "R: 550 5.1.1 <Green@Beta.ARPA>"
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

@test "through the socket, and as a URL" {
	message want socket
	run smtpsh --lmtp --socket "$LMTP_SOCKET" --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA,Brown@Beta.ARPA <want
	ended 0
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
	message two url
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		"lmtp://$LMTP" <two
	ended 0
	says "LHLO"
	delivered "$MAIL/jones" two
}

@test "a transcript with two replies to one text" {
	cat >two.smtp <<-'E'
		C: LHLO alpha.arpa
		S: 250
		C: MAIL FROM:<Smith@Alpha.ARPA>
		C: RCPT TO:<Jones@Beta.ARPA>
		C: RCPT TO:<Green@Beta.ARPA>
		C: RCPT TO:<Brown@Beta.ARPA>
		C: DATA
		S: 250
		S: 250
		S: 550 /User doesn't exist/
		S: 250
		S: 354
		C: Subject: two
		C:
		C: ..
		C: .
		S: 250 /<Jones@Beta.ARPA>/
		S: 250 /<Brown@Beta.ARPA>/
		C: QUIT
		S: 221
	E
	printf '%s\n' 'Subject: two' '' .. >want
	run smtpsh --lmtp -f two.smtp "$LMTP"
	ended 0
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

@test "in chunks" {
	message want .dot .
	run smtpsh --lmtp --chunk 40 --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA,Brown@Beta.ARPA "$LMTP" <want
	ended 0
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

@test "EHLO is not LMTP's word" {
	run smtpsh --lmtp "$LMTP" -c 'EHLO alpha.arpa'
	ended 69
	says "R: 500"
}

@test "submission without AUTH is refused" {
	message want submitted
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		"$SUBMISSION" <want
	ended 69
	says "R: 530"
	nobody_got want
}
