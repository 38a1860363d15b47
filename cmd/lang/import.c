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
	if (s->filled > 0)
		buf_addf(&b, ", %zu replies not shown", s->filled);
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

/* Once through. What is missing of the replies is filled in, or not. */
static int
import_once(struct import_say *s, const char *name, struct import_lines *l,
    const struct import_kind *k, const struct import_want *want, bool fills,
    const char **kind, unsigned *sessions, struct err *e)
{
	*sessions = 1;
	*kind = k == NULL ? "" : k->name;
	say_init(s, name, k);
	s->mask = want->mask;
	s->forced = want->as != NULL;
	s->fills = fills;
	return k == NULL ? import_bare(s, l, kind, e)
			 : import_marked(s, l, want->session, sessions, e);
}

/* As that kind. */
static int
import_as(struct import *out, const char *name, struct import_lines *l,
    const struct import_kind *k, const struct import_want *want, struct err *e)
{
	struct import_say s;
	unsigned sessions;
	const char *kind;
	int r = import_once(&s, name, l, k, want, false, &kind, &sessions, e);
	if (r == 0 && k != NULL && s.gap && s.unanswered && s.replies > 0) {
		struct import_say again;
		struct err ignored;
		if (import_once(&again, name, l, k, want, true, &kind,
			&sessions, &ignored) == 0 &&
		    !again.unanswered) {
			say_release(&s);
			s = again;
		} else {
			say_release(&again);
		}
	}
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

/* The ways a file may be read: as it stands, as a page printed it, and either
 * without what a log has before its lines. */
struct import_ways {
	struct import_lines way[12];
	size_t n;
	struct import_source made[3]; /* a page's, and packets' */
	size_t made_n;
	bool tagged; /* an RFC's tags, and what cannot be mended */
};

static void
import_ways_add(struct import_ways *w, struct import_source *in)
{
	size_t first = w->n;
	import_clean(&w->way[w->n++], in);
	if (import_prefix(&w->way[w->n], &w->way[first]))
		w->n++;
	if (import_quoted(&w->way[w->n], &w->way[first]))
		w->n++;
	for (size_t i = first, n = w->n; i < n && i < first + 2; i++) {
		struct import_source *made = &w->made[w->made_n];
		if (!import_packets(made, &w->way[i]))
			continue;
		w->made_n++;
		import_clean(&w->way[w->n++], made);
		break;
	}
}

static void
import_ways_release(struct import_ways *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->way[i].line);
	for (size_t i = 0; i < w->made_n; i++) {
		free(w->made[i].p);
		free(w->made[i].no);
	}
}

/* --as: of the rows of that name, and of the ways, what fits best. */
static int
import_forced(struct import *out, const char *name, struct import_ways *w,
    const struct import_want *want, struct err *e)
{
	const struct import_kind *k = import_named(want->as), *best = k;
	struct import_lines *l = &w->way[0];
	size_t most = 0;
	if (k == NULL && !import_is_bare(want->as))
		return err_set(e, ERR_USAGE,
		    "--as %s: no such kind; --list kinds has them", want->as);
	for (; k != NULL && k->name != NULL; k++) {
		bool named = import_named(want->as) == k ||
			     strcmp(k->name, want->as) == 0;
		for (size_t i = 0; named && i < w->n; i++) {
			size_t n = import_score(k, &w->way[i]);
			if (n > most) {
				most = n;
				best = k;
				l = &w->way[i];
			}
		}
	}
	int r = import_as(out, name, l, best, want, e);
	if (r == 1)
		return err_set(e, ERR_DATA,
		    "%s: found no session in it, read as %s: a line of either "
		    "side at least is expected",
		    name, want->as);
	return r;
}

/* Of programs that are known. 1: none. */
static int
import_known(struct import *out, const char *name, struct import_ways *w,
    const struct import_want *want, struct err *e)
{
	const char *why = import_hopeless(&w->way[0]);
	for (size_t i = 0; i < w->n; i++) {
		const struct import_kind *k = import_guess(&w->way[i]);
		if (k == NULL || (import_hopeless(&w->way[i]) != NULL &&
				     !(k->is & KIND_SURE)))
			continue;
		int r = import_as(out, name, &w->way[i], k, want, e);
		if (r != 1)
			return r;
		w->tagged |= (k->is & KIND_NOTATION) != 0;
	}
	if (why == NULL)
		return 1;
	out->kind = why;
	return err_set(
	    e, ERR_DATA, "%s: cannot be replayed: it is %s", name, why);
}

/* One side alone cannot be replayed: whose it is. 1: it is none. */
static int
import_half(struct import *out, const char *name, const struct import_ways *w,
    struct err *e)
{
	for (size_t i = 0; i < w->n; i++) {
		bool server = false;
		const struct import_kind *k =
		    import_one_side(&w->way[i], &server);
		if (k == NULL)
			continue;
		out->kind = k->name;
		return err_set(e, ERR_DATA,
		    "%s: looks like %s, and shows only what the %s said: "
		    "expected both sides; %s",
		    name, k->name, server ? "server" : "client",
		    server ? "write the commands (C: EHLO ...) before the "
			     "replies, or have the program show what it sends"
			   : "take the marks off, and smtpsh sends the "
			     "commands, or have the program show the replies");
	}
	return 1;
}

/* Without marks, or with marks that are learnt. What the first refused as has
 * the word. */
static int
import_unknown(struct import *out, const char *name, struct import_ways *w,
    const struct import_want *want, struct err *e)
{
	struct err first = { 0 };
	int refused = 1;
	for (size_t i = 0; i < w->n; i++) {
		int r = import_as(out, name, &w->way[i], NULL, want, e);
		if (r == 0)
			return r;
		if (r < 0 && refused > 0) {
			first = *e;
			refused = r;
		}
	}
	for (size_t i = 0; i < w->n && !w->tagged; i++) {
		const struct import_kind *k;
		struct import_learnt *g = import_learn(&w->way[i], &k);
		int r = g == NULL
			    ? 1
			    : import_as(out, name, &w->way[i], k, want, e);
		free(g);
		if (r == 0)
			return r;
	}
	if (refused < 0) {
		*e = first;
		return refused;
	}
	return import_half(out, name, w, e);
}

int
import_text(struct import *out, const char *name, struct import_source *in,
    const struct import_want *want, struct err *e)
{
	struct import_ways w = { 0 };
	*out = (struct import){ 0 };
	enum import_paged paged = import_page(&w.made[0], in);
	w.made_n = paged != PAGED_NOT;
	if (paged != PAGED_SURELY)
		import_ways_add(&w, in);
	if (paged != PAGED_NOT)
		import_ways_add(&w, &w.made[0]);
	int r;
	if (want->as != NULL) {
		r = import_forced(out, name, &w, want, e);
	} else {
		r = import_known(out, name, &w, want, e);
		if (r == 1)
			r = import_unknown(out, name, &w, want, e);
	}
	import_ways_release(&w);
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
