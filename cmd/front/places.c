#include "cmd/front/places.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "cmd/front/opts.h"
#include "cmd/lang/split.h"
#include "cmd/shell/owner.h"

#define PLACES_DEEP 16
#define PLACES_SIZE (1u << 20)

struct places {
	struct place *place; /* what is looked for; NULL: names only */
	const char *name;
	struct buf *names;
	bool here; /* the block under way is for it */
	unsigned depth;
	const char *file;
	unsigned line;
};

static int places_file(
    struct places *s, const char *path, bool must, struct err *e);

static char *
places_path(const char *file)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	if (base != NULL && base[0] == '/')
		return mem_printf("%s/smtpsh/%s", base, file);
	if (home != NULL && home[0] == '/')
		return mem_printf("%s/.config/smtpsh/%s", home, file);
	return NULL;
}

/* What a line says of a file: "~/" is the home, and a path that begins nowhere
 * is beside the hosts file, wherever smtpsh is called. */
static char *
places_beside(const char *said, const char *hosts)
{
	const char *home = getenv("HOME"), *slash = strrchr(hosts, '/');
	if (said[0] == '~' && said[1] == '/' && home != NULL)
		return mem_printf("%s%s", home, said + 1);
	if (said[0] == '/' || said[0] == '~' || slash == NULL ||
	    strcmp(said, "-") == 0)
		return mem_dup(said);
	return mem_printf("%.*s/%s", (int)(slash - hosts), hosts, said);
}

/* A pattern with ! before it takes the name out. */
static bool
places_match(const struct cmd_args *a, const char *name)
{
	bool is = false;
	for (size_t i = 1; i < a->n; i++) {
		bool not = a->word[i][0] == '!';
		if (fnmatch(a->word[i] + not, name, 0) != 0)
			continue;
		if (not )
			return false;
		is = true;
	}
	return is;
}

static void
places_host(struct places *s, const struct cmd_args *a)
{
	if (s->names == NULL) {
		s->here = places_match(a, s->name);
		return;
	}
	for (size_t i = 1; i < a->n; i++)
		if (strpbrk(a->word[i], "*?[!") == NULL)
			buf_addf(s->names, "%s\n", a->word[i]);
}

static int
places_include(struct places *s, const struct cmd_args *a, struct err *e)
{
	int r = 0;
	if (a->n < 2)
		return err_set(e, ERR_USAGE, "%s:%u: Include takes a file",
		    s->file, s->line);
	for (size_t i = 1; r == 0 && i < a->n; i++) {
		const char *said = a->word[i];
		char *path = said[0] == '/' || said[0] == '~'
				 ? places_beside(said, s->file)
				 : places_path(said);
		glob_t g;
		if (path != NULL && glob(path, 0, NULL, &g) == 0) {
			for (size_t k = 0; r == 0 && k < g.gl_pathc; k++)
				r = places_file(s, g.gl_pathv[k], true, e);
			globfree(&g);
		}
		free(path);
	}
	return r;
}

static bool
places_has(const struct place *p, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < p->n; i++)
		if (strncmp(p->word[i] + 2, name, n) == 0 &&
		    (p->word[i][2 + n] == '=' || p->word[i][2 + n] == '\0'))
			return true;
	return false;
}

/* A line that is none of ours: what one looks like, and what it may be. */
static int
places_unknown(
    struct places *s, const char *name, const char *what, struct err *e)
{
	const char *meant = place_meant(name);
	return err_set(e, ERR_USAGE,
	    "%s:%u: %s is no option%s%s%s%s; a line is 'Host NAME' or, below "
	    "it, an option's name and its value, as 'server mail.example.org'",
	    s->file, s->line, name, what,
	    meant == NULL ? "" : ", did you mean ", meant == NULL ? "" : meant,
	    meant == NULL ? "" : "?");
}

/* "--port=587"; an option that is off is known, and says nothing. */
static char *
places_word(const struct places *s, const struct opt *row, bool value, bool off,
    const struct cmd_args *a)
{
	if (!value)
		return mem_printf("%s%s", off ? "!!" : "--", row->name);
	bool file =
	    strcmp(row->arg, "FILE") == 0 || strcmp(row->arg, "FOLDER") == 0;
	char *path = file ? places_beside(a->word[1], s->file) : NULL;
	char *word =
	    mem_printf("--%s=%s", row->name, path == NULL ? a->word[1] : path);
	free(path);
	return word;
}

