# tls.bats: TLS with Postfix, Exim and Dovecot; certificates nobody should take.

load servers

ca() { smtpsh --tls-ca "$CERTS/ca.pem" "$@"; }

# mailed BOX ARGUMENT...: a message by ca ARGUMENT... arrives.
mailed() {
	local box=$1
	shift
	message want "by $*" .dot .
	run ca --from Smith@Alpha.ARPA --to "$box@Beta.ARPA" "$@" <want
	ended 0
	delivered "$MAIL/$box" want
}

@test "STARTTLS with Postfix and Exim, by name and by address" {
	local host
	for host in "$POSTFIX" "$EXIM" "mail.beta.arpa:${POSTFIX#*:}" \
		"localhost:${EXIM#*:}"; do
		rm -rf "${MAIL:?}"/*
		mailed jones --tls "$host"
		says "S: STARTTLS"
		says "TLSv1.3"
		says "verified"
		grep -qE 'TLSv?1.?3' "$MAIL"/jones/new/*
	done
}

@test "TLS from the start, by option and by URL" {
	mailed jones --tls-on-connect "$POSTFIX_TLS"
	mailed brown --tls-on-connect "$EXIM_TLS"
	mailed jones "smtps://$EXIM_TLS"
	mailed brown "smtps://$POSTFIX_TLS"
	[[ $output != *STARTTLS* ]]
}

@test "TLS 1.2, a cipher, a certificate of one's own" {
	mailed jones --tls --tls-protocol 1.2 \
		--tls-cipher ECDHE-ECDSA-CHACHA20-POLY1305 "$POSTFIX"
	says "TLSv1.2, ECDHE-ECDSA-CHACHA20-POLY1305"
	mailed brown --tls --tls-cert "$CERTS/client.pem" \
		--tls-key "$CERTS/client.key" "$POSTFIX"
	grep -q 'Client CN "smith"' "$MAIL"/brown/new/*
	message want relayed
	run ca --tls --tls-cert "$CERTS/client.pem" \
		--tls-key "$CERTS/client.key" --from Smith@Alpha.ARPA \
		--to x@elsewhere.example "$POSTFIX" <want
	ended 0
}

@test "LMTP with STARTTLS" {
	mailed jones --lmtp --tls "$LMTP"
	says "S: STARTTLS"
	says "LHLO"
}

@test "a mebibyte, and chunks" {
	local server
	message want "$(head -c 1000000 /dev/urandom | base64 -w 76)"
	for server in "$POSTFIX" "$EXIM"; do
		rm -rf "${MAIL:?}"/*
		run ca -q --tls --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
			"$server" <want
		ended 0
		delivered "$MAIL/jones" want
		run ca -q --tls --chunk 100000 --from Smith@Alpha.ARPA \
			--to Brown@Beta.ARPA "$server" <want
		ended 0
		delivered "$MAIL/brown" want
	done
}

@test "what was learnt in clear is forgotten: EHLO again, another offer" {
	run ca "$POSTFIX" -c 'EHLO a' -c '\starttls' -c 'EHLO a'
	ended 0
	[ "$(grep -c 'R: 250-STARTTLS' <<<"$output")" = 1 ]
	[ "$(grep -c 'R: 250-PIPELINING' <<<"$output")" -ge 2 ]
	run ca "$POSTFIX" -c 'EHLO a' -c '\starttls' -c STARTTLS
	ended 69
}

@test "a conversation file over TLS" {
	printf '%s\n' 'C: EHLO alpha.arpa' 'S: 250' '\starttls' 'S: 220' \
		'C: EHLO alpha.arpa' 'S: 250' \
		'C: MAIL FROM:<Smith@Alpha.ARPA>' 'S: 250' \
		'C: RCPT TO:<Jones@Beta.ARPA>' 'S: 250' 'C: DATA' 'S: 354' \
		'C: Subject: TLS' 'C:' 'C: ..' 'C: .' 'S: 250' >tls.smtp
	printf '%s\n' 'Subject: TLS' '' .. >want
	for server in "$POSTFIX" "$EXIM"; do
		rm -rf "${MAIL:?}"/*
		run ca -f tls.smtp "$server"
		ended 0
		delivered "$MAIL/jones" want
	done
}

@test "an unknown authority: 77, and nothing is said in clear" {
	message want never
	for server in "$POSTFIX" "$EXIM" "smtps://$POSTFIX_TLS"; do
		run smtpsh --tls --from Smith@Alpha.ARPA --to Jones@Beta.ARPA \
			"$server" <want
		ended 77
		says "certificate refused"
		[[ $output != *"MAIL FROM"* ]]
	done
	nobody_got want
}

# refused NAME REASON: Postfix's bad certificate of that name.
refused() {
	run ca --tls --tls-sni "$1.bad.example" --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA --body never \
		"mail.beta.arpa:${POSTFIX#*:}"
	ended 77
	says "$2"
	[[ $output != *"MAIL FROM"* ]]
	run ca --tls --tls-verify no --tls-sni "$1.bad.example" -c NOOP \
		"mail.beta.arpa:${POSTFIX#*:}"
	ended 0
	says "NOT VERIFIED"
}

@test "an expired certificate" { refused expired "expired since"; }
@test "a self-signed certificate" { refused self "self-signed"; }
@test "a certificate for another host" {
	refused other "expected mail.beta.arpa, the certificate has DNS:mail.gamma.arpa"
	run ca --tls --tls-sni other.bad.example \
		--tls-verify-host mail.gamma.arpa "$POSTFIX" -c NOOP
	ended 0
}
@test "a name in CN alone" { refused cnonly "no subjectAltName"; }
@test "a client's certificate" { refused client "serverAuth"; }

@test "the self-signed one is taken when it is trusted itself" {
	run smtpsh --tls --tls-ca "$CERTS/self.pem" --tls-sni self.bad.example \
		"mail.beta.arpa:${POSTFIX#*:}" -c NOOP
	ended 0
}

@test "optional TLS takes it where it is, and goes on in clear elsewhere" {
	run ca --tls-optional "$POSTFIX" -c NOOP
	ended 0
	says "S: STARTTLS"
	serve --maildir box
	run ca --tls-optional "$SERVE" -c NOOP
	ended 0
	[[ $output != *"S: STARTTLS"* ]]
	run ca --tls "$SERVE" --from a@b --to c@d --body never
	[ "$status" != 0 ]
	[[ $output != *"MAIL FROM"* ]]
	[ ! -e box ] || [ -z "$(find box -type f)" ]
}

@test "TLS where there is none: what the server said is named" {
	run ca "smtps://$POSTFIX" -c NOOP
	ended 76
	says "220 mail.beta.arpa"
}

@test "\\tls tells what was agreed; the peer's certificates are saved" {
	local f
	run ca --tls --tls-save-peer-cert got.pem \
		"mail.beta.arpa:${POSTFIX#*:}" -c 'EHLO a' -c '\tls'
	ended 0
	f=$(openssl x509 -in "$CERTS/server.pem" -outform DER | sha256sum)
	says "${f%% *}"
	says "DNS:mail.beta.arpa"
	[ "$(grep -c 'BEGIN CERT' got.pem)" = 2 ]
	cmp <(openssl x509 -in got.pem) <(openssl x509 -in "$CERTS/server.pem")
}
