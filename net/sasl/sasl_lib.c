/* The table of libgsasl's functions. */
#include "net/sasl/sasl_priv.h"

struct sasl_lib sasl_lib;

static const char *const sasl_lib_files[] = { "libgsasl.so.18",
	"/opt/homebrew/opt/gsasl/lib/libgsasl.18.dylib",
	"/usr/local/opt/gsasl/lib/libgsasl.18.dylib", NULL };

static const char sasl_lib_names[] = SASL_FUNCS(LAZY_NAME);

static struct lazy sasl_lib_lazy =
    LAZY_INIT("AUTH", "libgsasl18", sasl_lib_files, sasl_lib_names, &sasl_lib);

int
sasl_lib_load(struct err *e)
{
	return lazy_load(&sasl_lib_lazy, e);
}
