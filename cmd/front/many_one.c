/* One of many messages: its envelope, what an earlier run did of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/front/envelope.h"
#include "cmd/front/many_parts.h"

struct one {
	struct many *many;
	size_t number;
	bool mine;	 /* this session's */
	struct err none; /* why it cannot be read */
	struct text text;
	struct mail mail;
	struct deliver deliver;
	struct resume_key key;
	char *from;
	struct compose_paths to; /* from the header, and what of all is left */
	bool keyed, looked, skip;
};

/* All its octets, as they are in the file. */
static int
one_digest(struct one *k, struct err *e)
{
	struct text *x = &k->text;
	struct buf b = BUF_INIT;
	resume_key_begin(&k->key);
	resume_key_add(&k->key, buf_data(&x->first), buf_len(&x->first));
	off_t at = x->ended ? 0 : lseek(x->fd, 0, SEEK_CUR);
	ssize_t n = x->ended ? 0 : 1;
	while (n > 0) {
		n = at < 0 ? -1 : pread(x->fd, buf_space(&b, 65536), 65536, at);
		if (n > 0)
			resume_key_add(&k->key, b.p, (size_t)n);
		at += n > 0 ? n : 0;
	}
	buf_release(&b);
	if (n < 0)
		return err_set(e, ERR_NOINPUT,
		    "%s: --resume reads a message twice: %s", x->name,
		    strerror(errno));
	resume_key_end(k->many->resume, &k->key);
	k->keyed = true;
	return 0;
}

static void
one_add(struct compose_paths *l, const char *path)
{
	l->path = mem_grow(l->path, l->n + 1, sizeof *l->path);
	l->path[l->n++] = mem_dup(path);
}

/* Those who have it, or may have, are left out. */
static void
one_resume(struct one *k)
{
	struct many *m = k->many;
	struct compose_paths left = { 0 };
	for (size_t i = 0; i < k->to.n; i++) {
		const char *to = k->to.path[i];
		enum mail_fate f = resume_fate(m->resume, &k->key, k->from, to);
		if (f == FATE_UNKNOWN && !m->o->repeat_unknown) {
			out_error(&m->sh->out,
			    "%s: whether <%s> has got it is unknown: it is not "
			    "sent again (--repeat-unknown sends it)",
			    k->text.name, to);
			atomic_fetch_add(&m->counts->unknown, 1);
		} else if (f != FATE_TAKEN) {
			one_add(&left, to);
		}
	}
	k->skip = left.n == 0;
	compose_release(&k->to);
	k->to = left;
}

static int
one_envelope(struct one *k, bool *changed, struct err *e)
{
	struct text *x = &k->text;
	struct compose_paths to = { 0 };
	char *from = k->many->from == NULL ? NULL : mem_dup(k->many->from);
	struct err why;
	for (size_t i = 0; i < k->many->to.n; i++)
		one_add(&to, k->many->to.path[i]);
	int r = 0;
	if (many_by_headers(k->many->o))
		r = envelope_take(&x->first, x->ended, &from, &to, &why);
	*changed |= r > 0;
	if (r < 0)
		err_set(e, ERR_DATA, "%s: %s", x->name, why.text);
	/* When it is read again the first is kept. */
	if (r < 0 || k->looked) {
		free(from);
		compose_release(&to);
	} else {
		k->from = from;
		k->to = to;
	}
	return r < 0 ? -1 : 0;
}

static int
one_header(struct one *k, bool *changed, struct err *e)
{
	const struct opt_list *h = &k->many->o->header;
	struct text *x = &k->text;
	if (h->n == 0)
		return 0;
	*changed = true;
	return compose_add(&x->first, x->ended, h->item, h->n, e);
}

static int
one_look(void *arg, struct err *e)
{
	struct one *k = arg;
	struct many *m = k->many;
	bool changed = false;
	if (buf_len(&k->text.first) == 0)
		return err_set(
		    e, ERR_DATA, "%s: the file is empty", k->text.name);
	if (m->resume != NULL && !k->keyed && one_digest(k, e) < 0)
		return -1;
	if (one_envelope(k, &changed, e) < 0 || one_header(k, &changed, e) < 0)
		return -1;
	if (!k->looked) {
		if (k->mine && m->resume != NULL)
			one_resume(k);
		k->skip |= !k->mine;
		if (k->skip)
			k->to.n = 0;
		k->mail.from = k->from;
		k->mail.to = (const char *const *)k->to.path;
		k->mail.nto = k->to.n;
		k->mail.fate = mem_zalloc((k->to.n + 1) * sizeof *k->mail.fate);
		k->looked = true;
	}
	return changed ? text_again(&k->text, e) : 0;
}

static int
one_before_end(void *arg, struct err *e)
{
	struct one *k = arg;
	return resume_begin(k->many->resume, &k->key, &k->mail, e);
}

static int
one_after(void *arg, struct err *e)
{
	struct one *k = arg;
	return k->many->resume == NULL || k->mail.fate == NULL
		   ? 0
		   : resume_end(k->many->resume, &k->key, &k->mail, e);
}

