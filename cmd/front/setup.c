#include "cmd/front/setup.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cmd/lang/compose.h"
#include "cmd/front/source.h"
#include "cmd/shell/setting.h"
#include "cmd/sink/report.h"
#include "cmd/sink/timeline.h"

static int
setup_width(const struct shell *sh)
{
	struct winsize ws = { 0 };
	const char *columns = getenv("COLUMNS");
	if (sh->out.terminal)
		ioctl(sh->out.fd, TIOCGWINSZ, &ws);
	if (ws.ws_col == 0 && columns != NULL)
		return (int)strtol(columns, NULL, 10);
	return ws.ws_col;
}

int
setup_settings(struct shell *sh, const struct opts *o, struct err *e)
{
	sh->look.terminal = sh->out.terminal;
	sh->look.width = setup_width(sh);
	for (size_t i = 0; i < o->nsetting; i++) {
		const struct opt_setting *s = &o->setting[i];
		char *said = mem_printf("--%s", s->option);
		int r = setting_set(sh, s->row, said, s->value, e);
		free(said);
		if (r < 0)
			return -1;
	}
	return 0;
}

int
setup_sinks(struct shell *sh, const struct opts *o, struct err *e)
{
	const char *format = o->format == NULL ? "text" : o->format;
	/* What many conversations say is counted, not shown. */
	if (o->front == FRONT_LOAD)
		return 0;
	sh->machine = strcmp(format, "text") != 0;
	if (strcmp(format, "json") == 0) {
		sh->stream = json_new(&sh->out, &sh->redact, e);
		if (sh->stream == NULL)
			return -1;
		shell_add_sink(sh, sh->stream);
	} else if (strcmp(format, "tap") == 0) {
		shell_add_sink(sh, tap_new(&sh->out, &sh->redact));
	} else if (!o->quiet) {
		sh->screen = human_new(&sh->out, &sh->look, &sh->redact);
		shell_add_sink(sh, sh->screen);
	}
	if (o->timeline)
		shell_add_sink(
		    sh, timeline_new(&sh->out, &sh->look, &sh->redact));
	if (o->junit != NULL) {
		struct sink *s = junit_new(o->junit, &sh->redact, e);
		if (s == NULL)
			return -1;
		shell_add_sink(sh, s);
	}
	if (o->report != NULL) {
		struct sink *s = report_new(o->report, &sh->redact, e);
		if (s == NULL)
			return -1;
		sh->reports = true;
		shell_add_sink(sh, s);
	}
	if (o->record != NULL) {
		sh->record = record_new(o->record, &sh->redact, e);
		sh->record_persons = true;
		if (sh->record == NULL)
			return -1;
		shell_add_sink(sh, sh->record);
	}
	return 0;
}

static int
setup_var(struct shell *sh, const char *name, const char *value, struct err *e)
{
	return vars_set(&sh->talk.vars, name, value, strlen(value), e);
}

/* ${to} and ${from} are addresses, whatever was written around them. */
static int
setup_addresses(struct shell *sh, const struct opts *o, struct err *e)
{
	struct compose_paths to = { 0 };
	char *from = NULL;
	int r = 0;
	if (o->from != NULL) {
		from = compose_address("--from", o->from, e);
		r = from == NULL ? -1 : setup_var(sh, "from", from, e);
	}
	for (size_t i = 0; r == 0 && i < o->to.n; i++)
		r = compose_addresses(&to, "--to", o->to.item[i], e);
	if (r == 0 && to.n > 0)
		r = setup_var(sh, "to", to.path[0], e);
	compose_release(&to);
	free(from);
	return r;
}

int
setup_vars(struct shell *sh, const struct opts *o, struct err *e)
{
	for (size_t i = 0; i < o->define.n; i++) {
		const char *text = o->define.item[i];
		const char *eq = strchr(text, '=');
		if (eq == NULL)
			return err_set(
			    e, ERR_USAGE, "-D %s: expected NAME=VALUE", text);
		char *name = mem_dupn(text, (size_t)(eq - text));
		int r = setup_var(sh, name, eq + 1, e);
		free(name);
		if (r < 0)
			return -1;
	}
	if (o->helo != NULL && setup_var(sh, "helo", o->helo, e) < 0)
		return -1;
	return setup_addresses(sh, o, e);
}

/* TLSA records belong to names. */
static int
setup_dane(const struct where *w, struct err *e)
{
	unsigned char address[16];
	if (w->host == NULL || (inet_pton(AF_INET, w->host, address) != 1 &&
				   inet_pton(AF_INET6, w->host, address) != 1))
		return 0;
	return err_set(e, ERR_USAGE,
	    "--dane goes with the name of a host: an address as %s has no TLSA "
	    "records",
	    w->host);
}

