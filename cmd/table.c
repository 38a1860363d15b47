/* The table of commands, and how a line finds its row. */
#include "cmd/talk/cmd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/lang/grammar.h"
#include "cmd/mistyped.h"

extern const struct cmd cmd_connect, cmd_dns, cmd_close, cmd_starttls, cmd_tls,
    cmd_auth, cmd_base64, cmd_unbase64, cmd_helo, cmd_ehlo, cmd_lhlo,
    cmd_xclient, cmd_xforward, cmd_mail, cmd_rcpt, cmd_data, cmd_send, cmd_bdat,
    cmd_raw, cmd_octets, cmd_pipeline, cmd_flush, cmd_test, cmd_mail_new,
    cmd_compose, cmd_set, cmd_unset, cmd_show, cmd_template, cmd_include,
    cmd_record, cmd_expect, cmd_require, cmd_sleep, cmd_mailbox, cmd_mock,
    cmd_explain, cmd_diagnose, cmd_help, cmd_quit;

const struct cmd *const cmd_table[] = { &cmd_connect, &cmd_dns, &cmd_close,
	&cmd_starttls, &cmd_tls, &cmd_auth, &cmd_base64, &cmd_unbase64,
	&cmd_helo, &cmd_ehlo, &cmd_lhlo, &cmd_xclient, &cmd_xforward, &cmd_mail,
	&cmd_rcpt, &cmd_data, &cmd_send, &cmd_bdat, &cmd_raw, &cmd_octets,
	&cmd_pipeline, &cmd_flush, &cmd_test, &cmd_mail_new, &cmd_compose,
	&cmd_set, &cmd_unset, &cmd_show, &cmd_template, &cmd_include,
	&cmd_record, &cmd_expect, &cmd_require, &cmd_sleep, &cmd_mailbox,
	&cmd_mock, &cmd_explain, &cmd_diagnose, &cmd_help, &cmd_quit, NULL };

static bool
table_also(const struct cmd *c, const char *name, size_t len)
{
	for (const char *p = c->also; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, " ");
		if (n == len && memcmp(p, name, n) == 0)
			return true;
		p += n + (p[n] == ' ');
	}
	return false;
}

/* The row whose name is that, or else the only one that begins so. */
static const struct cmd *
table_match(const char *name, size_t len, size_t *n)
{
	const struct cmd *found = NULL;
	*n = 0;
	for (size_t i = 0; len > 0 && cmd_table[i] != NULL; i++) {
		if (!table_also(cmd_table[i], name, len))
			continue;
		*n = 1;
		return cmd_table[i];
	}
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		/* A file's word may hold a NUL. */
		if (strnlen(cmd_table[i]->name, len) < len ||
		    memcmp(cmd_table[i]->name, name, len) != 0)
			continue;
		if (cmd_table[i]->name[len] == '\0') {
			*n = 1;
			return cmd_table[i];
		}
		found = cmd_table[i];
		++*n;
	}
	return found;
}

unsigned
cmd_word(const char *name, size_t len)
{
	size_t n;
	const struct cmd *c = table_match(name, len, &n);
	if (n != 1 || len == 0)
		return 0;
	return LANG_WORD | (c->is & CMD_OPENS_TEXT ? LANG_OPENS_TEXT : 0u);
}

static void
table_unknown(const char *name, size_t len, struct err *e)
{
	const char *near = mistyped_command(name, len);
	if (near != NULL)
		err_set(e, ERR_USAGE,
		    "no command is called \\%.*s; did you mean \\%s?",
		    (int)(len < 60 ? len : 60), name, near);
	else
		err_set(e, ERR_USAGE,
		    "no command is called \\%.*s; \\help lists them",
		    (int)(len < 60 ? len : 60), name);
}

const struct cmd *
cmd_find(const char *name, size_t len, struct err *e)
{
	size_t n;
	const struct cmd *c = table_match(name, len, &n);
	if (n == 1 && len > 0)
		return c;
	struct buf b = BUF_INIT;
	for (size_t i = 0; n > 1 && cmd_table[i] != NULL; i++)
		if (strncmp(cmd_table[i]->name, name, len) == 0)
			buf_addf(&b, " \\%s", cmd_table[i]->name);
	if (n > 1)
		err_set(e, ERR_USAGE, "\\%.*s may be any of:%s", (int)len, name,
		    buf_str(&b));
	else
		table_unknown(name, len, e);
	buf_release(&b);
	return NULL;
}

