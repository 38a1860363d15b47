/* A conversation file of what went over the wire: only S: and R: lines, and
 * comments where a line would not replay. Sender lines are kept as they were
 * sent, octet by octet; receiver lines are expectations, so their text may be
 * escaped. Comments wait for the end of mail text, where they would be text. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "cmd/talk/event.h"
#include "cmd/say/out.h"
#include "cmd/sink/replay.h"

struct record {
	struct sink sink;
	const struct redact *redact;
	int fd;
	int errno_; /* of the first write that failed, or 0 */
	char *path;
	struct buf text, held;
	bool in_text;
	bool begun; /* a line of the conversation was written */
	bool bare;  /* a connection of which no HELO is written yet */
};

static const char record_secret[] =
    "*** was a secret, which is not kept: to replay this, log in "
    "(--auth-user ...)";

static void
record_comment(struct record *c, const char *what, const char *p, size_t len)
{
	struct buf *to = c->in_text ? &c->held : &c->text;
	struct buf clean = BUF_INIT;
	redact_text(c->redact, &clean, p, len);
	buf_adds(to, "# ");
	buf_adds(to, what);
	escape_add(to, buf_data(&clean), buf_len(&clean), true);
	buf_addc(to, '\n');
	buf_release(&clean);
}

static void
record_remark(struct record *c, const char *text)
{
	record_comment(c, "", text, strlen(text));
}

static void
record_text_ended(struct record *c)
{
	c->in_text = false;
	buf_add(&c->text, buf_data(&c->held), buf_len(&c->held));
	buf_clear(&c->held);
}

/* Does a secret stand in the way of replaying it? */
static bool
record_hides(const struct record *c, const struct event *ev)
{
	struct buf b = BUF_INIT;
	if (ev->kind == EV_TEXT)
		redact_text(c->redact, &b, ev->text, ev->len);
	else
		redact_line(c->redact, &b, ev->text, ev->len, ev->secret);
	bool hides = buf_len(&b) != ev->len ||
		     memcmp(buf_data(&b), ev->text, ev->len) != 0;
	buf_release(&b);
	return hides;
}

/* A transaction without HELO was meant so: nothing is to be implied. */
static void
record_bare(struct record *c, const struct verb *v)
{
	if (v == NULL || !(v->is & (VERB_IS_TRANSACTION | VERB_IS_GREETING)))
		return;
	if (c->bare && v->is & VERB_IS_TRANSACTION)
		buf_adds(&c->text, "\\set bare on\n");
	c->bare = false;
}

static void
record_sent(struct record *c, const struct event *ev)
{
	bool ends = replay_ends_text(ev);
	if (!ends)
		record_text_ended(c);
	record_bare(c, ev->verb);
	replay_sent(&c->text, ev, c->redact);
	buf_addc(&c->text, '\n');
	c->begun = true;
	if (ends)
		record_text_ended(c);
	if (record_hides(c, ev))
		record_remark(c, record_secret);
}

static void
record_mail_text(struct record *c, const struct event *ev)
{
	c->in_text = true;
	replay_text(&c->text, ev, c->redact);
	buf_addc(&c->text, '\n');
	if (record_hides(c, ev))
		record_remark(c, "*** in the mail text was a secret");
	c->begun = true;
}

static void
record_octets(struct record *c, const struct event *ev)
{
	if (ev->len > 0) {
		record_text_ended(c);
		replay_octets(&c->text, ev, c->redact);
		buf_addc(&c->text, '\n');
		c->begun = true;
		if (record_hides(c, ev))
			record_remark(c, record_secret);
		return;
	}
	struct buf b = BUF_INIT;
	c->in_text = true;
	buf_addf(&b, "%llu octets of mail text were not kept",
	    (unsigned long long)ev->n);
	record_remark(c, buf_str(&b));
	buf_release(&b);
}

static void
record_reply(struct record *c, const struct event *ev)
{
	struct buf line = BUF_INIT;
	record_text_ended(c);
	for (size_t i = 0; i < ev->reply->nlines; i++) {
		buf_clear(&line);
		replay_reply(&line, ev->reply, i, c->redact);
		/* To expect it would be to wait for what may not come. */
		if (ev->unsolicited)
			buf_adds(&c->text, "# nobody asked for this: ");
		buf_add(&c->text, buf_data(&line), buf_len(&line));
		buf_addc(&c->text, '\n');
	}
	c->begun = true;
	buf_release(&line);
}