int
setup_where(struct where *w, const struct opts *o, struct err *e)
{
	w->lmtp = o->lmtp;
	w->family = o->family;
	if (o->bind != NULL)
		w->bind = mem_dup(o->bind);
	if (o->socket != NULL) {
		w->kind = WHERE_UNIX;
		w->path = mem_dup(o->socket);
	} else if (o->pipe != NULL) {
		w->kind = WHERE_PIPE;
		w->command = mem_dup(o->pipe);
	} else if (o->mx != NULL) {
		w->kind = WHERE_TCP;
	} else if (o->host != NULL) {
		if (where_parse(w, o->host, e) < 0)
			return -1;
		w->lmtp |= o->lmtp;
	}
	if (o->port != NULL) {
		free(w->port);
		w->port = mem_dup(o->port);
	}
	return o->dane ? setup_dane(w, e) : 0;
}

static int
setup_here(struct shell *sh, const struct opts *o, struct err *e)
{
	sh->talk.has_where = o->socket != NULL || o->pipe != NULL ||
			     o->mx != NULL || o->host != NULL;
	return setup_where(&sh->talk.where, o, e);
}

/* Whether a file may switch verification off: not where the command line asks
 * for TLS, nor where a password of its would be shown to the wrong server. */
static bool
setup_must_verify(const struct shell *sh, const struct opts *o)
{
	bool said = false;
	for (size_t i = 0; i < o->nsetting; i++)
		said |= o->setting[i].row->guard == SETTING_LOWERS;
	bool secret = o->auth || o->auth_user != NULL || o->auth_file != NULL ||
		      o->auth_fd != NULL || o->auth_command != NULL || o->netrc;
	bool tls = o->tls || o->tls_on_connect || o->dane ||
		   sh->talk.where.tls_on_connect;
	return !sh->talk.set.tls_unverified && (said || secret || tls);
}

struct script_want
setup_reading(const struct opts *o)
{
	struct script_want want = { .import = { .as = o->as } };
	if (o->dialect != NULL)
		want.dialect =
		    strcmp(o->dialect, "821") == 0 ? DIALECT_821 : DIALECT_5321;
	bool login = o->auth || o->auth_user != NULL || o->netrc;
	want.import.mask = login || o->convert != NULL ? MASK_AUTH : MASK_SENT;
	if (o->session != NULL)
		want.import.session = (unsigned)strtoul(o->session, NULL, 10);
	return want;
}

