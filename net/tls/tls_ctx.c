/* What sessions share: protocol versions, ciphers, trusted certificates, our
 * own certificate, the key log. Everything the user may have got wrong is
 * found here, before anything connects. */
#include "net/tls/tls_priv.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define TLS_OPTIONS                                                            \
	(SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |                     \
	    SSL_OP_CIPHER_SERVER_PREFERENCE)

static const struct tls_ctx_version {
	const char *name; /* as users write it, without "tls" and "v" */
	const char *text;
	int version;
	uint64_t off; /* SSL_OP_NO_... */
} tls_ctx_versions[] = {
	{ "1.0", "TLS 1.0", TLS1_VERSION, SSL_OP_NO_TLSv1 },
	{ "1.1", "TLS 1.1", TLS1_1_VERSION, SSL_OP_NO_TLSv1_1 },
	{ "1.2", "TLS 1.2", TLS1_2_VERSION, SSL_OP_NO_TLSv1_2 },
	{ "1.3", "TLS 1.3", TLS1_3_VERSION, SSL_OP_NO_TLSv1_3 },
};

#define TLS_CTX_NVERSION (sizeof tls_ctx_versions / sizeof tls_ctx_versions[0])
#define TLS_CTX_OLD	 0x3U /* the bits of TLS 1.0 and 1.1 */
#define TLS_CTX_MODERN	 0xcU /* of TLS 1.2 and 1.3 */

/* The last word of OpenSSL on what failed. */
const char *
tls_reason(void)
{
	const char *s = ERR_reason_error_string(ERR_peek_last_error());

	return s == NULL ? "no reason given" : s;
}

/* "tlsv1_2", "TLSv1.2", "1.2": the index into the table, or -1. */
static int
tls_ctx_version(const char *p, size_t len)
{
	char s[8];
	size_t i, n;

	if (len >= 3 && strncasecmp(p, "tls", 3) == 0) {
		p += 3;
		len -= 3;
	}
	if (len >= 1 && tolower((unsigned char)*p) == 'v') {
		p++;
		len--;
	}
	if (len == 0 || len >= sizeof s)
		return -1;
	for (n = 0; n < len; n++)
		s[n] = p[n] == '_' ? '.' : p[n];
	s[n] = '\0';
	if (strcmp(s, "1") == 0)
		return 0;
	for (i = 0; i < TLS_CTX_NVERSION; i++)
		if (strcmp(s, tls_ctx_versions[i].name) == 0)
			return (int)i;
	return -1;
}

/* The list as a set of bits; without a positive word it starts from the
 * modern ones. */
static int
tls_ctx_mask(const char *list, unsigned *mask, struct err *e)
{
	unsigned with = 0, without = 0;
	const char *p = list;
	size_t n;
	int v;
	bool no;

	while (p != NULL && *(p += strspn(p, ", :")) != '\0') {
		n = strcspn(p, ", :");
		no = n > 3 && strncasecmp(p, "no_", 3) == 0;
		v = no ? tls_ctx_version(p + 3, n - 3) : tls_ctx_version(p, n);
		if (v < 0)
			return err_set(e, ERR_USAGE,
			    "unknown TLS protocol \"%.*s\" (tlsv1, tlsv1_1,"
			    " tlsv1_2, tlsv1_3, no_ before one to exclude it)",
			    (int)(n > 64 ? 64 : n), p);
		*(no ? &without : &with) |= 1U << v;
		p += n;
	}
	*mask = (with != 0 ? with : TLS_CTX_MODERN) & ~without;
	if (*mask == 0)
		return err_set(
		    e, ERR_USAGE, "TLS protocol \"%s\" leaves none", list);
	return 0;
}

