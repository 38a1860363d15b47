#!/usr/bin/env bats
# The prompt, through a real terminal.

bats_require_minimum_version 1.5.0

load pty.bash

setup() {
	command -v tmux >/dev/null || skip "tmux is not installed"
	SMTPSH=${SMTPSH:-$BATS_TEST_DIRNAME/../smtpsh}
	SMTPSH=$(realpath "$SMTPSH")
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	export INPUTRC=/dev/null LC_ALL=C.UTF-8
	unset XDG_CONFIG_HOME NO_COLOR
	HISTORY=$XDG_STATE_HOME/smtpsh/history
}

teardown() {
	pty_end
}

# The program with the sandbox, on a terminal this wide.
sandbox() {
	pty_start "${1:-80}" "$SMTPSH" --sandbox
	pty_at "Beta.ARPA>"
}

# A server that answers as a test needs it; what is written to the file "late"
# comes unasked, and "close" there closes.
server() {
	mkfifo late
	cat >server.sh <<'SH'
exec 2>/dev/null
exec 3<>late
printf '220 fake.example ready\r\n'
while read -r x <&3; do
	[ "$x" = close ] && { kill $$; exit; }
	printf '%s\r\n' "$x"
done &
trap '' INT
while read -r x; do
	case $x in
	EHLO*) printf '250-fake.example\r\n250-SIZE 99\r\n250 AUTH LOGIN\r\n' ;;
	AUTH*) printf '334 UGFzc3dvcmQ6\r\n' ;;
	c2Vz*) printf '235 welcome\r\n' ;;
	STALL*) ;;
	QUIT*) printf '221 bye\r\n'; kill $!; exit ;;
	*) printf '250 ok\r\n' ;;
	esac
done
kill $!
SH
	pty_start 80 "$SMTPSH" --pipe "exec sh server.sh"
	pty_at "fake.example>"
}

kept() {
	mkdir -p "${HISTORY%/*}"
	printf '%s\n' "$@" >"$HISTORY"
}

@test "Tab completes a verb with what belongs to it, and keeps the case of an address" {
	sandbox
	pty_type "mai"
	pty_keys Tab
	pty_type "Smith@Alpha.ARPA>"
	pty_see "Beta.ARPA> MAIL FROM:<Smith@Alpha.ARPA>"
	pty_keys Enter
	pty_at "Beta.ARPA [mail]>"
	pty_has "R: 250"
}

@test "Tab twice lists what makes sense now first" {
	sandbox
	pty_keys Tab Tab
	pty_see STARTTLS
	run pty_screen
	# Columns are read downwards.
	[[ $output =~ HELO.*MAIL ]]
	pty_at "Beta.ARPA>"
	pty_type "r"
	pty_keys Tab Tab
	pty_see "RSET       RCPT TO:<"
	pty_at "Beta.ARPA> r"
}

@test "Tab offers addresses of earlier sessions" {
	kept "MAIL FROM:<Smith@Alpha.ARPA>" "RCPT TO:<Jones@Beta.ARPA>"
	sandbox
	pty_type "MAIL FROM:<s"
	pty_keys Tab
	pty_see "MAIL FROM:<Smith@Alpha.ARPA>"
	pty_keys Enter
	pty_at "Beta.ARPA [mail]>"
	pty_type "rcpt to:<j"
	pty_keys Tab
	pty_see "to:<Jones@Beta.ARPA>"
}

@test "Tab offers the parameters that EHLO's reply had" {
	sandbox
	pty_type "EHLO Alpha.ARPA"
	pty_keys Enter
	pty_at "Beta.ARPA>"
	pty_type "MAIL FROM:<a@b.example> SI"
	pty_keys Tab
	pty_type "1000 bo"
	pty_keys Tab
	pty_type "8"
	pty_keys Tab
	pty_see "MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME"
}

@test "Tab completes file names, with quotes around blanks" {
	echo Hello >"my mail.eml"
	sandbox
	pty_type '\send my'
	pty_keys Tab
	pty_see 'Beta.ARPA> \send "my mail.eml"'
}

