/* The process: what its conversation tells goes to the sinks, what it asks for
 * is found here. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/say/note.h"
#include "cmd/shell/pager.h"
#include "cmd/shell/password.h"
#include "cmd/shell/setting.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/cmd.h"

#define SHELL_GOT_MAX 400 /* of what came, in a line on standard error */

struct shell *
shell_of(const struct talk *t)
{
	return t->house;
}

void
shell_add_sink(struct shell *sh, struct sink *s)
{
	s->next = sh->sinks;
	sh->sinks = s;
}

void
shell_drop_sink(struct shell *sh, const struct sink *s)
{
	struct sink **at = &sh->sinks;
	while (*at != NULL && *at != s)
		at = &(*at)->next;
	if (*at != NULL)
		*at = s->next;
}

/* --quiet shows errors only, and these are some. */
static void
shell_tell_refusal(struct shell *sh, const struct event *ev)
{
	struct buf b = BUF_INIT;
	bool plain = ev->verb != NULL && ev->verb->id != VERB_RESPONSE &&
		     !(ev->verb->is & VERB_HAS_SECRET) && ev->answers != NULL &&
		     ev->answers[0] != '\0';
	if (plain)
		buf_addf(&b, "%s: ", ev->answers);
	else if (ev->verb != NULL)
		buf_addf(&b, "%s: ", ev->verb->name);
	talk_quote(ev->reply, &b);
	out_error(&sh->out, "%s", buf_str(&b));
	buf_release(&b);
}

static void
shell_tell_verdict(struct shell *sh, const struct event *ev)
{
	const char *file = ev->file == NULL ? "input" : ev->file;
	if (sh->out.terminal && sh->screen != NULL)
		return;
	if (ev->verdict == VERDICT_UNJUDGED)
		out_error(&sh->out, "%s:%u: %d was judged by nothing", file,
		    ev->line, ev->code);
	else if (ev->verdict == VERDICT_MISSED)
		out_error(&sh->out, "%s:%u: expected %s, got %.*s", file,
		    ev->line, ev->expected,
		    (int)(ev->len < SHELL_GOT_MAX ? ev->len : SHELL_GOT_MAX),
		    ev->text);
}

void
shell_put(struct shell *sh, struct event *ev)
{
	if (ev->kind == EV_VERDICT)
		shell_tell_verdict(sh, ev);
	if (ev->kind == EV_MAILED && ev->mailed->accepted > 0) {
		buf_clear(&sh->taken);
		buf_add(&sh->taken, ev->text, ev->len);
	}
	/* Where nothing shows it, whatever is written to files. */
	if (sh->screen == NULL && !sh->machine && ev->kind == EV_REPLY &&
	    !sh->talk.expects && ev->reply->code >= 400)
		shell_tell_refusal(sh, ev);
	ev->at_ns = loop_now_ns() - sh->began_ns;
	for (struct sink *s = sh->sinks; s != NULL; s = s->next)
		s->put(s, ev);
}

void
shell_aside(struct shell *sh, unsigned n, const char *name, struct event *ev)
{
	ev->at_ns = loop_now_ns() - sh->began_ns;
	for (struct sink *s = sh->sinks; s != NULL; s = s->next)
		if (s->aside != NULL)
			s->aside(s, n, name, ev);
}

static void
env_put(struct talk *t, struct event *ev)
{
	shell_put(shell_of(t), ev);
}

static void
env_error(struct talk *t, const struct err *e)
{
	struct shell *sh = shell_of(t);
	int status = e->kind == ERR_INTR && sh->loop.raised != 0
			 ? 128 + sh->loop.raised
			 : err_status(e->kind);
	if (t->tally.status == 0)
		t->tally.status = status;
	/* ERR_DATA of the parser names its place itself. */
	if (t->file != NULL && t->line > 0 && e->kind != ERR_DATA)
		out_error(&sh->out, "%s:%u: %s", t->file, t->line, e->text);
	else
		out_error(&sh->out, "%s", e->text);
}

void
shell_error(struct shell *sh, const struct err *e)
{
	talk_error(&sh->talk, e);
}

