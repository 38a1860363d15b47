#!/usr/bin/env bats
# The same lines mean the same on all fronts: each conversation of the project
# goes by -f, by a pipe, by -c, as a template and, pasted, at the prompt to the
# mock of itself; the octets and the verdict are those of -f.

bats_require_minimum_version 1.5.0

load helper.bash
load pty.bash

setup() {
	smtpsh_setup
	# Passes on both ways, and keeps what the client has sent.
	cat >relay.sh <<'END'
exec 3<>"/dev/tcp/127.0.0.1/$1"
cat <&3 &
tee -a wire >&3
END
}

teardown() {
	pty_end
	serve_stop
}

# by NAME COMMAND...: with a mock of $file for each; what was sent goes to
# NAME.wire, how it ended to NAME.status.
by() {
	local name=$1 status=0
	shift
	rm -f wire
	serve --mock "$file" --count 1
	"$@" >"$name.out" 2>"$name.err" || status=$?
	serve_stop
	[ ! -e wire ] || mv wire "$name.wire"
	echo "$status" >"$name.status"
}

client() {
	"$SMTPSH" --no-rc --no-remarks --pipe "bash relay.sh $PORT" "$@"
}

by_words() {
	local line words=()
	while IFS= read -r line; do
		# As a word an empty line would be one to send.
		[ -n "$line" ] || ! grep -q '^[SCR]:' "$file" || continue
		words+=(-c "$line")
	done <"$file"
	client "${words[@]}"
}

as_template() {
	{
		echo '\template all {'
		cat "$file"
		echo '}'
		echo '\all'
	} >template.smtp
	client -f template.smtp
}

# same NAME: as by -f.
same() {
	cmp file.wire "$1.wire" && cmp file.status "$1.status" && return
	echo "$file by $1:"
	cat "$1.out" "$1.err"
	return 1
}

@test "each conversation by a file, a pipe, -c and as a template: the same octets, the same end" {
	local file
	for file in "$ROOT"/tests/conversations/*.smtp; do
		by file client -f "$file"
		[ "$(cat file.status)" = 0 ]
		by pipe client <"$file"
		same pipe
		by words by_words
		same words
		by template as_template
		same template
	done
}

@test "a conversation that fails does so on all of them" {
	local file=mock.smtp
	printf 'S: 220 x\nC: EHLO a\nS: 250 x\nC: NOOP\nC: VRFY n\nS: 250 ok\nS: 550 no\nC: RSET\nS: 250\nC: QUIT\nS: 221\n' >mock.smtp
	sed 's/550 no/250/' mock.smtp >wrong.smtp
	by file client -f wrong.smtp
	[ "$(cat file.status)" = 1 ]
	by pipe client <wrong.smtp
	same pipe
	by_it() {
		local file=wrong.smtp
		by_words
	}
	by words by_it
	same words
}

@test "pasted at the prompt: the same octets" {
	command -v tmux >/dev/null || skip "no tmux"
	local file name
	for name in pipelining typical; do
		file=$ROOT/tests/conversations/$name.smtp
		by file client -f "$file"
		serve --mock "$file" --count 1
		rm -f wire
		pty_start 100 "$SMTPSH" --no-rc --no-remarks --pipe "bash relay.sh $PORT"
		pty_see "R: 220"
		pty_paste "$(cat "$file")"
		pty_keys Enter
		pty_see "R: 221"
		pty_type '\quit'
		pty_keys Enter
		pty_see "[status"
		pty_end
		serve_stop
		cmp file.wire wire
	done
}
