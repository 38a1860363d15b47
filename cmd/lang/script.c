/* A whole file: decide its dialect, then read it line by line as lang.c does,
 * with one thing more that only a whole file can tell: whether mail text
 * follows a DATA. */
#include "cmd/lang/lang.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include "net/core/verb.h"

#define SCRIPT_MAX (64u << 20)

struct script_line {
	const char *p;
	size_t len;
};

struct script_text {
	struct script_line *line;
	size_t n;
	size_t data_owed; /* replies until the one to DATA; 0: none awaited */
	size_t owed;
};

void
script_release(struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		stmt_clear(&s->stmt[i]);
	free(s->stmt);
	free(s->name);
	*s = (struct script){ 0 };
}

static void
script_split(struct script_text *t, const char *p, size_t len)
{
	size_t cap = 0;
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		if (t->n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			t->line = mem_grow(t->line, cap, sizeof *t->line);
		}
		t->line[t->n++] = (struct script_line){ p, n };
		size_t used = nl == NULL ? n : n + 1;
		p += used;
		len -= used;
	}
}

/* The line without indent and line end. */
static struct script_line
script_trim(struct script_line l)
{
	while (l.len > 0 && (*l.p == ' ' || *l.p == '\t')) {
		l.p++;
		l.len--;
	}
	while (l.len > 0 && strchr(" \t\r", l.p[l.len - 1]) != NULL)
		l.len--;
	return l;
}

static char
script_tag(struct script_line l)
{
	l = script_trim(l);
	if (l.len < 2 || l.p[1] != ':' ||
	    (l.len > 2 && l.p[2] != ' ' && l.p[2] != '\t'))
		return '\0';
	return *l.p == 'S' || *l.p == 'R' || *l.p == 'C' ? *l.p : '\0';
}

/* What stands behind the tag, trimmed. */
static struct script_line
script_said(struct script_line l)
{
	bool tagged = script_tag(l) != '\0';
	l = script_trim(l);
	if (tagged) {
		l.p += 2;
		l.len -= 2;
	}
	return script_trim(l);
}

static bool
script_is(struct script_line l, const char *word)
{
	return l.len == strlen(word) && strncasecmp(l.p, word, l.len) == 0;
}

static int
script_dialect(struct script *s, const struct script_text *t, struct err *e)
{
	bool tag_s = false, tag_r = false, tag_c = false, in_text = false;
	for (size_t i = 0; i < t->n; i++) {
		char c = script_tag(t->line[i]);
		struct script_line l = script_trim(t->line[i]);
		if (in_text) {
			in_text = !script_is(l, ".");
			continue;
		}
		if (c == '\0')
			in_text = script_is(l, "DATA");
		tag_s |= c == 'S';
		tag_r |= c == 'R';
		tag_c |= c == 'C';
	}
	if (tag_c)
		s->dialect = DIALECT_5321;
	else if (tag_r)
		s->dialect = DIALECT_821;
	else if (tag_s)
		return err_set(e, ERR_DATA,
		    "%s: found S: lines only, expected R: lines (RFC 821) or "
		    "C: lines (RFC 5321) beside them; say which with "
		    "--dialect 821 or --dialect 5321",
		    s->name);
	return 0;
}

/* Does a lone period come before the next expectation? */
static bool
script_period_follows(
    const struct script *s, const struct script_text *t, size_t i)
{
	char server = s->dialect == DIALECT_821 ? 'R' : 'S';
	for (i++; i < t->n; i++) {
		char c = script_tag(t->line[i]);
		struct script_line l = script_said(t->line[i]);
		if (s->dialect != DIALECT_UNKNOWN && c == server)
			return false;
		if (c == '\0' && expect_like(l.p, l.len))
			return false;
		if (script_is(l, ".") || script_is(l, "<CRLF>.<CRLF>"))
			return true;
	}
	return false;
}

/* DATA, or \data (\d may be another). */
static bool
script_is_data(const struct stmt *st)
{
	if (st->kind == STMT_SHELL)
		return st->len >= 2 && st->len <= 4 &&
		       strncmp(st->text, "data", st->len) == 0;
	return st->kind == STMT_SEND && st->verb != NULL &&
	       st->verb->is & VERB_OPENS_TEXT;
}

