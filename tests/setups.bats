#!/usr/bin/env bats
# Set-ups that are broken in one place, by the receiver and its rules: a mail
# that fails names the cause and the next step, and so does --diagnose.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	SERVERS=()
	printf 'Subject: hi\n\nText.\n' >m
	(umask 077 && echo sesame >pw)
}

teardown() {
	local pid
	for pid in "${SERVERS[@]}"; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" || :
	done
}

diagnose() {
	local name=$1 status=0
	shift
	"$SMTPSH" --diagnose "$@" >"diagnosis.$name" 2>&1 || status=$?
	echo "ended with $status" >>"diagnosis.$name"
}

# broken NAME STATUS RULE NEXT SERVER-OPTION... -- CLIENT-OPTION...: the mail
# ends so, by that rule, with that in its next step. PORT in a word is the
# server's. The diagnosis goes on meanwhile, see diagnosed.
broken() {
	local name=$1 want=$2 rule=$3 next=$4 w
	local -a server=() client=()
	shift 4
	while [ "$1" != -- ]; do
		server+=("$1")
		shift
	done
	shift
	serve "${server[@]}"
	SERVERS+=("$SERVER")
	SERVER=
	for w; do client+=("${w//PORT/$PORT}"); done
	printf '%s\t%s\t%s\t%s\n' "$name" "$want" "$rule" "$next" >>rows
	diagnose "$name" --from a@c.example --data "${MAIL:-m}" \
		"${client[@]}" 3>&- &
	ends "$want" "$SMTPSH" --timeout 3s --from a@c.example \
		--data "${MAIL:-m}" "${client[@]}" || return
	[ "$want" != 0 ] || return 0
	[[ $stderr == *"  [$rule]"*"  next: "*"$next"* ]] && return
	printf '%s: not %s, %s:\n%s\n' "$name" "$rule" "$next" "$stderr"
	return 1
}

