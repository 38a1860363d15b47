/* Reads the command line by the table: an option's value goes to the slot of
 * its row. Long names may be shortened while one row alone begins so; what
 * other programs call so is asked about first. Words without an option are
 * sorted when all has been read: a host, files, words to explain. */
#include "cmd/front/opts.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/shell/setting.h"
#include "net/sasl/sasl.h"

struct opts_walk {
	struct opts *o;
	int argc;
	char **argv;
	int i; /* the word under way */
	bool operands_only;
	const char *maybe_host; /* behind --auth, the last word: or NULL */
};

/* "unknown option WORD: did you mean ...?", without its value, which may be a
 * password. */
static int
opts_unknown(const char *word, const char *name, size_t len, struct err *e)
{
	struct buf b = BUF_INIT;
	int n = (int)strcspn(word, "=");
	if (opts_meant(&b, name, len))
		err_set(e, ERR_USAGE, "unknown option %.*s: did you mean %s?",
		    n, word, buf_str(&b));
	else
		err_set(e, ERR_USAGE,
		    "unknown option %.*s; --help lists the options", n, word);
	buf_release(&b);
	return -1;
}

/* The row that alone begins so. */
static const struct opt *
opts_prefix(const char *word, const char *p, size_t len, struct err *e)
{
	const struct opt *only = NULL;
	struct buf b = BUF_INIT;
	size_t n = 0;
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		if (strncmp(t->name, p, len) != 0 &&
		    strncmp(t->also, p, len) != 0)
			continue;
		only = t;
		buf_addf(&b, "%s--%s", n++ > 0 ? ", " : "", t->name);
	}
	if (n > 1)
		err_set(e, ERR_USAGE, "%s is ambiguous: %s", word, buf_str(&b));
	buf_release(&b);
	if (n == 0)
		opts_unknown(word, p, len, e);
	return n == 1 ? only : NULL;
}

/* Is the word one of the row's choices? Placeholders take any. */
static int
opts_choice(const struct opt *t, const char *word, struct err *e)
{
	if (t->arg[0] == '\0' || strchr(t->arg, '|') == NULL)
		return 0;
	size_t len = strlen(word);
	for (const char *p = t->arg; *p != '\0';) {
		size_t n = strcspn(p, "|");
		if (n == len && memcmp(p, word, n) == 0)
			return 0;
		p += n + (p[n] == '|');
	}
	bool junit = t->slot == offsetof(struct opts, format) &&
		     strcmp(word, "junit") == 0;
	return err_set(e, ERR_USAGE, "--%s %s: expected %s%s", t->name, word,
	    t->arg, junit ? "; --junit FILE writes JUnit XML as well" : "");
}

static int
opts_number(const struct opt *t, const char *word, struct err *e)
{
	size_t digits = strspn(word, "0123456789");
	const char *what =
	    strcmp(t->arg, "OCTETS") == 0 ? "a number of octets" : "a number";
	if (digits == 0 || word[digits] != '\0' || digits > 18)
		return err_set(
		    e, ERR_USAGE, "--%s %s: expected %s", t->name, word, what);
	if (strtoll(word, NULL, 10) < t->min)
		return err_set(e, ERR_USAGE,
		    "--%s %s: expected %s, at least %d", t->name, word, what,
		    t->min);
	return 0;
}

static void
opts_add(struct opt_list *l, const char *s)
{
	l->item = mem_grow(l->item, l->n + 1, sizeof *l->item);
	l->item[l->n++] = s;
}

static void
opts_add_run(struct opts *o, struct opt_run r)
{
	o->run = mem_grow(o->run, o->nrun + 1, sizeof *o->run);
	o->run[o->nrun++] = r;
}

static void
opts_add_setting(struct opts *o, const struct opt *t, const char *value)
{
	const struct setting *s = setting_table;
	while (s->option == NULL || strcmp(s->option, t->name) != 0)
		s++;
	if (t->arg[0] == '\0')
		value = strncmp(t->name, "no-", 3) == 0 ? "off" : "on";
	o->setting = mem_grow(o->setting, o->nsetting + 1, sizeof *o->setting);
	o->setting[o->nsetting++] = (struct opt_setting){ s, t->name, value };
}

static void
opts_store(struct opts *o, const struct opt *t, const char *value)
{
	void *slot = (char *)o + t->slot;
	switch (t->kind) {
	case OPT_FLAG:
		*(bool *)slot = true;
		break;
	case OPT_STRING:
	case OPT_NUMBER:
		*(const char **)slot = value;
		break;
	case OPT_LIST:
		opts_add(slot, value);
		break;
	case OPT_WORDS:
		opts_add(slot, value);
		break;
	case OPT_FAMILY:
		*(int *)slot = t->min;
		break;
	case OPT_LINE:
	case OPT_FILE:
		opts_add_run(o, (struct opt_run){ .file = t->kind == OPT_FILE,
				    .text = value });
		break;
	case OPT_AUTH:
		o->auth = true;
		o->auth_mech = value;
		break;
	case OPT_WORD:
		o->explain = true;
		opts_add(&o->words, value);
		break;
	case OPT_HELP:
		o->help = true;
		o->help_group = value;
		break;
	case OPT_SETTING:
		opts_add_setting(o, t, value);
		break;
	}
}

