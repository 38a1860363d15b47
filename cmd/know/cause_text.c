/* A refusal is a code of 4yz or 5yz by itself in a line, and what follows it;
 * lines of one reply, and folded lines of a bounce, go together. What programs
 * say of connections and certificates is known by their words. */
#include "cmd/know/cause_text.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"
#include "cmd/lang/match.h"
#include "net/core/code.h"

#define TEXT_IDS 64

struct text_scan {
	cause_found *found;
	void *arg;
	struct sight sight;
	const char *id[TEXT_IDS];
	size_t n;
	bool more; /* the newest line of the reply ends with '-' */
	const struct verb *verb; /* of the newest line that has one */
	bool greeted, hello;	 /* 220 came; 250 behind a greeting verb */
	bool starttls, masked;	 /* as it was offered then */
};

static void
text_tell(struct text_scan *x, struct cause *c, unsigned line, const char *seen,
    int code)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->id[i], c->id) == 0)
			return;
	if (x->n == TEXT_IDS)
		return;
	x->id[x->n++] = c->id;
	x->found(x->arg, c, line, seen, code);
}

/* "to=<a@b>", "Final-Recipient: rfc822; a@b", "RCPT TO:<a@b>". */
static void
text_address(struct text_scan *x, const char *p, size_t len)
{
	static const char *const marks[] = { "to=<", "rfc822;", "RCPT TO:<" };
	for (size_t i = 0; i < 3; i++) {
		size_t m = strlen(marks[i]);
		const char *at = memmem(p, len, marks[i], m);
		if (at == NULL)
			continue;
		at += m;
		size_t left = len - (size_t)(at - p), n = 0;
		while (left > 0 && *at == ' ')
			at++, left--;
		while (n < left && strchr(">, \t\r", at[n]) == NULL)
			n++;
		if (n > 0)
			sight_keep(&x->sight.to, at, n);
		return;
	}
}

static void
text_refusal(struct text_scan *x, const char *p, size_t len, unsigned line)
{
	struct cause c = CAUSE_INIT;
	struct sight *s = &x->sight;
	bool read = sight_read(&s->refusal, p, len);
	s->refusal.verb = x->verb;
	if (read && x->verb != NULL && s->refusal.code >= 500) {
		s->hello_refused |= x->verb->id == VERB_EHLO;
		s->helo_refused |= x->verb->id == VERB_HELO;
	}
	if (read && cause_reply(s, &s->refusal, &c) &&
	    (c.sure || s->refusal.class != 0 || strlen(s->refusal.text) > 4))
		text_tell(x, &c, line, s->refusal.text, s->refusal.code);
	cause_release(&c);
}

/* The port of "[192.0.2.5]:25" or "port 587"; 25, where none is told. */
static unsigned
text_port(const char *p, size_t len)
{
	static const char *const marks[] = { "]:", "port ", "port=" };
	for (size_t i = 0; i < 3; i++) {
		const char *at = memmem(p, len, marks[i], strlen(marks[i]));
		unsigned port = 0;
		if (at == NULL)
			continue;
		at += strlen(marks[i]);
		while (at < p + len && *at >= '0' && *at <= '9' && port < 6554)
			port = port * 10 + (unsigned)(*at++ - '0');
		if (port > 0 && port < 65536)
			return port;
	}
	return 25;
}

/* The name that "name=a.example", "lookup of a.example" is about, or the
 * domain of the recipient; NULL: none is told. The caller's to free. */
static char *
text_domain(const struct text_scan *x, const char *p, size_t len)
{
	static const char *const marks[] = { "name=", "lookup of ",
		"Domain not found: " };
	for (size_t i = 0; i < 3; i++) {
		const char *at = memmem(p, len, marks[i], strlen(marks[i]));
		size_t n = 0;
		if (at == NULL)
			continue;
		at += strlen(marks[i]);
		while (at + n < p + len && strchr(" ,;)>\"'", at[n]) == NULL)
			n++;
		if (n > 0)
			return mem_dupn(at, n);
	}
	const char *at = x->sight.to == NULL ? NULL : strrchr(x->sight.to, '@');
	return at == NULL || at[1] == '\0' ? NULL : mem_dup(at + 1);
}

/* The first words of what is no mail server, as a client shows them. */
static bool
text_banner(struct text_scan *x, const char *p, size_t len, unsigned line)
{
	static const char *const marks[] = { "< ", "<- ", "<** ", "<-- ",
		"R: " };
	struct cause c = CAUSE_INIT;
	bool found = false;
	if (x->greeted)
		return false;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i]);
		if (len <= n || memcmp(p, marks[i], n) != 0)
			continue;
		struct sight s = { .why = WHY_NO_REPLY,
			.kind = ERR_PROTO,
			.garbage = mem_dupn(p + n, len - n) };
		found =
		    cause_find(&s, &c) && strcmp(c.id, "other.unknown") != 0;
		if (found)
			text_tell(x, &c, line, s.garbage, 0);
		sight_release(&s);
		break;
	}
	cause_release(&c);
	return found;
}

/* Whether it told of any. */
static bool
text_words_of(struct text_scan *x, const char *p, size_t len, unsigned line)
{
	char *seen = mem_dupn(p, len), *domain = text_domain(x, p, len);
	bool any = false;
	enum err_why why = cause_words(p, len);
	struct cause c = CAUSE_INIT;
	struct sight s = { .why = why,
		.kind = ERR_TEMP,
		.domain = domain,
		.port = text_port(p, len),
		.connected = why == WHY_CLOSED,
		.gone = why == WHY_CLOSED,
		.greeted = x->greeted,
		.hello = x->hello,
		.starttls = x->starttls,
		.masked = x->masked,
		.texted = x->verb != NULL && x->verb->id == VERB_TEXT_END,
		.owed = x->verb };
	if (why != WHY_NONE && cause_find(&s, &c)) {
		text_tell(x, &c, line, seen, 0);
		any = true;
	}
	cause_release(&c);
	free(domain);
	free(seen);
	return any;
}

