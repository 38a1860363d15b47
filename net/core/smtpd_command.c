/* The verbs that are no envelope, text or AUTH, and the table of all. What may
 * stand behind a verb is in the table; the order of commands is in the
 * handlers (RFC 5321 4.1.4). */
#include "net/core/smtpd_priv.h"

#include <stdlib.h>
#include <string.h>

enum smtpd_takes { SMTPD_NOTHING, SMTPD_SOMETHING, SMTPD_ANYTHING };

bool
smtpd_is(const char *word, const char *p, size_t len)
{
	size_t i = 0;
	for (; i < len && word[i] != '\0'; i++) {
		char c = p[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != word[i])
			return false;
	}
	return i == len && word[i] == '\0';
}

/* Letters, digits, '-', '.', also '_'; or an address literal. */
static bool
smtpd_is_domain(const char *p, size_t len)
{
	bool literal = len > 2 && p[0] == '[' && p[len - 1] == ']';
	for (size_t i = literal; i < len - literal; i++) {
		char c = p[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' ||
		    c == '_' || (literal && c == ':'))
			continue;
		return false;
	}
	return len > 0;
}

/* Lines of EHLO's reply, joined by LF. */
static void
smtpd_offers(const struct smtpd *d, struct buf *b)
{
	buf_addf(b,
	    "\nPIPELINING\nSIZE %llu\n8BITMIME\nENHANCEDSTATUSCODES\n"
	    "CHUNKING\nSMTPUTF8\nDSN",
	    (unsigned long long)d->size_max);
	if (d->c->starttls && !d->tls)
		buf_adds(b, "\nSTARTTLS");
	if (smtpd_offers_auth(d))
		buf_addf(b, "\nAUTH %s", d->mechs);
	buf_adds(b, "\nVRFY\nEXPN\nHELP");
}

static void
smtpd_hello(struct smtpd *d, const struct smtpd_args *a)
{
	bool extended = a->id != VERB_HELO;
	bool known = d->c->lmtp == (a->id == VERB_LHLO);
	/* RFC 2034 3: no enhanced codes in replies to these */
	if (!known) {
		smtpd_reply(d, 500, NULL, "%s",
		    d->c->lmtp ? "This is LMTP; send LHLO"
			       : "This is not LMTP; send EHLO or HELO");
		return;
	}
	if (!smtpd_is_domain(a->p, a->len)) {
		smtpd_reply(d, 501, NULL,
		    "A domain or an address literal is wanted here");
		return;
	}
	if (a->len > SMTPD_DOMAIN_MAX) {
		smtpd_reply(d, 501, NULL, "A name has at most %d octets",
		    SMTPD_DOMAIN_MAX);
		return;
	}
	smtpd_reset(d);
	free(d->helo);
	d->helo = mem_dupn(a->p, a->len);
	d->state = SMTP_READY;
	d->extended = false;
	struct buf text = BUF_INIT;
	buf_adds(&text, smtpd_host(d));
	if (extended) {
		buf_addf(&text, " greets %s", d->helo);
		size_t from = buf_len(&text);
		smtpd_offers(d, &text);
		if (d->c->rules != NULL)
			smtpd_rule_offers(d, &text, from);
	}
	smtpd_say(d, 250, NULL, "%s", buf_str(&text));
	buf_release(&text);
	d->extended = extended;
}

static void
smtpd_rset(struct smtpd *d, const struct smtpd_args *a)
{
	(void)a;
	smtpd_reset(d);
	smtpd_reply(d, 250, "2.0.0", "OK");
}

static void
smtpd_noop(struct smtpd *d, const struct smtpd_args *a)
{
	(void)a;
	smtpd_reply(d, 250, "2.0.0", "OK");
}

static void
smtpd_quit(struct smtpd *d, const struct smtpd_args *a)
{
	(void)a;
	smtpd_say(d, 221, "2.0.0", "%s Service closing transmission channel",
	    smtpd_host(d));
	smtpd_leave(d);
}

static void
smtpd_not_done(struct smtpd *d, const struct smtpd_args *a)
{
	(void)a;
	smtpd_reply(d, 502, "5.5.1", "Command not implemented");
}

/* The string of VRFY and EXPN, without RFC 6531's parameter. */
static size_t
smtpd_string_len(const struct smtpd *d, const struct smtpd_args *a)
{
	static const char word[] = " SMTPUTF8";
	size_t n = sizeof(word) - 1;
	if (d->extended && a->len > n && smtpd_is(word, a->p + a->len - n, n))
		return a->len - n;
	return a->len;
}

int
smtpd_verdict(enum world_verdict v, const char **enh)
{
	static const struct {
		int code;
		const char *enh;
	} row[] = {
		[WORLD_LOCAL] = { 250, "2.1.5" },
		[WORLD_FORWARD] = { 251, "2.1.5" },
		[WORLD_ELSEWHERE] = { 551, "5.1.6" },
		[WORLD_NONE] = { 550, "5.1.1" },
		[WORLD_AMBIGUOUS] = { 553, "5.1.4" },
		[WORLD_DENIED] = { 550, "5.7.1" },
		[WORLD_INACTIVE] = { 250, "2.1.5" },
		[WORLD_ALONE] = { 250, "2.1.5" },
		[WORLD_UNSURE] = { 252, "2.0.0" },
	};
	*enh = row[v].enh;
	return row[v].code;
}