static int
table_count(const struct cmd *c, size_t n, struct err *e)
{
	size_t min, max;
	grammar_count(c->args, &min, &max);
	if (n >= min && n <= max)
		return 0;
	return err_set(e, ERR_USAGE, "\\%s takes %s; found %zu word%s", c->name,
	    c->args[0] == '\0' ? "nothing" : c->args, n, n == 1 ? "" : "s");
}

/* As a malformed line, it names its place. */
static int
table_refuse(const struct talk *t, const struct cmd *c, struct err *e)
{
	struct err why = *e;
	if (why.kind != ERR_DATA)
		return -1;
	return err_set(e, ERR_DATA, "%s:%u: \\%s: %s", t->file, t->line,
	    c->name, why.text);
}

static int
table_exec(struct talk *t, const struct cmd *c, const struct cmd_args *a,
    struct err *e)
{
	if (table_count(c, a->n, e) < 0)
		return -1;
	if (c->may != NULL && c->may(t, talk_whose(t), a, e) < 0)
		return table_refuse(t, c, e);
	if (c->exec != NULL)
		return c->exec(t, a, e);
	struct buf name = BUF_INIT;
	const struct var_args args = { a->n, a->word };
	buf_addf(&name, "\\%s", c->name);
	int r =
	    talk_text(t, buf_str(&name), c->body, strlen(c->body), &args, e);
	buf_release(&name);
	return r;
}

static int
table_template(struct talk *t, const struct template *own,
    const struct var_args *args, struct err *e)
{
	struct buf name = BUF_INIT;
	buf_addf(&name, "\\%s", own->name);
	int r =
	    talk_text(t, buf_str(&name), own->body, strlen(own->body), args, e);
	buf_release(&name);
	return r;
}

/* The line's name, and where its words begin. */
static size_t
table_name(const char *p, size_t len, size_t *words)
{
	size_t w = 0;
	while (w < len && p[w] != ' ' && p[w] != '\t')
		w++;
	for (*words = w; *words < len; ++*words)
		if (p[*words] != ' ' && p[*words] != '\t')
			break;
	return w;
}

const struct cmd *
cmd_check(const char *p, size_t len, bool count, struct err *e)
{
	size_t at, w = table_name(p, len, &at);
	struct cmd_args a = { 0 };
	const struct cmd *c = cmd_find(p, w, e);
	if (c == NULL || !count)
		return c;
	char *rest = mem_dupn(p + at, len - at);
	bool words = !(c->is & CMD_EXACT);
	a.rest = rest;
	if ((words && cmd_split(&a, rest, len - at, e) < 0) ||
	    (words && table_count(c, a.n, e) < 0) ||
	    (c->check != NULL && c->check(&a, e) < 0))
		c = NULL;
	cmd_args_release(&a);
	free(rest);
	return c;
}

int
cmd_run(struct talk *t, const char *p, size_t len, struct err *e)
{
	size_t at, w = table_name(p, len, &at);
	char *name = mem_dupn(p, w);
	const struct template *own = talk_template(t, name);
	size_t n = 0;
	const struct cmd *c = own != NULL ? NULL : table_match(name, w, &n);
	int r = -1;
	struct cmd_args a = { 0 };
	if (memchr(p, '\0', len) != NULL) {
		err_set(e, ERR_USAGE, "\\%s: found NUL in the line", name);
	} else if (own == NULL && (n != 1 || w == 0)) {
		cmd_find(p, w, e);
	} else {
		a.rest = p + at;
		/* Exact bytes are not words. */
		bool words = c == NULL || !(c->is & CMD_EXACT);
		r = words ? cmd_split(&a, p + at, len - at, e) : 0;
		if (!words)
			a.n = at < len;
		if (r == 0 && own != NULL) {
			const struct var_args args = { a.n, a.word };
			r = table_template(t, own, &args, e);
		} else if (r == 0) {
			r = table_exec(t, c, &a, e);
		}
	}
	cmd_args_release(&a);
	free(name);
	return r;
}
