/* One JSON object a line, keys always in the same order, for programs. The
 * one file that includes jansson, which takes valid UTF-8 only: other octets
 * become \xNN. JSON escapes C0 itself; what else could disturb a terminal that
 * the line is shown on is written as \uNNNN, which is the same text. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "net/core/code.h"
#include "cmd/talk/event.h"
#include "cmd/say/out.h"
#include "cmd/know/explain.h"
#include "cmd/sink/replay.h"
#include "net/lazy.h"

/* Its functions, once somebody wants JSON (net/lazy.h). */
#define JSON_FUNCS(X)                                                          \
	X(json_array)                                                          \
	X(json_array_append_new)                                               \
	X(json_delete)                                                         \
	X(json_dump_callback)                                                  \
	X(json_integer)                                                        \
	X(json_object)                                                         \
	X(json_object_set_new)                                                 \
	X(json_real)                                                           \
	X(json_string)                                                         \
	X(json_stringn)                                                        \
	X(json_false)                                                          \
	X(json_true)

static struct {
	JSON_FUNCS(LAZY_POINTER)
} json_lib;

static const char json_lib_names[] = JSON_FUNCS(LAZY_NAME);

static const char *const json_lib_files[] = { "libjansson.so.4",
	"/opt/homebrew/opt/jansson/lib/libjansson.4.dylib",
	"/usr/local/opt/jansson/lib/libjansson.4.dylib", NULL };

static struct lazy json_lib_lazy =
    LAZY_INIT("JSON", "libjansson4", json_lib_files, json_lib_names, &json_lib);

#define json_array	      (json_lib.json_array)
#define json_array_append_new (json_lib.json_array_append_new)
#define json_delete	      (json_lib.json_delete)
#define json_dump_callback    (json_lib.json_dump_callback)
#define json_integer	      (json_lib.json_integer)
#define json_object	      (json_lib.json_object)
#define json_object_set_new   (json_lib.json_object_set_new)
#define json_real	      (json_lib.json_real)
#define json_string	      (json_lib.json_string)
#define json_stringn	      (json_lib.json_stringn)
#define json_false	      (json_lib.json_false)
#define json_true	      (json_lib.json_true)

struct json {
	struct sink sink;
	struct out *out;
	const struct redact *redact;
};

static const char *const json_names[] = {
	[EV_OPEN] = "open",
	[EV_SENT] = "sent",
	[EV_TEXT] = "text",
	[EV_OCTETS] = "text",
	[EV_REPLY] = "reply",
	[EV_GARBAGE] = "garbage",
	[EV_CLOSED] = "closed",
	[EV_TLS] = "tls",
	[EV_REMARK] = "remark",
	[EV_VERDICT] = "verdict",
	[EV_FILE] = "file",
	[EV_FILE_END] = "summary",
	[EV_MAILED] = "mailed",
	[EV_CAUSE] = "cause",
	[EV_DIAGNOSIS] = "diagnosis",
	[EV_FINDING] = "finding",
	[EV_CHECK] = "check",
	[EV_LINT] = "lint",
	[EV_END] = "end",
};

/* jansson says no where memory runs out. A line that lacks a key would look
 * whole. */
static void
json_set(json_t *o, const char *key, json_t *value)
{
	if (json_object_set_new(o, key, value) != 0)
		abort();
}

static void
json_append(json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) != 0)
		abort();
}

/* A string of any octets. */
static json_t *
json_text(const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < len;) {
		unsigned long cp;
		size_t n = escape_utf8(p + i, len - i, &cp);
		if (n > 0)
			buf_add(&b, p + i, n);
		else
			buf_addf(&b, "\\x%02x", (unsigned char)p[i]);
		i += n > 0 ? n : 1;
	}
	json_t *s = json_stringn(buf_data(&b), buf_len(&b));
	buf_release(&b);
	return s;
}

static void
json_put_text(json_t *o, const char *key, const struct redact *r, const char *p,
    size_t len)
{
	struct buf b = BUF_INIT;
	redact_text(r, &b, p, len);
	json_set(o, key, json_text(buf_data(&b), buf_len(&b)));
	buf_release(&b);
}

static void
json_put_string(
    json_t *o, const char *key, const struct redact *r, const char *s)
{
	if (s != NULL)
		json_put_text(o, key, r, s, strlen(s));
}

