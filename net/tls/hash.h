/* The hash functions of SCRAM (RFC 5802 2.2), by OpenSSL. */
#ifndef NET_HASH_H
#define NET_HASH_H

#include <stddef.h>
#include "net/core/err.h"

enum hash_kind { HASH_SHA1, HASH_SHA256 };

/* Octets of the longest. */
#define HASH_MAX 32

size_t hash_len(enum hash_kind k);

/* Each writes hash_len() octets. -1: ERR_NOINPUT (OpenSSL cannot be loaded),
 * ERR_BUG (it refuses). */
CHECKED int hash_digest(enum hash_kind k, const void *p, size_t n,
    unsigned char *out, struct err *e);
CHECKED int hash_hmac(enum hash_kind k, const unsigned char *key,
    size_t key_len, const void *p, size_t n, unsigned char *out, struct err *e);
/* PBKDF2 (RFC 8018 5.2) with HMAC, which RFC 5802 calls Hi(). */
CHECKED int hash_pbkdf2(enum hash_kind k, const char *password,
    size_t password_len, const void *salt, size_t salt_len, unsigned rounds,
    unsigned char *out, struct err *e);

#endif
