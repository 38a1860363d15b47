#!/usr/bin/env bats
# --load by every way to a server: what its result counts is what the receiver
# has stored.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	PROXY=
}

teardown() {
	serve_stop
	[ -z "$PROXY" ] || {
		kill "$PROXY" 2>/dev/null || :
		wait "$PROXY" 2>/dev/null || :
	}
}

# json KEY: of the result in $output.
json() {
	jq -r "select(.event == \"result\") | $1" <<<"$output"
}

stored() { find box -path '*/new/*' -type f | wc -l; }

# loads OPTION...: twenty messages in four sessions, and all of them are
# there, COPIES times each.
loads() {
	local before
	before=$(stored)
	ends 0 "$SMTPSH" --load --sessions 4 --messages 20 --keep 5 --body x \
		--format json "$@"
	[ "$(json '"\(.messages) \(.failed) \(.texts_taken)"')" = "20 0 20" ]
	[ "$(json '.replies["354"]')" = 20 ]
	[ $(($(stored) - before)) = $((20 * ${COPIES:-1})) ]
}

# on_socket OPTION...: a receiver at the Unix socket "sock".
on_socket() {
	mkdir -p box
	"$SMTPSH" --serve 0 --socket "$PWD/sock" --maildir box -q "$@" >server 2>&1 3>&- &
	SERVER=$!
	soon "$SMTPSH" --socket sock -q ${LMTP:+"$LMTP"} -c NOOP
}

certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout k.pem -out c.pem -days 2 -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
}

@test "a Unix socket" {
	on_socket
	loads --to a@here.example --socket sock
	loads --to a@here.example --pipeline --socket sock
	ends 75 "$SMTPSH" --load --messages 3 --to a@here.example --body x --socket none
	has_in "$stderr" "the socket none cannot be used"
}

@test "LMTP: a reply for each recipient, alone and in groups" {
	LMTP=--lmtp
	on_socket --lmtp
	COPIES=2
	loads --to a@here.example,b@here.example --lmtp --socket sock
	[ "$(json '.replies["250"]')" -ge 104 ]
	loads --to a@here.example,b@here.example --lmtp --pipeline --socket sock
}

@test "AUTH: each connection, by each mechanism; a wrong password sends nothing" {
	printf sesame >pw
	printf wrong >wrong
	chmod 600 pw wrong
	serve -q --maildir box --user smith --password-file pw --auth-insecure
	auth=(--auth-user smith --auth-insecure --to a@here.example)
	for m in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256; do
		loads "${auth[@]}" --auth $m --auth-password-file pw 127.0.0.1:"$PORT"
		[ "$(json '.replies["235"] == .connections')" = true ]
		[ "$(json '.latency.AUTH.count == .connections')" = true ]
	done
	ends 77 "$SMTPSH" --load --messages 6 --body x --format json "${auth[@]}" \
		--auth PLAIN --auth-password-file wrong 127.0.0.1:"$PORT"
	[ "$(json '"\(.messages) \(.failed)"')" = "0 6" ]
	[ "$(json '.failures[0] | "\(.stage) \(.code) \(.count)"')" = "AUTH 535 6" ]
	[ "$(stored)" = 80 ]
}

@test "TLS, resumed too, with AUTH under it and in groups" {
	certificate
	printf sesame >pw
	chmod 600 pw
	serve -q --maildir box --cert c.pem --key k.pem --user smith --password-file pw
	tls=(--tls --tls-ca c.pem --auth --auth-user smith --auth-password-file pw
		--to a@here.example 127.0.0.1:"$PORT")
	loads "${tls[@]}"
	[ "$(json '.tls_handshakes == .connections')" = true ]
	[ "$(json '.replies["235"] == .connections')" = true ]
	loads --pipeline --keep 2 --tls-resume "${tls[@]}"
	[ "$(json '.tls_handshakes == .connections and .tls_resumed > 0')" = true ]
	[ "$(json '.replies["235"] == .connections')" = true ]
	serve_stop
	serve -q --maildir box --cert c.pem --key k.pem --tls-on-connect
	loads --tls-on-connect --keep 2 --tls-ca c.pem --tls-resume --to a@here.example \
		127.0.0.1:"$PORT"
	[ "$(json '.tls_handshakes == .connections and .tls_resumed > 0')" = true ]
}

a_port() {
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
listens() { (exec 4<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

@test "through SOCKS5" {
	command -v microsocks >/dev/null || skip "no microsocks"
	serve -q --maildir box
	p=$(a_port)
	microsocks -i 127.0.0.1 -p "$p" -u smith -P sesame >/dev/null 2>&1 3>&- &
	PROXY=$!
	soon listens "$p"
	loads --proxy "socks5://smith:sesame@127.0.0.1:$p" --to a@here.example 127.0.0.1:"$PORT"
	ends 77 "$SMTPSH" --load --messages 3 --to a@here.example --body x \
		--proxy "socks5://smith:wrong@127.0.0.1:$p" 127.0.0.1:"$PORT"
	has_in "$stderr" "for port $PORT?"
	[ "$(stored)" = 20 ]
}

@test "through HTTP CONNECT" {
	command -v tinyproxy >/dev/null || skip "no tinyproxy"
	serve -q --maildir box
	p=$(a_port)
	printf '%s\n' "Port $p" 'Listen 127.0.0.1' 'Timeout 60' 'MaxClients 20' \
		'LogLevel Warning' >conf
	tinyproxy -d -c conf >/dev/null 2>&1 3>&- &
	PROXY=$!
	soon listens "$p"
	loads --proxy "http://127.0.0.1:$p" --to a@here.example 127.0.0.1:"$PORT"
}
