#!/usr/bin/env bats
# What the command line demands of a session, held against every way to say
# something: from a peer that keeps each octet it read, no octet may come but
# HELO, EHLO, LHLO, STARTTLS, QUIT, and AUTH where a login is what is missing.

bats_require_minimum_version 1.5.0

load helper.bash
load pty.bash

# A server for --pipe that says yes to all but STARTTLS and AUTH, and keeps
# what it read in the file "wire".
peer() {
	cat >peer.sh <<'END'
printf '220 peer.example\r\n'
while IFS= read -r line || { printf '%s' "$line" >>wire; false; }; do
	printf '%s\n' "$line" >>wire
	case ${line^^} in
	EHLO* | LHLO*) printf '250-peer.example\r\n250-%s\r\n250 CHUNKING\r\n' "${OFFER:-8BITMIME}" ;;
	STARTTLS*) printf '454 4.7.0 not now\r\n' ;;
	AUTH*) printf '535 5.7.8 no\r\n' ;;
	DATA*) printf '354 go on\r\n' ;;
	QUIT*) printf '221 bye\r\n'; exit ;;
	*) printf '250 2.0.0 ok\r\n' ;;
	esac
done
END
	PEER="bash peer.sh"
}

setup() {
	smtpsh_setup
	peer
	echo sesame >pw
	chmod 600 pw
	echo 'Subject: mail' >mail
	LEAVES="MAIL FROM:<a@b.example>"
	printf '%s\n' 'EHLO me' "$LEAVES" 'RCPT TO:<c@d.example>' DATA 'Subject: x' . >plain
	printf 'NOOP\n' >noop
	printf '\\include plain\n' >include
	printf '\\template leak {\n%s\n}\n\\leak\n' "$LEAVES" >template
	printf '\\raw EHLO me\\r\\n%s\\r\\n\n' "$LEAVES" >raw
	printf '\\bdat mail\n' >bdat
	printf '\\bdat mail force\n' >force
	printf '\\send mail\n' >send
	printf 'NOOP\n\\connect\n%s\n' "$LEAVES" >connect
	printf '\\starttls\n%s\n' "$LEAVES" >starttls
	printf '\\auth PLAIN joe\n%s\n' "$LEAVES" >auth
	printf 'STARTTLS\n454\n%s\n250\n' "$LEAVES" >transcript
	printf '\\pipeline\nSTARTTLS\n%s\n\\flush\n' "$LEAVES" >group
	printf 'BDAT 5 LAST\nxyz\n' >chunk
	printf '\\set bare on\n%s\n' "$LEAVES" >setbare
	printf '\\set bare on\n\\raw %s\\r\\n\n' "$LEAVES" >rawbare
	FRONTS='plain include template raw bdat force send connect starttls auth transcript group chunk setbare rawbare'
}

teardown() {
	pty_end
	serve_stop
}

# only ALLOWED HOW: only such lines are in the wire (an open TLS record is no
# line of SMTP); what was run is told.
only() {
	local line
	[ -e wire ] || return 0
	while IFS= read -r line; do
		line=${line%$'\r'}
		[[ ! $line =~ ^($1)([[:space:]]|$) ]] || continue
		printf '%s\nlet this out: %q\n' "$2" "$line"
		return 1
	done < <(tr -d '\000' <wire)
}

# held ALLOWED OPTION...: by every front, with --bare and without; 69 is of
# \bdat, which asks before it sends.
held() {
	local allowed=$1 front bare how hows
	shift
	for front in $FRONTS; do
		hows=(file pipe)
		[ "$front" != plain ] || hows=(file pipe second words included)
		for bare in '' --bare; do
			[[ -z $bare || " $* " != *" --auth "* ]] || continue
			for how in "${hows[@]}"; do
				case $how in
				file) set -- "$@" -f "$front" ;;
				second) set -- "$@" -f noop -f "$front" ;;
				words) set -- "$@" -c NOOP -c "$LEAVES" ;;
				included) set -- "$@" -c "\\include $front" ;;
				pipe) set -- "$@" ;;
				esac
				rm -f wire
				run "$SMTPSH" --pipe "$PEER" --timeout 5 ${bare:+"$bare"} "$@" <"$front"
				only "$allowed" "$front: $bare $*" || return
				[ "$status" = 77 ] || [ "$front $status" = "bdat 69" ] || {
					printf 'status %s: %s: %s %s\n%s\n' "$status" "$front" "$bare" "$*" "$output"
					return 1
				}
				case $how in
				file) set -- "${@:1:$#-2}" ;;
				second | words) set -- "${@:1:$#-4}" ;;
				included) set -- "${@:1:$#-2}" ;;
				esac
			done
		done
	done
}

