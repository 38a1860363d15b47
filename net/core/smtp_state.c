/* The client's model of the session: what a reply to a command does to it.
 * All of it is in smtp_moves[]; a pair that has no row changes nothing. It
 * believes the server: a 250 to RCPT is an accepted recipient in any state. */
#include "net/core/smtp_priv.h"
#include "net/core/addr.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum smtp_step {
	SMTP_STEP_NONE,
	SMTP_STEP_GREET,   /* the greeting, or as if it had just come */
	SMTP_STEP_HELLO,   /* greeted both ways, no transaction */
	SMTP_STEP_NO_EHLO, /* what an earlier EHLO offered is void */
	SMTP_STEP_MAIL,
	SMTP_STEP_RCPT,
	SMTP_STEP_TEXT,
	SMTP_STEP_CHUNK,
	SMTP_STEP_RESET, /* no transaction */
	SMTP_STEP_TLS,
	SMTP_STEP_CHALLENGE,
	SMTP_STEP_AUTHENTICATED,
	SMTP_STEP_LEAVE
};

/* The first row that fits counts. VERB_UNKNOWN fits all. */
static const struct {
	enum verb_id verb;
	short from, to;
	enum smtp_step step;
} smtp_moves[] = {
	{ VERB_UNKNOWN, 221, 221, SMTP_STEP_LEAVE },
	{ VERB_UNKNOWN, 421, 421, SMTP_STEP_LEAVE },
	{ VERB_GREETING, 220, 220, SMTP_STEP_GREET },
	{ VERB_HELO, 200, 299, SMTP_STEP_HELLO },
	{ VERB_EHLO, 200, 299, SMTP_STEP_HELLO },
	{ VERB_LHLO, 200, 299, SMTP_STEP_HELLO },
	{ VERB_EHLO, 400, 599, SMTP_STEP_NO_EHLO },
	{ VERB_LHLO, 400, 599, SMTP_STEP_NO_EHLO },
	{ VERB_MAIL, 200, 299, SMTP_STEP_MAIL },
	{ VERB_SEND, 200, 299, SMTP_STEP_MAIL },
	{ VERB_SOML, 200, 299, SMTP_STEP_MAIL },
	{ VERB_SAML, 200, 299, SMTP_STEP_MAIL },
	{ VERB_RCPT, 200, 299, SMTP_STEP_RCPT },
	{ VERB_DATA, 354, 354, SMTP_STEP_TEXT },
	{ VERB_TEXT_END, 200, 599, SMTP_STEP_RESET },
	{ VERB_BDAT, 200, 299, SMTP_STEP_CHUNK },
	{ VERB_BDAT, 300, 599, SMTP_STEP_RESET },
	{ VERB_RSET, 200, 299, SMTP_STEP_RESET },
	{ VERB_STARTTLS, 220, 220, SMTP_STEP_TLS },
	{ VERB_AUTH, 334, 334, SMTP_STEP_CHALLENGE },
	{ VERB_AUTH, 235, 235, SMTP_STEP_AUTHENTICATED },
	{ VERB_RESPONSE, 334, 334, SMTP_STEP_CHALLENGE },
	{ VERB_RESPONSE, 235, 235, SMTP_STEP_AUTHENTICATED },
	{ VERB_RESPONSE, 200, 599, SMTP_STEP_RESET },
	{ VERB_XCLIENT, 220, 220, SMTP_STEP_GREET },
};

static enum smtp_step
smtp_step(enum verb_id id, int code)
{
	for (size_t i = 0; i < sizeof smtp_moves / sizeof smtp_moves[0]; i++)
		if ((smtp_moves[i].verb == id ||
			smtp_moves[i].verb == VERB_UNKNOWN) &&
		    code >= smtp_moves[i].from && code <= smtp_moves[i].to)
			return smtp_moves[i].step;
	return SMTP_STEP_NONE;
}

static void
smtp_transaction_clear(struct smtp *s)
{
	s->prdr = false;
	while (s->nrcpt > 0)
		free(s->rcpt[--s->nrcpt]);
}

/* No transaction; s->hello says what is left. */
static void
smtp_reset(struct smtp *s)
{
	smtp_transaction_clear(s);
	s->state = s->hello ? SMTP_READY : SMTP_GREETED;
}

