/* The engine by rows: a script against a server's side, in memory: what was
 * written, what was met, missed and unjudged, and the status. */
#include "net/link/link.h"
#include "talkers.h"

#define EHLO  "EHLO x\n250\n"
#define HELLO "220 s\nEHLO x\n250-s\n250 PIPELINING\n"

static const struct {
	const char *label, *script, *server;
	unsigned met, missed, unjudged;
	int status;
	const char *wire; /* lines as the server read them, '|' between */
} rows[] = {
	{ "each its own", EHLO "NOOP\n250\n", HELLO "NOOP\n250\n", 2, 0, 0, 0,
	    "EHLO x|NOOP|QUIT" },
	{ "the oldest due, not a template's", EHLO "VRFY n\n\\helo y\n250\n",
	    HELLO "VRFY n\n550\nHELO y\n250\n", 1, 1, 1, 1,
	    "EHLO x|VRFY n|HELO y|QUIT" },
	{ "the same with the line itself", EHLO "VRFY n\nHELO y\n250\n",
	    HELLO "VRFY n\n550\nHELO y\n250\n", 1, 1, 1, 1,
	    "EHLO x|VRFY n|HELO y|QUIT" },
	{ "a command of smtpsh owes a reply",
	    EHLO "MAIL FROM:<a@b>\n\\rcpt c@d\n250\n250\n",
	    HELLO "MAIL FROM:<a@b>\n250\nRCPT TO:<c@d>\n250\n", 3, 0, 0, 0,
	    "EHLO x|MAIL FROM:<a@b>|RCPT TO:<c@d>|QUIT" },
	{ "behind a group a new one",
	    EHLO "\\pipeline\nNOOP\nRSET\n\\flush\n250\n250\nVRFY n\nNOOP\n"
		 "550\n250\n",
	    HELLO "NOOP\n250\nRSET\n250\nVRFY n\n550\nNOOP\n250\n", 5, 0, 0, 0,
	    "EHLO x|NOOP|RSET|VRFY n|NOOP|QUIT" },
	{ "a template that judges itself",
	    EHLO "\\template two {\nNOOP\nVRFY n\n250\n550\n}\n\\two\n",
	    HELLO "NOOP\n250\nVRFY n\n550\n", 3, 0, 0, 0,
	    "EHLO x|NOOP|VRFY n|QUIT" },
	{ "an unjudged refusal fails", EHLO "NOOP\nVRFY n\n250\nRSET\n250\n",
	    HELLO "NOOP\n250\nVRFY n\n550\nRSET\n250\n", 3, 0, 1, 1,
	    "EHLO x|NOOP|VRFY n|RSET|QUIT" },
	{ "and one at the end", EHLO "NOOP\n250\nVRFY n\n",
	    HELLO "NOOP\n250\nVRFY n\n550\n", 2, 0, 1, 1,
	    "EHLO x|NOOP|VRFY n|QUIT" },
	{ "without expectations the worst reply", "EHLO x\nVRFY n\n",
	    HELLO "VRFY n\n550\n", 0, 0, 0, 69, "EHLO x|VRFY n|QUIT" },
	{ "text waits for 354",
	    EHLO "MAIL FROM:<a@b>\nDATA\n250\n354\nx\n.\n250\n",
	    HELLO "MAIL FROM:<a@b>\n250\nDATA\n354\nx\n.\n250\n", 4, 0, 0, 0,
	    "EHLO x|MAIL FROM:<a@b>|DATA|QUIT" },
	{ "text behind a refused DATA is skipped",
	    EHLO "DATA\n554\nNOOP\n250\n", HELLO "DATA\n554\nNOOP\n250\n", 3, 0,
	    0, 0, "EHLO x|DATA|NOOP|QUIT" },
	{ "and unexpectedly so", EHLO "DATA\nRSET\n.\n354\n250\n",
	    HELLO "DATA\n554\n", 1, 1, 0, 1, "EHLO x|DATA|QUIT" },
	{ "DATA answered by 250", "EHLO x\nMAIL FROM:<a@b>\nDATA\n",
	    HELLO "MAIL FROM:<a@b>\n250\nDATA\n250\n", 0, 0, 0, 76,
	    "EHLO x|MAIL FROM:<a@b>|DATA|QUIT" },
	{ "MAIL answered by 354", "EHLO x\nMAIL FROM:<a@b>\n",
	    HELLO "MAIL FROM:<a@b>\n354\n", 0, 0, 0, 76, NULL },
	{ "but expected it may be", EHLO "MAIL FROM:<a@b>\n354\n",
	    HELLO "MAIL FROM:<a@b>\n354\n", 2, 0, 0, 0, NULL },
	{ "nothing behind 421", "EHLO x\nNOOP\nRSET\n",
	    HELLO "NOOP\n421\n\\close\n", 0, 0, 0, 75, "EHLO x|NOOP" },
	{ "a greeting that is no 220", "NOOP\n", "554 no\nNOOP\n250\n", 0, 0, 0,
	    69, "QUIT" },
	{ "but expected it may be", "554\nQUIT\n221\n", "554 no\nQUIT\n221\n",
	    2, 0, 0, 0, "QUIT" },
	{ "implied HELLO is nobody's to judge", "MAIL FROM:<a@b>\n550\n",
	    "220 s\nHELO ${helo}\n250\nMAIL FROM:<a@b>\n550\n", 1, 0, 0, 0,
	    NULL },
	{ "DATA ends \\pipeline",
	    "EHLO x\n\\pipeline\nNOOP\nDATA\nx\n.\nRSET\n",
	    HELLO "NOOP\n250\nDATA\n354\nx\n.\n250\nRSET\n250\n", 0, 0, 0, 0,
	    "EHLO x|NOOP|DATA|RSET|QUIT" },
};

