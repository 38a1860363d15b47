#!/usr/bin/env bats
# TLS between the program and its own receiver, with certificates made here:
# which are taken, which are refused and why, and what is never said in clear.

bats_require_minimum_version 1.5.0

load helper.bash

# key NAME: a new one.
key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

# leaf NAME SUBJECT EXTENSION [USAGE]: a certificate of the authority's;
# NAME.pem holds it and its key.
leaf() {
	key "$1"
	openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
	printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=%s\n%s\n' "${4:-serverAuth}" "$3" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.crt"
	cat "$1.crt" "$1.key" >"$1.pem"
}

# Valid for a month of 2020.
expired() {
	key expired
	openssl req -new -key expired.key -subj /CN=localhost -out expired.csr
	echo subjectAltName=DNS:localhost,IP:127.0.0.1 >expired.ext
	printf '%s\n' '[ca]' default_ca=d '[d]' database=index serial=serial \
		new_certs_dir=. default_md=sha256 policy=p '[p]' commonName=supplied >ca.cnf
	: >index
	echo 01 >serial
	openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -startdate 20200101000000Z \
		-enddate 20200201000000Z -extfile expired.ext -in expired.csr -out expired.crt -notext
	cat expired.crt expired.key >expired.pem
}

certificates() {
	local nul
	key ca
	openssl req -x509 -new -key ca.key -days 3650 -subj "/CN=test authority" -out ca.pem \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
	leaf good /CN=localhost subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
	leaf wronghost /CN=mx subjectAltName=DNS:mx.evil.example
	leaf cnonly /CN=localhost ''
	leaf cnbutsan /CN=localhost subjectAltName=DNS:other.example
	leaf star /CN=x 'subjectAltName=DNS:*'
	leaf client /CN=localhost subjectAltName=DNS:localhost,IP:127.0.0.1 clientAuth
	leaf ipasdns /CN=127.0.0.1 subjectAltName=DNS:127.0.0.1
	leaf escape "/O=$(printf '\033]0;x\007')/CN=x" subjectAltName=DNS:other.example
	# "localhost", NUL, ".evil.example" in one dNSName
	nul=$(printf 'localhost\0.evil.example' | od -An -tx1 | tr -d ' \n')
	leaf nul /CN=x "subjectAltName=DER:30$(printf %02x $((${#nul} / 2 + 2)))82$(printf %02x $((${#nul} / 2)))$nul"
	key self
	openssl req -x509 -new -key self.key -days 3650 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out self.crt
	cat self.crt self.key >self.pem
	expired
}

setup_file() {
	command -v openssl >/dev/null || return 0
	mkdir "$BATS_FILE_TMPDIR/certs"
	cd "$BATS_FILE_TMPDIR/certs" || return
	certificates >log 2>&1 || {
		cat log
		return 1
	}
}

setup() {
	smtpsh_setup
	command -v openssl >/dev/null || skip "openssl is not installed"
	CERTS=$BATS_FILE_TMPDIR/certs
}

teardown() {
	serve_stop
}

# A receiver with that certificate.
serve_tls() {
	serve --cert "$CERTS/$1.pem" --key "$CERTS/$1.key" "${@:2}"
}

# TLS is required, the authority is known.
client() {
	"$SMTPSH" "${HOST:-localhost}:$PORT" --tls-ca "$CERTS/ca.pem" "$@"
}

# refused NAME TEXT...: that certificate is not taken, for that reason, and
# nothing of a mail is said; nor is there another try.
refused() {
	serve_tls "$1"
	ends 77 client --tls --from a@x.example --to b@y.example --body hi
	tells "${@:2}"
	lacks "S: MAIL" "S: QUIT"
	[ "$(grep -c '^R: 220' <<<"$output")" = 2 ]
	[[ $output$stderr != *$'\e'* ]]
	run ! grep -q 'S: MAIL' server
	serve_stop
	serve_tls "$1" --tls-on-connect
	ends 77 client --tls-on-connect --from a@x.example --to b@y.example --body hi
	tells "${@:2}"
	[ -z "$(said)" ]
	serve_stop
}