# diagnosed: each of them found the same, first.
diagnosed() {
	local name want rule next
	local -a running
	mapfile -t running < <(jobs -p | grep -vxF -f <(printf '%s\n' "${SERVERS[@]}"))
	[ ${#running[@]} = 0 ] || wait "${running[@]}" || :
	while IFS=$'\t' read -r name want rule next; do
		tr -s ' \n' ' ' <"diagnosis.$name" |
			grep -q "1\. .*next .*$next.* rule $rule,.*ended with $want\b" &&
			continue
		echo "$name: not $rule, $next:"
		cat "diagnosis.$name"
		return 1
	done <rows
	[ "$(wc -l <rows)" -ge "$1" ]
}

J='Jones@localhost'

@test "TLS and logins: cause and next step, of a mail and by --diagnose" {
	local -a login=(--auth --auth-user jones --auth-password-file pw)
	local -a user=(--user jones --password-file pw)
	broken auth-under-tls 77 auth.tls-first "add --tls" --self-signed "${user[@]}" \
		-- localhost:PORT --to $J "${login[@]}"
	broken no-auth-on-25 77 auth.none "port 587" -- localhost:PORT --to $J "${login[@]}"
	broken wrong-password 77 login.failed "whole address" "${user[@]}" --auth-insecure \
		-- localhost:PORT --to $J --auth --auth-insecure --auth-user brown \
		--auth-password-file pw
	broken tls-to-plain 76 tls.plain-port "STARTTLS" \
		-- localhost:PORT --to $J --tls-on-connect --tls-verify no
	broken self-signed 77 cert.self "tls-ca FILE" --self-signed \
		-- localhost:PORT --to $J --tls
	broken no-handshake 77 tls.cipher "log" --self-signed --rule "STARTTLS tls fail" \
		-- localhost:PORT --to $J --tls --tls-verify no
	broken starttls-off 77 tls.broken "operator" --self-signed \
		--rule "STARTTLS 502 5.5.1 not implemented" \
		-- localhost:PORT --to $J --tls --tls-verify no
	broken locked 77 login.locked "web page" "${user[@]}" --auth-insecure \
		--rule "AUTH 421 4.7.0 Too many authentication failures, come back in 15 minutes" \
		-- localhost:PORT --to $J "${login[@]}" --auth-insecure
	broken no-key 77 tls.broken "operator" --self-signed \
		--rule "STARTTLS 454 4.7.0 TLS not available due to local problem" \
		-- localhost:PORT --to $J --tls --tls-verify no
	broken stripped 77 tls.not-offered "port 587" --self-signed --rule "EHLO hide STARTTLS" \
		-- localhost:PORT --to $J --tls
	broken tls-wanted 69 tls.first "tls" \
		--rule "MAIL 530 5.7.0 Must issue a STARTTLS command first" -- localhost:PORT --to $J
	broken dead-proxy 75 connect.proxy "check --proxy" \
		-- mail.invalid --to $J --proxy socks5://127.0.0.1:1
	diagnosed 12
}

@test "what is no SMTP server: it is named" {
	broken lmtp 69 proto.lmtp "use --lmtp" --lmtp -- localhost:PORT --to $J
	broken no-lmtp 69 hello.smtp "leave --lmtp out" -- localhost:PORT --to $J --lmtp
	broken no-hello 69 hello.lmtp "use --lmtp" --rule "EHLO 500 what" --rule "HELO 500 what" \
		-- localhost:PORT --to $J
	broken ssh 76 other.ssh "port" --rule 'connect bytes "SSH-2.0-OpenSSH_9.6\r\n"' \
		-- localhost:PORT --to $J
	broken imap 76 other.imap "port" --rule 'connect bytes "* OK IMAP4rev1 ready\r\n"' \
		-- localhost:PORT --to $J
	broken pop3 76 other.pop3 "port" --rule 'connect bytes "+OK POP3 ready\r\n"' \
		-- localhost:PORT --to $J
	broken http 76 other.http "port" \
		--rule 'connect bytes "HTTP/1.1 400 Bad Request\r\n\r\n" close' -- localhost:PORT --to $J
	diagnosed 7
}

@test "envelopes and texts: refused, and what will be" {
	(printf 'Subject: hi\n\n'; head -c 30000 /dev/zero | tr '\0' x | fold -w 70) >big
	(printf 'Subject: hi\n\n'; head -c 1500 /dev/zero | tr '\0' x; echo) >long
	printf 'Subject: hi\n\nGr\303\266\303\237e\n' >eight
	MAIL=big broken too-big 69 size.message "smaller" --size-max 20000 -- localhost:PORT --to $J
	MAIL=eight broken eight-bits 0 text.8bit "quoted-printable" --rule "EHLO hide 8BITMIME" \
		-- localhost:PORT --to $J
	MAIL=long broken long-line 0 text.long-line "break the lines" -- localhost:PORT --to $J
	broken utf8 69 address.utf8 "ASCII address" --rule "EHLO hide SMTPUTF8" \
		-- localhost:PORT --to jørgen@localhost
	broken nobody 69 rcpt.unknown "spelling" --mailbox Brown@localhost -- localhost:PORT --to $J
	broken relay 69 relay.postfix "port 587" \
		--rule "RCPT 554 5.7.1 <x@b.example>: Relay access denied" -- localhost:PORT --to $J
	broken listed 69 list.dnsbl "removal" \
		--rule "connect 554 5.7.1 Client host [192.0.2.1] blocked using bl.example" \
		-- localhost:PORT --to $J
	broken grey 75 grey.said "again in 5" --rule "RCPT 451 4.7.1 Greylisted, come again" \
		-- localhost:PORT --to $J
	broken put-off 75 grey.likely "again in 5" --rule "RCPT 451 4.7.1 Please try again later" \
		-- localhost:PORT --to $J
	broken turned-away 75 greeting.later "fewer connections" \
		--rule "connect 421 4.3.2 Service not available" -- localhost:PORT --to $J
	broken no-text 74 closed "log" --rule "DATA reset" -- localhost:PORT --to $J
	broken bad-name 69 helo.other "real name" --rule "EHLO 550 5.7.1 Invalid HELO" \
		--rule "HELO 550 5.7.1 Invalid HELO" -- localhost:PORT --to $J --helo here
	broken busy 75 state.shutdown "try again" --rule "EHLO 421 4.3.2 Shutting down" \
		-- localhost:PORT --to $J
	broken out-of-step 76 session.out-of-step "reconnect" \
		--rule 'MAIL early "250 2.1.5 not asked\r\n"' -- localhost:PORT --to $J
	broken hangs-up 74 closed "log" --rule "RCPT reset" -- localhost:PORT --to $J
	diagnosed 15
}

@test "--diagnose: what is well is no finding, by any way" {
	local -a login=(--auth --auth-user jones --auth-password-file pw)
	local way
	serve --self-signed --user jones --password-file pw
	for way in "" "--tls --tls-verify no" "--tls --tls-verify no ${login[*]}"; do
		# shellcheck disable=SC2086
		ends 0 "$SMTPSH" "localhost:$PORT" --diagnose --to $J \
			--from a@c.example --data m $way
		has "nothing stops mail, 0 findings"
	done
	serve_stop
	serve --lmtp
	ends 0 "$SMTPSH" "localhost:$PORT" --lmtp --diagnose --to $J --from a@c.example --data m
	has "nothing stops mail, 0 findings"
	serve_stop
}

@test "a password that is a word of ours: the verdict stays whole" {
	(umask 077 && echo wrong >pw2)
	serve --user jones --password-file pw --auth-insecure
	ends 77 "$SMTPSH" "localhost:$PORT" --from a@c.example --to $J --data m --auth PLAIN \
		--auth-insecure --auth-user jones --auth-password-file pw2
	[[ $stderr == *"user or password is wrong"*"[login.failed]"* ]]
	ends 77 "$SMTPSH" "localhost:$PORT" --diagnose --auth PLAIN --auth-insecure \
		--auth-user jones --auth-password-file pw2 </dev/null
	has "user or password is wrong"
	serve_stop
}

@test "several recipients, one refused: which, why, and what to do" {
	serve --mailbox $J
	ends 69 "$SMTPSH" "localhost:$PORT" --from a@c.example --to "$J,nobody@localhost" --data m
	[[ $stderr == *"mailed to 1 of 2"*"no such"*"[rcpt.partly]"*"spelling"*"alone"* ]]
	ends 69 "$SMTPSH" "localhost:$PORT" --diagnose --to "$J,nobody@localhost" </dev/null
	has "rcpt.unknown" "RCPT (1 of 2 taken)" "nobody@localhost"
	serve_stop
}

@test "a firewall that masks words is seen though mail passes" {
	serve --rule 'connect 220 ********************************' --rule 'EHLO 500 5.5.1 Command unrecognized: "XXXX"'
	ends 0 "$SMTPSH" "localhost:$PORT" --diagnose --to $J </dev/null
	has "proto.masked" "inspect esmtp"
	serve_stop
}
