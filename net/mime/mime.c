/* GMime makes header and structure; where a file's octets belong it writes a
 * mark of random digits, at which the message is cut into pieces. So no file
 * is ever in memory. */
#include "net/mime/mime.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wundef"
#endif
#include <gmime/gmime.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
#include "net/core/body.h"
#include "net/core/utf8.h"
#include "net/mime/mime_lib.h"
#include "net/mime/pieces.h"
#include "net/mime/words.h"

#define MIME_LINE_MAX 998 /* RFC 5322 2.1.1 */

struct making {
	const struct mime *m;
	GMimeMessage *msg;
	char mark[48];	  /* what no text has */
	const char *host; /* behind the @ of a Content-ID */
};

static int
mime_load(struct err *e)
{
	if (lazy_load(&mime_lib_lazy, e) < 0)
		return -1;
	g_mime_init();
	return 0;
}

/* Whether it is UTF-8; *wide counts octets above 127. */
static bool
mime_is_utf8(const char *p, size_t len, size_t *wide)
{
	*wide = 0;
	for (size_t i = 0; i < len;) {
		size_t n =
		    (unsigned char)p[i] < 128 ? 1 : utf8_wide(p + i, len - i);
		if (n == 0)
			return false;
		*wide += n > 1 ? n : 0;
		i += n;
	}
	return true;
}

/* Octets of the longest line. */
static size_t
mime_longest(const char *p, size_t len)
{
	size_t most = 0;
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		most = n > most ? n : most;
		n += nl != NULL;
		p += n;
		len -= n;
	}
	return most;
}

static int
mime_utf8_only(const char *what, const char *text, struct err *e)
{
	size_t wide;
	if (text == NULL || mime_is_utf8(text, strlen(text), &wide))
		return 0;
	return err_set(e, ERR_DATA,
	    "%s is not UTF-8; a text in another charset goes as --attach "
	    "'FILE;type=text/plain;charset=...'",
	    what);
}

/* Line ends as LF, the last line with one. */
static void
mime_lines(struct buf *b, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p != '\r' || p[1] != '\n')
			buf_addc(b, *p);
	if (buf_len(b) > 0 && buf_data(b)[buf_len(b) - 1] != '\n')
		buf_addc(b, '\n');
}

static GMimePart *
mime_part(const char *type, const char *p, size_t len, GMimeContentEncoding is,
    GMimeContentEncoding wire)
{
	GMimePart *part = g_mime_part_new();
	GMimeContentType *t = g_mime_content_type_parse(NULL, type);
	GMimeStream *s = g_mime_stream_mem_new_with_buffer(p, len);
	GMimeDataWrapper *w = g_mime_data_wrapper_new_with_stream(s, is);
	g_mime_object_set_content_type((GMimeObject *)part, t);
	g_mime_part_set_content(part, w);
	g_mime_part_set_content_encoding(part, wire);
	g_object_unref(t);
	g_object_unref(w);
	g_object_unref(s);
	return part;
}

/* As it is where that is allowed, readable where most of it is ASCII. */
static GMimeObject *
mime_text(const char *text, const char *type)
{
	struct buf b = BUF_INIT;
	size_t wide;
	mime_lines(&b, text);
	const char *p = buf_data(&b);
	size_t len = buf_len(&b);
	mime_is_utf8(p, len, &wide);
	bool plain = wide == 0 && mime_longest(p, len) <= MIME_LINE_MAX &&
		     memchr(p, '\r', len) == NULL;
	GMimeContentEncoding wire = plain ? GMIME_CONTENT_ENCODING_7BIT
				    : wide < len / 3
					? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
					: GMIME_CONTENT_ENCODING_BASE64;
	GMimePart *part =
	    mime_part(type, p, len, GMIME_CONTENT_ENCODING_DEFAULT, wire);
	g_mime_object_set_content_type_parameter(
	    (GMimeObject *)part, "charset", wide == 0 ? "us-ascii" : "utf-8");
	buf_release(&b);
	return (GMimeObject *)part;
}

static const char *
mime_name(const struct mime_file *f)
{
	const char *slash = strrchr(f->path, '/');
	return f->name != NULL ? f->name : slash != NULL ? slash + 1 : f->path;
}