static void
record_put(struct sink *s, const struct event *ev)
{
	struct record *c = (struct record *)s;
	switch (ev->kind) {
	case EV_OPEN:
		record_text_ended(c);
		record_comment(c, "", ev->text, ev->len);
		if (c->begun)
			buf_adds(&c->text, "\\connect\n");
		c->bare = true;
		break;
	case EV_SENT:
		record_sent(c, ev);
		break;
	case EV_TEXT:
		record_mail_text(c, ev);
		break;
	case EV_OCTETS:
		record_octets(c, ev);
		break;
	case EV_REPLY:
		record_reply(c, ev);
		break;
	case EV_GARBAGE:
		record_text_ended(c);
		record_comment(c, "not a reply: ", ev->text, ev->len);
		break;
	case EV_CLOSED:
		record_text_ended(c);
		record_comment(c, "", ev->text, ev->len);
		break;
	case EV_FILE:
		if (ev->file != NULL)
			record_comment(c, "", ev->file, strlen(ev->file));
		break;
	case EV_REMARK:
	case EV_VERDICT:
	case EV_TLS:
	case EV_CAUSE:
	case EV_FINDING:
	case EV_PAGE:
	case EV_DIAGNOSIS:
	case EV_CHECK:
	case EV_LINT:
	case EV_FILE_END:
	case EV_MAILED:
	case EV_END:
		break;
	}
	/* Each line is there as soon as it was said, but text goes together. */
	if (ev->kind == EV_TEXT && buf_len(&c->text) < 65536)
		return;
	if (c->errno_ == 0)
		c->errno_ =
		    out_all(c->fd, buf_data(&c->text), buf_len(&c->text));
	buf_clear(&c->text);
}

static int
record_close(struct sink *s, struct err *e)
{
	struct record *c = (struct record *)s;
	int rc = 0;
	record_text_ended(c);
	if (c->errno_ == 0)
		c->errno_ =
		    out_all(c->fd, buf_data(&c->text), buf_len(&c->text));
	if (close(c->fd) < 0 && c->errno_ == 0)
		c->errno_ = errno;
	if (c->errno_ != 0)
		rc = err_set(e, ERR_OUTPUT, "cannot write %s: %s", c->path,
		    strerror(c->errno_));
	buf_release(&c->text);
	buf_release(&c->held);
	free(c->path);
	free(c);
	return rc;
}

/* Empties a record that is there; -1: EEXIST, it is something else. What is no
 * regular file (a pipe, /dev/null) holds nothing. */
static int
record_reopen(const char *path)
{
	static const char first[] = "# recorded by smtpsh ";
	char got[sizeof first - 1];
	struct stat st;
	int flags = O_NOFOLLOW | O_CLOEXEC;
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return open(path, O_WRONLY | flags);
	int fd = open(path, O_RDWR | O_NONBLOCK | flags);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fd;
	bool record =
	    S_ISREG(st.st_mode) &&
	    (st.st_size == 0 ||
		(pread(fd, got, sizeof got, 0) == (ssize_t)sizeof got &&
		    memcmp(got, first, sizeof got) == 0));
	if (record && ftruncate(fd, 0) == 0)
		return fd;
	int why = record ? errno : EEXIST;
	close(fd);
	errno = why;
	return -1;
}

/* Mail may be private: nobody else reads the record, even if the file was
 * there before. */
static int
record_open(const char *path, struct err *e)
{
	struct stat st;
	if (strcmp(path, "-") == 0)
		return err_set(e, ERR_USAGE,
		    "a record goes to a file, not to standard output, which "
		    "is a conversation file by itself");
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		fd = record_reopen(path);
	if (fd < 0 && errno == EEXIST)
		return err_set(e, ERR_OUTPUT,
		    "cannot write %s: it is there, and no record of a "
		    "conversation: remove it, or name another file",
		    path);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_OUTPUT,
		    "cannot write %s: it is a symbolic link", path);
	if (fd < 0)
		return err_set(e, ERR_OUTPUT, "cannot write %s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    fchmod(fd, 0600) < 0) {
		int why = errno;
		close(fd);
		return err_set(e, ERR_OUTPUT, "cannot make %s private: %s",
		    path, strerror(why));
	}
	return fd;
}

struct sink *
record_new(const char *path, const struct redact *r, struct err *e)
{
	int fd = record_open(path, e);
	if (fd < 0)
		return NULL;
	struct record *c = mem_zalloc(sizeof(*c));
	c->sink.put = record_put;
	c->sink.close = record_close;
	c->redact = r;
	c->fd = fd;
	c->path = mem_dup(path);
	char when[64];
	struct tm tm;
	time_t now = time(NULL);
	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(&c->text, "# recorded by smtpsh %s, %s\n", VERSION, when);
	return &c->sink;
}
