/* Lines for smtpsh itself: command names, then one word after the other as
 * the command's grammar names it. "CODE|VERB" and "on|off" are alternatives;
 * those in upper case stand for kinds of words, others are meant as such. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/cmd.h"
#include "cmd/term/cmdline.h"
#include "cmd/term/complete_args.h"
#include "cmd/know/explain.h"
#include "net/core/ext.h"
#include "cmd/lang/draft.h"
#include "cmd/lang/grammar.h"
#include "cmd/shell/setting.h"

#define COMPLETE_WORDS_MAX 500 /* of the hundreds that can be explained */

const struct smtp *
complete_smtp(const struct shell *sh)
{
	return sh->talk.link != NULL ? link_smtp(sh->talk.link) : NULL;
}

static void
complete_commands(struct completing *k, const char *before)
{
	size_t i;

	for (i = 0; cmd_table[i] != NULL; i++)
		complete_try(k, before, cmd_table[i]->name,
		    strlen(cmd_table[i]->name), "");
}

static void
complete_templates(struct completing *k, const char *before)
{
	size_t i;

	for (i = 0; i < k->sh->talk.templates.n; i++)
		complete_try(k, before, k->sh->talk.templates.template[i].name,
		    strlen(k->sh->talk.templates.template[i].name), "");
}

static void
complete_settings(struct completing *k)
{
	const struct setting *s;

	for (s = setting_table; s->name != NULL; s++)
		complete_try(k, "", s->name, strlen(s->name), "");
}

static void
complete_words(struct completing *k, bool codes)
{
	const char *word = k->line + k->c->start;
	size_t i;
	char *w;

	for (i = 0; i < COMPLETE_WORDS_MAX; i++) {
		w = explain_candidate(word, k->len - k->c->start, i);
		if (w == NULL)
			break;
		if (!codes || (w[0] >= '0' && w[0] <= '9'))
			complete_try(k, "", w, strlen(w), "");
		free(w);
	}
}

static void
complete_keywords(struct completing *k)
{
	const struct ext *x;
	size_t i;

	for (i = 0; (x = ext_at(i)) != NULL; i++)
		if (strlen(x->keyword) > 1)
			complete_try(k, "", x->keyword, strlen(x->keyword), "");
}

/* What was used before, and places by name. */
static void
complete_hosts(struct completing *k)
{
	const struct shell_places *places = k->sh->places;
	struct buf names = BUF_INIT;
	struct err e;
	size_t i;

	if (places != NULL && places->names(&names, &e) == 0)
		for (const char *p = buf_str(&names); *p != '\0';) {
			size_t n = strcspn(p, "\n");
			complete_try(k, "", p, n, "");
			p += n + (p[n] == '\n');
		}
	buf_release(&names);

	for (i = 0; i < k->used->nhost; i++)
		complete_try(
		    k, "", k->used->host[i], strlen(k->used->host[i]), "");
}

