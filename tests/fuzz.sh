#!/usr/bin/env bash
# fuzz.sh PROGRAM...: each for FUZZ_SECONDS (5), as many at once as there are
# processors; `make fuzz` does, and `make fuzz-nightly` for an hour each. What
# they found out stays beside them for the next time. An input that breaks
# something is kept, and named. tests/fuzz/NAME.c says on top which files it
# covers: it fails where it reaches less than 80 % of their lines.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/.." && pwd)
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
least=${FUZZ_COVERAGE:-80}
export ASAN_OPTIONS=allocator_may_return_null=0:detect_leaks=1
export LSAN_OPTIONS=suppressions=$here/lsan.supp:print_suppressions=0

# head_of NAME WORD: what stands behind "WORD:" in the comment on top.
head_of() {
	sed -n '1,/\*\//{s/\*\/.*//;s/^[/ ]*\* *//;p}' "$here/fuzz/$1.c" |
		awk -v word="$2:" '$1 == word { on = 1; $1 = "" }
			on && word == "covers:" && !/\.c$/ { exit }
			on { print } on && word != "covers:" { exit }'
}

# seeds NAME FOLDER: the conversations, and what the program reads of them on
# the wire, lines ended as there.
seeds() {
	local file name
	mkdir -p "$2"
	for file in "$here"/conversations/*.smtp; do
		name=$(basename "$file" .smtp)
		{
			printf '\0\0'
			sed -nE 's/^[SC]: ?//; /^(R:|#|\\|[0-9]{3})/!p' "$file" |
				grep -v '^$' |
				sed 's/^<CRLF>\.<CRLF>$/./; s/$/\r/'
		} >"$2/sent-$name"
		{
			printf '\0'
			sed -nE 's/^R: //p' "$file" | sed 's/$/\r/'
		} >"$2/replies-$name"
		cp "$file" "$2/file-$name"
		{ printf '\0' && cat "$file"; } >"$2/file1-$name"
	done
	if [ -d "$here/fuzz/seeds/$1" ]; then
		cp "$here/fuzz/seeds/$1"/* "$2/"
	fi
}

# Only the seeds of NAME, for tests/fuzz/build.sh.
if [ -n "${FUZZ_SEEDS:-}" ]; then
	seeds "$1" "$FUZZ_SEEDS"
	exit
fi

# coverage NAME PROGRAM PROFILE: percent of the lines that it covers.
coverage() {
	local files
	read -r -a files < <(head_of "$1" covers | tr '\n' ' ')
	llvm-profdata merge -sparse -o "$3.merged" "$3" 2>/dev/null || return
	llvm-cov export -summary-only "$2" -instr-profile="$3.merged" \
		"${files[@]/#/$top/}" 2>/dev/null |
		jq -r --arg top "$top/" '.data[0].files[] |
		"        \(.filename | ltrimstr($top)) \(.summary.lines.percent | floor) %"' \
			>"$3.files"
	llvm-cov export -summary-only "$2" -instr-profile="$3.merged" \
		"${files[@]/#/$top/}" 2>/dev/null |
		jq -r '.data[0].totals.lines | "\(.percent * 10 | floor / 10) of \(.count)"'
}

fuzz_one() {
	local name=${1##*/} dir percent lines flags runs
	dir=$(cd "$(dirname "$1")" && pwd)
	mkdir -p "$dir/corpus/$name"
	seeds "$name" "$dir/seeds/$name"
	read -r -a flags < <(head_of "$name" flags)
	rm -f "$dir/$name.profile"
	if ! LLVM_PROFILE_FILE=$dir/$name.profile "$dir/$name" \
		-max_total_time="${FUZZ_SECONDS:-5}" -max_len=4096 -timeout=20 \
		-rss_limit_mb=2048 -dict="$here/fuzz/words.dict" \
		-artifact_prefix="$dir/$name-" -verbosity=0 \
		-print_final_stats=1 "${flags[@]}" "$dir/corpus/$name" \
		"$dir/seeds/$name" >"$dir/$name.log" 2>&1 </dev/null; then
		echo "FAILED  fuzz $name"
		tail -n 60 "$dir/$name.log" | sed 's/^/        /'
		return 1
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$name.log")
	read -r percent _ lines < <(coverage "$name" "$dir/$name" \
		"$dir/$name.profile")
	if [ -z "${percent:-}" ]; then
		echo "FAILED  fuzz $name: no coverage (llvm-profdata, llvm-cov, jq)"
		return 1
	fi
	printf '%-7s fuzz %-8s %9d inputs, %5s %% of %s lines\n' \
		"$([ "${percent%.*}" -ge "$least" ] && echo ok || echo FAILED)" \
		"$name" "$runs" "$percent" "$lines"
	[ "${percent%.*}" -ge "$least" ] || {
		cat "$dir/$name.profile.files"
		return 1
	}
}

failed=0
for program; do
	while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do
		wait -n || failed=$((failed + 1))
	done
	fuzz_one "$program" &
done
while [ -n "$(jobs -p)" ]; do
	wait -n || failed=$((failed + 1))
done
echo "$(($# - failed)) passed, $failed failed"
[ $failed = 0 ]
