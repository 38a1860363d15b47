/* What the probes show, held against each other. Nothing is concluded from a
 * probe that was not made. */
#include "cmd/diagnose.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIND_SLOW_NS INT64_C(5000000000)

static struct probe *
find_probe(const struct diagnosis *d, enum probe_kind kind)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->probe[i]->kind == kind)
			return d->probe[i];
	return NULL;
}

/* Takes c over, unless the rule has spoken. */
static void
find_add(struct diagnosis *d, struct cause *c, const char *seen,
    const struct probe *p)
{
	for (size_t i = 0; i < d->nfindings; i++)
		if (strcmp(d->finding[i].cause.id, c->id) == 0) {
			cause_release(c);
			return;
		}
	d->finding = mem_grow(d->finding, d->nfindings + 1, sizeof *d->finding);
	struct finding *f = &d->finding[d->nfindings++];
	const struct sight_hide *hide = d->sh->sight.hide;
	struct buf b = BUF_INIT;
	if (seen != NULL)
		hide->add(hide->arg, &b, seen, strlen(seen));
	*f = (struct finding){ .cause = *c,
		.seen = seen == NULL ? NULL : buf_detach(&b),
		.probe = p == NULL ? 0 : p->number,
		.where =
		    p == NULL || p->where == NULL ? NULL : mem_dup(p->where) };
	*c = (struct cause)CAUSE_INIT;
}

static void
find_say(struct diagnosis *d, const struct probe *p, const char *id,
    enum cause_level level, const char *what, const char *next,
    const char *source, const char *seen)
{
	struct cause c = CAUSE_INIT;
	c.id = id;
	c.level = level;
	c.source = source;
	buf_adds(&c.what, what);
	buf_adds(&c.next, next);
	find_add(d, &c, seen, p);
}