static void
env_complain(struct talk *t, const char *text)
{
	out_error(&shell_of(t)->out, "%s", text);
}

static struct tls_ctx *
env_tls(struct talk *t, struct err *e)
{
	struct trust *s = &shell_of(t)->trust;
	const struct tls_config c = { .role = TLS_CLIENT,
		.ca = s->ca,
		.cert = s->cert,
		.key = s->key,
		.protocol = s->protocol,
		.cipher = s->cipher,
		.resume = s->resume,
		.keylog = getenv("SSLKEYLOGFILE") };
	if (s->ctx != NULL)
		return s->ctx;
	if (tls_ctx_new(&s->ctx, &c, e) < 0)
		return NULL;
	if (tls_ctx_keys(s->ctx) != NULL)
		out_error(&shell_of(t)->out, SECURE_KEYS, tls_ctx_keys(s->ctx));
	return s->ctx;
}

static struct dns *
env_dns(struct talk *t, struct err *e)
{
	return shell_dns(shell_of(t), e);
}

static int
env_user(struct talk *t, const char *host, char **user, struct err *e)
{
	struct shell *sh = shell_of(t);
	free(sh->typed_user);
	sh->typed_user = NULL;
	if (password_user(&t->auth, host, t->interactive, &sh->typed_user, e) <
	    0)
		return -1;
	*user = sh->typed_user == NULL ? NULL : mem_dup(sh->typed_user);
	return 0;
}

static int
env_secret(struct talk *t, const char *user, const char *host,
    struct sasl_secret *out, struct err *e)
{
	return password_get(&t->auth, user, host, out, e);
}

static void
env_hide(struct talk *t, const char *p, size_t len)
{
	redact_add(&shell_of(t)->redact, p, len);
}

static int
env_peer_cert(struct talk *t, const char *p, size_t len, struct err *e)
{
	const char *path = shell_of(t)->trust.save_peer;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd >= 0 && (errno = out_all(fd, p, len)) == 0 && close(fd) == 0)
		return 0;
	return err_set(
	    e, ERR_OUTPUT, "cannot write %s: %s", path, strerror(errno));
}

/* Keeps what the sandbox received when its connection goes. */
static void
env_closing(struct talk *t)
{
	struct shell *sh = shell_of(t);
	struct conn *c = link_conn(t->link);
	struct peer *peer = c == NULL ? NULL : conn_peer(c);
	if (peer == NULL || !sh->sandbox.keep)
		return;
	struct peer_message **end = &sh->kept;
	while (*end != NULL)
		end = &(*end)->next;
	for (const struct peer_message *m = peer_messages(peer); m != NULL;
	     m = m->next) {
		struct peer_message *copy = mem_zalloc(sizeof *copy);
		copy->sender = mem_dup(m->sender);
		copy->mailbox = mem_dup(m->mailbox);
		copy->text = mem_dupn(m->text, m->len);
		copy->len = m->len;
		*end = copy;
		end = &copy->next;
	}
}

static uint64_t
env_text_max(const struct talk *t)
{
	const struct shell *sh = shell_of(t);
	return sh->record != NULL		     ? UINT64_MAX
	       : sh->sinks == NULL || sh->look.brief ? 0
	       : sh->look.text_max == TEXT_MAX_AUTO  ? TEXT_MAX_OCTETS
						     : sh->look.text_max;
}

static const struct talk_env shell_env = { .put = env_put,
	.error = env_error,
	.complain = env_complain,
	.command = cmd_run,
	.word = cmd_word,
	.tls = env_tls,
	.dns = env_dns,
	.user = env_user,
	.secret = env_secret,
	.hide = env_hide,
	.peer_cert = env_peer_cert,
	.closing = env_closing,
	.text_max = env_text_max,
	.guess = mistyped_line };

const struct talk_env *
shell_talk_env(void)
{
	return &shell_env;
}

static void
shell_hide(const void *arg, struct buf *b, const char *p, size_t len)
{
	redact_error(arg, b, p, len);
}

