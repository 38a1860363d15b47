# dns.bats: MX and DANE by a validating resolver over signed zones, mail into
# Postfix.

load servers

P=${POSTFIX#*:}

# mx DOMAIN ARGUMENT...: a session with who takes mail for it.
mx() {
	local domain=$1
	shift
	smtpsh --resolver "$RESOLVER" --trust-anchor "$ANCHORS" \
		--mx "$domain" -p "$P" "$@"
}

@test "hosts in the order of preference, each try told" {
	message want mx
	run mx two.example --from Smith@Alpha.ARPA --to Jones@Beta.ARPA <want
	ended 0
	[[ $output == *"MX 10 dead.example"*"MX 20 mail.plain.example"* ]]
	[[ $output == *"127.0.0.2 port $P"*refused*"127.0.0.1 port $P"* ]]
	delivered "$MAIL/jones" want
}

@test "no MX: the domain is its own host" {
	run mx nomx.example -c NOOP
	ended 0
	says "nomx.example has no MX"
}

@test "a null MX, a host without address, no domain, an unsound one" {
	run mx null.example -c NOOP
	ended 69
	says "RFC 7505"
	run mx nobody.example -c NOOP
	ended 68
	run mx nosuch.example -c NOOP
	ended 68
	run mx bogus.example -c NOOP
	ended 75
	says bogus
}

@test "an MX that is an alias, dangles, is localhost, private, an address" {
	run mx alias.example -c NOOP
	ended 0
	says "MX also.alias.example is an alias of mail.plain.example"
	run mx alias.example --diagnose --to Jones@Beta.ARPA </dev/null
	ended 0
	says "name.mx-alias"
	run mx dangling.example -c NOOP
	ended 0
	says "MX nosuch.example dangles"
	run mx dangling.example --diagnose --to Jones@Beta.ARPA </dev/null
	ended 0
	says "name.mx-dangling"
	run mx nobody.example -c NOOP
	says "[name.mx-dangling]"
	run smtpsh --resolver "$RESOLVER" --mx local.example -p 1 -c NOOP
	ended 75
	says "[name.mx-localhost]"
	run mx private.example --timeout 5s -c NOOP
	ended 75
	says "[name.mx-private]"
	run mx literal.example -c NOOP
	[ "$status" != 0 ]
	says "[name.mx-literal]"
}

@test "a domain in another script" {
	run mx bücher.example -c NOOP
	ended 0
}

@test "\\connect HOST goes to that host, not to the domain's" {
	serve
	run mx plain.example -c NOOP -c "\\connect $SERVE" -c '\helo there'
	ended 0
	says "connected to 127.0.0.1 port $SERVE_PORT"
	# The next file begins where the command line goes.
	printf '\\connect %s\nNOOP\n250\n' "$SERVE" >first
	printf 'NOOP\n250\n' >second
	run mx plain.example --trust -f first -f second
	ended 0
	[ "$(grep -c "connected to .* port $P" <<<"$output")" = 1 ]
}

@test "--mx-all tries every host" {
	run mx two.example --mx-all -c NOOP
	says "dead.example"
	says "R: 250 2.0.0 Ok"
	run mx plain.example --mx-all -c NOOP
	ended 0
}

@test "DANE: the key, and the authority with the name" {
	message want dane
	run mx dane.example --dane --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA <want
	ended 0
	says "TLSA 3 1 1"
	says "S: STARTTLS"
	delivered "$MAIL/jones" want
	run mx ta.example --dane -c 'EHLO a'
	ended 0
	says "TLSA 2 0 1"
}

@test "DANE: a key that does not match: 77, and no mail" {
	message want never
	run mx liar.example --dane --from Smith@Alpha.ARPA \
		--to Jones@Beta.ARPA <want
	ended 77
	says "no TLSA record matches"
	[[ $output != *"MAIL FROM"* ]]
	nobody_got want
}

# nothing_went: of all sessions since this log line Postfix was told no more
# than EHLO, STARTTLS and QUIT.
nothing_went() {
	tail -n "+$1" /var/log/postfix.log | sed -n 's/.*: disconnect from [^ ]* //p' >sessions
	[ -s sessions ] && ! grep -vE '^((ehlo|starttls|quit|commands)=[0-9/]+ ?)*$' sessions
}

@test "DANE: a key that does not match stops every way to say something" {
	local how begun
	begun=$(($(wc -l </var/log/postfix.log) + 1))
	mkdir box
	cd box || return
	echo 'Subject: dane' >mail
	echo 'MAIL FROM:<a@alpha.arpa>' >plain
	echo '\include plain' >include
	printf '\\template leak {\nMAIL FROM:<a@alpha.arpa>\n}\n\\leak\n' >template
	echo '\raw EHLO me\r\nMAIL FROM:<a@alpha.arpa>\r\n' >raw
	echo '\bdat mail force' >bdat
	echo '\send mail' >send
	printf 'NOOP\n\\connect\nMAIL FROM:<a@alpha.arpa>\n' >connect
	printf '\\starttls\nMAIL FROM:<a@alpha.arpa>\n' >starttls
	printf '\\pipeline\nSTARTTLS\nMAIL FROM:<a@alpha.arpa>\n\\flush\n' >group
	for how in plain include template raw bdat send connect starttls group; do
		run mx liar.example --dane -f "$how"
		ended 77
		run mx liar.example --dane <"$how"
		ended 77
		run mx liar.example --dane --bare -f "$how"
		ended 77
		run mx liar.example --dane -f plain -f "$how"
		ended 77
	done
	run mx liar.example --dane -c NOOP -c 'MAIL FROM:<a@alpha.arpa>'
	ended 77
	until_true nothing_went "$begun"
}

@test "DANE: a look-up that fails is not the absence of records" {
	run mx lame.example --dane -c NOOP
	ended 75
	says "server failure"
	[[ $output != *"R: 220"* ]]
}

@test "DANE: unusable, unsigned and missing records leave TLS optional" {
	local domain
	for domain in pkix insecure plain; do
		run mx "$domain.example" --dane -c NOOP
		ended 0
		says "S: STARTTLS"
		says "NOT VERIFIED"
	done
}

@test "DANE: records that cannot be used do not lower --tls" {
	run mx pkix.example --dane --tls -c NOOP
	ended 77
	run mx pkix.example --dane --tls --tls-verify no -c NOOP
	ended 0
	says "S: STARTTLS"
}

@test "--resolver is asked for a plain host, and time bounds it" {
	run smtpsh --resolver "$RESOLVER" -c NOOP "mail.plain.example:$P"
	ended 0
	run smtpsh --resolver "$RESOLVER" -c NOOP "nosuch.example:$P"
	ended 68
}

@test "a signal ends the wait for a name server that says nothing" {
	local pid began
	# shellcheck disable=SC2016 # perl's
	perl -MIO::Socket::INET -e '$|=1; $s=IO::Socket::INET->new(
		LocalAddr=>"127.0.0.1", Proto=>"udp") or die;
		print $s->sockport, "\n"; while($s->recv($_, 512)) { print "asked\n" }' >dumb 3>&- &
	SERVE_PID=$!
	until_true test -s dumb
	"$SMTPSH" --no-rc --resolver "127.0.0.1:$(head -n 1 dumb)" --mx plain.example -c NOOP >out 2>&1 3>&- &
	pid=$!
	until_true grep -q asked dumb
	began=$EPOCHREALTIME
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	ended 143
	[ $((${EPOCHREALTIME/./} - ${began/./})) -lt 4000000 ]
}

@test "\\dns shows it all" {
	run smtpsh --resolver "$RESOLVER" --trust-anchor "$ANCHORS" \
		-c '\dns two.example' -c '\dns insecure.example' \
		-c '\dns null.example'
	ended 0
	[[ $output == *"10 dead.example"*secure*"20 mail.plain.example"* ]]
	says insecure
	run smtpsh --resolver "$RESOLVER" --trust-anchor "$ANCHORS" \
		-c '\dns bogus.example'
	says "signature expired"
}