@test "the hint says what is still to come, and leaves nothing behind" {
	sandbox
	pty_type "mail"
	pty_at "Beta.ARPA> mail FROM:<reverse-path>"
	pty_type " fr"
	pty_at "Beta.ARPA> mail frOM:<reverse-path>"
	pty_keys Left Left
	pty_at "Beta.ARPA> mail fr"
	pty_keys End
	pty_at "Beta.ARPA> mail frOM:<reverse-path>"
	pty_keys C-u
	pty_at "Beta.ARPA>"
	pty_type "hel"
	pty_type "p"
	pty_at "Beta.ARPA> help [COMMAND]"
	pty_keys Enter
	pty_see "R: 214"
	pty_has "Beta.ARPA> help"
	pty_lacks "Beta.ARPA> help ["
}

@test "a hint never leaves its row" {
	sandbox 40
	pty_type '\mail Smith@Alpha.ARPA'
	pty_at 'Beta.ARPA> \mail Smith@Alpha.ARPA [P...'
	pty_type " SIZE=1"
	pty_at 'Beta.ARPA> \mail Smith@Alpha.ARPA SIZE=1'
	pty_keys C-u
	pty_at "Beta.ARPA>"
}

@test "no hint on a dumb terminal or without colour" {
	pty_start 80 env TERM=dumb "$SMTPSH" --sandbox
	pty_at "Beta.ARPA>"
	pty_type "mail x"
	pty_see "mail x"
	pty_lacks "reverse-path"
	pty_end
	pty_start 80 env NO_COLOR=1 "$SMTPSH" --sandbox
	pty_at "Beta.ARPA>"
	pty_type "mail"
	pty_at "Beta.ARPA> mail"
}