OPENING='EHLO|HELO|LHLO|STARTTLS|QUIT'

@test "--tls, where STARTTLS is not offered" {
	held "$OPENING" --tls
}

FEW='plain raw starttls transcript group rawbare'

@test "--tls, where STARTTLS is refused" {
	FRONTS=$FEW OFFER=STARTTLS held "$OPENING" --tls
}

@test "--auth, where the login is refused" {
	OFFER='AUTH PLAIN' held "$OPENING|AUTH" --auth PLAIN --auth-user joe --auth-password-file pw --auth-insecure
}

@test "--auth, where a password would go in clear: not even that" {
	FRONTS=$FEW OFFER='AUTH PLAIN' held "$OPENING" --auth PLAIN --auth-user joe --auth-password-file pw
}

@test "--tls with --auth: the password waits for TLS" {
	FRONTS=$FEW OFFER='AUTH PLAIN' held "$OPENING" --tls --auth PLAIN --auth-user joe --auth-password-file pw --auth-insecure
}

# heard: what the receiver said it was told.
heard() {
	sed -nE 's/^[0-9:]+ [0-9]+ S: //p' server >wire
}

@test "a certificate that nobody vouches for: nothing behind it" {
	local front how
	serve --self-signed
	for front in plain raw starttls setbare; do
		for how in --tls '--bare --tls'; do
			# shellcheck disable=SC2086 # two words
			ends 77 "$SMTPSH" "localhost:$PORT" $how -f "$front"
		done
	done
	printf 'STARTTLS\n%s\n' "$LEAVES" >written
	ends 77 "$SMTPSH" "localhost:$PORT" --bare --tls -f written
	heard
	[ -s wire ]
	only "$OPENING" "the receiver was told"
}

@test "--tls-on-connect, where the server speaks no TLS: no line" {
	local front bare
	for front in $FEW; do
		for bare in '' --bare; do
			rm -f wire
			ends 76 "$SMTPSH" --pipe "$PEER" --timeout 5 ${bare:+"$bare"} --tls-on-connect --tls-verify-host x.example -f "$front"
			run ! grep -aE 'EHLO|HELO|MAIL|NOOP|STARTTLS' wire
		done
	done
}

@test "--bare --tls: STARTTLS is a line of the file, and then all passes" {
	serve --self-signed
	printf 'EHLO me\nSTARTTLS\nEHLO me\n%s\n' "$LEAVES" >written
	ends 0 "$SMTPSH" "localhost:$PORT" --bare --tls --tls-verify no -f written
	has "S: $LEAVES"
	ends 77 "$SMTPSH" "localhost:$PORT" --bare --tls --tls-verify no -f plain
	tells "TLS is required" "STARTTLS is to be written"
}

@test "STARTTLS forgets a login: it is made again" {
	serve --self-signed --user joe --password-file pw --auth-insecure
	printf 'STARTTLS\n%s\n' "$LEAVES" >inner
	printf 'NOOP\n\\include inner\n' >written
	ends 0 "$SMTPSH" "localhost:$PORT" --tls-verify no --auth PLAIN --auth-user joe --auth-password-file pw --auth-insecure -f written
	[ "$(grep -c '^S: AUTH' <<<"$output")" = 2 ]
	[[ $(said) == *"S: AUTH"*"S: STARTTLS"*"S: AUTH"*"$LEAVES"* ]]
}

@test "a file raises what the command line demands, and lowers nothing" {
	serve --self-signed
	printf '\\set tls-verify off\nNOOP\n' >lowers
	printf '\\set tls-verify ${how}\nNOOP\n' >sly
	ends 65 "$SMTPSH" "localhost:$PORT" --tls -f lowers
	tells "lowers:1" "not lower it"
	lacks connected
	ends 65 "$SMTPSH" "localhost:$PORT" --tls --trust -f lowers
	ends 77 "$SMTPSH" "localhost:$PORT" --tls-on-connect -D how=no -f sly
	ends 77 "$SMTPSH" --sandbox --tls-verify yes --self-signed -D how=no -f sly
	tells "sly:1" "not lower it"
	ends 0 "$SMTPSH" --sandbox -f lowers
	ends 0 "$SMTPSH" "localhost:$PORT" --tls -c '\set tls-verify off' -c NOOP
	# What the first lowers is not the second's.
	printf '\\set tls-verify off\n\\starttls\n220\n' >first
	printf '\\starttls\n220\n' >second
	ends 77 "$SMTPSH" "localhost:$PORT" -f first -f second
	has "# first: 1 of 1"
	printf '\\set tls-verify on\n\\starttls\n220\n' >raises
	ends 77 "$SMTPSH" "localhost:$PORT" --tls-verify no -f raises
}

