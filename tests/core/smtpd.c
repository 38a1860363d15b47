/* The receiver core against tables: what goes in, what must come out. Each row
 * is fed whole, cut once at every octet, and octet by octet; output and stored
 * mail must be the same. */
#include "net/core/smtpd.h"

#include <stdlib.h>
#include <string.h>
#include "check.h"

#define GREETING "220 Beta.ARPA Simple Mail Transfer Service Ready\r\n"
#define OFFERS                                                                 \
	"250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n"                  \
	"250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250-SMTPUTF8\r\n"          \
	"250-DSN\r\n"
#define HELLO                                                                  \
	"250-Beta.ARPA greets a.b\r\n" OFFERS                                  \
	"250-VRFY\r\n250-EXPN\r\n250 HELP\r\n"
#define MAIL_OK "250 2.1.0 OK\r\n"
#define RCPT_OK "250 2.1.5 OK\r\n"
#define OK	"250 2.0.0 OK\r\n"
#define GO	"354 Start mail input; end with <CRLF>.<CRLF>\r\n"
#define BYE	"221 2.0.0 Beta.ARPA Service closing transmission channel\r\n"
#define BYE821	"221 Beta.ARPA Service closing transmission channel\r\n"
#define OPEN	"EHLO a.b\r\nMAIL FROM:<s@a.b>\r\nRCPT TO:<Jones@Beta.ARPA>\r\n"
#define OPENED	HELLO MAIL_OK RCPT_OK
#define TOO_MANY                                                               \
	"421 4.7.0 Beta.ARPA Too many errors, closing transmission "           \
	"channel\r\n"
#define UNKNOWN "500 5.5.2 Syntax error, command unrecognized\r\n"
#define BARE_LF                                                                \
	"500 5.5.2 Line ends with a bare LF; a command line ends with "        \
	"CRLF\r\n"
#define BARE                                                                   \
	"550 5.6.0 Bare CR or LF in mail text; lines end with CRLF, text "     \
	"with CRLF.CRLF\r\n"
#define TOO_BIG "552 5.3.4 Message size exceeds the limit\r\n"
#define AUTHED	"235 2.7.0 Authentication successful\r\n"

/* What a session said, stored, and told its driver. */
struct play {
	struct buf out, stored, log, text;
	size_t stores, aborts, dropped;
	bool closed;
};

static void
play_release(struct play *p)
{
	buf_release(&p->out);
	buf_release(&p->stored);
	buf_release(&p->log);
	buf_release(&p->text);
}

static void
play_store(struct play *p, struct smtpd *d)
{
	buf_addf(&p->stored, "%s", smtpd_sender(d));
	for (size_t i = 0; i < smtpd_nrcpt(d); i++)
		buf_addf(&p->stored, " %s=%s", smtpd_rcpt(d, i),
		    smtpd_mailbox(d, i));
	buf_adds(&p->stored, "\n");
	buf_add(&p->stored, buf_data(&p->text), buf_len(&p->text));
	buf_adds(&p->stored, "|");
	p->stores++;
	smtpd_stored(d, NULL, 0, false, NULL);
}

/* Two steps without an initial response; "QUFB" is right. */
static void
play_auth(struct smtpd *d, const struct smtpd_event *ev)
{
	if (ev->text == NULL)
		smtpd_auth_challenge(d, "");
	else if (ev->mech == NULL && ev->len == 0)
		smtpd_auth_challenge(d, "PG1vcmU+");
	else
		smtpd_auth_done(d, strcmp(ev->text, "QUFB") == 0, "AAA");
}

static void
play_drain(struct play *p, struct smtpd *d)
{
	struct smtpd_event ev;
	size_t n;
	for (;;) {
		smtpd_next(d, &ev);
		if (ev.kind == SMTPD_NONE)
			break;
		if (ev.kind == SMTPD_COMMAND)
			buf_addf(&p->log, "S: %s\n", ev.text);
		else if (ev.kind == SMTPD_ANSWERED)
			buf_addf(&p->log, "R: %s\n", ev.text);
		else if (ev.kind == SMTPD_BEGIN)
			buf_clear(&p->text);
		else if (ev.kind == SMTPD_DATA)
			buf_add(&p->text, ev.text, ev.len);
		else if (ev.kind == SMTPD_ABORT)
			p->aborts++;
		else if (ev.kind == SMTPD_END)
			play_store(p, d);
		else if (ev.kind == SMTPD_STARTTLS)
			p->dropped += smtpd_tls(d);
		else if (ev.kind == SMTPD_AUTH)
			play_auth(d, &ev);
		else if (ev.kind == SMTPD_CLOSE)
			p->closed = true;
	}
	const char *out = smtpd_out(d, &n);
	buf_add(&p->out, out, n);
	smtpd_out_done(d, n);
}

/* Pieces are heap copies of their exact size, so that reading beyond one is
 * seen. */
static void
play_feed(struct play *p, struct smtpd *d, const char *in, size_t len)
{
	char *copy = mem_alloc(len + (len == 0));
	memcpy(copy, in, len);
	smtpd_feed(d, copy, len);
	free(copy);
	play_drain(p, d);
}

/* cut 0: whole; len + 1: octet by octet; else a cut there. */
static void
play_run(struct play *p, const struct smtpd_config *c, const char *in,
    size_t len, size_t cut)
{
	memset(p, 0, sizeof(*p));
	struct smtpd *d = smtpd_new(c, false);
	play_drain(p, d);
	if (cut > len) {
		for (size_t i = 0; i < len; i++)
			play_feed(p, d, in + i, 1);
	} else {
		play_feed(p, d, in, cut);
		play_feed(p, d, in + cut, len - cut);
	}
	smtpd_eof(d);
	play_drain(p, d);
	smtpd_free(d);
}

enum how { PLAIN, BARE_OK, LMTP, AUTH, AUTH_TLS, TLS, EMPTY };

static void
config(struct smtpd_config *c, enum how how, struct world **w)
{
	memset(c, 0, sizeof(*c));
	*w = how == EMPTY ? world_new("Beta.ARPA") : world_std10();
	c->world = *w;
	c->size_max = 1000;
	c->rcpt_max = 3;
	c->error_max = 8;
	c->line_max = 200;
	c->allow_bare = how == BARE_OK;
	c->lmtp = how == LMTP;
	c->starttls = how == AUTH_TLS || how == TLS;
	c->auth_insecure = how == AUTH;
	if (how == AUTH || how == AUTH_TLS || how == TLS)
		c->auth_mechs = "PLAIN LOGIN";
}

struct row {
	const char *label;
	enum how how;
	const char *in;
	const char *want;   /* behind the greeting */
	const char *stored; /* NULL: not looked at */
};

