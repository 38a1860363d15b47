/* The server's side, for one user. libgsasl does CRAM-MD5 and SCRAM. PLAIN and
 * LOGIN are ours: the library forbids passwords that are no UTF-8, takes no
 * initial response for LOGIN, and words its prompts as no client expects. A
 * wrong name gets as far as a wrong password. */
#include "net/sasl/sasl_priv.h"
#include "net/core/base64.h"

#include <stdlib.h>
#include <string.h>

struct sasl_server {
	const struct sasl_server_config *c;
	const struct sasl_mech *mech;
	Gsasl *lib;
	Gsasl_session *s;
	unsigned round;
	bool known; /* the client has shown that it knows the password */
	bool over;
	struct sasl_secret login; /* LOGIN's user name */
	struct buf in, out, b64;
	char *user;
};

static bool
sasl_server_offers(
    const struct sasl_server_config *c, const struct sasl_mech *m)
{
	bool binds = c->tls && (c->binding.unique_p != NULL ||
				   c->binding.exporter_p != NULL);

	return (m->is & SASL_SERVES) != 0 &&
	       (c->allowed == NULL || sasl_offers(c->allowed, m->name)) &&
	       ((m->is & SASL_BARE) == 0 || c->tls || c->insecure) &&
	       ((m->is & SASL_PLUS) == 0 || binds);
}

void
sasl_server_mechs(const struct sasl_server_config *c, struct buf *b)
{
	const struct sasl_mech *m;
	const char *between = "";

	for (size_t i = 0; (m = sasl_mech_at(i)) != NULL; i++) {
		if (!sasl_server_offers(c, m))
			continue;
		buf_addf(b, "%s%s", between, m->name);
		between = " ";
	}
}

/* As they are, or as SASLprep makes them. */
static bool
sasl_server_same(const char *p, size_t n, const char *q, size_t m)
{
	struct sasl_secret a = SASL_SECRET_INIT, b = SASL_SECRET_INIT;
	bool same = sasl_equal(p, n, q, m);

	if (memchr(p, '\0', n) == NULL && memchr(q, '\0', m) == NULL &&
	    sasl_prep("", p, &a, NULL) == 0 && sasl_prep("", q, &b, NULL) == 0)
		same |= sasl_equal(a.p, a.len, b.p, b.len);
	sasl_secret_wipe(&a);
	sasl_secret_wipe(&b);
	return same;
}

/* Is that the user? NULL is nobody. */
static bool
sasl_server_knows(const struct sasl_server *s, const char *name)
{
	return name != NULL && sasl_server_same(name, strlen(name), s->c->user,
				   strlen(s->c->user));
}

/* May that user act as whom it asks for? NULL and "" ask for nobody. */
static bool
sasl_server_acts(const struct sasl_server *s, const char *authzid)
{
	return authzid == NULL || authzid[0] == '\0' ||
	       sasl_server_knows(s, authzid);
}

static bool
sasl_server_login_ok(const struct sasl_server *s, const char *user,
    const char *password, size_t len)
{
	bool pass = sasl_server_same(
	    password, len, s->c->password->p, s->c->password->len);

	return sasl_server_knows(s, user) && pass;
}

static int
sasl_server_callback(Gsasl *lib, Gsasl_session *gs, Gsasl_property what)
{
	const struct sasl_server *s = gsasl_callback_hook_get(lib);

	if (what != GSASL_PASSWORD)
		return GSASL_NO_CALLBACK;
	if (!sasl_server_knows(s, gsasl_property_fast(gs, GSASL_AUTHID)) ||
	    !sasl_server_acts(s, gsasl_property_fast(gs, GSASL_AUTHZID)))
		return GSASL_NO_PASSWORD;
	return gsasl_property_set(gs, GSASL_PASSWORD, s->c->password->p);
}

/* Has the client been offered this mechanism's twin that is bound to TLS? */
static bool
sasl_server_offers_plus(const struct sasl_server *s)
{
	const struct sasl_mech *m;
	char name[32];

	snprintf(name, sizeof name, "%s%s", s->mech->name,
	    (s->mech->is & SASL_PLUS) != 0 ? "" : "-PLUS");
	m = sasl_mech_find(name);
	return m != NULL && sasl_server_offers(s->c, m);
}

