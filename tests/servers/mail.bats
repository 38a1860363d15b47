# mail.bats: a message with parts, made here, as Postfix and Exim store it and
# Python's email reads it; many messages, none twice after kill -9. run takes it
# twice, with $SERVER at Postfix and at Exim.

load servers

stored() {
	find "$MAIL/jones/new" -type f 2>/dev/null | wc -l
}

has_stored() {
	[ "$(stored)" -ge "$1" ]
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

@test "--resume: killed in the middle, no message twice and none lost" {
	[ "$SERVER_NAME" = postfix ] ||
		skip "Exim stores what is behind the tenth of a connection later"
	local i pid round unknown
	rm -rf "${MAIL:?}"/*
	mkdir in
	for ((i = 1; i <= 100; i++)); do
		printf 'Subject: m%d\n\nx\n' $i >in/$i
	done
	for round in 1 2 3; do
		"$SMTPSH" -q --from smith@alpha.arpa --to jones@beta.arpa --eml in \
			--resume state "$SERVER" 2>/dev/null &
		pid=$!
		until_true has_stored $((round * 20))
		kill -9 $pid || true
		wait $pid || true
	done
	run smtpsh -q --from smith@alpha.arpa --to jones@beta.arpa --eml in \
		--resume state "$SERVER"
	unknown=$(grep -c 'is unknown' <<<"$output") || true
	until_true has_stored $((100 - unknown))
	[ -z "$(grep -h '^Subject: m' "$MAIL"/jones/new/* | sort | uniq -d)" ]
	[ "$unknown" -le 3 ]
}
