/* What has come of a reply that did not end: shown once, and named by those who
 * tell that it never came. */
#include <string.h>
#include "cmd/talk/step.h"
#include "cmd/talk/talk.h"

#define PART_MAX 80 /* octets of it in a sentence */

void
step_leftover(struct talk *t)
{
	struct buf b = BUF_INIT;
	smtp_leftover(link_smtp(t->link), &b);
	size_t len = buf_len(&b), told = t->part_told;
	if (told > len)
		told = 0;
	const char *p = buf_data(&b) + told;
	if (told > 0 && told < len && *p == '\n')
		p++;
	if (told < len) {
		struct event g = { .kind = EV_GARBAGE,
			.text = p,
			.len = (size_t)(buf_data(&b) + len - p),
			.remark = t->garbled || told > 0
				      ? "this came behind it"
				      : "this reply did not end" };
		t->part_told = len;
		talk_put(t, &g);
	}
	buf_release(&b);
}

/* Cut between words: a secret in it stays whole, for those who take it out. */
static size_t
part_cut(const char *p, size_t len)
{
	if (len <= PART_MAX)
		return len;
	len = PART_MAX;
	while (len > 0 && p[len] != ' ' && p[len] != '\n')
		len--;
	return len;
}

void
step_part(const char *p, size_t len, struct buf *b)
{
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\n'))
		len--;
	size_t n = part_cut(p, len);
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\n')
			buf_adds(b, " / ");
		else if (p[i] == '\0')
			buf_adds(b, "\\x00");
		else
			buf_addc(b, p[i]);
	if (n < len)
		buf_adds(b, "...");
}

bool
step_has_part(const struct talk *t, struct buf *b)
{
	struct buf all = BUF_INIT;
	size_t before = buf_len(b);
	/* Behind what is no reply nothing is one. */
	if (t->link != NULL && !t->garbled)
		smtp_leftover(link_smtp(t->link), &all);
	if (buf_len(&all) > 0)
		step_part(buf_data(&all), buf_len(&all), b);
	buf_release(&all);
	return buf_len(b) > before;
}
