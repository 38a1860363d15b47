#!/usr/bin/env bats
# Places by name: the hosts file, the environment.

bats_require_minimum_version 1.5.0
load helper
load pty.bash

setup() {
	smtpsh_setup
	mkdir -p .config/smtpsh
	HOSTS=.config/smtpsh/hosts
}

teardown() {
	pty_end
	serve_stop
}

@test "a name, patterns, the first that counts, Include, what the command line says" {
	mkdir .config/smtpsh/more
	cat >$HOSTS <<'END'
# places
helo me.example
Host work wo* !wonder
  server mail.example.org
	port 587
    tls
  auth
  auth-user "joe doe"
  auth-password-command "pass show x"
  from "Joe <joe@example.org>"
Include more/*
Host *
  port 2525
  tls-optional no
END
	printf 'Host work\n  auth-user second\n  timeout 5s\nHost other\n  tls yes\n' >.config/smtpsh/more/a
	ends 0 "$SMTPSH" --print-config work
	[ "$(sort <<<"$output")" = "$(sort <<'END'
server mail.example.org
port 587
timeout 5s
from Joe <joe@example.org>
helo me.example
tls yes
auth
auth-user joe doe
auth-password-command pass show x
END
)" ]
	ends 0 "$SMTPSH" --print-config wonder
	[ "$(sort <<<"$output")" = $'helo me.example\nport 2525\nserver wonder' ]
	ends 0 "$SMTPSH" --print-config work:25 --tls-optional --auth-user me --port 99
	has "server mail.example.org:25" "tls-optional yes" "auth-user me" "port 99"
	lacks $'\ntls yes'
	SMTPSH_OPTS="--auth-user 'env user'" ends 0 "$SMTPSH" --print-config work
	has "auth-user env user"
	ends 0 "$SMTPSH" --list hosts
	[ "$output" = $'work\nwork\nother' ]
}

@test "paths of files: ~/ is the home, others are beside the file that says them" {
	mkdir .config/smtpsh/more
	printf 'Host a\n tls-ca ~/ca.pem\n tls-cert c.pem\n tls-key /k.pem\n auth-password-file more/pw\nInclude ~/mine\n' >$HOSTS
	printf 'Host a\n socket s/lmtp\n' >mine
	chmod 600 mine
	ends 0 "$SMTPSH" --print-config a
	has $'\ntls-ca '"$HOME/ca.pem" $'\ntls-cert '"$HOME/.config/smtpsh/c.pem" $'\ntls-key /k.pem' "auth-password-file $HOME/.config/smtpsh/more/pw" "socket $HOME/s/lmtp"
}

@test "smtpsh NAME goes there" {
	serve
	printf 'Host work\n server 127.0.0.1:%s\n helo me.example\n from joe@x.example\n' "$PORT" >$HOSTS
	ends 0 "$SMTPSH" --no-remarks work -c 'NOOP ${from}' -c QUIT
	ends 0 "$SMTPSH" work --to b@y.example --body hi
	has "S: EHLO me.example" "S: MAIL FROM:<joe@x.example>"
}

@test "what is wrong in it is told with its line; whose it must be" {
	printf 'Host a\n frob 1\n' >$HOSTS
	ends 64 "$SMTPSH" --print-config a
	tells "hosts:2: frob is no option"
	printf 'Host a\n data f\n' >$HOSTS
	ends 64 "$SMTPSH" a -c NOOP
	tells "hosts:2: data is no option that belongs to a place"
	printf 'Host a\n port 1 2\n' >$HOSTS
	ends 64 "$SMTPSH" --print-config b
	tells "hosts:2: port takes one value"
	printf 'Host a\n tls maybe\n' >$HOSTS
	ends 64 "$SMTPSH" --print-config b
	tells "yes or no"
	# And what a line looks like, and what it may have meant.
	printf '[lab]\nserver 127.0.0.1\n' >$HOSTS
	ends 64 "$SMTPSH" --print-config b
	tells "hosts:1: [lab] is no option; a line is 'Host NAME' or, below it, an option's name and its value"
	local said
	for said in 'HostName x: server' 'Port 25: port' 'user joe: auth-user' 'srever x: server' 'tls-verfy no: tls-verify' 'port=25: port'; do
		printf 'Host b\n %s\n' "${said%: *}" >$HOSTS
		ends 64 "$SMTPSH" --print-config b
		tells "did you mean ${said#*: }?"
	done
	printf 'Include hosts\n' >$HOSTS
	ends 64 "$SMTPSH" --print-config b
	tells "16 Includes deep"
	printf 'Host a\n' >$HOSTS
	chmod 666 $HOSTS
	ends 66 "$SMTPSH" --print-config b
	tells "may be written by others"
	rm $HOSTS
	ends 0 "$SMTPSH" --print-config b
	[ "$output" = "server b" ]
}

@test "SMTPSH_OPTS and ALL_PROXY are honoured, and told" {
	SMTPSH_OPTS='--helo "env.example" --no-remarks' ends 0 "$SMTPSH" --sandbox --helo me -c 'EHLO ${helo}'
	has "# options of SMTPSH_OPTS:" "EHLO me"
	SMTPSH_OPTS='--frob' ends 64 "$SMTPSH" --sandbox -c NOOP
	tells "--frob"
	SMTPSH_OPTS='--helo "x' ends 64 "$SMTPSH" --sandbox -c NOOP
	tells "SMTPSH_OPTS"
	serve
	# Nobody is there: what is refused is the proxy.
	ALL_PROXY=socks5://127.0.0.1:1 ends 75 "$SMTPSH" "127.0.0.1:$PORT" -c NOOP
	has "by way of the proxy that ALL_PROXY names"
	ALL_PROXY=socks5://127.0.0.1:1 NO_PROXY=example.org,127.0.0.1 ends 0 "$SMTPSH" "127.0.0.1:$PORT" -c NOOP
	lacks ALL_PROXY
	ALL_PROXY=socks5://127.0.0.1:1 ends 0 "$SMTPSH" --sandbox -c NOOP
	# As curl has it: the lower case is the one that counts.
	all_proxy=socks5://127.0.0.1:1 ALL_PROXY=x ends 75 "$SMTPSH" "127.0.0.1:$PORT" -c NOOP
	has "by way of the proxy that all_proxy names"
	all_proxy=socks5://127.0.0.1:1 no_proxy=127.0.0.1 ends 0 "$SMTPSH" "127.0.0.1:$PORT" -c NOOP
	ALL_PROXY=garbage ends 64 "$SMTPSH" "127.0.0.1:$PORT" -c NOOP
	tells "ALL_PROXY: expected socks5://"
	ends 64 "$SMTPSH" --proxy garbage "127.0.0.1:$PORT" -c NOOP
	tells "--proxy: expected socks5://"
}

@test "\\connect NAME: that place's options, the command line's first; a new place forgets the old one's" {
	serve
	cat >$HOSTS <<END
Host one
 server 127.0.0.1:$PORT
 helo one.example
 from one@x.example
 tls-verify no
Host two
 server 127.0.0.1:$PORT
 helo two.example
Host far
 server 127.0.0.1:1
END
	ends 0 "$SMTPSH" --no-remarks one -c 'NOOP ${from}' -c '\connect two' -c 'EHLO ${helo}' \
		-c '\show tls-verify' -c 'NOOP ${from}' -c '\connect one' -c 'NOOP ${from} ${helo}'
	has "EHLO two.example" "NOOP one@x.example one.example" "tls-verify" 
	[ "$(grep -c 'NOOP one@x.example' <<<"$output")" = 2 ]
	[[ $output =~ tls-verify\ +on ]]
	ends 0 "$SMTPSH" --no-remarks --helo me.example one -c '\connect two' -c 'NOOP ${helo}'
	has "NOOP me.example"
	ends 75 "$SMTPSH" --no-remarks one -c '\connect far'
	ends 0 "$SMTPSH" --no-remarks two -c "\\connect 127.0.0.1:$PORT" -c NOOP
}

@test "\\connect NAME in a file: where the command line goes, and no less is demanded" {
	serve
	cat >$HOSTS <<END
Host one
 server 127.0.0.1:$PORT
Host safe
 server 127.0.0.1:$PORT
 tls
Host blind
 server 127.0.0.1:$PORT
 tls
 tls-verify no
Host login
 server 127.0.0.1:$PORT
 auth
 auth-user me
END
	printf '\\connect one\nNOOP\n' >one.smtp
	ends 0 "$SMTPSH" -f one.smtp one
	ends 0 "$SMTPSH" -f one.smtp "127.0.0.1:$PORT"
	ends 65 "$SMTPSH" -f one.smtp 127.0.0.1:1
	tells "one.smtp:1: \\connect: a file may not go elsewhere"
	for more in "" --trust; do
		# shellcheck disable=SC2086 # none is no word
		ends 65 "$SMTPSH" $more -f one.smtp safe
		tells "one is a place without TLS"
		# shellcheck disable=SC2086
		ends 65 "$SMTPSH" $more -f one.smtp login
		tells "one is a place without a login"
	done
	printf '\\connect blind\nNOOP\n' >blind.smtp
	ends 65 "$SMTPSH" --trust -f blind.smtp safe
	tells "blind is a place without a certificate"
	# More may be demanded: nothing is sent before TLS.
	printf '\\connect safe\nNOOP\n' >safe.smtp
	ends 77 "$SMTPSH" -f safe.smtp one
	lacks "S: NOOP"
	printf 'Host x\n frob 1\n' >$HOSTS
	ends 64 "$SMTPSH" "127.0.0.1:$PORT" -c '\connect x'
	has_in "$stderr" "hosts:2: frob is no option"
}

@test "\\connect: Tab knows the names" {
	command -v tmux >/dev/null || skip "tmux is not installed"
	serve
	printf 'Host worker\n server 127.0.0.1:%s\n helo w.example\n' "$PORT" >$HOSTS
	pty_start 80 "$SMTPSH" --no-remarks
	pty_at "smtpsh>"
	pty_type '\connect wo'
	pty_keys Tab
	pty_see '\connect worker'
	pty_keys Enter
	pty_see "R: 220"
	pty_until pty_last_has ">"
	pty_type '\show helo'
	pty_keys Enter
	pty_see w.example
}
