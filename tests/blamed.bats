#!/usr/bin/env bats
# A verdict names what the refused line said, not what one before it did.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

# blames RULE TEXT LINE...: that is the verdict behind those lines.
blames() {
	local rule=$1 text=$2
	shift 2
	run --separate-stderr "$SMTPSH" --sandbox -q < <(printf '%s\n' "$@")
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"$text"*"[$rule]"* ]] && return
	printf '%s: not %s\n%s\n' "$*" "$text" "$stderr"
	return 1
}

@test "a greeting without a name" {
	blames helo.none "HELO was sent without a name" "EHLO c.example" HELO
	blames helo.none "EHLO was sent without a name" EHLO
}

@test "an envelope without an address" {
	blames command.no-path "MAIL was sent without an address" \
		"EHLO x" "MAIL FROM:<a@b.example>" RSET MAIL
	blames command.no-path "RCPT was sent without an address" \
		"EHLO x" "MAIL FROM:<a@b.example>" "RCPT TO:"
	blames command.bare "AUTH was sent without" "EHLO x" AUTH
	blames command.blank "behind the colon of MAIL" "EHLO x" "MAIL FROM: <a@b.example>"
}

@test "who is not there is who was asked for" {
	blames rcpt.unknown "mailbox: me" "EHLO x" "VRFY me"
}

@test "LHLO to an SMTP server is not LMTP's fault" {
	blames hello.smtp "this is an SMTP server" "LHLO x"
}
