# load.bats: many sessions against servers that count for themselves.

load servers

# loads STATUS OPTION...: the result is in $output.
loads() {
	local want=$1
	shift
	run --separate-stderr "$SMTPSH" --no-rc --load --format json "$@" </dev/null
	[ "$status" = "$want" ] && return
	echo "status $status, expected $want: $stderr $output"
	return 1
}

json() { perl -MJSON::PP -e '
	my $r = decode_json($ARGV[0]);
	$r = ref $r eq "ARRAY" ? $r->[$_] : $r->{$_} for split /\//, $ARGV[1];
	print $r' "$output" "$1"; }

in_box() { find "$MAIL/$1/new" -type f 2>/dev/null | wc -l; }
holds_box() { [ "$(in_box "$1")" = "$2" ]; }

@test "Postfix, under TLS with AUTH: as many as it delivered" {
	local log=/var/log/postfix.log before after
	before=$(grep -c 'status=sent (delivered to maildir)' "$log" || :)
	printf sesame >password
	chmod 600 password
	loads 0 --tls --tls-ca "$CERTS/ca.pem" --auth --auth-user smith@beta.arpa \
		--auth-password-file password --sessions 8 --messages 60 --keep 20 \
		--from smith@beta.arpa --to Jones@Beta.ARPA --body x "$POSTFIX"
	[ "$(json messages)" = 60 ]
	[ "$(json latency/AUTH/count)" = "$(json connections)" ]
	[ "$(json tls_handshakes)" = "$(json connections)" ]
	[ "$(json replies/235)" = "$(json connections)" ]
	until_true holds_box jones 60
	after=$(grep -c 'status=sent (delivered to maildir)' "$log")
	[ $((after - before)) = 60 ]
}

@test "Postfix, in groups and resumed: each refusal is one of its log" {
	local log=/var/log/postfix.log before after
	before=$(grep -c 'NOQUEUE: reject: RCPT' "$log" || :)
	loads 69 --pipeline --sessions 5 --messages 40 --to Green@Beta.ARPA \
		--body x "$POSTFIX"
	[ "$(json failed)" = 40 ]
	[ "$(json failures/0/stage)" = RCPT ]
	[ "$(json failures/0/code)" = 550 ]
	after=$(grep -c 'NOQUEUE: reject: RCPT' "$log")
	[ $((after - before)) = 40 ]
	loads 0 --pipeline --tls --tls-ca "$CERTS/ca.pem" --tls-resume --keep 5 \
		--sessions 4 --messages 40 --to Jones@Beta.ARPA --body x "$POSTFIX"
	[ "$(json messages)" = 40 ]
	[ "$(json tls_resumed)" -gt 0 ]
	until_true holds_box jones 40
}

@test "Dovecot's LMTP: two recipients a message, through its socket" {
	loads 0 --lmtp --socket "$LMTP_SOCKET" --sessions 4 --messages 30 \
		--to Jones@Beta.ARPA,Brown@Beta.ARPA --body x
	[ "$(json messages)" = 30 ]
	[ "$(json texts_taken)" = 30 ]
	until_true holds_box jones 30
	until_true holds_box brown 30
}

@test "--mx with and without --dane, and through proxies: as many as it delivered" {
	local way n=0
	local mx=(--resolver "$RESOLVER" --trust-anchor "$ANCHORS" -p "${POSTFIX#*:}")
	local run_of=(--sessions 4 --messages 20 --keep 5 --to Jones@Beta.ARPA --body x)
	for way in "--mx two.example" "--dane --mx dane.example" \
		"--dane --mx ta.example" "--dane --pipeline --mx dane.example"; do
		# shellcheck disable=SC2086
		loads 0 "${run_of[@]}" "${mx[@]}" $way
		[ "$(json messages)" = 20 ]
		[[ $way != *--dane* ]] ||
			[ "$(json tls_handshakes)" = "$(json connections)" ]
		until_true holds_box jones $((n += 20))
	done
	for way in "socks5://$SOCKS" "socks5://smith:sesame@$SOCKS_AUTH" \
		"socks5h://$SOCKS" "http://$CONNECT"; do
		loads 0 "${run_of[@]}" --proxy "$way" "$POSTFIX"
		[ "$(json messages)" = 20 ]
		until_true holds_box jones $((n += 20))
	done
	# A key that does not match, and a proxy that lets nobody through.
	loads 77 "${run_of[@]}" "${mx[@]}" --dane --mx liar.example
	loads 77 "${run_of[@]}" --proxy "socks5://smith:wrong@$SOCKS_AUTH" "$POSTFIX"
	holds_box jones "$n"
}

@test "Exim: a conversation file in eight sessions" {
	cat >x.smtp <<-'E'
		MAIL FROM:<s${session}@alpha.arpa>
		250
		RCPT TO:<Jones@Beta.ARPA>
		250
		DATA
		354
		Subject: ${n} ${random:12}

		x
		.
		250
	E
	loads 0 --sessions 8 --messages 40 --keep 10 -f x.smtp "$EXIM"
	[ "$(json messages)" = 40 ]
	[ "$(json met)" = 160 ]
	until_true holds_box jones 40
}

@test "smtp-sink that refuses, and one that hangs up: counted, nothing hangs" {
	local port
	port=$(perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0);
		bind(S, sockaddr_in(0, INADDR_LOOPBACK)) or die;
		print((sockaddr_in(getsockname(S)))[0]);')
	smtp-sink -u postfix -r . -h a.example 127.0.0.1:"$port" 100 3>&- &
	SERVE_PID=$!
	until_true bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null
	loads 75 --sessions 5 --messages 20 "127.0.0.1:$port"
	[ "$(json failed)" = 20 ]
	[ "$(json failures/0/stage)" = "text end" ]
	kill "$SERVE_PID"
	wait "$SERVE_PID" || :
	smtp-sink -u postfix -q rcpt -h a.example 127.0.0.1:"$port" 100 3>&- &
	SERVE_PID=$!
	until_true bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null
	loads 74 --sessions 5 --messages 10 "127.0.0.1:$port"
	[ "$(json failures/0/stage)" = RCPT ]
	[ "$(json messages)" = 0 ]
	[ "$(json failed)" = 10 ]
}
