/* A probe: a conversation with settings of its own, whose events tell nobody
 * anything but what is kept here. */
#include "cmd/diagnose.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/talk/wait.h"

#define PROBE_CONNECT_MS 10000
#define PROBE_REPLY_MS	 20000
#define PROBE_PORT_MS	 5000
#define PROBE_IDLE_MS	 3000

static const char *const probe_names[] = {
	[PROBE_MAIN] = "as it was asked for",
	[PROBE_V4] = "by IPv4",
	[PROBE_V6] = "by IPv6",
	[PROBE_IDLE] = "silent for some seconds",
	[PROBE_STARTTLS] = "STARTTLS with any certificate",
	[PROBE_TLS_FIRST] = "TLS first",
	[PROBE_TALK_FIRST] = "a line before the greeting",
	[PROBE_PROXY] = "a PROXY header first",
	[PROBE_LHLO] = "LHLO",
	[PROBE_NULL] = "<> as sender",
	[PROBE_NAME] = "another name in EHLO",
	[PROBE_TEXT] = "the text",
	[PROBE_PORT] = "another port",
	[PROBE_TLS_OLD] = "old versions of TLS",
};

static void
probe_reply(struct probe *p, const struct event *ev)
{
	if (ev->verb != NULL && ev->verb->id == VERB_GREETING)
		p->greeting_ns = ev->took_ns;
	if (ev->took_ns > p->slow_ns) {
		p->slow_ns = ev->took_ns;
		p->slow = ev->verb;
	}
}

static void
probe_put(struct talk *t, struct event *ev)
{
	static const char open[] = "connected to ";
	struct probe *p = (struct probe *)t;
	shell_aside(p->d->sh, p->number, probe_names[p->kind], ev);
	switch (ev->kind) {
	case EV_OPEN:
		free(p->where);
		p->where = ev->len < sizeof open
			       ? NULL
			       : mem_dup(ev->text + sizeof open - 1);
		break;
	case EV_REPLY:
		probe_reply(p, ev);
		break;
	case EV_REMARK:
		if (ev->len > 4 && memcmp(ev->text, "TLSv", 4) == 0) {
			free(p->tls);
			p->tls = mem_dupn(ev->text, ev->len);
		}
		break;
	default:
		break;
	}
}

static void
probe_error(struct talk *t, const struct err *e)
{
	struct probe *p = (struct probe *)t;
	if (p->err.kind == ERR_NONE)
		p->err = *e;
	if (t->tally.status == 0)
		t->tally.status = err_status(e->kind);
}

static void
probe_complain(struct talk *t, const char *text)
{
	(void)t;
	(void)text;
}

static uint64_t
probe_text_max(const struct talk *t)
{
	(void)t;
	return 0;
}

static bool
probe_guess(struct buf *b, const char *line, size_t len)
{
	(void)b;
	(void)line;
	(void)len;
	return false;
}

static struct tls_ctx *
probe_tls(struct talk *t, struct err *e)
{
	struct probe *p = (struct probe *)t;
	const struct trust *s = &p->d->sh->trust;
	const struct tls_config c = { .role = TLS_CLIENT,
		.ca = s->ca,
		.cert = s->cert,
		.key = s->key,
		.protocol = "tlsv1,tlsv1_1,tlsv1_2,tlsv1_3",
		.cipher = "ALL:@SECLEVEL=0" };
	if (p->ctx == NULL && tls_ctx_new(&p->ctx, &c, e) < 0)
		return NULL;
	return p->ctx;
}

static char *
probe_copy(const char *s)
{
	return s == NULL ? NULL : mem_dup(s);
}

int64_t
probe_asked_ms(const struct talk *as)
{
	struct link_times rfc = { 0 };
	link_times_init(&rfc);
	const struct link_times *t = &as->set.times;
	return t->greeting == rfc.greeting && t->data == rfc.data ? 0
								  : t->greeting;
}

