/* Resumption (RFC 8446 2.2, RFC 5077) for clients that open many sessions with
 * one server. A resumed session shows no certificate: it is worth what the one
 * was worth that it takes up, so only one of the same name that was proven may
 * stand for a proof. */
#include "net/tls/tls_priv.h"

#include <stdlib.h>
#include <string.h>

static const char *
resume_name(const char *name)
{
	return name == NULL ? "" : name;
}

/* A ticket has come, or TLS 1.2's session stands: it is ours from now on. */
static int
resume_take(SSL *ssl, SSL_SESSION *session)
{
	const struct tls *t = SSL_get_app_data(ssl);
	struct tls_ctx *x = t->ctx;
	SSL_SESSION_free(x->last);
	free(x->last_name);
	x->last = session;
	x->last_of = t;
	x->last_name = mem_dup(resume_name(t->name));
	x->last_proven = t->proven;
	return 1;
}

void
tls_resume_setup(struct tls_ctx *x)
{
	SSL_CTX_set_session_cache_mode(
	    x->ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
	SSL_CTX_sess_set_new_cb(x->ssl, resume_take);
	x->resume = true;
}

void
tls_resume_release(struct tls_ctx *x)
{
	if (x->resume)
		SSL_SESSION_free(x->last);
	free(x->last_name);
}

void
tls_resume_offer(struct tls *t)
{
	struct tls_ctx *x = t->ctx;
	if (x->last == NULL || t->dane ||
	    strcmp(x->last_name, resume_name(t->name)) != 0 ||
	    (t->level >= TLS_VERIFY && !x->last_proven))
		return;
	t->offered = x->last_proven;
	SSL_set_session(t->ssl, x->last);
}

void
tls_resume_prove(const struct tls *t)
{
	if (t->ctx->last_of == t)
		t->ctx->last_proven = t->proven;
}

void
tls_resume_forget(const struct tls *t)
{
	if (t->ctx->last_of == t)
		t->ctx->last_of = NULL;
}
