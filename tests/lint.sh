#!/usr/bin/env bash
# lint.sh OBJECTS: every reader of source that we have, and the walls. Run from
# the top, by `make lint`, which has compiled with -Werror -Wconversion into
# that folder before.
set -u
shopt -s nullglob
objects=$1
log=$(mktemp "${TMPDIR:-/tmp}/smtpsh-lint.XXXXXX")
trap 'rm -f "$log"' EXIT
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
flags=(-std=c11 -D_GNU_SOURCE '-DVERSION="lint"' -I.)
# Its headers stand in a folder of their own.
read -ra gmime < <(pkg-config --cflags gmime-3.0 2>/dev/null) || :
flags+=("${gmime[@]}")
sources=(smtpsh.c net/*.c net/*/*.c cmd/*.c cmd/*/*.c)
format=("${sources[@]}" net/*.h net/*/*.h cmd/*.h cmd/*/*.h tests/*/*.[ch])
scripts=(.ci/run tests/*/run tests/*.sh tests/*/*.sh tests/*.bash
	tests/*/*.bash tests/*.bats tests/*/*.bats)
failed=()

# step NAME TOOL PACKAGE COMMAND...: how long it took, and what it said if it
# failed.
step() {
	local name=$1 tool=$2 package=$3 began=$SECONDS
	shift 3
	if ! command -v "$tool" >/dev/null; then
		echo "lint: $name: no $tool; package $package (make deps-lint)"
		failed+=("$name")
	elif "$@" >"$log" 2>&1 </dev/null; then
		echo "lint: $name: ok, $((SECONDS - began)) s"
		grep '^note: ' "$log"
	else
		echo "lint: $name: FAILED, $((SECONDS - began)) s"
		sed 's/^/    /' "$log"
		failed+=("$name")
	fi
}

# COMMAND... {} -- FLAGS for every source, on all processors.
lint_each() {
	printf '%s\0' "${sources[@]}" | xargs -0 -P "$jobs" -I {} "$@"
}

# Its analyzer looks into functions one by one: all paths through all calls
# take ten times as long, and gcc's does that.
lint_tidy() {
	local deeper=--extra-arg=-Xclang
	lint_each sh -c 'clang-tidy --quiet "$@" 2>/dev/null' tidy \
		$deeper --extra-arg=-analyzer-config \
		$deeper --extra-arg=mode=shallow {} -- "${flags[@]}"
}

lint_analyzer() {
	lint_each gcc "${flags[@]}" -O1 -fanalyzer -Wno-analyzer-too-complex \
		-Werror -c -o /dev/null {}
}

step clang-format clang-format clang-format \
	clang-format --dry-run -Werror "${format[@]}"
step walls nm binutils tests/walls.sh "$objects"
# What one file sets and another reads, or bats itself, it cannot see.
step shellcheck shellcheck shellcheck shellcheck -x -P SCRIPTDIR -S warning \
	-e SC2034,SC2154 "${scripts[@]}"
[ ! -e smtpsh.1 ] || step mandoc mandoc mandoc mandoc -T lint -W warning smtpsh.1
step cppcheck cppcheck cppcheck cppcheck -q --std=c11 -j "$jobs" \
	--enable=warning,performance,portability --inline-suppr \
	--error-exitcode=1 --suppress=missingIncludeSystem -D_GNU_SOURCE \
	'-DVERSION="lint"' -I. "${sources[@]}"
step analyzer gcc gcc lint_analyzer
step clang-tidy clang-tidy clang-tidy lint_tidy

if [ ${#failed[@]} != 0 ]; then
	echo "lint: failed: ${failed[*]}"
	exit 1
fi
echo "lint: ok, $SECONDS s"
