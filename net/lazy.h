/* A shared library that is loaded when it is first needed, so that those who
 * never use it do not pay for it at start-up. The one .c (or private header)
 * that includes a library lists the functions it calls and then calls them by
 * their usual names:
 *
 *	#include <gsasl.h>
 *	#define SASL_FUNCS(X) X(gsasl_init) X(gsasl_done)
 *	static struct {
 *		SASL_FUNCS(LAZY_POINTER)
 *	} sasl_lib;
 *	static const char sasl_names[] = SASL_FUNCS(LAZY_NAME);
 *	static const char *const sasl_files[] = { "libgsasl.so.18", NULL };
 *	static struct lazy sasl_lazy = LAZY_INIT(
 *	    "AUTH", "libgsasl18", sasl_files, sasl_names, &sasl_lib);
 *	#define gsasl_init (sasl_lib.gsasl_init)
 *	#define gsasl_done (sasl_lib.gsasl_done)
 *
 * The library is never linked, so a function that is missing in the list is
 * an error of the linker. The header's own macros work too. */
#ifndef NET_LAZY_H
#define NET_LAZY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include "net/core/err.h"

#define LAZY_POINTER(f) __typeof__(f) *f;
/* One string, without a pointer a name that would be relocated at each start. */
#define LAZY_NAME(f) #f "\0"

/* Written once, by lazy_load(), and constant from then on. */
struct lazy {
	const char *what;	  /* what it is for: "TLS" */
	const char *package;	  /* Debian's package: "libssl3" */
	const char *const *files; /* sonames, the first that loads; NULL ends */
	const char *names; /* functions, each ended by NUL; an empty one ends */
	void *table;	   /* a struct of as many pointers, in that order */
	size_t size;	   /* of it, in octets */
	atomic_bool ready;
	pthread_mutex_t lock;
};

#define LAZY_INIT(what, package, files, names, table)                          \
	{                                                                      \
		what, package, files, names, table, sizeof *(table), false,    \
		    PTHREAD_MUTEX_INITIALIZER                                  \
	}

/* Loads l, unless that was done before; any thread may call it at any time.
 * -1, and the table must not be used: ERR_NOINPUT, with the library or the
 * function that is missing and the package that has it. A later call tries
 * again. What is loaded stays. */
CHECKED int lazy_load(struct lazy *l, struct err *e);

#endif
