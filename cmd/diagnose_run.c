/* Which probes are made, and when: the mail's own way first, beside it each
 * family and a silent connection; others when something stands still or has
 * failed, so that no cause is told that was not looked for. */
#include "cmd/diagnose.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RUN_STAGES  5	 /* connecting, greeting, EHLO, MAIL, RCPT */
#define RUN_HUSH_MS 3000 /* without a greeting, or a connection */

static struct probe *
run_main(const struct diagnosis *d)
{
	return d->probe[0];
}

static void
run_begin(struct diagnosis *d, enum probe_kind kind, enum mail_stage last)
{
	struct probe *p = probe_new(d, kind);
	if (p == NULL)
		return;
	struct talk *t = &p->talk;
	p->mail.last = last;
	switch (kind) {
	case PROBE_V4:
		t->where.family = AF_INET;
		t->secure.level = t->mx.asked = TLS_NONE;
		break;
	case PROBE_V6:
		t->where.family = AF_INET6;
		t->secure.level = t->mx.asked = TLS_NONE;
		break;
	case PROBE_IDLE:
	case PROBE_NAME:
	case PROBE_LHLO:
	case PROBE_TALK_FIRST:
	case PROBE_PROXY:
		t->secure.level = t->mx.asked = TLS_NONE;
		break;
	case PROBE_STARTTLS:
	case PROBE_TLS_OLD:
		t->secure.level = t->mx.asked = TLS_MUST;
		t->set.tls_unverified = t->secure.unverified = true;
		break;
	case PROBE_TLS_FIRST:
		t->secure.level = t->mx.asked = TLS_MUST;
		t->set.tls_unverified = t->secure.unverified = true;
		t->secure.on_connect = true;
		break;
	default:
		break;
	}
	if (kind == PROBE_LHLO)
		t->where.lmtp = true;
	if (kind == PROBE_TALK_FIRST)
		t->set.early = true;
	if (kind == PROBE_PROXY)
		t->proxy_protocol = 2;
	if (kind == PROBE_TEXT) {
		struct buf b = BUF_INIT;
		buf_add(
		    &b, buf_data(&d->text->first), buf_len(&d->text->first));
		text_release(&p->text);
		text_memory(&p->text, "the message", &b);
		p->text.unended = !d->mails;
		t->auth = d->sh->talk.auth;
	}
	if (kind == PROBE_NULL)
		p->mail.from = "";
	probe_begin(p);
}

static void
run_port(struct diagnosis *d, unsigned port)
{
	struct probe *p = probe_new(d, PROBE_PORT);
	if (p == NULL)
		return;
	p->port = port;
	free(p->talk.where.port);
	p->talk.where.port = mem_printf("%u", port);
	p->mail.last = MAIL_CONNECT;
	p->talk.secure.level = p->talk.mx.asked = TLS_NONE;
	p->talk.secure.on_connect = port == 465;
	p->talk.where.tls_on_connect = false;
	p->talk.set.tls_unverified = true;
	probe_begin(p);
}

static bool
run_is_literal(const char *host)
{
	unsigned char address[16];
	return host != NULL && (inet_pton(AF_INET, host, address) == 1 ||
				   inet_pton(AF_INET6, host, address) == 1);
}

void
diagnose_init(struct diagnosis *d, struct shell *sh, const char *from,
    char *const *to, size_t nto, struct text *text)
{
	const struct talk *t = &sh->talk;
	int64_t asked = probe_asked_ms(t) * RUN_STAGES;
	*d = (struct diagnosis){ .sh = sh,
		.from = mem_dup(from == NULL ? "" : from),
		.text = text,
		.until_ns =
		    loop_deadline(asked > DIAGNOSE_MS ? asked : DIAGNOSE_MS) };
	while (d->nto < nto && d->nto < DIAGNOSE_TO) {
		d->to[d->nto] = mem_dup(to[d->nto]);
		d->nto++;
	}
	if (d->nto == 0 && t->mx.domain != NULL)
		d->to[d->nto++] = mem_printf("postmaster@%s", t->mx.domain);
	run_begin(d, PROBE_MAIN, d->nto > 0 ? MAIL_RCPT : MAIL_MAIL);
	bool tcp = t->where.kind == WHERE_TCP && t->sandbox == NULL &&
		   t->proxy == NULL;
	if (tcp && t->where.family == 0 && t->where.bind == NULL &&
	    !run_is_literal(t->where.host)) {
		run_begin(d, PROBE_V4, MAIL_CONNECT);
		run_begin(d, PROBE_V6, MAIL_CONNECT);
	}
	if (tcp && !t->secure.on_connect && !t->where.tls_on_connect)
		run_begin(d, PROBE_IDLE, MAIL_HELO);
}

/* It stands still: what is there, and where else? */
static void
run_hush(struct diagnosis *d)
{
	const struct probe *m = run_main(d);
	const struct sight *s = &m->sight;
	bool late =
	    loop_now_ns() - m->began_ns > RUN_HUSH_MS * INT64_C(1000000);
	bool failed = m->done && !s->greeted && s->greeting == NULL &&
		      (s->gone || !s->connected || s->why == WHY_LATE);
	if (m->sight.shaking || m->talk.where.kind != WHERE_TCP ||
	    (!late && !failed))
		return;
	if (!d->hushed && s->connected && s->greeting == NULL &&
	    s->garbage == NULL) {
		d->hushed = true;
		run_begin(d, PROBE_TLS_FIRST, MAIL_CONNECT);
		run_begin(d, PROBE_TALK_FIRST, MAIL_HELO);
		run_begin(d, PROBE_PROXY, MAIL_CONNECT);
	}
	if (!d->ported && !s->connected && s->host != NULL) {
		static const unsigned ports[] = { 25, 587, 465 };
		d->ported = true;
		for (size_t i = 0; i < 3; i++)
			if (ports[i] != s->port)
				run_port(d, ports[i]);
	}
}

