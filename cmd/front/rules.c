/* Rules from the command line and from files. */
#include "cmd/front/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/front/rules_parts.h"
#include "cmd/lang/regex.h"

#define RULES_FILE_MAX (1u << 20)

static bool
rules_match(const void *re, const char *p, size_t len)
{
	return regex_match(re, p, len, NULL, 0) > 0;
}

int
rules_add(struct rules *r, const char *place, unsigned line, const char *text,
    enum err_kind kind, struct err *e)
{
	r->rule = mem_grow(r->rule, r->n + 1, sizeof *r->rule);
	struct rule *x = &r->rule[r->n++];
	struct rules_line l = { .rule = x,
		.left = span_trim((struct span){ text, strlen(text) }),
		.kind = kind,
		.place = place,
		.line = line };
	memset(x, 0, sizeof *x);
	x->place = place;
	x->line = line;
	x->text = mem_dupn(l.left.p, l.left.len);
	int rc = rules_parse(&l, e);
	buf_release(&l.buf);
	r->match = rules_match;
	r->looks |= x->on == RULE_HEADER || x->on == RULE_BODY;
	bool counts = x->first != RULE_ALWAYS || x->scope == RULE_OF_CLIENT;
	if (counts && r->seen == NULL)
		r->seen = rule_seen_new();
	return rc;
}

static int
rules_lines_of(struct rules *r, const char *file, char *text, struct err *e)
{
	unsigned n = 0;
	while (text != NULL) {
		char *line = strsep(&text, "\n");
		size_t len = strlen(line);
		if (len > 0 && line[len - 1] == '\r')
			line[len - 1] = '\0';
		line += strspn(line, " \t");
		n++;
		if (*line == '\0' || *line == '#')
			continue;
		if (rules_add(r, file, n, line, ERR_DATA, e) < 0)
			return -1;
	}
	return 0;
}

int
rules_read(struct rules *r, const char *file, struct err *e)
{
	struct buf b = BUF_INIT;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;
	while (n > 0 && buf_len(&b) <= RULES_FILE_MAX) {
		n = read(fd, buf_space(&b, 65536), 65536);
		if (n > 0)
			buf_commit(&b, (size_t)n);
	}
	int rc = 0;
	if (n < 0)
		rc = err_set(e, ERR_NOINPUT, "cannot read the rules %s: %s",
		    file, strerror(errno));
	else if (buf_len(&b) > RULES_FILE_MAX)
		rc = err_set(e, ERR_DATA,
		    "%s: more than 1 MiB is no file of rules", file);
	else if (memchr(buf_data(&b), '\0', buf_len(&b)) != NULL)
		rc = err_set(e, ERR_DATA, "%s: a NUL is no text", file);
	if (fd >= 0)
		close(fd);
	if (rc == 0) {
		char *text = buf_detach(&b);
		rc = rules_lines_of(r, file, text, e);
		free(text);
	}
	buf_release(&b);
	return rc;
}

void
rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		regex_free((struct regex *)(uintptr_t)r->rule[i].re);
	rules_release(r);
}
