/* \require: what the rest of a conversation needs. A file that lacks it is
 * skipped, which is told; whoever says it otherwise has an error. */
#include "cmd/talk/cmd.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct require {
	struct act act;
	char *keyword, *arg; /* arg: NULL, or a word behind the keyword */
};

/* Words in small letters are no EHLO keywords: some of their own, else a
 * variable's name. */
enum require_word {
	REQUIRE_SMTP,
	REQUIRE_LMTP,
	REQUIRE_TLS,
	REQUIRE_LOGIN,
	REQUIRE_VARIABLE,
	REQUIRE_KEYWORD
};

static const struct {
	const char *word, *lacks;
} require_words[] = {
	[REQUIRE_SMTP] = { "smtp", "this is LMTP, not SMTP" },
	[REQUIRE_LMTP] = { "lmtp", "this is SMTP, not LMTP (--lmtp)" },
	[REQUIRE_TLS] = { "tls", "TLS does not stand" },
	[REQUIRE_LOGIN] = { "login", "no user was named (--auth-user)" },
};

static enum require_word
require_word(const char *word)
{
	unsigned i = 0;
	while (i < REQUIRE_VARIABLE && strcmp(word, require_words[i].word) != 0)
		i++;
	if (i == REQUIRE_VARIABLE && (*word < 'a' || *word > 'z'))
		return REQUIRE_KEYWORD;
	return (enum require_word)i;
}

static bool
require_args_have(const char *args, const char *want)
{
	size_t len = strlen(want);
	while (*args != '\0') {
		size_t n = strcspn(args, " ");
		if (n == len && strncasecmp(args, want, n) == 0)
			return true;
		args += n;
		args += strspn(args, " ");
	}
	return false;
}

static bool
require_is_met(const struct talk *t, const struct require *q)
{
	const struct smtp_keyword *k = NULL;
	const struct var *v;
	switch (require_word(q->keyword)) {
	case REQUIRE_SMTP:
		return !t->where.lmtp;
	case REQUIRE_LMTP:
		return t->where.lmtp;
	case REQUIRE_TLS:
		return t->link != NULL && smtp_is_tls(link_smtp(t->link));
	case REQUIRE_LOGIN:
		return t->auth.user != NULL;
	case REQUIRE_VARIABLE:
		v = vars_get(&t->vars, q->keyword);
		return v != NULL && v->len > 0;
	case REQUIRE_KEYWORD:
		break;
	}
	if (t->link != NULL)
		k = smtp_offer(link_smtp(t->link), q->keyword);
	return k != NULL &&
	       (q->arg == NULL || require_args_have(k->args, q->arg));
}

static int
require_lacks(struct talk *t, const struct require *q, struct err *e)
{
	enum require_word w = require_word(q->keyword);
	struct buf b = BUF_INIT;
	if (w == REQUIRE_KEYWORD)
		buf_addf(&b, "the server does not offer %s%s%s", q->keyword,
		    q->arg == NULL ? "" : " ", q->arg == NULL ? "" : q->arg);
	else if (w == REQUIRE_VARIABLE)
		buf_addf(
		    &b, "%s is not set (-D %s=...)", q->keyword, q->keyword);
	else
		buf_adds(&b, require_words[w].lacks);
	int r = talk_skip(t, buf_str(&b), e);
	buf_release(&b);
	return r;
}

static int
require_resume(struct talk *t, struct act *a, struct err *e)
{
	struct require *q = (struct require *)a;
	enum require_word w = require_word(q->keyword);
	if (w == REQUIRE_KEYWORD || w == REQUIRE_TLS) {
		int r = talk_ready(t, NULL, e);
		if (r == 0)
			r = talk_await(t, e);
		if (r != 0)
			return r;
		if (w == REQUIRE_KEYWORD && a->step++ == 0 && !t->said_helo &&
		    !t->set.bare)
			return talk_say_helo(t, NULL, e);
	}
	return require_is_met(t, q) ? ACT_DONE : require_lacks(t, q, e);
}

static void
require_release(struct talk *t, struct act *a)
{
	struct require *q = (struct require *)a;
	(void)t;
	free(q->keyword);
	free(q->arg);
}

static const struct act_kind require_kind = { "\\require",
	sizeof(struct require), require_resume, NULL, require_release };

static int
require_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	if (a->n == 2 && require_word(a->word[0]) != REQUIRE_KEYWORD)
		return err_set(e, ERR_USAGE,
		    "\\require %s takes nothing behind it", a->word[0]);
	struct require *q = act_push(t, &require_kind);
	q->keyword = mem_dup(a->word[0]);
	q->arg = a->n == 2 ? mem_dup(a->word[1]) : NULL;
	return 0;
}

const struct cmd cmd_require = {
	.name = "require",
	.is = CMD_WAITS,
	.args = "smtp|lmtp|tls|login|KEYWORD|NAME [PARAMETER]",
	.text = "go on where that is offered; else the file is skipped",
	.help = "An EHLO keyword, and a word that stands behind it (AUTH "
		"PLAIN); or smtp, lmtp, tls; login: a user was named; or a "
		"variable, by its name: it is set.",
	.exec = require_exec,
};
