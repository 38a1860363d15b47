/* The page: findings, worst first, each with what was seen, the cause, the next
 * step and the source; then a line for what is well. */
#include "cmd/diagnose.h"

#include <string.h>
#include "cmd/say/note.h"

void
diagnose_say(struct shell *sh, bool plain, const char *p, size_t len)
{
	struct buf page = BUF_INIT;
	if (sh->machine)
		return;
	if (!plain) {
		shell_page(sh, p, len);
		return;
	}
	note_page(&page, p, len, shell_page_width(sh));
	out_write(&sh->out, buf_data(&page), buf_len(&page));
	buf_release(&page);
}

static void
page_row(struct buf *b, const char *label, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	buf_addf(b, "   %-8s", label);
	escape_add(b, text, strlen(text), false);
	buf_addc(b, '\n');
}

void
diagnose_lines(struct buf *b, size_t i, const struct event_note *n)
{
	struct buf seen = BUF_INIT, rule = BUF_INIT;
	if (n->where != NULL)
		buf_addf(&seen, "%s%s", n->where, n->seen != NULL ? ": " : "");
	buf_adds(&seen, n->seen == NULL ? "" : n->seen);
	buf_addf(&rule, "%s, %s", n->rule, n->level);
	buf_addf(b, "%zu. ", i);
	escape_add(b, n->what, strlen(n->what), false);
	buf_addc(b, '\n');
	page_row(b, "seen", buf_str(&seen));
	page_row(b, "next", n->next);
	page_row(b, "source", n->source);
	page_row(b, "rule", buf_str(&rule));
	buf_release(&seen);
	buf_release(&rule);
}

static void
page_finding(struct diagnosis *d, struct finding *f, size_t i)
{
	const struct event_note n = { .rule = f->cause.id,
		.level = cause_level_name(f->cause.level),
		.seen = f->seen,
		.where = f->where,
		.what = buf_str(&f->cause.what),
		.next = buf_str(&f->cause.next),
		.source = f->cause.source,
		.aside = f->probe,
		.ours = true };
	struct event ev = { .kind = EV_FINDING, .note = &n };
	struct buf b = BUF_INIT;
	talk_put(&d->sh->talk, &ev);
	diagnose_lines(&b, i + 1, &n);
	diagnose_say(d->sh, d->plain, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
page_well(struct diagnosis *d)
{
	struct buf b = BUF_INIT;
	const char *p = buf_str(&d->well);
	buf_adds(&b, "well: ");
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");
		struct event ev = { .kind = EV_CHECK, .text = p, .len = n };
		talk_put(&d->sh->talk, &ev);
		buf_add(&b, p, n);
		p += n + (p[n] == '\n');
		buf_adds(&b, *p != '\0' ? ", " : "\n");
	}
	if (d->nwell > 0)
		diagnose_say(d->sh, d->plain, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

/* What stops mail has the status that a mail would have had. */
static int
page_status(const struct diagnosis *d)
{
	const struct probe *m = d->probe[0];
	int status = talk_status(&m->talk);
	bool stops = false;
	if (m->cut && !m->sight.greeted)
		status = err_status(ERR_TEMP);
	if (status == 0)
		status = d->text_status;
	for (size_t i = 0; i < d->nfindings; i++)
		stops |= d->finding[i].cause.level == CAUSE_HIGH;
	return status != 0 ? status : stops ? 69 : 0;
}

static const char *
page_name(const struct diagnosis *d)
{
	const struct talk *t = &d->sh->talk;
	return t->mx.domain != NULL	  ? t->mx.domain
	       : t->where.host != NULL	  ? t->where.host
	       : t->where.path != NULL	  ? t->where.path
	       : t->where.command != NULL ? t->where.command
					  : "the sandbox";
}

int
diagnose_tell(struct diagnosis *d)
{
	struct buf b = BUF_INIT;
	int status = page_status(d);
	buf_addf(&b, "%s: %s, %zu finding%s, %zu check%s well", page_name(d),
	    status == 0 ? "nothing stops mail" : "mail does not get through",
	    d->nfindings, d->nfindings == 1 ? "" : "s", d->nwell,
	    d->nwell == 1 ? "" : "s");
	struct event ev = { .kind = EV_DIAGNOSIS,
		.text = buf_data(&b),
		.len = buf_len(&b),
		.status = status };
	talk_put(&d->sh->talk, &ev);
	buf_addc(&b, '\n');
	diagnose_say(d->sh, d->plain, buf_data(&b), buf_len(&b));
	for (size_t i = 0; i < d->nfindings; i++)
		page_finding(d, &d->finding[i], i);
	page_well(d);
	buf_release(&b);
	return status;
}
