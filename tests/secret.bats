#!/usr/bin/env bats
# AUTH by every mechanism the receiver offers, and the password nowhere: not on
# the screen, in records, machine forms, errors or the receiver's log.

bats_require_minimum_version 1.5.0

load helper.bash
load pty.bash

setup() {
	smtpsh_setup
	SECRET='S3same%41 open'
	printf '%s\n' "$SECRET" >password
	chmod 600 password
	B64=$(printf %s "$SECRET" | base64)
	PLAIN=$(printf '\0smith\0%s' "$SECRET" | base64)
}

teardown() {
	pty_end
	[ -z "${WAITS:-}" ] || kill -KILL "$WAITS" 2>/dev/null || true
	serve_stop
}

# A receiver that knows smith; AUTH under TLS, and in clear where asked for.
# shellcheck disable=SC2120,SC2119
serve_auth() {
	serve --self-signed --user smith --password-file password
}

# As smith.
client() {
	"$SMTPSH" "127.0.0.1:$PORT" --auth-user smith --auth-password-file password "$@"
}

# Over TLS; whose certificate it is does not matter here.
client_tls() {
	client --tls --tls-verify no "$@"
}

# None of the files, nor what was said, gives it away.
kept() {
	local f said
	for f; do
		[ -e "$f" ]
		! grep -aFq -e "$SECRET" -e "$B64" -e "$PLAIN" "$f" || {
			echo "the secret is in $f:"
			cat "$f"
			return 1
		}
	done
	for said in "$output" "$stderr"; do
		[[ $said != *"$SECRET"* && $said != *"$B64"* && $said != *"$PLAIN"* ]] || {
			echo "the secret is in: $said"
			return 1
		}
	done
}

# shows_for MECHANISM OPTION...: it authenticates, and nothing is given away.
shows_for() {
	local mech=$1
	shift
	rm -f record
	ends 0 client "$@" --auth "$mech" --record record -c NOOP
	has "authenticated as smith by $mech" "R: 235"
	kept record server
}

@test "every mechanism under TLS" {
	serve_auth
	local m
	for m in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS; do
		shows_for $m --tls --tls-verify no
	done
	ends 0 client_tls --auth -c NOOP
	has "authenticated as smith by SCRAM-SHA-256-PLUS"
}

@test "every mechanism in clear, when the user insists" {
	serve --auth-insecure --user smith --password-file password
	local m
	for m in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
		shows_for $m --auth-insecure
	done
}

@test "what is said in AUTH is shown decoded, without the secret" {
	serve_auth
	ends 0 client_tls --auth PLAIN -c NOOP
	has 'S: AUTH PLAIN ***' 'decoded: \0smith\0***'
	ends 0 client_tls --auth LOGIN -c NOOP
	has 'challenge, decoded: Password:' 'response, decoded: smith' 'response, decoded: ***'
	ends 0 client_tls --auth CRAM-MD5 -c NOOP
	has 'challenge, decoded: <' 'response, decoded: smith ***'
	[[ $output != *"decoded: smith "[0-9a-f]* ]]
	# What proves the password would let it be guessed without the server.
	ends 0 client_tls --auth SCRAM-SHA-256 -c NOOP
	has ',p=***'
	[[ ! $output =~ ,p=[A-Za-z0-9] ]]
}

@test "JSON, TAP and JUnit give nothing away either" {
	serve_auth
	ends 0 client_tls --auth PLAIN --format json --junit junit.xml -c NOOP
	kept junit.xml
	jq -se 'any(.[]; .secret == true)' <<<"$output"
	ends 0 client_tls --auth LOGIN --format tap -c NOOP
	kept junit.xml
}

