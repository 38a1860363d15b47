#include "cmd/front/source_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/talk/cmd.h"
#include "cmd/talk/past.h"

#define SOURCE_LINE_MAX (16u << 20)

/* What each file of a run begins with. */
struct source_start {
	struct settings set;
	struct human_opts look;
	struct sink *record;
	bool record_persons;
	struct vars vars;
	struct templates templates;
	struct where where;
	bool has_where;
	const char *mx_domain;
	const struct peer_config *sandbox;
};

static char *
source_dup(const char *s)
{
	return s == NULL ? NULL : mem_dup(s);
}

static void
source_keep(struct shell *sh, struct source_start *s)
{
	const struct talk *t = &sh->talk;
	const struct where *w = &t->where;
	*s = (struct source_start){ .set = t->set,
		.look = sh->look,
		.record = sh->record,
		.record_persons = sh->record_persons,
		.where = *w,
		.has_where = t->has_where,
		.mx_domain = t->mx.domain,
		.sandbox = t->sandbox };
	s->where.host = source_dup(w->host);
	s->where.port = source_dup(w->port);
	s->where.path = source_dup(w->path);
	s->where.command = source_dup(w->command);
	s->where.bind = source_dup(w->bind);
	vars_init(&s->vars);
	for (size_t i = 0; i < t->vars.n; i++)
		vars_copy(&s->vars, &t->vars.var[i]);
	s->templates.n = t->templates.n;
	s->templates.template =
	    mem_alloc((t->templates.n + 1) * sizeof(struct template));
	for (size_t i = 0; i < t->templates.n; i++)
		s->templates.template[i] =
		    (struct template){ mem_dup(t->templates.template[i].name),
			    mem_dup(t->templates.template[i].body),
			    t->templates.template[i].whose };
	sh->record_outer = sh->record;
}

/* A file's record ends with it, and the one before goes on. */
static int
source_back_record(
    struct shell *sh, const struct source_start *s, struct err *e)
{
	int r = 0;
	sh->record_outer = NULL;
	sh->record_persons = s->record_persons;
	if (sh->record == s->record)
		return 0;
	if (sh->record != NULL)
		r = shell_end_record(sh, e);
	sh->record = s->record;
	if (sh->record != NULL)
		shell_add_sink(sh, sh->record);
	return r;
}

static void
source_back(struct shell *sh, struct source_start *s)
{
	struct talk *t = &sh->talk;
	struct err e;
	if (source_back_record(sh, s, &e) < 0)
		talk_error(t, &e);
	sh->look = s->look;
	if (sh->screen != NULL)
		human_set(sh->screen, &sh->look);
	t->set = s->set;
	where_release(&t->where);
	t->where = s->where;
	t->has_where = s->has_where;
	t->mx.domain = s->mx_domain;
	t->sandbox = s->sandbox;
	s->vars.builtin = t->vars.builtin;
	s->vars.arg = t->vars.arg;
	vars_release(&t->vars);
	t->vars = s->vars;
	templates_release(&t->templates);
	t->templates = s->templates;
}

/* The end of a conversation: QUIT, and what nothing judged. */
static void
source_end(struct shell *sh)
{
	struct talk *t = &sh->talk;
	t->file = NULL;
	t->line = 0;
	talk_drop(t);
	shell_do(sh, talk_end);
	talk_source_end(t);
	t->had_link = t->expects = false;
	t->dialect = DIALECT_UNKNOWN;
}

/* Each file answers for itself; the run's status is that of the first that
 * failed. */
static void
source_tell(struct shell *sh, const char *name, const struct tally *before,
    int64_t began_ns, bool stopped)
{
	struct talk *t = &sh->talk;
	struct tally *y = &t->tally;
	struct event ev = { .kind = EV_FILE_END,
		.file = name,
		.met = y->met,
		.missed = y->missed,
		.unjudged = y->unjudged,
		.took_ns = loop_now_ns() - began_ns,
		.status = talk_status(t),
		.skipped = t->skipped != NULL,
		.text = t->skipped != NULL	   ? t->skipped
			: !stopped		   ? ""
			: t->told.kind == ERR_NONE ? "stopped"
						   : t->told.text };
	talk_put(t, &ev);
	past_file(t, ev.status != 0);
	*y = (struct tally){ .met = before->met + y->met,
		.missed = before->missed + y->missed,
		.unjudged = before->unjudged + y->unjudged,
		.status = before->status != 0 ? before->status : ev.status,
		.files_skipped = before->files_skipped + ev.skipped,
		.files = before->files + 1,
		.files_failed = before->files_failed + (ev.status != 0) };
}

