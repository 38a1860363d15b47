#include "cmd/front/opts.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "net/sasl/sasl.h"

const struct opt opt_table[] = {
	{ 's', "server", "HOST", "connect to HOST[:PORT], as HOST alone does",
	    "Where to connect" },
	{ 'p', "port", "PORT", "its port or service name (25, LMTP 24)", NULL },
	{ OPT_LMTP, "lmtp", NULL, "speak LMTP (RFC 2033)", NULL },
	{ OPT_SOCKET, "socket", "FILE", "connect to a Unix socket", NULL },
	{ OPT_PIPE, "pipe", "COMMAND",
	    "speak with a program's standard input and output", NULL },
	{ OPT_SANDBOX, "sandbox", NULL,
	    "speak with the embedded receiver, in this process", NULL },
	{ '4', "ipv4", NULL, "IPv4 addresses only", NULL },
	{ '6', "ipv6", NULL, "IPv6 addresses only", NULL },
	{ OPT_BIND, "bind", "ADDR", "connect from this local address", NULL },
	{ OPT_MX, "mx", "DOMAIN",
	    "connect to the hosts that take mail for DOMAIN", NULL },
	{ OPT_MX_ALL, "mx-all", NULL,
	    "with --mx: run with each of them in turn", NULL },
	{ OPT_DANE, "dane", NULL, "let TLSA records decide on TLS (RFC 7672)",
	    NULL },
	{ OPT_RESOLVER, "resolver", "ADDR[:PORT]", "ask this name server",
	    NULL },
	{ OPT_TRUST_ANCHOR, "trust-anchor", "FILE",
	    "believe DNSSEC from these keys on", NULL },
	{ OPT_PROXY, "proxy", "URL",
	    "by way of socks5://[USER:PW@]HOST or http://HOST", NULL },
	{ OPT_PROXY_PROTOCOL, "proxy-protocol", "1|2",
	    "send the PROXY protocol's header first", NULL },
	{ OPT_TIMEOUT, "timeout", "DURATION",
	    "wait so long for each reply (RFC 5321's times)", NULL },
	{ 'c', "command", "LINE", "run a line of the language (repeatable)",
	    "What to say" },
	{ 'f', "file", "FILE", "run a conversation file, or - (repeatable)",
	    NULL },
	{ 'D', "define", "NAME=VALUE", "set a variable (repeatable)", NULL },
	{ OPT_DIALECT, "dialect", "821|5321",
	    "S: is the sender (821) or the server (5321)", NULL },
	{ OPT_BARE, "bare", NULL, "send nothing that was not written", NULL },
	{ OPT_EARLY, "early", NULL, "send lines before the greeting has come",
	    NULL },
	{ OPT_STOP, "stop", NULL, "end at the first refusal", NULL },
	{ OPT_KEEP_GOING, "keep-going", NULL,
	    "go on after a missed expectation", NULL },
	{ OPT_FROM, "from", "ADDRESS", "reverse-path; <> for the null path",
	    "One message" },
	{ 't', "to", "ADDRESS", "forward-path, commas between several", NULL },
	{ OPT_HELO, "helo", "DOMAIN", "the name to give in EHLO or HELO",
	    NULL },
	{ OPT_DATA, "data", "FILE",
	    "the message (standard input, if it is no terminal)", NULL },
	{ OPT_HEADER, "header", "HEADER",
	    "make a test message with this line (repeatable)", NULL },
	{ OPT_BODY, "body", "TEXT", "make a test message with this text",
	    NULL },
	{ OPT_MAIL_PARAM, "mail-param", "PARAMETER",
	    "add to MAIL, as RET=HDRS (repeatable)", NULL },
	{ OPT_RCPT_PARAM, "rcpt-param", "PARAMETER",
	    "add to each RCPT, as NOTIFY=NEVER (repeatable)", NULL },
	{ OPT_CHUNK, "chunk", "OCTETS",
	    "send by BDAT, in chunks of so many octets", NULL },
	{ OPT_QUIT_AFTER, "quit-after", "connect|helo|mail|rcpt|data",
	    "stop behind that stage with QUIT; mail nothing", NULL },
	{ OPT_TLS, "tls", NULL, "STARTTLS must succeed, the certificate too",
	    "TLS" },
	{ OPT_TLS_OPTIONAL, "tls-optional", NULL, "STARTTLS when it is offered",
	    NULL },
	{ OPT_TLS_ON_CONNECT, "tls-on-connect", NULL,
	    "TLS from the start (port 465)", NULL },
	{ OPT_TLS_VERIFY, "tls-verify", "yes|no", "check the certificate (yes)",
	    NULL },
	{ OPT_TLS_VERIFY_HOST, "tls-verify-host", "HOST",
	    "the name it must be for, in place of the host's", NULL },
	{ OPT_TLS_CA, "tls-ca", "FILE",
	    "who may have signed it: PEM file or folder", NULL },
	{ OPT_TLS_CERT, "tls-cert", "FILE",
	    "a certificate of one's own to show", NULL },
	{ OPT_TLS_KEY, "tls-key", "FILE", "its private key", NULL },
	{ OPT_TLS_SNI, "tls-sni", "HOST", "the name to ask for; \"\" for none",
	    NULL },
	{ OPT_TLS_PROTOCOL, "tls-protocol", "LIST",
	    "versions: 1.2, tlsv1_3, no_tlsv1_2 ...", NULL },
	{ OPT_TLS_CIPHER, "tls-cipher", "LIST",
	    "ciphers, as OpenSSL lists them", NULL },
	{ OPT_TLS_SAVE, "tls-save-peer-cert", "FILE",
	    "write what the server presented (PEM)", NULL },
	{ OPT_AUTH, "auth", "[MECHANISM]",
	    "authenticate: the strongest offered, or that one", "AUTH" },
	{ OPT_AUTH_USER, "auth-user", "NAME", "as this user", NULL },
	{ OPT_AUTH_FILE, "auth-password-file", "FILE",
	    "the password (or token) is in FILE, mode 0600", NULL },
	{ OPT_AUTH_FD, "auth-password-fd", "NUMBER",
	    "it is read from a descriptor", NULL },
	{ OPT_AUTH_COMMAND, "auth-password-command", "COMMAND",
	    "a program prints it", NULL },
	{ OPT_NETRC, "netrc", NULL, "it is in ~/.netrc", NULL },
	{ OPT_AUTH_INSECURE, "auth-insecure", NULL,
	    "let a password go in clear text", NULL },
	{ 'q', "quiet", NULL, "show no conversation, errors only",
	    "What is shown" },
	{ OPT_NO_REMARKS, "no-remarks", NULL, "do not explain replies", NULL },
	{ OPT_COLOUR, "color", "auto|always|never",
	    "mark replies by colour; NO_COLOR is honoured", NULL },
	{ OPT_FORMAT, "format", "text|json|tap", "the form of the output",
	    NULL },
	{ OPT_JUNIT, "junit", "FILE", "write JUnit XML as well", NULL },
	{ OPT_RECORD, "record", "FILE",
	    "write the conversation; it replays with -f", NULL },
	{ OPT_SERVE, "serve", "[ADDR:]PORT",
	    "be a receiver on loopback, or on ADDR; 0: any port",
	    "The receiver" },
	{ OPT_MOCK, "mock", "FILE",
	    "play the server's side of a conversation file", NULL },
	{ OPT_MAILDIR, "maildir", "FOLDER", "store mail below FOLDER", NULL },
	{ OPT_MAILBOX, "mailbox", "ADDRESS",
	    "take mail for these only (repeatable)", NULL },
	{ OPT_SIZE_MAX, "size-max", "OCTETS", "the largest message", NULL },
	{ OPT_ALLOW_BARE, "allow-bare", NULL,
	    "keep a bare CR or LF in mail text, not refuse it", NULL },
	{ OPT_CERT, "cert", "FILE", "offer STARTTLS with this certificate",
	    NULL },
	{ OPT_KEY, "key", "FILE", "its private key", NULL },
	{ OPT_SELF_SIGNED, "self-signed", NULL,
	    "offer STARTTLS with a throw-away certificate", NULL },
	{ OPT_USER, "user", "NAME", "offer AUTH to this user", NULL },
	{ OPT_PASSWORD_FILE, "password-file", "FILE",
	    "whose password is in FILE", NULL },
	{ OPT_AUTH_MECHS, "auth-mechs", "LIST",
	    "offer these mechanisms only, commas between", NULL },
	{ OPT_SESSION_MAX, "session-max", "DURATION",
	    "end a session after so long (30m)", NULL },
	{ OPT_CLIENT_MAX, "client-max", "NUMBER",
	    "so many sessions of one client at once (1000)", NULL },
	{ OPT_RUN_AS, "run-as", "USER",
	    "become this user when the port is bound", NULL },
	{ OPT_COUNT, "count", "NUMBER", "end after so many sessions", NULL },
	{ OPT_EXPLAIN, "explain", "WORD",
	    "what is known of a code, verb or keyword", "Other" },
	{ OPT_COMPLETION, "completion", "bash|zsh|fish",
	    "print that shell's completion script", NULL },
	{ OPT_LIST, "list", "verbs|commands|settings|options|words",
	    "print a table's names, for scripts", NULL },
	{ OPT_NO_RC, "no-rc", NULL, "do not read the start-up file", NULL },
	{ 'h', "help", NULL, "print this", NULL },
	{ 'V', "version", NULL, "print the version", NULL }, { 0 }
};

