# clients_tls.bats: other people's clients against smtpsh --serve with TLS and
# AUTH.

load servers

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	unset SERVE_PID
	(umask 077 && printf sesame >password)
}

# serve_tls ARGUMENT...: with a certificate, and AUTH for smith.
serve_tls() {
	serve --maildir box --cert "$CERTS/chain.pem" \
		--key "$CERTS/server.key" --user smith \
		--password-file password "$@"
}

took() {
	sed 's/$/\r/' "$2" >"$2.crlf"
	delivered "box/$1" "$2.crlf"
}

# curl_mail ARGUMENT...
curl_mail() {
	curl -sSv --crlf --cacert "$CERTS/ca.pem" --mail-from smith@alpha.arpa \
		--mail-rcpt jones@beta.arpa -T want "$@"
}

@test "curl: STARTTLS, and each mechanism it has" {
	local mech
	serve_tls
	for mech in PLAIN LOGIN CRAM-MD5; do
		rm -rf box/*
		message want "by $mech" .dot
		run curl_mail --ssl-reqd "smtp://$SERVE" --user smith:sesame \
			--login-options "AUTH=$mech"
		ended 0
		says "AUTH $mech"
		took jones@beta.arpa want
		run curl_mail --ssl-reqd "smtp://$SERVE" --user smith:wrong \
			--login-options "AUTH=$mech"
		ended 67
	done
}

@test "curl: TLS from the start, 1.2 and 1.3" {
	local version
	serve_tls --tls-on-connect
	for version in 1.2 1.3; do
		rm -rf box/*
		message want "$version"
		run curl_mail "smtps://$SERVE" --tls-max "$version"
		ended 0
		says "TLSv$version"
		took jones@beta.arpa want
	done
}

@test "curl does not believe in a throw-away certificate" {
	serve --maildir box --self-signed
	message want never
	run curl_mail --ssl-reqd "smtp://$SERVE"
	ended 60
	[ ! -e box ] || [ -z "$(find box -type f)" ]
	run curl_mail -k --ssl-reqd "smtp://$SERVE"
	ended 0
	took jones@beta.arpa want
}

@test "AUTH is not offered in clear" {
	serve_tls
	run curl -sSv "smtp://$SERVE" -X NOOP --user smith:sesame
	[[ $output != *"250-AUTH"* ]]
	run smtpsh "$SERVE" -c 'EHLO a' -c 'AUTH PLAIN AHNtaXRoAHNlc2FtZQ=='
	ended 69
	[[ $output != *"R: 235"* ]]
}

@test "swaks: STARTTLS, TLS from the start, AUTH" {
	local mech
	serve_tls
	message want swaks
	head -c -1 want >given
	for mech in PLAIN LOGIN CRAM-MD5; do
		run swaks --server "127.0.0.1:$SERVE_PORT" --tls --auth "$mech" \
			--auth-user smith --auth-password sesame \
			--from smith@alpha.arpa --to jones@beta.arpa \
			--data @given
		ended 0
	done
	took jones@beta.arpa want
	run swaks --server "127.0.0.1:$SERVE_PORT" --tls --auth PLAIN \
		--auth-user smith --auth-password wrong --quit-after AUTH
	ended 28
	says 535
}

# by_msmtp PASSWORD ARGUMENT...
by_msmtp() {
	local password=$1
	shift
	msmtp --host=localhost --port="$SERVE_PORT" --tls=on \
		--tls-trust-file="$CERTS/ca.pem" --user=smith \
		--passwordeval="echo $password" --from=smith@alpha.arpa "$@" \
		jones@beta.arpa <want
}

@test "msmtp: STARTTLS with the certificate checked, and AUTH" {
	local mech plus='' tls
	serve_tls
	# One that knows channel binding wants it where it is offered.
	! msmtp --version | grep -q scram-sha-256-plus || plus=-plus
	for mech in plain login cram-md5 scram-sha-1$plus scram-sha-256$plus; do
		for tls in NORMAL NORMAL:-VERS-TLS1.3; do
			rm -rf box/*
			message want "by $mech"
			run by_msmtp sesame --auth="$mech" \
				--tls-priorities="$tls"
			ended 0
			took jones@beta.arpa want
		done
	done
	run by_msmtp wrong --auth="scram-sha-256$plus"
	[ "$status" != 0 ]
	says 535
}

@test "Python's smtplib: STARTTLS, login, a mebibyte" {
	serve_tls
	message want "$(head -c 1000000 /dev/urandom | base64 -w 76)"
	run python3 - "$SERVE_PORT" "$CERTS/ca.pem" want <<-'E'
		import smtplib, ssl, sys
		c = ssl.create_default_context(cafile=sys.argv[2])
		s = smtplib.SMTP("localhost", int(sys.argv[1]), "alpha.arpa")
		s.ehlo()
		assert s.has_extn("starttls") and not s.has_extn("auth")
		s.starttls(context=c)
		assert not s.ehlo_resp
		s.ehlo()
		assert s.has_extn("auth") and not s.has_extn("starttls")
		try:
		    s.login("smith", "wrong")
		    raise SystemExit("let in")
		except smtplib.SMTPAuthenticationError as e:
		    assert e.smtp_code == 535
		s.login("smith", "sesame")
		s.sendmail("smith@alpha.arpa", ["jones@beta.arpa"],
		           open(sys.argv[3]).read())
		s.quit()
	E
	ended 0
	took jones@beta.arpa want
}

@test "openssl s_client: the session, and what is sent before TLS is dropped" {
	serve_tls
	run openssl s_client -quiet -verify_return_error -starttls smtp \
		-CAfile "$CERTS/ca.pem" -verify_hostname mail.beta.arpa \
		-crlf -ign_eof -connect "$SERVE" <<-'E'
		EHLO alpha.arpa
		AUTH PLAIN AHNtaXRoAHNlc2FtZQ==
		QUIT
	E
	ended 0
	says "235 "
	says "221 "
	run python3 - "$SERVE_PORT" "$CERTS/ca.pem" <<-'E'
		import socket, ssl, sys
		s = socket.create_connection(("localhost", int(sys.argv[1])))
		f = s.makefile("rb", buffering=0)
		f.readline()
		s.sendall(b"EHLO a\r\n")
		while f.readline()[3:4] == b"-":
		    pass
		s.sendall(b"STARTTLS\r\nMAIL FROM:<evil@example>\r\n")
		line = f.readline()
		if line.startswith(b"220"):
		    c = ssl.create_default_context(cafile=sys.argv[2])
		    try:
		        t = c.wrap_socket(s, server_hostname="localhost")
		        t.sendall(b"RCPT TO:<jones@beta.arpa>\r\n")
		        answer = t.recv(100)
		        assert not answer or answer.startswith(b"503"), answer
		    except (ssl.SSLError, ConnectionError):
		        pass
	E
	ended 0
}

# by_gsasl MECHANISM PASSWORD ARGUMENT...: logs in and leaves.
by_gsasl() {
	local mech=$1 password=$2
	shift 2
	gsasl --client --smtp --mechanism="$mech" --authentication-id=smith \
		--password="$password" --hostname=localhost --service=smtp \
		--connect="localhost:$SERVE_PORT" "$@" </dev/null
}

@test "gsasl: each mechanism that is offered, with --auth-insecure and without" {
	local mech insecure
	for insecure in '' --auth-insecure; do
		for mech in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
			serve_tls $insecure
			run by_gsasl "$mech" sesame --starttls \
				--x509-ca-file="$CERTS/ca.pem" --no-cb
			says "235 "
			run by_gsasl "$mech" wrong --starttls \
				--x509-ca-file="$CERTS/ca.pem" --no-cb
			says "535 "
			serve_stop
		done
	done
	for mech in SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS; do
		serve_tls --auth-insecure
		run by_gsasl "$mech" sesame --starttls \
			--x509-ca-file="$CERTS/ca.pem"
		says "235 "
		serve_stop
	done
	serve_tls --auth-mechs SCRAM-SHA-256
	run by_gsasl SCRAM-SHA-256 sesame --starttls \
		--x509-ca-file="$CERTS/ca.pem" --no-cb
	says "235 "
	serve_stop
	serve --maildir box --user smith --password-file password \
		--auth-insecure
	for mech in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
		run by_gsasl "$mech" sesame --no-starttls
		says "235 "
	done
}

@test "curl and msmtp: each mechanism in clear text, and under TLS where it is allowed there" {
	local mech
	serve --maildir box --user smith --password-file password \
		--auth-insecure
	for mech in PLAIN LOGIN CRAM-MD5; do
		rm -rf box/*
		message want "by $mech"
		run curl_mail "smtp://$SERVE" --user smith:sesame \
			--login-options "AUTH=$mech"
		ended 0
		says "AUTH $mech"
		took jones@beta.arpa want
	done
	for mech in plain cram-md5 scram-sha-1 scram-sha-256; do
		run msmtp --host=localhost --port="$SERVE_PORT" --tls=off \
			--user=smith --passwordeval="echo sesame" \
			--from=smith@alpha.arpa --auth="$mech" \
			jones@beta.arpa <want
		ended 0
	done
	serve_stop
	serve_tls --auth-insecure
	for mech in PLAIN LOGIN CRAM-MD5; do
		run curl_mail --ssl-reqd "smtp://$SERVE" --user smith:sesame \
			--login-options "AUTH=$mech"
		ended 0
	done
	serve_stop
	# Without -PLUS on offer the plain twin works.
	serve_tls --auth-mechs SCRAM-SHA-1,SCRAM-SHA-256
	for mech in scram-sha-1 scram-sha-256; do
		run by_msmtp sesame --auth="$mech"
		ended 0
	done
}
