#!/usr/bin/env bash
# build.sh: what OSS-Fuzz runs at the top of the source, with CC, CFLAGS,
# LIB_FUZZING_ENGINE and OUT given (apt-get packages: `make deps` with
# tests/deps.sh build). Each program, its seeds and the dictionary go to $OUT,
# and beside them the libraries that are loaded when they are first needed.
set -eu
cd "$(dirname "$0")/../.."
: "${OUT:?}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
make -j"$(getconf _NPROCESSORS_ONLN)" MODE=fuzz CC="${CC:-clang}" \
	HARD.fuzz="${CFLAGS:-} -DUNCONFINED" CFLAGS= \
	FUZZER="$LIB_FUZZING_ENGINE" LDFLAGS="-Wl,-rpath,\$\$ORIGIN/lib" \
	fuzzers
mkdir -p "$OUT/lib"
for file in tests/fuzz/*.c; do
	name=$(basename "$file" .c)
	cp "build/fuzz/fuzz/$name" "$OUT/$name"
	cp tests/fuzz/words.dict "$OUT/$name.dict"
	seeds=$(mktemp -d)
	FUZZ_SEEDS=$seeds tests/fuzz.sh "$name"
	(cd "$seeds" && zip -q -r - .) >"$OUT/${name}_seed_corpus.zip"
	rm -rf "$seeds"
	ldd "build/fuzz/fuzz/$name" |
		awk '/readline|pcre2|jansson|tinfo/ { print $3 }'
done | sort -u | xargs -r cp -Lt "$OUT/lib"
for lib in libssl.so.3 libcrypto.so.3 libgsasl.so.18; do
	path=$(ldconfig -p | awk -v lib="$lib" '$1 == lib { print $NF; exit }')
	[ -z "$path" ] || cp -L "$path" "$OUT/lib/"
done
