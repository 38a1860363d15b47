/* A line's meaning depends on what stands before it: tags seen, mail text
 * open, a reply or a template half said. struct lang holds just that. */
#include "cmd/lang/lang.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/lang/lang_priv.h"
#include "cmd/lang/quote.h"
#include "cmd/lang/slip.h"
#include "net/core/verb.h"

void
stmt_clear(struct stmt *s)
{
	if (!s->lent)
		free(s->text);
	if (s->kind == STMT_TEMPLATE)
		free(s->body);
	else
		expect_free(s->expect);
	*s = (struct stmt){ 0 };
}

void
lang_init(struct lang *l, const char *name, enum dialect d)
{
	*l = (struct lang){ .name = name, .dialect = d };
}

void
lang_release(struct lang *l)
{
	expect_free(l->more);
	free(l->template);
	buf_release(&l->body);
	lang_init(l, l->name, l->dialect);
}

int
lang_err(
    const struct lang *l, unsigned line, struct err *e, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	err_set(e, ERR_DATA, "%s:%u: %s", l->name, line, buf_str(&b));
	buf_release(&b);
	return -1;
}

int
lang_wrap(const struct lang *l, struct err *e)
{
	struct err inner = *e;
	return lang_err(l, l->line, e, "%s", inner.text);
}

bool
lang_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t
lang_indent(const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && lang_blank(p[n]))
		n++;
	return n;
}

/* The letter of "S:", "R:" or "C:" at the start, or '\0'; *skip: octets up to
 * its text. */
static char
lang_letter(const char *p, size_t len, size_t *skip)
{
	size_t i = lang_indent(p, len);
	if (len - i < 2 || p[i + 1] != ':' ||
	    (p[i] != 'S' && p[i] != 'R' && p[i] != 'C'))
		return '\0';
	*skip = i + 2;
	if (*skip < len && !lang_blank(p[*skip]))
		return '\0';
	if (*skip < len)
		++*skip;
	return p[i];
}

int
lang_tag(struct lang *l, const char *p, size_t len, enum lang_tag *tag,
    size_t *skip, struct err *e)
{
	char c = lang_letter(p, len, skip);
	*tag = TAG_NONE;
	if (c == '\0') {
		*skip = 0;
		return 0;
	}
	if (l->dialect == DIALECT_UNKNOWN) {
		if (c == 'R')
			l->dialect = DIALECT_821;
		else if (c == 'C' || expect_like(p + *skip, len - *skip))
			l->dialect = DIALECT_5321;
		else
			l->dialect = DIALECT_821;
	}
	if (c == 'S')
		*tag = l->dialect == DIALECT_821 ? TAG_CLIENT : TAG_SERVER;
	else if (c == 'R' && l->dialect == DIALECT_821)
		*tag = TAG_SERVER;
	else if (c == 'C' && l->dialect == DIALECT_5321)
		*tag = TAG_CLIENT;
	else
		return lang_err(l, l->line, e,
		    "found '%c:', expected %s as above (RFC %s notation): tag "
		    "the "
		    "line so, or drop it",
		    c, c == 'R' ? "C: or S:" : "S: or R:",
		    c == 'R' ? "5321" : "821");
	return 0;
}

void
lang_give(struct lang *l, struct stmt *out, enum stmt_kind kind, const char *p,
    size_t len)
{
	out->kind = kind;
	out->len = (uint32_t)len;
	out->lent = l->base != NULL;
	if (out->lent) {
		out->text = l->base + (p - l->base);
		out->text[len] = '\0';
	} else {
		out->text = mem_dupn(p, len);
	}
}

static int
lang_expect(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e)
{
	char sep = '\0';
	int r;
	if (l->more == NULL) {
		l->more_line = l->line;
		r = expect_parse(&l->more, p, len, &sep, e);
	} else {
		r = expect_add(l->more, p, len, &sep, e);
	}
	if (r < 0)
		return lang_wrap(l, e);
	if (sep == '-')
		return 0;
	out->kind = STMT_EXPECT;
	out->expect = l->more;
	out->line = l->more_line;
	l->answers = expect_takes(l->more, 334);
	l->more = NULL;
	return 0;
}

