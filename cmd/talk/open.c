/* Where a conversation's connection begins and ends: connecting, QUIT,
 * closing. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/step.h"
#include "net/dns/idn.h"

static void
open_report(void *arg, const char *text)
{
	talk_remark(arg, "%s", text);
}

void
step_gone(struct talk *t)
{
	if (t->link != NULL && t->env->closing != NULL)
		t->env->closing(t);
	link_free(t->link);
	t->link = NULL;
	ledger_lost(&t->ledger);
	t->greeted = t->said_helo = t->said_quit = false;
	t->skip_text = t->broken = t->secured = t->raw_open = false;
	t->garbled = false;
	t->part_told = 0;
	t->barrier = t->readable = t->woken = t->unmet = false;
}

void
talk_close(struct talk *t)
{
	if (t->link != NULL && smtp_owed(link_smtp(t->link)) > 0)
		step_leftover(t);
	step_gone(t);
}

/* One connection, to the host that mx.host or where says. */

static void
open_target(struct talk *t, struct conn_target *to)
{
	static const enum conn_kind kind[] = { [WHERE_TCP] = CONN_TCP,
		[WHERE_UNIX] = CONN_UNIX,
		[WHERE_PIPE] = CONN_PIPE };
	const struct where *w = &t->where;
	*to = (struct conn_target){ .kind = kind[w->kind],
		.host = w->host,
		.port = w->port == NULL ? (w->lmtp ? "24" : "25") : w->port,
		.path = w->path,
		.command = w->command,
		.family = w->family,
		.bind = w->bind,
		.proxy = t->proxy,
		.proxy_protocol = t->proxy_protocol };
	if (t->mx.host != NULL) {
		to->host = t->mx.host->name;
		to->address = t->mx.host->address;
		to->naddress = t->mx.host->naddress;
	}
	if (t->sandbox != NULL) {
		to->kind = CONN_INPROC;
		to->peer = peer_new(t->sandbox, 1, NULL);
	}
}

static void
open_tell(struct talk *t)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "connected to %s", conn_name(link_conn(t->link)));
	struct event ev = { .kind = EV_OPEN,
		.text = buf_str(&b),
		.took_ns = link_open_ns(t->link) };
	talk_put(t, &ev);
	buf_release(&b);
}

static int
dial_resume(struct talk *t, struct act *a, struct err *e)
{
	int r;
	switch (a->step) {
	case 0: {
		struct conn_target to;
		step_gone(t);
		t->text_refused = 0;
		t->closing = false;
		open_target(t, &to);
		past_open(t);
		t->had_link = true;
		t->links++;
		if (link_start(
			&t->link, &to, &t->set.times, open_report, t, e) < 0) {
			t->link = NULL;
			return -1;
		}
		a->step = 1;
	}
		/* fall through */
	case 1:
		r = link_step_open(t->link, e);
		if (r < 0) {
			link_free(t->link);
			t->link = NULL;
			return -1;
		}
		if (r == 0)
			return talk_sleep(t, TALK_OPEN, link_deadline(t->link));
		if (t->past != NULL)
			t->past->connected = true;
		talk_owe(t, DUE_GREETING);
		a->step = 2;
		if (t->where.tls_on_connect || t->secure.on_connect) {
			talk_tls(t);
			return ACT_MORE;
		}
		/* fall through */
	default:
		open_tell(t);
		return ACT_DONE;
	}
}

static void
dial_release(struct talk *t, struct act *a)
{
	/* Given up on the way. */
	if (a->step == 1 && t->link != NULL)
		step_gone(t);
}

static const struct act_kind dial_kind = { "dial", sizeof(struct act),
	dial_resume, NULL, dial_release };

void
step_dial(struct talk *t)
{
	act_push(t, &dial_kind);
}

