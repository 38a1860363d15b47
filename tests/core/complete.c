/* What Tab offers and what the hint says, in each state of a session. The
 * session is a client core that was fed the server's part; commands and
 * settings are a small table of this test's own. */
#include "check.h"
#include "cmd/talk/cmd.h"
#include "cmd/term/complete.h"
#include "cmd/know/explain.h"
#include "cmd/shell/setting.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Stand-ins for the shell. */

static struct smtp *session;

enum smtp_state
talk_state(const struct talk *t)
{
	return t->link == NULL ? SMTP_CLOSED : smtp_state(session);
}

struct smtp *
link_smtp(struct link *k)
{
	(void)k;
	return session;
}

static const struct cmd cmds[] = {
	{ .name = "auth", .args = "[MECHANISM]" },
	{ .name = "close", .args = "" },
	{ .name = "connect", .args = "[HOST[:PORT]]" },
	{ .name = "data", .args = "[FILE]" },
	{ .name = "explain", .args = "WORD..." },
	{ .name = "help", .args = "[COMMAND|VERB]" },
	{ .name = "mail", .args = "[ADDRESS] [PARAMETER...]" },
	{ .name = "rcpt", .args = "[ADDRESS] [PARAMETER...]" },
	{ .name = "set", .args = "SETTING|NAME [VALUE...]" },
	{ .name = "show", .args = "[capabilities|message|vars]" },
	{ .name = "template", .args = "[TEMPLATE]" },
};
const struct cmd *const cmd_table[] = { &cmds[0], &cmds[1], &cmds[2], &cmds[3],
	&cmds[4], &cmds[5], &cmds[6], &cmds[7], &cmds[8], &cmds[9], &cmds[10],
	NULL };

const struct cmd *
cmd_find(const char *name, size_t len, struct err *e)
{
	const struct cmd *only = NULL;
	size_t i, n = 0;

	for (i = 0; cmd_table[i] != NULL; i++) {
		if (strncmp(cmd_table[i]->name, name, len) != 0)
			continue;
		if (strlen(cmd_table[i]->name) == len)
			return cmd_table[i];
		only = cmd_table[i];
		n++;
	}
	if (n != 1)
		err_set(e, ERR_USAGE, "no such command");
	return n == 1 ? only : NULL;
}

const struct setting setting_table[] = {
	{ .name = "match", .values = "code|text" },
	{ .name = "timeout", .values = "SECONDS" },
	{ .name = NULL },
};

