#include "cmd/lang/draft.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether it is a line of a draft's header. */
enum draft_field {
	FIELD_NO,
	FIELD_SET,   /* if it has a value */
	FIELD_ALWAYS /* to be filled in */
};

struct draft_part {
	const char *name; /* of the option, and of the field */
	size_t at;
	bool list;
	enum draft_field field;
};

#define DRAFT_ONE(name, slot, field)                                           \
	{                                                                      \
		name, offsetof(struct draft, slot), false, field               \
	}
#define DRAFT_LIST(name, slot, field)                                          \
	{                                                                      \
		name, offsetof(struct draft, slot), true, field                \
	}

static const struct draft_part draft_parts[] = {
	DRAFT_ONE("from", from, FIELD_SET),
	DRAFT_LIST("to", to, FIELD_ALWAYS),
	DRAFT_LIST("cc", cc, FIELD_SET),
	DRAFT_LIST("bcc", bcc, FIELD_SET),
	DRAFT_ONE("reply-to", reply_to, FIELD_SET),
	DRAFT_ONE("subject", subject, FIELD_ALWAYS),
	DRAFT_LIST("attach", attach, FIELD_SET),
	DRAFT_LIST("inline", inlined, FIELD_SET),
	DRAFT_ONE("body", body, FIELD_NO),
	DRAFT_ONE("html", html, FIELD_NO),
	DRAFT_LIST("header", header, FIELD_NO),
};
#define DRAFT_PARTS (sizeof draft_parts / sizeof draft_parts[0])

static char **
draft_one(struct draft *d, const struct draft_part *p)
{
	return (char **)(void *)((char *)d + p->at);
}

static struct draft_list *
draft_list(struct draft *d, const struct draft_part *p)
{
	return (struct draft_list *)(void *)((char *)d + p->at);
}

static void
draft_add(struct draft_list *l, char *item)
{
	l->item = mem_grow(l->item, l->n + 1, sizeof *l->item);
	l->item[l->n++] = item;
}

void
draft_release(struct draft *d)
{
	for (size_t i = 0; i < DRAFT_PARTS; i++) {
		if (!draft_parts[i].list) {
			free(*draft_one(d, &draft_parts[i]));
			continue;
		}
		struct draft_list *l = draft_list(d, &draft_parts[i]);
		for (size_t k = 0; k < l->n; k++)
			free(l->item[k]);
		free(l->item);
	}
	*d = (struct draft){ 0 };
}

static const struct draft_part *
draft_find(const char *name, size_t len)
{
	for (size_t i = 0; i < DRAFT_PARTS; i++)
		if (strlen(draft_parts[i].name) == len &&
		    strncasecmp(draft_parts[i].name, name, len) == 0)
			return &draft_parts[i];
	return NULL;
}

static int
draft_put(
    struct draft *d, const struct draft_part *p, char *value, struct err *e)
{
	if (p->list) {
		draft_add(draft_list(d, p), value);
		return 0;
	}
	if (*draft_one(d, p) == NULL) {
		*draft_one(d, p) = value;
		return 0;
	}
	free(value);
	return err_set(e, ERR_USAGE, "%s is said twice", p->name);
}

int
draft_set(struct draft *d, const char *name, const char *value, struct err *e)
{
	const struct draft_part *p = draft_find(name, strlen(name));
	if (p == NULL)
		return err_set(e, ERR_USAGE,
		    "'%s': expected NAME=VALUE with one of to cc bcc from "
		    "reply-to subject body html attach inline header",
		    name);
	return draft_put(d, p, mem_dup(value), e);
}

int
draft_word(struct draft *d, const char *word, struct err *e)
{
	const char *eq = strchr(word, '=');
	char *name =
	    mem_dupn(word, eq == NULL ? strlen(word) : (size_t)(eq - word));
	int r =
	    draft_set(d, eq == NULL ? word : name, eq == NULL ? "" : eq + 1, e);
	if (r == 0 && eq == NULL)
		r = err_set(
		    e, ERR_USAGE, "'%s': expected %s=VALUE", word, name);
	free(name);
	return r;
}

