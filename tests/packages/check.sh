#!/bin/sh
# check.sh FILE.deb: lintian has nothing to say; installed into a small Debian of
# its own (debootstrap) it runs, and removed it leaves nothing. Needs root.
set -eu
deb=$(realpath "$1")
lintian --fail-on error,warning "$deb"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# shellcheck source=/dev/null
debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" \
	"$root" >/dev/null
cp "$deb" "$root/tmp/smtpsh.deb"
chroot "$root" find / -xdev -path /proc -prune -o -path /var -prune -o -print | sort >"$root.before"
chroot "$root" sh -ec '
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq -y install --no-install-recommends /tmp/smtpsh.deb >/dev/null
	smtpsh --version
	smtpsh --sandbox -q --to Jones@Beta.ARPA --body hi
	apt-get -qq -y purge --auto-remove smtpsh >/dev/null'
chroot "$root" find / -xdev -path /proc -prune -o -path /var -prune -o -print | sort >"$root.after"
diff "$root.before" "$root.after" | grep smtpsh && exit 1
rm -f "$root.before" "$root.after"
echo "installed, run and removed"
