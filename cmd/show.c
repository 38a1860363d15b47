#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"
#include "cmd/shell/setting.h"

#include <string.h>

static void
show_settings(struct shell *sh, struct buf *b, const char *only)
{
	for (const struct setting *s = setting_table; s->name != NULL; s++) {
		if (only != NULL && s != setting_find(only))
			continue;
		struct buf v = BUF_INIT;
		setting_get(sh, s, &v);
		buf_addf(b, "%-12s %-12s %s\n", s->name, buf_str(&v), s->text);
		buf_release(&v);
	}
}

static void
show_offers(const struct talk *t, struct buf *b)
{
	const struct smtp *s = link_smtp(t->link);
	for (size_t i = 0; smtp_offer_at(s, i) != NULL; i++) {
		const struct smtp_keyword *k = smtp_offer_at(s, i);
		buf_addf(b, "%s%s%s", i > 0 ? ", " : "  offers     ",
		    k->keyword, "");
		if (k->args[0] != '\0')
			buf_addf(b, " %s", k->args);
	}
	if (smtp_offer_at(s, 0) != NULL)
		buf_addc(b, '\n');
}

static void
show_session(const struct talk *t, struct buf *b)
{
	if (t->link == NULL) {
		buf_adds(b, "not connected\n");
		return;
	}
	const struct smtp *s = link_smtp(t->link);
	buf_addf(b, "connected to %s\n", conn_name(link_conn(t->link)));
	buf_addf(b, "  state      %s%s%s\n", smtp_state_name(smtp_state(s)),
	    smtp_is_tls(s) ? ", under TLS" : "",
	    smtp_is_authenticated(s) ? ", authenticated" : "");
	if (smtp_peer(s)[0] != '\0')
		buf_addf(b, "  server     %s\n", smtp_peer(s));
	show_offers(t, b);
	if (smtp_accepted(s) > 0)
		buf_addf(b, "  recipients %zu accepted\n", smtp_accepted(s));
	if (smtp_owed(s) > 0)
		buf_addf(b, "  owed       %zu replies\n", smtp_owed(s));
}

static void
show_vars(const struct shell *sh, struct buf *b, const char *only)
{
	for (size_t i = 0; i < sh->talk.vars.n; i++) {
		const struct var *v = &sh->talk.vars.var[i];
		if (only != NULL && strcmp(only, v->name) != 0)
			continue;
		buf_addf(b, "%-12s ", v->name);
		redact_text(&sh->redact, b, v->value, v->len);
		buf_addc(b, '\n');
	}
}

/* Those that are worked out when they are used. */
static void
show_builtins(struct shell *sh, struct buf *b, const char *only)
{
	static const char *const name[] = { "from", "helo", "server", "date" };
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		struct buf v = BUF_INIT;
		if (only != NULL && strcmp(only, name[i]) != 0)
			continue;
		if (vars_get(&sh->talk.vars, name[i]) == NULL &&
		    sh->talk.vars.builtin(sh->talk.vars.arg, name[i], &v))
			buf_addf(b, "%-12s %s\n", name[i], buf_str(&v));
		buf_release(&v);
	}
}

static int
show_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf b = BUF_INIT;
	const char *only = a->n > 0 ? a->word[0] : NULL;
	if (only == NULL) {
		show_session(t, &b);
		buf_adds(&b, "settings\n");
	}
	show_settings(sh, &b, only);
	if (only == NULL)
		buf_adds(&b, "variables\n");
	show_builtins(sh, &b, only);
	show_vars(sh, &b, only);
	if (buf_len(&b) == 0)
		return err_set(e, ERR_USAGE,
		    "%s is neither a setting nor a variable that is set", only);
	shell_page(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
	return 0;
}

const struct cmd cmd_show = {
	.name = "show",
	.is = CMD_ALONE,
	.args = "[SETTING|NAME]",
	.text = "the session, the settings and the variables",
	.exec = show_exec,
};
