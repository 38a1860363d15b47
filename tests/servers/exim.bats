# exim.bats: what Exim does and others do not; its -bs through a pipe.

load servers

@test "exim -bs through --pipe" {
	printf '%s\n' 'Blah blah blah...' '...etc. etc. etc.' >want
	run smtpsh --pipe 'exim4 -bs' \
		-f "$BATS_TEST_DIRNAME/../conversations/alpha-beta.smtp"
	ended 0
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

@test "a message through --pipe" {
	message want .dots ..
	run smtpsh --pipe 'exim4 -odi -bs' --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA <want
	ended 0
	arrived "$MAIL/jones" want
	run smtpsh --pipe 'exim4 -bs' --from Smith@Alpha.ARPA \
		--to Green@Beta.ARPA <want
	ended 69
}

@test "EXPN and HELP" {
	run smtpsh "$EXIM" -c 'EHLO a' -c 'EXPN jones' -c HELP
	ended 0
	says "R: 250"
	says "jones@"
	says "R: 214"
}

@test "the first MAIL without HELO is refused, and said so" {
	run smtpsh --bare "$EXIM" -c 'MAIL FROM:<Smith@Alpha.ARPA>'
	ended 69
	says "R: 503"
}

@test "Exim closes on too many errors: the loss is said" {
	local i
	for i in $(seq 30); do echo "S: NOSUCH $i"; done >many
	run smtpsh "$EXIM" -f many
	says "R: 500"
	[ "$status" = 69 ] || [ "$status" = 74 ]
}