/* An addr-spec of the name (RFC 2392 2), without what would need quotes. */
static void
mime_cid(const struct making *k, const struct mime_file *f, struct buf *b)
{
	for (const char *p = mime_name(f); *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		bool dot = c == '.' && p != mime_name(f) && p[-1] != '.' &&
			   p[1] != '\0';
		bool atom = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			    (c >= 'a' && c <= 'z') || c == '-' || c == '_';
		if (dot || atom)
			buf_addc(b, *p);
		else
			buf_addf(b, "_%02x", c);
	}
	buf_addf(b, "@%s", k->host);
}

/* No octet of a name may end the field that it stands in. */
static void
mime_plain_name(struct buf *b, const char *name)
{
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		buf_addc(b, c < ' ' || c == 127 ? '_' : *name);
	}
}

static GMimeObject *
mime_file(const struct making *k, size_t i)
{
	const struct mime_file *f = &k->m->file[i];
	const char *name = mime_name(f);
	struct buf mark = BUF_INIT, cid = BUF_INIT, plain = BUF_INIT;
	mime_plain_name(&plain, name);
	buf_addf(&mark, "%s%zu@", k->mark, i);
	GMimePart *part = mime_part(f->type != NULL ? f->type : mime_type(name),
	    buf_data(&mark), buf_len(&mark), GMIME_CONTENT_ENCODING_BASE64,
	    GMIME_CONTENT_ENCODING_BASE64);
	g_mime_object_set_disposition(
	    (GMimeObject *)part, f->inlined ? "inline" : "attachment");
	g_mime_part_set_filename(part, buf_str(&plain));
	if (f->inlined) {
		mime_cid(k, f, &cid);
		g_mime_part_set_content_id(part, buf_str(&cid));
	}
	buf_release(&mark);
	buf_release(&cid);
	buf_release(&plain);
	return (GMimeObject *)part;
}

/* The inlined file that a "cid:" names; NULL. */
static const struct mime_file *
mime_named(const struct mime *m, const char *p)
{
	const struct mime_file *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < m->nfile; i++) {
		const char *name = mime_name(&m->file[i]);
		size_t n = strlen(name);
		if (!m->file[i].inlined || n <= most ||
		    strncmp(p, name, n) != 0 || p[n] == '@')
			continue;
		best = &m->file[i];
		most = n;
	}
	return best;
}

/* "cid:logo.png" becomes what that part's Content-ID is. */
static void
mime_html(const struct making *k, struct buf *b)
{
	const char *p = k->m->html;
	for (const char *c; (c = strstr(p, "cid:")) != NULL;) {
		const struct mime_file *f = mime_named(k->m, c + 4);
		buf_add(b, p, (size_t)(c + 4 - p));
		p = c + 4;
		if (f == NULL)
			continue;
		mime_cid(k, f, b);
		p += strlen(mime_name(f));
	}
	buf_adds(b, p);
}

/* Puts part into the multipart, which is made when there is a second. */
static GMimeObject *
mime_join(GMimeObject *all, GMimeObject *part, const char *subtype, bool whole)
{
	if (all == NULL && !whole)
		return part;
	GMimeMultipart *m = g_mime_multipart_new_with_subtype(subtype);
	if (all != NULL) {
		g_mime_multipart_add(m, all);
		g_object_unref(all);
	}
	if (part != NULL) {
		g_mime_multipart_add(m, part);
		g_object_unref(part);
	}
	return (GMimeObject *)m;
}

static void
mime_add(GMimeObject *all, GMimeObject *part)
{
	g_mime_multipart_add((GMimeMultipart *)all, part);
	g_object_unref(part);
}

static bool
mime_has_files(const struct mime *m, bool inlined)
{
	for (size_t i = 0; i < m->nfile; i++)
		if (m->file[i].inlined == inlined)
			return true;
	return false;
}

static void
mime_add_files(const struct making *k, GMimeObject *all, bool inlined)
{
	for (size_t i = 0; i < k->m->nfile; i++)
		if (k->m->file[i].inlined == inlined)
			mime_add(all, mime_file(k, i));
}

