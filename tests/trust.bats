#!/usr/bin/env bats
# A conversation file is somebody else's text: what it may read, write, show
# and connect to; what a run's files have in common; where paths begin.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	mkdir -p box/sub
	echo 'Subject: own' >box/mail
	echo 'Subject: secret' >secret
	ln -s ../secret box/link
	ln -s mail box/own
}

teardown() {
	serve_stop
}

# refuses STATUS WORD LINE...: a file in the box with such lines, before
# anything is sent.
refuses() {
	local want=$1 word=$2
	shift 2
	printf '%s\n' "$@" >box/f
	ends "$want" "$SMTPSH" --sandbox -f box/f
	has_in "$stderr" "box/f:" "$word"
	lacks connected
}

@test "a file reads and writes in its folder" {
	local cmd
	for cmd in '\send' '\bdat' '\include'; do
		refuses 65 "outside of its folder (--trust" "$cmd ../secret"
		refuses 65 "outside of its folder" "$cmd $PWD/secret"
		refuses 65 "outside of its folder" "$cmd link"
		refuses 65 "outside of its folder" "$cmd sub/../../secret"
	done
	refuses 65 "outside of its folder" '\record ../r'
	refuses 65 "outside of its folder" '\record /tmp/never-made'
	refuses 65 "outside of its folder" '\rec link'
	[ ! -e r ] && [ "$(cat secret)" = 'Subject: secret' ]
	printf '%s\n' 'MAIL FROM:<a@b.example>' 'RCPT TO:<Jones@Beta.ARPA>' '\send own' >box/f
	ends 0 "$SMTPSH" --sandbox -f box/f
	has '\send box/own'
	(cd box && ends 0 "$SMTPSH" --sandbox -f f && has '\send own')
	# What is printed replays where it was printed.
	grep -v '^ *#' <<<"$output" >replay
	ends 0 "$SMTPSH" --sandbox -f replay
}

@test "what an included file may is what the file may, and its paths are its own" {
	printf '\\include sub/inner\nNOOP outer\n250\n' >box/f
	printf '\\include inmost\n\\record r\nNOOP\n250\n' >box/sub/inner
	printf 'NOOP inmost\n250\n' >box/sub/inmost
	ends 0 "$SMTPSH" --sandbox -f box/f
	[ -s box/sub/r ]
	printf '\\include ../g\n' >box/sub/inner
	printf 'NOOP g\n250\n' >box/g
	ends 0 "$SMTPSH" --sandbox -f box/f
	printf '\\include ../../secret\n' >box/sub/inner
	ends 65 "$SMTPSH" --sandbox -f box/f
	tells "box/sub/inner:1" "outside of its folder"
}

@test "what variables make of a path is seen when it is there" {
	printf 'EHLO x\n250\n\\send ${where}\n' >box/f
	ends 65 "$SMTPSH" --sandbox -D where=../secret -f box/f
	tells "box/f:3: \\send" "outside of its folder"
	lacks "Subject" "S: DATA"
	printf '\\template t {\n\\record ../r\n}\n\\t\n' >box/f
	ends 65 "$SMTPSH" --sandbox -f box/f
	[ ! -e r ]
}

@test "--trust, -c, a pipe and the start-up file may" {
	printf '%s\n' 'MAIL FROM:<a@b.example>' 'RCPT TO:<Jones@Beta.ARPA>' '\send ../secret' '\record ../r' '\set reveal on' >box/f
	ends 0 "$SMTPSH" --sandbox --trust -f box/f
	[ -s r ]
	ends 0 "$SMTPSH" --sandbox -c 'MAIL FROM:<a@b.example>' -c 'RCPT TO:<Jones@Beta.ARPA>' -c '\send ./secret'
	has '\send ./secret'
	(cd box && ends 0 "$SMTPSH" --sandbox <f)
	ends 65 "$SMTPSH" --sandbox -c '\include box/f'
	ends 0 "$SMTPSH" --sandbox --trust -c '\include box/f'
	(cd box && ends 0 "$SMTPSH" --sandbox -f <(cat f))
}

