/* One message as a script: greeting, EHLO (HELO), MAIL, a RCPT each, DATA or
 * BDAT, QUIT. Each stage is a row; --quit-after names one to stop behind. */
#include "cmd/front/message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/talk/cmd.h"
#include "cmd/talk/text.h"

enum message_stage {
	STAGE_CONNECT,
	STAGE_HELO,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_END
};

struct message {
	struct shell *sh;
	const struct opts *o;
	struct text text;
	uint64_t size; /* of it, if it is known */
	bool sized;
	struct buf from;
	char **to;
	size_t nto;
	size_t accepted;
	bool utf8; /* an address has octets above 127 */
};

static const char *const message_stages[] = {
	[STAGE_CONNECT] = "connect",
	[STAGE_HELO] = "helo",
	[STAGE_MAIL] = "mail",
	[STAGE_RCPT] = "rcpt",
	[STAGE_DATA] = "data",
};

/* Strips <> that people write. */
static char *
message_path(const char *p, size_t len)
{
	while (len > 0 && *p == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (len >= 2 && *p == '<' && p[len - 1] == '>') {
		p++;
		len -= 2;
	}
	return mem_dupn(p, len);
}

/* An address in a command must not bring a parameter or a line with it. */
static int
message_check(const char *option, const char *path, struct err *e)
{
	bool quoted = false;
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p == '\\' && quoted && p[1] != '\0') {
			p++;
			continue;
		}
		unsigned char c = (unsigned char)*p;
		if (c < ' ' || c == 127 ||
		    (!quoted && (c == ' ' || c == '<' || c == '>')))
			return err_set(e, ERR_USAGE,
			    "%s '%s': octet %zu does not belong in an address",
			    option, path, (size_t)(p - path) + 1);
	}
	if (quoted)
		return err_set(
		    e, ERR_USAGE, "%s '%s': a \" is not closed", option, path);
	return 0;
}

/* Splits at commas that no quotes hold. */
static int
message_recipients(struct message *m, const char *list, struct err *e)
{
	const char *p = list;
	while (*p != '\0') {
		bool quoted = false;
		size_t n = 0;
		for (; p[n] != '\0' && (quoted || p[n] != ','); n++) {
			quoted ^= p[n] == '"';
			if (p[n] == '\\' && quoted && p[n + 1] != '\0')
				n++;
		}
		char *path = message_path(p, n);
		if (*path != '\0') {
			m->to = mem_grow(m->to, m->nto + 1, sizeof *m->to);
			m->to[m->nto++] = path;
			if (message_check("--to", path, e) < 0)
				return -1;
		} else {
			free(path);
		}
		p += n + (p[n] == ',');
	}
	return 0;
}

static bool
message_has_header(const struct opts *o, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < o->nheader; i++)
		if (strncasecmp(o->header[i], name, n) == 0 &&
		    o->header[i][n] == ':')
			return true;
	return false;
}

static int
message_header(struct message *m, struct buf *b, const char *name,
    const char *value, struct err *e)
{
	if (message_has_header(m->o, name))
		return 0;
	buf_addf(b, "%s: ", name);
	if (vars_expand(&m->sh->vars, NULL, value, strlen(value), false, b, e) <
	    0)
		return -1;
	buf_addc(b, '\n');
	return 0;
}

/* The test message: the headers that RFC 5322 asks for, those given, a text. */
static int
message_make(struct message *m, struct err *e)
{
	struct buf b = BUF_INIT;
	struct buf to = BUF_INIT;
	for (size_t i = 0; i < m->nto; i++)
		buf_addf(&to, "%s<%s>", i > 0 ? ",\n " : "", m->to[i]);
	int r = message_header(m, &b, "Date", "${date}", e);
	if (r == 0 && !message_has_header(m->o, "From"))
		buf_addf(&b, "From: <%s>\n", buf_str(&m->from));
	if (r == 0 && !message_has_header(m->o, "To"))
		buf_addf(&b, "To: %s\n", buf_str(&to));
	if (r == 0)
		r = message_header(m, &b, "Subject", "test ${date}", e);
	if (r == 0)
		r = message_header(m, &b, "Message-Id", "<${msgid}>", e);
	for (size_t i = 0; r == 0 && i < m->o->nheader; i++) {
		const char *h = m->o->header[i];
		if (strpbrk(h, "\r\n") != NULL)
			r = err_set(e, ERR_USAGE,
			    "--header: found a line end in '%s'", h);
		else if (strchr(h, ':') == NULL)
			r = err_set(e, ERR_USAGE,
			    "--header '%s': expected 'NAME: VALUE'", h);
		else
			buf_addf(&b, "%s\n", h);
	}
	buf_addf(&b, "\n%s\n",
	    m->o->body != NULL ? m->o->body : "This is a test message.");
	buf_release(&to);
	if (r == 0)
		text_memory(&m->text, "the test message", &b);
	buf_release(&b);
	return r;
}

