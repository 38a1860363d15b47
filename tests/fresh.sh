#!/usr/bin/env bash
# fresh.sh [SUITE [COMMAND...]]: README's two commands (or that one, such as
# .ci/run) on a machine that has nothing: a minimal Debian from debootstrap, with
# make, git and ca-certificates as README says, and this repository's HEAD cloned
# into it. Needs root, debootstrap and the network; takes minutes; leaves nothing
# behind. Not part of `make check`.
set -eu
suite=${1:-bookworm}
shift $(($# > 0))
here=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "fresh: needs root" >&2; exit 77; }
command -v debootstrap >/dev/null ||
	{ echo "fresh: needs the package debootstrap" >&2; exit 77; }

# The mirror that this machine uses itself.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
	/etc/apt/sources.list.d/*.sources 2>/dev/null |
	sed -nE 's/^(deb +(\[[^]]*\] +)?|URIs: *)([a-z]+:[^ ]+).*/\3/p' |
	grep -v security | head -n 1)
[ -n "$mirror" ] || { echo "fresh: no mirror in /etc/apt" >&2; exit 77; }

top=$(mktemp -d "${TMPDIR:-/tmp}/smtpsh-fresh.XXXXXX")
root=$top/root
# shellcheck disable=SC2317 # called by the trap
fresh_end() {
	local m
	for m in dev/pts dev/shm dev proc; do
		! mountpoint -q "$root/$m" || umount -l "$root/$m"
	done
	rm -rf --one-file-system "$top"
}
trap fresh_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
		${http_proxy:+http_proxy="$http_proxy"} \
		${https_proxy:+https_proxy="$https_proxy"} \
		chroot "$root" "$@" </dev/null
}
began=$SECONDS
told() {
	echo "fresh: $*, $((SECONDS - began)) s"
	began=$SECONDS
}

debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$top/log" 2>&1 ||
	{ tail "$top/log"; exit 1; }
told "a minimal $suite"

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 dev "$root/dev"
for d in null zero full random urandom tty; do
	cp -a "/dev/$d" "$root/dev/"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs shm "$root/dev/shm"
for f in resolv.conf hosts; do
	cp -L "/etc/$f" "$root/etc/$f"
done
mkdir -p "$root/etc/apt/apt.conf.d"
! grep -rhs '^Acquire' /etc/apt/apt.conf.d >"$root/etc/apt/apt.conf.d/99here" ||
	true

inside apt-get -qq update
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install \
	--no-install-recommends make git ca-certificates >"$top/log" 2>&1 ||
	{ tail "$top/log"; exit 1; }
told "make, git and ca-certificates as README has them"

git -C "$here" bundle create -q "$root/root/smtpsh.bundle" HEAD
inside git -c advice.detachedHead=false clone -q /root/smtpsh.bundle /root/smtpsh

if [ $# -gt 0 ]; then
	rc=0
	inside sh -c 'cd /root/smtpsh && exec "$@"' fresh "$@" || rc=$?
	told "$*, status $rc"
	exit $rc
fi

# The last one shows that nothing is done when nothing is missing.
failed=0
for goals in "deps demo" "deps check" "deps"; do
	rc=0
	echo "fresh: make $goals"
	# shellcheck disable=SC2086
	inside make -C /root/smtpsh $goals || rc=$?
	told "make $goals, status $rc"
	[ $rc = 0 ] || failed=1
done
exit $failed
