#include "cmd/shell/refusals.h"

#include <stdlib.h>
#include "cmd/shell/shell.h"

struct refusal_line {
	enum refusal kind;
	char *text;
};

void
refusals_hold(struct shell *sh)
{
	sh->refusals.held = true;
}

void
refusals_add(struct shell *sh, enum refusal kind, const char *text)
{
	struct refusals *r = &sh->refusals;
	if (!r->held) {
		out_error(&sh->out, "%s", text);
		return;
	}
	r->line = mem_grow(r->line, r->n + 1, sizeof *r->line);
	r->line[r->n++] = (struct refusal_line){ kind, mem_dup(text) };
}

void
refusals_drop(struct shell *sh, enum refusal kind)
{
	struct refusals *r = &sh->refusals;
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->line[i].kind == kind)
			free(r->line[i].text);
		else
			r->line[n++] = r->line[i];
	r->n = n;
}

void
refusals_tell(struct shell *sh)
{
	struct refusals *r = &sh->refusals;
	for (size_t i = 0; i < r->n; i++) {
		out_error(&sh->out, "%s", r->line[i].text);
		free(r->line[i].text);
	}
	free(r->line);
	*r = (struct refusals){ 0 };
}
