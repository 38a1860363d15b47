#!/usr/bin/env bats
# Many messages over one connection: MAIL, RCPT and DATA of the next go out with
# the end of the text before (RFC 2920 3.1), its own text only when that end was
# answered.

bats_require_minimum_version 1.5.0
load helper

setup() {
	command -v python3 >/dev/null || skip "python3 is not installed"
	smtpsh_setup
	mkdir in
}

# server.py: for --pipe. Its first look behind a period is for what is there
# without its reply: "ahead" has the verbs. WAIT: it waits for them. What a
# message is answered is its subject, "lost" nothing. Whose text came is in
# "texts".
server() {
	cat >server.py <<'END'
import os, select
lmtp = os.environ.get("LMTP")
buf = b""
def line():
    global buf
    while b"\n" not in buf:
        d = os.read(0, 65536)
        if not d:
            raise SystemExit
        buf += d
    at = buf.index(b"\n") + 1
    l, buf = buf[:at], buf[at:]
    return l.decode().rstrip("\r\n")
def say(s):
    os.write(1, (s + "\r\n").encode())
def note(f, s):
    with open(f, "a") as a:
        a.write(s + "\n")
say("220 server.example")
n = 0
while True:
    l = line()
    verb = l[:4].upper()
    if verb in ("EHLO", "LHLO"):
        note("sessions", "one")
        say("250-server.example\r\n250 " + os.environ.get("OFFER", "PIPELINING"))
    elif verb == "MAIL":
        n = 0
        say("250 2.1.0 ok")
    elif verb == "RCPT":
        n += "nobody" not in l
        say("250 2.1.5 ok" if "nobody" not in l else "550 5.1.1 no such user")
    elif verb == "DATA" and n == 0:
        say("554 5.5.1 nobody")
    elif verb == "DATA":
        say("354 go")
        subject = line()[9:]
        while line() != ".":
            pass
        more = select.select([0], [], [], 5 if subject.startswith("wait") else 0)[0]
        if more and not buf:
            buf += os.read(0, 65536)
        note("ahead", " ".join(x[:4].decode() for x in buf.split(b"\r\n") if x))
        note("texts", subject)
        if subject.startswith("lost"):
            raise SystemExit
        code = subject.split()[0] if subject[0].isdigit() else "250"
        for i in range(n if lmtp else 1):
            say(code + " said of " + subject)
        if code == "421":
            raise SystemExit
    elif verb == "QUIT":
        say("221 bye")
        raise SystemExit
    else:
        say("250 ok")
END
}

# message NAME SUBJECT TO...
message() {
	local name=$1 subject=$2
	shift 2
	printf 'Subject: %s\nFrom: a@b.example\nTo: %s\n\nhi\n' "$subject" "$*" >"in/$name"
}

sends() {
	local want=$1
	shift
	server
	ends "$want" "$SMTPSH" --pipe "python3 server.py" --envelope headers --eml in "$@"
}

@test "the next one's commands come with the end of the text before, by default" {
	local i
	for i in 1 2 3; do message "$i" "wait $i" "u$i@b.example, v$i@b.example"; done
	message 4 last u@b.example
	sends 0
	[ "$(cat ahead)" = $'MAIL RCPT RCPT DATA\nMAIL RCPT RCPT DATA\nMAIL RCPT DATA' ] ||
		{ cat ahead; false; }
	[ "$(wc -l <sessions)" = 1 ]
	has "in/1: accepted 2" "in/3: accepted 2" "4 messages" "accepted 7"
	has_in "$(head -1 <<<"$output")" in/1
	rm ahead
	sends 0 --no-pipelining --stop-after 2
	[ "$(cat ahead)" = "" ]
}

@test "whatever a text is answered, the next one is right" {
	message 1 "250 one" u@b.example
	message 2 "554 two" u@b.example
	message 3 "250 three" nobody@b.example
	message 4 "451 four" u@b.example
	message 5 "250 five" u@b.example
	sends 2
	[ "$(wc -l <sessions)" = 1 ]
	[ "$(cat texts)" = $'250 one\n554 two\n451 four\n250 five' ]
	has "in/1: accepted 1" "in/2: accepted 0, refused for good 1" \
		"in/3: accepted 0, refused for good 1" \
		"in/4: accepted 0, refused for now 1" "in/5: accepted 1" \
		"5 messages" "accepted 2, refused for now 1, refused for good 2"
}

@test "the connection is lost behind a text: unknown for that one, the next goes once" {
	message 1 "250 one" u@b.example
	message 2 "lost two" u@b.example
	message 3 "421 three" u@b.example
	message 4 "250 four" u@b.example
	sends 74 --resume state
	has "in/1: accepted 1" "in/2: accepted 0, unknown 1" \
		"in/3: accepted 0, refused for now 1" "in/4: accepted 1"
	[ "$(cat texts)" = $'250 one\nlost two\n421 three\n250 four' ]
	rm texts
	ends 74 "$SMTPSH" --pipe "python3 server.py" --envelope headers --eml in --resume state
	[ "$(cat texts)" = "421 three" ]
	has "nothing left to do for 3"
}

@test "no text goes once --stop-after has been reached" {
	message 1 "554 one" u@b.example
	message 2 "250 two" u@b.example
	sends 69 --stop-after 1
	[ "$(cat texts)" = "554 one" ]
	[ "$(cat ahead)" = "" ]
	rm texts ahead
	message 2 "554 two" u@b.example
	message 3 "250 three" u@b.example
	sends 69 --stop-after 2
	[ "$(cat texts)" = $'554 one\n554 two' ]
}

@test "LMTP: a reply for each recipient, then the next one's" {
	message 1 "wait one" "u@b.example, v@b.example"
	message 2 "wait two" "u@b.example, nobody@b.example, v@b.example"
	message 3 "250 three" u@b.example
	LMTP=1 sends 2 --lmtp
	[ "$(head -1 ahead)" = "MAIL RCPT RCPT RCPT DATA" ]
	has "in/1: accepted 2" "in/2: accepted 2, refused for good 1" "in/3: accepted 1"
}
