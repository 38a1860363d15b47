/* covers: cmd/term/complete.c cmd/term/complete_args.c cmd/term/hint.c
 * cmd/term/param.c cmd/term/used.c cmd/term/hist.c cmd/term/hist_keep.c
 * cmd/term/cmdline.c cmd/shell/setting.c
 * What is typed: its completions, hints, whether it is remembered, and what
 * \set takes. */
#include <fcntl.h>
#include <unistd.h>
#include "fuzz.h"
#include "cmd/shell/setting.h"
#include "cmd/term/complete.h"
#include "cmd/term/hist.h"

static struct shell sh;
static struct used used;
static char path[64];

static void
completed(const char *line, size_t len)
{
	struct complete c = { 0 };
	struct buf b = BUF_INIT;
	complete_line(&sh, &used, line, len, &c);
	RULE(c.start <= len);
	for (size_t i = 0; i < c.n; i++)
		for (const char *p = c.word[i]; *p != '\0'; p++)
			RULE((unsigned char)*p >= 0x20 && *p != 0x7f);
	complete_release(&c);
	complete_hint(&sh, line, len, &b);
	RULE(memchr(buf_data(&b), '\n', buf_len(&b)) == NULL);
	buf_release(&b);
}

static void
set(const struct setting *s, const char *value)
{
	struct err e = { 0 };
	struct buf b = BUF_INIT, again = BUF_INIT;
	bool takes = setting_takes(&sh, s, value);
	bool took = setting_set(&sh, s, "\\set", value, &e) == 0;
	RULE(takes == took);
	RULE(took || e.kind == ERR_USAGE);
	/* What it says can be said to it. */
	setting_get(&sh, s, &b);
	RULE(setting_set(&sh, s, "\\set", buf_str(&b), &e) == 0);
	setting_get(&sh, s, &again);
	fuzz_same(&b, &again);
	buf_release(&b);
	buf_release(&again);
}

static void
count(void *arg, const char *line)
{
	RULE(strchr(line, '\n') == NULL);
	++*(size_t *)arg;
}

static void
kept(const uint8_t *data, size_t size, struct hist *h)
{
	struct err e = { 0 };
	size_t before = 0, after = 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	RULE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	RULE(hist_read(path, count, &before, &e) == 0);
	hist_forget(h, &sh.redact);
	for (size_t i = 0; i < h->n; i++)
		RULE(strstr(h->line[i], "hunter2!secret") == NULL);
	RULE(hist_append(path, h, &e) == 0);
	RULE(hist_read(path, count, &after, &e) == 0);
	RULE(after <= HIST_MAX);
}

static void
begin(void)
{
	struct err e;
	char dir[] = "/tmp/fuzz-typed.XXXXXX";
	RULE(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/history", dir);
	RULE(shell_init(&sh, &e) == 0);
	redact_add(&sh.redact, "hunter2!secret", 14);
	used_init(&used);
	sh.out.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	sh.sandbox = (struct peer_config){ .smtpd = { .world = world_std10() },
		.keep = true };
	sh.talk.sandbox = &sh.sandbox;
	sh.talk.interactive = true;
	shell_do(&sh, talk_begin);
	struct lang l;
	lang_init(&l, "typed", DIALECT_UNKNOWN);
	talk_stream(&sh.talk, "typed");
	RULE(shell_line(&sh, &l, "EHLO x", 6) == 0);
	RULE(talk_state(&sh.talk) == SMTP_READY);
	lang_release(&l);
}

/* Lines; of each the first octet says which setting it is tried on. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t nsettings;
	struct hist h;
	struct lang l;
	if (*path == '\0')
		begin();
	while (setting_table[nsettings].name != NULL)
		nsettings++;
	hist_init(&h);
	lang_init(&l, "typed", DIALECT_UNKNOWN);
	for (size_t at = 0; at < size;) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t n = end == NULL ? size - at : (size_t)(end - data) - at;
		char *line = fuzz_string(data + at, n);
		used_line(&used, line, n);
		completed(line, n);
		if (hist_keeps(
			&sh, &l, line, n, h.n > 0 ? h.line[h.n - 1] : NULL)) {
			RULE(strstr(line, "hunter2!secret") == NULL);
			hist_add(&h, line, n);
		}
		l.in_text = n > 3 && line[3] == '!';
		if (n > 1)
			set(&setting_table[(unsigned char)line[0] % nsettings],
			    line + 1);
		free(line);
		at += n + 1;
	}
	kept(data, size, &h);
	setting_start(&sh);
	hist_release(&h);
	lang_release(&l);
	return 0;
}
