/* Whether what is registered for a code is what a reply means: servers use
 * codes for what they were not made for, and say so in their text. */
#include "cmd/know/explain.h"

#include <string.h>
#include "cmd/know/pattern.h"
#include "cmd/know/sight.h"
#include "net/core/code.h"

static bool
fit_names(const struct code *c, const struct verb *v)
{
	if (c->verbs[0] == 0)
		return true;
	for (size_t i = 0; c->verbs[i] != 0; i++)
		if (c->verbs[i] == (short)v->id)
			return true;
	return false;
}

/* Rows whose words use an enhanced code for something else. */
static bool
fit_bends(const char *id)
{
	static const char *const ids[] = { "rcpt.eop", "login.app-password",
		"login.webbrowser", "relay.ptr", "rate.ses",
		"rate.eop-throttle", "login.smtp-auth-off", "auth.yahoo" };
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

unsigned
explain_misfits(const struct verb *v, const struct reply *r)
{
	const struct code *c = code_find(r->code, v->id);
	struct sight_reply said = { 0 };
	unsigned out = 0;
	if (r->code < 400)
		return 0;
	bool strange = c != NULL && !c->std10 && !fit_names(c, v) &&
		       v->id != VERB_UNKNOWN && v->id != VERB_RAW;
	sight_reply(&said, v, NULL, r);
	const struct pattern *p = pattern_find(said.text, strlen(said.text));
	bool gone = said.subject == 1 && said.detail == 10 && p != NULL &&
		    strcmp(p->id, "rcpt.unknown") == 0;
	sight_reply_release(&said);
	bool other = p != NULL && c != NULL &&
		     (!c->std10 || verb_lists(v, r->code) == VERB_NOT_LISTED) &&
		     r->code != 421;
	if (strange || (other && !fit_names(c, v)) ||
	    (other && (r->code == 530 || c->std10)))
		out |= EXPLAIN_NO_CODE;
	if (gone || (p != NULL && fit_bends(p->id)))
		out |= EXPLAIN_NO_ENH;
	return out;
}
