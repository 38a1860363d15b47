/* The client core joined to the receiver core in memory. Each conversation is
 * run with the octets cut once at every place in either direction, octet by
 * octet, and in small steps; what both sides make of it must be the same. */
#include "net/core/smtp.h"
#include "net/core/smtpd.h"

#include <stdlib.h>
#include <string.h>
#include "check.h"

enum act {
	LINE, /* queue a command line */
	TEXT, /* queue mail text */
	END,  /* and its end */
	BDAT, /* queue a chunk */
	LAST, /* and the last one */
	WAIT, /* until nothing is owed */
	STOP
};

struct step {
	enum act act;
	const char *s;
};

#define STEPS_MAX 24

struct talk {
	const char *label;
	bool lmtp;
	struct step step[STEPS_MAX];
	const char *want;   /* what the client says that each line came to */
	const char *stored; /* what the receiver stored */
	size_t accepted;    /* at the end */
	enum smtp_state state;
};

#define HELLO_DONE "(greeting) 220\nEHLO a.b 250\n"

static const struct talk talks[] = {
	{ "Alpha and Beta, RFC 821 3.1", false,
	    { { WAIT, "" }, { LINE, "HELO Alpha.ARPA" }, { WAIT, "" },
		{ LINE, "MAIL FROM:<Smith@Alpha.ARPA>" }, { WAIT, "" },
		{ LINE, "RCPT TO:<Jones@Beta.ARPA>" }, { WAIT, "" },
		{ LINE, "RCPT TO:<Green@Beta.ARPA>" }, { WAIT, "" },
		{ LINE, "RCPT TO:<Brown@Beta.ARPA>" }, { WAIT, "" },
		{ LINE, "DATA" }, { WAIT, "" },
		{ TEXT, "Blah blah blah...\n...etc. etc. etc.\n" }, { END, "" },
		{ WAIT, "" }, { LINE, "QUIT" }, { WAIT, "" }, { STOP, "" } },
	    "(greeting) 220\nHELO Alpha.ARPA 250\n"
	    "MAIL FROM:<Smith@Alpha.ARPA> 250\nRCPT TO:<Jones@Beta.ARPA> 250\n"
	    "RCPT TO:<Green@Beta.ARPA> 550\nRCPT TO:<Brown@Beta.ARPA> 250\n"
	    "DATA 354\n(end of mail text) 250\nQUIT 221\n",
	    "<Smith@Alpha.ARPA> Jones@Beta.ARPA Brown@Beta.ARPA\n"
	    "Blah blah blah...\r\n...etc. etc. etc.\r\n|",
	    0, SMTP_CLOSED },
	{ "groups", false,
	    { { WAIT, "" }, { LINE, "EHLO a.b" }, { WAIT, "" },
		{ LINE, "MAIL FROM:<s@a.b>" },
		{ LINE, "RCPT TO:<Green@Beta.ARPA>" },
		{ LINE, "RCPT TO:<Jones@Beta.ARPA>" }, { LINE, "DATA" },
		{ WAIT, "" }, { TEXT, ".\n..\n" }, { TEXT, "." }, { END, "" },
		{ LINE, "MAIL FROM:<>" }, { LINE, "RCPT TO:<Green@Beta.ARPA>" },
		{ LINE, "DATA" }, { LINE, "RSET" }, { WAIT, "" },
		{ STOP, "" } },
	    HELLO_DONE
	    "MAIL FROM:<s@a.b> 250\nRCPT TO:<Green@Beta.ARPA> 550\n"
	    "RCPT TO:<Jones@Beta.ARPA> 250\nDATA 354\n(end of mail text) 250\n"
	    "MAIL FROM:<> 250\nRCPT TO:<Green@Beta.ARPA> 550\nDATA 554\n"
	    "RSET 250\n",
	    "<s@a.b> Jones@Beta.ARPA\n.\r\n..\r\n.\r\n|", 0, SMTP_CLOSED },
	{ "BDAT, in a group", false,
	    { { WAIT, "" }, { LINE, "EHLO a.b" }, { WAIT, "" },
		{ LINE, "MAIL FROM:<s@a.b>" },
		{ LINE, "RCPT TO:<Jones@Beta.ARPA>" }, { BDAT, "one\r\n.\r\n" },
		{ BDAT, "" }, { BDAT, "QUIT\r\n" }, { LAST, "two" },
		{ LINE, "NOOP" }, { LAST, "x" }, { WAIT, "" }, { STOP, "" } },
	    HELLO_DONE
	    "MAIL FROM:<s@a.b> 250\nRCPT TO:<Jones@Beta.ARPA> 250\n"
	    "BDAT 8 250\nBDAT 0 250\nBDAT 6 250\nBDAT 3 LAST 250\nNOOP 250\n"
	    "BDAT 1 LAST 503\n",
	    "<s@a.b> Jones@Beta.ARPA\none\r\n.\r\nQUIT\r\ntwo|", 0,
	    SMTP_CLOSED },
	{ "BDAT after all were refused", false,
	    { { WAIT, "" }, { LINE, "EHLO a.b" }, { LINE, "MAIL FROM:<s@a.b>" },
		{ LINE, "RCPT TO:<Green@Beta.ARPA>" },
		{ BDAT, "MAIL FROM:<evil@a.b>\r\n" }, { LAST, "RSET\r\n" },
		{ LINE, "RCPT TO:<Jones@Beta.ARPA>" }, { WAIT, "" },
		{ STOP, "" } },
	    HELLO_DONE
	    "MAIL FROM:<s@a.b> 250\nRCPT TO:<Green@Beta.ARPA> 550\n"
	    "BDAT 22 554\nBDAT 6 LAST 554\nRCPT TO:<Jones@Beta.ARPA> 250\n",
	    "", 1, SMTP_CLOSED },
	{ "LMTP", true,
	    { { WAIT, "" }, { LINE, "LHLO a.b" }, { WAIT, "" },
		{ LINE, "MAIL FROM:<s@a.b>" },
		{ LINE, "RCPT TO:<Jones@Beta.ARPA>" },
		{ LINE, "RCPT TO:<Green@Beta.ARPA>" },
		{ LINE, "RCPT TO:<Brown@Beta.ARPA>" }, { LINE, "DATA" },
		{ WAIT, "" }, { TEXT, "x\n" }, { END, "" }, { LINE, "QUIT" },
		{ WAIT, "" }, { STOP, "" } },
	    "(greeting) 220\nLHLO a.b 250\nMAIL FROM:<s@a.b> 250\n"
	    "RCPT TO:<Jones@Beta.ARPA> 250\nRCPT TO:<Green@Beta.ARPA> 550\n"
	    "RCPT TO:<Brown@Beta.ARPA> 250\nDATA 354\n"
	    "(end of mail text)<Jones@Beta.ARPA> 250\n"
	    "(end of mail text)<Brown@Beta.ARPA> 250\nQUIT 221\n",
	    "<s@a.b> Jones@Beta.ARPA Brown@Beta.ARPA\nx\r\n|", 0, SMTP_CLOSED },
	{ "LMTP with BDAT", true,
	    { { WAIT, "" }, { LINE, "LHLO a.b" }, { WAIT, "" },
		{ LINE, "MAIL FROM:<s@a.b>" },
		{ LINE, "RCPT TO:<Jones@Beta.ARPA>" },
		{ LINE, "RCPT TO:<Brown@Beta.ARPA>" }, { WAIT, "" },
		{ BDAT, "x\r\n" }, { LAST, "y\r\n" }, { LINE, "NOOP" },
		{ WAIT, "" }, { STOP, "" } },
	    "(greeting) 220\nLHLO a.b 250\nMAIL FROM:<s@a.b> 250\n"
	    "RCPT TO:<Jones@Beta.ARPA> 250\nRCPT TO:<Brown@Beta.ARPA> 250\n"
	    "BDAT 3 250\nBDAT 3 LAST<Jones@Beta.ARPA> 250\n"
	    "BDAT 3 LAST<Brown@Beta.ARPA> 250\nNOOP 250\n",
	    "<s@a.b> Jones@Beta.ARPA Brown@Beta.ARPA\nx\r\ny\r\n|", 0,
	    SMTP_CLOSED },
	{ "AUTH in steps", false,
	    { { WAIT, "" }, { LINE, "EHLO a.b" }, { WAIT, "" },
		{ LINE, "AUTH PLAIN" }, { WAIT, "" }, { LINE, "*" },
		{ WAIT, "" }, { LINE, "AUTH PLAIN" }, { WAIT, "" },
		{ LINE, "QUFB" }, { WAIT, "" },
		{ LINE, "MAIL FROM:<s@a.b> AUTH=<>" }, { WAIT, "" },
		{ STOP, "" } },
	    HELLO_DONE "AUTH PLAIN 334\n* 501\nAUTH PLAIN 334\nQUFB 235\n"
		       "MAIL FROM:<s@a.b> AUTH=<> 250\n",
	    "", 0, SMTP_CLOSED },
	{ "STARTTLS", false,
	    { { WAIT, "" }, { LINE, "EHLO a.b" }, { LINE, "MAIL FROM:<s@a.b>" },
		{ LINE, "STARTTLS" }, { WAIT, "" }, { LINE, "MAIL FROM:<>" },
		{ LINE, "EHLO a.b" }, { LINE, "STARTTLS" },
		{ LINE, "MAIL FROM:<>" }, { WAIT, "" }, { STOP, "" } },
	    HELLO_DONE "MAIL FROM:<s@a.b> 250\nSTARTTLS 220\nMAIL FROM:<> 503\n"
		       "EHLO a.b 250\nSTARTTLS 503\nMAIL FROM:<> 250\n",
	    "", 0, SMTP_CLOSED },
};

