#include "cmd/post.h"
#include "cmd/shell/editor.h"
#include "cmd/shell/shell.h"
#include "cmd/shell/state.h"
#include "cmd/shell/tty.h"
#include "cmd/talk/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/say/out.h"

#define COMPOSE_SHOWN 30 /* lines of what would be sent */
#define COMPOSE_MAX   (16u << 20)

#define COMPOSE_HINT                                                           \
	"# Header, an empty line, the text. Cc, Bcc, Reply-To; Attach: FILE "  \
	"and\n"                                                                \
	"# Inline: FILE take files. These lines are not sent.\n"

enum compose_step {
	COMPOSE_EDIT,
	COMPOSE_LOAD,
	COMPOSE_ASK,
	COMPOSE_SENT,
	COMPOSE_OVER
};

struct composing {
	struct act act;
	char *path;	 /* of the draft */
	struct buf made; /* as it was before the editor had it; empty: an
			    older one */
	bool good;	 /* a message could be made of it */
	struct draft draft;
	struct post post;
};

static int
compose_file(const char *path, const struct buf *b, struct err *e)
{
	state_folders(path);
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST)
		return 0;
	int failed = fd < 0 ? errno : out_all(fd, buf_data(b), buf_len(b));
	if (fd >= 0)
		close(fd);
	if (failed == 0)
		return 1;
	return err_set(e, ERR_OUTPUT, "cannot write the draft %s: %s", path,
	    strerror(failed));
}

static int
compose_read(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : 1;
	while (n > 0 && buf_len(b) <= COMPOSE_MAX) {
		n = read(fd, buf_space(b, 65536), 65536);
		if (n > 0)
			buf_commit(b, (size_t)n);
	}
	int failed = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return err_set(e, ERR_NOINPUT, "cannot read the draft %s: %s",
		    path, strerror(failed));
	if (n > 0)
		return err_set(e, ERR_DATA,
		    "the draft is larger than 16 MiB: Attach takes more");
	return 0;
}

/* From the text to a message. */
static int
compose_take(
    struct talk *t, struct composing *c, const struct buf *text, struct err *e)
{
	post_release(&c->post);
	draft_release(&c->draft);
	c->post = (struct post){ .text = TEXT_INIT };
	if (draft_parse(&c->draft, buf_data(text), buf_len(text), e) < 0)
		return -1;
	return post_make(&c->post, t, &c->draft, e);
}

static void
compose_keep(struct talk *t, struct composing *c)
{
	c->act.step = COMPOSE_OVER;
	talk_remark(
	    t, "the draft is kept as %s: \\compose goes on with it", c->path);
}

/* Whether it is a message, and if not why. */
static void
compose_told(struct talk *t, struct composing *c, int r, const struct err *why)
{
	c->good = r == 0;
	if (r < 0)
		talk_error(t, why);
}

/* The editor, and what it made. */
static int
compose_edit(struct talk *t, struct composing *c, struct err *e)
{
	struct buf text = BUF_INIT;
	struct err why;
	out_push(&shell_of(t)->out);
	int r = editor_run(c->path, e);
	if (r == 0)
		r = compose_read(c->path, &text, e);
	if (r < 0) {
		buf_release(&text);
		return -1;
	}
	bool same = buf_len(&text) == 0 ||
		    (buf_len(&text) == buf_len(&c->made) &&
			memcmp(buf_data(&text), buf_data(&c->made),
			    buf_len(&text)) == 0);
	if (same) {
		unlink(c->path);
		talk_remark(t, "nothing was written: nothing is sent");
	} else {
		compose_told(t, c, compose_take(t, c, &text, &why), &why);
	}
	buf_release(&text);
	c->act.step = same	? COMPOSE_OVER
		      : c->good ? COMPOSE_LOAD
				: COMPOSE_ASK;
	return ACT_MORE;
}

/* What would be sent, as far as a screen has room. */
static int
compose_show(struct talk *t, struct composing *c, struct err *e)
{
	struct post *p = &c->post;
	struct buf b = BUF_INIT;
	uint64_t size = 0;
	unsigned lines = 0;
	int sized = text_size(&p->text, &size, e);
	if (sized < 0)
		return -1;
	buf_addf(&b, "from <%s> to", buf_str(&p->from));
	for (size_t i = 0; i < p->to.n; i++)
		buf_addf(&b, "%s <%s>", i > 0 ? "," : "", p->to.path[i]);
	buf_addc(&b, '\n');
	const char *s = buf_data(&p->text.first);
	size_t len = buf_len(&p->text.first);
	for (; len > 0 && lines < COMPOSE_SHOWN; lines++) {
		const char *nl = memchr(s, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - s);
		buf_adds(&b, "    ");
		buf_add(&b, s, n > 0 && s[n - 1] == '\r' ? n - 1 : n);
		buf_addc(&b, '\n');
		n += nl != NULL;
		s += n;
		len -= n;
	}
	if (len > 0)
		buf_addf(&b, "    ... %llu octets in all\n",
		    (unsigned long long)size);
	shell_say(shell_of(t), buf_data(&b), buf_len(&b));
	buf_release(&b);
	return 0;
}

