/* smtpsh: an SMTP shell. main() reads the options, sets the shell up, chooses
 * a front and gives its exit status. See smtpsh.1. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include "cmd/say/note.h"
#include "cmd/talk/cmd.h"
#include "cmd/front/bounds.h"
#include "cmd/front/completion.h"
#include "cmd/front/convert.h"
#include "cmd/front/diagnose.h"
#include "cmd/know/explain.h"
#include "cmd/front/folder.h"
#include "cmd/front/host.h"
#include "cmd/front/jobs.h"
#include "cmd/front/load.h"
#include "cmd/front/many.h"
#include "cmd/front/message.h"
#include "cmd/front/opts_read.h"
#include "cmd/front/places.h"
#include "cmd/front/source.h"
#include "cmd/front/setup.h"
#include "cmd/front/setup_place.h"
#include "cmd/front/verdict.h"
#include "cmd/term/prompt.h"

/* What an unattended run may still take once a signal wants its end. */
#define MAIN_END_US 800000

/* What a signal handler can reach. */
static struct loop *main_loop;
static volatile sig_atomic_t main_hastens;
static volatile sig_atomic_t main_raised;

static void
main_signal(int sig)
{
	static const struct itimerval end = { { 0, 0 }, { 0, MAIN_END_US } };
	if (main_loop == NULL)
		return;
	main_raised = sig;
	loop_raise(main_loop, sig);
	if (main_hastens)
		setitimer(ITIMER_REAL, &end, NULL);
}

/* Whatever it is in does not come back: a library, a file that nobody opens or
 * reads. */
static void
main_too_late(int sig)
{
	(void)sig;
	_exit(128 + main_raised);
}

/* Memory ran out, or a check of ours failed: EX_SOFTWARE, not a core. */
static void
main_abort(int sig)
{
	static const char text[] = "smtpsh: out of memory or out of its mind\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
	(void)n;
	(void)sig;
	_exit(70);
}

/* A socket must never become descriptor 0, 1 or 2. What is written where
 * nothing was open must still fail: reading it is all that one may. */
