/* covers: cmd/sink/json.c cmd/sink/tap.c cmd/sink/junit.c
 * cmd/sink/record_sink.c cmd/sink/result.c cmd/sink/replay.c
 * cmd/sink/human.c cmd/sink/human_reply.c cmd/say/redact.c
 * cmd/say/redact_auth.c
 * A transcript of anything, told to every sink: JSON, TAP and XML are what
 * they should be, a record is a conversation file again, and a secret that
 * stands in it anywhere is in none of them. */
#include <fcntl.h>
#include <jansson.h>
#include <sys/mman.h>
#include <unistd.h>
#include "fuzz.h"
#include "cmd/lang/lang.h"
#include "cmd/say/out.h"
#include "cmd/talk/cmd.h"
#include "cmd/talk/event.h"

#define SECRET	  "hunter2!secret"
#define SECRET_64 "aHVudGVyMiFzZWNyZXQ"

static bool
valid_utf8(const char *p, size_t len)
{
	unsigned long cp;
	for (size_t n; len > 0; p += n, len -= n)
		if ((n = escape_utf8(p, len, &cp)) == 0)
			return false;
	return true;
}

static char *
contents(int fd, size_t *len)
{
	off_t size = lseek(fd, 0, SEEK_END);
	RULE(size >= 0);
	char *p = malloc((size_t)size + 1);
	RULE(p != NULL && pread(fd, p, (size_t)size, 0) == size);
	p[size] = '\0';
	*len = (size_t)size;
	return p;
}

static void
no_secret(const char *p, size_t len)
{
	RULE(memmem(p, len, SECRET, sizeof SECRET - 1) == NULL);
	RULE(memmem(p, len, SECRET_64, sizeof SECRET_64 - 1) == NULL);
}

static void
json_reads(char *p, size_t len)
{
	for (char *end; len > 0; len -= (size_t)(end - p), p = end) {
		end = memchr(p, '\n', len);
		RULE(end != NULL);
		json_t *o = json_loadb(p, (size_t)(end++ - p),
		    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		if (!json_is_object(o))
			fprintf(stderr, "%.*s", (int)(end - p), p);
		RULE(json_is_object(o) &&
		     json_string_value(json_object_get(o, "event")) != NULL);
		json_decref(o);
	}
}

/* Lines of TAP 13: version, tests in order, YAML blocks, the plan last. */
static void
tap_reads(char *p, size_t len)
{
	unsigned n = 0, plan = 0;
	bool yaml = false;
	RULE(strncmp(p, "TAP version 13\n", 15) == 0);
	for (char *end, *line = p + 15; line < p + len; line = end) {
		end = strchr(line, '\n');
		RULE(end != NULL && plan == 0);
		*end++ = '\0';
		bool begins = strcmp(line, "  ---") == 0;
		bool ends = strcmp(line, "  ...") == 0;
		unsigned at;
		if (begins || ends) {
			RULE(yaml == ends);
			yaml = begins;
		} else if (strncmp(line, "  ", 2) == 0) {
			RULE(yaml);
		} else if (strncmp(line, "# ", 2) == 0) {
			continue;
		} else if (sscanf(line, "1..%u", &plan) == 1) {
			RULE(plan == n && plan > 0);
		} else {
			size_t skip = strncmp(line, "not ", 4) == 0 ? 4 : 0;
			RULE(sscanf(line + skip, "ok %u - ", &at) == 1);
			RULE(at == ++n);
		}
	}
	RULE(!yaml);
}

/* Elements nest, attributes are quoted, and & begins an entity. */
static void
xml_reads(const char *p, size_t len)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;",
		"&quot;" };
	size_t depth = 0, elements = 0;
	RULE(valid_utf8(p, len));
	RULE(strncmp(p, "<?xml ", 6) == 0);
	p = strchr(p, '\n') + 1;
	while (*p != '\0') {
		if (*p == '&') {
			bool known = false;
			for (size_t i = 0; i < 4; i++)
				known |= strncmp(p, entities[i],
					     strlen(entities[i])) == 0;
			RULE(known);
		}
		RULE(*p != '>');
		if (*p++ != '<')
			continue;
		bool closes = *p == '/', quoted = false;
		for (; *p != '>' || quoted; p++) {
			RULE(*p != '\0' && *p != '<');
			quoted ^= *p == '"';
		}
		elements++;
		if (closes)
			RULE(depth-- > 0);
		else if (p[-1] != '/')
			depth++;
		p++;
	}
	RULE(depth == 0 && elements > 0);
}

