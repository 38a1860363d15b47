/* SCRAM's client (RFC 5802, RFC 7677). It is our own because libgsasl 2.2
 * cannot say "y" (the client could bind to TLS, the server offers no -PLUS),
 * which is what reveals somebody who strikes the -PLUS mechanisms off the
 * list; it fails there. libgsasl gives the nonce and SASLprep. */
#include "net/sasl/sasl_priv.h"
#include "net/core/base64.h"

#include <stdlib.h>
#include <string.h>

#define SASL_NONCE_LEN 18

/* "n": we cannot bind, or the user wants the plain twin of a -PLUS mechanism
 * that is offered, or what is offered is not known. */
void
sasl_scram_bind(struct sasl_client *c, const struct sasl_config *cfg)
{
	const struct sasl_binding *b = &cfg->binding;
	struct sasl_scram *s = &c->scram;
	char plus[32];

	snprintf(plus, sizeof plus, "%s-PLUS", c->mech->name);
	s->flag = 'n';
	if (!cfg->tls || (b->unique_p == NULL && b->exporter_p == NULL))
		return;
	if ((c->mech->is & SASL_PLUS) == 0) {
		if (cfg->offered != NULL && !sasl_offers(cfg->offered, plus))
			s->flag = 'y';
		return;
	}
	s->flag = 'p';
	s->binding = b->unique_p != NULL ? "tls-unique" : "tls-exporter";
	if (b->unique_p != NULL)
		buf_add(&s->octets, b->unique_p, b->unique_len);
	else
		buf_add(&s->octets, b->exporter_p, b->exporter_len);
}

/* 18 octets of chance: 24 characters. */
static int
sasl_scram_chance(struct sasl_scram *s, struct err *e)
{
	char octets[SASL_NONCE_LEN];
	struct buf b = BUF_INIT;

	if (s->nonce != NULL)
		return 0;
	if (gsasl_nonce(octets, sizeof octets) != GSASL_OK)
		return err_set(e, ERR_BUG, "there is no randomness");
	base64_encode(&b, octets, sizeof octets);
	s->nonce = buf_detach(&b);
	return 0;
}

static int
sasl_scram_start(struct sasl_client *c, struct err *e)
{
	struct sasl_scram *s = &c->scram;
	struct sasl_secret user = SASL_SECRET_INIT;
	int rc = -1;

	s->hash = strncmp(c->mech->name, "SCRAM-SHA-256", 13) == 0 ? HASH_SHA256
								   : HASH_SHA1;
	if (sasl_lib_load(e) == -1 || sasl_scram_chance(s, e) == -1 ||
	    sasl_prep("the user name", c->user, &user, e) == -1 ||
	    sasl_prep("the password", c->password.p, &s->prepared, e) == -1)
		goto out;
	if (s->flag == 'p')
		buf_addf(&s->header, "p=%s,", s->binding);
	else
		buf_addf(&s->header, "%c,", s->flag);
	if (c->authzid != NULL) {
		buf_adds(&s->header, "a=");
		sasl_scram_name(&s->header, c->authzid);
	}
	buf_addc(&s->header, ',');
	buf_adds(&s->message, "n=");
	sasl_scram_name(&s->message, user.p);
	buf_addf(&s->message, ",r=%s", s->nonce);
	rc = 0;
out:
	sasl_secret_wipe(&user);
	return rc;
}

/* Adds "c=...,r=..." to out. */
static void
sasl_scram_unproved(struct sasl_client *c, const struct sasl_scram_first *f)
{
	struct sasl_scram *s = &c->scram;
	struct buf bound = BUF_INIT;

	buf_add(&bound, buf_data(&s->header), buf_len(&s->header));
	buf_add(&bound, buf_data(&s->octets), buf_len(&s->octets));
	buf_adds(&c->out, "c=");
	base64_encode(&c->out, buf_data(&bound), buf_len(&bound));
	buf_adds(&c->out, ",r=");
	buf_add(&c->out, f->nonce, f->nonce_len);
	buf_release(&bound);
}

/* RFC 5802 3: the proof, and the signature that must answer it. */
static int
sasl_scram_prove(struct sasl_scram *s, const struct sasl_scram_first *f,
    unsigned char *proof, struct err *e)
{
	enum hash_kind k = s->hash;
	size_t n = hash_len(k), len = buf_len(&s->message);
	const char *message = buf_data(&s->message);
	struct {
		unsigned char salted[HASH_MAX], client[HASH_MAX];
		unsigned char stored[HASH_MAX], server[HASH_MAX];
	} key = { .client = { 0 } };
	int rc = -1;

	if (hash_pbkdf2(k, s->prepared.p, s->prepared.len, buf_data(&f->salt),
		buf_len(&f->salt), f->count, key.salted, e) == 0 &&
	    hash_hmac(k, key.salted, n, "Client Key", 10, key.client, e) == 0 &&
	    hash_digest(k, key.client, n, key.stored, e) == 0 &&
	    hash_hmac(k, key.stored, n, message, len, proof, e) == 0 &&
	    hash_hmac(k, key.salted, n, "Server Key", 10, key.server, e) == 0)
		rc = hash_hmac(k, key.server, n, message, len, s->signature, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		proof[i] ^= key.client[i];
	explicit_bzero(&key, sizeof key);
	return rc;
}

static int
sasl_scram_final(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	struct sasl_scram *s = &c->scram;
	struct sasl_scram_first f;
	unsigned char proof[HASH_MAX];
	int rc;

	if (sasl_scram_first(&f, s->nonce, p, n, e) == -1)
		return -1;
	if (f.count > SASL_COUNT_SLOW)
		sasl_warn(c,
		    "the server asks for %u iterations; more than %d take "
		    "long",
		    f.count, SASL_COUNT_SLOW);
	sasl_scram_unproved(c, &f);
	buf_addc(&s->message, ',');
	buf_add(&s->message, p, n);
	buf_addc(&s->message, ',');
	buf_add(&s->message, buf_data(&c->out), buf_len(&c->out));
	rc = sasl_scram_prove(s, &f, proof, e);
	if (rc == 0) {
		buf_adds(&c->out, ",p=");
		base64_encode(&c->out, proof, hash_len(s->hash));
	}
	buf_release(&f.salt);
	sasl_secret_wipe(&s->prepared);
	return rc;
}

static int
sasl_scram_verify(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *v;
	size_t len;
	bool good;

	if (sasl_scram_last(&v, &len, p, n, e) == -1)
		return -1;
	good = base64_decode(&b, v, len, NULL) == 0 &&
	       sasl_equal(buf_data(&b), buf_len(&b), c->scram.signature,
		   hash_len(c->scram.hash));
	buf_release(&b);
	if (!good)
		return err_set(e, ERR_AUTH, "the server's signature is wrong");
	return 1;
}

static int
sasl_scram_step(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	struct sasl_scram *s = &c->scram;

	switch (s->step++) {
	case 0:
		buf_add(&c->out, buf_data(&s->header), buf_len(&s->header));
		buf_add(&c->out, buf_data(&s->message), buf_len(&s->message));
		return 0;
	case 1:
		return sasl_scram_final(c, p, n, e);
	case 2:
		return sasl_scram_verify(c, p, n, e);
	default:
		return sasl_surplus(e);
	}
}

static void
sasl_scram_release(struct sasl_client *c)
{
	sasl_secret_wipe(&c->scram.prepared);
	explicit_bzero(c->scram.signature, sizeof c->scram.signature);
}

const struct sasl_engine sasl_scram_engine = {
	sasl_scram_start,
	sasl_scram_step,
	sasl_scram_release,
};
