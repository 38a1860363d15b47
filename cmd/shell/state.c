#include "cmd/shell/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "net/core/buf.h"

char *
state_path(const char *name)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	if (state != NULL && state[0] == '/')
		return mem_printf("%s/smtpsh/%s", state, name);
	if (home != NULL && home[0] == '/')
		return mem_printf("%s/.local/state/smtpsh/%s", home, name);
	return NULL;
}

void
state_folders(const char *path)
{
	char *dir = mem_dup(path);
	for (char *p = strchr(dir + 1, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(dir, 0700);
		*p = '/';
	}
	free(dir);
}