const char *
draft_name(size_t i)
{
	return i < DRAFT_PARTS ? draft_parts[i].name : NULL;
}

/* Reading. */

/* One line without its end; *len with it. */
static size_t
draft_line(const char *p, size_t left, size_t *len)
{
	const char *nl = memchr(p, '\n', left);
	size_t n = nl == NULL ? left : (size_t)(nl - p);
	*len = n + (nl != NULL);
	return n > 0 && p[n - 1] == '\r' ? n - 1 : n;
}

/* A field, unfolded: "Name: value". */
static int
draft_field(struct draft *d, const char *text, unsigned line, struct err *e)
{
	size_t n = strcspn(text, ": \t");
	const char *colon = text + n + strspn(text + n, " \t");
	const char *value = colon + 1;
	if (n == 0 || *colon != ':')
		return err_set(e, ERR_DATA,
		    "line %u: expected 'NAME: VALUE', or an empty line before "
		    "the text",
		    line);
	value += strspn(value, " \t");
	size_t len = strlen(value);
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (len == 0)
		return 0;
	const struct draft_part *p = draft_find(text, n);
	if (p == NULL || p->field == FIELD_NO) {
		draft_add(&d->header,
		    mem_printf("%.*s: %.*s", (int)n, text, (int)len, value));
		return 0;
	}
	struct err why;
	if (draft_put(d, p, mem_dupn(value, len), &why) == 0)
		return 0;
	return err_set(e, ERR_DATA, "line %u: %s", line, why.text);
}

int
draft_parse(struct draft *d, const char *p, size_t len, struct err *e)
{
	struct buf field = BUF_INIT;
	unsigned line = 0, began = 0;
	bool header = true;
	int r = 0;
	if (memchr(p, '\0', len) != NULL)
		return err_set(e, ERR_DATA, "found NUL: this is no text");
	while (r == 0 && header && len > 0) {
		size_t used, n = draft_line(p, len, &used);
		bool folded = n > 0 && (*p == ' ' || *p == '\t');
		line++;
		header = n > 0;
		if (folded && buf_len(&field) > 0) {
			buf_add(&field, p, n);
		} else if (n == 0 || *p != '#') {
			if (buf_len(&field) > 0)
				r = draft_field(d, buf_str(&field), began, e);
			buf_clear(&field);
			buf_add(&field, p, n);
			began = line;
		}
		p += used;
		len -= used;
	}
	if (r == 0 && buf_len(&field) > 0)
		r = draft_field(d, buf_str(&field), began, e);
	buf_release(&field);
	if (r == 0 && len > 0 && d->body == NULL)
		d->body = mem_dupn(p, len);
	return r;
}

/* Writing. */

static void
draft_field_write(const struct draft_part *p, const char *value, struct buf *b)
{
	for (const char *c = p->name; *c != '\0'; c++)
		buf_addc(
		    b, c == p->name || c[-1] == '-' ? (char)(*c - 32) : *c);
	buf_addf(b, ": %s\n", value);
}

void
draft_write(const struct draft *d, struct buf *b)
{
	struct draft copy = *d;
	for (size_t i = 0; i < DRAFT_PARTS; i++) {
		const struct draft_part *p = &draft_parts[i];
		char *const *value = draft_one(&copy, p);
		size_t n = *value != NULL;
		if (p->list) {
			value = draft_list(&copy, p)->item;
			n = draft_list(&copy, p)->n;
		}
		if (p->field == FIELD_ALWAYS && n == 0)
			draft_field_write(p, "", b);
		for (size_t k = 0; p->field != FIELD_NO && k < n; k++)
			draft_field_write(p, value[k], b);
	}
	for (size_t i = 0; i < d->header.n; i++)
		buf_addf(b, "%s\n", d->header.item[i]);
	buf_addf(b, "\n%s", d->body == NULL ? "" : d->body);
}

size_t
draft_path(const char *item)
{
	const char *type = strstr(item, ";type="),
		   *name = strstr(item, ";name=");
	const char *end =
	    type == NULL || (name != NULL && name < type) ? name : type;
	return end == NULL ? strlen(item) : (size_t)(end - item);
}
