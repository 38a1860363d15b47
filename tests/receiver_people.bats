#!/usr/bin/env bats
# The receiver among people: who may log in and how, limits, the end, the log,
# and what it gives up before it lets anybody in.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	(umask 077 && printf sesame >password && printf wrong >wrong)
}

teardown() {
	serve_stop
}

client() {
	"$SMTPSH" "127.0.0.1:$PORT" "$@"
}

# talk: opens descriptor 4 to the receiver; say and hear speak.
talk() {
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	hear
}

say() {
	printf '%s\r\n' "$1" >&4
	hear
}

# hear: the last line of the next reply, in REPLY.
hear() {
	REPLY=
	while IFS= read -r -t 20 REPLY <&4; do
		REPLY=${REPLY%$'\r'}
		[[ $REPLY == ???-* ]] || return 0
	done
	return 0
}

# gone: ends the receiver by a signal; its exit status is in $status.
gone() {
	kill "-$1" "$SERVER"
	status=0
	wait "$SERVER" || status=$?
	SERVER=
}

# logs_in MECHANISM OPTION...: with the right password.
logs_in() {
	local mech=$1
	shift
	ends 0 client -q --auth "$mech" --auth-user joe --auth-password-file password "$@" -c NOOP || {
		echo "$mech $*"
		return 1
	}
}

# kept_out MECHANISM OPTION...: with a wrong one. Three times at most: the
# fourth answer is held back.
kept_out() {
	local mech=$1
	shift
	ends 77 client -q --auth "$mech" --auth-user joe --auth-password-file wrong "$@" -c NOOP || {
		echo "$mech $*: wrong"
		return 1
	}
}

# offered WORDS OPTION...: EHLO's words behind AUTH, and no other.
offered() {
	local want=$1
	shift
	ends 0 client --no-remarks "$@" -c 'EHLO x'
	[ "$(sed -n 's/^R: 250[- ]AUTH //p' <<<"$output" | tail -n 1)" = "$want" ] || {
		echo "$output"
		return 1
	}
}

bound="SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN"
free="SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN"

@test "AUTH: each mechanism that is offered works, under TLS 1.2 and 1.3, with and without --auth-insecure" {
	local mech version insecure tls
	for insecure in '' --auth-insecure; do
		for version in 1.2 1.3; do
			serve --self-signed --user joe --password-file password --tls-protocol $version -q $insecure
			tls="--tls --tls-verify no"
			# shellcheck disable=SC2086
			offered "$bound" $tls
			for mech in $bound; do
				# shellcheck disable=SC2086
				logs_in "$mech" $tls
			done
			for mech in SCRAM-SHA-256-PLUS SCRAM-SHA-1 PLAIN; do
				# shellcheck disable=SC2086
				kept_out "$mech" $tls
			done
			serve_stop
		done
	done
}

@test "AUTH: each mechanism that is offered works in clear text, and none needs TLS" {
	local mech
	serve --user joe --password-file password --auth-insecure -q
	for mech in $free; do
		logs_in "$mech" --auth-insecure
	done
	for mech in SCRAM-SHA-256 CRAM-MD5 LOGIN; do
		kept_out "$mech" --auth-insecure
	done
	serve_stop
	serve --user joe --password-file password --auth-insecure --self-signed -q
	offered "$free"
	offered "$bound" --tls --tls-verify no
	logs_in SCRAM-SHA-256 --auth-insecure
}