static int
source_run(struct shell *sh, const struct script *s, const struct whose *w)
{
	struct talk *t = &sh->talk;
	t->dialect = s->dialect;
	talk_source_begin(t, s);
	bool elsewhere = s->n > 0 && s->stmt[0].kind == STMT_SHELL;
	int r = elsewhere ? 0 : source_connect(sh);
	if (r == 0) {
		talk_run(t, s, w);
		shell_drive(sh);
		r = t->stopped ? -1 : source_meet(sh);
	}
	source_end(sh);
	return r;
}

int
source_file(struct shell *sh, const char *path)
{
	struct talk *t = &sh->talk;
	struct source_start start;
	struct script s;
	struct err e = { 0 };
	struct tally before = t->tally;
	int64_t began_ns = loop_now_ns();
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct event ev = { .kind = EV_FILE, .file = name };
	before.status = talk_status(t);
	t->tally = (struct tally){ 0 };
	t->told.kind = ERR_NONE;
	free(t->skipped);
	t->skipped = NULL;
	t->skips = true;
	source_keep(sh, &start);
	talk_put(t, &ev);
	struct whose w = { 0 };
	int r = script_read(&s, path, &t->reading, cmd_word, &e);
	/* A pipe is the person's. */
	if (r == 0 && !s.piped)
		w = whose_file(t, &w, path);
	if (r == 0 && s.note != NULL)
		talk_remark(t, "%s", s.note);
	if (r == 0 && cmd_precheck(t, &s, &w, &e) < 0) {
		script_release(&s);
		r = -1;
	}
	if (r < 0) {
		talk_error(t, &e);
	} else {
		r = source_run(sh, &s, &w);
		script_release(&s);
	}
	source_back(sh, &start);
	t->skips = false;
	source_tell(sh, name, &before, began_ns, r < 0);
	return r;
}

int
source_rc(struct shell *sh, const char *path)
{
	struct talk *t = &sh->talk;
	struct script s;
	struct err e = { 0 };
	if (script_read(&s, path, &t->reading, cmd_word, &e) < 0) {
		talk_error(t, &e);
		return -1;
	}
	const struct whose w = { .path = path };
	talk_source_begin(t, &s);
	talk_run(t, &s, &w);
	shell_drive(sh);
	talk_source_end(t);
	script_release(&s);
	return t->stopped ? -1 : 0;
}

static void
source_begin(struct shell *sh, struct lang *l, const char *name)
{
	struct talk *t = &sh->talk;
	lang_init(l, name, t->reading.dialect);
	l->word = cmd_word;
	talk_source_begin(t, NULL);
	talk_stream(t, name);
}

/* What is half said at the end, and what the last group owes. */
static int
source_finish(struct shell *sh, struct lang *l, int r)
{
	struct talk *t = &sh->talk;
	struct err e = { 0 };
	if (r == 0 && !t->leaving && !t->skip_text && lang_end(l, &e) < 0) {
		talk_error(t, &e);
		r = -1;
	}
	if (r == 0) {
		talk_stream_end(t);
		shell_drive(sh);
		r = t->stopped ? -1 : source_meet(sh);
	}
	lang_release(l);
	source_end(sh);
	return r;
}

/* Waits for input, showing what the server says meanwhile. */
static int
source_wait(struct shell *sh, int fd, struct err *e)
{
	struct talk *t = &sh->talk;
	for (;;) {
		struct pollfd p[1 + LINK_FDS] = { { .fd = fd,
		    .events = POLLIN } };
		size_t n = 1;
		if (t->link != NULL)
			talk_idle(t);
		out_push(&sh->out);
		if (t->link != NULL)
			n += link_wants(t->link, false, p + 1);
		if (loop_wait(&sh->loop, p, n, LOOP_FOREVER) == LOOP_INTR)
			return err_set(e, ERR_INTR, "interrupted");
		if (p[0].revents != 0)
			return 0;
	}
}

/* Runs the whole lines of in. */
static int
source_lines(struct shell *sh, struct lang *l, struct buf *in, bool end)
{
	int r = 0;
	while (r == 0 && buf_len(in) > 0 && !sh->talk.leaving) {
		const char *p = buf_data(in);
		const char *nl = memchr(p, '\n', buf_len(in));
		if (nl == NULL && !end)
			break;
		size_t n = nl == NULL ? buf_len(in) : (size_t)(nl - p);
		r = shell_line(sh, l, p, n);
		buf_consume(in, nl == NULL ? n : n + 1);
	}
	return r;
}

/* What stands there is no line of the language: it may be a transcript, which
 * only the whole of it tells. */
static bool
source_foreign(const struct shell *sh, const struct buf *in)
{
	const char *as = sh->talk.reading.import.as;
	if (as != NULL)
		return strcmp(as, "native") != 0;
	return import_is_foreign(buf_data(in), buf_len(in));
}

