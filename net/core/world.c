/* A world is a list of entries, each an address with what happens to mail for
 * it, and lists of names and mailing lists that only RFC 821's world has. A
 * domain is known when an entry is in it; that tells "no such user" from
 * "not ours". Looking up is linear: worlds are small. */
#include "net/core/world.h"

#include <stdlib.h>
#include <string.h>

struct world_entry {
	char *address; /* "local@domain", unquoted */
	enum world_verdict verdict;
	char *box;    /* NULL: no mailbox comes of it */
	char *answer; /* NULL: the verdict's own */
};

struct world_name {
	const char *string;
	enum world_verdict verdict;
	const char *answer;
};

struct world {
	char *host;
	struct world_entry *entry;
	size_t nentries;
	const struct world_name *names, *lists; /* or NULL */
};

struct world_row {
	const char *address;
	enum world_verdict verdict;
	const char *to; /* FORWARD, ELSEWHERE: where it went */
};

static const struct world_row world_std10_rows[] = {
	/* 3.1 */
	{ "Jones@Beta.ARPA", WORLD_LOCAL, NULL },
	{ "Brown@Beta.ARPA", WORLD_LOCAL, NULL },
	/* 3.2 and 3.3 */
	{ "Postel@USC-ISI.ARPA", WORLD_FORWARD, "Postel@USC-ISIF.ARPA" },
	{ "Paul@USC-ISIB.ARPA", WORLD_ELSEWHERE, "Mockapetris@USC-ISIF.ARPA" },
	{ "Smith@USC-ISIF.ARPA", WORLD_LOCAL, NULL },
	{ "Smith@USC-ISIQ.ARPA", WORLD_FORWARD, "Smith@USC-ISIQ.ARPA" },
	{ "Jones@USC-ISIQ.ARPA", WORLD_ELSEWHERE, "Jones@USC-ISIQ.ARPA" },
	/* 3.6 */
	{ "JOE@HOSTW.ARPA", WORLD_LOCAL, NULL },
	/* Appendix F, scenarios 1 to 10 */
	{ "Jones@BBN-UNIX.ARPA", WORLD_LOCAL, NULL },
	{ "Brown@BBN-UNIX.ARPA", WORLD_LOCAL, NULL },
	{ "Jones@MIT-Multics.ARPA", WORLD_LOCAL, NULL },
	{ "Jones@BBN-VAX.ARPA", WORLD_LOCAL, NULL },
	{ "Admin.MRC@SU-SCORE.ARPA", WORLD_INACTIVE, NULL },
	{ "ABC@MIT-MC.ARPA", WORLD_LOCAL, NULL },
	{ "Fonebone@USC-ISIQA.ARPA", WORLD_LOCAL, NULL },
	{ "XYZ@MIT-AI.ARPA", WORLD_LOCAL, NULL },
	{ "Q-Smith@ISI-VAXA.ARPA", WORLD_LOCAL, NULL },
	{ "joe@FOO-UNIX.ARPA", WORLD_LOCAL, NULL },
	{ "xyz@BAR-UNIX.ARPA", WORLD_LOCAL, NULL },
	{ "fred@BBN-UNIX.ARPA", WORLD_LOCAL, NULL },
	{ "fred@USC-ISIF.ARPA", WORLD_FORWARD, "Jones@USC-ISI.ARPA" },
	{ "Jones@USC-ISI.ARPA", WORLD_LOCAL, NULL },
	{ "fabry@BERKELEY.ARPA", WORLD_LOCAL, NULL },
	{ "eric@BERKELEY.ARPA", WORLD_ALONE, NULL },
};

static const struct world_name world_std10_names[] = {
	{ "Smith", WORLD_LOCAL, "Fred Smith <Smith@USC-ISIF.ARPA>" },
	{ "Crispin", WORLD_LOCAL, "Mark Crispin <Admin.MRC@SU-SCORE.ARPA>" },
	{ "Gourzenkyinplatz", WORLD_AMBIGUOUS, "User ambiguous." },
	{ NULL, WORLD_NONE, "String does not match anything." },
};

static const struct world_name world_std10_lists[] = {
	{ "Example-People", WORLD_LOCAL,
	    "Jon Postel <Postel@USC-ISIF.ARPA>\n"
	    "Fred Fonebone <Fonebone@USC-ISIQ.ARPA>\n"
	    "Sam Q. Smith <SQSmith@USC-ISIQ.ARPA>\n"
	    "Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>\n"
	    "<joe@foo-unix.ARPA>\n"
	    "<xyz@bar-unix.ARPA>" },
	{ "Interested-Parties", WORLD_LOCAL,
	    "Al Calico <ABC@MIT-MC.ARPA>\n"
	    "<XYZ@MIT-AI.ARPA>\n"
	    "Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>\n"
	    "<fred@BBN-UNIX.ARPA>\n"
	    "<xyz@bar-unix.ARPA>" },
	{ "Executive-Washroom-List", WORLD_DENIED, "Access Denied to You." },
	{ NULL, WORLD_NONE, "String does not match anything." },
};