@test "a prompt is closed when a demand is not met" {
	command -v tmux >/dev/null || skip "no tmux"
	pty_start 100 "$SMTPSH" --no-rc --pipe "$PEER" --tls
	soon pty_sees "TLS is required"
	pty_type "$LEAVES"
	pty_keys Enter
	soon pty_sees "not connected"
	pty_type '\raw NOOP\r\n'
	pty_keys Enter
	pty_type '\connect'
	pty_keys Enter
	soon pty_sees "prompt:3: STARTTLS was not offered: TLS is required"
	pty_keys C-d
	soon pty_sees "[status 0]"
	only "$OPENING" "the prompt"
	[ "$(grep -c EHLO wire)" = 2 ]
}

pty_sees() {
	[[ $(pty_screen) == *"$1"* ]]
}

# Asked for and not needed by any line: it is tried all the same.
@test "TLS or a login that was asked for is no exit 0 when nothing is said" {
	OFFER=STARTTLS ends 77 "$SMTPSH" --tls --pipe "$PEER" </dev/null
	grep -q '^STARTTLS' wire
	rm wire
	ends 77 "$SMTPSH" --tls --pipe "$PEER" </dev/null
	echo '# a file without a line' >none.smtp
	OFFER=STARTTLS ends 77 "$SMTPSH" --tls --pipe "$PEER" -f none.smtp
	OFFER='AUTH PLAIN' ends 77 "$SMTPSH" --auth PLAIN --auth-insecure --auth-user me \
		--auth-password-file pw --pipe "$PEER" </dev/null
	grep -q '^AUTH' wire
	ends 77 "$SMTPSH" --bare --tls --pipe "$PEER" </dev/null
	ends 0 "$SMTPSH" --pipe "$PEER" </dev/null
	ends 64 "$SMTPSH" </dev/null
	[[ $stderr == *'no host is named'* || $output == *'no host is named'* ]]
}

@test "commands that send nothing are no way round it, nor is \\quit" {
	local how
	printf '\\set x 1\n' >set.smtp
	printf '\\set x 1\n\\quit\n' >quit.smtp
	for how in "-c|\\set x 1" "-c|\\quit" "-c|\\help" "-f|set.smtp" "-f|quit.smtp"; do
		rm -f wire
		OFFER=STARTTLS ends 77 "$SMTPSH" --tls --pipe "$PEER" "${how%%|*}" "${how#*|}"
		grep -q '^STARTTLS' wire
		rm wire
		OFFER='AUTH PLAIN' ends 77 "$SMTPSH" --auth PLAIN --auth-insecure --auth-user me \
			--auth-password-file pw --pipe "$PEER" "${how%%|*}" "${how#*|}"
		grep -q '^AUTH' wire
		rm wire
		ends 0 "$SMTPSH" --pipe "$PEER" "${how%%|*}" "${how#*|}"
		[ ! -e wire ] || only QUIT "$how"
	done
	ends 77 "$SMTPSH" --tls --pipe "$PEER" <quit.smtp
	for how in quit close; do
		ends 77 "$SMTPSH" --bare --tls --pipe "$PEER" <<<"\\$how"
		OFFER=STARTTLS ends 77 "$SMTPSH" --tls --pipe "$PEER" -c '\connect' -c "\\$how"
		ends 0 "$SMTPSH" --pipe "$PEER" -c '\connect' -c "\\$how"
	done
	ends 64 "$SMTPSH" --tls -c '\set x 1'
	has_in "$stderr" "no host is named"
	serve --self-signed
	ends 0 "$SMTPSH" "localhost:$PORT" --tls --tls-verify no -c '\quit'
	has "STARTTLS"
	serve_stop
}

