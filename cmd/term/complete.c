/* Candidates for what stands at a line's end. Everything comes from tables:
 * the verbs' (when each makes sense), the extensions' (which parameters this
 * server offered), the commands' argument grammars, the settings'. A candidate
 * replaces the word that it begins with, in any case. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/talk/cmd.h"
#include "cmd/term/cmdline.h"
#include "cmd/term/complete.h"
#include "cmd/term/complete_args.h"
#include "cmd/term/param.h"

void
complete_release(struct complete *c)
{
	while (c->n > 0)
		free(c->word[--c->n]);
	free(c->word);
	c->word = NULL;
}

void
complete_try(struct completing *k, const char *before, const char *s,
    size_t len, const char *after)
{
	char *w = mem_printf("%s%.*s%s", before, (int)len, s, after);
	size_t i, n = k->len - k->c->start;
	bool take =
	    strlen(w) >= n && strncasecmp(w, k->line + k->c->start, n) == 0;

	for (i = 0; take && i < k->c->n; i++)
		take = strcmp(k->c->word[i], w) != 0;
	if (!take) {
		free(w);
		return;
	}
	k->c->word = mem_grow(k->c->word, k->c->n + 1, sizeof(*k->c->word));
	k->c->word[k->c->n++] = w;
}

void
complete_value(struct completing *k, const char *name)
{
	const struct vars *v = &k->sh->talk.vars;
	const struct var *var = vars_get(v, name);
	struct buf b = BUF_INIT;

	if (var != NULL)
		buf_add(&b, var->value, var->len);
	else if (v->builtin != NULL)
		v->builtin(v->arg, name, &b);
	if (buf_len(&b) > 0)
		complete_try(k, "", buf_data(&b), buf_len(&b), "");
	buf_release(&b);
}

void
complete_addresses(struct completing *k, bool from, bool to)
{
	size_t i;

	for (i = 0; from && i < k->used->nfrom; i++)
		complete_try(
		    k, "", k->used->from[i], strlen(k->used->from[i]), "");
	for (i = 0; to && i < k->used->nto; i++)
		complete_try(k, "", k->used->to[i], strlen(k->used->to[i]), "");
	if (from)
		complete_value(k, "from");
	if (to)
		complete_value(k, "to");
}

/* Does v make sense in this session, as it stands? */
static bool
complete_fits(const struct shell *sh, const struct verb *v)
{
	const struct smtp *s = complete_smtp(sh);

	if (s == NULL || (v->when & 1u << talk_state(&sh->talk)) == 0)
		return false;
	if (v->id == VERB_LHLO || v->id == VERB_HELO || v->id == VERB_EHLO)
		return (v->id == VERB_LHLO) ==
		       (sh->talk.where.lmtp || smtp_is_lmtp(s));
	if (v->id == VERB_AUTH && smtp_is_authenticated(s))
		return false;
	if (v->id == VERB_STARTTLS && smtp_is_tls(s))
		return false;
	/* RFC 5321 4.5.1 and 4.1.1.8: no keyword is needed for these. */
	if (v->keyword[0] == '\0' || v->id == VERB_VRFY || v->id == VERB_EXPN ||
	    v->id == VERB_HELP)
		return true;
	if (smtp_offer_at(s, 0) == NULL)
		return v->std10;
	return smtp_offer(s, v->keyword) != NULL;
}

/* "MAIL FROM:<", "HELO", "DATA": as far as nobody has to think. */
static size_t
complete_verb_len(const struct verb *v)
{
	const char *open = strstr(v->syntax, ":<");

	return open != NULL ? (size_t)(open + 2 - v->syntax) : strlen(v->name);
}

void
complete_verbs(struct completing *k, bool syntax)
{
	const struct verb *v;
	size_t i;
	int rest;

	for (rest = 0; rest <= 1; rest++)
		for (i = 0; (v = verb_at(i)) != NULL; i++)
			if (v->name[0] != '(' &&
			    complete_fits(k->sh, v) == !rest)
				complete_try(k, "", v->syntax,
				    syntax ? complete_verb_len(v)
					   : strlen(v->name),
				    "");
}

/* A lone candidate that wants an argument is followed by a blank. */
static void
complete_verb(struct completing *k)
{
	const struct verb *v;
	const char *w;

	complete_verbs(k, true);
	if (k->c->n != 1)
		return;
	w = k->c->word[0];
	v = verb_find(w, verb_word(w, strlen(w)));
	if (v != NULL && strcmp(w, v->name) == 0 &&
	    v->syntax[strlen(w)] == ' ' && v->syntax[strlen(w) + 1] != '[')
		k->c->append = ' ';
}

