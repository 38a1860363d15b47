/* Argument grammars: counts, words, what is still to come. */
#include "check.h"
#include "cmd/lang/grammar.h"

#include <stdint.h>
#include <string.h>

#define MANY SIZE_MAX

static const struct {
	const char *in;
	size_t min, max;
	const char *item[4]; /* words 0 to 3; "" where there is none */
	const char *rest[4]; /* after 0 to 3 words */
} rows[] = {
	{ "", 0, 0, { "", "", "", "" }, { "", "", "", "" } },
	{ "WORD", 1, 1, { "WORD", "", "", "" }, { "WORD", "", "", "" } },
	{ "[WORD]", 0, 1, { "WORD", "", "", "" }, { "[WORD]", "", "", "" } },
	{ "on|off", 1, 1, { "on|off", "", "", "" }, { "on|off", "", "", "" } },
	{ "[on|off]", 0, 1, { "on|off", "", "", "" },
	    { "[on|off]", "", "", "" } },
	{ "HOST[:PORT] [SECONDS]", 1, 2, { "HOST", "SECONDS", "", "" },
	    { "HOST[:PORT] [SECONDS]", "[SECONDS]", "", "" } },
	{ "[USER@]HOST", 1, 1, { "HOST", "", "", "" },
	    { "[USER@]HOST", "", "", "" } },
	{ "[HOST[:PORT]]", 0, 1, { "HOST", "", "", "" },
	    { "[HOST[:PORT]]", "", "", "" } },
	{ "FILE...", 1, MANY, { "FILE", "FILE", "FILE", "FILE" },
	    { "FILE...", "[FILE...]", "[FILE...]", "[FILE...]" } },
	{ "[FILE...]", 0, MANY, { "FILE", "FILE", "FILE", "FILE" },
	    { "[FILE...]", "[FILE...]", "[FILE...]", "[FILE...]" } },
	{ "[FILE]...", 0, MANY, { "FILE", "FILE", "FILE", "FILE" },
	    { "[FILE]...", "[FILE]...", "[FILE]...", "[FILE]..." } },
	{ "NAME [VALUE...]", 1, MANY, { "NAME", "VALUE", "VALUE", "VALUE" },
	    { "NAME [VALUE...]", "[VALUE...]", "[VALUE...]", "[VALUE...]" } },
	{ "[NAME [VALUE]]", 0, 2, { "NAME", "VALUE", "", "" },
	    { "[NAME [VALUE]]", "[VALUE]", "", "" } },
	{ "[NAME VALUE]", 0, 2, { "NAME", "VALUE", "", "" },
	    { "[NAME VALUE]", "VALUE", "", "" } },
	{ "close|silence|within [TIME]", 1, 2,
	    { "close|silence|within", "TIME", "", "" },
	    { "close|silence|within [TIME]", "[TIME]", "", "" } },
	{ "A B [C]", 2, 3, { "A", "B", "C", "" },
	    { "A B [C]", "B [C]", "[C]", "" } },
	{ "  A   [B]  ", 1, 2, { "A", "B", "", "" },
	    { "A   [B]  ", "[B]  ", "", "" } },
	/* Malformed ones end, whatever they give. */
	{ "[A", 1, 1, { "", "", "", "" }, { "[A", "", "", "" } },
	{ "A]", 1, 1, { "A", "", "", "" }, { "A", "", "", "" } },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t min, max;
		struct buf b = BUF_INIT;
		grammar_count(rows[i].in, &min, &max);
		CHECK(min == rows[i].min, "'%s': min %zu", rows[i].in, min);
		CHECK(max == rows[i].max, "'%s': max %zu", rows[i].in, max);
		for (size_t k = 0; k < 4; k++) {
			buf_clear(&b);
			grammar_item(rows[i].in, k, &b);
			CHECK(strcmp(buf_str(&b), rows[i].item[k]) == 0,
			    "'%s': item %zu '%s'", rows[i].in, k, buf_str(&b));
			buf_clear(&b);
			grammar_rest(rows[i].in, k, &b);
			CHECK(strcmp(buf_str(&b), rows[i].rest[k]) == 0,
			    "'%s': rest %zu '%s'", rows[i].in, k, buf_str(&b));
		}
		buf_release(&b);
	}
	return check_done();
}