static void find_well(struct diagnosis *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
find_well(struct diagnosis *d, const char *fmt, ...)
{
	va_list ap;
	if (d->nwell++ > 0)
		buf_addc(&d->well, '\n');
	va_start(ap, fmt);
	buf_addv(&d->well, fmt, ap);
	va_end(ap);
}

/* What a probe's own sight says. */
static bool
find_cause(struct diagnosis *d, const struct probe *p)
{
	struct cause c = CAUSE_INIT;
	const struct sight *s = &p->sight;
	bool bad = s->kind != ERR_NONE || s->refusal.code != 0 ||
		   s->odd.code != 0 || s->gone;
	if (!bad || !cause_find(s, &c)) {
		cause_release(&c);
		return false;
	}
	const char *seen = s->why == WHY_NONE && s->refusal.code != 0
			       ? s->refusal.text
			       : s->error;
	if (s->odd.code != 0)
		seen = s->odd.text;
	find_add(d, &c, seen, p);
	return true;
}

/* One family fails and the other does not. */
static void
find_families(struct diagnosis *d)
{
	const struct probe *four = find_probe(d, PROBE_V4);
	const struct probe *six = find_probe(d, PROBE_V6);
	if (four == NULL || six == NULL)
		return;
	/* Each machine has that name for itself. */
	const char *host = d->sh->talk.where.host;
	if (host != NULL && strcasecmp(host, "localhost") == 0)
		return;
	bool has6 = six->sight.connected, has4 = four->sight.connected;
	enum err_why why6 = six->sight.why, why4 = four->sight.why;
	if (has4 && !has6 &&
	    (why6 == WHY_REFUSED || why6 == WHY_SILENT ||
		six->sight.kind == ERR_INTR))
		find_say(d, six, "connect.ipv6", CAUSE_HIGH,
		    "the host does not answer by IPv6, and does by IPv4: who "
		    "tries IPv6 first waits, or fails",
		    "mend the listener or the firewall for IPv6 "
		    "(inet_protocols), or remove the AAAA record; here -4 "
		    "leaves it out",
		    "RFC 8305; RFC 5321 5.1", six->err.text);
	if (has6 && !has4 && (why4 == WHY_REFUSED || why4 == WHY_SILENT))
		find_say(d, four, "connect.ipv4", CAUSE_HIGH,
		    "the host does not answer by IPv4, and does by IPv6: "
		    "clients without IPv6 fail",
		    "mend the listener or the firewall for IPv4, or remove the "
		    "A record; here -6 leaves it out",
		    "RFC 5321 5.1", four->err.text);
	if (has4 && has6)
		find_well(d, "IPv4 and IPv6");
}

static void
find_idle(struct diagnosis *d)
{
	const struct probe *p = find_probe(d, PROBE_IDLE);
	if (p == NULL || !p->sight.hello || p->stage < 2)
		return;
	if (p->sight.refusal.code == 421)
		find_cause(d, p);
	else if (p->sight.gone)
		find_say(d, p, "state.idle", CAUSE_MID,
		    "the server closes a connection that is idle for some "
		    "seconds, without 421",
		    "type faster, or send from a file; your server: its time "
		    "limit (RFC 5321 wants 5 minutes)",
		    "RFC 5321 4.5.3.2.7", p->sight.error);
}

/* Something between the two rewrites what is said, and mail gets through. */
static void
find_masked(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	if (m->sight.masked && m->sight.hello && m->sight.refusal.code == 0 &&
	    m->sight.why != WHY_NO_STARTTLS)
		find_say(d, m, "proto.masked", CAUSE_MID,
		    "a firewall on the way rewrites the session (asterisks or "
		    "X letters stand where words were): TLS, logins and large "
		    "mails may fail",
		    "have its SMTP inspection switched off (Cisco: no inspect "
		    "esmtp), or use port 587 or 465, which it leaves alone",
		    "RFC 5321 4.1.1.1", m->sight.greeting);
}

/* MX records that stand so while mail passes by another, or all the same; where
 * they are why it does not, cause_name has the words. */
static const struct {
	enum sight_mx kind;
	const char *id, *what, *next, *source;
} find_mx_rows[] = {
	{ SIGHT_MX_ALIAS, "name.mx-alias",
	    "an MX is an alias (CNAME): an MX must name a host itself, and "
	    "some servers refuse such a domain",
	    "its owner lets the MX name the host that the alias leads to, or "
	    "gives that name an A record of its own",
	    "RFC 5321 5.1; RFC 2181 10.3" },
	{ SIGHT_MX_LOCAL, "name.mx-localhost",
	    "an MX is localhost: each server would mail to itself",
	    "its owner publishes a null MX (0 .), if the domain takes no mail, "
	    "or the name of a real host",
	    "RFC 7505" },
	{ SIGHT_MX_DANGLING, "name.mx-dangling",
	    "an MX dangles: its host does not exist or has no address",
	    "its owner adds an A or AAAA record for it, or removes that MX",
	    "RFC 5321 5.1" },
	{ SIGHT_MX_LITERAL, "name.mx-literal",
	    "an MX is an address, where the name of a host must stand",
	    "its owner gives the host a name with an A record and lets the MX "
	    "name that",
	    "RFC 5321 5.1" },
};

static void
find_mx(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	for (size_t i = 0; i < sizeof find_mx_rows / sizeof *find_mx_rows;
	     i++) {
		const char *seen = m->sight.mx[find_mx_rows[i].kind];
		if (seen != NULL)
			find_say(d, m, find_mx_rows[i].id, CAUSE_MID,
			    find_mx_rows[i].what, find_mx_rows[i].next,
			    find_mx_rows[i].source, seen);
	}
}

/* Nothing was said: what else speaks there? */
static bool
find_hush(struct diagnosis *d)
{
	const struct probe *tls = find_probe(d, PROBE_TLS_FIRST);
	const struct probe *talk = find_probe(d, PROBE_TALK_FIRST);
	const struct probe *proxy = find_probe(d, PROBE_PROXY);
	/* It was slow, no more. */
	if (find_probe(d, PROBE_MAIN)->sight.greeted)
		return false;
	if (tls != NULL && tls->tls != NULL) {
		find_say(d, tls, "greeting.tls-port", CAUSE_HIGH,
		    "the port begins with TLS: a handshake without STARTTLS "
		    "is answered",
		    "use --tls-on-connect (smtps://)", "RFC 8314 3", tls->tls);
		return true;
	}
	if (talk != NULL && talk->sight.garbage != NULL && find_cause(d, talk))
		return true;
	if (proxy == NULL || !proxy->sight.greeted)
		return false;
	find_say(d, proxy, "proto.proxy", CAUSE_HIGH,
	    "the port wants a PROXY protocol header: with one it greets",
	    "--proxy-protocol 2, or come by way of the load balancer",
	    "HAProxy, PROXY protocol", proxy->sight.greeting);
	return true;
}

static void
find_ports(struct diagnosis *d)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < d->n; i++) {
		const struct probe *p = d->probe[i];
		if (p->kind == PROBE_PORT && p->sight.connected)
			buf_addf(
			    &b, "%s%u", buf_len(&b) > 0 ? ", " : "", p->port);
	}
	if (buf_len(&b) > 0) {
		struct buf next = BUF_INIT;
		buf_addf(&next,
		    "use port %s; if it must be port 25, ask your provider "
		    "whether it is blocked on the way out",
		    buf_str(&b));
		find_say(d, NULL, "connect.other-port", CAUSE_HIGH,
		    "the host is there: it answers on another port",
		    buf_str(&next), "RFC 6409 3.1", buf_str(&b));
		buf_release(&next);
	}
	buf_release(&b);
}

