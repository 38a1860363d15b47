#!/bin/sh
# rpm.sh VERSION: makes build/rpm/RPMS/ARCH/smtpsh-VERSION-1.ARCH.rpm from what is
# checked out; its spec is written below build/. `make rpm` runs it.
set -eu
version=$1
cd "$(dirname "$0")/../.."
command -v rpmbuild >/dev/null || {
	echo "make rpm: rpmbuild is missing: dnf install rpm-build (Debian: apt-get install rpm)" >&2
	exit 1
}
top=$PWD/build/rpm
rm -rf "$top"
mkdir -p "$top/SOURCES" "$top/SPECS"
tar -czf "$top/SOURCES/smtpsh-$version.tar.gz" --exclude=./build \
	--exclude=./.git --exclude=./smtpsh --exclude='./*.profraw' \
	--transform "s,^\.,smtpsh-$version," .
cat >"$top/SPECS/smtpsh.spec" <<END
Name: smtpsh
Version: $version
Release: 1
Summary: SMTP shell
License: GPL-3.0-or-later
URL: https://smtpsh.example
Source0: smtpsh-$version.tar.gz
BuildRequires: gcc make pkgconf-pkg-config readline-devel pcre2-devel
BuildRequires: jansson-devel openssl-devel libgsasl-devel unbound-devel
BuildRequires: libidn2-devel gmime30-devel zlib-devel
# These are loaded when they are used, not linked.
Requires: readline pcre2 jansson
Recommends: openssl-libs libgsasl unbound-libs libidn2 gmime30 zlib
%global debug_package %{nil}

%description
smtpsh talks SMTP the way psql talks SQL: by hand, with history, completion and
every reply explained, or from files and pipes that say what to expect. It mails
messages, one or many, and has a receiver of its own for tests.

%prep
%setup -q

%build
make V= %{?_smp_mflags}

%install
make install DESTDIR=%{buildroot} prefix=/usr

%files
%license LICENSE
%doc README.md
/usr/bin/smtpsh
/usr/share/man/man1/smtpsh.1*
/usr/share/bash-completion/completions/smtpsh
/usr/share/zsh/site-functions/_smtpsh
/usr/share/fish/vendor_completions.d/smtpsh.fish
/usr/share/smtpsh
END
# Where rpm's own database knows nothing of the system's packages, as on Debian,
# make says what is missing.
nodeps=
rpm -q rpm >/dev/null 2>&1 || nodeps=--nodeps
rpmbuild -bb --define "_topdir $top" $nodeps "$top/SPECS/smtpsh.spec" \
	>"$top/build.log" 2>&1 || {
	tail -n 30 "$top/build.log" >&2
	exit 1
}
ls "$top"/RPMS/*/*.rpm
