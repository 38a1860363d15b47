/* The tables say "RET=FULL|HDRS ENVID=xtext" for an extension; what is in
 * upper case and digits, parted by "|" or ",", can be chosen from. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/buf.h"
#include "net/core/ext.h"
#include "cmd/term/param.h"

static void
params_add(struct params *p, const char *s, size_t len)
{
	const char *eq = memchr(s, '=', len);
	size_t name_len = eq != NULL ? (size_t)(eq - s) : len;
	struct param *q;
	char *both;
	size_t i;

	for (i = 0; i < p->n; i++) {
		q = &p->v[i];
		if (strlen(q->name) != name_len ||
		    strncasecmp(q->name, s, name_len) != 0)
			continue;
		if (eq == NULL || q->values == NULL)
			return;
		both = mem_printf(
		    "%s|%.*s", q->values, (int)(len - name_len - 1), eq + 1);
		free(q->values);
		q->values = both;
		return;
	}
	p->v = mem_grow(p->v, p->n + 1, sizeof(*p->v));
	q = &p->v[p->n++];
	q->name = mem_dupn(s, name_len);
	q->values = eq != NULL ? mem_dupn(eq + 1, len - name_len - 1) : NULL;
}

void
params_init(struct params *p, const struct smtp *s, enum verb_id verb)
{
	const struct smtp_keyword *k;
	const struct ext *x;
	const char *t;
	size_t i, len;

	p->v = NULL;
	p->n = 0;
	if (s == NULL)
		return;
	for (i = 0; (k = smtp_offer_at(s, i)) != NULL; i++) {
		x = ext_find(k->keyword, strlen(k->keyword));
		if (x == NULL)
			continue;
		t = verb == VERB_MAIL	? x->mail
		    : verb == VERB_RCPT ? x->rcpt
					: NULL;
		while (t != NULL && *t != '\0') {
			len = strcspn(t, " ");
			params_add(p, t, len);
			t += len;
			t += strspn(t, " ");
		}
	}
}

void
params_release(struct params *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->v[i].name);
		free(p->v[i].values);
	}
	free(p->v);
	p->v = NULL;
	p->n = 0;
}

const struct param *
params_find(const struct params *p, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strlen(p->v[i].name) == len &&
		    strncasecmp(p->v[i].name, name, len) == 0)
			return &p->v[i];
	return NULL;
}

bool
param_is_choice(const struct param *p)
{
	static const char choice[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789|,";

	return p->values != NULL && p->values[0] != '\0' &&
	       strspn(p->values, choice) == strlen(p->values);
}

size_t
param_choice(const struct param *p, size_t i, const char **v, bool *several)
{
	const char *s = p->values;
	size_t len;

	for (;; i--) {
		len = strcspn(s, "|,");
		if (i == 0)
			break;
		if (s[len] == '\0')
			return 0;
		s += len + 1;
	}
	*v = s;
	*several = s[len] == ',' || (s > p->values && s[-1] == ',');
	return len;
}

bool
param_is_used(const struct param *p, const char *args, size_t len)
{
	size_t i = 0, n = strlen(p->name);

	while (i < len) {
		if (len - i >= n && strncasecmp(args + i, p->name, n) == 0 &&
		    (i + n == len || args[i + n] == ' ' || args[i + n] == '='))
			return true;
		while (i < len && args[i] != ' ')
			i++;
		while (i < len && args[i] == ' ')
			i++;
	}
	return false;
}
