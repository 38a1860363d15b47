/* History: which lines it keeps, what becomes of its file, and the words of
 * the prompt. */
#include "check.h"
#include "cmd/term/hist.h"
#include "net/tls/tls.h"
#include "cmd/term/where_at.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum smtp_state state;
static struct smtp *session;

enum smtp_state
talk_state(const struct talk *t)
{
	(void)t;
	return state;
}

struct smtp *
link_smtp(struct link *k)
{
	(void)k;
	return session;
}

struct conn *
link_conn(struct link *k)
{
	(void)k;
	return NULL;
}

struct tls *
conn_tls(struct conn *c)
{
	(void)c;
	return NULL;
}

static bool verified;

bool
tls_verified(const struct tls *t)
{
	(void)t;
	return verified;
}

const char *
conn_name(const struct conn *c)
{
	(void)c;
	return "127.0.0.1 port 25";
}

static const struct {
	const char *in;
	enum smtp_state at;
	bool keeps;
} lines[] = {
	{ "MAIL FROM:<a@b>", SMTP_READY, true },
	{ "\\set timeout 3", SMTP_READY, true },
	{ "\\raw \"NOOP\\r\\n\"", SMTP_READY, true },
	{ "AUTH PLAIN", SMTP_READY, true },
	{ "auth", SMTP_READY, true },
	{ "\\auth PLAIN", SMTP_READY, true },
	{ "AUTHOR x y", SMTP_READY, false }, /* in doubt */
	{ "\\connect smtp://mx.example:25", SMTP_CLOSED, true },
	{ "\\connect smtp://[::1]:25", SMTP_CLOSED, true },
	{ "NOOP again", SMTP_READY, false }, /* the one before */
	{ "", SMTP_READY, false },
	{ " MAIL FROM:<a@b>", SMTP_READY, false },
	{ "Dear Jones,", SMTP_TEXT, false },
	{ "AGEAYg==", SMTP_AUTHING, false },
	{ "AUTH PLAIN AGEAYg==", SMTP_READY, false },
	{ "auth\tplain\tAGEAYg==", SMTP_READY, false },
	{ "AUHT PLAIN AGEAYg==", SMTP_READY, false },
	{ "AUT PLAIN AGEAYg==", SMTP_READY, false },
	{ "AUHT PLAIN", SMTP_READY, true },
	{ "S: AUTH PLAIN AGEAYg==", SMTP_READY, false },
	{ "s:AUTH  XOAUTH2  AGEAYg==", SMTP_GREETED, false },
	{ "\\auth PLAIN me secret", SMTP_READY, false },
	{ "\\a PLAIN me", SMTP_READY, true },
	{ "\\raw \"AUTH PLAIN AGEAYg==\\r\\n\"", SMTP_READY, false },
	{ "\\base64 \\0alice\\0hunter2", SMTP_READY, false },
	{ "\\ba hunter2", SMTP_READY, false },
	{ "\\unbase64 AGEAYg==", SMTP_READY, false },
	{ "\\set password x", SMTP_READY, false },
	{ "\\set myToken x", SMTP_READY, false },
	{ "\\set api-key=x", SMTP_READY, false },
	{ "\\connect smtp://me:pw@mx.example", SMTP_CLOSED, false },
	{ "NOOP hunter2!x", SMTP_READY, false },
	{ "NOOP aHVudGVyMiE=", SMTP_READY, false },
};

static void
test_keeps(struct shell *sh)
{
	struct lang l = { 0 };
	struct hist h;
	size_t i;

	redact_add(&sh->redact, "hunter2!", 8);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		state = lines[i].at;
		CHECK(hist_keeps(sh, &l, lines[i].in, strlen(lines[i].in),
			  "NOOP again") == lines[i].keeps,
		    "%s", lines[i].in);
	}
	state = SMTP_READY;
	l.in_text = true;
	CHECK(!hist_keeps(sh, &l, "Hello", 5, NULL), "text that is skipped");
	l.in_text = false;
	l.chunk = 10;
	CHECK(!hist_keeps(sh, &l, "Hello", 5, NULL), "a chunk");
	hist_init(&h);
	hist_add(&h, "NOOP a", 6);
	hist_add(&h, "NOOP late-secret", 16);
	hist_add(&h, "NOOP b", 6);
	redact_add(&sh->redact, "late-secret", 11);
	hist_forget(&h, &sh->redact);
	CHECK(h.n == 2 && strcmp(h.line[1], "NOOP b") == 0, "forgotten");
	hist_release(&h);
}