void
complete_params(struct completing *k, enum verb_id verb, size_t args)
{
	size_t start = k->c->start, i, n;
	const char *word = k->line + start, *v;
	const char *eq = memchr(word, '=', k->len - start);
	const char *comma = memrchr(word, ',', k->len - start);
	struct params ps;
	const struct param *p;
	bool several;

	params_init(&ps, complete_smtp(k->sh), verb);
	if (eq == NULL) {
		for (p = ps.v, i = 0; i < ps.n; p++, i++)
			if (!param_is_used(p, k->line + args, start - args))
				complete_try(k, "", p->name, strlen(p->name),
				    p->values != NULL ? "=" : "");
		if (k->c->n == 1 && strchr(k->c->word[0], '=') == NULL)
			k->c->append = ' ';
	} else if ((p = params_find(&ps, word, (size_t)(eq - word))) != NULL &&
		   param_is_choice(p)) {
		k->c->start =
		    (size_t)((comma != NULL ? comma : eq) + 1 - k->line);
		for (i = 0; (n = param_choice(p, i, &v, &several)) > 0; i++)
			if (comma == NULL ||
			    (several &&
				memmem(eq, (size_t)(comma - eq), v, n) == NULL))
				complete_try(k, "", v, n, "");
	}
	params_release(&ps);
}

void
complete_mechanisms(struct completing *k)
{
	const struct smtp *s = complete_smtp(k->sh);
	const struct smtp_keyword *o = s != NULL ? smtp_offer(s, "AUTH") : NULL;
	const char *m = o != NULL ? o->args : "";
	size_t len;

	for (; *m != '\0'; m += len) {
		m += strspn(m, " ");
		len = strcspn(m, " ");
		complete_try(k, "", m, len, "");
	}
}

static void
complete_arg(struct completing *k, const struct cmdline *l)
{
	switch (l->verb->id) {
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_LHLO:
		if (l->nargs == 0)
			complete_value(k, "helo");
		break;
	case VERB_VRFY:
	case VERB_EXPN:
		if (l->nargs == 0)
			complete_addresses(k, true, true);
		break;
	case VERB_HELP:
		if (l->nargs == 0)
			complete_verbs(k, false);
		break;
	case VERB_AUTH:
		if (l->nargs == 0)
			complete_mechanisms(k);
		break;
	case VERB_BDAT:
	case VERB_BURL:
		if (l->nargs == 1)
			complete_try(k, "", "LAST", 4, "");
		break;
	default:
		break;
	}
}

/* "...${na": where that "$" stands, or len. */
static size_t
complete_dollar(const char *line, size_t len)
{
	size_t i = len;

	while (i > 0 && strchr("${}<> \t", line[i - 1]) == NULL)
		i--;
	if (i >= 2 && line[i - 1] == '{' && line[i - 2] == '$' &&
	    (i == 2 || line[i - 3] != '$'))
		return i - 2;
	return len;
}

void
complete_names(struct completing *k, const char *before, const char *after)
{
	static const char *const builtin[] = { "from", "to", "helo", "server",
		"date", "msgid", "n" };
	const struct vars *v = &k->sh->talk.vars;
	size_t i;

	for (i = 0; i < v->n; i++)
		complete_try(
		    k, before, v->var[i].name, strlen(v->var[i].name), after);
	for (i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
		complete_try(k, before, builtin[i], strlen(builtin[i]), after);
}

static void
complete_smtp_line(struct completing *k)
{
	struct cmdline l;

	cmdline_parse(&l, k->line, k->len);
	k->c->start = l.word;
	switch (l.at) {
	case CMDLINE_VERB:
		if (l.word == k->len && talk_state(&k->sh->talk) == SMTP_CLOSED)
			complete_try(k, "", "\\connect", 8, "");
		complete_verb(k);
		break;
	case CMDLINE_LITERAL:
		complete_try(k, "", l.literal, strlen(l.literal), "");
		break;
	case CMDLINE_PATH:
		k->c->append = '>';
		complete_addresses(k, l.literal[0] == 'F', l.literal[0] == 'T');
		break;
	case CMDLINE_PARAM:
		complete_params(k, l.verb->id, l.args);
		break;
	case CMDLINE_ARG:
		complete_arg(k, &l);
		break;
	case CMDLINE_CLOSED:
	case CMDLINE_BROKEN:
		break;
	}
}

void
complete_line(const struct shell *sh, const struct used *u, const char *line,
    size_t len, struct complete *c)
{
	struct completing k = { sh, u, line, len, c };
	size_t i = cmdline_blanks(line, len, 0);
	enum smtp_state state = talk_state(&sh->talk);

	memset(c, 0, sizeof(*c));
	c->start = len;
	if (state == SMTP_TEXT || state == SMTP_AUTHING ||
	    memchr(line, '\0', len) != NULL)
		return;
	c->start = complete_dollar(line, len);
	if (c->start < len)
		complete_names(&k, "${", "}");
	else if (i < len && line[i] == '\\')
		complete_command(&k);
	else
		complete_smtp_line(&k);
}