/* Standard input carries a message unless it is a terminal, a device, or the
 * command line makes one. */
static int
message_open(struct message *m, struct err *e)
{
	const struct opts *o = m->o;
	struct stat st;
	if (o->data != NULL)
		return text_open(&m->text, o->data, e);
	bool none = o->nheader > 0 || o->body != NULL ||
		    o->quit_after != NULL || fstat(STDIN_FILENO, &st) < 0 ||
		    S_ISCHR(st.st_mode);
	if (none)
		return message_make(m, e);
	if (text_open(&m->text, "-", e) < 0)
		return -1;
	if (m->text.ended && buf_len(&m->text.first) == 0)
		return err_set(e, ERR_NOINPUT,
		    "standard input is empty: no message; --body TEXT makes "
		    "a test message");
	return 0;
}

static bool
message_is_utf8(const char *p)
{
	for (; *p != '\0'; p++)
		if ((unsigned char)*p > 127)
			return true;
	return false;
}

static int
message_addresses(struct message *m, struct err *e)
{
	if (m->o->from != NULL && m->o->from[0] == '\0')
		return err_set(
		    e, ERR_USAGE, "--from '': the null path is written '<>'");
	if (m->o->from != NULL) {
		char *p = message_path(m->o->from, strlen(m->o->from));
		int r = message_check("--from", p, e);
		buf_adds(&m->from, p);
		free(p);
		if (r < 0)
			return -1;
	} else if (vars_expand(&m->sh->vars, NULL, "${from}", 7, false,
		       &m->from, e) < 0) {
		return -1;
	}
	vars_set(
	    &m->sh->vars, "from", buf_str(&m->from), buf_len(&m->from), NULL);
	for (size_t i = 0; i < m->o->nto; i++)
		if (message_recipients(m, m->o->to[i], e) < 0)
			return -1;
	m->utf8 = message_is_utf8(buf_str(&m->from));
	for (size_t i = 0; i < m->nto; i++)
		m->utf8 |= message_is_utf8(m->to[i]);
	/* A probe that ends before them needs none. */
	const char *stage = m->o->quit_after;
	bool before = stage != NULL && strcmp(stage, "rcpt") != 0 &&
		      strcmp(stage, "data") != 0;
	if (m->nto == 0 && !before)
		return err_set(e, ERR_USAGE,
		    "--to: no recipient; name one as --to ADDRESS");
	return 0;
}

/* A parameter is one word (RFC 5321 4.1.2). */
static int
message_params(
    const char *option, const char *const *param, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		for (const char *p = param[i]; *p != '\0' || p == param[i]; p++)
			if ((unsigned char)*p <= ' ' || *p == 127)
				return err_set(e, ERR_USAGE,
				    "%s '%s': octet %zu does not belong in a "
				    "parameter",
				    option, param[i],
				    (size_t)(p - param[i]) + 1);
	return 0;
}

/* What can be wrong before anything is sent. */
static int
message_options(const struct message *m, struct err *e)
{
	const struct opts *o = m->o;
	char *end;
	if (message_params("--mail-param", o->mail_param, o->nmail_param, e) <
		0 ||
	    message_params("--rcpt-param", o->rcpt_param, o->nrcpt_param, e) <
		0)
		return -1;
	if (o->chunk != NULL &&
	    (strtoull(o->chunk, &end, 10) == 0 || *end != '\0' ||
		*o->chunk < '0' || *o->chunk > '9'))
		return err_set(e, ERR_USAGE,
		    "--chunk %s: expected a number of octets", o->chunk);
	return 0;
}

