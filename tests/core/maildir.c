/* Storage: names, links in the way, errors that leave nothing, kills. */
#include "check.h"
#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/peer/maildir.h"

static char top[] = "/tmp/maildir-test-XXXXXX";

/* Files below a folder of the Maildir; -1: there is no such folder. */
static int
count(const char *box, const char *sub)
{
	char *path = mem_printf("%s/%s/%s", top, box, sub);
	DIR *d = opendir(path);
	free(path);
	if (d == NULL)
		return -1;
	int n = 0;
	for (struct dirent *de; (de = readdir(d)) != NULL;)
		n += de->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
test_names(void)
{
	static const struct {
		const char *label, *in, *want;
	} row[] = {
		{ "plain", "jones@Beta.ARPA", "jones@Beta.ARPA" },
		{ "allowed octets", "a+b_c-d.e", "a+b_c-d.e" },
		{ "slash", "a/b", "a%2Fb" },
		{ "absolute", "/etc/passwd", "%2Fetc%2Fpasswd" },
		{ "parent", "..", "%2E." },
		{ "climbing", "../../x", "%2E.%2F..%2Fx" },
		{ "dot", ".", "%2E" },
		{ "hidden", ".ssh", "%2Essh" },
		{ "percent", "%2F", "%252F" },
		{ "control octets", "a\r\n\001b", "a%0D%0A%01b" },
		{ "blank and quotes", "\"a b\"", "%22a%20b%22" },
		{ "utf-8", "\xc3\xa9", "%C3%A9" },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct maildir *m;
		struct err e = { 0 };
		int rc = maildir_open(&m, top, row[i].in, &e);
		CHECK(rc == 0, "%s: %s", row[i].label, e.text);
		if (rc != 0)
			continue;
		CHECK(count(row[i].want, "tmp") == 1, "%s", row[i].label);
		CHECK(maildir_write(m, "x\r\n", 3, &e) == 0, "%s", e.text);
		CHECK(maildir_commit(m, &e) == 0, "%s", e.text);
		CHECK(count(row[i].want, "tmp") == 0, "%s", row[i].label);
		CHECK(count(row[i].want, "new") == 1, "%s", row[i].label);
		CHECK(count(row[i].want, "cur") == 0, "%s", row[i].label);
	}
	struct maildir *m;
	struct err e = { 0 };
	CHECK(maildir_open(&m, top, "", &e) == -1, "no name");
	CHECK(e.kind == ERR_OUTPUT, "no name");
}

static void
test_content(void)
{
	struct maildir *m;
	struct err e = { 0 };
	struct stat st;
	char got[64];

	CHECK(maildir_open(&m, top, "content", &e) == 0, "%s", e.text);
	char *path = mem_printf("%s/content/new/%s", top, maildir_id(m));
	CHECK(strchr(maildir_id(m), '/') == NULL, "%s", maildir_id(m));
	maildir_write(m, "one\r\n", 5, &e);
	maildir_write(m, "", 0, &e);
	maildir_write(m, "a\0b\r\n", 5, &e);
	CHECK(access(path, F_OK) != 0, "in new before the commit");
	CHECK(maildir_commit(m, &e) == 0, "%s", e.text);
	int fd = open(path, O_RDONLY);
	CHECK(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600, "mode %o",
	    (unsigned)st.st_mode);
	CHECK(st.st_nlink == 1, "links %lu", (unsigned long)st.st_nlink);
	CHECK(read(fd, got, sizeof got) == 10 &&
		  memcmp(got, "one\r\na\0b\r\n", 10) == 0,
	    "octets as they came");
	close(fd);
	free(path);

	path = mem_printf("%s/content/tmp", top);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700, "folder %o",
	    (unsigned)st.st_mode);
	free(path);
	CHECK(maildir_open(&m, top, "content", &e) == 0, "%s", e.text);
	maildir_write(m, "gone", 4, &e);
	maildir_abort(m);
	CHECK(count("content", "tmp") == 0, "abort");
	CHECK(count("content", "new") == 1, "abort");
}

static void
test_unique(void)
{
	struct maildir *m[200];
	struct err e = { 0 };
	for (size_t i = 0; i < 200; i++)
		CHECK(
		    maildir_open(&m[i], top, "unique", &e) == 0, "%s", e.text);
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(maildir_id(m[i]), maildir_id(m[k])) != 0,
			    "%zu and %zu: %s", i, k, maildir_id(m[i]));
	for (size_t i = 0; i < 200; i++)
		CHECK(maildir_commit(m[i], &e) == 0, "%s", e.text);
	CHECK(count("unique", "new") == 200, "%d", count("unique", "new"));
}

/* A link in the place of a folder is refused, and nothing comes out where it
 * leads. */
