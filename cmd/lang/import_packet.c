/* Traces that show packets: a line says whose the next ones are, and those show
 * octets, in hexadecimal or as text. ngrep, tcpdump -A, tshark's and Wireshark's
 * Follow, curl --trace, .NET's System.Net trace, nodemailer 0.x. They become
 * lines with a marker. */
#include "cmd/lang/import_priv.h"

#include <stdlib.h>
#include <string.h>

enum packet_form {
	PACKET_NONE,
	PACKET_HEX,	/* "0000: 32 32 30", "00000000 : 32 32" */
	PACKET_DOTS,	/* ngrep: a line's end is "..", or "." and the end */
	PACKET_PAYLOAD, /* tcpdump -A: text behind the headers' octets */
	PACKET_LINES,	/* tshark: as they are */
	PACKET_LITERAL	/* "...\\r\\n" */
};

struct packets {
	struct import_made made;
	struct buf now; /* octets of the packet that make no line yet */
	enum import_side side;
	enum packet_form form;
	unsigned no;	   /* of its first line */
	const char *first; /* tcpdump's: the payload's first line */
	size_t first_len;
	bool found;	    /* and it has come */
	bool blank;	    /* an empty line, which may be the dump's */
	bool follow, node1; /* tshark's Follow; its second node speaks */
};

static void
packet_line(struct packets *g, const char *p, size_t len)
{
	while (len > 0 && p[len - 1] == '\r')
		len--;
	buf_adds(&g->made.b, g->side == SIDE_CLIENT ? "packet> " : "packet< ");
	buf_add(&g->made.b, p, len);
	import_made_end_line(&g->made, g->side, g->no);
}

static void
packet_lines(struct packets *g, bool all)
{
	const char *p = buf_data(&g->now), *end = p + buf_len(&g->now);
	for (const char *nl; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		packet_line(g, p, (size_t)(nl - p));
	}
	if (all && p < end)
		packet_line(g, p, (size_t)(end - p));
	if (all)
		buf_clear(&g->now);
	else
		buf_consume(&g->now, (size_t)(p - buf_data(&g->now)));
}

static void
packet_begin(struct packets *g, enum import_side side, enum packet_form form,
    unsigned no)
{
	if (side != g->side)
		packet_lines(g, true);
	g->side = side;
	g->form = form;
	g->no = no;
	g->first = NULL;
	g->found = g->blank = false;
}

/* Is what stands there the port of a server? It ends at p. */
static bool
packet_is_server(const char *from, const char *p)
{
	static const char *const ports[] = { "25", "587", "465", "2525", "1025",
		"smtp", "submission", "submissions", "urd" };
	const char *at = p;
	while (at > from && at[-1] != '.' && at[-1] != ':')
		at--;
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (strlen(ports[i]) == (size_t)(p - at) &&
		    memcmp(at, ports[i], (size_t)(p - at)) == 0)
			return true;
	return false;
}

/* "A.PORT > B.PORT" or "A:PORT -> B:PORT": whose packet it is. */
static enum import_side
packet_whose(const struct import_line *x, const char *arrow)
{
	const char *at = memmem(x->p, x->len, arrow, strlen(arrow));
	if (at == NULL)
		return SIDE_NONE;
	const char *to = at + strlen(arrow), *end = x->p + x->len, *stop = to;
	while (stop < end && *stop != ' ')
		stop++;
	if (stop > to && stop[-1] == ':')
		stop--;
	if (packet_is_server(x->p, at))
		return SIDE_SERVER;
	return packet_is_server(to, stop) ? SIDE_CLIENT : SIDE_NONE;
}

static bool
packet_has(const struct import_line *x, const char *word)
{
	return memmem(x->p, x->len, word, strlen(word)) != NULL;
}

/* "READ Mar 16 12:00:00.000 [...] -- host:... -- socket:0x..." is Apple Mail's,
 * "> 2020/01/01 12:00:00.000000  length=9 from=0 to=8" socat -v's. */
static bool
packet_heading(const struct import_line *x, enum import_side *side)
{
	bool apple = packet_has(x, " -- socket:0x");
	bool socat = packet_has(x, " length=") && packet_has(x, " from=");
	*side = SIDE_NONE;
	if (apple && import_begins(x->p, x->len, "WROTE "))
		*side = SIDE_CLIENT;
	else if (apple && import_begins(x->p, x->len, "READ "))
		*side = SIDE_SERVER;
	else if (socat && import_begins(x->p, x->len, "> "))
		*side = SIDE_CLIENT;
	else if (socat && import_begins(x->p, x->len, "< "))
		*side = SIDE_SERVER;
	return apple || (socat && *side != SIDE_NONE);
}