/* Mail text was left open: a record of that is no file, since to end the text
 * would be to send what nobody sent. */
static bool in_text, cut;

static void
text_follow(const struct event *ev)
{
	switch (ev->kind) {
	case EV_TEXT:
		in_text = true;
		break;
	case EV_SENT:
		cut |= in_text && (ev->len != 1 || *ev->text != '.');
		in_text = false;
		break;
	case EV_OCTETS:
		cut |= in_text && ev->len > 0;
		in_text = ev->len == 0;
		break;
	case EV_REPLY:
		cut |= in_text;
		in_text = ev->reply->code == 354 && !ev->unsolicited;
		break;
	case EV_OPEN:
	case EV_GARBAGE:
	case EV_CLOSED:
		cut |= in_text;
		break;
	default:
		break;
	}
}

static void
record_reads(const char *p, size_t len)
{
	struct script s = { 0 };
	struct err e = { 0 };
	int r =
	    script_parse(&s, "record", p, len, DIALECT_UNKNOWN, cmd_word, &e);
	if (r == 0)
		script_release(&s);
	else
		fprintf(stderr, "%s\n%.*s", e.text, (int)len, p);
	RULE(r == 0 || in_text || cut);
}

/* The input that is left. */
static const uint8_t *left;
static size_t nleft;

static unsigned
next(void)
{
	if (nleft == 0)
		return 0;
	nleft--;
	return *left++;
}

/* A line of it, in which 0xfe and 0xfd stand for the secret. */
static char *
next_text(size_t *len, bool free_text)
{
	struct buf b = BUF_INIT;
	while (nleft > 0 && *left != 0xff) {
		unsigned c = next();
		if (c == 0xfe)
			buf_adds(&b, SECRET);
		else if (c == 0xfd)
			buf_adds(&b, SECRET_64 "=");
		else if (free_text || (c != '\r' && c != '\n' && c != '\0'))
			buf_addc(&b, (char)c);
	}
	next();
	*len = buf_len(&b);
	buf_str(&b);
	return buf_detach(&b);
}

/* A reply of the input's text. */
static bool
next_reply(struct reply *r)
{
	struct reply_parser parser;
	struct buf bad = BUF_INIT;
	size_t len;
	char *text = next_text(&len, true);
	reply_parser_init(&parser);
	reply_init(r);
	reply_feed(&parser, text, len);
	reply_feed(&parser, "\r\n", 2);
	bool well = reply_next(&parser, r, &bad, NULL) == 1;
	reply_parser_release(&parser);
	buf_release(&bad);
	free(text);
	return well;
}

