/* Names are found by a hash, with linear probing: a file may set many.
 * Expansion goes over the text once; values are never expanded again. */
#include "cmd/lang/vars.h"

#include <stdlib.h>
#include <string.h>

#define VARS_EXPANDED_MAX (1u << 20)
#define VARS_DEPTH_MAX	  16

struct vars_job {
	const struct vars *vars;
	const struct var_args *args;
	bool raw;
	unsigned depth;
	struct buf *out;
	struct err *e;
};

void
vars_init(struct vars *v)
{
	*v = (struct vars){ 0 };
}

static void
vars_drop(struct var *v)
{
	free(v->name);
	explicit_bzero(v->value, v->len);
	free(v->value);
}

void
vars_release(struct vars *v)
{
	for (size_t i = 0; i < v->n; i++)
		vars_drop(&v->var[i]);
	free(v->var);
	free(v->slot);
	vars_init(v);
}

static bool
vars_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool
vars_is_name(const char *p, size_t len)
{
	if (len == 0 || len > 64 || (p[0] >= '0' && p[0] <= '9') || p[0] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!vars_name_char(p[i]))
			return false;
	return true;
}

/* FNV-1a. */
static size_t
vars_hash(const char *name, size_t len)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return h;
}

/* The slot that has the name, or the empty one where it belongs. There is
 * always an empty one. */
static size_t
vars_probe(const struct vars *v, const char *name, size_t len)
{
	size_t i = vars_hash(name, len) & (v->nslots - 1);
	for (; v->slot[i] != 0; i = (i + 1) & (v->nslots - 1)) {
		const char *known = v->var[v->slot[i] - 1].name;
		if (strncmp(known, name, len) == 0 && known[len] == '\0')
			break;
	}
	return i;
}

static struct var *
vars_slot(const struct vars *v, const char *name, size_t len)
{
	if (v->n == 0)
		return NULL;
	uint32_t at = v->slot[vars_probe(v, name, len)];
	return at == 0 ? NULL : &v->var[at - 1];
}

/* Room for one more, at most half of the slots taken. */
static void
vars_grow(struct vars *v)
{
	if (v->n == v->cap) {
		v->cap = v->cap == 0 ? 8 : v->cap * 2;
		v->var = mem_grow(v->var, v->cap, sizeof *v->var);
	}
	if ((v->n + 1) * 2 <= v->nslots)
		return;
	v->nslots = v->nslots == 0 ? 16 : v->nslots * 2;
	free(v->slot);
	v->slot = mem_zalloc(v->nslots * sizeof *v->slot);
	for (size_t i = 0; i < v->n; i++) {
		const char *name = v->var[i].name;
		v->slot[vars_probe(v, name, strlen(name))] = (uint32_t)i + 1;
	}
}

static void
vars_keep(struct vars *v, const char *name, const char *value, size_t len)
{
	size_t name_len = strlen(name);
	struct var *slot = vars_slot(v, name, name_len);
	char *copy = mem_dupn(value, len);
	if (slot == NULL) {
		vars_grow(v);
		slot = &v->var[v->n];
		slot->name = mem_dup(name);
		v->slot[vars_probe(v, name, name_len)] = (uint32_t)++v->n;
	} else {
		explicit_bzero(slot->value, slot->len);
		free(slot->value);
	}
	slot->value = copy;
	slot->len = len;
}

void
vars_copy(struct vars *v, const struct var *from)
{
	vars_keep(v, from->name, from->value, from->len);
}

int
vars_set(struct vars *v, const char *name, const char *value, size_t len,
    struct err *e)
{
	if (!vars_is_name(name, strlen(name)))
		return err_set(e, ERR_USAGE,
		    "'%s' is no variable name: letters, digits, '_' and '-', "
		    "a letter first",
		    name);
	vars_keep(v, name, value, len);
	return 0;
}

/* Empties a slot; what was pushed past it moves up. */
static void
vars_empty_slot(struct vars *v, size_t hole)
{
	size_t mask = v->nslots - 1;
	for (size_t i = (hole + 1) & mask; v->slot[i] != 0;
	     i = (i + 1) & mask) {
		const char *name = v->var[v->slot[i] - 1].name;
		size_t home = vars_hash(name, strlen(name));
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		v->slot[hole] = v->slot[i];
		hole = i;
	}
	v->slot[hole] = 0;
}