static void
main_descriptors(void)
{
	int fd;
	/* What is read where nothing was open must fail, too. */
	if (fcntl(STDIN_FILENO, F_GETFD) < 0)
		open("/dev/null", O_WRONLY);
	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void
main_process(void)
{
	/* Secrets pass through this memory: it is not to be dumped. */
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
/* The leak checker traces its own process at exit, and waits for ever if it
	 * may not. */
#if defined(PR_SET_DUMPABLE) && !defined(__SANITIZE_ADDRESS__)
	prctl(PR_SET_DUMPABLE, 0);
#endif
	signal(SIGPIPE, SIG_IGN);
	/* A write that a limit forbids fails with EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGABRT, main_abort);
}

static void
main_catch(struct shell *sh)
{
	struct sigaction sa = { .sa_handler = main_signal };
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };
	main_loop = &sh->loop;
	for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++) {
		struct sigaction was;
		/* nohup and background jobs ignore what they ignore. */
		if (sigaction(sigs[i], NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN)
			sigaction(sigs[i], &sa, NULL);
	}
}

/* Nobody waits for an unattended run that is to end. */
static void
main_haste(struct shell *sh)
{
	struct sigaction sa = { .sa_handler = main_too_late };
	sigaction(SIGALRM, &sa, NULL);
	main_hastens = true;
	sh->out.raised = &sh->loop.raised;
	sh->out.wake_fd = sh->loop.wake[0];
}

/* What was asked for and not done at all does not end well. */
static void
main_skipped(struct shell *sh)
{
	const struct tally *y = &sh->talk.tally;
	struct err e;
	if (y->files == 0 || y->files_skipped < y->files ||
	    shell_status(sh) != 0)
		return;
	err_set(&e, ERR_REFUSED, "%s skipped: nothing was tried",
	    y->files == 1 ? "the file was" : "all files were");
	shell_error(sh, &e);
}

/* -c and -f in the order given; lines of -c behind each other are one
 * conversation. */
static void
main_run(struct shell *sh, const struct opts *o)
{
	if (o->wiped)
		talk_remark(&sh->talk,
		    "-c: a secret stood in the arguments, where others could "
		    "see it; it was wiped there (--auth-password-file, or a "
		    "pipe, keeps it out of them)");
	for (size_t i = 0; i < o->nrun && !sh->talk.leaving;) {
		size_t n = 0;
		bool file = o->run[i].file;
		if (file && o->jobs == NULL) {
			source_file(sh, o->run[i++].text);
			continue;
		}
		while (i + n < o->nrun && o->run[i + n].file == file)
			n++;
		if (file)
			jobs_run(sh, o, &o->run[i], n);
		else if (source_words(sh, &o->run[i], n) < 0)
			break;
		i += n;
	}
	main_skipped(sh);
}

/* The last word to those who count: what became of the whole run. */
static void
main_tell_end(struct shell *sh, const struct opts *o, int status)
{
	const struct tally *y = &sh->talk.tally;
	/* What failed and is no file's is the run's own. */
	bool alone = status != 0 && y->files == 0;
	struct event ev = { .kind = EV_END,
		.file = o->nrun > 0 && o->run[0].file ? o->run[0].text
			: o->nrun > 0		      ? "-c"
			: o->front == FRONT_MESSAGE   ? "message"
						      : "standard input",
		.files = y->files,
		.files_failed = alone ? 1 : y->files_failed,
		.files_skipped = y->files_skipped,
		.took_ns = loop_now_ns() - sh->began_ns,
		.status = status,
		.met = status == 0 && o->front == FRONT_MESSAGE,
		.text = status != 0 && sh->talk.told.kind != ERR_NONE
			    ? sh->talk.told.text
			    : "" };
	talk_put(&sh->talk, &ev);
}

static int
main_interactive(struct shell *sh, const struct opts *o)
{
	struct err e = { 0 };
	sh->talk.interactive = true;
	main_loop = NULL; /* the prompt sees to signals */
	main_hastens = false;
	sh->out.raised = NULL;
	if (!o->no_rc)
		setup_rc(sh);
	main_loop = &sh->loop;
	if (sh->talk.has_where || sh->talk.sandbox != NULL)
		shell_do(sh, talk_begin);
	if (sh->talk.told.kind != ERR_NONE && sh->talk.link == NULL)
		talk_remark(&sh->talk,
		    "not connected: \\connect tries again, \\quit leaves");
	sh->talk.tally = (struct tally){ 0 };
	if (prompt_run(sh, &e) < 0) {
		shell_error(sh, &e);
		return err_status(e.kind);
	}
	return sh->talk.tally.status > 128 ? sh->talk.tally.status : 0;
}

static int main_front(struct shell *sh, const struct opts *o);

/* --mx-all: the same with every host; the status is that of the first that
 * failed. */
static int
main_each(struct shell *sh, const struct opts *o)
{
	shell_do(sh, mx_route);
	if (sh->talk.mx.route == NULL)
		return shell_status(sh);
	for (size_t i = 0; i < sh->talk.mx.route->n; i++) {
		sh->talk.mx.next = i;
		main_front(sh, o);
	}
	return shell_status(sh);
}

static int
main_front(struct shell *sh, const struct opts *o)
{
	if (o->front == FRONT_LOAD)
		load_run(sh, o);
	else if (o->front == FRONT_MESSAGE && many_is(o))
		many_run(sh, o);
	else if (o->front == FRONT_MESSAGE)
		message_run(sh, o);
	else if (o->nrun > 0)
		main_run(sh, o);
	else if (isatty(STDIN_FILENO))
		return main_interactive(sh, o);
	else
		source_stream(sh, STDIN_FILENO, "standard input");
	return shell_status(sh);
}

/* A word, or a reply as it stands in a log: "550 5.1.1 No such user". Of that
 * all that is known is told. */
static int
main_explain(struct buf *b, const char *text, struct err *e)
{
	struct cmd_args a = { 0 };
	struct err ignored;
	bool any = false;
	if (strchr(text, ' ') == NULL)
		return explain_word(b, text, strlen(text), e);
	/* Behind a quote that does not end is nothing to explain. */
	if (cmd_split(&a, text, strlen(text), &ignored) < 0)
		ignored.kind = ERR_NONE;
	if (a.n == 2 && explain_pair(b, a.word[0], a.word[1])) {
		cmd_args_release(&a);
		return 0;
	}
	any = diagnose_reply(b, text);
	for (size_t i = 0; i < a.n; i++) {
		bool digit = a.word[i][0] >= '2' && a.word[i][0] <= '5';
		if (i > 0 && !digit)
			break;
		if (any)
			buf_addc(b, '\n');
		any |= explain_word(b, a.word[i], strlen(a.word[i]), e) == 0;
	}
	cmd_args_release(&a);
	return any ? 0 : -1;
}

/* What needs no session: texts. -1: there is a session to run. */
static int
main_texts(struct shell *sh, const struct opts *o)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int r = 0;
	if (o->help)
		r = opts_usage(&b, o->help_group, &e);
	else if (o->version)
		buf_adds(&b, "smtpsh " VERSION "\n");
	else if (o->print_config != NULL)
		opts_print(&b, o);
	else if (o->completion != NULL)
		completion_script(&b, o->completion);
	else if (o->list != NULL && strcmp(o->list, "hosts") == 0)
		r = place_names(&b, &e);
	else if (o->list != NULL)
		completion_list(&b, o->list);
	else if (o->convert != NULL)
		r = convert_text(&b, o, &e);
	else if (!o->explain)
		return -1;
	for (size_t i = 0; i < o->words.n && r == 0; i++) {
		if (i > 0)
			buf_addc(&b, '\n');
		if (i + 1 < o->words.n &&
		    explain_pair(&b, o->words.item[i], o->words.item[i + 1]))
			i++;
		else
			r = main_explain(&b, o->words.item[i], &e);
	}
	if (o->convert != NULL && sh->out.terminal)
		convert_escape(&b);
	struct buf page = BUF_INIT;
	if (r == 0)
		r = setup_settings(sh, o, &e);
	note_page(&page, buf_data(&b), buf_len(&b),
	    o->help || o->explain ? shell_page_width(sh) : 0);
	out_write(&sh->out, buf_data(&page), buf_len(&page));
	buf_release(&page);
	buf_release(&b);
	if (r < 0)
		shell_error(sh, &e);
	return r < 0 ? err_status(e.kind) : 0;
}

