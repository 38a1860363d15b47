#include "cmd/lang/compose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Octets of a list's first address: to a comma that neither quotes hold nor a
 * source route, "@x,@y:", which begins it or stands behind its "<". */
static size_t
compose_length(const char *p)
{
	bool quoted = false, begins = true, route = false;
	size_t n = 0;
	for (; p[n] != '\0' && (quoted || route || p[n] != ','); n++) {
		if (p[n] == '\\' && quoted && p[n + 1] != '\0') {
			n++;
			continue;
		}
		quoted ^= p[n] == '"';
		if (quoted)
			continue;
		if (p[n] == '@' && begins)
			route = true;
		else if (p[n] == ':')
			route = false;
		begins = p[n] == '<' || (begins && p[n] == ' ');
	}
	return n;
}

/* The first of c outside quotes, or NULL. */
static const char *
compose_outside(const char *p, size_t len, char c)
{
	bool quoted = false;
	for (size_t i = 0; i < len; i++) {
		if (p[i] == c && !quoted)
			return p + i;
		if (p[i] == '\\' && quoted)
			i++;
		else
			quoted ^= p[i] == '"';
	}
	return NULL;
}

/* An address in a command must not bring a parameter or a line with it. */
static int
compose_check(const char *option, const char *path, struct err *e)
{
	bool quoted = false;
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p == '\\' && quoted && p[1] != '\0') {
			p++;
			continue;
		}
		unsigned char c = (unsigned char)*p;
		if (c == ' ' && !quoted)
			return err_set(e, ERR_USAGE,
			    "%s '%s': a blank stands in the address: write a "
			    "comma between two, and <> around one with a name",
			    option, path);
		if (c < ' ' || c == 127 || (!quoted && (c == '<' || c == '>')))
			return err_set(e, ERR_USAGE,
			    "%s '%s': octet %zu does not belong in an address",
			    option, path, (size_t)(p - path) + 1);
	}
	if (quoted)
		return err_set(
		    e, ERR_USAGE, "%s '%s': a \" is not closed", option, path);
	if (*path == '@' && strchr(path, ':') == NULL)
		return err_set(e, ERR_USAGE,
		    "%s '%s': nothing stands before the @ (a source route ends "
		    "with ':' and an address)",
		    option, path);
	return 0;
}

/* One item: NULL, ERR_USAGE. */
static char *
compose_path(const char *option, const char *p, size_t len, struct err *e)
{
	while (len > 0 && *p == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ')
		len--;
	const char *open = compose_outside(p, len, '<');
	if (open != NULL && p[len - 1] != '>') {
		err_set(e, ERR_USAGE, "%s '%.*s': expected '>' at the end",
		    option, (int)len, p);
		return NULL;
	}
	if (open != NULL) {
		len -= (size_t)(open + 1 - p) + 1;
		p = open + 1;
	}
	char *path = mem_dupn(p, len);
	if (compose_check(option, path, e) == 0)
		return path;
	free(path);
	return NULL;
}

/* What people write who take it for a list of lines. */
static int
compose_check_list(const char *option, const char *list, struct err *e)
{
	if (list[strcspn(list, "\r\n")] == '\0')
		return 0;
	return err_set(e, ERR_USAGE,
	    "%s '%s': found a line end; several addresses have commas between",
	    option, list);
}

/* Behind the name of a group, if one begins (RFC 5322 3.4). */
static const char *
compose_group(const char *p)
{
	const char *at = p + strspn(p, " ");
	while (*at != '\0' && strchr(",;<[@", *at) == NULL) {
		if (*at == ':')
			return at + 1;
		const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
		at = end != NULL ? end + 1 : at + 1;
	}
	return p;
}

int
compose_addresses(struct compose_paths *l, const char *option, const char *list,
    struct err *e)
{
	if (compose_check_list(option, list, e) < 0)
		return -1;
	bool group = false;
	for (const char *p = list; *p != '\0';) {
		const char *in = group ? p : compose_group(p);
		group |= in != p;
		p = in;
		size_t n = compose_length(p);
		const char *semi = group ? compose_outside(p, n, ';') : NULL;
		if (semi != NULL) {
			n = (size_t)(semi - p);
			group = false;
		}
		bool blank = strspn(p, " ") >= n;
		char *path = blank ? NULL : compose_path(option, p, n, e);
		if (!blank && path == NULL)
			return -1;
		if (!blank && *path == '\0') {
			free(path);
			return err_set(e, ERR_USAGE,
			    "%s '%s': the null path takes no mail", option,
			    list);
		}
		if (!blank) {
			l->path = mem_grow(l->path, l->n + 1, sizeof *l->path);
			l->path[l->n++] = path;
		}
		p += n + (p[n] == ',' || semi != NULL);
	}
	return 0;
}

void
compose_release(struct compose_paths *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->path[i]);
	free(l->path);
	*l = (struct compose_paths){ 0 };
}

