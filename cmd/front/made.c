#include "cmd/front/made.h"

bool
made_is_asked(const struct opts *o)
{
	return o->subject != NULL || o->html != NULL || o->attach.n > 0 ||
	       o->inlined.n > 0 || o->cc.n > 0 || o->reply_to != NULL;
}

static char *
made_word(const char *value)
{
	return value == NULL ? NULL : mem_dup(value);
}

static void
made_list(struct draft_list *to, const struct opt_list *from)
{
	to->item = mem_grow(to->item, from->n + 1, sizeof *to->item);
	for (; to->n < from->n; to->n++)
		to->item[to->n] = mem_dup(from->item[to->n]);
}

int
made_letter(struct talk *t, const struct opts *o, const char *path,
    const char *text, struct text *x, struct err *e)
{
	struct draft d = { .from = made_word(o->from),
		.reply_to = made_word(o->reply_to),
		.subject = made_word(o->subject),
		.body = made_word(text) };
	int r = 0;
	made_list(&d.to, &o->to);
	made_list(&d.cc, &o->cc);
	made_list(&d.attach, &o->attach);
	made_list(&d.inlined, &o->inlined);
	made_list(&d.header, &o->header);
	if (o->body != NULL && text == NULL) {
		d.body = letter_text("--body", o->body, e);
		r = d.body == NULL ? -1 : 0;
	}
	if (r == 0 && o->html != NULL) {
		d.html = letter_text("--html", o->html, e);
		r = d.html == NULL ? -1 : 0;
	}
	if (r == 0)
		r = letter_make(t, &d, path, x, e);
	draft_release(&d);
	return r;
}