static void
opts_add(const char ***list, size_t *n, const char *s)
{
	*list = mem_grow(*list, *n + 1, sizeof **list);
	(*list)[(*n)++] = s;
}

/* Where an option's word goes when it is only kept. */
static const char **
opts_slot(struct opts *o, int id)
{
	switch (id) {
	case 's':
		return &o->host;
	case 'p':
		return &o->port;
	case OPT_SOCKET:
		return &o->socket;
	case OPT_PIPE:
		return &o->pipe;
	case OPT_BIND:
		return &o->bind;
	case OPT_HELO:
		return &o->helo;
	case OPT_FROM:
		return &o->from;
	case OPT_BODY:
		return &o->body;
	case OPT_DATA:
		return &o->data;
	case OPT_FORMAT:
		return &o->format;
	case OPT_JUNIT:
		return &o->junit;
	case OPT_RECORD:
		return &o->record;
	case OPT_SERVE:
		return &o->serve;
	case OPT_MOCK:
		return &o->mock;
	case OPT_MAILDIR:
		return &o->maildir;
	case OPT_QUIT_AFTER:
		return &o->quit_after;
	case OPT_COMPLETION:
		return &o->completion;
	case OPT_LIST:
		return &o->list;
	case OPT_COLOUR:
		return &o->colour;
	case OPT_TIMEOUT:
		return &o->timeout;
	case OPT_DIALECT:
		return &o->dialect;
	case OPT_SIZE_MAX:
		return &o->size_max;
	case OPT_COUNT:
		return &o->count;
	case OPT_CHUNK:
		return &o->chunk;
	case OPT_MX:
		return &o->mx;
	case OPT_RESOLVER:
		return &o->resolver;
	case OPT_TRUST_ANCHOR:
		return &o->trust_anchor;
	case OPT_PROXY:
		return &o->proxy;
	case OPT_PROXY_PROTOCOL:
		return &o->proxy_protocol;
	case OPT_AUTH_USER:
		return &o->auth_user;
	case OPT_AUTH_FILE:
		return &o->auth_file;
	case OPT_AUTH_FD:
		return &o->auth_fd;
	case OPT_AUTH_COMMAND:
		return &o->auth_command;
	case OPT_USER:
		return &o->user;
	case OPT_PASSWORD_FILE:
		return &o->password_file;
	case OPT_AUTH_MECHS:
		return &o->auth_mechs;
	case OPT_SESSION_MAX:
		return &o->session_max;
	case OPT_CLIENT_MAX:
		return &o->client_max;
	case OPT_RUN_AS:
		return &o->run_as;
	case OPT_TLS_CA:
		return &o->tls_ca;
	case OPT_TLS_CERT:
		return &o->tls_cert;
	case OPT_TLS_KEY:
		return &o->tls_key;
	case OPT_TLS_SNI:
		return &o->tls_sni;
	case OPT_TLS_VERIFY_HOST:
		return &o->tls_verify_host;
	case OPT_TLS_VERIFY:
		return &o->tls_verify;
	case OPT_TLS_PROTOCOL:
		return &o->tls_protocol;
	case OPT_TLS_CIPHER:
		return &o->tls_cipher;
	case OPT_TLS_SAVE:
		return &o->tls_save;
	case OPT_CERT:
		return &o->cert;
	case OPT_KEY:
		return &o->key;
	default:
		return NULL;
	}
}