/* A library that has a binding takes a client's "y" (you do not offer -PLUS)
 * for an attack (RFC 5802 6). So it has one only where -PLUS is offered. */
static int
sasl_server_bind(struct sasl_server *s)
{
	const struct sasl_binding *b = &s->c->binding;
	struct buf t = BUF_INIT;
	int rc = GSASL_OK;

	if (!sasl_server_offers_plus(s))
		return rc;
	if (s->c->tls && b->exporter_p != NULL) {
		base64_encode(&t, b->exporter_p, b->exporter_len);
		rc = gsasl_property_set(
		    s->s, GSASL_CB_TLS_EXPORTER, buf_str(&t));
		buf_clear(&t);
	}
	if (s->c->tls && b->unique_p != NULL && rc == GSASL_OK) {
		base64_encode(&t, b->unique_p, b->unique_len);
		rc = gsasl_property_set(s->s, GSASL_CB_TLS_UNIQUE, buf_str(&t));
	}
	buf_release(&t);
	return rc;
}

/* PLAIN and LOGIN. */
static bool
sasl_server_is_bare(const struct sasl_server *s)
{
	return (s->mech->is & SASL_BARE) != 0;
}

static int
sasl_server_start(struct sasl_server *s, struct err *e)
{
	int rc;

	if (sasl_lib_load(e) == -1)
		return -1;
	if (sasl_server_is_bare(s))
		return 0;
	if ((rc = gsasl_init(&s->lib)) != GSASL_OK) {
		s->lib = NULL;
		return err_set(e, ERR_BUG, "AUTH: %s", gsasl_strerror(rc));
	}
	gsasl_callback_set(s->lib, sasl_server_callback);
	gsasl_callback_hook_set(s->lib, s);
	rc = gsasl_server_start(s->lib, s->mech->name, &s->s);
	if (rc != GSASL_OK)
		s->s = NULL;
	if (rc != GSASL_OK || (rc = sasl_server_bind(s)) != GSASL_OK)
		return err_set(e, ERR_BUG, "AUTH %s: %s", s->mech->name,
		    gsasl_strerror(rc));
	return 0;
}

