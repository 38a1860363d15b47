/* An error for whoever can mend it: what failed, with which value. */
#ifndef NET_ERR_H
#define NET_ERR_H

#include <stddef.h>

/* Of a function whose result says whether it went well: not to look at it is
 * a mistake, which MODE=dev does not compile. */
#define CHECKED __attribute__((warn_unused_result))

/* What went wrong, in the kinds that sysexits(3) tells apart. A refusal by
 * the server is data (struct reply), not an error. */
enum err_kind {
	ERR_NONE,
	ERR_USAGE,   /* the caller's words: 64 */
	ERR_DATA,    /* a malformed script or message: 65 */
	ERR_NOINPUT, /* a file that cannot be read: 66 */
	ERR_NOHOST,  /* a name with no address: 68 */
	ERR_OUTPUT,  /* a file that cannot be written: 73 */
	ERR_REFUSED, /* a refusal that leaves nothing to do: 69 */
	ERR_LOST,    /* the connection broke: 74 */
	ERR_TEMP,    /* refused to connect, or too slow: 75 */
	ERR_PROTO,   /* the server broke the protocol: 76 */
	ERR_AUTH,    /* TLS verification or authentication: 77 */
	ERR_INTR,    /* the user interrupted: 128 + SIGINT */
	ERR_BUG	     /* ours: 70 */
};

/* text: lower case, no full stop, may hold bytes from outside (escape it
 * before a terminal sees it). */
struct err {
	enum err_kind kind;
	char text[1024];
};

/* Fills *e (which may be NULL) and returns -1. Text too long is cut. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* No error; what text holds behind its first octet is not touched. */
static inline void
err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->text[0] = '\0';
}

/* The exit status of sysexits(3) that DESIGN gives to that kind. */
int err_status(enum err_kind kind);

#endif
