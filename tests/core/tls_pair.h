/* Two TLS engines joined in memory, and the folder of certificates: what the
 * tests of tls share. */
#ifndef TESTS_TLS_PAIR_H
#define TESTS_TLS_PAIR_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"
#include "net/tls/tls.h"
#include "tls_certs.h"

static char dir[] = "/tmp/smtpsh-tls-XXXXXX";

/* "NAME" as a path in the folder of certificates, in one of four places. */
static inline const char *
in_dir(const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *p = path[turn++ % 4];

	if (name == NULL)
		return NULL;
	snprintf(p, sizeof path[0], "%s/%s", dir, name);
	return p;
}

/* Runs a script of sh with dir as $1; what it says goes into dir/log. */
static inline int
run(const char *script)
{
	const char *log_path =
	    access(dir, F_OK) == 0 ? in_dir("log") : "/dev/null";
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execlp("sh", "sh", "-c", script, "sh", dir, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static inline size_t
slurp(const char *name, char *p, size_t n)
{
	FILE *f = fopen(in_dir(name), "r");
	size_t got = 0;

	if (f != NULL) {
		got = fread(p, 1, n, f);
		fclose(f);
	}
	return got;
}

struct pair {
	struct tls_ctx *cx, *sx;
	struct tls *c, *s;
	int crc, src;
	struct err ce, se;
};

static inline bool
pair_ctx(struct pair *p, const struct tls_config *c, const struct tls_config *s)
{
	memset(p, 0, sizeof *p);
	if (tls_ctx_new(&p->cx, c, &p->ce) < 0 ||
	    tls_ctx_new(&p->sx, s, &p->se) < 0) {
		CHECK(0, "contexts: %s %s", p->ce.text, p->se.text);
		return false;
	}
	return true;
}

static inline bool
pair_new(struct pair *p, const struct tls_target *to)
{
	p->c = p->s = NULL;
	p->crc = p->src = 0;
	p->ce.kind = p->se.kind = ERR_NONE;
	return tls_new(&p->c, p->cx, to, &p->ce) == 0 &&
	       tls_new(&p->s, p->sx, NULL, &p->se) == 0;
}

static inline void
pair_drop(struct pair *p)
{
	tls_free(p->c);
	tls_free(p->s);
	p->c = p->s = NULL;
}

static inline void
pair_end(struct pair *p)
{
	pair_drop(p);
	tls_ctx_free(p->cx);
	tls_ctx_free(p->sx);
}

/* Moves at most n octets; how many there were to move. */
static inline size_t
move(struct tls *from, struct tls *to, size_t n)
{
	size_t have;
	const char *p = tls_out(from, &have);

	if (n > have)
		n = have;
	n = tls_feed(to, p, n);
	tls_out_done(from, n);
	return n;
}

/* Until both have ended or nothing moves. */
static inline void
shake(struct pair *p, size_t chunk)
{
	size_t moved;

	do {
		if (p->crc == 0)
			p->crc = tls_handshake(p->c, &p->ce);
		if (p->src == 0)
			p->src = tls_handshake(p->s, &p->se);
		moved = move(p->c, p->s, chunk);
		moved += move(p->s, p->c, chunk);
	} while (moved > 0);
}

/* Sends text through from, moves chunk by chunk, reads it from to. */
static inline bool
tell(struct tls *from, struct tls *to, const char *text, size_t chunk)
{
	char got[256];
	size_t n = strlen(text), have = 0;
	ssize_t rc;
	struct err e;

	if (tls_write(from, text, n, &e) != (ssize_t)n)
		return false;
	for (;;) {
		rc = tls_read(to, got + have, sizeof got - have, &e);
		if (rc > 0)
			have += (size_t)rc;
		else if (rc != TLS_AGAIN || move(from, to, chunk) == 0)
			break;
	}
	return rc == TLS_AGAIN && have == n && memcmp(got, text, n) == 0;
}

/* Makes the folder; false, with a message, when that cannot be. */
static inline bool
certs_made(void)
{
	if (run("exec openssl version") != 0) {
		printf("# skipped: no openssl command\n");
		return false;
	}
	if (mkdtemp(dir) != NULL && run(tls_certs_sh) == 0)
		return true;
	printf("# see %s\n", in_dir("log"));
	CHECK(0, "certificates");
	return false;
}

static inline int
certs_done(void)
{
	run("rm -rf \"$1\"");
	return check_done();
}

#endif
