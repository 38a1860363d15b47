#include "cmd/shell/owner.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
file_is_private(int fd, const char *path, bool secret, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return 0;
	unsigned mode = (unsigned)st.st_mode & 0777;
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(e, ERR_NOINPUT,
		    "%s is another user's (uid %lu): chown it, or copy it, so "
		    "that it is yours",
		    path, (unsigned long)st.st_uid);
	if (secret && (mode & 044) != 0)
		return err_set(e, ERR_NOINPUT,
		    "%s may be read by others (mode %03o): chmod 600 it", path,
		    mode);
	if ((mode & 022) != 0)
		return err_set(e, ERR_NOINPUT,
		    "%s may be written by others (mode %03o): chmod %s it",
		    path, mode, secret ? "600" : "go-w");
	return 0;
}
