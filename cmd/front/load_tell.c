/* What conversations tell becomes figures; what they ask for is found once. */
#include "cmd/front/load_parts.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/shell/password.h"

#define LOAD_HIDDEN_MAX 64
#define LOAD_MANY	100
#define LOAD_FAST	1000
#define LOAD_RANDOM_MAX 64
#define LOAD_SAID_MAX	300 /* octets of a refusal, in the result */

static struct load_session *
load_of(const struct talk *t)
{
	/* It begins with the talk. */
	return (struct load_session *)(uintptr_t)t;
}

/* Loopback, private (RFC 1918, RFC 4193), link-local. */
static bool
load_is_near(const char *address)
{
	unsigned char a[16];
	if (inet_pton(AF_INET, address, a) == 1)
		return a[0] == 127 || a[0] == 10 ||
		       (a[0] == 172 && (a[1] & 0xf0) == 16) ||
		       (a[0] == 192 && a[1] == 168) ||
		       (a[0] == 169 && a[1] == 254);
	if (inet_pton(AF_INET6, address, a) == 1) {
		static const unsigned char mapped[12] = { [10] = 255, 255 };
		static const unsigned char self[16] = { [15] = 1 };
		char in[INET_ADDRSTRLEN];
		if (memcmp(a, mapped, 12) == 0 &&
		    inet_ntop(AF_INET, a + 12, in, sizeof in) != NULL)
			return load_is_near(in);
		return memcmp(a, self, 16) == 0 || (a[0] & 0xfe) == 0xfc ||
		       (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
	}
	return false;
}

int
load_care(const struct load *l, const char *address, struct err *e)
{
	const struct load_plan *p = &l->plan;
	double rate = p->rate * (double)p->shards;
	if (p->sure || load_is_near(address) ||
	    (p->sessions * p->shards <= LOAD_MANY && rate <= LOAD_FAST))
		return 0;
	return err_set(e, ERR_USAGE,
	    "%s is a public address: more than %d sessions or %d messages a "
	    "second may stop a server that others use, and get this host "
	    "blocked; --yes-really, if it is yours",
	    address, LOAD_MANY, LOAD_FAST);
}

/* The first connection stands: all others go there. */
static void
load_found(struct load_session *s)
{
	struct load *l = s->load;
	struct talk *t = &s->t;
	const char *address = conn_address(link_conn(t->link));
	l->found = true;
	if (t->where.kind != WHERE_TCP || t->sandbox != NULL)
		return;
	if (load_care(l, address, &l->fatal) < 0)
		l->stopping = l->hasty = true;
	if (t->proxy != NULL)
		return;
	route_host_init(
	    &l->host, t->mx.host != NULL ? t->mx.host->name : t->where.host);
	l->address = mem_dup(address);
	l->host.address[0] = l->address;
	l->host.naddress = 1;
	t->mx.fixed = &l->host;
}

static void
load_told_open(struct load_session *s)
{
	struct figures *f = &s->load->figures;
	struct link *k = s->t.link;
	link_crowd(k);
	f->connections++;
	s->misses = 0;
	s->fresh = true;
	s->tls_told = false;
	s->at = FIGURE_GREETING;
	figures_step(f, FIGURE_CONNECT, link_open_ns(k));
	if (!s->load->found)
		load_found(s);
}

static void
load_told_tls(struct load_session *s)
{
	struct figures *f = &s->load->figures;
	struct tls *tls = conn_tls(link_conn(s->t.link));
	s->tls_told = true;
	f->handshakes++;
	f->resumed += tls_resumed(tls);
	figures_step(f, FIGURE_TLS, link_tls_ns(s->t.link));
}

static void
load_told_sent(struct load_session *s, const struct event *ev)
{
	s->at = figure_of(ev->verb);
	if (ev->verb == NULL)
		return;
	if (ev->verb->id == VERB_TEXT_END)
		s->text_told = false;
	if (ev->verb->id == VERB_MAIL)
		s->chunked = 0;
	if (ev->verb->id == VERB_BDAT) {
		s->text_told = false;
		s->chunked += strtoull(ev->text + 5, NULL, 10);
	}
}

/* A text was taken. */
static void
load_told_taken(struct load_session *s, const struct event *ev)
{
	struct figures *f = &s->load->figures;
	uint64_t octets = s->chunked;
	size_t len = ev->answers == NULL ? 0 : strlen(ev->answers);
	if (s->text_told || ev->verb == NULL ||
	    (ev->verb->id == VERB_BDAT &&
		(len < 4 || strcasecmp(ev->answers + len - 4, "LAST") != 0)))
		return;
	s->text_told = true;
	if (ev->verb->id == VERB_TEXT_END && s->file == NULL) {
		octets = s->load->plan.size;
	} else if (ev->verb->id == VERB_TEXT_END) {
		const struct body *b = smtp_body(link_smtp(s->t.link));
		octets = b->given - b->dots;
	}
	f->mails++;
	f->octets += octets;
	f->now_octets += octets;
}

static void
load_told_reply(struct load_session *s, const struct event *ev)
{
	struct figures *f = &s->load->figures;
	int code = ev->reply->code;
	enum figure at = figure_of(ev->verb);
	f->code[code < 600 ? code : 0]++;
	load_pace_reply(s->load, s->t.link, ev->took_ns);
	if (!s->tls_told && s->t.link != NULL && link_tls_ns(s->t.link) >= 0)
		load_told_tls(s);
	if (at == FIGURE_AUTH && ev->took_ns >= 0) {
		s->auth_ns += ev->took_ns;
		if (code / 100 != 3) {
			figures_step(f, at, s->auth_ns);
			s->auth_ns = 0;
		}
	} else if (ev->took_ns >= 0 && !ev->unsolicited &&
		   (ev->verb == NULL || ev->verb->id != VERB_STARTTLS)) {
		figures_step(f, at, ev->took_ns);
	}
	if (at == FIGURE_TEXT && code / 100 == 2)
		load_told_taken(s, ev);
	/* HELO may do where EHLO does not. */
	if (code < 400 || s->bad_code != 0 || s->t.expects ||
	    (at == FIGURE_EHLO && code >= 500))
		return;
	/* Hidden before it is cut: half a secret is not known any more. */
	struct buf b = BUF_INIT, clean = BUF_INIT;
	talk_quote(ev->reply, &b);
	redact_text(&s->load->sh->redact, &clean, buf_data(&b), buf_len(&b));
	s->bad_at = ev->unsolicited ? s->at : at;
	s->bad_code = code;
	if (buf_len(&clean) > LOAD_SAID_MAX) {
		buf_truncate(&clean, LOAD_SAID_MAX);
		buf_adds(&clean, "...");
	}
	free(s->bad_text);
	s->bad_text = buf_detach(&clean);
	buf_release(&b);
}

static void
load_told_verdict(struct load_session *s, const struct event *ev)
{
	struct figures *f = &s->load->figures;
	struct buf b = BUF_INIT, clean = BUF_INIT;
	if (f->ntold == FIGURES_TOLD || ev->verdict == VERDICT_MET)
		return;
	buf_addf(
	    &b, "%s:%u: ", ev->file == NULL ? "input" : ev->file, ev->line);
	if (ev->verdict == VERDICT_UNJUDGED)
		buf_addf(&b, "%d was judged by nothing", ev->code);
	else
		buf_addf(&b, "expected %s%s%.*s",
		    ev->expected == NULL ? "" : ev->expected,
		    event_joint(ev->nothing), (int)ev->len,
		    ev->text == NULL ? "" : ev->text);
	redact_text(&s->load->sh->redact, &clean, buf_data(&b), buf_len(&b));
	figures_told(f, buf_str(&clean));
	buf_release(&b);
	buf_release(&clean);
}

static void
load_put(struct talk *t, struct event *ev)
{
	struct load_session *s = load_of(t);
	switch (ev->kind) {
	case EV_OPEN:
		load_told_open(s);
		break;
	case EV_SENT:
		load_told_sent(s, ev);
		break;
	case EV_REPLY:
		load_told_reply(s, ev);
		break;
	case EV_VERDICT:
		load_told_verdict(s, ev);
		break;
	default:
		break;
	}
}

static void
load_error(struct talk *t, const struct err *e)
{
	struct load_session *s = load_of(t);
	if (t->tally.status == 0)
		t->tally.status = err_status(e->kind);
	if (s->state != LOAD_BUSY || s->load->hasty)
		return;
	s->misses += t->link == NULL;
	if (s->counted || s->bad_code != 0)
		return;
	load_failed(s, e);
}

static void
load_complain(struct talk *t, const char *text)
{
	struct load *l = load_of(t)->load;
	if (!l->complained)
		out_error(&l->sh->out, "%s", text);
	l->complained = true;
}

static int
load_user(struct talk *t, const char *host, char **user, struct err *e)
{
	struct load *l = load_of(t)->load;
	if (!l->has_user && shell_talk_env()->user(t, host, &l->user, e) < 0)
		return -1;
	l->has_user = true;
	*user = l->user == NULL ? NULL : mem_dup(l->user);
	return 0;
}

static int
load_secret(struct talk *t, const char *user, const char *host,
    struct sasl_secret *out, struct err *e)
{
	struct load *l = load_of(t)->load;
	if (!l->has_secret &&
	    shell_talk_env()->secret(t, user, host, &l->secret, e) < 0)
		return -1;
	l->has_secret = true;
	sasl_secret_set(out, l->secret.p, l->secret.len);
	return 0;
}

static void
load_hide(struct talk *t, const char *p, size_t len)
{
	struct load *l = load_of(t)->load;
	if (l->hidden++ < LOAD_HIDDEN_MAX)
		redact_add(&l->sh->redact, p, len);
}

/* The kernel forgets its descriptors by itself. */
static void
load_closing(struct talk *t)
{
	struct load_session *s = load_of(t);
	struct pollfd fd[LINK_FDS];
	size_t n = link_wants(t->link, true, fd);
	for (size_t i = 0; i < n; i++)
		swarm_forget(s->load->swarm, fd[i].fd, s);
}

static uint64_t
load_text_max(const struct talk *t)
{
	(void)t;
	return 0;
}

bool
load_builtin(void *arg, const char *name, struct buf *b)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct load_session *s = load_of(arg);
	if (strcmp(name, "n") == 0) {
		buf_addf(b, "%llu", (unsigned long long)s->n);
	} else if (strcmp(name, "session") == 0) {
		buf_addf(b, "%u", s->number);
	} else if (strncmp(name, "random", 6) == 0 &&
		   (name[6] == '\0' || name[6] == ':')) {
		size_t n = name[6] == ':' ? strtoul(name + 7, NULL, 10) : 8;
		n = n > LOAD_RANDOM_MAX ? LOAD_RANDOM_MAX : n;
		while (n-- > 0)
			buf_addc(b, letters[load_random(s->load) %
					    (sizeof letters - 1)]);
	} else {
		return s->load->builtin(arg, name, b);
	}
	return true;
}

void
load_env_init(struct load *l)
{
	l->env = *shell_talk_env();
	l->env.put = load_put;
	l->env.error = load_error;
	l->env.complain = load_complain;
	l->env.user = load_user;
	l->env.secret = load_secret;
	l->env.hide = load_hide;
	l->env.closing = load_closing;
	l->env.text_max = load_text_max;
	l->env.guess = NULL;
}
