#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "serve.h"

static int
host_number(
    const char *option, const char *word, unsigned long long *n, struct err *e)
{
	char *end;
	*n = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end != '\0')
		return err_set(
		    e, ERR_USAGE, "%s %s: expected a number", option, word);
	return 0;
}

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

int
host_init(struct host *h, const struct opts *o, bool serve, struct err *e)
{
	char name[256] = "localhost";
	unsigned long long size;
	*h = (struct host){ 0 };
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	if (o->helo != NULL)
		snprintf(name, sizeof name, "%s", o->helo);
	h->world = serve ? world_new(name) : world_std10();
	for (size_t i = 0; i < o->nmailbox; i++)
		world_add(h->world, o->mailbox[i]);
	h->peer.smtpd.world = h->world;
	h->peer.smtpd.lmtp = o->lmtp;
	h->peer.smtpd.allow_bare = o->allow_bare;
	h->peer.maildir = o->maildir;
	h->peer.keep = !serve;
	if (o->size_max != NULL) {
		if (host_number("--size-max", o->size_max, &size, e) < 0)
			return -1;
		h->peer.smtpd.size_max = size;
	}
	return o->mock == NULL ? 0 : host_mock(h, o, e);
}

void
host_release(struct host *h)
{
	play_release(&h->play);
	script_release(&h->script);
	world_free(h->world);
	*h = (struct host){ 0 };
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
	unsigned long long count;
	unsigned long complaints = 0;
	if (!o->quiet) {
		h->peer.log = host_log;
		h->peer.log_arg = sh;
	}
	int r = host_address(o->serve, &address, &c.port, &e);
	if (r == 0 && o->count != NULL) {
		r = host_number("--count", o->count, &count, &e);
		c.count = (unsigned long)count;
	}
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
