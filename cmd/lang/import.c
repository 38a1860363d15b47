#include "cmd/lang/import.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/import_priv.h"
#include "cmd/lang/match.h"
#include "net/core/verb.h"

void
import_release(struct import *i)
{
	free(i->text);
	free(i->at);
	free(i->note);
	*i = (struct import){ 0 };
}

/* What shows only one side, or only parts of lines. */
static const struct {
	const char *has, *also, *why;
} import_never[] = {
	{ ">hello: ", ">from: ",
	    "CodeIgniter's log: what the client said is not in it; write the "
	    "commands (C: EHLO ...) before the replies" },
	{ "Flags [P.]", "SMTP: ",
	    "tcpdump's: of each packet only the first line is shown; "
	    "tcpdump -w FILE, and Wireshark's Follow TCP Stream, show all" },
	{ "said: ", "(in reply to ", NULL },
	{ "Remote host said: ", "", NULL },
	{ "SMTP error from remote mail server after ", "", NULL },
	{ "The response from the remote server was:", "", NULL },
	{ "The error that the other server returned was:", "", NULL },
	{ "Diagnostic information for administrators:", "", NULL },
	{ "Diagnostic-Code: smtp;", "", NULL },
};

static bool
import_has(const struct import_lines *l, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i < l->n; i++)
		if (memmem(l->line[i].p, l->line[i].len, word, n) != NULL)
			return true;
	return false;
}

const char *
import_hopeless(const struct import_lines *l)
{
	for (size_t i = 0; i < sizeof import_never / sizeof *import_never; i++)
		if (import_has(l, import_never[i].has) &&
		    import_has(l, import_never[i].also))
			return import_never[i].why != NULL
				   ? import_never[i].why
				   : "a bounce: it quotes a reply, and is no "
				     "conversation; --diagnose FILE reads it";
	return NULL;
}

static const char *const import_masks[] = {
	[MASK_AUTH] = ", the masked secret is \\auth",
	[MASK_SENT] = ", the masked secret is sent as it stands (--auth-user: "
		      "\\auth)",
	[MASK_ANY] = ", masked secrets are any word",
};

static void
import_tell(struct import *out, const struct import_say *s, const char *kind,
    unsigned session, unsigned sessions)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s read as %s: %zu commands, %zu lines left out, ",
	    s->name, kind, s->commands, s->left_out);
	buf_adds(&b, s->stood_in   ? "text not shown"
		     : s->any_text ? "text shown"
				   : "no text");
	if (s->masked)
		buf_adds(&b, import_masks[s->mask]);
	if (s->began_in_tls)
		buf_adds(&b, ", begun within TLS (--tls)");
	if (sessions > 1)
		buf_addf(&b, ", session %u of %u (--session)",
		    session == 0 ? 1 : session, sessions);
	out->note = buf_detach(&b);
	out->kind = kind;
}

static void
import_take(struct import *out, struct import_say *s)
{
	out->len = buf_len(&s->out);
	out->text = buf_detach(&s->out);
	out->at = s->at;
	out->lines = s->lines;
	s->at = NULL;
}

/* As that kind. */
static int
import_as(struct import *out, const char *name, struct import_lines *l,
    const struct import_kind *k, const struct import_want *want, struct err *e)
{
	struct import_say s;
	unsigned sessions = 1;
	const char *kind = k == NULL ? "" : k->name;
	say_init(&s, name, k);
	s.mask = want->mask;
	s.forced = want->as != NULL;
	int r = k == NULL ? import_bare(&s, l, &kind, e)
			  : import_marked(&s, l, want->session, &sessions, e);
	if (k == NULL && r == 1 && want->as == NULL) {
		say_release(&s);
		say_init(&s, name, NULL);
		s.mask = want->mask;
		kind = "rfc";
		r = import_commands(&s, l, e);
	}
	if (k != NULL && k->swapped != NULL && s.swapped)
		kind = k->swapped;
	if (k != NULL && r == 1 && want->session > sessions)
		r = err_set(e, ERR_USAGE, "--session %u: %s has %u, read as %s",
		    want->session, name, sessions, kind);
	/* The language's own tags, and nothing to mend: its error stands. */
	bool own = k != NULL && s.strict &&
		   (strcmp(k->server[0], "R: ") == 0 ||
		       strcmp(k->client[0], "C: ") == 0);
	if (r == 0 && own && !s.mended && want->as == NULL)
		r = 1;
	if (r == 0 && (s.commands == 0 || !s.greeted))
		r = 1;
	if (r == 0) {
		import_tell(out, &s, kind, want->session, sessions);
		import_take(out, &s);
	}
	say_release(&s);
	return r;
}

