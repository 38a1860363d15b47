/* The level of TLS is decided before the connection stands; nothing here steps
 * down from it. A handshake that failed ends the connection. */
#include "cmd/talk/secure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/talk/cmd.h"
#include "cmd/shell/shell.h"

void
secure_release(struct secure *s)
{
	tls_ctx_free(s->ctx);
	*s = (struct secure){ 0 };
}

static int
secure_ctx(struct shell *sh, struct err *e)
{
	struct secure *s = &sh->secure;
	const struct tls_config c = { .role = TLS_CLIENT,
		.ca = s->ca,
		.cert = s->cert,
		.key = s->key,
		.protocol = s->protocol,
		.cipher = s->cipher,
		.keylog = getenv("SSLKEYLOGFILE") };
	if (s->ctx != NULL)
		return 0;
	if (tls_ctx_new(&s->ctx, &c, e) < 0)
		return -1;
	if (tls_ctx_keys(s->ctx) != NULL)
		out_error(&sh->out, SECURE_KEYS, tls_ctx_keys(s->ctx));
	return 0;
}

/* What a session that was not told otherwise must have once it starts TLS: a
 * certificate that is the host's. */
static enum tls_level
secure_level(const struct secure *s)
{
	if (s->unverified)
		return TLS_MUST;
	return s->level == TLS_DANE || s->level == TLS_MAY ? s->level
							   : TLS_VERIFY;
}

static void
secure_target(const struct shell *sh, struct tls_target *t)
{
	const struct secure *s = &sh->secure;
	const char *host = s->dane_name != NULL	 ? s->dane_name
			   : sh->mx.host != NULL ? sh->mx.host->name
			   : sh->sandboxed	 ? "localhost"
						 : sh->where.host;
	*t = (struct tls_target){ .level = secure_level(s),
		.verify_name = s->verify_host != NULL ? s->verify_host : host,
		.sni = s->sni,
		.tlsa = s->tlsa,
		.ntlsa = s->ntlsa,
		.dane_name = s->more_names,
		.ndane_name = s->nmore };
}

/* --tls-save-peer-cert: what was presented, also when it was refused. */
static int
secure_save(const struct shell *sh, const struct tls *t, struct err *e)
{
	const char *path = sh->secure.save_peer;
	struct buf b = BUF_INIT;
	if (path == NULL || tls_peer_pem(t, &b) == 0) {
		buf_release(&b);
		return 0;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r = 0;
	if (fd < 0 || (errno = out_all(fd, buf_data(&b), buf_len(&b))) != 0 ||
	    close(fd) < 0)
		r = err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
	buf_release(&b);
	return r;
}

static void
secure_tell(struct shell *sh, struct tls *t)
{
	static const char not [] = "not verified";
	const char *verdict = tls_verdict(t);
	bool doubt = strncmp(verdict, not, sizeof not -1) == 0;
	shell_remark(sh, "%s, %s, %s%s", tls_version(t), tls_cipher(t),
	    doubt ? "NOT VERIFIED" : "",
	    doubt ? verdict + sizeof not -1 : verdict);
}

int
shell_tls(struct shell *sh, struct err *e)
{
	struct tls_target target;
	struct err save;
	secure_target(sh, &target);
	if (secure_ctx(sh, e) < 0)
		return -1;
	out_flush(&sh->out, NULL);
	int r = link_tls(sh->link, sh->secure.ctx, &target, e);
	struct tls *t = conn_tls(link_conn(sh->link));
	if (t != NULL && secure_save(sh, t, &save) < 0 && r == 0) {
		*e = save;
		r = -1;
	}
	if (r < 0) {
		sh->broken = true;
		shell_close(sh);
		return -1;
	}
	secure_tell(sh, t);
	sh->said_helo = false;
	return 0;
}

int
shell_starttls(struct shell *sh, bool implied, struct err *e)
{
	int code = shell_command(sh, "STARTTLS", implied, e);
	if (code < 0)
		return -1;
	if (code == 220 && sh->link != NULL && smtp_is_tls(link_smtp(sh->link)))
		return 0;
	if (!implied && code != 220)
		return 0; /* a refusal is data, shown already */
	return err_set(e, ERR_AUTH,
	    "STARTTLS was answered %d, not 220: TLS is required, nothing "
	    "more is sent",
	    code);
}

/* EHLO for what follows; HELO offers nothing that could be asked for here. */
static int
secure_ehlo(struct shell *sh, struct err *e)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, sh->where.lmtp ? "LHLO " : "EHLO ");
	int r = vars_expand(&sh->vars, NULL, "${helo}", 7, false, &b, e);
	if (r == 0)
		r = shell_command(sh, buf_str(&b), true, e);
	buf_release(&b);
	if (r < 0)
		return -1;
	sh->said_helo = r / 100 == 2;
	return 0;
}

static int
secure_starttls(struct shell *sh, struct err *e)
{
	const struct secure *s = &sh->secure;
	if (secure_ehlo(sh, e) < 0)
		return -1;
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	if (smtp_offer(link_smtp(sh->link), "STARTTLS") != NULL)
		return shell_starttls(sh, true, e);
	if (s->level == TLS_MAY) {
		shell_remark(sh, "STARTTLS was not offered: going on in clear "
				 "text (--tls-optional)");
		return 0;
	}
	return err_set(e, ERR_AUTH,
	    "STARTTLS was not offered: TLS is required, nothing more is sent");
}

/* --auth: in every session, before anything else. */
static int
secure_auth(struct shell *sh, struct err *e)
{
	const struct auth *a = &sh->auth;
	if (!a->asked || sh->link == NULL ||
	    smtp_is_authenticated(link_smtp(sh->link)))
		return 0;
	if (!sh->said_helo && secure_ehlo(sh, e) < 0)
		return -1;
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	return shell_auth(sh, a->mech, a->user, true, e);
}

int
shell_secure(struct shell *sh, struct err *e)
{
	if (sh->secured || sh->link == NULL || sh->bare)
		return 0;
	sh->secured = true;
	struct smtp *s = link_smtp(sh->link);
	if (sh->secure.level != TLS_NONE && !smtp_is_tls(s) &&
	    secure_starttls(sh, e) < 0)
		return -1;
	return secure_auth(sh, e);
}
