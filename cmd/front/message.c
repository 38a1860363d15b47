/* One message as a script: greeting, EHLO (HELO), MAIL, a RCPT each, DATA or
 * BDAT, QUIT. Each stage is a row; --quit-after names one to stop behind. */
#include "cmd/front/message.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/lang/compose.h"
#include "cmd/front/deliver.h"
#include "cmd/front/made.h"

struct message {
	struct shell *sh;
	const struct opts *o;
	struct text text;
	struct buf from;
	struct compose_paths to;
	bool input; /* the text is read from standard input */
};

static const char *const message_stages[] = {
	[MAIL_CONNECT] = "connect",
	[MAIL_HELO] = "helo",
	[MAIL_MAIL] = "mail",
	[MAIL_RCPT] = "rcpt",
	[MAIL_DATA] = "data",
};

static int
message_word(struct message *m, const char *text, struct buf *b, struct err *e)
{
	return vars_expand(
	    &m->sh->talk.vars, NULL, text, strlen(text), false, b, e);
}

/* Beyond what a test message of ASCII can be. */
static bool
message_needs_mime(const struct opts *o)
{
	const char *p = o->body == NULL ? "" : o->body;
	if (made_is_asked(o) || *p == '@' || strlen(p) > 900)
		return true;
	while (*p > 0 && *p < 127)
		p++;
	bool wide = *p != '\0';
	for (size_t i = 0; i < o->header.n && !wide; i++) {
		p = o->header.item[i];
		wide = strlen(p) > 900;
		for (; *p != '\0' && !wide; p++)
			wide = (unsigned char)*p > 126;
	}
	return wide;
}

static int
message_make(struct message *m, struct err *e)
{
	struct buf b = BUF_INIT, date = BUF_INIT, msgid = BUF_INIT;
	if (message_needs_mime(m->o))
		return made_letter(
		    &m->sh->talk, m->o, buf_str(&m->from), NULL, &m->text, e);
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
	struct text *x = &m->text;
	const struct opt_list *h = &m->o->header;
	if (!compose_has_header(buf_data(&x->first), buf_len(&x->first)))
		talk_remark(&m->sh->talk, h->n == 0
					      ? "the message has no header"
					      : "the message had no header; "
						"that of --header it has");
	if (h->n == 0)
		return 0;
	return compose_add(&x->first, x->ended, h->item, h->n, e) < 0
		   ? -1
		   : text_again(x, e);
}

/* Standard input carries a message unless it is a terminal, a device, or the
 * command line makes one; a list that a loop reads stays whole then. */
static int
message_open(struct message *m, struct err *e)
{
	const struct opts *o = m->o;
	struct stat st;
	int how = fcntl(STDIN_FILENO, F_GETFL);
	bool made = made_is_asked(o);
	bool none = o->body != NULL || o->quit_after != NULL || o->html != NULL;
	m->input = made && !none;
	if (o->data == NULL && !none &&
	    (how < 0 || (how & O_ACCMODE) == O_WRONLY ||
		fstat(STDIN_FILENO, &st) < 0)) {
		if (made)
			return message_make(m, e);
		return err_set(e, ERR_NOINPUT,
		    "standard input cannot be read: no message; --body TEXT "
		    "makes a test message");
	}
	if (o->data == NULL && (none || S_ISCHR(st.st_mode)))
		return message_make(m, e);
	return text_open(&m->text, o->data != NULL ? o->data : "-", NULL, e);
}

/* Standard input was the text, as mail(1) takes it. */
static int
message_letter(struct message *m, struct err *e)
{
	struct text *x = &m->text;
	if (!x->ended)
		return err_set(e, ERR_DATA,
		    "the text on standard input is larger than %zu octets: "
		    "--body @FILE and --attach FILE take more",
		    buf_len(&x->first));
	if (memchr(buf_data(&x->first), '\0', buf_len(&x->first)) != NULL)
		return err_set(e, ERR_DATA,
		    "standard input is no text: it has a NUL; --attach "
		    "/dev/stdin --body '' takes it");
	char *text = buf_detach(&x->first);
	text_release(x);
	int r = made_letter(&m->sh->talk, m->o, buf_str(&m->from), text, x, e);
	free(text);
	return r < 0 ? -1 : 1;
}

/* Its first block is there. */
static int
message_look(void *arg, struct err *e)
{
	struct message *m = arg;
	struct text *x = &m->text;
	if (x->fd < 0)
		return 0;
	if (m->input)
		return message_letter(m, e);
	if (x->ended && buf_len(&x->first) == 0 && m->o->data == NULL) {
		if (m->o->header.n > 0) {
			text_release(x);
			return message_make(m, e);
		}
		return err_set(e, ERR_NOINPUT,
		    "standard input is empty: no message; --body TEXT makes "
		    "a test message");
	}
	return message_given(m, e);
}

