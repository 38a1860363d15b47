#!/bin/sh
# deb.sh VERSION: makes build/deb/smtpsh_VERSION_ARCH.deb from what is checked
# out, by debhelper; its rules are written below build/. `make deb` runs it.
set -eu
version=$1
cd "$(dirname "$0")/../.."
for tool in dpkg-buildpackage dh fakeroot; do
	command -v $tool >/dev/null || {
		echo "make deb: $tool is missing: apt-get install dpkg-dev debhelper fakeroot" >&2
		exit 1
	}
done
top=build/deb
src=$top/smtpsh-$version
rm -rf $top
mkdir -p "$src/debian/source"
# What is not the source is not in it: build/, and what no package needs.
tar -cf - --exclude=./build --exclude=./.git --exclude=./smtpsh \
	--exclude='./*.profraw' . | tar -xf - -C "$src"
cd "$src/debian"
date=$(git log -1 --format=%cD 2>/dev/null || date -R)
cat >control <<'END'
Source: smtpsh
Section: mail
Priority: optional
Maintainer: smtpsh maintainers <maintainers@smtpsh.example>
Build-Depends: debhelper-compat (= 13), pkg-config, libreadline-dev,
 libpcre2-dev, libjansson-dev, libssl-dev, libgsasl-dev, libunbound-dev,
 libidn2-dev, libgmime-3.0-dev, zlib1g-dev
Standards-Version: 4.6.2
Rules-Requires-Root: no

Package: smtpsh
Architecture: any
Depends: libreadline8, libpcre2-8-0, libjansson4, ${shlibs:Depends}, ${misc:Depends}
Recommends: libssl3, libgsasl18, libunbound8, libidn2-0, libgmime-3.0-0, zlib1g
Suggests: ca-certificates, dns-root-data
Description: SMTP shell
 smtpsh talks SMTP the way psql talks SQL: by hand, with history, completion
 and every reply explained, or from files and pipes that say what to expect.
 It mails
 messages, one or many, and has a receiver of its own for tests.
 .
 TLS, AUTH, DNSSEC, internationalized names and messages with several parts need
 the recommended libraries, each of which is loaded only when it is used.
END
cat >changelog <<END
smtpsh ($version) unstable; urgency=medium

  * Built from the source that this package was made in.

 -- smtpsh maintainers <maintainers@smtpsh.example>  $date
END
cat >copyright <<'END'
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: smtpsh

Files: *
Copyright: 2026 the authors of smtpsh
License: GPL-3.0+
 This program is free software: you can redistribute it and/or modify it under
 the terms of the GNU General Public License as published by the Free Software
 Foundation, either version 3 of the License, or (at your option) any later
 version.
 .
 On Debian systems the whole license is in /usr/share/common-licenses/GPL-3.
END
printf '3.0 (native)\n' >source/format
printf 'README.md\n' >docs
# What is dlopen'ed is in Depends and Recommends by name; the tests are run by
# whoever makes the package, not by its making.
printf '%s\n' '#!/usr/bin/make -f' '%:' "	dh \$@" \
	'override_dh_auto_build:' "	\$(MAKE) V= all" \
	'override_dh_auto_test:' \
	'override_dh_auto_install:' \
	"	\$(MAKE) install DESTDIR=debian/smtpsh prefix=/usr" >rules
chmod +x rules
cd ..
dpkg-buildpackage -us -uc -b >../build.log 2>&1 || {
	tail -n 30 ../build.log >&2
	exit 1
}
cd ../../..
ls $top/smtpsh_"$version"_*.deb
