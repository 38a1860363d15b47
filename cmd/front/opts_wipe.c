/* The process list shows argv to everyone: what -c says of secrets is kept
 * elsewhere, and wiped there. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/front/opts.h"
#include "cmd/say/out.h"
#include "net/core/verb.h"

/* Does a secret stand in it by the look of it? */
static bool
opts_has_secret(const char *line, size_t len)
{
	size_t n = verb_word(line, len);
	const struct verb *v = verb_find(line, n);
	struct buf b = BUF_INIT;
	struct redact none;
	redact_init(&none);
	redact_line(
	    &none, &b, line, len, v != NULL && (v->is & VERB_HAS_SECRET));
	bool secret =
	    buf_len(&b) != len || memcmp(buf_data(&b), line, len) != 0;
	redact_release(&none);
	buf_release(&b);
	return secret;
}

/* An answer to AUTH: no verb, no command, no expectation. */
static bool
opts_is_answer(const char *line)
{
	size_t n = verb_word(line, strlen(line));
	return n > 0 && line[0] != '\\' && line[n] != ' ' && line[n] != ':' &&
	       verb_find(line, n) == NULL;
}

static bool
opts_says_auth(const char *line)
{
	return strncasecmp(line, "AUTH ", 5) == 0 ||
	       strncasecmp(line, "S: AUTH ", 8) == 0;
}

bool
opts_wipe(struct opts *o)
{
	bool any = false, answers = false;
	for (size_t i = 0; i < o->nrun; i++) {
		struct opt_run *r = &o->run[i];
		if (r->file)
			continue;
		size_t len = strlen(r->text);
		answers &= opts_is_answer(r->text);
		bool secret = answers || opts_has_secret(r->text, len);
		answers |= opts_says_auth(r->text);
		if (!secret)
			continue;
		char *argv = (char *)(uintptr_t)r->text;
		r->text = r->own = mem_dup(argv);
		explicit_bzero(argv, len);
		any = true;
	}
	return any;
}
