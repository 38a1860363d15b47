#include "cmd/talk/cmd.h"

#include <string.h>
#include <strings.h>

struct connect {
	struct act act;
	struct where to;
	bool elsewhere;
};

/* The session that stands is ended first; then the new one begins. */
static int
connect_resume(struct talk *t, struct act *a, struct err *e)
{
	struct connect *c = (struct connect *)a;
	int r;
	switch (a->step) {
	case 0:
		a->step = 1;
		if (t->link != NULL) {
			talk_end(t);
			return ACT_MORE;
		}
		/* fall through */
	case 1:
		if (c->elsewhere) {
			where_release(&t->where);
			t->where = c->to;
			c->to = (struct where){ 0 };
			c->elsewhere = false;
			t->has_where = true;
			t->sandbox = NULL;
			t->mx.domain = NULL;
		}
		t->had_link = false;
		a->step = 2;
		talk_open(t);
		return ACT_MORE;
	case 2:
		r = talk_greet(t, e);
		if (r != 0)
			return r;
		a->step = 3;
		if (t->interactive && !t->secured && !t->set.bare)
			talk_secure(t);
		return ACT_MORE;
	}
	return ACT_DONE;
}

static void
connect_release(struct talk *t, struct act *a)
{
	(void)t;
	where_release(&((struct connect *)a)->to);
}

static const struct act_kind connect_kind = { "\\connect",
	sizeof(struct connect), connect_resume, NULL, connect_release };

static bool
connect_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcasecmp(a, b) == 0);
}

/* A file goes where the command line goes. */
static int
connect_may(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e)
{
	const struct where *here = &t->where;
	struct where to = { .lmtp = here->lmtp };
	struct err ignored;
	if (w->root == NULL || a->n == 0 ||
	    where_parse(&to, a->word[0], &ignored) < 0) {
		where_release(&to);
		return 0;
	}
	bool same = t->has_where && t->sandbox == NULL &&
		    to.kind == here->kind && to.lmtp == here->lmtp &&
		    to.tls_on_connect == here->tls_on_connect &&
		    connect_same(to.host, here->host) &&
		    connect_same(to.port, here->port) &&
		    (to.path == NULL || here->path == NULL
			    ? to.path == here->path
			    : strcmp(to.path, here->path) == 0);
	where_release(&to);
	if (same)
		return 0;
	return err_set(e, ERR_DATA,
	    "a file may not go elsewhere than the command line, to %s "
	    "(--trust lets it)",
	    a->word[0]);
}

static int
connect_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	/* Port and scheme are the new place's own. */
	struct where to = { .lmtp = t->where.lmtp, .family = t->where.family };
	if (a->n > 0 && where_parse(&to, a->word[0], e) < 0) {
		where_release(&to);
		return -1;
	}
	if (t->where.bind != NULL)
		to.bind = mem_dup(t->where.bind);
	struct connect *c = act_push(t, &connect_kind);
	c->to = to;
	c->elsewhere = a->n > 0;
	return 0;
}

const struct cmd cmd_connect = {
	.name = "connect",
	.is = CMD_SENDS | CMD_ALONE,
	.args = "[HOST]",
	.text = "connect to HOST[:PORT], a URL, a socket's path",
	.help =
	    "Without a host: to the same place again. A session that stands "
	    "is ended first.",
	.exec = connect_exec,
	.may = connect_may,
};
