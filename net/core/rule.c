/* Every rule that is for what came counts it, whether or not it or another
 * fires: so the conditions of one do not depend on those of others. Odds come
 * from the seed, the rule and its count, not from the order of threads. Who was
 * seen, and how often, is kept by hashes in a table that begins anew when it is
 * full. */
#include "net/core/rule.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/buf.h"

#define RULE_SEEN  (1u << 16)
#define RULE_PROBE 64

struct rule_seen {
	struct {
		atomic_ullong hash;
		atomic_ulong n;
	} at[RULE_SEEN];
};

void
rules_init(struct rules *r)
{
	*r = (struct rules){ 0 };
}

struct rule_seen *
rule_seen_new(void)
{
	return mem_zalloc(sizeof(struct rule_seen));
}

void
rules_release(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct rule *x = &r->rule[i];
		free(x->text);
		free(x->glob);
		free(x->words);
		free(x->say);
		free(x->offer);
		free(x->hide);
		free(x->early);
	}
	free(r->rule);
	free(r->seen);
	rules_init(r);
}

void
rule_counts_release(struct rule_counts *c)
{
	free(c->count);
	c->count = NULL;
}

static char
rule_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
rule_glob(const char *glob, const char *p, size_t len)
{
	const char *star = NULL;
	size_t at = 0, from = 0;
	while (at < len) {
		if (*glob == '*') {
			star = ++glob;
			from = at;
		} else if (*glob != '\0' &&
			   (*glob == '?' ||
			       rule_lower(*glob) == rule_lower(p[at]))) {
			glob++;
			at++;
		} else if (star != NULL) {
			glob = star;
			at = ++from;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

/* What stands between the first '<' and the '>' of its path, or all. */
static struct span
rule_path(struct span arg)
{
	const char *open = memchr(arg.p, '<', arg.len);
	if (open == NULL)
		return arg;
	struct span s = { open + 1, arg.len - (size_t)(open + 1 - arg.p) };
	bool quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == '>' && !quoted)
			return (struct span){ s.p, i };
	}
	return s;
}

static bool
rule_begins(const char *words, struct span arg)
{
	struct span want = { words, strlen(words) }, w;
	while (w = span_word(&want), w.len > 0) {
		struct span got = span_word(&arg);
		if (got.len != w.len || strncasecmp(got.p, w.p, w.len) != 0)
			return false;
	}
	return true;
}

/* The header, its lines, and what is folded as one; or what is behind it. */
static struct span
rule_part(const struct rule_case *c, bool header)
{
	if (c->text.p == NULL)
		return (struct span){ "", 0 };
	const char *end = memmem(c->text.p, c->text.len, "\r\n\r\n", 4);
	size_t n = end == NULL ? c->text.len : (size_t)(end - c->text.p) + 2;
	if (header)
		return (struct span){ c->text.p, n };
	n = end == NULL ? n : n + 2;
	return (struct span){ c->text.p + n, c->text.len - n };
}

/* Does a field of the header match, its folds taken out? */
static bool
rule_field(const struct rules *r, const void *re, struct span header)
{
	struct buf b = BUF_INIT;
	bool found = false;
	while (header.len > 0 && !found) {
		const char *lf = memchr(header.p, '\n', header.len);
		size_t n =
		    lf == NULL ? header.len : (size_t)(lf - header.p) + 1;
		size_t text = n;
		while (text > 0 && (header.p[text - 1] == '\n' ||
				       header.p[text - 1] == '\r'))
			text--;
		buf_add(&b, header.p, text);
		header.p += n;
		header.len -= n;
		if (header.len > 0 && (*header.p == ' ' || *header.p == '\t'))
			continue;
		found = r->match(re, buf_data(&b), buf_len(&b));
		buf_clear(&b);
	}
	buf_release(&b);
	return found;
}

static bool
rule_is_for(
    const struct rules *r, const struct rule *x, const struct rule_case *c)
{
	bool end = c->on == RULE_END;
	switch (x->on) {
	case RULE_ANY:
		return c->on == RULE_COMMAND &&
		       (x->re == NULL ||
			   r->match(x->re, c->line.p, c->line.len));
	case RULE_HEADER:
		return end && rule_field(r, x->re, rule_part(c, true));
	case RULE_BODY: {
		struct span body = rule_part(c, false);
		return end && r->match(x->re, body.p, body.len);
	}
	case RULE_COMMAND:
		if (c->on != RULE_COMMAND || x->verb != c->verb)
			return false;
		break;
	default:
		if (x->on != c->on)
			return false;
	}
	struct span path = rule_path(c->arg);
	return (x->glob == NULL || rule_glob(x->glob, path.p, path.len)) &&
	       (x->words == NULL || rule_begins(x->words, c->arg)) &&
	       (x->re == NULL || r->match(x->re, c->arg.p, c->arg.len));
}

/* Spreads its bits (splitmix64). */
static uint64_t
rule_mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t
rule_hash(uint64_t h, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)rule_lower(p[i])) *
		    UINT64_C(0x100000001b3);
	return rule_mix(h);
}

