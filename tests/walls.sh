#!/usr/bin/env bash
# walls.sh OBJECTS: the walls of the house, held against the source and against
# the objects below that folder. Run from the top; `make lint` does. Says each
# breach in a line.
set -u
shopt -s nullglob
B=$1
breaches=0
breach() {
	echo "wall: $*"
	breaches=$((breaches + 1))
}
# breach_each WHAT: every line of standard input is one.
breach_each() {
	local line
	while IFS= read -r line; do
		breach "$1: $line"
	done
}

# The top level is what the user asked for.
if [ -e .git ]; then
	git ls-files | cut -d/ -f1
else
	ls -A
fi | sort -u | grep -vxE 'Makefile|smtpsh\.c|cmd|net|completions|tests|smtpsh\.1|README\.md|LICENSE|\..*|build|smtpsh' |
	breach_each 'not for the top level'

# Who includes what.
for h in cmd/*.h; do
	grep -lE "^#include \"(.*/)?${h##*/}\"" net/*.[ch]
done | sort -u | breach_each 'net/ includes cmd/'
grep -nE '^#include ".*/' net/*.[ch] cmd/*.[ch] smtpsh.c |
	breach_each 'include by name, not by path'

# only HEADER FILES: nobody but those includes <HEADER...>; both are patterns.
only() {
	local got
	got=$(grep -lE "^# *include <$1" smtpsh.c net/*.[ch] cmd/*.[ch] |
		grep -vxE "$2")
	[ -z "$got" ] || breach "<$1> is for $2:" "$got"
}
only readline/ 'cmd/prompt\.c'
only pcre2 'cmd/match\.c'
only jansson 'cmd/json\.c'
only openssl/ 'net/tls_priv\.h'
only gsasl 'net/sasl_priv\.h'
only unbound 'net/dns\.c'
only idn2 'net/idn\.c'
grep -lE '^#include "tls_priv\.h"' smtpsh.c net/*.[ch] cmd/*.[ch] |
	grep -vE '^net/(tls[a-z0-9_]*|hash)\.c$' | breach_each 'tls_priv.h is for TLS'
grep -lE '^#include "sasl_priv\.h"' smtpsh.c net/*.[ch] cmd/*.[ch] |
	grep -vE '^net/sasl[a-z0-9_]*\.c$' | breach_each 'sasl_priv.h is for SASL'

# undefined OBJECT...: "symbol file" for each that an object takes from
# elsewhere, in the source's names where the compiler put checked ones.
undefined() {
	nm -u -A "$@" | sed -nE "s|^$B/([^:]*)\.o: *[Uw] |\1.c |p" |
		awk '{ sub(/^__isoc99_/, "", $2); sub(/^__isoc23_/, "", $2)
			if ($2 ~ /^__.*_chk$/ && $2 != "__stack_chk_fail")
				$2 = substr($2, 3, length($2) - 6)
			print $2, $1 }'
}

# The cores: bytes in, bytes out. Memory and text of libc, and each other.
core=()
for o in "$B"/net/*.o; do
	case ${o##*/} in
	reply.o | verb.o | code.o | enh.o | ext.o | body*.o | unbody*.o | addr*.o | \
		span*.o | smtp.o | smtp_*.o | smtpd.o | smtpd_*.o | world*.o | \
		mock.o | buf.o | err.o)
		core+=("$o")
		;;
	esac
done
[ ${#core[@]} -ge 20 ] || breach "only ${#core[@]} objects of the cores in $B"
own=$(nm --defined-only "${core[@]}" | awk 'NF == 3 { print $3 }' | sort -u)
undefined "${core[@]}" | awk -v own="$own" '
	BEGIN {
		n = split(own, w, "\n")
		for (i = 1; i <= n; i++)
			ok[w[i]] = 1
		n = split("memchr memcmp memcpy memmove memrchr memset memmem " \
			"explicit_bzero strchr strrchr strcmp strncmp strlen " \
			"strnlen strspn strcspn strpbrk strstr strcasecmp " \
			"strncasecmp snprintf vsnprintf malloc calloc realloc " \
			"free abort qsort bsearch inet_pton inet_ntop " \
			"__stack_chk_fail _GLOBAL_OFFSET_TABLE_", w, " ")
		for (i = 1; i <= n; i++)
			ok[w[i]] = 1
	}
	!ok[$1]' | breach_each 'a core calls'

# Nothing below cmd/ prints or exits; above, one file writes. The prompt owns
# readline's stream; main has last words.
say='printf|vprintf|fprintf|vfprintf|dprintf|vdprintf|puts|putchar|fputs|fputc|putc|fwrite|perror|psignal|stdout|stderr|warnx?|errx?'
undefined "$B"/net/*.o | grep -E "^($say|exit|quick_exit) " |
	breach_each 'net/ does not print or exit'
undefined "$B"/cmd/*.o |
	grep -E "^($say) " | grep -vE ' cmd/(out|prompt)\.c$' |
	breach_each 'only cmd/out.c writes'
undefined "$B"/cmd/*.o | grep -E '^(exit|quick_exit) ' |
	breach_each 'only main exits'
grep -nE '\bSTD(OUT|ERR)_FILENO\b|\bwrite\([12],' net/*.c cmd/*.c |
	grep -vE '^cmd/out\.c:|[<>]=? STDERR_FILENO|dup2\(' |
	breach_each 'only cmd/out.c writes'

# Functions that nobody calls.
undefined "$B"/net/*.o "$B"/cmd/*.o "$B"/smtpsh.o |
	grep -E '^(strcpy|stpcpy|strcat|strncat|sprintf|vsprintf|strtok|gets|system|popen|s?rand|mktemp|tmpnam|gmtime|localtime|ctime|asctime|strerror_l|gethostbyname) ' |
	breach_each 'not to be called'
for f in smtpsh.c net/*.[ch] cmd/*.[ch]; do
	gcc -fpreprocessed -dD -E -P "$f" 2>/dev/null |
		grep -oE '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|alloca|system|popen|s?rand|setjmp|longjmp)\(' |
		sed "s|^|$f: |"
done | breach_each 'not to be called'

# The heavy libraries are loaded when they are needed, never linked.
readelf -d "$B/smtpsh" | grep -oE 'lib(ssl|crypto|gsasl|unbound|idn2)\.so[^]]*' |
	breach_each 'linked'

# What is made from the tables is as the tables are.
for f in completions/smtpsh.bash completions/_smtpsh completions/smtpsh.fish; do
	case $f in
	*.bash) shell=bash ;;
	*.fish) shell=fish ;;
	*) shell=zsh ;;
	esac
	"$B/smtpsh" --completion $shell | cmp -s - "$f" ||
		breach "$f is old: make completions"
done

# Long files are no breach, but are told.
for f in smtpsh.c net/*.c cmd/*.c; do
	lines=$(wc -l <"$f")
	[ "$lines" -le 400 ] || echo "note: $f has $lines lines"
done

[ $breaches = 0 ]
