/* In which ways a file may be read, and which of them is taken: the programs
 * that are known first, then lines without marks, then marks that are learnt. */
#include "cmd/lang/import.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/import_priv.h"

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
	struct import_source made[5]; /* a page's, packets', and rows' */
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
	struct import_source *made = &w->made[w->made_n];
	if (import_rows(made, &w->way[first])) {
		w->made_n++;
		import_clean(&w->way[w->n++], made);
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
	const struct import_kind *first = import_named(want->as);
	const struct import_kind *k = first, *best = first;
	struct import_lines *l = &w->way[0];
	size_t most = 0;
	if (k == NULL && !import_is_bare(want->as))
		return err_set(e, ERR_USAGE,
		    "--as %s: no such kind; --list kinds has them", want->as);
	for (; k != NULL && k->name != NULL; k++) {
		bool named = k == first || strcmp(k->name, want->as) == 0;
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