const struct setting *
setting_find(const char *name)
{
	const struct setting *s;

	for (s = setting_table; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

char *
explain_candidate(const char *prefix, size_t len, size_t i)
{
	static const char *const word[] = { "550", "5.1.1", "PIPELINING" };
	size_t k;

	for (k = 0; k < 3; k++)
		if (strncasecmp(word[k], prefix, len) == 0 && i-- == 0)
			return mem_dup(word[k]);
	return NULL;
}

/* Sessions: lines of the client and of the server in turn. */

#define EHLO                                                                   \
	"220 Beta.ARPA ready", "EHLO Alpha.ARPA",                              \
	    "250-Beta.ARPA\r\n250-SIZE 1000\r\n250-8BITMIME\r\n"               \
	    "250-BINARYMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250-STARTTLS\r\n"    \
	    "250 AUTH PLAIN LOGIN"

static const char *const nothing[] = { NULL };
static const char *const greeted[] = { "220 Beta.ARPA ready", NULL };
static const char *const helo[] = { "220 Beta.ARPA ready", "HELO Alpha.ARPA",
	"250 Beta.ARPA", NULL };
static const char *const ehlo[] = { EHLO, NULL };
static const char *const mail[] = { EHLO, "MAIL FROM:<a@b>", "250 OK", NULL };
static const char *const rcpt[] = { EHLO, "MAIL FROM:<a@b>", "250 OK",
	"RCPT TO:<c@d>", "250 OK", NULL };
static const char *const text[] = { EHLO, "MAIL FROM:<a@b>", "250 OK",
	"RCPT TO:<c@d>", "250 OK", "DATA", "354 go", NULL };
static const char *const authing[] = { EHLO, "AUTH LOGIN", "334 VXNlcm5hbWU6",
	NULL };
static const char *const authed[] = { EHLO, "AUTH PLAIN AGEAYg==", "235 OK",
	NULL };

static struct shell shell;
static struct used used;

static void
talk(const char *const *line)
{
	struct smtp_event ev;
	size_t n;

	smtp_free(session);
	session = smtp_new();
	smtp_connected(session);
	shell.talk.link = *line == NULL ? NULL : (struct link *)(void *)session;
	for (; *line != NULL; line++) {
		if (**line >= '0' && **line <= '9') {
			smtp_feed(session, *line, strlen(*line));
			smtp_feed(session, "\r\n", 2);
			do
				smtp_next(session, &ev);
			while (ev.kind != SMTP_EV_NONE);
		} else {
			smtp_command(session, *line, strlen(*line), NULL);
			smtp_out(session, &n);
			smtp_out_done(session, n, 0);
		}
	}
}

/* want: words with SP between; "..." at the end: more may follow; "FILES" for
 * file names. after: what a single one is followed by. */
static const struct {
	const char *label;
	const char *const *said;
	const char *line;
	const char *want;
	size_t start;
	char after;
} completions[] = {
	{ "not connected: connect first", nothing, "", "\\connect ...", 0, 0 },
	{ "greeted", greeted, "", "HELO EHLO RSET VRFY EXPN HELP NOOP QUIT ...",
	    0, 0 },
	{ "ready", ehlo, "",
	    "HELO EHLO MAIL FROM:< RSET VRFY EXPN HELP NOOP QUIT STARTTLS "
	    "AUTH ...",
	    0, 0 },
	{ "no extensions", helo, "",
	    "HELO EHLO MAIL FROM:< RSET SEND FROM:< SOML FROM:< SAML FROM:< "
	    "VRFY EXPN HELP NOOP QUIT TURN ...",
	    0, 0 },
	{ "authenticated: AUTH is of the rest", authed, "",
	    "HELO EHLO MAIL FROM:< RSET VRFY EXPN HELP NOOP QUIT STARTTLS "
	    "LHLO ...",
	    0, 0 },
	{ "after MAIL: RCPT before RSET, DATA is of the rest", mail, "",
	    "RCPT TO:< RSET ...", 0, 0 },
	{ "after RCPT", rcpt, "", "RCPT TO:< DATA RSET ...", 0, 0 },
	{ "sense comes before the alphabet", rcpt, "r", "RCPT TO:< RSET", 0,
	    0 },
	{ "any case", ehlo, "mAi", "MAIL FROM:<", 0, 0 },
	{ "a wrong order can be typed", nothing, "dat", "DATA", 0, 0 },
	{ "an argument is needed", greeted, "ehl", "EHLO", 0, ' ' },
	{ "an argument may follow", ehlo, "noo", "NOOP", 0, 0 },
	{ "unknown", ehlo, "XYZZY", "", 0, 0 },
	{ "blanks before it", ehlo, "  mai", "MAIL FROM:<", 2, 0 },
	{ "behind a tag", ehlo, "S: mai", "MAIL FROM:<", 3, 0 },
	{ "FROM", ehlo, "MAIL ", "FROM:<", 5, 0 },
	{ "part of FROM", ehlo, "mail fr", "FROM:<", 5, 0 },
	{ "TO", mail, "RCPT T", "TO:<", 5, 0 },
	{ "not TO for MAIL", ehlo, "MAIL T", "", 5, 0 },
	{ "addresses, newest first", ehlo, "MAIL FROM:<",
	    "Smith@Alpha.ARPA jones@x.example me@here.example", 11, 0 },
	{ "one address", ehlo, "MAIL FROM:<s", "Smith@Alpha.ARPA", 11, '>' },
	{ "a blank behind the colon", ehlo, "MAIL FROM: <s", "Smith@Alpha.ARPA",
	    12, '>' },
	{ "recipients are others", mail, "RCPT TO:<", "Green@Beta.ARPA", 9,
	    '>' },
	{ "a variable", ehlo, "MAIL FROM:<${fr", "${from}", 11, 0 },
	{ "own variables first", ehlo, "NOOP ${",
	    "${from} ${helo} ${who} ${to} ...", 5, 0 },
	{ "no variable", ehlo, "NOOP $${", "", 5, 0 },
	{ "closed path", ehlo, "MAIL FROM:<a@b>", "", 15, 0 },
	{ "parameters that were offered", ehlo, "MAIL FROM:<a@b> ",
	    "SIZE= BODY= RET= ENVID= SMTPUTF8 AUTH=", 16, 0 },
	{ "not those given", ehlo, "MAIL FROM:<a@b> BODY=7BIT SIZE=1 ",
	    "RET= ENVID= SMTPUTF8 AUTH=", 33, 0 },
	{ "one that takes no value", ehlo, "MAIL FROM:<a@b> sm", "SMTPUTF8", 16,
	    ' ' },
	{ "one that does", ehlo, "MAIL FROM:<a@b> b", "BODY=", 16, 0 },
	{ "values of two extensions", ehlo,
	    "MAIL FROM:<a@b> BODY=", "7BIT 8BITMIME BINARYMIME", 21, 0 },
	{ "a value begun", ehlo, "MAIL FROM:<a@b> ret=f", "FULL", 20, 0 },
	{ "no words for octets", ehlo, "MAIL FROM:<a@b> SIZE=", "", 16, 0 },
	{ "RCPT has its own", mail, "RCPT TO:<c@d> ", "NOTIFY= ORCPT=", 14, 0 },
	{ "all of NOTIFY", mail,
	    "RCPT TO:<c@d> NOTIFY=", "NEVER SUCCESS FAILURE DELAY", 21, 0 },
	{ "NEVER stands alone", mail, "RCPT TO:<c@d> NOTIFY=SUCCESS,",
	    "FAILURE DELAY", 29, 0 },
	{ "nothing was offered", helo, "MAIL FROM:<a@b> ", "", 16, 0 },
	{ "a quoted > does not end the path", ehlo, "MAIL FROM:<\"a> b\"@c> si",
	    "SIZE=", 21, 0 },
	{ "own name", greeted, "EHLO ", "Alpha.ARPA", 5, 0 },
	{ "VRFY an address", ehlo, "VRFY gr", "Green@Beta.ARPA", 5, 0 },
	{ "HELP on a verb", ehlo, "HELP dat", "DATA", 5, 0 },
	{ "mechanisms", ehlo, "AUTH ", "PLAIN LOGIN", 5, 0 },
	{ "LAST", rcpt, "BDAT 5 l", "LAST", 7, 0 },
	{ "mail text is left alone", text, "MA", "", 2, 0 },
	{ "so is a response", authing, "QU", "", 2, 0 },
	{ "commands", nothing, "\\c", "\\close \\connect", 0, 0 },
	{ "one command", nothing, "\\conn", "\\connect", 0, ' ' },
	{ "one without words", nothing, "\\cl", "\\close", 0, 0 },
	{ "templates too", nothing, "\\spa", "\\spam", 0, 0 },
	{ "hosts", nothing, "\\connect ", "mx.example:2525 [::1]:25", 9, 0 },
	{ "a host", nothing, "\\con m", "mx.example:2525", 5, 0 },
	{ "files", nothing, "\\data /et", "FILES", 6, 0 },
	{ "no second file", nothing, "\\data a ", "", 8, 0 },
	{ "a file with blanks", nothing, "\\data \"a b", "FILES", 6, 0 },
	{ "words to explain", nothing, "\\explain 5", "550 5.1.1", 9, 0 },
	{ "another word", nothing, "\\explain 550 pi", "PIPELINING", 13, ' ' },
	{ "two kinds", nothing, "\\help da", "data DATA", 6, 0 },
	{ "senders for mail", nothing, "\\mail m", "me@here.example", 6, ' ' },
	{ "recipients for rcpt", nothing, "\\rcpt ", "Green@Beta.ARPA", 6,
	    ' ' },
	{ "parameters for mail", ehlo, "\\mail a@b SIZE=1 b", "BODY=", 17, 0 },
	{ "a value of rcpt's", mail, "\\rc c@d notify=n", "NEVER", 15, ' ' },
	{ "choices", nothing, "\\show m", "message", 6, 0 },
	{ "settings", nothing, "\\set ma", "match", 5, ' ' },
	{ "its values", nothing, "\\set match ", "code text", 11, 0 },
	{ "no word for seconds", nothing, "\\set timeout ", "", 13, 0 },
	{ "mechanism", ehlo, "\\auth l", "LOGIN", 6, 0 },
	{ "template", nothing, "\\template s", "spam", 10, 0 },
	{ "no such command", nothing, "\\xyzzy ", "", 8, 0 },
};

static void
test_completion(size_t i)
{
	const char *line = completions[i].line, *want = completions[i].want;
	const char *label = completions[i].label, *more;
	struct buf got = BUF_INIT;
	struct complete c;
	size_t k, len;

	talk(completions[i].said);
	complete_line(&shell, &used, line, strlen(line), &c);
	for (k = 0; k < c.n; k++)
		buf_addf(&got, "%s%s", k > 0 ? " " : "", c.word[k]);
	if (c.files)
		buf_adds(&got, "FILES");
	more = strstr(want, "...");
	len = more != NULL ? (size_t)(more - want) : strlen(want) + 1;
	CHECK(strncmp(buf_str(&got), want, len) == 0, "%s: %s", label,
	    buf_str(&got));
	CHECK(c.start == completions[i].start || c.n == 0, "%s: start %zu",
	    label, c.start);
	CHECK(c.append == completions[i].after || c.n != 1, "%s: after '%c'",
	    label, c.append);
	complete_release(&c);
	buf_release(&got);
}

static const struct {
	const char *label;
	const char *const *said;
	const char *line;
	const char *want;
} hints[] = {
	{ "nothing typed", ehlo, "", "" },
	{ "a verb that can be two", ehlo, "HE", "" },
	{ "a verb that can be one", ehlo, "DA", "TA" },
	{ "HELP is not HELO", ehlo, "help", " [COMMAND]" },
	{ "unknown verb", ehlo, "XYZZY foo", "" },
	{ "not connected", nothing, "MAIL",
	    " FROM:<reverse-path> [PARAMETER...]" },
	{ "no extensions", helo, "MAIL", " FROM:<reverse-path>" },
	{ "lower case", helo, "mail fr", "OM:<reverse-path>" },
	{ "a blank typed", helo, "MAIL ", "FROM:<reverse-path>" },
	{ "the colon typed", helo, "MAIL FROM:", "<reverse-path>" },
	{ "the bracket typed", helo, "MAIL FROM:<", "reverse-path>" },
	{ "in the path", helo, "MAIL FROM:<a@b", ">" },
	{ "path done", helo, "MAIL FROM:<a@b>", "" },
	{ "the wrong word", helo, "MAIL TO:<", "" },
	{ "parameters follow", mail, "RCPT TO:<c",
	    "> [NOTIFY=NEVER|SUCCESS,FAILURE,DELAY] [ORCPT=type;xtext]" },
	{ "behind the path", mail, "RCPT TO:<c>",
	    " [NOTIFY=NEVER|SUCCESS,FAILURE,DELAY] [ORCPT=type;xtext]" },
	{ "a parameter begun", mail, "RCPT TO:<c> no",
	    "TIFY=NEVER|SUCCESS,FAILURE,DELAY" },
	{ "its value awaited", mail,
	    "RCPT TO:<c> NOTIFY=", "NEVER|SUCCESS,FAILURE,DELAY" },
	{ "value given", mail, "RCPT TO:<c> NOTIFY=NEVER",
	    " [ORCPT=type;xtext]" },
	{ "and a blank", mail, "RCPT TO:<c> NOTIFY=NEVER ",
	    "[ORCPT=type;xtext]" },
	{ "all given", mail, "RCPT TO:<c> ORCPT=rfc822;c NOTIFY=NEVER ", "" },
	{ "one that takes no value, whole", ehlo,
	    "MAIL FROM:<> SIZE=1 BODY=7BIT RET=FULL ENVID=x AUTH=y SMTPUTF8",
	    "" },
	{ "values of two extensions", ehlo,
	    "MAIL FROM:<> BODY=", "7BIT|8BITMIME|BINARYMIME" },
	{ "EHLO", greeted, "EHLO", " <domain>" },
	{ "EHLO and a blank", greeted, "EHLO ", "<domain>" },
	{ "EHLO, typing", greeted, "EHLO Al", "" },
	{ "AUTH", ehlo, "AUTH PLAIN", " [INITIAL-RESPONSE]" },
	{ "BDAT", rcpt, "BDAT 10 ", "[LAST]" },
	{ "BDAT done", rcpt, "BDAT 10 LAST ", "" },
	{ "mail text", text, "", "mail text; a line with only . ends it" },
	{ "in mail text", text, "MAIL", "" },
	{ "auth", authing, "", "base64, or * to give up" },
	{ "in a response", authing, "AUTH", "" },
	{ "command", nothing, "\\connect", " [HOST[:PORT]]" },
	{ "command begun", nothing, "\\conn", "ect [HOST[:PORT]]" },
	{ "command that can be two", nothing, "\\c", "" },
	{ "command and blank", nothing, "\\data ", "[FILE]" },
	{ "its word", nothing, "\\data x", "" },
	{ "more words", nothing, "\\explain 550", " [WORD...]" },
	{ "a word with a blank", nothing, "\\mail 'a b'", " [PARAMETER...]" },
	{ "a setting's values", nothing, "\\set match ", "code|text" },
	{ "a number", nothing, "\\set timeout ", "SECONDS" },
	{ "a variable of one's own", nothing, "\\set foo ", "[VALUE...]" },
	{ "only a backslash", nothing, "\\", "" },
};

static void
test_hint(size_t i)
{
	struct buf got = BUF_INIT;

	talk(hints[i].said);
	complete_hint(&shell, hints[i].line, strlen(hints[i].line), &got);
	CHECK(strcmp(buf_str(&got), hints[i].want) == 0, "%s: %s",
	    hints[i].label, buf_str(&got));
	buf_release(&got);
}

/* Whatever a line's beginning is, both must come to an end inside it. */
static void
test_prefixes(void)
{
	struct buf b = BUF_INIT;
	struct complete c;
	size_t i, k, n;
	char *line;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		talk(hints[i].said);
		n = strlen(hints[i].line);
		for (k = 0; k <= n; k++) {
			/* Its own memory, so that a sanitizer sees its end. */
			line = mem_alloc(k > 0 ? k : 1);
			memcpy(line, hints[i].line, k);
			complete_line(&shell, &used, line, k, &c);
			CHECK(c.start <= k, "%.*s", (int)k, hints[i].line);
			complete_release(&c);
			complete_hint(&shell, line, k, &b);
			free(line);
		}
	}
	buf_release(&b);
}

static void
test_used(void)
{
	struct used u;
	char line[64];
	int i;

	used_init(&u);
	for (i = 0; i < 250; i++) {
		snprintf(
		    line, sizeof(line), "rcpt to: <u%d@x> NOTIFY=NEVER", i);
		used_line(&u, line, strlen(line));
	}
	CHECK(u.nto == 200, "at most 200: %zu", u.nto);
	CHECK(strcmp(u.to[0], "u249@x") == 0, "newest first: %s", u.to[0]);
	CHECK(strcmp(u.to[199], "u50@x") == 0, "oldest: %s", u.to[199]);
	used_line(&u, "RCPT TO:<U60@X>", 15);
	CHECK(u.nto == 200 && strcmp(u.to[0], "U60@X") == 0 &&
		  strcmp(u.to[199], "u50@x") == 0,
	    "again: to the front");
	used_line(&u, "MAIL FROM:<>", 12);
	used_line(&u, "MAIL FROM:<${me}>", 17);
	used_line(&u, "MAIL FROM:<open", 15);
	used_line(&u, "MAIL TO:<a@b>", 13);
	CHECK(u.nfrom == 0, "no address: %s", u.nfrom ? u.from[0] : "");
	used_line(&u, "\\connect smtp://me:pw@host", 26);
	used_line(&u, "\\close host", 11);
	CHECK(u.nhost == 0, "no host: %s", u.nhost ? u.host[0] : "");
	used_release(&u);
}

int
main(void)
{
	static struct template template = { .name = NULL };
	static const char *const lines[] = { "MAIL FROM:<jones@x.example>",
		"\\connect [::1]:25", "\\con mx.example:2525",
		"\\rc Green@Beta.ARPA", "mail from:<Smith@Alpha.ARPA> SIZE=9" };
	size_t i;

	template.name = mem_dup("spam");
	shell.talk.templates.template = &template;
	shell.talk.templates.n = 1;
	vars_init(&shell.talk.vars);
	vars_set(&shell.talk.vars, "from", "me@here.example", 15, NULL);
	vars_set(&shell.talk.vars, "helo", "Alpha.ARPA", 10, NULL);
	vars_set(&shell.talk.vars, "who", "x", 1, NULL);
	used_init(&used);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		used_line(&used, lines[i], strlen(lines[i]));
	for (i = 0; i < sizeof(completions) / sizeof(completions[0]); i++)
		test_completion(i);
	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		test_hint(i);
	test_prefixes();
	test_used();
	smtp_free(session);
	vars_release(&shell.talk.vars);
	used_release(&used);
	free(template.name);
	return check_done();
}