/* "BDAT 86 LAST": what follows is the chunk. */
static void
lang_begin_chunk(struct lang *l, const char *p, size_t len)
{
	uint64_t n = 0;
	size_t i = verb_word(p, len);
	i += lang_indent(p + i, len - i);
	for (; i < len && p[i] >= '0' && p[i] <= '9'; i++) {
		if (n > UINT32_MAX)
			return;
		n = n * 10 + (uint64_t)(p[i] - '0');
	}
	l->chunk = n;
	l->text_begun = false;
}

static int
lang_untagged(const struct lang *l, const char *p, size_t len, struct err *e)
{
	struct buf b = BUF_INIT;
	quote_add(&b, p, len);
	lang_err(l, l->line, e,
	    "found '%s' without a tag, expected %s (or a verb): tag the line, "
	    "join it to the one before, or drop it",
	    buf_str(&b), l->dialect == DIALECT_821 ? "S: or R:" : "C: or S:");
	buf_release(&b);
	return -1;
}

/* A line without a tag or verb, in a file: -1, unless it answers AUTH, or a
 * variable will say what it is. */
static int
lang_slip(const struct lang *l, const char *p, size_t len, struct err *e)
{
	size_t word = 0;
	while (word < len && !lang_blank(p[word]))
		word++;
	if (memmem(p, word, "${", 2) != NULL ||
	    (l->answers && slip_is_answer(p, len)))
		return 0;
	struct buf b = BUF_INIT;
	slip_tell(&b, p, len, l->answers, l->word);
	lang_err(l, l->line, e,
	    "%s; behind the tag %s it is sent as it is; else join it to the "
	    "line before, or drop it",
	    buf_str(&b), l->dialect == DIALECT_5321 ? "C:" : "S:");
	buf_release(&b);
	return -1;
}

static int
lang_send(struct lang *l, enum lang_tag tag, const char *p, size_t len,
    struct stmt *out, struct err *e)
{
	if (l->more != NULL)
		return lang_err(l, l->line, e,
		    "found a command, expected the last line of the reply %s "
		    "of line %u: write its '-' as a blank, or drop the line",
		    l->more->codes, l->more_line);
	if (memchr(p, '\0', len) != NULL)
		return lang_err(l, l->line, e,
		    "found a NUL octet, expected a command line; \\raw sends "
		    "any octets");
	const struct verb *v = verb_find(p, verb_word(p, len));
	if (tag == TAG_CLIENT)
		l->tagged = true;
	else if (v == NULL && l->strict && len > 0 &&
		 lang_slip(l, p, len, e) < 0)
		return -1;
	else if (v == NULL && l->tagged && len > 0 && !l->answers)
		return lang_untagged(l, p, len, e);
	lang_give(l, out, STMT_SEND, p, len);
	out->verb = v;
	out->tagged = tag == TAG_CLIENT;
	out->answer = v == NULL && l->answers;
	if (v != NULL)
		l->answers = v->is & VERB_HAS_SECRET;
	if (v != NULL && v->id == VERB_BDAT)
		lang_begin_chunk(l, p, len);
	return 0;
}

/* RFCs print stage directions as "S: <wait for connection on TCP port 25>". */
static bool
lang_is_stage(const char *p, size_t len)
{
	return len > 2 && p[0] == '<' && p[len - 1] == '>' &&
	       memchr(p, ' ', len) != NULL;
}

/* A stream's lines come when the server has answered DATA: what a transcript
 * expects of the group stands before the text. */
