/* The command line as rows: words, what they come to, or the sentence that
 * refuses them. */
#include "check.h"
#include "cmd/front/opts.h"
#include "cmd/shell/setting.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 20

/* Words of a line; '...' holds one together. */
static int
split(char *line, char **argv)
{
	int n = 0;
	static char name[] = "smtpsh";
	argv[n++] = name;
	while (*line != '\0' && n < MAX_WORDS) {
		char end = ' ';
		if (*line == '\'') {
			end = '\'';
			line++;
		}
		argv[n++] = line;
		line += strcspn(line, (char[]){ end, '\0' });
		if (*line == '\0')
			break;
		*line++ = '\0';
		line += strspn(line, " ");
	}
	return n;
}

/* Refusals. */
static const struct {
	const char *line;
	bool terminal;
	const char *want; /* words of the sentence, parted by "..." */
} refused[] = {
	{ "--frob h", false, "unknown option --frob: did you mean --from?" },
	{ "--zzz h", false, "unknown option --zzz; --help" },
	{ "-Z h", false, "unknown option -Z" },
	{ "-qZ h", false, "unknown option -Z in -qZ" },
	{ "--to", false, "--to takes a value" },
	{ "-t", false, "-t takes a value" },
	{ "--quiet=1 h", false, "--quiet=1 takes no value" },
	{ "--co h", false, "ambiguous...--command...--color" },
	{ "--format xml h", false, "--format xml...text|json|tap" },
	{ "--count x --serve 0", false, "--count x: expected a number" },
	{ "--count 0 --serve 0", false, "--count 0...at least 1" },
	{ "--count 9999999999999999999 --serve 0", false, "expected a number" },
	{ "--chunk 12x --to a@b h", false, "--chunk 12x...number of octets" },
	{ "--chunk= --to a@b h", false, "--chunk : expected" },
	{ "a b -c NOOP", false, "found 'b' after the host a" },
	{ "-s a b -c NOOP", false, "found 'b' after the host a" },

	/* Other programs' names. */
	{ "--starttls h", false, "--starttls...did you mean --tls?" },
	{ "--auth-password x h", false, "--auth-password-file" },
	{ "--password x h", false, "did you mean --auth-password-file" },
	{ "--password=x h", false, "did you mean --auth-password-file" },
	{ "--subject x h --data f", false, "--header" },
	{ "--h-Subject x h", false, "--header 'Subject: TEXT'" },
	{ "--ehlo x h", false, "--helo NAME, or --quit-after helo" },
	{ "--capabilities h", false, "mean --quit-after helo, which shows" },
	{ "--capa h", false, "--quit-after helo" },
	{ "--probe h", false, "--quit-after helo" },
	{ "--mail-from a@b h", false, "--from" },
	{ "-T f h", false, "--data" },
	{ "-tls --to a@b h", false, "did you mean --tls?" },
	{ "-tlsc h", false, "--tls-on-connect" },
	{ "-ehlo x h", false, "--helo" },
	{ "-au joe h", false, "--auth-user" },
	{ "-ap joe h", false, "--auth-password-file" },
	{ "-from a@b h", false, "did you mean --from?" },
	{ "-tjones h", false, "'jones' behind -t is no address" },
	{ "--attach f h --data f", false, "--data" },
	{ "--html f --data f h", false, "--data" },
	{ "--cc a@b --data f h", false, "--to" },
	{ "--partial x --to a@b h", false, "ok|fail" },
	{ "--tsl h", false, "did you mean --tls?" },

	/* What has nothing to do on this front. */
	{ "--user joe --password-file p h -c NOOP", false,
	    "--user...receiver...did you mean --auth-user?" },
	{ "--count 1 h -c NOOP", false, "--count is for the receiver" },
	{ "--maildir d h", true, "--maildir goes with the receiver" },
	{ "--self-signed h --to a@b", false, "--self-signed goes with" },
	{ "--cert c h -c NOOP", false, "--cert...did you mean --tls-cert?" },
	{ "--chunk 9 h -c NOOP", false, "--chunk is for one message...lines" },
	{ "--data f h -c NOOP", false, "--data is for one message" },
	{ "--bare --to a@b h", false, "--bare is for...one message is mailed" },
	{ "--dialect 821 --to a@b h", false, "--dialect goes with --mock" },
	{ "--serve 0 -c NOOP", false, "--serve only receives" },
	{ "--serve 0 h", false, "found the host h...--serve only receives" },
	{ "--serve 0 --tls", false, "--tls is for...--serve only receives" },
	{ "--serve 0 --format tap", false, "--format tap" },
	{ "--serve 0 --record r", false, "--record is for" },
	{ "--serve 0 --junit r", false, "--junit is for" },
	{ "--serve 0 --auth PLAIN", false, "--auth is for" },
	{ "--serve 0 --timeout 1", false, "--timeout is for" },
	{ "--serve 0 -D a=b", false, "--define goes with --mock" },
	{ "--serve 0 --mock m --maildir d", false, "--maildir...mock" },
	{ "--serve 0 --key k", false, "--key goes with...--cert" },
	{ "--serve 0 --user joe", false, "--user goes with --password-file" },
	{ "--serve 0 --auth-insecure", false, "--auth-insecure...--user" },
	{ "--serve 0 --tls-cipher x", false, "--tls-cipher...--self-signed" },
	{ "--list verbs --tls", false, "--tls is for" },
	{ "--list verbs h", false, "found the host h" },
	{ "--list verbs --explain 550", false, "two texts" },
	{ "--jobs 2 h -c NOOP", false, "--jobs goes with -f" },
	{ "--mx-all h -c NOOP", false, "--mx-all goes with --mx" },
	{ "--mx d --mx-all --to a@b", false, "--mx-all goes with...--data" },

	/* What it goes with. */
	{ "--tls-ca f h --to a@b", false, "--tls-ca goes with TLS...--tls" },
	{ "--tls-protocol 1.2 h --to a@b", false, "--tls-protocol...TLS" },
	{ "--tls-verify no h --to a@b", false, "--tls-verify goes with TLS" },
	{ "--tls-ca f h -c NOOP", false, "--tls-ca goes with TLS" },
	{ "--tls --tls-key k h -c NOOP", false, "--tls-key...--tls-cert" },
	{ "--auth-user joe h --to a@b", false, "--auth-user goes with --auth" },
	{ "--auth-user joe h -c NOOP", false, "--auth-user goes with --auth" },
	{ "--port 25 --sandbox -c NOOP", false, "--port goes with a host" },
	{ "--proxy-protocol 1 --sandbox -c NOOP", false,
	    "--proxy-protocol goes with a host" },
	{ "--proxy x --socket s -c NOOP", false, "--proxy goes with a host" },
	{ "--dane /s --to a@b", false, "--dane goes with a host" },
	{ "--trust-anchor f h --to a@b", false, "--trust-anchor...--dane" },

	/* What contradicts. */
	{ "--data f --data g --to a@b h", false, "--data is given twice" },
	{ "--mock f --mock g -c NOOP", false, "--mock is given twice" },
	{ "--data f --body x --to a@b h", false, "--data...--body" },
	{ "--tls --tls-optional h -c NOOP", false, "--tls...--tls-optional" },
	{ "-4 -6 h -c NOOP", false, "--ipv4 and --ipv6" },
	{ "--mock f h -c NOOP", false, "--mock plays the server" },
	{ "--sandbox h -c NOOP", false, "exclude each other" },
	{ "--socket s --pipe p -c NOOP", false, "exclude each other" },
	{ "--auth --netrc --auth-password-fd 3 h -c NOOP", false,
	    "--netrc...one password" },
	{ "-q --format json h -c NOOP", false, "--quiet...--format json" },
	{ "--bare --auth PLAIN h -c NOOP", false, "--bare...--auth" },
	{ "--chunk 9 --quit-after data --to a@b h", false, "--chunk sends no" },

	/* The word behind --auth. */
	{ "-c NOOP --auth NTLM h", false, "--auth NTLM...mechanism...LOGIN" },
	{ "-c NOOP --auth PLAN h", false, "--auth PLAN...SCRAM-SHA-256" },
	{ "h -c NOOP --auth plan.x", false, "--auth plan.x: unknown" },
	{ "-c NOOP --auth=NTLM h", false, "--auth NTLM: unknown" },
	{ "-c NOOP --auth NTLM", false, "--auth NTLM: unknown" },
};