@test "a wrong password is 77, and no other mechanism is tried" {
	serve_auth
	echo wrong >other
	chmod 600 other
	ends 77 client_tls --auth --auth-password-file other -c NOOP
	[ "$(grep -c '^S: AUTH' <<<"$output")" = 1 ]
	has "R: 535"
	lacks "S: NOOP"
	ends 77 client_tls --auth LOGIN --auth-user jones -c NOOP
	[ "$(grep -c '^S: AUTH' <<<"$output")" = 1 ]
	lacks "S: AUTH PLAIN"
}

@test "in clear nothing that can be read is sent unasked" {
	serve --auth-insecure --user smith --password-file password
	ends 77 client --auth PLAIN -c NOOP
	tells PLAIN "--auth-insecure"
	lacks "S: AUTH" "S: NOOP"
	ends 77 client --auth LOGIN -c NOOP
	lacks "S: AUTH"
	ends 0 client --auth -c NOOP
	has "by SCRAM-SHA-256"
}

# A server that offers PLAIN and LOGIN and answers so.
mock() {
	cat >mock.smtp <<END
R: 220 mock.example
S: EHLO x
R: 250-mock.example
R: 250 AUTH PLAIN LOGIN
S: AUTH PLAIN ***
R: $1
S: NOOP
R: 250 said $SECRET again
S: QUIT
R: 221 bye
END
}

@test "a server that says the secret back is not repeated" {
	mock "535 5.7.8 not $SECRET nor $B64 nor $PLAIN"
	ends 77 "$SMTPSH" --mock mock.smtp --auth PLAIN --auth-user smith --auth-password-file password \
		--auth-insecure --record record -c NOOP
	has "R: 535 5.7.8 not *** nor *** nor ***"
	kept record
	mock "235 hello $SECRET"
	ends 0 "$SMTPSH" --mock mock.smtp --auth PLAIN --auth-user smith --auth-password-file password \
		--auth-insecure --record record --format json -c NOOP
	has "said *** again"
	kept record
}

@test "nor do the figures of a load" {
	mock "535 5.7.8 not $SECRET nor $B64"
	serve --mock mock.smtp
	ends 77 "$SMTPSH" --load --sessions 1 --messages 1 --to b@here.example \
		--auth PLAIN --auth-user smith --auth-password-file password \
		--auth-insecure --hdr log.hdr --html page.html 127.0.0.1:"$PORT"
	has "535 5.7.8 not *** nor ***"
	kept log.hdr page.html
	serve_stop
	# What is cut off to fit is cut behind that.
	mock "535 5.7.8 this is a text of thirty chars $SECRET"
	serve --mock mock.smtp
	ends 77 "$SMTPSH" --load --sessions 1 --messages 1 --to b@here.example \
		--auth PLAIN --auth-user smith --auth-password-file password \
		--auth-insecure 127.0.0.1:"$PORT"
	has "of thirty chars ***"
	serve_stop
	# In a file that expects something else, too.
	mock "235 hello $SECRET"
	printf 'NOOP\nR: 251\n' >other.smtp
	serve --mock mock.smtp
	ends 1 "$SMTPSH" --load --sessions 1 --messages 1 -f other.smtp \
		--auth PLAIN --auth-user smith --auth-password-file password \
		--auth-insecure --format json --hdr log.hdr 127.0.0.1:"$PORT"
	has "said *** again"
	kept log.hdr
}

@test "a server that says back what proves the password is not repeated" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	cat >back.py <<'END'
import base64, sys
say = lambda s: (sys.stdout.write(s + "\r\n"), sys.stdout.flush())
say("220 x")
for line in sys.stdin:
    line = line.strip()
    if line.startswith("EHLO"):
        say("250-x\r\n250 AUTH CRAM-MD5 DIGEST-MD5")
    elif line == "AUTH CRAM-MD5":
        say("334 " + base64.b64encode(b"<1.2@x>").decode())
        got = sys.stdin.readline().strip()
        text = base64.b64decode(got).decode()
        print(text.split()[-1], got, sep="\n", file=open("proof", "w"))
        say("535-5.7.8 no: " + got + "\r\n535 5.7.8 no: " + text)
    elif line == "QUIT":
        say("221 x")
        break
    else:
        say("250 x")