static const struct row rows[] = {
	{ "RFC 821 3.1", PLAIN,
	    "HELO Alpha.ARPA\r\nMAIL FROM:<Smith@Alpha.ARPA>\r\n"
	    "RCPT TO:<Jones@Beta.ARPA>\r\nRCPT TO:<Green@Beta.ARPA>\r\n"
	    "RCPT TO:<Brown@Beta.ARPA>\r\nDATA\r\nBlah blah blah...\r\n"
	    "....etc. etc. etc.\r\n.\r\nQUIT\r\n",
	    "250 Beta.ARPA\r\n250 OK\r\n250 OK\r\n550 No such user here\r\n"
	    "250 OK\r\n" GO "250 OK\r\n" BYE821,
	    "<Smith@Alpha.ARPA> <Jones@Beta.ARPA>=Jones@Beta.ARPA "
	    "<Brown@Beta.ARPA>=Brown@Beta.ARPA\n"
	    "Blah blah blah...\r\n...etc. etc. etc.\r\n|" },
	{ "the same, offered extensions", PLAIN,
	    OPEN "RCPT TO:<Green@Beta.ARPA>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n",
	    OPENED "550 5.1.1 No such user here\r\n" GO OK BYE,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\nx\r\n|" },
	{ "case, trailing blanks", PLAIN,
	    "ehlo a.b \r\nMail From:<s@a.b>\t\r\nrCPT tO:<JONES@beta.arpa>  "
	    "\r\nData \r\n.\r\nquit\r\n",
	    OPENED GO OK BYE, "<s@a.b> <JONES@beta.arpa>=Jones@Beta.ARPA\n|" },
	{ "3.2: forward and elsewhere", PLAIN,
	    "HELO a.b\r\nMAIL FROM:<>\r\nRCPT TO:<Postel@USC-ISI.ARPA>\r\n"
	    "RCPT TO:<Paul@USC-ISIB.ARPA>\r\nRCPT TO:<x@y.z>\r\n",
	    "250 Beta.ARPA\r\n250 OK\r\n"
	    "251 User not local; will forward to <Postel@USC-ISIF.ARPA>\r\n"
	    "551 User not local; please try <Mockapetris@USC-ISIF.ARPA>\r\n"
	    "550 Not a domain of mine; relaying denied\r\n",
	    "" },
	{ "3.3: VRFY and EXPN", PLAIN,
	    "VRFY Smith\r\nVRFY Smith@USC-ISIQ.ARPA\r\nVRFY Jones\r\n"
	    "VRFY <Jones@USC-ISIQ.ARPA>\r\nVRFY Gourzenkyinplatz\r\n"
	    "EXPN Example-People\r\nEXPN Executive-Washroom-List\r\n",
	    "250 Fred Smith <Smith@USC-ISIF.ARPA>\r\n"
	    "251 User not local; will forward to <Smith@USC-ISIQ.ARPA>\r\n"
	    "550 String does not match anything.\r\n"
	    "551 User not local; please try <Jones@USC-ISIQ.ARPA>\r\n"
	    "553 User ambiguous.\r\n"
	    "250-Jon Postel <Postel@USC-ISIF.ARPA>\r\n"
	    "250-Fred Fonebone <Fonebone@USC-ISIQ.ARPA>\r\n"
	    "250-Sam Q. Smith <SQSmith@USC-ISIQ.ARPA>\r\n"
	    "250-Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>\r\n"
	    "250-<joe@foo-unix.ARPA>\r\n250 <xyz@bar-unix.ARPA>\r\n"
	    "550 Access Denied to You.\r\n",
	    "" },
	{ "VRFY and EXPN with enhanced codes", PLAIN,
	    "EHLO a.b\r\nVRFY Smith SMTPUTF8\r\nVRFY\r\n"
	    "EXPN Interested-Parties\r\nEXPN Executive-Washroom-List\r\n",
	    HELLO
	    "250 2.1.5 Fred Smith <Smith@USC-ISIF.ARPA>\r\n"
	    "501 5.5.4 Syntax: VRFY <user>\r\n"
	    "250-2.0.0 Al Calico <ABC@MIT-MC.ARPA>\r\n"
	    "250-2.0.0 <XYZ@MIT-AI.ARPA>\r\n"
	    "250-2.0.0 Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>\r\n"
	    "250-2.0.0 <fred@BBN-UNIX.ARPA>\r\n"
	    "250 2.0.0 <xyz@bar-unix.ARPA>\r\n"
	    "550 5.7.2 Access Denied to You.\r\n",
	    "" },
	{ "Appendix F 5 and 6: SEND, then SOML, then MAIL", PLAIN,
	    "HELO MIT-MC.ARPA\r\nVRFY Crispin\r\nSEND "
	    "FROM:<EAK@MIT-MC.ARPA>\r\n"
	    "RCPT TO:<Admin.MRC@SU-SCORE.ARPA>\r\nRSET\r\n"
	    "SOML FROM:<EAK@MIT-MC.ARPA>\r\n"
	    "RCPT TO:<Admin.MRC@SU-SCORE.ARPA>\r\nRSET\r\n"
	    "MAIL FROM:<EAK@MIT-MC.ARPA>\r\n"
	    "RCPT TO:<Admin.MRC@SU-SCORE.ARPA>\r\n",
	    "250 Beta.ARPA\r\n250 Mark Crispin <Admin.MRC@SU-SCORE.ARPA>\r\n"
	    "250 OK\r\n450 User not active now\r\n250 OK\r\n250 OK\r\n"
	    "250 User not active now, so will do mail.\r\n250 OK\r\n"
	    "250 OK\r\n250 OK\r\n",
	    "" },
	{ "Appendix F 10: alone", PLAIN,
	    "HELO a.b\r\nMAIL FROM:<p@a.b>\r\nRCPT TO:<fabry@BERKELEY.ARPA>\r\n"
	    "RCPT TO:<eric@BERKELEY.ARPA>\r\nRSET\r\nMAIL FROM:<p@a.b>\r\n"
	    "RCPT TO:<eric@BERKELEY.ARPA>\r\n",
	    "250 Beta.ARPA\r\n250 OK\r\n250 OK\r\n552 Recipient storage full, "
	    "try again in another transaction\r\n250 OK\r\n250 OK\r\n250 "
	    "OK\r\n",
	    "" },
	{ "order: nothing before HELO", PLAIN,
	    "MAIL FROM:<>\r\nRCPT TO:<x@y>\r\nDATA\r\nNOOP\r\nRSET\r\nHELP "
	    "X\r\n",
	    "503 Send HELO or EHLO first\r\n503 Need MAIL before RCPT\r\n"
	    "503 Need MAIL and RCPT before mail text\r\n250 OK\r\n250 OK\r\n"
	    "504 No help on that\r\n",
	    "" },
	{ "order: MAIL twice, RCPT and DATA early", PLAIN,
	    "EHLO a.b\r\nRCPT TO:<Jones@Beta.ARPA>\r\nDATA\r\n"
	    "MAIL FROM:<s@a.b>\r\nMAIL FROM:<t@a.b>\r\nDATA\r\n"
	    "RCPT TO:<Jones@Beta.ARPA>\r\nSAML FROM:<t@a.b>\r\nDATA\r\n.\r\n",
	    HELLO "503 5.5.1 Need MAIL before RCPT\r\n"
		  "503 5.5.1 Need MAIL and RCPT before mail text\r\n" MAIL_OK
		  "503 5.5.1 A transaction is open already\r\n"
		  "503 5.5.1 Need RCPT before mail text\r\n" RCPT_OK
		  "503 5.5.1 A transaction is open already\r\n" GO OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\n|" },
	{ "order: EHLO ends a transaction, a refused one does not", PLAIN,
	    OPEN "EHLO\r\nEHLO a b\r\nLHLO a.b\r\nRCPT TO:<Brown@Beta.ARPA>\r\n"
		 "EHLO a.b\r\nRCPT TO:<Brown@Beta.ARPA>\r\n",
	    OPENED "501 A domain or an address literal is wanted here\r\n"
		   "501 A domain or an address literal is wanted here\r\n"
		   "500 This is not LMTP; send EHLO or HELO\r\n" RCPT_OK HELLO
		   "503 5.5.1 Need MAIL before RCPT\r\n",
	    "" },
	{ "RFC 2920: all refused", PLAIN,
	    "EHLO a.b\r\nMAIL FROM:<s@a.b>\r\nRCPT TO:<Green@Beta.ARPA>\r\n"
	    "DATA\r\nQUIT\r\n",
	    HELLO MAIL_OK "550 5.1.1 No such user here\r\n"
			  "554 5.5.1 No valid recipients\r\n" BYE,
	    "" },
	{ "nothing after QUIT is run", PLAIN, "QUIT\r\nNOOP\r\nHELO a.b\r\n",
	    BYE821, "" },
	{ "arguments where none belong", PLAIN,
	    OPEN "DATA now\r\nRSET all\r\nQUIT x\r\nDATA\r\n.\r\n",
	    OPENED "501 5.5.4 DATA takes no argument\r\n"
		   "501 5.5.4 RSET takes no argument\r\n"
		   "501 5.5.4 QUIT takes no argument\r\n" GO OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\n|" },
	{ "unknown and not done", PLAIN,
	    "EHLO a.b\r\nFOO\r\n\r\n NOOP\r\nMAIL:\r\nTURN\r\nETRN x\r\n"
	    "STARTTLS\r\nAUTH PLAIN\r\n",
	    HELLO UNKNOWN UNKNOWN UNKNOWN UNKNOWN
	    "502 5.5.1 Command not implemented\r\n"
	    "502 5.5.1 Command not implemented\r\n"
	    "502 5.5.1 Command not implemented\r\n"
	    "502 5.5.1 Command not implemented\r\n",
	    "" },
	{ "too many errors", PLAIN,
	    "EHLO a.b\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nNOOP\r\nA\r\n"
	    "NOOP\r\n",
	    HELLO UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN
		UNKNOWN OK TOO_MANY,
	    "" },
	{ "paths", PLAIN,
	    "EHLO a.b\r\nMAIL FROM: <s@a.b>\r\nMAIL <s@a.b>\r\n"
	    "MAIL FROM:<s@a.b>x\r\nMAIL FROM:<s@a.b>\r\nRCPT TO:<>\r\n"
	    "RCPT TO:<@x.y,@z:\"Jones\"@Beta.ARPA>\r\nRCPT TO:<Postmaster>\r\n"
	    "RCPT TO:<a%b.c@Beta.ARPA>\r\nDATA\r\n.\r\n",
	    HELLO
	    "501 5.5.4 No blank may stand between FROM: and the path\r\n"
	    "501 5.5.4 Syntax: MAIL FROM:<reverse-path> [PARAMETER...]\r\n"
	    "501 5.5.4 A blank or the end is wanted behind the path\r\n" MAIL_OK
	    "501 5.1.3 <> is no recipient\r\n" RCPT_OK RCPT_OK
	    "550 5.1.1 No such user here\r\n" GO OK,
	    "<s@a.b> <@x.y,@z:\"Jones\"@Beta.ARPA>=Jones@Beta.ARPA "
	    "<Postmaster>=postmaster@Beta.ARPA\n|" },
	{ "parameters of MAIL", PLAIN,
	    "EHLO a.b\r\nMAIL FROM:<s@a.b> SIZE=1001\r\n"
	    "MAIL FROM:<s@a.b> SIZE=99999999999999999999\r\n"
	    "MAIL FROM:<s@a.b> SIZE=1x\r\nMAIL FROM:<s@a.b> FOO=1\r\n"
	    "MAIL FROM:<s@a.b> BODY=BINARYMIME\r\n"
	    "MAIL FROM:<s@a.b> AUTH=<>\r\nMAIL FROM:<s@a.b> RET=FULL "
	    "RET=HDRS\r\nMAIL FROM:<s@a.b> size=1000 body=8bitmime SMTPUTF8 "
	    "RET=hdrs ENVID=QQ+3D1\r\n",
	    HELLO "552 5.3.4 Message size exceeds the limit of 1000 octets\r\n"
		  "552 5.3.4 Message size exceeds the limit of 1000 octets\r\n"
		  "501 5.5.4 Bad value of SIZE\r\n"
		  "555 5.5.4 MAIL FROM parameters not recognized or not "
		  "implemented: FOO\r\n"
		  "501 5.5.4 Bad value of BODY\r\n"
		  "555 5.5.4 MAIL FROM parameters not recognized or not "
		  "implemented: AUTH\r\n"
		  "501 5.5.4 RET is given twice\r\n" MAIL_OK,
	    "" },
	{ "parameters of RCPT", PLAIN,
	    OPEN "RCPT TO:<Brown@Beta.ARPA> NOTIFY=SUCCESS,NEVER\r\n"
		 "RCPT TO:<Brown@Beta.ARPA> SIZE=1\r\n"
		 "RCPT TO:<Brown@Beta.ARPA> ORCPT=rfc822\r\n"
		 "RCPT TO:<Brown@Beta.ARPA> ORCPT=rfc822;a+zz\r\n"
		 "RCPT TO:<Brown@Beta.ARPA> NOTIFY=DELAY, \r\n"
		 "RCPT TO:<Brown@Beta.ARPA> =x\r\n"
		 "RCPT TO:<Brown@Beta.ARPA> NOTIFY=delay,SUCCESS "
		 "ORCPT=rfc822;Brown@Beta.ARPA\r\n",
	    OPENED
	    "501 5.5.4 Bad value of NOTIFY\r\n"
	    "555 5.5.4 RCPT TO parameters not recognized or not "
	    "implemented: SIZE\r\n"
	    "501 5.5.4 Bad value of ORCPT\r\n"
	    "501 5.5.4 Bad value of ORCPT\r\n"
	    "501 5.5.4 Bad value of NOTIFY\r\n"
	    "501 5.5.4 A parameter is KEYWORD or KEYWORD=value\r\n" RCPT_OK,
	    "" },
	{ "parameters after HELO", PLAIN,
	    "HELO a.b\r\nMAIL FROM:<s@a.b> SIZE=1\r\n",
	    "250 Beta.ARPA\r\n555 MAIL FROM parameters not recognized or not "
	    "implemented: SIZE\r\n",
	    "" },
	{ "UTF-8 addresses", PLAIN,
	    "EHLO a.b\r\nMAIL FROM:<\xc3\xa4@a.b>\r\nMAIL FROM:<s@a.b>\r\n"
	    "RCPT TO:<\xc3\xa4@Beta.ARPA>\r\nRSET\r\n"
	    "MAIL FROM:<\xc3\xa4@a.b> SMTPUTF8\r\n"
	    "RCPT TO:<\xc3\xa4@Beta.ARPA>\r\nNOOP \xc3\xa4\r\nHELO \xe4\r\n",
	    HELLO "550 5.6.7 UTF-8 address without SMTPUTF8\r\n" MAIL_OK
		  "553 5.6.7 UTF-8 address without SMTPUTF8\r\n" OK MAIL_OK
		  "550 5.1.1 No such user here\r\n"
		  "501 5.5.2 8-bit octet in a command line\r\n"
		  "501 5.5.2 8-bit octet in a command line\r\n",
	    "" },
	{ "too many recipients", PLAIN,
	    OPEN "RCPT TO:<Jones@Beta.ARPA>\r\nRCPT TO:<Jones@Beta.ARPA>\r\n"
		 "RCPT TO:<Jones@Beta.ARPA>\r\n",
	    OPENED RCPT_OK RCPT_OK "452 4.5.3 Too many recipients\r\n", "" },
	{ "bare LF in commands, and what is behind it", PLAIN,
	    "EHLO a.b\r\nNOOP\nNOOP\r\nNOOP\r\n\nMAIL FROM:<s@a.b>\nQUIT\r\n",
	    HELLO BARE_LF
	    "500 5.5.2 Not run: it stands between a bare LF and the CRLF of "
	    "its line\r\n" OK BARE_LF BARE_LF
	    "500 5.5.2 Not run: it stands between a bare LF and the CRLF of "
	    "its line\r\n",
	    "" },
	{ "control octets in commands", PLAIN,
	    "EHLO a.b\r\nNOOP \x1b[2J\r\nNO\rOP\r\nNOOP \r\r\nNOOP\t x\r\n"
	    "NOOP\r\n",
	    HELLO "500 5.5.2 Control octet 0x1B in a command line\r\n"
		  "500 5.5.2 Control octet 0x0D in a command line\r\n"
		  "500 5.5.2 Control octet 0x0D in a command line\r\n"
		  "500 5.5.2 Control octet 0x09 in a command line\r\n" OK,
	    "" },
	{ "text: transparency", PLAIN,
	    OPEN "DATA\r\n..\r\n...\r\n.x\r\n\r\n..\r\n.\r\nNOOP\r\n",
	    OPENED GO OK OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\n"
	    ".\r\n..\r\nx\r\n\r\n.\r\n|" },
	{ "text: bare LF", PLAIN, OPEN "DATA\r\na\nb\r\n.\r\nNOOP\r\n",
	    OPENED GO BARE OK, "" },
	{ "text: bare LF allowed", BARE_OK,
	    OPEN "DATA\r\na\nb\rc\n.\n\r\n.\r\nNOOP\r\n", OPENED GO OK OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\na\nb\rc\n.\n\r\n|" },
	{ "text: the connection ends", PLAIN, OPEN "DATA\r\na\r\n.\r",
	    OPENED GO, "" },
	{ "BDAT", PLAIN,
	    OPEN "BDAT 4\r\nab\r\nbdat 0\r\nBDAT 3 last\r\n\r\n.NOOP\r\n",
	    OPENED "250 2.0.0 4 octets received\r\n"
		   "250 2.0.0 0 octets received\r\n"
		   "250 2.0.0 Message OK, 7 octets received\r\n" OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\nab\r\n\r\n.|" },
	{ "BDAT: CRLF between two chunks", PLAIN,
	    OPEN "BDAT 2\r\na\rBDAT 2 LAST\r\n\nbNOOP\r\n",
	    OPENED "250 2.0.0 2 octets received\r\n"
		   "250 2.0.0 Message OK, 4 octets received\r\n" OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\na\r\nb|" },
	{ "BDAT: a bare LF", PLAIN, OPEN "BDAT 4 LAST\r\na\nb\nNOOP\r\n",
	    OPENED BARE OK, "" },
	{ "BDAT: an LF first", PLAIN, OPEN "BDAT 2 LAST\r\n\nbNOOP\r\n",
	    OPENED BARE OK, "" },
	{ "BDAT: a bare CR", PLAIN, OPEN "BDAT 3 LAST\r\na\rbNOOP\r\n",
	    OPENED BARE OK, "" },
	{ "BDAT: a CR before other octets of the next chunk", PLAIN,
	    OPEN "BDAT 2\r\na\rBDAT 1 LAST\r\nbNOOP\r\n",
	    OPENED "250 2.0.0 2 octets received\r\n" BARE OK, "" },
	{ "BDAT: a CR last", PLAIN, OPEN "BDAT 2 LAST\r\na\rNOOP\r\n",
	    OPENED BARE OK, "" },
	{ "BDAT 0 LAST", PLAIN, OPEN "BDAT 2\r\nxyBDAT 0 LAST\r\nQUIT\r\n",
	    OPENED "250 2.0.0 2 octets received\r\n"
		   "250 2.0.0 Message OK, 2 octets received\r\n" BYE,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\nxy|" },
	{ "BDAT: DATA, MAIL and RCPT cannot follow", PLAIN,
	    OPEN "BDAT 2\r\nxyDATA\r\nRCPT TO:<Brown@Beta.ARPA>\r\n"
		 "MAIL FROM:<>\r\nRSET\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
	    OPENED "250 2.0.0 2 octets received\r\n"
		   "503 5.5.1 BDAT has begun; DATA cannot follow\r\n"
		   "503 5.5.1 BDAT has begun\r\n"
		   "503 5.5.1 A transaction is open already\r\n" OK
		   "503 5.5.1 Need MAIL and RCPT before mail text\r\n" OK,
	    "" },
	{ "BDAT: all refused", PLAIN,
	    "EHLO a.b\r\nMAIL FROM:<s@a.b>\r\nRCPT TO:<Green@Beta.ARPA>\r\n"
	    "BDAT 6 LAST\r\nQUIT\r\nRCPT TO:<Jones@Beta.ARPA>\r\n",
	    HELLO MAIL_OK "550 5.1.1 No such user here\r\n"
			  "554 5.5.1 No valid recipients\r\n" RCPT_OK,
	    "" },
	{ "BDAT: bad word; the chunk and the transaction are dropped", PLAIN,
	    OPEN "BDAT 6 FIRST\r\nQUIT\r\nBDAT 1 LAST\r\nxNOOP\r\n",
	    OPENED "501 5.5.4 Syntax: BDAT octets [LAST]\r\n"
		   "503 5.5.1 Need MAIL and RCPT before mail text\r\n" OK,
	    "" },
	{ "BDAT: no count", PLAIN,
	    OPEN "BDAT\r\nBDAT -1\r\nBDAT 1x\r\nNOOP\r\n",
	    OPENED "501 5.5.4 Syntax: BDAT octets [LAST]\r\n"
		   "501 5.5.4 Syntax: BDAT octets [LAST]\r\n"
		   "501 5.5.4 Syntax: BDAT octets [LAST]\r\n" OK,
	    "" },
	{ "BDAT: more than can be counted", PLAIN,
	    OPEN "BDAT 18446744073709551616\r\nMAIL FROM:<>\r\n",
	    OPENED "501 5.5.4 Syntax: BDAT octets [LAST]\r\n", "" },
	{ "BDAT: a message cut off", PLAIN, OPEN "BDAT 1000 LAST\r\n0123456789",
	    OPENED, "" },
	{ "BDAT: the sum is too big", PLAIN,
	    OPEN "BDAT 3\r\nabcBDAT 998 LAST\r\n",
	    OPENED "250 2.0.0 3 octets received\r\n", "" },
	{ "LMTP", LMTP,
	    "HELO a.b\r\nEHLO a.b\r\nMAIL FROM:<>\r\nLHLO a.b\r\n"
	    "MAIL FROM:<>\r\nRCPT TO:<Green@Beta.ARPA>\r\nDATA\r\n"
	    "RCPT TO:<Jones@Beta.ARPA>\r\nRCPT TO:<Brown@Beta.ARPA>\r\n"
	    "DATA\r\nx\r\n.\r\nQUIT\r\n",
	    "500 This is LMTP; send LHLO\r\n500 This is LMTP; send LHLO\r\n"
	    "503 Send LHLO first\r\n" HELLO MAIL_OK
	    "550 5.1.1 No such user here\r\n"
	    "503 5.5.1 Need RCPT before mail text\r\n" RCPT_OK RCPT_OK GO
	    "250 2.0.0 <Jones@Beta.ARPA> OK\r\n"
	    "250 2.0.0 <Brown@Beta.ARPA> OK\r\n" BYE,
	    "<> <Jones@Beta.ARPA>=Jones@Beta.ARPA "
	    "<Brown@Beta.ARPA>=Brown@Beta.ARPA\nx\r\n|" },
	{ "LMTP: text refused, a reply each", LMTP,
	    "LHLO a.b\r\nMAIL FROM:<>\r\nRCPT TO:<Jones@Beta.ARPA>\r\n"
	    "RCPT TO:<Brown@Beta.ARPA>\r\nDATA\r\nx\ny\r\n.\r\nQUIT\r\n",
	    HELLO MAIL_OK RCPT_OK RCPT_OK GO BARE BARE BYE, "" },
	{ "LMTP: BDAT", LMTP,
	    "LHLO a.b\r\nMAIL FROM:<>\r\nRCPT TO:<Jones@Beta.ARPA>\r\n"
	    "RCPT TO:<Brown@Beta.ARPA>\r\nBDAT 1\r\nxBDAT 1 LAST\r\ny",
	    HELLO MAIL_OK RCPT_OK RCPT_OK
	    "250 2.0.0 1 octets received\r\n"
	    "250 2.0.0 <Jones@Beta.ARPA> Message OK, 2 octets received\r\n"
	    "250 2.0.0 <Brown@Beta.ARPA> Message OK, 2 octets received\r\n",
	    "<> <Jones@Beta.ARPA>=Jones@Beta.ARPA "
	    "<Brown@Beta.ARPA>=Brown@Beta.ARPA\nxy|" },
	{ "AUTH: right, and twice", AUTH,
	    "EHLO a.b\r\nauth plain QUFB\r\nAUTH PLAIN QUFB\r\n"
	    "MAIL FROM:<s@a.b> AUTH=<>\r\n",
	    "250-Beta.ARPA greets a.b\r\n" OFFERS
	    "250-AUTH PLAIN LOGIN\r\n250-VRFY\r\n250-EXPN\r\n250 "
	    "HELP\r\n" AUTHED "503 5.5.1 Authenticated already\r\n" MAIL_OK,
	    "" },
	{ "AUTH: steps", AUTH, "EHLO a.b\r\nAUTH LOGIN\r\n\r\nQUFB\r\n",
	    "250-Beta.ARPA greets a.b\r\n" OFFERS
	    "250-AUTH PLAIN LOGIN\r\n250-VRFY\r\n250-EXPN\r\n250 HELP\r\n"
	    "334 \r\n334 PG1vcmU+\r\n" AUTHED,
	    "" },
	{ "AUTH: wrong in every way", AUTH,
	    "AUTH PLAIN\r\nEHLO a.b\r\nAUTH\r\nAUTH FOO\r\n"
	    "AUTH PLAIN Q\r\nAUTH PLAIN =\r\nAUTH PLAIN\r\n*\r\nAUTH PLAIN\r\n"
	    "QU=B\r\nMAIL FROM:<>\r\nAUTH PLAIN\r\n",
	    "503 Send EHLO first\r\n"
	    "250-Beta.ARPA greets a.b\r\n" OFFERS
	    "250-AUTH PLAIN LOGIN\r\n250-VRFY\r\n250-EXPN\r\n250 HELP\r\n"
	    "501 5.5.4 Syntax: AUTH <mechanism> [INITIAL-RESPONSE]\r\n"
	    "504 5.5.4 Mechanism is not offered\r\n"
	    "501 5.5.2 That is not base64\r\n"
	    "535 5.7.8 Authentication credentials invalid\r\n"
	    "334 \r\n501 5.0.0 Authentication cancelled\r\n"
	    "334 \r\n501 5.5.2 That is not base64\r\n" MAIL_OK
	    "503 5.5.1 Not in a mail transaction\r\n",
	    "" },
	{ "AUTH: not before TLS", AUTH_TLS, "EHLO a.b\r\nAUTH PLAIN QUFB\r\n",
	    "250-Beta.ARPA greets a.b\r\n" OFFERS
	    "250-STARTTLS\r\n250-VRFY\r\n250-EXPN\r\n250 HELP\r\n"
	    "530 5.7.0 Must issue a STARTTLS command first\r\n",
	    "" },
	{ "an empty world", EMPTY,
	    "EHLO a.b\r\nVRFY x\r\nEXPN y\r\nMAIL FROM:<>\r\n"
	    "RCPT TO:<\"A b\"@Y.Z>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n.\r\n",
	    HELLO "252 2.0.0 Cannot VRFY user, but will accept message and "
		  "attempt delivery\r\n"
		  "252 2.0.0 Cannot EXPN list, but will accept mail for "
		  "it\r\n" MAIL_OK RCPT_OK RCPT_OK GO OK,
	    "<> <\"A b\"@Y.Z>=a b@y.z <Postmaster>=postmaster@Beta.ARPA\n|" },
};

static void
check_row(const struct row *r)
{
	struct smtpd_config c;
	struct world *w;
	config(&c, r->how, &w);
	size_t len = strlen(r->in);
	char *want = mem_printf("%s%s",
	    r->how == LMTP ? "220 Beta.ARPA LMTP Service Ready\r\n" : GREETING,
	    r->want);
	char *log = NULL;
	for (size_t cut = 0; cut <= len + 1; cut++) {
		struct play p;
		play_run(&p, &c, r->in, len, cut);
		bool same = strcmp(buf_str(&p.out), want) == 0;
		CHECK(same, "%s, cut %zu: got\n%s", r->label, cut,
		    buf_str(&p.out));
		CHECK(strcmp(buf_str(&p.stored), r->stored) == 0,
		    "%s, cut %zu: stored %s", r->label, cut,
		    buf_str(&p.stored));
		CHECK(p.closed, "%s, cut %zu: close", r->label, cut);
		if (log == NULL)
			log = mem_dup(buf_str(&p.log));
		CHECK(strcmp(buf_str(&p.log), log) == 0,
		    "%s, cut %zu: log is\n%s", r->label, cut, buf_str(&p.log));
		play_release(&p);
		if (!same)
			break;
	}
	free(log);
	free(want);
	world_free(w);
}

/* Sequences that some receivers have taken for the end of text. */
static const struct {
	const char *p;
	size_t len;
} smuggles[] = {
	{ "\n.\n", 3 },
	{ "\n.\r\n", 4 },
	{ "\n.\r", 3 },
	{ "\r.\r", 3 },
	{ "\r.\n", 3 },
	{ "\r.\r\n", 4 },
	{ "\r\n.\n", 4 },
	{ "\r\n.\r", 4 },
	{ "\r\n.\r\r\n", 6 },
	{ "\r\r\n.\r\r\n", 7 },
	{ "\r\r\n.\r\n", 6 },
	{ "\r\n\0.\r\n", 6 },
	{ "\r\n.\0\r\n", 6 },
};

#define SMUGGLE_ENDS 10

/* Each inside DATA with a whole transaction behind it: one message or none. */
static void
check_smuggling(enum how how)
{
	static const char hidden[] =
	    "MAIL FROM:<evil@a.b>\r\nRCPT TO:<Brown@Beta.ARPA>\r\n"
	    "DATA\r\nsmuggled\r\n.\r\nQUIT\r\n";
	struct smtpd_config c;
	struct world *w;
	config(&c, how, &w);
	c.error_max = 1000;
	for (size_t i = 0; i < sizeof(smuggles) / sizeof(*smuggles); i++) {
		struct buf in = BUF_INIT;
		buf_adds(&in, OPEN "DATA\r\ntext");
		buf_add(&in, smuggles[i].p, smuggles[i].len);
		buf_adds(&in, hidden);
		size_t len = buf_len(&in);
		for (size_t cut = 0; cut <= len + 1; cut++) {
			struct play p;
			play_run(&p, &c, buf_data(&in), len, cut);
			const char *kept = buf_str(&p.stored);
			bool evil = strncmp(kept, "<evil", 5) == 0 ||
				    strstr(kept, "|<evil") != NULL;
			/* CR CRLF.CRLF does end text; what is behind it is a
			 * transaction in the open. */
			bool ends = i == SMUGGLE_ENDS;
			CHECK(p.stores <= 1 || (ends && how == BARE_OK),
			    "smuggle %zu, cut %zu: %zu messages", i, cut,
			    p.stores);
			CHECK(!evil || ends,
			    "smuggle %zu, cut %zu: the second was taken", i,
			    cut);
			play_release(&p);
		}
		buf_release(&in);
	}
	world_free(w);
}

/* Big input: prefix, n octets of fill, suffix; in pieces of step. */
static void
check_big(const char *label, const char *prefix, char fill, size_t n,
    const char *suffix, const char *want, const char *stored)
{
	static const size_t steps[] = { 1, 7, 199, 200, 201, 4096, 1 << 20 };
	struct smtpd_config c;
	struct world *w;
	struct buf in = BUF_INIT;
	config(&c, AUTH, &w);
	buf_adds(&in, prefix);
	memset(buf_space(&in, n), fill, n);
	buf_commit(&in, n);
	buf_adds(&in, suffix);
	for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		struct play p = { .stores = 0 };
		struct smtpd *d = smtpd_new(&c, false);
		for (size_t at = 0; at < buf_len(&in); at += steps[k]) {
			size_t len = buf_len(&in) - at;
			play_feed(&p, d, buf_data(&in) + at,
			    len < steps[k] ? len : steps[k]);
		}
		const char *got = strstr(buf_str(&p.out), "250 HELP\r\n");
		got = got != NULL ? got + 10 : "";
		CHECK(strcmp(got, want) == 0, "%s by %zu: got\n%s", label,
		    steps[k], got);
		CHECK(strcmp(buf_str(&p.stored), stored) == 0,
		    "%s by %zu: stored", label, steps[k]);
		smtpd_free(d);
		play_release(&p);
	}
	buf_release(&in);
	world_free(w);
}

#define ENVELOPE "MAIL FROM:<s@a.b>\r\nRCPT TO:<Jones@Beta.ARPA>\r\n"

static void
check_limits(void)
{
	check_big("a long line", "EHLO a.b\r\nNOOP ", 'x', 194, "\r\nNOOP\r\n",
	    "500 5.5.2 Line too long\r\n" OK, "");
	check_big("a line of the limit", "EHLO a.b\r\nNOOP ", 'x', 193,
	    "\r\nNOOP\r\n", OK OK, "");
	check_big("a very long line", "EHLO a.b\r\nNOOP ", 'x', 300000,
	    "\r\nNOOP\r\n", "500 5.5.2 Line too long\r\n" OK, "");
	check_big("a long line of CRs", "EHLO a.b\r\n", '\r', 300000,
	    "\nNOOP\r\n", "500 5.5.2 Line too long\r\n" OK, "");
	check_big("text of the limit", "EHLO a.b\r\n" ENVELOPE "DATA\r\n", '.',
	    3, "\r\n.\r\nNOOP\r\n", MAIL_OK RCPT_OK GO OK OK,
	    "<s@a.b> <Jones@Beta.ARPA>=Jones@Beta.ARPA\n..\r\n|");
	check_big("text over the limit", "EHLO a.b\r\n" ENVELOPE "DATA\r\n",
	    'x', 999, "\r\n.\r\nNOOP\r\n", MAIL_OK RCPT_OK GO TOO_BIG OK, "");
	check_big("text far over the limit", "EHLO a.b\r\n" ENVELOPE "DATA\r\n",
	    '\n', 300000, "\r\n.\r\nNOOP\r\n", MAIL_OK RCPT_OK GO BARE OK, "");
	check_big("a chunk over the limit",
	    "EHLO a.b\r\n" ENVELOPE "BDAT 1001 LAST\r\n", 'x', 1001, "NOOP\r\n",
	    MAIL_OK RCPT_OK TOO_BIG OK, "");
	check_big("the second chunk over the limit",
	    "EHLO a.b\r\n" ENVELOPE "BDAT 1\r\nxBDAT 1000\r\n", 'x', 1000,
	    "BDAT 1 LAST\r\nxNOOP\r\n",
	    MAIL_OK RCPT_OK
	    "250 2.0.0 1 octets received\r\n" TOO_BIG
	    "503 5.5.1 Need MAIL and RCPT before mail text\r\n" OK,
	    "");
	check_big("an AUTH line of the limit", "EHLO a.b\r\nAUTH PLAIN\r\n",
	    'A', 12284, "\r\nNOOP\r\n",
	    "334 \r\n535 5.7.8 Authentication credentials invalid\r\n" OK, "");
	check_big("an AUTH line over it", "EHLO a.b\r\nAUTH PLAIN\r\n", 'A',
	    12288, "\r\nNOOP\r\n",
	    "334 \r\n500 5.5.6 Authentication exchange line is too long\r\n" OK,
	    "");
}

/* Octets behind STARTTLS never run; all is forgotten. */
static void
check_starttls(void)
{
	struct smtpd_config c;
	struct world *w;
	struct play p = { .stores = 0 };
	config(&c, AUTH_TLS, &w);
	struct smtpd *d = smtpd_new(&c, false);
	static const char in[] =
	    "EHLO a.b\r\nMAIL FROM:<s@a.b>\r\nSTARTTLS x\r\n"
	    "STARTTLS\r\nRSET\r\nNOOP\r\n";
	play_feed(&p, d, in, sizeof(in) - 1);
	CHECK(p.dropped == 12, "starttls: %zu dropped", p.dropped);
	CHECK(strcmp(smtpd_helo(d), "") == 0, "starttls: helo forgotten");
	const char *tail = "501 5.5.4 STARTTLS takes no argument\r\n"
			   "220 2.0.0 Ready to start TLS\r\n";
	const char *got = strstr(buf_str(&p.out), "501");
	CHECK(got != NULL && strcmp(got, tail) == 0, "starttls: %s",
	    buf_str(&p.out));
	buf_clear(&p.out);
	static const char more[] =
	    "MAIL FROM:<>\r\nEHLO a.b\r\nSTARTTLS\r\nAUTH PLAIN QUFB\r\n";
	play_feed(&p, d, more, sizeof(more) - 1);
	CHECK(
	    strcmp(buf_str(&p.out),
		"503 Send HELO or EHLO first\r\n"
		"250-Beta.ARPA greets a.b\r\n" OFFERS
		"250-AUTH PLAIN LOGIN\r\n250-VRFY\r\n250-EXPN\r\n"
		"250 HELP\r\n503 5.5.1 TLS is active already\r\n" AUTHED) == 0,
	    "tls: %s", buf_str(&p.out));
	CHECK(strcmp(smtpd_with(d), "ESMTPSA") == 0, "with %s", smtpd_with(d));
	CHECK(strstr(buf_str(&p.log), "QUFB") == NULL, "secret in the log");
	CHECK(strstr(buf_str(&p.log), "S: AUTH PLAIN ***\n") != NULL, "log: %s",
	    buf_str(&p.log));
	smtpd_free(d);
	play_release(&p);
	world_free(w);
}

/* A mailbox could not be written; ids; the reply to each. */
static void
check_stored(
    enum how how, const char *id, size_t nfailed, bool full, const char *want)
{
	static const size_t failed[] = { 1 };
	struct smtpd_config c;
	struct world *w;
	struct smtpd_event ev;
	size_t n;
	config(&c, how, &w);
	struct smtpd *d = smtpd_new(&c, false);
	const char *in = how == LMTP ? "LHLO a.b\r\n" : "EHLO a.b\r\n";
	smtpd_feed(d, in, strlen(in));
	in = ENVELOPE "RCPT TO:<Brown@Beta.ARPA>\r\nDATA\r\n.\r\nNOOP\r\n";
	smtpd_feed(d, in, strlen(in));
	do
		smtpd_next(d, &ev);
	while (ev.kind != SMTPD_END && ev.kind != SMTPD_NONE);
	smtpd_out(d, &n);
	smtpd_out_done(d, n);
	smtpd_next(d, &ev);
	CHECK(ev.kind == SMTPD_NONE, "it waits until the message is stored");
	smtpd_stored(d, failed, nfailed, full, id);
	do
		smtpd_next(d, &ev);
	while (ev.kind != SMTPD_NONE);
	const char *out = smtpd_out(d, &n);
	CHECK(n == strlen(want) && memcmp(out, want, n) == 0, "got %.*s",
	    (int)n, out);
	smtpd_free(d);
	world_free(w);
}

/* What goes into header lines has an end. */
static void
check_names(void)
{
	static const struct {
		const char *format;
		int n; /* of x in it */
		const char *want;
	} row[] = {
		{ "EHLO %s\r\n", 255, "250 HELP" },
		{ "EHLO %s\r\n", 256, "501 A name has at most 255 octets" },
		{ "HELO %s\r\n", 1500, "501 A name has at most 255 octets" },
		{ "EHLO a\r\nMAIL FROM:<a@%s>\r\n", 896, "250 2.1.0 OK" },
		{ "EHLO a\r\nMAIL FROM:<a@%s>\r\n", 897,
		    "501 5.1.7 A path has at most 900 octets" },
		{ "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<Jones@%s>\r\n", 1500,
		    "501 5.1.3 A path has at most 900 octets" },
	};
	struct smtpd_config c;
	struct world *w;
	config(&c, PLAIN, &w);
	c.line_max = 2048;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char x[1501];
		struct play p;
		memset(x, 'x', sizeof(x));
		x[row[i].n] = '\0';
		char *want = mem_printf("%s\r\n", row[i].want);
		struct buf in = BUF_INIT;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_addf(&in, row[i].format, x);
#pragma GCC diagnostic pop
		play_run(&p, &c, buf_data(&in), buf_len(&in), 0);
		size_t len = buf_len(&p.out), n = strlen(want);
		CHECK(len > n && strcmp(buf_str(&p.out) + len - n, want) == 0,
		    "row %zu: %s", i, buf_str(&p.out));
		play_release(&p);
		buf_release(&in);
		free(want);
	}
	world_free(w);
}

static void
check_guesses(void)
{
	struct smtpd_config c;
	struct world *w;
	struct play p;
	config(&c, AUTH, &w);
	static const char in[] =
	    "EHLO a.b\r\nAUTH PLAIN QkJC\r\nAUTH PLAIN QkJC\r\n"
	    "AUTH PLAIN QkJC\r\nNOOP\r\nAUTH PLAIN QkJC\r\n"
	    "AUTH PLAIN QkJC\r\nAUTH PLAIN QkJC\r\nAUTH PLAIN QUFB\r\n";
	static const char tail[] =
	    "535 5.7.8 Authentication credentials invalid\r\n"
	    "421 4.7.0 Beta.ARPA Too many failed logins, closing "
	    "transmission channel\r\n";
	play_run(&p, &c, in, sizeof(in) - 1, 0);
	size_t n = 0, len = buf_len(&p.out);
	for (const char *s = buf_str(&p.out); (s = strstr(s, "535 ")); s++)
		n++;
	CHECK(n == 5 && strstr(buf_str(&p.out), "235 ") == NULL && p.closed,
	    "%zu guesses: %s", n, buf_str(&p.out));
	CHECK(strcmp(buf_str(&p.out) + len - (sizeof(tail) - 1), tail) == 0,
	    "%s", buf_str(&p.out));
	play_release(&p);
	/* What is offered may change in a session. */
	struct smtpd *d = smtpd_new(&c, false);
	p = (struct play){ .stores = 0 };
	smtpd_auth_offer(d, "CRAM-MD5");
	play_feed(&p, d, "EHLO a.b\r\nAUTH PLAIN QUFB\r\n", 27);
	CHECK(strstr(buf_str(&p.out), "250-AUTH CRAM-MD5\r\n") != NULL &&
		  strstr(buf_str(&p.out), "\r\n504 5.5.4 ") != NULL,
	    "%s", buf_str(&p.out));
	smtpd_free(d);
	play_release(&p);
	world_free(w);
}

static bool
storable(const void *arg, const char *mailbox)
{
	return strcmp(mailbox, arg) != 0;
}

/* One recipient that cannot have a mailbox is refused, and no other. */
static void
check_storable(void)
{
	struct smtpd_config c;
	struct world *w;
	struct play p;
	config(&c, PLAIN, &w);
	c.storable = storable;
	c.storable_arg = "Brown@Beta.ARPA";
	static const char in[] =
	    OPEN "RCPT TO:<Brown@Beta.ARPA>\r\nDATA\r\n.\r\n";
	play_run(&p, &c, in, sizeof(in) - 1, 0);
	CHECK(strstr(buf_str(&p.out), OPENED
		  "553 5.1.3 No mailbox can have such a name here\r\n" GO OK) !=
		  NULL,
	    "%s", buf_str(&p.out));
	CHECK(p.stores == 1, "stored");
	play_release(&p);
	world_free(w);
}

static void
check_timeout(void)
{
	struct smtpd_config c;
	struct world *w;
	struct play p = { .stores = 0 };
	config(&c, PLAIN, &w);
	struct smtpd *d = smtpd_new(&c, false);
	CHECK(smtpd_patience_s(d) == 300, "patience for a command");
	play_feed(&p, d, OPEN "DATA\r\nx", strlen(OPEN "DATA\r\nx"));
	CHECK(smtpd_patience_s(d) == 180, "patience in text");
	buf_clear(&p.out);
	smtpd_hang_up(d, "4.4.2", "Timeout exceeded");
	play_drain(&p, d);
	CHECK(p.aborts == 1 && p.closed, "timeout: abort and close");
	CHECK(strncmp(buf_str(&p.out), "421 4.4.2 Beta.ARPA", 19) == 0,
	    "timeout: %s", buf_str(&p.out));
	play_feed(&p, d, "NOOP\r\n", 6);
	CHECK(strstr(buf_str(&p.out), "250") == NULL, "after the timeout");
	smtpd_free(d);
	play_release(&p);
	world_free(w);
}

/* Each message that is begun ends once: stored or aborted. */
static void
check_pairs(void)
{
	static const char *const in[] = {
		OPEN "DATA\r\nx\r\n.\r\n",
		OPEN "DATA\r\nx",
		OPEN "DATA\r\nx\ny\r\n.\r\n",
		OPEN "BDAT 3\r\nabcRSET\r\nNOOP\r\n",
		OPEN "BDAT 3\r\nabcQUIT\r\n",
		OPEN "BDAT 3\r\nabcEHLO a.b\r\n",
		OPEN "BDAT 3\r\nabcBDAT x\r\n",
		OPEN "BDAT 3\r\nabcBDAT 3 x\r\nabc",
		OPEN "BDAT 3\r\nabcBDAT 99999\r\n",
		OPEN "BDAT 3\r\nabcBDAT 99999999999999999999\r\n",
		OPEN "BDAT 3\r\nab",
		OPEN "BDAT 3 LAST\r\nabc",
	};
	struct smtpd_config c;
	struct world *w;
	config(&c, PLAIN, &w);
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		struct play p;
		play_run(&p, &c, in[i], strlen(in[i]), strlen(in[i]) + 1);
		CHECK(p.stores + p.aborts == 1,
		    "pair %zu: %zu stored, %zu "
		    "aborted",
		    i, p.stores, p.aborts);
		play_release(&p);
	}
	world_free(w);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
	check_smuggling(PLAIN);
	check_smuggling(BARE_OK);
	check_limits();
	check_starttls();
	check_names();
	check_guesses();
	check_storable();
	check_stored(PLAIN, NULL, 0, false, OK OK);
	check_stored(PLAIN, "17", 0, false, "250 2.0.0 stored as 17\r\n" OK);
	check_stored(PLAIN, "17", 1, true,
	    "452 4.3.1 Requested action not taken: insufficient system "
	    "storage\r\n" OK);
	check_stored(PLAIN, "17", 1, false,
	    "451 4.3.0 Requested action aborted: local error in "
	    "processing\r\n" OK);
	check_stored(LMTP, "17", 1, true,
	    "250 2.0.0 <Jones@Beta.ARPA> stored as 17\r\n"
	    "452 4.3.1 <Brown@Beta.ARPA> Requested action not taken: "
	    "insufficient system storage\r\n" OK);
	check_stored(LMTP, "17", 1, false,
	    "250 2.0.0 <Jones@Beta.ARPA> stored as 17\r\n"
	    "451 4.3.0 <Brown@Beta.ARPA> Requested action aborted: local "
	    "error in processing\r\n" OK);
	check_timeout();
	check_pairs();
	return check_done();
}