static int
opts_mechanism(const char *word, struct err *e)
{
	if (sasl_mech_find(word) != NULL)
		return 0;
	struct buf b = BUF_INIT;
	for (size_t i = 0; sasl_mech_at(i) != NULL; i++)
		buf_addf(&b, "%s%s", i > 0 ? ", " : "", sasl_mech_at(i)->name);
	err_set(e, ERR_USAGE, "--auth %s: unknown mechanism; there are %s",
	    word, buf_str(&b));
	buf_release(&b);
	return -1;
}

static int
opts_value(const struct opt *t, const char *value, struct err *e)
{
	if (t->kind == OPT_NUMBER)
		return opts_number(t, value, e);
	if (t->kind == OPT_AUTH)
		return opts_mechanism(value, e);
	return opts_choice(t, value, e);
}

static int
opts_take(struct opts *o, const struct opt *t, const char *value, struct err *e)
{
	unsigned char *given = &o->given[t - opt_table];
	if (value != NULL && opts_value(t, value, e) < 0)
		return -1;
	if (t->once && *given > 0)
		return err_set(e, ERR_USAGE,
		    "--%s is given twice, and both would have to be done: give "
		    "it once",
		    t->name);
	*given = 1;
	opts_store(o, t, value);
	return 0;
}

/* The next word, if it is the value of an option that may go without. Behind
 * --auth stands a mechanism, unless it is the last word and may be the host:
 * that is seen at the end. */
static const char *
opts_optional(struct opts_walk *w, const struct opt *t)
{
	const char *next = w->i + 1 < w->argc ? w->argv[w->i + 1] : NULL;
	if (next == NULL || next[0] == '-')
		return NULL;
	if (t->kind == OPT_HELP && !opts_is_group(next) && w->i + 2 < w->argc)
		return NULL;
	w->i++;
	if (t->kind == OPT_AUTH && w->i + 1 == w->argc &&
	    sasl_mech_find(next) == NULL) {
		w->maybe_host = next;
		return NULL;
	}
	return next;
}

/* Is the word an option's whole name? As a value it would be lost. */
static bool
opts_is_name(const char *word)
{
	return strncmp(word, "--", 2) == 0 &&
	       opts_find(word + 2, strlen(word + 2)) != NULL;
}

/* An option whose value does not stand in the same word. */
static int
opts_take_next(
    struct opts_walk *w, const struct opt *t, const char *word, struct err *e)
{
	const char *value = NULL;
	if (t->arg[0] != '\0' && (t->kind == OPT_AUTH || t->kind == OPT_HELP))
		value = opts_optional(w, t);
	else if (t->arg[0] != '\0' && w->i + 1 < w->argc &&
		 opts_is_name(w->argv[w->i + 1]))
		return err_set(e, ERR_USAGE,
		    "the option %s takes a value, and %s is an option itself; "
		    "write --%s=%s if it is meant",
		    word, w->argv[w->i + 1], t->name, w->argv[w->i + 1]);
	else if (t->arg[0] != '\0' && w->i + 1 < w->argc)
		value = w->argv[++w->i];
	else if (t->arg[0] != '\0')
		return err_set(e, ERR_USAGE,
		    "the option %s takes a value; --help lists the options",
		    word);
	return opts_take(w->o, t, value, e);
}

static int
opts_long(struct opts_walk *w, const char *word, struct err *e)
{
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const struct opt *t = opts_find(name, len);
	if (t == NULL && opts_habit(name, len) != NULL)
		return opts_unknown(word, name, len, e);
	if (t == NULL)
		t = opts_prefix(word, name, len, e);
	if (t == NULL)
		return -1;
	if (name[len] == '\0')
		return opts_take_next(w, t, word, e);
	if (t->arg[0] == '\0')
		return err_set(
		    e, ERR_USAGE, "the option %s takes no value", word);
	return opts_take(w->o, t, name + len + 1, e);
}

static const struct opt *
opts_letter(char c)
{
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		if (t->letter == c)
			return t;
	return NULL;
}

/* "-tls": of -t it would be the value. An address has its sign; what has none
 * stands apart. */
static int
opts_bundled_to(const char *word, const char *value, struct err *e)
{
	struct buf b = BUF_INIT;
	if (strchr(value, '@') != NULL)
		return 0;
	if (!opts_meant(&b, word + 1, strlen(word + 1)))
		buf_addf(&b, "--to %s", value);
	err_set(e, ERR_USAGE,
	    "%s: '%s' behind -t is no address; did you mean %s?", word, value,
	    buf_str(&b));
	buf_release(&b);
	return -1;
}