bool
vars_unset(struct vars *v, const char *name)
{
	struct var *slot = vars_slot(v, name, strlen(name));
	if (slot == NULL)
		return false;
	vars_empty_slot(v, vars_probe(v, name, strlen(name)));
	vars_drop(slot);
	struct var *last = &v->var[--v->n];
	if (slot == last)
		return true;
	v->slot[vars_probe(v, last->name, strlen(last->name))] =
	    (uint32_t)(slot - v->var) + 1;
	*slot = *last;
	return true;
}

const struct var *
vars_get(const struct vars *v, const char *name)
{
	return vars_slot(v, name, strlen(name));
}

static int
vars_put(struct vars_job *j, const char *name, size_t name_len, const char *p,
    size_t len)
{
	if (!j->raw) {
		for (size_t i = 0; i < len; i++) {
			if (p[i] != '\r' && p[i] != '\n' && p[i] != '\0')
				continue;
			return err_set(j->e, ERR_USAGE,
			    "the value of ${%.*s} holds %s at octet %zu, which "
			    "only \\raw may send",
			    (int)name_len, name,
			    p[i] == '\r'   ? "CR"
			    : p[i] == '\n' ? "LF"
					   : "NUL",
			    i + 1);
		}
	}
	if (buf_len(j->out) + len > VARS_EXPANDED_MAX)
		return err_set(j->e, ERR_USAGE,
		    "the line is over 1 MiB once ${%.*s} is put in",
		    (int)name_len, name);
	buf_add(j->out, p, len);
	return 0;
}

/* "${2*}": words from the second on, a blank before each; "${*}": all. */
static int
vars_put_words(struct vars_job *j, const char *name, size_t len)
{
	size_t from = 0;
	for (size_t i = 0; i + 1 < len; i++)
		from = from * 10 + (size_t)(name[i] - '0');
	bool all = len == 1;
	if (j->args == NULL)
		return 0;
	for (size_t i = all ? 0 : from - 1; i < j->args->n; i++) {
		if ((!all || i > 0) && vars_put(j, name, len, " ", 1) < 0)
			return -1;
		if (vars_put(j, name, len, j->args->word[i],
			strlen(j->args->word[i])) < 0)
			return -1;
	}
	return 0;
}

static bool
vars_is_words(const char *name, size_t len)
{
	if (len == 0 || len > 3 || name[len - 1] != '*')
		return false;
	if (len > 1 && name[0] == '0')
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		if (name[i] < '0' || name[i] > '9')
			return false;
	return true;
}

static bool
vars_is_number(const char *name, size_t len)
{
	if (len == 0 || len > 2 || name[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] < '0' || name[i] > '9')
			return false;
	return true;
}

/* 1: put in; 0: there is none of that name; -1: e. An empty value counts as
 * none where a default is given, as in sh. */
static int
vars_value(struct vars_job *j, const char *name, size_t len, bool or_default)
{
	if (vars_is_number(name, len)) {
		size_t i = (size_t)(name[0] - '0');
		if (len == 2)
			i = i * 10 + (size_t)(name[1] - '0');
		if (j->args == NULL || i > j->args->n ||
		    (or_default && j->args->word[i - 1][0] == '\0'))
			return 0;
		const char *w = j->args->word[i - 1];
		return vars_put(j, name, len, w, strlen(w)) < 0 ? -1 : 1;
	}
	const struct var *v = vars_slot(j->vars, name, len);
	if (v != NULL) {
		if (v->len == 0 && or_default)
			return 0;
		return vars_put(j, name, len, v->value, v->len) < 0 ? -1 : 1;
	}
	if (j->vars->builtin == NULL)
		return 0;
	char *copy = mem_dupn(name, len);
	struct buf b = BUF_INIT;
	int r = 0;
	if (j->vars->builtin(j->vars->arg, copy, &b) &&
	    !(or_default && buf_len(&b) == 0))
		r = vars_put(j, name, len, buf_data(&b), buf_len(&b)) < 0 ? -1
									  : 1;
	buf_release(&b);
	free(copy);
	return r;
}

/* The index of the '}' that closes what was opened before p, or len. */
static size_t
vars_close(const char *p, size_t len)
{
	unsigned depth = 0;
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '$' && i + 1 < len && p[i + 1] == '{') {
			depth++;
			i++;
		} else if (p[i] == '}') {
			if (depth == 0)
				return i;
			depth--;
		}
	}
	return len;
}