/* Keeps l->in_text right behind st, which came from line i. */
static void
script_follow(const struct script *s, struct script_text *t, size_t i,
    struct lang *l, const struct stmt *st)
{
	bool data = script_is_data(st);
	if (st->kind == STMT_SEND || data) {
		t->owed++;
		if (!data)
			return;
		if (script_period_follows(s, t, i)) {
			l->in_text = true;
			l->text_begun = false;
		} else {
			t->data_owed = t->owed;
		}
	} else if (st->kind == STMT_TEXT_END) {
		t->owed++;
	} else if (st->kind == STMT_EXPECT) {
		if (t->owed > 0)
			t->owed--;
		if (t->data_owed > 0 && --t->data_owed == 0 &&
		    expect_intermediate(st->expect)) {
			l->in_text = true;
			l->text_begun = false;
		}
	}
}

static void
script_note(
    struct script *s, const struct stmt *st, bool *sent, bool *transaction)
{
	if (st->kind == STMT_EXPECT) {
		s->has_greeting |= !*sent && !s->transcript;
		s->transcript = true;
	}
	if (st->kind != STMT_SEND)
		return;
	*sent = true;
	const struct verb *v = st->verb;
	if (v == NULL)
		return;
	s->has_helo |= v->is & VERB_IS_GREETING && !*transaction;
	*transaction |= v->is & VERB_IS_TRANSACTION;
	s->has_quit |= v->id == VERB_QUIT;
}

static int
script_lines(
    struct script *s, struct script_text *t, struct lang *l, struct err *e)
{
	bool sent = false, transaction = false;
	size_t cap = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct stmt st;
		if (lang_line(l, t->line[i].p, t->line[i].len, &st, e) < 0)
			return -1;
		if (st.kind == STMT_NOTHING)
			continue;
		script_follow(s, t, i, l, &st);
		script_note(s, &st, &sent, &transaction);
		if (s->n == cap) {
			cap = cap == 0 ? 32 : cap * 2;
			s->stmt = mem_grow(s->stmt, cap, sizeof *s->stmt);
		}
		s->stmt[s->n++] = st;
	}
	return lang_end(l, e);
}

int
script_parse(struct script *s, const char *name, const char *p, size_t len,
    enum dialect d, struct err *e)
{
	*s = (struct script){ .name = mem_dup(name), .dialect = d };
	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	if (len >= 2 &&
	    (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0)) {
		err_set(e, ERR_DATA,
		    "%s:1: found UTF-16, expected UTF-8 or ASCII", name);
		script_release(s);
		return -1;
	}
	struct script_text t = { 0 };
	script_split(&t, p, len);
	struct lang l;
	int r = d == DIALECT_UNKNOWN ? script_dialect(s, &t, e) : 0;
	lang_init(&l, s->name, s->dialect);
	if (r == 0)
		r = script_lines(s, &t, &l, e);
	lang_release(&l);
	free(t.line);
	if (r < 0)
		script_release(s);
	return r;
}

static int
script_slurp(int fd, const char *path, struct buf *b, struct err *e)
{
	for (;;) {
		ssize_t n = read(fd, buf_space(b, 65536), 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_NOINPUT, "cannot read %s: %s",
			    path, strerror(errno));
		if (n == 0)
			return 0;
		buf_commit(b, (size_t)n);
		if (buf_len(b) > SCRIPT_MAX)
			return err_set(e, ERR_DATA,
			    "%s: found more than 64 MiB, expected a "
			    "conversation",
			    path);
	}
}

int
script_read(struct script *s, const char *path, enum dialect d, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	/* O_NONBLOCK: a FIFO must not hang the open. */
	int fd = standard ? STDIN_FILENO
			  : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
		if (fd >= 0 && !standard)
			close(fd);
		return -1;
	}
	/* Pipes come from the shell's <(...); devices never end. */
	if (!standard && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_NOINPUT,
		    "cannot read %s: it is no regular file", path);
	}
	if (!standard && S_ISFIFO(st.st_mode))
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	struct buf b = BUF_INIT;
	const char *name = standard ? "standard input" : path;
	int r = script_slurp(fd, name, &b, e);
	if (!standard)
		close(fd);
	if (r == 0)
		r = script_parse(s, name, buf_data(&b), buf_len(&b), d, e);
	buf_release(&b);
	return r;
}
