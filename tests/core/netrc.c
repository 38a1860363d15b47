/* Entries of ~/.netrc: which one counts, and what is none. */
#include "check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/shell/netrc.h"
#include "net/core/buf.h"

static const struct {
	const char *label, *text, *user, *host, *login, *password;
} rows[] = {
	{ "one", "machine h login joe password p", NULL, "h", "joe", "p" },
	{ "of lines", "machine h\n\tlogin joe\n\tpassword p\n", NULL, "h",
	    "joe", "p" },
	{ "CRLF", "machine h\r\nlogin joe\r\npassword p\r\n", NULL, "h", "joe",
	    "p" },
	{ "another host", "machine x login joe password p", NULL, "h", NULL,
	    NULL },
	{ "any case", "machine H login joe password p", NULL, "h", "joe", "p" },
	{ "the default",
	    "machine x login a password b\ndefault login joe "
	    "password p",
	    NULL, "h", "joe", "p" },
	{ "the user's",
	    "machine h login a password b machine h login joe "
	    "password p",
	    "joe", "h", "joe", "p" },
	{ "nobody's", "machine h login a password b", "joe", "h", NULL, NULL },
	{ "quoted", "machine h login joe password \"a \\\"b\\\\ #c\"", NULL,
	    "h", "joe", "a \"b\\ #c" },
	{ "account", "machine h login joe account password password p", NULL,
	    "h", "joe", "p" },
	{ "a comment",
	    "# machine h login bad password bad\n"
	    "machine h login joe password p",
	    NULL, "h", "joe", "p" },
	{ "a comment inside",
	    "machine h # password bad\nlogin joe # login bad\n"
	    "  #password bad\npassword p",
	    NULL, "h", "joe", "p" },
	{ "a comment alone", "#machine h login bad password bad", NULL, "h",
	    NULL, NULL },
	{ "no comment", "machine h login #joe password #p", NULL, "h", "#joe",
	    "#p" },
	{ "a macro",
	    "machine x login a password b\nmacdef init\n"
	    "machine h login bad password bad\n\n"
	    "machine h login joe password p",
	    NULL, "h", "joe", "p" },
	{ "a macro, CRLF",
	    "macdef init\r\nmachine h login bad password "
	    "bad\r\n\r\nmachine h login joe password p",
	    NULL, "h", "joe", "p" },
	{ "a macro to the end", "macdef init\nmachine h login bad password bad",
	    NULL, "h", NULL, NULL },
	{ "an empty macro", "macdef init\n\nmachine h login joe password p",
	    NULL, "h", "joe", "p" },
	{ "a macro's name alone", "macdef", NULL, "h", NULL, NULL },
	{ "no value", "machine h login joe password", NULL, "h", "joe", NULL },
	{ "nothing", "", NULL, "h", NULL, NULL },
	{ "no host", "machine h login joe password p", NULL, NULL, NULL, NULL },
};

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *text = mem_dup(rows[i].text);
		struct netrc n = netrc_find(text, rows[i].user, rows[i].host);
		CHECK(same(n.login, rows[i].login) &&
			  same(n.password, rows[i].password),
		    "%s: %s %s", rows[i].label, n.login, n.password);
		free(text);
	}
	return check_done();
}
