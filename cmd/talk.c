/* Talking to a server: connect, send, take replies, judge them, say goodbye.
 * Replies are read in one place, shell_take(); grouped or not only decides
 * when it is called. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "cmd.h"
#include "idn.h"
#include "shell.h"

/* How long to wait for a reply that nothing asked for, where a file expects
 * one. */
#define TALK_IDLE_MS 10000

static void
talk_report(void *arg, const char *text)
{
	shell_remark(arg, "%s", text);
}

static void
talk_drop_got(struct shell *sh)
{
	for (size_t i = 0; i < sh->ngot; i++) {
		int class = sh->got[i].code / 100;
		if (!sh->expects) {
			sh->tally.permanent |= class == 5;
			sh->tally.transient |= class == 4;
		}
		reply_release(&sh->got[i]);
	}
	sh->ngot = 0;
}

/* The oldest reply that is not judged, moved out. */
static void
talk_pop(struct shell *sh, struct reply *r, int64_t *took_ns)
{
	*r = sh->got[0];
	*took_ns = sh->got_ns[0];
	sh->ngot--;
	memmove(sh->got, sh->got + 1, sh->ngot * sizeof *sh->got);
	memmove(sh->got_ns, sh->got_ns + 1, sh->ngot * sizeof *sh->got_ns);
}

static void
talk_push(struct shell *sh, const struct reply *r, int64_t took_ns)
{
	sh->got = mem_grow(sh->got, sh->ngot + 1, sizeof *sh->got);
	sh->got_ns = mem_grow(sh->got_ns, sh->ngot + 1, sizeof *sh->got_ns);
	reply_init(&sh->got[sh->ngot]);
	reply_copy(&sh->got[sh->ngot], r);
	sh->got_ns[sh->ngot++] = took_ns;
	reply_copy(&sh->last, r);
	sh->last_ns = took_ns;
}

static void
talk_capture(void *arg, const char *name, const char *p, size_t len)
{
	struct shell *sh = arg;
	vars_set(&sh->vars, name, p, len, NULL);
}

struct talk_want {
	const struct expect *expect; /* what the next reply is held against */
	bool judged;		     /* it was */
	bool met;
};

static void
talk_judge(struct shell *sh, struct talk_want *w, const struct reply *r,
    struct buf *why)
{
	w->judged = true;
	w->met =
	    expect_match(w->expect, r, sh->match_text, talk_capture, sh, why);
	if (w->met)
		sh->tally.met++;
	else
		sh->tally.missed++;
}

static void
talk_tell_missed(
    struct shell *sh, const struct expect *x, const char *got, size_t len)
{
	struct buf want = BUF_INIT;
	expect_text(x, &want);
	struct event ev = { .kind = EV_VERDICT,
		.verdict = VERDICT_MISSED,
		.expected = buf_str(&want),
		.text = got,
		.len = len };
	shell_put(sh, &ev);
	if (!sh->out.terminal)
		out_error(&sh->out, "%s:%u: expected %s, got %.*s",
		    sh->file == NULL ? "input" : sh->file, sh->line,
		    buf_str(&want), (int)(len < 200 ? len : 200), got);
	buf_release(&want);
}

/* The last line of a reply with its code, as people quote it. */
static void
talk_quote(const struct reply *r, struct buf *b)
{
	size_t len = 0;
	const char *p = r->nlines > 0 ? reply_text(r, r->nlines - 1, &len) : "";
	buf_addf(b, "%d ", r->code);
	buf_add(b, p, len);
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

/* Keeps what the sandbox received when its connection goes. */
static void
talk_keep(struct shell *sh)
{
	struct peer *peer = conn_peer(link_conn(sh->link));
	if (peer == NULL || !sh->sandbox.keep)
		return;
	struct peer_message **end = &sh->kept;
	while (*end != NULL)
		end = &(*end)->next;
	for (const struct peer_message *m = peer_messages(peer); m != NULL;
	     m = m->next) {
		struct peer_message *copy = mem_zalloc(sizeof *copy);
		copy->sender = mem_dup(m->sender);
		copy->mailbox = mem_dup(m->mailbox);
		copy->text = mem_dupn(m->text, m->len);
		copy->len = m->len;
		*end = copy;
		end = &copy->next;
	}
}

void
shell_close(struct shell *sh)
{
	if (sh->link != NULL)
		talk_keep(sh);
	link_free(sh->link);
	sh->link = NULL;
	talk_drop_got(sh);
	sh->greeted = sh->greeting_kept = false;
	sh->said_helo = sh->said_quit = false;
	sh->skip_text = sh->judging = sh->broken = sh->secured = false;
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
	    "%s did not come in time%s; --timeout SECONDS changes how long",
	    buf_str(&what), talk_unknown_fate(o));
	buf_release(&what);
	return -1;
}

