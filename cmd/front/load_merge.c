/* --merge: the logs of several machines, or runs, added up. */
#include "cmd/front/load_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MERGE_MAX (1u << 30)

static int
merge_one(struct shell *sh, struct figures *f, const char *path, struct err *e)
{
	struct buf b = BUF_INIT;
	bool whole = false;
	int r = load_read_file(&b, path, MERGE_MAX, e);
	if (r == 0)
		r = figures_log_read(
		    f, path, buf_data(&b), buf_len(&b), &whole, e);
	if (r == 0 && !whole) {
		out_error(&sh->out,
		    "%s has no end of smtpsh's: its counts are missing, its "
		    "latencies are in",
		    path);
		r = 1;
	}
	buf_release(&b);
	return r;
}

static int
merge_tell(struct shell *sh, const struct opts *o, const struct figures *f,
    struct err *e)
{
	struct buf b = BUF_INIT;
	int r = 0;
	if (o->format != NULL && strcmp(o->format, "json") == 0)
		figures_json(f, &b);
	else
		figures_text(f, &b, (size_t)shell_page_width(sh));
	out_write(&sh->out, buf_data(&b), buf_len(&b));
	buf_clear(&b);
	if (o->html != NULL) {
		figures_html(f, NULL, &b);
		int fd = open(
		    o->html, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		int error =
		    fd < 0 ? errno : out_all(fd, buf_data(&b), buf_len(&b));
		if (fd >= 0)
			close(fd);
		if (error != 0)
			r = err_set(e, ERR_OUTPUT, "cannot write %s: %s",
			    o->html, strerror(error));
	}
	buf_release(&b);
	return r;
}

int
load_merge(struct shell *sh, const struct opts *o)
{
	struct figures f;
	struct err e = { 0 };
	int r = 0, status = 0;
	figures_init(&f);
	f.machines = 0;
	for (size_t i = 0; i < o->merge.n && r >= 0; i++) {
		r = merge_one(sh, &f, o->merge.item[i], &e);
		status |= r > 0;
	}
	if (r >= 0)
		r = merge_tell(sh, o, &f, &e);
	for (size_t i = 0; i < o->fail_if.n && r >= 0; i++) {
		struct buf why = BUF_INIT;
		r = figures_holds(&f, o->fail_if.item[i], &why, &e);
		if (r > 0)
			out_error(&sh->out, "--fail-if %s", buf_str(&why));
		status |= r > 0;
		buf_release(&why);
	}
	if (r < 0)
		shell_error(sh, &e);
	figures_release(&f);
	return r < 0 ? err_status(e.kind) : status ? 1 : 0;
}
