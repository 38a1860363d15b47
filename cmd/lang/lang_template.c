/* \\template NAME { ... }: its lines are kept until it is run. */
#include "cmd/lang/lang_priv.h"

#include <string.h>

#define LANG_BODY_MAX (1u << 20)

bool
lang_template(struct lang *l, const char *p, size_t len)
{
	size_t w = 0;
	while (w < len && !lang_blank(p[w]))
		w++;
	if (w < 2 || w > 8 || strncmp(p, "template", w) != 0)
		return false;
	size_t a = w + lang_indent(p + w, len - w);
	while (len > a && lang_blank(p[len - 1]))
		len--;
	if (len - a < 3 || p[len - 1] != '{' || !lang_blank(p[len - 2]))
		return false;
	size_t end = len - 1;
	while (end > a && lang_blank(p[end - 1]))
		end--;
	if (memchr(p + a, ' ', end - a) != NULL)
		return false;
	l->template = mem_dupn(p + a, end - a);
	l->body_line = l->line;
	buf_clear(&l->body);
	return true;
}

/* People indent what stands in braces: what all lines begin with is not
 * theirs. */
static char *
lang_dedent(struct buf *body)
{
	const char *p = buf_data(body), *end = p + buf_len(body), *first = NULL;
	size_t common = 0;
	for (const char *q = p, *nl; q < end; q = nl + 1) {
		nl = memchr(q, '\n', (size_t)(end - q));
		size_t n = lang_indent(q, (size_t)(nl - q));
		if (q + n == nl)
			continue;
		if (first == NULL)
			common = n;
		else
			for (size_t i = 0; i < common; i++)
				if (i == n || q[i] != first[i])
					common = i;
		first = first == NULL ? q : first;
	}
	struct buf out = BUF_INIT;
	for (const char *q = p, *nl; q < end; q = nl + 1) {
		nl = memchr(q, '\n', (size_t)(end - q));
		size_t len = (size_t)(nl - q);
		size_t skip = lang_indent(q, len) < common ? len : common;
		buf_add(&out, q + skip, len - skip + 1);
	}
	buf_clear(body);
	return buf_detach(&out);
}

int
lang_body(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e)
{
	size_t i = lang_indent(p, len);
	if (len - i >= 1 && p[i] == '}' &&
	    lang_indent(p + i + 1, len - i - 1) == len - i - 1) {
		out->kind = STMT_TEMPLATE;
		out->line = l->body_line;
		out->text = l->template;
		out->len = (uint32_t)strlen(l->template);
		out->body = lang_dedent(&l->body);
		l->template = NULL;
		if (!l->strict ||
		    lang_check_body(l, out->line, out->body, e) == 0)
			return 0;
		stmt_clear(out);
		return -1;
	}
	if (buf_len(&l->body) + len > LANG_BODY_MAX)
		return lang_err(l, l->line, e, "the template %s is over 1 MiB",
		    l->template);
	buf_add(&l->body, p, len);
	buf_addc(&l->body, '\n');
	return 0;
}