/* The words of want stand in text, in this order. */
static bool
stands(const char *text, const char *want)
{
	while (*want != '\0') {
		const char *end = strstr(want, "...");
		size_t n = end == NULL ? strlen(want) : (size_t)(end - want);
		const char *at = text;
		while (strncmp(at, want, n) != 0)
			if (*at++ == '\0')
				return false;
		text = at + n;
		want += n + (end == NULL ? 0 : 3);
	}
	return true;
}

static int
parse(
    struct opts *o, const char *line, bool terminal, char **copy, struct err *e)
{
	char *argv[MAX_WORDS + 1] = { 0 };
	*copy = mem_dup(line);
	int argc = split(*copy, argv);
	e->text[0] = '\0';
	int r = opts_parse(o, argc, argv, e);
	return r < 0 ? r : opts_check(o, terminal, e);
}

static void
test_refused(void)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct opts o;
		struct err e = { 0 };
		char *copy;
		int r =
		    parse(&o, refused[i].line, refused[i].terminal, &copy, &e);
		CHECK(r < 0 && e.kind == ERR_USAGE, "%s: passes",
		    refused[i].line);
		CHECK(stands(e.text, refused[i].want), "%s: %s",
		    refused[i].line, e.text);
		opts_release(&o);
		free(copy);
	}
}

