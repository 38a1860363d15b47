/* What a file is read as: the language, what another program showed of a
 * session, or the server's side of one; and where it comes from. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/lang/script_masked.h"
#include "cmd/lang/script_priv.h"

#define SCRIPT_MAX   (64u << 20)
#define SCRIPT_TWICE (4u << 20) /* what is larger is read once, one way */

/* Logins that were recorded are done anew, or told. */
static size_t
script_login(struct script *s, size_t len, bool login)
{
	struct buf b = BUF_INIT, note = BUF_INIT;
	struct masked n = script_unmask(&b, s->octets, len, login);
	if (n.masked + n.answered == 0)
		return len;
	buf_addf(&note, "%s: ", s->name);
	if (n.masked > 0)
		buf_addf(&note, "%zu masked login%s \\auth", n.masked,
		    n.masked == 1 ? " is" : "s are");
	if (n.answered > 0)
		buf_addf(&note, "%s%zu recorded answer%s to a challenge %s %s",
		    n.masked > 0 ? ", " : "", n.answered,
		    n.answered == 1 ? "" : "s", n.answered == 1 ? "is" : "are",
		    login ? "\\auth"
			  : "no good for another (--auth-user: \\auth)");
	s->note = buf_detach(&note);
	free(s->octets);
	len = buf_len(&b);
	s->octets = buf_detach(&b);
	return len;
}

/* octets become the script's. */
static int
script_own(struct script *s, const char *name, char *octets, size_t len,
    const struct script_want *want, lang_word *word, struct err *e)
{
	*s = (struct script){ .name = mem_dup(name),
		.dialect = want->dialect,
		.octets = octets };
	if (want->keep) {
		s->source = mem_dupn(octets, len);
		s->source_len = len;
	} else if (want->replays) {
		len = script_login(s, len, want->login);
	}
	int r = script_take(s, len, NULL, word, e);
	if (r < 0)
		script_release(s);
	return r;
}

int
script_parse(struct script *s, const char *name, const char *p, size_t len,
    enum dialect d, lang_word *word, struct err *e)
{
	const struct script_want want = { .dialect = d };
	return script_own(s, name, mem_dupn(p, len), len, &want, word, e);
}

/* What an importer has made; got is released. */
static int
script_imported(struct script *s, const char *name, struct import *got,
    const struct script_want *want, lang_word *word, struct err *e)
{
	*s = (struct script){ .name = mem_dup(name),
		.dialect = DIALECT_5321,
		.octets = got->text,
		.note = got->note };
	if (want->keep) {
		s->source = mem_dupn(got->text, got->len);
		s->source_len = got->len;
	}
	got->text = got->note = NULL;
	int r = script_take(s, got->len, got, word, e);
	import_release(got);
	if (r < 0)
		script_release(s);
	return r;
}

/* As a transcript. 1: it is none. sure (or NULL): it is one that cannot be
 * replayed, whatever else might be said of it. */
static int
script_import(struct script *s, const char *name, struct import_source *in,
    const struct script_want *want, lang_word *word, bool *sure, struct err *e)
{
	struct import got;
	int r = import_text(&got, name, in, &want->import, e);
	if (r != 0) {
		if (r < 0 && sure != NULL)
			*sure = got.kind != NULL;
		return r;
	}
	return script_imported(s, name, &got, want, word, e);
}

/* The language first. What it refuses may be a transcript; if that is refused
 * as well, the one that the first line speaks for has the word. */
static int
script_either(struct script *s, const char *name, struct import_source *in,
    const struct script_want *want, lang_word *word, struct err *e)
{
	struct err why = { 0 };
	bool looks = import_is_native(in->p, in->len);
	bool small = in->len <= SCRIPT_TWICE;
	bool captured = small && looks && want->dialect == DIALECT_UNKNOWN &&
			import_is_captured(in->p, in->len);
	int r = 1;
	if (captured || !looks)
		r = script_import(s, name, in, want, word, NULL, &why);
	if (r <= 0) {
		*e = why;
		return r;
	}
	char *copy =
	    small && looks && !captured ? mem_dupn(in->p, in->len) : NULL;
	size_t len = in->len;
	r = script_own(s, name, in->p, len, want, word, e);
	in->p = copy;
	if (r < 0 && e->kind == ERR_DATA && copy != NULL) {
		bool sure = false;
		int other = script_import(s, name, in, want, word, &sure, &why);
		if (other == 0)
			return 0;
		if (other < 0 && (sure || why.kind == ERR_USAGE))
			*e = why;
	}
	return r;
}

/* The server's side only is a mock's to play. 1: it is not that. */
static int
script_half(struct script *s, const char *name, struct import_source *in,
    const struct script_want *want, lang_word *word, struct err *e)
{
	struct import got;
	const char *of =
	    in->len <= SCRIPT_TWICE ? import_server_only(in->p, in->len) : NULL;
	if (of == NULL)
		return 1;
	if (want->replays)
		return err_set(e, ERR_DATA,
		    "%s: looks like %s's, and has the server's side only: what "
		    "was said to it is not in the file; write the commands "
		    "(EHLO ...) before the replies that they got, or --mock "
		    "FILE plays it to a client, --diagnose FILE tells of the "
		    "replies",
		    name, of);
	import_server_play(&got, name, in->p, in->len);
	return script_imported(s, name, &got, want, word, e);
}

static int
script_source(struct script *s, const char *name, struct import_source *in,
    const struct script_want *want, lang_word *word, struct err *e)
{
	const char *as = want->import.as;
	int r;
	if (as != NULL && strcmp(as, "native") == 0) {
		r = script_own(s, name, in->p, in->len, want, word, e);
		in->p = NULL;
	} else if (as != NULL || in->no != NULL || in->dropped > 0) {
		r = script_import(s, name, in, want, word, NULL, e);
		if (r == 1)
			r = err_set(e, ERR_DATA,
			    "%s: found no session in it, expected a "
			    "conversation or a transcript; --list kinds has "
			    "those that are known",
			    name);
	} else {
		r = script_half(s, name, in, want, word, e);
		if (r == 1)
			r = script_either(s, name, in, want, word, e);
	}
	free(in->p);
	free(in->no);
	return r;
}

int
script_read_fd(struct script *s, int fd, const char *name, struct buf *b,
    const struct script_want *want, lang_word *word, struct err *e)
{
	struct import_source in;
	if (import_slurp(&in, fd, name, SCRIPT_MAX, b, e) < 0)
		return -1;
	return script_source(s, name, &in, want, word, e);
}

int
script_read(struct script *s, const char *path, const struct script_want *want,
    lang_word *word, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	/* O_NONBLOCK: a FIFO must not hang the open. */
	int fd = standard ? STDIN_FILENO
			  : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set(e, ERR_NOINPUT, "cannot read %s: %s", path,
		    strerror(errno));
		if (fd >= 0 && !standard)
			close(fd);
		return -1;
	}
	/* Pipes come from the shell's <(...); devices never end. */
	if (!standard && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_NOINPUT,
		    "cannot read %s: it is no regular file", path);
	}
	struct buf b = BUF_INIT;
	int r = script_read_fd(
	    s, fd, standard ? "standard input" : path, &b, want, word, e);
	if (!standard)
		close(fd);
	if (r == 0)
		s->piped = standard || !S_ISREG(st.st_mode);
	buf_release(&b);
	return r;
}
