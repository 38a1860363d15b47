#include "cmd/talk/mail_ascii.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/talk/talk.h"
#include "net/core/utf8.h"
#include "net/dns/idn.h"

static enum beyond
ascii_look(const char *p, size_t len)
{
	enum beyond found = BEYOND_NOTHING;
	for (size_t i = 0; i < len;) {
		size_t n = 1;
		if ((unsigned char)p[i] > 127) {
			n = utf8_wide(p + i, len - i);
			if (n == 0)
				return BEYOND_OTHER;
			found = BEYOND_UTF8;
		}
		i += n;
	}
	return found;
}

/* A field's first line, or one that goes on with it (RFC 5322 2.2). */
static bool
ascii_is_field(const char *p, size_t len, bool first)
{
	size_t n = 0;
	if (len > 0 && (p[0] == ' ' || p[0] == '\t'))
		return !first;
	while (n < len && p[n] > ' ' && p[n] < 127 && p[n] != ':')
		n++;
	return n > 0 && n < len && p[n] == ':';
}

enum beyond
ascii_header(const char *p, size_t len)
{
	enum beyond found = BEYOND_NOTHING;
	bool first = true;
	while (len > 0) {
		const char *lf = memchr(p, '\n', len);
		size_t n = lf != NULL ? (size_t)(lf + 1 - p) : len;
		/* What mailboxes put before a message is no field. */
		bool envelope = first && n > 5 && memcmp(p, "From ", 5) == 0;
		if (!envelope && !ascii_is_field(p, n, first))
			break;
		enum beyond here = ascii_look(p, n);
		if (here > found)
			found = here;
		first = envelope;
		p += n;
		len -= n;
	}
	return found;
}

bool
ascii_needs_utf8(const struct mail *m)
{
	bool needs = idn_is_needed(m->from);
	for (size_t i = 0; i < m->nto; i++)
		needs |= idn_is_needed(m->to[i]);
	return needs;
}

static int
ascii_path(struct talk *t, const char *path, char **out, struct err *e)
{
	int r = idn_mailbox(path, out, e);
	if (r == 0)
		err_set(e, ERR_REFUSED,
		    "the local part of %.200s is not ASCII and the server "
		    "does not offer SMTPUTF8 (RFC 6531): nothing was sent",
		    path);
	if (r == 0)
		return err_why(e, WHY_NO_UTF8);
	if (r < 0)
		return -1;
	if (strcmp(path, *out) != 0)
		talk_remark(t,
		    "%s goes as %s: SMTPUTF8 was not offered (RFC 5891)", path,
		    *out);
	return 0;
}

int
ascii_paths(
    struct talk *t, const struct mail *m, struct ascii_paths *a, struct err *e)
{
	a->to = mem_alloc((m->nto + 1) * sizeof *a->to);
	int r = ascii_path(t, m->from, &a->from, e);
	for (size_t i = 0; r == 0 && i < m->nto; i++) {
		r = ascii_path(t, m->to[i], &a->to[i], e);
		a->nto += r == 0;
	}
	return r;
}

void
ascii_paths_release(struct ascii_paths *a)
{
	for (size_t i = 0; i < a->nto; i++)
		free(a->to[i]);
	free(a->to);
	free(a->from);
	*a = (struct ascii_paths){ 0 };
}
