#!/usr/bin/env bats
# What replies, verbs and keywords mean: --explain, \explain, and the remarks.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
}

# STD 10's 21 codes, their texts and its bracketed notes (RFC 821 4.2.2).
codes() {
	cat <<'END'
211 System status, or system help reply
214 Help message|[Information on how to use the receiver or the meaning of a particular non-standard command; this reply is useful only to the human user]
220 <domain> Service ready
221 <domain> Service closing transmission channel
250 Requested mail action okay, completed
251 User not local; will forward to <forward-path>
354 Start mail input; end with <CRLF>.<CRLF>
421 <domain> Service not available, closing transmission channel|[This may be a reply to any command if the service knows it must shut down]
450 Requested mail action not taken: mailbox unavailable|[E.g., mailbox busy]
451 Requested action aborted: local error in processing
452 Requested action not taken: insufficient system storage
500 Syntax error, command unrecognized|[This may include errors such as command line too long]
501 Syntax error in parameters or arguments
502 Command not implemented
503 Bad sequence of commands
504 Command parameter not implemented
550 Requested action not taken: mailbox unavailable|[E.g., mailbox not found, no access]
551 User not local; please try <forward-path>
552 Requested mail action aborted: exceeded storage allocation
553 Requested action not taken: mailbox name not allowed|[E.g., mailbox syntax incorrect]
554 Transaction failed
END
}

# Lines joined, runs of blanks made one.
flat() {
	tr -s ' \n' ' ' <<<"$output"
}

@test "every code of STD 10 has its text, its note and its source" {
	local line code n=0
	while read -r line; do
		code=${line%% *}
		ends 0 "$SMTPSH" --explain "$code"
		[[ "${lines[0]}" = "${line%%|*}" ]] || {
			echo "${lines[0]}"
			return 1
		}
		[[ $line != *'|'* ]] || has_in "$(flat)" "${line#*|}"
		has "STD 10 (RFC 821) 4.2"
		n=$((n + 1))
	done < <(codes)
	[ $n = 21 ]
}

@test "and so has every reply of a session, as a remark" {
	local line code
	while read -r line; do
		code=${line%% *}
		case $code in
		220 | 221 | 354) continue ;; # come by themselves
		esac
		printf 'R: 220\nS: XYZ\nR: %s text\nS: QUIT\nR: 221\n' "$code" >f
		ends 0 env COLUMNS=200 "$SMTPSH" --mock f -f f
		has_in "$(flat)" "# ${line%%|*}"
		[[ $line != *'|'* ]] || has_in "$(flat | sed 's/ # / /g')" "${line#*|}"
	done < <(codes)
}

@test "the example of the remark, word by word" {
	ends 0 "$SMTPSH" --sandbox -f "$ROOT/tests/conversations/alpha-beta.smtp"
	has $'R: 550 No such user here\n   # 550 Requested action not taken: mailbox unavailable\n   #     [E.g., mailbox not found, no access]'
}

@test "codes that came later say where from" {
	ends 0 "$SMTPSH" --explain 252 334 455 521 530 535 538 555 556
	has "252 " "334 " "455 " "521 " "556 " "RFC 5321" "RFC 4954" "RFC 7504"
}

@test "an unknown code is told by its digits" {
	ends 0 "$SMTPSH" --explain 299 459 587
	has "299 is in no RFC" "2yz       Positive Completion" "x9z       Not defined" \
		"4yz       Transient Negative Completion" "x5z       Mail system" \
		"5yz       Permanent Negative Completion" "x8z       Not defined"
	printf 'R: 220\nS: NOOP\nR: 259 odd\nS: QUIT\nR: 221\n' >f
	ends 0 "$SMTPSH" --mock f -f f
	has "# 259 Positive Completion reply"
}

@test "classes: 5, 55z" {
	ends 0 "$SMTPSH" --explain 5 55z
	has "Permanent Negative Completion" "Mail system"
}