static int
tls_ctx_protocol(struct tls_ctx *x, const char *list, struct err *e)
{
	uint64_t off = 0;
	unsigned mask, i;
	int lo = 0, hi = 0;
	struct buf b = BUF_INIT;

	if (tls_ctx_mask(list, &mask, e) < 0)
		return -1;
	for (i = 0; i < TLS_CTX_NVERSION; i++) {
		if ((mask & 1U << i) == 0) {
			off |= tls_ctx_versions[i].off;
			continue;
		}
		hi = tls_ctx_versions[i].version;
		lo = lo == 0 ? hi : lo;
		buf_addf(&b, "%s%s", buf_len(&b) > 0 ? ", " : "",
		    tls_ctx_versions[i].text);
	}
	x->versions = buf_detach(&b);
	if (SSL_CTX_set_min_proto_version(x->ssl, lo) != 1 ||
	    SSL_CTX_set_max_proto_version(x->ssl, hi) != 1)
		return err_set(e, ERR_USAGE, "TLS protocol \"%s\": %s",
		    list == NULL ? "1.2, 1.3" : list, tls_reason());
	SSL_CTX_set_options(x->ssl, TLS_OPTIONS | off);
	/* TLS 1.0 and 1.1 sign with MD5 and SHA-1, which levels above 0 forbid:
	 * whoever names them means it. */
	SSL_CTX_set_security_level(x->ssl, (mask & TLS_CTX_OLD) != 0 ? 0 : 2);
	return 0;
}

/* OpenSSL keeps the names of TLS 1.3 in a list of its own. */
static int
tls_ctx_cipher(struct tls_ctx *x, const char *list, struct err *e)
{
	struct buf old = BUF_INIT, new = BUF_INIT, *to;
	const char *p = list;
	size_t n;
	bool ok = true;

	while (p != NULL && *(p += strspn(p, ":, ;")) != '\0') {
		n = strcspn(p, ":, ;");
		to = n > 4 && strncmp(p, "TLS_", 4) == 0 ? &new : &old;
		if (buf_len(to) > 0)
			buf_addc(to, ':');
		buf_add(to, p, n);
		p += n;
	}
	if (buf_len(&old) > 0)
		ok = SSL_CTX_set_cipher_list(x->ssl, buf_str(&old)) == 1;
	if (ok && buf_len(&new) > 0)
		ok = SSL_CTX_set_ciphersuites(x->ssl, buf_str(&new)) == 1;
	buf_release(&old);
	buf_release(&new);
	if (!ok)
		return err_set(e, tls_kind(ERR_USAGE), "TLS cipher \"%s\": %s",
		    list, tls_reason());
	return 0;
}

static int
tls_ctx_readable(const char *what, const char *path, struct err *e)
{
	if (access(path, R_OK) == 0)
		return 0;
	return err_set(e, ERR_NOINPUT, "cannot read the TLS %s %s: %s", what,
	    path, strerror(errno));
}

static int
tls_ctx_trust(struct tls_ctx *x, const char *ca, struct err *e)
{
	struct stat st;
	int ok;

	if (ca == NULL && x->role == TLS_SERVER && x->client == TLS_NONE)
		return 0;
	if (ca == NULL) {
		/* Files that are not there are no failure. */
		if (SSL_CTX_set_default_verify_paths(x->ssl) != 1)
			return err_set(e, ERR_BUG,
			    "the system's TLS authorities: %s", tls_reason());
		ERR_clear_error();
		return 0;
	}
	if (tls_ctx_readable("CA", ca, e) < 0)
		return -1;
	if (stat(ca, &st) == 0 && S_ISDIR(st.st_mode))
		ok = SSL_CTX_load_verify_dir(x->ssl, ca);
	else
		ok = SSL_CTX_load_verify_file(x->ssl, ca);
	if (ok != 1)
		return err_set(e, tls_kind(ERR_USAGE),
		    "no certificate in the TLS CA %s: %s", ca, tls_reason());
	x->own_ca = true;
	return 0;
}

/* Without one of our own, OpenSSL would ask on the terminal. */
static int
tls_ctx_password(char *p, int size, int rw, void *asked)
{
	(void)p;
	(void)size;
	(void)rw;
	*(bool *)asked = true;
	return -1;
}