/* What is taken, and where it goes. */
static const struct {
	const char *line;
	bool terminal;
	enum opt_front front;
	const char *want; /* see shown() */
} taken[] = {
	{ "", true, FRONT_SHELL, "" },
	{ "", false, FRONT_LINES, "" },
	{ "h", true, FRONT_SHELL, "host=h" },
	{ "--bare h", true, FRONT_SHELL, "host=h bare=on" },
	{ "--ba h", true, FRONT_SHELL, "host=h bare=on" },
	{ "h -c NOOP", true, FRONT_LINES, "host=h c=NOOP" },
	{ "-cNOOP -f f h", true, FRONT_LINES, "host=h c=NOOP f=f" },
	{ "-qc NOOP -- -h", true, FRONT_LINES, "host=-h c=NOOP" },
	{ "h -f a b c", false, FRONT_LINES, "host=h f=a f=b f=c" },
	{ "-f a b c -s h", false, FRONT_LINES, "host=h f=a f=b f=c" },
	{ "-f a h c", false, FRONT_LINES, "host=h f=a f=c" },
	{ "--sandbox -f a -c NOOP b", false, FRONT_LINES, "f=a c=NOOP f=b" },
	{ "--mx d -f a b", false, FRONT_LINES, "f=a f=b" },
	{ "--jobs 4 -f a h", false, FRONT_LINES, "host=h f=a" },
	{ "-s a -s b", true, FRONT_SHELL, "host=b" },
	{ "-tx@y h", true, FRONT_MESSAGE, "host=h to=x@y" },
	{ "--to a@b -t c@d h", false, FRONT_MESSAGE, "host=h to=a@b to=c@d" },
	{ "--to a@b -c NOOP h", false, FRONT_LINES, "host=h c=NOOP to=a@b" },
	{ "--from a@b h", true, FRONT_SHELL, "host=h" },
	{ "--tls-verify no --tls h", true, FRONT_SHELL,
	    "host=h tls-verify=no" },
	{ "--tls-ca f -c \\starttls h", false, FRONT_LINES,
	    "host=h c=\\starttls" },
	{ "--tls-ca f -c 'S: starttls' h", false, FRONT_LINES,
	    "host=h c=S: starttls" },
	{ "--tls-ca f h", false, FRONT_LINES, "host=h" },
	{ "--tls-ca f smtps://h --to a@b", false, FRONT_MESSAGE,
	    "host=smtps://h to=a@b" },
	{ "--auth-user joe -c \\auth h", false, FRONT_LINES,
	    "host=h c=\\auth" },
	{ "--color never h", true, FRONT_SHELL, "host=h color=never" },
	{ "--colour=never h", true, FRONT_SHELL, "host=h color=never" },
	{ "--no-remarks h", true, FRONT_SHELL, "host=h no-remarks=off" },
	{ "--timeout 5s h", true, FRONT_SHELL, "host=h timeout=5s" },
	{ "--auth h", true, FRONT_SHELL, "host=h auth" },
	{ "--auth mail.example.org", true, FRONT_SHELL,
	    "host=mail.example.org auth" },
	{ "--auth LOGIN h", true, FRONT_SHELL, "host=h auth=LOGIN" },
	{ "h --auth plain", true, FRONT_SHELL, "host=h auth=plain" },
	{ "--auth=PLAIN h", true, FRONT_SHELL, "host=h auth=PLAIN" },
	{ "--auth --auth-user joe h", true, FRONT_SHELL, "host=h auth" },
	{ "--explain 550 5.1.1", false, FRONT_TEXTS, "word=550 word=5.1.1" },
	{ "550 --explain 551", false, FRONT_TEXTS, "word=551 word=550" },
	{ "--help", false, FRONT_TEXTS, "help" },
	{ "--help tls", false, FRONT_TEXTS, "help=tls" },
	{ "--tls h --help", false, FRONT_TEXTS, "host=h help" },
	{ "--mx d --trust-anchor f --to a@b", false, FRONT_MESSAGE, "to=a@b" },
	{ "--proxy-protocol 1 --socket s -c NOOP", false, FRONT_LINES,
	    "c=NOOP" },
	{ "--no-rc --serve 0", false, FRONT_SERVE, "" },
	{ "--serve 0 --helo h --mock f -D a=b --dialect 821", false,
	    FRONT_SERVE, "" },
	{ "--sandbox --maildir d --self-signed --tls --to a@b", false,
	    FRONT_MESSAGE, "to=a@b" },
	{ "--mock m --auth PLAIN --auth-user joe -c NOOP", false, FRONT_LINES,
	    "c=NOOP auth=PLAIN" },
};

