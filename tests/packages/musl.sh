#!/bin/sh
# musl.sh: builds against musl's headers and library, as Alpine does, and runs a
# conversation with the result. Debian: apt-get install musl-tools. The
# libraries' headers are the system's own; those of glibc are kept out.
set -eu
cd "$(dirname "$0")/../.."
command -v musl-gcc >/dev/null || {
	echo "musl.sh: musl-gcc is missing: apt-get install musl-tools" >&2
	exit 1
}
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
arch=$(gcc -print-multiarch)
glib=$(pkg-config --variable=libdir glib-2.0)/glib-2.0/include
mkdir "$top/include" "$top/arch" "$top/src"
for h in readline pcre2.h jansson.h jansson_config.h openssl gsasl.h \
	gsasl-mech.h gsasl-version.h unbound.h idn2.h zlib.h zconf.h \
	glib-2.0 gmime-3.0 linux asm asm-generic; do
	for d in "/usr/include/$arch" /usr/include; do
		[ ! -e "$d/$h" ] || ln -sfn "$d/$h" "$top/include/$h"
	done
done
ln -s "/usr/include/$arch/openssl" "$top/arch/openssl"
tar -cf - --exclude=./build --exclude=./.git --exclude=./smtpsh . |
	tar -xf - -C "$top/src"
make -s -C "$top/src" V=@ CC=musl-gcc PKG_CONFIG=true CPPFLAGS="-I$top/include \
	-I$top/arch -I$top/include/glib-2.0 -I$top/include/gmime-3.0 -I$glib" \
	smtpsh >"$top/log" 2>&1 || {
	tail -n 30 "$top/log" >&2
	exit 1
}
# What musl has not is declared by nobody.
if grep -E 'implicit declaration|int-conversion' "$top/log" >&2; then
	exit 1
fi
"$top/src/smtpsh" --sandbox -q -f tests/conversations/alpha-beta.smtp
"$top/src/smtpsh" --sandbox -q --to Jones@Beta.ARPA --body hi
echo "built with musl, and run"
