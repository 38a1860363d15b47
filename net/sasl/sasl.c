/* A client's exchange, whatever the mechanism: base64 and its bounds, the
 * initial response, what is shown, how it ends. An engine makes the octets.
 * It is complete when the engine says so, and only then is a 235 believed:
 * a mechanism that makes the server prove itself is complete after that. */
#include "net/sasl/sasl_priv.h"
#include "net/core/base64.h"

#include <stdlib.h>
#include <string.h>

void
sasl_secret_set(struct sasl_secret *s, const char *p, size_t n)
{
	char *copy = mem_dupn(p, n);

	sasl_secret_wipe(s);
	s->p = copy;
	s->len = n;
}

void
sasl_secret_wipe(struct sasl_secret *s)
{
	if (s->p != NULL)
		explicit_bzero(s->p, s->len);
	free(s->p);
	*s = (struct sasl_secret)SASL_SECRET_INIT;
}

bool
sasl_equal(const void *p, size_t n, const void *q, size_t m)
{
	const unsigned char *a = p, *b = q;
	unsigned char differ = n != m;

	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(a[i] ^ (m == 0 ? 1 : b[i % m]));
	return differ == 0;
}

int
sasl_surplus(struct err *e)
{
	return err_set(e, ERR_AUTH,
	    "the server goes on with a challenge after the last response");
}

void
sasl_warn(struct sasl_client *c, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	free(c->warning);
	c->warning = buf_detach(&b);
}

static void
sasl_client_copy(struct sasl_client *c, const struct sasl_config *cfg)
{
	if (cfg->user != NULL)
		c->user = mem_dup(cfg->user);
	if (cfg->authzid != NULL)
		c->authzid = mem_dup(cfg->authzid);
	if (cfg->host != NULL)
		c->host = mem_dup(cfg->host);
	if (cfg->password != NULL && cfg->password->p != NULL)
		sasl_secret_set(
		    &c->password, cfg->password->p, cfg->password->len);
	if (cfg->token != NULL && cfg->token->p != NULL)
		sasl_secret_set(&c->token, cfg->token->p, cfg->token->len);
	c->port = cfg->port;
	c->initial = cfg->initial;
	if (cfg->nonce != NULL)
		c->scram.nonce = mem_dup(cfg->nonce);
	sasl_scram_bind(c, cfg);
}

/* Is everything there that the mechanism wants, and can it carry it? */
static int
sasl_client_check(const struct sasl_client *c, struct err *e)
{
	const char *name = c->mech->name;
	unsigned is = c->mech->is;

	if ((is & SASL_USER) != 0 && (c->user == NULL || c->user[0] == '\0'))
		return err_set(e, ERR_USAGE, "%s wants a user name", name);
	if ((is & SASL_PASSWORD) != 0 && c->password.p == NULL)
		return err_set(e, ERR_USAGE, "%s wants a password", name);
	if ((is & SASL_TOKEN) != 0 && c->token.p == NULL)
		return err_set(e, ERR_USAGE, "%s wants a token", name);
	if ((is & SASL_PASSWORD) != 0 &&
	    memchr(c->password.p, '\0', c->password.len) != NULL)
		return err_set(e, ERR_USAGE,
		    "the password has a NUL in it, which %s cannot carry",
		    name);
	return 0;
}

int
sasl_client_new(
    struct sasl_client **out, const struct sasl_config *cfg, struct err *e)
{
	const struct sasl_mech *m = sasl_choose(cfg, e);
	struct sasl_client *c;

