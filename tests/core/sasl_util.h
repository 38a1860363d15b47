/* What the tests of SASL share: texts in clear, encoded on the way. */
#ifndef TESTS_SASL_UTIL_H
#define TESTS_SASL_UTIL_H

#include <stdlib.h>
#include <string.h>
#include "net/core/base64.h"
#include "check.h"
#include "net/sasl/sasl.h"

#define SECRET(s) ((struct sasl_secret){ (char[]){ s }, sizeof(s) - 1 })

/* A text in base64, or back; the caller's. */
static inline char *
coded(const char *p, size_t n)
{
	struct buf b = BUF_INIT;

	base64_encode(&b, p, n);
	return buf_detach(&b);
}

static inline struct buf
plain(const char *b64)
{
	struct buf b = BUF_INIT;

	if (b64 == NULL || base64_decode(&b, b64, strlen(b64), NULL) == -1)
		buf_adds(&b, "(no base64)");
	buf_str(&b);
	return b;
}

/* Does b64 stand for that? */
static inline bool
means(const char *b64, const char *p, size_t n)
{
	struct buf b = plain(b64);
	bool same = buf_len(&b) == n && memcmp(buf_data(&b), p, n) == 0;

	buf_release(&b);
	return same;
}

/* One step with a challenge in clear. */
static inline int
ask(struct sasl_client *c, const char *challenge, const char **b64,
    struct err *e)
{
	char *t = coded(challenge, strlen(challenge));
	int rc = sasl_client_step(c, t, strlen(t), b64, e);

	free(t);
	return rc;
}

/* What is shown, equal to n octets? */
static inline bool
shows(const char *p, size_t len, const char *want, size_t n)
{
	return p != NULL && len == n && memcmp(p, want, n) == 0;
}

/* Nothing that is shown has the secret, as it is or in base64. */
static inline bool
silent(const struct sasl_client *c, const char *secret)
{
	char *b64 = coded(secret, strlen(secret) / 3 * 3);
	bool quiet = true;

	for (int i = 0; i < 2; i++) {
		size_t n;
		const char *p = i == 0 ? sasl_client_challenge(c, &n)
				       : sasl_client_response(c, &n);

		if (p != NULL &&
		    (memmem(p, n, secret, strlen(secret)) != NULL ||
			memmem(p, n, b64, strlen(b64)) != NULL))
			quiet = false;
	}
	free(b64);
	return quiet;
}

#endif
