#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"
#include "net/tls/tls.h"

/* "smtpsh --tls HOST -c '\tls'": the session comes first. */
static int
tls_cmd_resume(struct talk *t, struct act *a, struct err *e)
{
	bool may = t->link == NULL && !t->had_link &&
		   (t->has_where || t->sandbox != NULL);
	if (a->step == 0 && (may || t->link != NULL)) {
		int r = talk_greet(t, e);
		if (r != 0)
			return r;
		a->step = 1;
		if (talk_secures(t)) {
			talk_secure(t);
			return ACT_MORE;
		}
	}
	struct tls *tls = t->link == NULL ? NULL : conn_tls(link_conn(t->link));
	if (tls == NULL)
		return err_set(e, ERR_USAGE,
		    "no TLS here: \\starttls, or connect with smtps://");
	struct buf b = BUF_INIT;
	tls_info(tls, &b);
	shell_page(shell_of(t), buf_data(&b), buf_len(&b));
	buf_release(&b);
	return ACT_DONE;
}

static const struct act_kind tls_cmd_kind = {
	.name = "\\tls", .size = sizeof(struct act), .resume = tls_cmd_resume
};

static int
tls_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	(void)a;
	(void)e;
	act_push(t, &tls_cmd_kind);
	return 0;
}

const struct cmd cmd_tls = {
	.name = "tls",
	.is = CMD_ALONE,
	.args = "",
	.text = "show protocol, cipher, certificates, the verdict",
	.exec = tls_exec,
};