/* EHLO is refused, or ends the connection: is it for the name? */
static bool
run_dislikes_name(const struct sight *s)
{
	const struct verb *v = s->refusal.verb;
	bool refused =
	    v != NULL && (v->is & VERB_IS_GREETING) && s->refusal.code >= 400;
	return s->greeted && !s->hello && !s->lmtp && !s->tls &&
	       (refused || s->gone);
}

/* The main probe is over: one thing changed at a time. */
static void
run_follow(struct diagnosis *d)
{
	const struct probe *m = run_main(d);
	const struct sight *s = &m->sight;
	if (d->followed || !m->done)
		return;
	d->followed = true;
	if (s->hello_refused && s->helo_refused && !s->lmtp)
		run_begin(d, PROBE_LHLO, MAIL_HELO);
	const struct verb *v = s->refusal.verb;
	bool envelope = v != NULL && (v->id == VERB_MAIL || v->id == VERB_RCPT);
	if (envelope && d->from[0] != '\0')
		run_begin(d, PROBE_NULL, m->mail.last);
	if (run_dislikes_name(s))
		run_begin(d, PROBE_NAME, MAIL_HELO);
	if (s->why == WHY_TLS_VERSION || s->why == WHY_TLS_CIPHER ||
	    s->why == WHY_TLS_FAILED)
		run_begin(d, PROBE_TLS_OLD, MAIL_HELO);
	if (d->text != NULL && s->accepted > 0 && s->refusal.code == 0 &&
	    s->odd.code == 0 && (s->size_most == 0 || s->size_most >= s->size))
		run_begin(d, PROBE_TEXT, MAIL_ALL);
	if (s->starttls && s->hello && !s->tls &&
	    m->talk.secure.level == TLS_NONE)
		run_begin(d, PROBE_STARTTLS, MAIL_HELO);
}

/* It is known by now why the main probe gets no greeting. */
static void
run_enough(struct diagnosis *d)
{
	const struct probe *m = run_main(d);
	bool known = false;
	for (size_t i = 1; i < d->n; i++) {
		const struct probe *p = d->probe[i];
		known |=
		    (p->kind == PROBE_TLS_FIRST && p->tls != NULL) ||
		    (p->kind == PROBE_TALK_FIRST && p->sight.garbage != NULL) ||
		    (p->kind == PROBE_PROXY && p->sight.greeted);
	}
	if (!known || !d->hushed)
		return;
	for (size_t i = 0; i < d->n && !m->sight.greeted; i++)
		if (!d->probe[i]->done && !d->probe[i]->sight.greeted) {
			talk_interrupt(&d->probe[i]->talk);
			d->probe[i]->cut = true;
		}
}

bool
diagnose_step(struct diagnosis *d)
{
	bool over = loop_now_ns() >= d->until_ns;
	bool all = true;
	for (size_t i = 0; i < d->n; i++) {
		struct probe *p = d->probe[i];
		if (p->done)
			continue;
		p->talk.woken = true;
		p->talk.readable = true;
		if (over) {
			talk_interrupt(&p->talk);
			p->talk.broken = true;
			p->cut = true;
		}
		probe_step(p);
		if (over && !p->done) {
			talk_drop(&p->talk);
			talk_close(&p->talk);
			p->done = true;
		}
		all &= p->done;
	}
	if (over)
		return true;
	size_t n = d->n;
	run_hush(d);
	run_enough(d);
	run_follow(d);
	return all && d->n == n;
}

bool
diagnose_wait(struct diagnosis *d)
{
	struct pollfd fd[DIAGNOSE_PROBES * 8];
	size_t n = 0;
	int64_t until = d->until_ns;
	int64_t hush =
	    run_main(d)->began_ns + (RUN_HUSH_MS + 10) * INT64_C(1000000);
	if (hush > loop_now_ns() && hush < until)
		until = hush;
	for (size_t i = 0; i < d->n; i++) {
		struct probe *p = d->probe[i];
		if (p->done)
			continue;
		if (p->talk.wait != TALK_TIME)
			n += talk_fds(&p->talk, fd + n);
		if (p->talk.deadline_ns < until)
			until = p->talk.deadline_ns;
	}
	return loop_wait(&d->sh->loop, fd, n, until) != LOOP_INTR;
}

void
diagnose_release(struct diagnosis *d)
{
	for (size_t i = 0; i < d->n; i++)
		probe_free(d->probe[i]);
	for (size_t i = 0; i < d->nfindings; i++) {
		cause_release(&d->finding[i].cause);
		free(d->finding[i].seen);
		free(d->finding[i].where);
	}
	free(d->finding);
	free(d->from);
	for (size_t i = 0; i < d->nto; i++)
		free(d->to[i]);
	buf_release(&d->well);
}
