/* smtpsh: an SMTP shell. main() reads the options, sets the shell up, chooses
 * a front and gives its exit status. See smtpsh.1. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "cmd/say/note.h"
#include "cmd/talk/cmd.h"
#include "cmd/front/completion.h"
#include "cmd/know/explain.h"
#include "cmd/front/host.h"
#include "cmd/front/message.h"
#include "cmd/front/source.h"
#include "cmd/shell/setting.h"
#include "cmd/term/prompt.h"

/* The one thing a signal handler can reach. */
static struct loop *main_loop;

static void
main_signal(int sig)
{
	if (main_loop != NULL)
		loop_raise(main_loop, sig);
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

static void
main_look(struct shell *sh, const struct opts *o)
{
	struct winsize ws = { 0 };
	struct err e;
	const char *columns = getenv("COLUMNS");
	if (sh->out.terminal)
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws);
	int width = ws.ws_col;
	if (width == 0 && columns != NULL)
		width = (int)strtol(columns, NULL, 10);
	sh->look.terminal = sh->out.terminal;
	sh->look.width = width;
	sh->look.remarks = !o->no_remarks;
	if (o->colour != NULL)
		setting_set(
		    sh, setting_find("colour"), "--color", o->colour, &e);
}

/* Where the output goes, in which form. */
static int
main_sinks(struct shell *sh, const struct opts *o, struct err *e)
{
	const char *format = o->format == NULL ? "text" : o->format;
	main_look(sh, o);
	sh->machine = strcmp(format, "text") != 0;
	if (strcmp(format, "json") == 0) {
		shell_add_sink(sh, json_new(&sh->out, &sh->redact));
	} else if (strcmp(format, "tap") == 0) {
		shell_add_sink(sh, tap_new(&sh->out, &sh->redact));
	} else if (!o->quiet) {
		sh->screen = human_new(&sh->out, &sh->look, &sh->redact);
		shell_add_sink(sh, sh->screen);
	}
	if (o->junit != NULL) {
		struct sink *s = junit_new(o->junit, &sh->redact, e);
		if (s == NULL)
			return -1;
		shell_add_sink(sh, s);
	}
	if (o->record != NULL) {
		sh->record = record_new(o->record, &sh->redact, e);
		if (sh->record == NULL)
			return -1;
		shell_add_sink(sh, sh->record);
	}
	return 0;
}

static int
main_define(struct shell *sh, const struct opts *o, struct err *e)
{
	for (size_t i = 0; i < o->ndefine; i++) {
		const char *eq = strchr(o->define[i], '=');
		if (eq == NULL)
			return err_set(e, ERR_USAGE,
			    "-D %s: expected NAME=VALUE", o->define[i]);
		char *name =
		    mem_dupn(o->define[i], (size_t)(eq - o->define[i]));
		int r = vars_set(&sh->talk.vars, name, eq + 1, strlen(eq + 1), e);
		free(name);
		if (r < 0)
			return -1;
	}
	if (o->helo != NULL &&
	    vars_set(&sh->talk.vars, "helo", o->helo, strlen(o->helo), e) < 0)
		return -1;
	if (o->from != NULL &&
	    vars_set(&sh->talk.vars, "from", o->from, strlen(o->from), e) < 0)
		return -1;
	if (o->nto > 0 &&
	    vars_set(&sh->talk.vars, "to", o->to[0], strlen(o->to[0]), e) < 0)
		return -1;
	return 0;
}

static int
main_where(struct shell *sh, const struct opts *o, struct err *e)
{
	struct where *w = &sh->talk.where;
	w->lmtp = o->lmtp;
	w->family = o->family;
	if (o->bind != NULL)
		w->bind = mem_dup(o->bind);
	if (o->socket != NULL && o->serve == NULL) {
		w->kind = WHERE_UNIX;
		w->path = mem_dup(o->socket);
		sh->talk.has_where = true;
	} else if (o->pipe != NULL) {
		w->kind = WHERE_PIPE;
		w->command = mem_dup(o->pipe);
		sh->talk.has_where = true;
	} else if (o->mx != NULL) {
		w->kind = WHERE_TCP;
		sh->talk.has_where = true;
	} else if (o->host != NULL) {
		if (where_parse(w, o->host, e) < 0)
			return -1;
		w->lmtp |= o->lmtp;
		sh->talk.has_where = true;
	}
	if ((o->mx != NULL) + (o->socket != NULL) + (o->pipe != NULL) +
		(o->host != NULL) + o->sandbox >
	    1)
		return err_set(e, ERR_USAGE,
		    "a host, --mx, --socket, --pipe and --sandbox exclude each "
		    "other");
	if (o->port != NULL) {
		free(w->port);
		w->port = mem_dup(o->port);
	}
	return 0;
}

