#!/usr/bin/env bats
# A reply that came in part and did not end: shown once, and the cause, under
# -q too.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

# part RULE BEGAN STATUS CLIENT-OPTION...: against a receiver with that rule the
# client ends so, and names what began; the verdict is in $stderr.
part() {
	local rule=$1 began=$2 status=$3 shown
	shift 3
	serve --rule "$rule"
	ends "$status" "$SMTPSH" --timeout 250ms "127.0.0.1:$PORT" "$@" || return
	shown=$(grep -c 'not a reply: ' <<<"$output" || :)
	[ "$shown" = 1 ] || { echo "$rule: shown $shown times" "$output"; return 1; }
	lacks "this came behind it"
	[[ $stderr == *"$began"*"did not end"*"failed: "*"$began"*"did not end"*"[reply.half]"* ||
		$stderr == *"mailed"*"$began"*"did not end"* ]] || {
		echo "$rule:" "$stderr"
		return 1
	}
	ends "$status" "$SMTPSH" -q --timeout 250ms "127.0.0.1:$PORT" "$@" || return
	[ -z "$output" ]
	[[ $stderr == *"$began"*"did not end"*"next: "* ]] || {
		echo "$rule -q:" "$stderr"
		return 1
	}
	serve_stop
}

MAIL=(--from a@c.example --to b@d.example --body x)

@test "half a reply and then nothing, at each stage" {
	part 'connect bytes "220 vm" stall' "the greeting began (220 vm)" 75 -c NOOP
	part 'EHLO bytes "250-half\r\n" stall' "the reply to EHLO began (250-half)" 75 -c 'EHLO x'
	part 'MAIL bytes "250-a\r\n250-b\r\n2" stall' "the reply to MAIL began (250-a / 250-b / 2)" 75 "${MAIL[@]}"
	part 'DATA bytes "354-go\r\n" stall' "the reply to DATA began (354-go)" 75 "${MAIL[@]}"
	part 'STARTTLS bytes "220-go\r\n" stall' "the reply to STARTTLS began (220-go)" 75 -c 'EHLO x' -c STARTTLS
	part 'AUTH bytes "334 VX" stall' "the reply to AUTH began (334 VX)" 75 -c 'AUTH LOGIN'
}

@test "the connection ends inside a reply" {
	part 'connect bytes "220-a\r\n" close' "the greeting began (220-a)" 74 -c NOOP
	part 'EHLO bytes "250-half\r\n" close' "the reply to EHLO began (250-half)" 74 -c 'EHLO x'
	part 'NOOP bytes "2" close' "the reply to NOOP began (2)" 74 -c NOOP
}

@test "behind the text its fate is unknown, and what began is told" {
	part 'end bytes "250 que" stall' "250 que" 75 "${MAIL[@]}"
	[[ $stderr == *"mailed or not: "*"began (250 que)"*"unknown"*"[text.unknown-fate]"* ]]
	part 'end bytes "250-que\r\n" close' "250-que" 74 "${MAIL[@]}"
	[[ $stderr == *"mailed or not: "*"began (250-que)"*"unknown"*"[text.unknown-fate]"* ]]
}

@test "half a reply to QUIT loses nothing" {
	serve --rule 'QUIT bytes "221-bye\r\n" stall'
	ends 0 "$SMTPSH" --timeout 300ms "127.0.0.1:$PORT" -c QUIT
	has "221-bye" "the reply to QUIT did not end in time"
	[ "$(grep -c 221-bye <<<"$output")" = 1 ]
	[ -z "$stderr" ]
}

@test "what is no reply and did not end is another server's" {
	serve --rule 'connect bytes "SSH-2.0-OpenSSH" stall'
	ends 75 "$SMTPSH" -q --timeout 300ms "127.0.0.1:$PORT" -c NOOP
	[[ $stderr == *"(SSH-2.0-OpenSSH)"*"[other.ssh]"* ]]
	serve_stop
	serve --rule 'connect bytes "\x00\x01" stall'
	ends 75 "$SMTPSH" -q --timeout 300ms "127.0.0.1:$PORT" -c NOOP
	[[ $stderr == *'(\x00\x01)'*"[other.unknown]"* ]]
}

@test "an interrupt tells what had begun" {
	mkfifo came
	exec 7<>came
	cat >half.sh <<-'END'
		trap "" INT
		printf '220 x\r\n'
		read -r _
		printf '250-ha\r\n250-lf'
		sleep 0.2
		echo "$PPID" >came
		cat >/dev/null
	END
	env --default-signal=INT timeout --foreground 20 "$SMTPSH" \
		--pipe '. ./half.sh' -c NOOP >out 2>err 3>&- &
	SERVER=$!
	read -r -u 7 -t 20 pid
	kill -INT "$pid"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
	[ "$status" = 130 ]
	[ "$(grep -c 250-ha out)" = 1 ]
	grep -F "failed: the reply to NOOP began (250-ha / 250-lf) and did not end" err
}

@test "a diagnosis waits as long as it is told to" {
	serve --rule 'EHLO bytes "250-half\r\n" stall'
	ends 75 timeout 15 "$SMTPSH" --diagnose --timeout 300ms "127.0.0.1:$PORT"
	has "the reply to EHLO began (250-half)" "reply.half"
}
