/* What is still to come on a line, as the tables' syntax has it: of a verb
 * from verb->syntax, with the parameters that the server offered in place of
 * "[PARAMETER...]"; of a command from its argument grammar. A word that is
 * being typed counts as whole: the hint says what follows it. */
#include <string.h>
#include <strings.h>
#include "cmd/talk/cmd.h"
#include "cmd/term/cmdline.h"
#include "cmd/term/complete.h"
#include "cmd/term/complete_args.h"
#include "cmd/lang/grammar.h"
#include "cmd/term/param.h"
#include "cmd/shell/setting.h"

/* What is in a syntax behind the verb, n words on; each after a blank, but
 * the first one not if bare. */
static void
hint_words(const char *syntax, size_t n, bool bare, struct buf *b)
{
	const char *p = strchr(syntax, ' ');

	for (; p != NULL && n > 0; n--)
		p = strchr(p + 1, ' ');
	if (p != NULL)
		buf_adds(b, bare ? p + 1 : p);
}

static void
hint_param(const struct param *p, struct buf *b)
{
	buf_addf(b, "[%s", p->name);
	if (p->values != NULL)
		buf_addf(b, "=%s", p->values);
	buf_adds(b, "]");
}

/* Parameters that were offered and not yet given. Before anything was
 * offered, the word PARAMETER stands for them. */
static void
hint_params(const struct shell *sh, const struct verb *v, const char *args,
    size_t len, bool bare, struct buf *b)
{
	const struct smtp *s = complete_smtp(sh);
	const char *any = strstr(v->syntax, "[PARAMETER...]");
	struct params ps;
	size_t i;

	if (any == NULL)
		return;
	if (s == NULL) {
		buf_addf(b, "%s%s", bare ? "" : " ", any);
		return;
	}
	params_init(&ps, s, v->id);
	for (i = 0; i < ps.n; i++) {
		if (param_is_used(&ps.v[i], args, len))
			continue;
		if (!bare)
			buf_addc(b, ' ');
		bare = false;
		hint_param(&ps.v[i], b);
	}
	params_release(&ps);
}

/* The rest of the parameter that ends the line; false if it is whole. */
static bool
hint_param_rest(const struct params *ps, const struct cmdline *l,
    const char *line, size_t len, struct buf *b)
{
	const char *word = line + l->word;
	size_t n = len - l->word, i;
	const struct param *p = NULL;

	if (memchr(word, '=', n) != NULL) {
		p = params_find(ps, word, n - 1);
		if (word[n - 1] == '=' && p != NULL && p->values != NULL) {
			buf_adds(b, p->values);
			return true;
		}
		return false;
	}
	for (i = 0; i < ps->n; i++) {
		if (strncasecmp(ps->v[i].name, word, n) != 0 ||
		    param_is_used(&ps->v[i], line + l->args, l->word - l->args))
			continue;
		if (p != NULL)
			return true; /* could be either: say nothing */
		p = &ps->v[i];
	}
	if (p == NULL || (strlen(p->name) == n && p->values == NULL))
		return p == NULL;
	buf_adds(b, p->name + n);
	if (p->values != NULL)
		buf_addf(b, "=%s", p->values);
	return true;
}

static void
hint_in_params(const struct shell *sh, const struct cmdline *l,
    const char *line, size_t len, struct buf *b)
{
	struct params ps;
	bool done;

	if (l->word == len) {
		hint_params(
		    sh, l->verb, line + l->args, len - l->args, true, b);
		return;
	}
	params_init(&ps, complete_smtp(sh), l->verb->id);
	done = hint_param_rest(&ps, l, line, len, b);
	params_release(&ps);
	if (!done)
		hint_params(
		    sh, l->verb, line + l->args, len - l->args, false, b);
}

/* The verb that a word is or can only become. */
static const struct verb *
hint_verb(const char *word, size_t len)
{
	const struct verb *v, *only = NULL;
	size_t i;

	if (len == 0)
		return NULL;
	for (i = 0; (v = verb_at(i)) != NULL; i++) {
		if (v->name[0] == '(' || strncasecmp(v->name, word, len) != 0)
			continue;
		if (v->name[len] == '\0')
			return v;
		if (only != NULL)
			return NULL;
		only = v;
	}
	return only;
}

