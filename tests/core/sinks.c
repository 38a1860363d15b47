/* The machine forms and the record: exact output, and that it is read again. */
#include "check.h"
#include "cmd/lang/lang.h"
#include "cmd/sink/relay.h"
#include "sink.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static struct redact redact;

static void
sinks_files(struct sink *s)
{
	EVENT(s, .kind = EV_FILE, .file = "a#1.smtp");
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MET, .expected = "250");
	EVENT(s, .kind = EV_FILE_END, .file = "a#1.smtp", .met = 1,
	    .took_ns = 12000000);
	EVENT(s, .kind = EV_FILE, .file = "<b>.smtp");
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MISSED,
	    .file = "<b>.smtp", .line = 7, .expected = "550 \"no\"",
	    .text = "250 OK \033 & hunter2!");
	EVENT(s, .kind = EV_FILE_END, .file = "<b>.smtp", .met = 3, .missed = 1,
	    .status = 1, .took_ns = 1500000000);
	EVENT(s, .kind = EV_FILE, .file = "c.smtp");
	EVENT(s, .kind = EV_FILE_END, .file = "c.smtp", .status = 74,
	    .took_ns = 400000, .text = "connection lost");
	EVENT(s, .kind = EV_END, .files = 3, .files_failed = 2);
}

static void
sinks_is(const char *label, char *got, const char *want)
{
	CHECK(
	    strcmp(got, want) == 0, "%s:\n%s--- want\n%s---", label, got, want);
	free(got);
}

static char *
sinks_close(struct sink *s, struct out *o)
{
	struct err e;
	CHECK(s->close(s, &e) == 0, "close");
	char *got = sink_read(o->fd);
	close(o->fd);
	CHECK(out_release(o, &e) == 0, "release");
	return got;
}

static void
sinks_tap(void)
{
	struct out o;
	sink_out(&o);
	struct sink *s = tap_new(&o, &redact);
	sinks_files(s);
	sinks_is("tap", sinks_close(s, &o),
	    "TAP version 13\n"
	    "ok 1 - a\\#1.smtp # 12 ms\n"
	    "not ok 2 - <b>.smtp # 1.5 s\n"
	    "  ---\n"
	    "  message: \"expected 550 \\\"no\\\", got 250 OK \\\\x1b & ***\"\n"
	    "  file: \"<b>.smtp\"\n"
	    "  line: 7\n"
	    "  expected: \"550 \\\"no\\\"\"\n"
	    "  got: \"250 OK \\\\x1b & ***\"\n"
	    "  met: 3\n"
	    "  missed: 1\n"
	    "  unjudged: 0\n"
	    "  status: 1\n"
	    "  ...\n"
	    "not ok 3 - c.smtp # 0.4 ms\n"
	    "  ---\n"
	    "  message: \"connection lost\"\n"
	    "  file: \"c.smtp\"\n"
	    "  met: 0\n"
	    "  missed: 0\n"
	    "  unjudged: 0\n"
	    "  status: 74\n"
	    "  ...\n"
	    "1..3\n");
	sink_out(&o);
	s = tap_new(&o, &redact);
	EVENT(s, .kind = EV_REMARK, .text = "no files");
	sinks_is("tap of standard input", sinks_close(s, &o),
	    "TAP version 13\nok 1 - standard input\n1..1\n");
	sink_out(&o);
	s = tap_new(&o, &redact);
	EVENT(s, .kind = EV_FILE, .file = "cut.smtp");
	char *got = sinks_close(s, &o);
	CHECK(strstr(got, "\nnot ok 1 - cut.smtp\n") != NULL, "cut: %s", got);
	free(got);
}

/* The path of a new, empty file; for unlink() and free(). */
static char *
sinks_path(void)
{
	char *path = mem_dup("/tmp/smtpsh-sinks-XXXXXX");
	int fd = mkstemp(path);
	if (fd < 0)
		abort();
	close(fd);
	return path;
}

static char *
sinks_slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	char *got = sink_read(fd);
	close(fd);
	return got;
}

