/* The engine: an SSL object between two memory BIOs. After each call into
 * OpenSSL what it wants to send is moved into our own buffer, so that an alert
 * or an answer to a key update is never left behind. An error ends the
 * session; it is kept and told again at every later call. */
#include "net/tls/tls_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define TLS_IN_MAX  (1024U * 1024U)
#define TLS_OUT_MAX (256U * 1024U)

/* A name without its last dot; NULL for none. */
char *
tls_host(const char *s)
{
	size_t n;

	if (s == NULL || *s == '\0')
		return NULL;
	n = strlen(s);
	return mem_dupn(s, s[n - 1] == '.' ? n - 1 : n);
}

static bool
tls_is_literal(const char *s)
{
	unsigned char a[16];

	return inet_pton(AF_INET, s, a) == 1 || inet_pton(AF_INET6, s, a) == 1;
}

static int
tls_names(struct tls *t, const struct tls_target *to, struct err *e)
{
	t->name = tls_host(to->verify_name);
	t->literal = t->name != NULL && tls_is_literal(t->name);
	t->sni = tls_host(to->sni != NULL ? to->sni : to->verify_name);
	/* ".example.org" stands for hosts and is none. */
	if (t->sni != NULL && (tls_is_literal(t->sni) || *t->sni == '.')) {
		free(t->sni);
		t->sni = NULL;
	}
	if (t->sni != NULL && SSL_set_tlsext_host_name(t->ssl, t->sni) != 1)
		return err_set(e, tls_kind_of_name(t->sni),
		    "\"%.255s\" cannot be a TLS server name", t->sni);
	return 0;
}

static int
tls_setup(struct tls *t, const struct tls_target *to, struct err *e)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (in == NULL || out == NULL) {
		BIO_free(in);
		BIO_free(out);
		return err_set(e, ERR_BUG, "no memory BIO");
	}
	SSL_set_bio(t->ssl, in, out);
	if (SSL_set_app_data(t->ssl, t) != 1)
		return err_set(e, ERR_BUG, "no TLS session: %s", tls_reason());
	if (t->ctx->role == TLS_SERVER) {
		SSL_set_accept_state(t->ssl);
		t->level = t->ctx->client;
		return tls_verify_setup(t, to, e);
	}
	SSL_set_connect_state(t->ssl);
	t->level = to->level;
	if (tls_names(t, to, e) < 0)
		return -1;
	return tls_verify_setup(t, to, e);
}

int
tls_new(struct tls **out, struct tls_ctx *ctx, const struct tls_target *to,
    struct err *e)
{
	static const struct tls_target nobody = { .level = TLS_NONE };
	struct tls *t = mem_zalloc(sizeof *t);

	*out = NULL;
	ERR_clear_error();
	t->ctx = ctx;
	t->hungry = true;
	if ((t->ssl = SSL_new(ctx->ssl)) == NULL) {
		err_set(e, ERR_BUG, "no TLS session: %s", tls_reason());
		tls_free(t);
		return -1;
	}
	if (tls_setup(t, to == NULL ? &nobody : to, e) < 0) {
		ERR_clear_error();
		tls_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	tls_verify_release(t);
	SSL_free(t->ssl);
	buf_release(&t->out);
	free(t->name);
	free(t->sni);
	free(t);
}

static void
tls_drain(struct tls *t)
{
	BIO *out = SSL_get_wbio(t->ssl);
	size_t n, got;

	while ((n = BIO_ctrl_pending(out)) > 0) {
		if (BIO_read_ex(out, buf_space(&t->out, n), n, &got) != 1)
			break;
		buf_commit(&t->out, got);
	}
}

/* After an OpenSSL call that returned rc: 0 when it needs more octets, -1
 * when the session is over. */
static int
tls_result(struct tls *t, int rc)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		t->hungry = true;
		if (!t->eof)
			return 0;
		err_set(&t->err, ERR_LOST,
		    t->up ? "the connection was cut inside TLS: no"
			    " close_notify, so octets may be missing"
			  : "the connection ended in the TLS handshake");
		return err_why(&t->err, t->up ? WHY_CLOSED : WHY_TLS_FAILED);
	case SSL_ERROR_ZERO_RETURN:
		if (t->up)
			return 0;
		err_set(&t->err, ERR_LOST,
		    "the peer ended TLS in the handshake (close_notify)");
		return err_why(&t->err, WHY_TLS_FAILED);
	default:
		tls_fail(t);
		return -1;
	}
}

/* Keys that were to be kept and could not be. */
static int
tls_logged(struct tls *t)
{
	if (t->keylog_errno == 0)
		return 0;
	return err_set(&t->err, ERR_OUTPUT, "cannot write the key log %s: %s",
	    t->ctx->keylog_path, strerror(t->keylog_errno));
}

/* What an earlier call found, told again. */
static int
tls_dead(const struct tls *t, struct err *e)
{
	if (t->err.kind == ERR_NONE)
		return 0;
	if (e != NULL)
		*e = t->err;
	return -1;
}

