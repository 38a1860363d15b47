/* covers: cmd/lang/vars.c
 * ${...}: what must not enter a command line does not, and nothing grows
 * without end. */
#include "fuzz.h"
#include "cmd/lang/vars.h"

#define VARS_MAX (1 << 20)

static size_t
count_breaks(const char *p, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += p[i] == '\r' || p[i] == '\n' || p[i] == '\0';
	return n;
}

static bool
builtin(void *arg, const char *name, struct buf *b)
{
	(void)arg;
	if (strcmp(name, "n") != 0)
		return false;
	buf_adds(b, "12");
	return true;
}

/* Words of the input are names: what was set is there, what was unset is not,
 * and nothing else has changed. */
static void
many(const uint8_t *p, size_t len)
{
	struct vars v, copy;
	struct err e;
	vars_init(&v);
	vars_init(&copy);
	for (size_t i = 0; i < len;) {
		size_t n = 0;
		while (i + n < len && p[i + n] != ' ' && p[i + n] != '\0')
			n++;
		char *name = fuzz_string(p + i, n);
		bool is = vars_set(&v, name, "value", 5, &e) == 0;
		RULE(is == (vars_get(&v, name) != NULL));
		if (is)
			vars_copy(&copy, vars_get(&v, name));
		if (is && i % 3 == 0) {
			RULE(vars_unset(&v, name));
			RULE(vars_get(&v, name) == NULL);
		}
		free(name);
		i += n + 1;
	}
	RULE(v.n <= copy.n);
	for (size_t i = 0; i < v.n; i++)
		RULE(vars_get(&copy, v.var[i].name) != NULL &&
		     vars_get(&v, v.var[i].name) == &v.var[i]);
	vars_release(&v);
	vars_release(&copy);
}

/* The input: two values and a text, parted by 0xff. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vars v;
	struct buf out = BUF_INIT;
	struct err e;
	char *word[2];
	size_t at = 0;

	many(data, size);
	vars_init(&v);
	v.builtin = builtin;
	for (int i = 0; i < 2; i++) {
		const uint8_t *end = memchr(data + at, 0xff, size - at);
		size_t n = end != NULL ? (size_t)(end - data) - at : 0;
		char *value = fuzz_copy(data + at, n);
		RULE(vars_set(&v, i == 0 ? "a" : "b-c", value, n, NULL) == 0);
		free(value);
		word[i] = fuzz_string(data + at, n);
		at += end != NULL ? n + 1 : 0;
	}
	const struct var_args args = { 2, word };
	char *text = fuzz_copy(data + at, size - at);
	size_t before = count_breaks(text, size - at);
	if (vars_expand(&v, &args, text, size - at, false, &out, &e) == 0) {
		RULE(buf_len(&out) <= VARS_MAX);
		RULE(count_breaks(buf_data(&out), buf_len(&out)) <= before);
	} else {
		RULE(e.kind == ERR_USAGE || e.kind == ERR_DATA);
	}
	buf_clear(&out);
	if (vars_expand(&v, &args, text, size - at, true, &out, &e) == 0)
		RULE(buf_len(&out) <= VARS_MAX);
	free(text);
	free(word[0]);
	free(word[1]);
	buf_release(&out);
	vars_release(&v);
	return 0;
}
