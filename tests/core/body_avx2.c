/* The same tests where AVX2 takes each block, however small; both directions
 * are compiled in here, so the library's are not linked. */
#define BODY_WORTH 1
#include "net/core/body.c"
#include "net/core/unbody.c"
#include "body.c"
