/* The same tests for machines without SSE2: both directions are compiled in
 * here, so the library's are not linked. */
#undef __SSE2__
#include "net/core/body.c"
#include "net/core/unbody.c"
#include "body.c"