@test "what a file says itself is not begun before it: its STARTTLS is --tls's, its AUTH --auth's" {
	serve --self-signed --user joe --password-file pw
	local -a to=("$SMTPSH" --tls-verify no "localhost:$PORT")
	local -a login=("${to[@]}" --auth-user joe --auth-password-file pw)
	# Its own record, with the same words.
	ends 0 "${to[@]}" --tls -c 'EHLO x' -c NOOP --record tls.smtp -q
	ends 0 "${to[@]}" --tls -q -f tls.smtp
	ends 0 "${to[@]}" -q -f tls.smtp
	printf '%s\n' 'EHLO a' 250 STARTTLS 220 'EHLO a' 250 '\auth PLAIN' NOOP 250 >both.smtp
	ends 0 "${login[@]}" --tls --auth -f both.smtp
	[ "$(grep -c '^[SC]: STARTTLS' <<<"$output")" = 1 ]
	[ "$(grep -c '^[SC]: AUTH' <<<"$output")" = 1 ]
	# What the file leaves out is done where it can be.
	printf '%s\n' 'EHLO a' 250 '\starttls' 220 'EHLO a' 250 NOOP 250 >tls.smtp
	ends 0 "${login[@]}" --tls --auth -f tls.smtp
	has "AUTH" "235 "
	# A try that is to be refused is none: TLS stands before it.
	printf '%s\n' 'EHLO a' 250 STARTTLS '503|554' >twice.smtp
	ends 0 "${to[@]}" --tls -q -f twice.smtp
	# One that comes behind what must not pass in clear text is none either.
	printf '%s\n' 'EHLO a' 250 'MAIL FROM:<a@x.example>' 250 STARTTLS '503|554' >late.smtp
	ends 0 "${to[@]}" --tls -f late.smtp
	[[ $output == *"STARTTLS"*"R: 220 "*"MAIL FROM"* ]]
}

@test "--lmtp is found out when nothing is said: LHLO is" {
	local said
	serve -q
	for said in '' NOOP; do
		ends 69 "$SMTPSH" --lmtp "127.0.0.1:$PORT" <<<"$said"
		has "S: LHLO " "R: 500 "
	done
	ends 69 "$SMTPSH" --lmtp "127.0.0.1:$PORT" </dev/null
	has_in "$stderr" "LHLO was answered 500"
	ends 0 "$SMTPSH" --lmtp --bare "127.0.0.1:$PORT" </dev/null
	serve_stop
	serve -q --lmtp
	ends 0 "$SMTPSH" --lmtp "127.0.0.1:$PORT" </dev/null
	has "S: LHLO " "R: 250"
	serve_stop
}

@test "a certificate that is to be looked at or kept is not optional" {
	local offer option
	local -a front
	printf 'NOOP\n' >noop.smtp
	printf 'From: a@b.example\nTo: c@d.example\nSubject: x\n\nhello\n' >letter.eml
	for offer in 8BITMIME STARTTLS; do
		for option in --tls-expires-within=14d --tls-save-peer-cert=kept.pem; do
			for front in '-f noop.smtp' '-c NOOP' '-c \quit' '-c \close' '--bare -c NOOP' \
				'--from a@b.example --to c@d.example --body x' '--envelope headers --eml letter.eml' ''; do
				rm -f wire
				# shellcheck disable=SC2086 # words
				OFFER=$offer run --separate-stderr "$SMTPSH" --tls-optional "${option%%=*}" "${option#*=}" \
					--timeout 5 --pipe "$PEER" $front </dev/null
				[ "$status" = 77 ] || [ "$front $status" = '-c \close 64' ] || {
					echo "$status: $offer $option $front: $output $stderr"
					return 1
				}
				only "$OPENING" "$offer $option $front"
				[[ $status = 64 || $front = --bare* ]] || has_in "$output$stderr" "${option%%=*} has no certificate to look at"
			done
			# Without TLS there is nothing to look at, which is told before.
			ends 64 "$SMTPSH" "${option%%=*}" "${option#*=}" --pipe "$PEER" -c NOOP
		done
	done
	[ ! -e kept.pem ]
	OFFER=8BITMIME ends 0 "$SMTPSH" --tls-optional --pipe "$PEER" -c NOOP
	serve --self-signed
	ends 0 "$SMTPSH" "localhost:$PORT" --tls-optional --tls-save-peer-cert kept.pem --tls-expires-within 1h -c NOOP
	grep -q 'BEGIN CERTIFICATE' kept.pem
	serve_stop
}