static void
tell_event(struct sink *const *sinks, size_t n)
{
	static const char *const files[] = { NULL, "a.smtp", "b <&\">.smtp" };
	unsigned kind = next() % (EV_END + 1), bits = next();
	struct reply reply;
	struct event ev = { .kind = (enum event_kind)kind,
		.implied = bits & 1,
		.file = files[bits / 2 % 3],
		.line = bits / 8 % 4,
		.took_ns = bits & 16 ? 1234567 : -1,
		.status = bits & 32 ? 69 : 0,
		.missed = bits & 64 ? 1 : 0,
		.met = bits & 128 ? 2 : 0 };
	bool free_text = kind == EV_GARBAGE || kind == EV_REMARK;
	size_t len;
	char *text = next_text(&len, free_text);
	struct buf facts = BUF_INIT;
	buf_addf(&facts, "issuer: %s\n", text);
	ev.text = text;
	ev.len = len;
	/* The words before the colon are smtpsh's own. */
	if (kind == EV_TLS)
		ev.text = buf_str(&facts), ev.len = buf_len(&facts);
	if (kind == EV_SENT || kind == EV_REPLY)
		ev.verb = verb_find(text, len);
	if (kind == EV_SENT)
		ev.secret = bits & 128;
	if (kind == EV_GARBAGE)
		ev.remark = "no code";
	if (kind == EV_OCTETS) {
		ev.n = len;
		ev.text = bits & 4 ? "\\raw a\\r\\n" : "";
		ev.len = strlen(ev.text);
	}
	if (kind == EV_VERDICT || kind == EV_REPLY) {
		ev.expected = bits & 4 ? "550 No such user here" : NULL;
		ev.verdict = (enum verdict)(bits / 2 % 4);
		ev.code = 550;
	}
	const struct mailed mailed = { .accepted = bits & 1,
		.later = bits / 2 & 1,
		.refused = bits / 4 & 1,
		.unknown = bits / 8 & 1,
		.open = bits / 16 & 1,
		.queued_as = bits & 32 ? text : NULL };
	const struct event_note note = { .rule = "reply-code",
		.level = bits & 1 ? "high" : "low",
		.seen = text,
		.what = bits & 2 ? text : "a cause",
		.next = bits & 4 ? text : NULL,
		.source = bits & 8 ? "RFC 5321, 4.2" : NULL,
		.where = bits & 16 ? text : NULL };
	if (kind == EV_MAILED)
		ev.mailed = &mailed;
	if (kind == EV_CAUSE || kind == EV_FINDING || kind == EV_LINT)
		ev.note = &note;
	bool tell = true;
	if (kind == EV_REPLY) {
		tell = next_reply(&reply);
		ev.reply = &reply;
		ev.text = NULL;
		ev.len = 0;
		ev.answers = "NOOP";
		ev.unsolicited = bits & 16;
		ev.rcpt = bits & 64 ? "<a@b>" : NULL;
	}
	if (tell)
		text_follow(&ev);
	for (size_t i = 0; i < n && tell; i++)
		sinks[i]->put(sinks[i], &ev);
	if (kind == EV_REPLY)
		reply_release(&reply);
	buf_release(&facts);
	free(text);
}

enum { JSON, TAP, HUMAN, JUNIT, RECORD, SINKS };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dir[] = "/tmp/fuzz-sinks.XXXXXX";
	static char junit[64], record[64];
	struct out out[3];
	struct sink *sink[SINKS];
	struct redact r;
	struct err e = { 0 };
	if (*junit == '\0') {
		RULE(mkdtemp(dir) != NULL);
		snprintf(junit, sizeof junit, "%s/junit", dir);
		snprintf(record, sizeof record, "%s/record", dir);
	}
	redact_init(&r);
	redact_add(&r, SECRET, sizeof SECRET - 1);
	for (int i = 0; i < 3; i++) {
		out_init(&out[i]);
		out[i].fd = memfd_create("out", MFD_CLOEXEC);
		out[i].terminal = false;
	}
	left = data;
	nleft = size;
	in_text = cut = false;
	unsigned how = next();
	const struct human_opts opts = { .colour = how & 1,
		.remarks = how & 2,
		.width = how & 4 ? 40 : 80,
		.terminal = how & 8,
		.text_max = how & 16 ? 10 : 4096 };
	sink[JSON] = json_new(&out[JSON], &r, &e);
	sink[TAP] = tap_new(&out[TAP], &r);
	sink[HUMAN] = human_new(&out[HUMAN], &opts, &r);
	sink[JUNIT] = junit_new(junit, &r, &e);
	sink[RECORD] = record_new(record, &r, &e);
	RULE(sink[JUNIT] != NULL && sink[RECORD] != NULL);
	while (nleft > 0)
		tell_event(sink, SINKS);
	for (int i = 0; i < SINKS; i++)
		RULE(sink[i]->close(sink[i], &e) == 0);
	int fd[SINKS] = { out[0].fd, out[1].fd, out[2].fd,
		open(junit, O_RDONLY), open(record, O_RDONLY) };
	for (int i = 0; i < SINKS; i++) {
		size_t len;
		char *p = contents(fd[i], &len);
		no_secret(p, len);
		if (i == JSON)
			json_reads(p, len);
		else if (i == TAP)
			tap_reads(p, len);
		else if (i == JUNIT)
			xml_reads(p, len);
		else if (i == RECORD)
			record_reads(p, len);
		free(p);
		close(fd[i]);
	}
	for (int i = 0; i < 3; i++)
		RULE(out_release(&out[i], &e) == 0);
	redact_release(&r);
	return 0;
}
