/* One message as a script: greeting, EHLO (HELO), MAIL, a RCPT each, DATA or
 * BDAT, QUIT. Each stage is a row; --quit-after names one to stop behind. */
#include "cmd/front/message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/talk/mail.h"

struct message {
	struct shell *sh;
	const struct opts *o;
	struct text text;
	struct buf from;
	char **to;
	size_t nto;
};

static const char *const message_stages[] = {
	[MAIL_CONNECT] = "connect",
	[MAIL_HELO] = "helo",
	[MAIL_MAIL] = "mail",
	[MAIL_RCPT] = "rcpt",
	[MAIL_DATA] = "data",
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
	if (vars_expand(&m->sh->talk.vars, NULL, value, strlen(value), false, b, e) <
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
		return text_open(&m->text, o->data, NULL, e);
	bool none = o->nheader > 0 || o->body != NULL ||
		    o->quit_after != NULL || fstat(STDIN_FILENO, &st) < 0 ||
		    S_ISCHR(st.st_mode);
	if (none)
		return message_make(m, e);
	return text_open(&m->text, "-", NULL, e);
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
	} else if (vars_expand(&m->sh->talk.vars, NULL, "${from}", 7, false,
		       &m->from, e) < 0) {
		return -1;
	}
	vars_set(
	    &m->sh->talk.vars, "from", buf_str(&m->from), buf_len(&m->from), NULL);
	for (size_t i = 0; i < m->o->nto; i++)
		if (message_recipients(m, m->o->to[i], e) < 0)
			return -1;
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

/* The text is read and checked before anything is sent. */
struct message_load {
	struct act act;
	struct text *text;
};

static int
message_load_resume(struct talk *t, struct act *a, struct err *e)
{
	struct text *x = ((struct message_load *)a)->text;
	int r = text_load(t, x, e);
	if (r == 0 && x->fd == STDIN_FILENO && x->ended &&
	    buf_len(&x->first) == 0)
		return err_set(e, ERR_NOINPUT,
		    "standard input is empty: no message; --body TEXT makes "
		    "a test message");
	return r;
}

static const struct act_kind message_load_kind = { .name = "load",
	.size = sizeof(struct message_load),
	.resume = message_load_resume };

static enum mail_stage
message_last(const struct opts *o)
{
	for (int i = MAIL_CONNECT; i < MAIL_ALL; i++)
		if (o->quit_after != NULL &&
		    strcmp(o->quit_after, message_stages[i]) == 0)
			return (enum mail_stage)i;
	return MAIL_ALL;
}

/* -1: it failed, told. */
static int
message_talk(struct message *m, struct mail *mail)
{
	struct talk *t = &m->sh->talk;
	struct message_load *load = act_push(t, &message_load_kind);
	load->text = &m->text;
	shell_drive(m->sh);
	if (!m->text.loaded)
		return -1;
	talk_mail(t, mail);
	shell_drive(m->sh);
	return mail->done ? 0 : -1;
}

int
message_run(struct shell *sh, const struct opts *o)
{
	struct message m = { .sh = sh, .o = o, .text = TEXT_INIT };
	struct talk *t = &sh->talk;
	struct err e = { 0 };
	int r = message_addresses(&m, &e);
	if (r == 0)
		r = message_options(&m, &e);
	if (r == 0)
		r = message_open(&m, &e);
	struct mail mail = { .from = buf_str(&m.from),
		.to = (const char *const *)m.to,
		.nto = m.nto,
		.text = &m.text,
		.mail_param = o->mail_param,
		.nmail_param = o->nmail_param,
		.rcpt_param = o->rcpt_param,
		.nrcpt_param = o->nrcpt_param,
		.chunk = o->chunk != NULL,
		.chunk_size =
		    o->chunk == NULL ? 0 : strtoull(o->chunk, NULL, 10),
		.last = message_last(o) };
	talk_source_begin(t, false);
	if (r < 0)
		talk_error(t, &e);
	else
		r = message_talk(&m, &mail);
	shell_do(sh, talk_end);
	talk_source_end(t);
	t->had_link = false;
	text_release(&m.text);
	buf_release(&m.from);
	for (size_t i = 0; i < m.nto; i++)
		free(m.to[i]);
	free(m.to);
	return r;
}