static void
sinks_junit(void)
{
	struct err e;
	char *path = sinks_path();
	struct sink *s = junit_new(path, &redact, &e);
	sinks_files(s);
	CHECK(s->close(s, &e) == 0, "close");
	sinks_is("junit", sinks_slurp(path),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuite name=\"smtpsh\" tests=\"3\" failures=\"1\" "
	    "errors=\"1\" skipped=\"0\" time=\"1.512400\">\n"
	    "  <testcase classname=\"smtpsh\" name=\"a#1.smtp\" "
	    "time=\"0.012000\"/>\n"
	    "  <testcase classname=\"smtpsh\" name=\"&lt;b&gt;.smtp\" "
	    "time=\"1.500000\">\n"
	    "    <failure message=\"expected 550 &quot;no&quot;, got 250 OK "
	    "\\x1b &amp; ***\" type=\"expectation\">&lt;b&gt;.smtp:7: "
	    "expected 550 &quot;no&quot;, got 250 OK \\x1b &amp; ***\n"
	    "3 met, 1 missed, 0 unjudged, exit status 1</failure>\n"
	    "  </testcase>\n"
	    "  <testcase classname=\"smtpsh\" name=\"c.smtp\" "
	    "time=\"0.000400\">\n"
	    "    <error message=\"connection lost\" type=\"session\">0 met, "
	    "0 missed, 0 unjudged, exit status 74</error>\n"
	    "  </testcase>\n"
	    "</testsuite>\n");
	unlink(path);
	free(path);
	CHECK(junit_new("/nonexistent/x", &redact, &e) == NULL &&
		  e.kind == ERR_OUTPUT,
	    "no folder");
}

/* What differs from run to run, made plain: {"time":"...", */
static void
sinks_plain_time(char *line)
{
	static const char head[] = "{\"time\":\"";
	char *to = strchr(line + sizeof(head) - 1, '"');
	CHECK(strncmp(line, head, sizeof(head) - 1) == 0 && to != NULL &&
		  to - line == 33 && to[-1] == 'Z' && to[-5] == '.',
	    "time in %s", line);
	if (to != NULL)
		memmove(line, to + 2, strlen(to + 2) + 1);
}

static void
sinks_json_is(const char *label, struct event ev, const char *want)
{
	struct out o;
	struct err e;
	sink_out(&o);
	struct sink *s = json_new(&o, &redact, &e);
	CHECK(s != NULL, "%s", e.text);
	if (s == NULL)
		return;
	ev.at_ns = 1234567;
	if (ev.kind == EV_REPLY)
		sink_put_reply(s, ev);
	else
		sink_put(s, ev);
	char *got = sinks_close(s, &o);
	sinks_plain_time(got);
	static const char since[] = "\"ms_since_start\":1.234,";
	CHECK(strncmp(got, since, strlen(since)) == 0, "%s: %s", label, got);
	CHECK(strcmp(got + strlen(since), want) == 0, "%s: %s", label, got);
	free(got);
}

#define JSON(label, want, ...)                                                 \
	sinks_json_is(label, (struct event){ __VA_ARGS__ }, want "}\n")

static void
sinks_json(void)
{
	JSON("sent",
	    "\"event\":\"sent\",\"direction\":\"client\",\"text\":\"EHLO x\","
	    "\"verb\":\"EHLO\",\"implied\":true,\"file\":\"a\",\"line\":3",
	    .kind = EV_SENT, .text = "EHLO x", .verb = verb_get(VERB_EHLO),
	    .implied = true, .file = "a", .line = 3);
	JSON("reply",
	    "\"event\":\"reply\",\"direction\":\"server\",\"code\":550,"
	    "\"enhanced\":\"5.1.1\",\"meaning\":\"Requested action not taken:"
	    " mailbox unavailable\",\"lines\":[\"5.1.1 a\",\"5.1.1 b\"],"
	    "\"text\":\"5.1.1 a\\n5.1.1 b\",\"verb\":\"RCPT\",\"ms\":0.4,"
	    "\"expected\":\"250\",\"verdict\":\"missed\"",
	    .kind = EV_REPLY, .text = "550-5.1.1 a\r\n550 5.1.1 b\r\n",
	    .verb = verb_get(VERB_RCPT), .took_ns = 400000, .expected = "250",
	    .verdict = VERDICT_MISSED);
	JSON("octets of all kinds",
	    "\"event\":\"garbage\",\"direction\":\"server\",\"text\":"
	    "\"\\u001B\\\"\\\\\xc3\xa9\\\\xff\\u007F\\u009B\\u202E\\uDB40"
	    "\\uDC01\",\"reason\":\"why\"",
	    .kind = EV_GARBAGE,
	    .text = "\033\"\\\xc3\xa9\xff\x7f\xc2\x9b\xe2\x80\xae"
		    "\xf3\xa0\x80\x81",
	    .remark = "why");
	JSON("nul", "\"event\":\"remark\",\"text\":\"a\\u0000b\"",
	    .kind = EV_REMARK, .text = "a\0b", .len = 3);
	JSON("secret",
	    "\"event\":\"sent\",\"direction\":\"client\","
	    "\"text\":\"AUTH PLAIN ***\",\"verb\":\"AUTH\",\"secret\":true",
	    .kind = EV_SENT,
	    .text = "AUTH PLAIN AGIAeA==", .verb = verb_get(VERB_AUTH),
	    .secret = true);
	JSON("verdict",
	    "\"event\":\"verdict\",\"expected\":\"550 ***\",\"got\":\"250\","
	    "\"verdict\":\"missed\",\"file\":\"f\",\"line\":1",
	    .kind = EV_VERDICT, .expected = "550 hunter2!", .text = "250",
	    .verdict = VERDICT_MISSED, .file = "f", .line = 1);
	JSON("summary",
	    "\"event\":\"summary\",\"met\":2,\"missed\":0,\"unjudged\":0,"
	    "\"status\":0,"
	    "\"ms\":12.0,\"file\":\"f\"",
	    .kind = EV_FILE_END, .file = "f", .met = 2, .took_ns = 12000000);
	JSON("octets",
	    "\"event\":\"text\",\"direction\":\"client\",\"octets\":7,"
	    "\"text\":\"\\\\send x\"",
	    .kind = EV_OCTETS, .n = 7, .text = "\\send x");
}

