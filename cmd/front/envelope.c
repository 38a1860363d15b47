#include "cmd/front/envelope.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Addresses. */

/* Octets of a quoted string or comment at p. */
static size_t
envelope_skip(const char *p, size_t len)
{
	unsigned depth = 0;
	bool quoted = *p == '"';
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\\')
			i++;
		else if (quoted && i > 0 && p[i] == '"')
			return i + 1;
		else if (!quoted && p[i] == '(')
			depth++;
		else if (!quoted && p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return len;
}

/* An address that is being read. */
struct envelope_word {
	struct buf b;	  /* without blanks and comments */
	bool gap;	  /* some were left out behind its last octet */
	bool broken;	  /* where they may not stand: it is a phrase */
	const char *from; /* where it began; NULL: it has not */
};

static void
envelope_clear(struct envelope_word *w)
{
	buf_clear(&w->b);
	w->gap = w->broken = false;
}

/* Blanks stand around the dots and the @ only (RFC 5322 4.4). */
static void
envelope_put(struct envelope_word *w, const char *p, size_t n)
{
	char last =
	    buf_len(&w->b) == 0 ? '.' : buf_str(&w->b)[buf_len(&w->b) - 1];
	w->broken |=
	    w->gap && strchr(".@", last) == NULL && *p != '.' && *p != '@';
	w->gap = false;
	buf_add(&w->b, p, n);
}

/* It ends before p. */
static int
envelope_add(struct envelope_word *w, const char *p, struct compose_paths *to,
    struct err *e)
{
	const char *from = w->from;
	w->from = NULL;
	if (buf_len(&w->b) == 0)
		return 0;
	if (w->broken) {
		while (p > from &&
		       (p[-1] == '\n' || p[-1] == '\r' || p[-1] == ' '))
			p--;
		size_t n = (size_t)(p - from);
		return err_set(e, ERR_DATA, "the header's '%.*s' is no address",
		    n < 80 ? (int)n : 80, from);
	}
	struct buf path = BUF_INIT;
	struct err why;
	buf_addf(&path, "<%s>", buf_str(&w->b));
	int r = compose_addresses(to, "the header's", buf_str(&path), &why);
	if (r < 0)
		err_set(e, ERR_DATA, "%s", why.text);
	buf_release(&path);
	envelope_clear(w);
	return r;
}

int
envelope_addresses(
    const char *p, size_t len, struct compose_paths *to, struct err *e)
{
	struct envelope_word w = { .b = BUF_INIT };
	bool angle = false, done = false;
	int r = 0;
	for (size_t i = 0; r == 0 && i < len; i++) {
		char c = p[i];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
		if (w.from == NULL && !blank)
			w.from = p + i;
		if (c == '(' || c == '"') {
			size_t n = envelope_skip(p + i, len - i);
			if (c == '"' && !done)
				envelope_put(&w, p + i, n);
			w.gap |= c == '(';
			i += n - 1;
		} else if (c == '<') {
			envelope_clear(&w);
			angle = true;
		} else if (c == '>') {
			angle = false;
			done = true;
		} else if (!angle && (c == ',' || c == ';')) {
			r = envelope_add(&w, p + i, to, e);
			done = false;
		} else if (!angle && c == ':' &&
			   memchr(buf_data(&w.b), '[', buf_len(&w.b)) == NULL) {
			envelope_clear(&w); /* a group's name */
			w.from = NULL;
		} else if (blank) {
			w.gap = true;
		} else if (!done) {
			envelope_put(&w, &c, 1);
		}
	}
	if (r == 0)
		r = envelope_add(&w, p + len, to, e);
	buf_release(&w.b);
	return r;
}

/* Fields. */

enum envelope_field {
	FIELD_OTHER,
	FIELD_FROM,
	FIELD_SENDER,
	FIELD_TO,
	FIELD_BCC
};

static enum envelope_field
envelope_field(const char *p, size_t n)
{
	static const struct {
		const char *name;
		enum envelope_field is;
	} names[] = { { "From", FIELD_FROM }, { "Sender", FIELD_SENDER },
		{ "To", FIELD_TO }, { "Cc", FIELD_TO }, { "Bcc", FIELD_BCC } };
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == n &&
		    strncasecmp(names[i].name, p, n) == 0)
			return names[i].is;
	return FIELD_OTHER;
}

struct envelope {
	bool resent;   /* Resent- fields count, and no others */
	unsigned seen; /* of the newest block, by field */
	bool block_ended;
	bool bcc; /* one was taken out */
	char *sender, *author;
	struct compose_paths to;
};

static int
envelope_one(char **slot, const char *p, size_t len, struct err *e)
{
	struct compose_paths l = { 0 };
	int r = envelope_addresses(p, len, &l, e);
	if (r == 0 && l.n > 0 && *slot == NULL)
		*slot = mem_dup(l.path[0]);
	compose_release(&l);
	return r;
}