/* "host=h c=LINE f=FILE to=A NAME=VALUE auth[=MECHANISM] word=W help" */
static void
shown(const struct opts *o, struct buf *b)
{
	if (o->host != NULL)
		buf_addf(b, " host=%s", o->host);
	for (size_t i = 0; i < o->nrun; i++)
		buf_addf(
		    b, " %c=%s", o->run[i].file ? 'f' : 'c', o->run[i].text);
	for (size_t i = 0; i < o->to.n; i++)
		buf_addf(b, " to=%s", o->to.item[i]);
	for (size_t i = 0; i < o->nsetting; i++)
		buf_addf(
		    b, " %s=%s", o->setting[i].option, o->setting[i].value);
	if (o->auth)
		buf_addf(b, " auth%s%s", o->auth_mech == NULL ? "" : "=",
		    o->auth_mech == NULL ? "" : o->auth_mech);
	for (size_t i = 0; i < o->words.n; i++)
		buf_addf(b, " word=%s", o->words.item[i]);
	if (o->help)
		buf_addf(b, " help%s%s", o->help_group == NULL ? "" : "=",
		    o->help_group == NULL ? "" : o->help_group);
}

static void
test_taken(void)
{
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		struct opts o;
		struct err e = { 0 };
		struct buf b = BUF_INIT;
		char *copy;
		int r = parse(&o, taken[i].line, taken[i].terminal, &copy, &e);
		CHECK(r == 0, "%s: %s", taken[i].line, e.text);
		shown(&o, &b);
		const char *have = buf_str(&b);
		CHECK(strcmp(have + (*have == ' '), taken[i].want) == 0,
		    "%s:%s", taken[i].line, have);
		CHECK(o.front == taken[i].front, "%s: front %d", taken[i].line,
		    (int)o.front);
		buf_release(&b);
		opts_release(&o);
		free(copy);
	}
}