static char folder[] = "/tmp/smtpsh-hist-XXXXXX";
static unsigned nread;
static char first[64], newest[64];

static void
take(void *arg, const char *line)
{
	(void)arg;
	snprintf(nread++ == 0 ? first : newest, sizeof(first), "%s", line);
}

static int
read_back(const char *path, struct err *e)
{
	nread = 0;
	first[0] = newest[0] = '\0';
	return hist_read(path, take, NULL, e);
}

static void
test_file(void)
{
	char *path, text[64], link[128];
	struct hist h;
	struct stat st;
	struct err e;
	int i;

	setenv("XDG_STATE_HOME", "relative", 1);
	setenv("HOME", folder, 1);
	path = hist_path();
	CHECK(strstr(path, "/.local/state/smtpsh/history") != NULL, "%s", path);
	free(path);
	snprintf(link, sizeof(link), "%s/state", folder);
	setenv("XDG_STATE_HOME", link, 1);
	path = hist_path();
	CHECK(read_back(path, &e) == 0 && nread == 0, "no file yet");

	umask(0);
	hist_init(&h);
	for (i = 0; i < HIST_MAX; i++) {
		snprintf(text, sizeof(text), "NOOP %d", i);
		hist_add(&h, text, strlen(text));
	}
	CHECK(hist_append(path, &h, &e) == 0, "%s", e.text);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "mode %o",
	    st.st_mode);
	CHECK(stat(link, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "folder's mode %o", st.st_mode);
	CHECK(read_back(path, &e) == 0 && nread == HIST_MAX, "%u", nread);
	chmod(path, 0644);
	hist_release(&h);
	hist_add(&h, "QUIT", 4);
	CHECK(hist_append(path, &h, &e) == 0, "%s", e.text);
	CHECK(read_back(path, &e) == 0 && nread == HIST_MAX &&
		  strcmp(first, "NOOP 1") == 0 && strcmp(newest, "QUIT") == 0,
	    "the oldest goes: %u, %s to %s", nread, first, newest);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "mode mended: %o", st.st_mode);

	snprintf(link, sizeof(link), "%s/link", folder);
	CHECK(symlink(path, link) == 0, "symlink");
	CHECK(hist_append(link, &h, &e) < 0 && e.kind == ERR_OUTPUT &&
		  strstr(e.text, "symbolic link") != NULL,
	    "through a link: %s", e.text);
	CHECK(read_back(link, &e) < 0 && e.kind == ERR_NOINPUT,
	    "read through a link: %s", e.text);
	unlink(link);
	CHECK(mkfifo(link, 0600) == 0, "mkfifo");
	CHECK(hist_append(link, &h, &e) < 0, "a FIFO");
	CHECK(read_back(link, &e) < 0, "reading a FIFO");
	unlink(link);
	CHECK(hist_append("/dev/null/x/history", &h, &e) < 0 &&
		  e.kind == ERR_OUTPUT,
	    "no folder: %s", e.text);
	hist_release(&h);
	unlink(path);
	free(path);
}

static void
test_torn(void)
{
	char path[128];
	struct hist h;
	struct err e;
	int fd;

	snprintf(path, sizeof(path), "%s/torn", folder);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(write(fd, "NOOP a\n\nNOOP b", 14) == 14, "write");
	close(fd);
	hist_init(&h);
	hist_add(&h, "NOOP c", 6);
	CHECK(hist_append(path, &h, &e) == 0, "%s", e.text);
	CHECK(read_back(path, &e) == 0 && nread == 3 &&
		  strcmp(newest, "NOOP c") == 0,
	    "a last line without its end: %u, %s", nread, newest);
	hist_release(&h);
	unlink(path);
}

