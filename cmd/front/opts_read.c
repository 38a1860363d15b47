/* All that says an option: the command line, SMTPSH_OPTS before it, and what
 * the hosts file knows of the host, which goes behind both. */
#include "cmd/front/opts_read.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/front/places.h"
#include "cmd/lang/split.h"
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
	if (cmd_split(&a, p, strlen(p), &why) < 0)
		return err_set(e, ERR_USAGE, "SMTPSH_OPTS: %s", why.text);
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

static int
words_by_place(
    struct opts_words *w, struct opts *o, int argc, char **argv, struct err *e)
{
	const char *host = o->print_config != NULL ? o->print_config : o->host;
	if (host == NULL || strchr(host, '/') != NULL || o->help ||
	    o->version || o->explain)
		return 0;
	const char *port = words_port(host);
	char *name =
	    mem_dupn(host, port == NULL ? strlen(host) : (size_t)(port - host));
	struct place p;
	int r = place_find(&p, name, e);
	free(name);
	if (r == 0 && (p.n > 0 || p.server != NULL)) {
		w->n = 1 + w->environment;
		words_place(w, o, &p);
		for (int i = 1; i < argc; i++)
			words_add(w, argv[i]);
		opts_release(o);
		r = opts_parse(o, (int)w->n, w->word, e);
	}
	if (r == 0 && p.server != NULL) {
		char *server = mem_printf("%s%s", p.server,
		    port != NULL && words_port(p.server) == NULL ? port : "");
		words_own(w, server);
		o->host = server;
	}
	place_release(&p);
	return r;
}

int
opts_read(
    struct opts *o, struct opts_words *w, int argc, char **argv, struct err *e)
{
	*w = (struct opts_words){ 0 };
	words_add(w, argv[0]);
	if (words_environment(w, e) < 0)
		return -1;
	for (int i = 1; i < argc; i++)
		words_add(w, argv[i]);
	if (opts_parse(o, (int)w->n, w->word, e) < 0)
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
		break;
	default:
		return;
	}
	if (value != NULL)
		buf_addf(
		    b, "%s%s%s\n", t->name, *value == '\0' ? "" : " ", value);
}

void
opts_print(struct buf *b, const struct opts *o)
{
	buf_addf(b, "server %s\n", o->host == NULL ? o->print_config : o->host);
	for (const struct opt *t = opt_table; t->name != NULL; t++)
		if (o->given[t - opt_table] != 0 &&
		    t->slot != offsetof(struct opts, print_config) &&
		    t->slot != offsetof(struct opts, host))
			print_row(b, o, t);
}