static void
wire_log(
    void *arg, unsigned long session, char dir, const char *text, size_t len)
{
	struct buf *b = arg;
	(void)session;
	if (dir != 'C')
		return;
	if (buf_len(b) > 0)
		buf_addc(b, '|');
	buf_add(b, text, len);
}

/* Until it is done: the server is in this process, so nothing is ever waited
 * for but time. */
static void
drive(struct talk *t, struct loop *loop)
{
	for (int i = 0; i < 10000; i++) {
		struct pollfd fd[8];
		enum talk_wait w = talk_go(t);
		if (w == TALK_DONE)
			return;
		if (t->link != NULL && (w == TALK_REPLY || w == TALK_WRITE))
			link_await(
			    t->link, loop, w == TALK_WRITE, t->deadline_ns);
		else
			loop_wait(loop, fd, talk_fds(t, fd), t->deadline_ns);
		t->woken = true;
	}
	CHECK(0, "never done");
}

static void
all_rows(struct loop *loop)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talker k = { 0 };
		struct script server;
		struct mock_play play;
		struct buf wire = BUF_INIT;
		struct err e;
		const char *text = rows[i].server;
		if (script_parse(&server, "s", text, strlen(text),
			DIALECT_UNKNOWN, cmd_word, &e) < 0 ||
		    talker_begin(&k, rows[i].script) < 0 ||
		    play_make(&play, &server, &k.t.vars, &e) < 0) {
			CHECK(0, "%s: %s", rows[i].label, e.text);
			continue;
		}
		struct peer_config peer = {
			.play = &play, .log = wire_log, .log_arg = &wire
		};
		k.t.sandbox = &peer;
		drive(&k.t, loop);
		talk_end(&k.t);
		drive(&k.t, loop);
		talker_end(&k);
		const struct tally *y = &k.t.tally;
		CHECK(y->met == rows[i].met && y->missed == rows[i].missed &&
			  y->unjudged == rows[i].unjudged,
		    "%s: %u met, %u missed, %u unjudged; %s", rows[i].label,
		    y->met, y->missed, y->unjudged, buf_str(&k.said));
		CHECK(talk_status(&k.t) == rows[i].status, "%s: status %d; %s",
		    rows[i].label, talk_status(&k.t), buf_str(&k.said));
		CHECK(rows[i].wire == NULL ||
			  strcmp(buf_str(&wire), rows[i].wire) == 0,
		    "%s: %s", rows[i].label, buf_str(&wire));
		talker_free(&k);
		play_release(&play);
		script_release(&server);
		buf_release(&wire);
	}
}

int
main(void)
{
	struct loop loop;
	if (loop_init(&loop) != 0)
		return 1;
	all_rows(&loop);
	loop_release(&loop);
	return check_done();
}
