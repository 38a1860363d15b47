/* What --record and the screen wrote of a login: "***" stands where a secret
 * was. Where there is a login the exchange is done anew: \auth takes the place
 * of the command, and its answers and replies go, each line by itself, so that
 * the lines keep their numbers. */
#include "cmd/lang/script_masked.h"

#include <string.h>
#include <strings.h>
#include "cmd/lang/import_priv.h"

struct masked_line {
	const char *p; /* what is said: no indent, no tag, no line end */
	size_t len;
	const char *next; /* the line behind it */
};

static void
masked_line(struct masked_line *x, const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	const char *stop = nl == NULL ? end : nl;
	x->next = nl == NULL ? end : nl + 1;
	while (stop > p && strchr(" \t\r", stop[-1]) != NULL)
		stop--;
	while (p < stop && (*p == ' ' || *p == '\t'))
		p++;
	if (stop - p > 1 && p[1] == ':' && strchr("SRC", *p) != NULL)
		p += 2;
	while (p < stop && *p == ' ')
		p++;
	x->p = p;
	x->len = (size_t)(stop - p);
}

static bool
masked_is(const struct masked_line *x, const char *word)
{
	return x->len == strlen(word) && strncasecmp(x->p, word, x->len) == 0;
}

/* Behind the exchange that AUTH begins, the line x; NULL: no secret of it was
 * masked. */
static const char *
masked_end(const struct masked_line *x, const char *end)
{
	bool masked = x->len > 4 && memcmp(x->p + x->len - 4, " ***", 4) == 0;
	const char *at = x->next;
	while (at < end) {
		struct masked_line y;
		masked_line(&y, at, end);
		bool answer = masked_is(&y, "***");
		bool remark = y.len == 0 || *y.p == '#';
		bool code = import_code(y.p, y.len);
		if (!answer && !remark && !code)
			break;
		masked |= answer;
		at = y.next;
		if (code && !import_begins(y.p, y.len, "334") &&
		    !(y.len > 3 && y.p[3] == '-'))
			break;
	}
	return masked ? at : NULL;
}

size_t
script_unmask(struct buf *b, const char *p, size_t len)
{
	const char *end = p + len, *copied = p;
	bool in_text = false;
	size_t n = 0;
	for (const char *at = p; at < end;) {
		struct masked_line x;
		masked_line(&x, at, end);
		bool auth =
		    !in_text && x.len > 5 && strncasecmp(x.p, "AUTH ", 5) == 0;
		const char *stop = auth ? masked_end(&x, end) : NULL;
		in_text = in_text ? !masked_is(&x, ".") : masked_is(&x, "DATA");
		if (stop == NULL) {
			at = x.next;
			continue;
		}
		const char *mech = x.p + 5;
		size_t words = strcspn(mech, " \t\r\n");
		buf_add(b, copied, (size_t)(at - copied));
		buf_addf(b, "\\auth %.*s\n", (int)words, mech);
		for (at = x.next; at < stop; at++)
			if (*at == '\n')
				buf_addc(b, '\n');
		copied = at;
		n++;
	}
	if (n > 0)
		buf_add(b, copied, (size_t)(end - copied));
	return n;
}
