#include "cmd/front/bounds.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/front/places.h"
#include "net/landlock.h"

#ifdef __linux__
#include <link.h>
#endif

#define BOUNDS_ALL                                                             \
	(LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_MAKE | LANDLOCK_REMOVE)

#define BOUNDS_NEW (LANDLOCK_WRITE | LANDLOCK_MAKE | LANDLOCK_REMOVE)

struct bounds {
	struct landlock_path *path;
	size_t n;
};

/* What resolvers, TLS, Kerberos and the C library read, and libraries that are
 * loaded when they are needed. */
static const char *const bounds_read[] = { "/usr", "/lib", "/lib32", "/lib64",
	"/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew", "/etc/ssl",
	"/etc/pki", "/etc/ca-certificates", "/etc/crypto-policies",
	"/etc/ld.so.cache", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf",
	"/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
	"/etc/protocols", "/etc/passwd", "/etc/group", "/etc/localtime",
	"/etc/timezone", "/etc/unbound", "/etc/krb5.conf", "/etc/krb5.conf.d",
	"/etc/gss", "/var/lib/unbound", "/run/nscd", "/dev/urandom",
	"/dev/random", "/dev/zero", "/proc/self", "/proc/sys/crypto",
	"/proc/sys/kernel/random", NULL };
static const char *const bounds_write[] = { "/dev/null", "/dev/tty", NULL };
/* Of the environment, what these name. */
static const char *const bounds_environment[] = { "SSL_CERT_FILE",
	"SSL_CERT_DIR", "OPENSSL_CONF", "OPENSSL_MODULES", "KRB5_CONFIG",
	"KRB5CCNAME", "LD_LIBRARY_PATH", "TZDIR", NULL };

static void
bounds_add(struct bounds *b, const char *path, size_t len, unsigned may)
{
	b->path = mem_grow(b->path, b->n + 1, sizeof *b->path);
	b->path[b->n++] =
	    (struct landlock_path){ mem_dupn(path, len), may, false };
}

/* The folder that a path stands in. */
static void
bounds_add_folder(struct bounds *b, const char *path, unsigned may)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		bounds_add(b, ".", 1, may);
	else
		bounds_add(
		    b, path, slash == path ? 1 : (size_t)(slash - path), may);
}

#ifdef __linux__
static int
bounds_library(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	if (info->dlpi_name != NULL && strchr(info->dlpi_name, '/') != NULL)
		bounds_add_folder(arg, info->dlpi_name, LANDLOCK_READ);
	return 0;
}

#endif

/* Paths with ':' between, perhaps behind FILE: or DIR: as Kerberos has them. */
static void
bounds_list(struct bounds *b, const char *list)
{
	for (size_t n; list != NULL && *list != '\0';
	     list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		if (n > 0)
			bounds_add(b, list, n, LANDLOCK_READ);
	}
}

static void
bounds_system(struct bounds *b)
{
	for (size_t i = 0; bounds_read[i] != NULL; i++)
		bounds_add(
		    b, bounds_read[i], strlen(bounds_read[i]), LANDLOCK_READ);
	for (size_t i = 0; bounds_write[i] != NULL; i++)
		bounds_add(b, bounds_write[i], strlen(bounds_write[i]),
		    LANDLOCK_READ | LANDLOCK_WRITE);
	for (size_t i = 0; bounds_environment[i] != NULL; i++)
		bounds_list(b, getenv(bounds_environment[i]));
#ifdef __linux__
	dl_iterate_phdr(bounds_library, b);
#endif
	char *tickets = mem_printf("/tmp/krb5cc_%lu", (unsigned long)getuid());
	bounds_add(b, tickets, strlen(tickets), LANDLOCK_READ);
	free(tickets);
}

/* Any option that takes a file or a folder, to read or to write; what is to be
 * made, by way of its folder. */
static void
bounds_options(struct bounds *b, const struct opts *o)
{
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		if (t->kind != OPT_STRING || t->arg[0] == '\0' ||
		    (strcmp(t->arg, "FILE") != 0 &&
			strcmp(t->arg, "FOLDER") != 0))
			continue;
		const char *path;
		memcpy(&path, (const char *)o + t->slot, sizeof path);
		if (path == NULL)
			continue;
		if (access(path, F_OK) != 0)
			bounds_add_folder(b, path, BOUNDS_NEW);
		else
			bounds_add(b, path, strlen(path), BOUNDS_ALL);
	}
	const char *home = getenv("HOME");
	if (o->netrc && home != NULL) {
		char *netrc = mem_printf("%s/.netrc", home);
		bounds_add(b, netrc, strlen(netrc), LANDLOCK_READ);
		free(netrc);
	}
}

/* \connect asks for names. */
static void
bounds_places(struct bounds *b)
{
	char *hosts = place_path();
	if (hosts != NULL && access(hosts, R_OK) == 0)
		bounds_add_folder(b, hosts, LANDLOCK_READ);
	free(hosts);
}

/* What comes by a pipe is a person's, as in talk_whose(). */
static bool
bounds_others(const struct opt_run *run)
{
	struct stat st;
	return run->file && stat(run->text, &st) == 0 && S_ISREG(st.st_mode);
}

bool
bounds_hold(const struct opts *o)
{
	if (o->trust || o->nrun == 0 || o->pipe != NULL ||
	    o->auth_command != NULL)
		return false;
	struct bounds b = { 0 };
	struct err e;
	for (size_t i = 0; i < o->nrun; i++)
		if (!bounds_others(&o->run[i]))
			return false;
	for (size_t i = 0; i < o->nrun; i++) {
		const char *path = o->run[i].text;
		bounds_add_folder(&b, path, BOUNDS_ALL);
		/* It may be a link. */
		bounds_add(&b, path, strlen(path), LANDLOCK_READ);
	}
	bounds_options(&b, o);
	bounds_places(&b);
	bounds_system(&b);
	bool holds = landlock_hold(b.path, b.n, true, &e) == 1;
	for (size_t i = 0; i < b.n; i++)
		free((void *)(uintptr_t)b.path[i].path);
	free(b.path);
	return holds;
}