static void
smtpd_lookup(struct smtpd *d, const struct smtpd_args *a)
{
	struct buf text = BUF_INIT;
	const char *enh;
	const struct world *w = d->c->world;
	size_t len = smtpd_string_len(d, a);
	bool list = a->id == VERB_EXPN;
	enum world_verdict v = list ? world_expn(w, a->p, len, &text)
				    : world_vrfy(w, a->p, len, &text);
	int code = smtpd_verdict(v, &enh);
	if (list && v == WORLD_LOCAL)
		enh = "2.0.0";
	else if (list && v == WORLD_DENIED)
		enh = "5.7.2";
	smtpd_reply(d, code, enh, "%s", buf_str(&text));
	buf_release(&text);
}

static void smtpd_help(struct smtpd *d, const struct smtpd_args *a);

static const struct smtpd_verb {
	enum verb_id id;
	enum smtpd_takes takes;
	void (*run)(struct smtpd *d, const struct smtpd_args *a);
} smtpd_verbs[] = {
	{ VERB_HELO, SMTPD_ANYTHING, smtpd_hello },
	{ VERB_EHLO, SMTPD_ANYTHING, smtpd_hello },
	{ VERB_LHLO, SMTPD_ANYTHING, smtpd_hello },
	{ VERB_MAIL, SMTPD_SOMETHING, smtpd_mail },
	{ VERB_RCPT, SMTPD_SOMETHING, smtpd_rcpt_to },
	{ VERB_DATA, SMTPD_NOTHING, smtpd_data },
	{ VERB_BDAT, SMTPD_ANYTHING, smtpd_bdat },
	{ VERB_RSET, SMTPD_NOTHING, smtpd_rset },
	{ VERB_SEND, SMTPD_SOMETHING, smtpd_mail },
	{ VERB_SOML, SMTPD_SOMETHING, smtpd_mail },
	{ VERB_SAML, SMTPD_SOMETHING, smtpd_mail },
	{ VERB_VRFY, SMTPD_SOMETHING, smtpd_lookup },
	{ VERB_EXPN, SMTPD_SOMETHING, smtpd_lookup },
	{ VERB_HELP, SMTPD_ANYTHING, smtpd_help },
	{ VERB_NOOP, SMTPD_ANYTHING, smtpd_noop },
	{ VERB_QUIT, SMTPD_NOTHING, smtpd_quit },
	{ VERB_STARTTLS, SMTPD_NOTHING, smtpd_starttls },
	{ VERB_AUTH, SMTPD_SOMETHING, smtpd_auth },
};

#define SMTPD_VERBS (sizeof(smtpd_verbs) / sizeof(smtpd_verbs[0]))

static void
smtpd_help(struct smtpd *d, const struct smtpd_args *a)
{
	const struct verb *v = verb_find(a->p, a->len);
	if (v != NULL) {
		smtpd_reply(d, 214, "2.0.0", "%s\n%s", v->syntax, v->text);
		return;
	}
	if (a->len > 0) {
		smtpd_reply(d, 504, "5.5.4", "No help on that");
		return;
	}
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < SMTPD_VERBS; i++) {
		enum verb_id id = smtpd_verbs[i].id;
		bool other = id <= VERB_LHLO && d->c->lmtp != (id == VERB_LHLO);
		bool off = (id == VERB_STARTTLS && !d->c->starttls) ||
			   (id == VERB_AUTH && !smtpd_offers_auth(d));
		if (!other && !off)
			buf_addf(&b, " %s", verb_get(id)->name);
	}
	smtpd_reply(d, 214, "2.0.0",
	    "Commands:%s\nHELP and one of these tells its syntax", buf_str(&b));
	buf_release(&b);
}

static const struct smtpd_verb *
smtpd_find(enum verb_id id)
{
	static const struct smtpd_verb none = { VERB_UNKNOWN, SMTPD_ANYTHING,
		smtpd_not_done };
	for (size_t i = 0; i < SMTPD_VERBS; i++)
		if (smtpd_verbs[i].id == id)
			return &smtpd_verbs[i];
	return &none;
}

/* A UTF-8 address may follow MAIL and its like, RCPT, VRFY and EXPN. */
static bool
smtpd_may_be_utf8(enum verb_id id)
{
	return id == VERB_MAIL || id == VERB_SEND || id == VERB_SOML ||
	       id == VERB_SAML || id == VERB_RCPT || id == VERB_VRFY ||
	       id == VERB_EXPN;
}

static bool
smtpd_has_8bit(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] > 127)
			return true;
	return false;
}

void
smtpd_command(struct smtpd *d, const char *p, size_t len)
{
	if (d->c->rules != NULL)
		smtpd_rule_command(d, p, len);
	else
		smtpd_run(d, p, len);
}

void
smtpd_run(struct smtpd *d, const char *p, size_t len)
{
	size_t n = verb_word(p, len);
	const struct verb *v = n > 0 ? verb_find(p, n) : NULL;
	if (v == NULL || (n < len && p[n] != ' ')) {
		smtpd_reply(
		    d, 500, "5.5.2", "Syntax error, command unrecognized");
		return;
	}
	if (d->closing && (v->is & VERB_IS_TRANSACTION)) {
		smtpd_hang_up(d, "4.3.2", "Service shutting down");
		return;
	}
	while (n < len && p[n] == ' ')
		n++;
	struct smtpd_args a = { v->id, p + n, len - n };
	const struct smtpd_verb *row = smtpd_find(v->id);
	if (!smtpd_may_be_utf8(v->id) && smtpd_has_8bit(a.p, a.len))
		smtpd_reply(d, 501, "5.5.2", "8-bit octet in a command line");
	else if (row->takes == SMTPD_NOTHING && a.len > 0)
		smtpd_reply(d, 501, "5.5.4", "%s takes no argument", v->name);
	else if (row->takes == SMTPD_SOMETHING && a.len == 0)
		smtpd_reply(d, 501, "5.5.4", "Syntax: %s", v->syntax);
	else
		row->run(d, &a);
}
