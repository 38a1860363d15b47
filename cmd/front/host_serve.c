/* The receiver as a server. Its log goes to standard output and never keeps a
 * session waiting: what a reader does not take gathers up to a limit, then
 * lines are dropped, and counted. */
#include "cmd/front/host_parts.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cmd/lang/duration.h"
#include "net/serve/serve.h"

#define HOST_LOG_MAX	(1u << 20)
#define HOST_LOG_END_MS 200

struct host_server {
	struct host *h;
	const struct opts *o;
	struct shell *sh;
	unsigned long dropped; /* lines of the log, since it last took one */
	bool slow;	       /* told that its reader is slow */
	bool warned;	       /* that everybody is let in */
	bool live;	       /* a line of figures stands on the terminal */
	bool json;
	struct serve_figures then; /* what it said */
	time_t clock_at;	   /* the second of: */
	char clock[16];		   /* "12:30:00 ", as each line begins */
	struct buf line;	   /* of the log, being made */
};

static void
host_clock(struct host_server *v, struct buf *b)
{
	time_t now = time(NULL);
	struct tm tm;
	if (now != v->clock_at) {
		localtime_r(&now, &tm);
		strftime(v->clock, sizeof v->clock, "%H:%M:%S ", &tm);
		v->clock_at = now;
	}
	buf_adds(b, v->clock);
}

/* A line, or none of it. */
static void
host_log_line(struct host_server *v, struct buf *line)
{
	struct out *out = &v->sh->out;
	if (out_waiting(out) > HOST_LOG_MAX) {
		v->dropped++;
		return;
	}
	if (v->dropped > 0) {
		struct buf b = BUF_INIT;
		host_clock(v, &b);
		buf_addf(&b, "0 # %lu lines of the log are missing here\n",
		    v->dropped);
		out_write(out, buf_data(&b), buf_len(&b));
		buf_release(&b);
		v->dropped = 0;
	}
	out_write(out, buf_data(line), buf_len(line));
}

/* The log: each session's lines, numbered, in the notation of RFC 821. */
static void
host_log(
    void *arg, unsigned long session, char dir, const char *text, size_t len)
{
	struct host_server *v = arg;
	struct buf *b = &v->line;
	while (len > 0) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - text);
		size_t line = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
		buf_clear(b);
		host_clock(v, b);
		buf_addu(b, session);
		buf_adds(b, dir == 'C' ? " S: " : dir == 'S' ? " R: " : " # ");
		escape_add(b, text, line, true);
		buf_addc(b, '\n');
		host_log_line(v, b);
		n += nl != NULL;
		text += n;
		len -= n;
	}
}

/* Writes what is taken at once; the descriptor when it is full, or -1. What
 * keeps the log from being written is told once. */
static int
host_flush(void *arg)
{
	struct host_server *v = arg;
	struct err e = { 0 };
	struct out *out = &v->sh->out;
	if (out_flush(out, &e) < 0) {
		out->known = true;
		out_error(
		    out, "%s; the receiver goes on without its log", e.text);
	}
	if (v->dropped > 0 && !v->slow) {
		v->slow = true;
		out_error(out, "nobody reads the log on standard output fast "
			       "enough; lines of it are dropped");
	}
	return out_waiting(out) > 0 ? out->fd : -1;
}

static double
host_rate(uint64_t n, int64_t ns)
{
	return ns > 0 ? (double)n * 1e9 / (double)ns : 0;
}

