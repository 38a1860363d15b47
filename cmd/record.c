#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

static void
record_drop(struct shell *sh)
{
	struct sink **s = &sh->sinks;
	while (*s != NULL && *s != sh->record)
		s = &(*s)->next;
	if (*s != NULL)
		*s = sh->record->next;
}

static int
record_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	int r = 0;
	if (sh->record != NULL) {
		record_drop(sh);
		r = sh->record->close(sh->record, e);
		sh->record = NULL;
	}
	if (r < 0 || a->n == 0)
		return r;
	sh->record = record_new(a->word[0], &sh->redact, e);
	if (sh->record == NULL)
		return -1;
	shell_add_sink(sh, sh->record);
	return 0;
}

const struct cmd cmd_record = {
	.name = "record",
	.is = CMD_RECORDS,
	.args = "[FILE]",
	.text = "write the conversation to FILE as it goes on",
	.help = "What is written replays with -f. Without a file the recording "
		"ends. Secrets are written as ***.",
	.exec = record_exec,
};
