/* The exchange is the core's (net/sasl.h); here are its lines, what is shown
 * of them, and whom to ask for the password. The password stays for the next
 * session of the same user. */
#include "cmd/talk/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/base64.h"
#include "cmd/talk/cmd.h"
#include "cmd/shell/shell.h"
#include "net/tls/tls.h"

static void
auth_binding(struct tls *t, struct sasl_binding *b, struct buf *exporter,
    struct buf *unique)
{
	struct err ignored;
	*b = (struct sasl_binding){ 0 };
	if (t == NULL)
		return;
	if (tls_channel_binding(t, "tls-exporter", exporter, &ignored) == 0) {
		b->exporter_p = buf_data(exporter);
		b->exporter_len = buf_len(exporter);
	}
	if (tls_channel_binding(t, "tls-unique", unique, &ignored) == 0) {
		b->unique_p = buf_data(unique);
		b->unique_len = buf_len(unique);
	}
}

/* "challenge: ..." as it decodes, PLAIN's NULs as \0. */
static void
auth_show(struct shell *sh, const char *what, const char *p, size_t n)
{
	struct buf b = BUF_INIT;
	if (n > 600)
		n = 600;
	for (size_t i = 0; p != NULL && i < n; i++) {
		if (p[i] == '\0')
			buf_adds(&b, "\\0");
		else
			buf_addc(&b, p[i]);
	}
	if (buf_len(&b) > 0)
		shell_remark(sh, "%s, decoded: %s", what, buf_str(&b));
	buf_wipe(&b);
}

static int
auth_cancel(struct shell *sh, struct err *e)
{
	struct err ignored = { 0 };
	if (sh->link != NULL && shell_state(sh) == SMTP_AUTHING)
		shell_command(sh, "*", true, &ignored);
	return e->kind == ERR_NONE
		   ? err_set(e, ERR_AUTH, "the exchange was cancelled")
		   : -1;
}

/* The text of a 334: what stands behind the code on its last line. */
static const char *
auth_challenge(const struct shell *sh, size_t *n)
{
	*n = 0;
	return sh->last.nlines == 0
		   ? ""
		   : reply_text(&sh->last, sh->last.nlines - 1, n);
}

/* Answers challenges until there is another reply: its code. */
static int
auth_rounds(struct shell *sh, struct sasl_client *c, int code, struct err *e)
{
	while (code == 334) {
		const char *b64, *p;
		size_t n;
		const char *text = auth_challenge(sh, &n);
		int r = sasl_client_step(c, text, n, &b64, e);
		p = sasl_client_challenge(c, &n);
		auth_show(sh, "challenge", p, n);
		if (sasl_client_warning(c) != NULL)
			shell_remark(sh, "%s", sasl_client_warning(c));
		if (r < 0)
			return auth_cancel(sh, e);
		code = shell_command(sh, b64, true, e);
		if (code < 0)
			return -1;
		p = sasl_client_response(c, &n);
		auth_show(sh, "response", p, n);
	}
	return code;
}

static int
auth_talk(struct shell *sh, struct sasl_client *c, struct err *e)
{
	const char *b64, *p;
	size_t n;
	int first = sasl_client_first(c, &b64, e);
	if (first < 0)
		return -1;
	struct buf line = BUF_INIT;
	buf_addf(&line, "AUTH %s%s%s", sasl_client_mech(c), first ? " " : "",
	    first ? b64 : "");
	int code = shell_command(sh, buf_str(&line), true, e);
	buf_wipe(&line);
	if (code < 0)
		return -1;
	p = sasl_client_response(c, &n);
	auth_show(sh, "initial response", p, n);
	return auth_rounds(sh, c, code, e);
}

/* Runs the exchange with a client that is ready. */
static int
auth_run(
    struct shell *sh, const struct sasl_config *cfg, bool must, struct err *e)
{
	struct sasl_client *c;
	if (sasl_client_new(&c, cfg, e) < 0)
		return -1;
	int code = auth_talk(sh, c, e);
	int r = code < 0    ? -1
		: code == 0 ? err_set(e, ERR_LOST,
				  "the connection was closed during AUTH")
			    : sasl_client_done(c, (unsigned)code, e);
	if (r == 1)
		shell_remark(sh, "authenticated%s%s by %s",
		    cfg->user == NULL ? "" : " as ",
		    cfg->user == NULL ? "" : cfg->user, sasl_client_mech(c));
	else if (r == 0 && must)
		r = err_set(e, ERR_AUTH, "AUTH %s was refused: %d",
		    sasl_client_mech(c), code);
	sasl_client_free(c);
	return r < 0 ? -1 : 0;
}