static int
tls_ctx_own(struct tls_ctx *x, const char *cert, const char *key, struct err *e)
{
	bool asked = false;
	int ok;

	if (cert == NULL)
		return key == NULL ? 0
				   : err_set(e, ERR_USAGE,
					 "a TLS key without a certificate");
	if (key == NULL)
		key = cert;
	if (tls_ctx_readable("certificate", cert, e) < 0 ||
	    tls_ctx_readable("key", key, e) < 0)
		return -1;
	SSL_CTX_set_default_passwd_cb(x->ssl, tls_ctx_password);
	SSL_CTX_set_default_passwd_cb_userdata(x->ssl, &asked);
	if (SSL_CTX_use_certificate_chain_file(x->ssl, cert) != 1)
		return err_set(e, tls_kind(ERR_USAGE),
		    "no usable certificate in %s: %s", cert, tls_reason());
	ok = SSL_CTX_use_PrivateKey_file(x->ssl, key, SSL_FILETYPE_PEM);
	SSL_CTX_set_default_passwd_cb_userdata(x->ssl, NULL);
	if (asked)
		return err_set(e, ERR_USAGE,
		    "the TLS key %s is encrypted (openssl pkey -in %s"
		    " -out FILE removes that)",
		    key, key);
	if (ok != 1)
		return err_set(e, tls_kind(ERR_USAGE),
		    "no usable key in %s for the certificate in %s: %s", key,
		    cert, tls_reason());
	return 0;
}

static int
tls_ctx_choose(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	struct tls_ctx *x = arg;
	unsigned char *p = NULL;
	int rc;

	(void)ssl;
	rc = SSL_select_next_proto(
	    &p, out_len, x->alpn, (unsigned)x->alpn_len, in, in_len);
	*out = p;
	return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
					    : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Names with a comma between them become names with a length before each. */
static int
tls_ctx_alpn(struct tls_ctx *x, const char *list, struct err *e)
{
	const char *p = list;
	size_t n;

	while (p != NULL && *(p += strspn(p, ", ")) != '\0') {
		n = strcspn(p, ", ");
		if (n > 255 || x->alpn_len + n + 1 > sizeof x->alpn)
			return err_set(
			    e, ERR_USAGE, "TLS ALPN \"%s\" is too long", list);
		x->alpn[x->alpn_len++] = (unsigned char)n;
		memcpy(x->alpn + x->alpn_len, p, n);
		x->alpn_len += n;
		p += n;
	}
	if (x->alpn_len == 0)
		return 0;
	if (x->role == TLS_SERVER)
		SSL_CTX_set_alpn_select_cb(x->ssl, tls_ctx_choose, x);
	else if (SSL_CTX_set_alpn_protos(
		     x->ssl, x->alpn, (unsigned)x->alpn_len) != 0)
		return err_set(e, ERR_BUG, "TLS ALPN: %s", tls_reason());
	return 0;
}

/* One write(2) a line, so that several programs can share the file. */
static void
tls_ctx_log(const SSL *ssl, const char *line)
{
	struct tls *t = SSL_get_app_data(ssl);
	struct buf b = BUF_INIT;
	ssize_t rc;

	buf_addf(&b, "%s\n", line);
	do {
		rc = write(t->ctx->keylog, buf_data(&b), buf_len(&b));
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		t->keylog_errno = errno;
	else if ((size_t)rc != buf_len(&b))
		t->keylog_errno = ENOSPC;
	buf_wipe(&b);
}

/* Whoever can read it can read the sessions: it is ours alone, and where it
 * was said to be. */
static int
tls_ctx_keylog(struct tls_ctx *x, const char *path, struct err *e)
{
	struct stat st;

	if (path == NULL || *path == '\0')
		return 0;
	x->keylog_path = mem_dup(path);
	x->keylog = open(path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY |
		O_NONBLOCK,
	    0600);
	if (x->keylog < 0)
		return err_set(e, ERR_OUTPUT, "cannot write the key log %s: %s",
		    path,
		    errno == ELOOP ? "it is a link, which is not followed"
				   : strerror(errno));
	if (fstat(x->keylog, &st) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)))
		return err_set(e, ERR_OUTPUT,
		    "cannot write the key log %s: it is no file", path);
	if (S_ISREG(st.st_mode) &&
	    (st.st_uid != geteuid() || fchmod(x->keylog, 0600) < 0))
		return err_set(e, ERR_OUTPUT,
		    "cannot write the key log %s: it is another user's", path);
	SSL_CTX_set_keylog_callback(x->ssl, tls_ctx_log);
	return 0;
}

