/* Where a conversation begins and ends: connecting, the greeting, QUIT,
 * closing. */
#include <stdlib.h>
#include "cmd/talk/cmd.h"
#include "net/dns/idn.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/talk.h"

static void
talk_report(void *arg, const char *text)
{
	shell_remark(arg, "%s", text);
}

/* Keeps what the sandbox received when its connection goes. */
static void
talk_keep(struct shell *sh)
{
	struct peer *peer = conn_peer(link_conn(sh->link));
	if (peer == NULL || !sh->sandbox.keep)
		return;
	struct peer_message **end = &sh->kept;
	while (*end != NULL)
		end = &(*end)->next;
	for (const struct peer_message *m = peer_messages(peer); m != NULL;
	     m = m->next) {
		struct peer_message *copy = mem_zalloc(sizeof *copy);
		copy->sender = mem_dup(m->sender);
		copy->mailbox = mem_dup(m->mailbox);
		copy->text = mem_dupn(m->text, m->len);
		copy->len = m->len;
		*end = copy;
		end = &copy->next;
	}
}

void
shell_close(struct shell *sh)
{
	if (sh->link != NULL)
		talk_keep(sh);
	link_free(sh->link);
	sh->link = NULL;
	shell_drop(sh);
	sh->greeted = sh->greeting_kept = false;
	sh->said_helo = sh->said_quit = false;
	sh->skip_text = sh->judging = sh->broken = sh->secured = sh->raw_open =
	    false;
}

int
shell_need_link(struct shell *sh, struct err *e)
{
	if (sh->link != NULL)
		return 0;
	if (!sh->had_link && (sh->has_where || sh->sandboxed))
		return shell_connect(sh, e);
	if (sh->had_link && sh->interactive)
		return err_set(e, ERR_LOST,
		    "not connected: \\connect opens the connection again, "
		    "\\quit leaves");
	if (sh->had_link)
		return err_set(e, ERR_LOST, "not connected any more");
	return err_set(
	    e, ERR_USAGE, "not connected: name a host, or say \\connect HOST");
}

static void
talk_target(const struct shell *sh, struct conn_target *t)
{
	const struct where *w = &sh->where;
	*t = (struct conn_target){ .kind = w->kind,
		.host = w->host,
		.port = w->port == NULL ? (w->lmtp ? "24" : "25") : w->port,
		.path = w->path,
		.command = w->command,
		.family = w->family,
		.bind = w->bind };
	t->proxy = sh->proxy;
	t->proxy_protocol = sh->proxy_protocol;
	if (sh->mx.host != NULL) {
		t->host = sh->mx.host->name;
		t->address = sh->mx.host->address;
		t->naddress = sh->mx.host->naddress;
	}
	if (sh->sandboxed) {
		t->kind = CONN_INPROC;
		t->peer = peer_new(&sh->sandbox, 1, NULL);
	}
}

int
shell_open(struct shell *sh, struct err *e)
{
	struct conn_target t;
	shell_close(sh);
	talk_target(sh, &t);
	sh->had_link = true;
	out_flush(&sh->out, NULL);
	if (link_open(
		&sh->link, &t, &sh->times, &sh->loop, talk_report, sh, e) < 0) {
		sh->link = NULL;
		return -1;
	}
	if ((sh->where.tls_on_connect || sh->secure.on_connect) &&
	    shell_tls(sh, e) < 0)
		return -1;
	struct buf b = BUF_INIT;
	buf_addf(&b, "connected to %s", conn_name(link_conn(sh->link)));
	struct event ev = { .kind = EV_OPEN, .text = buf_str(&b) };
	shell_put(sh, &ev);
	buf_release(&b);
	return 0;
}

int
shell_connect(struct shell *sh, struct err *e)
{
	bool tcp = !sh->sandboxed && sh->where.kind == CONN_TCP;
	if (!sh->has_where && !sh->sandboxed)
		return err_set(
		    e, ERR_USAGE, "no host: name one, or use --sandbox");
	sh->had_link = true;
	sh->mx.host = NULL;
	if (tcp && sh->where.host != NULL && idn_is_needed(sh->where.host)) {
		char *ascii;
		if (idn_to_ascii(sh->where.host, &ascii, e) < 0)
			return -1;
		free(sh->where.host);
		sh->where.host = ascii;
	}
	if (tcp && (sh->mx.domain != NULL || sh->mx.dane ||
		       sh->names.resolver != NULL))
		return mx_connect(sh, e);
	return shell_open(sh, e);
}

/* The greeting, where nothing has taken it yet. It must be 220, unless a file
 * judges it itself or a person looks. */
int
talk_greeting(struct shell *sh, bool must, struct err *e)
{
	if (sh->greeted || sh->link == NULL)
		return 0;
	sh->greeted = sh->greeting_kept = true;
	/* \pipeline, \sleep and others may have met it on their way. */
	const struct smtp_sent *o = smtp_oldest(link_smtp(sh->link));
	if (o != NULL && o->verb->id == VERB_GREETING &&
	    talk_take(sh, LOOP_FOREVER, NULL, e) < 0)
		return -1;
	if (sh->ngot == 0 || !must)
		return 0;
	int code = sh->got[sh->ngot - 1].code;
	if (code == 220)
		return 0;
	enum err_kind kind = code >= 500   ? ERR_REFUSED
			     : code >= 400 ? ERR_TEMP
					   : ERR_PROTO;
	return err_set(e, kind, "the greeting is %d, expected 220", code);
}

int
shell_greet(struct shell *sh, struct err *e)
{
	if (shell_need_link(sh, e) < 0)
		return -1;
	return talk_greeting(
	    sh, !sh->interactive && !sh->bare && !sh->grouped, e);
}

static bool
talk_may_quit(const struct shell *sh, enum smtp_state state)
{
	return sh->link != NULL && !sh->said_quit && !sh->bare && !sh->broken &&
	       state != SMTP_TEXT && state != SMTP_LEAVING &&
	       state != SMTP_AUTHING &&
	       smtp_chunk_left(link_smtp(sh->link)) == 0;
}

void
shell_end(struct shell *sh)
{
	struct err e = { 0 };
	if (sh->link != NULL && !sh->greeted && !sh->bare && !sh->broken &&
	    talk_greeting(sh, !sh->interactive, &e) < 0)
		shell_error(sh, &e);
	enum smtp_state state = shell_state(sh);
	if (sh->link != NULL && !sh->broken && sh->grouped &&
	    shell_flush(sh, &e) < 0)
		shell_error(sh, &e);
	if (sh->link != NULL && state == SMTP_TEXT)
		shell_remark(sh, "closing without the end of mail text");
	/* A reply that nobody asked for is not QUIT's; a server that has gone
	 * needs none. */
	if (talk_may_quit(sh, state) && shell_surplus(sh, &e) < 0 &&
	    e.kind == ERR_PROTO)
		shell_error(sh, &e);
	if (talk_may_quit(sh, state)) {
		sh->said_quit = true;
		shell_drop(sh);
		if (shell_command(sh, "QUIT", true, &e) < 0 &&
		    e.kind == ERR_INTR)
			shell_error(sh, &e);
	}
	shell_close(sh);
	sh->had_link = sh->expects = false;
	sh->grouped = false;
}