/* The verb's own rest, and what follows it. */
static void
hint_from_verb(
    const struct shell *sh, const char *word, size_t len, struct buf *b)
{
	const struct verb *v = hint_verb(word, len);
	const char *params;

	if (v == NULL)
		return;
	params = strstr(v->syntax, " [PARAMETER...]");
	if (params == NULL) {
		buf_adds(b, v->syntax + len);
		return;
	}
	buf_add(b, v->syntax + len, (size_t)(params - v->syntax) - len);
	hint_params(sh, v, "", 0, false, b);
}

/* "FROM:<reverse-path>" from where the line has got in it. */
static void
hint_path(const struct cmdline *l, size_t len, struct buf *b)
{
	const char *path = strchr(l->verb->syntax, '<');
	size_t typed = len - l->word;

	if (l->at == CMDLINE_LITERAL)
		buf_adds(b, l->literal + typed);
	if (l->at == CMDLINE_LITERAL || typed == 0)
		buf_add(b, path + 1, strcspn(path + 1, ">"));
	buf_addc(b, '>');
}

static void
hint_smtp_line(
    const struct shell *sh, const char *line, size_t len, struct buf *b)
{
	struct cmdline l;

	cmdline_parse(&l, line, len);
	switch (l.at) {
	case CMDLINE_VERB:
		hint_from_verb(sh, line + l.begin, len - l.begin, b);
		break;
	case CMDLINE_LITERAL:
	case CMDLINE_PATH:
		hint_path(&l, len, b);
		hint_params(sh, l.verb, "", 0, false, b);
		break;
	case CMDLINE_CLOSED:
		hint_params(sh, l.verb, "", 0, false, b);
		break;
	case CMDLINE_PARAM:
		hint_in_params(sh, &l, line, len, b);
		break;
	case CMDLINE_ARG:
		hint_words(
		    l.verb->syntax, l.nargs + (l.word < len), l.word == len, b);
		break;
	case CMDLINE_BROKEN:
		break;
	}
}

/* "\set name ": what that setting takes. */
static bool
hint_setting(const struct cmd *cmd, const char *line, size_t len, size_t n,
    struct buf *b)
{
	struct buf item = BUF_INIT;
	const struct setting *s = NULL;
	size_t off, name_len;

	grammar_item(cmd->args, 1, &item);
	if (n == 2 && strncmp(buf_str(&item), "VALUE", 5) == 0) {
		name_len = cmdline_word(line, len, 1, &off);
		buf_clear(&item);
		buf_add(&item, line + off, name_len);
		s = setting_find(buf_str(&item));
	}
	if (s != NULL)
		buf_adds(b, s->values);
	buf_release(&item);
	return s != NULL;
}

static void
hint_command(const char *line, size_t len, struct buf *b)
{
	size_t word, n = cmdline_words(line, len, &word);
	size_t off, name_len = cmdline_word(line, len, 0, &off);
	struct buf rest = BUF_INIT;
	const struct cmd *cmd;
	struct err e;

	if (name_len < 2)
		return;
	cmd = cmd_find(line + off + 1, name_len - 1, &e);
	if (cmd == NULL)
		return;
	if (n == 0)
		buf_adds(b, cmd->name + name_len - 1);
	if (word == len && hint_setting(cmd, line, len, n, b))
		return;
	if (word < len)
		n++;
	grammar_rest(cmd->args, n - 1, &rest);
	if (word < len && buf_len(&rest) > 0)
		buf_addc(b, ' ');
	buf_add(b, buf_data(&rest), buf_len(&rest));
	buf_release(&rest);
}

void
complete_hint(
    const struct shell *sh, const char *line, size_t len, struct buf *b)
{
	enum smtp_state state = talk_state(&sh->talk);
	size_t i = cmdline_blanks(line, len, 0);

	if (state == SMTP_TEXT && len == 0)
		buf_adds(b, "mail text; a line with only . ends it");
	else if (state == SMTP_AUTHING && len == 0)
		buf_adds(b, "base64, or * to give up");
	else if (state == SMTP_TEXT || state == SMTP_AUTHING || i == len ||
		 memchr(line, '\0', len) != NULL)
		return;
	else if (line[i] == '\\')
		hint_command(line, len, b);
	else
		hint_smtp_line(sh, line, len, b);
}