static bool
import_is_bare(const char *as)
{
	static const char *const names[] = { "telnet", "s_client", "javamail",
		"exim-bh" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(as, names[i]) == 0)
			return true;
	return false;
}

/* --as: of the rows of that name the one that fits best. */
static int
import_forced(struct import *out, const char *name, struct import_lines *l,
    const struct import_want *want, struct err *e)
{
	const struct import_kind *k = import_named(want->as), *best = k;
	size_t most = 0;
	int r;
	if (k == NULL && !import_is_bare(want->as))
		return err_set(e, ERR_USAGE,
		    "--as %s: no such kind; --list kinds has them", want->as);
	for (; k != NULL && k->name != NULL; k++) {
		size_t n = import_score(k, l);
		bool named = import_named(want->as) == k ||
			     strcmp(k->name, want->as) == 0;
		if (named && n > most) {
			most = n;
			best = k;
		}
	}
	r = import_as(out, name, l, best, want, e);
	if (r == 1)
		return err_set(e, ERR_DATA,
		    "%s: found no session in it, read as %s: a line of either "
		    "side at least is expected",
		    name, want->as);
	return r;
}

static int
import_found(struct import *out, const char *name, struct import_lines *l,
    const struct import_want *want, struct err *e)
{
	if (want->as != NULL)
		return import_forced(out, name, l, want, e);
	const struct import_kind *k = import_guess(l);
	const char *why = import_hopeless(l);
	if (k != NULL && (why == NULL || k->is & KIND_SURE))
		return import_as(out, name, l, k, want, e);
	if (why != NULL)
		return err_set(
		    e, ERR_DATA, "%s: cannot be replayed: it is %s", name, why);
	return import_as(out, name, l, NULL, want, e);
}

int
import_text(struct import *out, const char *name, struct import_source *in,
    const struct import_want *want, struct err *e)
{
	struct import_lines l;
	*out = (struct import){ 0 };
	import_clean(&l, in);
	int r = import_found(out, name, &l, want, e);
	free(l.line);
	return r;
}

/* What telnet says around a session. */
static bool
import_is_telnet(const char *p, size_t len)
{
	static const char *const begins[] = { "Trying ", "Connected to ",
		"Escape character is ", "$ telnet ",
		"Connection closed by foreign host" };
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (import_begins(p, len, begins[i]))
			return !import_begins(p, len, "Connected to smtp");
	return false;
}

/* A line of the language, or of telnet's. */
static bool
import_is_line(const char *p, size_t len)
{
	size_t i = 0;
	while (i < len && (p[i] == ' ' || p[i] == '\t'))
		i++;
	p += i;
	len -= i;
	while (len > 0 && p[len - 1] == '\r')
		len--;
	if (len == 0 || *p == '#' || *p == '\\' || *p == '}')
		return true;
	if (len > 1 && p[1] == ':' && strchr("SRC", *p) != NULL)
		return true;
	return import_is_telnet(p, len) || expect_like(p, len) ||
	       verb_find(p, verb_word(p, len)) != NULL;
}

bool
import_is_native(const char *p, size_t len)
{
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		size_t blank = 0;
		while (blank < n && strchr(" \t\r", p[blank]) != NULL)
			blank++;
		if (blank < n && p[blank] != '#')
			return import_is_line(p, n);
		p += n + (nl != NULL);
		len -= n + (nl != NULL);
	}
	return true;
}

bool
import_is_foreign(const char *p, size_t len)
{
	for (unsigned i = 0; i < 4 && len > 0; i++) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p);
		if (nl == NULL)
			return false; /* more of it may come */
		if (i == 0 && !import_is_native(p, n))
			return true;
		if (import_begins(p, n, ">>> "))
			return true;
		p += n + (nl != NULL);
		len -= n + (nl != NULL);
	}
	return false;
}

bool
import_is_captured(const char *p, size_t len)
{
	bool in_text = false, doubled = false, greeted = false;
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - p), l = n;
		while (l > 0 && p[l - 1] == '\r')
			l--;
		if (in_text) {
			in_text = !(l == 1 && *p == '.');
			if (in_text && l > 0 && *p == '.' && p[1] != '.')
				return false;
			doubled |= in_text && l > 1 && *p == '.';
		} else if (l > 0 && !import_is_telnet(p, l)) {
			bool code = import_code(p, l);
			if (!greeted && !(code && l > 4))
				return false;
			if (!code && !import_verb(p, l))
				return false;
			greeted = true;
			in_text = code && memcmp(p, "354", 3) == 0;
		}
		p += n + (nl != NULL);
		len -= n + (nl != NULL);
	}
	return doubled && !in_text;
}