static int
main_setting(
    struct shell *sh, const char *name, const char *value, struct err *e)
{
	char said[32];
	snprintf(said, sizeof said, "--%s", name);
	return setting_set(sh, setting_find(name), said, value, e);
}

static int
main_modes(struct shell *sh, const struct opts *o, struct err *e)
{
	if (o->nrun > 0 && (o->body != NULL || o->nheader > 0 ||
			       o->data != NULL || o->quit_after != NULL))
		return err_set(e, ERR_USAGE,
		    "--body, --header, --data and --quit-after mail a message; "
		    "-c and -f run lines: give one or the other");
	sh->talk.secure = (struct secure){ .level = o->tls	 ? TLS_VERIFY
					       : o->tls_optional ? TLS_MAY
								 : TLS_NONE,
		.on_connect = o->tls_on_connect,
		.sni = o->tls_sni,
		.verify_host = o->tls_verify_host,
		.save_peer = o->tls_save != NULL };
	sh->trust = (struct trust){ .ca = o->tls_ca,
		.cert = o->tls_cert,
		.key = o->tls_key,
		.protocol = o->tls_protocol,
		.cipher = o->tls_cipher,
		.save_peer = o->tls_save };
	sh->talk.auth = (struct auth){ .asked = o->auth,
		.mech = o->auth_mech,
		.user = o->auth_user,
		.file = o->auth_file,
		.command = o->auth_command,
		.fd = o->auth_fd,
		.netrc = o->netrc,
		.insecure = o->auth_insecure,
		.loop = &sh->loop };
	if (o->bare && main_setting(sh, "bare", "on", e) < 0)
		return -1;
	if (o->early && main_setting(sh, "early", "on", e) < 0)
		return -1;
	if (o->stop && main_setting(sh, "stop", "on", e) < 0)
		return -1;
	if (o->keep_going && main_setting(sh, "keep-going", "on", e) < 0)
		return -1;
	if (o->tls_verify != NULL &&
	    main_setting(sh, "tls-verify", o->tls_verify, e) < 0)
		return -1;
	if (o->dialect != NULL)
		sh->talk.force_dialect =
		    strcmp(o->dialect, "821") == 0 ? DIALECT_821 : DIALECT_5321;
	if (o->timeout != NULL &&
	    main_setting(sh, "timeout", o->timeout, e) < 0)
		return -1;
	return 0;
}

/* By which way: DNS, a proxy. */
static int
main_way(struct shell *sh, const struct opts *o, struct proxy_url *proxy,
    struct err *e)
{
	sh->names.resolver = o->resolver;
	sh->names.trust_anchor = o->trust_anchor;
	sh->talk.mx.domain = o->mx;
	sh->talk.mx.dane = o->dane;
	sh->talk.mx.each = o->mx_all;
	sh->talk.mx.asked = sh->talk.secure.level;
	sh->talk.mx.resolver = o->resolver != NULL;
	if (o->mx_all && o->mx == NULL)
		return err_set(e, ERR_USAGE, "--mx-all goes with --mx DOMAIN");
	if (o->proxy_protocol != NULL)
		sh->talk.proxy_protocol = o->proxy_protocol[0] - '0';
	if (o->proxy == NULL)
		return 0;
	if (proxy_url_parse(proxy, o->proxy, e) < 0)
		return -1;
	/* The process list shows argv to everyone. */
	if (proxy->password != NULL)
		explicit_bzero((char *)(uintptr_t)o->proxy, strlen(o->proxy));
	if (proxy->password != NULL)
		redact_add(
		    &sh->redact, proxy->password, strlen(proxy->password));
	sh->talk.proxy = proxy;
	return 0;
}

static bool
main_is_message(const struct opts *o)
{
	return o->nrun == 0 &&
	       (o->nto > 0 || o->data != NULL || o->quit_after != NULL ||
		   o->body != NULL || o->nheader > 0);
}

/* -c and -f in the order given; lines of -c behind each other are one
 * conversation. */
static void
main_run(struct shell *sh, const struct opts *o)
{
	for (size_t i = 0; i < o->nrun && !sh->talk.leaving;) {
		size_t n = 0;
		if (o->run[i].file) {
			source_file(sh, o->run[i++].text);
			continue;
		}
		while (i + n < o->nrun && !o->run[i + n].file)
			n++;
		if (source_words(sh, &o->run[i], n) < 0)
			break;
		i += n;
	}
}

/* The last word to those who count: what became of the whole run. */
static void
main_tell_end(struct shell *sh, const struct opts *o, int status)
{
	struct event ev = { .kind = EV_END,
		.file = o->nrun > 0	     ? "-c"
			: main_is_message(o) ? "message"
					     : "standard input",
		.files = sh->talk.tally.files,
		.files_failed = sh->talk.tally.files_failed,
		.took_ns = loop_now_ns() - sh->began_ns,
		.status = status,
		.met = status == 0 && main_is_message(o),
		.text = status != 0 && sh->talk.told.kind != ERR_NONE ? sh->talk.told.text
								 : "" };
	talk_put(&sh->talk, &ev);
}