@test "--auth-mechs limits what is offered, and what is left works" {
	local mech
	for mech in SCRAM-SHA-256 SCRAM-SHA-1 SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS CRAM-MD5 PLAIN LOGIN; do
		serve --self-signed --user joe --password-file password -q --auth-mechs "${mech,,}"
		offered "$mech" --tls --tls-verify no
		logs_in "$mech" --tls --tls-verify no
		serve_stop
	done
	serve --user joe --password-file password --auth-insecure --auth-mechs PLAIN,SCRAM-SHA-256 -q
	offered "SCRAM-SHA-256 PLAIN"
	ends 77 client -q --auth LOGIN --auth-user joe --auth-password-file password --auth-insecure -c NOOP
	ends 64 "$SMTPSH" --serve 0 --user joe --password-file password --auth-insecure --auth-mechs XOAUTH2
	tells XOAUTH2 "SCRAM-SHA-256 "
	ends 64 "$SMTPSH" --serve 0 --user joe --password-file password --auth-insecure --auth-mechs SCRAM-SHA-256-PLUS
	tells "none is left" TLS
	ends 64 "$SMTPSH" --serve 0 --auth-mechs PLAIN
	tells --user
}

@test "a password that is no UTF-8 is offered only what can take it" {
	(umask 077 && printf 'p\xff\x01' >password)
	serve --self-signed --user joe --password-file password -q
	offered "PLAIN LOGIN" --tls --tls-verify no
	logs_in PLAIN --tls --tls-verify no
	logs_in LOGIN --tls --tls-verify no
}

@test "guessing waits from the fourth failure on, ends by 421, and a new session starts no new count" {
	local i began
	serve --user joe --password-file password --auth-insecure
	talk
	say "EHLO x"
	began=$EPOCHREALTIME
	for i in 1 2 3; do
		say "AUTH PLAIN AGpvZQB3cm9uZw=="
		[[ $REPLY == 535* ]]
	done
	[ $((${EPOCHREALTIME/./} - ${began/./})) -lt 2500000 ]
	began=$EPOCHREALTIME
	say "AUTH PLAIN AGpvZQB3cm9uZw=="
	[[ $REPLY == 535* ]]
	[ $((${EPOCHREALTIME/./} - ${began/./})) -ge 1000000 ]
	exec 4>&-
	talk
	say "EHLO x"
	began=$EPOCHREALTIME
	say "AUTH PLAIN AGpvZQB3cm9uZw=="
	[ $((${EPOCHREALTIME/./} - ${began/./})) -ge 2000000 ]
	# Who knows the password is not kept waiting.
	began=$EPOCHREALTIME
	say "AUTH PLAIN AGpvZQBzZXNhbWU="
	[[ $REPLY == 235* ]]
	[ $((${EPOCHREALTIME/./} - ${began/./})) -lt 2500000 ]
	exec 4>&-
}

@test "in the sandbox one may guess" {
	local i
	for ((i = 0; i < 9; i++)); do echo 'AUTH PLAIN AGpvZQB3cm9uZw=='; done >guesses
	ends 69 "$SMTPSH" --sandbox --user joe --password-file password --auth-insecure -c 'EHLO x' -c '\include guesses'
	[ "$(grep -c '^R: 535' <<<"$output")" = 9 ]
}

@test "--session-max ends by 421 who dribbles, and --client-max is for one client" {
	local n=0
	serve -q --session-max 1s
	talk
	while [ $n -lt 100000 ]; do
		say NOOP
		[[ $REPLY == 250* ]] || break
		n=$((n + 1))
	done
	[[ $REPLY == "421 "*"Too long a session"* ]]
	exec 4>&-
	serve_stop
	serve -q --client-max 1
	talk
	exec 5<>"/dev/tcp/127.0.0.1/$PORT"
	IFS= read -r -t 20 REPLY <&5
	[[ $REPLY == "421 "*"Too many sessions from 127.0.0.1"* ]]
	exec 5>&-
	ends 0 "$SMTPSH" "127.0.0.1:$PORT" --bind 127.0.0.2 -c NOOP
	exec 4>&-
	local o
	for o in "--session-max 0" "--session-max soon" "--client-max 0" "--client-max x"; do
		# shellcheck disable=SC2086
		ends 64 "$SMTPSH" --serve 0 $o
		tells "${o% *}"
	done
}

