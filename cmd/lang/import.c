#include "cmd/lang/import.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/lang/import_priv.h"

void
import_release(struct import *i)
{
	free(i->text);
	free(i->at);
	free(i->note);
	*i = (struct import){ 0 };
}

static const char *const import_hides[] = {
	[MASK_AUTH] = ", a secret is hidden as \\auth (--reveal)",
	[MASK_SENT] = "",
	[MASK_ANY] = ", a secret is hidden as *** (--reveal)",
};

static const char *const import_answers[] = {
	[MASK_AUTH] = ", the answer to a challenge is \\auth",
	[MASK_SENT] = ", the recorded answer to a challenge is no good for "
		      "another (--auth-user: \\auth)",
	[MASK_ANY] = "",
};

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
	if (s->kind != NULL && s->kind->is & KIND_STANDS)
		buf_adds(&b, ", ? stands for words that are not shown");
	if (s->hidden)
		buf_adds(&b, import_hides[s->mask]);
	else if (s->withheld)
		buf_adds(&b, ", a secret that is not in it is not sent "
			     "(--auth-user: \\auth)");
	else if (s->answered)
		buf_adds(&b, import_answers[s->mask]);
	else if (s->masked)
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
	s->hides = want->hides && !s->strict; /* its examples are public */
	s->forced = want->as != NULL;
	s->fills = fills;
	return k == NULL ? import_bare(s, l, kind, e)
			 : import_marked(s, l, want->session, sessions, e);
}

int
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
