/* A reply for people: its lines in the colour of their class, then what its
 * codes mean with the time it took, what EHLO's keywords offer, and what is
 * odd about it. On a terminal human_screen.c lays the most of that out. */
#include "cmd/sink/human.h"

#include <string.h>
#include <strings.h>
#include "cmd/know/explain.h"

struct human_flaw {
	unsigned flaw;
	const char *text;
};

#define HUMAN_TOLD_MAX 8192

static const struct human_flaw human_flaws[] = {
	{ REPLY_BARE_LF, "a line ends with LF alone, not CRLF "
			 "(RFC 5321 2.3.8)" },
	{ REPLY_BARE_CR, "CR inside a line (RFC 5321 2.3.8)" },
	{ REPLY_NUL, "NUL inside a line (RFC 5321 4.2)" },
	{ REPLY_LONG, "a line over 512 octets (RFC 5321 4.5.3.1.5)" },
	{ REPLY_ENH_CLASS, "the class of the enhanced status code is not the "
			   "first digit of the reply code (RFC 2034 4)" }
};

const char *
human_colour(int code)
{
	switch (code / 100) {
	case 2:
		return "\033[32m";
	case 3:
		return "\033[36m";
	case 4:
		return "\033[33m";
	default:
		return HUMAN_RED;
	}
}

static void
human_reply_lines(struct human *h, const struct reply *r)
{
	const char *colour = h->opts.colour ? human_colour(r->code) : "";
	for (size_t i = 0; i < r->nlines; i++) {
		buf_adds(&h->text, colour);
		replay_reply(&h->text, r, i, h->redact);
		buf_adds(&h->text, *colour != '\0' ? "\033[0m\n" : "\n");
	}
}

/* Columns of remarks, without "   # ". */
static size_t
human_columns(const struct human *h)
{
	size_t w = human_width(h) - 5;
	return w < EXPLAIN_WIDTH ? w : EXPLAIN_WIDTH;
}