@test "a good certificate, by name and by address, STARTTLS and from the start" {
	serve_tls good
	ends 0 client --tls --from a@x.example --to b@y.example --body hi
	has "S: STARTTLS" "TLSv1.3" "verified"
	lacks "NOT VERIFIED"
	[ "$(grep -c '^S: EHLO' <<<"$output")" = 2 ]
	grep -q 'S: MAIL' server
	HOST=127.0.0.1 ends 0 client --tls -c NOOP
	serve_stop
	serve_tls good --tls-on-connect
	ends 0 client --tls-on-connect -c NOOP
	ends 0 "$SMTPSH" "smtps://localhost:$PORT" --tls-ca "$CERTS/ca.pem" -c NOOP
	lacks STARTTLS
}

@test "an authority nobody knows" {
	serve_tls good
	ends 77 "$SMTPSH" "localhost:$PORT" --tls -c NOOP
	tells "--tls-ca"
	lacks "S: NOOP" "S: QUIT"
}

@test "self-signed, expired" {
	refused self "self-signed"
	refused expired "expired"
}

@test "for another host, in CN alone, CN beside other names" {
	refused wronghost localhost mx.evil.example
	refused cnonly localhost subjectAltName
	refused cnbutsan localhost other.example
}

@test "a star for everything, a NUL in the name" {
	refused star localhost
	refused nul localhost
	[[ $stderr == *'localhost\x00.evil.example'* || $stderr == *'localhost\0.evil.example'* ]]
}

@test "for clients only; a subject that would move the cursor" {
	refused client serverAuth
	refused escape localhost
}

@test "an address needs an address in the certificate" {
	HOST=127.0.0.1 refused ipasdns 127.0.0.1
}

@test "what makes a refused one pass: its name, itself, or --tls-verify no" {
	serve_tls wronghost
	ends 0 client --tls --tls-verify-host mx.evil.example -c NOOP
	ends 0 client --tls --tls-verify no -c NOOP
	has "NOT VERIFIED"
	serve_stop
	serve_tls self
	ends 0 "$SMTPSH" "localhost:$PORT" --tls --tls-ca "$CERTS/self.crt" -c NOOP
}

@test "required and not offered: nothing in clear; optional: on in clear, and said" {
	serve
	ends 77 client --tls --from a@x.example --to b@y.example --body hi
	tells "STARTTLS was not offered"
	lacks "S: MAIL"
	ends 0 client --tls-optional --from a@x.example --to b@y.example --body hi
	has "S: MAIL" "clear text, no TLS"
	tells "STARTTLS was not offered: going on in clear text"
	serve_stop
	serve_tls good
	ends 0 client --tls-optional --from a@x.example --to b@y.example --body hi
	has "S: STARTTLS"
}

@test "a server that refuses or lies about STARTTLS" {
	local reply
	for reply in '454 not now' '250 fine' '502 what'; do
		printf 'R: 220 x\nS: EHLO x\nR: 250-x\nR: 250 STARTTLS\nS: STARTTLS\nR: %s\nS: QUIT\nR: 221\n' "$reply" >m
		serve --mock m --count 1
		ends 77 client --tls --from a@x.example --to b@y.example --body hi
		tells "STARTTLS was answered ${reply%% *}, not 220"
		lacks "S: MAIL"
		serve_stop
	done
}