/* The newest block of Resent- fields ends where a name comes again, or another
 * field stands between. */
static void
envelope_block(struct envelope *v, bool resent, const char *p, size_t n)
{
	static const char *const names[] = { "From", "Sender", "To", "Cc",
		"Bcc", "Date", "Message-ID", "Reply-To" };
	v->block_ended |= v->resent && !resent && v->seen != 0;
	for (size_t i = 0; resent && i < sizeof names / sizeof *names; i++) {
		if (strlen(names[i]) != n || strncasecmp(names[i], p, n) != 0)
			continue;
		v->block_ended |= (v->seen & 1U << i) != 0;
		v->seen |= 1U << i;
	}
}

/* Whether the field stays. -1: ERR_DATA. */
static int
envelope_take_field(
    struct envelope *v, const char *p, size_t len, struct err *e)
{
	const char *colon = memchr(p, ':', len);
	if (colon == NULL)
		return 1;
	bool resent = len > 7 && strncasecmp(p, "Resent-", 7) == 0;
	const char *name = resent ? p + 7 : p;
	enum envelope_field f = envelope_field(name, (size_t)(colon - name));
	size_t n = (size_t)(p + len - colon) - 1;
	envelope_block(v, resent, name, (size_t)(colon - name));
	bool counts = resent == v->resent && !v->block_ended;
	int r = 0;
	if (counts && f == FIELD_FROM)
		r = envelope_one(&v->author, colon + 1, n, e);
	else if (counts && f == FIELD_SENDER)
		r = envelope_one(&v->sender, colon + 1, n, e);
	else if (counts && (f == FIELD_TO || f == FIELD_BCC))
		r = envelope_addresses(colon + 1, n, &v->to, e);
	v->bcc |= f == FIELD_BCC;
	return r < 0 ? -1 : f != FIELD_BCC;
}

/* Octets of a field with its continuation lines; 0: the header's end. */
static size_t
envelope_field_len(const char *p, size_t len)
{
	size_t n = 0;
	if (len == 0 || *p == '\n' || (len > 1 && p[0] == '\r' && p[1] == '\n'))
		return 0;
	do {
		const char *nl = memchr(p + n, '\n', len - n);
		n = nl == NULL ? len : (size_t)(nl + 1 - p);
	} while (n < len && (p[n] == ' ' || p[n] == '\t'));
	return n;
}

static int
envelope_walk(struct envelope *v, const struct buf *text, bool ended,
    struct buf *out, struct err *e)
{
	const char *p = buf_data(text);
	size_t left = buf_len(text), n;
	while ((n = envelope_field_len(p, left)) > 0) {
		int r = envelope_take_field(v, p, n, e);
		if (r < 0)
			return -1;
		if (r > 0)
			buf_add(out, p, n);
		p += n;
		left -= n;
	}
	if (left == 0 && !ended)
		return err_set(e, ERR_DATA,
		    "the header is longer than %zu octets", buf_len(text));
	buf_add(out, p, left);
	return 0;
}

static bool
envelope_is_resent(const struct buf *text)
{
	const char *p = buf_data(text);
	size_t left = buf_len(text), n;
	while ((n = envelope_field_len(p, left)) > 0) {
		if (n > 7 && strncasecmp(p, "Resent-", 7) == 0)
			return true;
		p += n;
		left -= n;
	}
	return false;
}

static void
envelope_give(struct envelope *v, char **from, struct compose_paths *to)
{
	if (*from == NULL) {
		char **best = v->sender != NULL ? &v->sender : &v->author;
		*from = *best;
		*best = NULL;
	}
	for (size_t i = 0; i < v->to.n; i++) {
		to->path = mem_grow(to->path, to->n + 1, sizeof *to->path);
		to->path[to->n++] = v->to.path[i];
	}
	v->to.n = 0;
}

int
envelope_take(struct buf *text, bool ended, char **from,
    struct compose_paths *to, struct err *e)
{
	struct envelope v = { .resent = envelope_is_resent(text) };
	struct buf out = BUF_INIT;
	int r = envelope_walk(&v, text, ended, &out, e);
	if (r == 0 && v.to.n == 0 && to->n == 0)
		r = err_set(e, ERR_DATA, "the header names no recipient");
	if (r == 0) {
		envelope_give(&v, from, to);
		r = v.bcc;
	}
	if (r > 0) {
		struct buf swap = *text;
		*text = out;
		out = swap;
	}
	if (r >= 0 && *from == NULL)
		r = err_set(
		    e, ERR_DATA, "the header names no sender; --from does");
	buf_release(&out);
	free(v.sender);
	free(v.author);
	compose_release(&v.to);
	return r;
}