/* Milliseconds, to the microsecond. */
static void
json_put_ms(json_t *o, const char *key, int64_t ns)
{
	const int64_t us = ns / 1000;
	if (ns >= 0)
		json_set(o, key, json_real((double)us / 1e3));
}

static void
json_put_number(json_t *o, const char *key, uint64_t n)
{
	json_set(o, key, json_integer((json_int_t)n));
}

static void
json_put_time(json_t *o)
{
	struct timespec now;
	struct tm tm;
	char s[64];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	size_t n = strftime(s, sizeof(s), "%Y-%m-%dT%H:%M:%S", &tm);
	struct buf b = BUF_INIT;
	buf_add(&b, s, n);
	buf_addf(&b, ".%03ldZ", now.tv_nsec / 1000000);
	json_set(o, "time", json_string(buf_str(&b)));
	buf_release(&b);
}

static void
json_put_verb(json_t *o, const struct verb *v)
{
	if (v != NULL && v->id != VERB_UNKNOWN)
		json_set(o, "verb", json_string(v->name));
}

static void
json_put_flaws(json_t *o, unsigned flaws)
{
	static const char *const names[] = { "bare-lf", "bare-cr", "nul",
		"long-line", "no-text", "enhanced-class" };
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flaws & 1U << i)
			json_append(list, json_string(names[i]));
	json_set(o, "flaws", list);
}

static void
json_put_reply(json_t *o, const struct event *ev, const struct redact *r)
{
	const struct reply *reply = ev->reply;
	struct buf b = BUF_INIT;
	json_put_number(o, "code", (uint64_t)reply->code);
	if (reply->enh_class > 0) {
		buf_addf(&b, "%d.%d.%d", reply->enh_class, reply->enh_subject,
		    reply->enh_detail);
		json_set(o, "enhanced", json_string(buf_str(&b)));
	}
	const struct code *code = code_find(
	    reply->code, ev->verb != NULL ? ev->verb->id : VERB_UNKNOWN);
	const char *meaning =
	    explain_cancelled(ev->verb, ev->answers, reply->code);
	bool fits = ev->verb == NULL ||
		    !(explain_misfits(ev->verb, reply) & EXPLAIN_NO_CODE);
	if (meaning == NULL && code != NULL && fits)
		meaning = code->text;
	if (meaning != NULL)
		json_set(o, "meaning", json_string(meaning));
	json_t *lines = json_array();
	for (size_t i = 0; i < reply->nlines; i++) {
		size_t len;
		const char *p = reply_text(reply, i, &len);
		buf_clear(&b);
		redact_text(r, &b, p, len);
		json_append(lines, json_text(buf_data(&b), buf_len(&b)));
	}
	json_set(o, "lines", lines);
	buf_clear(&b);
	replay_joined(&b, reply, r);
	json_set(o, "text", json_text(buf_data(&b), buf_len(&b)));
	buf_release(&b);
	json_put_verb(o, ev->verb);
	json_put_string(o, "rcpt", r, ev->rcpt);
	json_put_ms(o, "ms", ev->took_ns);
	if (ev->unsolicited)
		json_set(o, "unsolicited", json_true());
	if (reply->flaws != 0)
		json_put_flaws(o, reply->flaws);
}

static void
json_put_line(json_t *o, const struct event *ev, const struct redact *r)
{
	struct buf b = BUF_INIT;
	redact_line(r, &b, ev->text, ev->len, ev->secret);
	json_set(o, "text", json_text(buf_data(&b), buf_len(&b)));
	buf_release(&b);
}

static void
json_put_sent(json_t *o, const struct event *ev, const struct redact *r)
{
	json_put_line(o, ev, r);
	json_put_verb(o, ev->verb);
	if (ev->implied)
		json_set(o, "implied", json_true());
	if (ev->secret)
		json_set(o, "secret", json_true());
}

static void
json_put_verdict(json_t *o, const struct event *ev, const struct redact *r)
{
	json_put_string(o, "expected", r, ev->expected);
	static const char *const word[] = { [VERDICT_MET] = "met",
		[VERDICT_MISSED] = "missed",
		[VERDICT_UNJUDGED] = "unjudged" };
	if (ev->verdict == VERDICT_UNJUDGED)
		json_put_number(o, "code", (uint64_t)ev->code);
	else if (ev->kind == EV_VERDICT)
		json_put_text(o, "got", r, ev->text, ev->len);
	if (ev->verdict != VERDICT_NONE)
		json_set(o, "verdict", json_string(word[ev->verdict]));
}