@test "enhanced codes, whole and by their parts" {
	ends 0 "$SMTPSH" --explain 5.1.1
	has "5.1.1 Bad destination mailbox address" "RFC 3463" "Permanent Failure" "Addressing Status"
	ends 0 "$SMTPSH" --explain 4.7.1 2.0.0 5.7.25 X.1
	has "Delivery not authorized, message refused" "Other undefined Status" "Reverse DNS validation failed"
	printf 'R: 220\nS: NOOP\nR: 550 5.7.1 no\nS: QUIT\nR: 221\n' >f
	ends 0 "$SMTPSH" --mock f -f f
	has "5.7.1 Delivery not authorized, message refused"
}

@test "an enhanced code that contradicts its reply is remarked on" {
	printf 'R: 220\nS: NOOP\nR: 250 5.1.1 odd\nS: QUIT\nR: 221\n' >f
	ends 0 "$SMTPSH" --mock f -f f
	has_in "$(flat)" "5.1.1"
	has_in "$(flat)" "class"
}

@test "every verb, in either case: syntax, replies, source" {
	local v
	for v in HELO MAIL RCPT DATA RSET SEND SOML SAML VRFY EXPN HELP NOOP QUIT TURN; do
		ends 0 "$SMTPSH" --explain "$v"
		[[ ${lines[0]} == $v* ]]
		has "RFC 821 4.1.1"
		[[ $output == *success* || $output == *interim* ]]
		local one=$output
		ends 0 "$SMTPSH" --explain "${v,,}"
		[ "$output" = "$one" ]
	done
	for v in $("$SMTPSH" --list verbs); do
		ends 0 "$SMTPSH" --explain "$v"
		[[ $output == *RFC* || $output == *Postfix* || $output == *sendmail* ]]
	done
	ends 0 "$SMTPSH" --explain RCPT
	has "RCPT TO:<forward-path>" 251 550 551 552 553 450 451 452 500 501 503 421
	ends 0 "$SMTPSH" --sandbox -c '\help RCPT' -c '\explain RCPT'
	[ "$(grep -c 'RCPT TO:<forward-path>' <<<"$output")" = 2 ]
}

@test "EHLO keywords, by name and in a reply" {
	ends 0 "$SMTPSH" --explain PIPELINING
	has "PIPELINING" "RFC 2920"
	ends 0 "$SMTPSH" --explain size 8bitmime dsn smtputf8 chunking enhancedstatuscodes
	has "RFC 1870" "RFC 6152" "RFC 3461" "RFC 6531" "RFC 3030" "RFC 2034"
	printf 'R: 220\nS: EHLO x\nR: 250-x\nR: 250-SIZE 1024\nR: 250 XODD 1\nS: QUIT\nR: 221\n' >f
	ends 0 "$SMTPSH" --mock f -f f
	has "# SIZE" "1,024 octets" "XODD"
}

@test "a parameter is explained too" {
	ends 0 "$SMTPSH" --explain NOTIFY
	has "RCPT" "RFC 3461"
}