static void
one_count(struct one *k, int r)
{
	struct many_counts *c = k->many->counts;
	const struct mail *m = &k->mail;
	size_t taken = m->fate == NULL ? 0 : mail_count(m, FATE_TAKEN);
	if (k->skip) {
		atomic_fetch_add(&c->skipped, k->mine);
		return;
	}
	atomic_fetch_add(&c->messages, 1);
	atomic_fetch_add(&c->octets, k->text.body.taken);
	if (r < 0 || taken < m->nto)
		atomic_fetch_add(&c->failed, 1);
	if (m->fate == NULL)
		return;
	atomic_fetch_add(&c->accepted, taken);
	atomic_fetch_add(&c->later, mail_count(m, FATE_LATER));
	atomic_fetch_add(&c->refused, mail_count(m, FATE_REFUSED));
	atomic_fetch_add(&c->unknown, mail_count(m, FATE_UNKNOWN));
	atomic_fetch_add(&c->open, mail_count(m, FATE_OPEN));
}

static unsigned long long
one_failures(const struct many *m)
{
	return m->o->stop_after == NULL ? 0
					: strtoull(m->o->stop_after, NULL, 10);
}

static bool
one_may_go_on(const struct many *m, const struct deliver *d, int r)
{
	const struct talk *t = &m->sh->talk;
	unsigned long long most = one_failures(m);
	enum err_kind kind = r < 0 ? t->told.kind : ERR_NONE;
	/* What belongs to the message is no reason to end. */
	bool ends = r < 0 && kind != ERR_DATA && kind != ERR_NOINPUT &&
		    kind != ERR_REFUSED && !(kind == ERR_LOST && d->reached);
	if (m->sh->loop.raised != 0 || (m->sh->out.errored && !m->o->quiet))
		return false;
	return !ends && (most == 0 || atomic_load(&m->counts->failed) < most);
}

/* The next one's lines go with the end of this one: it is read now. What is
 * wrong with it is told at its turn, and whatever the end is answered it must
 * be the next. */
static struct mail *
one_ahead(void *arg)
{
	const struct one *k = arg;
	struct many *m = k->many;
	struct talk *t = &m->sh->talk;
	unsigned long long most = one_failures(m);
	struct err e;
	if (most > 0 && atomic_load(&m->counts->failed) + 1 >= most)
		return NULL;
	if (m->o->retry != NULL && mail_count(&k->mail, FATE_LATER) > 0)
		return NULL;
	struct one *n = m->next = one_next(m);
	if (n == NULL || n->none.kind != ERR_NONE)
		return NULL;
	struct text *x = &n->text;
	if ((!x->regular && !x->whole) || text_load(t, x, &e) != ACT_DONE ||
	    one_look(n, &e) < 0 || n->skip)
		return NULL;
	n->deliver.loaded = true;
	return &n->mail;
}

static struct one *
one_new(struct many *m)
{
	const struct opts *o = m->o;
	struct one *k = mem_zalloc(sizeof *k);
	*k = (struct one){ .many = m, .number = m->number, .text = TEXT_INIT };
	k->mine = k->number % m->sessions == m->session;
	k->deliver = (struct deliver){ .sh = m->sh,
		.o = o,
		.mail = &k->mail,
		.look = one_look,
		.after = one_after,
		.arg = k };
	k->mail = (struct mail){ .text = &k->text,
		.one_by_one = o->no_pipelining,
		.last = MAIL_ALL,
		.ahead = one_ahead,
		.arg = k };
	deliver_options(&k->mail, o);
	return k;
}

/* The next that there is; of another session's only what --resume counts. */
static struct one *
one_read(struct many *m)
{
	for (;;) {
		struct one *k = one_new(m);
		int r = mails_next(m->mails, &k->text, &k->none);
		m->number++;
		if (r != 0 && (k->mine || (r > 0 && m->resume != NULL))) {
			k->deliver.name = k->text.name;
			if (m->resume != NULL)
				k->text.before_end = one_before_end;
			k->text.arg = k;
			return k;
		}
		one_free(k);
		if (r == 0)
			return NULL;
	}
}

struct one *
one_next(struct many *m)
{
	if (atomic_load(&m->counts->stop) || m->sh->loop.raised != 0)
		return NULL;
	struct one *k = m->next;
	m->next = NULL;
	return k != NULL ? k : one_read(m);
}

void
one_free(struct one *k)
{
	if (k == NULL)
		return;
	mail_forget(&k->mail);
	text_release(&k->text);
	buf_release(&k->mail.said);
	free(k->mail.fate);
	free(k->from);
	compose_release(&k->to);
	free(k);
}

bool
one_send(struct many *m, struct one *k)
{
	struct talk *t = &m->sh->talk;
	if (k->none.kind != ERR_NONE) {
		talk_error(t, &k->none);
		atomic_fetch_add(&m->counts->failed, 1);
		one_free(k);
		return true;
	}
	k->deliver.sent_before = m->sent;
	int r = deliver_mail(&k->deliver);
	one_count(k, r);
	m->sent = t->link == NULL ? 0 : m->sent + 1;
	if (t->link == NULL || t->closing) {
		shell_do(m->sh, talk_end);
		t->had_link = false;
	}
	bool on = one_may_go_on(m, &k->deliver, r);
	if (!on)
		atomic_store(&m->counts->stop, true);
	one_free(k);
	return on;
}
