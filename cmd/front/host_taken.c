/* Messages as they come: for people (--show), or an object a line (--format
 * json). What a server says in JSON is told here, too. */
#include "cmd/front/host_parts.h"

#include <string.h>
#include <time.h>
#include "net/tls/hash.h"

#define HOST_SHOWN_LINES 10 /* of the body */

/* A JSON string: octets that are no UTF-8 as \xNN, in letters, and what could
 * disturb a terminal as \uNNNN. */
static void
host_json_string(struct buf *b, const char *p, size_t len)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < len;) {
		unsigned long cp = (unsigned char)p[i];
		size_t n = escape_utf8(p + i, len - i, &cp);
		if (n == 0)
			buf_addf(b, "\\\\x%02x", (unsigned char)p[i]);
		else if (cp == '"' || cp == '\\')
			buf_addf(b, "\\%c", (char)cp);
		else if (cp > 0xffff && escape_unsafe(cp))
			buf_addf(b, "\\u%04lx\\u%04lx",
			    0xd800 + ((cp - 0x10000) >> 10),
			    0xdc00 + ((cp - 0x10000) & 0x3ff));
		else if (escape_unsafe(cp))
			buf_addf(b, "\\u%04lx", cp);
		else
			buf_add(b, p + i, n);
		i += n > 0 ? n : 1;
	}
	buf_addc(b, '"');
}

/* ,"key":"value"; nothing where there is none. */
void
host_json_key(struct buf *b, const char *key, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	buf_addf(b, ",\"%s\":", key);
	host_json_string(b, value, strlen(value));
}

static void
host_json_time(struct buf *b)
{
	struct timespec now;
	struct tm tm;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	buf_addf(b, ",\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, now.tv_nsec / 1000000);
}

static void
host_json_rcpts(struct buf *b, const struct smtpd *d)
{
	buf_adds(b, ",\"to\":[");
	for (size_t i = 0; i < smtpd_nrcpt(d); i++) {
		const char *path = smtpd_rcpt(d, i);
		buf_adds(b, i > 0 ? ",{\"path\":" : "{\"path\":");
		host_json_string(b, path, strlen(path));
		host_json_key(b, "mailbox", smtpd_mailbox(d, i));
		host_json_key(b, "params", smtpd_rcpt_params(d, i));
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

static void
host_json_digest(struct buf *b, const struct peer_taken *t)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char sum[HASH_MAX];
	struct err e;
	if (hash_digest(HASH_SHA256, t->text, t->len, sum, &e) < 0)
		return;
	buf_adds(b, ",\"sha256\":\"");
	for (size_t i = 0; i < hash_len(HASH_SHA256); i++)
		buf_add(
		    b, (const char[]){ hex[sum[i] >> 4], hex[sum[i] & 15] }, 2);
	buf_addc(b, '"');
}

int
host_json_ready(struct err *e)
{
	unsigned char sum[HASH_MAX];
	return hash_digest(HASH_SHA256, "", 0, sum, e);
}

void
host_json_taken(struct out *out, const struct peer_taken *t)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "{\"event\":\"message\",\"session\":%lu", t->session);
	host_json_time(&b);
	host_json_key(&b, "client", t->client);
	host_json_key(&b, "helo", t->helo);
	host_json_key(&b, "with", t->with);
	host_json_key(&b, "tls", t->tls);
	host_json_key(&b, "cipher", t->cipher);
	host_json_key(&b, "user", t->user);
	host_json_key(&b, "from", smtpd_sender(t->envelope));
	host_json_key(&b, "params", smtpd_sender_params(t->envelope));
	host_json_rcpts(&b, t->envelope);
	buf_addf(&b, ",\"size\":%zu", t->len);
	host_json_digest(&b, t);
	host_json_key(&b, "id", t->id);
	buf_adds(&b, "}\n");
	out_write(out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
host_show_head(struct buf *b, const struct peer_taken *t)
{
	struct buf to = BUF_INIT;
	for (size_t i = 0; i < smtpd_nrcpt(t->envelope); i++)
		buf_addf(
		    &to, "%s%s", i > 0 ? ", " : "", smtpd_rcpt(t->envelope, i));
	buf_adds(b, "# ");
	escape_add(b, smtpd_sender(t->envelope),
	    strlen(smtpd_sender(t->envelope)), false);
	buf_adds(b, " to ");
	escape_add(b, buf_data(&to), buf_len(&to), false);
	buf_addf(
	    b, ": %zu octets, session %lu, %s", t->len, t->session, t->with);
	if (t->tls != NULL)
		buf_addf(b, ", %s %s", t->tls, t->cipher);
	if (t->user != NULL) {
		buf_adds(b, ", user ");
		escape_add(b, t->user, strlen(t->user), false);
	}
	if (t->id != NULL)
		buf_addf(b, ", stored as %s", t->id);
	buf_addc(b, '\n');
	buf_release(&to);
}

void
host_show_taken(struct out *out, const struct peer_taken *t, bool all)
{
	struct buf b = BUF_INIT;
	const char *p = t->text;
	size_t left = t->len, body = 0, more = 0;
	bool header = true;
	host_show_head(&b, t);
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t n = lf == NULL ? left : (size_t)(lf - p) + 1;
		size_t text = n;
		while (text > 0 && (p[text - 1] == '\n' || p[text - 1] == '\r'))
			text--;
		body += !header;
		if (header && text == 0)
			header = false;
		if (!all && body > HOST_SHOWN_LINES) {
			more++;
		} else {
			buf_adds(&b, text == 0 ? "" : "    ");
			escape_add(&b, p, text, true);
			buf_addc(&b, '\n');
		}
		p += n;
		left -= n;
	}
	if (more > 0)
		buf_addf(
		    &b, "    # and %zu line%s\n", more, more == 1 ? "" : "s");
	out_write(out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}
