/* A conversation on the page: a row a step, what was sent, what came, and a bar
 * for when and how long; inside the row what it means. What went wrong is
 * open. */
#include "cmd/sink/report_parts.h"

#include <string.h>
#include "cmd/say/note.h"
#include "cmd/sink/html.h"

const char report_style[] =
    ":root{--bg:#fff;--fg:#1f2328;--dim:#5d6873;--line:#e1e5e9;--soft:#f4f6f8;"
    "--c2:#1a7f37;--c3:#0b6f85;--c4:#8a6100;--c5:#b3261e;--bar:#8492a0}"
    "@media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e3e6ea;"
    "--dim:#98a3ae;--line:#2b323a;--soft:#1c2229;--c2:#6fd58a;--c3:#63d2e6;"
    "--c4:#e3b341;--c5:#ff8078;--bar:#6c7986}}"
    "*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;margin:0;"
    "background:var(--bg);color:var(--fg)}main{max-width:1100px;margin:auto;"
    "padding:1.5em 1em 4em}h1{font-size:1.5em;margin:0;overflow-wrap:anywhere}"
    "h2{font-size:1.1em;margin:2em 0 .5em}p{margin:.3em 0}.dim{color:var(--dim)"
    "}.ok{color:var(--c2)}.no{color:var(--c5)}.c2{color:var(--c2)}.c3{color:"
    "var(--c3)}.c4{color:var(--c4)}.c5{color:var(--c5)}"
    "code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}"
    ".o{white-space:nowrap}pre{margin:.4em "
    "0;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".card{border:1px solid var(--line);border-left:4px solid var(--bar);"
    "border-radius:4px;padding:.6em .9em;margin:.7em 0;background:var(--soft);"
    "overflow-wrap:anywhere}"
    ".high,.bad{border-left-color:var(--c5)}.mid{border-left-color:var(--c4)}"
    ".f{border:1px solid var(--line);border-radius:6px;margin:1em 0}"
    ".f>summary{padding:.5em .7em;cursor:pointer;overflow-wrap:anywhere}"
    ".s>summary,.flat{display:grid;grid-template-columns:minmax(0,5fr) "
    "minmax(0,6fr) minmax(3em,3fr) 5em;gap:0 .9em;align-items:baseline;"
    "padding:.2em .7em;border-top:1px solid var(--line);list-style:none}"
    ".s>summary{cursor:pointer}.s>summary::-webkit-details-marker{display:none}"
    ".s .x::before{content:\"\\25b8\";color:var(--dim);margin-right:.5em}"
    ".s[open] "
    ".x::before{content:\"\\25be\"}.x{padding-left:1.3em;text-indent:-1.3em}."
    "flat .x{text-indent:0}"
    ".x,.r{overflow-wrap:anywhere}.t{text-align:right;color:var(--dim);"
    "font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".w{margin-top:.45em;align-self:start;height:.7em;background:var(--soft);"
    "position:relative;"
    "overflow:hidden;border-radius:2px}.w i{position:absolute;top:0;bottom:0;"
    "min-width:2px;background:var(--bar);border-radius:2px}"
    ".w .c2{background:var(--c2)}.w .c3{background:var(--c3)}.w .c4{background:"
    "var(--c4)}.w .c5{background:var(--c5)}"
    ".in{padding:.1em .7em .6em 1.9em}.in>pre{border-left:2px solid "
    "var(--line);padding-left:.7em}"
    "@media(max-width:640px){.s>summary,.flat{grid-template-columns:"
    "minmax(0,1fr) auto}.t{grid-column:2;grid-row:1}.r{grid-column:1/3;"
    "padding-left:1.1em}.w{grid-column:1/3;margin:.2em 0 .3em 1.1em}}";

static void
report_add(struct buf *b, const struct buf *text)
{
	html_add(b, buf_data(text), buf_len(text));
}

/* An element with text, if there is any. */
static void
report_pre(struct buf *b, const char *class, const struct buf *text)
{
	if (buf_len(text) == 0)
		return;
	buf_addf(b, "<pre class=\"%s\">", class);
	report_add(b, text);
	buf_adds(b, "</pre>");
}

/* The class of a reply, as a CSS class. */
static const char *
report_class(const struct story_step *p)
{
	static const char *const names[] = { "c2", "c3", "c4", "c5" };
	int first = p->code / 100;
	return first >= 2 && first <= 5 ? names[first - 2] : "";
}

struct report_axis {
	int64_t from_ns, all_ns;
};

static void
report_bar(
    struct buf *b, const struct report_axis *x, const struct story_step *p)
{
	buf_adds(b, "<span class=\"w\">");
	if (p->took_ns >= 0 && x->all_ns > 0) {
		double all = (double)x->all_ns;
		buf_addf(b,
		    "<i class=\"%s\" style=\"left:%.2f%%;width:%.2f%%\"></i>",
		    report_class(p),
		    (double)(p->from_ns - x->from_ns) * 100 / all,
		    (double)p->took_ns * 100 / all);
	}
	buf_adds(b, "</span> <span class=\"t\">");
	if (p->took_ns >= 0)
		note_time(b, p->took_ns);
	buf_adds(b, "</span>");
}

/* The first line of what came, or what stands in its place. */
static void
report_came(struct buf *b, const struct story_step *p)
{
	const struct buf *from = p->kind == STORY_LINE ? &p->reply : &p->sent;
	const char *data = buf_data(from);
	size_t len = buf_len(from);
	const char *lf = len > 0 ? memchr(data, '\n', len) : NULL;
	size_t n = lf != NULL ? (size_t)(lf - data) : len;
	buf_addf(b, "<span class=\"r\"><code class=\"%s\">", report_class(p));
	html_add(b, data, n);
	buf_adds(b, "</code>");
	if (lf != NULL && n + 1 < len)
		buf_adds(b, " <span class=\"dim\">...</span>");
	if (p->kind == STORY_LINE && len == 0)
		buf_adds(b, "<span class=\"dim\">no reply</span>");
	buf_adds(b, "</span> ");
}

static void
report_verdict(struct buf *b, const struct story_step *p)
{
	if (p->verdict == VERDICT_MISSED) {
		buf_adds(b, "<p class=\"no\">");
		if (p->line > 0)
			buf_addf(b, "line %u: ", p->line);
		buf_adds(b, "expected <code>");
		report_add(b, &p->expected);
		buf_addf(b, "</code>%s<code>", event_joint(p->nothing));
		report_add(b, &p->got);
		buf_adds(b, "</code></p>");
	} else if (p->verdict == VERDICT_UNJUDGED) {
		buf_addf(b,
		    "<p class=\"%s\">line %u: %d was judged by "
		    "nothing</p>",
		    p->code >= 400 ? "no" : "dim", p->line, p->code);
	} else if (p->verdict == VERDICT_MET) {
		buf_adds(b, "<p class=\"ok\">as expected");
		if (buf_len(&p->expected) > 0) {
			buf_adds(b, ": <code>");
			report_add(b, &p->expected);
			buf_adds(b, "</code>");
		}
		buf_adds(b, "</p>");
	}
	if (p->unsolicited)
		buf_adds(b, "<p class=\"no\">nobody asked for this reply</p>");
}

/* Of a step that no verdict made bad they say why it is. */
static void
report_notes(struct buf *b, const struct story_step *p)
{
	bool bad = p->bad && p->verdict == VERDICT_NONE && !p->unsolicited;
	report_pre(b, bad ? "no" : "dim", &p->notes);
}

static bool
report_has_more(const struct story_step *p)
{
	return buf_len(&p->known) > 0 || buf_len(&p->notes) > 0 ||
	       buf_len(&p->text) > 0 || p->verdict != VERDICT_NONE ||
	       p->hidden > 0 || p->unsolicited;
}

static void
report_more(struct buf *b, const struct story_step *p)
{
	buf_adds(b, "<div class=\"in\">");
	report_verdict(b, p);
	if (p->implied)
		buf_adds(b, "<p class=\"dim\">implied: nobody wrote it</p>");
	report_pre(b, "", &p->text);
	if (p->hidden > 0)
		buf_addf(b,
		    "<p class=\"dim\">%llu octets of mail text are not "
		    "shown</p>",
		    (unsigned long long)p->hidden);
	const char *lf = buf_len(&p->reply) > 0 ? memchr(buf_data(&p->reply),
						      '\n', buf_len(&p->reply))
						: NULL;
	/* One line stands above already. */
	if (lf != NULL &&
	    (size_t)(lf - buf_data(&p->reply)) + 1 < buf_len(&p->reply))
		report_pre(b, report_class(p), &p->reply);
	report_pre(b, "dim", &p->known);
	report_notes(b, p);
	buf_adds(b, "</div>");
}

static void
report_step(
    struct buf *b, const struct report_axis *x, const struct story_step *p)
{
	bool more = report_has_more(p);
	struct buf label = BUF_INIT;
	story_label(p, &label);
	if (p->kind == STORY_TOLD) {
		buf_adds(b, "<div class=\"in\">");
		report_verdict(b, p);
		report_notes(b, p);
		buf_adds(b, "</div>");
		return;
	}
	buf_addf(b,
	    more ? "<details class=\"s\"%s><summary>"
		 : "<div class=\"flat\"%s>",
	    more && p->bad ? " open" : "");
	buf_adds(b, "<span class=\"x\"><code>");
	report_add(b, &label);
	buf_adds(b, "</code></span> ");
	report_came(b, p);
	report_bar(b, x, p);
	buf_adds(b, more ? "</summary>" : "</div>\n");
	if (more) {
		report_more(b, p);
		buf_adds(b, "</details>\n");
	}
	buf_release(&label);
}

static void
report_sum(struct buf *b, const struct story *s)
{
	unsigned all = s->met + s->missed;
	buf_addf(b, "<b class=\"%s\">%s</b> <b>",
	    s->failed		     ? "no"
	    : s->told && !s->skipped ? "ok"
				     : "dim",
	    s->begun	 ? "not ended"
	    : s->failed	 ? "failed"
	    : s->skipped ? "skipped"
	    : s->told	 ? all > 0 ? "passed" : "done"
			 : "");
	report_add(b, &s->name);
	buf_adds(b, "</b> <span class=\"dim\">");
	if (all > 0)
		buf_addf(b, "%u of %u expectation%s met", s->met, all,
		    all == 1 ? "" : "s");
	if (s->unjudged > 0)
		buf_addf(b, "%s%u unjudged", all > 0 ? ", " : "", s->unjudged);
	if (s->took_ns >= 0) {
		buf_adds(b, all > 0 || s->unjudged > 0 ? ", " : "");
		note_time(b, s->took_ns);
	}
	buf_adds(b, "</span>");
}

void
report_story(struct buf *b, const struct story *s, bool open)
{
	struct report_axis x = { 0 };
	int64_t to = 0;
	if (story_span(s, &x.from_ns, &to))
		x.all_ns = to - x.from_ns;
	buf_addf(b, "<details class=\"f\"%s><summary>",
	    open || s->failed || s->begun ? " open" : "");
	report_sum(b, s);
	buf_adds(b, "</summary>\n");
	if ((s->failed || s->skipped) && buf_len(&s->why) > 0) {
		buf_adds(b, "<div class=\"in\">");
		report_pre(b, s->failed ? "no" : "dim", &s->why);
		buf_adds(b, "</div>\n");
	}
	for (size_t i = 0; i < s->n; i++)
		report_step(b, &x, &s->step[i]);
	if (s->left_out > 0)
		buf_addf(b,
		    "<p class=\"in dim\">%zu more steps are not "
		    "shown</p>",
		    s->left_out);
	buf_adds(b, "</details>\n");
}
