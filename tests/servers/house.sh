#!/bin/bash
# house.sh: started by run in namespaces of its own (mounts, processes, host
# name, network): lays the unpacked packages over /usr, gives the servers an
# /etc and /var of their own, starts them, and runs the tests. Its end is the
# end of every process in it.
set -eu
[ $$ = 1 ] || { echo "house.sh: only run starts me" >&2; exit 64; }

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
for name in postfix exim dovecot dns proxies; do
	# shellcheck source=/dev/null
	. "$here/$name.sh"
done

# house_folders: everything that is written lies in memory, below $T.
house_folders() {
	local root=$SMTPSH_SERVERS/root
	mount -t tmpfs -o mode=755 smtpsh "$T"
	mkdir -p "$T"/{etc,var,run,log,mail,tmp} "$T"/var/{lib,log,spool,tmp}
	cp -a /etc/. "$T/etc/"
	[ ! -d "$root/etc" ] || cp -a "$root/etc/." "$T/etc/"
	ln -s /run "$T/var/run"
	chmod 1777 "$T/tmp" "$T/var/tmp"
	mount -t overlay -o "lowerdir=$root/usr:/usr" smtpsh /usr
	mount --bind "$T/etc" /etc
	mount --bind "$T/var" /var
	mount --bind "$T/run" /run
	hash -r
}

# house_names: nobody is known but ourselves; the loopback is the only way.
house_names() {
	hostname mail.beta.arpa
	rm -f /etc/resolv.conf /etc/hosts /etc/nsswitch.conf
	printf '127.0.0.1 localhost mail.beta.arpa\n::1 localhost\n' >/etc/hosts
	printf 'passwd: files\ngroup: files\nhosts: files\n' \
		>/etc/nsswitch.conf
	perl -e 'socket(S, 2, 2, 0) or die;
		my $lo = pack("a16s", "lo", 0x41);
		ioctl(S, 0x8914, $lo) or die "lo: $!";'
	user vmail 5000 "$T/mail"
	chown vmail:vmail "$T/mail"
	ldconfig
}

# house_bats LABEL FILE...: LABEL stands before each test's name.
house_bats() {
	local label=$1
	shift
	bats --tap "$@" </dev/null |
		sed -E "/^1\.\./d; s/^((not )?ok) [0-9]+ /\1 $label: /"
}

house_tests() {
	local f name
	SERVER=$POSTFIX SERVER_NAME=postfix house_bats postfix \
		"$here/mta.bats" "$here/mail.bats"
	SERVER=$EXIM SERVER_NAME=exim house_bats exim \
		"$here/mta.bats" "$here/mail.bats"
	SERVER=lmtp://$LMTP SERVER_NAME=dovecot MAILS=300 \
		house_bats dovecot "$here/mail.bats"
	for f in "$here"/*.bats; do
		name=$(basename "$f" .bats)
		[ "$name" = mta ] || [ "$name" = mail ] ||
			house_bats "$name" "$f"
	done
}

house_folders
house_names
certificates
SINK=$(free_port)
export SINK
for name in postfix exim dovecot dns proxies; do server_start "$name"; done
export MAIL=$T/mail CERTS=$T/certs TMPDIR=$T/tmp BATS_TMPDIR=$T/tmp
export HOME=$T/tmp XDG_CONFIG_HOME=$T/tmp/config XDG_STATE_HOME=$T/tmp/state
cd "$T/tmp"
if [ $# -gt 0 ]; then
	"$@"
else
	house_tests
fi
