#include "cmd/front/letter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/front/compose.h"
#include "net/mime/mime.h"

#define LETTER_TEXT_MAX (16u << 20)

bool
letter_is_made(const struct opts *o)
{
	return o->subject != NULL || o->html != NULL || o->attach.n > 0 ||
	       o->inlined.n > 0 || o->cc.n > 0 || o->reply_to != NULL;
}

char *
letter_text(const char *option, const char *value, struct err *e)
{
	if (value[0] != '@')
		return mem_dup(value);
	struct buf b = BUF_INIT;
	const char *path = value + 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;
	while (n > 0 && buf_len(&b) <= LETTER_TEXT_MAX) {
		n = read(fd, buf_space(&b, 65536), 65536);
		if (n > 0)
			buf_commit(&b, (size_t)n);
	}
	int failed = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		err_set(e, ERR_NOINPUT, "%s: cannot read %s: %s", option, path,
		    strerror(failed));
	else if (buf_len(&b) > LETTER_TEXT_MAX)
		err_set(e, ERR_DATA,
		    "%s: %s is larger than 16 MiB: --attach takes it", option,
		    path);
	else if (memchr(buf_data(&b), '\0', buf_len(&b)) != NULL)
		err_set(e, ERR_DATA,
		    "%s: %s is no text: it has a NUL; --attach takes it",
		    option, path);
	else
		return buf_detach(&b);
	buf_release(&b);
	return NULL;
}

/* A list of options as one list of a header. */
static int
letter_list(
    const char *option, const struct opt_list *l, struct buf *b, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		if (mime_check_addresses(option, l->item[i], e) < 0)
			return -1;
		buf_addf(b, "%s%s", i > 0 ? ", " : "", l->item[i]);
	}
	return 0;
}

/* "FILE;type=text/plain;charset=utf-8;name=x.txt": its words, NUL-ended in
 * text. */
static void
letter_file(char *text, bool inlined, struct mime_file *f)
{
	*f = (struct mime_file){ .path = text, .inlined = inlined };
	for (char *p = text; (p = strchr(p, ';')) != NULL;) {
		bool type = strncmp(p, ";type=", 6) == 0;
		if (!type && strncmp(p, ";name=", 6) != 0) {
			p++;
			continue;
		}
		*p = '\0';
		*(type ? &f->type : &f->name) = p + 6;
		p += 6;
	}
}

struct letter_files {
	struct mime_file *file;
	char **own;
	size_t n;
};

static void
letter_files(struct letter_files *l, const struct opt_list *from, bool inlined)
{
	l->file = mem_grow(l->file, l->n + from->n + 1, sizeof *l->file);
	l->own = mem_grow(l->own, l->n + from->n + 1, sizeof *l->own);
	for (size_t i = 0; i < from->n; i++, l->n++) {
		l->own[l->n] = mem_dup(from->item[i]);
		letter_file(l->own[l->n], inlined, &l->file[l->n]);
	}
}

static void
letter_files_release(struct letter_files *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->own[i]);
	free(l->own);
	free(l->file);
}

/* Date, and a Message-ID in the sender's domain. */
static int
letter_stamp(struct shell *sh, const char *from, struct buf *date,
    struct buf *msgid, struct err *e)
{
	struct vars *v = &sh->talk.vars;
	if (vars_expand(v, NULL, "${date}", 7, false, date, e) < 0 ||
	    vars_expand(v, NULL, "${msgid}", 8, false, msgid, e) < 0)
		return -1;
	const char *at = strrchr(from, '@'), *id = buf_str(msgid);
	bool ascii = at != NULL && at[1] != '\0';
	for (const char *p = at; ascii && *p != '\0'; p++)
		ascii = (unsigned char)*p < 127;
	if (!ascii)
		return 0;
	buf_truncate(msgid, strcspn(id, "@"));
	buf_adds(msgid, at);
	return 0;
}

static int
letter_fill(struct shell *sh, const struct opts *o, const char *from,
    const char *text, struct mime *m, struct text *x, struct err *e)
{
	struct buf date = BUF_INIT, id = BUF_INIT, to = BUF_INIT, cc = BUF_INIT,
		   sender = BUF_INIT;
	char *body = NULL, *html = NULL;
	struct feed *f = NULL;
	buf_addf(&sender, "<%s>", from);
	if (o->body != NULL && text == NULL &&
	    (body = letter_text("--body", o->body, e)) == NULL)
		goto out;
	if (o->html != NULL &&
	    (html = letter_text("--html", o->html, e)) == NULL)
		goto out;
	if (letter_stamp(sh, from, &date, &id, e) < 0 ||
	    letter_list("--to", &o->to, &to, e) < 0 ||
	    letter_list("--cc", &o->cc, &cc, e) < 0)
		goto out;
	if (o->reply_to != NULL &&
	    mime_check_addresses("--reply-to", o->reply_to, e) < 0)
		goto out;
	m->from = o->from != NULL && *from != '\0' ? o->from
		  : *from != '\0'		   ? buf_str(&sender)
						   : NULL;
	m->to = buf_str(&to);
	m->cc = buf_str(&cc);
	m->reply_to = o->reply_to;
	m->subject = o->subject;
	m->date = buf_str(&date);
	m->msgid = buf_str(&id);
	m->text = text != NULL ? text : body;
	m->html = html;
	f = mime_new(m, e);
	if (f != NULL)
		text_feed(x, "the message", f);
out:
	free(body);
	free(html);
	buf_release(&date);
	buf_release(&id);
	buf_release(&to);
	buf_release(&cc);
	buf_release(&sender);
	return f == NULL ? -1 : 0;
}

int
letter_make(struct shell *sh, const struct opts *o, const char *from,
    const char *text, struct text *x, struct err *e)
{
	struct letter_files files = { 0 };
	letter_files(&files, &o->attach, false);
	letter_files(&files, &o->inlined, true);
	struct mime m = { .file = files.file,
		.nfile = files.n,
		.line = o->header.item,
		.nline = o->header.n };
	int r = letter_fill(sh, o, from, text, &m, x, e);
	letter_files_release(&files);
	return r;
}
