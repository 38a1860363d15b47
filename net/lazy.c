/* dlopen(3) and dlsym(3) of a list. A symbol is also looked for in what the
 * library itself needs (libssl brings libcrypto), so one handle serves for
 * such a pair. The handle is never closed: libraries register exit handlers
 * and thread keys that outlive it. */
#include "net/lazy.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* ISO C has no conversion between void * and pointers to functions; POSIX has
 * them of one size. */
_Static_assert(sizeof(void *) == sizeof(void (*)(void)), "one kind of pointer");

static void *
lazy_open(const struct lazy *l, struct err *e)
{
	const char *const *f;
	const char *why = NULL, *said;
	void *h;

	for (f = l->files; *f != NULL; f++) {
		if ((h = dlopen(*f, RTLD_NOW | RTLD_LOCAL)) != NULL)
			return h;
		/* The first name is this system's own: its reason counts. */
		said = dlerror();
		if (why == NULL && said != NULL) {
			err_set(e, ERR_NOINPUT,
			    "cannot load the library for %s: %s"
			    " (Debian package %s)",
			    l->what, said, l->package);
			why = said;
		}
	}
	return NULL;
}

static int
lazy_fill(const struct lazy *l, void *h, struct err *e)
{
	char *to = l->table;
	const char *n = l->names;
	void *p;

	for (size_t i = 0; i < l->size; i += sizeof p, n += strlen(n) + 1) {
		if ((p = dlsym(h, n)) == NULL)
			return err_set(e, ERR_NOINPUT,
			    "the library for %s (%s) has no function %s"
			    " (Debian package %s)",
			    l->what, l->files[0], n, l->package);
		memcpy(to + i, &p, sizeof p);
	}
	return 0;
}

int
lazy_load(struct lazy *l, struct err *e)
{
	void *h;
	int rc = 0;

	if (atomic_load_explicit(&l->ready, memory_order_acquire))
		return 0;
	pthread_mutex_lock(&l->lock);
	if (!atomic_load_explicit(&l->ready, memory_order_relaxed)) {
		rc = -1;
		if ((h = lazy_open(l, e)) != NULL)
			rc = lazy_fill(l, h, e);
		if (rc == 0)
			atomic_store_explicit(
			    &l->ready, true, memory_order_release);
	}
	pthread_mutex_unlock(&l->lock);
	return rc;
}
