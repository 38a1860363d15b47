/* Logs that put a command, or a command and its reply, into the fields of a row
 * or behind words of their own: IIS's SMTP service (W3C), MailEnable, Kerio
 * Connect, Indy; and CodeIgniter, which names the step whose reply it shows. They
 * become lines with a marker, and the session's key before it. What such a log
 * never has stands in, and the marker's kind tells that. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/verb.h"

#define ROW_FIELDS 24

struct row_field {
	const char *p;
	size_t len;
};

/* Where in a row of the W3C's they stand. */
enum row_at { ROW_CLIENT, ROW_USER, ROW_METHOD, ROW_QUERY, ROW_STATUS, ROW_N };

static const char *const row_names[] = { [ROW_CLIENT] = "c-ip",
	[ROW_USER] = "cs-username",
	[ROW_METHOD] = "cs-method",
	[ROW_QUERY] = "cs-uri-query",
	[ROW_STATUS] = "sc-status" };

struct rows {
	struct import_made made;
	unsigned no;
	size_t at[ROW_N]; /* the fields' places, once a row names them */
	bool named;
	struct buf open; /* keys of sessions under way, a '\n' behind each */
	bool replies;	 /* Indy's lines are the server's */
};

static void
row_add(struct rows *g, const char *kind, struct row_field key,
    enum import_side side, const char *word, const char *p, size_t len)
{
	if (key.len > 0)
		buf_addf(&g->made.b, "[%.*s] ", (int)key.len, key.p);
	buf_addf(
	    &g->made.b, "%s%c %s", kind, side == SIDE_CLIENT ? '>' : '<', word);
	buf_add(&g->made.b, p, len);
	import_made_end_line(&g->made, side, g->no);
}

static size_t
row_split(struct row_field *f, const struct import_line *x, const char *by)
{
	const char *p = x->p, *end = x->p + x->len;
	bool tabs = *by == '\t';
	size_t n = 0;
	while (p < end && n < ROW_FIELDS) {
		const char *from = p;
		while (p < end && *p != *by)
			p++;
		f[n++] = (struct row_field){ from, (size_t)(p - from) };
		p += p < end;
		while (!tabs && p < end && *p == ' ')
			p++;
	}
	return n;
}

static bool
row_is(struct row_field f, const char *word)
{
	return f.len == strlen(word) && memcmp(f.p, word, f.len) == 0;
}

/* "#Fields: date time c-ip ...": their places, less one for the word. */
static void
row_header(struct rows *g, const struct import_line *x)
{
	struct row_field f[ROW_FIELDS];
	size_t n = row_split(f, x, " ");
	g->named = true;
	for (size_t i = 0; i < ROW_N; i++) {
		g->at[i] = ROW_FIELDS;
		for (size_t k = 1; k < n; k++)
			if (row_is(f[k], row_names[i]))
				g->at[i] = k - 1;
		g->named &= g->at[i] < ROW_FIELDS;
	}
}

/* "+FROM:<a>+SIZE=1": its blanks are pluses, and "-" is nothing. */
static void
row_plain(struct buf *b, struct row_field f)
{
	if (row_is(f, "-"))
		return;
	for (size_t i = 0; i < f.len; i++)
		if (f.p[i] != '+')
			buf_addc(b, f.p[i]);
		else if (buf_len(b) > 0)
			buf_addc(b, ' ');
}

/* The first row of a session that is not under way. */
static bool
row_begins(struct rows *g, struct row_field key, bool ends)
{
	const char *p = buf_data(&g->open), *end = p + buf_len(&g->open);
	for (const char *nl; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if ((size_t)(nl - p) != key.len ||
		    memcmp(p, key.p, key.len) != 0)
			continue;
		if (ends)
			memset(g->open.p + (p - g->open.p), ' ', key.len);
		return false;
	}
	if (!ends) {
		buf_add(&g->open, key.p, key.len);
		buf_addc(&g->open, '\n');
	}
	return true;
}

