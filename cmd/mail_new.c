#include "cmd/post.h"
#include "cmd/shell/shell.h"
#include "cmd/shell/tty.h"
#include "cmd/talk/cmd.h"
#include "cmd/talk/letter.h"

#include <stdlib.h>
#include <string.h>

struct mail_new {
	struct act act;
	struct draft draft;
	struct post post;
};

static int
mail_new_words(struct draft *d, const struct cmd_args *a, struct err *e)
{
	for (size_t i = 0; i < a->n; i++)
		if (draft_word(d, a->word[i], e) < 0)
			return -1;
	return 0;
}

/* Asking. */

static int
mail_new_line(struct shell *sh, struct draft *d, const char *question,
    const char *name, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = tty_answer(&sh->loop, question, &b, e);
	if (r == 0 && buf_len(&b) > 0)
		r = draft_set(d, name, buf_str(&b), e);
	buf_release(&b);
	return r;
}

static int
mail_new_text(struct shell *sh, struct draft *d, struct err *e)
{
	struct buf line = BUF_INIT, text = BUF_INIT;
	const char *question = "Text, ended by a line with only a period:\n";
	int r;
	while ((r = tty_answer(&sh->loop, question, &line, e)) == 0 &&
	       strcmp(buf_str(&line), ".") != 0) {
		question = "";
		buf_addf(&text, "%s\n", buf_str(&line));
	}
	if (r == 0)
		d->body = buf_detach(&text);
	buf_release(&line);
	buf_release(&text);
	return r;
}

/* A person is asked for what was not said. */
static int
mail_new_ask(struct talk *t, struct draft *d, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf to = BUF_INIT, ask = BUF_INIT;
	int r = 0;
	out_push(&sh->out);
	if (d->to.n + d->cc.n + d->bcc.n == 0) {
		r = vars_expand(&t->vars, NULL, "${to:-}", 7, false, &to, e);
		buf_addf(&ask,
		    buf_len(&to) > 0 ? "To [%s]: " : "To: ", buf_str(&to));
		if (r == 0)
			r = mail_new_line(sh, d, buf_str(&ask), "to", e);
	}
	if (r == 0 && d->subject == NULL)
		r = mail_new_line(sh, d, "Subject: ", "subject", e);
	if (r == 0 && d->body == NULL && d->html == NULL)
		r = mail_new_text(sh, d, e);
	buf_release(&to);
	buf_release(&ask);
	return r;
}

/* Files, as a file's words may name them. */

static int
mail_new_paths(const struct whose *w, struct draft_list *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t n = draft_path(l->item[i]);
		char *word = mem_dupn(l->item[i], n);
		char *path = whose_path(w, word, false, e);
		free(word);
		if (path == NULL)
			return -1;
		char *item = mem_printf("%s%s", path, l->item[i] + n);
		free(l->item[i]);
		l->item[i] = item;
		free(path);
	}
	return 0;
}

/* "@FILE" becomes what it holds, if that is wanted. */
static int
mail_new_file(const struct whose *w, const char *name, char **text, bool read,
    struct err *e)
{
	if (*text == NULL || **text != '@')
		return 0;
	char *path = whose_path(w, *text + 1, false, e);
	if (path == NULL)
		return -1;
	char *at = mem_printf("@%s", path), *held = at;
	free(path);
	if (read) {
		held = letter_text(name, at, e);
		free(at);
	}
	if (held == NULL)
		return -1;
	free(*text);
	*text = held;
	return 0;
}

static int
mail_new_files(const struct whose *w, struct draft *d, bool read, struct err *e)
{
	if (mail_new_paths(w, &d->attach, e) < 0 ||
	    mail_new_paths(w, &d->inlined, e) < 0 ||
	    mail_new_file(w, "html", &d->html, read, e) < 0)
		return -1;
	return mail_new_file(w, "body", &d->body, read, e);
}

static int
mail_new_may(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e)
{
	struct draft d = { 0 };
	struct err why = { 0 };
	(void)t;
	int r = mail_new_words(&d, a, &why);
	if (r == 0)
		r = mail_new_files(w, &d, false, &why);
	draft_release(&d);
	/* Whether they are there is not known before. */
	if (r == 0 || why.kind != ERR_DATA)
		return 0;
	*e = why;
	return -1;
}

static int
mail_new_check(const struct cmd_args *a, struct err *e)
{
	struct draft d = { 0 };
	int r = mail_new_words(&d, a, e);
	draft_release(&d);
	return r;
}

/* Sending. */

static int
mail_new_resume(struct talk *t, struct act *a, struct err *e)
{
	struct mail_new *n = (struct mail_new *)a;
	(void)e;
	if (a->step++ > 0)
		return ACT_DONE;
	talk_post(t, &n->post);
	return ACT_MORE;
}

static void
mail_new_release(struct talk *t, struct act *a)
{
	struct mail_new *n = (struct mail_new *)a;
	(void)t;
	post_release(&n->post);
	draft_release(&n->draft);
}

static const struct act_kind mail_new_kind = { "\\mail-new",
	sizeof(struct mail_new), mail_new_resume, NULL, mail_new_release };

static int
mail_new_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct draft d = { 0 };
	struct post p = { .text = TEXT_INIT };
	int r = mail_new_words(&d, a, e);
	if (r == 0)
		r = mail_new_files(talk_whose(t), &d, true, e);
	/* What is typed as text is text. */
	if (r == 0 && t->interactive && talk_whose(t)->path == NULL)
		r = mail_new_ask(t, &d, e);
	if (r == 0)
		r = post_make(&p, t, &d, e);
	if (r < 0) {
		post_release(&p);
		draft_release(&d);
		return -1;
	}
	struct mail_new *n = act_push(t, &mail_new_kind);
	n->draft = d;
	n->post = p;
	n->post.mail.text = &n->post.text;
	n->post.mail.from = buf_str(&n->post.from);
	return 0;
}

const struct cmd cmd_mail_new = {
	.name = "mail-new",
	.is = CMD_SENDS,
	.args = "[PART=VALUE...]",
	.text = "make a message with subject and files, and mail it",
	.help = "Words as the options of the same names: to cc bcc from "
		"reply-to subject body html attach inline header. A text may "
		"be @FILE, a file FILE;type=TYPE;name=NAME. At the prompt you "
		"are asked for what is missing of to, subject and text. In a "
		"file paths are relative to that file. What is refused fails "
		"a transcript.",
	.exec = mail_new_exec,
	.may = mail_new_may,
	.check = mail_new_check,
};
