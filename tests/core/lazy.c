/* Libraries and functions that are there, and that are not. */
#include <math.h>
#include <string.h>
#include "check.h"
#include "net/lazy.h"

#define LIB_FUNCS(X) X(cos) X(sqrt)

static struct {
	LIB_FUNCS(LAZY_POINTER)
} lib;

static const char names[] = LIB_FUNCS(LAZY_NAME);
static const char more[] = "cos\0smtpsh_none\0";
static const char *const files[] = { "libnone.so.9", "libm.so.6",
	"libSystem.dylib", NULL };
static const char *const none[] = { "libnone.so.9", "libnone.dylib", NULL };

#define cos  (lib.cos)
#define sqrt (lib.sqrt)

int
main(void)
{
	static void *other[2];
	struct lazy good = LAZY_INIT("sums", "libc6", files, names, &lib);
	struct lazy file = LAZY_INIT("sums", "libnone9", none, names, &other);
	struct lazy name = LAZY_INIT("sums", "libnone9", files, more, &other);
	struct err e = { 0 };

	CHECK(lazy_load(&good, &e) == 0, "%s", e.text);
	CHECK(lazy_load(&good, &e) == 0, "twice: %s", e.text);
	CHECK(sqrt(cos(0.0)) > 0.9, "called through the table");
	CHECK(lazy_load(&file, &e) == -1 && e.kind == ERR_NOINPUT, "no file");
	CHECK(strstr(e.text, "libnone.so.9") && strstr(e.text, "for sums") &&
		  strstr(e.text, "(Debian package libnone9)"),
	    "%s", e.text);
	CHECK(lazy_load(&file, &e) == -1, "it stays so");
	CHECK(lazy_load(&name, &e) == -1 && e.kind == ERR_NOINPUT, "no name");
	CHECK(strstr(e.text, "no function smtpsh_none"), "%s", e.text);
	return check_done();
}
