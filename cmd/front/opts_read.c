/* All that says an option: the command line, SMTPSH_OPTS before it, and what
 * the hosts file knows of the host, which goes behind both. */
#include "cmd/front/opts_read.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/front/places.h"
#include "cmd/lang/split.h"
#include "cmd/say/out.h"
#include "cmd/shell/setting.h"

static void
words_add(struct opts_words *w, char *word)
{
	w->word = mem_grow(w->word, w->n + 2, sizeof *w->word);
	w->word[w->n++] = word;
	w->word[w->n] = NULL;
}

static void
words_own(struct opts_words *w, char *word)
{
	w->own = mem_grow(w->own, w->nown + 1, sizeof *w->own);
	w->own[w->nown++] = word;
}

void
opts_words_release(struct opts_words *w)
{
	for (size_t i = 0; i < w->nown; i++)
		free(w->own[i]);
	free(w->own);
	free(w->word);
	*w = (struct opts_words){ 0 };
}

static int
words_environment(struct opts_words *w, struct err *e)
{
	const char *p = getenv("SMTPSH_OPTS");
	struct cmd_args a = { 0 };
	struct err why;
	if (p == NULL || *p == '\0')
		return 0;
	if (cmd_split(&a, p, strlen(p), &why) < 0) {
		cmd_args_release(&a);
		return err_set(e, ERR_USAGE, "SMTPSH_OPTS: %s", why.text);
	}
	for (size_t i = 0; i < a.n; i++) {
		char *word = mem_dup(a.word[i]);
		words_own(w, word);
		words_add(w, word);
	}
	w->environment = a.n;
	cmd_args_release(&a);
	return 0;
}

/* Of these only one is meant: the command line's goes before the file's. */
static bool
words_is_said(const struct opts *o, const struct opt *row)
{
	static const char *const kin[][6] = {
		{ "tls", "tls-optional", "tls-on-connect", "dane" },
		{ "auth-password-file", "auth-password-fd",
		    "auth-password-command", "netrc" },
		{ "ipv4", "ipv6" },
		{ "mx", "socket", "pipe", "sandbox" },
	};
	if (o->given[row - opt_table] != 0)
		return true;
	for (size_t i = 0; i < sizeof kin / sizeof *kin; i++) {
		bool here = false, said = false;
		for (size_t k = 0; k < 6 && kin[i][k] != NULL; k++) {
			const struct opt *t =
			    opts_find(kin[i][k], strlen(kin[i][k]));
			here |= t == row;
			said |= o->given[t - opt_table] != 0;
		}
		if (here && said)
			return true;
	}
	return false;
}

static void
words_place(struct opts_words *w, const struct opts *o, const struct place *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const char *word = p->word[i];
		const struct opt *row =
		    opts_find(word + 2, strcspn(word + 2, "="));
		if (*word == '!' || words_is_said(o, row))
			continue;
		char *copy = mem_dup(word);
		words_own(w, copy);
		words_add(w, copy);
	}
}

/* "work:587": the name, and the port that it had. */
static const char *
words_port(const char *host)
{
	const char *colon = strrchr(host, ':');
	return colon != NULL && colon[1] != '\0' &&
		       colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
		       strchr(host, ':') == colon
		   ? colon
		   : NULL;
}

/* What the file says of "work" or "work:587"; *port: that of the name, with its
 * colon, or NULL. 1; 0: nothing. */
static int
words_find(struct place *p, const char *host, const char **port, struct err *e)
{
	*port = words_port(host);
	char *name = mem_dupn(
	    host, *port == NULL ? strlen(host) : (size_t)(*port - host));
	int r = place_find(p, name, e);
	free(name);
	return r < 0 ? -1 : p->n > 0 || p->server != NULL;
}

/* Where it is, with the port that the name had. */
static char *
words_server(struct opts_words *w, const char *server, const char *port)
{
	char *all = mem_printf("%s%s", server,
	    port != NULL && words_port(server) == NULL ? port : "");
	words_own(w, all);
	return all;
}

static int
words_by_place(
    struct opts_words *w, struct opts *o, int argc, char **argv, struct err *e)
{
	const char *host = o->print_config != NULL ? o->print_config : o->host;
	if (host == NULL || strchr(host, '/') != NULL || o->help ||
	    o->version || o->explain)
		return 0;
	const char *port;
	struct place p;
	int r = words_find(&p, host, &port, e);
	if (r > 0) {
		w->n = 1 + w->environment;
		words_place(w, o, &p);
		for (int i = 1; i < argc; i++)
			words_add(w, argv[i]);
		opts_release(o);
		r = opts_parse(o, (int)w->n, w->word, e);
	}
	if (r == 0 && p.server != NULL)
		o->host = words_server(w, p.server, port);
	place_release(&p);
	return r;
}

