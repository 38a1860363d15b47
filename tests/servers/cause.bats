# cause.bats: what real servers refuse, by five ways to meet it: a mail, a
# script, a person at the prompt, --diagnose HOST, and --diagnose of the session
# that was recorded. The rule is the same each time.

load servers
load ../pty.bash

LINES=() LOGIN=() SIZE=

teardown() { pty_end; }

# named WAY RULE FILE: the file tells of that rule.
named() {
	grep -q "\[$2\]\|rule *$2," "$3" && return 0
	echo "$1: not $2:"
	cat "$3"
	return 1
}

# five RULE SERVER FROM TO OPTION...: the refusal has that rule by every way.
# LINES is what is typed behind EHLO, LOGIN what else a mail and --diagnose get.
five() {
	local rule=$1 server=$2 from=$3 to=$4
	shift 4
	local -a lines=("${LINES[@]}")
	[ ${#lines[@]} != 0 ] || lines=("MAIL FROM:<$from>" "RCPT TO:<$to>")
	message want five
	[ -z "${SIZE:-}" ] || head -c 11000000 /dev/zero | tr '\0' x | fold -w 76 >>want
	smtpsh "$@" "${LOGIN[@]}" --from "$from" --to "$to" "$server" <want >mail.out 2>&1 && return 1
	named "a mail" "$rule" mail.out || return
	printf '%s\n' 'EHLO alpha.arpa' "${lines[@]}" >script
	smtpsh "$@" --record record -f script "$server" >script.out 2>&1 && return 1
	named "a script" "$rule" script.out || return
	smtpsh --diagnose record >file.out 2>&1 && return 1
	named "the record" "$rule" file.out || return
	smtpsh "$@" "${LOGIN[@]}" --diagnose --from "$from" --to "$to" "$server" <want >host.out 2>&1 && return 1
	named "--diagnose" "$rule" host.out || return
	typed "$rule" "$server" "$@"
}

# typed RULE SERVER OPTION...: at a terminal; \explain of the newest reply.
typed() {
	local rule=$1 server=$2 line
	shift 2
	PTY_ROWS=99 pty_start 120 "$SMTPSH" --no-rc "$@" "$server"
	until_true typed_at 220 || return
	while IFS= read -r line; do
		pty_type "$line"
		pty_keys Enter
	done <script
	pty_type '\explain'
	pty_keys Enter
	until_true typed_at "$rule" || {
		pty_all
		return 1
	}
	pty_end
}

typed_at() { [[ $(pty_all) == *"$1"* ]]; }

@test "relaying is refused" {
	five relay.postfix "$POSTFIX" Smith@Alpha.ARPA x@elsewhere.example
	five relay.exim "$EXIM" Smith@Alpha.ARPA x@elsewhere.example
}

@test "there is no such user" {
	five rcpt.unknown-postfix "$POSTFIX" Smith@Alpha.ARPA Green@Beta.ARPA
	five rcpt.unknown "$EXIM" Smith@Alpha.ARPA Green@Beta.ARPA
	five rcpt.unknown "lmtp://$LMTP" Smith@Alpha.ARPA Green@Beta.ARPA
}

@test "the message is too large" {
	SIZE=yes
	LINES=('MAIL FROM:<Smith@Alpha.ARPA> SIZE=11000200')
	five size.message "$POSTFIX" Smith@Alpha.ARPA Jones@Beta.ARPA
	five size.message "$EXIM" Smith@Alpha.ARPA Jones@Beta.ARPA
}

@test "a login is wanted, or TLS before it" {
	five login.required "$SUBMISSION" smith@beta.arpa Jones@Beta.ARPA --tls --tls-ca "$CERTS/ca.pem"
	five tls.first "$POSTFIX_STRICT" Smith@Alpha.ARPA Jones@Beta.ARPA
}

@test "the password is wrong" {
	local server
	(umask 077 && echo wrong >wrong)
	LOGIN=(--auth PLAIN --auth-user smith --auth-password-file wrong)
	LINES=("AUTH PLAIN $(printf '\0smith\0wrong' | base64)")
	for server in "$POSTFIX" "$EXIM" "$SUBMISSION"; do
		five login.failed "$server" smith@beta.arpa Jones@Beta.ARPA --tls \
			--tls-ca "$CERTS/ca.pem"
	done
}
