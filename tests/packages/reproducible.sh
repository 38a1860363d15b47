#!/bin/sh
# reproducible.sh: builds the program twice, in two folders of other names, and
# holds the octets against each other. `make reproducible` runs it.
set -eu
cd "$(dirname "$0")/../.."
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
for d in one another/folder; do
	mkdir -p "$top/$d"
	tar -cf - --exclude=./build --exclude=./.git --exclude=./smtpsh . |
		tar -xf - -C "$top/$d"
	make -s -C "$top/$d" V=@ smtpsh >/dev/null
done
cmp "$top/one/smtpsh" "$top/another/folder/smtpsh"
echo "the same octets twice: $(sha256sum <"$top/one/smtpsh" | cut -d' ' -f1)"