/* How fast lately, on standard error's terminal; taken away at the end. */
static void
host_live(struct host_server *v, const struct serve_figures *f, bool last)
{
	struct buf b = BUF_INIT;
	int64_t ns = f->ns - v->then.ns;
	buf_adds(&b, "\r\033[K");
	if (!last) {
		buf_addf(&b,
		    "%zu open, %lu sessions, %llu messages, %.0f messages/s, "
		    "%.1f MB/s",
		    f->open, f->sessions, (unsigned long long)f->messages,
		    host_rate(f->messages - v->then.messages, ns),
		    host_rate(f->octets - v->then.octets, ns) / 1e6);
	}
	v->then = *f;
	out_errors(&v->sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
host_json_end(struct host_server *v, const struct serve_figures *f)
{
	struct buf b = BUF_INIT;
	buf_addf(&b,
	    "{\"event\":\"end\",\"sessions\":%lu,\"refused\":%lu,"
	    "\"messages\":%llu,\"octets\":%llu,\"seconds\":%.3f}\n",
	    f->sessions, f->refused, (unsigned long long)f->messages,
	    (unsigned long long)f->octets, (double)f->ns / 1e9);
	out_write(&v->sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

/* The log's last line. Of a mock there is nothing to count but sessions. */
static void
host_figures(void *arg, const struct serve_figures *f, bool last)
{
	struct host_server *v = arg;
	struct buf b = BUF_INIT;
	if (v->live)
		host_live(v, f, last);
	if (last && v->json) {
		host_json_end(v, f);
		return;
	}
	if (!last || v->sh->out.known ||
	    (v->o->quiet && !v->o->discard && !v->live))
		return;
	buf_addf(
	    &b, "# %lu session%s", f->sessions, f->sessions == 1 ? "" : "s");
	if (f->refused > 0)
		buf_addf(&b, " and %lu refused", f->refused);
	if (v->o->mock == NULL)
		buf_addf(&b,
		    ", %llu message%s, %llu octets: %.1f messages/s, %.3f MB/s",
		    (unsigned long long)f->messages,
		    f->messages == 1 ? "" : "s", (unsigned long long)f->octets,
		    host_rate(f->messages, f->ns),
		    host_rate(f->octets, f->ns) / 1e6);
	buf_addf(&b, " in %.1f s\n", (double)f->ns / 1e9);
	out_write(&v->sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
host_warn(void *arg, const char *text)
{
	struct host_server *v = arg;
	out_error(&v->sh->out, "%s", text);
}

static void
host_taken(void *arg, const struct peer_taken *t)
{
	struct host_server *v = arg;
	if (out_waiting(&v->sh->out) > HOST_LOG_MAX)
		v->dropped++;
	else if (v->json)
		host_json_taken(&v->sh->out, t);
	else
		host_show_taken(&v->sh->out, t, v->o->show_all);
}

static void
host_ready(void *arg, const char *address, const char *port)
{
	struct host_server *v = arg;
	struct buf b = BUF_INIT;
	if (v->json) {
		buf_adds(&b, "{\"event\":\"listening\"");
		host_json_key(&b, "address", address);
		host_json_key(&b, "port", port);
		buf_adds(&b, "}\n");
	} else {
		buf_addf(&b, "# listening on %s%s%s\n", address,
		    port[0] == '\0' ? "" : " port ", port);
	}
	out_write(&v->sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
	if (v->warned ||
	    (strcmp(address, "0.0.0.0") != 0 && strcmp(address, "::") != 0))
		return;
	v->warned = true;
	out_error(&v->sh->out,
	    "warning: --serve %s listens on every address of this machine: "
	    "whoever reaches it can leave mail here",
	    v->o->serve);
}

/* The folder of a socket's file, which is removed at the end. */
static char *
host_folder(const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	if (path == NULL)
		return NULL;
	if (slash == NULL)
		return mem_dup(".");
	return slash == path ? mem_dup("/")
			     : mem_dupn(path, (size_t)(slash - path));
}

/* Everything has been loaded, read and bound: the rest of the life is spent
 * with a folder of mail. */
static int
host_bound(void *arg, struct err *e)
{
	struct host_server *v = arg;
	if (v->h->user.name != NULL && confine_become(&v->h->user, e) < 0)
		return -1;
	tzset();
	char *folder = host_folder(v->o->socket);
	int r = confine_run(v->o->maildir, v->o->store, folder, e);
	free(folder);
	return r < 0 ? -1 : 0;
}

/* "2525", "smtp"; 0 lets the kernel choose. */
static int
host_port(const char *port, struct err *e)
{
	if (strchr(port, '/') != NULL)
		return err_set(e, ERR_USAGE,
		    "--serve %s: expected [ADDR:]PORT; a socket's path goes "
		    "behind --socket: --serve 0 --socket %s",
		    port, port);
	bool digits = strspn(port, "0123456789") == strlen(port);
	if (digits && (strlen(port) > 5 || strtoul(port, NULL, 10) > 65535))
		return err_set(e, ERR_USAGE,
		    "--serve: port %s is not from 0 to 65535", port);
	if (!digits && getservbyname(port, "tcp") == NULL)
		return err_set(e, ERR_USAGE, "--serve: no such port: %s", port);
	return 0;
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

#define HOST_THREADS_MAX 64

static int
host_threads(struct serve_config *c, const struct opts *o, struct err *e)
{
	unsigned long long n;
	int64_t ms;
	struct err why = { 0 };
	if (o->threads != NULL) {
		if (host_number("--threads", o->threads, &n, e) < 0)
			return -1;
		if (n == 0 || n > HOST_THREADS_MAX)
			return err_set(e, ERR_USAGE,
			    "--threads %s is not from 1 to %d", o->threads,
			    HOST_THREADS_MAX);
		c->threads = (size_t)n;
	}
	if (o->grace == NULL)
		return 0;
	if (duration_parse(o->grace, &ms, &why) < 0)
		return err_set(e, ERR_USAGE, "--grace: %s", why.text);
	c->grace_ns = ms == 0 ? 1 : ms * 1000000;
	return 0;
}

static int
host_limits(struct serve_config *c, const struct opts *o, struct err *e)
{
	unsigned long long n;
	int64_t ms = 30 * 60 * 1000;
	if (o->count != NULL) {
		if (host_number("--count", o->count, &n, e) < 0)
			return -1;
		c->count = (unsigned long)n;
	}
	if (o->client_max != NULL) {
		if (host_number("--client-max", o->client_max, &n, e) < 0)
			return -1;
		c->client_max = (size_t)n;
		if (n == 0)
			return err_set(
			    e, ERR_USAGE, "--client-max 0 would let nobody in");
	}
	struct err why = { 0 };
	if (o->session_max != NULL &&
	    duration_parse(o->session_max, &ms, &why) < 0)
		return err_set(e, ERR_USAGE, "--session-max: %s", why.text);
	if (ms == 0)
		return err_set(e, ERR_USAGE,
		    "--session-max 0 leaves no time for a session");
	c->peer.session_ns = ms * 1000000;
	return 0;
}

int
host_serve(struct host *h, const struct opts *o, struct shell *sh)
{
	struct host_server v = { .h = h, .o = o, .sh = sh };
	struct serve_config c = { .ready = host_ready,
		.ready_arg = &v,
		.bound = host_bound,
		.bound_arg = &v,
		.log_flush = host_flush,
		.log_arg = &v,
		.figures = host_figures,
		.figures_arg = &v,
		.warn = host_warn,
		.warn_arg = &v,
		.path = o->socket };
	struct err e = { 0 };
	char *address = NULL;
	unsigned long complaints = 0;
	v.json = o->format != NULL && strcmp(o->format, "json") == 0;
	if (v.json || o->show || o->show_all) {
		h->peer.taken = host_taken;
		h->peer.taken_arg = &v;
	}
	if (!o->quiet && !v.json) {
		h->peer.log = host_log;
		h->peer.log_arg = &v;
	}
	v.live = sh->out.tells_terminal && (o->quiet || !sh->out.terminal);
	c.peer = h->peer;
	sh->out.nowait = true;
	int r = v.json ? host_json_ready(&e) : 0;
	if (r == 0)
		r = host_address(o->serve, &address, &c.port, &e);
	if (r == 0)
		r = host_port(c.port, &e);
	if (r == 0)
		r = host_limits(&c, o, &e);
	if (r == 0)
		r = host_threads(&c, o, &e);
	c.address = address;
	if (r == 0)
		r = serve_run(&c, &sh->loop, &complaints, &e);
	out_linger(&sh->out, HOST_LOG_END_MS);
	free(address);
	buf_release(&v.line);
	if (r < 0) {
		shell_error(sh, &e);
		return err_status(e.kind);
	}
	return complaints > 0;
}
