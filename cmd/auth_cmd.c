#include "cmd/talk/auth.h"
#include "cmd/talk/cmd.h"

#include <stdlib.h>

struct auth_cmd {
	struct act act;
	char *mech, *user;
};

static int
auth_cmd_resume(struct talk *t, struct act *act, struct err *e)
{
	struct auth_cmd *a = (struct auth_cmd *)act;
	if (act->step == 1)
		return ACT_DONE;
	int r = talk_greet(t, e);
	if (r == 0)
		r = talk_await(t, e);
	if (r != 0)
		return r;
	act->step = 1;
	talk_auth(t, a->mech, a->user, !t->interactive && !t->expects);
	return ACT_MORE;
}

static void
auth_cmd_release(struct talk *t, struct act *act)
{
	struct auth_cmd *a = (struct auth_cmd *)act;
	(void)t;
	free(a->mech);
	free(a->user);
}

static const struct act_kind auth_cmd_kind = { "\\auth",
	sizeof(struct auth_cmd), auth_cmd_resume, NULL, auth_cmd_release };

static int
auth_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	const char *mech = a->n > 0 ? a->word[0] : t->auth.mech;
	const char *user = a->n > 1 ? a->word[1] : t->auth.user;
	(void)e;
	/* "\auth alice": no mechanism is called that. */
	if (a->n == 1 && sasl_mech_find(mech) == NULL) {
		user = mech;
		mech = t->auth.mech;
	}
	struct auth_cmd *c = act_push(t, &auth_cmd_kind);
	c->mech = mech == NULL ? NULL : mem_dup(mech);
	c->user = user == NULL ? NULL : mem_dup(user);
	return 0;
}

const struct cmd cmd_auth = {
	.name = "auth",
	.is = CMD_SENDS,
	.args = "[MECHANISM] [USER]",
	.text = "authenticate: strongest mechanism, or that one",
	.help = "The password comes from where --auth-password-file, -fd, "
		"-command or --netrc say, else the terminal asks for it.",
	.exec = auth_exec,
};
