/* Variables: names, ${...} in lines, and the table behind them. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/vars.h"

static bool
builtin(void *arg, const char *name, struct buf *b)
{
	(void)arg;
	if (strcmp(name, "now") == 0)
		buf_adds(b, "12:00");
	if (strcmp(name, "env.HOME") == 0) {
		buf_adds(b, "/home/joe");
		return true;
	}
	return strcmp(name, "now") == 0 || strcmp(name, "void") == 0;
}

/* who=Jones empty= crlf="a\r\nb" deep=${who}; words one, two, three. */
static const struct {
	const char *in, *want; /* or "!" and the error */
	bool raw;
} rows[] = {
	{ "", "", false },
	{ "plain", "plain", false },
	{ "${who}", "Jones", false },
	{ "a${who}b${who}", "aJonesbJones", false },
	{ "$who {who} $ {who}", "$who {who} $ {who}", false },
	{ "$${who}", "${who}", false },
	{ "$$${who}", "$${who}", false },
	{ "${empty}.", ".", false },
	{ "${empty:-x}", "x", false },
	{ "${who:-x}", "Jones", false },
	{ "${no:-x y}", "x y", false },
	{ "${no:-}", "", false },
	{ "${no:-${who}}", "Jones", false },
	{ "${no:-${nor:-${now}}}", "12:00", false },
	{ "${deep}", "${who}", false },
	{ "${now}", "12:00", false },
	{ "${void:-x}", "x", false },
	{ "${1} ${3}", "one three", false },
	{ "${4:-x}", "x", false },
	{ "${*}", "one two three", false },
	{ "${2*}", " two three", false },
	{ "${9*}", "", false },
	{ "${crlf}", "a\r\nb", true },
	{ "${crlf}", "!holds CR at octet 2", false },
	{ "${no}", "!the variable ${no} is not set", false },
	{ "${4}", "!argument 4 is missing", false },
	{ "${env.HOME}", "/home/joe", false },
	{ "${env.NO:-x}", "x", false },
	{ "${env.NO}", "!the environment has none", false },
	{ "${env.}", "!malformed", false },
	{ "${env.a.b}", "!malformed", false },
	{ "${}", "!malformed", false },
	{ "${a b}", "!malformed", false },
	{ "${0}", "!malformed", false },
	{ "${who", "!", false },
	{ "${who:x}", "!malformed", false },
};

static void
test_rows(void)
{
	struct vars v;
	struct err e;
	char *words[] = { (char[]){ "one" }, (char[]){ "two" },
		(char[]){ "three" } };
	const struct var_args args = { 3, words };
	vars_init(&v);
	v.builtin = builtin;
	CHECK(vars_set(&v, "who", "Jones", 5, &e) == 0 &&
		  vars_set(&v, "empty", "", 0, &e) == 0 &&
		  vars_set(&v, "crlf", "a\r\nb", 4, &e) == 0 &&
		  vars_set(&v, "deep", "${who}", 6, &e) == 0,
	    "%s", e.text);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *in = rows[i].in, *want = rows[i].want;
		struct buf b = BUF_INIT;
		e.text[0] = '\0';
		int r =
		    vars_expand(&v, &args, in, strlen(in), rows[i].raw, &b, &e);
		if (*want == '!')
			CHECK(r < 0 && strstr(e.text, want + 1) != NULL,
			    "%s: %s", in, r < 0 ? e.text : buf_str(&b));
		else
			CHECK(r == 0 && strcmp(buf_str(&b), want) == 0,
			    "%s: %s", in, r < 0 ? e.text : buf_str(&b));
		buf_release(&b);
	}
	vars_release(&v);
}

static void
test_names(void)
{
	static const struct {
		const char *name;
		bool ok;
	} row[] = {
		{ "a", true },
		{ "_", true },
		{ "a-b_9", true },
		{ "", false },
		{ "9a", false },
		{ "-a", false },
		{ "a b", false },
		{ "a.b", false },
		{ "\xc3\xa9", false },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct vars v;
		struct err e = { 0 };
		vars_init(&v);
		CHECK((vars_set(&v, row[i].name, "x", 1, &e) == 0) == row[i].ok,
		    "'%s'", row[i].name);
		CHECK((vars_get(&v, row[i].name) != NULL) == row[i].ok, "'%s'",
		    row[i].name);
		vars_release(&v);
	}
}

/* Held against a plain list of what is set. */
static void
test_table(void)
{
	enum { N = 300 };
	struct vars v;
	struct err e;
	int value[N];
	unsigned seed = 1;
	size_t n = 0;
	char name[16], text[16];
	vars_init(&v);
	for (size_t i = 0; i < N; i++)
		value[i] = -1;
	for (int turn = 0; turn < 20000; turn++) {
		seed = seed * 1103515245u + 12345u;
		size_t i = (seed >> 16) % N;
		snprintf(name, sizeof name, "v%zu", i);
		if ((seed >> 8 & 3) == 0) {
			CHECK(vars_unset(&v, name) == (value[i] >= 0),
			    "unset %s", name);
			n -= value[i] >= 0;
			value[i] = -1;
		} else {
			snprintf(text, sizeof text, "%d", turn);
			CHECK(vars_set(&v, name, text, strlen(text), &e) == 0,
			    "set %s", name);
			n += value[i] < 0;
			value[i] = turn;
		}
		CHECK(v.n == n, "%zu of %zu", v.n, n);
	}
	for (size_t i = 0; i < N; i++) {
		snprintf(name, sizeof name, "v%zu", i);
		const struct var *got = vars_get(&v, name);
		CHECK((got != NULL) == (value[i] >= 0), "%s", name);
		CHECK(got == NULL || atoi(got->value) == value[i], "%s", name);
	}
	CHECK(v.nslots >= 2 * v.n, "half of the slots are empty");
	vars_release(&v);
}

int
main(void)
{
	test_rows();
	test_names();
	test_table();
	return check_done();
}