@test "a file stays where the command line goes" {
	serve
	printf '\\connect localhost:%s\nNOOP\n250\n' "$PORT" >box/f
	ends 65 "$SMTPSH" --sandbox -f box/f
	tells "box/f:1: \\connect" "elsewhere" "--trust"
	ends 65 "$SMTPSH" -f box/f
	ends 65 "$SMTPSH" "127.0.0.1:$PORT" -f box/f
	ends 0 "$SMTPSH" "localhost:$PORT" -f box/f
	ends 0 "$SMTPSH" --sandbox --trust -f box/f
	printf '\\connect ${to}\nNOOP\n250\n' >box/f
	ends 65 "$SMTPSH" --sandbox -D to="localhost:$PORT" -f box/f
	[ "$(grep -c 'S: NOOP' server)" = 2 ]
}

@test "a file does not show secrets, nor end the command line's record" {
	refuses 65 "reveal on" '\set reveal on'
	printf '\\record\nNOOP\n250\n' >box/f
	ends 65 "$SMTPSH" --sandbox --record rec -f box/f
	tells "not its own"
	printf '\\record mine\nNOOP\n250\n' >box/f
	ends 65 "$SMTPSH" --sandbox --record rec -f box/f
	# Trusted, it has its own, and the other goes on behind it.
	printf 'NOOP second\n250\n' >box/g
	ends 0 "$SMTPSH" --sandbox --record rec --trust -f box/f -f box/g
	grep -q '^S: NOOP$' box/mine
	grep -q '^S: NOOP second' rec
	run ! grep '^S: NOOP second' box/mine
	run ! grep '^S: NOOP$' rec
}

@test "a record overwrites records only" {
	echo important >notes
	ends 73 "$SMTPSH" --sandbox --record notes -c NOOP
	tells "notes" "no record"
	ends 73 "$SMTPSH" --sandbox -c '\record notes' -c NOOP
	[ "$(cat notes)" = important ]
	: >empty
	ends 0 "$SMTPSH" --sandbox --record empty -c NOOP
	ends 0 "$SMTPSH" --sandbox --record empty -c 'NOOP again'
	grep -q again empty
	ends 0 "$SMTPSH" --sandbox --record /dev/null -c NOOP
}

@test "each file of a run begins as the first: record, templates, variables, look" {
	printf '\\record r\n\\template t {\nNOOP t\n}\n\\set v x\n\\set remarks off\nNOOP first\n250\n' >box/f
	printf 'NOOP second\n250\n' >box/g
	ends 0 "$SMTPSH" --sandbox -f box/f -f box/g
	grep -q first box/r
	run ! grep second box/r
	printf '\\t\n' >box/g
	ends 65 "$SMTPSH" --sandbox -f box/f -f box/g
	printf 'NOOP ${v}\n' >box/g
	ends 64 "$SMTPSH" --sandbox -f box/f -f box/g
	printf 'VRFY Smith\n550\n' >box/g
	ends 1 "$SMTPSH" --sandbox -f box/f -f box/g
	has "# 250 Requested mail action okay"
}

@test "a limit of the files, an input that is closed" {
	printf 'NOOP\n250\n%s\n' "$(printf '550 %0900d' 7)" >f
	# What bats keeps of it is a file, too.
	run bash -c 'ulimit -f 1; "$0" --sandbox -q --keep-going --junit j.xml -f f -f f -f f -f f 2>&1 | tail -n 1; exit ${PIPESTATUS[0]}' "$SMTPSH"
	[ "$status" = 73 ]
	has "j.xml: File too large"
	run --separate-stderr bash -c 'exec "$0" --sandbox --from a@b.example --to Jones@Beta.ARPA <&-' "$SMTPSH"
	[ "$status" = 66 ]
	[[ $stderr == *"standard input cannot be read"* ]]
	# </dev/null has no message either, and may make one.
	ends 0 "$SMTPSH" --sandbox --from a@b.example --to Jones@Beta.ARPA </dev/null
}

sleeps() {
	[[ $(<"/proc/$1/comm") == smtpsh && $(<"/proc/$1/status") == *"State:"*"S (sleeping)"* ]]
}

