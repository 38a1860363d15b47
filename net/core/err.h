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

/* What of it a cause and a next step can be told for (cmd/know/cause.c);
 * err_set() says WHY_NONE. */
enum err_why {
	WHY_NONE,
	/* Names. */
	WHY_NO_NAME,	/* no such domain or host */
	WHY_NO_ADDRESS, /* it has none, or none of that family */
	WHY_NULL_MX,
	WHY_ODD_MX,	  /* no MX names a host */
	WHY_NAME_UNKNOWN, /* nobody could tell */
	WHY_BOGUS,	  /* DNSSEC */
	/* Connecting. */
	WHY_REFUSED,	 /* nobody listens */
	WHY_SILENT,	 /* no answer */
	WHY_UNREACHABLE, /* no way there */
	WHY_PROXY,	 /* the proxy, not the server */
	/* The session. */
	WHY_CLOSED,   /* the server has closed */
	WHY_LATE,     /* a reply did not come in time */
	WHY_STALLED,  /* what is sent is not taken */
	WHY_NO_REPLY, /* what came is no reply of SMTP */
	WHY_OUT_OF_STEP,
	WHY_NO_UTF8, /* an address that the server cannot take */
	/* TLS. */
	WHY_NO_STARTTLS, /* it was not offered */
	WHY_NOT_TLS,	 /* clear text, where TLS was begun */
	WHY_TLS_FIRST,	 /* TLS, where clear text was begun */
	WHY_TLS_VERSION,
	WHY_TLS_CIPHER,
	WHY_TLS_NAME,	     /* it wants to be asked by name */
	WHY_TLS_CLIENT_CERT, /* it wants a certificate, or another */
	WHY_TLS_FAILED,	     /* for another reason */
	WHY_CERT_EXPIRED,
	WHY_CERT_EARLY,
	WHY_CERT_NAME,
	WHY_CERT_SELF,	 /* self-signed */
	WHY_CERT_ISSUER, /* its issuer is not known or not trusted */
	WHY_CERT_CHAIN,	 /* one between is missing, and is to be had */
	WHY_CERT_WEAK,
	WHY_CERT_USE, /* made for something else */
	WHY_CERT_TLSA,
	WHY_CERT_SOON, /* --tls-expires-within */
	/* AUTH. */
	WHY_NO_AUTH,	/* it was not offered */
	WHY_NO_MECH,	/* no mechanism that can be used */
	WHY_AUTH_CLEAR, /* the secret would go in clear */
	WHY_MAX
};

/* text: lower case, no full stop, may hold bytes from outside (escape it
 * before a terminal sees it). */
struct err {
	enum err_kind kind;
	char text[1024];
	enum err_why why;
};

/* Fills *e (which may be NULL) and returns -1. Text too long is cut. */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same error has that reason. -1. */
int err_why(struct err *e, enum err_why why);

/* No error; what text holds behind its first octet is not touched. */
static inline void
err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->why = WHY_NONE;
	e->text[0] = '\0';
}

/* The exit status of sysexits(3) that DESIGN gives to that kind. */
int err_status(enum err_kind kind);

#endif