/* Waits for one event. 1: a reply; 0: nothing any more (closed, or QUIT timed
 * out); -1: e. */
static int
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
static int
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
static int
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
		bool surplus = k.ev.kind == SMTP_EV_UNSOLICITED;
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

int
shell_need_link(struct shell *sh, struct err *e)
{
	if (sh->link != NULL)
		return 0;
	if (!sh->had_link && (sh->has_where || sh->sandboxed))
		return shell_connect(sh, e);
	if (sh->had_link)
		return err_set(e, ERR_LOST, "not connected any more%s",
		    sh->interactive ? ": \\connect opens the connection again"
				    : "");
	return err_set(
	    e, ERR_USAGE, "not connected: name a host, or say \\connect HOST");
}

static void
talk_target(const struct shell *sh, struct conn_target *t)
{
	const struct where *w = &sh->where;
	*t = (struct conn_target){ .kind = w->kind,
		.host = w->host,
		.port = w->port == NULL ? (w->lmtp ? "24" : "25") : w->port,
		.path = w->path,
		.command = w->command,
		.family = w->family,
		.bind = w->bind };
	t->proxy = sh->proxy;
	t->proxy_protocol = sh->proxy_protocol;
	if (sh->mx.host != NULL) {
		t->host = sh->mx.host->name;
		t->address = sh->mx.host->address;
		t->naddress = sh->mx.host->naddress;
	}
	if (sh->sandboxed) {
		t->kind = CONN_INPROC;
		t->peer = peer_new(&sh->sandbox, 1, NULL);
	}
}

int
shell_open(struct shell *sh, struct err *e)
{
	struct conn_target t;
	shell_close(sh);
	talk_target(sh, &t);
	sh->had_link = true;
	out_flush(&sh->out, NULL);
	if (link_open(
		&sh->link, &t, &sh->times, &sh->loop, talk_report, sh, e) < 0) {
		sh->link = NULL;
		return -1;
	}
	if ((sh->where.tls_on_connect || sh->secure.on_connect) &&
	    shell_tls(sh, e) < 0)
		return -1;
	struct buf b = BUF_INIT;
	buf_addf(&b, "connected to %s", conn_name(link_conn(sh->link)));
	struct event ev = { .kind = EV_OPEN, .text = buf_str(&b) };
	shell_put(sh, &ev);
	buf_release(&b);
	return 0;
}

int
shell_connect(struct shell *sh, struct err *e)
{
	bool tcp = !sh->sandboxed && sh->where.kind == CONN_TCP;
	if (!sh->has_where && !sh->sandboxed)
		return err_set(
		    e, ERR_USAGE, "no host: name one, or use --sandbox");
	sh->had_link = true;
	sh->mx.host = NULL;
	if (tcp && sh->where.host != NULL && idn_is_needed(sh->where.host)) {
		char *ascii;
		if (idn_to_ascii(sh->where.host, &ascii, e) < 0)
			return -1;
		free(sh->where.host);
		sh->where.host = ascii;
	}
	if (tcp && (sh->mx.domain != NULL || sh->mx.dane))
		return mx_connect(sh, e);
	return shell_open(sh, e);
}

/* The greeting, where nothing has taken it yet. It must be 220, unless a file
 * judges it itself or a person looks. */
static int
talk_greeting(struct shell *sh, bool must, struct err *e)
{
	if (sh->greeted || sh->link == NULL)
		return 0;
	sh->greeted = sh->greeting_kept = true;
	/* \pipeline, \sleep and others may have met it on their way. */
	const struct smtp_sent *o = smtp_oldest(link_smtp(sh->link));
	if (o != NULL && o->verb->id == VERB_GREETING &&
	    talk_take(sh, LOOP_FOREVER, NULL, e) < 0)
		return -1;
	if (sh->ngot == 0 || !must)
		return 0;
	int code = sh->got[sh->ngot - 1].code;
	if (code == 220)
		return 0;
	enum err_kind kind = code >= 500   ? ERR_REFUSED
			     : code >= 400 ? ERR_TEMP
					   : ERR_PROTO;
	return err_set(e, kind, "the greeting is %d, expected 220", code);
}

