/* A reply code and the enhanced code behind it, as one reply: what the pair
 * means and what to do stands before all that is known of either. */
#include "cmd/know/explain.h"

#include <string.h>
#include "cmd/know/cause.h"
#include "cmd/know/explain_page.h"
#include "net/core/code.h"

/* "550" and "5.7.26": a refusal, in *r (zero), and its text. */
static bool
pair_read(
    struct sight_reply *r, struct buf *text, const char *code, const char *enh)
{
	size_t len = strlen(enh);
	if (strlen(code) != 3 || (code[0] != '4' && code[0] != '5'))
		return false;
	if (strspn(code, "0123456789") != 3 ||
	    enh_parse(enh, len, &r->class, &r->subject, &r->detail) != len ||
	    r->class < 4)
		return false;
	buf_addf(text, "%s %s", code, enh);
	bool read = sight_read(r, buf_str(text), buf_len(text));
	return read && r->code != 0;
}

static void
pair_head(struct buf *out, const struct sight_reply *r, const char *enh)
{
	const struct enh *h = enh_find(r->subject, r->detail);
	buf_addf(out, "%s in a reply %d: %s\n", enh, r->code,
	    h != NULL ? h->text : "not registered");
}

static void
pair_cause(struct buf *out, const struct sight_reply *r)
{
	struct sight nothing = { 0 };
	struct cause c = CAUSE_INIT;
	if (cause_reply(&nothing, r, &c)) {
		page_row(out, "cause", buf_str(&c.what));
		page_row(out, "next", buf_str(&c.next));
	}
	cause_release(&c);
}

bool
explain_pair(struct buf *out, const char *code, const char *enh)
{
	struct sight_reply r = { 0 };
	struct buf text = BUF_INIT;
	bool pair = pair_read(&r, &text, code, enh);
	if (pair) {
		pair_head(out, &r, enh);
		pair_cause(out, &r);
		buf_addc(out, '\n');
		(void)explain_enh_word(out, enh, strlen(enh));
		buf_addc(out, '\n');
		(void)explain_code_word(out, code, strlen(code));
	}
	buf_release(&text);
	sight_reply_release(&r);
	return pair;
}
