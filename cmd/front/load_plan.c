/* From options to a plan: what is to be said, how often, how fast. */
#include "cmd/front/load_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/lang/duration.h"
#include "cmd/talk/cmd.h"

#define LOAD_SIZE	1024
#define LOAD_SESSIONS	10
#define LOAD_WEIGHT_MAX 1000000
#define LOAD_RCPTS_MAX	100000
#define LOAD_SIZE_MAX	(UINT64_C(1) << 30) /* it is kept in memory */

static int
load_duration(const char *option, const char *text, int64_t *ns, struct err *e)
{
	struct err why;
	int64_t ms;
	if (text == NULL)
		return 0;
	if (duration_parse(text, &ms, &why) < 0)
		return err_set(e, ERR_USAGE, "%s: %s", option, why.text);
	*ns = ms * 1000000;
	return 0;
}

/* "500", "500/s", "30/m". */
static int
load_rate(const char *text, double *rate, struct err *e)
{
	char *end;
	if (text == NULL)
		return 0;
	*rate = strtod(text, &end);
	if (strcmp(end, "/m") == 0 || strcmp(end, "/min") == 0)
		*rate /= 60;
	else if (*end != '\0' && strcmp(end, "/s") != 0)
		*rate = 0;
	if (!(*rate > 0 && *rate <= 1e7))
		return err_set(e, ERR_USAGE,
		    "--rate %s: expected messages a second, as 500 or "
		    "500/s, or 30/m for a minute",
		    text);
	return 0;
}

