/* The mechanisms, strongest first, and the choice among those offered. A
 * mechanism bound to TLS is above its plain twin, SHA-256 above SHA-1; what
 * can be guessed from one overheard exchange is below, what shows the
 * password is last. */
#include "net/sasl/sasl_priv.h"

#include <string.h>
#include <strings.h>

static const struct sasl_mech sasl_mechs[] = {
	{ "SCRAM-SHA-256-PLUS", SASL_USER | SASL_PASSWORD | SASL_FIRST |
				    SASL_MUTUAL | SASL_PLUS | SASL_SERVES },
	{ "SCRAM-SHA-256", SASL_USER | SASL_PASSWORD | SASL_FIRST |
			       SASL_MUTUAL | SASL_SERVES },
	{ "SCRAM-SHA-1-PLUS", SASL_USER | SASL_PASSWORD | SASL_FIRST |
				  SASL_MUTUAL | SASL_PLUS | SASL_SERVES },
	{ "SCRAM-SHA-1", SASL_USER | SASL_PASSWORD | SASL_FIRST | SASL_MUTUAL |
			     SASL_SERVES },
	{ "CRAM-MD5", SASL_USER | SASL_PASSWORD | SASL_SERVES },
	{ "DIGEST-MD5", SASL_USER | SASL_PASSWORD | SASL_MUTUAL },
	{ "PLAIN",
	    SASL_USER | SASL_PASSWORD | SASL_BARE | SASL_FIRST | SASL_SERVES },
	{ "LOGIN", SASL_USER | SASL_PASSWORD | SASL_BARE | SASL_SERVES },
	{ "OAUTHBEARER", SASL_TOKEN | SASL_BARE | SASL_FIRST },
	{ "XOAUTH2", SASL_USER | SASL_TOKEN | SASL_BARE | SASL_FIRST },
	{ "GSSAPI", SASL_FIRST },
	{ "EXTERNAL", SASL_FIRST },
	{ "ANONYMOUS", SASL_FIRST },
};

#define SASL_NMECH (sizeof sasl_mechs / sizeof sasl_mechs[0])

const struct sasl_mech *
sasl_mech_at(size_t i)
{
	return i < SASL_NMECH ? &sasl_mechs[i] : NULL;
}

const struct sasl_mech *
sasl_mech_find(const char *name)
{
	for (size_t i = 0; i < SASL_NMECH; i++)
		if (strcasecmp(sasl_mechs[i].name, name) == 0)
			return &sasl_mechs[i];
	return NULL;
}

const struct sasl_mech *
sasl_mech_named(const char *name, struct err *e)
{
	const struct sasl_mech *m = sasl_mech_find(name);
	struct buf all = BUF_INIT;

	if (m != NULL)
		return m;
	for (size_t i = 0; i < SASL_NMECH; i++)
		buf_addf(&all, "%s%s", i == 0 ? "" : " ", sasl_mechs[i].name);
	err_set(e, ERR_USAGE, "no mechanism \"%.80s\" here; there are %s", name,
	    buf_str(&all));
	buf_release(&all);
	return NULL;
}

const struct sasl_engine *
sasl_mech_engine(const struct sasl_mech *m)
{
	if ((m->is & SASL_TOKEN) != 0)
		return &sasl_oauth_engine;
	if (strncmp(m->name, "SCRAM-", 6) == 0)
		return &sasl_scram_engine;
	if (strcmp(m->name, "LOGIN") == 0)
		return &sasl_login_engine;
	return &sasl_gnu_engine;
}

bool
sasl_offers(const char *list, const char *name)
{
	size_t len = strlen(name), n;

	for (; list != NULL && *list != '\0'; list += n) {
		list += strspn(list, " ");
		n = strcspn(list, " ");
		if (n == len && strncasecmp(list, name, n) == 0)
			return true;
	}
	return false;
}

static bool
sasl_can_bind(const struct sasl_config *c)
{
	return c->tls &&
	       (c->binding.unique_p != NULL || c->binding.exporter_p != NULL);
}

/* What forbids the mechanism in this session. */
static int
sasl_forbids(
    const struct sasl_config *c, const struct sasl_mech *m, struct err *e)
{
	if ((m->is & SASL_PLUS) != 0 && !sasl_can_bind(c))
		return err_set(e, ERR_AUTH,
		    "%s binds the login to the TLS session, and %s", m->name,
		    c->tls ? "this one gives nothing to bind to"
			   : "there is none");
	if ((m->is & SASL_BARE) != 0 && !c->tls && !c->insecure)
		err_set(e, ERR_AUTH,
		    "%s would send the %s in clear text; use TLS, or "
		    "--auth-insecure",
		    m->name, (m->is & SASL_TOKEN) != 0 ? "token" : "password");
	else
		return 0;
	return err_why(e, WHY_AUTH_CLEAR);
}

static const struct sasl_mech *
sasl_best(const struct sasl_config *c, unsigned kind, struct err *e)
{
	for (size_t i = 0; i < SASL_NMECH; i++) {
		const struct sasl_mech *m = &sasl_mechs[i];

		if ((m->is & kind) != 0 && sasl_offers(c->offered, m->name) &&
		    sasl_forbids(c, m, e) == 0)
			return m;
	}
	return NULL;
}

static const struct sasl_mech *
sasl_automatic(const struct sasl_config *c, struct err *e)
{
	bool token = c->token != NULL && c->token->p != NULL;
	bool password = c->password != NULL && c->password->p != NULL;
	const struct sasl_mech *m = NULL;
	struct err why = { 0 };

	if (token)
		m = sasl_best(c, SASL_TOKEN, &why);
	if (m == NULL && (password || !token))
		m = sasl_best(c, SASL_PASSWORD, &why);
	if (m != NULL)
		return m;
	if (c->offered == NULL || c->offered[0] == '\0')
		err_set(e, ERR_AUTH, "the server does not offer AUTH");
	else if (why.kind != ERR_NONE)
		err_set(e, why.kind, "%s (the server offers %s)", why.text,
		    c->offered);
	else
		err_set(e, ERR_AUTH,
		    "the server offers no mechanism that takes a %s: %s",
		    token ? (password ? "token or password" : "token")
			  : "password",
		    c->offered);
	err_why(e, why.why != WHY_NONE ? why.why : WHY_NO_MECH);
	return NULL;
}

static const struct sasl_mech *
sasl_named(const struct sasl_config *c, struct err *e)
{
	const struct sasl_mech *m = sasl_mech_named(c->mech, e);

	return m != NULL && sasl_forbids(c, m, e) == 0 ? m : NULL;
}

const struct sasl_mech *
sasl_choose(const struct sasl_config *c, struct err *e)
{
	return c->mech != NULL ? sasl_named(c, e) : sasl_automatic(c, e);
}
