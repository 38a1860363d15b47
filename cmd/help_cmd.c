#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"
#include "cmd/know/explain.h"
#include "cmd/shell/setting.h"

#include <string.h>
#include <strings.h>

static void
help_table(struct buf *b)
{
	buf_adds(b, "A line is sent as it is: MAIL FROM:<me@example.org>. "
		    "For smtpsh itself:\n");
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		const struct cmd *c = cmd_table[i];
		struct buf left = BUF_INIT;
		buf_addf(&left, "  \\%s %s", c->name, c->args);
		if (buf_len(&left) < 30)
			buf_addf(b, "%-30s %s\n", buf_str(&left), c->text);
		else
			buf_addf(
			    b, "%s\n%-30s %s\n", buf_str(&left), "", c->text);
		buf_release(&left);
	}
	buf_adds(b,
	    "\n"
	    "\\help COMMAND says more; \\help VERB explains a verb; a unique "
	    "prefix will do.\n"
	    "  Tab                          completes, Tab Tab lists what may "
	    "come\n"
	    "  Up, Ctrl-R                   earlier lines, and a search in "
	    "them\n"
	    "  Ctrl-C                       drops the line, ends a wait; in "
	    "mail text, on an empty line, drops the message\n"
	    "  Ctrl-D                       leaves, as \\quit does\n"
	    "The manual says it all: man smtpsh\n");
}

static void
help_command(struct buf *b, const struct cmd *c)
{
	buf_addf(b, "\\%s%s%s\n  %s\n", c->name, c->args[0] == '\0' ? "" : " ",
	    c->args, c->text);
	if (c->help == NULL)
		return;
	buf_adds(b, "  ");
	buf_adds(b, c->help);
	buf_addc(b, '\n');
}

static int
help_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf b = BUF_INIT;
	int r = 0;
	if (a->n == 0) {
		help_table(&b);
	} else {
		const char *w = a->word[0];
		bool slash = w[0] == '\\';
		const struct cmd *c = cmd_find(w + slash, strlen(w + slash), e);
		bool shout = !slash && verb_find(w, strlen(w)) != NULL &&
			     strcasecmp(w, c == NULL ? "" : c->name) != 0;
		if (slash && c == NULL)
			return -1;
		if (c != NULL && !shout)
			help_command(&b, c);
		if (c != NULL && !shout && c->body != NULL)
			buf_addf(&b, "  as a template:\n%s", c->body);
		size_t before = buf_len(&b);
		if (before > 0 && !slash && (verb_find(w, strlen(w)) != NULL))
			buf_addc(&b, '\n');
		const struct setting *s = slash ? NULL : setting_find(w);
		if (s != NULL)
			buf_addf(&b, "\\set %s %s\n  %s\n", s->name, s->values,
			    s->text);
		else if (!slash &&
			 (c == NULL || verb_find(w, strlen(w)) != NULL))
			r = explain_word(&b, w, strlen(w), e);
	}
	shell_page(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	return r;
}

const struct cmd cmd_help = {
	.name = "help",
	.is = CMD_ALONE,
	.also = "h ?",
	.args = "[COMMAND|VERB]",
	.text = "this list, or all about a command or verb",
	.exec = help_exec,
};
