/* Sending: what stands between one group of commands and the next, the prelude
 * that nobody wrote, the line itself. Replies are taken in take.c; grouped or
 * not only decides when. */
#include <string.h>
#include "cmd/talk/cmd.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/talk.h"

static bool
talk_is_secret(const struct shell *sh, const struct verb *v)
{
	if (sh->set.reveal)
		return false;
	return (v != NULL && v->id == VERB_AUTH) ||
	       shell_state(sh) == SMTP_AUTHING;
}

int
shell_command(struct shell *sh, const char *line, bool implied, struct err *e)
{
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	struct smtp *s = link_smtp(sh->link);
	if (smtp_command(s, line, strlen(line), e) < 0)
		return -1;
	struct event ev = { .kind = EV_SENT,
		.text = line,
		.len = strlen(line),
		.implied = implied,
		.secret = talk_is_secret(
		    sh, verb_find(line, verb_word(line, strlen(line)))),
		.verb = verb_find(line, verb_word(line, strlen(line))) };
	shell_put(sh, &ev);
	if (shell_flush(sh, e) < 0)
		return -1;
	int code = sh->ngot > 0 ? sh->got[sh->ngot - 1].code : 0;
	if (!implied)
		return code;
	/* Implied replies are nobody's to judge. */
	bool expects = sh->expects;
	sh->expects = true;
	shell_drop(sh);
	sh->expects = expects;
	return code;
}

/* HELO, EHLO or LHLO before the first transaction that has none. */
static int
talk_prelude(struct shell *sh, enum verb_id id, struct err *e)
{
	bool begins = id == VERB_MAIL || id == VERB_SEND || id == VERB_SOML ||
		      id == VERB_SAML;
	if (!begins || sh->said_helo || sh->set.bare ||
	    shell_state(sh) != SMTP_GREETED)
		return 0;
	sh->said_helo = true;
	const char *verb =
	    sh->where.lmtp ? "LHLO"
	    : sh->dialect == DIALECT_821 ||
		    (sh->sandboxed && sh->dialect == DIALECT_UNKNOWN)
		? "HELO"
		: "EHLO";
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s ", verb);
	int r = vars_expand(&sh->vars, NULL, "${helo}", 7, false, &b, e);
	if (r == 0)
		r = shell_command(sh, buf_str(&b), true, e);
	if (r >= 500 && sh->link != NULL && strcmp(verb, "EHLO") == 0) {
		buf_clear(&b);
		buf_adds(&b, "HELO ");
		vars_expand(&sh->vars, NULL, "${helo}", 7, false, &b, e);
		r = shell_command(sh, buf_str(&b), true, e);
	}
	buf_release(&b);
	return r < 0 ? -1 : 0;
}

/* A greeting that no expectation took was implied. */
static void
talk_drop_greeting(struct shell *sh)
{
	if (sh->greeting_kept && sh->ngot > 0)
		shell_drop(sh);
	sh->greeting_kept = false;
}

int
shell_begin_group(struct shell *sh, struct err *e)
{
	if (!sh->judging)
		return 0;
	int r = shell_flush(sh, e);
	sh->judging = false;
	shell_drop(sh);
	return r;
}

/* Between groups: what the last one still owes is read, and nothing may be
 * there that nobody asked for. */
static int
talk_between(struct shell *sh, struct err *e)
{
	talk_drop_greeting(sh);
	if (sh->grouped && !sh->judging)
		return 0;
	/* Who interrupted a wait does not want it again: what is still owed
	 * is taken with the next reply. */
	if (!(sh->interactive && sh->typed) && shell_flush(sh, e) < 0)
		return -1;
	sh->judging = false;
	shell_drop(sh);
	return shell_surplus(sh, e);
}

int
shell_send(struct shell *sh, const char *p, size_t len, struct err *e)
{
	return shell_send_as(sh, p, len, NULL, 0, e);
}

int
shell_send_as(struct shell *sh, const char *p, size_t len, const char *say,
    uint64_t octets, struct err *e)
{
	const struct verb *v = verb_find(p, verb_word(p, len));
	enum verb_id id = v == NULL ? VERB_UNKNOWN : v->id;
	bool said_helo = sh->said_helo;
	if (shell_need_link(sh, e) < 0 ||
	    talk_greeting(sh, !sh->interactive && !sh->set.bare, e) < 0 ||
	    talk_between(sh, e) < 0 || shell_secure(sh, e) < 0 ||
	    talk_prelude(sh, id, e) < 0)
		return -1;
	if (sh->link == NULL)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	struct event ev = { .kind = EV_SENT,
		.text = p,
		.len = len,
		/* Behind what was implied it is shown again, in its place. */
		.typed = sh->typed && said_helo == sh->said_helo,
		.secret = talk_is_secret(sh, v),
		.verb = v };
	if (id == VERB_HELO || id == VERB_EHLO || id == VERB_LHLO)
		sh->said_helo = true;
	sh->said_quit |= id == VERB_QUIT;
	sh->raw_open = false;
	if (ev.secret)
		shell_hide_typed(sh, p, len);
	if (smtp_command(link_smtp(sh->link), p, len, e) < 0)
		return -1;
	if (say != NULL)
		ev = (struct event){
			.kind = EV_OCTETS, .text = say, .n = octets
		};
	shell_put(sh, &ev);
	if (sh->grouped)
		return 0;
	return shell_flush(sh, e);
}
