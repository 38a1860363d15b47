# auth.bats: AUTH with Cyrus SASL (Postfix), Exim and Dovecot; XCLIENT.

load servers

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	rm -rf "${MAIL:?}"/*
	unset SERVE_PID
	(umask 077 && echo sesame >password && echo wrong >wrong)
}

# auth SERVER MECHANISM ARGUMENT...: as smith, under TLS.
auth() {
	local server=$1 mech=$2
	shift 2
	smtpsh --tls --tls-ca "$CERTS/ca.pem" --auth "$mech" \
		--auth-user "${AS:-smith@beta.arpa}" \
		--auth-password-file password "$@" "$server"
}

# admits SERVER MECHANISM...: relays once smith has said who he is by each of
# them, and not before; the password shows nowhere.
admits() {
	local server=$1 mech hidden
	shift
	run smtpsh --from a@b --to x@elsewhere.example --body no "$server"
	ended 69
	hidden=$(printf sesame | base64)
	for mech; do
		run auth "$server" "$mech" --from smith@beta.arpa \
			--to x@elsewhere.example --body "by $mech"
		ended 0
		says "AUTH $mech"
		says "R: 235"
		[[ $output != *sesame* && $output != *"$hidden"* ]]
		run auth "$server" "$mech" --auth-password-file wrong \
			--from smith@beta.arpa --to x@elsewhere.example \
			--body no
		ended 77
		says "R: 535"
		[[ $output != *"MAIL FROM"* ]]
	done
}

@test "Postfix: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256" {
	admits "$POSTFIX" PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 \
		SCRAM-SHA-256
}

@test "Exim: PLAIN LOGIN CRAM-MD5" {
	AS=smith admits "$EXIM" PLAIN LOGIN CRAM-MD5
}

@test "Dovecot: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256" {
	AS=smith admits "$SUBMISSION" PLAIN LOGIN CRAM-MD5 DIGEST-MD5 \
		SCRAM-SHA-1 SCRAM-SHA-256
}

@test "submission with TLS from the start, SCRAM, and delivery by Postfix" {
	message want submitted .dot
	run smtpsh --tls-ca "$CERTS/ca.pem" --auth SCRAM-SHA-256 \
		--auth-user smith --auth-password-file password \
		--from smith@beta.arpa --to Jones@Beta.ARPA \
		"smtps://$SUBMISSION_TLS" <want
	ended 0
	delivered "$MAIL/jones" want
}

@test "the choice without a name is the strongest that is offered" {
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" --auth \
		--auth-user smith@beta.arpa --auth-password-file password \
		"$POSTFIX" -c NOOP
	ended 0
	says "AUTH SCRAM-SHA-256"
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" --auth \
		--auth-user smith --auth-password-file wrong "$EXIM" -c NOOP
	ended 77
	says "AUTH CRAM-MD5"
	[ "$(grep -c 'S: AUTH' <<<"$output")" = 1 ]
}

@test "PLAIN and LOGIN never in clear text, CRAM-MD5 may" {
	local mech
	for mech in PLAIN LOGIN; do
		run smtpsh --auth "$mech" --auth-user smith \
			--auth-password-file password "$EXIM" -c NOOP
		[ "$status" != 0 ]
		[[ $output != *"S: AUTH"* ]]
		run smtpsh --auth "$mech" --auth-user smith --auth-insecure \
			--auth-password-file password "$EXIM" -c NOOP
		ended 0
	done
	run smtpsh --auth CRAM-MD5 --auth-user smith \
		--auth-password-file password "$EXIM" -c NOOP
	ended 0
}

@test "a mechanism that is not offered is tried, never replaced" {
	run auth "$EXIM" SCRAM-SHA-256 -c NOOP
	ended 77
	says "S: AUTH SCRAM-SHA-256"
	[ "$(grep -c 'S: AUTH' <<<"$output")" = 1 ]
}

@test "EXTERNAL: the client's certificate is enough" {
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" \
		--tls-cert "$CERTS/client.pem" --tls-key "$CERTS/client.key" \
		--auth EXTERNAL --auth-user smith "$EXIM" -c NOOP
	ended 0
	says "R: 235"
}

@test "the password from a descriptor, a command, ~/.netrc" {
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" --auth PLAIN --auth-user \
		smith --auth-password-fd 4 "$EXIM" -c NOOP 4<password
	ended 0
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" --auth PLAIN --auth-user \
		smith --auth-password-command 'echo sesame' "$EXIM" -c NOOP
	ended 0
	(umask 077 && echo 'machine 127.0.0.1 login smith password sesame' \
		>.netrc)
	HOME=$PWD run smtpsh --tls --tls-ca "$CERTS/ca.pem" --auth PLAIN \
		--auth-user smith --netrc "$EXIM" -c NOOP
	ended 0
	[[ $output != *sesame* ]]
}

@test "by hand: \\auth, broken base64, AUTH twice, cancelled" {
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" \
		--auth-password-file password "$POSTFIX" -c 'EHLO a' \
		-c '\auth CRAM-MD5 smith@beta.arpa' -c 'AUTH PLAIN'
	says "R: 235"
	says "R: 503"
	ended 69
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" "$EXIM" -c 'EHLO a' \
		-c 'AUTH LOGIN' -c '*'
	says "R: 334"
	says "R: 501"
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" "$EXIM" -c 'EHLO a' \
		-c 'AUTH PLAIN !!!'
	says "R: 501"
}

@test "AUTH that is typed and recorded does not give the password away" {
	local plain
	plain=$(printf '\0smith\0sesame' | base64)
	run smtpsh --tls --tls-ca "$CERTS/ca.pem" --record taken.smtp "$EXIM" \
		-c 'EHLO a' -c "AUTH PLAIN $plain"
	ended 0
	says "R: 235"
	[[ $output != *"$plain"* ]]
	run grep -c "$plain" taken.smtp
	[ "$output" = 0 ]
	run -0 smtpsh --format json --tls --tls-ca "$CERTS/ca.pem" "$EXIM" \
		-c 'EHLO a' -c "AUTH PLAIN $plain"
	[[ $output != *"$plain"* && $output != *sesame* ]]
}
