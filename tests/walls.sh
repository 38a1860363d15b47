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

# Who includes what: a folder, and those that it may include besides itself.
# Found by folder, so that a new file is guarded at once.
net='net/core net net/tls net/sasl net/dns net/peer net/conn net/link net/mime'
cmd='cmd/say cmd/lang cmd/know cmd/talk cmd/sink cmd/shell'
declare -A may=(
	[net/core]=''
	[net]='net/core'
	[net/tls]='net/core net'
	[net/mime]='net/core net'
	[net/sasl]='net/core net net/tls'
	[net/dns]='net/core net net/tls'
	[net/peer]='net/core net net/tls net/sasl'
	[net/conn]='net/core net net/tls net/sasl net/peer'
	[net/link]='net/core net net/tls net/sasl net/peer net/conn'
	[net/serve]='net/core net net/tls net/sasl net/peer'
	[cmd/say]='net/core'
	[cmd/lang]='net/core net'
	[cmd/know]='cmd/lang net/core'
	[cmd/talk]="cmd/lang cmd/know $net"
	[cmd/sink]='cmd/talk cmd/know cmd/say net/core net'
	[cmd/shell]="cmd/say cmd/lang cmd/know cmd/talk cmd/sink $net"
	[cmd]="$cmd $net"
	[cmd/term]="cmd $cmd $net"
	[cmd/front]="cmd cmd/term $cmd $net net/serve"
)
for f in net/*.[ch] net/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch]; do
	room=${f%/*}
	[ -n "${may[$room]+is}" ] || breach "$room is no room of the house: $f"
	while IFS= read -r h; do
		from=${h%/*}
		[[ $h == */* && -f $h ]] || breach "$f: '$h' is no path from the top"
		[[ $from == "$room" || " ${may[$room]-} " == *" $from "* ]] ||
			breach "$f includes $h: $room may not include $from"
	done < <(sed -nE 's/^# *include "([^"]*)".*/\1/p' "$f")
done

# What the command line demands is asked where octets get into the core.
grep -nE '\bsmtp_(command|raw|text|text_end|chunk|bdat)\(' cmd/*.[ch] cmd/*/*.[ch] smtpsh.c |
	grep -vE '^cmd/talk/demand\.[ch]:' | breach_each 'octets that pass by demand.c'

sources=(smtpsh.c net/*.[ch] net/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch])
# only HEADER FILES: nobody but those includes <HEADER...>; both are patterns.
only() {
	local got
	got=$(grep -lE "^# *include <$1" "${sources[@]}" | grep -vxE "$2")
	[ -z "$got" ] || breach "<$1> is for $2:" "$got"
}
only readline/ 'cmd/term/prompt_lib\.h'
only pcre2 'cmd/lang/regex\.c'
only jansson 'cmd/sink/json\.c'
only openssl/ 'net/tls/tls_priv\.h'
only gsasl 'net/sasl/sasl_priv\.h'
only unbound 'net/dns/dns(_priv)?\.[ch]'
only idn2 'net/dns/idn\.c'
only zlib 'cmd/sink/hdr_code\.c'
only gmime 'net/mime/mime\.c'
# What is between the files of a folder stays there.
for h in net/*/*_priv.h cmd/talk/step.h cmd/front/host_parts.h cmd/front/load_parts.h; do
	grep -lE "^# *include \"$h\"" "${sources[@]}" | grep -v "^${h%/*}/" |
		breach_each "$h is for ${h%/*}"
done

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
core=("$B"/net/core/*.o)
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
			"__stack_chk_fail _GLOBAL_OFFSET_TABLE_ __cpu_model", w, " ")
		for (i = 1; i <= n; i++)
			ok[w[i]] = 1
	}
	!ok[$1]' | breach_each 'a core calls'

# Nothing below cmd/ prints or exits; above, one file writes. The prompt owns
# readline's stream; main has last words.
say='printf|vprintf|fprintf|vfprintf|dprintf|vdprintf|puts|putchar|fputs|fputc|putc|fwrite|perror|psignal|stdout|stderr|warnx?|errx?'
undefined "$B"/net/*.o "$B"/net/*/*.o | grep -E "^($say|exit|quick_exit) " |
	breach_each 'net/ does not print or exit'
undefined "$B"/cmd/*.o "$B"/cmd/*/*.o |
	grep -E "^($say) " | grep -vE ' cmd/(say/out|term/prompt)\.c$' |
	breach_each 'only cmd/say/out.c writes'
undefined "$B"/cmd/*.o "$B"/cmd/*/*.o | grep -E '^(exit|quick_exit) ' |
	breach_each 'only main exits'
grep -nE '\bSTD(OUT|ERR)_FILENO\b|\bwrite\([12],' net/*.c net/*/*.c cmd/*.c cmd/*/*.c |
	grep -vE '^cmd/say/out\.c:|[<>]=? STDERR_FILENO|dup2\(' |
	breach_each 'only cmd/say/out.c writes'

# Functions that nobody calls.
undefined "$B"/net/*.o "$B"/net/*/*.o "$B"/cmd/*.o "$B"/cmd/*/*.o \
	"$B"/smtpsh.o |
	grep -E '^(strcpy|stpcpy|strcat|strncat|sprintf|vsprintf|strtok|gets|system|popen|s?rand|mktemp|tmpnam|gmtime|localtime|ctime|asctime|strerror_l|gethostbyname) ' |
	breach_each 'not to be called'
for f in "${sources[@]}"; do
	gcc -fpreprocessed -dD -E -P "$f" 2>/dev/null |
		grep -oE '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|alloca|system|popen|s?rand|setjmp|longjmp)\(' |
		sed "s|^|$f: |"
done | breach_each 'not to be called'

# The heavy libraries are loaded when they are needed, never linked; and no
# libm, which a start would have to map.
readelf -d "$B/smtpsh" | grep -oE 'lib(ssl|crypto|gsasl|unbound|idn2|z|gmime|glib|m)\.so[^]]*' |
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
for f in smtpsh.c net/*.c net/*/*.c cmd/*.c cmd/*/*.c; do
	lines=$(wc -l <"$f")
	[ "$lines" -le 400 ] || echo "note: $f has $lines lines"
done

[ $breaches = 0 ]