static int
open_resume(struct talk *t, struct act *a, struct err *e)
{
	if (a->step++ > 0)
		return ACT_DONE;
	bool tcp = t->sandbox == NULL && t->where.kind == WHERE_TCP;
	if (!t->has_where && t->sandbox == NULL)
		return err_set(e, ERR_USAGE,
		    "no host: write one as HOST[:PORT], or --mx DOMAIN for the "
		    "host of a domain, or --sandbox");
	t->had_link = true;
	t->mx.host = t->mx.fixed;
	if (t->mx.fixed != NULL) {
		step_dial(t);
		return ACT_MORE;
	}
	if (tcp && t->where.host != NULL && idn_is_needed(t->where.host)) {
		char *ascii;
		if (idn_to_ascii(t->where.host, &ascii, e) < 0)
			return -1;
		free(t->where.host);
		t->where.host = ascii;
	}
	if (tcp && (t->mx.domain != NULL || t->mx.dane || t->mx.resolver))
		mx_connect(t);
	else
		step_dial(t);
	return ACT_MORE;
}

static const struct act_kind open_kind = {
	.name = "open", .size = sizeof(struct act), .resume = open_resume
};

void
talk_open(struct talk *t)
{
	act_push(t, &open_kind);
}

/* The end: what is owed, QUIT, close. Whatever fails on the way is told, and
 * the end goes on. */

static bool
end_may_quit(const struct talk *t)
{
	if (t->link == NULL || !link_is_open(t->link))
		return false;
	const struct smtp *s = link_smtp(t->link);
	enum smtp_state state = smtp_state(s);
	return !t->said_quit && !t->set.bare && !t->broken && !t->closing &&
	       state != SMTP_TEXT && state != SMTP_LEAVING &&
	       state != SMTP_AUTHING && !smtp_tls_wanted(s) &&
	       smtp_chunk_left(s) == 0;
}

/* Who is told of a mail by a server that is one reply behind knows nothing of
 * it. */
static void
end_look(struct talk *t)
{
	struct err e;
	if (t->code / 100 != 2 || t->code == 221)
		return;
	if (!t->tally.texted) {
		talk_remark(t,
		    "QUIT was answered %d, not 221: the server may be one "
		    "reply behind",
		    t->code);
		return;
	}
	err_set(&e, ERR_PROTO,
	    "QUIT was answered %d, not 221: the server may be one reply "
	    "behind, and whether the last mail was taken is unknown",
	    t->code);
	talk_error(t, &e);
}

/* Told, not failed by. */
static int
end_try(struct talk *t, int r, struct err *e)
{
	if (r >= 0)
		return r;
	if (e->kind != ERR_NONE)
		talk_error(t, e);
	err_clear(e);
	return ACT_DONE;
}

static int
end_resume(struct talk *t, struct act *a, struct err *e)
{
	int r = 0;
	bool open = t->link != NULL && link_is_open(t->link);
	switch (a->step) {
	case 0:
		if (open && !t->greeted && !t->set.bare && !t->broken)
			r = end_try(t, talk_greet(t, e), e);
		if (r != 0)
			return r;
		a->step++;
		/* fall through */
	case 1:
		if (open && t->link != NULL && !t->broken && !t->interactive &&
		    !smtp_tls_wanted(link_smtp(t->link)))
			r = end_try(t, talk_await(t, e), e);
		if (r != 0)
			return r;
		if (t->set.early && t->link != NULL && t->greeted)
			end_try(t, talk_greet(t, e), e);
		if (t->link != NULL && smtp_in_text(link_smtp(t->link)))
			talk_remark(t, "closing without the end of mail text");
		a->step++;
		/* A reply that nobody asked for is not QUIT's. */
		if (t->link != NULL && !t->broken && !t->stopped &&
		    !t->said_quit)
			r = talk_surplus(t, e);
		/* A server that has gone needs no QUIT. */
		if (r < 0 && e->kind != ERR_LOST)
			end_try(t, r, e);
		if (!end_may_quit(t))
			break;
		talk_settle(t);
		t->said_quit = true;
		talk_say_own(t, "QUIT");
		return ACT_MORE;
	case 2:
		end_look(t);
		break;
	}
	talk_close(t);
	return ACT_DONE;
}

static int
end_failed(struct talk *t, struct act *a, struct err *e)
{
	if (a->step < 2 || e->kind == ERR_INTR)
		end_try(t, -1, e);
	/* What became of QUIT is nobody's error. */
	err_clear(e);
	t->code = 0;
	a->step = 2;
	t->broken = true;
	return 0;
}

static const struct act_kind end_kind = { .name = "end",
	.size = sizeof(struct act),
	.resume = end_resume,
	.failed = end_failed };

void
talk_end(struct talk *t)
{
	act_push(t, &end_kind);
}
