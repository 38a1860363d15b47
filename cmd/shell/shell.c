/* The shell's state: what it is made of, what it tells, what it is worth. How
 * it talks is in talk.c, how it runs lines in run.c. */
#include "cmd/say/note.h"
#include "cmd/shell/shell.h"

#include <netdb.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cmd/shell/setting.h"
#include "cmd/talk/cmd.h"

static void
shell_host(struct buf *b)
{
	char name[256] = "localhost";
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	/* A bare host name is no domain; an address literal always is one
	 * (RFC 5321 4.1.4). */
	buf_adds(b, strchr(name, '.') != NULL ? name : "[127.0.0.1]");
}

static void
shell_user(struct buf *b)
{
	const struct passwd *pw = getpwuid(getuid());
	buf_adds(b, pw != NULL ? pw->pw_name : "postmaster");
	char name[256] = "localhost";
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	buf_addf(b, "@%s", name);
}

static void
shell_date(struct buf *b)
{
	static const char *const day[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm tm;
	localtime_r(&now, &tm);
	long off = tm.tm_gmtoff / 60;
	buf_addf(b, "%s, %d %s %d %02d:%02d:%02d %c%02ld%02ld", day[tm.tm_wday],
	    tm.tm_mday, month[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, off < 0 ? '-' : '+', labs(off) / 60,
	    labs(off) % 60);
}

/* The variables that are worked out: see smtpsh.1, VARIABLES. */
static bool
shell_builtin(void *arg, const char *name, struct buf *b)
{
	struct shell *sh = arg;
	if (strcmp(name, "helo") == 0) {
		shell_host(b);
	} else if (strcmp(name, "from") == 0) {
		shell_user(b);
	} else if (strcmp(name, "date") == 0) {
		shell_date(b);
	} else if (strcmp(name, "n") == 0) {
		buf_addf(b, "%u", ++sh->counter);
	} else if (strcmp(name, "msgid") == 0) {
		char host[256] = "localhost";
		gethostname(host, sizeof host - 1);
		host[sizeof host - 1] = '\0';
		buf_addf(b, "%llx.%lx.%x@%s", (unsigned long long)loop_now_ns(),
		    (long)getpid(), ++sh->counter, host);
	} else if (strcmp(name, "server") == 0) {
		if (sh->link != NULL)
			buf_adds(b, conn_name(link_conn(sh->link)));
		else if (sh->where.host != NULL)
			buf_adds(b, sh->where.host);
		else
			return false;
	} else {
		return false;
	}
	return true;
}

int
shell_init(struct shell *sh, struct err *e)
{
	*sh = (struct shell){ .began_ns = loop_now_ns(), .last_ns = -1 };
	if (loop_init(&sh->loop) < 0)
		return err_set(e, ERR_BUG, "cannot make a pipe");
	out_init(&sh->out);
	redact_init(&sh->redact);
	sh->redact.reveal = &sh->reveal;
	sh->out.redact = &sh->redact;
	vars_init(&sh->vars);
	sh->vars.builtin = shell_builtin;
	sh->vars.arg = sh;
	setting_start(sh);
	reply_init(&sh->last);
	return 0;
}

static void
shell_free_kept(struct shell *sh)
{
	while (sh->kept != NULL) {
		struct peer_message *m = sh->kept;
		sh->kept = m->next;
		free(m->sender);
		free(m->mailbox);
		free(m->text);
		free(m);
	}
}

int
shell_release(struct shell *sh, struct err *e)
{
	shell_close(sh);
	int r = 0;
	while (sh->sinks != NULL) {
		struct sink *s = sh->sinks;
		sh->sinks = s->next;
		if (s->close(s, e) < 0)
			r = -1;
	}
	if (out_release(&sh->out, e) < 0)
		r = -1;
	for (size_t i = 0; i < sh->ntemplates; i++) {
		free(sh->template[i].name);
		free(sh->template[i].body);
	}
	free(sh->template);
	shell_free_kept(sh);
	free(sh->got);
	free(sh->got_ns);
	reply_release(&sh->last);
	where_release(&sh->where);
	mx_release(&sh->mx);
	names_release(&sh->names);
	free(sh->auth.typed_user);
	secure_release(&sh->secure);
	vars_release(&sh->vars);
	redact_release(&sh->redact);
	loop_release(&sh->loop);
	return r;
}

void
shell_add_sink(struct shell *sh, struct sink *s)
{
	s->next = sh->sinks;
	sh->sinks = s;
}

void
shell_put(struct shell *sh, struct event *ev)
{
	if (sh->sinks == NULL)
		return;
	ev->at_ns = loop_now_ns() - sh->began_ns;
	if (ev->text != NULL && ev->len == 0)
		ev->len = strlen(ev->text);
	if (ev->file == NULL) {
		ev->file = sh->file;
		ev->line = sh->line;
	}
	for (struct sink *s = sh->sinks; s != NULL; s = s->next)
		s->put(s, ev);
}

void
shell_remark(struct shell *sh, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	struct event ev = {
		.kind = EV_REMARK, .text = buf_str(&b), .len = buf_len(&b)
	};
	shell_put(sh, &ev);
	buf_release(&b);
}

void
shell_error(struct shell *sh, const struct err *e)
{
	int status = e->kind == ERR_INTR && sh->loop.raised != 0
			 ? 128 + sh->loop.raised
			 : err_status(e->kind);
	sh->told = *e;
	/* Who interrupts a script wants no more of it. */
	if (e->kind == ERR_INTR && !sh->interactive)
		sh->broken = true;
	if (sh->tally.status == 0)
		sh->tally.status = status;
	/* ERR_DATA of the parser names its place itself. */
	if (sh->file != NULL && sh->line > 0 && e->kind != ERR_DATA)
		out_error(&sh->out, "%s:%u: %s", sh->file, sh->line, e->text);
	else
		out_error(&sh->out, "%s", e->text);
}

void
shell_say(struct shell *sh, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		if (sh->machine) {
			shell_remark(sh, "%.*s", (int)n, p);
			p += n + (nl != NULL);
			len -= n + (nl != NULL);
			continue;
		}
		if (!sh->interactive)
			buf_adds(&b, n > 0 ? "# " : "#");
		escape_add(&b, p, n, true);
		buf_addc(&b, '\n');
		size_t used = nl == NULL ? n : n + 1;
		p += used;
		len -= used;
	}
	out_write(&sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

size_t
shell_page_width(const struct shell *sh)
{
	size_t width = (size_t)sh->look.width;
	bool narrow =
	    sh->look.terminal && width >= 20 && width < NOTE_PAGE_WIDTH;
	return narrow ? width : NOTE_PAGE_WIDTH;
}

void
shell_page(struct shell *sh, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	size_t width = shell_page_width(sh);
	note_page(&b, p, len,
	    sh->machine	      ? 0
	    : sh->interactive ? width
			      : width - 2);
	shell_say(sh, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

const struct template *
shell_template(const struct shell *sh, const char *name)
{
	for (size_t i = 0; i < sh->ntemplates; i++)
		if (strcmp(sh->template[i].name, name) == 0)
			return &sh->template[i];
	return NULL;
}

void
shell_set_template(struct shell *sh, const char *name, const char *body)
{
	for (size_t i = 0; i < sh->ntemplates; i++) {
		if (strcmp(sh->template[i].name, name) != 0)
			continue;
		free(sh->template[i].body);
		sh->template[i].body = mem_dup(body);
		return;
	}
	sh->template =
	    mem_grow(sh->template, sh->ntemplates + 1, sizeof *sh->template);
	sh->template[sh->ntemplates++] = (struct template){
		.name = mem_dup(name), .body = mem_dup(body), .builtin = false
	};
}

enum smtp_state
shell_state(const struct shell *sh)
{
	return sh->link == NULL ? SMTP_CLOSED : smtp_state(link_smtp(sh->link));
}

int
shell_status(const struct shell *sh)
{
	const struct tally *t = &sh->tally;
	if (t->status != 0)
		return t->status;
	if (t->missed > 0)
		return 1;
	return t->permanent ? 69 : t->transient ? 75 : 0;
}
