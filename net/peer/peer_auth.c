/* An AUTH exchange: the core has the order and the form, sasl.h knows what
 * the texts mean, this carries them. Under TLS the session's channel bindings
 * are there for the mechanisms that end in -PLUS. Who guesses waits: behind
 * the third failure each 535 comes later than the one before. */
#include "net/peer/peer_priv.h"

#include "net/loop.h"

#define PEER_GUESSES	   3
#define PEER_GUESS_MS	   1000
#define PEER_GUESS_DOUBLES 3

static void
peer_auth_bindings(struct peer *p, struct sasl_binding *b)
{
	buf_clear(&p->binding[0]);
	buf_clear(&p->binding[1]);
	if (p->tls == NULL)
		return;
	if (tls_channel_binding(p->tls, "tls-exporter", &p->binding[0], NULL) ==
	    0) {
		b->exporter_p = buf_data(&p->binding[0]);
		b->exporter_len = buf_len(&p->binding[0]);
	}
	if (tls_channel_binding(p->tls, "tls-unique", &p->binding[1], NULL) ==
	    0) {
		b->unique_p = buf_data(&p->binding[1]);
		b->unique_len = buf_len(&p->binding[1]);
	}
}

void
peer_auth_offer(struct peer *p)
{
	p->auth_config = (struct sasl_server_config){
		.user = p->c->auth_user,
		.password = p->c->auth_password,
		.tls = p->tls != NULL,
		.insecure = p->c->smtpd.auth_insecure,
		.allowed = p->c->auth_allowed,
	};
	/* Without TLS the core says that AUTH wants it. */
	if (p->d == NULL || p->c->auth_user == NULL ||
	    p->c->auth_password == NULL ||
	    (p->tls == NULL && !p->c->smtpd.auth_insecure))
		return;
	peer_auth_bindings(p, &p->auth_config.binding);
	buf_clear(&p->mechs);
	sasl_server_mechs(&p->auth_config, &p->mechs);
	smtpd_auth_offer(p->d, buf_str(&p->mechs));
}

/* -1: this mechanism cannot be had. */
static int
peer_auth_begin(struct peer *p, const char *mech, struct err *e)
{
	sasl_server_free(p->auth);
	p->auth = NULL;
	if (p->c->auth_user == NULL || p->c->auth_password == NULL)
		return err_set(e, ERR_AUTH, "nobody may log in here");
	return sasl_server_new(&p->auth, mech, &p->auth_config, e);
}

/* The answer to the n-th failure is held back for so long. */
static int64_t
peer_auth_delay_ms(unsigned n)
{
	if (n <= PEER_GUESSES)
		return 0;
	unsigned twice = n - PEER_GUESSES - 1;
	return PEER_GUESS_MS
	       << (twice < PEER_GUESS_DOUBLES ? twice : PEER_GUESS_DOUBLES);
}

static void
peer_auth_fail(struct peer *p)
{
	unsigned n = ++p->failed, all = 0;
	if (p->c->auth_failed != NULL)
		all = p->c->auth_failed(p->c->auth_failed_arg, p->session);
	if (all > n)
		n = all;
	int64_t ms = 0;
	if (p->c->smtpd.guess_max != SIZE_MAX)
		ms = peer_auth_delay_ms(n);
	if (ms == 0)
		smtpd_auth_done(p->d, false, NULL);
	else
		p->owed_ns = loop_deadline(ms);
}

void
peer_auth(struct peer *p, const struct smtpd_event *ev)
{
	struct err e;
	const char *b64;
	bool first = ev->mech != NULL;
	int rc = -1;
	if (!first || peer_auth_begin(p, ev->mech, &e) == 0)
		rc = sasl_server_step(p->auth,
		    first && ev->len == 0 ? NULL : ev->text, ev->len, &b64, &e);
	else
		p->auth = NULL;
	if (rc == 0)
		smtpd_auth_challenge(p->d, b64);
	else if (rc > 0)
		smtpd_auth_done(p->d, true, sasl_server_user(p->auth));
	else
		peer_remark(p, e.text);
	if (rc < 0)
		peer_auth_fail(p);
}