int
tls_handshake(struct tls *t, struct err *e)
{
	int rc;

	if (tls_dead(t, e) < 0)
		return -1;
	if (t->up)
		return 1;
	ERR_clear_error();
	rc = SSL_do_handshake(t->ssl);
	if (rc == 1)
		t->up = tls_prove(t) == 0 && tls_logged(t) == 0;
	else
		tls_result(t, rc);
	ERR_clear_error();
	tls_drain(t);
	return tls_dead(t, e) < 0 ? -1 : t->up;
}

size_t
tls_feed(struct tls *t, const char *p, size_t n)
{
	BIO *in = SSL_get_rbio(t->ssl);
	size_t have = BIO_ctrl_pending(in), took = 0, k;

	if (n > TLS_IN_MAX - have)
		n = TLS_IN_MAX - have;
	if (n == 0)
		return 0;
	if (BIO_write_ex(in, p, n, &took) != 1) {
		/* Who feeds again and again would wait for ever. */
		err_set(&t->err, ERR_BUG, "out of memory in TLS");
		ERR_clear_error();
		return 0;
	}
	k = sizeof t->first - t->nfirst;
	k = k < took ? k : took;
	memcpy(t->first + t->nfirst, p, k);
	t->nfirst += k;
	t->hungry = false;
	return took;
}

void
tls_eof(struct tls *t)
{
	t->eof = true;
	t->hungry = false;
}

const char *
tls_out(const struct tls *t, size_t *n)
{
	*n = buf_len(&t->out);
	return buf_data(&t->out);
}

void
tls_out_done(struct tls *t, size_t n)
{
	buf_consume(&t->out, n);
}

ssize_t
tls_read(struct tls *t, char *p, size_t n, struct err *e)
{
	size_t got = 0;
	ssize_t rc = TLS_AGAIN;

	if (tls_dead(t, e) < 0)
		return TLS_ERR;
	if (n == 0)
		return TLS_AGAIN;
	/* Each key update that the peer asks for makes us answer. */
	if (buf_len(&t->out) > TLS_IN_MAX) {
		err_set(&t->err, ERR_PROTO,
		    "TLS failed: the peer asks without end and takes no "
		    "answer");
		tls_dead(t, e);
		return TLS_ERR;
	}
	ERR_clear_error();
	if (SSL_read_ex(t->ssl, p, n, &got) == 1)
		rc = tls_logged(t) < 0 ? TLS_ERR : (ssize_t)got;
	else if (tls_result(t, 0) < 0)
		rc = TLS_ERR;
	else if (tls_closed(t))
		rc = 0;
	if (rc == TLS_ERR)
		tls_dead(t, e);
	ERR_clear_error();
	tls_drain(t);
	return rc;
}

ssize_t
tls_write(struct tls *t, const char *p, size_t n, struct err *e)
{
	size_t put = 0;
	ssize_t rc = TLS_AGAIN;
	bool hungry = t->hungry;

	if (tls_dead(t, e) < 0)
		return TLS_ERR;
	if (buf_len(&t->out) > TLS_OUT_MAX || n == 0)
		return n == 0 ? 0 : TLS_AGAIN;
	ERR_clear_error();
	if (SSL_write_ex(t->ssl, p, n, &put) == 1)
		rc = (ssize_t)put;
	else if (tls_result(t, 0) < 0)
		rc = TLS_ERR;
	if (rc == TLS_ERR)
		tls_dead(t, e);
	t->hungry = hungry;
	ERR_clear_error();
	tls_drain(t);
	return rc;
}

bool
tls_pending(const struct tls *t)
{
	return !t->hungry && t->err.kind == ERR_NONE && !tls_closed(t);
}

void
tls_close_notify(struct tls *t)
{
	if (!t->up || t->err.kind != ERR_NONE)
		return;
	SSL_shutdown(t->ssl);
	ERR_clear_error();
	tls_drain(t);
}

bool
tls_closed(const struct tls *t)
{
	/* OpenSSL sets that flag for a fatal alert, too. */
	return t->up && t->err.kind == ERR_NONE &&
	       (SSL_get_shutdown(t->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

/* A memory BIO never shrinks: new ones are small. */
void
tls_trim(struct tls *t)
{
	BIO *in, *out;

	buf_trim(&t->out);
	if (BIO_ctrl_pending(SSL_get_rbio(t->ssl)) > 0 ||
	    BIO_ctrl_pending(SSL_get_wbio(t->ssl)) > 0)
		return;
	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	if (in != NULL && out != NULL) {
		SSL_set_bio(t->ssl, in, out);
		return;
	}
	BIO_free(in);
	BIO_free(out);
	ERR_clear_error();
}

bool
tls_is_up(const struct tls *t)
{
	return t->up;
}

bool
tls_is_record(const char *p, size_t len)
{
	/* alert or handshake; SSL 3.0 to TLS 1.3 */
	return len >= 3 && (p[0] == 0x15 || p[0] == 0x16) && p[1] == 0x03 &&
	       (unsigned char)p[2] <= 0x04;
}
