/* An AUTH exchange: the core has the order and the form, sasl.h knows what
 * the texts mean, this carries them. Under TLS the session's channel bindings
 * are there for the mechanisms that end in -PLUS. */
#include "net/peer/peer_priv.h"

/* -1: this mechanism cannot be had. */
static int
peer_auth_begin(struct peer *p, const char *mech, struct err *e)
{
	struct buf exporter = BUF_INIT, unique = BUF_INIT;
	struct sasl_server_config c = {
		.user = p->c->auth_user,
		.password = p->c->auth_password,
		.tls = p->tls != NULL,
		.insecure = p->c->smtpd.auth_insecure,
	};
	sasl_server_free(p->auth);
	p->auth = NULL;
	if (p->tls != NULL &&
	    tls_channel_binding(p->tls, "tls-exporter", &exporter, NULL) == 0) {
		c.binding.exporter_p = buf_data(&exporter);
		c.binding.exporter_len = buf_len(&exporter);
	}
	if (p->tls != NULL &&
	    tls_channel_binding(p->tls, "tls-unique", &unique, NULL) == 0) {
		c.binding.unique_p = buf_data(&unique);
		c.binding.unique_len = buf_len(&unique);
	}
	buf_release(&p->binding[0]);
	buf_release(&p->binding[1]);
	p->binding[0] = exporter;
	p->binding[1] = unique;
	p->auth_config = c;
	if (c.user == NULL || c.password == NULL)
		return err_set(e, ERR_AUTH, "nobody may log in here");
	return sasl_server_new(&p->auth, mech, &p->auth_config, e);
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
	if (rc == 0) {
		smtpd_auth_challenge(p->d, b64);
		return;
	}
	if (rc < 0)
		peer_remark(p, e.text);
	smtpd_auth_done(
	    p->d, rc > 0, rc > 0 ? sasl_server_user(p->auth) : NULL);
}
