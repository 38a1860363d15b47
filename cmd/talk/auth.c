/* The exchange is the core's (net/sasl/sasl.h); here are its lines, and what is
 * shown of them. Whom to ask for the password knows the process. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/talk/step.h"
#include "net/core/base64.h"
#include "net/tls/tls.h"

struct auth_act {
	struct act act;
	char *mech, *user; /* as asked for, or NULL */
	bool must;
	struct sasl_client *client;
	struct sasl_secret secret;
	struct sasl_config cfg;
	struct buf exporter, unique, offered;
	struct err why; /* why it is cancelled */
};

enum auth_step {
	AUTH_BEGIN,
	AUTH_SENT, /* the AUTH line was answered */
	AUTH_ANSWERED,
	AUTH_CANCELLED
};

/* What the session has; to go without what it should have would be a step
 * down that the server cannot tell from an attacker's. */
static int
auth_binding(struct tls *t, struct sasl_binding *b, struct buf *exporter,
    struct buf *unique, struct err *e)
{
	*b = (struct sasl_binding){ 0 };
	if (t == NULL)
		return 0;
	struct err why = { 0 };
	if (tls_channel_binding(t, "tls-exporter", exporter, &why) == 0) {
		b->exporter_p = buf_data(exporter);
		b->exporter_len = buf_len(exporter);
	}
	if (why.kind != ERR_BUG &&
	    tls_channel_binding(t, "tls-unique", unique, &why) == 0) {
		b->unique_p = buf_data(unique);
		b->unique_len = buf_len(unique);
	}
	if (why.kind != ERR_BUG)
		return 0;
	*e = why;
	return -1;
}

/* "challenge: ..." as it decodes, PLAIN's NULs as \0. */
static void
auth_show(struct talk *t, const char *what, const char *p, size_t n)
{
	struct buf b = BUF_INIT;
	if (n > 600)
		n = 600;
	for (size_t i = 0; p != NULL && i < n; i++) {
		if (p[i] == '\0')
			buf_adds(&b, "\\0");
		else
			buf_addc(&b, p[i]);
	}
	if (buf_len(&b) > 0)
		talk_remark(t, "%s, decoded: %s", what, buf_str(&b));
	buf_wipe(&b);
}

/* The text of a 334: what stands behind the code on its last line. */
static const char *
auth_challenge(const struct talk *t, size_t *n)
{
	*n = 0;
	return t->last.nlines == 0
		   ? ""
		   : reply_text(&t->last, t->last.nlines - 1, n);
}

void
step_challenge(struct talk *t)
{
	size_t n;
	const char *p = auth_challenge(t, &n);
	struct buf b = BUF_INIT;
	if (base64_decode(&b, p, n, NULL) == 0)
		auth_show(t, "challenge", buf_data(&b), buf_len(&b));
	else
		talk_remark(t, "the challenge is no base64 (RFC 4954 4)");
	buf_wipe(&b);
}

/* The secret that the mechanism wants. */
static int
auth_secret(struct talk *t, struct auth_act *a, const struct sasl_mech *m,
    struct err *e)
{
	struct sasl_config *cfg = &a->cfg;
	if ((m->is & SASL_USER) && cfg->user == NULL) {
		if (t->env->user(t, cfg->host, &a->user, e) < 0)
			return -1;
		cfg->user = a->user;
	}
	if ((m->is & SASL_USER) && cfg->user == NULL)
		return err_set(e, ERR_USAGE,
		    "AUTH %s needs a user: --auth-user NAME, or \\auth %s "
		    "NAME",
		    m->name, m->name);
	if ((m->is & (SASL_PASSWORD | SASL_TOKEN)) == 0)
		return 0;
	if (t->env->secret(t, cfg->user, cfg->host, &a->secret, e) < 0)
		return -1;
	if (!t->set.reveal)
		t->env->hide(t, a->secret.p, a->secret.len);
	if (m->is & SASL_TOKEN)
		cfg->token = &a->secret;
	else
		cfg->password = &a->secret;
	return 0;
}