/* A command, and what its row says behind it. */
static void
row_command(struct rows *g, struct row_field key, const struct verb *v,
    const struct buf *b)
{
	struct buf line = BUF_INIT;
	buf_addf(&line, "%s%s", v->name, buf_len(b) > 0 ? " " : "");
	buf_add(&line, buf_data(b), buf_len(b));
	row_add(
	    g, "iis", key, SIDE_CLIENT, "", buf_data(&line), buf_len(&line));
	buf_release(&line);
}

/* A row of what came in: the command, and the code of its reply. DATA's is that
 * of the text, and QUIT's none of SMTP's. */
static void
row_incoming(struct rows *g, const struct row_field *f, const struct verb *v)
{
	static const char shown[] = " (text not shown)";
	const char *status = f[g->at[ROW_STATUS]].p;
	struct row_field key = f[g->at[ROW_CLIENT]];
	struct buf b = BUF_INIT;
	char code[4] = "221";
	if (row_begins(g, key, v->id == VERB_QUIT))
		row_add(
		    g, "iis", key, SIDE_SERVER, "220", shown, sizeof shown - 1);
	bool data = v->id == VERB_DATA;
	if (!data && v->id != VERB_QUIT)
		row_plain(&b, f[g->at[ROW_QUERY]]);
	row_command(g, key, v, &b);
	buf_release(&b);
	if (data)
		row_add(
		    g, "iis", key, SIDE_SERVER, "354", shown, sizeof shown - 1);
	if (v->id != VERB_QUIT)
		memcpy(code, status, 3);
	row_add(g, "iis", key, SIDE_SERVER, code, shown, sizeof shown - 1);
}

static void
row_iis(struct rows *g, const struct import_line *x)
{
	struct row_field f[ROW_FIELDS];
	size_t n = row_split(f, x, " ");
	for (size_t i = 0; i < ROW_N; i++)
		if (!g->named || g->at[i] >= n)
			return;
	struct row_field user = f[g->at[ROW_USER]],
			 method = f[g->at[ROW_METHOD]],
			 status = f[g->at[ROW_STATUS]];
	struct buf b = BUF_INIT;
	const struct verb *v = verb_find(method.p, method.len);
	bool out = row_is(user, "OutboundConnectionCommand");
	struct row_field key = f[g->at[ROW_CLIENT]];
	row_plain(&b, f[g->at[ROW_QUERY]]);
	if (row_is(user, "OutboundConnectionResponse")) {
		row_add(
		    g, "iis", key, SIDE_SERVER, "", buf_data(&b), buf_len(&b));
	} else if (out && v != NULL) {
		row_command(g, key, v, &b);
	} else if (v != NULL && import_code(status.p, status.len)) {
		row_incoming(g, f, v);
	}
	buf_release(&b);
}

/* DATE, SMTP-IN, message, socket, address, verb, line, reply, ... */
static bool
row_mailenable(struct rows *g, const struct import_line *x)
{
	struct row_field f[ROW_FIELDS];
	size_t n = row_split(f, x, "\t");
	if (n < 8 || (!row_is(f[1], "SMTP-IN") && !row_is(f[1], "SMTP-OU")))
		return false;
	struct row_field said = f[6].len > 0 ? f[6] : f[5];
	if (said.len > 0)
		row_add(
		    g, "mailenable", f[3], SIDE_CLIENT, "", said.p, said.len);
	if (import_code(f[7].p, f[7].len))
		row_add(
		    g, "mailenable", f[3], SIDE_SERVER, "", f[7].p, f[7].len);
	return true;
}

