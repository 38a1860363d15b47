/* The kernel's numbers stand here, since headers are often older than kernels;
 * its structure grows at the end, and a kernel is told how much of it is used. */
#include "net/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#ifdef SYS_landlock_create_ruleset
#define LANDLOCK
#endif
#endif
#endif

/* These write or trace what the walls forbid. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    defined(UNCONFINED)
#undef LANDLOCK
#endif

#ifdef LANDLOCK

#define FS_WRITE_FILE  (UINT64_C(1) << 1)
#define FS_READ_FILE   (UINT64_C(1) << 2)
#define FS_READ_DIR    (UINT64_C(1) << 3)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_DIR    (UINT64_C(1) << 7)
#define FS_MAKE_REG    (UINT64_C(1) << 8)
#define FS_REFER       (UINT64_C(1) << 13)
#define FS_TRUNCATE    (UINT64_C(1) << 14)
#define FS_IOCTL_DEV   (UINT64_C(1) << 15)
#define OF_FILES       (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_TCP	       UINT64_C(3) /* bind, connect */
#define SCOPES	       UINT64_C(3) /* abstract sockets, signals */

struct landlock_set {
	uint64_t fs, net, scoped;
};

static uint64_t
landlock_access(unsigned may)
{
	uint64_t a = 0;
	if (may & LANDLOCK_READ)
		a |= FS_READ_FILE | FS_READ_DIR;
	/* A terminal's modes are set by ioctl(2). */
	if (may & LANDLOCK_WRITE)
		a |= FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
	if (may & LANDLOCK_MAKE)
		a |= FS_MAKE_REG | FS_MAKE_DIR | FS_REFER;
	if (may & LANDLOCK_REMOVE)
		a |= FS_REMOVE_FILE;
	return a;
}

static int
landlock_allow(
    int ruleset, const struct landlock_path *p, uint64_t handled, struct err *e)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = landlock_access(p->may) & handled
	};
	struct stat st;
	rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	int r = rule.parent_fd < 0 ? -1 : fstat(rule.parent_fd, &st);
	if (r == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= OF_FILES;
	if (r == 0)
		r = (int)syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	/* What is no file of a file system, as a pipe, is not held. */
	if (r != 0 && p->must)
		err_set(e, ERR_OUTPUT, "cannot confine the process to %s: %s",
		    p->path, strerror(errno));
	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
	return p->must ? r : 0;
}

int
landlock_hold(
    const struct landlock_path *path, size_t n, bool connects, struct err *e)
{
	/* By the version of the interface: 13 kinds of access at first, renaming
	 * from folder to folder in 2, truncating in 3, TCP in 4, ioctl(2) in 5,
	 * scopes in 6. */
	static const unsigned char kinds[] = { 0, 13, 14, 15, 15, 16 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	/* Mail is renamed from folder to folder. */
	if (abi < 2)
		return 0;
	struct landlock_set set = {
		.fs = (UINT64_C(1) << kinds[abi < 5 ? abi : 5]) - 1,
		.net = abi >= 4 && !connects ? NET_TCP : 0,
		.scoped = abi >= 6 && !connects ? SCOPES : 0,
	};
	size_t size = abi >= 6	 ? sizeof set
		      : abi >= 4 ? offsetof(struct landlock_set, scoped)
				 : offsetof(struct landlock_set, net);
	int fd = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
	if (fd < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = landlock_allow(fd, &path[i], set.fs, e);
	if (r == 0)
		r = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return r;
}

#else

int
landlock_hold(
    const struct landlock_path *path, size_t n, bool connects, struct err *e)
{
	(void)path;
	(void)n;
	(void)connects;
	(void)e;
	return 0;
}

#endif