static int
auth_choose(struct talk *t, struct auth_act *a, struct err *e)
{
	struct smtp *s = link_smtp(t->link);
	const struct smtp_keyword *k = smtp_offer(s, "AUTH");
	if (k != NULL)
		buf_adds(&a->offered, k->args);
	a->cfg = (struct sasl_config){ .mech = a->mech,
		.offered = k == NULL ? NULL : buf_str(&a->offered),
		.user = a->user,
		.host = t->where.host,
		.port = t->where.port == NULL
			    ? 25
			    : (unsigned)strtoul(t->where.port, NULL, 10),
		.tls = smtp_is_tls(s),
		.insecure = t->auth.insecure };
	if (a->mech == NULL && k == NULL) {
		err_set(e, ERR_AUTH,
		    "AUTH was not offered%s; name a mechanism to try it all "
		    "the same",
		    smtp_is_tls(s) ? "" : " (many servers offer it under TLS)");
		return err_why(e, WHY_NO_AUTH);
	}
	if (k == NULL)
		talk_remark(t, "AUTH was not offered");
	if (auth_binding(conn_tls(link_conn(t->link)), &a->cfg.binding,
		&a->exporter, &a->unique, e) < 0)
		return -1;
	const struct sasl_mech *m = sasl_choose(&a->cfg, e);
	if (m == NULL || auth_secret(t, a, m, e) < 0)
		return -1;
	a->cfg.mech = m->name;
	return sasl_client_new(&a->client, &a->cfg, e);
}

static int
auth_first(struct talk *t, struct auth_act *a, struct err *e)
{
	const char *b64;
	int first = sasl_client_first(a->client, &b64, e);
	if (first < 0)
		return -1;
	struct buf line = BUF_INIT;
	buf_addf(&line, "AUTH %s%s%s", sasl_client_mech(a->client),
	    first ? " " : "", first ? b64 : "");
	talk_say_own(t, buf_str(&line));
	buf_wipe(&line);
	return 0;
}

#define AUTH_PROOFS 256 /* of a conversation, to be known again */

/* What is made from the password and a challenge lets anybody try passwords at
 * home: it is the end of each such response (RFC 2195, RFC 5802, RFC 2831). */
static size_t
auth_before_proof(const char *mech, const char *p, size_t n)
{
	const char *mark = strcmp(mech, "CRAM-MD5") == 0     ? " "
			   : strncmp(mech, "SCRAM-", 6) == 0 ? ",p="
			   : strcmp(mech, "DIGEST-MD5") == 0 ? "response="
							     : NULL;
	size_t len = mark != NULL ? strlen(mark) : 0;
	for (size_t i = n; mark != NULL && i-- > 0;)
		if (i + len <= n && memcmp(p + i, mark, len) == 0)
			return i + len;
	return n;
}

/* So it is no more to be shown when the server says it back. */
static void
auth_hide_proof(struct talk *t, const struct auth_act *a)
{
	size_t n;
	const char *p = sasl_client_response(a->client, &n);
	if (p == NULL || t->set.reveal || t->proofs >= AUTH_PROOFS)
		return;
	size_t shown = auth_before_proof(sasl_client_mech(a->client), p, n);
	if (shown == n)
		return;
	t->proofs++;
	t->env->hide(t, p + shown, n - shown);
}

static void
auth_show_response(struct talk *t, struct auth_act *a, const char *what)
{
	size_t n;
	const char *p = sasl_client_response(a->client, &n);
	if (p == NULL)
		return;
	size_t shown = auth_before_proof(sasl_client_mech(a->client), p, n);
	struct buf b = BUF_INIT;
	buf_add(&b, p, shown);
	if (shown < n)
		buf_adds(&b, "***");
	auth_show(t, what, buf_data(&b), buf_len(&b));
	buf_wipe(&b);
}

/* Answers a challenge. */
static void
auth_answer(struct talk *t, struct auth_act *a)
{
	const char *b64, *p;
	size_t n;
	const char *text = auth_challenge(t, &n);
	int r = sasl_client_step(a->client, text, n, &b64, &a->why);
	p = sasl_client_challenge(a->client, &n);
	auth_show(t, "challenge", p, n);
	if (sasl_client_warning(a->client) != NULL)
		talk_remark(t, "%s", sasl_client_warning(a->client));
	if (r >= 0)
		auth_hide_proof(t, a);
	talk_say_own(t, r < 0 ? "*" : b64);
	a->act.step = r < 0 ? AUTH_CANCELLED : AUTH_ANSWERED;
}

