#!/usr/bin/env bats
# Wrong input: one clear line on standard error, the right status, nothing sent.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

teardown() {
	serve_stop
}

# wrong STATUS TEXT... -- OPTION...: ends so, says so in one line, and whoever
# might have been called was not.
wrong() {
	local want=$1 texts=()
	shift
	while [ "$1" != -- ]; do
		texts+=("$1")
		shift
	done
	shift
	ends "$want" timeout 20 "$SMTPSH" "$@" </dev/null || {
		echo "in: $*"
		return 1
	}
	tells "smtpsh: " "${texts[@]}"
	lacks "S: "
	[ ! -e connected ]
}

# wrong_line STATUS TEXT... -- LINE: so does a line of the language, of which
# nothing is sent.
wrong_line() {
	local want=$1 texts=()
	shift
	while [ "$1" != -- ]; do
		texts+=("$1")
		shift
	done
	ends "$want" "$SMTPSH" --sandbox -c "$2"
	tells "smtpsh: " "${texts[@]}"
	[ "$(said | grep '^S:')" = "S: QUIT" ] || [ -z "$(said)" ]
}

@test "options that are none, lack their value, or have one too many" {
	wrong 64 "unknown" --frob -- --frob host
	wrong 64 "unknown" -Z -- -Z host
	wrong 64 "--to takes a value" -- --to
	wrong 64 "--mx takes a value, and --dane is an option" -- --mx --dane x.example -c NOOP
	wrong 64 "write --body=--tls if it is meant" -- --sandbox --from a@x --to b@x --body --tls
	wrong 64 "--quiet=1 takes no value" -- --quiet=1 --sandbox
	wrong 64 "ambiguous" --c -- --c NOOP --sandbox
}

@test "values that an option does not take" {
	wrong 64 "--format xml" "text|json|tap" -- --format xml --sandbox -c NOOP
	wrong 64 "--junit FILE" -- --format junit --sandbox -c NOOP
	wrong 64 "--color blue" "auto|always|never" -- --color blue --sandbox -c NOOP
	wrong 64 "--dialect 822" "821|5321" -- --dialect 822 --sandbox -c NOOP
	wrong 64 "--completion tcsh" "bash|zsh|fish" -- --completion tcsh
	wrong 64 "--list x" verbs -- --list x
	wrong 64 "'soon' is no duration" -- --timeout soon --sandbox -c NOOP
	wrong 64 "--timeout 0" -- --timeout 0 --sandbox -c NOOP
	wrong 64 "'-1s'" -- --timeout -1s --sandbox -c NOOP
	wrong 64 "-D x" NAME=VALUE -- -D x --sandbox -c NOOP
	wrong 64 "'1x' is no variable name" -- -D 1x=y --sandbox -c NOOP
	wrong 64 "--size-max x" -- --size-max x --serve 0
	wrong 64 "--count -1" -- --count -1 --serve 0
	wrong 64 "--proxy" -- --proxy nonsense host -c NOOP
}

@test "hosts and ports" {
	wrong 68 "host.invalid" -- host.invalid -c NOOP
	wrong 64 "port 99999" -- host:99999 -c NOOP
	wrong 64 "no such port or service: frob" -- host:frob -c NOOP
	wrong 64 "frob" -- -p frob 127.0.0.1 -c NOOP
	wrong 64 "'host:'" -- host: -c NOOP
	wrong 64 "':25'" -- :25 -c NOOP
	wrong 64 "'[::1'" -- '[::1' -c NOOP
	wrong 64 "''" -- '' -c NOOP
	wrong 64 "'a b'" -- 'a b' -c NOOP
	wrong 64 "'./y.sock'" "--socket" -- ./y.sock -c NOOP
	wrong 64 "'unix:/tmp/y'" "--socket" -- unix:/tmp/y -c NOOP
	wrong 64 "--serve 0 --socket /y.sock" -- --serve /y.sock
	wrong 64 "--serve 0 --socket /y.sock" -- --serve unix:/y.sock
	wrong 64 "user@host" -- user@host -c NOOP
	wrong 64 "ftp://host" smtp:// -- ftp://host -c NOOP
	wrong 64 "found 'b' after the host a" -- a b -c NOOP
	wrong 64 "exclude each other" -- --sandbox host -c NOOP
	wrong 64 "exclude each other" -- --socket s --pipe 'touch connected' -c NOOP
	wrong 64 "not connected" -- -c NOOP
	wrong 64 "--serve only receives" -- --serve 0 -c NOOP
	wrong 64 "--serve only receives" -- --serve 0 127.0.0.1
	wrong 68 "'x" -- $'x\e[2Jy' -c NOOP || wrong 64 'x\x1b[2Jy' -- $'x\e[2Jy' -c NOOP
	[[ $stderr != *$'\e'* ]]
}