static int
opts_short(struct opts_walk *w, const char *word, struct err *e)
{
	size_t len = strcspn(word + 1, "=");
	/* A long name behind one hyphen, as swaks takes it. */
	if (len > 1 && (opts_find(word + 1, len) != NULL ||
			   opts_habit(word + 1, len) != NULL))
		return opts_unknown(word, word + 1, len, e);
	for (const char *p = word + 1; *p != '\0'; p++) {
		const struct opt *t = opts_letter(*p);
		if (t == NULL && p == word + 1)
			return opts_unknown(word, p, 1, e);
		if (t == NULL)
			return err_set(e, ERR_USAGE,
			    "unknown option -%c in %s; --help lists the "
			    "options",
			    *p, word);
		bool bundled =
		    t->arg[0] != '\0' && p[1] != '\0' && t->kind != OPT_HELP;
		if (bundled && t->letter == 't' &&
		    opts_bundled_to(word, p + 1, e) < 0)
			return -1;
		if (bundled)
			return opts_take(w->o, t, p + 1, e);
		if (opts_take_next(w, t, word, e) < 0)
			return -1;
	}
	return 0;
}

/* Does an option name the place? */
static bool
opts_placed(const struct opts *o)
{
	return o->host != NULL || o->sandbox || o->mx != NULL ||
	       o->socket != NULL || o->pipe != NULL;
}

bool
opts_has_file(const struct opts *o)
{
	for (size_t i = 0; i < o->nrun; i++)
		if (o->run[i].file)
			return true;
	return false;
}

static int
opts_operand(struct opts *o, const char *word, struct err *e)
{
	if (o->explain || o->merge.n > 0) {
		opts_add(o->explain ? &o->words : &o->merge, word);
		return 0;
	}
	if (o->host == NULL) {
		o->host = word;
		return 0;
	}
	return err_set(e, ERR_USAGE,
	    "found '%s' after the host %s; one host is enough", word, o->host);
}

/* What stood without an option: the host, unless an option names the place;
 * with -f the rest are files. */
static int
opts_operands(struct opts *o, struct err *e)
{
	bool more_files = opts_has_file(o) && !o->explain;
	bool more_eml = o->eml.n > 0 && !more_files;
	bool placed = more_files && opts_placed(o);
	size_t n = 0;
	for (size_t i = 0; i < o->nrun; i++) {
		struct opt_run r = o->run[i];
		bool file =
		    r.operand && more_files && (placed || o->host != NULL);
		if (r.operand && more_eml &&
		    (opts_placed(o) || o->mock != NULL)) {
			opts_add(&o->eml, r.text);
			continue;
		}
		if (r.operand && !file) {
			if (opts_operand(o, r.text, e) < 0)
				return -1;
			continue;
		}
		r.file |= file;
		r.operand = false;
		o->run[n++] = r;
	}
	o->nrun = n;
	return 0;
}

/* The last word, behind --auth: the host where none is named, and it may be
 * one. */
static int
opts_host_or_mechanism(struct opts *o, const char *word, struct err *e)
{
	static const char shout[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	if (!opts_placed(o) && o->mock == NULL &&
	    word[strspn(word, shout)] != '\0') {
		o->host = word;
		return 0;
	}
	return opts_mechanism(word, e);
}

int
opts_parse(struct opts *o, int argc, char **argv, struct err *e)
{
	struct opts_walk w = { .o = o, .argc = argc, .argv = argv };
	*o = (struct opts){ 0 };
	for (w.i = 1; w.i < argc; w.i++) {
		const char *word = argv[w.i];
		int r = 0;
		if (w.operands_only || word[0] != '-' || word[1] == '\0')
			opts_add_run(o,
			    (struct opt_run){ .operand = true, .text = word });
		else if (strcmp(word, "--") == 0)
			w.operands_only = true;
		else if (word[1] == '-')
			r = opts_long(&w, word, e);
		else
			r = opts_short(&w, word, e);
		if (r < 0)
			return -1;
	}
	if (opts_operands(o, e) < 0)
		return -1;
	return w.maybe_host == NULL
		   ? 0
		   : opts_host_or_mechanism(o, w.maybe_host, e);
}

void
opts_release(struct opts *o)
{
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		struct opt_list list;
		if (t->kind != OPT_LIST && t->kind != OPT_WORDS)
			continue;
		memcpy(&list, (const char *)o + t->slot, sizeof list);
		free(list.item);
	}
	free(o->words.item);
	for (size_t i = 0; i < o->nrun; i++) {
		if (o->run[i].own != NULL)
			explicit_bzero(o->run[i].own, strlen(o->run[i].own));
		free(o->run[i].own);
	}
	for (size_t i = 0; i < o->nmade; i++)
		free(o->made[i]);
	free(o->made);
	free(o->run);
	free(o->setting);
	*o = (struct opts){ 0 };
}