/* Whether that is why there was no session. */
static bool
find_name(struct diagnosis *d)
{
	const struct probe *p = find_probe(d, PROBE_NAME);
	if (p == NULL || !p->sight.hello)
		return false;
	const char *helo = find_probe(d, PROBE_MAIN)->sight.helo;
	struct buf b = BUF_INIT, next = BUF_INIT;
	buf_addf(&b, "EHLO %s is taken, EHLO %s is not", PROBE_OTHER_NAME,
	    helo == NULL ? "" : helo);
	buf_adds(&next,
	    "say this host's full name with --helo NAME, best the one that its "
	    "PTR record has (a mail server: myhostname, smtp_helo_name)");
	find_say(d, p, "helo.name", CAUSE_HIGH,
	    "it is the name in EHLO that the server dislikes: with a full "
	    "host name it goes on",
	    buf_str(&next), "RFC 5321 4.1.4", buf_str(&b));
	buf_release(&b);
	buf_release(&next);
	return find_probe(d, PROBE_MAIN)->sight.gone;
}

static void
find_others(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	const struct probe *null = find_probe(d, PROBE_NULL);
	const struct probe *lhlo = find_probe(d, PROBE_LHLO);
	const struct probe *tls = find_probe(d, PROBE_STARTTLS);
	const struct probe *old = find_probe(d, PROBE_TLS_OLD);
	if (null != NULL && null->sight.accepted > m->sight.accepted)
		find_say(d, null, "sender.only", CAUSE_HIGH,
		    "with <> as sender the recipient is taken: it is the "
		    "sender that is refused",
		    "another --from, or mend what the reply says of it",
		    "RFC 5321 4.5.5", NULL);
	if (lhlo != NULL && lhlo->sight.hello)
		find_say(d, lhlo, "hello.lmtp", CAUSE_HIGH,
		    "LHLO is taken: this is an LMTP server", "use --lmtp",
		    "RFC 2033 4.1", NULL);
	if (tls != NULL && tls->tls == NULL && !tls->cut)
		find_cause(d, tls);
	else if (tls != NULL && tls->tls != NULL)
		find_well(d,
		    "STARTTLS %.7s (certificate not checked: --tls "
		    "does)",
		    tls->tls);
	if (old != NULL && old->tls != NULL)
		find_say(d, old, "tls.old", CAUSE_HIGH,
		    "with old versions and weak ciphers the handshake "
		    "succeeds: the server's TLS is out of date",
		    "update the server and its certificate", "RFC 8996",
		    old->tls);
}

/* Octets of the longest line at hand. */
static size_t
find_longest(const struct text *x)
{
	size_t longest = 0;
	const char *p = buf_data(&x->first);
	size_t left = buf_len(&x->first);
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t n = lf == NULL ? left : (size_t)(lf - p);
		if (n > longest)
			longest = n;
		n += lf != NULL;
		p += n;
		left -= n;
	}
	return longest;
}

