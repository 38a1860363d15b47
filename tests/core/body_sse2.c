/* The same tests for x86-64 without AVX2: the encoder is compiled in here, so
 * the library's is not linked. */
#define BODY_NO_AVX2
#include "net/core/body.c"
#include "body.c"