@test "--tls-optional goes on in clear when STARTTLS is refused, loudly; a broken handshake ends it" {
	printf 'R: 220 x\nS: EHLO x\nR: 250-x\nR: 250 STARTTLS\nS: STARTTLS\nR: 454 not now\nS: MAIL FROM:<a@x.example>\nR: 250\nS: RCPT TO:<b@y.example>\nR: 250\nS: DATA\nR: 354\nS: x\nS: .\nR: 250 kept\nS: QUIT\nR: 221\n' >m
	serve --mock m --count 1
	ends 0 client -q --tls-optional --from a@x.example --to b@y.example --body hi
	has_in "$stderr" "STARTTLS was refused (454): going on in clear text (--tls-optional)"
	serve_stop
	printf 'R: 220 x\nS: EHLO x\nR: 250-x\nR: 250 STARTTLS\nS: STARTTLS\nR: 220 go\n' >m
	serve --mock m --count 1
	ends 74 client --tls-optional --from a@x.example --to b@y.example --body hi
	lacks "S: MAIL"
}

@test "what stood behind the 220 in clear ends the session; the count is told" {
	printf '220 x\r\n' >greet
	cat >inject.sh <<'END'
printf '220 x\r\n'
read -r _
printf '250-x\r\n250 STARTTLS\r\n'
read -r _
printf "$1"
cat >said 2>/dev/null
END
	ends 76 "$SMTPSH" --pipe "bash inject.sh '220 go\r\n250 evil\r\n'" --tls --from a@x.example --to b@y.example --body hi
	tells "10 octets"
	[ ! -s said ]
	ends 76 "$SMTPSH" --pipe "bash inject.sh '220 go\r\n\n'" --tls-optional -c NOOP
	tells "1 octet"
	ends 76 "$SMTPSH" --pipe "bash inject.sh '220 go\r\n\r'" --tls -c NOOP
	[ ! -s said ]
}

