/* Taking what the server says: one place where events of the link become
 * replies, closes and errors. */
#include <string.h>
#include "cmd/talk/cmd.h"
#include "cmd/mistyped.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/talk.h"

/* --quiet shows errors only, and this is one. */
static void
talk_tell_refusal(struct shell *sh, const struct smtp_event *ev)
{
	struct buf b = BUF_INIT;
	bool plain = ev->sent != NULL && ev->sent->verb->id != VERB_AUTH &&
		     ev->sent->verb->id != VERB_RESPONSE &&
		     ev->sent->line[0] != '\0';
	if (plain)
		buf_addf(&b, "%s: ", ev->sent->line);
	else if (ev->sent != NULL)
		buf_addf(&b, "%s: ", ev->sent->verb->name);
	talk_quote(ev->reply, &b);
	out_error(&sh->out, "%s", buf_str(&b));
	buf_release(&b);
}

/* A word that no server knows may be a slip, or meant for the shell. */
static void
talk_mistyped(struct shell *sh, const struct smtp_event *ev)
{
	struct buf b = BUF_INIT;
	if (ev->sent != NULL && ev->sent->verb->id == VERB_UNKNOWN &&
	    ev->reply->code >= 500 && !sh->expects &&
	    mistyped_line(&b, ev->sent->line, strlen(ev->sent->line)))
		shell_remark(sh, "%s", buf_str(&b));
	buf_release(&b);
}

static void
talk_reply(struct shell *sh, const struct link_event *k, struct talk_want *w)
{
	const struct smtp_event *sev = &k->ev;
	struct buf want = BUF_INIT, why = BUF_INIT, quote = BUF_INIT;
	struct event ev = { .kind = EV_REPLY,
		.reply = sev->reply,
		.verb = sev->sent == NULL ? NULL : sev->sent->verb,
		.rcpt = sev->sent == NULL ? NULL : sev->sent->rcpt_path,
		.unsolicited = sev->kind == SMTP_EV_UNSOLICITED,
		.took_ns = k->took_ns };
	if (w != NULL && w->expect != NULL && !w->judged) {
		talk_judge(sh, w, sev->reply, &why);
		expect_text(w->expect, &want);
		ev.expected = buf_str(&want);
		ev.verdict = w->met ? VERDICT_MET : VERDICT_MISSED;
	}
	shell_put(sh, &ev);
	talk_mistyped(sh, sev);
	if (sh->sinks == NULL && !sh->expects && sev->reply->code >= 400)
		talk_tell_refusal(sh, sev);
	if (w != NULL && ev.verdict == VERDICT_MISSED) {
		talk_quote(sev->reply, &quote);
		talk_tell_missed(
		    sh, w->expect, buf_data(&quote), buf_len(&quote));
	}
	if (ev.verdict == VERDICT_NONE) {
		talk_push(sh, sev->reply, k->took_ns);
	} else {
		reply_copy(&sh->last, sev->reply);
		sh->last_ns = k->took_ns;
	}
	buf_release(&want);
	buf_release(&why);
	buf_release(&quote);
}

/* What is owed, as a person would say it. */
static void
talk_awaited(const struct smtp_sent *s, struct buf *b)
{
	switch (s->verb->id) {
	case VERB_GREETING:
		buf_adds(b, "the greeting");
		break;
	case VERB_TEXT_END:
		buf_adds(b, "the reply to the end of mail text");
		break;
	case VERB_RESPONSE:
		buf_adds(b, "the reply to an AUTH response");
		break;
	case VERB_RAW:
		buf_adds(b, "the reply to what \\raw sent");
		break;
	case VERB_UNKNOWN:
		buf_addf(b, "the reply to '%.40s'", s->line);
		break;
	default:
		buf_addf(b, "the reply to %s", s->verb->name);
	}
}

static const char *
talk_unknown_fate(const struct smtp_sent *s)
{
	return s->verb->id == VERB_TEXT_END
		   ? "; whether the message was accepted is unknown"
		   : "";
}

/* The server closed. An error only where a reply was owed; not for QUIT's. */
static int
talk_closed(struct shell *sh, const struct smtp_event *ev, struct err *e)
{
	struct smtp *s = link_smtp(sh->link);
	const struct smtp_sent *o = smtp_oldest(s);
	size_t owed = smtp_owed(s);
	struct buf why = BUF_INIT;
	buf_adds(&why, link_lost(sh->link));
	int r = 0;
	if (ev != NULL && ev->text_len > 0) {
		struct event g = { .kind = EV_GARBAGE,
			.text = ev->text,
			.len = ev->text_len,
			.remark = "the connection ended inside this reply" };
		shell_put(sh, &g);
	}
	if (o != NULL && o->verb->id != VERB_QUIT) {
		struct buf what = BUF_INIT;
		talk_awaited(o, &what);
		if (owed > 1)
			buf_addf(&what, " (and %zu more)", owed - 1);
		r = err_set(e, ERR_LOST, "%s: %s never came%s", buf_str(&why),
		    buf_str(&what), talk_unknown_fate(o));
		buf_release(&what);
	}
	struct event c = { .kind = EV_CLOSED, .text = buf_str(&why) };
	shell_put(sh, &c);
	bool quit = sh->said_quit;
	struct reply *got = sh->got;
	size_t ngot = sh->ngot;
	sh->ngot = 0; /* what came is still to be judged */
	shell_close(sh);
	sh->got = got;
	sh->ngot = ngot;
	sh->said_quit = quit;
	buf_release(&why);
	return r;
}

