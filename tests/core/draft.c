/* Drafts: what an editor left, words behind \mail-new, and back to text. */
#include "check.h"
#include "cmd/lang/draft.h"

#include <stdlib.h>
#include <string.h>

static void
draft_show(const char *name, const char *value, struct buf *b)
{
	if (value != NULL)
		buf_addf(b, "%s=%s|", name, value);
}

static void
draft_show_list(const char *name, const struct draft_list *l, struct buf *b)
{
	for (size_t i = 0; i < l->n; i++)
		draft_show(name, l->item[i], b);
}

static void
draft_show_all(const struct draft *d, struct buf *b)
{
	draft_show("from", d->from, b);
	draft_show_list("to", &d->to, b);
	draft_show_list("cc", &d->cc, b);
	draft_show_list("bcc", &d->bcc, b);
	draft_show("reply", d->reply_to, b);
	draft_show("subject", d->subject, b);
	draft_show_list("attach", &d->attach, b);
	draft_show_list("inline", &d->inlined, b);
	draft_show_list("header", &d->header, b);
	draft_show("body", d->body, b);
}

static const struct {
	const char *text;
	const char *want; /* or what the error tells */
	int r;
} rows[] = {
	{ "To: a@x\nSubject: hi\n\nBody\n", "to=a@x|subject=hi|body=Body\n|",
	    0 },
	{ "To: a@x\r\nSubject: hi\r\n\r\nB\r\n",
	    "to=a@x|subject=hi|body=B\r\n|", 0 },
	{ "# no\nTO:a@x\n# nor this\n\n# this is\n", "to=a@x|body=# this is\n|",
	    0 },
	{ "To: a@x,\n  b@y\nTo: c@z\n\n", "to=a@x,  b@y|to=c@z|", 0 },
	{ "Attach: a b.txt;type=text/plain\nInline: p.png\n\n",
	    "attach=a b.txt;type=text/plain|inline=p.png|", 0 },
	{ "Cc:\nSubject:   \nX-Y: z \n\n", "header=X-Y: z|", 0 },
	{ "Body: x\nhtml: y\n\nt", "header=Body: x|header=html: y|body=t|", 0 },
	{ "Reply-To : r@x\nBcc: b@x\nFrom: f@x\n",
	    "from=f@x|bcc=b@x|reply=r@x|", 0 },
	{ "Subject: one\nSubject: two\n\n", "line 2: subject is said twice",
	    -1 },
	{ "To: a@x\nHello there\n", "line 2: expected 'NAME: VALUE'", -1 },
	{ "\nTo: a@x\n", "body=To: a@x\n|", 0 },
	{ " odd: x\n\n", "line 1: expected 'NAME: VALUE'", -1 },
	{ "", "", 0 },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct draft d = { 0 };
		struct buf b = BUF_INIT;
		struct err e = { 0 };
		int r = draft_parse(&d, rows[i].text, strlen(rows[i].text), &e);
		draft_show_all(&d, &b);
		CHECK(r == rows[i].r, "%s", rows[i].text);
		if (r == 0)
			CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s: %s",
			    rows[i].text, buf_str(&b));
		else
			CHECK(strstr(e.text, rows[i].want) != NULL, "%s: %s",
			    rows[i].text, e.text);
		buf_release(&b);
		draft_release(&d);
	}
	struct draft d = { 0 };
	struct err e = { 0 };
	CHECK(draft_parse(&d, "To: a\0b\n", 8, &e) < 0, "NUL");
	draft_release(&d);
}

static void
test_words(void)
{
	static const char *const good[] = { "to=a@x", "TO=b@y", "subject=a=b",
		"attach=f;name=x", "header=X: y", "body=" };
	struct draft d = { 0 };
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(draft_word(&d, good[i], &e) == 0, "%s", good[i]);
	draft_show_all(&d, &b);
	CHECK(strcmp(buf_str(&b),
		  "to=a@x|to=b@y|subject=a=b|attach=f;name=x|header=X: y|"
		  "body=|") == 0,
	    "%s", buf_str(&b));
	CHECK(draft_word(&d, "subject=again", &e) < 0, "twice");
	CHECK(draft_word(&d, "frob=x", &e) < 0, "frob");
	CHECK(draft_word(&d, "cc", &e) < 0, "no value");
	buf_release(&b);
	draft_release(&d);
}

/* What is written reads as the same. */
static void
test_write(void)
{
	struct draft d = { 0 }, back = { 0 };
	struct buf b = BUF_INIT, is = BUF_INIT, was = BUF_INIT;
	struct err e = { 0 };
	draft_write(&d, &b);
	CHECK(
	    strcmp(buf_str(&b), "To: \nSubject: \n\n") == 0, "%s", buf_str(&b));
	CHECK(draft_word(&d, "reply-to=r@x", &e) == 0, "set");
	CHECK(draft_word(&d, "to=a@x", &e) == 0, "set");
	CHECK(draft_word(&d, "attach=f", &e) == 0, "set");
	CHECK(draft_word(&d, "header=X: y", &e) == 0, "set");
	CHECK(draft_word(&d, "body=t\nu\n", &e) == 0, "set");
	buf_clear(&b);
	draft_write(&d, &b);
	CHECK(
	    strstr(buf_str(&b), "Reply-To: r@x\n") != NULL, "%s", buf_str(&b));
	CHECK(draft_parse(&back, buf_data(&b), buf_len(&b), &e) == 0, "%s",
	    e.text);
	draft_show_all(&d, &was);
	draft_show_all(&back, &is);
	CHECK(strcmp(buf_str(&was), buf_str(&is)) == 0, "%s", buf_str(&is));
	CHECK(draft_path("a b;c;name=x;type=y") == 5, "path");
	CHECK(draft_path("a;type=y") == 1, "path");
	buf_release(&b);
	buf_release(&is);
	buf_release(&was);
	draft_release(&d);
	draft_release(&back);
}

int
main(void)
{
	test_parse();
	test_words();
	test_write();
	return check_done();
}