@test "SIGTERM and SIGHUP: 421 for who is connected, and status 0" {
	local sig
	for sig in TERM HUP; do
		serve -q
		talk
		kill "-$sig" "$SERVER"
		hear
		[[ $REPLY == "421 "* ]]
		exec 4>&-
		status=0
		wait "$SERVER" || status=$?
		SERVER=
		[ "$status" = 0 ]
	done
	printf 'R: 220 x\nS: NOOP\nR: 250 ok\n' >m
	serve --mock m
	gone TERM
	[ "$status" = 0 ]
}

@test "a mailbox that cannot be stored is refused at RCPT, alone" {
	local long escaped
	long=$(head -c 300 /dev/zero | tr '\0' a)
	escaped=$(head -c 90 /dev/zero | tr '\0' '!')
	serve --maildir md
	ends 69 client --from a@x.example --to good@y.example --to "$long@y.example" --to "$escaped@y.example" --body hi
	[ "$(grep -c '^R: 553 5.1.3' <<<"$output")" = 2 ]
	[ "$(find md/good@y.example/new -type f | wc -l)" = 1 ]
	[ "$(find md -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]
	# What is not stored has no such limit.
	serve_stop
	serve
	ends 0 client --from a@x.example --to "$long@y.example" --body hi
}

@test "names and paths that would make an endless header line are refused" {
	local long
	long=$(head -c 256 /dev/zero | tr '\0' x)
	serve --maildir md
	ends 69 client -c "EHLO $long" -c "HELO $long" -c "EHLO ${long#x}" -c "MAIL FROM:<a@$long$long$long$long>" \
		-c "MAIL FROM:<a@$long$long$long>" -c 'RCPT TO:<b@y.example>' -c DATA -c hi -c .
	[ "$(grep -c '^R: 501 ' <<<"$output")" = 3 ]
	[ "$(cat md/*/new/* | wc -L)" -le 998 ]
	grep -q "^Received: from ${long#x} " md/*/new/*
}

@test "no room is 452, and the receiver lives on: a limit on files' sizes" {
	head -c 100000 /dev/zero | tr '\0' x | fold >big
	mkfifo ready
	(
		ulimit -f 8
		exec "$SMTPSH" --serve 0 -q --maildir md 3>&-
	) >ready &
	SERVER=$!
	read -r line <ready
	PORT=${line##*port }
	ends 75 client --from a@x.example --to b@y.example --data big
	has "R: 452 4.3.1"
	ends 0 client --from a@x.example --to b@y.example --body small
	[ "$(find md -type f | wc -l)" = 1 ]
	gone TERM
	[ "$status" = 0 ]
}

@test "a log that cannot be written is told once, and the receiver goes on" {
	# The log would say the port.
	"$SMTPSH" --serve 0 --socket sock >/dev/full 2>told 3>&- &
	SERVER=$!
	soon test -S sock
	soon "$SMTPSH" --socket sock -q -c NOOP
	ends 0 "$SMTPSH" --socket sock -q -c NOOP -c NOOP
	gone TERM
	[ "$status" = 0 ]
	[ "$(wc -l <told)" = 1 ]
	grep -q 'No space left on device; the receiver goes on without its log' told
}

# stalled OPTION...: a receiver whose log has a reader (descriptor 5) that
# reads its first line and then nothing.
stalled() {
	mkfifo log
	"$SMTPSH" --serve 0 "$@" >log 2>told 3>&- &
	SERVER=$!
	exec 5<log
	IFS= read -r line <&5
	PORT=${line##*port }
	local i
	i=$(head -c 900 /dev/zero | tr '\0' x)
	yes "NOOP $i" | head -n 2000 >noops
}

@test "a log whose reader stalls keeps no session waiting, and says what it dropped" {
	stalled
	ends 0 client -q -f noops
	ends 0 client -q -c NOOP
	[ "$(grep -c 'lines of it are dropped' told)" = 1 ]
	cat <&5 >rest &
	ends 0 client -q -c NOOP
	again() {
		client -q -c NOOP
		grep -q '# [1-9][0-9]* lines of the log are missing here$' rest
	}
	soon again
	gone TERM
	wait
	[ "$status" = 0 ]
	# No line is torn.
	run ! grep -avE '^(# (listening|[0-9]+ sessions,) .*|[0-9:]{8} [0-9]+ ([SR]:|#) .*)$' rest
	exec 5<&-
}

@test "a mock whose log's reader stalls, and one that ends with it" {
	{
		echo 'R: 220 x'
		echo 'S: EHLO x'
		echo 'R: 250 x'
		for ((i = 0; i < 2000; i++)); do printf 'S: NOOP\nR: 250 ok\n'; done
		printf 'S: QUIT\nR: 221 bye\n'
	} >m
	stalled --mock m
	ends 0 client -q -f <(echo 'EHLO x' && cat noops)
	local began=$EPOCHREALTIME
	gone TERM
	[ "$status" = 0 ]
	[ $((${EPOCHREALTIME/./} - ${began/./})) -lt 8000000 ]
	exec 5<&-
}

@test "--serve on every address of the machine warns, loopback does not" {
	"$SMTPSH" --serve 0.0.0.0:0 -q >said 2>told 3>&- &
	SERVER=$!
	soon grep -q 'listening on 0.0.0.0' said
	gone TERM
	[ "$status" = 0 ]
	grep -q 'warning: --serve 0.0.0.0:0 listens on every address' told
	"$SMTPSH" --serve 127.0.0.1:0 -q >said 2>told 3>&- &
	SERVER=$!
	soon grep -q 'listening on 127.0.0.1' said
	gone TERM
	[ ! -s told ]
}

@test "confined, it still does TLS, AUTH and delivery, and privileges are for good" {
	serve --self-signed --user joe --password-file password --maildir md
	ends 0 client -q --tls --tls-verify no --auth SCRAM-SHA-256-PLUS --auth-user joe --auth-password-file password \
		--from a@x.example --to b@y.example --to c@y.example --body hi
	[ "$(find md/*/new -type f | wc -l)" = 2 ]
	[ "$(uname -s)" = Linux ] || return 0
	[[ ${MODE:-release} == release || $MODE == dev ]] || return 0
	# A kernel without seccomp shows no such line.
	! grep -q '^Seccomp:' "/proc/$SERVER/status" || grep -q $'^Seccomp:\t2' "/proc/$SERVER/status"
	grep -q $'^NoNewPrivs:\t1' "/proc/$SERVER/status"
}

