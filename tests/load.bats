#!/usr/bin/env bats
# --load: many sessions, what is counted is what happened, and the result adds
# up.

bats_require_minimum_version 1.5.0

load helper.bash
load pty.bash

setup() {
	smtpsh_setup
}

teardown() {
	pty_end
	serve_stop
}

# json KEY: of the result in $output.
json() {
	jq -r "select(.event == \"result\") | $1" <<<"$output"
}

@test "every message is one that the receiver stored" {
	serve --maildir mail
	ends 0 "$SMTPSH" --load --sessions 8 --messages 100 --format json \
		--to 'jones@here.example' --body x 127.0.0.1:"$PORT"
	[ "$(json .messages)" = 100 ]
	[ "$(json .failed)" = 0 ]
	[ "$(json .texts_taken)" = 100 ]
	[ "$(json .connections)" = 8 ]
	[ "$(json '.replies["354"]')" = 100 ]
	[ "$(json '.latency.whole.count')" = 100 ]
	[ "$(json '.latency.RCPT.count')" = 100 ]
	serve_stop
	[ "$(ls mail/*/new | wc -l)" = 100 ]
	[ "$(grep -c 'S: QUIT' server)" = 8 ]
}

@test "the text on standard input is what every message has" {
	serve --maildir mail
	printf 'Subject: s\n\n.dot\nlast' >message
	ends 0 "$SMTPSH" --load --sessions 2 --messages 4 --quiet \
		--to 'j${n}@here.example' 127.0.0.1:"$PORT" <message
	serve_stop
	[ "$(ls mail)" = "$(printf 'j%s@here.example\n' 1 2 3 4)" ]
	for f in mail/*/new/*; do
		grep -qx $'.dot\r\{0,1\}' "$f"
		grep -qx $'last\r\{0,1\}' "$f"
	done
}

@test "--keep connects anew, --rcpts adds recipients, --message-size makes it long" {
	serve --maildir mail
	ends 0 "$SMTPSH" --load --sessions 2 --messages 9 --keep 2 --rcpts 3 \
		--message-size 5000 --to b@here.example --format json \
		127.0.0.1:"$PORT"
	[ "$(json .connections)" -ge 5 ]
	[ "$(json .messages)" = 9 ]
	[ "$(json '.replies["250"]')" -ge 36 ]
	[ "$(json .octets)" = 45000 ]
	serve_stop
	[ "$(ls mail)" = "$(printf 'b%s@here.example\n' '' 2 3 | sort)" ]
}

@test "refusals count by stage and code, with their meaning" {
	serve --mailbox jones@here.example
	ends 69 "$SMTPSH" --load --sessions 3 --messages 10 \
		--to green@here.example 127.0.0.1:"$PORT"
	has "0 messages" "10  RCPT" "550 Requested action not taken" \
		"failed                10"
	ends 69 "$SMTPSH" --load --sessions 3 --messages 10 --format json \
		--to green@here.example 127.0.0.1:"$PORT"
	[ "$(json '.failures[0] | "\(.stage) \(.code) \(.count)"')" = "RCPT 550 10" ]
	[ "$(json .connections)" = 3 ]
}

@test "a host that cannot be reached ends the run" {
	ends 75 "$SMTPSH" --load --sessions 3 --messages 10 127.0.0.1:1
	tells "Connection refused"
	ends 64 "$SMTPSH" --load
	tells "no host"
}

@test "a conversation file runs in every session, and is judged there" {
	serve
	cat >good.smtp <<-'END'
		MAIL FROM:<a${session}@here.example>
		250
		RCPT TO:<b${n}@here.example>
		250
		DATA
		354
		Subject: ${random:8}

		text
		.
		250
	END
	sed 's/^RCPT.*/&\n550/; /^550/{n;d}' good.smtp >bad.smtp
	ends 0 "$SMTPSH" --load --sessions 3 --messages 9 -f good.smtp \
		--format json 127.0.0.1:"$PORT"
	[ "$(json .messages)" = 9 ]
	[ "$(json .met)" = 36 ]
	[ "$(json .connections)" = 3 ]
	[ "$(json .octets)" = 243 ]
	ends 1 "$SMTPSH" --load --sessions 2 --messages 15 -f bad.smtp \
		127.0.0.1:"$PORT"
	has "15 missed" "bad.smtp:4: expected 550, got 250"
	[ "$(grep -c 'bad.smtp:4: expected' <<<"$output")" = 10 ]
	ends 1 "$SMTPSH" --load --sessions 2 --messages 60 --format json \
		-f good.smtp@3 -f bad.smtp@1 127.0.0.1:"$PORT"
	[ "$(json '.messages + .failed')" = 60 ]
	[ "$(json '.messages > 20 and .failed > 2')" = true ]
}

