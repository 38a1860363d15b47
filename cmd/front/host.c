#include "cmd/front/host.h"

#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "net/sasl/sasl.h"
#include "net/serve/serve.h"
#include "net/tls/tls.h"

static int
host_mock(struct host *h, const struct opts *o, struct err *e)
{
	enum dialect d = o->dialect == NULL		  ? DIALECT_UNKNOWN
			 : strcmp(o->dialect, "821") == 0 ? DIALECT_821
							  : DIALECT_5321;
	if (script_read(&h->script, o->mock, d, e) < 0 ||
	    play_make(&h->play, &h->script, e) < 0)
		return -1;
	h->peer.play = &h->play;
	return 0;
}

static int
host_tls(struct host *h, const struct opts *o, const char *name, struct err *e)
{
	const struct tls_config c = { .role = TLS_SERVER,
		.cert = o->cert,
		.key = o->key,
		.protocol = o->tls_protocol,
		.cipher = o->tls_cipher,
		.keylog = getenv("SSLKEYLOGFILE"),
		.self_signed = o->cert == NULL,
		.self_name = name };
	if (o->cert == NULL && !o->self_signed)
		return 0;
	if (tls_ctx_new(&h->tls, &c, e) < 0)
		return -1;
	h->peer.tls = h->tls;
	h->peer.smtpd.starttls = true;
	return 0;
}

/* --user: AUTH is offered under TLS, or anywhere with --auth-insecure. */
static int
host_user(struct host *h, const struct opts *o, struct err *e)
{
	if (o->user == NULL)
		return 0;
	if (h->tls == NULL && !o->auth_insecure)
		return err_set(e, ERR_USAGE,
		    "--user without --cert or --self-signed: AUTH would be "
		    "offered to nobody; --auth-insecure offers it in clear "
		    "text");
	const struct auth from = { .file = o->password_file };
	if (password_get(&from, o->user, NULL, &h->password, e) < 0)
		return -1;
	h->peer.auth_user = o->user;
	h->peer.auth_password = &h->password;
	h->peer.smtpd.auth_insecure = o->auth_insecure;
	const struct sasl_server_config c = { .user = o->user,
		.password = &h->password,
		.tls = true,
		.binding = { .exporter_p =
				 h->tls == NULL || o->auth_insecure ? NULL : "",
		    .exporter_len = 0 } };
	struct buf b = BUF_INIT;
	sasl_server_mechs(&c, &b);
	h->mechs = buf_detach(&b);
	h->peer.smtpd.auth_mechs = h->mechs;
	return 0;
}

/* Better told now than to the first client. */
static int
host_maildir(const char *path, struct err *e)
{
	struct stat st;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(e, ERR_OUTPUT, "cannot make the folder %s: %s",
		    path, strerror(errno));
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    access(path, W_OK | X_OK) < 0)
		return err_set(e, ERR_OUTPUT,
		    "cannot write into %s: it is no folder of ours", path);
	return 0;
}

/* "2525", "smtp"; 0 lets the kernel choose. */
static int
host_port(const char *port, struct err *e)
{
	bool digits = strspn(port, "0123456789") == strlen(port);
	if (digits && (strlen(port) > 5 || strtoul(port, NULL, 10) > 65535))
		return err_set(e, ERR_USAGE,
		    "--serve: port %s is not from 0 to 65535", port);
	if (!digits && getservbyname(port, "tcp") == NULL)
		return err_set(e, ERR_USAGE, "--serve: no such port: %s", port);
	return 0;
}

