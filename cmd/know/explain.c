/* Remarks for a conversation: one reply, one line of EHLO's reply. All words
 * come from the tables of net/; remarks share a line where they fit. */
#include <stdbool.h>
#include <string.h>
#include "net/core/code.h"
#include "cmd/know/explain.h"
#include "net/core/ext.h"

/* Columns of our own text: octets but the second ones of the separator. */
static size_t
explain_columns(const char *s, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			n++;
	return n;
}

static void
explain_blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_addc(out, ' ');
}

/* A word; "RFC" and its number are one. */
static size_t
explain_piece(const char *s)
{
	size_t len = strcspn(s, " ");

	if (s[len] == ' ' && len >= 3 && strncmp(s + len - 3, "RFC", 3) == 0)
		len += 1 + strcspn(s + len + 1, " ");
	return len;
}

/* Appends s, whose line stands at column col already, and LF; lines after the
 * first begin with hang blanks. */
static void
explain_fill(
    struct buf *out, size_t col, size_t hang, size_t width, const char *s)
{
	size_t len, cols;
	bool first = true;

	for (s += strspn(s, " "); *s != '\0'; s += strspn(s, " ")) {
		len = explain_piece(s);
		cols = explain_columns(s, len);
		if (!first && col + 1 + cols > width) {
			buf_addc(out, '\n');
			explain_blanks(out, hang);
			col = hang;
		} else if (!first) {
			buf_addc(out, ' ');
			col++;
		}
		buf_add(out, s, len);
		col += cols;
		s += len;
		first = false;
	}
	buf_addc(out, '\n');
}

void
explain_source(struct buf *out, const char *source)
{
	size_t len = strcspn(source, " ,");

	if (source[len] == ' ')
		len += 1 + strcspn(source + len + 1, " ,");
	buf_add(out, source, len);
}

/* The line that is being put together. */
struct explain_line {
	struct buf *out;
	struct buf text;
	size_t width;
};

static void
explain_end(struct explain_line *l)
{
	const char *s = buf_str(&l->text);
	size_t hang = 4;

	if (buf_len(&l->text) == 0)
		return;
	if (*s >= '0' && *s <= '9')
		hang = strcspn(s, " ") + 1;
	explain_fill(l->out, 0, hang, l->width, s);
	buf_clear(&l->text);
}

/* Takes the remark, on the same line if both fit; empties it. */
static void
explain_push(struct explain_line *l, struct buf *remark)
{
	size_t have, more;

	have = explain_columns(buf_data(&l->text), buf_len(&l->text));
	more = explain_columns(buf_data(remark), buf_len(remark));
	if (have > 0 && have + 3 + more <= l->width)
		buf_adds(&l->text, " · ");
	else
		explain_end(l);
	buf_add(&l->text, buf_data(remark), buf_len(remark));
	buf_clear(remark);
}

static void
explain_later(struct buf *out, const struct code *c)
{
	buf_adds(out, c->text);
	buf_adds(out, " (");
	explain_source(out, c->source);
	buf_addc(out, ')');
}

/* A code that no RFC defines still says something (RFC 821 Appendix E). */
static void
explain_digits(struct buf *out, int code)
{
	const char *first = code_first_digit(code);
	const char *second = code_second_digit(code);
	int digit = code / 10 % 10;

	if (first == NULL) {
		buf_addf(out, "%d no reply code of SMTP", code);
		return;
	}
	buf_addf(out, "%d %s reply", code, first);
	if (second != NULL && digit != 3 && digit != 4)
		buf_addf(out, ", %s", second);
	buf_adds(out, " (by its digits)");
}

/* Where several RFCs define a code and none means this verb, it may be any
 * of them. Returns the row whose note is to be shown, or NULL. */
static const struct code *
explain_code(struct buf *out, int code, const struct verb *v)
{
	const struct code *best = code_find(code, v->id), *c;
	bool any = false;
	size_t i;

	if (best == NULL) {
		explain_digits(out, code);
		return NULL;
	}
	buf_addf(out, "%d ", code);
	if (best->std10) {
		buf_adds(out, best->text);
		return best;
	}
	for (i = 0; best->verbs[i] != 0; i++)
		if (best->verbs[i] == (short)v->id) {
			explain_later(out, best);
			return best;
		}
	for (i = 0; (c = code_at(i)) != NULL; i++) {
		if (c->code != code || c->std10)
			continue;
		if (any)
			buf_adds(out, " or ");
		explain_later(out, c);
		any = true;
	}
	return NULL;
}

