#include "cmd/front/deliver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "cmd/talk/letter.h"
#include "cmd/lang/duration.h"

#define DELIVER_WAIT_MS 30000
#define DELIVER_MOST_MS 3600000

/* The text is read and checked before anything is sent. */
struct deliver_act {
	struct act act;
	struct deliver *d;
	bool *ready;
};

static int
deliver_load_resume(struct talk *t, struct act *a, struct err *e)
{
	struct deliver_act *l = (struct deliver_act *)a;
	int r = text_load(t, l->d->mail->text, e);
	if (r != 0)
		return r;
	/* It may be another one behind that. */
	r = l->d->look == NULL ? 0 : l->d->look(l->d->arg, e);
	*l->ready = r == 0;
	return r < 0 ? -1 : r > 0 ? ACT_MORE : ACT_DONE;
}

static const struct act_kind deliver_kind = { .name = "load",
	.size = sizeof(struct deliver_act),
	.resume = deliver_load_resume };

int
deliver_load(struct deliver *d)
{
	bool ready = false;
	struct deliver_act *a = act_push(&d->sh->talk, &deliver_kind);
	a->d = d;
	a->ready = &ready;
	shell_drive(d->sh);
	return ready ? 0 : -1;
}

/* As many transactions as the server wants. */
static int
deliver_once(struct deliver *d)
{
	struct talk *t = &d->sh->talk;
	struct mail *m = d->mail;
	struct err e;
	m->next = 0;
	t->reached = t->link != NULL && t->greeted;
	for (;;) {
		err_clear(&t->told);
		if (!d->loaded && deliver_load(d) < 0)
			return -1;
		d->loaded = false;
		/* Nobody is left. */
		if (m->nto == 0 && m->last == MAIL_ALL) {
			m->done = true;
			return 0;
		}
		talk_mail(t, m);
		shell_drive(d->sh);
		d->reached |= t->reached;
		if (d->after != NULL && d->after(d->arg, &e) < 0) {
			talk_error(t, &e);
			return -1;
		}
		if (!m->done || !m->more)
			return m->done ? 0 : -1;
		if (text_restart(m->text, &e) < 0) {
			talk_error(t, &e);
			return -1;
		}
		mail_tell_more(t, m);
		refusals_drop(d->sh, REFUSAL_MANY);
	}
}

/* "try again in 300 seconds", "retry after 5 min". */
int64_t
deliver_hint(const char *p, size_t len)
{
	static const char *const before[] = { "in ", "after ", "within " };
	const char *end = p + len;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t n = strlen(before[i]);
		const char *at = p;
		while ((at = memmem(at, (size_t)(end - at), before[i], n)) !=
		       NULL) {
			at += n;
			int64_t v = 0;
			const char *q = at;
			while (q < end && *q >= '0' && *q <= '9' && v < 100000)
				v = v * 10 + (*q++ - '0');
			while (q > at && q < end && *q == ' ')
				q++;
			if (v == 0 || q >= end)
				continue;
			int64_t unit = *q == 's'   ? 1
				       : *q == 'm' ? 60
				       : *q == 'h' ? 3600
						   : 0;
			v *= unit * 1000;
			if (v > 0)
				return v < DELIVER_MOST_MS ? v
							   : DELIVER_MOST_MS;
		}
	}
	return 0;
}

int
deliver_to_file(const struct opts *o, struct compose_paths *to, struct err *e)
{
	if (o->to_file == NULL)
		return 0;
	char *at = mem_printf("@%s", o->to_file);
	char *text = letter_text("--to-file", at, e);
	free(at);
	size_t before = to->n, number = 0;
	int r = text == NULL ? -1 : 0;
	for (char *p = text; r == 0 && *p != '\0';) {
		size_t n = strcspn(p, "\n");
		bool more = p[n] == '\n';
		number++;
		p[n] = '\0';
		if (n > 0 && p[n - 1] == '\r')
			p[n - 1] = '\0';
		char *word = p + strspn(p, " \t");
		struct err why;
		if (*word != '#' && compose_addresses(to, "", word, &why) < 0)
			r = err_set(e, ERR_DATA, "%s:%zu:%s", o->to_file,
			    number, why.text);
		p += n + more;
	}
	free(text);
	if (r == 0 && to->n == before)
		r = err_set(e, ERR_DATA, "%s names no recipient", o->to_file);
	return r;
}

int
deliver_check(const struct opts *o, struct err *e)
{
	int64_t ms;
	if (o->retry_wait == NULL)
		return 0;
	if (o->retry == NULL)
		return err_set(
		    e, ERR_USAGE, "--retry-wait goes with --retry NUMBER");
	return duration_parse(o->retry_wait, &ms, e);
}

/* Before attempt n (from 0): twice as long each time, and up to a tenth more,
 * so that many do not come back at once. */
static int64_t
deliver_wait_ms(const struct deliver *d, unsigned n)
{
	const struct mail *m = d->mail;
	int64_t ms = DELIVER_WAIT_MS;
	struct err e;
	uint16_t r = 0;
	int64_t hint = mail_count(m, FATE_LATER) > 0
			   ? deliver_hint(buf_data(&m->said), buf_len(&m->said))
			   : 0;
	if (d->o->retry_wait != NULL &&
	    duration_parse(d->o->retry_wait, &ms, &e) < 0)
		return 0;
	for (unsigned i = 0; i < n && ms < DELIVER_MOST_MS; i++)
		ms *= 2;
	ms = ms < DELIVER_MOST_MS ? ms : DELIVER_MOST_MS;
	if (hint > 0)
		return hint;
	if (getrandom(&r, sizeof r, GRND_NONBLOCK) < 0)
		r = 0;
	return ms + ms * r / 10 / UINT16_MAX;
}