/* A session of all that is awkward to replay. */
static void
sinks_session(struct sink *s)
{
	const struct verb *end = verb_get(VERB_TEXT_END);
	EVENT(s, .kind = EV_OPEN, .text = "connected to \033");
	REPLY(s, "220 ready\r\n", .verb = verb_get(VERB_GREETING));
	SENT(s, "EHLO ${x}", .implied = true);
	REPLY(s, "250-/a/\r\n250 AUTH PLAIN\r\n");
	SENT(s, "AUTH PLAIN AGIAaHVudGVyMiE=", .secret = true);
	REPLY(s, "235 \033ok\r\n");
	SENT(s, "DATA");
	REPLY(s, "354 go\r\n");
	TEXT(s, "a\xff\x01");
	EVENT(s, .kind = EV_REMARK, .text = "meanwhile");
	TEXT(s, "R: 250 text");
	TEXT(s, "");
	TEXT(s, ".");
	TEXT(s, "# text");
	TEXT(s, "${y}");
	SENT(s, ".", .verb = end);
	REPLY(s, "250\r\n");
	EVENT(s, .kind = EV_OCTETS, .n = 9, .text = "\\send big.eml");
	EVENT(s, .kind = EV_GARBAGE, .text = "what\n");
	REPLY(s, "421 bye\r\n", .unsolicited = true);
	EVENT(s, .kind = EV_CLOSED, .text = "closed");
	EVENT(s, .kind = EV_OPEN, .text = "connected");
	SENT(s, "QUIT");
	REPLY(s, "221 bye\r\n");
}

static void
sinks_record(void)
{
	struct err e;
	struct stat st;
	char *path = sinks_path();
	chmod(path, 0644);
	struct sink *s = record_new(path, &redact, &e);
	sinks_session(s);
	CHECK(s->close(s, &e) == 0, "close");
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "mode %o",
	    (unsigned)st.st_mode);
	char *got = sinks_slurp(path);
	char *first = strchr(got, '\n');
	CHECK(strncmp(got, "# recorded by smtpsh ", 21) == 0, "%s", got);
	sinks_is("record", mem_dup(first + 1),
	    "# connected to \\x1b\n"
	    "R: 220 ready\n"
	    "S: EHLO $${x}\n"
	    "R: 250-\\x2fa/\n"
	    "R: 250 AUTH PLAIN\n"
	    "S: AUTH PLAIN ***\n"
	    "# *** was a secret, which is not kept: to replay this, log in "
	    "(--auth-user ...)\n"
	    "R: 235 \\x1bok\n"
	    "S: DATA\n"
	    "R: 354 go\n"
	    "S: a\xff\x01\n"
	    "S: R: 250 text\n"
	    "S:\n"
	    "S: \\.\n"
	    "S: # text\n"
	    "S: $${y}\n"
	    "S: .\n"
	    "R: 250\n"
	    "\\send big.eml\n"
	    "# not a reply: what\\x0a\n"
	    "# nobody asked for this: R: 421 bye\n"
	    "# closed\n"
	    "# connected\n"
	    "\\connect\n"
	    "S: QUIT\n"
	    "R: 221 bye\n");
	free(got);
	char *link = mem_printf("%s.link", path);
	CHECK(symlink(path, link) == 0, "symlink");
	CHECK(record_new(link, &redact, &e) == NULL && e.kind == ERR_OUTPUT,
	    "symbolic link");
	CHECK(record_new("-", &redact, &e) == NULL && e.kind == ERR_USAGE,
	    "standard output");
	unlink(link);
	unlink(path);
	free(link);
	free(path);
}