static void
smtp_hello(struct smtp *s, enum verb_id id)
{
	s->hello = true;
	s->lmtp = id == VERB_LHLO;
	smtp_offers_clear(s);
	if (id != VERB_HELO)
		smtp_offers_take(s, &s->reply);
	if (s->peer == NULL)
		smtp_peer_take(s, &s->reply);
	smtp_reset(s);
}

/* The path of a MAIL or RCPT line: as addr_parse() finds it, or what stands
 * between the colon and the end. */
static const char *
smtp_path(const char *line, size_t *len)
{
	const char *path = strchr(line, ':');
	struct addr a;
	path = path != NULL ? path + 1 : line + strlen(line);
	path += strspn(path, " ");
	*len = strlen(path);
	if (addr_parse(&a, path, *len, NULL) == 0)
		*len = a.len;
	return path;
}

/* Is that word among the parameters behind the path? */
static bool
smtp_has_param(const char *line, const char *word)
{
	size_t len, n;
	const char *p = smtp_path(line, &len);
	for (p += len; *(p += strspn(p, " ")) != '\0'; p += n) {
		n = strcspn(p, " ");
		if (n == strlen(word) && strncasecmp(p, word, n) == 0)
			return true;
	}
	return false;
}

static void
smtp_rcpt_add(struct smtp *s, const char *line)
{
	size_t len;
	const char *path = smtp_path(line, &len);
	if (s->nrcpt == s->rcpt_cap) {
		s->rcpt_cap = s->rcpt_cap > 0 ? s->rcpt_cap * 2 : 8;
		s->rcpt = mem_grow(s->rcpt, s->rcpt_cap, sizeof *s->rcpt);
	}
	s->rcpt[s->nrcpt++] = mem_dupn(path, len);
}

static void
smtp_forget(struct smtp *s)
{
	s->hello = s->authenticated = false;
	smtp_offers_clear(s);
	smtp_peer_clear(s);
	smtp_reset(s);
}

void
smtp_move(struct smtp *s, const struct smtp_owed *o)
{
	enum verb_id id = o != NULL ? s->now.verb->id : VERB_UNKNOWN;
	switch (smtp_step(id, s->reply.code)) {
	case SMTP_STEP_NONE:
		break;
	case SMTP_STEP_GREET:
		smtp_forget(s);
		smtp_peer_take(s, &s->reply);
		break;
	case SMTP_STEP_HELLO:
		smtp_hello(s, id);
		break;
	case SMTP_STEP_NO_EHLO:
		s->lmtp &= id != VERB_LHLO;
		smtp_offers_clear(s);
		break;
	case SMTP_STEP_MAIL:
		smtp_transaction_clear(s);
		s->prdr = smtp_has_param(s->now.line, "PRDR");
		s->state = SMTP_MAIL;
		break;
	case SMTP_STEP_RCPT:
		smtp_rcpt_add(s, s->now.line);
		s->state = SMTP_RCPT;
		break;
	case SMTP_STEP_TEXT:
		s->state = SMTP_TEXT;
		break;
	case SMTP_STEP_CHUNK:
		s->state = SMTP_CHUNKS;
		if (o != NULL && o->chunk_last && o->left == 0)
			smtp_reset(s);
		break;
	case SMTP_STEP_RESET:
		if (o != NULL && o->left == 0)
			smtp_reset(s);
		break;
	case SMTP_STEP_TLS:
		s->tls_wanted = true;
		break;
	case SMTP_STEP_CHALLENGE:
		s->state = SMTP_AUTHING;
		break;
	case SMTP_STEP_AUTHENTICATED:
		s->authenticated = true;
		smtp_reset(s);
		break;
	case SMTP_STEP_LEAVE:
		s->state = SMTP_LEAVING;
		break;
	}
}

void
smtp_tls_started(struct smtp *s)
{
	s->tls = true;
	if (!s->tls_wanted)
		return;
	s->tls_wanted = false;
	reply_parser_clear(&s->parser);
	s->nmarks = 0;
	smtp_owed_clear(s);
	smtp_forget(s);
}