/* How often that has been there, now included. */
static unsigned long
rule_count(struct rule_seen *seen, uint64_t hash)
{
	unsigned long long want = hash == 0 ? 1 : hash;
	for (size_t i = 0; i < RULE_PROBE; i++) {
		size_t at = (hash + i) % RULE_SEEN;
		unsigned long long had = 0;
		if (atomic_compare_exchange_strong(
			&seen->at[at].hash, &had, want) ||
		    had == want)
			return atomic_fetch_add(&seen->at[at].n, 1) + 1;
	}
	for (size_t i = 0; i < RULE_SEEN; i++) {
		atomic_store(&seen->at[i].hash, 0);
		atomic_store(&seen->at[i].n, 0);
	}
	return 1;
}

static uint64_t
rule_client(uint64_t salt, const struct rule_case *c)
{
	return rule_hash(rule_mix(salt), c->client, strlen(c->client));
}

static bool
rule_is_first(const struct rules *r, const struct rule *x, size_t i,
    const struct rule_case *c)
{
	if (x->first == RULE_ALWAYS)
		return true;
	uint64_t h = rule_client(2 * i, c);
	if (x->first == RULE_FIRST_PATH) {
		struct span path = rule_path(c->arg);
		h = rule_hash(h, path.p, path.len);
	}
	return rule_count(r->seen, h) == 1;
}

static unsigned long
rule_nth(const struct rules *r, struct rule *x, size_t i,
    struct rule_counts *counts, const struct rule_case *c)
{
	if (x->scope == RULE_OF_ALL)
		return atomic_fetch_add(&x->count, 1) + 1;
	if (x->scope == RULE_OF_CLIENT)
		return rule_count(r->seen, rule_client(2 * i + 1, c));
	if (counts->count == NULL)
		counts->count = mem_zalloc(r->n * sizeof *counts->count);
	return ++counts->count[i];
}

static bool
rule_fires(const struct rules *r, struct rule *x, size_t i,
    struct rule_counts *counts, const struct rule_case *c)
{
	unsigned long n = rule_nth(r, x, i, counts, c);
	if ((x->nth > 0 && n != x->nth) || (x->after > 0 && n <= x->after) ||
	    (x->every > 0 && n % x->every != 0))
		return false;
	if (x->by_odds) {
		uint64_t h = rule_mix(rule_mix(r->seed + i) + n);
		if ((double)(h >> 11) / (double)(UINT64_C(1) << 53) >= x->odds)
			return false;
	}
	return rule_is_first(r, x, i, c);
}

void
rules_ask(const struct rules *r, struct rule_counts *counts,
    const struct rule_case *c, struct rule_verdict *v,
    void (*tell)(void *arg, const struct rule *rule), void *arg)
{
	*v = (struct rule_verdict){ 0 };
	for (size_t i = 0; i < r->n; i++) {
		struct rule *x = &r->rule[i];
		if (!rule_is_for(r, x, c) || !rule_fires(r, x, i, counts, c))
			continue;
		if (v->fired == NULL)
			v->fired = x;
		if (v->reply == NULL &&
		    (x->says || x->silent || x->then != RULE_GO_ON))
			v->reply = x;
		if (v->early == NULL && x->early != NULL)
			v->early = x;
		if (v->drop == NULL && x->drops)
			v->drop = x;
		if (v->tls == NULL && x->tls_fails)
			v->tls = x;
		v->delay_ms += x->delay_ms;
		if (x->slow > 0 && (v->slow == 0 || x->slow < v->slow))
			v->slow = x->slow;
		if (tell != NULL)
			tell(arg, x);
	}
}
