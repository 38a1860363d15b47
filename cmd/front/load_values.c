/* --values: comma separated (RFC 4180), the first line names the variables; a
 * cell may stand in double quotes, and hold a comma, a line end or "" then. */
#include "cmd/front/load_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUES_MAX (256u << 20)

int
load_read_file(struct buf *b, const char *path, size_t most, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;
	while (fd >= 0 && n > 0 && buf_len(b) <= most) {
		n = read(fd, buf_space(b, 65536), 65536);
		if (n > 0)
			buf_commit(b, (size_t)n);
		if (n < 0 && errno == EINTR)
			n = 1;
	}
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (fd < 0 || n < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(error));
	if (buf_len(b) > most)
		return err_set(
		    e, ERR_NOINPUT, "%s is over %zu MiB", path, most >> 20);
	return 0;
}

/* One cell from *p, which goes behind it; NUL-ended where it stands. *last: it
 * ends a row. NULL: a quote that does not end. */
static char *
values_cell(char **p, bool *last)
{
	char *in = *p, *out = in, *cell = in;
	bool quoted = *in == '"';
	if (quoted)
		in++;
	for (; quoted ? *in != '\0' : *in != ',' && *in != '\n'; in++) {
		if (quoted && *in == '"' && in[1] != '"')
			break;
		if (quoted && *in == '"')
			in++;
		*out++ = *in;
	}
	if (quoted && *in != '"')
		return NULL;
	in += quoted;
	if (*in == '\r' && in[1] == '\n')
		in++;
	if (*in != ',' && *in != '\n')
		return NULL;
	*last = *in == '\n';
	if (!quoted && out > cell && out[-1] == '\r')
		out--;
	*out = '\0';
	*p = in + 1;
	return cell;
}

/* A row of n cells (0: as many as there are); how many, -1: malformed. */
static ssize_t
values_row(char **p, char ***cell, size_t *have, size_t n)
{
	ssize_t got = 0;
	bool last = false;
	while (!last) {
		char *c = values_cell(p, &last);
		if (c == NULL)
			return -1;
		if ((*have & (*have - 1)) == 0)
			*cell = mem_grow(
			    *cell, *have == 0 ? 1 : *have * 2, sizeof **cell);
		(*cell)[(*have)++] = c;
		got++;
	}
	(void)n;
	return got;
}

static int
values_names(struct load_values *v, const char *path, struct err *e)
{
	struct vars check;
	struct err why;
	int r = 0;
	vars_init(&check);
	for (size_t i = 0; i < v->names && r == 0; i++) {
		if (vars_get(&check, v->name[i]) != NULL)
			r = err_set(&why, ERR_DATA, "'%s' stands there twice",
			    v->name[i]);
		else
			r = vars_set(&check, v->name[i], "", 0, &why);
		if (r < 0)
			err_set(e, ERR_DATA, "%s:1: the header: %s", path,
			    why.text);
	}
	vars_release(&check);
	return r;
}

int
load_values_read(struct load_values *v, const char *path, struct err *e)
{
	if (load_read_file(&v->octets, path, VALUES_MAX, e) < 0)
		return -1;
	if (memchr(buf_data(&v->octets), '\0', buf_len(&v->octets)) != NULL)
		return err_set(e, ERR_DATA, "%s: it holds a NUL", path);
	/* The last row may lack its end. */
	buf_addc(&v->octets, '\n');
	buf_addc(&v->octets, '\0');
	char *p = v->octets.p + v->octets.off;
	/* Spreadsheets put a byte order mark first. */
	if (strncmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	char *end = v->octets.p + v->octets.end - 1;
	size_t have = 0;
	ssize_t n = values_row(&p, &v->name, &v->names, 0);
	if (n < 0 || values_names(v, path, e) < 0)
		return n < 0 ? err_set(e, ERR_DATA,
				   "%s:1: a quote does not end", path)
			     : -1;
	while (p < end) {
		if (*p == '\n' || (*p == '\r' && p[1] == '\n')) {
			p += *p == '\r' ? 2 : 1;
			continue;
		}
		n = values_row(&p, &v->cell, &have, v->names);
		if (n != (ssize_t)v->names)
			return err_set(e, ERR_DATA,
			    n < 0 ? "%s: row %zu: a quote does not end"
				  : "%s: row %zu has another number of values "
				    "than the header names",
			    path, v->rows + 1);
		v->rows++;
	}
	if (v->rows == 0)
		return err_set(
		    e, ERR_DATA, "%s: there is no row behind the header", path);
	return 0;
}

void
load_values_release(struct load_values *v)
{
	buf_release(&v->octets);
	free(v->name);
	free(v->cell);
}
