/* Running statements, whatever they come from: a script parsed whole, lines as
 * they arrive, the body of a template. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/talk/cmd.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/text.h"

#define RUN_DEPTH_MAX 16
#define RUN_LINE_MAX  (16u << 20)

/* Mail text can only go where the server wants it. Under a group, DATA's reply
 * has not been read yet. */
static int
run_enter_text(struct shell *sh, struct err *e)
{
	if (sh->skip_text)
		return 0;
	/* DATA's reply was there to be judged before its text came. */
	if (!sh->grouped)
		shell_drop(sh);
	if (shell_need_link(sh, e) < 0 || shell_begin_group(sh, e) < 0 ||
	    shell_need_link(sh, e) < 0)
		return -1;
	struct smtp *s = link_smtp(sh->link);
	if (smtp_state(s) == SMTP_TEXT || smtp_chunk_left(s) > 0)
		return 0;
	if (shell_flush(sh, e) < 0)
		return -1;
	if (shell_state(sh) != SMTP_TEXT) {
		sh->skip_text = true;
		shell_remark(sh, "DATA was refused: the mail text is skipped");
	}
	return 0;
}

static int
run_text(struct shell *sh, const struct stmt *st, const struct var_args *args,
    struct err *e)
{
	if (run_enter_text(sh, e) < 0)
		return -1;
	if (sh->skip_text)
		return 0;
	struct buf b = BUF_INIT;
	int r = vars_expand(&sh->vars, args, st->text, st->len, false, &b, e);
	if (r == 0) {
		struct smtp *s = link_smtp(sh->link);
		struct event ev = { .kind = EV_TEXT,
			.text = buf_str(&b),
			.len = buf_len(&b),
			.typed = sh->typed };
		bool chunk = smtp_chunk_left(s) > 0;
		if (st->exact) {
			text_tell_raw(sh, buf_data(&b), buf_len(&b));
		} else {
			shell_put(sh, &ev);
			buf_adds(&b, "\r\n");
		}
		if (chunk)
			smtp_chunk(s, buf_data(&b), buf_len(&b));
		else
			r = smtp_text(s, buf_data(&b), buf_len(&b), e);
		if (r == 0)
			r = link_flush_some(sh->link, e) < 0 ? -1 : 0;
		if (r == 0 && chunk && smtp_chunk_left(s) == 0 && !sh->grouped)
			r = shell_flush(sh, e);
	}
	buf_release(&b);
	return r;
}

static int
run_text_end(struct shell *sh, struct err *e)
{
	if (run_enter_text(sh, e) < 0)
		return -1;
	if (sh->skip_text) {
		sh->skip_text = false;
		return 0;
	}
	if (smtp_text_end(link_smtp(sh->link), e) < 0)
		return -1;
	struct event ev = { .kind = EV_SENT,
		.text = ".",
		.len = 1,
		.typed = sh->typed,
		.verb = verb_get(VERB_TEXT_END) };
	shell_put(sh, &ev);
	return sh->grouped ? 0 : shell_flush(sh, e);
}

static int
run_send(struct shell *sh, const struct stmt *st, const struct var_args *args,
    struct err *e)
{
	/* An answer that nobody expected: what comes is no mail text. (Behind
	 * the text's end its reply is owed.) */
	if (!sh->interactive && shell_state(sh) == SMTP_TEXT &&
	    smtp_owed(link_smtp(sh->link)) == 0) {
		shell_remark(sh,
		    "the server waits for mail text, and '%.*s' is none: not "
		    "sent",
		    (int)(st->len < 60 ? st->len : 60), st->text);
		return sh->tally.missed > 0
			   ? -1
			   : err_set(e, ERR_DATA,
				 "found a command, expected mail text");
	}
	struct buf b = BUF_INIT;
	int r = vars_expand(&sh->vars, args, st->text, st->len, false, &b, e);
	bool typed = sh->typed;
	/* What variables changed is worth seeing. */
	if (r == 0 && (buf_len(&b) != st->len ||
			  memcmp(buf_data(&b), st->text, st->len) != 0))
		sh->typed = false;
	if (r == 0)
		r = shell_send(sh, buf_str(&b), buf_len(&b), e);
	sh->typed = typed;
	buf_release(&b);
	return r;
}

