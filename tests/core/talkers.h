/* Conversations for tests: an env that counts what it is told, and a script
 * against a play or a receiver, in memory. */
#ifndef TESTS_TALKERS_H
#define TESTS_TALKERS_H

#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "cmd/front/play.h"
#include "cmd/talk/cmd.h"
#include "net/sasl/sasl.h"
#include "net/tls/tls.h"

struct talker {
	struct talk t;
	struct script script;
	struct buf said; /* errors and complaints, a line each */
	unsigned unasked;
	struct tls_ctx *tls;
	const char *password;
};

static struct talker *
talker_of(struct talk *t)
{
	return t->house;
}

static void
talker_put(struct talk *t, struct event *ev)
{
	if (ev->kind == EV_REPLY)
		talker_of(t)->unasked += ev->unsolicited;
	if (ev->kind == EV_VERDICT && ev->verdict == VERDICT_UNJUDGED)
		buf_addf(&talker_of(t)->said, "%u: %d unjudged\n", ev->line,
		    ev->code);
	if (ev->kind == EV_VERDICT && ev->verdict == VERDICT_MISSED)
		buf_addf(&talker_of(t)->said, "%u: expected %s, got %.*s\n",
		    ev->line, ev->expected, (int)ev->len, ev->text);
}

static void
talker_error(struct talk *t, const struct err *e)
{
	buf_addf(&talker_of(t)->said, "%s\n", e->text);
	if (t->tally.status == 0)
		t->tally.status = err_status(e->kind);
}

static void
talker_complain(struct talk *t, const char *text)
{
	buf_addf(&talker_of(t)->said, "%s\n", text);
}

static struct tls_ctx *
talker_tls(struct talk *t, struct err *e)
{
	(void)e;
	return talker_of(t)->tls;
}

static struct dns *
talker_dns(struct talk *t, struct err *e)
{
	(void)t;
	err_set(e, ERR_TEMP, "no name server here");
	return NULL;
}

static int
talker_user(struct talk *t, const char *host, char **user, struct err *e)
{
	(void)t;
	(void)host;
	(void)e;
	*user = NULL;
	return 0;
}

static int
talker_secret(struct talk *t, const char *user, const char *host,
    struct sasl_secret *out, struct err *e)
{
	const char *p = talker_of(t)->password;
	(void)user;
	(void)host;
	(void)e;
	sasl_secret_set(out, p, strlen(p));
	return 0;
}

static void
talker_hide(struct talk *t, const char *p, size_t len)
{
	(void)t;
	(void)p;
	(void)len;
}

static uint64_t
talker_text_max(const struct talk *t)
{
	(void)t;
	return 0;
}

static const struct talk_env talker_env = { .put = talker_put,
	.error = talker_error,
	.complain = talker_complain,
	.command = cmd_run,
	.word = cmd_word,
	.tls = talker_tls,
	.dns = talker_dns,
	.user = talker_user,
	.secret = talker_secret,
	.hide = talker_hide,
	.text_max = talker_text_max };

/* The script's statements are next; -1: it does not parse. */
static int
talker_begin(struct talker *k, const char *text)
{
	struct err e;
	talk_init(&k->t, &talker_env, k);
	buf_init(&k->said);
	if (script_parse(&k->script, "f", text, strlen(text), DIALECT_UNKNOWN,
		cmd_word, &e) < 0) {
		CHECK(0, "%s", e.text);
		return -1;
	}
	talk_source_begin(&k->t, &k->script);
	talk_run(&k->t, &k->script, talk_whose(&k->t));
	return 0;
}

/* Behind its last statement: QUIT, and what nothing judged. */
static void
talker_end(struct talker *k)
{
	talk_source_end(&k->t);
}

static void
talker_free(struct talker *k)
{
	talk_release(&k->t);
	script_release(&k->script);
	buf_release(&k->said);
}

#endif