/* One event of the link. 1: a reply came; 0: something else; -1: e. */
static int
talk_event(struct shell *sh, const struct link_event *k, struct talk_want *w,
    struct err *e)
{
	switch (k->ev.kind) {
	case SMTP_EV_REPLY:
	case SMTP_EV_UNSOLICITED:
		talk_reply(sh, k, w);
		return 1;
	case SMTP_EV_GARBAGE: {
		struct event ev = { .kind = EV_GARBAGE,
			.text = k->ev.text,
			.len = k->ev.text_len,
			.remark = k->ev.err.text };
		shell_put(sh, &ev);
		sh->broken = true;
		*e = k->ev.err;
		return -1;
	}
	case SMTP_EV_EOF:
		return talk_closed(sh, &k->ev, e);
	case SMTP_EV_NONE:
		break;
	}
	return 0;
}

/* A server that waits for a TLS handshake says nothing in clear text. */
static const char *
talk_hint(const struct smtp_sent *s)
{
	return s->verb->id == VERB_GREETING
		   ? " (a port that speaks TLS from the start says nothing: "
		     "smtps:// or --tls-on-connect)"
		   : talk_unknown_fate(s);
}

static int
talk_timed_out(struct shell *sh, struct err *e)
{
	const struct smtp_sent *o = smtp_oldest(link_smtp(sh->link));
	if (o != NULL && o->verb->id == VERB_QUIT) {
		shell_remark(sh, "no reply to QUIT in time: closing");
		shell_close(sh);
		return 0;
	}
	sh->broken = true;
	if (o == NULL)
		return err_set(e, ERR_TEMP, "nothing came in time");
	struct buf what = BUF_INIT;
	talk_awaited(o, &what);
	err_set(e, ERR_TEMP,
	    "%s did not come in time%s; --timeout DURATION changes how long",
	    buf_str(&what), talk_hint(o));
	buf_release(&what);
	return -1;
}

/* Waits for one event. 1: a reply; 0: nothing any more (closed, or QUIT timed
 * out); -1: e. */
int
talk_take(
    struct shell *sh, int64_t deadline_ns, struct talk_want *w, struct err *e)
{
	for (;;) {
		struct link_event k;
		out_flush(&sh->out, NULL);
		int r = link_next(sh->link, deadline_ns, &k, e);
		if (r < 0)
			return -1;
		if (r == 0)
			return talk_timed_out(sh, e);
		r = talk_event(sh, &k, w, e);
		if (r != 0 || sh->link == NULL)
			return r;
	}
}

/* Writes what is queued. What the server said meanwhile is shown. */
int
talk_write(struct shell *sh, struct err *e)
{
	int r = link_flush(sh->link, e);
	if (r >= 0 || e->kind == ERR_INTR)
		return r < 0 ? -1 : 0;
	/* Its last words explain a lost connection better than errno does. */
	struct link_event k;
	struct err last = { 0 };
	while (sh->link != NULL && link_poll(sh->link, &k)) {
		if (talk_event(sh, &k, NULL, &last) < 0)
			break;
	}
	if (sh->link != NULL && e->kind == ERR_LOST)
		talk_closed(sh, NULL, &last);
	return -1;
}

/* A 220 to STARTTLS, whoever sent it: what follows is TLS. */
int
talk_tls(struct shell *sh, struct err *e)
{
	if (sh->link == NULL || !smtp_tls_wanted(link_smtp(sh->link)))
		return 0;
	return shell_tls(sh, e);
}

int
shell_flush(struct shell *sh, struct err *e)
{
	if (sh->link == NULL)
		return 0;
	if (talk_write(sh, e) < 0)
		return -1;
	while (sh->link != NULL && smtp_owed(link_smtp(sh->link)) > 0 &&
	       smtp_chunk_left(link_smtp(sh->link)) == 0)
		if (talk_take(sh, LOOP_FOREVER, NULL, e) < 0)
			return -1;
	return talk_tls(sh, e);
}

bool
shell_idle(struct shell *sh)
{
	bool any = false;
	struct link_event k;
	struct err e = { 0 };
	while (sh->link != NULL && link_poll(sh->link, &k)) {
		any = true;
		if (talk_event(sh, &k, NULL, &e) < 0) {
			shell_error(sh, &e);
			if (sh->link != NULL && k.ev.kind != SMTP_EV_GARBAGE)
				break;
		}
	}
	return any;
}

/* Is there something that nobody asked for? RFC 5321 has no such thing but
 * 421: the session is out of step. */
int
shell_surplus(struct shell *sh, struct err *e)
{
	if (sh->link == NULL || smtp_owed(link_smtp(sh->link)) > 0)
		return 0;
	struct link_event k;
	int worst = 0;
	while (sh->link != NULL && link_poll(sh->link, &k)) {
		struct err here = { 0 };
		bool surplus =
		    k.ev.kind == SMTP_EV_UNSOLICITED && !sh->raw_open;
		int code = surplus ? k.ev.reply->code : 0;
		int r = talk_event(sh, &k, NULL, &here);
		if (surplus && code == 421)
			err_set(e, ERR_TEMP,
			    "the server closes the session: 421 came unasked");
		else if (surplus)
			err_set(e, ERR_PROTO,
			    "a reply that no command asked for: %d", code);
		else if (r < 0)
			*e = here;
		if (surplus || r < 0)
			worst = -1;
	}
	if (worst < 0)
		return -1;
	if (sh->link == NULL)
		return err_set(e, ERR_LOST,
		    "the server has closed the "
		    "connection");
	return 0;
}
