#include "cmd/talk/cmd.h"

static int
starttls_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	(void)a;
	if (shell_greet(sh, e) < 0)
		return -1;
	if (smtp_is_tls(link_smtp(sh->link)))
		shell_remark(sh, "TLS stands already (RFC 3207 4.2)");
	if (shell_starttls(sh, false, e) < 0)
		return -1;
	/* A person wants to see what is offered now. */
	if (!sh->interactive || sh->link == NULL ||
	    !smtp_is_tls(link_smtp(sh->link)))
		return 0;
	return shell_text(sh, "\\starttls", "EHLO ${helo}\n", 13, NULL, e);
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
