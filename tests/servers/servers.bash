# shellcheck shell=bash disable=SC2034,SC2154
# servers.bash: loaded by every test. Addresses of the servers, the mailboxes
# ($MAIL) and the certificates ($CERTS) come from house.sh.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	rm -rf "${MAIL:?}"/*
	unset SERVE_PID
}

teardown() {
	if [ -n "${SERVE_PID:-}" ]; then
		kill "$SERVE_PID" 2>/dev/null || :
		wait "$SERVE_PID" || :
	fi
}

smtpsh() { "$SMTPSH" --no-rc "$@"; }

# until_true COMMAND...: fails when it is still false after ten seconds, or
# PATIENCE.
until_true() {
	local end=$((SECONDS + ${PATIENCE:-10}))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# message FILE LINE...: a message with a header, and a line no other test has.
message() {
	local file=$1
	shift
	printf '%s\n' 'From: Smith@Alpha.ARPA' 'To: Jones@Beta.ARPA' \
		'Date: Mon, 02 Aug 1982 12:00:00 +0000' \
		"Subject: $BATS_TEST_NAME" \
		"Message-ID: <$BATS_TEST_NUMBER.$RANDOM@alpha.arpa>" '' \
		"$@" >"$file"
}

# ends_with FILE TEXTFILE: what servers write above a message does not count.
ends_with() { tail -c "$(wc -c <"$2")" "$1" | cmp -s - "$2"; }

# delivered FOLDER TEXTFILE: a message in the Maildir ends with these octets.
delivered() {
	until_true arrived "$1" "$2" && return 0
	echo "not delivered to $1; what is there:"
	tail -n 20 "$1"/new/* 2>/dev/null | cat -A | cut -c 1-200
	return 1
}

arrived() {
	local f
	for f in "$1"/new/*; do
		[ -f "$f" ] && ends_with "$f" "$2" && return 0
	done
	return 1
}

# nobody_got TEXTFILE: in no Maildir.
nobody_got() {
	local box
	for box in "$MAIL"/*; do
		! arrived "$box" "$1" || return 1
	done
}

# says TEXT: it stands in the output of the last run.
says() {
	[[ $output == *"$1"* ]] && return 0
	printf 'not said: %s\nwhat was said:\n%s\n' "$1" "$output"
	return 1
}

# ended STATUS: the last run did.
ended() {
	[ "$status" = "$1" ] && return 0
	printf 'status %s, not %s; it said:\n%s\n' "$status" "$1" "$output"
	return 1
}

# serve ARGUMENT...: the receiver at $SERVE; teardown ends it.
serve() { serve_at 0 "$@"; }

serve_stop() {
	kill "$SERVE_PID"
	wait "$SERVE_PID"
	unset SERVE_PID
}

serve_at() {
	"$SMTPSH" --no-rc --serve "$@" >serve.out 2>&1 3>&- &
	SERVE_PID=$!
	until_true grep -q '^# listening on' serve.out || {
		cat serve.out
		return 1
	}
	SERVE_PORT=$(sed -n 's/^# listening on 127.* port //p' serve.out)
	SERVE=127.0.0.1:$SERVE_PORT
}