static int
run_command(struct shell *sh, const struct stmt *st,
    const struct var_args *args, struct err *e)
{
	struct buf b = BUF_INIT;
	bool typed = sh->typed;
	int r = 0;
	/* \set and \raw see to their own values. */
	r = vars_expand(&sh->vars, args, st->text, st->len, true, &b, e);
	sh->typed = false;
	if (r == 0)
		r = cmd_run(sh, buf_str(&b), buf_len(&b), e);
	sh->typed = typed;
	buf_release(&b);
	return r;
}

struct run_names {
	const struct vars *vars;
	const struct var_args *args;
};

static int
run_expand(void *arg, const char *p, size_t len, struct buf *b, struct err *e)
{
	const struct run_names *n = arg;
	return vars_expand(n->vars, n->args, p, len, true, b, e);
}

static int
run_expect(struct shell *sh, const struct stmt *st, const struct var_args *args,
    struct err *e)
{
	struct run_names names = { &sh->vars, args };
	struct expect *x;
	if (!expect_has_vars(st->expect))
		return shell_expect(sh, st->expect, e);
	if (expect_expand(&x, st->expect, run_expand, &names, e) < 0)
		return -1;
	int r = shell_expect(sh, x, e);
	expect_free(x);
	return r;
}

static int
run_stmt(struct shell *sh, const struct stmt *st, const struct var_args *args,
    struct err *e)
{
	e->kind = ERR_NONE;
	switch (st->kind) {
	case STMT_NOTHING:
		return 0;
	case STMT_SEND:
		return run_send(sh, st, args, e);
	case STMT_TEXT:
		return run_text(sh, st, args, e);
	case STMT_TEXT_END:
		return run_text_end(sh, e);
	case STMT_EXPECT:
		if (run_expect(sh, st, args, e) == 0)
			return 0;
		return sh->keep_going && e->kind == ERR_NONE ? 0 : -1;
	case STMT_SHELL:
		return run_command(sh, st, args, e);
	case STMT_TEMPLATE:
		shell_set_template(sh, st->text, st->body);
		return 0;
	}
	return 0;
}

/* Tells what failed. -1: the source must stop. */
static int
run_failed(struct shell *sh, const struct err *e)
{
	if (e->kind != ERR_NONE)
		shell_error(sh, e);
	return sh->interactive && sh->depth == 0 ? 0 : -1;
}

/* --stop: a refusal that nobody judges ends the source. So does an output that
 * nobody takes any more, as "| head -1" leaves it; not inside a message. */
static bool
run_must_stop(struct shell *sh)
{
	if (sh->out.errored && !sh->interactive && shell_state(sh) != SMTP_TEXT)
		return true;
	if (!sh->stop || sh->expects || sh->ngot == 0 ||
	    sh->got[sh->ngot - 1].code < 400)
		return false;
	shell_remark(sh, "refused: stopping (--stop)");
	return true;
}

int
shell_script(struct shell *sh, const struct script *s)
{
	const char *file = sh->file;
	unsigned line = sh->line;
	int r = 0;
	sh->file = s->name;
	for (size_t i = 0; i < s->n && r == 0 && !sh->leaving; i++) {
		struct err e = { 0 };
		sh->line = s->stmt[i].line;
		if (run_stmt(sh, &s->stmt[i], NULL, &e) < 0) {
			run_failed(sh, &e);
			r = -1;
		} else if (run_must_stop(sh)) {
			r = -1;
		}
	}
	/* What the last group still owes. */
	struct err e = { 0 };
	if (r == 0 && sh->grouped && !sh->skip_text &&
	    shell_state(sh) != SMTP_TEXT && shell_flush(sh, &e) < 0) {
		shell_error(sh, &e);
		r = -1;
	}
	sh->file = file;
	sh->line = line;
	return r;
}

