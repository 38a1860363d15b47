/* What the fuzzers share. Each is a program of libFuzzer: `make fuzz`. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule that must hold for every input. */
#define RULE(cond)                                                             \
	do {                                                                   \
		if (!(cond)) {                                                 \
			fprintf(stderr, "rule broken: %s:%d: %s\n", __FILE__,  \
			    __LINE__, #cond);                                  \
			abort();                                               \
		}                                                              \
	} while (0)

/* Exactly so many octets on the heap, so that the first one beyond is seen. */
static inline char *
fuzz_copy(const void *p, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	RULE(copy != NULL);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

static inline char *
fuzz_string(const void *p, size_t len)
{
	char *copy = malloc(len + 1);
	RULE(copy != NULL);
	memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

/* Gives p to take() in pieces of step octets, each a heap block of its own;
 * step 0: all at once. */
static inline void
fuzz_pieces(const uint8_t *p, size_t len, size_t step,
    void (*take)(void *arg, const char *p, size_t len), void *arg)
{
	if (step == 0)
		step = len;
	for (size_t n; len > 0; p += n, len -= n) {
		n = len < step ? len : step;
		char *piece = fuzz_copy(p, n);
		take(arg, piece, n);
		free(piece);
	}
}

static inline void
fuzz_same(struct buf *a, struct buf *b)
{
	RULE(buf_len(a) == buf_len(b));
	RULE(memcmp(buf_str(a), buf_str(b), buf_len(a)) == 0);
}

#endif
