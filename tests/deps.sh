#!/bin/sh
# deps.sh build|lint: installs what building and testing need, or what `make
# lint` needs (and the shells that try our completions), with the system's own
# installer. Never asks; needs no network and no rights when nothing is missing.
# shellcheck disable=SC2086 # the lists are words
set -eu

os=$(uname -s)
# shellcheck source=/dev/null
[ ! -r /etc/os-release ] || os=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")

case " $os " in
*" debian "* | *" ubuntu "*)
	build='gcc libc6-dev make pkg-config libreadline-dev libpcre2-dev
	    libjansson-dev libssl-dev libgsasl-dev libunbound-dev libidn2-dev
	    libgmime-3.0-dev zlib1g-dev bash bats tmux jq openssl procps
	    python3 mutt s-nail mpack ripmime'
	lint='clang llvm clang-format clang-tidy cppcheck shellcheck mandoc zsh fish'
	;;
*" fedora "* | *" rhel "*)
	build='gcc glibc-devel make pkgconf-pkg-config readline-devel pcre2-devel
	    jansson-devel openssl-devel libgsasl-devel unbound-devel
	    libidn2-devel gmime30-devel zlib-devel bash bats tmux jq openssl procps-ng
	    python3 mutt s-nail'
	lint='clang llvm clang-tools-extra compiler-rt cppcheck ShellCheck mandoc zsh
	    fish'
	;;
*" arch "*)
	build='gcc make pkgconf readline pcre2 jansson openssl gsasl unbound
	    libidn2 gmime3 zlib bash bats tmux jq procps-ng
	    python mutt s-nail'
	lint='clang llvm compiler-rt cppcheck shellcheck mandoc zsh fish'
	;;
*" alpine "*)
	build='gcc musl-dev linux-headers make pkgconf readline-dev pcre2-dev jansson-dev
	    openssl-dev libgsasl-dev unbound-dev libidn2-dev gmime-dev zlib-dev bash bats tmux jq
	    openssl coreutils procps python3 mutt s-nail'
	lint='clang llvm clang-extra-tools compiler-rt cppcheck shellcheck mandoc zsh
	    fish'
	;;
*" Darwin "*)
	build='pkgconf readline pcre2 jansson openssl@3 gsasl unbound libidn2
	    gmime zlib bash bats-core tmux jq coreutils mutt s-nail'
	lint='llvm cppcheck shellcheck mandoc fish'
	;;
*)
	echo "deps: no list of packages for this system ($os):" \
		"readline, PCRE2, jansson, OpenSSL, libgsasl, libunbound," \
		"libidn2, GMime, zlib with their headers, gcc, pkg-config, bats, tmux, jq" >&2
	exit 1
	;;
esac

case ${1:-} in
build) want=$build ;;
lint) want=$lint ;;
*)
	echo "usage: deps.sh build|lint" >&2
	exit 64
	;;
esac

# Those of the list that are not installed.
missing() {
	case " $os " in
	*" debian "* | *" ubuntu "*)
		for p in $want; do
			dpkg-query -W -f '${db:Status-Status}\n' "$p" \
				2>/dev/null | grep -qx installed || echo "$p"
		done
		;;
	*" fedora "* | *" rhel "*)
		for p in $want; do
			rpm -q --quiet --whatprovides "$p" || echo "$p"
		done
		;;
	*" arch "*) pacman -T $want || true ;;
	*" alpine "*)
		for p in $want; do
			apk info -q -e "$p" || echo "$p"
		done
		;;
	*" Darwin "*)
		for p in $want; do
			[ -d "$(brew --prefix)/opt/$p" ] || echo "$p"
		done
		;;
	esac
}

need=$(missing)
[ -n "$need" ] || exit 0

root=
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null; then
		root=sudo
	elif [ "$os" != Darwin ]; then
		echo "deps: run as root, or install:" $need >&2
		exit 1
	fi
fi
echo "deps: installing" $need

case " $os " in
*" debian "* | *" ubuntu "*)
	$root apt-get -qq update
	$root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o Dpkg::Use-Pty=0 install --no-install-recommends $need
	;;
*" fedora "* | *" rhel "*)
	$root dnf -y -q install --setopt=install_weak_deps=False $need
	;;
*" arch "*) $root pacman -Sy --needed --noconfirm $need ;;
*" alpine "*) $root apk add -q $need ;;
*" Darwin "*) brew install -q $need ;;
esac </dev/null
