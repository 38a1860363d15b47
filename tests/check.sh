#!/usr/bin/env bash
# check.sh FILE...: runs programs of tests/core and files of bats, as many at
# once as there are processors, and adds up what they counted. What a failing
# one printed is shown. MODE and SMTPSH come from the Makefile.
set -u
shopt -s nullglob
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/smtpsh-check.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
MODE=${MODE:-release}
limit=${CHECK_SECONDS:-400} # for each file
grace=() shell=() only=() # what runs tests/core, what runs bats, bats' choice
export SMTPSH=${SMTPSH:-$here/../smtpsh}

# Reports go to files: not every test looks at what a server of its own says
# on standard error, and their exit status is none that smtpsh has.
san=exitcode=99:log_path=$tmp/report
case $MODE in
asan)
	export ASAN_OPTIONS=$san UBSAN_OPTIONS=$san:print_stacktrace=1
	export LSAN_OPTIONS=suppressions=$here/lsan.supp:print_suppressions=0
	limit=$((limit * 4))
	;;
tsan)
	export TSAN_OPTIONS=$san
	# Its runtime wants addresses as old kernels gave them.
	! setarch -R true 2>/dev/null || shell=(setarch -R) grace=(setarch -R)
	limit=$((limit * 4))
	;;
valgrind)
	grace=(valgrind -q --error-exitcode=99 "--log-file=$tmp/report.%p"
		--leak-check=full --errors-for-leak-kinds=definite
		--child-silent-after-fork=yes)
	limit=$((limit * 8))
	# Each process takes seconds: a few conversations must do.
	only=(--filter 'first conversation|transparency|expression|templates:')
	# The tests of the shell get a program that runs the program.
	{
		echo '#!/bin/sh'
		printf 'exec'
		printf ' %q' "${grace[@]}" "$SMTPSH"
		# shellcheck disable=SC2016
		echo ' "$@"'
	} >"$tmp/smtpsh"
	chmod +x "$tmp/smtpsh"
	SMTPSH=$tmp/smtpsh
	;;
esac

check_one() {
	local began=$SECONDS
	case $1 in
	*.bats) timeout "$limit" "${shell[@]}" bats --tap "${only[@]}" "$1" ;;
	*) timeout "$limit" "${grace[@]}" "$1" ;;
	esac </dev/null >"$tmp/$2.out" 2>&1
	echo "$? $((SECONDS - began))" >"$tmp/$2.rc"
}

passed=0 failed=0 skipped=0

# Counts what file $1, number $2, has printed.
check_count() {
	local out=$tmp/$2.out name=${1#build/*/} rc took p f n counted
	read -r rc took <"$tmp/$2.rc"
	if [[ $1 == *.bats ]]; then
		n=$(sed -n '1s/^1\.\.//p' "$out")
		p=$(grep -c '^ok ' "$out")
		f=$(grep -c '^not ok ' "$out")
		counted=$((p + f))
		# A file that ended before its plan did has failed that much.
		[ "${n:-0}" -le $counted ] || f=$((f + n - counted))
		n=$(grep -c '^ok .*# skip' "$out")
		skipped=$((skipped + n))
		p=$((p - n))
	else
		read -r p f < <(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' \
			"$out") || p=0 f=0
	fi
	[ "$rc" = 0 ] || [ "$f" != 0 ] || f=1
	[ "$rc" != 0 ] || [ "$p" != 0 ] || [ "${n:-0}" != 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f))
	if [ "$f" = 0 ]; then
		printf 'ok      %-24s %7d   %3d s\n' "$name" "$p" "$took"
		grep '^ok .*# skip' "$out" | sed 's/^ok [0-9]* /skipped     /'
	else
		printf 'FAILED  %-24s %7d passed, %d failed, status %d, %d s\n' \
			"$name" "$p" "$f" "$rc" "$took"
		if [[ $1 == *.bats ]]; then
			grep -v '^ok ' "$out"
		else
			head -n 60 "$out"
		fi | sed 's/^/        /'
	fi
}

jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
seen=()
check_reap() {
	local i
	for i in "${!seen[@]}"; do
		[ -s "$tmp/$i.rc" ] || continue
		check_count "${seen[i]}" "$i"
		unset "seen[$i]"
	done
}

i=0
for file; do
	while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do
		wait -n
		check_reap
	done
	seen[i]=$file
	check_one "$file" $i &
	i=$((i + 1))
done
wait
check_reap

for file in "$tmp"/report*; do
	[ -s "$file" ] || continue
	failed=$((failed + 1))
	echo "FAILED  $MODE reports:"
	head -n 60 "$file" | sed 's/^/        /'
done
[ $skipped = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
