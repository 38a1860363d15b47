/* A session's life: opening, TLS, what it waits for, its end. */
#include "net/link/link_priv.h"

#include <stdlib.h>
#include "net/core/buf.h"
#include "net/tls/tls.h"

int
link_start(struct link **out, const struct conn_target *t,
    const struct link_times *times, conn_report *report, void *arg,
    struct err *e)
{
	struct conn_dial *d;

	*out = NULL;
	if (conn_start(&d, t, loop_deadline(times->connect), report, arg, e) !=
	    0)
		return -1;
	struct link *k = mem_zalloc(sizeof *k);
	k->dial = d;
	k->began_ns = loop_now_ns();
	k->tls_ns = -1;
	k->times = *times;
	k->smtp = smtp_new();
	*out = k;
	return 0;
}

int
link_step_open(struct link *k, struct err *e)
{
	if (k->dial == NULL)
		return 1;
	int r = conn_step(k->dial, &k->conn, e);
	if (r <= 0)
		return r;
	conn_dial_free(k->dial);
	k->dial = NULL;
	k->opened_ns = loop_now_ns();
	smtp_connected(k->smtp);
	return 1;
}

void
link_free(struct link *k)
{
	if (k == NULL)
		return;
	conn_dial_free(k->dial);
	conn_free(k->conn);
	smtp_free(k->smtp);
	free(k->mark);
	free(k->lost);
	free(k);
}

struct smtp *
link_smtp(struct link *k)
{
	return k->smtp;
}

struct conn *
link_conn(struct link *k)
{
	return k->conn;
}

bool
link_is_open(const struct link *k)
{
	return k->conn != NULL && !k->ended;
}

const char *
link_lost(const struct link *k)
{
	return k->lost != NULL ? k->lost : "";
}

int64_t
link_open_ns(const struct link *k)
{
	return k->conn == NULL ? -1 : k->opened_ns - k->began_ns;
}

int64_t
link_tls_ns(const struct link *k)
{
	return k->tls_ns;
}

/* Octets that came in clear behind the 220: whoever put them there wants them
 * taken for the server's words under TLS. */
static int
link_tls_clear(struct link *k, struct err *e)
{
	size_t n = smtp_pending(k->smtp) + conn_peek(k->conn);

	if (n == 0)
		return 0;
	return err_set(e, ERR_PROTO,
	    "%zu octet%s came in clear text behind the 220 to STARTTLS: "
	    "somebody may be injecting replies; TLS was not started",
	    n, n == 1 ? "" : "s");
}

int
link_tls_begin(struct link *k, struct tls_ctx *ctx, const struct tls_target *t,
    struct err *e)
{
	struct tls *tls;

	if (smtp_tls_wanted(k->smtp) && link_tls_clear(k, e) < 0)
		return -1;
	if (tls_new(&tls, ctx, t, e) < 0)
		return -1;
	conn_tls_start(k->conn, tls);
	/* The first step is ours: nothing comes before it. */
	k->shaking = k->fresh = true;
	k->tls_began_ns = loop_now_ns();
	k->shake_until = loop_deadline(k->times.helo);
	return 0;
}

int
link_tls_step(struct link *k, struct err *e)
{
	k->fresh = false;
	link_tick(k);
	int r = conn_tls_step(k->conn, e);
	if (r == 0 && loop_now_ns() >= k->shake_until) {
		err_set(e, ERR_TEMP, "the TLS handshake did not end in time");
		return err_why(e, WHY_LATE);
	}
	if (r <= 0)
		return r;
	k->shaking = false;
	k->tls_ns = loop_now_ns() - k->tls_began_ns;
	k->grown = true;
	smtp_tls_started(k->smtp);
	return 1;
}

size_t
link_wants(const struct link *k, bool want_write, struct pollfd *fd)
{
	if (k->dial != NULL)
		return conn_dial_fds(k->dial, fd);
	return k->conn == NULL || k->ended ? 0
					   : conn_poll(k->conn, want_write, fd);
}