/* What is printed is a conversation file: the parser takes it, and mail text
 * and replies are what they were. */
static void
sinks_parse(const char *label, const char *text)
{
	struct script sc = { 0 };
	struct err e = { 0 };
	size_t texts = 0, expects = 0;
	if (script_parse(&sc, label, text, strlen(text), DIALECT_UNKNOWN, NULL,
		&e) < 0) {
		CHECK(false, "%s: %s", label, e.text);
		return;
	}
	for (size_t i = 0; i < sc.n; i++) {
		texts += sc.stmt[i].kind == STMT_TEXT;
		expects += sc.stmt[i].kind == STMT_EXPECT;
		CHECK(sc.stmt[i].kind != STMT_EXPECT ||
			  sc.stmt[i].expect->regex == NULL,
		    "%s: no regular expression", label);
	}
	CHECK(texts == 6, "%s: %zu lines of mail text", label, texts);
	CHECK(expects >= 6, "%s: %zu expectations", label, expects);
	script_release(&sc);
}

static void
sinks_replay(void)
{
	struct err e;
	char *path = sinks_path();
	struct sink *s = record_new(path, &redact, &e);
	sinks_session(s);
	CHECK(s->close(s, &e) == 0, "close");
	char *got = sinks_slurp(path);
	sinks_parse("record", got);
	unlink(path);
	free(path);
	free(got);
	struct out o;
	sink_out(&o);
	const struct human_opts opts = { .remarks = true, .text_max = 1000 };
	s = human_new(&o, &opts, &redact);
	sinks_session(s);
	got = sinks_close(s, &o);
	sinks_parse("human", got);
	free(got);
}

/* What comes out at the other end, whole events only. */
static void
sinks_relay(void)
{
	struct out o;
	struct event ev;
	struct err e;
	sink_out(&o);
	struct sink *s = relay_new(o.fd, NULL, false, false, &redact);
	EVENT(s, .kind = EV_FILE, .file = "a.smtp");
	REPLY(s, "250 OK\r\n", .verdict = VERDICT_MET, .expected = "250");
	EVENT(s, .kind = EV_VERDICT, .verdict = VERDICT_MISSED,
	    .expected = "550", .text = "250 hunter2! opens", .file = "a.smtp",
	    .line = 7);
	EVENT(s, .kind = EV_FILE_END, .file = "a.smtp", .met = 1, .missed = 2,
	    .unjudged = 3, .status = 69, .took_ns = 12345678901, .text = "");
	CHECK(s->close(s, &e) == 0, "close");
	off_t len = lseek(o.fd, 0, SEEK_END);
	char *all = sink_read(o.fd), *p = all;
	size_t n = relay_take(p, (size_t)len, &ev);
	CHECK(n > 0 && ev.kind == EV_FILE && strcmp(ev.file, "a.smtp") == 0 &&
		  ev.expected == NULL,
	    "file");
	p += n;
	n = relay_take(p, (size_t)(all + len - p), &ev);
	CHECK(n > 0 && ev.kind == EV_VERDICT && ev.verdict == VERDICT_MISSED &&
		  ev.line == 7 && strcmp(ev.expected, "550") == 0 &&
		  strcmp(ev.text, "250 *** opens") == 0 && ev.len == 13,
	    "verdict: %s", n > 0 ? ev.text : "");
	p += n;
	size_t last = (size_t)(all + len - p);
	for (size_t cut = 0; cut < last; cut++)
		CHECK(relay_take(p, cut, &ev) == 0, "cut at %zu", cut);
	CHECK(relay_take(p, last, &ev) == last && ev.kind == EV_FILE_END &&
		  ev.met == 1 && ev.missed == 2 && ev.unjudged == 3 &&
		  ev.status == 69 && ev.took_ns == 12345678901 && ev.len == 0,
	    "end");
	free(all);
	close(o.fd);
}

int
main(void)
{
	redact_init(&redact);
	redact_add(&redact, "hunter2!", 8);
	sinks_tap();
	sinks_junit();
	sinks_json();
	sinks_record();
	sinks_replay();
	sinks_relay();
	redact_release(&redact);
	return check_done();
}