@test "a file that says nothing is no message that went well" {
	echo '# nothing' >none.smtp
	ends 65 "$SMTPSH" --load --tls -f none.smtp 127.0.0.1:1
	tells "none.smtp: found no line in it"
}

@test "values: a row a message, quoted cells, by turn" {
	serve
	cat >v.csv <<-'END'
		user,what
		smith,"one, two"
		jones,"say ""hi"""
	END
	cat >v.smtp <<-'END'
		MAIL FROM:<${user}@here.example>
		VRFY ${what}
	END
	ends 0 "$SMTPSH" --load --sessions 1 --messages 3 --values v.csv \
		-f v.smtp --quiet 127.0.0.1:"$PORT"
	serve_stop
	[ "$(grep -o 'FROM:<[a-z]*' server | uniq -c | xargs)" = \
		"1 FROM:<smith 1 FROM:<jones 1 FROM:<smith" ]
	grep -q 'VRFY one, two' server
	grep -q 'VRFY say "hi"' server
	printf 'a,b\n1\n' >bad.csv
	ends 65 "$SMTPSH" --load --values bad.csv -f v.smtp 127.0.0.1:1
	tells "bad.csv: row 1 has another number of values"
}

@test "what belongs to one conversation is refused before anything is sent" {
	printf 'MAIL FROM:<a@here.example>\n\\record x\n' >r.smtp
	ends 65 "$SMTPSH" --load -f r.smtp 127.0.0.1:1
	tells "r.smtp:2: \\record is for one conversation"
	ends 64 "$SMTPSH" --load --junit x 127.0.0.1:1
	tells "--junit is for"
	ends 64 "$SMTPSH" --load --pipeline -f r.smtp 127.0.0.1:1
	ends 64 "$SMTPSH" --load --chunk 10 --pipeline 127.0.0.1:1
	ends 64 "$SMTPSH" --load --arrivals poisson 127.0.0.1:1
	ends 64 "$SMTPSH" --ramp 3s 127.0.0.1:1
	tells "--ramp is for --load"
}

@test "--rate holds the rate, and counts the wait for a session" {
	serve
	ends 0 "$SMTPSH" --load --sessions 5 --messages 60 --rate 100 \
		--format json 127.0.0.1:"$PORT"
	[ "$(json '.elapsed_s > 0.55 and .elapsed_s < 1.5')" = true ]
	[ "$(json '.lag.count')" = 60 ]
	[ "$(json .messages)" = 60 ]
}

@test "--duration ends a rate that the sessions do not hold, and counts what was due" {
	serve --discard
	ends 0 "$SMTPSH" --load --sessions 2 --think 100ms --rate 200 \
		--duration 700ms --format json 127.0.0.1:"$PORT"
	# 140 are due; two sessions with their rests begin some 14 of them.
	[ "$(json '.begun + .not_begun')" = 140 ]
	[ "$(json '.not_begun > 100 and .elapsed_s < 5')" = true ]
	[[ $(json .limit) == *"messages were due and never begun"* ]]
	ends 0 "$SMTPSH" --load --sessions 2 --rate 100 --duration 300ms \
		--format json 127.0.0.1:"$PORT"
	[ "$(json '[.begun + .not_begun, .interrupted] | @csv')" = 30,false ]
}

@test "--fail-if: a slip is found before, a figure that is missed ends with 1" {
	ends 64 "$SMTPSH" --load --fail-if 'p98>1ms' 127.0.0.1:1
	tells "p98>1ms" "expected as"
	ends 64 "$SMTPSH" --load --fail-if 'p99>200' 127.0.0.1:1
	tells "--fail-if p99>200: 200 of what? write 200ms, 200s or 200us"
	serve
	ends 0 "$SMTPSH" --load --messages 10 --fail-if 'p99>20s' \
		--fail-if 'errors>0' --quiet 127.0.0.1:"$PORT"
	ends 1 "$SMTPSH" --load --messages 10 --fail-if 'rcpt.p50>0.001us' \
		--quiet 127.0.0.1:"$PORT"
	tells "rcpt.p50>0.001us: it is"
	ends 1 "$SMTPSH" --load --messages 10 --fail-if 'tls.p50>10s' --quiet \
		127.0.0.1:"$PORT"
	tells "nothing was measured"
}