/* Whether another attempt may do better. */
static bool
deliver_may_again(const struct deliver *d, int r)
{
	const struct mail *m = d->mail;
	enum err_kind kind = d->sh->talk.told.kind;
	if (d->sh->loop.raised != 0)
		return false;
	if (r < 0 && kind != ERR_TEMP && kind != ERR_LOST)
		return false;
	return mail_count(m, FATE_LATER) > 0 ||
	       (r < 0 && mail_count(m, FATE_OPEN) > 0);
}

/* -1: interrupted. */
static int
deliver_wait(struct deliver *d, unsigned n)
{
	struct shell *sh = d->sh;
	struct talk *t = &sh->talk;
	const struct mail *m = d->mail;
	int64_t ms = deliver_wait_ms(d, n);
	size_t left = mail_count(m, FATE_LATER) + mail_count(m, FATE_OPEN);
	struct buf b = BUF_INIT;
	shell_do(sh, talk_end);
	t->had_link = false;
	buf_addf(&b,
	    "%s%s%s: waiting %lld.%lld s, then trying again for %zu %s",
	    d->name == NULL ? "" : d->name, d->name == NULL ? "" : ": ",
	    !d->reached ? "no connection" : "refused for now",
	    (long long)(ms / 1000), (long long)(ms / 100 % 10), left,
	    left == 1 ? "recipient" : "recipients");
	if (sh->screen != NULL || sh->stream != NULL)
		talk_remark(t, "%s", buf_str(&b));
	else
		refusals_add(sh, REFUSAL_WAIT, buf_str(&b));
	out_push(&sh->out);
	buf_release(&b);
	enum loop_result r = loop_wait(
	    &sh->loop, NULL, 0, loop_now_ns() + ms * INT64_C(1000000));
	return r == LOOP_INTR ? -1 : 0;
}

static void
deliver_tell(struct deliver *d, int r)
{
	struct shell *sh = d->sh;
	const struct mail *m = d->mail;
	struct buf b = BUF_INIT;
	if (d->name != NULL)
		buf_addf(&b, "%s: ", d->name);
	mail_summary(m, &b);
	enum err_kind kind = sh->talk.told.kind;
	bool ours = kind == ERR_NOINPUT || kind == ERR_DATA;
	if (r < 0 && !d->reached)
		buf_adds(&b, ours ? ": no message" : ": no connection");
	mail_tell(&sh->talk, m, buf_str(&b));
	/* Who sees no conversation is told of what went wrong. */
	if (r == 0 && sh->screen == NULL && !sh->machine &&
	    mail_count(m, FATE_TAKEN) < m->nto)
		out_error(&sh->out, "%s", buf_str(&b));
	buf_release(&b);
}

static int
deliver_restart(struct deliver *d)
{
	struct err e;
	if (text_restart(d->mail->text, &e) == 0)
		return 0;
	talk_error(&d->sh->talk, &e);
	return -1;
}

/* The server ended the session behind so many messages. */
static bool
deliver_may_at_once(const struct deliver *d, int r)
{
	const struct talk *t = &d->sh->talk;
	const struct mail *m = d->mail;
	return d->sent_before > 0 && (t->link == NULL || t->closing) &&
	       mail_count(m, FATE_TAKEN) + mail_count(m, FATE_UNKNOWN) == 0 &&
	       deliver_may_again(d, r);
}

void
deliver_options(struct mail *m, const struct opts *o)
{
	m->mail_param = o->mail_param.item;
	m->nmail_param = o->mail_param.n;
	m->rcpt_param = o->rcpt_param.item;
	m->nrcpt_param = o->rcpt_param.n;
	m->chunk = o->chunk != NULL;
	m->chunk_size = o->chunk == NULL ? 0 : strtoull(o->chunk, NULL, 10);
}

/* What is tried again is not lost yet. */
static int
deliver_again(struct deliver *d, const struct tally *before)
{
	d->sh->talk.tally = *before;
	refusals_drop(d->sh, REFUSAL_LATER);
	return deliver_once(d);
}

static int
deliver_all(struct deliver *d)
{
	struct talk *t = &d->sh->talk;
	const struct tally before = t->tally;
	unsigned long most =
	    d->o->retry == NULL ? 0 : strtoul(d->o->retry, NULL, 10);
	int r = deliver_once(d);
	if (d->mail->nto == 0 && d->mail->done)
		return r;
	if (deliver_may_at_once(d, r)) {
		shell_do(d->sh, talk_end);
		t->had_link = false;
		if (deliver_restart(d) == 0)
			r = deliver_again(d, &before);
	}
	for (unsigned n = 0; n < most && deliver_may_again(d, r); n++) {
		if (deliver_wait(d, n) < 0 || deliver_restart(d) < 0)
			break;
		past_again(t);
		r = deliver_again(d, &before);
	}
	return r;
}

int
deliver_mail(struct deliver *d)
{
	struct mail *m = d->mail;
	refusals_hold(d->sh);
	int r = deliver_all(d);
	if (mail_count(m, FATE_TAKEN) == m->nto)
		refusals_drop(d->sh, REFUSAL_WAIT);
	refusals_tell(d->sh);
	if (m->nto == 0 && m->done)
		return r;
	/* Of a message that could not be read the error says it all. */
	bool tells =
	    m->last == MAIL_ALL && m->nto > 0 && (m->done || m->text->loaded);
	if (tells)
		deliver_tell(d, r);
	const char *partial = d->o->partial;
	mail_tally(&d->sh->talk, m,
	    partial == NULL	? PARTIAL_WORST
	    : partial[0] == 'o' ? PARTIAL_OK
				: PARTIAL_FAIL);
	return r;
}