static void
json_put_summary(json_t *o, const struct event *ev, const struct redact *r)
{
	json_put_number(o, "met", ev->met);
	json_put_number(o, "missed", ev->missed);
	json_put_number(o, "unjudged", ev->unjudged);
	json_put_number(o, "status", (uint64_t)ev->status);
	json_put_ms(o, "ms", ev->took_ns);
	if (ev->skipped)
		json_put_text(o, "skipped", r, ev->text, ev->len);
	else if (ev->len > 0)
		json_put_text(o, "text", r, ev->text, ev->len);
}

static void
json_put_mailed(json_t *o, const struct event *ev, const struct redact *r)
{
	const struct mailed *m = ev->mailed;
	json_put_number(o, "accepted", m->accepted);
	json_put_number(o, "refused_for_now", m->later);
	json_put_number(o, "refused_for_good", m->refused);
	json_put_number(o, "unknown", m->unknown);
	json_put_number(o, "not_sent", m->open);
	json_put_string(o, "queued_as", r, m->queued_as);
	json_put_text(o, "text", r, ev->text, ev->len);
}

/* Lines "key: value", each certificate an object of its own. */
static void
json_put_facts(json_t *o, const struct event *ev, const struct redact *r)
{
	json_t *to = o, *list = json_array(), *names = NULL;
	const char *p = ev->text;
	size_t left = ev->len;
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t n = lf == NULL ? left : (size_t)(lf - p);
		const char *colon = memchr(p, ':', n);
		size_t k = colon == NULL ? n : (size_t)(colon - p);
		const char *value = colon == NULL ? "" : colon + 2;
		size_t len = k + 2 < n ? n - k - 2 : 0;
		char *key = mem_dupn(p, k);
		for (char *c = key; *c != '\0'; c++)
			if (*c == '-')
				*c = '_';
		if (strcmp(key, "certificate") == 0) {
			to = json_object();
			names = json_array();
			json_set(to, "names", names);
			json_append(list, to);
		} else if (strcmp(key, "name") == 0 && names != NULL) {
			json_append(names, json_text(value, len));
		} else if (strcmp(key, "verified") == 0) {
			json_set(
			    to, key, len == 3 ? json_true() : json_false());
		} else if (strcmp(key, "days_left") == 0) {
			json_set(
			    to, key, json_integer(strtoll(value, NULL, 10)));
		} else {
			json_put_text(to, key, r, value, len);
		}
		free(key);
		n += lf != NULL;
		p += n;
		left -= n;
	}
	json_set(o, "certificates", list);
}

static void
json_put_note(json_t *o, const struct event *ev, const struct redact *r)
{
	const struct event_note *n = ev->note;
	json_put_string(o, "rule", r, n->rule);
	json_put_string(o, "severity", r, n->level);
	json_put_string(o, "about", r, n->where);
	json_put_string(o, "evidence", r, n->seen);
	json_put_string(o, "cause", n->ours ? NULL : r, n->what);
	json_put_string(o, "next", n->ours ? NULL : r, n->next);
	json_put_string(o, "source", r, n->source);
	if (ev->kind == EV_CAUSE)
		json_put_number(o, "status", (uint64_t)ev->status);
	if (ev->len > 0)
		json_put_text(o, "text", r, ev->text, ev->len);
}

static void
json_put_direction(json_t *o, enum event_kind kind)
{
	const char *who = NULL;
	if (kind == EV_SENT || kind == EV_TEXT || kind == EV_OCTETS)
		who = "client";
	else if (kind == EV_REPLY || kind == EV_GARBAGE)
		who = "server";
	if (who != NULL)
		json_set(o, "direction", json_string(who));
}

