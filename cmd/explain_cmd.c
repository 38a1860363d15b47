#include "cmd/know/cause_text.h"
#include "cmd/know/explain.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <string.h>

/* Why the newest reply refuses, and what to do. */
static void
explain_cause(struct talk *t, struct buf *b)
{
	struct sight_reply r = { 0 };
	const struct sight *s = t->past;
	bool same = s != NULL && s->refusal.code == t->last.code;
	sight_reply(&r, same ? s->refusal.verb : NULL, NULL, &t->last);
	if (r.code >= 400 && cause_page(b, s, &r))
		buf_addc(b, '\n');
	sight_reply_release(&r);
}

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
		explain_cause(t, &b);
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
	.help = "Without a word: the newest reply, its cause and its code.",
	.exec = explain_exec,
};
