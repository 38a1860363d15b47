/* The completion script of a shell, and the tables' names, one a line: for
 * scripts, and for the checks of manual and completions. */
#include "cmd/front/completion.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/talk/cmd.h"
#include "cmd/know/explain.h"
#include "cmd/front/completion_parts.h"
#include "cmd/front/opts.h"
#include "cmd/lang/import.h"
#include "cmd/shell/setting.h"
#include "net/core/verb.h"

void
completion_list(struct buf *b, const char *what)
{
	char *w;
	if (strcmp(what, "verbs") == 0) {
		for (size_t i = 0; verb_at(i) != NULL; i++)
			if (verb_at(i)->name[0] != '(')
				buf_addf(b, "%s\n", verb_at(i)->name);
	} else if (strcmp(what, "commands") == 0) {
		for (size_t i = 0; cmd_table[i] != NULL; i++)
			buf_addf(b, "%s\n", cmd_table[i]->name);
	} else if (strcmp(what, "settings") == 0) {
		for (const struct setting *s = setting_table; s->name != NULL;
		     s++)
			buf_addf(b, "%s\n", s->name);
	} else if (strcmp(what, "options") == 0) {
		for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
			buf_addf(b, "--%s\n", t->name);
	} else if (strcmp(what, "kinds") == 0) {
		const char *text, *name;
		for (size_t i = 0; (name = import_kind(i, &text)) != NULL; i++)
			buf_addf(b, "%-16s%s\n", name, text);
	} else if (strcmp(what, "words") == 0) {
		for (size_t i = 0; (w = explain_candidate("", 0, i)) != NULL;
		     i++) {
			buf_addf(b, "%s\n", w);
			free(w);
		}
	}
}

void
completion_script(struct buf *b, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		completion_bash(b);
	else if (strcmp(shell, "zsh") == 0)
		completion_zsh(b);
	else if (strcmp(shell, "fish") == 0)
		completion_fish(b);
}