/* "[date][thread] {smtps} Command X", "Sent reply to X: 250 ...". */
static bool
row_kerio(struct rows *g, const struct import_line *x)
{
	const char *end = x->p + x->len;
	const char *at = memmem(x->p, x->len, "{smtps} ", 8);
	if (at == NULL)
		return false;
	const char *open = memrchr(x->p, '[', (size_t)(at - x->p));
	const char *close =
	    open == NULL ? NULL : memchr(open, ']', (size_t)(at - open));
	struct row_field key = { open == NULL ? at : open + 1,
		close == NULL ? 0 : (size_t)(close - open - 1) };
	at += 8;
	size_t len = (size_t)(end - at);
	const char *reply = memmem(at, len, ": ", 2);
	if (import_begins(at, len, "Command "))
		row_add(g, "kerio", key, SIDE_CLIENT, "", at + 8, len - 8);
	else if (import_begins(at, len, "Sent SMTP greeting"))
		row_add(g, "kerio", key, SIDE_SERVER, "220 (text not shown)",
		    "", 0);
	else if (import_begins(at, len, "Sent reply to ") && reply != NULL)
		row_add(g, "kerio", key, SIDE_SERVER, "", reply + 2,
		    (size_t)(end - reply - 2));
	return true;
}

/* "Recv 01.02.2020 10:00:00: 250 ok", and lines of the reply behind it. */
static bool
row_indy(struct rows *g, const struct import_line *x)
{
	const struct row_field none = { 0 };
	const char *p = x->p, *end = p + x->len;
	bool recv = import_begins(p, x->len, "Recv ");
	if (recv || import_begins(p, x->len, "Sent ")) {
		const char *at = memmem(p, x->len, ": ", 2);
		g->replies = recv;
		if (at == NULL || at - p < 15 || at[-1] < '0' || at[-1] > '9')
			return false;
		p = at + 2;
	} else if (!g->replies || !import_code(p, x->len)) {
		return false;
	}
	row_add(g, "indy", none, g->replies ? SIDE_SERVER : SIDE_CLIENT, "", p,
	    (size_t)(end - p));
	return true;
}

/* "</pre><pre>from: 250 ok": the step names the command, whose words are not
 * shown. */
static bool
row_codeigniter(struct rows *g, const struct import_line *x)
{
	static const struct {
		const char *step, *said;
	} steps[] = { { "hello: ", "EHLO ?" }, { "starttls: ", "STARTTLS" },
		{ "from: ", "MAIL FROM:<?>" }, { "to: ", "RCPT TO:<?>" },
		{ "data: ", "DATA" }, { "reset: ", "RSET" },
		{ "quit: ", "QUIT" } };
	const struct row_field none = { 0 };
	const char *p = x->p, *end = p + x->len, *at;
	while (p < end && *p == '<' &&
	       (at = memchr(p, '>', (size_t)(end - p))) != NULL)
		p = at + 1;
	while (p < end && *p == ' ')
		p++;
	at = memmem(p, (size_t)(end - p), "--> ", 4);
	if (at != NULL && import_code(at + 4, (size_t)(end - at) - 4))
		p = at + 4;
	size_t len = (size_t)(end - p);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		size_t n = strlen(steps[i].step);
		if (!import_begins(p, len, steps[i].step) ||
		    !import_code(p + n, len - n))
			continue;
		row_add(
		    g, "codeigniter", none, SIDE_CLIENT, steps[i].said, "", 0);
		row_add(
		    g, "codeigniter", none, SIDE_SERVER, "", p + n, len - n);
		return true;
	}
	if (import_code(p, len))
		row_add(g, "codeigniter", none, SIDE_SERVER, "", p, len);
	return false;
}

bool
import_rows(struct import_source *out, const struct import_lines *l)
{
	struct rows g = { 0 };
	bool steps = import_has(l, "hello: 2") && import_has(l, "from: ");
	for (size_t i = 0; i < l->n; i++) {
		const struct import_line *x = &l->line[i];
		g.no = x->no;
		if (import_begins(x->p, x->len, "#Fields: "))
			row_header(&g, x);
		else if (g.named)
			row_iis(&g, x);
		else if (!row_mailenable(&g, x) && !row_kerio(&g, x) &&
			 !row_indy(&g, x) && steps)
			(void)row_codeigniter(&g, x);
	}
	buf_release(&g.open);
	return import_made_give_both(&g.made, out);
}
