# postfix.bats: what Postfix does and others do not.

load servers

@test "what Postfix does not know: EXPN, SEND, SOML, SAML, TURN" {
	local verb
	for verb in 'EXPN list' 'SEND FROM:<a@b>' 'SOML FROM:<a@b>' \
		'SAML FROM:<a@b>' TURN; do
		run smtpsh "$POSTFIX" -c 'EHLO a' -c "$verb"
		ended 69
		says "R: 50"
	done
}

@test "ETRN and NOOP with words" {
	run smtpsh "$POSTFIX" -c 'EHLO a' -c 'NOOP some words' \
		-c 'ETRN beta.arpa'
	says "R: 250 2.0.0 Ok"
	says "R: 459"
	ended 75
}

@test "JSON has Postfix's enhanced codes" {
	run -0 --separate-stderr smtpsh --format json --keep-going \
		-f "$BATS_TEST_DIRNAME/../conversations/alpha-beta.smtp" \
		"$POSTFIX"
	python3 - "$output" <<-'E'
		import json, sys
		rows = [json.loads(l) for l in sys.argv[1].splitlines()]
		codes = [(r["code"], r.get("enhanced"))
		         for r in rows if r.get("code")]
		assert codes == [
		    (220, None), (250, None), (250, "2.1.0"), (250, "2.1.5"),
		    (550, "5.1.1"), (250, "2.1.5"), (354, None),
		    (250, "2.0.0"), (221, "2.0.0")], codes
	E
}

@test "commands in the wrong order are sent all the same" {
	run smtpsh --bare "$POSTFIX" -c DATA -c . -c 'RCPT TO:<Jones@Beta.ARPA>' \
		-c 'MAIL FROM:<a@b>' -c 'MAIL FROM:<a@b>' -c QUIT
	ended 69
	says "R: 503 5.5.1 Error: need RCPT command"
	says "R: 503 5.5.1 Error: need MAIL command"
	says "R: 503 5.5.1 Error: nested MAIL command"
	says "R: 221"
}

@test "octets by hand: half a command, then the rest and another" {
	run smtpsh "$POSTFIX" -c 'EHLO a' -c '\raw RS' -c '\raw ET\r\nRSET\r\n'
	run -0 grep -c 'R: 250 2.0.0 Ok' <<<"$output"
	[ "$output" = 2 ]
}

@test "Postfix's own load generator against the receiver" {
	serve --maildir box
	run -0 smtp-source -s 20 -m 200 -l 3000 -r 2 -N -f Smith@Alpha.ARPA \
		-t Jones@Beta.ARPA "inet:$SERVE"
	[ "$(find box -path '*/new/*' -type f | wc -l)" = 400 ]
	[ -z "$(find box -path '*/tmp/*' -type f)" ]
}

# What follows the greeting up to the next prompt, without XCLIENT and XFORWARD,
# which are for these tests' proxies.
@test "EHLO typed at a terminal of 80 by 24 takes fourteen lines" {
	command -v tmux >/dev/null || skip "tmux is not installed"
	load ../pty.bash
	local host=mail.beta.arpa
	pty_start 80 env -u NO_COLOR INPUTRC=/dev/null LC_ALL=C.UTF-8 \
		HOME="$BATS_TEST_TMPDIR" "$SMTPSH" --no-rc "$POSTFIX"
	pty_at "$host>"
	pty_type "EHLO client.example"
	pty_keys Enter
	pty_at "$host>"
	pty_screen | sed -n "/$host> EHLO/,/^$host>\$/p" |
		sed '$d' | grep -v 'R: 250-X' >rows
	pty_end
	cat rows
	[ "$(wc -l <rows)" -le 14 ]
	grep -qE '^R: 250-PIPELINING +# commands may be sent in groups' rows
}