static bool *
opts_flag(struct opts *o, int id)
{
	switch (id) {
	case OPT_LMTP:
		return &o->lmtp;
	case OPT_SANDBOX:
		return &o->sandbox;
	case OPT_BARE:
		return &o->bare;
	case OPT_EARLY:
		return &o->early;
	case OPT_STOP:
		return &o->stop;
	case OPT_KEEP_GOING:
		return &o->keep_going;
	case 'q':
		return &o->quiet;
	case OPT_NO_REMARKS:
		return &o->no_remarks;
	case OPT_ALLOW_BARE:
		return &o->allow_bare;
	case OPT_NO_RC:
		return &o->no_rc;
	case OPT_MX_ALL:
		return &o->mx_all;
	case OPT_DANE:
		return &o->dane;
	case OPT_NETRC:
		return &o->netrc;
	case OPT_AUTH_INSECURE:
		return &o->auth_insecure;
	case OPT_TLS:
		return &o->tls;
	case OPT_TLS_OPTIONAL:
		return &o->tls_optional;
	case OPT_TLS_ON_CONNECT:
		return &o->tls_on_connect;
	case OPT_SELF_SIGNED:
		return &o->self_signed;
	case 'h':
		return &o->help;
	case 'V':
		return &o->version;
	default:
		return NULL;
	}
}