int
shell_greet(struct shell *sh, struct err *e)
{
	if (shell_need_link(sh, e) < 0)
		return -1;
	return talk_greeting(
	    sh, !sh->interactive && !sh->bare && !sh->grouped, e);
}

static bool
talk_is_secret(const struct shell *sh, const struct verb *v)
{
	if (sh->reveal)
		return false;
	return (v != NULL && v->id == VERB_AUTH) ||
	       shell_state(sh) == SMTP_AUTHING;
}

int
shell_command(struct shell *sh, const char *line, bool implied, struct err *e)
{
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	struct smtp *s = link_smtp(sh->link);
	if (smtp_command(s, line, strlen(line), e) < 0)
		return -1;
	struct event ev = { .kind = EV_SENT,
		.text = line,
		.len = strlen(line),
		.implied = implied,
		.secret = talk_is_secret(
		    sh, verb_find(line, verb_word(line, strlen(line)))),
		.verb = verb_find(line, verb_word(line, strlen(line))) };
	shell_put(sh, &ev);
	if (shell_flush(sh, e) < 0)
		return -1;
	int code = sh->ngot > 0 ? sh->got[sh->ngot - 1].code : 0;
	if (!implied)
		return code;
	/* Implied replies are nobody's to judge. */
	bool expects = sh->expects;
	sh->expects = true;
	talk_drop_got(sh);
	sh->expects = expects;
	return code;
}

/* HELO, EHLO or LHLO before the first transaction that has none. */
static int
talk_prelude(struct shell *sh, enum verb_id id, struct err *e)
{
	bool begins = id == VERB_MAIL || id == VERB_SEND || id == VERB_SOML ||
		      id == VERB_SAML;
	if (!begins || sh->said_helo || sh->bare ||
	    shell_state(sh) != SMTP_GREETED)
		return 0;
	sh->said_helo = true;
	const char *verb =
	    sh->where.lmtp ? "LHLO"
	    : sh->dialect == DIALECT_821 ||
		    (sh->sandboxed && sh->dialect == DIALECT_UNKNOWN)
		? "HELO"
		: "EHLO";
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s ", verb);
	int r = vars_expand(&sh->vars, NULL, "${helo}", 7, false, &b, e);
	if (r == 0)
		r = shell_command(sh, buf_str(&b), true, e);
	if (r >= 500 && sh->link != NULL && strcmp(verb, "EHLO") == 0) {
		buf_clear(&b);
		buf_adds(&b, "HELO ");
		vars_expand(&sh->vars, NULL, "${helo}", 7, false, &b, e);
		r = shell_command(sh, buf_str(&b), true, e);
	}
	buf_release(&b);
	return r < 0 ? -1 : 0;
}

/* A greeting that no expectation took was implied. */
static void
talk_drop_greeting(struct shell *sh)
{
	if (sh->greeting_kept && sh->ngot > 0)
		talk_drop_got(sh);
	sh->greeting_kept = false;
}

int
shell_begin_group(struct shell *sh, struct err *e)
{
	if (!sh->judging)
		return 0;
	int r = shell_flush(sh, e);
	sh->judging = false;
	talk_drop_got(sh);
	return r;
}

/* Between groups: what the last one still owes is read, and nothing may be
 * there that nobody asked for. */
static int
talk_between(struct shell *sh, struct err *e)
{
	talk_drop_greeting(sh);
	if (sh->grouped && !sh->judging)
		return 0;
	/* Who interrupted a wait does not want it again: what is still owed
	 * is taken with the next reply. */
	if (!(sh->interactive && sh->typed) && shell_flush(sh, e) < 0)
		return -1;
	sh->judging = false;
	talk_drop_got(sh);
	return shell_surplus(sh, e);
}

int
shell_send(struct shell *sh, const char *p, size_t len, struct err *e)
{
	return shell_send_as(sh, p, len, NULL, 0, e);
}

