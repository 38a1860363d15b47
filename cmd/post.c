#include "cmd/post.h"

#include <stdlib.h>
#include "cmd/talk/letter.h"
#include "cmd/talk/talk.h"

static int
post_list(
    struct post *p, const char *name, const struct draft_list *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (compose_addresses(&p->to, name, l->item[i], e) < 0)
			return -1;
	return 0;
}

static int
post_recipients(struct post *p, struct talk *t, struct draft *d, struct err *e)
{
	if (d->to.n + d->cc.n + d->bcc.n == 0) {
		struct buf b = BUF_INIT;
		int r = vars_expand(&t->vars, NULL, "${to:-}", 7, false, &b, e);
		if (r == 0 && buf_len(&b) > 0)
			r = draft_set(d, "to", buf_str(&b), e);
		buf_release(&b);
		if (r < 0)
			return -1;
	}
	if (post_list(p, "to", &d->to, e) < 0 ||
	    post_list(p, "cc", &d->cc, e) < 0 ||
	    post_list(p, "bcc", &d->bcc, e) < 0)
		return -1;
	return p->to.n > 0 ? 0
			   : err_set(e, ERR_USAGE,
				 "no recipient: write one behind To:");
}

static int
post_sender(
    struct post *p, struct talk *t, const struct draft *d, struct err *e)
{
	if (d->from == NULL)
		return vars_expand(
		    &t->vars, NULL, "${from}", 7, false, &p->from, e);
	char *path = compose_address("from", d->from, e);
	if (path == NULL)
		return -1;
	buf_adds(&p->from, path);
	free(path);
	return 0;
}

int
post_make(struct post *p, struct talk *t, struct draft *d, struct err *e)
{
	const char *const *line = (const char *const *)d->header.item;
	*p = (struct post){ .from = BUF_INIT, .text = TEXT_INIT };
	if (post_sender(p, t, d, e) < 0 || post_recipients(p, t, d, e) < 0 ||
	    compose_check_header(line, d->header.n, e) < 0)
		return -1;
	p->fate = mem_zalloc(p->to.n * sizeof *p->fate);
	p->mail = (struct mail){ .from = buf_str(&p->from),
		.to = (const char *const *)p->to.path,
		.fate = p->fate,
		.nto = p->to.n,
		.text = &p->text,
		.last = MAIL_ALL };
	return letter_make(t, d, buf_str(&p->from), &p->text, e);
}

void
post_release(struct post *p)
{
	buf_release(&p->from);
	buf_release(&p->mail.said);
	compose_release(&p->to);
	free(p->fate);
	text_release(&p->text);
}

bool
post_is_taken(const struct post *p)
{
	return mail_count(&p->mail, FATE_TAKEN) == p->to.n;
}

/* Sending. */

enum post_step { POST_BEFORE, POST_LOAD, POST_SENT };

struct post_act {
	struct act act;
	struct post *p;
};

static int
post_end(struct talk *t, const struct post *p, struct err *e)
{
	const struct mail *m = &p->mail;
	struct buf b = BUF_INIT;
	int r = 0;
	/* What follows is no mail text of a DATA that somebody wrote. */
	t->data_refused = false;
	mail_summary(m, &b);
	mail_tell(t, m, buf_str(&b));
	/* A transcript is judged: what nothing expects is no success. */
	if (t->expects && !post_is_taken(p))
		r = err_set(e,
		    mail_count(m, FATE_REFUSED) > 0 ? ERR_REFUSED : ERR_TEMP,
		    "not mailed to all: %s", buf_str(&b));
	else
		mail_tally(t, m, PARTIAL_WORST);
	buf_release(&b);
	return r < 0 ? -1 : ACT_DONE;
}

static int
post_resume(struct talk *t, struct act *a, struct err *e)
{
	struct post *p = ((struct post_act *)a)->p;
	int r;
	switch ((enum post_step)a->step) {
	case POST_BEFORE:
		/* Its own replies are its own to judge. */
		r = t->link == NULL ? 0 : talk_await(t, e);
		if (r != 0)
			return r;
		talk_settle(t);
		a->step = POST_LOAD;
		/* fall through */
	case POST_LOAD:
		r = text_load(t, &p->text, e);
		if (r != 0)
			return r;
		a->step = POST_SENT;
		talk_mail(t, &p->mail);
		return ACT_MORE;
	case POST_SENT:
		if (!p->mail.more)
			return post_end(t, p, e);
		if (text_restart(&p->text, e) < 0)
			return -1;
		mail_tell_more(t, &p->mail);
		a->step = POST_LOAD;
		return ACT_MORE;
	}
	return ACT_DONE;
}

static const struct act_kind post_kind = {
	.name = "post", .size = sizeof(struct post_act), .resume = post_resume
};

void
talk_post(struct talk *t, struct post *p)
{
	struct post_act *a = act_push(t, &post_kind);
	a->p = p;
}
