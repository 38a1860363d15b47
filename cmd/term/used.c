/* Addresses and hosts that were used before: typed in this session, or read
 * from the history. Only what could be typed again is kept: a path with a
 * variable or of unlikely length is not. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/buf.h"
#include "cmd/term/cmdline.h"
#include "cmd/term/complete.h"

#define USED_MAX     200
#define USED_LEN_MAX 320 /* local part 64, "@", domain 255 */

void
used_init(struct used *u)
{
	memset(u, 0, sizeof(*u));
}

static void
used_free(char **list, size_t n)
{
	while (n > 0)
		free(list[--n]);
	free(list);
}

void
used_release(struct used *u)
{
	used_free(u->from, u->nfrom);
	used_free(u->to, u->nto);
	used_free(u->host, u->nhost);
	used_init(u);
}

/* To the front, whether new or not. */
static void
used_add(char ***list, size_t *n, const char *p, size_t len)
{
	char **l = *list, *s;
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return;
	if (len == 0 || len > USED_LEN_MAX || memchr(p, '$', len) != NULL)
		return;
	for (i = 0; i < *n; i++)
		if (strlen(l[i]) == len && strncasecmp(l[i], p, len) == 0)
			break;
	s = mem_dupn(p, len);
	if (i < *n) {
		free(l[i]);
	} else if (*n == USED_MAX) {
		i = USED_MAX - 1;
		free(l[i]);
	} else {
		*list = l = mem_grow(l, *n + 1, sizeof(*l));
		i = (*n)++;
	}
	memmove(l + 1, l, i * sizeof(*l));
	l[0] = s;
}

/* Is the word "\name", or a beginning of it at least min long? */
static bool
used_is(const char *p, size_t len, const char *name, size_t min)
{
	return len >= min + 1 && p[0] == '\\' && len - 1 <= strlen(name) &&
	       strncmp(p + 1, name, len - 1) == 0;
}

static void
used_command(struct used *u, const char *p, size_t len)
{
	size_t off, n, arg;
	const char *w;

	n = cmdline_word(p, len, 0, &off);
	w = p + off;
	arg = cmdline_word(p, len, 1, &off);
	if (used_is(w, n, "mail", 1))
		used_add(&u->from, &u->nfrom, p + off, arg);
	else if (used_is(w, n, "rcpt", 2))
		used_add(&u->to, &u->nto, p + off, arg);
	else if (used_is(w, n, "connect", 2) &&
		 /* user:password@host is nothing to remember. */
		 memchr(p + off, '@', arg) == NULL)
		used_add(&u->host, &u->nhost, p + off, arg);
}

void
used_line(struct used *u, const char *p, size_t len)
{
	struct cmdline c;
	size_t i;

	i = cmdline_blanks(p, len, 0);
	if (i < len && p[i] == '\\') {
		used_command(u, p + i, len - i);
		return;
	}
	cmdline_parse(&c, p, len);
	if (c.literal[0] == 'F')
		used_add(&u->from, &u->nfrom, p + c.path, c.path_end - c.path);
	else if (c.literal[0] == 'T')
		used_add(&u->to, &u->nto, p + c.path, c.path_end - c.path);
}