@test "a socket's file is removed at the end, confined or not" {
	"$SMTPSH" --serve 0 --socket "$PWD/sock" -q >said 3>&- &
	SERVER=$!
	soon grep -q listening said
	ends 0 "$SMTPSH" --socket sock -c NOOP
	gone TERM
	[ "$status" = 0 ]
	[ ! -e sock ]
}

@test "--run-as: root becomes somebody else behind bind, and the folder is that one's" {
	ends 64 "$SMTPSH" --serve 0 --run-as nobody-has-this-name
	tells --run-as "no such user"
	if [ "$(id -u)" != 0 ]; then
		ends 64 "$SMTPSH" --serve 0 --run-as root
		tells "only root"
		serve --run-as "$(id -un)" --maildir md
		ends 0 client -q --from a@x.example --to b@y.example --body hi
		return
	fi
	# The way to the folder must be open to everybody.
	local open
	open=$(mktemp -d /tmp/run-as-XXXXXX)
	chmod 755 "$open"
	serve --run-as nobody --maildir "$open/md"
	ends 0 client -q --from a@x.example --to b@y.example --body hi
	grep -q "^Uid:	$(id -u nobody)	$(id -u nobody)	$(id -u nobody)	" "/proc/$SERVER/status"
	grep -q '^Groups:.*\b0\b' "/proc/$SERVER/status" && return 1
	[ "$(stat -c %U "$open/md" "$open"/md/b@y.example/new/* | sort -u)" = nobody ]
	rm -rf "$open"
}