	*out = NULL;
	if (m == NULL)
		return -1;
	c = mem_zalloc(sizeof *c);
	c->mech = m;
	c->engine = sasl_mech_engine(m);
	sasl_client_copy(c, cfg);
	if (sasl_client_check(c, e) == -1 || c->engine->start(c, e) == -1) {
		sasl_client_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
sasl_client_free(struct sasl_client *c)
{
	if (c == NULL)
		return;
	c->engine->release(c);
	sasl_secret_wipe(&c->password);
	sasl_secret_wipe(&c->token);
	sasl_secret_wipe(&c->scram.prepared);
	buf_wipe(&c->in);
	buf_wipe(&c->out);
	buf_wipe(&c->b64);
	buf_wipe(&c->challenge);
	buf_wipe(&c->response);
	buf_release(&c->scram.octets);
	buf_release(&c->scram.header);
	buf_release(&c->scram.message);
	free(c->scram.nonce);
	free(c->user);
	free(c->authzid);
	free(c->host);
	free(c->warning);
	explicit_bzero(c, sizeof *c);
	free(c);
}

const char *
sasl_client_mech(const struct sasl_client *c)
{
	return c->mech->name;
}

/* The text may have words of the server's. */
static int
sasl_client_fail(struct sasl_client *c, const struct err *why, struct err *e)
{
	struct buf b = BUF_INIT;

	sasl_mask(&b, why->text, strlen(why->text), &c->password, &c->token);
	err_set(&c->err, why->kind, "%s", buf_str(&b));
	buf_wipe(&b);
	c->state = SASL_FAILED;
	buf_wipe(&c->out);
	return err_set(e, c->err.kind, "%s", c->err.text);
}

/* One step of the engine; its octets stand in out. */
static int
sasl_client_run(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	int rc;

	buf_wipe(&c->out);
	c->hide = c->hidden = 0;
	if ((rc = c->engine->step(c, p, n, e)) == -1)
		return -1;
	c->state = rc == 1 ? SASL_COMPLETE : SASL_GOING;
	c->spoken = true;
	return 0;
}

/* out, as it is sent and as it is shown. */
static const char *
sasl_client_say(struct sasl_client *c)
{
	const char *p = buf_data(&c->out);
	size_t n = buf_len(&c->out), end = c->hide + c->hidden;

	buf_wipe(&c->b64);
	base64_encode(&c->b64, p, n);
	buf_wipe(&c->response);
	sasl_mask(&c->response, p, c->hide, &c->password, &c->token);
	if (c->hidden > 0)
		buf_adds(&c->response, "***");
	sasl_mask(&c->response, p + end, n - end, &c->password, &c->token);
	c->have_response = true;
	return buf_str(&c->b64);
}

/* Is there a message that the client may send with the command? */
static bool
sasl_client_opens(const struct sasl_client *c)
{
	return (c->mech->is & SASL_FIRST) != 0 ||
	       (c->initial == SASL_INITIAL_YES &&
		   strcmp(c->mech->name, "LOGIN") == 0);
}

/* "AUTH MECH text CRLF" within 512 octets. */
static bool
sasl_client_fits(const struct sasl_client *c)
{
	return strlen("AUTH  \r\n") + strlen(c->mech->name) +
		   BASE64_LEN(buf_len(&c->out)) <=
	       512;
}

int
sasl_client_first(struct sasl_client *c, const char **b64, struct err *e)
{
	struct err why = { 0 };

	*b64 = NULL;
	if (c->state == SASL_FAILED)
		return err_set(e, c->err.kind, "%s", c->err.text);
	if (!sasl_client_opens(c))
		return 0;
	if (sasl_client_run(c, "", 0, &why) == -1)
		return sasl_client_fail(c, &why, e);
	c->held = c->initial == SASL_INITIAL_NO ||
		  (c->initial == SASL_INITIAL_AUTO && !sasl_client_fits(c));
	if (c->held)
		return 0;
	*b64 = sasl_client_say(c);
	if (**b64 == '\0')
		*b64 = "=";
	return 1;
}

static int
sasl_client_decode(
    struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	size_t at;

	buf_clear(&c->in);
	c->have_challenge = false;
	if (n > SASL_TEXT_MAX)
		return err_set(e, ERR_AUTH,
		    "the challenge has %zu characters; RFC 4954 allows %d", n,
		    SASL_TEXT_MAX);
	if (base64_decode(&c->in, p, n, &at) == -1)
		return err_set(e, ERR_AUTH,
		    "the challenge is not base64: it goes wrong at character "
		    "%zu of %zu",
		    at + 1, n);
	buf_clear(&c->challenge);
	sasl_mask(&c->challenge, buf_data(&c->in), buf_len(&c->in),
	    &c->password, &c->token);
	c->have_challenge = true;
	return 0;
}

static int
sasl_client_answer(
    struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	if (++c->round > SASL_ROUND_MAX)
		return err_set(e, ERR_AUTH,
		    "the server asks for more than %d responses",
		    SASL_ROUND_MAX);
	if (sasl_client_decode(c, p, n, e) == -1)
		return -1;
	if (c->held || (!c->spoken && (c->mech->is & SASL_FIRST) != 0)) {
		if (buf_len(&c->in) > 0)
			sasl_warn(c,
			    "the server's first challenge should be empty: "
			    "with %s the client speaks first",
			    c->mech->name);
		if (c->held) {
			c->held = false;
			return 0;
		}
		return sasl_client_run(c, "", 0, e);
	}
	return sasl_client_run(c, buf_data(&c->in), buf_len(&c->in), e);
}

int
sasl_client_step(struct sasl_client *c, const char *p, size_t n,
    const char **b64, struct err *e)
{
	struct err why = { 0 };

	*b64 = NULL;
	free(c->warning);
	c->warning = NULL;
	c->have_response = false;
	if (c->state == SASL_FAILED)
		return err_set(e, c->err.kind, "%s", c->err.text);
	if (sasl_client_answer(c, p, n, &why) == -1)
		return sasl_client_fail(c, &why, e);
	*b64 = sasl_client_say(c);
	return 0;
}

int
sasl_client_done(struct sasl_client *c, unsigned code, struct err *e)
{
	const char *why = c->err.text;

	if (code != 235)
		return 0;
	if (c->state == SASL_COMPLETE && !c->held)
		return 1;
	if ((c->mech->is & SASL_MUTUAL) != 0)
		return err_set(e, ERR_AUTH,
		    "the server says 235 but never proved that it knows the "
		    "password (%s)",
		    c->state == SASL_FAILED ? why
					    : "no valid server signature");
	if (c->state == SASL_FAILED)
		return err_set(e, ERR_AUTH,
		    "the server says 235 although the exchange failed: %s",
		    why);
	return err_set(e, ERR_AUTH,
	    "the server says 235 before the %s exchange is complete",
	    c->mech->name);
}

const char *
sasl_client_warning(const struct sasl_client *c)
{
	return c->warning;
}

const char *
sasl_client_challenge(const struct sasl_client *c, size_t *n)
{
	*n = c->have_challenge ? buf_len(&c->challenge) : 0;
	return c->have_challenge ? buf_data(&c->challenge) : NULL;
}

const char *
sasl_client_response(const struct sasl_client *c, size_t *n)
{
	*n = c->have_response ? buf_len(&c->response) : 0;
	return c->have_response ? buf_data(&c->response) : NULL;
}
