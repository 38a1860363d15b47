/* One message as a script: greeting, EHLO (HELO), MAIL, a RCPT each, DATA or
 * BDAT, QUIT. Each stage is a row; --quit-after names one to stop behind. */
#include "cmd/front/message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/front/compose.h"
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
	struct compose_paths to;
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

static int
message_word(struct message *m, const char *text, struct buf *b, struct err *e)
{
	return vars_expand(&m->sh->vars, NULL, text, strlen(text), false, b, e);
}

static int
message_make(struct message *m, struct err *e)
{
	struct buf b = BUF_INIT, date = BUF_INIT, msgid = BUF_INIT;
	int r = message_word(m, "${date}", &date, e);
	if (r == 0)
		r = message_word(m, "${msgid}", &msgid, e);
	if (r == 0) {
		const struct compose c = { .from = buf_str(&m->from),
			.date = buf_str(&date),
			.msgid = buf_str(&msgid),
			.to = &m->to,
			.line = m->o->header.item,
			.n = m->o->header.n,
			.body = m->o->body };
		compose_make(&b, &c);
		text_memory(&m->text, "the test message", &b);
	}
	buf_release(&date);
	buf_release(&msgid);
	buf_release(&b);
	return r;
}

/* --header beside a message. */
static int
message_given(struct message *m, struct err *e)
{
	struct text *t = &m->text;
	const struct opt_list *h = &m->o->header;
	if (!compose_has_header(buf_data(&t->first), buf_len(&t->first)))
		shell_remark(m->sh, h->n == 0 ? "the message has no header"
					      : "the message had no header; "
						"that of --header it has");
	if (h->n == 0)
		return 0;
	return compose_add(&t->first, t->ended, h->item, h->n, e) < 0
		   ? -1
		   : text_again(t, e);
}

/* Standard input carries a message unless it is a terminal, a device, or the
 * command line makes one; a list that a loop reads stays whole then. */
static int
message_open(struct message *m, struct err *e)
{
	const struct opts *o = m->o;
	struct stat st;
	bool none = o->body != NULL || o->quit_after != NULL ||
		    fstat(STDIN_FILENO, &st) < 0 || S_ISCHR(st.st_mode);
	if (o->data == NULL && none)
		return message_make(m, e);
	if (text_open(&m->text, o->data != NULL ? o->data : "-", e) < 0)
		return -1;
	if (m->text.ended && buf_len(&m->text.first) == 0 && o->data == NULL) {
		if (o->header.n > 0) {
			text_release(&m->text);
			return message_make(m, e);
		}
		return err_set(e, ERR_NOINPUT,
		    "standard input is empty: no message; --body TEXT makes "
		    "a test message");
	}
	return message_given(m, e);
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
	if (m->o->from != NULL) {
		char *p = compose_address("--from", m->o->from, e);
		if (p == NULL)
			return -1;
		buf_adds(&m->from, p);
		free(p);
	} else if (message_word(m, "${from}", &m->from, e) < 0) {
		return -1;
	}
	vars_set(
	    &m->sh->vars, "from", buf_str(&m->from), buf_len(&m->from), NULL);
	for (size_t i = 0; i < m->o->to.n; i++)
		if (compose_addresses(&m->to, "--to", m->o->to.item[i], e) < 0)
			return -1;
	m->utf8 = message_is_utf8(buf_str(&m->from));
	for (size_t i = 0; i < m->to.n; i++)
		m->utf8 |= message_is_utf8(m->to.path[i]);
	/* A probe that ends before them needs none. */
	const char *stage = m->o->quit_after;
	bool before = stage != NULL && strcmp(stage, "rcpt") != 0 &&
		      strcmp(stage, "data") != 0;
	if (m->to.n == 0 && !before)
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
	const struct opt_list *mail = &o->mail_param, *rcpt = &o->rcpt_param;
	if (message_params("--mail-param", mail->item, mail->n, e) < 0 ||
	    message_params("--rcpt-param", rcpt->item, rcpt->n, e) < 0)
		return -1;
	return compose_check_header(o->header.item, o->header.n, e);
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
	for (size_t i = 0; i < o->mail_param.n; i++)
		if (strncasecmp(o->mail_param.item[i], name, n) == 0 &&
		    (o->mail_param.item[i][n] == '=' ||
			o->mail_param.item[i][n] == '\0'))
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
	for (size_t i = 0; i < m->o->mail_param.n; i++)
		message_param(m, &b, m->o->mail_param.item[i]);
	int r = message_say(m, buf_str(&b), buf_len(&b), 2, e);
	buf_release(&b);
	return r;
}

static int
message_rcpts(struct message *m, struct err *e)
{
	for (size_t i = 0; i < m->to.n; i++) {
		struct buf b = BUF_INIT;
		buf_addf(&b, "RCPT TO:<%s>", m->to.path[i]);
		for (size_t k = 0; k < m->o->rcpt_param.n; k++)
			buf_addf(&b, " %s", m->o->rcpt_param.item[k]);
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
	compose_release(&m.to);
	return r;
}
