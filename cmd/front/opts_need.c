/* What an option goes with, as far as the others tell. */
#include "cmd/front/opts.h"

#include <string.h>
#include <strings.h>

/* May a line of this run be a \command? Of -c alone it can be seen. */
static bool
opts_may_command(const struct opts *o)
{
	if (o->front == FRONT_SHELL)
		return true;
	if (o->front == FRONT_LOAD)
		return o->nrun > 0;
	if (o->front != FRONT_LINES)
		return false;
	for (size_t i = 0; i < o->nrun; i++) {
		const char *p = o->run[i].text;
		if (o->run[i].file || p[strspn(p, " \t")] == '\\')
			return true;
	}
	return o->nrun == 0;
}

/* A STARTTLS, tagged or not? */
static bool
opts_may_starttls(const struct opts *o)
{
	if (opts_may_command(o))
		return true;
	for (size_t i = 0; i < o->nrun; i++) {
		const char *p = o->run[i].text + strspn(o->run[i].text, " \t");
		if (strncasecmp(p, "S: ", 3) == 0 ||
		    strncasecmp(p, "C: ", 3) == 0)
			p += 3;
		if (strncasecmp(p, "STARTTLS", 8) == 0)
			return true;
	}
	return false;
}

static bool
opts_has_tls(const struct opts *o)
{
	return o->tls || o->tls_optional || o->tls_on_connect || o->dane ||
	       (o->host != NULL &&
		   (strncasecmp(o->host, "smtps://", 8) == 0 ||
		       strncasecmp(o->host, "submissions://", 14) == 0));
}

/* A connection by a socket, now or by a \connect to come. */
static bool
opts_has_socket(const struct opts *o)
{
	bool elsewhere = o->pipe != NULL || o->sandbox || o->mock != NULL;
	return !elsewhere || opts_may_command(o);
}

static bool
opts_has_tcp(const struct opts *o)
{
	bool local =
	    o->socket != NULL || (o->host != NULL && o->host[0] == '/');
	return opts_has_socket(o) && (!local || opts_may_command(o));
}

static bool
opts_has_run(const struct opts *o)
{
	return o->mx != NULL &&
	       (o->nrun > 0 || o->data != NULL || o->body != NULL ||
		   o->header.n > 0 || o->quit_after != NULL);
}

static bool
opts_has_lint(const struct opts *o)
{
	return o->lint;
}

bool
opts_has_many(const struct opts *o)
{
	return o->eml.n > 0 || o->mbox.n > 0 || o->maildir_from.n > 0;
}

static bool
opts_has_resume(const struct opts *o)
{
	return o->resume != NULL;
}

static bool
opts_has_rate(const struct opts *o)
{
	return o->rate != NULL;
}

static bool
opts_has_values(const struct opts *o)
{
	return o->values != NULL;
}

static bool
opts_is_builtin(const struct opts *o)
{
	return o->nrun == 0;
}

static bool
opts_has_receiver(const struct opts *o)
{
	return (o->serve != NULL || o->sandbox) && o->mock == NULL;
}

static bool
opts_has_receiver_tls(const struct opts *o)
{
	return o->serve != NULL || o->sandbox || o->mock != NULL;
}

static bool
opts_has_dns(const struct opts *o)
{
	return opts_has_tcp(o) || opts_may_command(o);
}

static bool
opts_has_anchor(const struct opts *o)
{
	return o->dane || o->mx != NULL || opts_may_command(o);
}

static bool
opts_may_tls(const struct opts *o)
{
	if (o->front == FRONT_SERVE)
		return o->cert != NULL || o->self_signed;
	return opts_has_tls(o) || opts_may_starttls(o);
}

static bool
opts_has_tls_cert(const struct opts *o)
{
	return o->tls_cert != NULL;
}

static bool
opts_may_auth(const struct opts *o)
{
	if (o->front == FRONT_SERVE)
		return o->user != NULL;
	return o->auth || o->user != NULL || opts_may_command(o);
}

static bool
opts_has_vars(const struct opts *o)
{
	return o->front != FRONT_SERVE || o->mock != NULL;
}

static bool
opts_has_tags(const struct opts *o)
{
	return o->front == FRONT_SHELL || o->front == FRONT_LINES ||
	       (o->front == FRONT_LOAD && o->nrun > 0) || o->mock != NULL ||
	       o->convert != NULL;
}