static void
setup_secure(struct shell *sh, const struct opts *o)
{
	sh->talk.secure =
	    (struct secure){ .level = o->tls		? TLS_VERIFY
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
		.resume = o->tls_resume,
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
	sh->talk.trusting = o->trust;
	sh->talk.must_verify = setup_must_verify(sh, o);
	sh->talk.reading = setup_reading(o);
}

/* Is the host one of NO_PROXY's? */
static bool
setup_no_proxy(const char *host)
{
	const char *lower = getenv("no_proxy");
	const char *p = lower != NULL ? lower : getenv("NO_PROXY");
	size_t len = host == NULL ? 0 : strlen(host);
	while (p != NULL && *p != '\0') {
		p += strspn(p, ", .");
		size_t n = strcspn(p, ", ");
		bool all = n == 1 && *p == '*';
		bool tail = n > 0 && n <= len &&
			    strncasecmp(host + len - n, p, n) == 0 &&
			    (n == len || host[len - n - 1] == '.');
		if (all || tail)
			return true;
		p += n;
	}
	return false;
}

/* ALL_PROXY's, where --proxy is not given and a connection by TCP is; as curl
 * has it the name in lower case comes first. */
static const char *
setup_env_proxy(const struct shell *sh, const char **name)
{
	const struct where *w = &sh->talk.where;
	const char *url = getenv("all_proxy");
	*name = url != NULL ? "all_proxy" : "ALL_PROXY";
	if (url == NULL)
		url = getenv("ALL_PROXY");
	if (url == NULL || *url == '\0' || !sh->talk.has_where ||
	    w->kind != WHERE_TCP || setup_no_proxy(w->host))
		return NULL;
	return url;
}

/* proxy: the variable that names one; NULL: none does. */
static void
setup_tell(struct shell *sh, const struct opts *o, const char *proxy)
{
	if (o->environment)
		talk_remark(&sh->talk, "options of SMTPSH_OPTS: %s",
		    getenv("SMTPSH_OPTS"));
	if (proxy != NULL)
		talk_remark(
		    &sh->talk, "by way of the proxy that %s names", proxy);
}

static void
setup_mx(struct shell *sh, const struct opts *o)
{
	sh->names.resolver = o->resolver;
	sh->names.trust_anchor = o->trust_anchor;
	sh->talk.mx.domain = o->mx;
	sh->talk.mx.dane = o->dane;
	sh->talk.mx.each = o->mx_all;
	sh->talk.mx.asked = sh->talk.secure.level;
	sh->talk.mx.resolver = o->resolver != NULL;
	if (o->proxy_protocol != NULL)
		sh->talk.proxy_protocol = o->proxy_protocol[0] - '0';
}

/* By which way: DNS, a proxy. */
static int
setup_way(struct shell *sh, const struct opts *o, struct proxy_url *proxy,
    struct err *e)
{
	setup_mx(sh, o);
	const char *from = NULL;
	const char *url =
	    o->proxy != NULL ? o->proxy : setup_env_proxy(sh, &from);
	if (url == NULL) {
		setup_tell(sh, o, NULL);
		return 0;
	}
	struct err why;
	if (proxy_url_parse(proxy, url, &why) < 0)
		return err_set(e, why.kind, "%s: %s",
		    from == NULL ? "--proxy" : from, why.text);
	/* The process list shows argv to everyone. */
	if (proxy->password != NULL && o->proxy != NULL)
		explicit_bzero((char *)(uintptr_t)o->proxy, strlen(o->proxy));
	if (proxy->password != NULL)
		redact_add(
		    &sh->redact, proxy->password, strlen(proxy->password));
	sh->talk.proxy = proxy;
	setup_tell(sh, o, from);
	return 0;
}

/* --tls-expires-within: "14d", "2w", "36h"; a number alone is days. */
static int
setup_expiry(struct shell *sh, const struct opts *o, struct err *e)
{
	const char *text = o->tls_expires;
	char *end;
	if (text == NULL)
		return 0;
	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	int64_t unit = *end == 'h' ? 3600 : *end == 'w' ? 7 * 86400 : 86400;
	bool known = *end == '\0' || strcmp(end, "d") == 0 ||
		     strcmp(end, "h") == 0 || strcmp(end, "w") == 0;
	if (text[0] < '0' || text[0] > '9' || !known || errno != 0 || n == 0 ||
	    n > 100000)
		return err_set(e, ERR_USAGE,
		    "--tls-expires-within %s: expected days, as 14d, or 2w, "
		    "36h",
		    text);
	sh->talk.secure.expires_s = (int64_t)n * unit;
	return 0;
}

/* --lint. */
static int
setup_lint(struct shell *sh, const struct opts *o, struct err *e)
{
	for (size_t i = 0; i < o->lint_ignore.n; i++)
		if (lint_find(o->lint_ignore.item[i]) == NULL)
			return err_set(e, ERR_USAGE,
			    "--lint-ignore %s: no such rule; a remark of "
			    "--lint ends with its name in brackets",
			    o->lint_ignore.item[i]);
	sh->lint.ignore = o->lint_ignore.item;
	sh->lint.nignore = o->lint_ignore.n;
	sh->talk.lint = o->lint ? &sh->lint : NULL;
	return 0;
}

int
setup_session(struct shell *sh, const struct opts *o, struct proxy_url *proxy,
    struct err *e)
{
	if (setup_settings(sh, o, e) < 0 || setup_sinks(sh, o, e) < 0 ||
	    setup_vars(sh, o, e) < 0 || setup_here(sh, o, e) < 0)
		return -1;
	setup_secure(sh, o);
	if (setup_expiry(sh, o, e) < 0 || setup_lint(sh, o, e) < 0)
		return -1;
	return setup_way(sh, o, proxy, e);
}

/* Settings that belong to the place; whether certificates are checked is not
 * the former's to say. */
static int
setup_place_settings(
    struct shell *sh, const struct opts_place *p, struct err *e)
{
	sh->talk.set.tls_unverified = false;
	for (size_t i = 0; i < p->all.nsetting; i++) {
		const struct opt_setting *s = &p->all.setting[i];
		if (s->row->guard == SETTING_LOWERS &&
		    setting_set(sh, s->row, s->option, s->value, e) < 0)
			return -1;
	}
	return setup_settings(sh, &p->own, e);
}

/* Who one is there; what another place has said is not said any more. */
static int
setup_place_vars(struct shell *sh, const struct opts *was, const struct opts *o,
    struct err *e)
{
	if (was->from != NULL && o->from == NULL)
		vars_unset(&sh->talk.vars, "from");
	if (was->helo != NULL && o->helo == NULL)
		vars_unset(&sh->talk.vars, "helo");
	if (o->helo != NULL && setup_var(sh, "helo", o->helo, e) < 0)
		return -1;
	if (o->from == NULL)
		return 0;
	char *from = compose_address("--from", o->from, e);
	int r = from == NULL ? -1 : setup_var(sh, "from", from, e);
	free(from);
	return r;
}

int
setup_again(struct shell *sh, const struct opts *was,
    const struct opts_place *p, struct proxy_url *proxy, struct err *e)
{
	struct talk *t = &sh->talk;
	struct opts o = p->all;
	if (setup_place_settings(sh, p, e) < 0 ||
	    setup_place_vars(sh, was, &o, e) < 0)
		return -1;
	where_release(&t->where);
	t->where = (struct where){ 0 };
	if (setup_here(sh, &o, e) < 0)
		return -1;
	t->sandbox = NULL;
	tls_ctx_free(sh->trust.ctx);
	setup_secure(sh, &o);
	if (setup_expiry(sh, &o, e) < 0)
		return -1;
	/* The command line's was parsed, and may have been wiped. */
	const struct proxy_url *kept =
	    o.proxy != NULL && p->own.proxy == NULL ? t->proxy : NULL;
	o.proxy = p->own.proxy;
	o.environment = false;
	t->proxy = NULL;
	if (kept == NULL)
		return setup_way(sh, &o, proxy, e);
	t->proxy = kept;
	setup_mx(sh, &o);
	return 0;
}

void
setup_rc(struct shell *sh)
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
