#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#include <string.h>
#include <strings.h>

struct connect {
	struct act act;
	struct where to;
	bool elsewhere;
	struct shell_place *place; /* that is called so, or NULL */
};

/* The place of the hosts file that the word names: 1, 0, -1. */
static int
connect_find(const struct talk *t, const char *word, struct shell_place **p,
    struct err *e)
{
	struct shell *sh = shell_of(t);
	*p = NULL;
	return sh->places == NULL ? 0 : sh->places->find(sh, word, p, e);
}

static int
connect_use(struct talk *t, struct connect *c, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct shell_place *p = c->place;
	c->place = NULL;
	return sh->places->use(sh, p, e);
}

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
		if (c->place != NULL && connect_use(t, c, e) < 0)
			return -1;
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
		if (t->interactive && talk_secures(t))
			talk_secure(t);
		return ACT_MORE;
	}
	return ACT_DONE;
}

static void
connect_release(struct talk *t, struct act *a)
{
	struct connect *c = (struct connect *)a;
	(void)t;
	where_release(&c->to);
	if (c->place != NULL)
		c->place->free(c->place);
}

static const struct act_kind connect_kind = { "\\connect",
	sizeof(struct connect), connect_resume, NULL, connect_release };

static bool
connect_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcasecmp(a, b) == 0);
}

static bool
connect_is_here(const struct talk *t, const struct where *to)
{
	const struct where *here = &t->where;
	return t->has_where && t->sandbox == NULL && to->kind == here->kind &&
	       to->lmtp == here->lmtp &&
	       to->tls_on_connect == here->tls_on_connect &&
	       connect_same(to->host, here->host) &&
	       connect_same(to->port, here->port) &&
	       (to->path == NULL || here->path == NULL
		       ? to->path == here->path
		       : strcmp(to->path, here->path) == 0) &&
	       (to->command == NULL || here->command == NULL
		       ? to->command == here->command
		       : strcmp(to->command, here->command) == 0);
}

/* What a place asks for less than the session must have, or NULL. */
static const char *
connect_lowers(const struct talk *t, const struct shell_place *p)
{
	bool at_once = t->secure.on_connect || t->where.tls_on_connect;
	enum tls_level level = at_once ? TLS_VERIFY : t->secure.level;
	if (level > TLS_VERIFY)
		level = TLS_VERIFY;
	return p->level < level			 ? "TLS"
	       : t->auth.asked && !p->auth	 ? "a login"
	       : t->must_verify && p->unverified ? "a certificate"
						 : NULL;
}

/* A file goes where the command line goes, and demands no less. */
static int
connect_may(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e)
{
	struct where to = { .lmtp = t->where.lmtp };
	struct shell_place *p = NULL;
	struct err ignored;
	if (!w->file || a->n == 0)
		return 0;
	int r = connect_find(t, a->word[0], &p, &ignored);
	const char *less = p == NULL ? NULL : connect_lowers(t, p);
	bool may = w->root == NULL || r < 0;
	if (!may && p == NULL)
		r = where_parse(&to, a->word[0], &ignored);
	if (!may)
		may = r < 0 || connect_is_here(t, p == NULL ? &to : &p->where);
	where_release(&to);
	if (p != NULL)
		p->free(p);
	if (!may)
		return err_set(e, ERR_DATA,
		    "a file may not go elsewhere than the command line, to %s "
		    "(--trust lets it)",
		    a->word[0]);
	if (less == NULL)
		return 0;
	return err_set(e, ERR_AUTH,
	    "a file may not lower what the session must have: %s is a place "
	    "without %s",
	    a->word[0], less);
}

static int
connect_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	/* Port and scheme are the new place's own. */
	struct where to = { .lmtp = t->where.lmtp, .family = t->where.family };
	struct shell_place *p = NULL;
	if (a->n > 0 && connect_find(t, a->word[0], &p, e) < 0)
		return -1;
	if (p == NULL && a->n > 0 && where_parse(&to, a->word[0], e) < 0) {
		where_release(&to);
		return -1;
	}
	if (t->where.bind != NULL)
		to.bind = mem_dup(t->where.bind);
	struct connect *c = act_push(t, &connect_kind);
	c->to = to;
	c->place = p;
	c->elsewhere = p == NULL && a->n > 0;
	return 0;
}

const struct cmd cmd_connect = {
	.name = "connect",
	.is = CMD_SENDS | CMD_ALONE,
	.args = "[HOST]",
	.text =
	    "connect to HOST[:PORT], a URL, a socket's path, a place by name",
	.help =
	    "Without a host: to the same place again. A name of the hosts "
	    "file brings that place's options with it. A session that stands "
	    "is ended first.",
	.exec = connect_exec,
	.may = connect_may,
};
