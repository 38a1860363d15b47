#include "cmd/know/explain.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <string.h>

static int
explain_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf b = BUF_INIT;
	int r = 0;
	for (size_t i = 0; i < a->n && r == 0; i++) {
		if (i > 0)
			buf_addc(&b, '\n');
		if (i + 1 < a->n &&
		    explain_pair(&b, a->word[i], a->word[i + 1]))
			i++;
		else
			r = explain_word(&b, a->word[i], strlen(a->word[i]), e);
	}
	if (a->n == 0 && t->last.nlines > 0) {
		char code[4] = { (char)('0' + t->last.code / 100),
			(char)('0' + t->last.code / 10 % 10),
			(char)('0' + t->last.code % 10), '\0' };
		r = explain_word(&b, code, 3, e);
	}
	shell_page(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	return r;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.is = CMD_ALONE,
	.args = "[WORD...]",
	.text = "what is known of a code, verb or keyword",
	.help = "Without a word: the newest reply's code.",
	.exec = explain_exec,
};