static void
explain_enh(struct buf *out, int class, int subject, int detail)
{
	const struct enh *h = enh_find(subject, detail);
	const char *text;

	buf_addf(out, "%d.%d.%d ", class, subject, detail);
	if (h != NULL) {
		buf_adds(out, h->text);
		return;
	}
	text = enh_class_text(class);
	buf_adds(out, text != NULL ? text : "Undefined class");
	text = enh_subject_text(subject);
	if (text != NULL)
		buf_addf(out, ", %s", text);
	buf_adds(out, " (not registered)");
}

static void
explain_unlisted(struct buf *out, const struct verb *v)
{
	size_t len = strlen(v->name);

	buf_adds(out, "not listed for ");
	if (v->name[0] == '(')
		buf_addf(out, "the %.*s", (int)(len - 2), v->name + 1);
	else
		buf_adds(out, v->name);
	buf_adds(out, " in ");
	if (v->success[0] != 0 || v->interim[0] != 0)
		buf_adds(out, "STD 10 4.3");
	else
		explain_source(out, v->source);
}

const char *
explain_cancelled(const struct verb *v, const char *line, int code)
{
	if (v == NULL || v->id != VERB_RESPONSE || line == NULL ||
	    strcmp(line, "*") != 0 || code < 500)
		return NULL;
	return "Authentication exchange cancelled";
}

void
explain_reply(struct buf *out, const struct verb *v, const char *line, int code,
    int class, int subject, int detail, unsigned misfits, size_t width)
{
	const char *cancelled = explain_cancelled(v, line, code);
	struct explain_line l = { .out = out, .text = BUF_INIT };
	struct buf remark = BUF_INIT;
	const struct code *c;

	l.width = width > 0 ? width : EXPLAIN_WIDTH;
	c = NULL;
	if (cancelled == NULL && misfits & EXPLAIN_NO_CODE)
		explain_digits(&remark, code);
	else if (cancelled == NULL && !(misfits & EXPLAIN_SAID))
		c = explain_code(&remark, code, v);
	if (cancelled != NULL)
		buf_addf(&remark, "%d %s (RFC 4954%s)", code, cancelled,
		    code == 501 ? "" : ", which has 501 for that");
	explain_push(&l, &remark);
	if (c != NULL && c->note[0] != '\0') {
		explain_end(&l);
		buf_addf(&remark, "[%s]", c->note);
		explain_blanks(out, 4);
		explain_fill(out, 4, 5, l.width, buf_str(&remark));
		buf_clear(&remark);
	}
	if (class != 0 && !(misfits & EXPLAIN_NO_ENH)) {
		explain_enh(&remark, class, subject, detail);
		explain_push(&l, &remark);
	}
	if (verb_lists(v, code) == VERB_NOT_LISTED) {
		explain_unlisted(&remark, v);
		explain_push(&l, &remark);
	}
	explain_end(&l);
	buf_release(&l.text);
	buf_release(&remark);
}

/* A size from the server: its digits in threes, and what that is in MiB. */
static bool
explain_size(struct buf *out, const char *p, size_t len)
{
	unsigned long long n = 0, kib, tenths;
	size_t i, start;

	for (start = 0; start < len && p[start] == '0'; start++)
		;
	if (start == len) {
		buf_adds(out, "messages of any size");
		return true;
	}
	/* RFC 1870 allows 20 digits; 18 surely fit. */
	if (len - start > 18)
		return false;
	for (i = start; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		n = n * 10 + (unsigned)(p[i] - '0');
	}
	buf_adds(out, "messages up to ");
	for (i = start; i < len; i++) {
		buf_addc(out, p[i]);
		if ((len - i) % 3 == 1 && i + 1 < len)
			buf_addc(out, ',');
	}
	kib = n / 1024;
	buf_adds(out, " octets");
	if (kib >= 1024) {
		tenths = (kib * 10 + 512) / 1024;
		buf_addf(out, ", %llu.%llu MiB", tenths / 10, tenths % 10);
	} else if (kib > 0) {
		tenths = (n * 10 + 512) / 1024;
		buf_addf(out, ", %llu.%llu KiB", tenths / 10, tenths % 10);
	}
	return true;
}

int
explain_keyword(struct buf *out, const char *keyword, size_t len,
    const char *args, size_t args_len)
{
	const struct ext *x = ext_find(keyword, len);

	if (x == NULL)
		return 0;
	if (args_len == 0 || strcmp(x->keyword, "SIZE") != 0 ||
	    !explain_size(out, args, args_len))
		buf_adds(out, x->text);
	buf_adds(out, " (");
	explain_source(out, x->source);
	buf_adds(out, ")\n");
	return 1;
}
