/* What people see: exact lines without remarks, the shape of it with them. */
#include "check.h"
#include "sink.h"

static struct out out;
static struct redact redact;

static struct sink *
human_begin(struct human_opts o)
{
	sink_out(&out);
	if (o.text_max == 0)
		o.text_max = 1 << 20;
	return human_new(&out, &o, &redact);
}

static char *
human_end(struct sink *s)
{
	struct err e;
	CHECK(s->close(s, &e) == 0, "close");
	char *got = sink_read(out.fd);
	close(out.fd);
	CHECK(out_release(&out, &e) == 0, "release");
	return got;
}

static void
human_is(struct sink *s, const char *label, const char *want)
{
	char *got = human_end(s);
	CHECK(
	    strcmp(got, want) == 0, "%s:\n%s--- want\n%s---", label, got, want);
	free(got);
}

static void
human_session(void)
{
	struct sink *s = human_begin((struct human_opts){ 0 });
	EVENT(s, .kind = EV_FILE, .file = "alpha.smtp");
	EVENT(s, .kind = EV_OPEN, .text = "connected to 127.0.0.1 port 25");
	REPLY(s, "220 Beta.ARPA Service ready\r\n");
	SENT(s, "HELO me", .implied = true);
	REPLY(s, "250-one\r\n250-\r\n250 two\r\n");
	SENT(s, "VRFY ${x} $${y}", .typed = true);
	REPLY(s, "250\r\n");
	SENT(s, "");
	REPLY(s, "500 \033[2J\xe2\x80\xae\r\n");
	SENT(s, "x\x01y", .verb = verb_get(VERB_UNKNOWN));
	REPLY(s, "550 /a/\r\n");
	EVENT(s, .kind = EV_OCTETS, .n = 1, .text = "\\raw ${x}");
	REPLY(s, "250 ok\r\n", .unsolicited = true);
	EVENT(s, .kind = EV_GARBAGE, .text = "HTTP/1.1 400\nX\033", .len = 15,
	    .remark = "no three digits");
	EVENT(s, .kind = EV_REMARK, .text = "one\ntwo");
	EVENT(s, .kind = EV_CLOSED, .text = "the server closed");
	EVENT(s, .kind = EV_REMARK, .text = "three");
	human_is(s, "session",
	    "# alpha.smtp\n"
	    "# connected to 127.0.0.1 port 25\n"
	    "R: 220 Beta.ARPA Service ready\n"
	    "S: HELO me\n"
	    "   # implied\n"
	    "R: 250-one\n"
	    "R: 250-\n"
	    "R: 250 two\n"
	    "S: VRFY $${x} $$${y}\n"
	    "R: 250\n"
	    "S:\n"
	    "R: 500 \\x1b[2J\\xe2\\x80\\xae\n"
	    "S: x\\x01y\n"
	    "R: 550 \\x2fa/\n"
	    "\\raw $${x}\n"
	    "   # 1 octet\n"
	    "R: 250 ok\n"
	    "   # nobody asked for this reply\n"
	    "   # not a reply: HTTP/1.1 400\n"
	    "   # X\\x1b\n"
	    "   # no three digits\n"
	    "   # one\n"
	    "   # two\n"
	    "# the server closed\n"
	    "# three\n");
}

static void
human_mail_text(void)
{
	struct sink *s = human_begin((struct human_opts){ .text_max = 45 });
	const struct verb *end = verb_get(VERB_TEXT_END);
	TEXT(s, "one");
	TEXT(s, "");
	EVENT(s, .kind = EV_REMARK, .text = "meanwhile");
	TEXT(s, ".dots");
	TEXT(s, "0123456789012345678901234567890123456789");
	TEXT(s, "x");
	SENT(s, ".", .verb = end);
	TEXT(s, ".");
	TEXT(s, "\t<CRLF>.<CRLF>");
	TEXT(s, "<CRLF>.<CRLF> no");
	SENT(s, ".", .verb = end);
	EVENT(s, .kind = EV_OCTETS, .n = 1073741824);
	SENT(s, ".", .verb = end);
	EVENT(s, .kind = EV_OCTETS, .n = 5, .text = "\\send big.eml");
	human_is(s, "mail text",
	    "S: one\n"
	    "S:\n"
	    "S: .dots\n"
	    "S: .\n"
	    "   # meanwhile\n"
	    "   # ... 45 more octets of mail text not shown\n"
	    "S: \\.\n"
	    "S: \\\t<CRLF>.<CRLF>\n"
	    "S: <CRLF>.<CRLF> no\n"
	    "S: .\n"
	    "S: .\n"
	    "   # 1073741824 octets of mail text not shown\n"
	    "\\send big.eml\n"
	    "   # 5 octets\n");
}