static int vars_walk(struct vars_job *j, const char *p, size_t len);

/* Of a variable of the environment. */
#define VARS_ENV     "env."
#define VARS_ENV_LEN (sizeof VARS_ENV - 1)

static bool
vars_is_env(const char *name, size_t len)
{
	return len > VARS_ENV_LEN &&
	       memcmp(name, VARS_ENV, VARS_ENV_LEN) == 0 &&
	       vars_is_name(name + VARS_ENV_LEN, len - VARS_ENV_LEN);
}

static int
vars_missing(struct vars_job *j, const char *name, size_t len)
{
	int n = (int)len;
	if (vars_is_number(name, len))
		return err_set(
		    j->e, ERR_USAGE, "argument %.*s is missing", n, name);
	if (vars_is_env(name, len))
		return err_set(j->e, ERR_USAGE,
		    "${%.*s}: the environment has none, or a file may not ask "
		    "for it (--trust lets it)",
		    n, name);
	return err_set(j->e, ERR_USAGE,
	    "the variable ${%.*s} is not set: use -D %.*s=VALUE or "
	    "\\set %.*s VALUE",
	    n, name, n, name, n, name);
}

/* One ${...}: in is what stands between the braces. */
static int
vars_one(struct vars_job *j, const char *in, size_t len)
{
	size_t name_len = 0;
	if (len > VARS_ENV_LEN && memcmp(in, VARS_ENV, VARS_ENV_LEN) == 0)
		name_len = VARS_ENV_LEN;
	while (name_len < len &&
	       (vars_name_char(in[name_len]) || in[name_len] == '*'))
		name_len++;
	size_t word_len = name_len;
	/* ${random:8} */
	if (name_len + 1 < len && in[name_len] == ':' &&
	    in[name_len + 1] >= '0' && in[name_len + 1] <= '9')
		do
			name_len++;
		while (name_len < len && in[name_len] >= '0' &&
		       in[name_len] <= '9');
	bool has_default = name_len + 1 < len && in[name_len] == ':' &&
			   in[name_len + 1] == '-';
	bool named = vars_is_name(in, word_len) || vars_is_env(in, name_len) ||
		     vars_is_number(in, name_len) ||
		     vars_is_words(in, name_len);
	if (!named || (name_len < len && !has_default))
		return err_set(j->e, ERR_USAGE,
		    "'${%.*s}' is malformed: ${name} or ${name:-default}; "
		    "write $${ for a literal ${",
		    (int)(len < 60 ? len : 60), in);
	if (vars_is_words(in, name_len))
		return vars_put_words(j, in, name_len);
	int r = vars_value(j, in, name_len, has_default);
	if (r != 0)
		return r < 0 ? -1 : 0;
	if (!has_default)
		return vars_missing(j, in, name_len);
	if (++j->depth > VARS_DEPTH_MAX)
		return err_set(j->e, ERR_USAGE,
		    "defaults nest more than %d deep in ${%.*s...}",
		    VARS_DEPTH_MAX, (int)name_len, in);
	r = vars_walk(j, in + name_len + 2, len - name_len - 2);
	j->depth--;
	return r;
}

static int
vars_walk(struct vars_job *j, const char *p, size_t len)
{
	while (len > 0) {
		const char *d = memchr(p, '$', len);
		size_t plain = d == NULL ? len : (size_t)(d - p);
		buf_add(j->out, p, plain);
		p += plain;
		len -= plain;
		if (len >= 3 && p[1] == '$' && p[2] == '{') {
			buf_add(j->out, "${", 2);
			p += 3;
			len -= 3;
		} else if (len >= 2 && p[1] == '{') {
			size_t end = vars_close(p + 2, len - 2);
			if (end == len - 2)
				return err_set(j->e, ERR_USAGE,
				    "'%.*s' has no closing '}'; write $${ for "
				    "a literal ${",
				    (int)(len < 60 ? len : 60), p);
			if (vars_one(j, p + 2, end) < 0)
				return -1;
			p += end + 3;
			len -= end + 3;
		} else if (len > 0) {
			buf_addc(j->out, *p++);
			len--;
		}
	}
	return 0;
}

int
vars_expand(const struct vars *v, const struct var_args *args, const char *p,
    size_t len, bool raw, struct buf *b, struct err *e)
{
	struct vars_job j = { v, args, raw, 0, b, e };
	return vars_walk(&j, p, len);
}
