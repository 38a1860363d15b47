#!/usr/bin/env bats
# --load used oddly: what cannot be done is said before anything is sent, and
# nothing runs for ever.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	[ -z "${RUNS:-}" ] || kill -9 "$RUNS" 2>/dev/null || :
}

# json KEY: of the result in $output.
json() {
	jq -r "select(.event == \"result\") | $1" <<<"$output"
}

a_file() {
	cat >a.smtp <<-'END'
		MAIL FROM:<a@here.example>
		R: 250
		RCPT TO:<Jones@Beta.ARPA>
		R: 250
		RSET
		R: 250
	END
}

@test "a part of the messages that has none ends at once, and its log is whole" {
	for k in 1 2 3 4; do
		ends 0 timeout 20 "$SMTPSH" --load --sandbox --messages 2 \
			--shard $k/4 --hdr $k.hdr --format json
		[ "$(json .messages)" = $((k < 3 ? 1 : 0)) ]
	done
	ends 0 "$SMTPSH" --merge 1.hdr 2.hdr 3.hdr 4.hdr --format json
	[ "$(json '"\(.messages) \(.machines)"')" = "2 4" ]
}

@test "in the sandbox a signal and a duration end it, and each session has its turn" {
	a_file
	ends 0 timeout 20 "$SMTPSH" --load --sandbox --sessions 4 \
		--duration 200ms --format json
	[ "$(json '.messages >= 4 and .connections == 4 and .failed == 0')" = true ]
	"$SMTPSH" --load --sandbox --sessions 2 --duration 10m --progress 100ms \
		--format text >out 2>&1 3>&- &
	RUNS=$!
	soon grep -q 'messages/s' out
	kill -TERM "$RUNS"
	local status=0
	wait "$RUNS" || status=$?
	RUNS=
	[ "$status" = 143 ]
	grep -q 'what was done' out
}

@test "without --to the sandbox's messages are for somebody who is there" {
	ends 0 "$SMTPSH" --load --sandbox --messages 3 --format json
	[ "$(json '"\(.messages) \(.failed)"')" = "3 0" ]
}

@test "an option that the file says is not dropped beside -f" {
	a_file
	echo x >m.eml
	for o in "--data m.eml" "--body x" "--header X:y" "--chunk 5" \
		"--mail-param RET=HDRS" "--rcpt-param NOTIFY=NEVER" \
		"--message-size 5" "--rcpts 2" --pipeline; do
		# shellcheck disable=SC2086
		ends 64 "$SMTPSH" --load --sandbox -f a.smtp $o
		tells "${o%% *} goes with the conversation that smtpsh has"
	done
	ends 0 "$SMTPSH" --load --sandbox -f a.smtp --messages 3 --quiet
}

@test "what is too much, what is no time, what is another thing" {
	ends 64 "$SMTPSH" --load --sandbox --rcpts 100001
	tells "--rcpts 100001: at most 100000"
	ends 64 "$SMTPSH" --load --sandbox --message-size 2000000000
	tells "--message-size 2000000000: at most 1073741824"
	for at in + @ +-1 @x; do
		ends 64 "$SMTPSH" --load --sandbox --start-at "$at"
		tells "--start-at $at: expected"
	done
	ends 64 "$SMTPSH" --load --sandbox --format tap
	tells "--load has text and json"
	ends 64 "$SMTPSH" --load --serve 0
	tells "--load is a run of its own, and --serve only receives: leave one of them out"
	ends 64 "$SMTPSH" --load --sandbox --rate 5/h
	tells "or 30/m for a minute"
}

@test "--values: a byte order mark is none of a name, and a name stands once" {
	a_file
	printf '\xef\xbb\xbfwho,b\r\nJones,2\r\n' >v.csv
	ends 0 "$SMTPSH" --load --sandbox --messages 2 --values v.csv \
		--to '${who}@Beta.ARPA' --quiet
	printf 'who,b,who\n1,2,3\n' >v.csv
	ends 65 "$SMTPSH" --load --sandbox --values v.csv
	tells "v.csv:1: the header: 'who' stands there twice"
}

@test "--fail-if: blanks are none of a condition, and none can never hold" {
	ends 1 "$SMTPSH" --load --sandbox --messages 2 --quiet \
		--fail-if ' p99 > 0.001us '
	ends 0 "$SMTPSH" --load --sandbox --messages 2 --quiet \
		--fail-if ' errors >= 1 '
	for c in 'errors>101%' 'p99>nanms' 'errors>inf' 'errors>nan' 'p99>-1ms' \
		'octets>5' 'whole>1' '>5' 'p99>' ''; do
		ends 64 "$SMTPSH" --load --sandbox --fail-if "$c"
		tells "--fail-if $c: expected as"
	done
	# What bounds errors from below bears none.
	ends 69 "$SMTPSH" --load --sandbox --to Green@Beta.ARPA --messages 2 \
		--quiet --fail-if 'errors<1'
	ends 0 "$SMTPSH" --load --sandbox --to Green@Beta.ARPA --messages 2 \
		--quiet --fail-if 'errors>2'
}

@test "a failure is told in the server's words, the end of a long reply, too" {
	serve --discard --rule 'RCPT 550 5.1.1 <nobody@mail.example>: Recipient address rejected: User unknown in local recipient table'
	ends 69 "$SMTPSH" --load --messages 3 --to nobody@mail.example "127.0.0.1:$PORT"
	has "User unknown in local recipient"
	ends 69 "$SMTPSH" --load --messages 3 --to nobody@mail.example --format json "127.0.0.1:$PORT"
	has "rejected: User unknown in local recipient table"
	serve_stop
}
