#!/usr/bin/env bats
# Certificates that openssl has made, shown by the receiver: incomplete chains,
# what ends first, what is told of them.

bats_require_minimum_version 1.5.0

load helper.bash

# signed NAME SUBJECT SIGNER DAYS EXTENSION...: NAME.pem and NAME.key.
signed() {
	local name=$1 subject=$2 signer=$3 days=$4
	shift 4
	printf '%s\n' "$@" >"$name.ext"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "$subject" -keyout "$name.key" -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA "$signer.pem" -CAkey "$signer.key" \
		-CAcreateserial -days "$days" -extfile "$name.ext" -out "$name.pem"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	local ca="basicConstraints=critical,CA:TRUE" host="subjectAltName=DNS:localhost"
	local at="authorityInfoAccess=caIssuers;URI:http://inter.example/inter.der"
	{
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-days 900 -subj "/CN=A Root" -addext "keyUsage=critical,keyCertSign" \
			-keyout root.key -out root.pem
		signed inter "/CN=Between" root 5 "$ca"
		signed leaf /CN=localhost inter 300 "basicConstraints=CA:FALSE" "$host" "$at"
		signed bare /CN=localhost inter 300 "basicConstraints=CA:FALSE" "$host"
		signed other "/CN=Nobody's" root 1 "$ca"
	} >log 2>&1
	cat leaf.pem inter.pem >full.pem
	cat leaf.pem inter.pem other.pem >more.pem
}

setup() {
	smtpsh_setup
	C=$BATS_FILE_TMPDIR
}

teardown() { [ -z "${SERVER:-}" ] || serve_stop; }

# shows CHAIN KEY: the receiver does; TLS is how it is asked.
shows() {
	serve --cert "$C/$1.pem" --key "$C/$2.key"
	TLS=(--tls --tls-ca "$C/root.pem" "localhost:$PORT")
}

@test "a chain with a gap: which certificate lacks, and where it is kept" {
	shows leaf leaf
	ends 77 "$SMTPSH" "${TLS[@]}" -c NOOP
	[[ $stderr == *"the certificate of CN=Between was not sent (it is kept at http://inter.example/inter.der)"* ]]
	[[ $stderr == *"chain is incomplete"*"[cert.chain]"*"next: "*"fullchain.pem"* ]]
	ends 77 "$SMTPSH" "${TLS[@]}" --diagnose </dev/null
	has "cert.chain" "CN=Between was not sent" "fullchain.pem"
	ends 0 "$SMTPSH" "${TLS[@]}" --tls-ca "$C/inter.pem" -c NOOP
}

@test "without an address both causes are told" {
	shows bare bare
	ends 77 "$SMTPSH" "${TLS[@]}" -c NOOP
	[[ $stderr == *"private authority"*"intermediate"*"[cert.issuer]"* ]]
}

@test "the whole chain is well; what ends first is named, what is beside it not" {
	shows more leaf
	ends 0 "$SMTPSH" "${TLS[@]}" --tls-expires-within 3d -c NOOP
	ends 77 "$SMTPSH" "${TLS[@]}" --tls-expires-within 14d -c NOOP
	[[ $stderr == *"the certificate of CN=Between expires on 20"*", in 4 days, before the server's own"*"[cert.soon]"* ]]
	lacks "S: NOOP"
}

@test "facts are keys, of a chain that is refused, too" {
	shows leaf leaf
	ends 77 "$SMTPSH" "${TLS[@]}" --format json -c NOOP
	grep '"event":"tls"' <<<"$output" >tls
	grep -q '"verified":false' tls
	grep -q '"issuer":"CN=Between"' tls
	grep -q '"issuer_at":"http://inter.example/inter.der"' tls
	grep -Eq '"serial":"[0-9a-f]{8,}"' tls
	serve_stop
	shows full leaf
	ends 0 "$SMTPSH" "${TLS[@]}" --format json -c NOOP
	grep '"event":"tls"' <<<"$output" >tls
	grep -q '"verified":true' tls
	grep -q '"subject":"CN=Between"' tls
}