END
	ends 77 "$SMTPSH" --pipe "python3 back.py" --auth CRAM-MD5 --auth-user smith \
		--auth-password-file password --record record -c NOOP
	has "535-5.7.8 no: ***" "5.7.8 no: smith ***"
	[ "$(wc -l <proof)" = 2 ]
	run ! grep -F -f proof record
	run ! grep -F -f proof <<<"$output$stderr"
}

@test "typed by hand it is hidden all the same, and when it comes back" {
	mock "535 5.7.8 not $SECRET nor $B64 nor $PLAIN"
	ends 69 "$SMTPSH" --mock mock.smtp --record record -c 'EHLO x' -c "AUTH PLAIN $PLAIN"
	has "S: AUTH PLAIN ***" "not *** nor *** nor ***"
	kept record
	cat >mock.smtp <<END
R: 220 mock.example
S: EHLO x
R: 250-mock.example
R: 250 AUTH LOGIN
S: AUTH LOGIN
R: 334 VXNlcm5hbWU6
S: c21pdGg=
R: 334 UGFzc3dvcmQ6
S: $B64
R: 535 not $SECRET
S: QUIT
R: 221 bye
END
	printf 'EHLO x\nAUTH LOGIN\nc21pdGg=\n%s\n' "$B64" >typed
	ends 69 "$SMTPSH" --mock mock.smtp --record record <typed
	has "R: 535 not ***"
	kept record
}

@test "an expectation that is missed does not tell it" {
	mock "535 no"
	printf 'S: EHLO x\nR: 250\nS: AUTH PLAIN %s\nR: 235 %s\n' "$PLAIN" "$SECRET" >f
	ends 1 "$SMTPSH" --mock mock.smtp -f f --junit junit.xml
	kept junit.xml
	serve_auth
	ends 0 client_tls -f f --record record
	kept record server
}

@test "a password file: of its owner alone, one line end is not part of it" {
	serve_auth
	chmod 644 password
	ends 66 client_tls --auth -c NOOP
	tells password
	lacks "S: AUTH" "S: NOOP"
	chmod 600 password
	printf '%s' "$SECRET" >password
	ends 0 client_tls --auth PLAIN -c NOOP
	printf '%s\n\n' "$SECRET" >password
	ends 77 client_tls --auth PLAIN -c NOOP
	ends 66 client_tls --auth --auth-password-file absent -c NOOP
	tells absent
	lacks "S: NOOP"
}

@test "other ways to the password: a descriptor, a command, ~/.netrc" {
	serve_auth
	local to=("$SMTPSH" "127.0.0.1:$PORT" --tls --tls-verify no --auth PLAIN -c NOOP)
	ends 0 "${to[@]}" --auth-user smith --auth-password-fd 7 7<password
	kept
	ends 0 "${to[@]}" --auth-user smith --auth-password-command 'cat password'
	kept
	ends 66 "${to[@]}" --auth-user smith --auth-password-command 'exit 3'
	lacks "S: AUTH"
	printf 'machine 127.0.0.1 login smith password "%s"\n' "$SECRET" >.netrc
	chmod 600 .netrc
	ends 0 "${to[@]}" --netrc
	kept
	chmod 644 .netrc
	ends 66 "${to[@]}" --netrc
	tells netrc
	# Nothing to ask on: no terminal.
	ends 64 setsid "${to[@]}" --auth-user smith </dev/null
	lacks "S: AUTH"
}

@test "a standard input that carries the script never carries the password" {
	serve_auth
	ends 66 "$SMTPSH" "127.0.0.1:$PORT" --tls --tls-verify no --auth PLAIN --auth-user smith --auth-password-fd 0 <password
	lacks "S: AUTH"
	kept
}