/* Words of the setting that the line names. */
static void
complete_setting_values(struct completing *k)
{
	size_t off, len = cmdline_word(k->line, k->len, 1, &off);
	char *name = mem_dupn(k->line + off, len);
	const struct setting *s = setting_find(name);
	const char *v = s != NULL ? s->values : "";

	free(name);
	for (; *v != '\0'; v += len, v += *v == '|') {
		len = strcspn(v, "|");
		if (strcspn(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[<") >= len)
			complete_try(k, "", v, len, "");
	}
}

static void
complete_address(struct completing *k, const struct cmd *cmd)
{
	complete_addresses(
	    k, strcmp(cmd->name, "rcpt") != 0, strcmp(cmd->name, "mail") != 0);
}

static void
complete_parameter(struct completing *k, const struct cmd *cmd)
{
	size_t args;

	cmdline_word(k->line, k->len, 2, &args);
	complete_params(
	    k, strcmp(cmd->name, "rcpt") == 0 ? VERB_RCPT : VERB_MAIL, args);
}

/* "attach=FILE", "to=ADDRESS": the name, then what it takes. */
static void
complete_part(struct completing *k)
{
	const char *word = k->line + k->c->start, *name;
	const char *eq = memchr(word, '=', k->len - k->c->start);
	size_t n = eq == NULL ? 0 : (size_t)(eq - word);

	if (eq == NULL) {
		for (size_t i = 0; (name = draft_name(i)) != NULL; i++)
			complete_try(k, "", name, strlen(name), "=");
		return;
	}
	k->c->start += n + 1;
	if ((n == 6 && memcmp(word, "attach", n) == 0) ||
	    (n == 6 && memcmp(word, "inline", n) == 0))
		k->c->files = true;
	else if (n == 4 && memcmp(word, "from", n) == 0)
		complete_addresses(k, true, false);
	else if (n > 1 && (memcmp(word + n - 2, "to", 2) == 0 ||
			      memcmp(word + n - 2, "cc", 2) == 0))
		complete_addresses(k, false, true);
}

static bool
complete_is(const char *item, size_t len, const char *placeholder)
{
	return len == strlen(placeholder) &&
	       memcmp(item, placeholder, len) == 0;
}

static void
complete_item(
    struct completing *k, const struct cmd *cmd, const char *p, size_t len)
{
	size_t up = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (up > len)
		up = len;
	if (up == 0)
		complete_try(k, "", p, len, "");
	else if (complete_is(p, up, "FILE"))
		k->c->files = true;
	else if (complete_is(p, up, "HOST"))
		complete_hosts(k);
	else if (complete_is(p, up, "ADDRESS"))
		complete_address(k, cmd);
	else if (complete_is(p, up, "VERB"))
		complete_verbs(k, false);
	else if (complete_is(p, up, "WORD") || complete_is(p, up, "CODE"))
		complete_words(k, p[0] == 'C');
	else if (complete_is(p, up, "NAME"))
		complete_names(k, "", "");
	else if (complete_is(p, up, "TEMPLATE"))
		complete_templates(k, "");
	else if (complete_is(p, up, "SETTING"))
		complete_settings(k);
	else if (complete_is(p, up, "VALUE"))
		complete_setting_values(k);
	else if (complete_is(p, up, "DOMAIN"))
		complete_value(k, "helo");
	else if (complete_is(p, up, "PARAMETER"))
		complete_parameter(k, cmd);
	else if (complete_is(p, up, "COMMAND"))
		complete_commands(k, "");
	else if (complete_is(p, up, "MECHANISM"))
		complete_mechanisms(k);
	else if (complete_is(p, up, "PART"))
		complete_part(k);
	else if (complete_is(p, up, "KEYWORD"))
		complete_keywords(k);
}

static void
complete_args(struct completing *k, const struct cmd *cmd, size_t i)
{
	struct buf b = BUF_INIT;
	const char *p;
	size_t len;

	grammar_item(cmd->args, i, &b);
	for (p = buf_str(&b); *p != '\0'; p += len, p += *p == '|') {
		len = strcspn(p, "|");
		complete_item(k, cmd, p, len);
	}
	buf_release(&b);
}

void
complete_command(struct completing *k)
{
	const struct cmd *cmd;
	size_t off, n, min, max, len;
	struct err e;

	n = cmdline_words(k->line, k->len, &k->c->start);
	if (n == 0) {
		complete_commands(k, "\\");
		complete_templates(k, "\\");
		if (k->c->n != 1)
			return;
		cmd =
		    cmd_find(k->c->word[0] + 1, strlen(k->c->word[0]) - 1, &e);
		if (cmd == NULL)
			return;
		grammar_count(cmd->args, &min, &max);
		k->c->append = max > 0 ? ' ' : '\0';
		return;
	}
	len = cmdline_word(k->line, k->len, 0, &off);
	cmd = cmd_find(k->line + off + 1, len - 1, &e);
	if (cmd == NULL)
		return;
	complete_args(k, cmd, n - 1);
	grammar_count(cmd->args, &min, &max);
	len = k->c->n == 1 ? strlen(k->c->word[0]) : 0;
	if (len > 0 && n < max && k->c->word[0][len - 1] != '=')
		k->c->append = ' ';
}