static int
run_deeper(struct shell *sh, const char *what, struct err *e)
{
	if (sh->depth >= RUN_DEPTH_MAX)
		return err_set(e, ERR_DATA,
		    "%s: includes and templates nest more than %d deep", what,
		    RUN_DEPTH_MAX);
	sh->depth++;
	return 0;
}

char *
shell_path(const char *script, const char *path)
{
	const char *slash = script == NULL ? NULL : strrchr(script, '/');
	if (path[0] == '/' || slash == NULL)
		return mem_dup(path);
	return mem_printf("%.*s/%s", (int)(slash - script), script, path);
}

/* An included file may begin as a session does; this one has begun. */
static void
run_skip_greeting(struct shell *sh, struct script *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->stmt[i].kind != STMT_EXPECT)
			continue;
		stmt_clear(&s->stmt[i]);
		shell_remark(
		    sh, "%s: the session has its greeting already", s->name);
		return;
	}
}

int
shell_include(struct shell *sh, const char *path, struct err *e)
{
	struct script s;
	char *full = shell_path(sh->file, path);
	if (run_deeper(sh, full, e) < 0) {
		free(full);
		return -1;
	}
	int r = script_read(&s, full, sh->force_dialect, cmd_word, e);
	if (r == 0) {
		bool grouped = sh->grouped;
		sh->grouped = s.transcript;
		shell_drop(sh);
		if (s.has_greeting && sh->link != NULL && sh->greeted)
			run_skip_greeting(sh, &s);
		r = shell_script(sh, &s);
		sh->grouped = grouped;
		script_release(&s);
		if (r < 0)
			e->kind = ERR_NONE;
	}
	sh->depth--;
	free(full);
	return r;
}

int
shell_begin(struct shell *sh)
{
	struct err e = { 0 };
	if (sh->link != NULL || (!sh->has_where && !sh->sandboxed) ||
	    shell_connect(sh, &e) == 0)
		return 0;
	shell_error(sh, &e);
	return -1;
}

/* Each file answers for itself; the run's status is that of the first that
 * failed. */
static void
run_file_end(struct shell *sh, const char *name, const struct tally *before,
    int64_t began_ns, bool stopped)
{
	struct tally *t = &sh->tally;
	struct event ev = { .kind = EV_FILE_END,
		.file = name,
		.met = t->met,
		.missed = t->missed,
		.took_ns = loop_now_ns() - began_ns,
		.status = shell_status(sh),
		.text = !stopped		    ? ""
			: sh->told.kind == ERR_NONE ? "stopped"
						    : sh->told.text };
	shell_put(sh, &ev);
	*t = (struct tally){ .met = before->met + t->met,
		.missed = before->missed + t->missed,
		.status = before->status != 0 ? before->status : ev.status,
		.files = before->files + 1,
		.files_failed = before->files_failed + (ev.status != 0) };
}

/* What one file sets is not the next one's. */
struct run_settings {
	bool bare, stop, keep_going, match_text, reveal;
	struct link_times times;
};

static struct run_settings
run_settings(const struct shell *sh)
{
	return (struct run_settings){ sh->bare, sh->stop, sh->keep_going,
		sh->match_text, sh->reveal, sh->times };
}

static void
run_settings_back(struct shell *sh, const struct run_settings *s)
{
	sh->bare = s->bare;
	sh->stop = s->stop;
	sh->keep_going = s->keep_going;
	sh->match_text = s->match_text;
	sh->reveal = s->reveal;
	sh->times = s->times;
}

