/* A cause or a finding on the page: what was seen, what it means, what to do. */
#include "cmd/sink/report_parts.h"

#include <ctype.h>
#include <string.h>
#include "cmd/sink/html.h"

/* Octets of the option that p begins with, "--from"; 0: none. */
static size_t
report_option(const char *p, size_t len, bool begins)
{
	size_t n = 2;
	if (!begins || len < 3 || p[0] != '-' || p[1] != '-' ||
	    !isalpha((unsigned char)p[2]))
		return 0;
	while (n < len && (isalnum((unsigned char)p[n]) || p[n] == '-'))
		n++;
	return n;
}

/* Words in which options are whole: a line may not break inside them. */
static void
report_words(struct buf *b, const char *p, size_t len)
{
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		size_t n = report_option(p + i, len - i,
		    i == 0 || strchr(" (\"'", p[i - 1]) != NULL);
		if (n == 0)
			continue;
		html_add(b, p + from, i - from);
		buf_adds(b, "<code class=\"o\">");
		html_add(b, p + i, n);
		buf_adds(b, "</code>");
		i += n - 1;
		from = i + 1;
	}
	html_add(b, p + from, len - from);
}

static void
report_field(struct buf *b, const struct redact *redact, const char *before,
    const char *s, const char *after)
{
	struct buf safe = BUF_INIT;
	if (s == NULL || *s == '\0')
		return;
	story_text(&safe, redact, s, strlen(s));
	buf_adds(b, before);
	report_words(b, buf_data(&safe), buf_len(&safe));
	buf_adds(b, after);
	buf_release(&safe);
}

void
report_finding(
    struct buf *b, const struct event *ev, const struct redact *redact)
{
	const struct event_note *n = ev->note;
	const struct redact *ours = n->ours ? NULL : redact;
	const char *level = ev->kind == EV_CAUSE ? "bad"
			    : n->level != NULL	 ? n->level
						 : "low";
	buf_addf(b, "<div class=\"card %s\">", level);
	report_field(b, ours, "<p><b>", n->what, "</b></p>\n");
	report_field(b, redact, "<pre>", n->seen, "</pre>\n");
	report_field(b, ours, "<p>Next: ", n->next, "</p>\n");
	buf_addf(
	    b, "<p class=\"dim\">%s", ev->kind == EV_FINDING ? level : "cause");
	report_field(b, redact, " &middot; ", n->where, "");
	report_field(b, redact, " &middot; ", n->source, "");
	report_field(b, redact, " &middot; <code>", n->rule, "</code>");
	buf_adds(b, "</p>");
}