@test "a port that speaks TLS at once, or never" {
	serve_tls good --tls-on-connect
	local clear=("$SMTPSH" "localhost:$PORT" --timeout 500ms -c NOOP)
	ends 75 "${clear[@]}" || ends 76 "${clear[@]}"
	[[ $output$stderr == *smtps://* ]]
	serve_stop
	serve
	ends 76 client --tls-on-connect -c NOOP
	tells "does not speak TLS"
}

@test "versions: what is asked for, and nothing old by default" {
	serve_tls good --tls-protocol 1.2
	ends 0 client --tls -c NOOP
	has TLSv1.2
	ends 0 client --tls -c NOOP --tls-protocol 1.2
	ends 77 client --tls -c NOOP --tls-protocol 1.3
	lacks "S: NOOP"
	ends 64 client --tls -c NOOP --tls-protocol 0.9
	tells 0.9
	serve_stop
	serve_tls good
	ends 0 client --tls --tls-protocol 1.2 --tls-cipher ECDHE-ECDSA-AES128-GCM-SHA256 -c NOOP
	has ECDHE-ECDSA-AES128-GCM-SHA256
	ends 64 client --tls --tls-cipher NONSENSE -c NOOP
	tells NONSENSE
	ends 64 client --tls --tls-protocol 1.2 --tls-cipher NULL-MD5 -c NOOP
	tells "no ciphers available" --tls-cipher
	ends 77 client --tls --tls-protocol 1.2 --tls-cipher ECDHE-RSA-AES128-GCM-SHA256 -c NOOP
	tells "no cipher in common"
}

@test "in files: STARTTLS by hand, \\starttls, everything learnt is forgotten" {
	serve_tls good
	cat >f <<'END'
S: 220
C: EHLO x
S: 250 /STARTTLS/
C: STARTTLS
S: 220
C: MAIL FROM:<a@x.example>
S: 503
C: EHLO x
S: 250 /^((?!STARTTLS).)*$/s
C: MAIL FROM:<a@x.example>
S: 250
C: STARTTLS
S: 503
C: QUIT
S: 221
END
	ends 0 client --bare -f f
	has "8 of 8 expectations met"
	ends 0 client -c '\starttls' -c '\ehlo' -c '\tls' -c NOOP
	has "TLSv1.3" "test authority" "localhost"
	serve_stop
	serve_tls good --tls-on-connect --lmtp
	ends 0 client --tls-on-connect --lmtp --from a@x.example --to b@y.example --body hi
}

@test "\\tls, and the certificate saved" {
	serve_tls good
	ends 0 client --tls --tls-save-peer-cert saved.pem -c '\tls'
	openssl x509 -in saved.pem -noout -fingerprint -sha256 >want
	openssl x509 -in "$CERTS/good.crt" -noout -fingerprint -sha256 | diff want -
	has "$(sed 's/.*=//; s/://g' want | tr 'A-F' 'a-f')" || has "$(sed 's/.*=//' want)"
	ends 73 client --tls --tls-save-peer-cert absent/saved.pem -c NOOP
	tells absent/saved.pem
	ends 64 client -c '\tls'
	tells "no TLS here"
}

@test "keys: SSLKEYLOGFILE, a certificate of one's own" {
	serve_tls good
	SSLKEYLOGFILE=$PWD/keys ends 0 client --tls -c NOOP
	grep -q '^CLIENT_HANDSHAKE_TRAFFIC_SECRET' keys
	[ "$(stat -c %a keys)" = 600 ]
	tells "keys of TLS sessions" "keys (SSLKEYLOGFILE)"
	echo mine >victim
	ln -s victim link
	SSLKEYLOGFILE=$PWD/link ends 73 client --tls -c NOOP
	tells "link: it is a link"
	[ "$(cat victim)" = mine ]
	# A session whose keys cannot be kept does not go on.
	SSLKEYLOGFILE=/dev/full ends 73 client --tls --from a@x.example --to b@y.example --body hi
	[[ $stderr == *"key log /dev/full"* ]]
	lacks "S: MAIL"
	ends 0 client --tls --tls-cert "$CERTS/client.crt" --tls-key "$CERTS/client.key" -c NOOP
	ends 66 client --tls --tls-cert absent -c NOOP || ends 64 client --tls --tls-cert absent -c NOOP
	tells absent
	ends 66 "$SMTPSH" "localhost:$PORT" --tls --tls-ca absent -c NOOP || ends 64 "$SMTPSH" "localhost:$PORT" --tls --tls-ca absent -c NOOP
	tells absent
}

@test "the receiver: a key that does not fit, files that are not there" {
	ends 64 "$SMTPSH" --serve 0 --cert "$CERTS/good.crt" --key "$CERTS/self.key" || [ "$status" = 66 ]
	tells self.key || tells good.crt
	run "$SMTPSH" --serve 0 --cert absent --key absent
	[ "$status" = 64 ] || [ "$status" = 66 ]
	[[ $output == *absent* ]]
}

@test "another's client: openssl s_client, STARTTLS and from the start" {
	serve_tls good --maildir md
	printf 'EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nSubject: hi\r\n\r\nhello\r\n.\r\nQUIT\r\n' |
		openssl s_client -quiet -no_ign_eof -starttls smtp -connect "localhost:$PORT" -CAfile "$CERTS/ca.pem" \
			-verify_return_error -ign_eof >shown 2>&1 || true
	soon grep -q '221' shown
	grep -q hello md/b@y.example/new/*
	grep -q 'with ESMTPS' md/b@y.example/new/*
}

@test "--dane to an address is 64: it can have no TLSA records" {
	local to
	for to in 127.0.0.1 '[::1]'; do
		ends 64 "$SMTPSH" --dane "$to:9" --from a@b.example --to c@d.example --body x
		tells "has no TLSA records"
		lacks "S: "
	done
}

@test "garbage for a handshake, an end in the middle of one" {
	serve_tls good --maildir md
	printf '220\n' >f
	"$SMTPSH" --bare "localhost:$PORT" -c 'EHLO x' -c '\raw STARTTLS\r\n' >shown 2>&1 || true
	exec 5<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nSTARTTLS\r\n' >&5
	while read -r -u 5 line; do
		[[ $line != "220 2."* ]] || break
	done
	printf 'this is no handshake at all, is it? this is no handshake at all' >&5
	cat <&5 >rest || true
	exec 5>&-
	# Others are served.
	ends 0 client --tls -c NOOP
}