@test "logs of shards add up to the sum" {
	serve --maildir mail
	for k in 1 2 3; do
		ends 0 "$SMTPSH" --load --sessions 2 --messages 31 --shard $k/3 \
			--to 'n${n}@here.example' --body x --hdr $k.hdr --quiet \
			127.0.0.1:"$PORT"
	done
	ends 0 "$SMTPSH" --merge 1.hdr 2.hdr 3.hdr --format json --html all.html
	[ "$(json .messages)" = 31 ]
	[ "$(json .machines)" = 3 ]
	[ "$(json .connections)" = 6 ]
	[ "$(json '.latency.whole.count')" = 31 ]
	[ "$(json '.latency.MAIL.count')" = 31 ]
	[ "$(json '.replies["354"]')" = 31 ]
	grep -q '<svg' all.html
	serve_stop
	# Every number was some shard's, once.
	[ "$(ls mail | wc -l)" = 31 ]
	head -n -1 1.hdr >cut.hdr
	ends 1 "$SMTPSH" --merge cut.hdr 2.hdr
	tells "cut.hdr has no end of smtpsh's"
	ends 66 "$SMTPSH" --merge none.hdr
	ends 64 env SLURM_PROCID=4 SLURM_NTASKS=4 "$SMTPSH" --load 127.0.0.1:1
	tells "SLURM_PROCID is 4"
}

# A soak of days has a line a second: adding up takes as long as reading does.
@test "a log of 200,000 intervals is added up, and a signal ends it" {
	{
		printf '#[Histogram log format version 1.3]\n#[StartTime: 1.0 (seconds since epoch), x]\n'
		awk 'BEGIN { for (i = 0; i < 200000; i++)
			printf "#[smtpsh interval %d000000000 1000000000 5 5 5]\n", i }'
		printf '#[smtpsh messages 7]\n#[smtpsh machines 1]\n#[smtpsh end]\n'
	} >long.hdr
	ends 0 timeout 30 "$SMTPSH" --merge long.hdr long.hdr --format json
	[ "$(json '"\(.messages) \(.machines)"')" = "14 2" ]
	mkfifo slow.hdr
	"$SMTPSH" --merge slow.hdr 3>&- &
	RUNS=$!
	# Its signals are caught before it opens what it reads.
	exec 4>slow.hdr
	kill -TERM "$RUNS"
	local status=0
	wait "$RUNS" || status=$?
	RUNS=
	exec 4>&-
	[ "$status" = 143 ]
}

@test "an interrupt ends it politely, and what was done is told" {
	serve
	"$SMTPSH" --load --sessions 4 --duration 1h --progress 1s --format json \
		127.0.0.1:"$PORT" >out &
	local pid=$!
	soon grep -q progress out
	kill "$pid"
	local status=0
	wait "$pid" || status=$?
	[ "$status" = 143 ]
	output=$(<out)
	[ "$(json .interrupted)" = true ]
	[ "$(json '.messages > 0')" = true ]
	[ "$(json .cut_short)" = 0 ]
	serve_stop
	[ "$(grep -c 'S: QUIT' server)" = 4 ]
}

# pty_all: the screen, and what went out at its top.
pty_all() {
	tmux -L "$PTY_SOCKET" capture-pane -p -S -
}

@test "the page is drawn over itself, at any width, and goes when it is over" {
	command -v tmux >/dev/null || skip "tmux is not installed"
	serve --discard
	pty_start 44 "$SMTPSH" --load --sessions 2 --rate 50 --duration 1m \
		127.0.0.1:"$PORT"
	pty_see ' 2 s, 2 of 2 sessions'
	[ "$(pty_all | grep -c 'smtpsh --load:')" = 1 ]
	[ "$(pty_all | grep -c '^  mean ')" = 1 ]
	# Its first line is where it was: none was wider than the screen.
	[[ $(pty_screen | head -n 1) == 'smtpsh --load: '* ]]
	pty_keys C-c
	pty_see '[status 130]'
	[ "$(pty_all | grep -c 'smtpsh --load:')" = 0 ]
	pty_all | grep -q '^interrupted; what was done'
	# Sentences go on in the next line, at a blank.
	pty_all | grep -A 1 '^rate: 50.0/s asked for' | grep -q '^  [a-z]'
}