@test "all that --list words has can be explained" {
	local words
	mapfile -t words < <("$SMTPSH" --list words)
	[ ${#words[@]} -gt 100 ]
	ends 0 "$SMTPSH" --explain "${words[@]}"
}

@test "what nothing is known of" {
	ends 64 "$SMTPSH" --explain FROBNICATE
	tells FROBNICATE
	ends 64 "$SMTPSH" --explain 999
	tells 999
	ends 64 "$SMTPSH" --explain $'\e[2J'
	[[ $stderr != *$'\e'* ]]
	ends 64 "$SMTPSH" --sandbox -c '\explain FROBNICATE'
	tells FROBNICATE
}

@test "a pair of codes: the enhanced one, cause and next step, then the tables" {
	ends 0 "$SMTPSH" --explain 550 5.7.26
	[ "${lines[0]}" = "5.7.26 in a reply 550: Multiple authentication checks failed" ]
	[[ ${lines[1]} == "    cause     "* ]]
	[ "$(grep -nx '550 Requested action not taken: mailbox unavailable' <<<"$output" | cut -d: -f1)" -gt 10 ]
	local two=$output
	ends 0 "$SMTPSH" --explain '550 5.7.26'
	[ "$output" = "$two" ]
	ends 0 "$SMTPSH" --sandbox -c '\explain 550 5.7.26'
	has "5.7.26 in a reply 550:"
	ends 0 "$SMTPSH" --explain 451 4.7.1 RCPT
	[ "${lines[0]}" = "4.7.1 in a reply 451: Delivery not authorized, message refused" ]
	has_in "$(flat)" greylisting 'RCPT TO:<forward-path>'
	# No refusal, no pair.
	ends 0 "$SMTPSH" --explain 250 2.1.5
	[ "${lines[0]}" = "250 Requested mail action okay, completed" ]
}

@test "a word of the trade is answered by the causes that name it, a slip by a guess" {
	local word
	for word in greylisting DMARC relay tarpit backscatter; do
		ends 0 "$SMTPSH" --explain $word
		has "$word: what failures say of it" "    next  " "    rule  "
	done
	ends 64 "$SMTPSH" --explain STARTLS
	tells "'STARTLS': did you mean STARTTLS?"
	ends 64 "$SMTPSH" --sandbox -c '\explain SIEZ'
	tells "did you mean SIZE?"
	# What nearly every cause has says nothing.
	ends 64 "$SMTPSH" --explain server
	tells "in quotes, a reply's text"
}

@test "a code that STD 10 4.3 does not list for the verb is remarked on" {
	printf 'R: 220\nS: RSET\nR: 550\nS: RSET\nR: 250\nS: QUIT\nR: 221\n' >f
	ends 0 env COLUMNS=200 "$SMTPSH" --mock f -f f
	[ "$(grep -c 'not listed for RSET in STD 10 4.3' <<<"$output")" = 1 ]
}

@test "a slip of the finger is met with a guess" {
	ends 69 "$SMTPSH" --sandbox -c 'MIAL FROM:<a@b.example>' -c exit -c XYZZY
	has '   # did you mean MAIL?' 'did you mean \quit?'
	[ "$(grep -c 'did you mean' <<<"$output")" = 2 ]
	ends 64 "$SMTPSH" --sandbox -c '\explian 550'
	tells 'did you mean \explain?'
	# A transcript says what it expects.
	printf 'R: 220\nS: MIAL\nR: 500\nS: QUIT\nR: 221\n' >f
	ends 0 "$SMTPSH" --sandbox -f f
	lacks 'did you mean'
}

@test "colour only where it is asked for, or on a terminal" {
	ends 0 "$SMTPSH" --sandbox -c 'VRFY Smith'
	[[ $output != *$'\e'* ]]
	ends 0 "$SMTPSH" --sandbox --color always -c 'VRFY Smith'
	[[ $output == *$'\e['* ]]
	ends 0 env NO_COLOR=1 "$SMTPSH" --sandbox -c 'VRFY Smith'
	[[ $output != *$'\e'* ]]
}

@test "a line of a longer reply is explained: the code, and the code behind it" {
	ends 0 "$SMTPSH" --explain 550-5.7.26
	has "550 Requested action not taken" "5.7.26 Multiple authentication checks failed"
	ends 0 "$SMTPSH" --explain 250-
	has "250 Requested mail action okay"
	ends 64 "$SMTPSH" --explain 550-nosuch
}

@test "a refusal of *, which cancels AUTH, is no line that is too long" {
	cat >auth.sh <<'END'
printf '220 x\r\n'
while read -r line; do
	case $line in
	EHLO*) printf '250-x\r\n250 AUTH LOGIN\r\n' ;;
	AUTH*) printf '334 VXNl\r\n' ;;
	QUIT*) printf '221 bye\r\n'; exit ;;
	*) printf '500 what\r\n' ;;
	esac
done
END
	ends 69 "$SMTPSH" --pipe "bash auth.sh" -c 'EHLO a' -c 'AUTH LOGIN' -c '*'
	has "500 Authentication exchange cancelled (RFC 4954, which has 501 for that)"
	lacks "too long"
	ends 69 "$SMTPSH" --pipe "bash auth.sh" --format json -c 'EHLO a' -c 'AUTH LOGIN' -c '\raw *\r\n'
	has '"meaning":"Authentication exchange cancelled"'
}
