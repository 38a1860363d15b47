/* Which lines may be remembered. A secret that smtpsh knows is found by its
 * value; one that it does not know, by where it stands. When in doubt the line
 * is forgotten: that costs some typing. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/buf.h"
#include "cmd/lang/near.h"
#include "cmd/term/cmdline.h"
#include "cmd/term/hist.h"

static bool
hist_has(const char *p, size_t len, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= len; i++)
		if (strncasecmp(p + i, word, n) == 0)
			return true;
	return false;
}

/* A name that a secret would be kept under. */
static bool
hist_is_secret_name(const char *p, size_t len)
{
	static const char *const word[] = { "pass", "pwd", "secret", "token",
		"credential", "key" };
	size_t i;

	for (i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (hist_has(p, len, word[i]))
			return true;
	return false;
}

/* scheme://user:password@host */
static bool
hist_has_userinfo(const char *p, size_t len)
{
	const char *url = memmem(p, len, "://", 3), *at;

	if (url == NULL)
		return false;
	url += 3;
	at = memrchr(url, '@', (size_t)(p + len - url));
	return at != NULL && memchr(url, ':', (size_t)(at - url)) != NULL;
}

static bool
hist_is_secret_command(const char *p, size_t len)
{
	size_t off, n = cmdline_word(p, len, 0, &off), arg;
	const char *w = p + off + 1; /* behind the backslash */

	n--;
	if (n >= 1 && n <= 4 && strncmp("auth", w, n) == 0)
		return cmdline_word(p, len, 3, &off) > 0;
	/* What is encoded by hand is an answer to AUTH. */
	if (n >= 2 &&
	    (strncmp("base64", w, n) == 0 || strncmp("unbase64", w, n) == 0))
		return true;
	if (n >= 2 && n <= 3 && strncmp("set", w, n) == 0) {
		arg = cmdline_word(p, len, 1, &off);
		return hist_is_secret_name(p + off, arg);
	}
	return hist_has(p, len, "AUTH ");
}

static bool
hist_is_secret(const char *p, size_t len)
{
	struct cmdline l;
	size_t off, n;

	if (hist_has_userinfo(p, len))
		return true;
	if (p[0] == '\\')
		return hist_is_secret_command(p, len);
	cmdline_parse(&l, p, len);
	p += l.begin;
	len -= l.begin;
	n = cmdline_word(p, len, 0, &off);
	bool login = (n >= 4 && strncasecmp(p, "AUTH", 4) == 0) ||
		     near_word(p, n, "AUTH", 4);
	return login && cmdline_word(p, len, 2, &off) > 0;
}

static bool
hist_is_known_secret(const struct redact *r, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	bool same;

	redact_text(r, &b, p, len);
	same = buf_len(&b) == len && memcmp(buf_data(&b), p, len) == 0;
	buf_release(&b);
	return !same;
}

bool
hist_keeps(const struct shell *sh, const struct lang *l, const char *p,
    size_t len, const char *last)
{
	enum smtp_state state = talk_state(&sh->talk);

	if (len == 0 || p[0] == ' ' || p[0] == '\t')
		return false;
	if (l->in_text || l->chunk > 0 || state == SMTP_TEXT ||
	    state == SMTP_AUTHING)
		return false;
	if (last != NULL && strlen(last) == len && memcmp(last, p, len) == 0)
		return false;
	return !hist_is_secret(p, len) &&
	       !hist_is_known_secret(&sh->redact, p, len);
}

void
hist_forget(struct hist *h, const struct redact *r)
{
	size_t i, kept = 0;

	for (i = 0; i < h->n; i++) {
		if (hist_is_known_secret(r, h->line[i], strlen(h->line[i])))
			free(h->line[i]);
		else
			h->line[kept++] = h->line[i];
	}
	h->n = kept;
}
