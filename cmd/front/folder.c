#include "cmd/front/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER_SUFFIX ".smtp"

/* What is to be run, being put together. */
struct folder_runs {
	struct opt_run *run;
	size_t n;
};

static void
folder_add(struct folder_runs *all, struct opt_run run)
{
	all->run = mem_grow(all->run, all->n + 1, sizeof *all->run);
	all->run[all->n++] = run;
}

static bool
folder_is(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
folder_takes(const char *name)
{
	size_t len = strlen(name), suffix = strlen(FOLDER_SUFFIX);
	return name[0] != '.' && len > suffix &&
	       strcmp(name + len - suffix, FOLDER_SUFFIX) == 0;
}

static int
folder_order(const void *a, const void *b)
{
	return strcmp(((const struct opt_run *)a)->text,
	    ((const struct opt_run *)b)->text);
}

/* The path is o's to free. */
static void
folder_file(struct opts *o, struct folder_runs *all, const char *folder,
    const char *name)
{
	size_t len = strlen(folder);
	while (len > 1 && folder[len - 1] == '/')
		len--;
	char *path = mem_printf("%.*s%s%s", (int)len, folder,
	    folder[len - 1] == '/' ? "" : "/", name);
	if (folder_is(path)) {
		free(path);
		return;
	}
	o->made = mem_grow(o->made, o->nmade + 1, sizeof *o->made);
	o->made[o->nmade++] = path;
	folder_add(all, (struct opt_run){ .file = true, .text = path });
}

static int
folder_read(
    struct opts *o, struct folder_runs *all, const char *folder, struct err *e)
{
	DIR *d = opendir(folder);
	size_t first = all->n;
	if (d == NULL)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", folder,
		    strerror(errno));
	struct dirent *entry;
	while ((errno = 0, entry = readdir(d)) != NULL)
		if (folder_takes(entry->d_name))
			folder_file(o, all, folder, entry->d_name);
	int failed = errno;
	closedir(d);
	if (failed != 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", folder,
		    strerror(failed));
	if (all->n == first)
		return err_set(e, ERR_NOINPUT,
		    "the folder %s has no file whose name ends "
		    "in " FOLDER_SUFFIX,
		    folder);
	qsort(all->run + first, all->n - first, sizeof *all->run, folder_order);
	return 0;
}

int
folder_expand(struct opts *o, struct err *e)
{
	struct folder_runs all = { 0 };
	for (size_t i = 0; i < o->nrun; i++) {
		const struct opt_run *run = &o->run[i];
		if (!run->file || !folder_is(run->text)) {
			folder_add(&all, *run);
		} else if (folder_read(o, &all, run->text, e) < 0) {
			free(all.run);
			return -1;
		}
	}
	free(o->run);
	o->run = all.run;
	o->nrun = all.n;
	return 0;
}
