#!/usr/bin/env bats
# What others' clients make of the rules in clients.rules: each shows what the
# rule says, and sends the mail or does not. (Postfix: servers/clients.bats.)

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	printf 'Subject: %s\n\nhi\n' x >mail
	printf 'Subject: %s\n\nhi\n' spam >spam
	printf 'Subject: %s\n\na virus\n' x >virus
	serve --maildir box --rules "$ROOT/tests/clients.rules"
}

teardown() {
	serve_stop
}

stored() { find box -path '*/new/*' -type f 2>/dev/null | wc -l; }

# refused TEXT COMMAND...: no mail, and its user sees that.
refused() {
	local text=$1 before
	before=$(stored)
	shift
	run "$@"
	[ "$status" != 0 ] && [[ $output == *"$text"* ]] &&
		[ "$(stored)" = "$before" ] && return
	echo "status $status, '$text' expected:" "$output"
	return 1
}

# taken COMMAND...: it is there.
taken() {
	local before
	before=$(stored)
	ends 0 "$@"
	[ "$(stored)" = $((before + 1)) ]
}

# meets CLIENT: called with a recipient and a file.
meets() {
	local began
	refused '451 4.7.1 greylisted' "$1" grey@x mail
	refused '550 5.1.1 nobody' "$1" no@x mail
	refused '452 4.2.2 mailbox is full' "$1" full@x mail
	refused '421 4.7.0 too fast' "$1" busy@x mail
	refused '' "$1" gone@x mail
	refused '' "$1" bye@x mail
	refused '554 5.7.1 spam' "$1" jones@x spam
	refused '550 5.7.0 virus' "$1" jones@x virus
	began=${EPOCHREALTIME/./}
	taken "$1" slow@x mail
	[ $((${EPOCHREALTIME/./} - began)) -ge 1000000 ]
	taken "$1" many@x mail
	taken "$1" lf@x mail
	taken "$1" jones@x mail
}

by_curl() {
	curl -sSv --crlf --max-time 20 "smtp://127.0.0.1:$PORT/me" \
		--mail-from a@x --mail-rcpt "$1" -T "$2"
}
by_swaks() {
	swaks --server 127.0.0.1 --port "$PORT" --helo x --from a@x --to "$1" \
		--data "@$2"
}
by_msmtp() {
	msmtp --host 127.0.0.1 --port "$PORT" --from a@x "$1" <"$2"
}
by_smtplib() {
	python3 -c 'import smtplib, sys
with open(sys.argv[3]) as f:
    text = f.read()
try:
    smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "x").sendmail("a@x", [sys.argv[2]], text)
except smtplib.SMTPRecipientsRefused as e:
    code, said = e.recipients[sys.argv[2]]
    sys.exit(f"{code} {said.decode()}")
except smtplib.SMTPResponseException as e:
    sys.exit(f"{e.smtp_code} {e.smtp_error.decode()}")' \
		"$PORT" "$@"
}
by_perl() {
	perl -MNet::SMTP -e '
		my ($port, $to, $file) = @ARGV;
		open(my $f, "<", $file); my @text = <$f>;
		my $s = Net::SMTP->new("127.0.0.1", Port => $port, Hello => "x", Timeout => 20) or die $@;
		my $well = $s->mail("a\@x") && $s->to($to) && $s->data(@text);
		$well or die $s->code, " ", $s->message; $s->quit' \
		"$PORT" "$@"
}

@test "curl" {
	command -v curl >/dev/null || skip "curl is not installed"
	meets by_curl
}

@test "swaks" {
	command -v swaks >/dev/null || skip "swaks is not installed"
	meets by_swaks
}

@test "msmtp" {
	command -v msmtp >/dev/null || skip "msmtp is not installed"
	meets by_msmtp
}

@test "Python's smtplib" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	meets by_smtplib
}

@test "Perl's Net::SMTP" {
	perl -MNet::SMTP -e 1 2>/dev/null || skip "Net::SMTP is not installed"
	meets by_perl
}