static int
places_option(struct places *s, const struct cmd_args *a, struct err *e)
{
	struct place *p = s->place;
	const char *name = a->word[0];
	bool server = strcasecmp(name, "server") == 0;
	const struct opt *row = opts_find(name, strlen(name));
	if (!server && (row == NULL || !place_may(row)))
		return places_unknown(
		    s, name, row == NULL ? "" : " that belongs to a place", e);
	bool takes = server || row->arg[0] != '\0';
	bool may_lack = takes && !server && row->arg[0] == '[';
	bool off = !takes && a->n == 2 && strcasecmp(a->word[1], "no") == 0;
	bool on = !takes && a->n == 2 && strcasecmp(a->word[1], "yes") == 0;
	if (a->n > 2 || (takes && a->n < 2 && !may_lack) ||
	    (!takes && a->n == 2 && !on && !off))
		return err_set(e, ERR_USAGE,
		    "%s:%u: %s takes %s (blanks go into quotes)", s->file,
		    s->line, name, takes ? "one value" : "yes or no");
	if (!s->here || p == NULL)
		return 0;
	if (server) {
		if (p->server == NULL)
			p->server = mem_dup(a->word[1]);
		return 0;
	}
	if (places_has(p, row->name))
		return 0;
	p->word = mem_grow(p->word, p->n + 1, sizeof *p->word);
	p->word[p->n++] = places_word(s, row, takes && a->n == 2, off, a);
	return 0;
}

static int
places_line(struct places *s, const char *p, size_t len, struct err *e)
{
	struct cmd_args a = { 0 };
	struct err why;
	while (len > 0 && (p[len - 1] == '\r' || p[len - 1] == ' '))
		len--;
	while (len > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		len--;
	}
	if (len == 0 || *p == '#')
		return 0;
	if (cmd_split(&a, p, len, &why) < 0) {
		cmd_args_release(&a);
		return err_set(
		    e, ERR_USAGE, "%s:%u: %s", s->file, s->line, why.text);
	}
	int r = 0;
	if (a.n > 0 && strcasecmp(a.word[0], "Host") == 0)
		places_host(s, &a);
	else if (a.n > 0 && strcasecmp(a.word[0], "Include") == 0)
		r = s->here || s->names != NULL ? places_include(s, &a, e) : 0;
	else if (a.n > 0)
		r = places_option(s, &a, e);
	cmd_args_release(&a);
	return r;
}

static int
places_read(const char *path, bool must, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT && !must)
		return 0;
	if (fd < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	int r = file_is_private(fd, path, false, e);
	ssize_t n = 1;
	while (r == 0 && n > 0 && buf_len(b) < PLACES_SIZE) {
		n = read(fd, buf_space(b, 8192), 8192);
		if (n > 0)
			buf_commit(b, (size_t)n);
	}
	if (r == 0 && n < 0)
		r = err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	close(fd);
	return r;
}

static int
places_file(struct places *s, const char *path, bool must, struct err *e)
{
	struct buf b = BUF_INIT;
	struct places outer = *s;
	if (s->depth == PLACES_DEEP)
		return err_set(e, ERR_USAGE, "%s: more than %d Includes deep",
		    path, PLACES_DEEP);
	int r = places_read(path, must, &b, e);
	s->file = path;
	s->line = 0;
	s->depth++;
	const char *p = buf_data(&b), *end = p + buf_len(&b);
	while (r == 0 && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl == NULL ? end : nl) - p);
		s->line++;
		r = places_line(s, p, n, e);
		p += n + 1;
	}
	*s = outer;
	buf_release(&b);
	return r;
}

char *
place_path(void)
{
	return places_path("hosts");
}

static int
places_all(struct places *s, struct err *e)
{
	char *path = place_path();
	int r = path == NULL ? 0 : places_file(s, path, false, e);
	free(path);
	return r;
}

int
place_find(struct place *p, const char *name, struct err *e)
{
	/* Lines before the first Host are for all. */
	struct places s = { .place = p, .name = name, .here = true };
	*p = (struct place){ 0 };
	return places_all(&s, e);
}

void
place_release(struct place *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->word[i]);
	free(p->word);
	free(p->server);
	*p = (struct place){ 0 };
}

int
place_names(struct buf *b, struct err *e)
{
	struct places s = { .names = b };
	return places_all(&s, e);
}