static void
opts_take(struct opts *o, int id, const char *arg)
{
	const char **slot = opts_slot(o, id);
	bool *flag = opts_flag(o, id);
	if (slot != NULL) {
		*slot = arg;
	} else if (flag != NULL) {
		*flag = true;
	} else if (id == OPT_AUTH) {
		o->auth = true;
		o->auth_mech = arg;
	} else if (id == 'c' || id == 'f') {
		o->run = mem_grow(o->run, o->nrun + 1, sizeof *o->run);
		o->run[o->nrun++] = (struct opt_run){ id == 'f', arg };
	} else if (id == '4' || id == '6') {
		o->family = id == '4' ? AF_INET : AF_INET6;
	} else if (id == 'D') {
		opts_add(&o->define, &o->ndefine, arg);
	} else if (id == 't') {
		opts_add(&o->to, &o->nto, arg);
	} else if (id == OPT_HEADER) {
		opts_add(&o->header, &o->nheader, arg);
	} else if (id == OPT_MAILBOX) {
		opts_add(&o->mailbox, &o->nmailbox, arg);
	} else if (id == OPT_MAIL_PARAM) {
		opts_add(&o->mail_param, &o->nmail_param, arg);
	} else if (id == OPT_RCPT_PARAM) {
		opts_add(&o->rcpt_param, &o->nrcpt_param, arg);
	} else if (id == OPT_EXPLAIN) {
		o->explain = true;
		o->words = mem_grow(o->words, o->nwords + 1, sizeof *o->words);
		o->words[o->nwords++] = mem_dup(arg);
	}
}

static const struct opt *
opts_row(int id)
{
	for (const struct opt *t = opt_table; t->name != NULL; t++)
		if (t->id == id)
			return t;
	return NULL;
}

/* Is the word one of the row's choices? Placeholders take any. */
static int
opts_choice(const struct opt *t, const char *word, struct err *e)
{
	if (t == NULL || t->arg == NULL || strchr(t->arg, '|') == NULL)
		return 0;
	size_t len = strlen(word);
	for (const char *p = t->arg; *p != '\0';) {
		size_t n = strcspn(p, "|");
		if (n == len && memcmp(p, word, n) == 0)
			return 0;
		p += n + (p[n] == '|');
	}
	return err_set(
	    e, ERR_USAGE, "--%s %s: expected %s", t->name, word, t->arg);
}

