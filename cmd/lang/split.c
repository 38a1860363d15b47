/* Words of a line, quoted as in sh but without anything else of it. */
#include <stdlib.h>
#include <string.h>
#include "cmd/lang/split.h"
#include "net/core/buf.h"

static int
split_quoted(struct buf *b, const char *p, size_t len, size_t *i, struct err *e)
{
	char quote = p[*i];
	for (++*i; *i < len; ++*i) {
		if (p[*i] == quote) {
			++*i;
			return 0;
		}
		if (quote == '"' && p[*i] == '\\' && *i + 1 < len &&
		    (p[*i + 1] == '"' || p[*i + 1] == '\\'))
			++*i;
		buf_addc(b, p[*i]);
	}
	return err_set(e, ERR_USAGE, "a %c is not closed", quote);
}

int
cmd_split(struct cmd_args *a, const char *p, size_t len, struct err *e)
{
	size_t i = 0;
	for (;;) {
		while (i < len && (p[i] == ' ' || p[i] == '\t'))
			i++;
		if (i == len)
			return 0;
		struct buf b = BUF_INIT;
		int r = 0;
		while (r == 0 && i < len && p[i] != ' ' && p[i] != '\t') {
			if (p[i] == '\'' || p[i] == '"')
				r = split_quoted(&b, p, len, &i, e);
			else
				buf_addc(&b, p[i++]);
		}
		if (r < 0) {
			buf_release(&b);
			return -1;
		}
		a->word = mem_grow(a->word, a->n + 1, sizeof *a->word);
		a->word[a->n++] = buf_detach(&b);
	}
}

void
cmd_args_release(struct cmd_args *a)
{
	for (size_t i = 0; a->word != NULL && i < a->n; i++)
		free(a->word[i]);
	free(a->word);
	a->word = NULL;
	a->n = 0;
}