/* A line that says whose the next ones are. */
static bool
packet_head(struct packets *g, const struct import_line *x)
{
	enum import_side side;
	if (packet_has(x, "=> Send header, ") ||
	    packet_has(x, "=> Send data, "))
		packet_begin(g, SIDE_CLIENT, PACKET_HEX, x->no);
	else if (packet_has(x, "<= Recv header, "))
		packet_begin(g, SIDE_SERVER, PACKET_HEX, x->no);
	else if (packet_has(x, "DATA from Socket#") ||
		 packet_has(x, "Data from "))
		packet_begin(g,
		    packet_has(x, "::Receive") ||
			    packet_has(x, "::EndReceive") ||
			    packet_has(x, "::PostCompletion")
			? SIDE_SERVER
			: SIDE_CLIENT,
		    PACKET_HEX, x->no);
	else if (import_begins(x->p, x->len, "== Info"))
		g->form = PACKET_NONE;
	else if (import_begins(x->p, x->len, "T ") &&
		 (side = packet_whose(x, " -> ")) != SIDE_NONE)
		packet_begin(g, side, PACKET_DOTS, x->no);
	else if (packet_has(x, " > ") && packet_has(x, "length ") &&
		 (side = packet_whose(x, " > ")) != SIDE_NONE) {
		const char *said = memmem(x->p, x->len, ": SMTP: ", 8);
		packet_begin(g, side,
		    said != NULL ? PACKET_PAYLOAD : PACKET_NONE, x->no);
		g->first = said == NULL ? NULL : said + 8;
		g->first_len =
		    said == NULL ? 0 : (size_t)(x->p + x->len - said) - 8;
	} else if (packet_heading(x, &side))
		packet_begin(g, side == SIDE_NONE ? SIDE_CLIENT : side,
		    side == SIDE_NONE ? PACKET_NONE : PACKET_LINES, x->no);
	else if (x->len == 5 && memcmp(x->p, "SEND:", 5) == 0)
		packet_begin(g, SIDE_CLIENT, PACKET_LITERAL, x->no);
	else if (x->len == 8 && memcmp(x->p, "RECEIVE:", 8) == 0)
		packet_begin(g, SIDE_SERVER, PACKET_LITERAL, x->no);
	else
		return false;
	return true;
}

static int
packet_nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0010: 6d 61 69 ..": sixteen octets at most; the text behind is theirs. False:
 * no such line. */
static bool
packet_hex(struct packets *g, const struct import_line *x)
{
	const char *p = x->p, *end = p + x->len;
	const char *log = memmem(p, x->len, "] ", 2);
	if (log != NULL && packet_has(x, " : "))
		p = log + 2;
	const char *from = p;
	while (p < end && packet_nibble(*p) >= 0)
		p++;
	size_t digits = (size_t)(p - from);
	while (p < end && *p == ' ')
		p++;
	if (digits < 4 || p == end || *p != ':')
		return false;
	for (p++; p < end && *p == ' ';)
		p++;
	for (unsigned n = 0; n < 16 && end - p >= 2; n++) {
		int hi = packet_nibble(p[0]), lo = packet_nibble(p[1]);
		bool ends = end - p == 2 || p[2] == ' ' || p[2] == '-';
		if (hi < 0 || lo < 0 || !ends)
			return n > 0;
		buf_addc(&g->now, (char)(hi * 16 + lo));
		p += end - p > 2 ? 3 : 2;
		if (p < end && *p == ' ')
			return true;
	}
	return true;
}

/* ngrep: what is no letter is a '.', so a line's end is two, or with -W byline
 * one and the line's. */
