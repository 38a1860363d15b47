#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <string.h>

static void
template_line(struct buf *b, const char *name, const char *body)
{
	size_t first = strcspn(body, "\n");
	buf_addf(b, "%-12s %.*s%s\n", name, (int)first, body,
	    body[first] != '\0' && body[first + 1] != '\0' ? " ..." : "");
}

/* The builtin ones are commands with a body; one's own of the same name
 * hides them. */
static void
template_list(const struct talk *t, struct buf *b)
{
	for (size_t i = 0; i < t->templates.n; i++)
		template_line(b, t->templates.template[i].name,
		    t->templates.template[i].body);
	for (size_t i = 0; cmd_table[i] != NULL; i++)
		if (cmd_table[i]->body != NULL &&
		    talk_template(t, cmd_table[i]->name) == NULL)
			template_line(
			    b, cmd_table[i]->name, cmd_table[i]->body);
}

static int
template_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf b = BUF_INIT;
	if (a->n == 0) {
		template_list(t, &b);
	} else {
		const struct template *own = talk_template(t, a->word[0]);
		const char *body = own != NULL ? own->body : NULL;
		for (size_t i = 0; body == NULL && cmd_table[i] != NULL; i++)
			if (strcmp(cmd_table[i]->name, a->word[0]) == 0)
				body = cmd_table[i]->body;
		if (body == NULL)
			return err_set(e, ERR_USAGE,
			    "no template is called %s; \\template %s { begins "
			    "one",
			    a->word[0], a->word[0]);
		buf_addf(&b, "\\template %s {\n%s}\n", a->word[0], body);
	}
	shell_say(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	return 0;
}

const struct cmd cmd_template = {
	.name = "template",
	.args = "[TEMPLATE]",
	.text = "list the templates, or show one",
	.help =
	    "\\template NAME { defines one: the lines up to a line with } are "
	    "its body; ${1}, ${2} ... are the words of its call, ${*} all of "
	    "them. \\NAME WORD... runs it.",
	.exec = template_exec,
};