static void
json_fill(json_t *o, const struct event *ev, const struct redact *r)
{
	switch (ev->kind) {
	case EV_SENT:
		json_put_sent(o, ev, r);
		break;
	case EV_REPLY:
		json_put_reply(o, ev, r);
		json_put_verdict(o, ev, r);
		break;
	case EV_VERDICT:
		json_put_verdict(o, ev, r);
		break;
	case EV_OCTETS:
		json_put_number(o, "octets", ev->n);
		if (ev->len > 0)
			json_put_line(o, ev, r);
		break;
	case EV_PAGE:
	case EV_FILE:
		break;
	case EV_FILE_END:
		json_put_summary(o, ev, r);
		break;
	case EV_MAILED:
		json_put_mailed(o, ev, r);
		break;
	case EV_END:
		json_put_number(o, "files", ev->files);
		json_put_number(o, "failed", ev->files_failed);
		json_put_number(o, "skipped", ev->files_skipped);
		json_put_number(o, "status", (uint64_t)ev->status);
		json_put_ms(o, "ms", ev->took_ns);
		if (ev->len > 0)
			json_put_text(o, "text", r, ev->text, ev->len);
		break;
	case EV_GARBAGE:
		json_put_text(o, "text", r, ev->text, ev->len);
		json_put_string(o, "reason", r, ev->remark);
		break;
	case EV_TLS:
		json_put_facts(o, ev, r);
		break;
	case EV_CAUSE:
	case EV_FINDING:
	case EV_LINT:
		json_put_note(o, ev, r);
		break;
	case EV_DIAGNOSIS:
		json_put_text(o, "text", r, ev->text, ev->len);
		json_put_number(o, "status", (uint64_t)ev->status);
		break;
	case EV_OPEN:
	case EV_TEXT:
	case EV_CLOSED:
	case EV_REMARK:
	case EV_CHECK:
		json_put_text(o, "text", r, ev->text, ev->len);
		break;
	}
}

/* The line, with all that is not for a terminal as \uNNNN. */
static void
json_safe(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len;) {
		unsigned long cp;
		size_t n = escape_utf8(p + i, len - i, &cp);
		if (n == 0)
			cp = 0xfffd, n = 1; /* jansson's are valid */
		if (!escape_unsafe(cp))
			buf_add(b, p + i, n);
		else if (cp < 0x10000)
			buf_addf(b, "\\u%04lX", cp);
		else
			buf_addf(b, "\\u%04lX\\u%04lX",
			    0xd800 + ((cp - 0x10000) >> 10),
			    0xdc00 + ((cp - 0x10000) & 0x3ff));
		i += n;
	}
}

/* Ours, since json_dumps() forgets to look whether there was memory for a
 * key. */
static int
json_take(const char *p, size_t len, void *arg)
{
	buf_add(arg, p, len);
	return 0;
}

static void
json_put(struct sink *s, const struct event *ev)
{
	struct json *j = (struct json *)s;
	if (ev->kind == EV_PAGE) /* the report's own */
		return;
	json_t *o = json_object();
	json_put_time(o);
	json_put_ms(o, "ms_since_start", ev->at_ns);
	json_set(o, "event", json_string(json_names[ev->kind]));
	json_put_direction(o, ev->kind);
	json_fill(o, ev, j->redact);
	json_put_string(o, "file", j->redact, ev->file);
	if (ev->line > 0)
		json_put_number(o, "line", ev->line);
	struct buf line = BUF_INIT, b = BUF_INIT;
	int r = json_dump_callback(o, json_take, &line,
	    JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	/* json_decref() is the header's own code: it would want the library
	 * linked. Nobody else has o. */
	json_delete(o);
	if (r != 0)
		abort(); /* out of memory */
	json_safe(&b, buf_data(&line), buf_len(&line));
	buf_addc(&b, '\n');
	buf_release(&line);
	out_write(j->out, buf_data(&b), buf_len(&b));
	if (ev->kind != EV_TEXT)
		out_push(j->out); /* the shell asks for the error */
	buf_release(&b);
}

static int
json_close(struct sink *s, struct err *e)
{
	int rc = out_flush(((struct json *)s)->out, e);
	free(s);
	return rc;
}

struct sink *
json_new(struct out *o, const struct redact *r, struct err *e)
{
	if (lazy_load(&json_lib_lazy, e) < 0)
		return NULL;
	struct json *j = mem_zalloc(sizeof(*j));
	j->sink.put = json_put;
	j->sink.close = json_close;
	j->out = o;
	j->redact = r;
	return &j->sink;
}
