#!/usr/bin/env bats
# Where the time went, as bars.

bats_require_minimum_version 1.5.0

load helper.bash
load pty.bash

setup() {
	smtpsh_setup
}

teardown() {
	pty_end
}

# A server that takes 0.3 s for NOOP.
slow_server() {
	cat >server.sh <<-'SH'
		printf '220 slow.example ready\r\n'
		while read -r x; do
			case $x in
			NOOP*) sleep 0.3; printf '250 at last\r\n' ;;
			QUIT*) printf '221 bye\r\n'; exit ;;
			*) printf '250 ok\r\n' ;;
			esac
		done
	SH
}

# bar LABEL: how many columns the bar of that row has.
bar() {
	grep -F "#   $1 " out | sed -E 's/.* m?s +//' | tr -d '\n' | wc -m
}

@test "the step that took long has the long bar; the rows are remarks, and replay" {
	slow_server
	ends 0 "$SMTPSH" -q --timeline --pipe "exec sh server.sh" -c 'EHLO a' -c NOOP
	printf '%s\n' "$output" >out
	grep -qE '^# where [0-9.]+ m?s went:$' out
	[ "$(bar NOOP)" -ge 20 ]
	[ "$(bar NOOP)" -gt "$(bar 'EHLO a')" ]
	[ "$(grep -cE '^#   (connect|greeting|EHLO a|NOOP|QUIT) +[0-9.]+ m?s +=+$' out)" -eq 5 ]
	[ "$(awk 'length > 80' out | wc -l)" -eq 0 ]
	ends 0 "$SMTPSH" --timeline --sandbox -c 'EHLO a' -c NOOP
	printf '%s\n' "$output" >again.smtp
	ends 0 "$SMTPSH" -q --sandbox -f again.smtp
}

@test "time in which nobody was waited for is told" {
	ends 0 "$SMTPSH" -q --timeline --sandbox -c NOOP -c '\sleep 60ms' -c NOOP
	printf '%s\n' "$output" >out
	grep -qE '^#   \(not waiting\) +[0-9.]+ m?s +=+$' out
}

@test "each file has its own, and of many steps the longest are shown" {
	printf '%s\n' 'EHLO a' 250 >a.smtp
	{
		echo 'EHLO a'
		for ((i = 0; i < 90; i++)); do echo 'NOOP'; done
	} >b.smtp
	ends 0 "$SMTPSH" -q --timeline --sandbox -f a.smtp -f b.smtp
	[ "$(grep -cE '^# [ab]\.smtp: where' <<<"$output")" -eq 2 ]
	[[ $output =~ and\ [0-9]+\ more,\  ]]
	# Of steps that a coarse clock makes equal the first ones are.
	[ "$(grep -c '^#   NOOP' <<<"$output")" -le 40 ]
}

@test "on a terminal bars are blocks and as wide as it is" {
	command -v tmux >/dev/null || skip "tmux is not installed"
	local columns
	slow_server
	for columns in 60 132; do
		pty_start "$columns" env TERM=xterm "$SMTPSH" -q --timeline \
			--pipe "exec sh server.sh" -c 'EHLO a' -c NOOP
		pty_see "[status 0]"
		pty_screen >out
		# From the NOOP's beginning nearly to the right edge.
		[ "$(grep -E '^#   NOOP.*██' out | wc -m)" -gt $((columns - 12)) ]
		[ "$(grep -c '^#   ' out)" -ge 5 ]
		pty_end
	done
}

@test "where it cannot be drawn it is refused" {
	touch a.smtp
	ends 64 "$SMTPSH" --timeline --format json --sandbox -c NOOP
	ends 64 "$SMTPSH" --timeline --jobs 2 --sandbox -f a.smtp
	ends 64 "$SMTPSH" --timeline --load --sandbox
	ends 74 "$SMTPSH" -q --timeline --pipe "exec true" -c NOOP
}