int
shell_send_as(struct shell *sh, const char *p, size_t len, const char *say,
    uint64_t octets, struct err *e)
{
	const struct verb *v = verb_find(p, verb_word(p, len));
	enum verb_id id = v == NULL ? VERB_UNKNOWN : v->id;
	if (shell_need_link(sh, e) < 0 ||
	    talk_greeting(sh, !sh->interactive && !sh->bare, e) < 0 ||
	    talk_between(sh, e) < 0 || shell_secure(sh, e) < 0 ||
	    talk_prelude(sh, id, e) < 0)
		return -1;
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	if (id == VERB_HELO || id == VERB_EHLO || id == VERB_LHLO)
		sh->said_helo = true;
	sh->said_quit |= id == VERB_QUIT;
	struct event ev = { .kind = EV_SENT,
		.text = p,
		.len = len,
		.typed = sh->typed,
		.secret = talk_is_secret(sh, v),
		.verb = v };
	if (ev.secret)
		shell_hide_typed(sh, p, len);
	if (smtp_command(link_smtp(sh->link), p, len, e) < 0)
		return -1;
	if (say != NULL)
		ev = (struct event){
			.kind = EV_OCTETS, .text = say, .n = octets
		};
	shell_put(sh, &ev);
	if (sh->grouped)
		return 0;
	return shell_flush(sh, e);
}

/* Nothing came that could be judged. */
static int
talk_nothing(struct shell *sh, const struct expect *x, const struct err *why)
{
	sh->tally.missed++;
	const char *text =
	    why->kind == ERR_NONE ? "the connection was closed" : why->text;
	talk_tell_missed(sh, x, text, strlen(text));
	return -1;
}

static int
talk_judge_got(struct shell *sh, const struct expect *x)
{
	struct reply r;
	int64_t took_ns;
	struct talk_want w = { .expect = x };
	struct buf b = BUF_INIT;
	talk_pop(sh, &r, &took_ns);
	talk_judge(sh, &w, &r, &b);
	struct event ev = { .kind = EV_VERDICT, .verdict = VERDICT_MET };
	if (!w.met) {
		buf_clear(&b);
		talk_quote(&r, &b);
		talk_tell_missed(sh, x, buf_data(&b), buf_len(&b));
	} else {
		struct buf want = BUF_INIT;
		expect_text(x, &want);
		ev.expected = buf_str(&want);
		shell_put(sh, &ev);
		buf_release(&want);
	}
	reply_release(&r);
	buf_release(&b);
	return w.met ? 0 : -1;
}

/* A missed expectation was told when this returns -1 with e->kind ERR_NONE. */
int
shell_expect(struct shell *sh, const struct expect *x, struct err *e)
{
	e->kind = ERR_NONE;
	sh->expects = true;
	if (sh->ngot == 0 && shell_need_link(sh, e) < 0)
		return -1;
	sh->judging = true;
	sh->greeted = true;
	sh->greeting_kept = false;
	if (sh->ngot > 0)
		return talk_judge_got(sh, x);
	struct talk_want w = { .expect = x };
	struct err why = { 0 };
	int r = talk_write(sh, &why);
	while (r >= 0 && sh->link != NULL && !w.judged) {
		bool idle = smtp_owed(link_smtp(sh->link)) == 0;
		r = talk_take(sh,
		    idle ? loop_deadline(TALK_IDLE_MS) : LOOP_FOREVER, &w,
		    &why);
	}
	if (!w.judged) {
		talk_nothing(sh, x, &why);
		if (why.kind != ERR_NONE)
			*e = why;
		return -1;
	}
	if (w.met && talk_tls(sh, e) < 0)
		return -1;
	return w.met ? 0 : -1;
}

void
shell_end(struct shell *sh)
{
	struct err e = { 0 };
	if (sh->link != NULL && !sh->greeted && !sh->bare &&
	    talk_greeting(sh, !sh->interactive, &e) < 0)
		shell_error(sh, &e);
	enum smtp_state state = shell_state(sh);
	if (sh->link != NULL && !sh->broken && sh->grouped &&
	    shell_flush(sh, &e) < 0)
		shell_error(sh, &e);
	if (sh->link != NULL && state == SMTP_TEXT)
		shell_remark(sh, "closing without the end of mail text");
	else if (sh->link != NULL && !sh->said_quit && !sh->bare &&
		 !sh->broken && state != SMTP_LEAVING &&
		 state != SMTP_AUTHING &&
		 smtp_chunk_left(link_smtp(sh->link)) == 0) {
		sh->said_quit = true;
		talk_drop_got(sh);
		if (shell_command(sh, "QUIT", true, &e) < 0 &&
		    e.kind == ERR_INTR)
			shell_error(sh, &e);
	}
	shell_close(sh);
	sh->had_link = sh->expects = false;
	sh->grouped = false;
}
