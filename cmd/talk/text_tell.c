/* What the screen shows of mail text: cut into lines only as long as a sink
 * still wants lines. */
#include <string.h>
#include "cmd/lang/cstring.h"
#include "cmd/talk/text_priv.h"

void
text_tell_line(struct talk *t, const char *p, size_t len)
{
	if (len > 0 && p[len - 1] == '\r')
		len--;
	struct event ev = { .kind = EV_TEXT, .text = p, .len = len };
	/* An empty text has no length for talk_put() to find. */
	if (len == 0)
		ev.text = "";
	talk_put(t, &ev);
}

void
text_tell(struct talk *t, struct text_told *d, const char *p, size_t len)
{
	while (len > 0 && d->lines) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl + 1 - p);
		if (n > d->left) {
			d->lines = false;
			d->rest += buf_len(&d->part);
			break;
		}
		d->left -= n;
		if (nl == NULL || buf_len(&d->part) > 0)
			buf_add(&d->part, p, nl == NULL ? n : n - 1);
		if (nl != NULL && buf_len(&d->part) > 0) {
			text_tell_line(
			    t, buf_data(&d->part), buf_len(&d->part));
			buf_clear(&d->part);
		} else if (nl != NULL) {
			text_tell_line(t, p, n - 1);
		}
		p += n;
		len -= n;
	}
	d->rest += len;
}

void
text_tell_begin(struct talk *t, const struct text *x, struct text_told *d)
{
	uint64_t most = t->env->text_max(t);
	/* A line of the language says it all: no lines needed. */
	*d = (struct text_told){ .lines = most > 0 && x->say[0] == '\0',
		.left = most };
}

void
text_tell_end(struct talk *t, const struct text *x, struct text_told *d)
{
	if (d->lines && buf_len(&d->part) > 0)
		text_tell_line(t, buf_data(&d->part), buf_len(&d->part));
	if (d->rest > 0 && x->say[0] == '\0') {
		struct event ev = {
			.kind = EV_OCTETS, .text = "", .n = d->rest
		};
		talk_put(t, &ev);
	}
	buf_release(&d->part);
}

void
text_tell_raw(struct talk *t, const char *p, size_t len)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "\\raw ");
	cstring_add(&line, p, len);
	struct event ev = { .kind = EV_OCTETS,
		.text = buf_str(&line),
		.len = buf_len(&line),
		.n = len };
	talk_put(t, &ev);
	buf_release(&line);
}
