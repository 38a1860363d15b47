#include "cmd/talk/cmd.h"
#include "cmd/talk/text.h"

#include <stdlib.h>
#include <string.h>

static int
bdat_size(const char *word, uint64_t *size, struct err *e)
{
	char *end;
	*size = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end != '\0' || *size == 0)
		return err_set(
		    e, ERR_USAGE, "'%s': expected the octets of a chunk", word);
	return 0;
}

static int
bdat_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	struct text t;
	uint64_t size = 0, octets = 0;
	bool last = true;
	for (size_t i = 1; i < a->n; i++) {
		if (strcmp(a->word[i], "more") == 0)
			last = false;
		else if (strcmp(a->word[i], "last") == 0)
			last = true;
		else if (bdat_size(a->word[i], &size, e) < 0)
			return -1;
	}
	if (shell_greet(sh, e) < 0 || shell_flush(sh, e) < 0 ||
	    text_open(&t, a->word[0], e) < 0)
		return -1;
	if (smtp_offer(link_smtp(sh->link), "CHUNKING") == NULL)
		shell_remark(sh, "CHUNKING was not offered (RFC 3030)");
	if (text_size(&t, &octets, e) < 0) {
		text_release(&t);
		return -1;
	}
	struct buf say = BUF_INIT;
	buf_addf(&say, "\\bdat %s", a->rest);
	t.say = buf_str(&say);
	struct event ev = { .kind = EV_OCTETS, .text = t.say, .n = octets };
	shell_put(sh, &ev);
	int r = text_send_chunks(sh, &t, size, last, e);
	text_release(&t);
	buf_release(&say);
	return r < 0 ? -1 : 0;
}

const struct cmd cmd_bdat = {
	.name = "bdat",
	.is = CMD_SENDS,
	.args = "FILE [OCTETS] [last|more]",
	.text = "send a file by BDAT, LAST with the last chunk",
	.help = "Without OCTETS in one chunk (16 MiB at most). more leaves the "
		"message open for another \\bdat. A refused chunk ends it.",
	.exec = bdat_exec,
};
