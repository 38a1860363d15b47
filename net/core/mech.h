/* What a mechanism's answers to AUTH (RFC 4954) are made of. */
#ifndef NET_MECH_H
#define NET_MECH_H

#include <stdbool.h>
#include <stddef.h>

/* The secret alone (PLAIN, LOGIN, a token; one that is not known), or also
 * the server's challenge: then what was answered once is worth nothing to
 * another; or what the client makes up each time as well: then not even the
 * same challenge gets the same answer. */
enum mech_answer { MECH_SECRET, MECH_CHALLENGE, MECH_NONCE };

enum mech_answer mech_answer(const char *name, size_t len);

#endif