static int
auth_done(struct talk *t, struct auth_act *a, struct err *e)
{
	if (t->code == 0)
		return err_set(
		    e, ERR_LOST, "the connection was closed during AUTH");
	int r = sasl_client_done(a->client, (unsigned)t->code, e);
	if (r == 1)
		talk_remark(t, "authenticated%s%s by %s",
		    a->cfg.user == NULL ? "" : " as ",
		    a->cfg.user == NULL ? "" : a->cfg.user,
		    sasl_client_mech(a->client));
	else if (r == 0 && a->must)
		return err_set(e, ERR_AUTH, "AUTH %s was refused: %d",
		    sasl_client_mech(a->client), t->code);
	return r < 0 ? -1 : ACT_DONE;
}

static int
auth_resume(struct talk *t, struct act *act, struct err *e)
{
	struct auth_act *a = (struct auth_act *)act;
	switch (act->step) {
	case AUTH_BEGIN:
		if (t->link == NULL)
			return step_closed(t, e);
		if (auth_choose(t, a, e) < 0 || auth_first(t, a, e) < 0)
			return -1;
		act->step = AUTH_SENT;
		return ACT_MORE;
	case AUTH_SENT:
	case AUTH_ANSWERED:
		auth_show_response(t, a,
		    act->step == AUTH_SENT ? "initial response" : "response");
		if (t->code != 334)
			return auth_done(t, a, e);
		auth_answer(t, a);
		return ACT_MORE;
	default:
		if (a->why.kind == ERR_NONE)
			err_set(
			    &a->why, ERR_AUTH, "the exchange was cancelled");
		*e = a->why;
		return -1;
	}
}

/* The cancelling line failed: why it was sent is the better reason. */
static int
auth_failed(struct talk *t, struct act *act, struct err *e)
{
	struct auth_act *a = (struct auth_act *)act;
	(void)t;
	if (act->step == AUTH_CANCELLED && a->why.kind != ERR_NONE)
		*e = a->why;
	return -1;
}

static void
auth_release(struct talk *t, struct act *act)
{
	struct auth_act *a = (struct auth_act *)act;
	(void)t;
	if (a->client != NULL)
		sasl_client_free(a->client);
	sasl_secret_wipe(&a->secret);
	buf_wipe(&a->exporter);
	buf_wipe(&a->unique);
	buf_release(&a->offered);
	free(a->mech);
	free(a->user);
}

static const struct act_kind auth_kind = { "auth", sizeof(struct auth_act),
	auth_resume, auth_failed, auth_release };

void
talk_auth(struct talk *t, const char *mech, const char *user, bool must)
{
	struct auth_act *a = act_push(t, &auth_kind);
	a->mech = mech == NULL ? NULL : mem_dup(mech);
	a->user = user == NULL ? NULL : mem_dup(user);
	a->must = must;
}

/* Is a user's name asked for, not a password? */
static bool
auth_asks_user(const struct talk *t)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *p = auth_challenge(t, &n);
	bool user = base64_decode(&b, p, n, NULL) == 0 && buf_len(&b) >= 4 &&
		    strncasecmp(buf_data(&b), "user", 4) == 0;
	buf_wipe(&b);
	return user;
}

void
talk_hide_typed(struct talk *t, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	if (talk_state(t) == SMTP_AUTHING) {
		if (auth_asks_user(t))
			return;
	} else {
		/* "AUTH MECH initial-response" */
		const char *sp = memrchr(p, ' ', len);
		if (sp == NULL || memchr(p, ' ', len) == sp)
			return;
		len -= (size_t)(sp + 1 - p);
		p = sp + 1;
	}
	t->env->hide(t, p, len);
	if (base64_decode(&b, p, len, NULL) == 0 && buf_len(&b) > 0) {
		/* PLAIN's password stands behind the last NUL; user names
		 * are no secrets. */
		const char *d = buf_data(&b);
		const char *nul = memrchr(d, '\0', buf_len(&b));
		const char *secret = nul == NULL ? d : nul + 1;
		t->env->hide(t, secret, buf_len(&b) - (size_t)(secret - d));
	}
	buf_wipe(&b);
}
