/* Addresses as people write them, header lines into a message, the test
 * message. */
#include "check.h"
#include "cmd/lang/compose.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *list;
	const char *want; /* each between bars; NULL: refused */
	const char *told; /* then: in the error's text */
} lists[] = {
	{ "a@x", "|a@x|", NULL },
	{ " a@x , <b@y>,,", "|a@x|b@y|", NULL },
	{ "Joe User <joe@x>", "|joe@x|", NULL },
	{ "\"Doe, Joe\" <joe@x>, b@y", "|joe@x|b@y|", NULL },
	{ "\"a <b\" <joe@x>", "|joe@x|", NULL },
	{ "\"a,b\"@x,c@y", "|\"a,b\"@x|c@y|", NULL },
	{ "\"a\\\"b\"@x", "|\"a\\\"b\"@x|", NULL },
	{ "@x,@y:c@d", "|@x,@y:c@d|", NULL },
	{ " <@x,@y:c@d>, e@f", "|@x,@y:c@d|e@f|", NULL },
	{ "N <@x,@y:c@d>,e@f", "|@x,@y:c@d|e@f|", NULL },
	{ "e@f,@x:c@d,g@h", "|e@f|@x:c@d|g@h|", NULL },
	{ "Postmaster", "|Postmaster|", NULL },
	{ "<Postmaster>", "|Postmaster|", NULL },
	{ "u@[IPv6:::1],b@y", "|u@[IPv6:::1]|b@y|", NULL },
	{ "j\xc3\xb8rn@x", "|j\xc3\xb8rn@x|", NULL },
	{ "Team: a@x, B <b@y>;", "|a@x|b@y|", NULL },
	{ "\"The: team\": a@x;, c@z", "|a@x|c@z|", NULL },
	{ "A <a@x>, Team: b@y", "|a@x|b@y|", NULL },
	{ "undisclosed-recipients:;", "|", NULL },
	{ "\"a;b:c\"@x", "|\"a;b:c\"@x|", NULL },
	{ "", "|", NULL },
	{ " , ", "|", NULL },
	{ "a@x\nb@y", NULL, "commas" },
	{ "a@x\r\nRSET", NULL, "commas" },
	{ "a@x b@y", NULL, "a blank stands in the address" },
	{ "a@x SIZE=1", NULL, "a blank stands" },
	{ "a@x>", NULL, "octet 4" },
	{ "<a@x", NULL, "expected '>'" },
	{ "<a@x> b", NULL, "expected '>'" },
	{ "\"a@x", NULL, "not closed" },
	{ "a\tb@x", NULL, "octet 2" },
	{ "<>", NULL, "null path" },
	{ "a@x,<>", NULL, "null path" },
	{ "@x,b@y", NULL, "source route" },
};

static void
test_lists(void)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct compose_paths l = { 0 };
		struct err e = { 0 };
		struct buf b = BUF_INIT;
		int r = compose_addresses(&l, "--to", lists[i].list, &e);
		buf_addc(&b, '|');
		for (size_t k = 0; k < l.n; k++)
			buf_addf(&b, "%s|", l.path[k]);
		if (lists[i].want != NULL)
			CHECK(r == 0 && strcmp(buf_str(&b), lists[i].want) == 0,
			    "'%s': %s %s", lists[i].list, buf_str(&b), e.text);
		else
			CHECK(r < 0 && e.kind == ERR_USAGE &&
				  strncmp(e.text, "--to ", 5) == 0 &&
				  strstr(e.text, lists[i].told) != NULL,
			    "'%s': %s", lists[i].list, e.text);
		buf_release(&b);
		compose_release(&l);
	}
}

static void
test_address(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "a@x", "a@x" },
		{ "<>", "" },
		{ "A <a@x>", "a@x" },
		{ "@x,@y:c@d", "@x,@y:c@d" },
		{ "", NULL },
		{ "  ", NULL },
		{ "a@x,b@y", NULL },
		{ "a@x\r\nRSET", NULL },
		{ "a@x,", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = { 0 };
		char *p = compose_address("--from", rows[i].text, &e);
		CHECK((p == NULL) == (rows[i].want == NULL), "'%s': %s",
		    rows[i].text, e.text);
		if (p != NULL && rows[i].want != NULL)
			CHECK(strcmp(p, rows[i].want) == 0, "'%s': %s",
			    rows[i].text, p);
		free(p);
	}
}

