/* What the texts of the tables leave open: {names} of this session. */
#include "cmd/know/cause_priv.h"

#include <string.h>
#include "net/core/code.h"

#define CAUSE_REPLY_MAX 300

static void
cause_word(struct buf *b, const char *text, const char *none)
{
	buf_adds(b, text != NULL && *text != '\0' ? text : none);
}

/* The domain whose host takes the recipient's mail. */
static void
cause_domain(struct buf *b, const struct sight *s)
{
	const char *at = s->to == NULL ? NULL : strrchr(s->to, '@');
	cause_word(b, at != NULL ? at + 1 : s->domain, "DOMAIN");
}

static bool
cause_is_about(const struct sight_reply *r, const char *name)
{
	if (r == NULL || r->verb == NULL || r->line == NULL)
		return false;
	if (strcmp(name, "helo") == 0)
		return r->verb->is & VERB_IS_GREETING;
	if (strcmp(name, "from") == 0)
		return r->verb->is & VERB_IS_TRANSACTION;
	return r->verb->id == VERB_RCPT || r->verb->id == VERB_VRFY ||
	       r->verb->id == VERB_EXPN;
}

/* What the refused line itself says stands before what is known of the session:
 * known, or none. */
static void
cause_said_name(struct buf *b, const struct sight_reply *r, const char *name,
    const char *known, const char *none)
{
	size_t len = 0;
	if (!cause_is_about(r, name)) {
		cause_word(b, known, none);
		return;
	}
	const char *p = sight_said(r->verb, r->line, &len);
	if (p == NULL)
		buf_adds(b, "none (nothing was said)");
	else if (len == 0)
		buf_adds(b, "<>");
	else
		buf_add(b, p, len);
}

static void
cause_size(struct buf *b, const struct sight *s)
{
	if (s->size_most > 0)
		buf_addf(b, ", which takes at most %llu octets",
		    (unsigned long long)s->size_most);
	if (s->size > 0)
		buf_addf(b, "%s it has %llu", s->size_most > 0 ? ";" : ":",
		    (unsigned long long)s->size);
}

static void
cause_owed(struct buf *b, const struct sight *s)
{
	if (s->owed == NULL || s->owed->id == VERB_UNKNOWN)
		buf_adds(b, "the command");
	else if (s->owed->id == VERB_TEXT_END)
		buf_adds(b, "the end of the text");
	else
		buf_adds(b, s->owed->name);
}

static void
cause_odd(struct buf *b, const struct sight *s)
{
	if (s->odd.code == 0) {
		buf_adds(b, "more came than was asked for");
		return;
	}
	if (s->odd.line == NULL || s->odd.verb == NULL)
		buf_adds(b, "unasked");
	else
		buf_addf(b, "%s was answered", s->odd.verb->name);
	buf_addf(b, " %.60s", s->odd.text);
}

static void
cause_number(struct buf *b, uint64_t n)
{
	buf_addf(b, "%llu", (unsigned long long)n);
}

/* What the refusal by itself means, or what is to be done. */
static void
cause_of_reply(struct buf *b, const struct sight *s,
    const struct sight_reply *r, bool next)
{
	struct cause c = CAUSE_INIT;
	if (r != NULL && cause_reply(s, r, &c))
		buf_adds(b, buf_str(next ? &c.next : &c.what));
	cause_release(&c);
}

/* Where a block list tells what it has, by a word of the reply. */
static void
cause_lookup(struct buf *b, const struct sight_reply *r)
{
	static const struct {
		const char *word, *page;
	} lists[] = {
		{ "spamhaus", "check.spamhaus.org" },
		{ "abuseat", "check.spamhaus.org" },
		{ "spamcop", "spamcop.net/bl.shtml" },
		{ "barracuda", "barracudacentral.org/lookups" },
		{ "uceprotect", "uceprotect.net/en/rblcheck.php" },
		{ "mailspike", "mailspike.org/iplookup.html" },
		{ "psbl", "psbl.org" },
		{ "dronebl", "dronebl.org/lookup" },
		{ "invaluement", "invaluement.com/lookup" },
	};
	const char *text = r == NULL || r->text == NULL ? "" : r->text;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcasestr(text, lists[i].word) != NULL) {
			buf_adds(b, lists[i].page);
			return;
		}
	buf_adds(b, strstr(text, "://") != NULL
			? "the address (URL) in the reply"
			: "that list's own site");
}

