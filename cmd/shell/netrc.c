#include "cmd/shell/netrc.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define NETRC_BLANKS " \t\r\n"

static char *
netrc_word(char **p)
{
	char *w = *p + strspn(*p, NETRC_BLANKS);
	size_t n = strcspn(w, NETRC_BLANKS);
	*p = w;
	if (n == 0)
		return NULL;
	if (*w != '"') {
		*p = w + n + (w[n] != '\0');
		w[n] = '\0';
		return w;
	}
	char *to = w, *from = w + 1;
	for (; *from != '\0' && *from != '"'; from++) {
		from += *from == '\\' && from[1] != '\0';
		*to++ = *from;
	}
	*p = from + (*from != '\0');
	*to = '\0';
	return w;
}

/* From a macro's name on to the empty line that ends it. */
static void
netrc_skip_macro(char **p)
{
	bool empty = false;
	*p += strspn(*p, NETRC_BLANKS);
	while (**p != '\0' && !empty) {
		*p += strcspn(*p, "\n");
		*p += **p == '\n';
		empty = (*p)[strspn(*p, "\r")] == '\n';
	}
}

/* The next keyword, comments passed over. */
static char *
netrc_keyword(char **p)
{
	for (;;) {
		*p += strspn(*p, NETRC_BLANKS);
		if (**p != '#')
			return netrc_word(p);
		*p += strcspn(*p, "\n");
	}
}

static bool
netrc_is_host(const char *w, const char *host)
{
	return w != NULL && host != NULL && strcasecmp(w, host) == 0;
}

struct netrc
netrc_find(char *p, const char *user, const char *host)
{
	struct netrc none = { 0 }, found = { 0 };
	bool here = false, login = true;
	char *w;
	while ((w = netrc_keyword(&p)) != NULL) {
		bool standard = strcmp(w, "default") == 0;
		if (standard || strcmp(w, "machine") == 0) {
			if (here && login && found.password != NULL)
				return found;
			found = none;
			login = true;
			here = standard || netrc_is_host(netrc_word(&p), host);
		} else if (strcmp(w, "login") == 0) {
			found.login = netrc_word(&p);
			login =
			    found.login != NULL &&
			    (user == NULL || strcmp(found.login, user) == 0);
		} else if (strcmp(w, "password") == 0) {
			found.password = netrc_word(&p);
		} else if (strcmp(w, "account") == 0) {
			netrc_word(&p);
		} else if (strcmp(w, "macdef") == 0) {
			netrc_skip_macro(&p);
		}
	}
	return here && login ? found : none;
}
