/* Enhanced status codes as words: "5.1.1", "X.1.1", and a subject with all
 * its details: "5.1", "X.7". */
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"

/* What was asked for: -1 is X for the class, and none for the detail. */
struct explain_enh {
	int class, subject, detail;
};

static void
explain_enh_name(struct buf *out, const struct explain_enh *w, int detail)
{
	if (w->class < 0)
		buf_addf(out, "X.%d.%d", w->subject, detail);
	else
		buf_addf(out, "%d.%d.%d", w->class, w->subject, detail);
}

/* Reads the word: enh_parse() with the parts that were left out put in. */
static bool
explain_enh_parse(struct explain_enh *w, const char *word, size_t len)
{
	struct buf b = BUF_INIT;
	bool ok, x, whole;
	size_t i, dots = 0, n;

	for (i = 0; i < len; i++) {
		if (word[i] == ' ')
			return false;
		if (word[i] == '.')
			dots++;
	}
	if (len < 3 || len > 9 || dots < 1 || dots > 2)
		return false;
	x = word[0] == 'X' || word[0] == 'x';
	whole = dots == 2;
	buf_addc(&b, x ? '5' : word[0]);
	buf_add(&b, word + 1, len - 1);
	if (!whole)
		buf_adds(&b, ".0");
	n = enh_parse(
	    buf_data(&b), buf_len(&b), &w->class, &w->subject, &w->detail);
	ok = n > 0 && n == buf_len(&b);
	buf_release(&b);
	if (x)
		w->class = -1;
	if (!whole)
		w->detail = -1;
	return ok;
}

static const char *
explain_enh_class(int class)
{
	switch (class) {
	case 2:
		return "done";
	case 4:
		return "not now; the same message may get through later";
	default:
		return "the same message, sent again, will not get through";
	}
}

static void
explain_enh_parts(struct buf *out, const struct explain_enh *w)
{
	struct buf b = BUF_INIT;
	const char *text = enh_subject_text(w->subject);
	char label[] = "0.y.z";

	if (w->class >= 0) {
		buf_addf(&b, "%s: %s", enh_class_text(w->class),
		    explain_enh_class(w->class));
		label[0] = (char)('0' + w->class);
		page_row(out, label, buf_str(&b));
	}
	buf_clear(&b);
	buf_addf(&b, "x.%d.z", w->subject);
	page_row(out, buf_str(&b), text != NULL ? text : "Not defined");
	buf_release(&b);
}

/* The basic codes that go with it, those of the class if one was given. */
static void
explain_enh_codes(
    struct buf *out, const struct explain_enh *w, const struct enh *h)
{
	struct buf b = BUF_INIT;
	const struct code *c;
	const char *label = "code";
	int before = 0;
	size_t i;

	if (h->codes[0] == '\0')
		return;
	if (h->codes[0] < '0' || h->codes[0] > '9' || h->codes[1] == 'y') {
		buf_addf(&b, "%s", h->codes);
		page_row(out, label, buf_str(&b));
	}
	for (i = 0; (c = code_at(i)) != NULL; i++) {
		if (c->code == before || !explain_pairs(h->codes, c->code) ||
		    (w->class >= 0 && c->code / 100 != w->class))
			continue;
		before = c->code;
		buf_clear(&b);
		page_code(&b, c);
		page_row(out, label, buf_str(&b));
		label = "";
	}
	buf_release(&b);
}

static void
explain_enh_subject(struct buf *out, const struct explain_enh *w)
{
	struct buf b = BUF_INIT;
	const struct enh *h;
	size_t i;

	page_title(out, "Enhanced status codes by subject (RFC 3463)");
	explain_enh_parts(out, w);
	buf_addc(out, '\n');
	for (i = 0; (h = enh_at(i)) != NULL; i++) {
		if (h->subject != w->subject)
			continue;
		buf_clear(&b);
		explain_enh_name(&b, w, h->detail);
		buf_addf(&b, " %s", h->text);
		page_line(out, buf_str(&b));
	}
	buf_release(&b);
}

bool
explain_enh_word(struct buf *out, const char *word, size_t len)
{
	struct explain_enh w;
	struct buf b = BUF_INIT;
	const struct enh *h;

	if (!explain_enh_parse(&w, word, len))
		return false;
	if (w.detail < 0) {
		explain_enh_subject(out, &w);
		return true;
	}
	h = enh_find(w.subject, w.detail);
	explain_enh_name(&b, &w, w.detail);
	buf_addf(&b, " %s", h != NULL ? h->text : "is not registered");
	page_title(out, buf_str(&b));
	page_line(out, h != NULL ? h->source : "treat it as X.y.0 (RFC 3463)");
	buf_addc(out, '\n');
	explain_enh_parts(out, &w);
	if (h != NULL)
		explain_enh_codes(out, &w, h);
	buf_release(&b);
	return true;
}
