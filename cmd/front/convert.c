/* The language is printed as the importer wrote it, and what is written in it
 * already as it is. Other forms are made of statements: what they have no sign
 * for (a \command, a regular expression, alternatives) is refused, never left
 * out. */
#include "cmd/front/convert.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/front/setup.h"
#include "cmd/say/out.h"
#include "cmd/talk/cmd.h"
#include "net/core/verb.h"

struct convert {
	struct buf *b;
	const struct script *s;
	bool tls, starttls; /* STARTTLS was accepted; was the last command */
	bool chunk; /* text is BDAT's: its periods stand for themselves */
};

/* How a form prints a line of either side, and what stands around. */
struct convert_form {
	const char *name;
	const char *begin, *end, *tls; /* whole lines; tls: where it starts */
	void (*client)(struct convert *c, const char *p, size_t len, bool text);
	void (*server)(struct convert *c, const char *code, bool more,
	    const char *p, size_t len);
};

static void
convert_line(struct convert *c, const char *before, const char *p, size_t len)
{
	buf_adds(c->b, before);
	buf_add(c->b, p, len);
	buf_addc(c->b, '\n');
}

static void
convert_dots(struct convert *c, const char *p, size_t len, bool text)
{
	if (text && len > 1 && *p == '.' && !c->chunk)
		buf_addc(c->b, '.');
	convert_line(c, "", p, len);
}

static void
telnet_server(
    struct convert *c, const char *code, bool more, const char *p, size_t len)
{
	buf_addf(c->b, "%s%c", code, more ? '-' : ' ');
	convert_line(c, "", p, len);
}

static void
swaks_client(struct convert *c, const char *p, size_t len, bool text)
{
	buf_adds(c->b, c->tls ? " ~> " : " -> ");
	convert_dots(c, p, len, text);
}

static void
swaks_server(
    struct convert *c, const char *code, bool more, const char *p, size_t len)
{
	bool bad = code[0] == '4' || code[0] == '5';
	buf_adds(c->b,
	    bad ? (c->tls ? "<~* " : "<** ") : (c->tls ? "<~  " : "<-  "));
	telnet_server(c, code, more, p, len);
}

/* Exim's test client takes some beginnings for itself, and escapes. */
static void
exim_client(struct convert *c, const char *p, size_t len, bool text)
{
	static const char *const own[] = { "???", "+++ ", "<<< ", ">>> ",
		"****", "stoptls", "STOPTLS", "starttls_wait" };
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		size_t n = strlen(own[i]);
		if (len < n || memcmp(p, own[i], n) != 0)
			continue;
		buf_addf(&b, "\\x%02x", (unsigned)(unsigned char)*p++);
		len--;
		break;
	}
	for (; len > 0; p++, len--) {
		if (*p == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, *p);
	}
	convert_dots(c, buf_data(&b), buf_len(&b), text);
	buf_release(&b);
}

static void
exim_server(
    struct convert *c, const char *code, bool more, const char *p, size_t len)
{
	(void)p, (void)len;
	buf_addf(c->b, "??? %s%s\n", code, more ? "-" : "");
}

static size_t
json_sequence(const unsigned char *p, size_t len)
{
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* Octets that are no UTF-8 become what Latin-1 has for them. */
static void
json_string(struct buf *b, const char *p, size_t len)
{
	const unsigned char *u = (const unsigned char *)p;
	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		size_t n = u[i] < 0x80 ? 0 : json_sequence(u + i, len - i);
		if (n > 0) {
			buf_add(b, p + i, n);
			i += n - 1;
		} else if (u[i] == '"' || u[i] == '\\') {
			buf_addf(b, "\\%c", u[i]);
		} else if (u[i] < 0x20 || u[i] >= 0x7f) {
			buf_addf(b, "\\u%04x", u[i]);
		} else {
			buf_addc(b, p[i]);
		}
	}
	buf_addc(b, '"');
}

static void
json_client(struct convert *c, const char *p, size_t len, bool text)
{
	buf_addf(c->b, "{\"side\": \"client\", \"type\": \"%s\", \"text\": ",
	    text ? "text" : "command");
	json_string(c->b, p, len);
	buf_adds(c->b, "}\n");
}

static void
json_server(
    struct convert *c, const char *code, bool more, const char *p, size_t len)
{
	buf_addf(c->b,
	    "{\"side\": \"server\", \"type\": \"reply\", \"code\": %s, "
	    "\"last\": %s, \"text\": ",
	    code, more ? "false" : "true");
	json_string(c->b, p, len);
	buf_adds(c->b, "}\n");
}

static const struct convert_form convert_forms[] = {
	{ "telnet", "", "", "", convert_dots, telnet_server },
	{ "swaks", "=== Trying localhost:25...\n=== Connected to localhost.\n",
	    "=== Connection closed with remote host.\n",
	    "=== TLS started with cipher TLS\n", swaks_client, swaks_server },
	{ "json", "", "", "", json_client, json_server },
	{ "exim", "client 127.0.0.1 PORT_D\n", "****\n", "", exim_client,
	    exim_server },
};