static uint64_t
load_number(const char *text, uint64_t otherwise)
{
	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static int
load_times(struct load_plan *p, const struct opts *o, struct err *e)
{
	p->sessions = load_number(o->sessions, LOAD_SESSIONS);
	p->messages = load_number(o->messages, 0);
	p->keep = load_number(o->keep, 0);
	p->pipeline = o->pipeline;
	p->sure = o->yes_really;
	p->poisson = o->arrivals != NULL && strcmp(o->arrivals, "poisson") == 0;
	if (load_duration("--duration", o->duration, &p->duration_ns, e) < 0 ||
	    load_duration("--ramp", o->ramp, &p->ramp_ns, e) < 0 ||
	    load_duration("--think", o->think, &p->think_ns, e) < 0 ||
	    load_duration("--progress", o->progress, &p->progress_ns, e) < 0 ||
	    load_rate(o->rate, &p->rate, e) < 0)
		return -1;
	if (p->messages == 0)
		p->messages = p->duration_ns == 0 ? p->sessions : LOAD_ENDLESS;
	return o->start_at == NULL
		   ? 0
		   : load_start_at(o->start_at, &p->start_at, e);
}

/* What a file may not say where there is no one conversation to show. */
static int
load_check_file(const struct script *s, struct err *e)
{
	/* Its runs would count as messages, and none would connect. */
	if (s->n == 0)
		return err_set(e, ERR_DATA,
		    "%s: found no line in it, expected a conversation",
		    s->name);
	for (size_t i = 0; i < s->n; i++) {
		const struct stmt *st = &s->stmt[i];
		struct err ignored;
		if (st->kind != STMT_SHELL)
			continue;
		const struct cmd *c =
		    cmd_check(st->text, st->len, false, &ignored);
		if (c != NULL && (c->is & CMD_ALONE))
			return err_set(e, ERR_DATA,
			    "%s:%u: \\%s is for one conversation, and --load "
			    "has many: take it out",
			    s->name, st->line, c->name);
	}
	return 0;
}

/* "FILE@WEIGHT", where no file is called so. */
static int
load_file(
    struct load_plan *p, struct shell *sh, const char *word, struct err *e)
{
	struct load_file *f = &p->file[p->nfiles];
	const char *at = strrchr(word, '@');
	char *end, *path = mem_dup(word);
	*f = (struct load_file){ .weight = 1 };
	if (at != NULL && access(word, F_OK) != 0) {
		f->weight = strtoull(at + 1, &end, 10);
		if (at[1] < '1' || at[1] > '9' || *end != '\0' ||
		    f->weight > LOAD_WEIGHT_MAX) {
			free(path);
			return err_set(e, ERR_USAGE,
			    "-f %s: expected FILE@WEIGHT, a number from 1 to "
			    "%d",
			    word, LOAD_WEIGHT_MAX);
		}
		path[at - word] = '\0';
	}
	int r = script_read(&f->script, path, &sh->talk.reading, cmd_word, e);
	if (r == 0) {
		struct whose own = { 0 };
		p->nfiles++;
		p->weights += f->weight;
		f->whole = f->script.has_greeting || f->script.has_quit;
		if (!f->script.piped)
			f->whose = whose_file(&sh->talk, &own, path);
		if (load_check_file(&f->script, e) < 0 ||
		    cmd_precheck(&sh->talk, &f->script, &f->whose, e) < 0)
			r = -1;
	}
	free(path);
	return r;
}

static int
load_files(
    struct load_plan *p, struct shell *sh, const struct opts *o, struct err *e)
{
	if (o->nrun > 0)
		p->file = mem_zalloc(o->nrun * sizeof *p->file);
	for (size_t i = 0; i < o->nrun; i++)
		if (load_file(p, sh, o->run[i].text, e) < 0)
			return -1;
	return 0;
}

/* A header, and lines of text up to that size. */
static int
load_generate(const struct load_plan *p, struct shell *sh, uint64_t size,
    struct buf *b, struct err *e)
{
	static const char line[] =
	    "The quick brown fox jumps over the lazy dog, again and again, "
	    "until it is tired.\r\n";
	bool from = strchr(p->from, '$') == NULL && p->from[0] != '\0';
	bool to = strchr(p->to.path[0], '$') == NULL;
	buf_addf(b,
	    "From: <%s>\r\nTo: <%s>\r\nSubject: load\r\n"
	    "Date: ",
	    from ? p->from : "load@invalid",
	    to ? p->to.path[0] : "load@invalid");
	if (vars_expand(&sh->talk.vars, NULL, "${date}", 7, false, b, e) < 0)
		return -1;
	buf_adds(b, "\r\n\r\n");
	while (buf_len(b) < size) {
		uint64_t left = size - buf_len(b);
		if (left >= sizeof line - 1 + 3) {
			buf_adds(b, line);
		} else if (left == 1) {
			/* A line end takes two. */
			break;
		} else {
			for (uint64_t i = 0; i + 2 < left; i++)
				buf_addc(b, 'x');
			buf_adds(b, "\r\n");
		}
	}
	return 0;
}

static int
load_read_message(
    struct shell *sh, const char *path, struct buf *b, struct err *e)
{
	struct text x = TEXT_INIT;
	int r = text_open(&x, path, NULL, e);
	struct talk *t = &sh->talk;
	/* Nothing else is under way: it may wait. */
	while (r == 0 && !x.ended) {
		r = text_load(t, &x, e);
		if (r == ACT_WAIT) {
			struct pollfd fd = { .fd = x.fd, .events = POLLIN };
			r = loop_wait(&sh->loop, &fd, 1, LOOP_FOREVER) ==
				    LOOP_INTR
				? err_set(e, ERR_INTR, "interrupted")
				: 0;
			continue;
		}
		buf_add(b, buf_data(&x.first), buf_len(&x.first));
		buf_clear(&x.first);
		if (r == 0 && x.loaded)
			x.loaded = false;
	}
	text_release(&x);
	return r < 0 ? -1 : 0;
}

int
load_message(
    struct load_plan *p, struct shell *sh, const struct opts *o, struct err *e)
{
	struct buf b = BUF_INIT;
	struct stat st;
	bool made = o->message_size != NULL || o->body != NULL;
	bool standard = o->data == NULL && !made && o->to.n > 0 &&
			fstat(STDIN_FILENO, &st) == 0 && !S_ISCHR(st.st_mode);
	int r = 0;
	if (o->data != NULL || standard) {
		r = load_read_message(sh, standard ? "-" : o->data, &b, e);
		if (r == 0 && buf_len(&b) == 0)
			r = err_set(e, ERR_NOINPUT,
			    "the message is empty; --message-size OCTETS makes "
			    "one");
	} else if (o->body != NULL && o->body[0] == '@') {
		r = err_set(e, ERR_USAGE,
		    "--body %s: with --load a file is --data FILE", o->body);
	} else if (o->body != NULL) {
		buf_addf(&b, "Subject: load\r\n\r\n%s\r\n", o->body);
	} else {
		uint64_t size = load_number(o->message_size, LOAD_SIZE);
		r = size <= LOAD_SIZE_MAX
			? load_generate(p, sh, size, &b, e)
			: err_set(e, ERR_USAGE,
			      "--message-size %s: at most %llu with --load",
			      o->message_size,
			      (unsigned long long)LOAD_SIZE_MAX);
	}
	if (r == 0 && o->header.n > 0)
		r = compose_add(&b, true, o->header.item, o->header.n, e);
	if (r == 0) {
		struct buf copy = BUF_INIT;
		buf_add(&copy, buf_data(&b), buf_len(&b));
		text_memory(&p->text, "the message", &copy);
		r = text_again(&p->text, e);
		if (r == 0)
			r = text_size(&p->text, &p->size, e) < 0 ? -1 : 0;
		p->octets = p->text.first;
		buf_init(&p->text.first);
	}
	buf_release(&b);
	return r;
}

/* Who from, to whom: they may hold variables. */
static int
load_addresses(
    struct load_plan *p, struct shell *sh, const struct opts *o, struct err *e)
{
	struct buf from = BUF_INIT;
	char *path = NULL;
	if (o->from != NULL) {
		path = compose_address("--from", o->from, e);
		if (path == NULL)
			return -1;
	} else if (vars_expand(&sh->talk.vars, NULL, "${from}", 7, false, &from,
		       e) < 0) {
		return -1;
	} else {
		path = buf_detach(&from);
	}
	p->from = path;
	p->expand = strstr(path, "${") != NULL;
	for (size_t i = 0; i < o->to.n; i++)
		if (compose_addresses(&p->to, "--to", o->to.item[i], e) < 0)
			return -1;
	const char *somebody =
	    sh->talk.sandbox != NULL ? "Jones@Beta.ARPA" : "load@localhost";
	if (p->to.n == 0 && compose_addresses(&p->to, "--to", somebody, e) < 0)
		return -1;
	/* --rcpts: as many, the given ones first. */
	size_t given = p->to.n, want = (size_t)load_number(o->rcpts, given);
	if (want < given)
		return err_set(e, ERR_USAGE,
		    "--rcpts %zu: --to names %zu already", want, given);
	if (want > LOAD_RCPTS_MAX)
		return err_set(e, ERR_USAGE, "--rcpts %zu: at most %d", want,
		    LOAD_RCPTS_MAX);
	for (size_t i = given; i < want; i++) {
		const char *first = p->to.path[(i - given) % given];
		const char *at = strrchr(first, '@');
		size_t local =
		    at == NULL ? strlen(first) : (size_t)(at - first);
		p->to.path =
		    mem_grow(p->to.path, p->to.n + 1, sizeof *p->to.path);
		p->to.path[p->to.n++] = mem_printf("%.*s%zu%s", (int)local,
		    first, i - given + 2, at == NULL ? "" : at);
	}
	for (size_t i = 0; i < p->to.n; i++)
		p->expand |= strstr(p->to.path[i], "${") != NULL;
	return 0;
}

/* This machine's part. */
static void
load_part(struct load_plan *p)
{
	uint64_t n = p->messages;
	if (n != LOAD_ENDLESS)
		p->messages =
		    n / p->shards + (p->shard < n % p->shards ? 1 : 0);
	p->rate /= (double)p->shards;
	if (p->sessions > p->messages)
		p->sessions = p->messages;
}

int
load_plan_init(
    struct load_plan *p, struct shell *sh, const struct opts *o, struct err *e)
{
	*p = (struct load_plan){ .text = TEXT_INIT, .o = o, .shards = 1 };
	if (load_times(p, o, e) < 0 || load_shard(p, o->shard, e) < 0)
		return -1;
	load_part(p);
	if (o->values != NULL && load_values_read(&p->values, o->values, e) < 0)
		return -1;
	p->values.random =
	    o->values_order != NULL && strcmp(o->values_order, "random") == 0;
	if (o->nrun > 0)
		return load_files(p, sh, o, e);
	if (load_addresses(p, sh, o, e) < 0)
		return -1;
	return load_message(p, sh, o, e);
}

void
load_plan_release(struct load_plan *p)
{
	for (size_t i = 0; i < p->nfiles; i++)
		script_release(&p->file[i].script);
	free(p->file);
	load_values_release(&p->values);
	text_release(&p->text);
	buf_release(&p->octets);
	free(p->from);
	compose_release(&p->to);
}
