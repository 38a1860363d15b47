/* What the files of sasl share: the only place that includes libgsasl, whose
 * functions are called by their names through the table of sasl_lib.h. */
#ifndef NET_SASL_PRIV_H
#define NET_SASL_PRIV_H

#include <gsasl.h>
#include <stdint.h>
#include "net/tls/hash.h"
#include "net/sasl/sasl.h"
#include "net/sasl/sasl_lib.h"

/* RFC 4954 4.3, in characters of base64. */
#define SASL_TEXT_MAX  12288
#define SASL_ROUND_MAX 20

#define SASL_COUNT_MIN	4096 /* RFC 7677 4 */
#define SASL_COUNT_SLOW 100000
#define SASL_COUNT_MAX	1000000
#define SASL_SALT_MAX	1024

/* What a family of mechanisms does. step: takes the octets of a challenge
 * (none for a message that the client sends unasked), adds those of the answer
 * to c->out, says in c->hide and c->hidden which of them are secret. */
struct sasl_engine {
	int (*start)(struct sasl_client *c, struct err *e);
	/* 0: more must come; 1: complete, a 235 may follow; -1. */
	int (*step)(
	    struct sasl_client *c, const char *p, size_t n, struct err *e);
	void (*release)(struct sasl_client *c);
};

extern const struct sasl_engine sasl_gnu_engine;
extern const struct sasl_engine sasl_login_engine;
extern const struct sasl_engine sasl_scram_engine;
extern const struct sasl_engine sasl_oauth_engine;

struct sasl_gnu {
	Gsasl *lib;
	Gsasl_session *s;
};

struct sasl_scram {
	enum hash_kind hash;
	unsigned step;
	char flag;		     /* 'n', 'y', 'p' */
	const char *binding;	     /* "tls-unique" */
	struct buf octets;	     /* of the binding */
	char *nonce;		     /* ours */
	struct sasl_secret prepared; /* the password */
	struct buf header;	     /* GS2's: "n,,", "p=tls-unique,a=x," */
	struct buf message;	     /* AuthMessage as far as it is known */
	unsigned char signature[HASH_MAX]; /* that the server must show */
};

enum sasl_state { SASL_FRESH, SASL_GOING, SASL_COMPLETE, SASL_FAILED };

struct sasl_client {
	const struct sasl_mech *mech;
	const struct sasl_engine *engine;
	char *user, *authzid, *host;
	unsigned port;
	struct sasl_secret password, token;
	enum sasl_initial initial;
	enum sasl_state state;
	bool spoken; /* the message that is due unasked has been made */
	bool held;   /* it is in out, and waits for the first 334 */
	unsigned round;
	struct err err; /* what ended it */
	char *warning;
	struct buf in, out, b64; /* octets, octets, text */
	size_t hide, hidden;	 /* of out: offset and length */
	bool have_challenge, have_response;
	struct buf challenge, response; /* to show */
	struct sasl_gnu gnu;
	struct sasl_scram scram;
	bool oauth_failed; /* the server has sent its reasons */
};

/* sasl_mech.c */
const struct sasl_engine *sasl_mech_engine(const struct sasl_mech *m);
/* Is name one of the words of list? NULL is empty. */
bool sasl_offers(const char *list, const char *name);

/* sasl.c: the remark on this step. */
void sasl_warn(struct sasl_client *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A challenge came after the exchange was complete: -1. */
CHECKED int sasl_surplus(struct err *e);

/* sasl_gnu.c: SASLprep (RFC 4013) of a name ("the user name") into out. -1:
 * ERR_AUTH. The library must be loaded. */
CHECKED int sasl_prep(
    const char *what, const char *s, struct sasl_secret *out, struct err *e);
/* Ends a session of the library, after wiping the secrets it has. */
void sasl_gnu_finish(Gsasl_session *s);

/* sasl_scram.c: what is bound, and whether to say that we could. */
void sasl_scram_bind(struct sasl_client *c, const struct sasl_config *cfg);

/* sasl_scram_parse.c: what the server said first (RFC 5802 7). The nonce is
 * borrowed from p. */
struct sasl_scram_first {
	const char *nonce;
	size_t nonce_len;
	struct buf salt;
	unsigned count;
};
/* -1: ERR_AUTH, with what is out of bounds; f->salt is empty then. */
CHECKED int sasl_scram_first(struct sasl_scram_first *f, const char *nonce,
    const char *p, size_t n, struct err *e);
/* The server's last word: *v, borrowed from p, is its signature's base64. */
CHECKED int sasl_scram_last(
    const char **v, size_t *len, const char *p, size_t n, struct err *e);
/* Adds a user name as SCRAM and GS2 write it: "=2C" for a comma. */
void sasl_scram_name(struct buf *b, const char *s);

/* sasl_show.c: adds n octets to b, "***" for each secret in them. */
void sasl_mask(struct buf *b, const char *p, size_t n,
    const struct sasl_secret *one, const struct sasl_secret *other);

/* Compares in a time that does not depend on where they differ. */
bool sasl_equal(const void *p, size_t n, const void *q, size_t m);

#endif
