# mail.bats: a message with parts, made here, as Postfix and Exim store it and
# Python's email reads it; many messages, none twice after kill -9. run takes it
# three times, with $SERVER at Postfix, at Exim and at Dovecot's LMTP.

load servers

stored() {
	find "$MAIL/jones/new" -type f 2>/dev/null | wc -l
}

has_stored() {
	[ "$(stored)" -ge "$1" ]
}

# has_stored_or_gone N PID
has_stored_or_gone() {
	has_stored "$1" || ! kill -0 "$2" 2>/dev/null
}

# Each is there, but for what is unknown; "there" says which are.
all_stored() {
	find "$MAIL/jones/new" -type f -exec sed -nE 's/^Subject: m//p' {} + |
		sort >there
	[ -z "$(seq "$MAILS" | sort | comm -23 - there | comm -23 - unknown)" ]
}

@test "parts, names and octets of a stored message" {
	printf 'GIF89a' >'my logo.gif'
	head -c 300000 /dev/urandom >bin.dat
	run smtpsh -q --from 'Jörg <smith@alpha.arpa>' --to 'Ünal <jones@beta.arpa>' \
		--subject 'Grüße' --body $'Hällo\n.\n..dots\nFrom here' \
		--html '<img src="cid:my logo.gif">' --inline 'my logo.gif' \
		--attach 'bin.dat;name=täst.bin' "$SERVER"
	ended 0
	until_true has_stored 1
	python3 - "$MAIL"/jones/new/* <<'END'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
assert (m["From"], m["To"], m["Subject"]) == ("Jörg <smith@alpha.arpa>", "Ünal <jones@beta.arpa>", "Grüße")
parts = [p for p in m.walk() if not p.is_multipart()]
assert not any(p.defects for p in m.walk())
assert [p.get_content_type() for p in parts] == ["text/plain", "text/html", "image/gif", "application/octet-stream"]
assert parts[0].get_content().replace("\r", "") == "Hällo\n.\n..dots\nFrom here\n"
assert parts[2].get_payload(decode=True) == b"GIF89a"
assert parts[3].get_payload(decode=True) == open("bin.dat", "rb").read()
assert parts[3].get_filename() == "täst.bin"
END
}

@test "--resume: killed at random moments, no message twice and none lost" {
	local i pid round want=0
	# shellcheck disable=SC2034 # until_true has it
	local PATIENCE=300
	# Exim starts a process for each, which takes its time.
	[ "$SERVER_NAME" != exim ] || MAILS=${MAILS:-100}
	MAILS=${MAILS:-1000} ROUNDS=${ROUNDS:-6}
	rm -rf "${MAIL:?}"/*
	mkdir in
	for ((i = 1; i <= MAILS; i++)); do
		printf 'Subject: m%d\n\nx\n' $i >in/$i
	done
	for ((round = 0; round < ROUNDS; round++)); do
		"$SMTPSH" -q --from smith@alpha.arpa --to jones@beta.arpa --eml in \
			--resume state "$SERVER" 2>/dev/null &
		pid=$!
		want=$((want + 1 + RANDOM % (MAILS * 3 / 2 / ROUNDS)))
		[ $want -lt "$MAILS" ] || want=$((MAILS - 1))
		until_true has_stored_or_gone $want $pid
		kill -9 $pid || true
		wait $pid || true
	done
	run smtpsh -q --from smith@alpha.arpa --to jones@beta.arpa --eml in \
		--resume state "$SERVER"
	# What is unknown was stored, or was not.
	sed -nE 's|^(smtpsh: )?in/([0-9]+): .*is unknown.*|\2|p' <<<"$output" |
		sort >unknown
	[ "$(wc -l <unknown)" -le "$ROUNDS" ]
	until_true all_stored
	[ -z "$(uniq -d there)" ]
	echo "# $ROUNDS times, unknown: $(wc -l <unknown)" >&3
}