@test "files" {
	wrong 66 "absent" -- --pipe 'touch connected' -f absent
	wrong 66 "directory" -- --pipe 'touch connected' --from a@x --to b@y --data .
	wrong 73 "absent/record" -- --pipe 'touch connected' --record absent/record -c NOOP
	wrong 73 "absent/junit" -- --pipe 'touch connected' --junit absent/junit -c NOOP
	wrong 66 "absent" -- --serve 0 --mock absent
	wrong 64 "--key" --cert -- --serve 0 --key k
}

@test "directives" {
	wrong_line 64 '-c:1' '\frobnicate' -- '\frobnicate'
	wrong_line 64 '\s may be any of:' '\set' '\sleep' -- '\s'
	wrong_line 64 '\sleep takes' -- '\sleep'
	wrong_line 64 "'x' is no duration" -- '\sleep x'
	wrong_line 64 '\set match takes' -- '\set match a b'
	wrong_line 64 "\set bare maybe: expected on or off" -- '\set bare maybe'
	wrong_line 64 "\set match x: expected code or text" -- '\set match x'
	wrong_line 64 "'9x' is no variable name" -- '\set 9x y'
	wrong_line 64 'no template is called nothing' -- '\template nothing'
	wrong_line 66 absent -- '\include absent'
	wrong_line 66 absent -- '\send absent'
	wrong_line 73 'absent/record' -- '\record absent/record'
	wrong_line 64 '\raw' -- '\raw'
	wrong_line 64 'frob' -- '\connect host:frob'
	wrong_line 64 FROB -- '\help FROB'
	wrong_line 64 'a " is not closed' -- '\set x "open'
}

@test "variables" {
	wrong_line 64 '-c:1' '${nobody} is not set' '-D nobody=VALUE' -- 'NOOP ${nobody}'
	wrong_line 64 "no closing '}'" '$${' -- 'NOOP ${open'
	wrong_line 64 malformed -- 'NOOP ${a b}'
	wrong_line 64 malformed -- 'NOOP ${}'
	wrong_line 64 "argument 1 is missing" -- 'NOOP ${1}'
}

@test "escapes in \\raw" {
	wrong_line 64 '\q' -- '\raw \q'
	wrong_line 64 '\x' -- '\raw \x'
	wrong_line 64 '\x' -- '\raw \xg'
}

@test "no output: 73, and no more is said to the server" {
	run -73 bash -c '"$0" --sandbox -c NOOP >/dev/full' "$SMTPSH"
	has "cannot write to standard output: No space left on device"
	run -73 bash -c '"$0" --sandbox -c NOOP >&-' "$SMTPSH"
	run -73 bash -c '"$0" --help >/dev/full' "$SMTPSH"
	run -73 bash -c '"$0" --explain 550 >/dev/full' "$SMTPSH"
	run -73 bash -c '"$0" --sandbox --format json -c NOOP >/dev/full' "$SMTPSH"
	run -73 bash -c '"$0" --sandbox --format tap -c NOOP >/dev/full' "$SMTPSH"
	run -73 "$SMTPSH" --sandbox -q --record /dev/full -c NOOP
	run -73 "$SMTPSH" --sandbox -q --junit /dev/full -c NOOP
	run -0 bash -c '"$0" --sandbox -q -c NOOP >&-' "$SMTPSH"
	run -0 bash -c '"$0" --sandbox -c NOOP 2>&-' "$SMTPSH"
	run -73 bash -c '"$0" --sandbox -c NOOP <&- >&- 2>&-' "$SMTPSH"
}

@test "mail that went out is told where the output could not be written" {
	serve --maildir md
	printf 'Subject: x\n\nhi\n' >message
	run -73 bash -c '"$@" <message >/dev/full' - "$SMTPSH" --from a@x.example --to b@y.example 127.0.0.1:"$PORT"
	has "cannot write to standard output: No space left on device" "mail went out all the same: accepted 1"
	run -73 bash -c '"$@" >/dev/full' - "$SMTPSH" --from a@x.example --to b@y.example --eml message --eml message 127.0.0.1:"$PORT"
	has "mail went out all the same: 1 message, " "accepted 1" # the second is not begun
	run -73 bash -c '"$@" <message >/dev/full' - "$SMTPSH" --from a@x.example --to b@y.example --quit-after rcpt 127.0.0.1:"$PORT"
	[[ $output != *"mail went out"* ]]
}

