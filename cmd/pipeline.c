#include "cmd/talk/cmd.h"

/* A group begins: what came before it is settled. */
static int
pipeline_resume(struct talk *t, struct act *a, struct err *e)
{
	int r = talk_need_link(t, e);
	(void)a;
	if (r == 0)
		r = talk_await(t, e);
	if (r != 0)
		return r;
	talk_settle_before(t);
	if (t->link != NULL &&
	    smtp_offer(link_smtp(t->link), "PIPELINING") == NULL)
		talk_remark(t, "PIPELINING was not offered (RFC 2920 3.1)");
	talk_group(t, true);
	return ACT_DONE;
}

static const struct act_kind pipeline_kind = { .name = "\\pipeline",
	.size = sizeof(struct act),
	.resume = pipeline_resume };

static int
pipeline_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	(void)e;
	act_push(t, &pipeline_kind);
	return 0;
}

const struct cmd cmd_pipeline = {
	.name = "pipeline",
	.args = "",
	.text = "gather lines; \\flush sends them as one group",
	.exec = pipeline_exec,
};