int
sasl_server_new(struct sasl_server **out, const char *mech,
    const struct sasl_server_config *c, struct err *e)
{
	const struct sasl_mech *m = sasl_mech_find(mech);
	struct sasl_server *s;

	*out = NULL;
	if (m == NULL || !sasl_server_offers(c, m))
		return err_set(
		    e, ERR_USAGE, "mechanism \"%s\" is not offered", mech);
	s = mem_zalloc(sizeof *s);
	s->c = c;
	s->mech = m;
	if (sasl_server_start(s, e) == -1) {
		sasl_server_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
sasl_server_ready(
    const char *user, const struct sasl_secret *password, struct err *e)
{
	const struct sasl_server_config c = { .user = user,
		.password = password };
	struct sasl_secret a = SASL_SECRET_INIT, b = SASL_SECRET_INIT;
	struct sasl_server *s;
	const char *b64;
	int rc;

	/* The first challenge takes randomness. */
	if (sasl_server_new(&s, "CRAM-MD5", &c, e) == -1 || s == NULL)
		return -1;
	rc = sasl_server_step(s, NULL, 0, &b64, e);
	sasl_server_free(s);
	if (rc < 0)
		return -1;
	rc = strlen(password->p) == password->len &&
	     sasl_prep("", user, &a, NULL) == 0 &&
	     sasl_prep("", password->p, &b, NULL) == 0;
	sasl_secret_wipe(&a);
	sasl_secret_wipe(&b);
	return rc;
}

void
sasl_server_free(struct sasl_server *s)
{
	if (s == NULL)
		return;
	sasl_gnu_finish(s->s);
	if (s->lib != NULL)
		gsasl_done(s->lib);
	sasl_secret_wipe(&s->login);
	buf_wipe(&s->in);
	buf_wipe(&s->out);
	buf_wipe(&s->b64);
	free(s->user);
	free(s);
}

/* RFC 4616: authzid NUL user NUL password. */
static int
sasl_server_plain(struct sasl_server *s, struct err *e)
{
	const char *p = buf_str(&s->in), *end = p + buf_len(&s->in);
	const char *user, *pass;

	if (p == end)
		return 0;
	user = p + strlen(p) + 1;
	pass = user < end ? user + strlen(user) + 1 : end + 1;
	if (pass > end || memchr(pass, '\0', (size_t)(end - pass)) != NULL)
		return err_set(
		    e, ERR_AUTH, "PLAIN: not two NULs in the response");
	if (!sasl_server_login_ok(s, user, pass, (size_t)(end - pass)) ||
	    !sasl_server_acts(s, p))
		return err_set(
		    e, ERR_AUTH, "PLAIN: wrong user name or password");
	return 1;
}

static int
sasl_server_login(struct sasl_server *s, struct err *e)
{
	const char *p = buf_str(&s->in);
	size_t n = buf_len(&s->in);

	if (s->login.p == NULL) {
		if (n > 0)
			sasl_secret_set(&s->login, p, n);
		buf_adds(&s->out, n > 0 ? "Password:" : "Username:");
		return 0;
	}
	if (strlen(s->login.p) != s->login.len ||
	    !sasl_server_login_ok(s, s->login.p, p, n))
		return err_set(
		    e, ERR_AUTH, "LOGIN: wrong user name or password");
	return 1;
}

/* Octets in, octets out. */
static int
sasl_server_run(struct sasl_server *s, struct err *e)
{
	char *out = NULL;
	size_t len = 0;
	int rc;

	if (sasl_server_is_bare(s))
		return (s->mech->is & SASL_FIRST) != 0
			   ? sasl_server_plain(s, e)
			   : sasl_server_login(s, e);
	rc = gsasl_step(s->s, buf_data(&s->in), buf_len(&s->in), &out, &len);
	if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
		return err_set(
		    e, ERR_AUTH, "%s: %s", s->mech->name, gsasl_strerror(rc));
	buf_add(&s->out, out, len);
	gsasl_free(out);
	return rc == GSASL_OK;
}

static int
sasl_server_read(struct sasl_server *s, const char *p, size_t n, struct err *e)
{
	if (s->over || s->round++ > SASL_ROUND_MAX)
		return err_set(e, ERR_AUTH, "AUTH goes on and on");
	buf_wipe(&s->in);
	buf_wipe(&s->out);
	if (n > SASL_TEXT_MAX)
		return err_set(e, ERR_AUTH, "a response of %zu characters", n);
	if (p != NULL && base64_decode(&s->in, p, n, NULL) == -1)
		return err_set(e, ERR_AUTH, "a response is not base64");
	if (s->round > 1 && n == 0 && !s->known)
		return err_set(e, ERR_AUTH, "an empty response");
	if (p != NULL && s->round == 1 &&
	    (s->mech->is & (SASL_FIRST | SASL_BARE)) == 0)
		return err_set(
		    e, ERR_AUTH, "%s has no initial response", s->mech->name);
	return 0;
}

static int
sasl_server_turn(struct sasl_server *s, const char *p, size_t n, struct err *e)
{
	int rc;

	if (sasl_server_read(s, p, n, e) == -1)
		return -1;
	if (s->known && buf_len(&s->in) > 0)
		return err_set(
		    e, ERR_AUTH, "a response where an empty one is due");
	if (s->known)
		return 1;
	if ((rc = sasl_server_run(s, e)) != 1)
		return rc;
	/* SMTP's 235 carries nothing, so what the client must see of the
	 * server (SCRAM's v=) goes into one challenge more. */
	s->known = true;
	return buf_len(&s->out) == 0;
}

int
sasl_server_step(struct sasl_server *s, const char *p, size_t n,
    const char **b64, struct err *e)
{
	int rc = sasl_server_turn(s, p, n, e);

	buf_wipe(&s->b64);
	base64_encode(&s->b64, buf_data(&s->out), buf_len(&s->out));
	*b64 = buf_str(&s->b64);
	buf_wipe(&s->in);
	s->over = rc != 0;
	if (rc == 1)
		s->user = mem_dup(s->c->user);
	return rc;
}

const char *
sasl_server_user(const struct sasl_server *s)
{
	return s->user == NULL ? "" : s->user;
}