static int
main_serve(struct shell *sh, const struct opts *o)
{
	struct host h = { 0 };
	struct err e = { 0 };
	int status;
	if (setup_vars(sh, o, &e) < 0 || host_init(&h, o, sh, true, &e) < 0) {
		shell_error(sh, &e);
		status = err_status(e.kind);
	} else {
		if (h.tls != NULL && tls_ctx_keys(h.tls) != NULL)
			out_error(&sh->out, SECURE_KEYS, tls_ctx_keys(h.tls));
		status = host_serve(&h, o, sh);
	}
	host_release(&h);
	return status;
}

static int
main_merge(struct shell *sh, const struct opts *o)
{
	struct err e = { 0 };
	if (setup_settings(sh, o, &e) == 0)
		return load_merge(sh, o);
	shell_error(sh, &e);
	return err_status(e.kind);
}

/* An output that is not whole is told, whatever else went wrong. */
static int
main_end(struct shell *sh, int status)
{
	struct err e = { 0 };
	if (shell_release(sh, &e) == 0 || status == err_status(e.kind))
		return status;
	fprintf(stderr, "smtpsh: %s\n", e.text);
	return status == 0 ? err_status(e.kind) : status;
}

/* What could not be written is told; and of mail that went out all the same,
 * since a status alone would have it sent again. */