/* The server's part, where the client then is, and what the prompt says. */
static const struct {
	const char *label;
	const char *greeting;
	enum smtp_state at;
	bool template;
	size_t width;
	const char *want;
} prompts[] = {
	{ "not connected", NULL, SMTP_CLOSED, false, 80, "smtpsh> " },
	{ "ready", "220 Beta.ARPA ok", SMTP_READY, false, 80, "Beta.ARPA> " },
	{ "mail", "220 Beta.ARPA ok", SMTP_MAIL, false, 80,
	    "Beta.ARPA [mail]> " },
	{ "rcpt", "220 Beta.ARPA ok", SMTP_RCPT, false, 80,
	    "Beta.ARPA [rcpt]> " },
	{ "text", "220 Beta.ARPA ok", SMTP_TEXT, false, 80, "data> " },
	{ "auth", "220 Beta.ARPA ok", SMTP_AUTHING, false, 80, "auth> " },
	{ "template", "220 Beta.ARPA ok", SMTP_READY, true, 80, "template> " },
	{ "no name given", "", SMTP_CONNECTED, false, 80,
	    "127.0.0.1 port 25> " },
	{ "a name that would turn the line around",
	    "220 a\xe2\x80\xae"
	    "b ok",
	    SMTP_READY, false, 80, "a\\xe2\\x80\\xaeb> " },
	{ "long", "220 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ok", SMTP_READY, false,
	    40, "aaaaaaaaaaaaaaaaaaaa...> " },
	{ "long, of two octets each",
	    "220 \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 ok",
	    SMTP_READY, false, 10,
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	    "\xc3\xa9...> " },
};

static void
test_prompts(struct shell *sh)
{
	char name[] = "x";
	struct smtp_event ev;
	struct lang l = { 0 };
	struct buf b = BUF_INIT;
	size_t i, cols;

	for (i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
		session = smtp_new();
		smtp_connected(session);
		sh->talk.link = NULL;
		if (prompts[i].greeting != NULL) {
			sh->talk.link = (struct link *)(void *)session;
			smtp_feed(session, prompts[i].greeting,
			    strlen(prompts[i].greeting));
			smtp_feed(session, "\r\n", 2);
			smtp_next(session, &ev);
		}
		state = prompts[i].at;
		l.template = prompts[i].template ? name : NULL;
		buf_clear(&b);
		cols = where_at(sh, &l, prompts[i].width, &b);
		CHECK(strcmp(buf_str(&b), prompts[i].want) == 0, "%s: %s",
		    prompts[i].label, buf_str(&b));
		CHECK(cols == escape_width(buf_data(&b), buf_len(&b)),
		    "%s: %zu columns", prompts[i].label, cols);
		smtp_free(session);
	}
	buf_release(&b);
}

static void
test_tls(struct shell *sh)
{
	struct smtp_event ev;
	struct lang l = { 0 };
	struct buf b = BUF_INIT;

	session = smtp_new();
	smtp_connected(session);
	sh->talk.link = (struct link *)(void *)session;
	smtp_feed(session, "220 Beta.ARPA\r\n", 15);
	smtp_next(session, &ev);
	smtp_tls_started(session);
	state = SMTP_RCPT;
	where_at(sh, &l, 80, &b);
	CHECK(strstr(buf_str(&b), " TLS unverified [rcpt]> ") != NULL, "%s",
	    buf_str(&b));
	verified = true;
	buf_clear(&b);
	where_at(sh, &l, 80, &b);
	CHECK(strstr(buf_str(&b), " TLS [rcpt]> ") != NULL, "%s", buf_str(&b));
	smtp_free(session);
	buf_release(&b);
}

static void
test_password(struct shell *sh)
{
	static const struct {
		const char *reply;
		bool want;
	} row[] = {
		{ "334 UGFzc3dvcmQ6", true },
		{ "334 cGFzc3dvcmQ=", true },
		{ "334 ", true },
		{ "334 VXNlcm5hbWU6", false },
		{ "334 !!!", false },
	};
	struct reply_parser p;
	struct err e;
	size_t i;

	reply_parser_init(&p);
	reply_init(&sh->talk.last);
	state = SMTP_AUTHING;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		reply_feed(&p, row[i].reply, strlen(row[i].reply));
		reply_feed(&p, "\r\n", 2);
		CHECK(reply_next(&p, &sh->talk.last, NULL, &e) == 1, "%s",
		    row[i].reply);
		CHECK(where_at_password(sh) == row[i].want, "%s", row[i].reply);
	}
	state = SMTP_READY;
	CHECK(!where_at_password(sh), "no exchange");
	reply_release(&sh->talk.last);
	reply_parser_release(&p);
}

static void
clean(const char *sub)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", folder, sub);
	rmdir(path);
}

int
main(void)
{
	static struct shell sh;

	if (mkdtemp(folder) == NULL)
		return 1;
	redact_init(&sh.redact);
	test_keeps(&sh);
	test_file();
	test_torn();
	test_prompts(&sh);
	test_tls(&sh);
	test_password(&sh);
	redact_release(&sh.redact);
	clean("/state/smtpsh");
	clean("/state");
	clean("");
	return check_done();
}
