# mta.bats: what every mail server does. run takes it twice, with $SERVER at
# Postfix and at Exim ($SERVER_NAME).

load servers

@test "the standard's first conversation, in both notations" {
	local tests=$BATS_TEST_DIRNAME/../conversations
	printf '%s\n' 'Blah blah blah...' '...etc. etc. etc.' >want
	run smtpsh -f "$tests/alpha-beta.smtp" "$SERVER"
	ended 0
	says "6 of 6 expectations met"
	says "R: 550"
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
	[ ! -e "$MAIL/green" ]
	rm -rf "${MAIL:?}"/*
	sed -e 's/^S:/C:/; s/^R:/S:/' -e 's/<CRLF>\.<CRLF>/./' \
		"$tests/alpha-beta.smtp" >modern.smtp
	run smtpsh -f modern.smtp "$SERVER"
	ended 0
	says "EHLO"
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

# Their hosts are other ones: here it is Beta.ARPA everywhere.
@test "more of the standards' conversations" {
	local name
	for name in typical aborted pipelining chunks; do
		sed -E 's/@(MIT-Multics|BBN-UNIX)\.ARPA/@Beta.ARPA/' \
			"$BATS_TEST_DIRNAME/../conversations/$name.smtp" \
			>"$name.smtp"
		run smtpsh -f "$name.smtp" "$SERVER"
		ended 0
	done
	printf '%s\n' 'Blah blah blah...' '...etc. etc. etc.' >typical
	printf '%s\n' 'Subject: in a group' '' .period >pipelining
	printf '%s\n' '.not stuffed..' >chunks
	for name in typical pipelining chunks; do
		delivered "$MAIL/jones" "$name"
	done
	delivered "$MAIL/brown" typical
	delivered "$MAIL/brown" pipelining
}

@test "another reply than the expected one ends the conversation" {
	printf '%s\n' 'C: EHLO alpha.arpa' 'S: 250' \
		'C: MAIL FROM:<Smith@Alpha.ARPA>' 'S: 250' \
		'C: RCPT TO:<Green@Beta.ARPA>' 'S: 250 OK' \
		'C: DATA' 'S: 354' 'C: never' 'C: .' 'S: 250' >wrong.smtp
	run smtpsh -f wrong.smtp "$SERVER"
	ended 1
	says "wrong.smtp:6"
	says "S: QUIT" || says "C: QUIT"
	[[ $output != *never* ]]
}

@test "commands on standard input, one after the other" {
	run smtpsh "$SERVER" <<-'E'
		EHLO alpha.arpa
		MAIL FROM:<Smith@Alpha.ARPA>
		RCPT TO:<Jones@Beta.ARPA>
		DATA
		Subject: by hand

		.one dot
		..two dots
		.
		QUIT
	E
	ended 0
	printf '%s\n' 'Subject: by hand' '' '.one dot' '..two dots' >want
	delivered "$MAIL/jones" want
}

@test "a message with dots, long lines and empty lines" {
	message want '.' '..' '.x' '...' '' ' .' "$(printf '%0900d' 0)" \
		'From here' '. ' '' ''
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA "$SERVER" <want
	ended 0
	delivered "$MAIL/jones" want
}

@test "line ends: LF, CRLF, both, and none at the end" {
	local ends
	message want first second third
	sed 's/$/\r/' want >crlf
	sed '1~2s/$/\r/' want >both
	head -c -1 want >none
	for ends in want crlf both none; do
		rm -rf "${MAIL:?}"/*
		run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
			"$SERVER" <"$ends"
		ended 0
		delivered "$MAIL/jones" want
	done
}

@test "a bare CR is not sent" {
	message bad $'one\rtwo'
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA "$SERVER" <bad
	[ "$status" -ne 0 ]
	says "CR"
	says "7"
	[ ! -e "$MAIL/jones/new" ]
}

@test "octets over 127" {
	message want 'é œ 漢字' $'\xff\xfe\x80 Latin \xe9'
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		--mail-param BODY=8BITMIME "$SERVER" <want
	ended 0
	delivered "$MAIL/jones" want
}

@test "a message of a mebibyte, from a file and from a pipe" {
	message want "$(head -c 1000000 /dev/urandom | base64 -w 76)"
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		--data want "$SERVER"
	ended 0
	delivered "$MAIL/jones" want
	rm -rf "${MAIL:?}"/*
	run bash -c 'cat want | "$SMTPSH" -q --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA "$SERVER"'
	ended 0
	delivered "$MAIL/jones" want
}

@test "in chunks of every size" {
	local octets
	message want .dot .. . '' end
	for octets in 1 7 64 100000; do
		rm -rf "${MAIL:?}"/*
		run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
			--chunk "$octets" "$SERVER" <want
		ended 0
		says "BDAT"
		delivered "$MAIL/jones" want
	done
}

@test "BDAT by hand" {
	message want .one ..two
	run smtpsh "$SERVER" -c 'EHLO alpha.arpa' \
		-c 'MAIL FROM:<Smith@Alpha.ARPA>' \
		-c 'RCPT TO:<Jones@Beta.ARPA>' -c '\bdat want last'
	ended 0
	delivered "$MAIL/jones" want
}

@test "one of two recipients is refused" {
	message want mixed
	run smtpsh --from Smith@Alpha.ARPA --to Green@Beta.ARPA,Brown@Beta.ARPA \
		"$SERVER" <want
	ended 69
	says "550"
	says "Green@Beta.ARPA"
	delivered "$MAIL/brown" want
}

@test "refused for good: nobody there, and no relaying" {
	message want never
	run smtpsh --from Smith@Alpha.ARPA --to Green@Beta.ARPA "$SERVER" <want
	ended 69
	run smtpsh --from Smith@Alpha.ARPA --to x@elsewhere.example \
		"$SERVER" <want
	ended 69
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		--mail-param SIZE=99999999999 "$SERVER" <want
	ended 69
	says "552"
	nobody_got want
}

@test "nobody listens: 75; no such host: 68" {
	serve --count 1
	smtpsh -q "$SERVE" -c NOOP
	wait "$SERVE_PID"
	run smtpsh "$SERVE" -c NOOP
	ended 75
	says "refused"
	run smtpsh nosuch.example -c NOOP
	ended 68
	says "nosuch.example"
}

@test "--quit-after stops there, and nothing is mailed" {
	local stage
	message want never
	for stage in connect helo mail rcpt; do
		run smtpsh --quit-after "$stage" --from Smith@Alpha.ARPA \
			--to Jones@Beta.ARPA "$SERVER" <want
		ended 0
		says "QUIT"
	done
	[[ $output == *"RCPT TO"* && $output != *DATA* ]]
	nobody_got want
}

@test "a test message is made" {
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		--header 'Subject: made up' --body 'Blah blah' "$SERVER"
	ended 0
	printf '\nBlah blah\n' >want
	delivered "$MAIL/jones" want
	grep -qx 'Subject: made up' "$MAIL"/jones/new/*
	grep -q '^Date: ' "$MAIL"/jones/new/*
	grep -qi '^Message-Id: <' "$MAIL"/jones/new/*
	grep -q '^From: .*Smith@Alpha.ARPA' "$MAIL"/jones/new/*
	grep -q '^To: .*Jones@Beta.ARPA' "$MAIL"/jones/new/*
}

@test "VRFY tells who is there" {
	run smtpsh "$SERVER" -c 'EHLO a' -c 'VRFY Jones@Beta.ARPA'
	ended 0
	says "R: 25"
	run smtpsh "$SERVER" -c 'EHLO a' -c 'VRFY Green@Beta.ARPA'
	ended 69
	says "R: 550"
}

@test "HELO alone, without extensions" {
	message want plain
	run smtpsh "$SERVER" -c 'HELO alpha.arpa' \
		-c 'MAIL FROM:<Smith@Alpha.ARPA>' \
		-c 'RCPT TO:<Jones@Beta.ARPA>' -c '\send want'
	ended 0
	delivered "$MAIL/jones" want
	grep -q 'with SMTP\|with smtp' "$MAIL"/jones/new/*
}

@test "an address in UTF-8" {
	message want grüße
	run smtpsh --from Smith@Alpha.ARPA --to jørgen@Beta.ARPA \
		--mail-param SMTPUTF8 "$SERVER" <want
	ended 0
	delivered "$MAIL/jørgen" want
}

@test "DSN parameters, right and wrong" {
	message want report
	run smtpsh --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		--mail-param RET=HDRS --mail-param ENVID=QQ314159 \
		--rcpt-param NOTIFY=NEVER "$SERVER" <want
	ended 0
	delivered "$MAIL/jones" want
	run smtpsh "$SERVER" -c 'EHLO a' -c 'MAIL FROM:<Smith@Alpha.ARPA>' \
		-c 'RCPT TO:<Jones@Beta.ARPA> NOTIFY=NEVER,SUCCESS'
	ended 69
	says "501"
	run smtpsh "$SERVER" -c 'EHLO a' \
		-c 'MAIL FROM:<Smith@Alpha.ARPA> NOSUCH=1'
	ended 69
	says "R: 5"
}

@test "two messages in one session" {
	message one first
	message two second
	run smtpsh "$SERVER" -c 'EHLO a' -c 'MAIL FROM:<Smith@Alpha.ARPA>' \
		-c 'RCPT TO:<Jones@Beta.ARPA>' -c '\send one' \
		-c 'MAIL FROM:<>' -c 'RCPT TO:<Brown@Beta.ARPA>' -c '\send two'
	ended 0
	delivered "$MAIL/jones" one
	delivered "$MAIL/brown" two
}

@test "the whole group of RFC 2920 in one go" {
	cat >group.smtp <<-'E'
		S: 220
		C: EHLO alpha.arpa
		S: 250
		C: MAIL FROM:<Smith@Alpha.ARPA>
		C: RCPT TO:<Jones@Beta.ARPA>
		C: RCPT TO:<Green@Beta.ARPA>
		C: RCPT TO:<Brown@Beta.ARPA>
		C: DATA
		S: 250
		S: 250
		S: 550
		S: 250
		S: 354
		C: Subject: group
		C:
		C: ...
		C: .
		C: QUIT
		S: 250
		S: 221
	E
	printf '%s\n' 'Subject: group' '' ... >want
	run smtpsh -f group.smtp "$SERVER"
	ended 0
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

@test "what was recorded replays" {
	run smtpsh --record taken.smtp \
		-f "$BATS_TEST_DIRNAME/../conversations/alpha-beta.smtp" "$SERVER"
	ended 0
	printf '%s\n' 'Blah blah blah...' '...etc. etc. etc.' >want
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
	rm -rf "${MAIL:?}"/*
	run smtpsh -f taken.smtp "$SERVER"
	ended 0
	delivered "$MAIL/jones" want
	delivered "$MAIL/brown" want
}

@test "mail that the server relays into the receiver" {
	serve_at "$SINK" --maildir box
	message want .dot ..dots . 'é' "$(printf '%0900d' 0)"
	run smtpsh --from Smith@Alpha.ARPA --to a@sink.example \
		--to b@sink.example "$SERVER" <want
	ended 0
	sed 's/$/\r/' want >want.crlf
	delivered box/a@sink.example want.crlf
	delivered box/b@sink.example want.crlf
}

@test "mail that the server relays into the receiver, over TLS" {
	serve_at "$SINK" --maildir box --cert "$CERTS/chain.pem" \
		--key "$CERTS/server.key"
	message want .dot 'é' "$(head -c 100000 /dev/urandom | base64)"
	run smtpsh -q --from Smith@Alpha.ARPA --to a@sink.example "$SERVER" <want
	ended 0
	sed 's/$/\r/' want >want.crlf
	delivered box/a@sink.example want.crlf
	grep -q 'STARTTLS' serve.out
	grep -q 'with ESMTPS' box/a@sink.example/new/*
}
