/* Preloaded into the program: of a group of calls one fails, once, as the
 * system would have it fail. Children of the program are left alone. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "tests/torture/fail.h"

static struct fail_page *page;
static bool active;
/* What the loader and dlsym() do by themselves is not the program's. */
static _Thread_local bool inside;

static void *real(const char *name);

/* libunbound 1.17 does not look at each of its callocs, and dies of that in
 * its own code: as if the program had ended by itself. */
static uintptr_t theirs, theirs_end;

static bool
is_theirs(uintptr_t at)
{
	return at >= theirs && at < theirs_end;
}

static int
fail_find(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size, (void)arg;
	if (strstr(info->dlpi_name, "libunbound") == NULL)
		return 0;
	theirs = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t end = theirs + h->p_vaddr + h->p_memsz;
		if (h->p_type == PT_LOAD && end > theirs_end)
			theirs_end = end;
	}
	return 1;
}

static void
fail_died(int sig, siginfo_t *info, void *arg)
{
	uintptr_t at = 0;
#if defined(__x86_64__)
	at = (uintptr_t)((ucontext_t *)arg)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	at = (uintptr_t)((ucontext_t *)arg)->uc_mcontext.pc;
#endif
	(void)info;
	if (atomic_load(&page->fired) &&
	    (is_theirs(at) || atomic_load(&page->theirs_asked))) {
		atomic_store(&page->theirs, 1);
		_exit(70);
	}
	/* Where, for who looks into it; then again, and for good. */
	void *frame[24];
	active = false;
	backtrace_symbols_fd(frame, backtrace(frame, 24), STDERR_FILENO);
	signal(sig, SIG_DFL);
}

/* So that a thread that hears no signals hears that one. */
int
pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	static __typeof__(pthread_sigmask) *next;
	sigset_t open;
	if (next == NULL)
		next = (__typeof__(pthread_sigmask) *)real("pthread_sigmask");
	if (set == NULL)
		return next(how, set, old);
	open = *set;
	sigdelset(&open, SIGSEGV);
	return next(how, &open, old);
}

