#include "cmd/know/sight.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/code.h"

void
sight_keep(char **at, const char *text, size_t len)
{
	char *copy = text == NULL ? NULL : mem_dupn(text, len);
	free(*at);
	*at = copy;
}

const char *
sight_said(const struct verb *v, const char *line, size_t *len)
{
	bool path = (v->is & VERB_IS_TRANSACTION) || v->id == VERB_RCPT;
	const char *p = strchr(line, path ? ':' : ' ');
	const char *open = path ? strchr(line, '<') : NULL;
	const char *end = open == NULL ? NULL : strchr(open, '>');
	*len = 0;
	if (end != NULL) {
		*len = (size_t)(end - open - 1);
		return open + 1;
	}
	if (p == NULL)
		return NULL;
	p += 1 + strspn(p + 1, " <");
	*len = strcspn(p, path ? " \r\n" : "\r\n");
	while (*len > 0 && p[*len - 1] == ' ')
		--*len;
	return *len == 0 ? NULL : p;
}

void
sight_reply_release(struct sight_reply *r)
{
	free(r->line);
	free(r->text);
	*r = (struct sight_reply){ 0 };
}

void
sight_anew(struct sight *s)
{
	free(s->greeting);
	free(s->mechs);
	free(s->garbage);
	free(s->part);
	s->greeting = s->mechs = s->garbage = s->part = NULL;
	s->connected = s->greeted = s->hello = s->tls = s->authed = false;
	s->starttls = s->masked = s->gone = false;
	s->hello_refused = s->helo_refused = false;
	s->size_most = 0;
}

void
sight_drop(struct sight *s)
{
	sight_reply_release(&s->refusal);
	s->refusal = s->for_good;
	s->for_good = (struct sight_reply){ 0 };
}

void
sight_again(struct sight *s)
{
	if (s->refusal.code / 100 == 4)
		sight_drop(s);
	free(s->error);
	s->error = NULL;
	s->kind = ERR_NONE;
	s->why = WHY_NONE;
}

void
sight_release(struct sight *s)
{
	char *all[] = { s->host, s->domain, s->from, s->to, s->helo,
		s->greeting, s->mechs, s->garbage, s->part, s->error };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		free(all[i]);
	for (size_t i = 0; i < SIGHT_MX_KINDS; i++) {
		free(s->mx[i]);
		free(s->mx_is[i]);
	}
	sight_reply_release(&s->refusal);
	sight_reply_release(&s->for_good);
	sight_reply_release(&s->odd);
	*s = (struct sight){ .hide = s->hide };
}

/* Octets of the enhanced code that opens a line's text, with its blank. */
static size_t
sight_enh(const char *p, size_t len, int code)
{
	int class, subject, detail;
	size_t n = enh_parse(p, len, &class, &subject, &detail);
	if (n == 0 || class != code / 100)
		return 0;
	return n < len ? n + 1 : n;
}

/* "#5.1.1" of qmail and of Cisco, wherever it stands. */
static void
sight_hash(struct sight_reply *to)
{
	const char *at = to->text;
	while (to->class == 0 && (at = strchr(at, '#')) != NULL) {
		at++;
		if (enh_parse(at, strspn(at, "0123456789."), &to->class,
			&to->subject, &to->detail) == 0 ||
		    to->class != to->code / 100)
			to->class = 0;
	}
}

void
sight_reply(struct sight_reply *to, const struct verb *v, const char *line,
    const struct reply *r)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%d", r->code);
	for (size_t i = 0; i < r->nlines; i++) {
		size_t len;
		const char *p = reply_text(r, i, &len);
		size_t skip = i == 0 ? 0 : sight_enh(p, len, r->code);
		buf_addc(&b, ' ');
		buf_add(&b, p + skip, len - skip);
	}
	sight_reply_release(to);
	to->verb = v;
	to->code = r->code;
	to->class = r->enh_class;
	to->subject = r->enh_subject;
	to->detail = r->enh_detail;
	to->line = line == NULL ? NULL : mem_dup(line);
	to->text = buf_detach(&b);
	sight_hash(to);
}

static bool
sight_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As Python shows one: (535, b'5.7.8 ...'). */
static bool
sight_tuple(const char *p, size_t len)
{
	return len > 7 && memcmp(p + 3, ", b", 3) == 0 &&
	       (p[6] == '\'' || p[6] == '"');
}

/* Where in a line a reply begins: three digits of a code by themselves. Those
 * of a refusal go before others, since logs begin with times and sizes. */
size_t
sight_code(const char *p, size_t len)
{
	for (size_t i = 0; i + 3 <= len; i++) {
		bool begins = i == 0 || strchr(" \t:(\"'[<>=#", p[i - 1]);
		bool ends = i + 3 == len || p[i + 3] == ' ' ||
			    p[i + 3] == '-' || sight_tuple(p + i, len - i);
		/* curl: "{ [512 bytes data]". */
		bool size = len - i > 8 && memcmp(p + i + 3, " bytes", 6) == 0;
		if (begins && ends && !size && (p[i] == '4' || p[i] == '5') &&
		    p[i + 1] >= '0' && p[i + 1] <= '5' && sight_digit(p[i + 2]))
			return i;
	}
	return len;
}

/* Lines of one reply that were joined have their code in each: it goes, and
 * so does the enhanced one. */
static void
sight_join(struct buf *b, const char *p, size_t len, const char *code)
{
	bool lines = len > 3 && code[3] == '-';
	for (size_t i = 0; i < len;) {
		bool begins = i > 0 && p[i - 1] == ' ' && lines &&
			      len - i > 4 && memcmp(p + i, code, 3) == 0;
		if (begins && (p[i + 3] == '-' || p[i + 3] == ' ')) {
			i += 4;
			i += sight_enh(p + i, len - i, (code[0] - '0') * 100);
			continue;
		}
		buf_addc(b, p[i++]);
	}
}

bool
sight_read(struct sight_reply *to, const char *p, size_t len)
{
	size_t at = sight_code(p, len);
	if (at == len)
		return false;
	struct buf b = BUF_INIT;
	p += at;
	len -= at;
	int code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	size_t skip = sight_tuple(p, len) ? 7 : len > 3 ? 4 : 3;
	buf_addf(&b, "%d", code);
	if (len > skip) {
		buf_addc(&b, ' ');
		sight_join(&b, p + skip, len - skip, p);
	}
	sight_reply_release(to);
	to->code = code;
	if (len > skip && enh_parse(p + skip, len - skip, &to->class,
			      &to->subject, &to->detail) == 0)
		to->class = 0;
	to->text = buf_detach(&b);
	sight_hash(to);
	return true;
}
