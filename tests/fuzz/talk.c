/* covers: cmd/talk/go.c cmd/talk/take.c cmd/talk/expect.c cmd/talk/ledger.c
 * cmd/talk/talk.c
 * A conversation against a mock in memory: whatever both say, it ends, and
 * its status is one of the manual's. The input: the client's file and, behind
 * 0xff, the server's; without that one file is both.
 * flags: -close_fd_mask=2 */
#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>
#include "fuzz.h"
#include "cmd/front/play.h"
#include "cmd/front/source.h"
#include "cmd/lang/lang.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

/* These touch nothing but the conversation; of others an input is not to
 * have any, since its author is nobody. */
static const char *const harmless[] = { "pipeline", "flush", "expect", "t",
	"close", "mail", "rcpt", "data", "rset", "quit", "template", "show",
	"echo", NULL };

static bool
is_harmless(const char *p)
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz");
	/* Not repeat, which may be as often as it likes. */
	if (strncmp(p, "mock say ", 9) == 0 ||
	    strncmp(p, "mock reset", 10) == 0)
		return true;
	for (size_t i = 0; harmless[i] != NULL; i++)
		if (strlen(harmless[i]) == n && strncmp(harmless[i], p, n) == 0)
			/* Silence would be awaited. */
			return strncmp(p + n, " s", 2) != 0;
	return false;
}

/* Only the first octet of a line begins a command; all others are dulled. */
static char *
dull(const uint8_t *p, size_t len)
{
	char *s = fuzz_string(p, len);
	for (size_t i = 0; i < len; i++) {
		bool first = i == 0 || s[i - 1] == '\n';
		if (s[i] == '\\' && isalpha((unsigned char)s[i + 1]) &&
		    !(first && is_harmless(s + i + 1)))
			s[i] = '#';
	}
	return s;
}

static void
keep(const char *path, const char *p, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	RULE(fd >= 0 && write(fd, p, len) == (ssize_t)len);
	close(fd);
}

static struct world *world;

static void
talk_with(const struct mock_play *play, unsigned how)
{
	struct shell sh;
	struct err e = { 0 };
	RULE(shell_init(&sh, &e) == 0);
	sh.out.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct human_opts look = { .remarks = true, .text_max = 1024 };
	shell_add_sink(&sh, how & 1 ? json_new(&sh.out, &sh.redact, &e)
				    : human_new(&sh.out, &look, &sh.redact));
	sh.sandbox =
	    (struct peer_config){ .smtpd = { .world = world }, .play = play };
	sh.talk.sandbox = &sh.sandbox;
	/* That much silence is long in memory. */
	link_times_all(&sh.talk.set.times, 10);
	sh.talk.set.keep_going = how & 4;
	sh.talk.set.stop = how & 8;
	sh.talk.set.early = how & 16;
	sh.talk.set.match_text = how & 32;
	sh.talk.set.bare = how & 64;
	if (how & 2) {
		int in = open("client.smtp", O_RDONLY | O_CLOEXEC);
		source_stream(&sh, in, "stream");
		close(in);
	} else {
		source_file(&sh, "client.smtp");
	}
	/* Ctrl-C, with whatever is still owed. */
	struct buf waits = BUF_INIT;
	talk_waits_for(&sh.talk, &waits);
	if (how & 128)
		talk_interrupt(&sh.talk);
	buf_release(&waits);
	talk_close(&sh.talk);
	int status = shell_status(&sh);
	RULE(status == 0 || status == 1 || (status >= 64 && status <= 78));
	RULE(status != 70);
	int fd = sh.out.fd;
	RULE(shell_release(&sh, &e) == 0);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dir[] = "/tmp/fuzz-talk.XXXXXX";
	struct script s = { 0 };
	struct vars vars;
	struct mock_play play = { 0 };
	struct err e = { 0 };
	if (strstr(dir, "XXXXXX") != NULL) {
		RULE(mkdtemp(dir) != NULL && chdir(dir) == 0);
		world = world_std10();
	}
	if (size < 2)
		return 0;
	const uint8_t *end = memchr(data + 1, 0xff, size - 1);
	size_t n = end == NULL ? size - 1 : (size_t)(end - data) - 1;
	char *client = dull(data + 1, n);
	char *server =
	    end == NULL ? fuzz_string(client, n) : dull(end + 1, size - n - 2);
	size_t len = end == NULL ? n : size - n - 2;
	keep("client.smtp", client, n);
	vars_init(&vars);
	if (script_parse(&s, "server", server, len, DIALECT_UNKNOWN, cmd_word,
		&e) == 0) {
		if (play_make(&play, &s, &vars, &e) == 0)
			talk_with(&play, data[0]);
		play_release(&play);
		script_release(&s);
	}
	vars_release(&vars);
	free(client);
	free(server);
	return 0;
}