static void
probe_where(struct talk *t, const struct talk *as)
{
	const struct where *w = &as->where;
	t->where = (struct where){ .kind = w->kind,
		.host = probe_copy(w->host),
		.port = probe_copy(w->port),
		.path = probe_copy(w->path),
		.command = probe_copy(w->command),
		.bind = probe_copy(w->bind),
		.lmtp = w->lmtp,
		.tls_on_connect = w->tls_on_connect,
		.family = w->family };
	t->has_where = as->has_where;
	t->proxy = as->proxy;
	t->proxy_protocol = as->proxy_protocol;
	t->sandbox = as->sandbox;
	t->mx = (struct mx){ .domain = as->mx.domain,
		.dane = as->mx.dane,
		.resolver = as->mx.resolver,
		.asked = as->mx.asked };
}

struct probe *
probe_new(struct diagnosis *d, enum probe_kind kind)
{
	const struct talk *as = &d->sh->talk;
	struct err e;
	if (d->n == DIAGNOSE_PROBES)
		return NULL;
	struct probe *p = mem_zalloc(sizeof *p);
	p->d = d;
	p->kind = kind;
	p->number = ++d->sh->asides;
	p->env = *as->env;
	p->env.put = probe_put;
	p->env.error = probe_error;
	p->env.complain = probe_complain;
	p->env.closing = NULL;
	p->env.text_max = probe_text_max;
	p->env.guess = probe_guess;
	if (kind == PROBE_TLS_OLD)
		p->env.tls = probe_tls;
	struct talk *t = &p->talk;
	talk_init(t, &p->env, as->house);
	t->past = &p->sight;
	p->sight.hide = d->sh->sight.hide;
	t->set = as->set;
	t->set.stop = t->set.bare = t->set.early = false;
	if (probe_asked_ms(as) == 0) {
		link_times_all(&t->set.times, PROBE_REPLY_MS);
		t->set.times.connect = PROBE_CONNECT_MS;
	}
	if (kind == PROBE_PORT && t->set.times.connect > PROBE_PORT_MS)
		t->set.times.connect = PROBE_PORT_MS;
	probe_where(t, as);
	t->secure = as->secure;
	t->secure.save_peer = false;
	t->must_verify = as->must_verify;
	/* One login is enough. */
	if (kind == PROBE_MAIN)
		t->auth = as->auth;
	const struct var *helo = vars_get(&as->vars, "helo");
	const char *name = kind == PROBE_NAME ? PROBE_OTHER_NAME
			   : helo != NULL     ? helo->value
					      : NULL;
	if (name != NULL)
		(void)!vars_set(&t->vars, "helo", name, strlen(name), &e);
	for (size_t i = 0; i < d->nto; i++)
		p->to[i] = d->to[i];
	p->mail = (struct mail){ .from = d->from,
		.to = p->to,
		.nto = d->nto,
		.fate = p->fate,
		.text = &p->text,
		.one_by_one = true,
		.last = d->nto > 0 ? MAIL_RCPT : MAIL_MAIL };
	struct buf b = BUF_INIT;
	if (d->text != NULL && (kind == PROBE_MAIN || kind == PROBE_TEXT))
		buf_add(
		    &b, buf_data(&d->text->first), buf_len(&d->text->first));
	text_memory(&p->text, "the message", &b);
	d->probe[d->n++] = p;
	return p;
}

void
probe_begin(struct probe *p)
{
	p->began_ns = loop_now_ns();
	if (p->kind == PROBE_MAIN && p->d->nto > 0)
		sight_keep(&p->sight.to, p->to[0], strlen(p->to[0]));
	talk_source_begin(&p->talk, NULL);
	talk_mail(&p->talk, &p->mail);
	probe_step(p);
}

void
probe_step(struct probe *p)
{
	struct talk *t = &p->talk;
	while (!p->done) {
		if (talk_go(t) != TALK_DONE)
			return;
		switch (p->stage++) {
		case 0:
			if (p->kind == PROBE_IDLE && t->link != NULL) {
				talk_wait(t, WAIT_SLEEP, PROBE_IDLE_MS, "");
				break;
			}
			/* fall through */
		case 1:
			p->stage = 2;
			talk_end(t);
			break;
		default:
			mail_tally(t, &p->mail, PARTIAL_WORST);
			talk_source_end(t);
			talk_close(t);
			p->done = true;
		}
	}
}

void
probe_free(struct probe *p)
{
	talk_release(&p->talk);
	sight_release(&p->sight);
	tls_ctx_free(p->ctx);
	text_release(&p->text);
	buf_release(&p->mail.said);
	free(p->where);
	free(p->tls);
	free(p);
}
