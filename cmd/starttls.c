#include "cmd/talk/cmd.h"

static int
starttls_cmd_resume(struct talk *t, struct act *a, struct err *e)
{
	int r;
	switch (a->step) {
	case 0:
		r = talk_greet(t, e);
		if (r != 0)
			return r;
		if (smtp_is_tls(link_smtp(t->link)))
			talk_remark(t, "TLS stands already (RFC 3207 4.2)");
		a->step = 1;
		talk_starttls(t, false);
		return ACT_MORE;
	case 1:
		a->step = 2;
		/* A person wants to see what is offered now. */
		if (!t->interactive || t->link == NULL ||
		    !smtp_is_tls(link_smtp(t->link)))
			break;
		return talk_text(
			   t, "\\starttls", "EHLO ${helo}\n", 13, NULL, e) < 0
			   ? -1
			   : ACT_MORE;
	}
	return ACT_DONE;
}

static const struct act_kind starttls_cmd_kind = { .name = "\\starttls",
	.size = sizeof(struct act),
	.resume = starttls_cmd_resume };

static int
starttls_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	(void)e;
	act_push(t, &starttls_cmd_kind);
	return 0;
}

const struct cmd cmd_starttls = {
	.name = "starttls",
	.is = CMD_SENDS,
	.args = "",
	.text = "send STARTTLS and start TLS on its 220",
	.help = "The certificate is checked against the host's name; \\tls "
		"shows it. --tls-verify no, or \\set tls-verify off, checks "
		"nothing.",
	.exec = starttls_exec,
};
