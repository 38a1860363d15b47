#include "net/peer/eml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/peer/maildir.h"

struct eml {
	int folder, fd;
	char *path; /* for messages */
	char *id, *hidden, *name;
};

static int
eml_fail(const struct eml *m, const char *what, struct err *e)
{
	bool room = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	return err_set(e, room ? ERR_TEMP : ERR_OUTPUT, "cannot %s %s: %s",
	    what, m->path, strerror(errno));
}

static void
eml_free(struct eml *m)
{
	if (m->fd >= 0)
		close(m->fd);
	if (m->folder >= 0)
		close(m->folder);
	free(m->path);
	free(m->id);
	free(m->hidden);
	free(m->name);
	free(m);
}

int
eml_open(struct eml **out, const char *folder, struct err *e)
{
	struct eml *m = mem_zalloc(sizeof *m);
	m->id = maildir_unique();
	m->hidden = mem_printf(".%s.part", m->id);
	m->name = mem_printf("%s.eml", m->id);
	m->path = mem_printf("%s/%s", folder, m->name);
	m->fd = -1;
	m->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->folder >= 0)
		m->fd = openat(m->folder, m->hidden,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (m->fd < 0) {
		int r = eml_fail(m, "make", e);
		eml_free(m);
		return r;
	}
	*out = m;
	return 0;
}

int
eml_write(struct eml *m, const char *p, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = write(m->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return eml_fail(m, "write", e);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* link(2) takes no name that is there. */
int
eml_commit(struct eml *m, struct err *e)
{
	if (fsync(m->fd) != 0 ||
	    linkat(m->folder, m->hidden, m->folder, m->name, 0) != 0) {
		int r = eml_fail(m, "store", e);
		eml_abort(m);
		return r;
	}
	unlinkat(m->folder, m->hidden, 0);
	int r = fsync(m->folder) == 0 ? 0 : eml_fail(m, "fsync", e);
	if (r < 0)
		unlinkat(m->folder, m->name, 0);
	eml_free(m);
	return r;
}

void
eml_abort(struct eml *m)
{
	if (m == NULL)
		return;
	unlinkat(m->folder, m->hidden, 0);
	eml_free(m);
}

const char *
eml_id(const struct eml *m)
{
	return m->id;
}
