/* The rows that name a product or a provider stand before those that many
 * servers share, and refusals that say nothing at the end. */
#include "cmd/know/pattern_priv.h"

#include "cmd/lang/match.h"

static const struct pattern *const pattern_parts[] = { pattern_provider,
	pattern_who, pattern_list, pattern_sender, pattern_login, pattern_rcpt,
	pattern_text, pattern_state };
#define PATTERN_PARTS (sizeof pattern_parts / sizeof *pattern_parts)

const struct pattern *
pattern_at(size_t i)
{
	for (size_t k = 0; k < PATTERN_PARTS; k++) {
		const struct pattern *p = pattern_parts[k];
		for (; p->id != NULL; p++)
			if (i-- == 0)
				return p;
	}
	return NULL;
}

const struct pattern *
pattern_find(const char *text, size_t len)
{
	const struct pattern *p;
	for (size_t i = 0; (p = pattern_at(i)) != NULL; i++)
		if (match_text(p->regex, text, len))
			return p;
	return NULL;
}
