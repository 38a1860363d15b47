#include "cmd/talk/letter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/talk/talk.h"
#include "net/mime/mime.h"

#define LETTER_TEXT_MAX (16u << 20)

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

/* As one list of a header. */
static int
letter_list(
    const char *name, const struct draft_list *l, struct buf *b, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		if (mime_check_addresses(name, l->item[i], e) < 0)
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
letter_files(
    struct letter_files *l, const struct draft_list *from, bool inlined)
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

/* What stands behind a file's name and is neither of the two is a slip. */
static int
letter_check(const struct letter_files *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct mime_file *f = &l->file[i];
		const char *semi = strchr(f->path, ';');
		if (semi == NULL || access(f->path, F_OK) == 0)
			continue;
		char *before = mem_dupn(f->path, (size_t)(semi - f->path));
		bool slip = access(before, F_OK) == 0;
		free(before);
		if (slip)
			return err_set(e, ERR_USAGE,
			    "%s '%s': expected FILE[;type=TYPE][;name=NAME]",
			    f->inlined ? "--inline" : "--attach", f->path);
	}
	return 0;
}

int
letter_stamp(struct talk *t, const char *path, struct buf *date,
    struct buf *msgid, struct err *e)
{
	struct vars *v = &t->vars;
	if (vars_expand(v, NULL, "${date}", 7, false, date, e) < 0 ||
	    vars_expand(v, NULL, "${msgid}", 8, false, msgid, e) < 0)
		return -1;
	const char *at = strrchr(path, '@'), *id = buf_str(msgid);
	bool ascii = at != NULL && at[1] != '\0';
	for (const char *p = at; ascii && *p != '\0'; p++)
		ascii = (unsigned char)*p < 127;
	if (!ascii)
		return 0;
	buf_truncate(msgid, strcspn(id, "@"));
	buf_adds(msgid, at);
	return 0;
}

int
letter_make(struct talk *t, const struct draft *d, const char *path,
    struct text *x, struct err *e)
{
	struct buf date = BUF_INIT, id = BUF_INIT, to = BUF_INIT, cc = BUF_INIT,
		   sender = BUF_INIT;
	struct letter_files files = { 0 };
	struct feed *f = NULL;
	letter_files(&files, &d->attach, false);
	letter_files(&files, &d->inlined, true);
	buf_addf(&sender, "<%s>", path);
	int r = 0;
	if (d->subject != NULL &&
	    d->subject[strcspn(d->subject, "\r\n")] != '\0')
		r = err_set(e, ERR_USAGE, "the subject has a line end in '%s'",
		    d->subject);
	if (r == 0)
		r = letter_check(&files, e);
	if (r == 0)
		r = letter_stamp(t, path, &date, &id, e);
	if (r == 0)
		r = letter_list("To", &d->to, &to, e);
	if (r == 0)
		r = letter_list("Cc", &d->cc, &cc, e);
	if (r == 0 && d->reply_to != NULL)
		r = mime_check_addresses("Reply-To", d->reply_to, e);
	const struct mime m = { .from = *path == '\0'	  ? NULL
					: d->from != NULL ? d->from
							  : buf_str(&sender),
		.to = buf_str(&to),
		.cc = buf_str(&cc),
		.reply_to = d->reply_to,
		.subject = d->subject,
		.date = buf_str(&date),
		.msgid = buf_str(&id),
		.text = d->body,
		.html = d->html,
		.file = files.file,
		.nfile = files.n,
		.line = (const char *const *)d->header.item,
		.nline = d->header.n };
	if (r == 0)
		f = mime_new(&m, e);
	if (f != NULL)
		text_feed(x, "the message", f);
	letter_files_release(&files);
	buf_release(&date);
	buf_release(&id);
	buf_release(&to);
	buf_release(&cc);
	buf_release(&sender);
	return f == NULL ? -1 : 0;
}