/* How octets cross: the first piece in each direction, then the size of all
 * later ones. */
struct cut {
	size_t up, down, step;
};

struct pair {
	struct smtp *s;
	struct smtpd *d;
	struct cut cut;
	size_t sent_up, sent_down;
	struct buf said, stored, text;
	size_t odd; /* early, unsolicited, garbage */
	bool closed;
};

static void
pair_store(struct pair *p)
{
	buf_adds(&p->stored, smtpd_sender(p->d));
	for (size_t i = 0; i < smtpd_nrcpt(p->d); i++)
		buf_addf(&p->stored, " %s", smtpd_mailbox(p->d, i));
	buf_adds(&p->stored, "\n");
	buf_add(&p->stored, buf_data(&p->text), buf_len(&p->text));
	buf_adds(&p->stored, "|");
	smtpd_stored(p->d, NULL, 0, false, NULL);
}

static void
pair_serve(struct pair *p)
{
	struct smtpd_event ev;
	for (;;) {
		smtpd_next(p->d, &ev);
		if (ev.kind == SMTPD_NONE)
			return;
		if (ev.kind == SMTPD_BEGIN)
			buf_clear(&p->text);
		else if (ev.kind == SMTPD_DATA)
			buf_add(&p->text, ev.text, ev.len);
		else if (ev.kind == SMTPD_END)
			pair_store(p);
		else if (ev.kind == SMTPD_AUTH && ev.text == NULL)
			smtpd_auth_challenge(p->d, "");
		else if (ev.kind == SMTPD_AUTH)
			smtpd_auth_done(p->d, true, "AAA");
		else if (ev.kind == SMTPD_STARTTLS)
			return; /* the 220 must cross in clear */
		else if (ev.kind == SMTPD_CLOSE)
			p->closed = true;
	}
}