static int
convert_cannot(const struct convert *c, const struct convert_form *f,
    const struct stmt *st, const char *what, struct err *e)
{
	return err_set(e, ERR_DATA,
	    "%s:%u: found %s, which the form %s has no sign for: drop it, or "
	    "print it as native",
	    c->s->name, st->line, what, f->name);
}

/* "$${" is "${"; another one is a variable. */
static int
convert_plain(struct buf *b, const char *p, size_t len)
{
	const char *at;
	while (len > 0 && (at = memmem(p, len, "${", 2)) != NULL) {
		if (at == p || at[-1] != '$')
			return -1;
		buf_add(b, p, (size_t)(at - p) - 1);
		buf_adds(b, "${");
		len -= (size_t)(at - p) + 2;
		p = at + 2;
	}
	buf_add(b, p, len);
	return 0;
}

static int
convert_reply(struct convert *c, const struct convert_form *f,
    const struct stmt *st, struct err *e)
{
	const struct expect *x = st->expect;
	struct buf text = BUF_INIT;
	if (x->regex != NULL || strlen(x->codes) != 3 ||
	    strspn(x->codes, "0123456789") != 3)
		return convert_cannot(
		    c, f, st, "an expectation of more than one code", e);
	if (convert_plain(&text, x->len > 0 ? x->text : "", x->len) < 0) {
		buf_release(&text);
		return convert_cannot(c, f, st, "a variable", e);
	}
	const char *p = buf_data(&text), *end = p + buf_len(&text);
	for (unsigned i = 0; i < x->nlines; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl == NULL ? end : nl;
		f->server(
		    c, x->codes, i + 1 < x->nlines, p, (size_t)(stop - p));
		p = nl == NULL ? end : nl + 1;
	}
	if (c->starttls && x->codes[0] == '2') {
		c->tls = true;
		buf_adds(c->b, f->tls);
	}
	c->starttls = false;
	buf_release(&text);
	return 0;
}

static int
convert_said(struct convert *c, const struct convert_form *f,
    const struct stmt *st, struct err *e)
{
	struct buf b = BUF_INIT;
	bool text = st->kind == STMT_TEXT;
	if (st->exact)
		return convert_cannot(c, f, st, "octets without a CRLF", e);
	if (convert_plain(&b, st->text, st->len) < 0) {
		buf_release(&b);
		return convert_cannot(c, f, st, "a variable", e);
	}
	f->client(c, buf_data(&b), buf_len(&b), text);
	if (!text) {
		c->starttls = st->verb != NULL && st->verb->id == VERB_STARTTLS;
		c->chunk = st->verb != NULL && st->verb->id == VERB_BDAT;
	}
	buf_release(&b);
	return 0;
}

static int
convert_stmt(struct convert *c, const struct convert_form *f,
    const struct stmt *st, struct err *e)
{
	switch (st->kind) {
	case STMT_SEND:
	case STMT_TEXT:
		return convert_said(c, f, st, e);
	case STMT_TEXT_END:
		f->client(c, ".", 1, true);
		return 0;
	case STMT_EXPECT:
		return convert_reply(c, f, st, e);
	case STMT_SHELL:
		/* How a paste ends that was cut off. */
		if (strcmp(st->text, "close") == 0 &&
		    st == &c->s->stmt[c->s->n - 1])
			return 0;
		return convert_cannot(c, f, st, "a \\command", e);
	case STMT_TEMPLATE:
		return convert_cannot(c, f, st, "a template", e);
	default:
		return 0;
	}
}

static int
convert_other(
    struct buf *b, const struct script *s, const char *name, struct err *e)
{
	struct convert c = { .b = b, .s = s };
	const struct convert_form *f = convert_forms;
	while (strcmp(f->name, name) != 0)
		f++;
	buf_adds(b, f->begin);
	for (size_t i = 0; i < s->n; i++)
		if (convert_stmt(&c, f, &s->stmt[i], e) < 0)
			return -1;
	buf_adds(b, f->end);
	return 0;
}

int
convert_text(struct buf *b, const struct opts *o, struct err *e)
{
	struct script s;
	struct script_want want = setup_reading(o);
	int r = 0;
	want.keep = true;
	if (script_read(&s, o->convert, &want, cmd_word, e) < 0)
		return -1;
	if (o->to_format != NULL && strcmp(o->to_format, "native") != 0) {
		r = convert_other(b, &s, o->to_format, e);
	} else {
		if (s.note != NULL)
			buf_addf(b, "# %s\n", s.note);
		buf_add(b, s.source, s.source_len);
	}
	script_release(&s);
	return r;
}

void
convert_escape(struct buf *b)
{
	struct buf safe = BUF_INIT;
	const char *p = buf_data(b), *end = p + buf_len(b);
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl == NULL ? end : nl;
		escape_add(&safe, p, (size_t)(stop - p), true);
		buf_addc(&safe, '\n');
		p = stop + 1;
	}
	buf_release(b);
	*b = safe;
}