static void
human_verdicts(void)
{
	struct sink *s = human_begin((struct human_opts){ 0 });
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MET, .expected = "250");
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MISSED,
	    .expected = "550 No such user here", .text = "250 OK",
	    .file = "a.smtp", .line = 7);
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MISSED,
	    .expected = "550");
	EVENT(s, .kind = EV_FILE_END, .file = "a.smtp", .met = 7,
	    .took_ns = 12000000);
	EVENT(s, .kind = EV_FILE_END, .file = "b.smtp", .met = 3, .missed = 4,
	    .status = 1, .took_ns = 1234000000, .text = "line 9");
	EVENT(s, .kind = EV_FILE_END, .file = "c.smtp", .took_ns = 400000);
	EVENT(s, .kind = EV_FILE_END, .file = "d.smtp", .took_ns = -1,
	    .status = 69);
	EVENT(s, .kind = EV_END, .files = 1);
	EVENT(s, .kind = EV_END, .files = 4, .files_failed = 2);
	human_is(s, "verdicts",
	    "   # a.smtp:7: expected 550 No such user here, got 250 OK\n"
	    "   # expected 550, got nothing\n"
	    "# a.smtp: 7 of 7 expectations met, 12 ms\n"
	    "# b.smtp: FAILED after 3 of 7 expectations: line 9, 1.2 s\n"
	    "# c.smtp: done, 0.4 ms\n"
	    "# d.smtp: FAILED (exit status 69)\n"
	    "# 4 files, 2 failed\n");
}

static void
human_secrets(void)
{
	redact_add(&redact, "hunter2!", 8);
	struct sink *s = human_begin((struct human_opts){ 0 });
	SENT(s, "AUTH PLAIN AGJvYgBodW50ZXIyIQ==", .secret = true);
	REPLY(s, "535 no hunter2!\r\n");
	TEXT(s, "pass: hunter2!");
	EVENT(s, .kind = EV_GARBAGE, .text = "hunter2!");
	EVENT(s, .kind = EV_REMARK, .text = "aHVudGVyMiE=");
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MISSED,
	    .expected = "hunter2!", .text = "hunter2!");
	human_is(s, "secrets",
	    "S: AUTH PLAIN ***\n"
	    "R: 535 no ***\n"
	    "S: pass: ***\n"
	    "   # not a reply: ***\n"
	    "   # ***\n"
	    "   # expected ***, got ***\n");
	redact_release(&redact);
}

static void
human_flaws(void)
{
	struct sink *s = human_begin((struct human_opts){ 0 });
	REPLY(s, "250 a\rb\0c\n", .len = 10, .rcpt = "<a@b>");
	REPLY(s, "250 5.1.1 no\r\n");
	char *got = human_end(s);
	static const char *const want[] = { "R: 250 a\\x0db\\x00c\n",
		"   # for <a@b>\n", "LF alone", "CR inside", "NUL inside",
		"class of the enhanced" };
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(strstr(got, want[i]) != NULL, "%s in:\n%s", want[i], got);
	free(got);
}

/* AUTH on two lines is one list, and is explained once; a second EHLO's not at
 * all. */
static void
human_auth_twice(void)
{
	struct sink *s = human_begin((struct human_opts){ .remarks = true });
	static const char text[] =
	    "250-me\r\n250-AUTH=LOGIN\r\n250-SIZE\r\n250 auth PLAIN\r\n";
	REPLY(s, text, .verb = verb_get(VERB_EHLO));
	REPLY(s, text, .verb = verb_get(VERB_EHLO));
	char *got = human_end(s);
	const char *first = strstr(got, "4954");
	CHECK(first != NULL && strstr(first + 1, "4954") == NULL, "%s", got);
	free(got);
}

/* Is it a time, at the end of a line? */
static bool
human_is_timed(const char *p, size_t n)
{
	return n > 3 && (strncmp(p + n - 3, " ms", 3) == 0 ||
			    strncmp(p + n - 2, " s", 2) == 0);
}

/* Where it is no terminal all of it stands below the reply, the time at the
 * last remark's end. */
static void
human_below(void)
{
	struct sink *s = human_begin((struct human_opts){ .remarks = true });
	REPLY(s, "250-me\r\n250 SIZE 1000\r\n", .verb = verb_get(VERB_EHLO),
	    .took_ns = 12000000);
	REPLY(s, "354 Start mail input; end with <CRLF>.<CRLF>\r\n",
	    .verb = verb_get(VERB_DATA), .took_ns = -1);
	human_is(s, "below",
	    "R: 250-me\n"
	    "R: 250 SIZE 1000\n"
	    "   # 250 Requested mail action okay, completed                  "
	    "        12 ms\n"
	    "   # SIZE  messages up to 1,000 octets (RFC 1870)\n"
	    "R: 354 Start mail input; end with <CRLF>.<CRLF>\n"
	    "   # 354 Start mail input; end with <CRLF>.<CRLF>\n");
}

/* A time goes where there is room, and nowhere if there is none; what the reply
 * says itself is not said again. */