int
shell_init(struct shell *sh, struct err *e)
{
	*sh = (struct shell){ .began_ns = loop_now_ns() };
	if (loop_init(&sh->loop) < 0)
		return err_set(e, ERR_BUG, "cannot make a pipe");
	out_init(&sh->out);
	redact_init(&sh->redact);
	talk_init(&sh->talk, &shell_env, sh);
	sh->hide = (struct sight_hide){ shell_hide, &sh->redact };
	sh->sight.hide = &sh->hide;
	sh->talk.past = &sh->sight;
	sh->redact.reveal = &sh->talk.set.reveal;
	sh->out.redact = &sh->redact;
	setting_start(sh);
	return 0;
}

int
shell_end_record(struct shell *sh, struct err *e)
{
	struct sink *s = sh->record;
	shell_drop_sink(sh, s);
	sh->record = NULL;
	return s->close(s, e);
}

static void
shell_free_kept(struct shell *sh)
{
	while (sh->kept != NULL) {
		struct peer_message *m = sh->kept;
		sh->kept = m->next;
		free(m->sender);
		free(m->mailbox);
		free(m->text);
		free(m);
	}
}

int
shell_release(struct shell *sh, struct err *e)
{
	talk_release(&sh->talk);
	buf_release(&sh->taken);
	sight_release(&sh->sight);
	lint_release(&sh->lint);
	int r = 0;
	while (sh->sinks != NULL) {
		struct sink *s = sh->sinks;
		sh->sinks = s->next;
		if (s->close(s, e) < 0)
			r = -2;
	}
	struct err why;
	if (out_release(&sh->out, &why) < 0 && r == 0) {
		*e = why;
		r = -1;
	}
	shell_free_kept(sh);
	names_release(&sh->names);
	tls_ctx_free(sh->trust.ctx);
	free(sh->typed_user);
	while (sh->place != NULL) {
		struct shell_place *p = sh->place;
		sh->place = p->before;
		p->free(p);
	}
	redact_release(&sh->redact);
	loop_release(&sh->loop);
	return r;
}

int
shell_status(const struct shell *sh)
{
	return talk_status(&sh->talk);
}

/* The lines as people see them. */
static void
shell_lines(const struct shell *sh, const char *p, size_t len, struct buf *b)
{
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		if (!sh->talk.interactive)
			buf_adds(b, n > 0 ? "# " : "#");
		escape_add(b, p, n, true);
		buf_addc(b, '\n');
		n += nl != NULL;
		p += n;
		len -= n;
	}
}

static void
shell_remarks(struct shell *sh, const char *p, size_t len)
{
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		talk_remark(&sh->talk, "%.*s", (int)n, p);
		n += nl != NULL;
		p += n;
		len -= n;
	}
}

static void
shell_show(struct shell *sh, const char *p, size_t len, bool page)
{
	if (sh->machine) {
		shell_remarks(sh, p, len);
		return;
	}
	struct buf b = BUF_INIT;
	shell_lines(sh, p, len, &b);
	bool reads = page && sh->talk.interactive && sh->out.terminal;
	if (reads)
		out_push(&sh->out);
	if (!reads || !pager_show(sh->out.fd, buf_data(&b), buf_len(&b)))
		out_write(&sh->out, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

void
shell_say(struct shell *sh, const char *p, size_t len)
{
	shell_show(sh, p, len, false);
}

size_t
shell_page_width(const struct shell *sh)
{
	size_t width = (size_t)sh->look.width;
	bool narrow =
	    sh->look.terminal && width >= 20 && width < NOTE_PAGE_WIDTH;
	return narrow ? width : NOTE_PAGE_WIDTH;
}

void
shell_page(struct shell *sh, const char *p, size_t len)
{
	struct buf b = BUF_INIT;
	size_t width = shell_page_width(sh);
	note_page(&b, p, len,
	    sh->machine		   ? 0
	    : sh->talk.interactive ? width
				   : width - 2);
	shell_show(sh, buf_data(&b), buf_len(&b), true);
	buf_release(&b);
}