const char *
tls_ctx_keys(const struct tls_ctx *x)
{
	return x->keylog_path;
}

static int
tls_ctx_server(struct tls_ctx *x, const struct tls_config *c, struct err *e)
{
	static const unsigned char id[] = "smtpsh";

	if (SSL_CTX_set_dh_auto(x->ssl, 1) != 1 ||
	    SSL_CTX_set_session_id_context(x->ssl, id, sizeof id - 1) != 1)
		return err_set(e, ERR_BUG, "no TLS server: %s", tls_reason());
	/* A resumed session would show no certificate of the client. */
	if (c->client != TLS_NONE) {
		SSL_CTX_set_options(x->ssl, SSL_OP_NO_TICKET);
		if (SSL_CTX_set_num_tickets(x->ssl, 0) != 1)
			return err_set(
			    e, ERR_BUG, "no TLS server: %s", tls_reason());
	}
	if (c->cert != NULL)
		return 0;
	if (!c->self_signed)
		return err_set(
		    e, ERR_USAGE, "a TLS server needs a certificate and a key");
	return tls_self_sign(x->ssl, c->self_name, e);
}

static int
tls_ctx_fill(struct tls_ctx *x, const struct tls_config *c, struct err *e)
{
	SSL_CTX_set_mode(x->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				     SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(x->ssl, SSL_SESS_CACHE_OFF);
	if (c->resume && c->role == TLS_CLIENT)
		tls_resume_setup(x);
	SSL_CTX_set_cert_verify_callback(x->ssl, tls_verify_chain, NULL);
	/* What a client may use of DANE is decided for each session. */
	if (SSL_CTX_dane_enable(x->ssl) <= 0)
		return err_set(e, ERR_BUG, "no DANE: %s", tls_reason());
	if (tls_ctx_protocol(x, c->protocol, e) < 0 ||
	    tls_ctx_cipher(x, c->cipher, e) < 0 ||
	    tls_ctx_trust(x, c->ca, e) < 0 ||
	    tls_ctx_own(x, c->cert, c->key, e) < 0 ||
	    tls_ctx_alpn(x, c->alpn, e) < 0)
		return -1;
	if (c->role == TLS_SERVER && tls_ctx_server(x, c, e) < 0)
		return -1;
	return tls_ctx_keylog(x, c->keylog, e);
}

int
tls_ctx_new(struct tls_ctx **out, const struct tls_config *c, struct err *e)
{
	struct tls_ctx *x;

	*out = NULL;
	if (tls_lib_load(e) < 0)
		return -1;
	ERR_clear_error();
	x = mem_zalloc(sizeof *x);
	x->role = c->role;
	x->client = c->client;
	x->keylog = -1;
	x->ssl = SSL_CTX_new(
	    c->role == TLS_SERVER ? TLS_server_method() : TLS_client_method());
	if (x->ssl == NULL) {
		err_set(e, ERR_BUG, "no TLS context: %s", tls_reason());
		tls_ctx_free(x);
		return -1;
	}
	if (tls_ctx_fill(x, c, e) < 0) {
		ERR_clear_error();
		tls_ctx_free(x);
		return -1;
	}
	*out = x;
	return 0;
}

void
tls_ctx_free(struct tls_ctx *x)
{
	if (x == NULL)
		return;
	tls_resume_release(x);
	SSL_CTX_free(x->ssl);
	if (x->keylog >= 0)
		close(x->keylog);
	free(x->versions);
	free(x->keylog_path);
	free(x);
}
