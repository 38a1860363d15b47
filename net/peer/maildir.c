/* Everything happens through directory descriptors that were opened with
 * O_NOFOLLOW: a symlink that is put in the place of tmp or new, before or
 * while a message is under way, is never followed. At most two descriptors
 * are held a message (tmp and the file); new is opened when the file is
 * closed. The name is time.MmicrosecondsPpidQcounter.host as maildir(5) has
 * it; the counter is the process's own, so names differ in one process and
 * O_EXCL tells when they do not between two. */
#include "net/peer/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "net/core/buf.h"

#define MAILDIR_TRIES	 100
#define MAILDIR_NAME_MAX 255
#define MAILDIR_FOLDER	 (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct maildir {
	int tmp; /* the folder */
	int fd;	 /* the file in it; -1 once closed */
	char *id;
	char *name; /* DIR/MAILBOX, for errors */
};

static bool
maildir_plain(char c, bool first)
{
	if (c == '.')
		return !first;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '@' || c == '_' || c == '+' ||
	       c == '-';
}

bool
maildir_storable(size_t name_max, const char *mailbox)
{
	size_t n = 0;
	for (const char *p = mailbox; *p != '\0'; p++)
		n += maildir_plain(*p, p == mailbox) ? 1 : 3;
	return n > 0 && n <= (name_max > 0 ? name_max : MAILDIR_NAME_MAX);
}

/* The mailbox's name as one component of a path. */
static char *
maildir_folder(const char *mailbox)
{
	struct buf b = BUF_INIT;
	for (const char *p = mailbox; *p != '\0'; p++) {
		if (maildir_plain(*p, p == mailbox))
			buf_addc(&b, *p);
		else
			buf_addf(&b, "%%%02X", (unsigned char)*p);
	}
	return buf_detach(&b);
}

char *
maildir_unique(void)
{
	static atomic_ulong counter;
	char host[256] = "";
	struct timespec now;
	struct buf b = BUF_INIT;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
		memcpy(host, "localhost", sizeof "localhost");
	/* Leaves room in NAME_MAX for what readers append. */
	host[100] = '\0';
	buf_addf(&b, "%lld.M%ldP%ldQ%lu.", (long long)now.tv_sec,
	    now.tv_nsec / 1000, (long)getpid(),
	    atomic_fetch_add(&counter, 1) + 1);
	for (const char *p = host; *p != '\0'; p++) {
		if (*p == '/' || *p == ':' || *p <= ' ' || *p > '~')
			buf_addf(&b, "\\%03o", (unsigned char)*p);
		else
			buf_addc(&b, *p);
	}
	return buf_detach(&b);
}

/* Closes and keeps errno. */
static void
maildir_close(int fd)
{
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
}

/* Opens a folder that must be a folder of ours, making it if it is not there.
 * -1 with errno. */
static int
maildir_step(int at, const char *name)
{
	struct stat st;
	if (mkdirat(at, name, 0700) == 0) {
		if (fsync(at) != 0)
			return -1;
	} else if (errno != EEXIST) {
		return -1;
	}
	int fd = openat(at, name, MAILDIR_FOLDER);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0) {
		maildir_close(fd);
		return -1;
	}
	if (st.st_uid != geteuid()) {
		close(fd);
		errno = EPERM;
		return -1;
	}
	return fd;
}

