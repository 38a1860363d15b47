/* A folder's files come in the order of their names, and only so many names
 * are in memory: when they are used up the folder is read again for those that
 * come behind. */
#include "cmd/front/mails.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cmd/front/mbox.h"

#define MAILS_NAMES 4096

/* A place that messages come from. */
struct mails_place {
	const char *path;
	enum { MAILS_EML, MAILS_MBOX, MAILS_DIR } kind;
	const char *sub; /* of a Maildir: "new", "cur"; else NULL */
	bool listed;	 /* nobody named it: what is no file is left out */
};

struct mails {
	struct mails_place *place;
	size_t n, at;
	/* Of the place under way. */
	struct mbox *mbox;
	unsigned number;
	char *folder;
	char **name; /* sorted */
	size_t nnames, next;
	char *last; /* behind which the next are */
};

static void
mails_add(struct mails *m, const char *path, int kind, const char *sub)
{
	m->place = mem_grow(m->place, m->n + 1, sizeof *m->place);
	m->place[m->n++] =
	    (struct mails_place){ .path = path, .kind = kind, .sub = sub };
}

static bool
mails_is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct mails *
mails_new(const struct opts *o)
{
	struct mails *m = mem_zalloc(sizeof *m);
	for (size_t i = 0; i < o->eml.n; i++)
		mails_add(m, o->eml.item[i],
		    mails_is_folder(o->eml.item[i]) ? MAILS_DIR : MAILS_EML,
		    NULL);
	for (size_t i = 0; i < o->mbox.n; i++)
		mails_add(m, o->mbox.item[i], MAILS_MBOX, NULL);
	for (size_t i = 0; i < o->maildir_from.n; i++) {
		mails_add(m, o->maildir_from.item[i], MAILS_DIR, "cur");
		mails_add(m, o->maildir_from.item[i], MAILS_DIR, "new");
	}
	return m;
}

static void
mails_names_clear(struct mails *m)
{
	for (size_t i = 0; i < m->nnames; i++)
		free(m->name[i]);
	m->nnames = m->next = 0;
}

static void
mails_leave(struct mails *m)
{
	mbox_free(m->mbox);
	m->mbox = NULL;
	mails_names_clear(m);
	free(m->folder);
	free(m->last);
	m->folder = m->last = NULL;
	m->number = 0;
	m->at++;
}

void
mails_free(struct mails *m)
{
	mails_leave(m);
	free(m->name);
	free(m->place);
	free(m);
}

static char *
mails_folder(const struct mails_place *k)
{
	return k->sub == NULL ? mem_dup(k->path)
			      : mem_printf("%s/%s", k->path, k->sub);
}

static int
mails_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Keeps the first of them. */
static void
mails_keep(struct mails *m)
{
	if (m->nnames > 0)
		qsort(m->name, m->nnames, sizeof *m->name, mails_by_name);
	while (m->nnames > MAILS_NAMES)
		free(m->name[--m->nnames]);
}

static int
mails_list(struct mails *m, struct err *e)
{
	DIR *d = opendir(m->folder);
	if (d == NULL)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", m->folder,
		    strerror(errno));
	mails_names_clear(m);
	if (m->name == NULL)
		m->name = mem_alloc(2 * MAILS_NAMES * sizeof *m->name);
	const struct dirent *f;
	while ((f = readdir(d)) != NULL) {
		if (f->d_name[0] == '.' || f->d_type == DT_DIR ||
		    (m->last != NULL && strcmp(f->d_name, m->last) <= 0))
			continue;
		m->name[m->nnames++] = mem_dup(f->d_name);
		if (m->nnames == 2 * MAILS_NAMES)
			mails_keep(m);
	}
	closedir(d);
	mails_keep(m);
	return 0;
}

static size_t
mails_count_folder(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *f;
	size_t n = 0;
	while (d != NULL && (f = readdir(d)) != NULL)
		n += f->d_name[0] != '.' && f->d_type != DT_DIR;
	if (d != NULL)
		closedir(d);
	return n;
}

size_t
mails_count(const struct mails *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++) {
		char *folder;
		switch (m->place[i].kind) {
		case MAILS_MBOX:
			return 0;
		case MAILS_EML:
			n++;
			break;
		case MAILS_DIR:
			folder = mails_folder(&m->place[i]);
			n += mails_count_folder(folder);
			free(folder);
		}
	}
	return n;
}

/* 1, 0: the place is used up; -1. */
static int
mails_next_file(struct mails *m, struct text *x, struct err *e)
{
	if (m->folder == NULL)
		m->folder = mails_folder(&m->place[m->at]);
	if (m->next == m->nnames) {
		if (m->last != NULL && m->nnames < MAILS_NAMES)
			return 0;
		if (mails_list(m, e) < 0) {
			mails_leave(m);
			return -1;
		}
		if (m->nnames == 0)
			return 0;
	}
	const char *name = m->name[m->next++];
	free(m->last);
	m->last = mem_dup(name);
	char *path = mem_printf("%s/%s", m->folder, name);
	int r = text_open(x, path, NULL, e);
	free(path);
	return r < 0 ? -1 : 1;
}

static int
mails_next_part(struct mails *m, struct text *x, struct err *e)
{
	const char *path = m->place[m->at].path;
	if (m->mbox == NULL && (m->mbox = mbox_open(path, e)) == NULL) {
		mails_leave(m);
		return -1;
	}
	char *name = mem_printf("%s:%u", path, ++m->number);
	int r = mbox_next(m->mbox, name, x, e);
	free(name);
	if (r < 0)
		mails_leave(m);
	return r;
}

int
mails_next(struct mails *m, struct text *x, struct err *e)
{
	*x = (struct text)TEXT_INIT;
	while (m->at < m->n) {
		const struct mails_place *k = &m->place[m->at];
		int r = 0;
		if (k->kind == MAILS_EML) {
			m->at++;
			return text_open(x, k->path, NULL, e) < 0 ? -1 : 1;
		}
		r = k->kind == MAILS_MBOX ? mails_next_part(m, x, e)
					  : mails_next_file(m, x, e);
		if (r != 0)
			return r;
		mails_leave(m);
	}
	return 0;
}