static void
packet_dots(struct packets *g, const struct import_line *x)
{
	const char *p = x->p, *end = p + x->len;
	if (x->len == 0 || *p == '#')
		return;
	/* Without -W byline it stands behind two blanks. */
	if (import_begins(p, x->len, "  "))
		p += 2;
	if (end - p > 0 && end[-1] == '.' && (end - p < 2 || end[-2] != '.')) {
		buf_add(&g->now, p, (size_t)(end - p) - 1);
		buf_addc(&g->now, '\n');
		return;
	}
	for (const char *at; p < end; p = at + 2) {
		at = memmem(p, (size_t)(end - p), "..", 2);
		if (at == NULL) {
			buf_add(&g->now, p, (size_t)(end - p));
			return;
		}
		buf_add(&g->now, p, (size_t)(at - p));
		buf_addc(&g->now, '\n');
	}
}

static void
packet_payload(struct packets *g, const struct import_line *x)
{
	const char *p = x->p;
	size_t len = x->len;
	if (!g->found) {
		const char *at = g->first_len == 0
				     ? NULL
				     : memmem(p, len, g->first, g->first_len);
		if (at == NULL)
			return;
		g->found = true;
		len -= (size_t)(at - p);
		p = at;
	}
	if (g->blank)
		buf_addc(&g->now, '\n');
	g->blank = len == 0;
	if (g->blank)
		return;
	buf_add(&g->now, p, len);
	buf_addc(&g->now, '\n');
}

/* Follow: a number alone is a packet's length; that of the second node has a
 * tab before it. */
static bool
packet_follow(struct packets *g, const struct import_line *x)
{
	const char *p = x->p;
	size_t len = x->len;
	if (import_begins(p, len, "Follow: tcp")) {
		g->follow = true;
		return true;
	}
	if (!g->follow)
		return false;
	if (import_begins(p, len, "Node ") ||
	    import_begins(p, len, "Filter:")) {
		bool server = len > 8 && packet_is_server(p, p + len);
		if (server)
			g->node1 = p[5] == '1';
		return true;
	}
	if (import_begins(p, len, "====")) {
		g->form = PACKET_NONE;
		return true;
	}
	bool tab = len > 0 && *p == '\t';
	p += tab;
	len -= tab;
	size_t digits = 0;
	while (digits < len && p[digits] >= '0' && p[digits] <= '9')
		digits++;
	if (digits == 0 || digits != len || digits > 6)
		return false;
	packet_begin(g, tab == g->node1 ? SIDE_SERVER : SIDE_CLIENT,
	    PACKET_LINES, x->no);
	return true;
}

static void
packet_literal(struct packets *g, const struct import_line *x)
{
	size_t used;
	if (x->len > 1 && *x->p == '"')
		(void)import_literal(&g->now, x->p + 1, x->len - 1, '"', &used);
	g->form = PACKET_NONE;
}

/* Apple Mail has an empty line behind each, which is one of a text where
 * another line follows; socat shows the CR. */
static void
packet_as_is(struct packets *g, const struct import_line *x)
{
	size_t len = x->len;
	if (len > 1 && memcmp(x->p + len - 2, "\\r", 2) == 0)
		len -= 2;
	if (g->blank)
		buf_addc(&g->now, '\n');
	g->blank = len == 0 && x->len == 0;
	if (g->blank)
		return;
	buf_add(&g->now, x->p, len);
	buf_addc(&g->now, '\n');
}

static void
packet_take(struct packets *g, const struct import_line *x)
{
	switch (g->form) {
	case PACKET_HEX:
		if (!packet_hex(g, x))
			g->form = PACKET_NONE;
		break;
	case PACKET_DOTS:
		packet_dots(g, x);
		break;
	case PACKET_PAYLOAD:
		packet_payload(g, x);
		break;
	case PACKET_LINES:
		packet_as_is(g, x);
		break;
	case PACKET_LITERAL:
		packet_literal(g, x);
		break;
	case PACKET_NONE:
		break;
	}
	packet_lines(g, false);
}

bool
import_packets(struct import_source *out, const struct import_lines *l)
{
	struct packets g = { 0 };
	for (size_t i = 0; i < l->n; i++) {
		const struct import_line *x = &l->line[i];
		if (packet_follow(&g, x) || packet_head(&g, x))
			continue;
		if (import_begins(x->p, x->len, "CONNECTION: ")) {
			packet_begin(&g, SIDE_SERVER, PACKET_NONE, x->no);
			packet_line(&g, x->p + 12, x->len - 12);
		}
		packet_take(&g, x);
	}
	packet_lines(&g, true);
	buf_release(&g.now);
	return import_made_give_both(&g.made, out);
}