/* Lines of --header are parted by '|'. */
static const struct {
	const char *text, *lines;
	bool ended;
	const char *want; /* NULL: ERR_DATA */
} adds[] = {
	{ "S: a\n\nb\n", "X: 1", true, "S: a\nX: 1\n\nb\n" },
	{ "S: a\r\n\r\nb\r\n", "X: 1", true, "S: a\r\nX: 1\r\n\r\nb\r\n" },
	{ "S: a\nT: c\n\nb\n", "s: 1", true, "s: 1\nT: c\n\nb\n" },
	{ "S: a\n b\nT: c\n\nb\n", "S: 1|S: 2", true,
	    "S: 1\nS: 2\nT: c\n\nb\n" },
	{ "S: a\nT: c\nS : d\n\te\n\nb\n", "S: 1|X: 2", true,
	    "S: 1\nT: c\nX: 2\n\nb\n" },
	{ "Su: a\n\nS: b\n", "S: 1", true, "Su: a\nS: 1\n\nS: b\n" },
	{ "From j Thu\nS: a\n\nb", "X: 1", true,
	    "From j Thu\nS: a\nX: 1\n\nb" },
	{ "hello world\n", "X: 1", true, "X: 1\n\nhello world\n" },
	{ "\nhello\n", "X: 1", true, "X: 1\n\nhello\n" },
	{ "\r\nhello\r\n", "X: 1", true, "X: 1\r\n\r\nhello\r\n" },
	{ "S: a", "X: 1", true, "S: a\nX: 1\n" },
	{ "S: a", "S: 1", true, "S: 1\n" },
	{ "S: a\n", "X: 1", true, "S: a\nX: 1\n" },
	{ "S: a\n", "X: 1", false, NULL },
	{ "S: a\n\n", "X: 1", false, "S: a\nX: 1\n\n" },
	{ "no header\n", "X: 1", false, "X: 1\n\nno header\n" },
	{ "S: a\nnot a field\n\nb\n", "X: 1", true,
	    "S: a\nnot a field\nX: 1\n\nb\n" },
};

static size_t
cut(char *lines, const char **line)
{
	size_t n = 0;
	for (;;) {
		line[n++] = lines;
		lines = strchr(lines, '|');
		if (lines == NULL)
			return n;
		*lines++ = '\0';
	}
}

static void
test_add(void)
{
	for (size_t i = 0; i < sizeof adds / sizeof *adds; i++) {
		struct buf b = BUF_INIT;
		struct err e = { 0 };
		const char *line[4];
		char *copy = mem_dup(adds[i].lines);
		size_t n = cut(copy, line);
		buf_adds(&b, adds[i].text);
		int r = compose_add(&b, adds[i].ended, line, n, &e);
		if (adds[i].want == NULL)
			CHECK(r < 0 && e.kind == ERR_DATA &&
				  strcmp(buf_str(&b), adds[i].text) == 0,
			    "%zu: %s", i, buf_str(&b));
		else
			CHECK(r == 0 && strcmp(buf_str(&b), adds[i].want) == 0,
			    "%zu: %s", i, buf_str(&b));
		buf_release(&b);
		free(copy);
	}
}

static void
test_header(void)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "Subject: x\n\nb", true },
		{ "Subject : x\n", true },
		{ "X-Long:\n one\n\nb", true },
		{ "From j Thu Nov 26\nSubject: x\n", true },
		{ "From j Thu Nov 26\nhello\n", false },
		{ "hello world\n", false },
		{ "hello world: yes\n", false },
		{ "\nbody\n", false },
		{ "", false },
		{ ":\n", false },
		{ " Subject: x\n", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(compose_has_header(rows[i].text, strlen(rows[i].text)) ==
			  rows[i].want,
		    "%s", rows[i].text);
	static const struct {
		const char *line;
		int want;
	} lines[] = { { "A: b", 0 }, { "A:", 0 }, { "A", -1 }, { ": b", -1 },
		{ "A b: c", -1 }, { "A: b\nC: d", -1 }, { "", -1 } };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct err e;
		CHECK(compose_check_header(&lines[i].line, 1, &e) ==
			  lines[i].want,
		    "%s", lines[i].line);
	}
}

static void
test_make(void)
{
	char one[] = "c@d", two[] = "e@f";
	char *path[] = { one, two };
	const struct compose_paths to = { path, 2 };
	const char *const line[] = { "subject: hi", "X-A: b" };
	struct compose c = {
		.from = "a@b", .date = "today", .msgid = "1@h", .to = &to
	};
	struct buf b = BUF_INIT;
	compose_make(&b, &c);
	CHECK(
	    strcmp(buf_str(&b), "Date: today\nFrom: <a@b>\nTo: <c@d>,\n <e@f>\n"
				"Subject: test today\nMessage-Id: <1@h>\n\n"
				"This is a test message.\n") == 0,
	    "%s", buf_str(&b));
	buf_clear(&b);
	c.line = line;
	c.n = 2;
	c.body = "text";
	compose_make(&b, &c);
	CHECK(strcmp(buf_str(&b),
		  "Date: today\nFrom: <a@b>\nTo: <c@d>,\n <e@f>\n"
		  "Message-Id: <1@h>\nsubject: hi\nX-A: b\n\ntext\n") == 0,
	    "%s", buf_str(&b));
	buf_release(&b);
}

int
main(void)
{
	test_lists();
	test_address();
	test_add();
	test_header();
	test_make();
	return check_done();
}