static int
opts_unknown(char **argv, int c, struct err *e)
{
	const char *word = optind > 0 ? argv[optind - 1] : "";
	if (c == ':')
		return err_set(e, ERR_USAGE,
		    "the option %s takes a value; --help lists the options",
		    word);
	/* getopt_long() leaves optopt 0 for a long name it does not know. */
	bool is_long = strncmp(word, "--", 2) == 0;
	if (optopt != 0 && !is_long)
		return err_set(e, ERR_USAGE,
		    "unknown option -%c; --help lists the options", optopt);
	if (optopt != 0)
		return err_set(
		    e, ERR_USAGE, "the option %s takes no value", word);
	return err_set(e, ERR_USAGE,
	    "unknown or ambiguous option %s; --help lists the options", word);
}

static size_t
opts_tables(struct option *lo, char *so)
{
	size_t n = 0, k = 0;
	so[k++] = ':';
	for (; opt_table[n].name != NULL; n++) {
		const struct opt *t = &opt_table[n];
		lo[n] = (struct option){ t->name,
			t->arg == NULL ? no_argument
			: t->arg[0] == '[' && t->id == OPT_AUTH
			    ? optional_argument
			    : required_argument,
			NULL, t->id };
		if (t->id < 256) {
			so[k++] = (char)t->id;
			if (t->arg != NULL)
				so[k++] = ':';
		}
	}
	lo[n] = (struct option){ 0 };
	so[k] = '\0';
	return n;
}

int
opts_parse(struct opts *o, int argc, char **argv, struct err *e)
{
	struct option lo[128];
	char so[256];
	*o = (struct opts){ 0 };
	opts_tables(lo, so);
	int c;
	opterr = 0;
	while ((c = getopt_long(argc, argv, so, lo, NULL)) != -1) {
		if (c == '?' || c == ':')
			return opts_unknown(argv, c, e);
		if (opts_choice(opts_row(c), optarg, e) < 0)
			return -1;
		/* swaks' habit: "--auth LOGIN" without '='. */
		if (c == OPT_AUTH && optarg == NULL && optind < argc &&
		    sasl_mech_find(argv[optind]) != NULL)
			optarg = argv[optind++];
		opts_take(o, c, optarg);
	}
	for (; o->explain && optind < argc; optind++)
		opts_take(o, OPT_EXPLAIN, argv[optind]);
	if (optind < argc && o->host == NULL)
		o->host = argv[optind++];
	if (optind < argc)
		return err_set(e, ERR_USAGE,
		    "found '%s' after the host %s; one host is enough",
		    argv[optind], o->host);
	return 0;
}

void
opts_release(struct opts *o)
{
	for (size_t i = 0; i < o->nwords; i++)
		free(o->words[i]);
	free(o->words);
	free(o->run);
	free(o->to);
	free(o->header);
	free(o->mailbox);
	free(o->define);
	free(o->mail_param);
	free(o->rcpt_param);
	*o = (struct opts){ 0 };
}

void
opts_usage(struct buf *b)
{
	buf_adds(b,
	    "smtpsh: an SMTP shell\n\n"
	    "  smtpsh [HOST[:PORT] or URL]                the shell\n"
	    "  smtpsh HOST < commands, -c LINE, -f FILE   the same, "
	    "unattended\n"
	    "  smtpsh --from A --to B HOST < message      mail one message\n"
	    "  smtpsh --serve [ADDR:]PORT                 be a receiver\n"
	    "  smtpsh --explain WORD...                   what a code or verb "
	    "means\n");
	for (const struct opt *t = opt_table; t->name != NULL; t++) {
		struct buf left = BUF_INIT;
		if (t->group != NULL)
			buf_addf(b, "\n%s\n", t->group);
		if (t->id < 256)
			buf_addf(&left, "  -%c, ", t->id);
		else
			buf_adds(&left, "      ");
		buf_addf(&left, "--%s%s%s", t->name, t->arg == NULL ? "" : " ",
		    t->arg == NULL ? "" : t->arg);
		if (buf_len(&left) < 30)
			buf_addf(b, "%-30s%s\n", buf_str(&left), t->text);
		else
			buf_addf(
			    b, "%s\n%-30s%s\n", buf_str(&left), "", t->text);
		buf_release(&left);
	}
	buf_adds(b, "\nExit status: 0 well, 1 an expectation failed, 69 "
		    "refused for good (5yz), 75 for\nnow (4yz) or no "
		    "connection; the manual, smtpsh(1), has them all.\n");
}