static void
pair_listen(struct pair *p)
{
	struct smtp_event ev;
	for (;;) {
		smtp_next(p->s, &ev);
		if (ev.kind == SMTP_EV_NONE || ev.kind == SMTP_EV_EOF)
			break;
		p->odd += ev.kind != SMTP_EV_REPLY || ev.early;
		if (ev.kind != SMTP_EV_REPLY)
			continue;
		buf_adds(&p->said, *ev.sent->line != '\0'
				       ? ev.sent->line
				       : ev.sent->verb->name);
		if (ev.sent->rcpt_path != NULL)
			buf_adds(&p->said, ev.sent->rcpt_path);
		buf_addf(&p->said, " %d\n", ev.reply->code);
	}
	if (smtp_tls_wanted(p->s)) {
		CHECK(smtpd_tls(p->d) == 0, "nothing was sent in clear");
		smtp_tls_started(p->s);
	}
}

static size_t
pair_piece(size_t first, size_t step, size_t sent, size_t len)
{
	size_t n = sent < first ? first - sent : step;
	return n < len ? n : len;
}

/* Moves one piece in each direction; false when nothing moved. */
static bool
pair_move(struct pair *p)
{
	size_t len, n;
	bool moved = false;
	const char *out = smtp_out(p->s, &len);
	if (len > 0) {
		n = pair_piece(p->cut.up, p->cut.step, p->sent_up, len);
		smtpd_feed(p->d, out, n);
		smtp_out_done(p->s, n, 0);
		p->sent_up += n;
		moved = true;
	}
	pair_serve(p);
	out = smtpd_out(p->d, &len);
	if (len > 0) {
		n = pair_piece(p->cut.down, p->cut.step, p->sent_down, len);
		smtp_feed(p->s, out, n);
		smtpd_out_done(p->d, n);
		p->sent_down += n;
		moved = true;
	}
	pair_listen(p);
	return moved;
}