__attribute__((constructor)) static void
fail_begin(void)
{
	const char *path = getenv(FAIL_PAGE);
	int fd = path == NULL ? -1
			      : (int)syscall(SYS_openat, AT_FDCWD, path,
				    O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	void *p =
	    mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (p == MAP_FAILED)
		return;
	page = p;
	unsetenv("LD_PRELOAD");
	unsetenv(FAIL_PAGE);
	struct sigaction sa = { .sa_sigaction = fail_died,
		.sa_flags = SA_SIGINFO };
	sigaction(SIGSEGV, &sa, NULL);
	active = true;
}

/* The call of a function of ours that was called from there. */
static bool
fails_at(enum fail_group g, const char *name, const void *caller)
{
	if (!active || inside)
		return false;
	unsigned long n = atomic_fetch_add(&page->count[g], 1) + 1;
	if (page->group != (int)g || page->nth != n)
		return false;
	strncpy(page->name, name, sizeof page->name - 1);
	atomic_store(&page->theirs_asked, is_theirs((uintptr_t)caller));
	atomic_store(&page->fired, 1);
	if (page->traced) {
		void *frame[40];
		inside = true;
		backtrace_symbols_fd(
		    frame, backtrace(frame, 40), STDERR_FILENO);
		inside = false;
	}
	return true;
}

#define fails(g, name) fails_at(g, name, __builtin_return_address(0))

static void *
real(const char *name)
{
	bool was = inside;
	inside = true;
	void *p = dlsym(RTLD_NEXT, name);
	inside = was;
	return p;
}

/* glibc's own, which need no dlsym() that needs them. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

static void *
no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *
malloc(size_t n)
{
	return fails(FAIL_MEMORY, "malloc") ? no_memory() : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails(FAIL_MEMORY, "calloc") ? no_memory()
					    : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	if (n > 0 && fails(FAIL_MEMORY, "realloc"))
		return no_memory();
	return __libc_realloc(p, n);
}

static void *
tls_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	if (n == 0)
		return NULL;
	return fails(FAIL_TLS, "CRYPTO_malloc") ? NULL : __libc_malloc(n);
}

static void *
tls_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	if (n == 0) {
		__libc_free(p);
		return NULL;
	}
	return fails(FAIL_TLS, "CRYPTO_realloc") ? NULL : __libc_realloc(p, n);
}

static void
tls_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	__libc_free(p);
}

typedef int tls_set(void *(*)(size_t, const char *, int),
    void *(*)(void *, size_t, const char *, int),
    void (*)(void *, const char *, int));

/* Whatever brings libcrypto with it: before it has allocated anything. */
void *
dlopen(const char *path, int flags)
{
	static void *(*next)(const char *, int);
	static bool given;
	if (next == NULL)
		next = (void *(*)(const char *, int))real("dlopen");
	bool fail = fails(FAIL_CALL, "dlopen");
	inside = true;
	void *h = next(fail ? "/nonexistent/library.so" : path, flags);
	tls_set *set = NULL;
	if (h != NULL && !given)
		set = (tls_set *)dlsym(h, "CRYPTO_set_mem_functions");
	if (set != NULL)
		given = set(tls_malloc, tls_realloc, tls_free) == 1;
	if (h != NULL)
		dl_iterate_phdr(fail_find, NULL);
	inside = false;
	return h;
}

/* CALL(type, name, error, (parameters), (arguments)): -1 and that errno. */
#define CALL(type, name, error, params, args)                                  \
	type name params;                                                      \
	type name params                                                       \
	{                                                                      \
		static type(*next) params;                                     \
		if (next == NULL)                                              \
			next = (type(*) params)real(#name);                    \
		if (fails(FAIL_CALL, #name)) {                                 \
			errno = error;                                         \
			return -1;                                             \
		}                                                              \
		return next args;                                              \
	}

#define ADDRESS const struct sockaddr *a, socklen_t len
#define ANSWERS struct sockaddr *a, socklen_t *len
CALL(ssize_t, read, EIO, (int fd, void *p, size_t n), (fd, p, n))
CALL(ssize_t, __read_chk, EIO, (int fd, void *p, size_t n, size_t room),
    (fd, p, n, room))
CALL(ssize_t, pread, EIO, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
CALL(ssize_t, __pread_chk, EIO,
    (int fd, void *p, size_t n, off_t at, size_t room), (fd, p, n, at, room))
CALL(ssize_t, recv, ECONNRESET, (int fd, void *p, size_t n, int flags),
    (fd, p, n, flags))
CALL(ssize_t, __recv_chk, ECONNRESET,
    (int fd, void *p, size_t n, size_t room, int flags),
    (fd, p, n, room, flags))
CALL(ssize_t, recvfrom, ECONNRESET,
    (int fd, void *p, size_t n, int flags, ANSWERS), (fd, p, n, flags, a, len))
CALL(ssize_t, recvmsg, ECONNRESET, (int fd, struct msghdr *m, int flags),
    (fd, m, flags))
CALL(ssize_t, write, ENOSPC, (int fd, const void *p, size_t n), (fd, p, n))
CALL(
    ssize_t, writev, ENOSPC, (int fd, const struct iovec *v, int n), (fd, v, n))
CALL(ssize_t, pwrite, ENOSPC, (int fd, const void *p, size_t n, off_t at),
    (fd, p, n, at))
CALL(ssize_t, send, ECONNRESET, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags))
CALL(ssize_t, sendto, ENOBUFS,
    (int fd, const void *p, size_t n, int flags, ADDRESS),
    (fd, p, n, flags, a, len))
CALL(ssize_t, sendmsg, ENOBUFS, (int fd, const struct msghdr *m, int flags),
    (fd, m, flags))
CALL(int, socket, EMFILE, (int family, int type, int protocol),
    (family, type, protocol))
CALL(int, socketpair, EMFILE, (int family, int type, int protocol, int fd[2]),
    (family, type, protocol, fd))
CALL(int, connect, ECONNREFUSED, (int fd, ADDRESS), (fd, a, len))
CALL(int, bind, EADDRINUSE, (int fd, ADDRESS), (fd, a, len))
CALL(int, listen, EADDRINUSE, (int fd, int n), (fd, n))
CALL(int, accept4, EMFILE, (int fd, ANSWERS, int flags), (fd, a, len, flags))
CALL(int, getsockname, ENOBUFS, (int fd, ANSWERS), (fd, a, len))
CALL(int, getpeername, ENOTCONN, (int fd, ANSWERS), (fd, a, len))
CALL(int, setsockopt, ENOBUFS,
    (int fd, int level, int name, const void *p, socklen_t len),
    (fd, level, name, p, len))
CALL(int, getsockopt, ENOBUFS,
    (int fd, int level, int name, void *p, socklen_t *len),
    (fd, level, name, p, len))
CALL(int, shutdown, ENOTCONN, (int fd, int how), (fd, how))
CALL(int, poll, ENOMEM, (struct pollfd * p, nfds_t n, int ms), (p, n, ms))
CALL(int, __poll_chk, ENOMEM, (struct pollfd * p, nfds_t n, int ms, size_t r),
    (p, n, ms, r))
CALL(int, pipe2, EMFILE, (int fd[2], int flags), (fd, flags))
CALL(int, fsync, EIO, (int fd), (fd))
CALL(int, fdatasync, EIO, (int fd), (fd))
CALL(int, ftruncate, EIO, (int fd, off_t n), (fd, n))
CALL(int, fchmod, EPERM, (int fd, mode_t mode), (fd, mode))
CALL(int, flock, ENOLCK, (int fd, int how), (fd, how))
CALL(int, fstat, EIO, (int fd, struct stat *st), (fd, st))
CALL(int, stat, EIO, (const char *path, struct stat *st), (path, st))
CALL(int, lstat, EIO, (const char *path, struct stat *st), (path, st))
CALL(int, fstatat, EIO, (int d, const char *path, struct stat *st, int flags),
    (d, path, st, flags))
CALL(int, mkdir, ENOSPC, (const char *path, mode_t mode), (path, mode))
CALL(int, mkdirat, ENOSPC, (int d, const char *path, mode_t mode),
    (d, path, mode))
CALL(int, rename, ENOSPC, (const char *from, const char *to), (from, to))
CALL(int, renameat2, ENOSPC,
    (int d, const char *from, int e, const char *to, unsigned flags),
    (d, from, e, to, flags))
CALL(int, linkat, ENOSPC,
    (int d, const char *from, int e, const char *to, int flags),
    (d, from, e, to, flags))
CALL(int, unlink, EIO, (const char *path), (path))
CALL(int, unlinkat, EIO, (int d, const char *path, int flags), (d, path, flags))
CALL(int, access, EIO, (const char *path, int how), (path, how))
CALL(int, dup2, EMFILE, (int from, int to), (from, to))
CALL(int, gethostname, ENAMETOOLONG, (char *p, size_t n), (p, n))
CALL(off_t, lseek, EIO, (int fd, off_t to, int whence), (fd, to, whence))
CALL(ssize_t, getrandom, ENOSYS, (void *p, size_t n, unsigned flags),
    (p, n, flags))
CALL(pid_t, waitpid, EINTR, (pid_t pid, int *status, int flags),
    (pid, status, flags))

/* Of a close that fails the descriptor is gone all the same. */
int
close(int fd)
{
	static int (*next)(int);
	if (next == NULL)
		next = (int (*)(int))real("close");
	int r = next(fd);
	if (!fails(FAIL_CALL, "close"))
		return r;
	errno = EIO;
	return -1;
}

/* The child runs on without us. */
pid_t
fork(void)
{
	static pid_t (*next)(void);
	if (next == NULL)
		next = (pid_t(*)(void))real("fork");
	if (fails(FAIL_CALL, "fork")) {
		errno = EAGAIN;
		return -1;
	}
	pid_t pid = next();
	if (pid == 0)
		active = false;
	return pid;
}

static mode_t
open_mode(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

#define OPEN(name)                                                             \
	int name(const char *path, int flags, ...)                             \
	{                                                                      \
		static int (*next)(const char *, int, ...);                    \
		va_list ap;                                                    \
		va_start(ap, flags);                                           \
		mode_t mode = open_mode(flags, ap);                            \
		va_end(ap);                                                    \
		if (next == NULL)                                              \
			next = (int (*)(const char *, int, ...))real(#name);   \
		if (fails(FAIL_CALL, #name)) {                                 \
			errno = EMFILE;                                        \
			return -1;                                             \
		}                                                              \
		return next(path, flags, mode);                                \
	}
OPEN(open)
OPEN(open64)

int
openat(int d, const char *path, int flags, ...)
{
	static int (*next)(int, const char *, int, ...);
	va_list ap;
	va_start(ap, flags);
	mode_t mode = open_mode(flags, ap);
	va_end(ap);
	if (next == NULL)
		next = (int (*)(int, const char *, int, ...))real("openat");
	if (fails(FAIL_CALL, "openat")) {
		errno = EMFILE;
		return -1;
	}
	return next(d, path, flags, mode);
}

#define FCNTL(name)                                                            \
	int name(int fd, int what, ...)                                        \
	{                                                                      \
		static int (*next)(int, int, ...);                             \
		va_list ap;                                                    \
		va_start(ap, what);                                            \
		void *arg = va_arg(ap, void *);                                \
		va_end(ap);                                                    \
		if (next == NULL)                                              \
			next = (int (*)(int, int, ...))real(#name);            \
		if (fails(FAIL_CALL, #name)) {                                 \
			errno = EINVAL;                                        \
			return -1;                                             \
		}                                                              \
		return next(fd, what, arg);                                    \
	}
FCNTL(fcntl)
int fcntl64(int fd, int what, ...);
FCNTL(fcntl64)

FILE *
fopen(const char *path, const char *mode)
{
	static FILE *(*next)(const char *, const char *);
	if (next == NULL)
		next = (FILE * (*)(const char *, const char *)) real("fopen");
	if (!fails(FAIL_CALL, "fopen"))
		return next(path, mode);
	errno = EMFILE;
	return NULL;
}

/* glibc's look-ups in files die of an assertion or a null pointer when there
 * is no memory (2.36, nss_database.c): not ours to mend. */
#define LOOKUP(type, name, params, args)                                       \
	type name params                                                       \
	{                                                                      \
		static type(*next) params;                                     \
		if (next == NULL)                                              \
			next = (type(*) params)real(#name);                    \
		inside = true;                                                 \
		type r = next args;                                            \
		inside = false;                                                \
		return r;                                                      \
	}
#define SERVENT struct servent *
#define PASSWD	struct passwd *
LOOKUP(SERVENT, getservbyname, (const char *name, const char *protocol),
    (name, protocol))
LOOKUP(PASSWD, getpwnam, (const char *name), (name))
LOOKUP(PASSWD, getpwuid, (uid_t uid), (uid))

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	static __typeof__(getaddrinfo) *next;
	if (next == NULL)
		next = (__typeof__(getaddrinfo) *)real("getaddrinfo");
	if (fails(FAIL_CALL, "getaddrinfo"))
		return EAI_AGAIN;
	inside = true; /* as above */
	int r = next(node, service, hints, res);
	inside = false;
	return r;
}

int
getnameinfo(const struct sockaddr *a, socklen_t len, char *host,
    socklen_t host_len, char *service, socklen_t service_len, int flags)
{
	static __typeof__(getnameinfo) *next;
	if (next == NULL)
		next = (__typeof__(getnameinfo) *)real("getnameinfo");
	if (fails(FAIL_CALL, "getnameinfo"))
		return EAI_MEMORY;
	return next(a, len, host, host_len, service, service_len, flags);
}

int
pthread_create(
    pthread_t *t, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	static __typeof__(pthread_create) *next;
	if (next == NULL)
		next = (__typeof__(pthread_create) *)real("pthread_create");
	if (fails(FAIL_CALL, "pthread_create"))
		return EAGAIN;
	return next(t, attr, run, arg);
}
