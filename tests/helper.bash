# What bats files share: the program under test, a quiet place to run it in,
# and a receiver of its own on loopback.

# For setup(): SMTPSH is the program, ROOT the source, and the test's own
# folder is home and working directory.
smtpsh_setup() {
	ROOT=$(realpath "$BATS_TEST_DIRNAME/..")
	SMTPSH=$(realpath "${SMTPSH:-$ROOT/smtpsh}")
	export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	export LC_ALL=C.UTF-8 TERM=dumb
	unset XDG_CONFIG_HOME NO_COLOR COLUMNS SMTPSH_OPTS ALL_PROXY NO_PROXY all_proxy no_proxy
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

# ends STATUS COMMAND...: it ends so; what it said is in $output and $stderr.
ends() {
	local want=$1
	shift
	run --separate-stderr "$@"
	[ "$status" = "$want" ] && return
	echo "status $status, expected $want"
	echo "$output"
	echo "$stderr"
	return 1
}

# has_in WHERE TEXT...: each of the texts is in it.
has_in() {
	local where=$1 text
	shift
	for text; do
		[[ $where == *"$text"* ]] && continue
		printf "no '%s' in:\n%s\n" "$text" "$where"
		return 1
	done
}

# Of what ends() ran: standard output has each text, lacks all of them,
# standard error tells each.
has() {
	has_in "$output" "$@"
}

lacks() {
	local text
	for text; do
		[[ $output == *"$text"* ]] || continue
		printf "'%s' in:\n%s\n" "$text" "$output"
		return 1
	done
}

# One line, and it says so; behind it at most the verdict.
tells() {
	has_in "$stderr" "$@" || return
	[ "$(sed '/  \[[a-z0-9.-]*\]$/d; /^        next: /d' <<<"$stderr" |
		wc -l)" -le 1 ] && return
	printf 'more than one line:\n%s\n' "$stderr"
	return 1
}

# said: what was sent and received, without remarks.
said() {
	sed -n '/^[SR]:/p' <<<"$output"
}

# recorder: writes the file recorder.sh, a server for --pipe that says yes and
# keeps every line in the file "wire" as it came. At the first line of mail
# text it tells the fifo "begun", if there is one.
recorder() {
	cat >recorder.sh <<'END'
printf '220 recorder.example\r\n'
text=
while IFS= read -r line || { [ -n "$line" ] && printf '%s' "$line" >>wire; false; }; do
	printf '%s\n' "$line" >>wire
	line=${line%$'\r'}
	if [ -n "$text" ]; then
		[ ! -p begun ] || { echo >begun; rm begun; }
		[ "$line" != . ] || { text=; printf '250 2.0.0 kept\r\n'; }
		continue
	fi
	case ${line^^} in
	EHLO* | LHLO*) printf '250-recorder.example\r\n250-%s\r\n250 8BITMIME\r\n' "${OFFER:-SIZE}" ;;
	DATA) printf '354 go on\r\n'; text=1 ;;
	QUIT) printf '221 bye\r\n'; exit ;;
	*) printf '250 2.0.0 ok\r\n' ;;
	esac
done
END
	RECORDER="bash recorder.sh"
}

# soon COMMAND...: until it is true, for at most 10 s.
soon() {
	local i
	for ((i = 0; i < 1500; i++)); do
		"$@" && return
		sleep 0.02
	done
	echo "waited in vain for: $*"
	return 1
}