static bool
opts_has_convert(const struct opts *o)
{
	return o->convert != NULL;
}

static bool
opts_has_cert(const struct opts *o)
{
	return opts_has_receiver_tls(o) && o->cert != NULL;
}

static bool
opts_has_mock(const struct opts *o)
{
	return o->mock != NULL;
}

static bool
opts_has_rules(const struct opts *o)
{
	return opts_has_receiver(o) && (o->rule.n > 0 || o->rules != NULL);
}

static bool
opts_has_user(const struct opts *o)
{
	return opts_has_receiver(o) && o->user != NULL;
}

static bool
opts_has_password(const struct opts *o)
{
	return opts_has_receiver(o) && o->password_file != NULL;
}

/* What each needs, as "--OPTION goes with ..." ends; with --serve, serve. */
static const struct {
	bool (*ok)(const struct opts *o);
	const char *text, *serve;
} opts_needs[] = {
	[NEED_TCP] = { opts_has_tcp, "a host or --mx DOMAIN", NULL },
	[NEED_SOCKET] = { opts_has_socket,
	    "a host, --mx DOMAIN or --socket FILE", NULL },
	[NEED_DNS] = { opts_has_dns, "a host or --mx DOMAIN", NULL },
	[NEED_ANCHOR] = { opts_has_anchor, "--dane or --mx DOMAIN", NULL },
	[NEED_TLS] = { opts_may_tls,
	    "TLS: give --tls, --tls-optional or --tls-on-connect as well",
	    "--cert or --self-signed" },
	[NEED_TLS_CERT] = { opts_has_tls_cert, "--tls-cert FILE", NULL },
	[NEED_AUTH] = { opts_may_auth, "--auth: give that as well to log in",
	    "--user NAME" },
	[NEED_RUN] = { opts_has_run,
	    "--mx DOMAIN, and with -c, -f, --data, --body or --quit-after: "
	    "what is run again for each host",
	    NULL },
	[NEED_LINT] = { opts_has_lint, "--lint", NULL },
	[NEED_RATE] = { opts_has_rate, "--rate NUMBER", NULL },
	[NEED_VALUES] = { opts_has_values, "--values FILE", NULL },
	[NEED_BUILTIN] = { opts_is_builtin,
	    "the conversation that smtpsh has of its own: with -f, the file "
	    "says it",
	    NULL },
	[NEED_FILE] = { opts_has_file, "-f FILE", NULL },
	[NEED_MANY] = { opts_has_many, "--eml, --mbox or --maildir-from",
	    NULL },
	[NEED_RESUME] = { opts_has_resume, "--resume FILE", NULL },
	[NEED_VARS] = { opts_has_vars, NULL, "--mock FILE there" },
	[NEED_CONVERT] = { opts_has_convert, "--convert FILE", NULL },
	[NEED_TAGS] = { opts_has_tags, "--mock FILE there",
	    "--mock FILE there" },
	[NEED_RECEIVER] = { opts_has_receiver,
	    "the receiver, --serve or --sandbox, and not with --mock",
	    "the receiver, and not with --mock" },
	[NEED_MOCK] = { opts_has_mock, "--mock FILE", "--mock FILE" },
	[NEED_RULES] = { opts_has_rules, "--rule or --rules FILE",
	    "--rule or --rules FILE" },
	[NEED_RECEIVER_TLS] = { opts_has_receiver_tls,
	    "the receiver, --serve, --sandbox or --mock", NULL },
	[NEED_CERT] = { opts_has_cert, "the receiver's --cert FILE",
	    "--cert FILE" },
	[NEED_USER] = { opts_has_user,
	    "--user NAME of the receiver (--serve, --sandbox)",
	    "--user NAME, and not with --mock" },
	[NEED_PASSWORD] = { opts_has_password,
	    "--password-file FILE of the receiver (--serve, --sandbox)",
	    "--password-file FILE, and not with --mock" },
};

const char *
opts_lacks(const struct opts *o, enum opt_need need)
{
	if (need == NEED_NOTHING || opts_needs[need].ok(o))
		return NULL;
	return o->front == FRONT_SERVE ? opts_needs[need].serve
				       : opts_needs[need].text;
}
