#!/usr/bin/env bats
# The packs below tests/conversations, and what they are made of: \require,
# \expect no-reply.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	PACKS=$ROOT/tests/conversations
	(umask 077 && echo sesame >secret)
}

# pack NAME OPTION...: held against the receiver in the process; as TAP in the
# file tap, behind what is there.
pack() {
	local name=$1 status=0
	shift
	"$SMTPSH" --sandbox --from a@client.example --to Jones@Beta.ARPA \
		--tls-verify no --format tap "$@" -f "$PACKS/$name" >told \
		2>errors || status=$?
	cat told >>tap
	return "$status"
}

# named EXPRESSION: the files of the lines in tap that have it.
named() {
	grep "$1" tap | sed -n 's/.* - \([^ ]*smtp\).*/\1/p' | sort -u
}

@test "a file of the packs says what it is for, and where that stands" {
	local -a files=("$PACKS"/conformance/*.smtp "$PACKS"/smuggling/*.smtp)
	[ "${#files[@]}" -ge 150 ]
	[ -z "$(grep -LE '^# RFC [0-9]{4} ([0-9]|appendix)' "${files[@]}")" ]
}

@test "conformance: the receiver passes it, in clear text, under TLS and by LMTP" {
	pack conformance
	pack conformance --self-signed
	pack conformance --self-signed --user jones --password-file secret \
		--tls --auth-user jones --auth-password-file secret
	pack conformance --lmtp
	[ -z "$(named '^not ok')" ]
	# What no run has tried the receiver does not offer.
	named '^ok' >all
	grep -v SKIP tap >tried && mv tried tap
	[ "$(comm -23 all <(named '^ok'))" = \
		"$PACKS/conformance/3030-binary-data.smtp" ]
	[ "$(wc -l <all)" -ge 100 ]
}

@test "smuggling: the receiver passes it" {
	pack smuggling --jobs 16
	[ -z "$(named '^not ok')$(named SKIP)" ]
	[ "$(named '^ok' | wc -l)" -ge 45 ]
}

# breaks RULE OPTION...: tried on the files that no rule has broken yet.
breaks() {
	local rule=$1 status=0 f
	local -a files=()
	shift
	while read -r f; do files+=(-f "$f"); done <left
	"$SMTPSH" --sandbox --from a@client.example --to Jones@Beta.ARPA \
		--tls-verify no --timeout 1 --jobs 32 --format tap \
		--rule "$rule" "$@" "${files[@]}" >tap 2>errors || status=$?
	[ "$status" = 0 ] ||
		comm -23 left <(named '^not ok') >still
	[ -e still ] && [ "$(wc -l <still)" -lt "$(wc -l <left)" ] || {
		echo "$rule $*: broke nothing more of"; cat left
		return 1
	}
	mv still left
}

# By servers that say the same to everything, or are odd in one place.
@test "conformance: each file can fail" {
	local bad='250-x\r\n250-SIZE large\r\n250-SMTPUTF8 yes\r\n'
	bad+='250-ENHANCEDSTATUSCODES\r\n250-AUTH plain!\r\n250 _X\r\n'
	printf '%s\n' "$PACKS"/conformance/*.smtp | sort >left
	breaks "any 459 no"
	breaks "any 250 yes" --lmtp
	breaks "MAIL 459 no"
	breaks "RSET 459 no"
	breaks "NOOP 459 no" --self-signed
	breaks "STARTTLS 250 no" --self-signed
	breaks "AUTH 334 what" --user jones --password-file secret \
		--auth-user jones --auth-password-file secret --auth-insecure
	breaks "AUTH 459 no" --user jones --password-file secret \
		--auth-user jones --auth-password-file secret --auth-insecure
	breaks 'connect bytes "220\r\n"'
	breaks "EHLO bytes \"$bad\""
	breaks "any /^XYZZY/ 500 no"
	breaks "BDAT 459 no" --lmtp
	breaks "EHLO offer BINARYMIME"
	cat left
	[ ! -s left ]
}

@test "\\require: a file is skipped, told everywhere, and has not failed" {
	printf '%s\n' 'C: NOOP' 'S: 250' '\require XYZZY' 'C: NOOP' 'S: 550' >a.smtp
	printf '%s\n' '\require SIZE' 'C: NOOP' 'S: 250' >b.smtp
	local why="the server does not offer XYZZY"
	ends 0 "$SMTPSH" --sandbox --no-remarks --junit j.xml -f .
	has_in "$output" "./a.smtp: skipped: $why" "2 files, 0 failed, 1 skipped"
	grep -q "<skipped message=\"$why\"/>" j.xml
	ends 0 "$SMTPSH" --sandbox --jobs 2 -f .
	has_in "$output" "./a.smtp: skipped: $why" "2 files, 0 failed, 1 skipped"
	ends 0 "$SMTPSH" --sandbox --format tap -f .
	has_in "$output" "ok 1 - ./a.smtp # SKIP $why"
	ends 0 "$SMTPSH" --sandbox --format json -f .
	has_in "$output" "\"skipped\":\"$why\"" '"failed":0,"skipped":1'
	# What was missed before is missed.
	sed -i s/250/550/ a.smtp
	ends 1 "$SMTPSH" --sandbox --keep-going -f .
	has_in "$output" "./a.smtp: FAILED"
}

@test "\\require: nothing done is no success, and outside of a file an error" {
	printf '%s\n' '\require XYZZY' 'C: NOOP' 'S: 250' >a.smtp
	ends 69 "$SMTPSH" --sandbox -q -f a.smtp
	has_in "$stderr" "the file was skipped: nothing was tried"
	ends 69 "$SMTPSH" --sandbox -q --jobs 2 -f a.smtp -f a.smtp
	has_in "$stderr" "all files were skipped: nothing was tried"
	ends 69 "$SMTPSH" --sandbox -q -c '\require XYZZY' -c NOOP
	has_in "$stderr" "-c:1: the server does not offer XYZZY"
	ends 69 "$SMTPSH" --sandbox -q --load --sessions 1 --messages 1 -f a.smtp
}

# requires STATUS WORDS OPTION...
requires() {
	local want=$1 words=$2
	shift 2
	printf '%s\n' "\\require $words" 'C: NOOP' 'S: 250' >a.smtp
	ends "$want" "$SMTPSH" --sandbox -q "$@" -f a.smtp
}

@test "\\require: a keyword and its word, the protocol, TLS, a user, a variable" {
	local -a login=(--user jones --password-file secret --auth-insecure)
	requires 0 SIZE
	requires 0 smtp
	requires 69 lmtp
	requires 0 lmtp --lmtp
	requires 69 smtp --lmtp
	requires 69 tls
	requires 0 tls --self-signed --tls --tls-verify no
	requires 0 "AUTH PLAIN" "${login[@]}"
	requires 69 "AUTH XYZZY" "${login[@]}"
	requires 69 login "${login[@]}"
	requires 0 login "${login[@]}" --auth-user jones
	requires 69 to
	requires 0 to --to Jones@Beta.ARPA
	requires 0 rumpel -D rumpel=stilz
	requires 69 rumpel -D rumpel=
	requires 64 "tls now"
}

@test "\\expect no-reply: a server that closes says nothing" {
	printf '%s\n' 'C: NOOP' 'S: 250' '\expect no-reply 50ms' >f
	ends 0 "$SMTPSH" --sandbox -q -f f
	ends 0 "$SMTPSH" --sandbox -q --rule 'NOOP 250 "ok" close' -f f
	ends 1 "$SMTPSH" --sandbox -q --rule 'NOOP 250 "ok" early "250 more\r\n"' -f f
	has_in "$stderr" "f:3: expected no-reply 50ms, got 250 more"
	ends 1 "$SMTPSH" --sandbox -q \
		--rule 'NOOP 250 "ok" early "250 more\r\n" close' -f f
	has_in "$stderr" "f:3: expected no-reply 50ms, got 250 more"
}

@test "the packs are installed, and found by their names" {
	make -s -C "$ROOT" install DESTDIR="$PWD/root" prefix=/usr >/dev/null
	[ "$(ls root/usr/share/smtpsh/conformance | wc -l)" -ge 100 ]
	install -m 755 "$SMTPSH" root/usr/bin/smtpsh
	ends 0 root/usr/bin/smtpsh --sandbox --no-remarks \
		-f conformance/5321-noop.smtp
	has_in "$output" "share/smtpsh/conformance/5321-noop.smtp: 2 of 2"
	ends 0 root/usr/bin/smtpsh --sandbox -q -f smuggling/
	# What lies here goes before.
	mkdir conformance
	printf '%s\n' 'C: NOOP' 'S: 550' >conformance/a.smtp
	ends 1 root/usr/bin/smtpsh --sandbox -q -f conformance
	ends 66 root/usr/bin/smtpsh --sandbox -q -f nothing-here
	make -s -C "$ROOT" uninstall DESTDIR="$PWD/root" prefix=/usr >/dev/null
	[ ! -e root/usr/share/smtpsh ]
}

@test "a second reply to what \\raw sent is told where that stands" {
	printf '%s\n' '\set unjudged tell' 'C: EHLO x' 'S: 250' \
		'\raw MAIL FROM:<a@b.example>\nNOOP\r\n' 'S: 500' >f
	ends 0 "$SMTPSH" --sandbox -q -f f
	has_in "$stderr" "f:4: 500 was judged by nothing"
}