/* What is to become of it. */
static int
compose_ask(struct talk *t, struct composing *c, struct err *e)
{
	struct shell *sh = shell_of(t);
	struct buf b = BUF_INIT;
	if (c->good && compose_show(t, c, e) < 0)
		return -1;
	out_push(&sh->out);
	int r = tty_answer(&sh->loop,
	    c->good ? "Send it? [y]es, [e]dit, [n]o: "
		    : "Edit it again? [e]dit, [n]o: ",
	    &b, e);
	int said = buf_str(&b)[0] | 32;
	buf_release(&b);
	if (r < 0)
		return -1;
	if (said == 'y' && c->good) {
		c->act.step = COMPOSE_SENT;
		talk_post(t, &c->post);
	} else if (said == 'e') {
		c->act.step = COMPOSE_EDIT;
	} else {
		compose_keep(t, c);
	}
	return ACT_MORE;
}

static int
compose_resume(struct talk *t, struct act *a, struct err *e)
{
	struct composing *c = (struct composing *)a;
	struct err why;
	int r;
	switch ((enum compose_step)a->step) {
	case COMPOSE_EDIT:
		return compose_edit(t, c, e);
	case COMPOSE_LOAD:
		r = text_load(t, &c->post.text, &why);
		if (r > 0)
			return r;
		compose_told(t, c, r, &why);
		a->step = COMPOSE_ASK;
		return ACT_MORE;
	case COMPOSE_ASK:
		return compose_ask(t, c, e);
	case COMPOSE_SENT:
		if (post_is_taken(&c->post))
			unlink(c->path);
		else
			compose_keep(t, c);
		a->step = COMPOSE_OVER;
		return ACT_MORE;
	case COMPOSE_OVER:
		break;
	}
	return ACT_DONE;
}

static void
composing_release(struct talk *t, struct act *a)
{
	struct composing *c = (struct composing *)a;
	if (a->step != COMPOSE_OVER)
		compose_keep(t, c);
	post_release(&c->post);
	draft_release(&c->draft);
	buf_release(&c->made);
	free(c->path);
}

static const struct act_kind compose_kind = { "\\compose",
	sizeof(struct composing), compose_resume, NULL, composing_release };

/* The draft as it is before anybody has written. */
static int
compose_begin(
    struct talk *t, const struct cmd_args *a, struct buf *b, struct err *e)
{
	struct draft d = { 0 };
	struct buf from = BUF_INIT, to = BUF_INIT;
	int r = vars_expand(&t->vars, NULL, "${from}", 7, false, &from, e);
	if (r == 0)
		r = vars_expand(&t->vars, NULL, "${to:-}", 7, false, &to, e);
	const char *whom = a->n > 0 ? a->word[0] : buf_str(&to);
	if (r == 0 && buf_len(&from) > 0)
		r = draft_set(&d, "from", buf_str(&from), e);
	if (r == 0 && *whom != '\0')
		r = draft_set(&d, "to", whom, e);
	if (r == 0) {
		buf_adds(b, COMPOSE_HINT);
		draft_write(&d, b);
	}
	draft_release(&d);
	buf_release(&from);
	buf_release(&to);
	return r;
}

static int
compose_exec(struct talk *t, const struct cmd_args *a, struct err *e)
{
	if (!t->interactive)
		return err_set(e, ERR_USAGE,
		    "\\compose is for the prompt: \\mail-new makes a message "
		    "without an editor");
	char *path = state_path("draft");
	if (path == NULL)
		return err_set(e, ERR_USAGE, "HOME is not set");
	struct buf b = BUF_INIT;
	int r = compose_begin(t, a, &b, e);
	if (r == 0)
		r = compose_file(path, &b, e);
	if (r < 0) {
		free(path);
		buf_release(&b);
		return -1;
	}
	if (r == 0) {
		talk_remark(t, "going on with the draft %s", path);
		buf_clear(&b);
	}
	struct composing *c = act_push(t, &compose_kind);
	c->path = path;
	c->made = b;
	c->post.text = (struct text)TEXT_INIT;
	return 0;
}

/* It takes a person. */
static int
compose_may(const struct talk *t, const struct whose *w,
    const struct cmd_args *a, struct err *e)
{
	(void)t;
	(void)a;
	if (!w->file)
		return 0;
	return err_set(e, ERR_DATA,
	    "it is for the prompt: \\mail-new makes a message without an "
	    "editor");
}

const struct cmd cmd_compose = {
	.name = "compose",
	.is = CMD_SENDS | CMD_ALONE,
	.args = "[ADDRESS]",
	.text = "write a message in your editor, look at it, and mail it",
	.help = "$VISUAL or $EDITOR opens a draft: header lines, an empty "
		"line, the text; Attach: FILE and Inline: FILE take files. "
		"What is made of it is shown and you are asked. A draft that "
		"was not sent is kept, and the next \\compose goes on with "
		"it.",
	.exec = compose_exec,
	.may = compose_may,
};
