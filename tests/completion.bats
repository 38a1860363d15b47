#!/usr/bin/env bats
# Completions for bash, zsh and fish: made from the tables, checked in, working.

load helper.bash

setup() {
	smtpsh_setup
	mkdir -p "$XDG_STATE_HOME/smtpsh"
	cat >"$XDG_STATE_HOME/smtpsh/history" <<'END'
\connect mx.example.org:587
EHLO client.example
\con [::1]:2525
\connect smtp://h.example
\connect $(touch expanded)
\connect somebody:secret@evil.example
\close mx.closed.example
END
}

# What bash offers for the last of the words, as bash cuts them, one a line.
offered() {
	bash --noprofile --norc -c '
		source "$0/completions/smtpsh.bash"
		compopt() { return 1; } # as in bash 3.2: names of files come here
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_smtpsh
		printf "%s\n" "${COMPREPLY[@]}"' "$ROOT" smtpsh "$@"
}

# offers WORD... -- CANDIDATE...: just these, in any order.
offers() {
	local words=()
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	diff <(printf '%s\n' "$@" | sort) <(offered "${words[@]}" | sort)
}

# Among others.
offers_also() {
	offered "${@:1:$#-1}" | grep -Fxq -- "${@: -1}"
}

need() {
	command -v "$1" >/dev/null || skip "no $1"
}

@test "completions/ holds what --completion prints" {
	"$SMTPSH" --completion bash | cmp - "$ROOT/completions/smtpsh.bash"
	"$SMTPSH" --completion zsh | cmp - "$ROOT/completions/_smtpsh"
	"$SMTPSH" --completion fish | cmp - "$ROOT/completions/smtpsh.fish"
}

@test "bash: every option, long and short" {
	local o options
	mapfile -t options < <("$SMTPSH" --list options)
	[ ${#options[@]} -ge 70 ]
	for o in "${options[@]}"; do
		offers_also "$o" "$o"
	done
	offers --qui -- --quiet --quit-after
	offers --quit -- --quit-after
	offers_also - -t
}

@test "bash: the choices of an option, its word apart or behind =" {
	offers --format '' -- text json tap
	offers --format = -- text json tap
	offers --format = j -- json
	offers --quit-after m -- mail
	offers --colour a -- auto always
	offers --help t -- tls
	offers --sandbox --list s -- settings
	# One that may go without.
	offers --auth L -- LOGIN
	offers --auth = L -- LOGIN
	offers --auth --auth-u -- --auth-user
}

@test "bash: files and folders" {
	mkdir mails
	touch mail.eml .mailrc
	offers -f ma -- mail.eml mails
	offers --data = ma -- mail.eml mails
	offers --maildir ma -- mails
}

@test "bash: verbs and commands behind -c, quoted or not" {
	offers -c ma -- MAIL
	offers -c "'Ma" -- MAIL
	offers --command '"exp' -- EXPN
	offers -c "'\\exp" -- '\expect' '\explain'
	offers -c '"\exp' -- '\expect' '\explain'
	offers -c '\\exp' -- '\\expect' '\\explain'
	local w
	for w in $("$SMTPSH" --list verbs); do
		offers_also -c "$w" "$w"
	done
	for w in $("$SMTPSH" --list commands); do
		offers_also -c "'\\$w" "\\$w"
	done
}

@test "bash: all that --explain knows, several words" {
	offers --explain 55 -- 550 551 552 553 554 555 556
	offers --explain 5.1.1 -- 5.1.1 5.1.10
	offers --explain 550 startt -- STARTTLS
	[ "$(offered --explain '' | wc -l)" = "$("$SMTPSH" --list words | wc -l)" ]
}

@test "bash: hosts used before, and none of the history's other lines" {
	offers mx -- mx.example.org:587
	offers -s mx -- mx.example.org:587
	offers --server = mx -- mx.example.org:587
	# bash replaces what stands behind the last colon.
	offers mx.example.org : 5 -- 587
	offers smtp : //h -- //h.example
	offers_also '' '[::1]:2525'
	[ -z "$(offered '' | grep -E 'evil|closed|expanded|EHLO')" ]
	[ ! -e expanded ]
}

@test "bash: nothing where nothing is known" {
	offers --from '' -- ''
	offers --timeout 1 -- ''
}

@test "zsh: the script is sound" {
	need zsh
	zsh -n "$ROOT/completions/_smtpsh"
}

# What fish offers for a command line, without descriptions.
fish_offered() {
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
		"$ROOT/completions/smtpsh.fish" "$1" | cut -f 1
}

@test "fish: the script is sound, and offers the same" {
	need fish
	fish -n "$ROOT/completions/smtpsh.fish"
	touch mail.eml
	[ "$(fish_offered 'smtpsh --quit-')" = --quit-after ]
	[ "$(fish_offered 'smtpsh --format j')" = json ]
	[ "$(fish_offered 'smtpsh -f ma')" = mail.eml ]
	[ "$(fish_offered 'smtpsh -c startt')" = STARTTLS ]
	[ "$(fish_offered "smtpsh -c '\\\\expl")" = '\explain' ]
	[ "$(fish_offered 'smtpsh --explain 550 startt')" = STARTTLS ]
	[ "$(fish_offered 'smtpsh --explain 5.1.10')" = 5.1.10 ]
	[ "$(fish_offered 'smtpsh mx.e')" = mx.example.org:587 ]
	[ -z "$(fish_offered 'smtpsh ' | grep -E 'evil|closed|expanded|EHLO')" ]
}