@test "much load to a public address is asked about" {
	ends 64 "$SMTPSH" --load --sessions 101 192.0.2.1
	tells "192.0.2.1 is a public address" "--yes-really"
	ends 64 "$SMTPSH" --load --sessions 1 --rate 1001 '[2001:db8::1]:25'
	tells "public address"
}

@test "more sessions than descriptors are an error that says what to do" {
	run --separate-stderr bash -c \
		'ulimit -n 64; exec "$1" --load --sessions 100 127.0.0.1:1' - "$SMTPSH"
	[ "$status" = 64 ]
	tells "100 sessions need" "ulimit -Hn"
}

@test "--pipeline sends groups, and each message has its own verdict" {
	serve --maildir mail --mailbox jones@here.example
	ends 0 "$SMTPSH" --load --pipeline --sessions 3 --messages 40 --keep 7 \
		--to jones@here.example --body x --format json 127.0.0.1:"$PORT"
	[ "$(json '[.messages, .failed, .texts_taken] | @csv')" = 40,0,40 ]
	[ "$(json '.latency.whole.count')" = 40 ]
	ends 69 "$SMTPSH" --load --pipeline --sessions 2 --messages 10 \
		--to green@here.example --body x --format json 127.0.0.1:"$PORT"
	[ "$(json '.failures[0] | "\(.stage) \(.code) \(.count)"')" = "RCPT 550 10" ]
	[ "$(json .texts_taken)" = 0 ]
	serve_stop
	[ "$(ls mail/*/new | wc -l)" = 40 ]
	# MAIL stands before the reply to the text that went before.
	grep -q PIPELINING server
}

@test "a session that always has something to read keeps no other waiting" {
	for way in --chunk=100 --pipeline; do
		ends 0 "$SMTPSH" --load --sandbox --sessions 3 --messages 30 \
			$way --to jones@beta.arpa --format json
		[ "$(json .connections)" = 3 ]
		[ "$(json .messages)" = 30 ]
	done
}

@test "a reply's time ends when it has come, not when it is read" {
	[ "$(uname -s)" = Linux ] || skip "only Linux notes when octets come"
	# It says who connects, and answers what the text ends with while that
	# is stopped.
	cat >late.py <<-'E'
		import os, signal, socket, sys, time
		l = socket.create_server(("127.0.0.1", 0))
		print(l.getsockname()[1], flush=True)
		pid = int(sys.stdin.readline())
		s, _ = l.accept()
		f = s.makefile("rb")
		def say(t):
		    s.sendall(t + b"\r\n")
		say(b"220 x")
		for line in f:
		    word = line[:4].upper()
		    if word == b"DATA":
		        say(b"354 go")
		        while f.readline() != b".\r\n":
		            pass
		        os.kill(pid, signal.SIGSTOP)
		        say(b"250 ok")
		        time.sleep(0.5)
		        os.kill(pid, signal.SIGCONT)
		    else:
		        say(b"221 bye" if word == b"QUIT" else b"250 ok")
	E
	mkfifo pid
	python3 late.py <pid >port &
	server=$!
	exec 5>pid
	until [ -s port ]; do kill -0 "$server"; done
	"$SMTPSH" --load --sessions 1 --messages 2 --format json \
		127.0.0.1:"$(cat port)" >result 5>&- </dev/null &
	client=$!
	echo "$client" >&5
	exec 5>&-
	wait "$client"
	wait "$server"
	output=$(cat result)
	[ "$(json .messages)" = 2 ]
	[ "$(json '.latency["text end"].max_ms < 400')" = true ]
	[ "$(json '.latency.whole.max_ms < 400')" = true ]
	[ "$(json '.elapsed_s > 0.9')" = true ]
}

@test "why sessions fail is told whole, in lines of the terminal's width" {
	serve --self-signed
	ends 77 "$SMTPSH" --load --tls --sessions 1 --messages 1 --body x "localhost:$PORT"
	has "--tls-verify no"
	lacks "at the prompt"
	[ "$(wc -L <<<"$output")" -le 80 ]
}

