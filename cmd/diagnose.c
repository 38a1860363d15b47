#include "cmd/diagnose.h"
#include "cmd/talk/cmd.h"

#include <string.h>

#define DIAGNOSE_TURN_MS 20

/* It goes on beside the conversation, which says nothing meanwhile. */
struct diagnose_act {
	struct act act;
	struct diagnosis d;
};

static int
diagnose_resume(struct talk *t, struct act *act, struct err *e)
{
	struct diagnose_act *a = (struct diagnose_act *)act;
	const struct sight *s = t->past;
	(void)e;
	if (act->step == 0) {
		diagnose_init(&a->d, shell_of(t), s == NULL ? NULL : s->from,
		    s == NULL ? NULL : &s->to, s != NULL && s->to != NULL,
		    NULL);
		act->step = 1;
	}
	if (!diagnose_step(&a->d))
		return talk_sleep(
		    t, TALK_TIME, loop_deadline(DIAGNOSE_TURN_MS));
	diagnose_find(&a->d);
	int status = diagnose_tell(&a->d);
	if (status != 0 && !t->interactive && t->tally.status == 0)
		t->tally.status = status;
	return ACT_DONE;
}

static void
diagnose_free(struct talk *t, struct act *act)
{
	(void)t;
	if (act->step > 0)
		diagnose_release(&((struct diagnose_act *)act)->d);
}

static const struct act_kind diagnose_kind = { "diagnose",
	sizeof(struct diagnose_act), diagnose_resume, NULL, diagnose_free };

static int
diagnose_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	if (!t->has_where && t->sandbox == NULL)
		return err_set(
		    e, ERR_USAGE, "no host: \\connect HOST names one");
	act_push(t, &diagnose_kind);
	return 0;
}

const struct cmd cmd_diagnose = {
	.name = "diagnose",
	.is = CMD_WAITS,
	.args = "",
	.text = "look for what is wrong with the server",
	.help = "By connections of its own, with the options of this session, "
		"up to RCPT: nothing is mailed.",
	.exec = diagnose_exec,
};
