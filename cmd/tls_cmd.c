#include "cmd/talk/cmd.h"
#include "net/tls/tls.h"

static int
tls_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	(void)a;
	/* "smtpsh --tls HOST -c '\tls'": the session comes first. */
	if (sh->link == NULL && (sh->has_where || sh->sandboxed) &&
	    (shell_greet(sh, e) < 0 || shell_secure(sh, e) < 0))
		return -1;
	struct tls *t = sh->link == NULL ? NULL : conn_tls(link_conn(sh->link));
	if (t == NULL)
		return err_set(e, ERR_USAGE,
		    "no TLS here: \\starttls, or connect with smtps://");
	struct buf b = BUF_INIT;
	tls_info(t, &b);
	shell_page(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	return 0;
}

const struct cmd cmd_tls = {
	.name = "tls",
	.args = "",
	.text = "show protocol, cipher, certificates, the verdict",
	.exec = tls_exec,
};