@test "history lasts, is nobody else's, and knows no secret" {
	sandbox
	pty_type "NOOP first"
	pty_keys Enter
	pty_see "R: 250"
	pty_type " NOOP blank"
	pty_keys Enter
	pty_type "AUTH PLAIN AHNlc2FtZQBvcGVu"
	pty_keys Enter
	pty_see "R: 50"
	pty_type '\set password sesame'
	pty_keys Enter
	pty_type "NOOP second"
	pty_keys Enter
	pty_keys Up Enter
	pty_keys C-d
	pty_see "[status"
	[ "$(stat -c %a "$HISTORY")" = 600 ]
	[ "$(stat -c %a "${HISTORY%/*}")" = 700 ]
	[ "$(cat "$HISTORY")" = $'NOOP first\nNOOP second' ]
	pty_end
	sandbox
	pty_keys Up Up
	pty_see "Beta.ARPA> NOOP first"
}

@test "a history that is a link is told of and left alone" {
	mkdir -p "${HISTORY%/*}"
	echo precious >target
	ln -s "$PWD/target" "$HISTORY"
	pty_start 200 "$SMTPSH" --sandbox
	pty_see "symbolic link"
	pty_at "Beta.ARPA>"
	pty_type "NOOP"
	pty_keys Enter
	pty_see "R: 250"
	pty_keys C-d
	pty_see "[status"
	[ "$(cat target)" = precious ]
}

@test "mail text has a prompt of its own and stays out of the history" {
	sandbox
	pty_type "MAIL FROM:<Smith@Alpha.ARPA>"
	pty_keys Enter
	pty_at "Beta.ARPA [mail]>"
	pty_type "RCPT TO:<Jones@Beta.ARPA>"
	pty_keys Enter
	pty_at "Beta.ARPA [rcpt]>"
	pty_type "DATA"
	pty_keys Enter
	pty_until pty_has "data>"
	pty_type "Dear Jones"
	pty_keys Enter
	pty_type "."
	pty_keys Enter
	pty_at "Beta.ARPA>"
	pty_keys C-d
	pty_see "[status 0]"
	run ! grep -q Dear "$HISTORY"
	grep -qx DATA "$HISTORY"
}

@test "what answers a password's challenge is not shown and not kept" {
	server
	pty_type "EHLO me"
	pty_keys Enter
	pty_see "R: 250"
	pty_type "AUTH LOGIN"
	pty_keys Enter
	pty_until pty_has "auth>"
	pty_type "c2VzYW1l"
	pty_keys Enter
	pty_see "R: 235"
	pty_lacks "c2Vz"
	pty_keys C-d
	pty_see "[status"
	run ! grep -q c2Vz "$HISTORY"
}

@test "Ctrl-C gives up the line, not the program" {
	sandbox
	pty_type "MAIL FROM:<nobody"
	pty_see "<nobody"
	pty_keys C-c
	pty_see "<nobody^C"
	pty_at "Beta.ARPA>"
	pty_type "NOOP"
	pty_keys Enter
	pty_see "R: 250"
	pty_lacks "R: 50"
}

@test "Ctrl-C in mail text: the connection is gone, and nothing was mailed" {
	sandbox
	pty_type "MAIL FROM:<a@b.example>"
	pty_keys Enter
	pty_at "Beta.ARPA [mail]>"
	pty_type "RCPT TO:<Jones@Beta.ARPA>"
	pty_keys Enter
	pty_at "Beta.ARPA [rcpt]>"
	pty_type DATA
	pty_keys Enter
	pty_see "data>"
	pty_type text
	pty_keys Enter
	pty_see "data> text"
	pty_keys C-c
	pty_see "# closed: the mail text was not ended, nothing was mailed"
	pty_at "smtpsh>"
}

@test "not connected: what to do is said" {
	pty_start 80 "$SMTPSH"
	pty_at "smtpsh>"
	pty_type help
	pty_keys Enter
	pty_see "\\help lists"
	pty_end
	pty_start 80 "$SMTPSH" --pipe 'exit 1'
	pty_see "# not connected: \\connect tries again, \\quit leaves"
	pty_at "smtpsh>"
}

@test "Ctrl-C ends a wait" {
	server
	pty_type "STALL"
	pty_keys Enter
	pty_see "> STALL"
	pty_keys C-c
	pty_see "interrupted"
	pty_at "fake.example>"
	echo "250 at last" >late
	pty_see "R: 250 at last"
	pty_at "fake.example>"
	pty_type "NOOP"
	pty_keys Enter
	pty_see "R: 250"
}

@test "a late 421 appears above the line being edited" {
	server
	pty_type "MAIL FROM:<me@exam"
	pty_see "me@exam"
	echo "421 4.4.2 idle too long" >late
	pty_see "R: 421 4.4.2 idle too long"
	pty_until pty_last_has "MAIL FROM:<me@exam"
	echo close >late
	pty_see "closed by the server"
	pty_until pty_last_has "smtpsh> MAIL FROM:<me@exam>"
	pty_type "ple"
	pty_until pty_last_has "smtpsh> MAIL FROM:<me@example>"
	run pty_screen
	[ "$(grep -c "MAIL FROM" <<<"$output")" = 1 ]
}

@test "Ctrl-D says QUIT and leaves" {
	sandbox
	pty_keys C-d
	pty_see "R: 221"
	pty_see "[status 0]"
}

@test "pasted lines run one after the other" {
	sandbox
	pty_type "HELO Alpha.ARPA"
	pty_keys Enter
	pty_at "Beta.ARPA>"
	pty_paste $'MAIL FROM:<Smith@Alpha.ARPA>\nRCPT TO:<Jones@Beta.ARPA>\n'
	pty_see "RCPT TO:<Jones@Beta.ARPA>"
	pty_lacks "[mail]"
	pty_keys Enter
	pty_at "Beta.ARPA [rcpt]>"
}

@test "inputrc is honoured, under the name smtpsh" {
	# shellcheck disable=SC2016
	printf '$if smtpsh\n"\\C-xn": "NOOP works"\n$endif\n' >inputrc
	export INPUTRC=$PWD/inputrc
	sandbox
	pty_keys C-x n
	pty_see "Beta.ARPA> NOOP works"
}

@test "Ctrl-Z stops, fg goes on with the same line" {
	pty_start 80 bash --norc --noprofile -i
	pty_type "PS1='bash: '; $SMTPSH --sandbox"
	pty_keys Enter
	pty_at "Beta.ARPA>"
	pty_type "NOOP half"
	pty_see "NOOP half"
	pty_keys C-z
	pty_see "Stopped"
	pty_type "fg"
	pty_keys Enter
	pty_at "Beta.ARPA> NOOP half"
	pty_type "way"
	pty_keys Enter
	pty_see "R: 250"
	pty_has "NOOP halfway"
	pty_keys C-d
	pty_at "bash:"
}

@test "a narrower terminal keeps the line" {
	sandbox
	pty_type "NOOP abcdefghijklmnopqrstuvwxyz"
	pty_see "xyz"
	pty_resize 60
	pty_at "Beta.ARPA> NOOP abcdefghijklmnopqrstuvwxyz"
	pty_keys BSpace
	pty_at "Beta.ARPA> NOOP abcdefghijklmnopqrstuvwxy"
}

@test "SIGTERM leaves with its status and keeps the history" {
	sandbox
	pty_type "NOOP"
	pty_keys Enter
	pty_see "R: 250"
	pty_at "Beta.ARPA>"
	kill "$(pty_pid)"
	pty_see "[status 143]"
	grep -qx NOOP "$HISTORY"
}

@test "\help is the pager's where it is longer than the screen, and names keys and manual" {
	PAGER='sed s/^/PG:/' sandbox
	pty_type '\?'
	pty_keys Enter
	pty_see 'PG:The manual says it all: man smtpsh'
	pty_has 'PG:  Tab  '
	pty_at "Beta.ARPA>"
	# What fits is shown, and so is all where the pager cannot be run.
	pty_type '\help noop'
	pty_keys Enter
	pty_see "NOOP"
	pty_at "Beta.ARPA>"
	pty_end
	PAGER=/nonexistent sandbox
	pty_type '\h'
	pty_keys Enter
	pty_see 'man smtpsh'
	pty_lacks 'PG:'
	pty_at "Beta.ARPA>"
}

@test "quit and exit leave where no server is connected, and go to it where one is" {
	pty_start 80 "$SMTPSH"
	pty_at "smtpsh>"
	pty_type quit
	pty_keys Enter
	pty_see "[status 0]"
	pty_end
	sandbox
	pty_type quit
	pty_keys Enter
	pty_see "R: 221"
	pty_at "smtpsh>"
	pty_type EXIT
	pty_keys Enter
	pty_see "[status 0]"
}

@test "a long wait is told: whom it is for, how long at most, and how to end it" {
	server
	pty_type STALL
	pty_keys Enter
	pty_see "# waiting for the reply to 'STALL' from"
	pty_has "at most 5 min"
	pty_has "Ctrl-C"
	pty_keys C-c
	pty_see interrupted
	pty_at "fake.example>"
	pty_end
	printf 'printf "220 x\\r\\n"; cat >/dev/null\n' >mute.sh
	pty_start 80 "$SMTPSH" --pipe "exec sh mute.sh" --timeout 60s -c 'NOOP'
	pty_see "smtpsh: waiting for the reply to NOOP"
	pty_has "at most 60 s"
	pty_keys C-c
	pty_see "[status 130]"
}

@test "errors are broken at words, and a message is cut at 40 lines" {
	pty_start 50 "$SMTPSH" --sandbox
	pty_at "Beta.ARPA>"
	pty_type '\auth NOSUCHMECHANISM'
	pty_keys Enter
	pty_see "smtpsh: prompt:1: "
	pty_at "Beta.ARPA>"
	run pty_screen
	[[ $output == *$'\n  '[a-z]* ]]
	pty_end
	{ printf 'Subject: x\n\n'; printf 'line %d\n' {1..100}; } >m
	pty_start 80 "$SMTPSH" --sandbox --from a@b.example --to Jones@Beta.ARPA --data m
	pty_see "[status 0]"
	pty_has "S: line 38"
	pty_lacks "S: line 39"
	# 61 lines of 9 octets and the last, of 10.
	pty_has "# ... 559 more octets of mail text not shown; \\set text-max shows more"
}

@test "what a command sends is shown, and so is what is implied" {
	sandbox
	pty_type '\test Jones@Beta.ARPA'
	pty_keys Enter
	pty_see "S: ."
	pty_has "S: HELO"
	pty_has "S: DATA"
	pty_has "S: Subject: test"
}
