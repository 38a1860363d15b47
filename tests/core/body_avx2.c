/* The same tests where AVX2 takes each block, however small. */
#define BODY_WORTH 1
#include "net/core/body.c"
#include "body.c"
