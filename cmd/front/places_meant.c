/* Which options may stand in the hosts file, and what another word there may
 * have meant. */
#include "cmd/front/places.h"

#include <string.h>
#include <strings.h>
#include "cmd/front/opts.h"
#include "cmd/lang/near.h"

bool
place_may(const struct opt *row)
{
	static const char *const others[] = { "from", "helo", "timeout",
		"no-pipelining", "no-remarks", "retry", "retry-wait",
		"partial" };
	static const char *const not [] = { "server", "sandbox", "mx-all" };
	for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
		if (strcmp(row->name, not [i]) == 0)
			return false;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(row->name, others[i]) == 0)
			return true;
	while (row->group[0] == '\0')
		row--;
	return strcmp(row->group, "Where to connect") == 0 ||
	       strcmp(row->group, "TLS") == 0 ||
	       strcmp(row->group, "AUTH") == 0;
}

/* ssh's names, by which people try first. */
static const char *
places_ssh(const char *name)
{
	static const char *const theirs[][2] = { { "hostname", "server" },
		{ "user", "auth-user" }, { "proxyjump", "proxy" },
		{ "proxycommand", "pipe" }, { "bindaddress", "bind" } };
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		if (strcasecmp(theirs[i][0], name) == 0)
			return theirs[i][1];
	return NULL;
}

/* Near it, or it in other case. */
static bool
places_near(const char *name, size_t len, const char *meant)
{
	size_t n = strlen(meant);
	return near_word(name, len, meant, n) ||
	       (n == len && strncasecmp(name, meant, len) == 0);
}

const char *
place_meant(const char *name)
{
	const char *ssh = places_ssh(name);
	size_t len = strcspn(name, "=:");
	if (ssh != NULL)
		return ssh;
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		if (place_may(t) && places_near(name, len, t->name))
			return t->name;
	return places_near(name, len, "server") ? "server" : NULL;
}