char *
compose_address(const char *option, const char *text, struct err *e)
{
	if (text[strspn(text, " ")] == '\0') {
		err_set(e, ERR_USAGE, "%s '%s': the null path is written '<>'",
		    option, text);
		return NULL;
	}
	if (compose_check_list(option, text, e) < 0)
		return NULL;
	size_t n = compose_length(text);
	if (text[n] == ',') {
		err_set(e, ERR_USAGE, "%s '%s': expected one address", option,
		    text);
		return NULL;
	}
	return compose_path(option, text, n, e);
}

/* Octets of a field's name at the start of a line; 0: it is no field. */
static size_t
compose_name(const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && p[n] > ' ' && p[n] < 127 && p[n] != ':')
		n++;
	size_t colon = n;
	while (colon < len && (p[colon] == ' ' || p[colon] == '\t'))
		colon++;
	return n > 0 && colon < len && p[colon] == ':' ? n : 0;
}

int
compose_check_header(const char *const *line, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (strpbrk(line[i], "\r\n") != NULL)
			return err_set(e, ERR_USAGE,
			    "--header: found a line end in '%s'", line[i]);
		if (compose_name(line[i], strlen(line[i])) == 0)
			return err_set(e, ERR_USAGE,
			    "--header '%s': expected 'NAME: VALUE'", line[i]);
	}
	return 0;
}

static bool
compose_has(const char *const *line, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (compose_name(line[i], strlen(line[i])) == len &&
		    strncasecmp(line[i], name, len) == 0)
			return true;
	return false;
}

bool
compose_names(const char *const *line, size_t n, const char *name)
{
	return compose_has(line, n, name, strlen(name));
}

/* A line with its end; 0 at the end of the text. */
static size_t
compose_line(const char *p, size_t len)
{
	const char *nl = len > 0 ? memchr(p, '\n', len) : NULL;
	return nl == NULL ? len : (size_t)(nl + 1 - p);
}

bool
compose_has_header(const char *p, size_t len)
{
	size_t n = compose_line(p, len);
	/* What mailboxes put before a message. */
	if (n > 5 && memcmp(p, "From ", 5) == 0) {
		p += n;
		n = compose_line(p, len - n);
	}
	return compose_name(p, n) > 0;
}

/* The lines, all or those of one name. */
static void
compose_put(struct buf *b, const char *const *line, size_t n, const char *name,
    size_t len, const char *end)
{
	for (size_t i = 0; i < n; i++)
		if (name == NULL ||
		    (compose_name(line[i], strlen(line[i])) == len &&
			strncasecmp(line[i], name, len) == 0))
			buf_addf(b, "%s%s", line[i], end);
}

/* The header being put together. */
struct compose_copy {
	struct buf out;
	const char *const *line;
	size_t n;
	const char *end; /* of its lines */
	bool drop;	 /* the field under way is replaced */
	struct buf done; /* names that were, each behind a line end */
};

