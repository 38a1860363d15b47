#include "cmd/talk/cmd.h"
#include "cmd/lang/duration.h"

/* Waits, and shows what the server says meanwhile. */
static int
sleep_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	int64_t ms;
	if (duration_parse(a->word[0], &ms, e) < 0)
		return -1;
	int64_t end_ns = loop_deadline(ms);
	if (sh->link != NULL && sh->grouped && link_flush(sh->link, e) < 0)
		return -1;
	out_flush(&sh->out, NULL);
	for (;;) {
		/* Replies that a group is owed are taken by their
		 * expectations. */
		bool owed =
		    sh->link != NULL && smtp_owed(link_smtp(sh->link)) > 0;
		struct pollfd p[2];
		size_t n = sh->link == NULL || owed ? 0 : link_fds(sh->link, p);
		enum loop_result r = loop_wait(&sh->loop, p, n, end_ns);
		if (r == LOOP_INTR)
			return err_set(e, ERR_INTR, "interrupted");
		if (r == LOOP_TIMEOUT)
			return 0;
		shell_idle(sh);
	}
}

const struct cmd cmd_sleep = {
	.name = "sleep",
	.is = CMD_IN_MOCK | CMD_WAITS,
	.args = "DURATION",
	.text = "wait: 500ms, 2s, 1m; a number alone is seconds",
	.exec = sleep_exec,
};