static void
main_tell_output(const struct err *e, const struct buf *taken)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "smtpsh: %s\n", e->text);
	if (buf_len(taken) > 0) {
		buf_adds(&b, "smtpsh: mail went out all the same: ");
		escape_add(&b, buf_data(taken), buf_len(taken), false);
		buf_addc(&b, '\n');
	}
	fputs(buf_str(&b), stderr);
	buf_release(&b);
}

static int
main_session(struct shell *sh, struct opts *o, struct err *e)
{
	struct host h = { 0 };
	struct proxy_url proxy = { 0 };
	int status;
	bool sandboxed = o->sandbox || (o->mock != NULL && o->host == NULL);
	if (setup_session(sh, o, &proxy, e) < 0 || folder_expand(o, e) < 0 ||
	    (sandboxed && host_init(&h, o, sh, false, e) < 0)) {
		shell_error(sh, e);
		status = err_status(e->kind);
	} else {
		sh->sandbox = h.peer;
		sh->talk.sandbox = sandboxed ? &sh->sandbox : NULL;
		bounds_hold(o);
		status = o->diagnose ? diagnose_host(sh, o)
			 : o->mx_all ? main_each(sh, o)
				     : main_front(sh, o);
	}
	talk_close(&sh->talk);
	verdict_lint(sh);
	if (!sh->talk.interactive && !o->diagnose) {
		verdict_tell(sh, o, status);
		main_tell_end(sh, o, status);
	}
	struct buf taken = sh->taken;
	buf_init(&sh->taken);
	int r = shell_release(sh, e);
	if (r < 0 && status != err_status(e->kind))
		main_tell_output(e, &taken);
	buf_release(&taken);
	/* What the command line wants written outweighs a refusal. */
	if (r < -1 || (r < 0 && status == 0))
		status = err_status(e->kind);
	if (!sh->talk.interactive && sh->loop.raised != 0)
		status = 128 + sh->loop.raised;
	host_release(&h);
	proxy_url_release(&proxy);
	return status;
}

int
main(int argc, char **argv)
{
	struct shell sh;
	struct opts o = { 0 };
	struct opts_words words;
	struct err e = { 0 };
	main_descriptors();
	main_process();
	if (shell_init(&sh, &e) < 0) {
		fprintf(stderr, "smtpsh: %s\n", e.text);
		return err_status(e.kind);
	}
	if (opts_read(&o, &words, argc, argv, &e) < 0 ||
	    opts_check(&o, isatty(STDIN_FILENO), &e) < 0) {
		shell_error(&sh, &e);
		opts_release(&o);
		opts_words_release(&words);
		return main_end(&sh, err_status(e.kind));
	}
	o.wiped = opts_wipe(&o);
	int status = main_texts(&sh, &o);
	if (status >= 0) {
		status = main_end(&sh, status);
		opts_release(&o);
		opts_words_release(&words);
		return status;
	}
	main_catch(&sh);
	/* A run of many sessions and a server end politely, and tell. */
	if (!o.load && o.serve == NULL)
		main_haste(&sh);
	if (o.front == FRONT_MERGE) {
		status = main_end(&sh, main_merge(&sh, &o));
	} else if (o.diagnose && diagnose_reads(&o)) {
		status = setup_settings(&sh, &o, &e) < 0 ||
				 setup_sinks(&sh, &o, &e) < 0
			     ? err_status(e.kind)
			     : diagnose_file(&sh, &o);
		status = main_end(&sh, status);
	} else if (o.serve != NULL) {
		status = main_end(&sh, main_serve(&sh, &o));
	} else {
		setup_places(&sh, &o, argc, argv);
		status = main_session(&sh, &o, &e);
	}
	opts_release(&o);
	opts_words_release(&words);
	return status;
}