@test "\\auth in a file, and raw lines where AUTH does not belong" {
	serve_auth
	printf 'S: STARTTLS\nR: 220\nS: EHLO x\nR: 250\n\\auth PLAIN smith\nS: NOOP\nR: 250\n' >f
	ends 0 client --tls-verify no -f f
	has "authenticated as smith by PLAIN"
	kept
	ends 69 "$SMTPSH" --sandbox -c 'AUTH PLAIN' -c 'AUTH NONSENSE x' -c 'AUTH' -c NOOP
	[ "$(grep -c '^R: 50' <<<"$output")" = 3 ]
	has "S: NOOP"
}

@test "\\base64 and \\unbase64" {
	ends 0 "$SMTPSH" --sandbox --no-remarks -c '\base64 Username:' -c '\unbase64 UGFzc3dvcmQ6'
	has "VXNlcm5hbWU6" "Password:"
	ends 64 "$SMTPSH" --sandbox -c '\unbase64 !!!'
	tells "no base64"
}

@test "the receiver: broken base64, a cancelled exchange, too many mistakes" {
	serve --auth-insecure --user smith --password-file password
	ends 69 "$SMTPSH" "127.0.0.1:$PORT" -c 'EHLO x' -c 'AUTH PLAIN !!!' -c 'AUTH PLAIN' -c '*' -c 'AUTH LOGIN' -c '*' -c NOOP
	[ "$(grep -c '^R: 501' <<<"$output")" = 3 ]
	has "S: NOOP"
	{
		echo 'EHLO x'
		for i in {1..30}; do echo "AUTH PLAIN $(printf '\0smith\0%d' $i | base64)"; done
	} >guesses
	ends 75 "$SMTPSH" "127.0.0.1:$PORT" <guesses
	has "R: 421"
	[ "$(grep -c '^R: 535' <<<"$output")" -le 20 ]
	ends 64 "$SMTPSH" --serve 0 --user smith
	tells --password-file
	ends 64 "$SMTPSH" --serve 0 --user smith --password-file password
	tells --auth-insecure
}

@test "AUTH that stands anywhere in a line is hidden in every sink and error" {
	local line
	for line in " ~> AUTH PLAIN $PLAIN" "S:  AUTH PLAIN $PLAIN" "smtp> auth plain $PLAIN" \
		"\\raw  AUTH PLAIN $PLAIN\\r\\n"; do
		rm -f record junit.xml
		run "$SMTPSH" --sandbox --no-rc --record record --junit junit.xml -c "$line" </dev/null
		has '***'
		kept record junit.xml
		grep -iq 'auth plain \*\*\*' record
		run "$SMTPSH" --sandbox --no-rc --format json -c "$line" </dev/null
		has 'AUTH' || has 'auth'
		kept
	done
	echo "R: AUTH PLAIN $PLAIN" >f.smtp
	ends 65 "$SMTPSH" --sandbox -f f.smtp
	tells "f.smtp:1"
	kept
}

@test "a password in a URL is refused and not repeated" {
	ends 64 "$SMTPSH" 'smtp://smith:hunter2@127.0.0.1:25' -c NOOP
	tells "smtp://smith:***@127.0.0.1:25" --auth-user
	[[ $stderr != *hunter2* ]]
	ends 64 "$SMTPSH" --format json --sandbox -c '\connect smith:hunter2@127.0.0.1'
	lacks hunter2
	[[ $stderr != *hunter2* ]]
	ends 0 "$SMTPSH" --print-config mail.example --proxy socks5://smith:hunter2@127.0.0.1:1080
	has 'proxy socks5://smith:***@127.0.0.1:1080'
	lacks hunter2
}

@test "nor is one behind a word that was to be AUTH, or an option that is none" {
	printf 'AUHT PLAIN %s\n' "$PLAIN" >slip.smtp
	ends 65 "$SMTPSH" --sandbox -f slip.smtp
	has_in "$stderr" "slip.smtp:1:" "did you mean AUTH?"
	kept
	ends 64 "$SMTPSH" --sandbox --auth-password="$SECRET"
	has_in "$stderr" "unknown option --auth-password:"
	kept
}