static void
test_symlinks(void)
{
	static const char *const where[] = { "link", "linktmp/tmp",
		"linknew/new", "linkcur/cur" };
	char *out = mem_printf("%s/outside", top);
	mkdir(out, 0700);
	for (size_t i = 0; i < 4; i++) {
		char *box = mem_dup(where[i]);
		char *slash = strchr(box, '/');
		if (slash != NULL)
			*slash = '\0';
		char *dir = mem_printf("%s/%s", top, box);
		char *link = mem_printf("%s/%s", top, where[i]);
		struct maildir *m;
		struct err e = { 0 };
		if (slash != NULL)
			mkdir(dir, 0700);
		CHECK(symlink(out, link) == 0, "%s", link);
		CHECK(maildir_open(&m, top, box, &e) == -1, "%s", where[i]);
		CHECK(e.kind == ERR_OUTPUT, "%s", where[i]);
		CHECK(count("outside", ".") == 0, "%s", where[i]);
		free(link);
		free(dir);
		free(box);
	}
	free(out);
}

/* new becomes a link while the message is under way. */
static void
test_swapped(void)
{
	struct maildir *m;
	struct err e = { 0 };
	CHECK(maildir_open(&m, top, "swap", &e) == 0, "%s", e.text);
	char *out = mem_printf("%s/outside", top);
	char *new = mem_printf("%s/swap/new", top);
	rmdir(new);
	CHECK(symlink(out, new) == 0, "%s", new);
	CHECK(maildir_commit(m, &e) == -1, "followed a link");
	CHECK(e.kind == ERR_OUTPUT, "%s", e.text);
	CHECK(count("swap", "tmp") == 0, "left in tmp");
	CHECK(count("outside", ".") == 0, "delivered outside");
	free(new);
	free(out);
}

static void
test_write_error(void)
{
	struct rlimit was, now;
	struct maildir *m;
	struct err e = { 0 };
	CHECK(maildir_open(&m, top, "full", &e) == 0, "%s", e.text);
	getrlimit(RLIMIT_FSIZE, &was);
	now = was;
	now.rlim_cur = 10;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &now);
	CHECK(maildir_write(m, "0123456789abcdef", 16, &e) == -1, "no error");
	setrlimit(RLIMIT_FSIZE, &was);
	CHECK(e.kind == ERR_TEMP, "no room: %s", e.text);
	CHECK(strstr(e.text, "full") != NULL, "%s", e.text);
	maildir_abort(m);
	CHECK(count("full", "tmp") == 0, "left in tmp");
	CHECK(maildir_open(&m, "/proc/nothing/here", "x", &e) == -1, "no DIR");
	CHECK(e.kind == ERR_OUTPUT, "%s", e.text);
}

/* A process killed before the commit leaves new without it. */
static void
test_killed(void)
{
	for (int stage = 0; stage < 3; stage++) {
		int p[2];
		char c;
		CHECK(pipe(p) == 0, "pipe");
		pid_t pid = fork();
		if (pid == 0) {
			struct maildir *m;
			struct err e;
			maildir_open(&m, top, "killed", &e);
			if (stage > 0)
				maildir_write(m, "half", 4, &e);
			if (stage > 1)
				maildir_commit(m, &e);
			if (write(p[1], "x", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		CHECK(read(p[0], &c, 1) == 1, "the child's word");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		CHECK(count("killed", "new") == (stage > 1), "stage %d", stage);
		close(p[0]);
		close(p[1]);
	}
}

/* A name is as long as its folder's, escapes counted. */
static void
test_storable(void)
{
	static const struct {
		char octet;
		size_t n, max;
		bool want;
	} row[] = {
		{ 'a', 255, 0, true },
		{ 'a', 256, 0, false },
		{ '!', 85, 0, true },
		{ '!', 86, 0, false },
		{ 'a', 143, 143, true },
		{ 'a', 144, 143, false },
		{ 'a', 0, 0, false },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		char name[300] = "";
		struct maildir *m;
		struct err e = { 0 };
		memset(name, row[i].octet, row[i].n);
		CHECK(maildir_storable(row[i].max, name) == row[i].want,
		    "row %zu", i);
		if (row[i].max != 0)
			continue;
		bool opened = maildir_open(&m, top, name, &e) == 0;
		CHECK(opened == row[i].want, "row %zu: %s", i, e.text);
		if (opened)
			maildir_abort(m);
	}
}

int
main(void)
{
	if (mkdtemp(top) == NULL)
		return 99;
	test_names();
	test_content();
	test_unique();
	test_symlinks();
	test_swapped();
	test_write_error();
	test_storable();
	test_killed();
	folder_remove(top);
	return check_done();
}