static void
human_explain(struct human *h, const struct event *ev, const struct verb *v)
{
	const struct reply *r = ev->reply;
	struct buf b = BUF_INIT;
	size_t width = human_columns(h);
	explain_reply(&b, v, ev->answers, r->code, r->enh_class, r->enh_subject,
	    r->enh_detail, explain_misfits(v, r), width);
	if (ev->took_ns >= 0) {
		struct buf time = BUF_INIT;
		note_time(&time, ev->took_ns);
		note_end(&b, buf_str(&time), width);
		buf_release(&time);
	}
	human_remark(h, HUMAN_DIM, false, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

/* The keyword that opens line i, its length and what follows it. */
static const char *
human_keyword(const struct reply *r, size_t i, size_t *len, const char **args,
    size_t *args_len)
{
	size_t all;
	const char *p = reply_text(r, i, &all);
	size_t n = 0;
	while (n < all && p[n] != ' ' && p[n] != '=')
		n++;
	*len = n;
	n += n < all;
	*args = p + n;
	*args_len = all - n;
	return p;
}

/* Was this very line explained before? A session says EHLO more than once. */
static bool
human_is_told(const struct human *h, const struct reply *r, size_t i)
{
	size_t len;
	const char *p = reply_text(r, i, &len);
	const char *told = buf_data(&h->told);
	size_t left = buf_len(&h->told);
	while (left > 0) {
		const char *nl = memchr(told, '\n', left);
		size_t n = (size_t)(nl - told);
		if (n == len && memcmp(told, p, n) == 0)
			return true;
		told += n + 1;
		left -= n + 1;
	}
	return false;
}

/* AUTH stands on two lines for old clients and new ones: one list, explained
 * at the first. */
static bool
human_is_again(const struct reply *r, size_t i)
{
	size_t len, n, args_len;
	const char *args;
	const char *p = human_keyword(r, i, &len, &args, &args_len);
	for (size_t k = 1; k < i; k++) {
		const char *q = human_keyword(r, k, &n, &args, &args_len);
		if (n == len && n == 4 && strncasecmp(p, q, n) == 0 &&
		    strncasecmp(p, "AUTH", n) == 0)
			return true;
	}
	return false;
}

bool
human_keyword_known(const struct reply *r, size_t i, struct buf *b)
{
	size_t len, args_len;
	const char *args;
	if (i == 0 || human_is_again(r, i))
		return false;
	const char *p = human_keyword(r, i, &len, &args, &args_len);
	return explain_keyword(b, p, len, args, args_len);
}

static void
human_tell(struct human *h, const struct reply *r)
{
	for (size_t i = 1; i < r->nlines; i++) {
		size_t len;
		const char *p = reply_text(r, i, &len);
		if (human_is_told(h, r, i) ||
		    buf_len(&h->told) + len > HUMAN_TOLD_MAX ||
		    memchr(p, '\n', len) != NULL)
			continue;
		buf_add(&h->told, p, len);
		buf_addc(&h->told, '\n');
	}
}

static void
human_keywords(struct human *h, const struct reply *r)
{
	struct buf known = BUF_INIT;
	struct buf line = BUF_INIT;
	struct buf all = BUF_INIT;
	size_t widest = 0;
	size_t len, args_len;
	const char *args;
	/* Twice: how wide the widest is, then all. */
	for (size_t i = 1; i < r->nlines * 2; i++) {
		if (i == r->nlines || human_is_told(h, r, i % r->nlines) ||
		    human_is_again(r, i % r->nlines))
			continue;
		const char *p =
		    human_keyword(r, i % r->nlines, &len, &args, &args_len);
		buf_clear(&known);
		if (!explain_keyword(&known, p, len, args, args_len))
			continue;
		if (i < r->nlines) {
			widest = len > widest ? len : widest;
			continue;
		}
		buf_clear(&line);
		escape_add(&line, p, len, false);
		for (size_t k = len; k < widest + 2; k++)
			buf_addc(&line, ' ');
		buf_add(&line, buf_data(&known), buf_len(&known));
		note_wrap(&all, buf_data(&line), buf_len(&line),
		    human_columns(h), widest + 2);
	}
	human_tell(h, r);
	human_remark(h, HUMAN_DIM, false, buf_data(&all), buf_len(&all));
	buf_release(&known);
	buf_release(&line);
	buf_release(&all);
}

void
human_reply(struct human *h, const struct event *ev)
{
	const struct reply *r = ev->reply;
	const struct verb *v =
	    ev->verb != NULL ? ev->verb : verb_get(VERB_UNKNOWN);
	struct buf below = BUF_INIT;
	bool screen = h->opts.terminal && h->opts.remarks;
	if (screen)
		human_screen_reply(h, ev, v, &below);
	else
		human_reply_lines(h, r);

	if (ev->unsolicited)
		human_note(
		    h, HUMAN_RED, false, "nobody asked for this reply", 27);
	if (ev->rcpt != NULL) {
		struct buf b = BUF_INIT;
		buf_addf(&b, "for %s", ev->rcpt);
		human_note(h, HUMAN_DIM, false, buf_data(&b), buf_len(&b));
		buf_release(&b);
	}
	if (screen) {
		human_remark(
		    h, HUMAN_DIM, false, buf_data(&below), buf_len(&below));
	} else if (h->opts.remarks) {
		human_explain(h, ev, v);
		if ((v->id == VERB_EHLO || v->id == VERB_LHLO) &&
		    r->code / 100 == 2)
			human_keywords(h, r);
	}
	for (size_t i = 0; i < sizeof(human_flaws) / sizeof(human_flaws[0]);
	     i++)
		if (r->flaws & human_flaws[i].flaw)
			human_note(h, HUMAN_DIM, false, human_flaws[i].text,
			    strlen(human_flaws[i].text));
	buf_release(&below);
}