/* mixed(alternative(text, related(html, inlined)), attached). */
static void
mime_body(struct making *k)
{
	const struct mime *m = k->m;
	GMimeObject *body = NULL, *html = NULL;
	bool pictures = mime_has_files(m, true),
	     rest = mime_has_files(m, false);
	struct buf b = BUF_INIT;
	if (m->html != NULL) {
		mime_html(k, &b);
		html = mime_text(buf_str(&b), "text/html");
		if (pictures) {
			html = mime_join(NULL, html, "related", true);
			g_mime_object_set_content_type_parameter(
			    html, "type", "text/html");
			mime_add_files(k, html, true);
		}
	}
	if (m->text != NULL || (html == NULL && m->nfile == 0))
		body = mime_text(m->text == NULL ? "" : m->text, "text/plain");
	if (html != NULL)
		body = mime_join(body, html, "alternative", body != NULL);
	if (rest || (pictures && m->html == NULL)) {
		body = mime_join(body, NULL, "mixed", true);
		if (m->html == NULL)
			mime_add_files(k, body, true);
		mime_add_files(k, body, false);
	}
	g_mime_message_set_mime_part(k->msg, body);
	g_object_unref(body);
	buf_release(&b);
}

/* The header. */

static size_t
mime_field(const char *line)
{
	return strcspn(line, ": \t");
}

static bool
mime_names(const struct mime *m, const char *name)
{
	for (size_t i = 0; i < m->nline; i++)
		if (mime_field(m->line[i]) == strlen(name) &&
		    strncasecmp(m->line[i], name, strlen(name)) == 0)
			return true;
	return false;
}

static int
mime_addresses(struct making *k, GMimeAddressType type, const char *name,
    const char *list, struct err *e)
{
	if (list == NULL || *list == '\0' || mime_names(k->m, name))
		return 0;
	InternetAddressList *l = internet_address_list_parse(NULL, list);
	if (l == NULL || internet_address_list_length(l) == 0)
		return err_set(e, ERR_USAGE, "%s: '%s' is no list of addresses",
		    name, list);
	internet_address_list_append(
	    g_mime_message_get_addresses(k->msg, type), l);
	g_object_unref(l);
	return 0;
}

/* The library's own encoded words are not read by all, itself not excepted. */
static void
mime_subject(struct making *k, const char *text)
{
	struct buf b = BUF_INIT;
	words_add(&b, text);
	g_mime_object_set_header(
	    (GMimeObject *)k->msg, "Subject", buf_str(&b), NULL);
	buf_release(&b);
}

static int
mime_line(struct making *k, const char *line, struct err *e)
{
	size_t n = mime_field(line);
	const char *value = strchr(line, ':') + 1;
	value += strspn(value, " \t");
	if (strncasecmp(line, "Content-", 8) == 0 ||
	    (n == 12 && strncasecmp(line, "MIME-Version", n) == 0))
		return err_set(e, ERR_USAGE,
		    "--header '%s': a message with parts has its own; --attach "
		    "'FILE;type=...' says what a file is",
		    line);
	char *name = mem_dupn(line, n);
	size_t wide;
	mime_is_utf8(value, strlen(value), &wide);
	/* What is ASCII may be encoded already. */
	if (strcasecmp(name, "Subject") == 0 && wide > 0)
		mime_subject(k, value);
	else
		g_mime_object_append_header(
		    (GMimeObject *)k->msg, name, value, "utf-8");
	free(name);
	return 0;
}

static int
mime_header(struct making *k, struct err *e)
{
	const struct mime *m = k->m;
	GMimeObject *o = (GMimeObject *)k->msg;
	if (!mime_names(m, "Date"))
		g_mime_object_set_header(o, "Date", m->date, NULL);
	if (mime_addresses(k, GMIME_ADDRESS_TYPE_FROM, "From", m->from, e) <
		0 ||
	    mime_addresses(k, GMIME_ADDRESS_TYPE_REPLY_TO, "Reply-To",
		m->reply_to, e) < 0 ||
	    mime_addresses(k, GMIME_ADDRESS_TYPE_TO, "To", m->to, e) < 0 ||
	    mime_addresses(k, GMIME_ADDRESS_TYPE_CC, "Cc", m->cc, e) < 0)
		return -1;
	if (m->subject != NULL && !mime_names(m, "Subject"))
		mime_subject(k, m->subject);
	if (!mime_names(m, "Message-Id"))
		g_mime_message_set_message_id(k->msg, m->msgid);
	for (size_t i = 0; i < m->nline; i++)
		if (mime_line(k, m->line[i], e) < 0)
			return -1;
	return 0;
}

