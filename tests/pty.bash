# A real terminal for bats: the program under tmux(1), on a server of its own.
# Waiting is looking, every 50 ms, until what is wanted is there or 20 s have
# gone by.

# pty_start COLUMNS COMMAND [WORD...]: with $PTY_ROWS rows, or 24.
pty_start() {
	local columns=$1
	shift
	# Another each time: a server that ends still has its own.
	PTY_SOCKET=smtpsh-$$-$BATS_TEST_NUMBER-$((PTY_STARTED = ${PTY_STARTED:-0} + 1))
	printf 'exec 2>&1\nexec' >"$BATS_TEST_TMPDIR/pty.sh"
	printf ' %q' "$@" >>"$BATS_TEST_TMPDIR/pty.sh"
	# When it ends the screen stays, with the exit status below.
	tmux -L "$PTY_SOCKET" -f /dev/null new-session -d \
		-x "$columns" -y "${PTY_ROWS:-24}" "sh $BATS_TEST_TMPDIR/pty.sh;
		echo \"[status \$?]\"; exec cat >/dev/null"
}

# Ends the terminal and all in it; the program first, which a sanitizer would
# keep busy if its terminal went away while it looks for leaks.
pty_end() {
	local pid
	[ -n "${PTY_SOCKET:-}" ] || return 0
	pid=$(pty_pid 2>/dev/null) && kill -KILL "$pid" 2>/dev/null
	tmux -L "$PTY_SOCKET" kill-server 2>/dev/null
	PTY_SOCKET=
}

# Keys as tmux names them: Tab, Enter, C-c, Up.
pty_keys() {
	tmux -L "$PTY_SOCKET" send-keys "$@"
}

# Text as it is.
pty_type() {
	tmux -L "$PTY_SOCKET" send-keys -l "$1"
}

# Pasted, as a terminal pastes when the program asked for brackets.
pty_paste() {
	tmux -L "$PTY_SOCKET" set-buffer "$1"
	tmux -L "$PTY_SOCKET" paste-buffer -p
}

pty_resize() {
	tmux -L "$PTY_SOCKET" resize-window -x "$1"
}

# The program's process: the pane's shell has no other child.
pty_pid() {
	pgrep -P "$(tmux -L "$PTY_SOCKET" list-panes -F '#{pane_pid}')"
}

pty_screen() {
	tmux -L "$PTY_SOCKET" capture-pane -p
}

# And what has left it at the top.
pty_all() {
	tmux -L "$PTY_SOCKET" capture-pane -p -S -
}

# The last line that is not empty: where the cursor is, mostly.
pty_line() {
	pty_screen | sed '/^[[:space:]]*$/d' | tail -n 1
}

# pty_until FUNCTION ARG...: until it is true.
pty_until() {
	local i
	for ((i = 0; i < 400; i++)); do
		"$@" && return 0
		sleep 0.05
	done
	echo "waited in vain for: $*"
	pty_screen
	return 1
}

pty_has() {
	pty_screen | grep -qF -- "$1"
}

pty_lacks() {
	! pty_has "$1"
}

pty_line_is() {
	[ "$(pty_line)" = "$1" ]
}

pty_last_has() {
	[[ $(pty_line) == *"$1"* ]]
}

# Waits for text on the screen; for it to go; for the last line to be it.
pty_see() {
	pty_until pty_has "$1"
}

pty_gone() {
	pty_until pty_lacks "$1"
}

pty_at() {
	pty_until pty_line_is "$1"
}
