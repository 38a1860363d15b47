/* The same tests for machines without SSE2: both directions are compiled in
 * here, so the library's are not linked. */
#undef __SSE2__
#include "../../net/body.c"
#include "../../net/unbody.c"
#include "body.c"