/* DIR itself is the user's word: it may be a symlink. */
static int
maildir_root(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return -1;
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The tmp folder of a mailbox; *what: the name that failed. */
static int
maildir_tmp(const char *dir, const char *folder, const char **what)
{
	int tmp = -1;
	*what = "";
	int root = maildir_root(dir);
	if (root < 0)
		return -1;
	int box = maildir_step(root, folder);
	maildir_close(root);
	if (box < 0)
		return -1;
	static const char *const sub[] = { "cur", "new", "tmp" };
	for (size_t i = 0; i < 3; i++) {
		*what = sub[i];
		int fd = maildir_step(box, sub[i]);
		if (fd < 0)
			break;
		if (i == 2)
			tmp = fd;
		else
			close(fd);
	}
	maildir_close(box);
	return tmp;
}

/* ERR_TEMP: for want of room. */
static enum err_kind
maildir_kind(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG
		   ? ERR_TEMP
		   : ERR_OUTPUT;
}

static int
maildir_fail(const struct maildir *m, const char *what, struct err *e)
{
	return err_set(e, maildir_kind(errno), "cannot %s %s: %s", what,
	    m->name, strerror(errno));
}

static void
maildir_free(struct maildir *m)
{
	maildir_close(m->fd);
	maildir_close(m->tmp);
	free(m->id);
	free(m->name);
	free(m);
}

/* A file that is in neither tmp nor new. */
static int
maildir_create(struct maildir *m)
{
	for (int i = 0; i < MAILDIR_TRIES; i++) {
		struct stat st;
		struct buf there = BUF_INIT;

		free(m->id);
		m->id = maildir_unique();
		buf_addf(&there, "../new/%s", m->id);
		bool taken = fstatat(m->tmp, buf_str(&there), &st,
				 AT_SYMLINK_NOFOLLOW) == 0;
		buf_release(&there);
		if (taken)
			continue;
		m->fd = openat(m->tmp, m->id,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (m->fd >= 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

int
maildir_open(
    struct maildir **out, const char *dir, const char *mailbox, struct err *e)
{
	if (*mailbox == '\0')
		return err_set(
		    e, ERR_OUTPUT, "a mailbox without a name in %s", dir);
	char *folder = maildir_folder(mailbox);
	struct maildir *m = mem_zalloc(sizeof *m);
	const char *what;

	m->fd = -1;
	m->name = mem_printf("%s/%s", dir, folder);
	m->tmp = maildir_tmp(dir, folder, &what);
	free(folder);
	if (m->tmp < 0) {
		/* A confined process may not go where a folder was put in
		 * place of the one it was given. */
		err_set(e, maildir_kind(errno),
		    "cannot open %s%s%s as a folder: %s%s", m->name,
		    *what == '\0' ? "" : "/", what, strerror(errno),
		    errno == EACCES ? "; if it was removed while the receiver "
				      "ran, start that anew"
				    : "");
	} else if (maildir_create(m) != 0) {
		maildir_fail(m, "make a file in", e);
	} else {
		*out = m;
		return 0;
	}
	maildir_free(m);
	return -1;
}

int
maildir_write(struct maildir *m, const char *p, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = write(m->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return maildir_fail(m, "write to", e);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Gives the file in tmp its name in new. Not every file system, nor every C
 * library, knows RENAME_NOREPLACE. */
static int
maildir_move(struct maildir *m, int to)
{
#ifdef RENAME_NOREPLACE
	if (renameat2(m->tmp, m->id, to, m->id, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
#endif
	if (linkat(m->tmp, m->id, to, m->id, 0) != 0)
		return -1;
	unlinkat(m->tmp, m->id, 0);
	return 0;
}

static int
maildir_deliver(struct maildir *m, struct err *e)
{
	if (fsync(m->fd) != 0)
		return maildir_fail(m, "fsync a file in", e);
	int fd = m->fd;
	m->fd = -1;
	if (close(fd) != 0)
		return maildir_fail(m, "close a file in", e);
	int to = openat(m->tmp, "../new", MAILDIR_FOLDER);
	if (to < 0)
		return maildir_fail(m, "open new in", e);
	int rc = 0;
	if (maildir_move(m, to) != 0) {
		rc = maildir_fail(m, "deliver to", e);
	} else if (fsync(to) != 0) {
		rc = maildir_fail(m, "fsync new in", e);
		unlinkat(to, m->id, 0);
	}
	close(to);
	return rc;
}

int
maildir_commit(struct maildir *m, struct err *e)
{
	if (maildir_deliver(m, e) != 0) {
		maildir_abort(m);
		return -1;
	}
	maildir_free(m);
	return 0;
}

void
maildir_abort(struct maildir *m)
{
	if (m == NULL)
		return;
	unlinkat(m->tmp, m->id, 0);
	maildir_free(m);
}

const char *
maildir_id(const struct maildir *m)
{
	return m->id;
}
