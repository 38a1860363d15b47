#include "cmd/talk/auth.h"
#include "cmd/talk/cmd.h"

static int
auth_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	const char *mech = a->n > 0 ? a->word[0] : sh->auth.mech;
	const char *user = a->n > 1 ? a->word[1] : sh->auth.user;
	/* "\auth alice": no mechanism is called that. */
	if (a->n == 1 && sasl_mech_find(mech) == NULL) {
		user = mech;
		mech = sh->auth.mech;
	}
	bool grouped = sh->grouped;
	if (shell_greet(sh, e) < 0 || shell_flush(sh, e) < 0)
		return -1;
	sh->grouped = false;
	int r = sh->link == NULL ? err_set(e, ERR_LOST,
				       "the server has closed the connection")
				 : shell_auth(sh, mech, user,
				       !sh->interactive && !sh->expects, e);
	sh->grouped = grouped;
	return r;
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
