#!/usr/bin/env bats
# Seeing what came: --show, --show-all, --store, --format json.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	(umask 077 && printf sesame >password)
	{
		printf 'Subject: gr\xc3\xbc\xc3\x9fe\nX-Evil: \x1b[31m\n\n'
		seq -f 'line %g' 20
	} >message
}

teardown() {
	serve_stop
}

client() {
	"$SMTPSH" "127.0.0.1:$PORT" -q "$@"
}

@test "--show: envelope, header, first lines, nothing raw; --show-all: all" {
	serve -q --show
	ends 0 client --from a@x --to b@y,c@z --data message
	serve_stop
	sed '/listening/d' server >got
	head -n 1 got | grep -qE '^# <a@x> to <b@y>, <c@z>: [0-9]+ octets, session 1, UTF8SMTP$'
	grep -qx '    Subject: grüße' got
	grep -qF '    X-Evil: \x1b[31m' got
	grep -qx '    line 10' got
	run ! grep -q 'line 11' got
	grep -qx '    # and 10 lines' got
	serve -q --show-all
	ends 0 client --from a@x --to b@y --data message
	serve_stop
	grep -qx '    line 20' server
	[ "$(grep -c '^    line' server)" = 20 ]
}

@test "--store: a file a message, with its envelope, and the octets as they came" {
	serve -q --store box --maildir md
	ends 0 client --helo me.example --from a@x --to b@y,c@z --data message
	ends 0 client --from '<>' --to b@y --body two
	# Refused: nothing is left of it.
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nx\ny\r\n.\r\nQUIT\r\n' >&4
	grep -q '^550 5.6.0 Bare' <&4
	exec 4>&-
	[ "$(find box -type f | wc -l)" = 2 ]
	local f
	f=$(grep -l '^Subject' box/*.eml | head -n 1)
	f=$(grep -l 'X-Envelope-To: <c@z>' box/*.eml)
	[ "$(head -n 1 "$f")" = $'Return-Path: <a@x>\r' ]
	grep -q '^Received: from me.example (\[127.0.0.1\])' "$f"
	grep -q $'^X-Envelope-To: <b@y>\r$' "$f"
	[ "$(stat -c %a "$f")" = 600 ]
	sed '1,/^X-Envelope-To: <c/d' "$f" | cmp - <(sed 's/$/\r/' message)
	[ "$(find md -type f | wc -l)" = 3 ]
	serve_stop
	chmod a-w box
	if [ "$(id -u)" != 0 ]; then
		ends 73 "$SMTPSH" --serve 0 --store box
	fi
	ends 73 "$SMTPSH" --serve 0 --store message
	tells "no folder of ours"
}

@test "a message that cannot be stored there is refused, and in the Maildir neither" {
	mkfifo ready
	(
		ulimit -f 8
		exec "$SMTPSH" --serve 0 -q --maildir md --store box 3>&-
	) >ready &
	SERVER=$!
	local line
	read -r line <ready
	PORT=${line##*port }
	head -c 100000 /dev/zero | tr '\0' x | fold >big
	sed -i '1i\\' big
	ends 75 client --from a@x.example --to b@y.example --data big
	ends 0 client --from a@x.example --to b@y.example --body small
	[ "$(find md box -type f | wc -l)" = 2 ]
}

@test "--format json: an object a message, and at the beginning and the end" {
	serve_json() {
		"$SMTPSH" --serve 0 --format json "$@" >json 3>&- &
		SERVER=$!
		soon grep -q '"event":"listening"' json
		PORT=$(sed -n '1s/.*"port":"\([0-9]*\)".*/\1/p' json)
	}
	serve_json --self-signed --user joe --password-file password --threads 2
	ends 0 client --tls --tls-verify no --auth --auth-user joe --auth-password-file password --helo me.example --from a@x --to b@y --rcpt-param NOTIFY=NEVER --data message
	ends 69 client -c 'EHLO x' -c 'MAIL FROM:<a@x>' -c 'RCPT TO:<>'
	soon grep -q '"event":"message"' json
	serve_stop
	[ "$(wc -l <json)" -ge 3 ]
	run ! grep -qv '^{"event":.*}$' json
	grep '"event":"message"' json >m
	[ "$(wc -l <m)" = 1 ]
	local want sum
	for want in '"session":1' '"client":"127.0.0.1"' '"helo":"me.example"' '"with":"UTF8SMTPSA"' '"tls":"TLSv1' \
		'"user":"joe"' '"from":"<a@x>"' '"to":[{"path":"<b@y>","mailbox":"b@y","params":"NOTIFY=NEVER"}]'; do
		grep -qF "$want" m || { cat m; echo "no $want"; false; }
	done
	sum=$(sed 's/$/\r/' message | sha256sum)
	grep -qF "\"size\":$(sed 's/$/\r/' message | wc -c),\"sha256\":\"${sum%% *}\"" m
	tail -n 1 json | grep -q '^{"event":"end","sessions":2,"refused":0,"messages":1,'
	if command -v python3 >/dev/null; then
		python3 -c 'import json; [json.loads(l) for l in open("json", encoding="utf-8")]'
	fi
	local o
	for o in "--format tap" "--format json --mock m" "--format json --show" "--show --show-all" "--discard --show" "--discard --store b" "--format json -q"; do
		# shellcheck disable=SC2086
		ends 64 "$SMTPSH" --serve 0 $o
	done
}

@test "what is no UTF-8, and what could disturb a terminal, is JSON all the same" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	"$SMTPSH" --serve 0 --format json --count 1 >json 3>&- &
	SERVER=$!
	soon grep -q '"event":"listening"' json
	PORT=$(sed -n '1s/.*"port":"\([0-9]*\)".*/\1/p' json)
	exec 4<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'EHLO x\r\nMAIL FROM:<a@x> SMTPUTF8\r\nRCPT TO:<"q\\"\xc2\x9b\xe2\x80\xae"@y>\r\nDATA\r\n\r\n.\r\nQUIT\r\n' >&4
	cat <&4 >/dev/null
	exec 4>&-
	wait "$SERVER"
	SERVER=
	python3 - <<'END'
import json
m = [o for o in map(json.loads, open("json", encoding="utf-8")) if o["event"] == "message"][0]
assert m["to"][0]["path"] == '<"q\\"\x9b\u202e"@y>', m
END
	run ! grep -qP '[\x{80}-\x{9f}\x{202e}]' json
}
