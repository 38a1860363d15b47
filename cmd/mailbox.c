#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <string.h>
#include <strings.h>

/* "Jones", "Jones@Beta.ARPA" and "<Jones@Beta.ARPA>" are one. */
static bool
mailbox_is(const char *mailbox, const char *word)
{
	size_t len = strlen(word), local = strcspn(mailbox, "@");
	if (len > 1 && word[0] == '<' && word[len - 1] == '>') {
		word++;
		len -= 2;
	}
	return (strlen(mailbox) == len || local == len) &&
	       strncasecmp(mailbox, word, len) == 0;
}

static size_t
mailbox_show(struct buf *b, const struct peer_message *m, const char *only)
{
	size_t n = 0;
	for (; m != NULL; m = m->next) {
		if (only != NULL && !mailbox_is(m->mailbox, only))
			continue;
		n++;
		buf_addf(b, "mailbox %s: from %s, %zu octets\n", m->mailbox,
		    m->sender, m->len);
		const char *p = m->text;
		size_t len = m->len;
		while (len > 0) {
			const char *nl = memchr(p, '\n', len);
			size_t used = nl == NULL ? len : (size_t)(nl + 1 - p);
			size_t line = nl == NULL ? len : used - 1;
			if (line > 0 && p[line - 1] == '\r')
				line--;
			buf_adds(b, "    ");
			buf_add(b, p, line);
			buf_addc(b, '\n');
			p += used;
			len -= used;
		}
	}
	return n;
}

static int
mailbox_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	const char *only = a->n > 0 ? a->word[0] : NULL;
	if (!sh->sandbox.keep)
		return err_set(e, ERR_USAGE,
		    "\\mailbox shows what the sandbox received: use "
		    "--sandbox");
	struct buf b = BUF_INIT;
	size_t n = mailbox_show(&b, sh->kept, only);
	if (t->link != NULL && conn_peer(link_conn(t->link)) != NULL)
		n += mailbox_show(
		    &b, peer_messages(conn_peer(link_conn(t->link))), only);
	if (n == 0)
		buf_addf(&b, "no mail%s%s\n", only == NULL ? "" : " for ",
		    only == NULL ? "" : only);
	shell_say(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	return 0;
}

const struct cmd cmd_mailbox = {
	.name = "mailbox",
	.is = CMD_ALONE,
	.args = "[ADDRESS]",
	.text = "show the mail that the sandbox received",
	.exec = mailbox_exec,
};
