/* The rows are lint_*.c; what they look at is remembered here. */
#include "cmd/know/lint_priv.h"

#include <string.h>
#include <strings.h>

static const struct lint_rule *const lint_parts[] = { lint_form, lint_hello,
	lint_dialog };
#define LINT_PARTS (sizeof lint_parts / sizeof *lint_parts)

void
lint_init(struct lint *l)
{
	*l = (struct lint){ 0 };
}

void
lint_release(struct lint *l)
{
	buf_release(&l->offered);
	buf_release(&l->clear);
}

void
lint_open(struct lint *l)
{
	lint_release(l);
	*l = (struct lint){ .ignore = l->ignore,
		.nignore = l->nignore,
		.told = { l->told[0], l->told[1], l->told[2] },
		.connected = true };
}

void
lint_tls(struct lint *l)
{
	struct buf swap = l->clear;
	l->clear = l->offered;
	l->offered = swap;
	buf_clear(&l->offered);
	l->tls = true;
	l->hello = l->mail = false;
	l->rcpts = 0;
}

bool
lint_is(const struct lint_look *k, enum verb_id id)
{
	return k->v->id == id && !k->unasked;
}

bool
lint_ok(const struct lint_look *k)
{
	return k->r->code / 100 == 2 && !k->unasked;
}

const char *
lint_line(const struct lint_look *k, size_t i, size_t *len)
{
	return reply_text(k->r, i, len);
}

bool
lint_offers(const struct buf *list, const char *keyword)
{
	size_t n = strlen(keyword);
	const char *p = buf_data(list);
	size_t left = buf_len(list);
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t len = (size_t)(lf - p);
		if (len == n && strncasecmp(p, keyword, n) == 0)
			return true;
		p += len + 1;
		left -= len + 1;
	}
	return false;
}

static void
lint_remember_hello(struct lint *l, const struct lint_look *k)
{
	buf_clear(&l->offered);
	for (size_t i = 1; i < k->r->nlines; i++) {
		size_t len, n = 0;
		const char *p = lint_line(k, i, &len);
		while (n < len && p[n] != ' ' && p[n] != '=' && p[n] != '\n')
			n++;
		buf_add(&l->offered, p, n);
		buf_addc(&l->offered, '\n');
	}
	l->hello = true;
	l->mail = false;
}

static void
lint_remember(struct lint *l, const struct lint_look *k)
{
	bool ok = lint_ok(k);
	if (k->unasked)
		return;
	if (ok && (k->v->is & VERB_IS_GREETING))
		lint_remember_hello(l, k);
	if (ok && (k->v->is & VERB_IS_TRANSACTION)) {
		l->mail = true;
		l->rcpts = 0;
		l->mail_8bit = strcasestr(k->line, "BODY=8BITMIME") != NULL;
	}
	l->rcpts += ok && k->v->id == VERB_RCPT;
	if (k->v->id == VERB_TEXT_END || (ok && k->v->id == VERB_RSET) ||
	    (k->v->id == VERB_BDAT && strcasestr(k->line, " LAST") != NULL))
		l->mail = false, l->rcpts = 0;
	l->authed |= k->r->code == 235;
	l->last = k->v->id;
	l->last_code = k->r->code;
}

static void
lint_tell(struct lint *l, const struct lint_rule *r, lint_told *told, void *arg)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < l->nignore; i++)
		if (strcmp(l->ignore[i], r->id) == 0)
			return;
	l->told[r->level]++;
	told(arg, r);
}

void
lint_reply(
    struct lint *l, const struct lint_look *k, lint_told *told, void *arg)
{
	struct lint_look look = *k;
	const struct lint_rule *r;
	look.was = l;
	for (size_t i = 0; (r = lint_at(i)) != NULL; i++)
		if (r->broken != NULL && r->broken(&look))
			lint_tell(l, r, told, arg);
	lint_remember(l, &look);
}

static bool
lint_digits(const char *p, size_t len)
{
	return len > 3 && p[0] >= '2' && p[0] <= '5' && p[1] >= '0' &&
	       p[1] <= '9' && p[2] >= '0' && p[2] <= '9';
}

/* Lines of one reply with several codes, or none. */
void
lint_garbage(
    struct lint *l, const char *p, size_t len, lint_told *told, void *arg)
{
	const char *lf = len == 0 ? NULL : memchr(p, '\n', len);
	size_t n = lf == NULL ? len : (size_t)(lf - p);
	bool mixed = lf != NULL && lint_digits(p, n) &&
		     lint_digits(lf + 1, len - n - 1) &&
		     memcmp(p, lf + 1, 3) != 0;
	lint_tell(
	    l, lint_find(mixed ? "reply.mixed" : "reply.malformed"), told, arg);
}

const struct lint_rule *
lint_at(size_t i)
{
	for (size_t k = 0; k < LINT_PARTS; k++)
		for (const struct lint_rule *r = lint_parts[k]; r->id != NULL;
		     r++)
			if (i-- == 0)
				return r;
	return NULL;
}

const struct lint_rule *
lint_find(const char *id)
{
	const struct lint_rule *r;
	for (size_t i = 0; (r = lint_at(i)) != NULL; i++)
		if (strcmp(r->id, id) == 0)
			return r;
	return NULL;
}

const char *
lint_level_name(enum lint_level l)
{
	static const char *const name[] = { "low", "mid", "high" };
	return name[l];
}
