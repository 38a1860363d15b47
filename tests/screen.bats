#!/usr/bin/env bats
# What a reply looks like on a terminal.

bats_require_minimum_version 1.5.0

load pty.bash

setup() {
	command -v tmux >/dev/null || skip "tmux is not installed"
	SMTPSH=$(realpath "${SMTPSH:-$BATS_TEST_DIRNAME/../smtpsh}")
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	export INPUTRC=/dev/null LC_ALL=C.UTF-8
	unset XDG_CONFIG_HOME NO_COLOR
}

teardown() {
	pty_end
}

# sandbox COLUMNS LINE...: the lines were typed, and answered.
sandbox() {
	local columns=$1 line
	shift
	pty_start "$columns" "$SMTPSH" --sandbox
	pty_at "Beta.ARPA>"
	for line; do
		pty_type "$line"
		pty_keys Enter
		pty_until pty_answered
	done
}

# A prompt that waits: behind the last line typed, whose echo has more on it.
pty_answered() {
	[[ $(pty_line) =~ ^(Beta.ARPA|fake.example)(\ \[[a-z]+\])?\>$|^auth\>$|^data\> ]]
}

# A row of the screen is what the regular expression says.
row() {
	pty_screen | grep -qE -- "$1" || {
		echo "no row: $1"
		pty_screen
		return 1
	}
}

no_row() {
	! pty_screen | grep -E -- "$1"
}

@test "a keyword of EHLO is one row with its meaning beside it" {
	sandbox 80 "EHLO me.example"
	row '^R: 250-Beta\.ARPA greets me\.example {10,}[0-9.]+ m?s$'
	row '^R: 250-PIPELINING +# commands may be sent in groups \(RFC 2920\)$'
	row '^R: 250-SIZE [0-9]+ +# messages up to [0-9,]+ octets, [0-9.]+ MiB$'
	row '^R: 250 HELP +# help can be asked for \(RFC 5321\)$'
	# Prompt, reply, prompt: nothing below it.
	run pty_screen
	[ "$(grep -c . <<<"$output")" -eq 15 ]
}

@test "what does not fit ends at a word, and no time stands alone" {
	local columns
	for columns in 50 80 132; do
		sandbox "$columns" "EHLO me.example" "MAIL FROM:<a@b.example>" \
			"RCPT TO:<Green@Beta.ARPA>" "RCPT TO:<Jones@Beta.ARPA>"
		no_row '^ *#? *[0-9.]+ m?s$'
		row '^R: 550 5\.1\.1 No such user here {5,}[0-9.]+ m?s$'
		[ "$columns" != 50 ] || row '^R: 250-8BITMIME +# mail text may have\.\.\.$'
		pty_end
	done
}

@test "remarks use the width that there is" {
	local both='# 250 Requested mail action okay, completed · 2\.1\.5 Destination address valid$'
	sandbox 132 "EHLO a" "MAIL FROM:<a@b.example>" "RCPT TO:<Jones@Beta.ARPA>"
	row "$both"
	pty_end
	sandbox 80 "EHLO a" "MAIL FROM:<a@b.example>" "RCPT TO:<Jones@Beta.ARPA>"
	no_row "$both"
}

@test "354 is not explained by its own words" {
	sandbox 80 "HELO a" "MAIL FROM:<a@b.example>" "RCPT TO:<Jones@Beta.ARPA>" DATA
	row '^R: 354 Start mail input; end with <CRLF>\.<CRLF> +[0-9.]+ m?s$'
	no_row '# 354'
}

@test "what is no terminal's stays below the reply, and replays" {
	run -0 "$SMTPSH" --sandbox -c 'EHLO a' -c 'MAIL FROM:<a@b.example>' \
		-c 'RCPT TO:<Jones@Beta.ARPA>' -c DATA -c .
	[[ $output == *"R: 250-PIPELINING"$'\n'* ]]
	[[ $output == *"   # PIPELINING           commands may be"* ]]
	[[ $output == *"   # 354 Start mail input"* ]]
	printf '%s\n' "$output" >again.smtp
	run -0 "$SMTPSH" -q --sandbox -f again.smtp
}

@test "a challenge is decoded for who does AUTH by hand" {
	cat >server.sh <<-'SH'
		printf '220 fake.example ready\r\n'
		while read -r x; do
			case $x in
			AUTH*) printf '334 VXNlcm5hbWU6\r\n' ;;
			c21*) printf '334 not base64!\r\n' ;;
			*) printf '250 ok\r\n' ;;
			esac
		done
	SH
	pty_start 80 "$SMTPSH" --pipe "exec sh server.sh"
	pty_at "fake.example>"
	pty_type "AUTH LOGIN"
	pty_keys Enter
	pty_see "auth>"
	row '^   # challenge, decoded: Username:$'
	pty_type "c21pdGg="
	pty_keys Enter
	pty_see "the challenge is no base64 (RFC 4954 4)"
}

@test "a hint that is too long ends in an ellipsis" {
	pty_start 40 "$SMTPSH" --sandbox
	pty_at "Beta.ARPA>"
	pty_type "EHLO me.example"
	pty_keys Enter
	pty_until pty_answered
	pty_type "MAIL FROM:<a@b> "
	pty_see "..."
	[[ $(pty_line) =~ ^Beta.ARPA\>\ MAIL\ FROM:\<a@b\>\ .*\.\.\.$ ]]
	[ "${#output}" -le 40 ]
}

@test "a decoded challenge that is wider than the screen breaks behind a comma" {
	(umask 077 && echo sesame >secret)
	pty_start 80 "$SMTPSH" --sandbox --auth-insecure --user jones --password-file secret --color never \
		--auth SCRAM-SHA-256 --auth-user jones --auth-password-file secret
	pty_see "authenticated as jones"
	row '^   #   r=[^,]+,s=[^,]+,$'
	row '^   #   i=4096$'
}
