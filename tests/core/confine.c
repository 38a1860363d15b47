/* What is left when the server is confined: in a child, since there is no way
 * back. Where a kernel has neither wall this shows that nothing broke. */
#include "check.h"
#include "folder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/peer/maildir.h"
#include "net/serve/confine.h"

static char top[] = "/tmp/confine-test-XXXXXX";

enum { BROKEN = 2, FILES = 4, SYSCALLS = 8, LEAKS = 16 };

static bool
delivers(const char *dir)
{
	struct maildir *m;
	struct err e;
	return maildir_open(&m, dir, "box@x", &e) == 0 &&
	       maildir_write(m, "x\r\n", 3, &e) == 0 &&
	       maildir_commit(m, &e) == 0;
}

/* Must work, confined or not. */
static bool
works(const char *dir, const int *pair)
{
	char c;
	return delivers(dir) && write(pair[0], "x", 1) == 1 &&
	       read(pair[1], &c, 1) == 1 && opens("/dev/urandom", O_RDONLY);
}

static bool
runs(void)
{
	char *argv[] = { NULL, NULL };
	char name[] = "true";
	argv[0] = name;
	/* What comes back was refused. */
	execv("/bin/true", argv);
	return errno != EPERM && errno != EACCES;
}

static int
child(const char *dir, const char *beside)
{
	int pair[2], bits = 0;
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int old = socket(AF_INET, SOCK_STREAM, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || old < 0)
		return BROKEN;
	struct err e;
	int held = confine_run(dir, NULL, NULL, &e);
	if (held < 0)
		return BROKEN;
	if (!works(dir, pair))
		bits |= BROKEN;
	if ((held & CONFINE_FILES) != 0) {
		bits |= FILES;
		if (opens(beside, O_RDONLY) || opens("/etc/passwd", O_RDONLY) ||
		    opens("/tmp/confine-test-new", O_WRONLY | O_CREAT))
			bits |= LEAKS;
	}
	if ((held & CONFINE_SYSCALLS) != 0) {
		bits |= SYSCALLS;
		if (connect(old, (struct sockaddr *)&in, sizeof in) == 0 ||
		    errno != EPERM || socket(AF_INET, SOCK_STREAM, 0) >= 0 ||
		    kill(getppid(), 0) == 0 || runs())
			bits |= LEAKS;
	}
	return bits;
}

static void
test_walls(void)
{
	char *dir = mem_printf("%s/mail", top);
	char *beside = mem_printf("%s/beside", top);
	int status = -1;
	CHECK(mkdir(dir, 0700) == 0, "%s", dir);
	CHECK(opens(beside, O_WRONLY | O_CREAT), "%s", beside);
	pid_t pid = fork();
	if (pid == 0)
		_exit(child(dir, beside));
	CHECK(
	    waitpid(pid, &status, 0) == pid && WIFEXITED(status), "%d", status);
	int bits = WEXITSTATUS(status);
	CHECK((bits & BROKEN) == 0, "what must work does not");
	CHECK((bits & LEAKS) == 0, "what must not work does: %d", bits);
	/* Nothing was broken outside. */
	CHECK(opens(beside, O_RDONLY) && delivers(dir), "the parent");
	free(dir);
	free(beside);
}

static void
test_users(void)
{
	struct confine_user u = { NULL, 0, 0 };
	struct err e = { 0 };
	CHECK(confine_find(&u, "nobody-has-this-name", &e) == -1 &&
		  e.kind == ERR_USAGE && strstr(e.text, "no such user") != NULL,
	    "%s", e.text);
	if (geteuid() != 0) {
		CHECK(confine_find(&u, "root", &e) == -1 && e.kind == ERR_USAGE,
		    "%s", e.text);
		confine_release(&u);
		return;
	}
	pid_t pid = fork();
	int status = -1;
	if (pid == 0)
		_exit(confine_find(&u, "nobody", &e) == 0 &&
			      confine_become(&u, &e) == 0 &&
			      geteuid() == u.uid && setuid(0) != 0 &&
			      setgid(0) != 0
			  ? 0
			  : 1);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "%d", status);
}

int
main(void)
{
	if (mkdtemp(top) == NULL)
		return 99;
	test_walls();
	test_users();
	folder_remove(top);
	return check_done();
}