@test "a reader that has gone ends the lines, not a message" {
	serve --maildir md
	yes NOOP | head -n 20000 >many
	run -0 bash -c '"$0" 127.0.0.1:$1 <many 2>err | head -n 1; [ ${PIPESTATUS[0]} = 73 ]' "$SMTPSH" "$PORT"
	grep -q 'Broken pipe' err
	soon grep -q 'S: QUIT' server
	[ "$(grep -c 'S: NOOP' server)" -lt 10000 ]
	{
		printf 'MAIL FROM:<a@x.example>\nRCPT TO:<b@y.example>\nDATA\n'
		head -n 5000 many
		printf '.\n'
	} >one
	run -73 bash -c '"$0" 127.0.0.1:$1 <one >/dev/full' "$SMTPSH" "$PORT"
	run -73 bash -c '"$0" --from a@x.example --to b@y.example --body hi 127.0.0.1:$1 >/dev/full' "$SMTPSH" "$PORT"
	[ "$(find md/b@y.example/new -type f | wc -l)" = 1 ]
}

@test "no home, an odd locale" {
	ends 0 env -u HOME -u XDG_STATE_HOME LC_ALL=nonsense "$SMTPSH" --sandbox -c NOOP
	ends 69 env LC_ALL=C "$SMTPSH" --sandbox -c $'NOOP \xff'
	has 'S: NOOP \xff'
}

@test "a start-up file belongs to people's sessions, and never comes from here" {
	mkdir -p .config/smtpsh
	echo 'NOOP from rc' | tee .config/smtpsh/rc >smtpshrc
	cp smtpshrc .smtpshrc
	cp smtpshrc rc
	ends 0 "$SMTPSH" --sandbox -c NOOP
	lacks "from rc"
	ends 0 "$SMTPSH" --sandbox <<<NOOP
	lacks "from rc"
}

@test "what can be known of a file is known before any of it is sent" {
	printf '250 /(un/\n' >inner
	local line
	for line in '\\frob x' '\\s' '\\expect' '\\include' '\\include inner' '\\starttls now please'; do
		printf 'NOOP\n250\n%s\n' "$line" >f
		ends 65 "$SMTPSH" --sandbox -f f
		lacks "S: NOOP"
	done
	printf 'NOOP\n250\n\\include absent\n' >f
	ends 66 "$SMTPSH" --sandbox -f f
	lacks "S: NOOP"
	tells "f:3:" absent
	# A pipe is read once, and what \record writes is not there before.
	mkfifo pipe
	printf 'NOOP\n250\n' >pipe &
	printf 'NOOP\n250\n\\include pipe\n' >f
	ends 0 timeout 20 "$SMTPSH" --sandbox -f f
	has "2 of 2 expectations met"
	printf '\\record made\nNOOP\n250\n\\record\n\\include made\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	# Templates of the file, of what it includes, and variables are fine.
	printf '\\template hail {\nNOOP\n}\n' >inner
	printf '\\include inner\n\\hail\n\\set n 0\n\\sleep ${n:-0}\n\\template again {\n\\hail\n}\n\\again\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	[ "$(grep -c '^S: NOOP' <<<"$output")" = 2 ]
}

# malformed LINE FILE PIPE WORDS TEMPLATE MOCK: how it ends on each front; it is
# never sent, and nothing behind it.
malformed() {
	local line=$1 got
	shift
	printf '%s\nRSET\n' "$line" >f
	printf '\\include f\n' >included
	printf '\\template t {\n%s\nRSET\n}\n\\t\n' "$line" >template
	got=()
	run "$SMTPSH" --sandbox -f f
	got+=("$status")
	unsent
	run "$SMTPSH" --sandbox -f included
	[ "$status" = "${got[0]}" ]
	unsent
	run "$SMTPSH" --sandbox <f
	got+=("$status")
	unsent
	run "$SMTPSH" --sandbox -c "$line" -c RSET
	got+=("$status")
	unsent
	run "$SMTPSH" --sandbox -f template
	got+=("$status")
	unsent
	run "$SMTPSH" --mock f -c NOOP
	got+=("$status")
	[ "${got[*]}" = "$*" ] && return
	echo "$line: ${got[*]}, not $*"
	return 1
}

unsent() {
	[[ $output != *"S: RSET"* && $output != *"S: $line"* ]] && return
	echo "sent: $output"
	return 1
}

@test "what is malformed, on every front" {
	malformed '\frob x' 65 64 64 64 65
	malformed '\expect' 65 64 64 64 65
	malformed '\sleep x' 65 64 64 64 65
	malformed '\starttls now please' 65 64 64 64 65
	malformed '\raw \q' 65 64 64 64 65
	malformed '250 /(un/' 65 65 65 65 65
	malformed 'R: 2x5y' 65 65 65 65 65
	malformed 'NOOP ${' 64 64 64 64 65
	malformed 'NOOP ${nosuch}' 64 64 64 64 65
	malformed '\set timeout x' 64 64 64 64 65
	malformed '\include absent' 66 66 66 66 66
	malformed '\send absent' 66 66 66 66 65
}
