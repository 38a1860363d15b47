#!/usr/bin/env bats
# The receiver at speed: threads, --discard, figures, --grace.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

client() {
	"$SMTPSH" "127.0.0.1:$PORT" "$@"
}

# gone: ends the receiver; what it said last is in $last.
gone() {
	kill "$SERVER"
	wait "$SERVER"
	SERVER=
	soon grep -q '^# [0-9]* session' server
	last=$(tail -n 1 server)
}

@test "--threads: many at once, all stored, and the figures say so" {
	local i pids=()
	serve --threads 3 --maildir md
	for i in {1..12}; do
		client -q --from "a$i@x.example" --to b@y.example --body "number $i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	gone
	[[ $last == "# 12 sessions, 12 messages, "*" octets: "*" messages/s, "*" MB/s in "*" s" ]]
	[ "$(cat md/b@y.example/new/* | grep -c '^number ')" = 12 ]
	[ "$(cat md/b@y.example/new/* | grep '^number ' | sort -u | wc -l)" = 12 ]
}

@test "--threads: TLS, AUTH, --count and the log" {
	(umask 077 && printf sesame >password)
	serve --threads 2 --self-signed --user joe --password-file password --count 4
	local i
	for i in 1 2 3 4; do
		ends 0 client -q --tls --tls-verify no --auth --auth-user joe --auth-password-file password -c NOOP
	done
	wait "$SERVER"
	SERVER=
	soon grep -q '^# 4 sessions, 0 messages, 0 octets' server
	[ "$(grep -c ' S: NOOP$' server)" = 4 ]
	run ! grep -vE '^(# .*|[0-9:]{8} [0-9]+ ([SR]:|#) .*)$' server
}

@test "--threads: rules under load, and both sides count the same" {
	local way
	for way in --quiet --pipeline; do
		serve -q --threads 3 --discard --rule 'RCPT every 5 451 4.3.0 not now' \
			--rule 'end every 7 delay 3ms' --rule 'end every 40 452 4.3.1 full' \
			--rule 'MAIL every 60 421 4.3.2 closing'
		run --separate-stderr "$SMTPSH" --load --sessions 12 --messages 300 \
			--rcpts 2 ${way#--quiet} --format json "127.0.0.1:$PORT"
		[ "$status" = 75 ]
		[ "$(jq '.messages + .failed' <<<"$output")" = 300 ]
		[ "$(jq '.replies["451"] > 50 and .replies["452"] > 1' <<<"$output")" = true ]
		gone
		[[ $last == *" sessions, $(jq .texts_taken <<<"$output") messages, "* ]]
	done
}

@test "--discard takes all, stores nothing, and sizes and bare LF are as ever" {
	serve -q --discard --size-max 100000
	printf 'Subject: x\n\n..x\n' >message
	ends 0 client -q --from a@x.example --to b@y.example --data message
	ends 0 client -q --from a@x.example --to b@y.example --data message --chunk 10
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nx\ny\r\n.\r\nQUIT\r\n' >&4
	grep -q '^550 5.6.0 Bare' <&4
	exec 4>&-
	head -c 200000 /dev/zero | tr '\0' x | fold >big
	sed -i '1i\\' big
	ends 69 client --from a@x.example --to b@y.example --data big
	has "552 5.3.4"
	gone
	# As stored: CRLF line ends, without transparency.
	[[ $last == "# 4 sessions, 2 messages, 38 octets: "* ]]
}

@test "a signal lets a transaction end within --grace, and no other begins" {
	serve -q --grace 1m
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x>\r\n' >&4
	while IFS= read -r -t 20 line <&4 && [[ $line != "250 2.1.0 "* ]]; do :; done
	kill "$SERVER"
	refused() {
		! (exec 5<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
	}
	soon refused
	printf 'RCPT TO:<b@x>\r\nDATA\r\nx\r\n.\r\nMAIL FROM:<late@x>\r\n' >&4
	mapfile -t said <&4
	exec 4>&-
	[[ ${said[0]} == "250 2.1.5"* && ${said[1]} == 354* && ${said[2]} == "250 2.0.0"* ]]
	[[ ${said[*]:3} == *"421 4.3.2 "* ]]
	wait "$SERVER"
	SERVER=
}

@test "options that make no sense are told" {
	local o
	for o in "--threads 0" "--threads 65" "--threads x" "--grace soon" "--discard --maildir md" "--discard --mock m"; do
		echo 'R: 220 x' >m
		# shellcheck disable=SC2086
		ends 64 "$SMTPSH" --serve 0 $o
		tells "${o%% *}"
	done
	ends 64 "$SMTPSH" --sandbox --threads 2 -c NOOP
	tells --threads
}

@test "a limit on open files that leaves few seats is told" {
	(
		ulimit -n 256
		exec "$SMTPSH" --serve 0 --count 1 >served 2>told 3>&-
	) &
	SERVER=$!
	soon grep -q listening served
	serve_stop
	grep -q 'limit on open files .* room for 192 sessions' told
}

@test "--discard counts chunks where they stand, and finds a bare LF between two" {
	serve -q --discard
	ends 0 "$SMTPSH" --load --chunk 700 --sessions 3 --messages 20 \
		--message-size 50000 --quiet 127.0.0.1:"$PORT"
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 3\r\na\r\nBDAT 4 LAST\r\n\nb\r\nNOOP\r\nQUIT\r\n' >&4
	run tail -n 3 <&4
	exec 4>&-
	[[ $output == "550 5.6.0 "*$'\n'250*$'\n'221* ]]
	serve_stop
	grep -q '20 messages, 1000000 octets' server
}