static char
world_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
world_equal(const char *a, size_t alen, const char *b, size_t blen)
{
	if (alen != blen)
		return false;
	for (size_t i = 0; i < alen; i++)
		if (world_lower(a[i]) != world_lower(b[i]))
			return false;
	return true;
}

/* The last '@': a domain has none, a local part may (it was quoted). */
static const char *
world_at(const char *p, size_t len)
{
	while (len > 0)
		if (p[--len] == '@')
			return p + len;
	return NULL;
}

struct world *
world_new(const char *host)
{
	struct world *w = mem_zalloc(sizeof(*w));
	w->host = mem_dup(host);
	return w;
}

void
world_free(struct world *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->nentries; i++) {
		free(w->entry[i].address);
		free(w->entry[i].box);
		free(w->entry[i].answer);
	}
	free(w->entry);
	free(w->host);
	free(w);
}

const char *
world_host(const struct world *w)
{
	return w->host;
}

static struct world_entry *
world_push(struct world *w, char *address, enum world_verdict v)
{
	w->entry = mem_grow(w->entry, w->nentries + 1, sizeof(*w->entry));
	struct world_entry *n = &w->entry[w->nentries++];
	*n = (struct world_entry){ .address = address, .verdict = v };
	return n;
}

struct world *
world_std10(void)
{
	struct world *w = world_new("Beta.ARPA");
	w->names = world_std10_names;
	w->lists = world_std10_lists;
	size_t n = sizeof(world_std10_rows) / sizeof(world_std10_rows[0]);
	for (size_t i = 0; i < n; i++) {
		const struct world_row *r = &world_std10_rows[i];
		struct world_entry *e =
		    world_push(w, mem_dup(r->address), r->verdict);
		if (r->verdict == WORLD_FORWARD)
			e->answer = mem_printf(
			    "User not local; will forward to <%s>", r->to);
		if (r->verdict == WORLD_ELSEWHERE)
			e->answer = mem_printf(
			    "User not local; please try <%s>", r->to);
		else
			e->box = mem_dup(r->to != NULL ? r->to : r->address);
	}
	return w;
}

void
world_add(struct world *w, const char *mailbox)
{
	char *address = world_at(mailbox, strlen(mailbox)) != NULL
			    ? mem_dup(mailbox)
			    : mem_printf("%s@%s", mailbox, w->host);
	struct world_entry *e = world_push(w, address, WORLD_LOCAL);
	e->box = mem_dup(address);
}

const char *
world_mailbox(const struct world *w, size_t i)
{
	for (size_t k = 0; k < w->nentries; k++)
		if (w->entry[k].box != NULL && i-- == 0)
			return w->entry[k].box;
	return NULL;
}

static bool
world_knows(const struct world *w, const char *domain, size_t len)
{
	if (world_equal(domain, len, w->host, strlen(w->host)))
		return true;
	for (size_t i = 0; i < w->nentries; i++) {
		const char *a = w->entry[i].address;
		const char *d = world_at(a, strlen(a)) + 1;
		if (world_equal(domain, len, d, strlen(d)))
			return true;
	}
	return false;
}

static const struct world_entry *
world_find(const struct world *w, const char *address, size_t len)
{
	for (size_t i = 0; i < w->nentries; i++) {
		const char *a = w->entry[i].address;
		if (world_equal(address, len, a, strlen(a)))
			return &w->entry[i];
	}
	return NULL;
}

/* "<Postmaster>", and the same at a domain of ours. */
static bool
world_is_postmaster(const struct world *w, const char *address, size_t len)
{
	const char *at = world_at(address, len);
	size_t local = at != NULL ? (size_t)(at - address) : len;
	return world_equal(address, local, "postmaster", 10) &&
	       (at == NULL || world_knows(w, at + 1, len - local - 1));
}

/* address: unquoted, "local@domain" or "local". */
static enum world_verdict
world_look(const struct world *w, const char *address, size_t len,
    struct buf *answer, struct buf *box)
{
	const struct world_entry *e = world_find(w, address, len);
	if (e != NULL) {
		buf_adds(answer, e->answer != NULL ? e->answer : "OK");
		if (box != NULL && e->box != NULL)
			buf_adds(box, e->box);
		return e->verdict;
	}
	if (world_is_postmaster(w, address, len)) {
		buf_adds(answer, "OK");
		if (box != NULL)
			buf_addf(box, "postmaster@%s", w->host);
		return WORLD_LOCAL;
	}
	const char *at = world_at(address, len);
	if (at != NULL &&
	    !world_knows(w, at + 1, len - (size_t)(at - address) - 1)) {
		buf_adds(answer, "Not a domain of mine; relaying denied");
		return WORLD_DENIED;
	}
	buf_adds(answer, "No such user here");
	return WORLD_NONE;
}