/* Sends a command; its reply must be of that class. A refusal is data: it is
 * counted, and 1 is returned. What is neither is the server's fault. */
static int
message_say(
    struct message *m, const char *line, size_t len, int class, struct err *e)
{
	struct shell *sh = m->sh;
	if (shell_send(sh, line, len, e) < 0)
		return -1;
	if (sh->link == NULL || sh->ngot == 0)
		return err_set(
		    e, ERR_LOST, "the server has closed the connection");
	int code = sh->last.code;
	if (code / 100 == class)
		return 0;
	if (code >= 400)
		return 1;
	return err_set(e, ERR_PROTO, "the reply to %.*s is %d, expected %dyz",
	    (int)verb_word(line, len), line, code, class);
}

static int message_sayf(struct message *m, int class, struct err *e,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static int
message_sayf(struct message *m, int class, struct err *e, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	int r = message_say(m, buf_str(&b), buf_len(&b), class, e);
	buf_release(&b);
	return r;
}

static int
message_helo(struct message *m, struct err *e)
{
	struct shell *sh = m->sh;
	struct buf name = BUF_INIT;
	/* TLS and AUTH bring an EHLO with them. */
	if (shell_secure(sh, e) < 0)
		return -1;
	if (sh->said_helo && shell_state(sh) == SMTP_READY)
		return 0;
	int r = vars_expand(&sh->vars, NULL, "${helo}", 7, false, &name, e);
	if (r == 0)
		r = message_sayf(m, 2, e, "%s %s",
		    sh->where.lmtp ? "LHLO" : "EHLO", buf_str(&name));
	if (r == 1 && sh->last.code >= 500 && !sh->where.lmtp) {
		/* An old server's refusal of EHLO is no refusal of the
		 * mail. */
		bool expects = sh->expects;
		sh->expects = true;
		r = message_sayf(m, 2, e, "HELO %s", buf_str(&name));
		sh->expects = expects;
	}
	buf_release(&name);
	return r;
}

/* Is a parameter of that name among those the user wrote? It stands alone. */
static bool
message_has_param(const struct opts *o, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < o->nmail_param; i++)
		if (strncasecmp(o->mail_param[i], name, n) == 0 &&
		    (o->mail_param[i][n] == '=' || o->mail_param[i][n] == '\0'))
			return true;
	return false;
}

/* SIZE=auto is the size of what will be sent, where it is known. */
static void
message_param(const struct message *m, struct buf *b, const char *param)
{
	if (strcasecmp(param, "SIZE=auto") != 0)
		buf_addf(b, " %s", param);
	else if (m->sized)
		buf_addf(b, " SIZE=%llu", (unsigned long long)m->size);
}

static int
message_mail(struct message *m, struct err *e)
{
	const struct smtp *s = link_smtp(m->sh->link);
	struct buf b = BUF_INIT;
	uint64_t most;
	if (smtp_offer_size(s, &most) || message_has_param(m->o, "SIZE")) {
		int r = text_size(&m->text, &m->size, e);
		if (r < 0)
			return -1;
		m->sized = r > 0;
	}
	buf_addf(&b, "MAIL FROM:<%s>", buf_str(&m->from));
	if (smtp_offer_size(s, &most) && m->sized &&
	    !message_has_param(m->o, "SIZE"))
		buf_addf(&b, " SIZE=%llu", (unsigned long long)m->size);
	if (m->text.eightbit && smtp_offer(s, "8BITMIME") != NULL &&
	    !message_has_param(m->o, "BODY"))
		buf_adds(&b, " BODY=8BITMIME");
	if (m->utf8 && smtp_offer(s, "SMTPUTF8") != NULL) {
		buf_adds(&b, " SMTPUTF8");
	} else if (m->utf8) {
		buf_release(&b);
		return err_set(e, ERR_REFUSED,
		    "an address is not ASCII and the server does not offer "
		    "SMTPUTF8 (RFC 6531): nothing was sent");
	}
	for (size_t i = 0; i < m->o->nmail_param; i++)
		message_param(m, &b, m->o->mail_param[i]);
	int r = message_say(m, buf_str(&b), buf_len(&b), 2, e);
	buf_release(&b);
	return r;
}