static bool
lang_is_go_ahead(struct lang *l, const char *p, size_t len)
{
	enum lang_tag tag = TAG_NONE;
	size_t skip = 0, i = lang_indent(p, len);
	struct err e;
	if (l->in_text && l->more != NULL)
		return true;
	if (l->go_ahead == 0 || !l->in_text || l->text_begun)
		return false;
	if (l->dialect != DIALECT_UNKNOWN &&
	    lang_tag(l, p, len, &tag, &skip, &e) < 0)
		return false;
	bool bare = tag == TAG_NONE && expect_like(p + i, len - i);
	bool any = tag == TAG_SERVER || bare;
	bool spacing = l->tagged && (i == len || p[i] == '#');
	if (!any && !spacing)
		l->go_ahead = 0;
	return any;
}

/* What telnet(1) itself says in a session that was pasted. */
static bool
lang_is_telnet(const char *p, size_t len)
{
	static const struct {
		const char *begin, *end;
	} line[] = {
		{ "$ telnet ", "" },
		{ "Trying ", "..." },
		{ "Connected to ", "." },
		{ "Escape character is ", "." },
		{ "Connection closed by foreign host", "." },
	};
	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		if (*line[i].begin != *p)
			continue;
		size_t b = strlen(line[i].begin), n = strlen(line[i].end);
		if (len >= b + n && memcmp(p, line[i].begin, b) == 0 &&
		    memcmp(p + len - n, line[i].end, n) == 0)
			return true;
	}
	return false;
}

/* The number that the next line bears. */
static unsigned
lang_number(struct lang *l)
{
	if (l->at_n == 0)
		return l->line + 1;
	size_t i = l->at_i < l->at_n ? l->at_i++ : l->at_n - 1;
	return l->at[i];
}

int
lang_line(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e)
{
	l->line = lang_number(l);
	*out = (struct stmt){ .line = l->line };
	if (len > 0 && p[len - 1] == '\r')
		len--;
	if (l->template != NULL)
		return lang_body(l, p, len, out, e);
	if ((l->in_text || l->chunk > 0) && !lang_is_go_ahead(l, p, len))
		return lang_text(l, p, len, out, e);
	size_t i = lang_indent(p, len);
	if (len == 0 && l->blank_sends && l->more == NULL)
		return lang_send(l, TAG_NONE, p, len, out, e);
	if (i == len || p[i] == '#' || lang_is_telnet(p, len))
		return 0;
	enum lang_tag tag;
	size_t skip;
	if (lang_tag(l, p, len, &tag, &skip, e) < 0)
		return -1;
	/* What answers AUTH may be a mask: "<!!hidden - password!!>". */
	if (tag != TAG_NONE && !(tag == TAG_CLIENT && l->answers) &&
	    lang_is_stage(p + skip, len - skip))
		return 0;
	if (tag == TAG_SERVER ||
	    (tag == TAG_NONE && expect_like(p + i, len - i)))
		return lang_expect(
		    l, p + (tag ? skip : i), len - (tag ? skip : i), out, e);
	if (tag == TAG_NONE && p[i] == '\\') {
		if (l->more != NULL)
			return lang_send(l, tag, p, len, out, e);
		if (!lang_template(l, p + i + 1, len - i - 1))
			lang_give(l, out, STMT_SHELL, p + i + 1, len - i - 1);
		l->answers = false;
		return 0;
	}
	return lang_send(l, tag, p + skip, len - skip, out, e);
}

int
lang_end(struct lang *l, struct err *e)
{
	if (l->template != NULL)
		return lang_err(l, l->line, e,
		    "found the end, expected '}' to close the template %s of "
		    "line %u: write one on a line of its own",
		    l->template, l->body_line);
	if (l->more != NULL)
		return lang_err(l, l->line, e,
		    "found the end, expected the last line of the reply %s of "
		    "line %u: write its '-' as a blank",
		    l->more->codes, l->more_line);
	if (l->chunk > 0)
		return lang_err(l, l->line, e,
		    "found the end, expected %llu more octets of the BDAT "
		    "chunk: correct its count",
		    (unsigned long long)l->chunk);
	if (l->in_text)
		return lang_err(l, l->line, e,
		    "found the end, expected the '.' that ends the mail "
		    "text: write one on a line of its own");
	return 0;
}
