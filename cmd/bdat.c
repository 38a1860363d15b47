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

struct bdat {
	struct act act;
	struct text text;
	uint64_t size; /* of a chunk */
	bool last, force;
};

enum bdat_step { BDAT_LOAD, BDAT_READY, BDAT_SENT };

/* To a server that does not know BDAT the message's lines are commands. */
static int
bdat_offered(struct talk *t, const struct bdat *b, struct err *e)
{
	if (smtp_offer(link_smtp(t->link), "CHUNKING") != NULL)
		return 0;
	if (!b->force)
		return err_set(e, ERR_REFUSED,
		    "CHUNKING was not offered (RFC 3030): the server may take "
		    "the lines of the message for commands, nothing was sent; "
		    "'\\bdat FILE force' sends it all the same");
	talk_remark(t, "CHUNKING was not offered (RFC 3030)");
	return 0;
}

static int
bdat_resume(struct talk *t, struct act *a, struct err *e)
{
	struct bdat *b = (struct bdat *)a;
	uint64_t octets = 0;
	int r;
	switch (a->step) {
	case BDAT_LOAD:
		r = text_load(t, &b->text, e);
		if (r != 0)
			return r;
		a->step = BDAT_READY;
		/* fall through */
	case BDAT_READY: {
		r = talk_ready(t, verb_get(VERB_BDAT), e);
		if (r == 0)
			r = talk_await(t, e);
		if (r != 0)
			return r;
		if (bdat_offered(t, b, e) < 0 ||
		    text_size(&b->text, &octets, e) < 0)
			return -1;
		struct event ev = {
			.kind = EV_OCTETS, .text = b->text.say, .n = octets
		};
		talk_put(t, &ev);
		a->step = BDAT_SENT;
		text_send_chunks(t, &b->text, b->size, b->last);
		return ACT_MORE;
	}
	default:
		return ACT_DONE;
	}
}

static void
bdat_release(struct talk *t, struct act *a)
{
	(void)t;
	text_release(&((struct bdat *)a)->text);
}

static const struct act_kind bdat_kind = { "\\bdat", sizeof(struct bdat),
	bdat_resume, NULL, bdat_release };

static int
bdat_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	uint64_t size = 0;
	bool last = true, force = false;
	for (size_t i = 1; i < a->n; i++) {
		if (strcmp(a->word[i], "more") == 0)
			last = false;
		else if (strcmp(a->word[i], "last") == 0)
			last = true;
		else if (strcmp(a->word[i], "force") == 0)
			force = true;
		else if (bdat_size(a->word[i], &size, e) < 0)
			return -1;
	}
	char *path = whose_path(talk_whose(t), a->word[0], false, e);
	if (path == NULL)
		return -1;
	struct buf say = BUF_INIT;
	buf_adds(&say, "\\bdat ");
	whose_say(&say, a, path);
	struct bdat *b = act_push(t, &bdat_kind);
	b->size = size;
	b->last = last;
	b->force = force;
	int r = text_open(&b->text, path, buf_str(&say), e);
	buf_release(&say);
	free(path);
	return r;
}

const struct cmd cmd_bdat = {
	.name = "bdat",
	.is = CMD_SENDS,
	.args = "FILE [OCTETS] [last|more] [force]",
	.text = "send a file by BDAT, LAST with the last chunk",
	.help =
	    "Without OCTETS in one chunk (16 MiB at most). more leaves the "
	    "message open for another \\bdat. A refused chunk ends it. Where "
	    "CHUNKING was not offered nothing is sent, but with force.",
	.exec = bdat_exec,
	.may = whose_may_read,
};