static void
pair_do(struct pair *p, const struct step *st, const char *label)
{
	struct err e = { .kind = ERR_NONE };
	size_t len = strlen(st->s);
	int r = 0;
	if (st->act == LINE)
		r = smtp_command(p->s, st->s, len, &e);
	else if (st->act == TEXT)
		r = smtp_text(p->s, st->s, len, &e);
	else if (st->act == END)
		r = smtp_text_end(p->s, &e);
	else if (st->act == BDAT || st->act == LAST)
		smtp_bdat(p->s, st->s, len, st->act == LAST);
	else
		while (pair_move(p))
			;
	CHECK(r == 0, "%s: %s: %s", label, st->s, e.text);
	if (st->act == WAIT)
		CHECK(smtp_owed(p->s) == 0, "%s: %zu owed", label,
		    smtp_owed(p->s));
}

/* Runs it; tells how many octets crossed when cut is for the whole. */
static bool
run(const struct talk *t, struct cut *cut)
{
	struct world *w = world_std10();
	struct smtpd_config c = {
		.world = w,
		.lmtp = t->lmtp,
		.starttls = true,
		.auth_insecure = true,
		.auth_mechs = "PLAIN",
	};
	struct pair p = { .cut = *cut };
	p.s = smtp_new();
	p.d = smtpd_new(&c, false);
	smtp_connected(p.s);
	for (const struct step *st = t->step; st->act != STOP; st++)
		pair_do(&p, st, t->label);
	CHECK(smtp_accepted(p.s) == t->accepted, "%s: %zu accepted", t->label,
	    smtp_accepted(p.s));
	smtpd_eof(p.d);
	pair_serve(&p);
	smtp_eof(p.s);
	pair_listen(&p);
	CHECK(smtp_state(p.s) == t->state && p.closed, "%s: the end", t->label);
	bool same = strcmp(buf_str(&p.said), t->want) == 0;
	bool kept = strcmp(buf_str(&p.stored), t->stored) == 0;
	CHECK(same, "%s, cut %zu %zu by %zu:\n%s", t->label, cut->up, cut->down,
	    cut->step, buf_str(&p.said));
	CHECK(kept, "%s, cut %zu %zu by %zu: stored %s", t->label, cut->up,
	    cut->down, cut->step, buf_str(&p.stored));
	CHECK(p.odd == 0, "%s, cut %zu %zu by %zu: %zu odd", t->label, cut->up,
	    cut->down, cut->step, p.odd);
	cut->up = p.sent_up;
	cut->down = p.sent_down;
	smtp_free(p.s);
	smtpd_free(p.d);
	world_free(w);
	buf_release(&p.said);
	buf_release(&p.stored);
	buf_release(&p.text);
	return same && kept && p.odd == 0;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		const struct talk *t = &talks[i];
		struct cut all = { SIZE_MAX, SIZE_MAX, SIZE_MAX };
		bool good = run(t, &all);
		for (size_t k = 1; good && k < all.up; k++)
			good = run(t, &(struct cut){ k, SIZE_MAX, SIZE_MAX });
		for (size_t k = 1; good && k < all.down; k++)
			good = run(t, &(struct cut){ SIZE_MAX, k, SIZE_MAX });
		for (size_t k = 1; good && k < 30; k++)
			good = run(t, &(struct cut){ 0, 0, k });
	}
	return check_done();
}