/* The secret that the mechanism wants, asked for once a session's user. */
static int
auth_secret(struct shell *sh, const struct sasl_mech *m,
    struct sasl_config *cfg, struct sasl_secret *secret, struct err *e)
{
	if ((m->is & SASL_USER) && cfg->user == NULL) {
		free(sh->auth.typed_user);
		sh->auth.typed_user = NULL;
		if (password_user(&sh->auth, cfg->host, sh->interactive,
			&sh->auth.typed_user, e) < 0)
			return -1;
		cfg->user = sh->auth.typed_user;
	}
	if ((m->is & SASL_USER) && cfg->user == NULL)
		return err_set(e, ERR_USAGE,
		    "AUTH %s needs a user: --auth-user NAME, or \\auth %s "
		    "NAME",
		    m->name, m->name);
	if ((m->is & (SASL_PASSWORD | SASL_TOKEN)) == 0)
		return 0;
	if (password_get(&sh->auth, cfg->user, cfg->host, secret, e) < 0)
		return -1;
	if (!sh->set.reveal)
		redact_add(&sh->redact, secret->p, secret->len);
	if (m->is & SASL_TOKEN)
		cfg->token = secret;
	else
		cfg->password = secret;
	return 0;
}

int
shell_auth(struct shell *sh, const char *mech, const char *user, bool must,
    struct err *e)
{
	struct smtp *s = link_smtp(sh->link);
	const struct smtp_keyword *k = smtp_offer(s, "AUTH");
	struct buf exporter = BUF_INIT, unique = BUF_INIT;
	struct sasl_secret secret = SASL_SECRET_INIT;
	struct sasl_config cfg = { .mech = mech,
		.offered = k == NULL ? NULL : k->args,
		.user = user,
		.host = sh->where.host,
		.port = sh->where.port == NULL
			    ? 25
			    : (unsigned)strtoul(sh->where.port, NULL, 10),
		.tls = smtp_is_tls(s),
		.insecure = sh->auth.insecure };
	if (mech == NULL && k == NULL)
		return err_set(e, ERR_AUTH,
		    "AUTH was not offered%s; name a mechanism to try it all "
		    "the same",
		    smtp_is_tls(s) ? "" : " (many servers offer it under TLS)");
	if (k == NULL)
		shell_remark(sh, "AUTH was not offered");
	auth_binding(
	    conn_tls(link_conn(sh->link)), &cfg.binding, &exporter, &unique);
	const struct sasl_mech *m = sasl_choose(&cfg, e);
	int r = m == NULL ? -1 : auth_secret(sh, m, &cfg, &secret, e);
	if (r == 0) {
		cfg.mech = m->name;
		r = auth_run(sh, &cfg, must, e);
	}
	sasl_secret_wipe(&secret);
	buf_wipe(&exporter);
	buf_wipe(&unique);
	return r;
}

/* Is a user's name asked for, not a password? */
static bool
auth_asks_user(const struct shell *sh)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *p = auth_challenge(sh, &n);
	bool user = base64_decode(&b, p, n, NULL) == 0 && buf_len(&b) >= 4 &&
		    strncasecmp(buf_data(&b), "user", 4) == 0;
	buf_wipe(&b);
	return user;
}

void
shell_hide_typed(struct shell *sh, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	if (shell_state(sh) == SMTP_AUTHING) {
		if (auth_asks_user(sh))
			return;
	} else {
		/* "AUTH MECH initial-response" */
		const char *sp = memrchr(p, ' ', len);
		if (sp == NULL || memchr(p, ' ', len) == sp)
			return;
		len -= (size_t)(sp + 1 - p);
		p = sp + 1;
	}
	redact_add(&sh->redact, p, len);
	if (base64_decode(&b, p, len, NULL) == 0 && buf_len(&b) > 0) {
		/* PLAIN's password stands behind the last NUL; user names
		 * are no secrets. */
		const char *d = buf_data(&b);
		const char *nul = memrchr(d, '\0', buf_len(&b));
		const char *secret = nul == NULL ? d : nul + 1;
		redact_add(
		    &sh->redact, secret, buf_len(&b) - (size_t)(secret - d));
	}
	buf_wipe(&b);
}
