#!/usr/bin/env bash
# fuzz.sh PROGRAM...: each for FUZZ_SECONDS (20), as many at once as there are
# processors; `make fuzz` does. What they found out stays beside them for the
# next time. An input that breaks something is kept, and named.
set -u
here=$(cd "$(dirname "$0")" && pwd)
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
export ASAN_OPTIONS=allocator_may_return_null=0

fuzz_one() {
	local name=${1##*/} dir
	dir=$(dirname "$1")
	mkdir -p "$dir/corpus/$name"
	if "$1" -max_total_time="${FUZZ_SECONDS:-20}" -max_len=4096 -timeout=10 \
		-rss_limit_mb=1024 -dict="$here/fuzz/words.dict" \
		-artifact_prefix="$dir/$name-" -verbosity=0 \
		-print_final_stats=1 "$dir/corpus/$name" "$here/conversations" \
		>"$dir/$name.log" 2>&1 </dev/null; then
		sed -n "s/^stat::number_of_executed_units: */ok      fuzz $name /p" \
			"$dir/$name.log"
	else
		echo "FAILED  fuzz $name"
		sed 's/^/        /' "$dir/$name.log"
		return 1
	fi
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
