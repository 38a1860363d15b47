/* What is wrong with the line that was refused: it lacks what it is about, or
 * has a blank where none is taken. */
#include <string.h>
#include "cmd/know/cause_priv.h"

/* A command without what it is about; what is not known there at all is another
 * fault. */
static bool
rule_bare(const struct sight *s)
{
	const struct sight_reply *r = &s->refusal;
	size_t len;
	return r->verb != NULL && r->line != NULL &&
	       (r->code == 501 || r->code == 504 ||
		   (r->code >= 550 && r->code != 552 && r->code != 554)) &&
	       sight_said(r->verb, r->line, &len) == NULL;
}

static bool
rule_no_name(const struct sight *s)
{
	return rule_bare(s) && (s->refusal.verb->is & VERB_IS_GREETING);
}

static bool
rule_no_path(const struct sight *s)
{
	const struct verb *v = s->refusal.verb;
	return rule_bare(s) &&
	       ((v->is & VERB_IS_TRANSACTION) || v->id == VERB_RCPT);
}

static bool
rule_no_word(const struct sight *s)
{
	const struct verb *v = s->refusal.verb;
	return rule_bare(s) && (v->id == VERB_AUTH || v->id == VERB_VRFY ||
				   v->id == VERB_EXPN || v->id == VERB_BDAT);
}

/* "MAIL FROM: <a@b>": Postfix and others take no blank there. */
static bool
rule_blank(const struct sight *s)
{
	const struct sight_reply *r = &s->refusal;
	const char *colon = r->line == NULL ? NULL : strchr(r->line, ':');
	return r->verb != NULL && colon != NULL &&
	       ((r->verb->is & VERB_IS_TRANSACTION) ||
		   r->verb->id == VERB_RCPT) &&
	       (r->code == 501 || r->code == 500 || r->code == 555) &&
	       colon[1] == ' ';
}

const struct cause_rule cause_line[] = {
	{ "helo.none", TURN_FIRST, WHY_NONE, rule_no_name, CAUSE_HIGH,
	    "{verb} was sent without a name",
	    "say it with this host's name: {verb} mail.example.org, or its "
	    "address in brackets: {verb} [192.0.2.1]",
	    "RFC 5321 4.1.1.1" },
	{ "command.no-path", TURN_FIRST, WHY_NONE, rule_no_path, CAUSE_HIGH,
	    "{verb} was sent without an address",
	    "say it with one in angle brackets: MAIL FROM:<a@b.example>, RCPT "
	    "TO:<c@d.example>; MAIL FROM:<> is a bounce's",
	    "RFC 5321 4.1.1.2" },
	{ "command.bare", TURN_FIRST, WHY_NONE, rule_no_word, CAUSE_HIGH,
	    "{verb} was sent without what must stand behind it",
	    "smtpsh --explain {verb} shows its form", "RFC 5321 4.1.1" },
	{ "command.blank", TURN_FIRST, WHY_NONE, rule_blank, CAUSE_MID,
	    "a blank stands behind the colon of {verb}, where the server takes "
	    "none",
	    "leave it out: MAIL FROM:<a@b.example>, RCPT TO:<c@d.example>",
	    "RFC 5321 3.3" },
	{ NULL, TURN_LAST, WHY_NONE, NULL, CAUSE_LOW, NULL, NULL, NULL },
};
