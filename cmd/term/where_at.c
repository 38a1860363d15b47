/* What the prompt says comes from the session's core. A challenge of AUTH
 * LOGIN is base64 of words for people ("Password:"). */
#include <string.h>
#include <strings.h>
#include "net/core/base64.h"
#include "net/tls/tls.h"
#include "cmd/term/where_at.h"

/* Shortens b to at most cols columns, "..." behind. */
static void
where_at_cut(struct buf *b, size_t cols)
{
	bool cut = false;
	char last;

	while (buf_len(b) > 0 && escape_width(buf_data(b), buf_len(b)) > cols) {
		do {
			last = buf_data(b)[buf_len(b) - 1];
			buf_truncate(b, buf_len(b) - 1);
		} while (buf_len(b) > 0 && (last & 0xc0) == 0x80);
		cut = true;
	}
	if (cut)
		buf_adds(b, "...");
}

static void
where_at_host(const struct shell *sh, size_t width, struct buf *b)
{
	const char *name = smtp_peer(link_smtp(sh->talk.link));

	if (name[0] == '\0' && sh->talk.where.host != NULL)
		name = sh->talk.where.host;
	if (name[0] == '\0')
		name = conn_name(link_conn(sh->talk.link));
	escape_add(b, name, strlen(name), false);
	where_at_cut(b, width / 2 > 8 ? width / 2 : 8);
}

static void
where_at_words(
    const struct shell *sh, const struct lang *l, size_t width, struct buf *b)
{
	enum smtp_state state = talk_state(&sh->talk);

	if (l->template != NULL) {
		buf_adds(b, "template> ");
	} else if (state == SMTP_CLOSED || sh->talk.link == NULL) {
		buf_adds(b, "smtpsh> ");
	} else if (state == SMTP_TEXT || l->in_text || l->chunk > 0) {
		buf_adds(b, "data> ");
	} else if (state == SMTP_AUTHING) {
		buf_adds(b, "auth> ");
	} else {
		where_at_host(sh, width, b);
		if (smtp_is_tls(link_smtp(sh->talk.link)))
			buf_adds(
			    b, tls_verified(conn_tls(link_conn(sh->talk.link)))
				   ? " TLS"
				   : " TLS unverified");
		if (state == SMTP_MAIL || state == SMTP_RCPT ||
		    state == SMTP_CHUNKS || state == SMTP_LEAVING)
			buf_addf(b, " [%s]> ", smtp_state_name(state));
		else
			buf_adds(b, "> ");
	}
}

size_t
where_at(
    const struct shell *sh, const struct lang *l, size_t width, struct buf *b)
{
	struct buf words = BUF_INIT;
	size_t cols, len;

	where_at_words(sh, l, width, &words);
	cols = escape_width(buf_data(&words), buf_len(&words));
	if (sh->look.colour) {
		/* The blank behind it stays plain, for what is typed. */
		len = buf_len(&words) - 1;
		buf_adds(b, "\001\033[1m\002");
		buf_add(b, buf_data(&words), len);
		buf_adds(b, "\001\033[0m\002 ");
	} else {
		buf_add(b, buf_data(&words), buf_len(&words));
	}
	buf_release(&words);
	return cols;
}

bool
where_at_password(const struct shell *sh)
{
	const struct reply *r = &sh->talk.last;
	struct buf b = BUF_INIT;
	const char *p;
	size_t len;
	bool is;

	if (talk_state(&sh->talk) != SMTP_AUTHING || r->code != 334 ||
	    r->nlines == 0)
		return false;
	p = reply_text(r, r->nlines - 1, &len);
	base64_decode(&b, p, len, NULL);
	is = len == 0 || strcasestr(buf_str(&b), "password") != NULL;
	buf_release(&b);
	return is;
}
