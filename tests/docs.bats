#!/usr/bin/env bats
# The manual and README.md against the program: what stands in one stands in
# the other, and what they show works.

load helper.bash
load pty.bash

setup() {
	smtpsh_setup
	MANUAL=$ROOT/smtpsh.1
}

teardown() {
	pty_end
}

# A section of the manual, by its title.
section() {
	awk -v title="$1" '/^\.Sh / { on = $0 == ".Sh " title; next } on' \
		"$MANUAL"
}

# Source of mdoc as it shows: "\e" is a backslash, "\&" nothing.
plain() {
	sed 's/\\&//g; s/\\e/\\/g'
}

# The items of a section that begin with a macro: "-s --server HOST".
items() {
	section "$1" | sed -n "s/^\.It $2 //p" | plain |
		sed 's/\(^\| \)Fl /\1/g; s/\(^\| \)-/ --/g; s/ Ar / /; s/ , / /
			s/^\([[:alnum:]]\) /-\1 /; s/^ *//'
}

# some LEAST WORD...: a loop over the words is one over something.
some() {
	local least=$1
	shift
	[ $# -ge "$least" ] && return
	echo "only $# words, expected $least or more: $*"
	return 1
}

# Both are the same list; else what differs is shown: "<" stands in the manual
# only, ">" in the program only.
same() {
	diff <(sort <<<"$1") <(sort <<<"$2")
}

@test "the manual is sound mdoc" {
	command -v mandoc >/dev/null || skip "no mandoc"
	mandoc -Tlint -W warning "$MANUAL"
}

@test "options: manual and table have the same, with the same values" {
	local help rows
	# A row is its left column, unless its text stands on the next line.
	help=$("$SMTPSH" --help | awk '
		function put() { if (row != "") print row; row = "" }
		/^ +-/ { put(); row = $0; next }
		/^ {30}[^ ]/ { whole = row; row = ""; print whole; next }
		{ put() }
		END { put() }' | sed 's/^ *//; s/,//; s/  .*//')
	mapfile -t rows <<<"$help"
	some 70 "${rows[@]}"
	same "$(items OPTIONS Fl)" "$help"
	[ "$(wc -l <<<"$help")" = "$("$SMTPSH" --list options | wc -l)" ]
}

@test "commands: manual and table have the same, with the same arguments" {
	local help
	help=$("$SMTPSH" --list commands | while read -r c; do
		"$SMTPSH" -c "\\help \\$c" | sed -n 's/^# //; 1p'
	done)
	same "$(items COMMANDS Ic)" "$help"
}

@test "settings: manual and table have the same, with the same values" {
	local help
	help=$("$SMTPSH" --list settings | while read -r s; do
		"$SMTPSH" -c "\\set $s" 2>&1 | sed 's/.*\\set //; s/ takes / /'
	done)
	same "$(items SETTINGS Ic)" "$help"
}

@test "verbs: manual and table have the same, with the same syntax" {
	local help
	help=$("$SMTPSH" --list verbs | while read -r v; do
		"$SMTPSH" --explain "$v" | head -n 1
	done)
	same "$(section VERBS | sed -n 's/^\.It Li //p')" "$help"
}

@test "--help and \\help fit 80 columns" {
	[ "$("$SMTPSH" --help | awk 'length > 80 { print } END { print (NR > 80) }')" = 1 ]
	[ "$("$SMTPSH" -c '\help' | sed 's/^# //' |
		awk 'length > 80 { print } END { print (NR > 30) }')" = 1 ]
}

@test "exit status: the manual's and README's are those of the program" {
	local codes
	# 1, 2 and 128+n are no kind of error.
	codes=$(sed -n 's/.*\[ERR_.*= \([0-9]*\),.*/\1/p' "$ROOT/net/core/err.c" |
		sed 's/^130$/128+n/'; printf '1\n2\n')
	same "$(section "EXIT STATUS" | sed -n 's/^\.It //p')" "$codes"
	same "$(sed -n 's/^| \([0-9n+]*\) |.*/\1/p' "$ROOT/README.md")" "$codes"
}

@test "environment: the manual has what the program asks for" {
	same "$(section ENVIRONMENT | sed -n 's/^\.It Ev //p' |
		sed 's/ , /\n/' | grep -vx INPUTRC)" \
		"$(cat "$ROOT"/smtpsh.c "$ROOT"/cmd/*.c "$ROOT"/cmd/*/*.c "$ROOT"/net/*/*.c |
			grep -o 'getenv("[A-Za-z_]*")' | cut -d '"' -f 2 | sort -u)"
}

@test "builtin variables of the manual have a value" {
	local v names
	read -ra names -d '' < <(section VARIABLES | sed -n 's/^\.It Ic //p') || true
	some 6 "${names[@]}"
	for v in "${names[@]}"; do
		NAME=x "$SMTPSH" --sandbox -q -c NOOP -c "NOOP \${$v}"
	done
}

@test "JSON: manual and program have the same events and keys" {
	same "$(section OUTPUT | sed -n 's/^\.\(It \)\{0,1\}Va \([a-z_]*\).*/\2/p' |
		sort -u)" \
		"$(grep -Eo '(o, |\] = )"[a-z_]+"' "$ROOT/cmd/sink/json.c" |
			cut -d '"' -f 2 | sort -u)"
}

# The commands of EXAMPLES, without their "$ ", whole with what belongs to
# them: those that need no host.
examples() {
	section EXAMPLES | plain | awk '
		/^\.Bd/ { on = 1; text = ""; next }
		/^\.Ed/ { on = 0; if (text !~ /example\.(net|org)|--serve/)
			printf "%s", text; next }
		on && !/^\.Pp/ { sub(/^\$ /, ""); text = text $0 "\n" }'
}

@test "examples: each that needs no other host works" {
	examples >all.sh
	[ "$(grep -c 'smtpsh' all.sh)" -ge 8 ]
	mkdir bin
	ln -s "$SMTPSH" bin/smtpsh
	PATH=$PWD/bin:$PATH bash -eux all.sh
}

# How long replies took differs from run to run.
but_time() {
	sed -E 's/ +[0-9.]+ ms$/ T/; s/ +$//' | sed '/^$/d'
}

@test "README's session is what the shell shows" {
	local line
	sed -n '/^\$ .\/smtpsh --sandbox/,/^```/p' "$ROOT/README.md" |
		sed '1d; $d' >want
	export NO_COLOR=1 # no hints either
	pty_start 80 "$SMTPSH" --sandbox
	# What is typed stands behind the prompts, each of which comes first.
	while IFS= read -r line; do
		[[ $line =~ ^((Beta\.ARPA( \[[a-z]+\])?|data)>)\ (.*) ]] ||
			continue
		pty_at "${BASH_REMATCH[1]}"
		pty_type "${BASH_REMATCH[4]}"
		pty_keys Enter
	done <want
	pty_at "Beta.ARPA>"
	tmux -L "$PTY_SOCKET" capture-pane -p -S - | sed '/^Beta.ARPA>$/d' >got
	diff <(but_time <want) <(but_time <got)
}

@test "README's picture is what the terminal shows (make pictures)" {
	local made=0
	SMTPSH=$SMTPSH "$ROOT/tests/picture/make.sh" now.svg || made=$?
	[ "$made" != 77 ] || skip "no tmux or no perl"
	[ "$made" = 0 ]
	diff "$ROOT/tests/picture/relay.svg" now.svg
	grep -q '(tests/picture/relay.svg)' "$ROOT/README.md"
	grep -q 'relaying denied' now.svg
}

@test "README's conversation is a test that passes" {
	sed -n '/^    MAIL FROM/,/^    250|251/s/^    //p' "$ROOT/README.md" >a
	[ "$(wc -l <a)" = 6 ]
	"$SMTPSH" --sandbox -q -f a
}

@test "README names targets that the Makefile has" {
	local t targets
	read -ra targets -d '' < <(
		grep -oE '(`|^    )make [a-z -]+' "$ROOT/README.md" | sed 's/.*make //'
	) || true
	some 5 "${targets[@]}"
	for t in "${targets[@]}"; do
		grep -Eq "^([a-z -]* )?$t( [a-z -]*)?:" "$ROOT/Makefile" ||
			{ echo "no target $t" && false; }
	done
}
