/* The table of OpenSSL's functions. libssl brings libcrypto with it. */
#include "net/tls/tls_priv.h"

struct tls_lib tls_lib;

static const char *const tls_lib_files[] = { "libssl.so.3", "libssl.3.dylib",
	"/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib",
	"/usr/local/opt/openssl@3/lib/libssl.3.dylib", NULL };

static const char tls_lib_names[] = TLS_FUNCS(LAZY_NAME);

static struct lazy tls_lib_lazy =
    LAZY_INIT("TLS", "libssl3", tls_lib_files, tls_lib_names, &tls_lib);

int
tls_lib_load(struct err *e)
{
	return lazy_load(&tls_lib_lazy, e);
}