int
shell_file(struct shell *sh, const char *path)
{
	const struct run_settings settings = run_settings(sh);
	struct script s;
	struct err e = { 0 };
	struct tally before = sh->tally;
	int64_t began_ns = loop_now_ns();
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct event ev = { .kind = EV_FILE, .file = name };
	before.status = shell_status(sh);
	sh->tally = (struct tally){ 0 };
	sh->told.kind = ERR_NONE;
	shell_put(sh, &ev);
	int r = script_read(&s, path, sh->force_dialect, cmd_word, &e);
	if (r == 0 && shell_precheck(sh, &s, &e) < 0) {
		script_release(&s);
		r = -1;
	}
	if (r < 0) {
		shell_error(sh, &e);
	} else {
		sh->dialect = s.dialect;
		sh->grouped = sh->expects = s.transcript;
		bool elsewhere = s.n > 0 && s.stmt[0].kind == STMT_SHELL;
		r = elsewhere ? 0 : shell_begin(sh);
		if (r == 0)
			r = shell_script(sh, &s);
		shell_end(sh);
		script_release(&s);
		sh->dialect = DIALECT_UNKNOWN;
	}
	run_settings_back(sh, &settings);
	run_file_end(sh, name, &before, began_ns, r < 0);
	return r;
}

/* What a stream's next line will be, as far as the session tells. */
static void
run_follow(struct shell *sh, struct lang *l, const struct stmt *st)
{
	l->blank_sends = shell_state(sh) == SMTP_AUTHING;
	if (st->kind == STMT_TEXT_END)
		return;
	if (shell_state(sh) == SMTP_TEXT && !l->in_text) {
		l->in_text = l->go_ahead = true;
		l->text_begun = false;
	} else if (shell_state(sh) != SMTP_TEXT && l->in_text &&
		   !sh->skip_text) {
		l->in_text = false;
	}
	/* A template said DATA, and was refused. */
	if (sh->skip_text && !l->in_text) {
		l->in_text = l->go_ahead = true;
		l->text_begun = false;
	}
	if (st->kind != STMT_SEND || (sh->interactive && sh->depth == 0))
		return;
	/* This runs for every line: what cannot be DATA is told by a look. */
	if (l->in_text || sh->link == NULL || st->len < 4 ||
	    (st->text[0] & ~0x20) != 'D')
		return;
	const struct verb *v =
	    verb_find(st->text, verb_word(st->text, st->len));
	if (v != NULL && v->id == VERB_DATA) {
		shell_remark(sh, "DATA was refused: lines up to '.' are "
				 "skipped");
		sh->skip_text = l->in_text = l->go_ahead = true;
		l->text_begun = false;
	}
}

static int
run_lang_line(struct shell *sh, struct lang *l, const char *p, size_t len,
    const struct var_args *args)
{
	struct stmt st;
	struct err e = { 0 };
	if (lang_line(l, p, len, &st, &e) < 0)
		return run_failed(sh, &e);
	sh->line = st.line;
	if (l->dialect != DIALECT_UNKNOWN)
		sh->dialect = l->dialect;
	int r = run_stmt(sh, &st, args, &e);
	run_follow(sh, l, &st);
	if (r < 0)
		r = run_failed(sh, &e);
	else if (run_must_stop(sh))
		r = -1;
	stmt_clear(&st);
	return r;
}

int
shell_line(struct shell *sh, struct lang *l, const char *p, size_t len)
{
	return run_lang_line(sh, l, p, len, NULL);
}

int
shell_text(struct shell *sh, const char *name, const char *p, size_t len,
    const struct var_args *args, struct err *e)
{
	struct lang l;
	const char *file = sh->file;
	unsigned line = sh->line;
	if (run_deeper(sh, name, e) < 0)
		return -1;
	int r = shell_flush(sh, e);
	bool grouped = sh->grouped;
	sh->grouped = false;
	lang_init(&l, name, sh->dialect);
	sh->file = name;
	while (r == 0 && len > 0 && !sh->leaving) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		r = run_lang_line(sh, &l, p, n, args);
		size_t used = nl == NULL ? n : n + 1;
		p += used;
		len -= used;
	}
	e->kind = ERR_NONE; /* told already */
	l.in_text = false;  /* the caller's lines are the text */
	if (r == 0)
		r = lang_end(&l, e);
	if (sh->interactive && sh->depth == 1)
		sh->skip_text = false;
	lang_release(&l);
	sh->grouped = grouped;
	sh->file = file;
	sh->line = line;
	sh->depth--;
	return r;
}