static int
message_rcpts(struct message *m, struct err *e)
{
	for (size_t i = 0; i < m->nto; i++) {
		struct buf b = BUF_INIT;
		buf_addf(&b, "RCPT TO:<%s>", m->to[i]);
		for (size_t k = 0; k < m->o->nrcpt_param; k++)
			buf_addf(&b, " %s", m->o->rcpt_param[k]);
		int r = message_say(m, buf_str(&b), buf_len(&b), 2, e);
		buf_release(&b);
		if (r < 0)
			return -1;
		m->accepted += r == 0;
		if (r == 1 && m->sh->set.stop)
			return 1;
	}
	return m->accepted > 0 ? 0 : 1;
}

/* The text was cut short: the connection goes, so that no half message looks
 * whole; what the server said comes first. */
static int
message_cut(struct message *m, int r, struct err *e)
{
	struct shell *sh = m->sh;
	struct err inner = { 0 };
	if (r == 1 && sh->link != NULL) {
		int n = shell_flush(sh, &inner);
		shell_idle(sh);
		(void)n;
		err_set(e,
		    sh->last.code >= 500   ? ERR_REFUSED
		    : sh->last.code >= 400 ? ERR_TEMP
					   : ERR_PROTO,
		    "the server answered %d before the end of mail text: the "
		    "message was not sent",
		    sh->last.code);
	}
	sh->broken = true;
	shell_close(sh);
	return -1;
}

static int
message_data(struct message *m, struct err *e)
{
	struct shell *sh = m->sh;
	int r = message_say(m, "DATA", 4, 3, e);
	if (r != 0)
		return r;
	if (shell_state(sh) != SMTP_TEXT)
		return err_set(e, ERR_PROTO,
		    "the reply to DATA is %d, expected 354", sh->last.code);
	r = text_send(sh, &m->text, e);
	if (r != 0)
		return message_cut(m, r, e);
	if (shell_flush(sh, e) < 0)
		return -1;
	return sh->last.code / 100 == 2 ? 0
	       : sh->last.code >= 400	? 1
					: err_set(e, ERR_PROTO,
					      "the reply to the end of mail text "
						"is %d, expected 250",
					      sh->last.code);
}

static int
message_chunks(struct message *m, struct err *e)
{
	uint64_t size = strtoull(m->o->chunk, NULL, 10);
	return text_send_chunks(m->sh, &m->text, size, true, e);
}

static int
message_connect(struct message *m, struct err *e)
{
	return shell_connect(m->sh, e) < 0 || shell_greet(m->sh, e) < 0 ? -1
									: 0;
}

/* 0: all went on to the last stage; 1: refused; -1: e. */
static int
message_stages_run(struct message *m, struct err *e)
{
	int (*const step[])(struct message *, struct err *) = {
		[STAGE_CONNECT] = message_connect,
		[STAGE_HELO] = message_helo,
		[STAGE_MAIL] = message_mail,
		[STAGE_RCPT] = message_rcpts,
		[STAGE_DATA] =
		    m->o->chunk != NULL ? message_chunks : message_data,
	};
	for (int i = STAGE_CONNECT; i < STAGE_END; i++) {
		bool last = m->o->quit_after != NULL &&
			    strcmp(m->o->quit_after, message_stages[i]) == 0;
		/* Behind DATA's reply there is only mail text: probing stops
		 * at the connection, which no period ends. */
		int r = last && i == STAGE_DATA
			    ? message_say(m, "DATA", 4, 3, e)
			    : step[i](m, e);
		if (r != 0 || last)
			return r;
	}
	return 0;
}

int
message_run(struct shell *sh, const struct opts *o)
{
	struct message m = { .sh = sh, .o = o, .text = { .fd = -1 } };
	struct err e = { 0 };
	int r = message_addresses(&m, &e);
	if (r == 0)
		r = message_options(&m, &e);
	if (r == 0)
		r = message_open(&m, &e);
	if (r == 0) {
		r = message_stages_run(&m, &e);
		if (r < 0)
			shell_error(sh, &e);
		shell_end(sh);
	} else {
		shell_error(sh, &e);
	}
	text_release(&m.text);
	buf_release(&m.from);
	for (size_t i = 0; i < m.nto; i++)
		free(m.to[i]);
	free(m.to);
	return r;
}