/* $XDG_CONFIG_HOME/smtpsh/rc: the same language, for people's sessions. */
static void
main_rc(struct shell *sh)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	if (base != NULL && base[0] == '/')
		path = mem_printf("%s/smtpsh/rc", base);
	else if (home != NULL && home[0] == '/')
		path = mem_printf("%s/.config/smtpsh/rc", home);
	if (path != NULL && access(path, F_OK) == 0)
		source_rc(sh, path);
	free(path);
	sh->talk.tally = (struct tally){ 0 };
}

static int
main_interactive(struct shell *sh, const struct opts *o)
{
	struct err e = { 0 };
	sh->talk.interactive = true;
	main_loop = NULL; /* the prompt sees to signals */
	if (!o->no_rc)
		main_rc(sh);
	main_loop = &sh->loop;
	if (sh->talk.has_where || sh->talk.sandbox != NULL)
		shell_do(sh, talk_begin);
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
	struct err e = { 0 };
	if (o->nrun == 0 && !(main_is_message(o) &&
				(o->data != NULL || o->body != NULL ||
				    o->nheader > 0 || o->quit_after != NULL))) {
		err_set(&e, ERR_USAGE,
		    "--mx-all runs the same for every host: give it with -c, "
		    "-f, --data, --body or --quit-after");
		shell_error(sh, &e);
		return shell_status(sh);
	}
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
	if (main_is_message(o))
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
	cmd_split(&a, text, strlen(text), &ignored);
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
		opts_usage(&b);
	else if (o->version)
		buf_adds(&b, "smtpsh " VERSION "\n");
	else if (o->completion != NULL)
		completion_script(&b, o->completion);
	else if (o->list != NULL)
		completion_list(&b, o->list);
	else if (!o->explain)
		return -1;
	for (size_t i = 0; i < o->nwords && r == 0; i++) {
		if (i > 0)
			buf_addc(&b, '\n');
		r = main_explain(&b, o->words[i], &e);
	}
	struct buf page = BUF_INIT;
	main_look(sh, o);
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
	if (o->nrun > 0 || o->host != NULL || main_is_message(o)) {
		err_set(&e, ERR_USAGE,
		    "--serve only receives: a host, -c, -f, --from and --to "
		    "are for a session of one's own");
		shell_error(sh, &e);
		return err_status(e.kind);
	}
	if (main_define(sh, o, &e) < 0 || host_init(&h, o, sh, true, &e) < 0) {
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
main_session(struct shell *sh, const struct opts *o, struct err *e)
{
	struct host h = { 0 };
	struct proxy_url proxy = { 0 };
	int status;
	bool sandboxed = o->sandbox || (o->mock != NULL && o->host == NULL);
	if (main_sinks(sh, o, e) < 0 || main_define(sh, o, e) < 0 ||
	    main_where(sh, o, e) < 0 || main_modes(sh, o, e) < 0 ||
	    main_way(sh, o, &proxy, e) < 0 ||
	    (sandboxed && host_init(&h, o, sh, false, e) < 0)) {
		shell_error(sh, e);
		status = err_status(e->kind);
	} else {
		sh->sandbox = h.peer;
		sh->talk.sandbox = sandboxed ? &sh->sandbox : NULL;
		status = o->mx_all ? main_each(sh, o) : main_front(sh, o);
	}
	talk_close(&sh->talk);
	if (!sh->talk.interactive)
		main_tell_end(sh, o, status);
	if (shell_release(sh, e) < 0 && status == 0) {
		fprintf(stderr, "smtpsh: %s\n", e->text);
		status = err_status(e->kind);
	}
	host_release(&h);
	proxy_url_release(&proxy);
	return status;
}

int
main(int argc, char **argv)
{
	struct shell sh;
	struct opts o = { 0 };
	struct err e = { 0 };
	main_descriptors();
	main_process();
	if (shell_init(&sh, &e) < 0) {
		fprintf(stderr, "smtpsh: %s\n", e.text);
		return err_status(e.kind);
	}
	if (opts_parse(&o, argc, argv, &e) < 0) {
		shell_error(&sh, &e);
		shell_release(&sh, &e);
		opts_release(&o);
		return 64;
	}
	int status = main_texts(&sh, &o);
	if (status >= 0) {
		if (shell_release(&sh, &e) < 0 && status == 0)
			status = err_status(e.kind);
		opts_release(&o);
		return status;
	}
	main_catch(&sh);
	if (o.serve != NULL) {
		status = main_serve(&sh, &o);
		shell_release(&sh, &e);
	} else {
		status = main_session(&sh, &o, &e);
	}
	opts_release(&o);
	return status;
}