# waits_with OPTION...: a session in the background that waits for its password.
waits_with() {
	"$SMTPSH" "127.0.0.1:$PORT" --auth PLAIN --auth-user smith --auth-insecure "$@" -c NOOP \
		</dev/null >out 2>&1 3>&- &
	WAITS=$!
}

gone() {
	! kill -0 "$WAITS" 2>/dev/null
}

# dies_of SIGNAL STATUS: it ends, with that status.
dies_of() {
	local got=0
	kill -s "$1" "$WAITS"
	soon gone
	wait "$WAITS" || got=$?
	WAITS=
	[ "$got" = "$2" ] || { echo "$1: status $got"; cat out; return 1; }
}

@test "a signal ends the wait for a password, wherever it comes from" {
	serve --auth-insecure --user smith --password-file password
	mkfifo -m 600 quiet started
	exec 8<>quiet
	local sig
	for sig in TERM:143 HUP:129; do
		waits_with --auth-password-fd 8
		soon grep -q 'R: 250' out
		dies_of "${sig%:*}" "${sig#*:}"
		waits_with --auth-password-command 'echo >started; exec sleep 60'
		read -r <started
		dies_of "${sig%:*}" "${sig#*:}"
	done
	exec 8>&-
	# Opening it to write waits until it is open to be read.
	for sig in TERM:143 HUP:129; do
		waits_with --auth-password-file quiet
		exec 9>quiet
		dies_of "${sig%:*}" "${sig#*:}"
		exec 9>&-
	done
	waits_with --auth-password-file quiet
	exec 9>quiet
	printf '%s' "${SECRET:0:5}" >&9
	printf '%s\n' "${SECRET:5}" >&9
	exec 9>&-
	wait "$WAITS"
	WAITS=
	grep -q 'authenticated as smith' out
}

@test "asked on a terminal: shown again after whatever signal" {
	serve --auth-insecure --user smith --password-file password
	local sig
	for sig in QUIT:131 TERM:143 HUP:129 INT:130; do
		pty_start 80 "$SMTPSH" "127.0.0.1:$PORT" --auth PLAIN --auth-user smith \
			--auth-insecure -c NOOP
		pty_see "password of smith"
		pty_type never
		kill -s "${sig%:*}" "$(pty_pid)"
		pty_see "[status ${sig#*:}]"
		pty_type shown
		pty_see shown
		pty_lacks never
		pty_end
	done
	pty_start 80 "$SMTPSH" "127.0.0.1:$PORT" --auth PLAIN --auth-user smith \
		--auth-insecure -c NOOP
	pty_see "password of smith"
	pty_type "$SECRET"
	pty_keys Enter
	pty_see "authenticated as smith"
	pty_lacks "$SECRET"
}

@test "~/.netrc: comments and macros are no entries; whose it is counts" {
	serve --auth-insecure --user smith --password-file password
	local to=("$SMTPSH" "127.0.0.1:$PORT" --auth PLAIN --auth-insecure --netrc -c NOOP)
	printf '# machine 127.0.0.1 login bad password bad\nmacdef x\nmachine 127.0.0.1 login bad password bad\n\nmachine 127.0.0.1 login smith password "%s"\n' \
		"$SECRET" >.netrc
	chmod 600 .netrc
	ends 0 "${to[@]}"
	has "authenticated as smith"
	chmod 620 .netrc
	ends 66 "${to[@]}"
	tells .netrc "written by others" "chmod 600"
	chmod 600 .netrc
	[ "$(id -u)" = 0 ] || return 0
	chown 65534 .netrc
	ends 66 "${to[@]}"
	tells .netrc "another user's"
	chown 65534 password
	ends 66 client --auth-insecure --auth -c NOOP
	tells password "another user's"
	lacks "S: AUTH"
}