/* Cutting. */

static int
mime_piece(
    struct pieces *p, const char *text, size_t len, bool last, struct err *e)
{
	struct buf b = BUF_INIT;
	struct body body;
	body_init(&body, false);
	if (body_encode(&body, text, len, &b, e) < 0 ||
	    (last && body_finish(&body, &b, e) < 0)) {
		buf_release(&b);
		return -1;
	}
	pieces_add(p, &b);
	return 0;
}

static int
mime_cut(
    const struct making *k, const char *text, struct pieces *p, struct err *e)
{
	const char *at;
	while ((at = strstr(text, k->mark)) != NULL) {
		char *end;
		size_t i = strtoul(at + strlen(k->mark), &end, 10);
		if (mime_piece(p, text, (size_t)(at - text), false, e) < 0)
			return -1;
		if (i >= k->m->nfile || *end != '@')
			return err_set(e, ERR_BUG, "a mark of no file");
		int r = pieces_add_file(p, k->m->file[i].path, e);
		if (r < 0)
			return -1;
		text = end + 1;
		/* A file's last line has its own end. */
		if (r > 0 && *text == '\n')
			text++;
	}
	return mime_piece(p, text, strlen(text), true, e);
}

static int
mime_checks(const struct mime *m, struct err *e)
{
	if (mime_utf8_only("the subject", m->subject, e) < 0 ||
	    mime_utf8_only("the text", m->text, e) < 0 ||
	    mime_utf8_only("the HTML", m->html, e) < 0)
		return -1;
	for (size_t i = 0; i < m->nline; i++)
		if (mime_utf8_only("--header", m->line[i], e) < 0)
			return -1;
	for (size_t i = 0; i < m->nfile; i++) {
		const struct mime_file *f = &m->file[i];
		if (mime_utf8_only("a file's name", mime_name(f), e) < 0)
			return -1;
		/* RFC 2046 5.2.1, 5.1 */
		if (f->type != NULL &&
		    (strncasecmp(f->type, "message/", 8) == 0 ||
			strncasecmp(f->type, "multipart/", 10) == 0 ||
			strchr(f->type, '/') == NULL))
			return err_set(e, ERR_USAGE,
			    "--attach %s: type %s cannot go as base64; "
			    "application/octet-stream can",
			    f->path, f->type);
	}
	return 0;
}

static int
mime_mark(struct making *k, struct err *e)
{
	unsigned char r[16];
	struct buf b = BUF_INIT;
	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		return err_set(e, ERR_BUG, "no random octets");
	for (size_t i = 0; i < sizeof r; i++)
		buf_addf(&b, "%02x", r[i]);
	snprintf(k->mark, sizeof k->mark, "@smtpsh-%s-", buf_str(&b));
	buf_release(&b);
	return 0;
}

struct feed *
mime_new(const struct mime *m, struct err *e)
{
	struct making k = { .m = m };
	if (mime_checks(m, e) < 0 || mime_load(e) < 0 || mime_mark(&k, e) < 0)
		return NULL;
	k.host = strrchr(m->msgid, '@') + 1;
	k.msg = g_mime_message_new(FALSE);
	struct pieces *p = pieces_new();
	int r = mime_header(&k, e);
	if (r == 0) {
		mime_body(&k);
		char *text =
		    g_mime_object_to_string((GMimeObject *)k.msg, NULL);
		r = mime_cut(&k, text, p, e);
		g_free(text);
	}
	g_object_unref(k.msg);
	if (r == 0)
		return pieces_feed(p);
	pieces_free(p);
	return NULL;
}

int
mime_check_addresses(const char *option, const char *list, struct err *e)
{
	size_t wide;
	if (!mime_is_utf8(list, strlen(list), &wide))
		return err_set(
		    e, ERR_USAGE, "%s '%s': not UTF-8", option, list);
	if (strpbrk(list, "\r\n") != NULL)
		return err_set(
		    e, ERR_USAGE, "%s: found a line end in '%s'", option, list);
	return 0;
}