/* Reads what is there already, so that a transcript is refused before anybody
 * is called: a person or a program that types waits for the greeting. */
static void
source_peek(int fd, struct buf *in)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLIN))
		return;
	ssize_t n = read(fd, buf_space(in, 65536), 65536);
	if (n > 0)
		buf_commit(in, (size_t)n);
}

/* The rest of a pipe that is a transcript. */
static int
source_transcript(struct shell *sh, int fd, const char *name, struct buf *in)
{
	struct talk *t = &sh->talk;
	struct script s;
	struct err e = { 0 };
	const struct whose w = { 0 };
	int r = script_read_fd(&s, fd, name, in, &t->reading, cmd_word, &e);
	if (r == 0 && cmd_precheck(t, &s, &w, &e) < 0) {
		script_release(&s);
		r = -1;
	}
	if (r < 0) {
		talk_error(t, &e);
		source_end(sh);
		return -1;
	}
	if (s.note != NULL)
		talk_remark(t, "%s", s.note);
	r = source_run(sh, &s, &w);
	script_release(&s);
	return r;
}

enum { SOURCE_MORE, SOURCE_END, SOURCE_FOREIGN };

/* -1: told. */
static int
source_read(struct shell *sh, struct lang *l, int fd, struct buf *in)
{
	struct err e = { 0 };
	if (source_wait(sh, fd, &e) < 0) {
		talk_error(&sh->talk, &e);
		return -1;
	}
	ssize_t n = read(fd, buf_space(in, 65536), 65536);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0) {
		err_set(&e, ERR_NOINPUT, "cannot read %s: %s", l->name,
		    strerror(errno));
		talk_error(&sh->talk, &e);
		return -1;
	}
	buf_commit(in, (size_t)n);
	if (l->line == 0 && source_foreign(sh, in))
		return SOURCE_FOREIGN;
	if (source_lines(sh, l, in, n == 0) < 0)
		return -1;
	if (buf_len(in) > SOURCE_LINE_MAX) {
		err_set(&e, ERR_DATA, "%s:%u: a line is over 16 MiB", l->name,
		    l->line + 1);
		talk_error(&sh->talk, &e);
		return -1;
	}
	return n == 0 ? SOURCE_END : SOURCE_MORE;
}

int
source_stream(struct shell *sh, int fd, const char *name)
{
	struct lang l;
	struct buf in = BUF_INIT;
	struct talk *t = &sh->talk;
	/* Its first line is no command, and must not be told as a wrong one. */
	if (t->auth.fd != NULL && fd == STDIN_FILENO &&
	    strcmp(t->auth.fd, "0") == 0) {
		struct err e;
		err_set(&e, ERR_NOINPUT,
		    "descriptor 0 carries the script, not the password");
		talk_error(t, &e);
		return -1;
	}
	source_peek(fd, &in);
	if (buf_len(&in) > 0 && source_foreign(sh, &in)) {
		int r = source_transcript(sh, fd, name, &in);
		buf_release(&in);
		return r;
	}
	if (source_connect(sh) < 0) {
		buf_release(&in);
		source_end(sh);
		return -1;
	}
	source_begin(sh, &l, name);
	l.strict = true;
	int r = source_lines(sh, &l, &in, false);
	while (r == SOURCE_MORE && !sh->talk.leaving)
		r = source_read(sh, &l, fd, &in);
	if (r == SOURCE_FOREIGN) {
		talk_stream_end(t);
		shell_drive(sh);
		lang_release(&l);
		r = source_transcript(sh, fd, name, &in);
		buf_release(&in);
		return r;
	}
	buf_release(&in);
	if (r == SOURCE_END && l.line == 0 && !t->has_where &&
	    t->sandbox == NULL) {
		struct err e;
		err_set(&e, ERR_USAGE,
		    "nothing to do: no host is named, and %s is empty; "
		    "--help lists the options",
		    name);
		talk_error(t, &e);
	}
	return source_finish(sh, &l, r < 0 ? -1 : 0);
}

int
source_words(struct shell *sh, const struct opt_run *run, size_t n)
{
	struct lang l;
	/* A command to smtpsh itself may need no connection. */
	if (run[0].text[0] != '\\' && source_connect(sh) < 0) {
		source_end(sh);
		return -1;
	}
	source_begin(sh, &l, "-c");
	int r = 0;
	for (size_t i = 0; i < n && r == 0 && !sh->talk.leaving; i++) {
		/* An empty word is an empty line. */
		l.blank_sends = true;
		r = shell_line(sh, &l, run[i].text, strlen(run[i].text));
	}
	return source_finish(sh, &l, r);
}
