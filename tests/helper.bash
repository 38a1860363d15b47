# What bats files share: the program under test, a quiet place to run it in,
# and a receiver of its own on loopback.

# For setup(): SMTPSH is the program, ROOT the source, and the test's own
# folder is home and working directory.
smtpsh_setup() {
	ROOT=$(realpath "$BATS_TEST_DIRNAME/..")
	SMTPSH=$(realpath "${SMTPSH:-$ROOT/smtpsh}")
	export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	export LC_ALL=C.UTF-8 TERM=dumb
	unset XDG_CONFIG_HOME NO_COLOR COLUMNS
	cd "$BATS_TEST_TMPDIR" || return
}

# serve OPTION...: a receiver on any port. PORT and SERVER (its pid) tell which;
# what it says goes to the file "server".
serve() {
	local first
	[ -p ready ] || mkfifo ready
	"$SMTPSH" --serve 0 "$@" 3>&- > >(
		exec 3>&-
		tee server | {
			IFS= read -r first
			echo "$first" >ready
			cat >/dev/null
		}
	) &
	SERVER=$!
	read -r first <ready
	PORT=${first##*port }
	[[ $first == "# listening on "* && $PORT =~ ^[0-9]+$ ]]
}

# For teardown() too: ends it, by its pid, and waits until it has gone.
serve_stop() {
	[ -n "${SERVER:-}" ] || return 0
	kill "$SERVER" 2>/dev/null || true
	wait "$SERVER" || true
	SERVER=
}