@test "--tls-resume takes up sessions, and never a name that was not proven" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout k.pem -out c.pem -days 2 -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
	serve --cert c.pem --key k.pem
	load=("$SMTPSH" --load --tls --keep 1 --sessions 2 --messages 20
		--to b@c.example --body x --format json)
	for v in 1.2 1.3; do
		ends 0 "${load[@]}" --tls-ca c.pem --tls-protocol $v --tls-resume \
			127.0.0.1:"$PORT"
		[ "$(json .tls_handshakes)" = 20 ]
		[ "$(json '.tls_resumed > 5')" = true ]
	done
	ends 0 "${load[@]}" --tls-ca c.pem 127.0.0.1:"$PORT"
	[ "$(json .tls_resumed)" = 0 ]
	ends 77 "${load[@]}" --tls-resume 127.0.0.1:"$PORT"
	[ "$(json .messages)" = 0 ]
	[ "$(json '.failures[0] | "\(.stage) \(.count)"')" = "TLS 20" ]
}

# The proof that others read it: the npm package of those who made the format.
@test "the log is what HdrHistogram's own reader reads" {
	local npm=$ROOT/build/npm
	command -v npm >/dev/null || skip "no npm"
	[ -d "$npm/node_modules/hdr-histogram-js" ] ||
		timeout 30 npm install --silent --no-audit --no-fund \
			--prefix "$npm" hdr-histogram-js@3 >/dev/null 2>&1 ||
		skip "npm cannot fetch hdr-histogram-js"
	serve
	ends 0 "$SMTPSH" --load --sessions 3 --messages 200 --hdr x.hdr \
		--format json 127.0.0.1:"$PORT"
	cat >read.js <<-'END'
		const hdr = require("hdr-histogram-js");
		const of = {};
		for (const line of require("fs").readFileSync("x.hdr", "utf8").split("\n")) {
			const [tag, begin, length, max, text] = line.split(",");
			if (!tag.startsWith("Tag="))
				continue;
			const h = hdr.decodeFromCompressedBase64(text);
			const name = tag.slice(4).replace("-", " ");
			of[name] ? of[name].add(h) : of[name] = h;
		}
		for (const n in of)
			console.log(n, of[n].totalCount, Math.floor(of[n].getValueAtPercentile(90) / 1000));
	END
	NODE_PATH=$npm/node_modules node read.js | sort >theirs
	jq -r '.latency | to_entries[] | "\(.key) \(.value.count) \(
		.value.p90_ms * 1000 | floor)"' <<<"$output" | sort >ours
	# The largest value is theirs by its bucket, ours as it was.
	diff <(grep -E '^(MAIL|RCPT|DATA|text end|whole) ' theirs) \
		<(grep -E '^(MAIL|RCPT|DATA|text end|whole) ' ours)
}

@test "a log that cannot be written is told, and the run goes on to its end" {
	[ -w /dev/full ] || skip "no /dev/full"
	serve
	ends 73 "$SMTPSH" --load --messages 30 --hdr /dev/full 127.0.0.1:"$PORT"
	has "30 messages in"
	has_in "$stderr" "cannot write /dev/full: No space left on device"
	ends 73 "$SMTPSH" --load --messages 30 --hdr none/x 127.0.0.1:"$PORT"
	ends 73 "$SMTPSH" --load --messages 30 --html none/x 127.0.0.1:"$PORT"
}

@test "a server that hangs up in the middle is counted, and nothing hangs" {
	printf '%s\n' 'C: EHLO x' 'S: 250 ok' 'C: MAIL FROM:<a@b>' 'S: 250 ok' \
		'C: RCPT TO:<c@d>' '\close' >cut.smtp
	serve --mock cut.smtp
	ends 74 "$SMTPSH" --load --sessions 2 --messages 6 --from a@b --to c@d \
		--body x --format json 127.0.0.1:"$PORT"
	[ "$(json '.failures[0] | "\(.stage) \(.code) \(.count)"')" = "RCPT null 6" ]
	# So is one that says nothing.
	printf '%s\n' 'C: EHLO x' 'S: 250 ok' 'C: MAIL FROM:<a@b>' '\sleep 1m' \
		'S: 250 ok' >mute.smtp
	serve_stop
	serve --mock mute.smtp
	ends 75 "$SMTPSH" --load --sessions 3 --messages 3 --timeout 200ms \
		--from a@b --to c@d --body x --format json 127.0.0.1:"$PORT"
	[ "$(json '.failures[0] | "\(.stage) \(.code) \(.count)"')" = "MAIL null 3" ]
}
