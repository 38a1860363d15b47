/* Domains in any script. Without libidn2 only plain ASCII is tried. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"
#include "net/dns/idn.h"

static const struct idn_row {
	const char *in, *ascii; /* NULL: refused */
} idn_rows[] = {
	{ "b\303\274cher.example", "xn--bcher-kva.example" },
	{ "B\303\234CHER.example", "xn--bcher-kva.example" },
	{ "bu\314\210cher.example", "xn--bcher-kva.example" },
	{ "fa\303\237.example", "xn--fa-hia.example" },
	{ "\344\276\213\343\201\210.\343\203\206\343\202\271\343\203\210",
	    "xn--r8jz45g.xn--zckzah" },
	{ "mx.b\303\274cher\343\200\202example", "mx.xn--bcher-kva.example" },
	{ "b\303\274cher", "xn--bcher-kva" },
	{ "\303(.example", NULL },
	{ "b\303\274 cher.example", NULL },
	{ "b\303\274cher@example", NULL },
	{ "b\303\274cher\357\274\240example", NULL }, /* a wide '@' */
	{ "b\303\274cher\302\240example", NULL },     /* a no-break space */
	{ "a\342\200\256b.example", NULL },
	{ "\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274"
	  "\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
	    NULL },
};

static void
test_plain(void)
{
	static const char *const plain[] = { "example.org", "EXAMPLE.org.",
		"mx_1.example", "", "a b", "[127.0.0.1]" };
	struct err e;
	char *out;

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		CHECK(!idn_is_needed(plain[i]), "%s", plain[i]);
		CHECK(idn_to_ascii(plain[i], &out, &e) == 0 &&
			  strcmp(out, plain[i]) == 0,
		    "%s", plain[i]);
		free(out);
		CHECK(idn_to_unicode(plain[i], &out, &e) == 0 &&
			  strcmp(out, plain[i]) == 0,
		    "%s", plain[i]);
		free(out);
	}
}

static void
test_mailbox(void)
{
	static const struct {
		const char *in, *want;
		int rc;
	} rows[] = {
		{ "joe@b\303\274cher.example", "joe@xn--bcher-kva.example", 1 },
		{ "<joe@b\303\274cher.example>", "<joe@xn--bcher-kva.example>",
		    1 },
		{ "<\"a@b\"@B\303\234CHER.example>",
		    "<\"a@b\"@xn--bcher-kva.example>", 1 },
		{ "joe@example", "joe@example", 1 },
		{ "<>", "<>", 1 },
		{ "Postmaster", "Postmaster", 1 },
		{ "<joe@[127.0.0.1]>", "<joe@[127.0.0.1]>", 1 },
		{ "j\303\274rgen@b\303\274cher.example", NULL, 0 },
		{ "j\303\274rgen@example", NULL, 0 },
		{ "j\303\274rgen", NULL, 0 },
		{ "<@b\303\274cher.example:joe@example>", NULL, 0 },
		{ "joe@\303(.example", NULL, -1 },
		{ "joe@b\303\274 cher.example", NULL, -1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = { 0 };
		char *out;
		int rc = idn_mailbox(rows[i].in, &out, &e);
		CHECK(rc == rows[i].rc &&
			  (rc == 1 ? strcmp(out, rows[i].want) == 0
				   : out == NULL),
		    "%s: %d %s %s", rows[i].in, rc, out, e.text);
		CHECK(rc >= 0 || e.kind == ERR_USAGE, "%s: %s", rows[i].in,
		    e.text);
		free(out);
	}
}

int
main(void)
{
	struct err e = { 0 };
	char *out, *back;

	test_plain();
	if (idn_to_ascii("\303\274", &out, &e) != 0 && e.kind == ERR_NOINPUT) {
		printf("skipped: %s\n", e.text);
		return check_done();
	}
	free(out);
	test_mailbox();
	for (size_t i = 0; i < sizeof idn_rows / sizeof *idn_rows; i++) {
		const struct idn_row *r = &idn_rows[i];
		int rc = idn_to_ascii(r->in, &out, &e);

		CHECK((rc != 0) == (r->ascii == NULL) &&
			  (rc != 0 || strcmp(out, r->ascii) == 0),
		    "%s: %s", r->in, rc != 0 ? e.text : out);
		CHECK(rc == 0 || (out == NULL && e.kind == ERR_USAGE &&
				     strstr(e.text, "no domain: ") != NULL),
		    "%s", e.text);
		if (rc == 0) {
			CHECK(idn_to_unicode(out, &back, &e) == 0 &&
				  idn_is_needed(back),
			    "%s", out);
			free(back);
		}
		free(out);
	}
	CHECK(idn_to_unicode("mx.XN--bcher-kva.example", &out, &e) == 0 &&
		  strcmp(out, "mx.b\303\274cher.example") == 0,
	    "%s", out);
	free(out);
	CHECK(idn_to_unicode("xn--\200.example", &out, &e) != 0 &&
		  e.kind == ERR_USAGE,
	    "not punycode");
	return check_done();
}
