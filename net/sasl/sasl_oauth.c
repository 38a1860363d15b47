/* Tokens: OAUTHBEARER (RFC 7628) and XOAUTH2, Google's forerunner of it. One
 * message, and when the server does not like it, one challenge with its
 * reasons (JSON), which must be answered for the refusal to come. */
#include "net/sasl/sasl_priv.h"

#include <string.h>

static int
sasl_oauth_start(struct sasl_client *c, struct err *e)
{
	const char *s = c->user == NULL ? "" : c->user;

	for (size_t i = 0; i < c->token.len; i++)
		if (c->token.p[i] <= ' ' || c->token.p[i] > '~')
			return err_set(e, ERR_USAGE,
			    "the token has a character (number %zu) that %s "
			    "cannot carry",
			    i + 1, c->mech->name);
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == '\177')
			return err_set(e, ERR_USAGE,
			    "the user name has a control character, which %s "
			    "cannot carry",
			    c->mech->name);
	return 0;
}

static void
sasl_oauth_token(struct sasl_client *c)
{
	buf_adds(&c->out, "auth=Bearer ");
	c->hide = buf_len(&c->out);
	c->hidden = c->token.len;
	buf_add(&c->out, c->token.p, c->token.len);
	buf_adds(&c->out, "\1\1");
}

static void
sasl_oauth_bearer(struct sasl_client *c)
{
	const char *who = c->authzid != NULL ? c->authzid : c->user;

	buf_adds(&c->out, "n,");
	if (who != NULL) {
		buf_adds(&c->out, "a=");
		sasl_scram_name(&c->out, who);
	}
	buf_adds(&c->out, ",\1");
	if (c->host != NULL)
		buf_addf(&c->out, "host=%s\1", c->host);
	if (c->port != 0)
		buf_addf(&c->out, "port=%u\1", c->port);
	sasl_oauth_token(c);
}

static int
sasl_oauth_step(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	bool bearer = strcmp(c->mech->name, "OAUTHBEARER") == 0;

	(void)p;
	(void)n;
	if (c->oauth_failed)
		return sasl_surplus(e);
	if (c->spoken) {
		c->oauth_failed = true;
		buf_adds(&c->out, bearer ? "\1" : "");
		return 0;
	}
	/* Room for all of it, so that the token is not copied about. */
	buf_space(&c->out,
	    c->token.len + 128 + (c->user == NULL ? 0 : 3 * strlen(c->user)) +
		(c->authzid == NULL ? 0 : 3 * strlen(c->authzid)) +
		(c->host == NULL ? 0 : strlen(c->host)));
	if (bearer) {
		sasl_oauth_bearer(c);
	} else {
		buf_addf(&c->out, "user=%s\1", c->user);
		sasl_oauth_token(c);
	}
	return 1;
}

static void
sasl_oauth_release(struct sasl_client *c)
{
	(void)c;
}

const struct sasl_engine sasl_oauth_engine = {
	sasl_oauth_start,
	sasl_oauth_step,
	sasl_oauth_release,
};