# stalls STATUS COMMAND...: it waits for something that never comes, and ends
# within a second and a half of a signal.
stalls() {
	local want=$1 pid began
	shift
	"$@" >/dev/null 2>&1 3>&- &
	pid=$!
	soon test -e going || return
	rm going
	[ ! -d /proc/self ] || soon sleeps "$pid" || return
	began=$EPOCHREALTIME
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = "$want" ] || {
		echo "status $status: $*"
		return 1
	}
	[ $((${EPOCHREALTIME/./} - ${began/./})) -lt 4000000 ] && return
	echo "slow: $*"
	return 1
}

@test "SIGTERM ends it within a second in every blocking place" {
	mkfifo never out
	exec 4<>out
	yes "NOOP $(printf '%0400d' 7)" | head -n 2000 >many
	# A password command shows that it is there.
	cat >held <<'END'
: >going
read -r x <never
END
	# A FIFO as a file, as a message, as standard input.
	stalls 143 bash -c ': >going; exec "$0" --sandbox -f never' "$SMTPSH"
	stalls 143 bash -c ': >going; exec "$0" --sandbox -c "MAIL FROM:<a@b.example>" -c "\\send never"' "$SMTPSH"
	stalls 143 bash -c ': >going; exec "$0" --sandbox --to Jones@Beta.ARPA --data never' "$SMTPSH"
	# Nobody reads what it prints, or records.
	stalls 143 bash -c ': >going; exec "$0" --sandbox -f many >out' "$SMTPSH"
	stalls 143 bash -c ': >going; exec "$0" --sandbox --record out -f many' "$SMTPSH"
	# A server that says nothing, a handshake that nobody takes up.
	stalls 143 "$SMTPSH" --pipe ': >going; sleep 9' -c NOOP
	stalls 143 "$SMTPSH" --pipe ': >going; sleep 9' --tls-on-connect -c NOOP
	exec 4>&-
}

@test "the environment is the person's: a file asks for it with --trust only" {
	export LETTER=J1
	printf '%s\n' 'NOOP ${env.LETTER}' 250 >box/f
	ends 64 "$SMTPSH" --sandbox -f box/f
	tells 'box/f:1' '${env.LETTER}' --trust
	lacks J1
	ends 0 "$SMTPSH" --sandbox --trust -f box/f
	has 'S: NOOP J1'
	ends 0 "$SMTPSH" --sandbox -c 'NOOP ${env.LETTER}'
	has 'S: NOOP J1'
	ends 0 "$SMTPSH" --sandbox -c 'NOOP ${env.NONE_SUCH:-x}'
	has 'S: NOOP x'
	ends 0 "$SMTPSH" --sandbox <<<'NOOP ${env.LETTER}'
	has 'S: NOOP J1'
}

# A server with a SCRAM exchange whose iterations take seconds.
scram_slow() {
	cat >scram.sh <<'END'
printf '220 slow.example\r\n'
while IFS= read -r line; do
	line=${line%$'\r'}
	case $line in
	EHLO*) printf '250-slow.example\r\n250 AUTH SCRAM-SHA-256\r\n' ;;
	AUTH*)
		nonce=$(base64 -d <<<"${line##* }" | sed 's/.*r=//')
		printf '334 %s\r\n' "$(printf 'r=%sx,s=QUFBQQ==,i=%s' "$nonce" "$1" | base64 -w 0)"
		: >going
		;;
	*) printf '221 bye\r\n' ;;
	esac
done
END
}

works() {
	[[ $(<"/proc/$1/status") == *"State:"*"R (running)"* ]]
}

@test "SIGTERM ends it within a second while a password is hashed" {
	[ -d /proc/self ] || skip "no /proc"
	scram_slow
	echo sesame >pw
	chmod 600 pw
	"$SMTPSH" --pipe 'bash scram.sh 900000' --auth SCRAM-SHA-256 --auth-user joe --auth-password-file pw -c NOOP >out 2>&1 3>&- &
	pid=$!
	soon test -e going
	soon works "$pid"
	rm going
	began=$EPOCHREALTIME
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	cat out
	[ "$status" = 143 ]
	[ $((${EPOCHREALTIME/./} - ${began/./})) -lt 4000000 ]
}