/* Rows of options and of settings name each other. */
static void
test_settings(void)
{
	size_t rows = 0, settings = 0;
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		rows += t->kind == OPT_SETTING;
	for (const struct setting *s = setting_table; s->name != NULL; s++) {
		if (s->option == NULL)
			continue;
		const struct opt *t = opts_find(s->option, strlen(s->option));
		CHECK(t != NULL && t->kind == OPT_SETTING, "%s", s->name);
		settings++;
	}
	CHECK(rows == settings, "%zu options, %zu settings", rows, settings);
	CHECK(rows >= 8, "only %zu", rows);
}

/* Each option is by itself in place or refused with its name; none passes by
 * where it is for nothing. */
static void
test_rows(void)
{
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		CHECK(t->on != 0, "--%s is for nothing", t->name);
		/* C lets a text fill its field to the last octet. */
		CHECK(memchr(t->name, 0, sizeof t->name) != NULL &&
			  memchr(t->also, 0, sizeof t->also) != NULL &&
			  memchr(t->arg, 0, sizeof t->arg) != NULL &&
			  memchr(t->text, 0, sizeof t->text) != NULL &&
			  memchr(t->group, 0, sizeof t->group) != NULL,
		    "--%.20s does not end", t->name);
		CHECK((t->kind == OPT_NUMBER) <= (t->arg[0] != '\0'), "--%s",
		    t->name);
		if (t->on & FRONT_SERVE || t->on & FRONT_TEXTS)
			continue;
		const char *value = t->arg;
		char *line = mem_printf("--serve 0 --%s%s%.*s", t->name,
		    *value ? "=" : "",
		    (int)(t->kind == OPT_NUMBER ? 0 : strcspn(value, "|")),
		    value);
		if (t->kind == OPT_NUMBER || t->kind == OPT_AUTH) {
			free(line);
			line = mem_printf("--serve 0 --%s=%s", t->name,
			    t->kind == OPT_AUTH ? "PLAIN" : "3");
		}
		struct opts o;
		struct err e = { 0 };
		char *copy;
		char *want = mem_printf("--%s is for", t->name);
		char *run = mem_printf("--%s is a run of its own", t->name);
		CHECK(parse(&o, line, false, &copy, &e) < 0 &&
			  (strstr(e.text, want) != NULL ||
			      strstr(e.text, run) != NULL),
		    "%s: %s", line, e.text);
		opts_release(&o);
		free(want);
		free(run);
		free(copy);
		free(line);
	}
}

static void
test_usage(void)
{
	struct buf b = BUF_INIT;
	struct err e;
	CHECK(opts_usage(&b, "TLS", &e) == 0 &&
		  strstr(buf_str(&b), "--tls-ca") != NULL &&
		  strstr(buf_str(&b), "--lmtp") == NULL,
	    "%s", buf_str(&b));
	CHECK(opts_usage(&b, "x", &e) < 0 && e.kind == ERR_USAGE &&
		  strstr(e.text, "receiver") != NULL,
	    "%s", e.text);
	for (size_t i = 0; opts_group_word(i) != NULL; i++) {
		buf_clear(&b);
		CHECK(opts_usage(&b, opts_group_word(i), &e) == 0 &&
			  strstr(buf_str(&b), "  --") != NULL,
		    "%s", opts_group_word(i));
	}
	buf_release(&b);
}

int
main(void)
{
	test_refused();
	test_taken();
	test_settings();
	test_rows();
	test_usage();
	return check_done();
}