int
host_init(struct host *h, const struct opts *o, bool serve, struct err *e)
{
	char name[256] = "localhost";
	*h = (struct host){ 0 };
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	if (o->helo != NULL)
		snprintf(name, sizeof name, "%s", o->helo);
	h->world = serve ? world_new(name) : world_std10();
	for (size_t i = 0; i < o->mailbox.n; i++)
		world_add(h->world, o->mailbox.item[i]);
	h->peer.smtpd.world = h->world;
	h->peer.smtpd.lmtp = o->lmtp;
	h->peer.smtpd.allow_bare = o->allow_bare;
	h->peer.maildir = o->maildir;
	h->peer.keep = !serve;
	/* Who probes in the sandbox makes errors. */
	if (!serve)
		h->peer.smtpd.error_max = SIZE_MAX;
	if (o->size_max != NULL)
		h->peer.smtpd.size_max = strtoull(o->size_max, NULL, 10);
	if (host_tls(h, o, name, e) < 0 || host_user(h, o, e) < 0)
		return -1;
	if (o->maildir != NULL && host_maildir(o->maildir, e) < 0)
		return -1;
	h->peer.tls_on_connect = serve && o->tls_on_connect;
	if (h->peer.tls_on_connect && h->tls == NULL)
		return err_set(e, ERR_USAGE,
		    "--tls-on-connect with --serve needs --cert or "
		    "--self-signed");
	return o->mock == NULL ? 0 : host_mock(h, o, e);
}

void
host_release(struct host *h)
{
	play_release(&h->play);
	script_release(&h->script);
	world_free(h->world);
	tls_ctx_free(h->tls);
	sasl_secret_wipe(&h->password);
	free(h->mechs);
	*h = (struct host){ 0 };
}

static void
host_clock(struct buf *b)
{
	time_t now = time(NULL);
	struct tm tm;
	localtime_r(&now, &tm);
	buf_addf(b, "%02d:%02d:%02d ", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The log: each session's lines, numbered, in the notation of RFC 821. */
static void
host_log(
    void *arg, unsigned long session, char dir, const char *text, size_t len)
{
	struct shell *sh = arg;
	struct buf b = BUF_INIT;
	while (len > 0) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - text);
		size_t line = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
		host_clock(&b);
		buf_addf(&b, "%lu %s ", session,
		    dir == 'C'	 ? "S:"
		    : dir == 'S' ? "R:"
				 : "#");
		escape_add(&b, text, line, true);
		buf_addc(&b, '\n');
		n += nl != NULL;
		text += n;
		len -= n;
	}
	out_write(&sh->out, buf_data(&b), buf_len(&b));
	out_flush(&sh->out, NULL);
	buf_release(&b);
}

static void
host_ready(void *arg, const char *address, const char *port)
{
	struct shell *sh = arg;
	struct buf b = BUF_INIT;
	buf_addf(&b, "# listening on %s%s%s\n", address,
	    port[0] == '\0' ? "" : " port ", port);
	out_write(&sh->out, buf_data(&b), buf_len(&b));
	out_flush(&sh->out, NULL);
	buf_release(&b);
}

/* "2525", "127.0.0.1:2525", "[::1]:2525". */
static int
host_address(const char *text, char **address, const char **port, struct err *e)
{
	const char *colon = strrchr(text, ':');
	*address = NULL;
	*port = colon == NULL ? text : colon + 1;
	if (colon != NULL) {
		size_t n = (size_t)(colon - text);
		bool brackets = n >= 2 && text[0] == '[' && text[n - 1] == ']';
		*address = mem_dupn(text + brackets, n - 2 * brackets);
	}
	if (**port == '\0' || (*address != NULL && **address == '\0')) {
		free(*address);
		*address = NULL;
		return err_set(e, ERR_USAGE,
		    "--serve %s: expected PORT or ADDRESS:PORT", text);
	}
	return 0;
}

int
host_serve(struct host *h, const struct opts *o, struct shell *sh)
{
	struct serve_config c = {
		.ready = host_ready, .ready_arg = sh, .path = o->socket
	};
	struct err e = { 0 };
	char *address = NULL;
	unsigned long complaints = 0;
	if (!o->quiet) {
		h->peer.log = host_log;
		h->peer.log_arg = sh;
	}
	int r = host_address(o->serve, &address, &c.port, &e);
	if (r == 0)
		r = host_port(c.port, &e);
	if (o->count != NULL)
		c.count = strtoul(o->count, NULL, 10);
	c.address = address;
	c.peer = h->peer;
	if (r == 0)
		r = serve_run(&c, &sh->loop, &complaints, &e);
	free(address);
	if (r < 0) {
		shell_error(sh, &e);
		return err_status(e.kind);
	}
	if (sh->loop.raised != 0 && complaints == 0)
		return 128 + sh->loop.raised;
	return complaints > 0;
}
