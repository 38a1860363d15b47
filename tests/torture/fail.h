/* What the driver and the library that it preloads share: a page of a file,
 * named by the environment. */
#ifndef TESTS_FAIL_H
#define TESTS_FAIL_H

#include <stdatomic.h>

#define FAIL_PAGE "TORTURE_PAGE"

enum fail_group {
	FAIL_MEMORY, /* malloc(3) and its kin, whoever calls them */
	FAIL_TLS,    /* OpenSSL's allocator */
	FAIL_CALL,   /* calls of the system and of the C library */
	FAIL_GROUPS,
	FAIL_NOTHING = FAIL_GROUPS
};

struct fail_page {
	atomic_ulong count[FAIL_GROUPS]; /* calls seen */
	int group;			 /* the nth of these, from 1, fails */
	unsigned long nth;
	int traced; /* say where, on standard error */
	atomic_int fired;
	atomic_int theirs_asked,
	    theirs;    /* asked for by libunbound; it died of it */
	char name[24]; /* of the call that failed */
};

#endif
