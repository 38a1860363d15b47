/* Each allocation of OpenSSL's fails once: the handshake may fail, but a
 * certificate that was not checked is never called verified (a library that
 * lacks memory for a name once skipped the check of it). */
#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>
#include "tls_pair.h"

static atomic_ulong left; /* until one fails; 0: none does */
static atomic_bool failed;

static bool
spent(void)
{
	if (left == 0 || atomic_fetch_sub(&left, 1) != 1)
		return false;
	failed = true;
	return true;
}

static void *
take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return spent() ? NULL : malloc(n);
}

static void *
grow(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	if (n == 0) {
		free(p);
		return NULL;
	}
	return spent() ? NULL : realloc(p, n);
}

static void
give(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* Before the library allocates anything. */
static bool
memory_taken_over(void)
{
	typedef int set(void *(*)(size_t, const char *, int),
	    void *(*)(void *, size_t, const char *, int),
	    void (*)(void *, const char *, int));
	void *lib = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	void *f = lib == NULL ? NULL : dlsym(lib, "CRYPTO_set_mem_functions");
	set *call;

	if (f == NULL)
		return false;
	memcpy(&call, &f, sizeof call);
	return call(take, grow, give) == 1;
}

static const struct row {
	const char *label, *cert, *ca;
	enum tls_level level;
	bool good, dane;
	unsigned long step; /* a sample, unless TORTURE asks for all */
} rows[] = {
	{ "another host", "wronghost.pem", "ca.pem", TLS_VERIFY, false, false,
	    2 },
	{ "another host, told", "wronghost.pem", "ca.pem", TLS_MUST, false,
	    false, 3 },
	{ "nobody's", "self.pem", "ca.pem", TLS_VERIFY, false, false, 11 },
	{ "TLSA, another key", "wronghost.pem", "ca.pem", TLS_DANE, false, true,
	    11 },
	{ "good", "good.pem", "ca.pem", TLS_VERIFY, true, false, 11 },
	{ "TLSA", "good.pem", "self.crt", TLS_DANE, true, true, 11 },
};

/* True when the handshake was over before the failure was reached. */
static bool
test_once(const struct row *r, struct pair *p, unsigned long n)
{
	unsigned char data[32];
	struct tls_tlsa tlsa = { 3, 1, 1, data, sizeof data };
	struct tls_target to = { .level = r->level,
		.verify_name = "localhost",
		.tlsa = r->dane ? &tlsa : NULL,
		.ntlsa = r->dane };
	bool up;

	slurp("good.spki", (char *)data, sizeof data);
	failed = false;
	left = n;
	if (pair_new(p, &to))
		shake(p, 100000);
	left = 0;
	up = p->crc == 1;
	CHECK(r->good || r->level < TLS_VERIFY || !up, "%s: %lu", r->label, n);
	CHECK(r->good || p->c == NULL || !tls_verified(p->c), "%s: %lu: %s",
	    r->label, n, tls_verdict(p->c));
	CHECK(!r->good || !up || tls_verified(p->c), "%s: %lu", r->label, n);
	/* It is nobody's slip. */
	CHECK(p->ce.kind != ERR_USAGE, "%s: %lu: %s", r->label, n, p->ce.text);
	pair_drop(p);
	return !failed;
}

int
main(void)
{
	if (!memory_taken_over()) {
		printf("# skipped: no libcrypto.so.3\n");
		return check_done();
	}
	if (!certs_made())
		return check_done();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tls_config c = { .ca = in_dir(rows[i].ca) };
		struct tls_config s = { .role = TLS_SERVER,
			.cert = in_dir(rows[i].cert) };
		struct pair p;
		unsigned long step =
		    getenv("TORTURE") != NULL ? 1 : rows[i].step;
		unsigned long n = 1;

		if (!pair_ctx(&p, &c, &s))
			continue;
		while (!test_once(&rows[i], &p, n))
			n += step;
		CHECK(n > 100, "%s: only %lu", rows[i].label, n);
		if (getenv("SHOW") != NULL)
			printf("%s: %lu\n", rows[i].label, n);
		pair_end(&p);
	}
	return certs_done();
}
