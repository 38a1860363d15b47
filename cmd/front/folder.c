#include "cmd/front/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Where the packs lie: beside the program, or where it is installed if not told
 * otherwise. The caller's to free. */
static char *
folder_shipped(const char *name)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash = NULL;
	if (n > 0) {
		exe[n] = '\0';
		slash = strrchr(exe, '/');
	}
	if (slash == NULL)
		return mem_printf("/usr/local/share/smtpsh/%s", name);
	*slash = '\0';
	slash = strrchr(exe, '/');
	return mem_printf("%.*s/share/smtpsh/%s",
	    slash == NULL ? 0 : (int)(slash - exe), exe, name);
}

/* A name that is not here may be that of what is shipped. */
static void
folder_find(struct opts *o, struct opt_run *run)
{
	struct stat st;
	if (!run->file || run->text[0] == '/' || run->text[0] == '.' ||
	    strstr(run->text, "..") != NULL || stat(run->text, &st) == 0 ||
	    errno != ENOENT)
		return;
	char *path = folder_shipped(run->text);
	if (stat(path, &st) != 0) {
		free(path);
		return;
	}
	o->made = mem_grow(o->made, o->nmade + 1, sizeof *o->made);
	o->made[o->nmade++] = path;
	run->text = path;
}

int
folder_expand(struct opts *o, struct err *e)
{
	struct folder_runs all = { 0 };
	for (size_t i = 0; i < o->nrun; i++) {
		struct opt_run *run = &o->run[i];
		folder_find(o, run);
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
