/* The mechanisms that libgsasl does as they are: PLAIN CRAM-MD5 DIGEST-MD5
 * EXTERNAL ANONYMOUS GSSAPI. The library takes strings and frees
 * what it copies without wiping, so its copies are overwritten through the
 * pointers that it lends. */
#include "net/sasl/sasl_priv.h"

#include <string.h>

/* Of a failure of the library. */
static enum err_kind
sasl_gnu_kind(int rc)
{
	return rc == GSASL_MALLOC_ERROR || rc == GSASL_CRYPTO_ERROR ||
		       rc == GSASL_UNKNOWN_MECHANISM
		   ? ERR_BUG
		   : ERR_AUTH;
}

static int
sasl_gnu_fail(struct sasl_client *c, int rc, struct err *e)
{
	const char *why = gsasl_strerror(rc);
	size_t n = strlen(why);

	/* The library's texts are sentences. */
	while (n > 0 && why[n - 1] == '.')
		n--;
	return err_set(
	    e, sasl_gnu_kind(rc), "%s: %.*s", c->mech->name, (int)n, why);
}

int
sasl_prep(
    const char *what, const char *s, struct sasl_secret *out, struct err *e)
{
	char *p = NULL;
	size_t n;
	int rc = gsasl_saslprep(s, GSASL_ALLOW_UNASSIGNED, &p, NULL);

	if (rc == GSASL_MALLOC_ERROR)
		return err_set(e, ERR_BUG, "out of memory in AUTH");
	if (rc != GSASL_OK)
		return err_set(e, ERR_AUTH,
		    "%s cannot be prepared (SASLprep, RFC 4013): it is no "
		    "UTF-8 or has a character that is forbidden",
		    what);
	n = strlen(p);
	sasl_secret_set(out, p, n);
	explicit_bzero(p, n);
	gsasl_free(p);
	return 0;
}

/* Overwrites a property in place. */
static void
sasl_gnu_forget(Gsasl_session *s, Gsasl_property which)
{
	const char *lent = gsasl_property_fast(s, which);
	char *p;

	if (lent == NULL)
		return;
	memcpy(&p, &lent, sizeof p);
	explicit_bzero(p, strlen(p));
}

void
sasl_gnu_finish(Gsasl_session *s)
{
	if (s == NULL)
		return;
	sasl_gnu_forget(s, GSASL_PASSWORD);
	sasl_gnu_forget(s, GSASL_SCRAM_SALTED_PASSWORD);
	sasl_gnu_forget(s, GSASL_SCRAM_SERVERKEY);
	sasl_gnu_forget(s, GSASL_SCRAM_STOREDKEY);
	gsasl_finish(s);
}

static void
sasl_gnu_release(struct sasl_client *c)
{
	sasl_gnu_finish(c->gnu.s);
	if (c->gnu.lib != NULL)
		gsasl_done(c->gnu.lib);
	c->gnu = (struct sasl_gnu){ NULL, NULL };
}

/* CRAM-MD5 prepares both; the library would not say which one it minds. */
static int
sasl_gnu_check(struct sasl_client *c, struct err *e)
{
	struct sasl_secret s = SASL_SECRET_INIT;
	int rc = 0;

	if (strcmp(c->mech->name, "CRAM-MD5") == 0 &&
	    (sasl_prep("the user name", c->user, &s, e) == -1 ||
		sasl_prep("the password", c->password.p, &s, e) == -1))
		rc = -1;
	sasl_secret_wipe(&s);
	return rc;
}

static int
sasl_gnu_tell(struct sasl_client *c)
{
	bool external = strcmp(c->mech->name, "EXTERNAL") == 0;
	const struct {
		Gsasl_property what;
		const char *value;
	} all[] = {
		{ GSASL_AUTHID, c->user },
		{ GSASL_AUTHZID,
		    c->authzid == NULL && external ? c->user : c->authzid },
		{ GSASL_PASSWORD, c->password.p },
		{ GSASL_ANONYMOUS_TOKEN,
		    c->user == NULL ? "anonymous" : c->user },
		{ GSASL_SERVICE, "smtp" },
		{ GSASL_HOSTNAME, c->host },
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		int rc = GSASL_OK;

		if (all[i].value != NULL)
			rc = gsasl_property_set(
			    c->gnu.s, all[i].what, all[i].value);
		if (rc != GSASL_OK)
			return rc;
	}
	return GSASL_OK;
}

static int
sasl_gnu_start(struct sasl_client *c, struct err *e)
{
	int rc;

	if (sasl_lib_load(e) == -1 || sasl_gnu_check(c, e) == -1)
		return -1;
	if ((rc = gsasl_init(&c->gnu.lib)) != GSASL_OK) {
		c->gnu.lib = NULL;
		return sasl_gnu_fail(c, rc, e);
	}
	rc = gsasl_client_start(c->gnu.lib, c->mech->name, &c->gnu.s);
	if (rc != GSASL_OK) {
		c->gnu.s = NULL;
		return sasl_gnu_fail(c, rc, e);
	}
	if ((rc = sasl_gnu_tell(c)) != GSASL_OK)
		return sasl_gnu_fail(c, rc, e);
	return 0;
}

/* PLAIN's "authzid NUL user NUL password". */
static void
sasl_gnu_hide(struct sasl_client *c)
{
	size_t n = buf_len(&c->out);

	if (strcmp(c->mech->name, "PLAIN") == 0 && n >= c->password.len) {
		c->hide = n - c->password.len;
		c->hidden = c->password.len;
	}
}

static int
sasl_gnu_step(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	char *out = NULL;
	size_t len = 0;
	int rc;

	/* PLAIN would give the password away again and again. */
	if (c->state == SASL_COMPLETE)
		return sasl_surplus(e);
	rc = gsasl_step(c->gnu.s, p, n, &out, &len);
	if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
		return sasl_gnu_fail(c, rc, e);
	buf_add(&c->out, out, len);
	if (out != NULL)
		explicit_bzero(out, len);
	gsasl_free(out);
	sasl_gnu_hide(c);
	return rc == GSASL_OK;
}

const struct sasl_engine sasl_gnu_engine = {
	sasl_gnu_start,
	sasl_gnu_step,
	sasl_gnu_release,
};