static void
human_room(void)
{
	struct sink *s = human_begin((struct human_opts){
	    .terminal = true, .remarks = true, .width = 50 });
	static const struct verb *v;
	v = verb_get(VERB_DATA);
	REPLY(s, "354 Start mail input; end with <CRLF>.<CRLF>\r\n", .verb = v,
	    .took_ns = 400000);
	REPLY(s, "451 as long as the line is, to the very last of it\r\n",
	    .verb = v, .took_ns = 400000);
	REPLY(s, "354 Enter mail, end with a dot\r\n", .verb = v,
	    .took_ns = 400000);
	REPLY(
	    s, "250 tab\there\r\n", .verb = verb_get(VERB_NOOP), .took_ns = -1);
	REPLY(s, "250-me\r\n250 SIZE 10000000\r\n", .verb = verb_get(VERB_EHLO),
	    .took_ns = 400000);
	human_is(s, "room",
	    "R: 354 Start mail input; end with <CRLF>.<CRLF>\n"
	    "R: 451 as long as the line is, to the very last of it"
	    "                                        0.4 ms\n"
	    "   # 451 Requested action aborted: local error in\n"
	    "   #     processing\n"
	    "R: 354 Enter mail, end with a dot          0.4 ms\n"
	    "R: 250 tab\there\n"
	    "   # 250 Requested mail action okay, completed\n"
	    "R: 250-me                                  0.4 ms\n"
	    "R: 250 SIZE 10000000  # messages up to...\n");
}

/* Every line is a remark, R: or S:, and what is added keeps to the width. */
static void
human_widths(void)
{
	static const int widths[] = { 0, 20, 40, 60, 80, 200 };
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct sink *s = human_begin((struct human_opts){
		    .terminal = true, .remarks = true, .width = widths[i] });
		size_t most = widths[i] == 0   ? 80
			      : widths[i] < 40 ? 40
					       : (size_t)widths[i];
		REPLY(s, "220 ready\r\n", .verb = verb_get(VERB_GREETING),
		    .took_ns = 400000);
		REPLY(s,
		    "250-me\r\n250-SIZE 1000\r\n250-8BITMIME\r\n"
		    "250-AUTH=LOGIN PLAIN\r\n250-FOO\r\n250 HELP\r\n",
		    .verb = verb_get(VERB_EHLO), .took_ns = 12000000);
		REPLY(s, "550 5.1.1 no\r\n", .verb = verb_get(VERB_RCPT),
		    .took_ns = 1234567890);
		REPLY(s, "599 what\r\n", .took_ns = 75000000000);
		EVENT(s, .kind = EV_REMARK,
		    .text = "a longer remark that will have to be broken where "
			    "the terminal is narrow, in words");
		char *got = human_end(s);
		size_t times = 0;
		for (char *p = got; *p != '\0';) {
			size_t n = strcspn(p, "\n");
			size_t w = escape_width(p, n);
			bool remark = strncmp(p, "   # ", 5) == 0;
			CHECK(remark || strncmp(p, "R: ", 3) == 0, "%.*s",
			    (int)n, p);
			CHECK(
			    w <= most, "%zu of %zu: %.*s", w, most, (int)n, p);
			if (human_is_timed(p, n)) {
				size_t edge = most < 100 ? most - 1 : 99;
				CHECK(w == edge && !remark, "%zu: %.*s", w,
				    (int)n, p);
				times++;
			}
			p += n + (p[n] == '\n');
		}
		CHECK(times == 4, "%zu times in %d columns:\n%s", times,
		    widths[i], got);
		CHECK(strstr(got, "\nR: 250-SIZE 1000  ") != NULL &&
			  strstr(got, "  # messages up to") != NULL,
		    "keywords:\n%s", got);
		CHECK(strstr(got, "# FOO") == NULL, "unknown keyword");
		if (getenv("SHOW") != NULL)
			puts(got);
		free(got);
	}
}

static void
human_colours(void)
{
	struct sink *s = human_begin(
	    (struct human_opts){ .terminal = true, .colour = true });
	SENT(s, "NOOP", .typed = true);
	REPLY(s, "250 ok\r\n");
	SENT(s, "NOOP");
	REPLY(s, "354 go\r\n");
	TEXT(s, "hello");
	SENT(s, ".", .verb = verb_get(VERB_TEXT_END));
	REPLY(s, "451 later\r\n");
	REPLY(s, "550 no\033\r\n");
	EVENT(s, .kind = EV_REMARK, .text = "dim");
	human_is(s, "colours",
	    "\033[32mR: 250 ok\033[0m\n"
	    "\033[1mS: NOOP\033[0m\n"
	    "\033[36mR: 354 go\033[0m\n"
	    "S: hello\n"
	    "\033[1mS: .\033[0m\n"
	    "\033[33mR: 451 later\033[0m\n"
	    "\033[31mR: 550 no\\x1b\033[0m\n"
	    "\033[2m   # dim\033[0m\n");
}

int
main(void)
{
	redact_init(&redact);
	human_session();
	human_mail_text();
	human_verdicts();
	human_secrets();
	human_flaws();
	human_auth_twice();
	human_below();
	human_room();
	human_widths();
	human_colours();
	return check_done();
}