/* What the message needs and the server has not. */
static void
find_message(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	struct buf b = BUF_INIT;
	uint64_t size = 0;
	struct err e;
	if (d->text == NULL || !m->sight.hello)
		return;
	if (text_size(d->text, &size, &e) > 0 && m->sight.size_most > 0 &&
	    size > m->sight.size_most) {
		buf_addf(&b, "%llu octets; SIZE %llu", (unsigned long long)size,
		    (unsigned long long)m->sight.size_most);
		find_say(d, m, "size.message", CAUSE_HIGH,
		    "the message is too large: it is over the size limit that "
		    "the server offers",
		    "a smaller one, or a link; your server: message_size_limit",
		    "RFC 1870 6", buf_str(&b));
	} else if (size > 0) {
		find_well(d, "size %llu", (unsigned long long)size);
	}
	if (d->text->eightbit && !m->sight.eightbit)
		find_say(d, m, "text.8bit", CAUSE_MID,
		    "the text has octets above 127 (8-bit), and the server "
		    "does not offer 8BITMIME",
		    "encode it as quoted-printable or base64", "RFC 6152 3",
		    NULL);
	if (find_longest(d->text) > 999)
		find_say(d, m, "text.long-line", CAUSE_MID,
		    "a line of the text is longer than 998 octets",
		    "break the lines, or encode that part as quoted-printable "
		    "or base64",
		    "RFC 5321 4.5.3.1.6", NULL);
	buf_release(&b);
}

/* Its text went out, all but the end, or whole. */
static void
find_text(struct diagnosis *d)
{
	const struct probe *p = find_probe(d, PROBE_TEXT);
	if (p == NULL || p->mail.accepted == 0)
		return;
	if (find_cause(d, p)) {
		d->text_status = talk_status(&p->talk);
		if (d->text_status == 0)
			d->text_status = err_status(ERR_LOST);
		return;
	}
	if (d->mails)
		find_well(d, "the message, which was mailed");
	else
		find_well(d, "DATA and the text (its end was not sent; "
			     "--diagnose-mail sends it)");
}

static void
find_times(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	struct buf b = BUF_INIT;
	if (m->slow_ns < FIND_SLOW_NS || m->slow == NULL)
		return;
	buf_addf(&b, "%s answered after %.1f s", m->slow->name,
	    (double)m->slow_ns / 1e9);
	find_say(d, m, "time.slow", CAUSE_MID,
	    "the server is slow to answer: it asks others (DNS, block lists, "
	    "a callout) who do not answer, or it is a tarpit",
	    "your server: its resolver first (steps of 5 s are its "
	    "time-outs), then its log",
	    "RFC 5321 4.5.3.2", buf_str(&b));
	buf_release(&b);
}

static void
find_stages(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	const struct sight *s = &m->sight;
	if (s->domain != NULL || m->talk.mx.route != NULL)
		find_well(d, "MX");
	if (m->where != NULL)
		find_well(d, "connection to %s", m->where);
	if (s->greeted)
		find_well(
		    d, "greeting in %.1f ms", (double)m->greeting_ns / 1e6);
	if (s->hello)
		find_well(d, "%s", s->lmtp ? "LHLO" : "EHLO");
	if (s->tls && m->tls != NULL)
		find_well(d, "%s", m->tls);
	if (s->authed)
		find_well(d, "login");
	if (s->from != NULL &&
	    (s->refusal.verb == NULL || s->refusal.verb->id != VERB_MAIL))
		find_well(d, "MAIL <%s>", s->from);
	if (s->accepted > 0 && d->nto > 1)
		find_well(d, "RCPT (%u of %zu taken)", s->accepted, d->nto);
	else if (s->accepted > 0)
		find_well(d, "RCPT <%s>", s->to);
}

static int
find_worse(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	return (int)y->cause.level - (int)x->cause.level;
}

void
diagnose_find(struct diagnosis *d)
{
	const struct probe *m = find_probe(d, PROBE_MAIN);
	bool hush = find_hush(d);
	if (!hush && !find_name(d))
		find_cause(d, m);
	find_mx(d);
	find_masked(d);
	if (!m->sight.connected)
		find_ports(d);
	find_others(d);
	find_families(d);
	find_idle(d);
	find_message(d);
	find_text(d);
	find_times(d);
	find_stages(d);
	if (d->nfindings > 1)
		qsort(d->finding, d->nfindings, sizeof *d->finding, find_worse);
}
