# ways.bats: around the server: XCLIENT, XFORWARD, the PROXY protocol, SOCKS5
# and HTTP CONNECT.

load servers

@test "XCLIENT: Postfix believes in another client" {
	message want other
	run smtpsh "$POSTFIX" -c 'EHLO alpha.arpa' \
		-c '\xclient ADDR=192.0.2.7 NAME=spike.porcupine.org HELO=spike' \
		-c 'EHLO again' -c 'MAIL FROM:<Smith@Alpha.ARPA>' \
		-c 'RCPT TO:<Jones@Beta.ARPA>' -c '\send want'
	ended 0
	says "XCLIENT"
	delivered "$MAIL/jones" want
	grep -q 'spike.porcupine.org \[192.0.2.7\]' "$MAIL"/jones/new/*
}

@test "XCLIENT: an address in IPv6, and a login that may relay" {
	run smtpsh "$POSTFIX" -c 'EHLO alpha.arpa' \
		-c '\xclient ADDR=IPV6:2001:db8::7 LOGIN=smith@beta.arpa' \
		-c 'MAIL FROM:<smith@beta.arpa>' \
		-c 'RCPT TO:<x@elsewhere.example>' -c RSET
	ended 0
}

@test "XCLIENT: what the server does not offer is refused" {
	run smtpsh "$EXIM" -c 'EHLO alpha.arpa' -c '\xclient ADDR=192.0.2.7'
	[ "$status" != 0 ]
	run smtpsh "$POSTFIX" -c 'EHLO alpha.arpa' -c '\xclient NOSUCH=1'
	[ "$status" != 0 ]
}

@test "XFORWARD" {
	run smtpsh "$POSTFIX" -c 'EHLO alpha.arpa' \
		-c '\xforward ADDR=192.0.2.8 NAME=spike.porcupine.org'
	ended 0
	says "S: XFORWARD"
	says "R: 250 2.0.0 Ok"
}

@test "the PROXY protocol, both versions, to Postfix" {
	local version
	for version in 1 2; do
		rm -rf "${MAIL:?}"/*
		message want "version $version"
		run smtpsh --proxy-protocol "$version" \
			--from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
			"$POSTFIX_PROXIED" <want
		ended 0
		delivered "$MAIL/jones" want
		run smtpsh --proxy-protocol "$version" --tls \
			--tls-ca "$CERTS/ca.pem" "$POSTFIX_PROXIED" -c NOOP
		ended 0
	done
}

@test "without that header Postfix hangs up" {
	run smtpsh --timeout 10s "$POSTFIX_PROXIED" -c NOOP
	[ "$status" != 0 ]
}

# through URL: a message by that proxy arrives, over TLS too.
through() {
	message want "through $1"
	run smtpsh --proxy "$1" --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
		"mail.beta.arpa:${POSTFIX#*:}" <want
	ended 0
	delivered "$MAIL/jones" want
	run smtpsh --proxy "$1" --tls --tls-ca "$CERTS/ca.pem" \
		"mail.beta.arpa:${EXIM#*:}" -c NOOP
	ended 0
	run smtpsh --proxy "$1" --tls-ca "$CERTS/ca.pem" \
		"smtps://mail.beta.arpa:${EXIM_TLS#*:}" -c NOOP
	ended 0
}

# fails URL: what it cannot reach is told.
fails() {
	serve --count 1
	smtpsh -q "$SERVE" -c NOOP
	wait "$SERVE_PID"
	unset SERVE_PID
	run smtpsh --proxy "$1" "$SERVE" -c NOOP
	[ "$status" = 75 ] || [ "$status" = 69 ]
	run smtpsh --proxy "$1" nosuch.example:25 -c NOOP
	[ "$status" != 0 ]
	[[ $output != *"R: 2"* ]]
}

@test "SOCKS5: microsocks" {
	through "socks5://$SOCKS"
	fails "socks5://$SOCKS"
}

@test "SOCKS5 with a user and password" {
	through "socks5://smith:sesame@$SOCKS_AUTH"
	[[ $output != *sesame* ]]
	run smtpsh --proxy "socks5://smith:wrong@$SOCKS_AUTH" "$POSTFIX" -c NOOP
	[ "$status" != 0 ]
	[[ $output != *"R: 2"* ]]
	run smtpsh --proxy "socks5://$SOCKS_AUTH" "$POSTFIX" -c NOOP
	[ "$status" != 0 ]
}

@test "HTTP CONNECT: tinyproxy" {
	through "http://$CONNECT"
	fails "http://$CONNECT"
}