static int
words_begin(
    struct opts_words *w, struct opts *o, int argc, char **argv, struct err *e)
{
	*w = (struct opts_words){ 0 };
	words_add(w, argv[0]);
	if (words_environment(w, e) < 0)
		return -1;
	for (int i = 1; i < argc; i++)
		words_add(w, argv[i]);
	return opts_parse(o, (int)w->n, w->word, e);
}

/* Where the command line goes is not where the place is. */
static void
words_go_elsewhere(struct opts *o)
{
	static const char *const names[] = { "port", "socket", "pipe", "mx",
		"sandbox", "lmtp", "tls-on-connect" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		o->given[opts_find(names[i], strlen(names[i])) - opt_table] = 0;
}

/* The options, read again with the place's; where it is, is its own. */
static int
words_with_place(struct opts_place *r, const struct place *p, int argc,
    char **argv, struct err *e)
{
	struct opts *o = &r->all, *own = &r->own;
	struct opts_words *w = &r->words;
	words_go_elsewhere(o);
	words_add(&r->own_words, argv[0]);
	words_place(&r->own_words, o, p);
	if (opts_parse(own, (int)r->own_words.n, r->own_words.word, e) < 0)
		return -1;
	w->n = 1 + w->environment;
	for (size_t i = 1; i < r->own_words.n; i++)
		words_add(w, r->own_words.word[i]);
	for (int i = 1; i < argc; i++)
		words_add(w, argv[i]);
	opts_release(o);
	if (opts_parse(o, (int)w->n, w->word, e) < 0)
		return -1;
	o->port = own->port;
	o->socket = own->socket;
	o->pipe = own->pipe;
	o->mx = own->mx;
	o->lmtp = own->lmtp;
	o->tls_on_connect = own->tls_on_connect;
	o->sandbox = o->mx_all = false;
	return 0;
}

int
opts_read_place(struct opts_place *r, int argc, char **argv, const char *name,
    struct err *e)
{
	struct place p = { 0 };
	const char *port;
	*r = (struct opts_place){ 0 };
	if (strchr(name, '/') != NULL)
		return 0;
	int found = words_find(&p, name, &port, e);
	if (found > 0 && (words_begin(&r->words, &r->all, argc, argv, e) < 0 ||
			     words_with_place(r, &p, argc, argv, e) < 0))
		found = -1;
	if (found > 0)
		r->all.host = p.server == NULL
				  ? words_server(&r->words, name, NULL)
				  : words_server(&r->words, p.server, port);
	place_release(&p);
	return found;
}

void
opts_place_release(struct opts_place *r)
{
	opts_release(&r->all);
	opts_release(&r->own);
	opts_words_release(&r->words);
	opts_words_release(&r->own_words);
}

int
opts_read(
    struct opts *o, struct opts_words *w, int argc, char **argv, struct err *e)
{
	if (words_begin(w, o, argc, argv, e) < 0)
		return -1;
	int r = words_by_place(w, o, argc, argv, e);
	o->environment = w->environment > 0;
	return r;
}

/* --print-config. */

static void
print_row(struct buf *b, const struct opts *o, const struct opt *t)
{
	const void *slot = (const char *)o + t->slot;
	const char *value = NULL;
	switch (t->kind) {
	case OPT_STRING:
	case OPT_NUMBER:
		value = *(const char *const *)slot;
		break;
	case OPT_AUTH:
		value = o->auth_mech == NULL ? "" : o->auth_mech;
		break;
	case OPT_FLAG:
	case OPT_FAMILY:
		value = "yes";
		break;
	case OPT_LIST: {
		const struct opt_list *l = slot;
		for (size_t i = 0; i < l->n; i++)
			buf_addf(b, "%s %s\n", t->name, l->item[i]);
		return;
	}
	case OPT_SETTING:
		for (size_t i = 0; i < o->nsetting; i++)
			if (strcmp(o->setting[i].option, t->name) == 0)
				value = o->setting[i].value;
		if (value != NULL && t->arg[0] == '\0')
			value = "yes";
		break;
	default:
		return;
	}
	if (value == NULL)
		return;
	/* A proxy's URL may have a password. */
	buf_addf(b, "%s%s", t->name, *value == '\0' ? "" : " ");
	redact_error(NULL, b, value, strlen(value));
	buf_addc(b, '\n');
}

void
opts_print(struct buf *b, const struct opts *o)
{
	buf_addf(b, "server %s\n", o->host == NULL ? o->print_config : o->host);
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		if (o->given[t - opt_table] != 0 &&
		    t->slot != offsetof(struct opts, print_config) &&
		    t->slot != offsetof(struct opts, host))
			print_row(b, o, t);
}
