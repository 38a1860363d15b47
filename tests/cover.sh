#!/usr/bin/env bash
# cover.sh: how many lines of each file the tests of `make cover` have run, the
# least first.
set -u
cd build/cover || exit
find . -name '*.gcda' -path './[cn]*' -o -name 'smtpsh*.gcda' | sort |
	xargs gcov -n -s "$OLDPWD" -r 2>/dev/null |
	awk -v q="'" '
	/^File / { split($0, w, q); file = w[2] }
	/^Lines executed:/ && file ~ /^(net|cmd|smtpsh)/ {
		sub(/^Lines executed:/, "")
		sub(/%/, "")
		n[file] = $3
		hit[file] = $1 * $3 / 100
		file = ""
	}
	END {
		for (f in n) {
			printf "%6.1f %% of %4d  %s\n", 100 * hit[f] / n[f], n[f], f
			all += n[f]
			got += hit[f]
		}
		if (all > 0)
			printf "%6.1f %% of %4d  all\n", 100 * got / all, all
	}' | sort -n