int
shell_run_template(struct shell *sh, const struct template *t,
    const struct var_args *args, struct err *e)
{
	struct buf name = BUF_INIT;
	/* It may be defined anew while it runs. */
	char *body = mem_dup(t->body);
	buf_addf(&name, "\\%s", t->name);
	int r = shell_text(sh, buf_str(&name), body, strlen(body), args, e);
	free(body);
	buf_release(&name);
	return r;
}

/* Waits for input, showing what the server says meanwhile. */
static int
run_wait(struct shell *sh, int fd, struct err *e)
{
	for (;;) {
		struct pollfd p[3] = { { .fd = fd, .events = POLLIN } };
		size_t n = 1;
		if (sh->link != NULL)
			n += link_fds(sh->link, p + 1);
		if (loop_wait(&sh->loop, p, n, LOOP_FOREVER) == LOOP_INTR)
			return err_set(e, ERR_INTR, "interrupted");
		if (p[0].revents != 0)
			return 0;
		if (sh->link != NULL && shell_idle(sh))
			out_flush(&sh->out, NULL);
	}
}

/* Runs the whole lines of in. */
static int
run_lines(struct shell *sh, struct lang *l, struct buf *in, bool end)
{
	int r = 0;
	while (r == 0 && buf_len(in) > 0 && !sh->leaving) {
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

static int
run_read(struct shell *sh, struct lang *l, int fd, struct err *e)
{
	struct buf in = BUF_INIT;
	int r = 0;
	while (r == 0 && !sh->leaving) {
		out_flush(&sh->out, NULL);
		if (run_wait(sh, fd, e) < 0) {
			shell_error(sh, e);
			r = -1;
			break;
		}
		ssize_t n = read(fd, buf_space(&in, 65536), 65536);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			err_set(e, ERR_NOINPUT, "cannot read %s: %s", l->name,
			    strerror(errno));
			shell_error(sh, e);
			r = -1;
			break;
		}
		buf_commit(&in, (size_t)n);
		r = run_lines(sh, l, &in, n == 0);
		if (r == 0 && buf_len(&in) > RUN_LINE_MAX) {
			err_set(e, ERR_DATA, "%s:%u: a line is over 16 MiB",
			    l->name, l->line + 1);
			shell_error(sh, e);
			r = -1;
		}
		if (n == 0)
			break;
	}
	buf_release(&in);
	return r;
}

int
shell_stream(struct shell *sh, int fd, const char *name)
{
	struct lang l;
	struct err e = { 0 };
	lang_init(&l, name, sh->force_dialect);
	l.strict = true;
	l.word = cmd_word;
	/* Its first line is no command, and must not be told as a wrong one. */
	if (sh->auth.fd != NULL && fd == STDIN_FILENO &&
	    strcmp(sh->auth.fd, "0") == 0) {
		err_set(&e, ERR_NOINPUT,
		    "descriptor 0 carries the script, not the password");
		shell_error(sh, &e);
		return -1;
	}
	if (shell_begin(sh) < 0)
		return -1;
	sh->file = name;
	int r = run_read(sh, &l, fd, &e);
	if (r == 0 && !sh->leaving && !sh->skip_text && lang_end(&l, &e) < 0) {
		shell_error(sh, &e);
		r = -1;
	}
	lang_release(&l);
	sh->file = NULL;
	sh->line = 0;
	shell_end(sh);
	return r;
}
