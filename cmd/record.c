#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <stdlib.h>

/* Before it is run, --record's is the one under way. */
static int
record_may(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e)
{
	const struct shell *sh = shell_of(t);
	struct err why = { 0 };
	if (w->root == NULL)
		return 0;
	if (sh->record != NULL && sh->record_persons)
		return err_set(e, ERR_DATA,
		    "a file may not end a record that is not its own (--trust "
		    "lets it)");
	char *path = a->n == 0 ? NULL : whose_path(w, a->word[0], true, &why);
	free(path);
	if (a->n == 0 || path != NULL || why.kind != ERR_DATA)
		return 0;
	*e = why;
	return -1;
}

static int
record_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	int r = 0;
	if (sh->record != NULL && sh->record != sh->record_outer) {
		r = shell_end_record(sh, e);
	} else if (sh->record != NULL) {
		shell_drop_sink(sh, sh->record);
		sh->record = NULL;
	}
	if (r < 0 || a->n == 0)
		return r;
	char *path = whose_path(talk_whose(t), a->word[0], true, e);
	if (path != NULL)
		sh->record = record_new(path, &sh->redact, e);
	free(path);
	if (sh->record == NULL)
		return -1;
	sh->record_persons = talk_whose(t)->root == NULL;
	shell_add_sink(sh, sh->record);
	return 0;
}

const struct cmd cmd_record = {
	.name = "record",
	.is = CMD_RECORDS | CMD_ALONE,
	.args = "[FILE]",
	.text = "write the conversation to FILE as it goes on",
	.help = "What is written replays with -f. Without a file the recording "
		"ends. Secrets are written as ***. A file that is there must "
		"be a record, or empty. In a file the path is relative to that "
		"file, and the recording ends with it.",
	.exec = record_exec,
	.may = record_may,
};
