/* Which session each line of a log belongs to: by process id, session id, uuid,
 * and by greetings that nothing waited for. */
#include "cmd/lang/import_priv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "net/core/verb.h"

struct loop_session {
	const char *key;
	size_t key_len;
	unsigned now; /* the number of the one under way */
	unsigned owed;
	bool greeted, in_text, data;
};

struct loop_sessions {
	struct loop_session *s;
	size_t n, cap;
	uint32_t *slot;
	size_t slots;
	unsigned count;
};

static void
loop_key(const struct import_kind *k, const struct import_line *l,
    const struct import_seen *seen, struct loop_session *key)
{
	const char *p = l->p, *end = l->p + seen->before, *from = p;
	key->key = p;
	key->key_len = 0;
	if (k->key == KEY_INDENT)
		key->key_len = seen->before;
	if (k->key == KEY_BRACKET) {
		from = memrchr(p, '[', seen->before);
		key->key = from == NULL ? p : from + 1;
		key->key_len = from == NULL ? 0 : (size_t)(end - from - 1);
	}
	for (; k->key == KEY_HEX && p < end; p++) {
		if (strchr("0123456789abcdefABCDEF-", *p) == NULL) {
			from = p + 1;
		} else if (p + 1 - from >= 16) {
			key->key = from;
			key->key_len = (size_t)(p + 1 - from);
			break;
		}
	}
	for (unsigned field = 0; k->key == KEY_FIELD && p < end; p++) {
		if (*p != ',' && *p != '\t')
			continue;
		if (++field == 2)
			from = p + 1;
		if (field == 3) {
			key->key = from;
			key->key_len = (size_t)(p - from);
			break;
		}
	}
}

static size_t
loop_hash(const struct loop_session *k)
{
	size_t h = 5381;
	for (size_t i = 0; i < k->key_len; i++)
		h = h * 33 + (unsigned char)k->key[i];
	return h;
}

static void
loop_rehash(struct loop_sessions *all)
{
	free(all->slot);
	all->slots = all->slots == 0 ? 64 : all->slots * 2;
	all->slot = mem_zalloc(all->slots * sizeof *all->slot);
	for (size_t i = 0; i < all->n; i++) {
		size_t at = loop_hash(&all->s[i]);
		while (all->slot[at & (all->slots - 1)] != 0)
			at++;
		all->slot[at & (all->slots - 1)] = (uint32_t)(i + 1);
	}
}

static struct loop_session *
loop_session(struct loop_sessions *all, const struct loop_session *key)
{
	if (all->n * 2 >= all->slots)
		loop_rehash(all);
	size_t at = loop_hash(key);
	for (;; at++) {
		uint32_t i = all->slot[at & (all->slots - 1)];
		if (i == 0)
			break;
		struct loop_session *s = &all->s[i - 1];
		if (s->key_len == key->key_len &&
		    memcmp(s->key, key->key, key->key_len) == 0)
			return s;
	}
	if (all->n == all->cap) {
		all->cap = all->cap == 0 ? 16 : all->cap * 2;
		all->s = mem_grow(all->s, all->cap, sizeof *all->s);
	}
	all->s[all->n++] =
	    (struct loop_session){ .key = key->key, .key_len = key->key_len };
	all->slot[at & (all->slots - 1)] = (uint32_t)all->n;
	return &all->s[all->n - 1];
}

/* A greeting that nothing waits for begins another session. */
static void
loop_follow(struct loop_sessions *all, struct loop_session *s,
    enum import_side side, const char *p, size_t len)
{
	while (len > 0 && strchr("b'\" ", *p) != NULL)
		p++, len--;
	bool code = side == SIDE_SERVER && import_code(p, len);
	bool ends = code && !(len > 3 && p[3] == '-');
	bool first = s->now == 0;
	if (first || (code && s->greeted && s->owed == 0 &&
			 memcmp(p, "220", 3) == 0 && ends))
		s->now = ++all->count;
	if (side == SIDE_CLIENT && s->in_text) {
		s->in_text = !(len == 1 && *p == '.');
		s->owed += !s->in_text;
		return;
	}
	size_t verb = verb_word(p, len);
	if (side == SIDE_CLIENT && verb >= 4 && verb_find(p, verb) != NULL) {
		s->owed++;
		s->data = verb_find(p, verb)->id == VERB_DATA;
	}
	if (!ends)
		return;
	s->greeted = true;
	s->in_text = s->data && *p == '3' && p[1] == '5';
	s->owed = s->owed > 0 ? s->owed - 1 : 0;
}

unsigned
import_number(const struct import_kind *k, const struct import_lines *l,
    unsigned *no, bool swap)
{
	struct loop_sessions all = { 0 };
	unsigned now = 0;
	for (size_t i = 0; i < l->n; i++) {
		struct import_seen seen;
		struct loop_session key = { 0 };
		no[i] = now;
		if (memmem(l->line[i].p, l->line[i].len, "hile talking to ",
			16) != NULL &&
		    k->is & KIND_START && all.n > 0)
			for (size_t s = 0; s < all.n; s++)
				all.s[s].now = 0;
		import_see(k, &l->line[i], &seen);
		if (seen.side == SIDE_NONE)
			continue;
		loop_key(k, &l->line[i], &seen, &key);
		enum import_side side = seen.side;
		if (swap)
			side = side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
		struct loop_session *s = loop_session(&all, &key);
		loop_follow(&all, s, side, seen.p, seen.len);
		no[i] = now = s->now;
	}
	free(all.s);
	free(all.slot);
	return all.count;
}
