/* What --to-format json writes: an object a line. They become lines with a
 * marker, in place, for each is shorter than its object. */
#include "cmd/lang/import_priv.h"

#include <string.h>

static const char json_client[] = "{\"side\": \"client\", \"type\": \"";
static const char json_server[] =
    "{\"side\": \"server\", \"type\": \"reply\", \"code\": ";
static const char json_text[] = "\"text\": \"";

static int
json_hex(const char *p)
{
	int n = 0;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		bool digit = c >= '0' && c <= '9';
		char small = (char)(c | 0x20);
		if (!digit && !(small >= 'a' && small <= 'f'))
			return -1;
		n = n * 16 + (digit ? c - '0' : small - 'a' + 10);
	}
	return n;
}

/* The string behind its quote, from p to end; octets written to out, which may
 * be before p. What is no UTF-8 was written as Latin-1 has it. */
static size_t
json_string(char *out, const char *p, const char *end)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	size_t n = 0;
	while (p < end && *p != '"') {
		int c = *p == '\\' && end - p > 5 && p[1] == 'u'
			    ? json_hex(p + 2)
			    : -1;
		const char *at = *p == '\\' && end - p > 1 && p[1] != '\0'
				     ? strchr(from, p[1])
				     : NULL;
		if (c >= 0 && c < 256) {
			out[n++] = (char)c;
			p += 6;
		} else if (at != NULL) {
			out[n++] = to[at - from];
			p += 2;
		} else {
			p += *p == '\\' && end - p > 1;
			out[n++] = *p++;
		}
	}
	return n;
}

static void
json_line(struct import_line *x, char *p)
{
	bool client = import_begins(p, x->len, json_client);
	size_t head = client ? sizeof json_client - 1 : sizeof json_server - 1;
	const char *end = p + x->len;
	if (!client && !import_begins(p, x->len, json_server))
		return;
	const char *text = memmem(p, x->len, json_text, sizeof json_text - 1);
	bool code = !client && x->len > head + 3 && import_code(p + head, 3);
	if (text == NULL || (!client && !code))
		return;
	bool last = memmem(p, (size_t)(text - p), "\"last\": true", 12) != NULL;
	text += sizeof json_text - 1;
	size_t n = 6;
	if (!client) {
		memmove(p + n, p + head, 3);
		p[n + 3] = last ? ' ' : '-';
		n += 4;
	}
	memcpy(p, client ? "json> " : "json< ", 6);
	x->len = n + json_string(p + n, text, end);
}

void
import_json(struct import_lines *l, struct import_source *in)
{
	for (size_t i = 0; i < l->n; i++) {
		struct import_line *x = &l->line[i];
		json_line(x, in->p + (x->p - in->p));
	}
}