static bool
compose_is_done(const struct compose_copy *c, const char *name, size_t len)
{
	const char *p = buf_data(&c->done);
	size_t left = buf_len(&c->done);
	while (left > 0) {
		size_t n = compose_line(p, left);
		if (n == len + 1 && strncasecmp(p, name, len) == 0)
			return true;
		p += n;
		left -= n;
	}
	return false;
}

static void
compose_copy_line(struct compose_copy *c, const char *p, size_t len)
{
	size_t name = compose_name(p, len);
	bool folded = *p == ' ' || *p == '\t';
	if (!folded)
		c->drop = name > 0 && compose_has(c->line, c->n, p, name);
	if (!c->drop) {
		buf_add(&c->out, p, len);
	} else if (!folded && !compose_is_done(c, p, name)) {
		compose_put(&c->out, c->line, c->n, p, name, c->end);
		buf_add(&c->done, p, name);
		buf_addc(&c->done, '\n');
	}
}

/* Those that stand in place of none. */
static void
compose_copy_rest(struct compose_copy *c)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t name = compose_name(c->line[i], strlen(c->line[i]));
		if (!compose_is_done(c, c->line[i], name))
			buf_addf(&c->out, "%s%s", c->line[i], c->end);
	}
}

int
compose_add(struct buf *text, bool ended, const char *const *line, size_t n,
    struct err *e)
{
	struct compose_copy c = {
		.out = BUF_INIT, .line = line, .n = n, .done = BUF_INIT
	};
	const char *p = buf_data(text);
	size_t left = buf_len(text), len = compose_line(p, left);
	bool header = compose_has_header(p, left), empty = false;
	c.end = len > 1 && p[len - 2] == '\r' ? "\r\n" : "\n";
	while (header && left > 0 && !empty) {
		len = compose_line(p, left);
		empty = *p == '\n' || (len == 2 && *p == '\r');
		if (empty)
			break;
		compose_copy_line(&c, p, len);
		p += len;
		left -= len;
	}
	if (header && left == 0 && !ended) {
		buf_release(&c.out);
		buf_release(&c.done);
		return err_set(e, ERR_DATA,
		    "the header is longer than %zu octets: --header finds no "
		    "place in it",
		    buf_len(text));
	}
	/* A last line without an end. */
	if (header && left == 0 && buf_len(&c.out) > 0 &&
	    buf_data(&c.out)[buf_len(&c.out) - 1] != '\n')
		buf_adds(&c.out, c.end);
	compose_copy_rest(&c);
	if (left > 0 && *p != '\n' && *p != '\r')
		buf_adds(&c.out, c.end);
	buf_add(&c.out, p, left);
	buf_release(text);
	buf_release(&c.done);
	*text = c.out;
	return 0;
}

void
compose_make(struct buf *b, const struct compose *c)
{
	if (!compose_names(c->line, c->n, "Date"))
		buf_addf(b, "Date: %s\n", c->date);
	if (!compose_names(c->line, c->n, "From"))
		buf_addf(b, "From: <%s>\n", c->from);
	if (!compose_names(c->line, c->n, "To")) {
		buf_adds(b, "To: ");
		for (size_t i = 0; i < c->to->n; i++)
			buf_addf(
			    b, "%s<%s>", i > 0 ? ",\n " : "", c->to->path[i]);
		buf_adds(b, "\n");
	}
	if (!compose_names(c->line, c->n, "Subject"))
		buf_addf(b, "Subject: test %s\n", c->date);
	if (!compose_names(c->line, c->n, "Message-Id"))
		buf_addf(b, "Message-Id: <%s>\n", c->msgid);
	compose_put(b, c->line, c->n, NULL, 0, "\n");
	buf_addf(
	    b, "\n%s\n", c->body != NULL ? c->body : "This is a test message.");
}