static int
message_list(struct message *m, const char *option, const struct opt_list *l,
    struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (compose_addresses(&m->to, option, l->item[i], e) < 0)
			return -1;
	return 0;
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
	if (vars_set(&m->sh->talk.vars, "from", buf_str(&m->from),
		buf_len(&m->from), e) < 0)
		return -1;
	if (message_list(m, "--to", &m->o->to, e) < 0 ||
	    message_list(m, "--cc", &m->o->cc, e) < 0 ||
	    message_list(m, "--bcc", &m->o->bcc, e) < 0 ||
	    deliver_to_file(m->o, &m->to, e) < 0)
		return -1;
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
	    message_params("--rcpt-param", rcpt->item, rcpt->n, e) < 0 ||
	    deliver_check(o, e) < 0)
		return -1;
	return compose_check_header(o->header.item, o->header.n, e);
}

static enum mail_stage
message_last(const struct opts *o)
{
	for (int i = MAIL_CONNECT; i < MAIL_ALL; i++)
		if (o->quit_after != NULL &&
		    strcmp(o->quit_after, message_stages[i]) == 0)
			return (enum mail_stage)i;
	return MAIL_ALL;
}

/* What would be sent, with line ends of one octet. */
struct message_print {
	struct act act;
	struct message *m;
	struct buf b, out;
};

static int
message_print_resume(struct talk *t, struct act *a, struct err *e)
{
	struct message_print *p = (struct message_print *)a;
	struct out *out = &p->m->sh->out;
	for (;;) {
		int r = text_next(t, &p->m->text, &p->b, e);
		if (r != 0)
			return r;
		const char *s = buf_data(&p->b);
		size_t len = buf_len(&p->b);
		if (len == 0)
			return ACT_DONE;
		buf_clear(&p->out);
		for (const char *cr; (cr = memchr(s, '\r', len)) != NULL;
		     s = cr + 1) {
			buf_add(&p->out, s, (size_t)(cr - s));
			len -= (size_t)(cr + 1 - s);
		}
		buf_add(&p->out, s, len);
		out_write(out, buf_data(&p->out), buf_len(&p->out));
	}
}

static void
message_print_release(struct talk *t, struct act *a)
{
	struct message_print *p = (struct message_print *)a;
	(void)t;
	buf_release(&p->b);
	buf_release(&p->out);
}

static const struct act_kind message_print_kind = { "print",
	sizeof(struct message_print), message_print_resume, NULL,
	message_print_release };

static int
message_dry_run(struct message *m, struct deliver *d)
{
	struct talk *t = &m->sh->talk;
	const struct mail_remark *l = &m->text.remark;
	struct buf b = BUF_INIT;
	const char *text;
	unsigned i = 0;
	if (deliver_load(d) < 0)
		return -1;
	buf_addf(&b, "dry run: from <%s> to", buf_str(&m->from));
	for (size_t k = 0; k < m->to.n; k++)
		buf_addf(&b, "%s <%s>", k > 0 ? "," : "", m->to.path[k]);
	if (!m->o->quiet)
		out_error(&m->sh->out, "%s", buf_str(&b));
	buf_release(&b);
	while ((text = mail_remark_tell(l, &i)) != NULL)
		out_error(&m->sh->out, "%s", text);
	struct message_print *p = act_push(t, &message_print_kind);
	p->m = m;
	shell_drive(m->sh);
	return 0;
}

static int
message_run_all(struct message *m, struct mail *mail)
{
	struct deliver d = { .sh = m->sh,
		.o = m->o,
		.mail = mail,
		.look = message_look,
		.arg = m };
	return m->o->dry_run ? message_dry_run(m, &d) : deliver_mail(&d);
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
		.to = (const char *const *)m.to.path,
		.fate = mem_zalloc((m.to.n + 1) * sizeof *mail.fate),
		.nto = m.to.n,
		.text = &m.text,
		.one_by_one = o->no_pipelining,
		.last = message_last(o) };
	deliver_options(&mail, o);
	talk_source_begin(t, NULL);
	if (r < 0)
		talk_error(t, &e);
	else
		r = message_run_all(&m, &mail);
	shell_do(sh, talk_end);
	talk_source_end(t);
	t->had_link = false;
	text_release(&m.text);
	buf_release(&m.from);
	buf_release(&mail.said);
	free(mail.fate);
	compose_release(&m.to);
	return r;
}
