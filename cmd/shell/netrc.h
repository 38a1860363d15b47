/* ~/.netrc, as ftp, curl and others have it. */
#ifndef CMD_NETRC_H
#define CMD_NETRC_H

/* Borrowed from the text; NULL: not there. */
struct netrc {
	char *login, *password;
};

/* The first entry for the host (or the default) whose login is the user's; of
 * anyone, where user is NULL. Changes the text p (NUL-ended). A word in quotes
 * may hold blanks, and \" and \\. Comments (a '#' where a keyword might stand)
 * and the bodies of macros are no entries. */
struct netrc netrc_find(char *p, const char *user, const char *host);

#endif