static void
cause_value(struct buf *b, const char *name, size_t n, const struct sight *s,
    const struct sight_reply *r)
{
	static const char *const names[] = { "at", "host", "domain", "port",
		"from", "to", "helo", "mechs", "size", "tls", "owed", "odd",
		"sent", "left", "code", "reply", "accepted", "refused", "all",
		"lookup", "why", "mend", "mx-literal", "mx-dangling",
		"mx-private", "part", "owed-reply", "verb" };
	size_t i = 0;
	size_t most = sizeof names / sizeof *names;
	while (i < most && (strncmp(names[i], name, n) != 0 || names[i][n]))
		i++;
	switch (i) {
	case 0:
		cause_word(b, s->domain != NULL ? s->domain : s->host, "it");
		break;
	case 1:
		cause_word(b, s->host, "the server");
		break;
	case 2:
		cause_domain(b, s);
		break;
	case 3:
		cause_number(b, s->port);
		break;
	case 4:
		cause_said_name(b, r, "from", s->from, "that of MAIL");
		break;
	case 5:
		cause_said_name(b, r, "to", s->to, "that of RCPT");
		break;
	case 6:
		cause_said_name(b, r, "helo", s->helo, "as it was said");
		break;
	case 7:
		cause_word(b, s->mechs, "none");
		break;
	case 8:
		cause_size(b, s);
		break;
	case 9:
		buf_adds(b, s->tls ? "" : " (and --tls before it)");
		break;
	case 10:
		cause_owed(b, s);
		break;
	case 11:
		cause_odd(b, s);
		break;
	case 12:
		cause_number(b, s->sent);
		break;
	case 13:
		cause_number(b, s->left);
		break;
	case 14:
		cause_number(b, r == NULL ? 0 : (unsigned)r->code);
		break;
	case 15:
		buf_addf(b, "%.*s", CAUSE_REPLY_MAX,
		    r == NULL || r->text == NULL ? "" : r->text);
		break;
	case 16:
		cause_number(b, s->accepted);
		break;
	case 17:
		cause_number(b, s->refused);
		break;
	case 18:
		cause_number(b, s->accepted + s->refused);
		break;
	case 19:
		cause_lookup(b, r);
		break;
	case 20:
	case 21:
		cause_of_reply(b, s, r, i == 21);
		break;
	case 22:
		cause_word(b, s->mx[SIGHT_MX_LITERAL], "something");
		break;
	case 23:
		cause_word(b, s->mx[SIGHT_MX_DANGLING], "it");
		break;
	case 24:
		cause_word(b, s->mx_is[SIGHT_MX_PRIVATE], "none");
		break;
	case 25:
		cause_word(b, s->part, "a reply");
		break;
	case 26:
		if (s->owed != NULL && s->owed->id == VERB_GREETING) {
			buf_adds(b, "the greeting");
			break;
		}
		buf_adds(b, "the reply to ");
		cause_owed(b, s);
		break;
	case 27:
		cause_word(b,
		    r == NULL || r->verb == NULL ? NULL : r->verb->name,
		    "the command");
		break;
	default:
		buf_addf(b, "{%.*s}", (int)n, name);
	}
}

void
cause_fill(struct buf *b, const char *text, const struct sight *s,
    const struct sight_reply *r)
{
	const char *open;
	while ((open = strchr(text, '{')) != NULL) {
		size_t n = strcspn(open + 1, "}");
		struct buf value = BUF_INIT;
		buf_add(b, text, (size_t)(open - text));
		cause_value(&value, open + 1, n, s, r);
		if (s->hide != NULL)
			s->hide->add(
			    s->hide->arg, b, buf_str(&value), buf_len(&value));
		else
			buf_add(b, buf_str(&value), buf_len(&value));
		buf_wipe(&value);
		text = open + n + 1 + (open[n + 1] == '}');
	}
	buf_adds(b, text);
}