/* Appends the local part without its quotes and backslashes. */
static void
world_unquote(struct buf *out, const char *p, size_t len)
{
	size_t i = 0;
	if (len > 1 && p[0] == '"')
		i++, len--;
	for (; i < len; i++) {
		if (p[i] == '\\' && i + 1 < len)
			i++;
		buf_addc(out, p[i]);
	}
}

static void
world_address(struct buf *out, const char *path, const struct addr *a)
{
	world_unquote(out, path + a->local, a->local_len);
	if (a->domain_len > 0) {
		buf_addc(out, '@');
		buf_add(out, path + a->domain, a->domain_len);
	}
}

/* Everybody has a mailbox, whatever the case of its name. */
static void
world_take(const struct world *w, const char *path, const struct addr *a,
    struct buf *answer, struct buf *box)
{
	buf_adds(answer, "OK");
	if (box == NULL)
		return;
	size_t from = buf_len(box);
	world_address(box, path, a);
	for (size_t i = box->off + from; i < box->end; i++)
		box->p[i] = world_lower(box->p[i]);
	if (a->domain_len == 0)
		buf_addf(box, "@%s", w->host);
}

enum world_verdict
world_rcpt(const struct world *w, const char *path, const struct addr *a,
    struct buf *answer, struct buf *box)
{
	struct buf address = BUF_INIT;
	if (w->nentries == 0) {
		world_take(w, path, a, answer, box);
		return WORLD_LOCAL;
	}
	world_address(&address, path, a);
	enum world_verdict v =
	    world_look(w, buf_data(&address), buf_len(&address), answer, box);
	buf_release(&address);
	return v;
}

static enum world_verdict
world_named(
    const struct world_name *n, const char *s, size_t len, struct buf *answer)
{
	while (n->string != NULL &&
	       !world_equal(s, len, n->string, strlen(n->string)))
		n++;
	buf_adds(answer, n->answer);
	return n->verdict;
}

/* A string without '@' in a world of mailboxes: by local part, at any domain. */
static enum world_verdict
world_by_local(
    const struct world *w, const char *s, size_t len, struct buf *answer)
{
	size_t found = 0;
	for (size_t i = 0; i < w->nentries; i++) {
		const struct world_entry *e = &w->entry[i];
		const char *a = e->address;
		size_t local = (size_t)(world_at(a, strlen(a)) - a);
		if (e->box != NULL && world_equal(s, len, a, local))
			buf_addf(answer, "%s<%s>", found++ > 0 ? "\n" : "", a);
	}
	if (found > 0)
		return found > 1 ? WORLD_AMBIGUOUS : WORLD_LOCAL;
	if (world_is_postmaster(w, s, len)) {
		buf_addf(answer, "<postmaster@%s>", w->host);
		return WORLD_LOCAL;
	}
	buf_adds(answer, "String does not match anything.");
	return WORLD_NONE;
}

/* A string with '@': what RCPT would say of it. */
static enum world_verdict
world_by_address(
    const struct world *w, const char *s, size_t len, struct buf *answer)
{
	struct buf text = BUF_INIT;
	enum world_verdict v = world_look(w, s, len, &text, NULL);
	const struct world_entry *e = world_find(w, s, len);
	if (v == WORLD_INACTIVE || v == WORLD_ALONE)
		v = WORLD_LOCAL;
	if (v != WORLD_LOCAL)
		buf_add(answer, buf_data(&text), buf_len(&text));
	else if (e != NULL)
		buf_addf(answer, "<%s>", e->address);
	else
		buf_addf(answer, "<postmaster@%s>", w->host);
	buf_release(&text);
	return v;
}

enum world_verdict
world_vrfy(const struct world *w, const char *s, size_t len, struct buf *answer)
{
	struct addr a;
	struct buf look = BUF_INIT;
	enum world_verdict v;
	if (w->nentries == 0) {
		buf_adds(answer,
		    "Cannot VRFY user, but will accept message and attempt "
		    "delivery");
		return WORLD_UNSURE;
	}
	if (len > 0 && s[0] == '<' && addr_parse(&a, s, len, NULL) == 0 &&
	    a.len == len && !a.null)
		world_address(&look, s, &a);
	else
		buf_add(&look, s, len);
	s = buf_data(&look);
	len = buf_len(&look);
	if (world_at(s, len) != NULL)
		v = world_by_address(w, s, len, answer);
	else if (w->names != NULL && !world_is_postmaster(w, s, len))
		v = world_named(w->names, s, len, answer);
	else
		v = world_by_local(w, s, len, answer);
	buf_release(&look);
	return v;
}

enum world_verdict
world_expn(const struct world *w, const char *s, size_t len, struct buf *answer)
{
	if (w->lists != NULL)
		return world_named(w->lists, s, len, answer);
	if (w->nentries == 0) {
		buf_adds(
		    answer, "Cannot EXPN list, but will accept mail for it");
		return WORLD_UNSURE;
	}
	buf_adds(answer, "String does not match anything.");
	return WORLD_NONE;
}
