#include "cmd/talk/whose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cmd/talk/step.h"

const struct whose *
talk_whose(const struct talk *t)
{
	static const struct whose person = { 0 };
	return t->frame == NULL ? &person : &t->frame->whose;
}

/* The folder that a file stands in. */
static char *
whose_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL   ? mem_dup(".")
	       : slash == path ? mem_dup("/")
			       : mem_dupn(path, (size_t)(slash - path));
}

struct whose
whose_file(struct talk *t, const struct whose *by, const char *path)
{
	struct whose w = { .path = talk_name(t, path) };
	/* What the start-up file includes is the person's, too. */
	w.file = by->file || by->path == NULL;
	w.root = by->root;
	if (!w.file || w.root != NULL || t->trusting)
		return w;
	char *folder = whose_folder(path);
	char *real = realpath(folder, NULL);
	w.root = talk_name(t, real == NULL ? folder : real);
	free(real);
	free(folder);
	return w;
}

static bool
whose_holds(const char *root, const char *real)
{
	size_t n = strlen(root);
	if (strcmp(root, "/") == 0)
		return true;
	return strncmp(real, root, n) == 0 &&
	       (real[n] == '/' || real[n] == '\0');
}

/* A file that is to be made stands where its folder does. */
static char *
whose_resolve(const char *path, bool makes)
{
	struct stat there;
	if (!makes || lstat(path, &there) == 0)
		return realpath(path, NULL);
	const char *slash = strrchr(path, '/');
	char *folder = whose_folder(path);
	char *real = realpath(folder, NULL), *all = NULL;
	if (real != NULL)
		all =
		    mem_printf("%s/%s", real, slash == NULL ? path : slash + 1);
	free(real);
	free(folder);
	return all;
}

char *
whose_path(const struct whose *w, const char *word, bool makes, struct err *e)
{
	if (strcmp(word, "-") == 0)
		return mem_dup(word);
	char *path = talk_path(w->path, word);
	if (w->root == NULL)
		return path;
	char *real = whose_resolve(path, makes);
	if (real == NULL)
		err_set(e, makes ? ERR_OUTPUT : ERR_NOINPUT, "cannot %s %s: %s",
		    makes ? "write" : "read", path, strerror(errno));
	else if (!whose_holds(w->root, real))
		err_set(e, ERR_DATA,
		    "a file may not %s %s, which is outside of its folder "
		    "(--trust lets it)",
		    makes ? "write" : "read", word);
	bool holds = real != NULL && whose_holds(w->root, real);
	free(real);
	if (holds)
		return path;
	free(path);
	return NULL;
}

int
whose_may_read(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e)
{
	struct err why = { 0 };
	char *path = whose_path(w, a->word[0], false, &why);
	(void)t;
	free(path);
	if (path != NULL || why.kind != ERR_DATA)
		return 0;
	*e = why;
	return -1;
}

static void
whose_quote(struct buf *b, const char *word)
{
	if (word[0] != '\0' && word[strcspn(word, " \t'\"\\")] == '\0') {
		buf_adds(b, word);
		return;
	}
	buf_addc(b, '"');
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *word);
	}
	buf_addc(b, '"');
}

void
whose_say(struct buf *b, const struct cmd_args *a, const char *path)
{
	if (strcmp(path, a->word[0]) == 0) {
		buf_adds(b, a->rest);
		return;
	}
	whose_quote(b, path);
	for (size_t i = 1; i < a->n; i++) {
		buf_addc(b, ' ');
		whose_quote(b, a->word[i]);
	}
}