/* What a line that somebody sent, or a reply, says of how far it got. */
static void
text_stage(struct text_scan *x, const char *p, size_t len)
{
	static const char *const sent[] = { "-> ", "~> ", "> ",
		"C: ", "S: ", ">>> ", "--> " };
	const char *at = p;
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		size_t n = strlen(sent[i]);
		while (len > 0 && (*p == ' ' || *p == '\t'))
			p++, len--;
		if (len < n || memcmp(p, sent[i], n) != 0)
			continue;
		at = p + n;
		len -= n;
		size_t word = 0;
		while (word < len && at[word] != ' ' && at[word] != ':')
			word++;
		const struct verb *v = verb_find(at, word);
		if (len == 1 && *at == '.')
			v = verb_get(VERB_TEXT_END);
		if (v != NULL && v->id != VERB_UNKNOWN)
			x->verb = v;
		return;
	}
	while (len > 0 && strchr("<-~*R: \t", *p) != NULL)
		p++, len--;
	x->starttls |= memmem(p, len, "250-STARTTLS", 12) != NULL ||
		       memmem(p, len, "250 STARTTLS", 12) != NULL;
	x->masked |= memmem(p, len, "250-XXXX", 8) != NULL ||
		     memmem(p, len, "250 XXXX", 8) != NULL;
	if (len < 4 || (p[3] != ' ' && p[3] != '-'))
		return;
	x->greeted |= memcmp(p, "220", 3) == 0;
	x->hello |= memcmp(p, "250", 3) == 0 && x->verb != NULL &&
		    (x->verb->is & VERB_IS_GREETING);
}

/* Where the reply of a line begins; NULL: it has none. */
static const char *
text_code(const char *p, size_t len, size_t *left)
{
	size_t at = sight_code(p, len);
	*left = len - at;
	return at == len ? NULL : p + at;
}

static bool
text_goes_on(const struct text_scan *x, const struct buf *have, const char *p,
    size_t len)
{
	size_t left;
	if (buf_len(have) == 0 || len == 0)
		return false;
	/* swaks indents what it sends. */
	if (len > 3 && (memcmp(p, " ->", 3) == 0 || memcmp(p, " ~>", 3) == 0))
		return false;
	/* A header's or a log's folded line. */
	if ((*p == ' ' || *p == '\t') && text_code(p, len, &left) == NULL)
		return buf_data(have)[buf_len(have) - 1] != '\n';
	const char *at = text_code(p, len, &left);
	return at != NULL && x->more && memcmp(at, buf_data(have), 3) == 0;
}

static void
text_join(struct text_scan *x, struct buf *have, const char *p, size_t len)
{
	size_t left = len, skip;
	int a, b, c;
	const char *at = text_code(p, len, &left);
	if (at == NULL) {
		while (len > 0 && (*p == ' ' || *p == '\t'))
			p++, len--;
		buf_addc(have, ' ');
		buf_add(have, p, len);
		return;
	}
	x->more = left > 3 && at[3] == '-';
	if (left < 4)
		return;
	skip = left > 4 ? enh_parse(at + 4, left - 4, &a, &b, &c) : 0;
	buf_addc(have, ' ');
	buf_add(have, at + 4 + skip, left - 4 - skip);
}

static void
text_line(struct text_scan *x, struct buf *have, unsigned *from, const char *p,
    size_t len, unsigned line)
{
	size_t left;
	if (text_goes_on(x, have, p, len)) {
		text_join(x, have, p, len);
		return;
	}
	if (buf_len(have) > 0)
		text_refusal(x, buf_data(have), buf_len(have), *from);
	buf_clear(have);
	text_address(x, p, len);
	text_stage(x, p, len);
	const char *at = text_code(p, len, &left);
	if (at != NULL) {
		buf_add(have, at, left);
		x->more = left > 3 && at[3] == '-';
		*from = line;
	} else {
		struct buf said = BUF_INIT;
		if (!text_words_of(x, p, len, line) &&
		    !text_banner(x, p, len, line) && cause_said(&said, p, len))
			text_refusal(x, buf_data(&said), buf_len(&said), line);
		buf_release(&said);
	}
}

size_t
cause_text(const char *p, size_t len, cause_found *found, void *arg)
{
	struct text_scan x = { .found = found, .arg = arg };
	struct buf have = BUF_INIT;
	unsigned line = 0, from = 0;
	while (len > 0) {
		const char *lf = memchr(p, '\n', len);
		size_t n = lf == NULL ? len : (size_t)(lf - p);
		size_t used = n + (lf != NULL);
		if (n > 0 && p[n - 1] == '\r')
			n--;
		text_line(&x, &have, &from, p, n, ++line);
		p += used;
		len -= used;
	}
	text_line(&x, &have, &from, "", 0, line + 1);
	buf_release(&have);
	sight_release(&x.sight);
	return x.n;
}

bool
cause_page(struct buf *out, const struct sight *s, const struct sight_reply *r)
{
	const struct sight none = { 0 };
	struct cause c = CAUSE_INIT;
	/* Codes alone are what the page of codes is for. */
	bool says = r->class != 0 && strlen(r->text) > 10;
	bool found =
	    cause_reply(s == NULL ? &none : s, r, &c) && (c.sure || says);
	if (found) {
		page_title(out, buf_str(&c.what));
		page_row(out, "next", buf_str(&c.next));
		page_row(out, "source", c.source);
		page_row(out, "rule", c.id);
	}
	cause_release(&c);
	return found;
}
