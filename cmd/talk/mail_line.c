/* The MAIL command: what the message is, as far as the server wants to know. */
#include <string.h>
#include <strings.h>
#include "cmd/talk/mail_priv.h"

/* Is a parameter of that name among those the user wrote? It stands alone. */
static bool
mail_has_param(const struct mail *m, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < m->nmail_param; i++)
		if (strncasecmp(m->mail_param[i], name, n) == 0 &&
		    (m->mail_param[i][n] == '=' || m->mail_param[i][n] == '\0'))
			return true;
	return false;
}

/* SIZE=auto is the size of what will be sent, where it is known. */
static void
mail_param(const struct mail_act *a, struct buf *b, const char *param)
{
	if (strcasecmp(param, "SIZE=auto") != 0)
		buf_addf(b, " %s", param);
	else if (a->sized)
		buf_addf(b, " SIZE=%llu", (unsigned long long)a->size);
}

/* What is beyond ASCII goes as it is where the server takes it, else addresses
 * by their A-labels; a text goes anyway. */
static int
mail_utf8(struct talk *t, struct mail_act *a, struct err *e)
{
	const struct smtp *s = link_smtp(t->link);
	const struct mail *m = a->m;
	bool offered =
	    smtp_offer(s, "SMTPUTF8") != NULL || mail_has_param(m, "SMTPUTF8");
	bool path = ascii_needs_utf8(m);
	enum beyond header = BEYOND_NOTHING;
	if (m->text != NULL)
		header = ascii_header(
		    buf_data(&m->text->first), buf_len(&m->text->first));
	if (path && !offered && ascii_paths(t, m, &a->paths, e) < 0)
		return -1;
	a->utf8 = offered && (path || header == BEYOND_UTF8);
	if (header == BEYOND_UTF8 && !offered)
		talk_remark(t, "the header is not ASCII, and SMTPUTF8 was not "
			       "offered (RFC 6531): it goes as it is");
	if (header == BEYOND_OTHER)
		talk_remark(t, "the header has octets above 127 that are no "
			       "UTF-8 (RFC 6532): it goes as it is");
	if (m->text != NULL && m->text->eightbit &&
	    smtp_offer(s, "8BITMIME") == NULL)
		talk_remark(t, "the text has octets above 127, and 8BITMIME "
			       "was not offered (RFC 6152): it goes as it is; "
			       "quoted-printable or base64 would be safe");
	return 0;
}

/* By BDAT where it is offered: to others the message's lines are commands. */
static void
mail_chunking(struct talk *t, struct mail_act *a)
{
	if (!a->m->chunk || a->m->last < MAIL_DATA ||
	    smtp_offer(link_smtp(t->link), "CHUNKING") != NULL)
		return;
	talk_remark(t, "CHUNKING was not offered (RFC 3030): DATA is used in "
		       "place of BDAT");
	a->m->chunk = false;
}

/* Once a message. */
static void
mail_remarks(struct talk *t, struct text *x)
{
	const char *text;
	unsigned i = 0;
	while (
	    !x->remarked && (text = mail_remark_tell(&x->remark, &i)) != NULL)
		talk_remark(t, "%s", text);
	x->remarked = true;
}

int
mail_line(struct talk *t, struct mail_act *a, struct buf *b, struct err *e)
{
	const struct smtp *s = link_smtp(t->link);
	struct mail *m = a->m;
	uint64_t most;
	bool offered = smtp_offer_size(s, &most);
	bool text = m->text != NULL;
	if (mail_utf8(t, a, e) < 0)
		return -1;
	mail_chunking(t, a);
	if (text && (offered || mail_has_param(m, "SIZE"))) {
		int r = text_size(m->text, &a->size, e);
		if (r < 0)
			return -1;
		a->sized = r > 0;
		if (a->sized)
			past_size(t, a->size);
	}
	if (offered && a->sized && most > 0 && a->size > most)
		talk_remark(t,
		    "the message has %llu octets, and the server takes at most "
		    "%llu (SIZE, RFC 1870): it will refuse it; send a smaller "
		    "one, or a link",
		    (unsigned long long)a->size, (unsigned long long)most);
	if (text && m->text->loaded)
		mail_remarks(t, m->text);
	buf_adds(b, "MAIL FROM:<");
	buf_adds(b, a->paths.from != NULL ? a->paths.from : m->from);
	buf_addc(b, '>');
	if (offered && a->sized && !mail_has_param(m, "SIZE")) {
		buf_adds(b, " SIZE=");
		buf_addu(b, a->size);
	}
	if (text && m->text->eightbit && smtp_offer(s, "8BITMIME") != NULL &&
	    !mail_has_param(m, "BODY"))
		buf_adds(b, " BODY=8BITMIME");
	if (a->utf8 && !mail_has_param(m, "SMTPUTF8"))
		buf_adds(b, " SMTPUTF8");
	for (size_t i = 0; i < m->nmail_param; i++)
		mail_param(a, b, m->mail_param[i]);
	return 0;
}
