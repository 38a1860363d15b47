/* What other people's texts could still reach if nothing else held them: in a
 * child, since there is no way back. Where a kernel has no Landlock this shows
 * that nothing broke. */
#include "check.h"
#include "folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd/front/bounds.h"

static char top[] = "/tmp/bounds-test-XXXXXX";

enum { HOLDS = 1, BROKEN = 2, LEAKS = 4 };

/* The folder "box" is the file's, "cert" and "out/report" options name. */
static int
child(const struct opts *o)
{
	if (chdir(top) != 0)
		return BROKEN;
	int bits = bounds_hold(o) ? HOLDS : 0;
	if (!opens("box/f", O_RDONLY) ||
	    !opens("box/made", O_WRONLY | O_CREAT | O_EXCL) ||
	    !opens("cert", O_RDONLY) ||
	    !opens("out/report", O_WRONLY | O_CREAT) ||
	    !opens("/dev/null", O_WRONLY) || !opens("/etc/hosts", O_RDONLY))
		bits |= BROKEN;
	if (opens("secret", O_RDONLY) || opens("out/old", O_RDONLY) ||
	    opens("secret", O_WRONLY) || opens("made", O_WRONLY | O_CREAT))
		bits |= LEAKS;
	return bits;
}

static int
bits_of(const struct opts *o)
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0)
		_exit(child(o));
	CHECK(
	    waitpid(pid, &status, 0) == pid && WIFEXITED(status), "%d", status);
	unlink("box/made");
	unlink("out/report");
	unlink("made");
	return WEXITSTATUS(status);
}

static void
test_bounds(void)
{
	struct opt_run run[] = { { .file = true, .text = "box/f" },
		{ .text = "NOOP" } };
	struct opts o = {
		.run = run, .nrun = 1, .tls_ca = "cert", .record = "out/report"
	};
	int bits = bits_of(&o);
	CHECK((bits & BROKEN) == 0, "what must work does not");
	if (bits & HOLDS)
		CHECK((bits & LEAKS) == 0, "what must not work does");
	/* A person's words, and programs that run as they like. */
	o.nrun = 2;
	CHECK(bits_of(&o) == LEAKS, "-c");
	o.nrun = 1;
	o.trust = true;
	CHECK(bits_of(&o) == LEAKS, "--trust");
	o.trust = false;
	o.pipe = "true";
	CHECK(bits_of(&o) == LEAKS, "--pipe");
}

int
main(void)
{
	CHECK(mkdtemp(top) != NULL && chdir(top) == 0, "%s", top);
	CHECK(mkdir("box", 0700) == 0 && mkdir("out", 0700) == 0, "folders");
	CHECK(opens("box/f", O_WRONLY | O_CREAT) &&
		  opens("cert", O_WRONLY | O_CREAT) &&
		  opens("out/old", O_WRONLY | O_CREAT) &&
		  opens("secret", O_WRONLY | O_CREAT),
	    "files");
	test_bounds();
	unlink("box/f");
	unlink("cert");
	unlink("secret");
	unlink("out/old");
	rmdir("box");
	rmdir("out");
	CHECK(chdir("/") == 0 && rmdir(top) == 0, "left behind: %s", top);
	return check_done();
}
