/* EHLO keywords and the parameters they bring, as words. */
#include <string.h>
#include <strings.h>
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"
#include "net/core/ext.h"

static const struct {
	const char *name;
	const char *text;
} explain_params[] = {
	{ "ALT-ADDRESS", "an ASCII address to use where UTF-8 cannot go" },
	{ "AUTH", "who gave the mail to the first server; <> if unknown" },
	{ "BODY", "what octets the mail text is made of" },
	{ "BY", "deliver within so many seconds; R: else return it, N: else "
		"tell the sender; T: trace" },
	{ "CONNEG", "tell in the reply what the recipient can show" },
	{ "CONPERM", "the content may be converted for the recipient" },
	{ "ENVID", "the sender's name for this mail, returned in reports" },
	{ "HOLDFOR", "keep the mail for so many seconds before delivery" },
	{ "HOLDUNTIL", "keep the mail until that time before delivery" },
	{ "MT-PRIORITY", "-9 to 9; 0 is ordinary mail" },
	{ "MTRK", "lets the sender ask later what became of the mail" },
	{ "NOTIFY", "when a report goes to the sender; NEVER stands alone" },
	{ "ORCPT", "the address this recipient had first, for reports" },
	{ "PRDR", "answer for each recipient apart: 353, a reply for each, one "
		  "for the message" },
	{ "REQUIRETLS", "pass the mail on over TLS only" },
	{ "RET", "a report of failure returns the full mail or its headers" },
	{ "RRVS", "deliver only if the mailbox had this owner then; C: "
		  "continue, R: reject where a server cannot tell" },
	{ "SIZE", "how many octets the mail text will have" },
	{ "SMTPUTF8", "addresses or headers are UTF-8" },
	{ "SOLICIT", "what kind of solicitation the mail is" },
	{ "SUBMITTER", "the address that is responsible for this sending" },
	{ "TRANSID", "a name for the transaction, to take it up again" },
};

#define EXPLAIN_PARAMS (sizeof(explain_params) / sizeof(explain_params[0]))

const char *
explain_param_at(size_t i)
{
	return i < EXPLAIN_PARAMS ? explain_params[i].name : NULL;
}

static const char *
explain_param_text(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < EXPLAIN_PARAMS; i++)
		if (strlen(explain_params[i].name) == len &&
		    strncasecmp(explain_params[i].name, word, len) == 0)
			return explain_params[i].text;
	return NULL;
}

/* One row a parameter of the list, with what it says. */
static void
explain_param_rows(struct buf *out, const char *label, const char *list)
{
	struct buf b = BUF_INIT;
	const char *s = list, *text;
	size_t len;

	for (; s != NULL && *s != '\0'; s += strspn(s, " ")) {
		len = strcspn(s, " ");
		buf_clear(&b);
		buf_add(&b, s, len);
		page_row(out, label, buf_str(&b));
		text = explain_param_text(s, strcspn(s, " =[|"));
		if (text != NULL)
			page_row(out, "", text);
		label = "";
		s += len;
	}
	buf_release(&b);
}

bool
explain_keyword_word(struct buf *out, const char *word, size_t len)
{
	const struct ext *x = ext_find(word, len);
	const struct verb *v;
	struct buf b = BUF_INIT;

	if (x == NULL)
		return false;
	buf_addf(&b, "EHLO keyword %s%s%s", x->keyword,
	    x->args[0] != '\0' ? " " : "", x->args);
	if (strcmp(x->keyword, "X") == 0)
		buf_adds(&b, "...");
	page_title(out, buf_str(&b));
	page_line(out, x->text);
	page_line(out, x->source);
	if (x->verbs[0] != '\0' || x->mail[0] != '\0' || x->rcpt[0] != '\0')
		buf_addc(out, '\n');
	if (x->verbs[0] != '\0') {
		v = verb_find(x->verbs, strlen(x->verbs));
		page_row(out, "verb", v != NULL ? v->syntax : x->verbs);
	}
	explain_param_rows(out, "MAIL", x->mail);
	explain_param_rows(out, "RCPT", x->rcpt);
	buf_release(&b);
	return true;
}

/* The parameter of that name in the list: its length, or 0. */
static size_t
explain_param_in(const char **list, const char *word, size_t len)
{
	const char *s;
	size_t n;

	for (s = *list; s != NULL && *s != '\0'; s += strspn(s, " ")) {
		n = strcspn(s, " ");
		if (strcspn(s, " =") == len && strncasecmp(s, word, len) == 0) {
			*list = s;
			return n;
		}
		s += n;
	}
	return 0;
}

static void
explain_param(struct buf *out, const struct ext *x, const char *verb,
    const char *list, const char *word, size_t len)
{
	struct buf b = BUF_INIT;
	size_t n = explain_param_in(&list, word, len);

	if (n > 0) {
		page_row(out, verb, (buf_add(&b, list, n), buf_str(&b)));
		buf_clear(&b);
		buf_addf(&b, "EHLO keyword %s: %s (", x->keyword, x->text);
		explain_source(&b, x->source);
		buf_addc(&b, ')');
		page_row(out, "", buf_str(&b));
	}
	buf_release(&b);
}

bool
explain_param_word(struct buf *out, const char *word, size_t len)
{
	const char *text = explain_param_text(word, len);
	const struct ext *x = ext_find(word, len);
	struct buf b = BUF_INIT;
	const char *mail;
	size_t i;

	if (text == NULL)
		return false;
	/* The keyword's own section says it already. */
	mail = x != NULL ? x->mail : NULL;
	if (explain_param_in(&mail, word, len) > 0)
		return false;
	mail = x != NULL ? x->rcpt : NULL;
	if (explain_param_in(&mail, word, len) > 0)
		return false;
	for (i = 0; strncasecmp(explain_params[i].name, word, len) != 0 ||
		    strlen(explain_params[i].name) != len;
	     i++)
		;
	buf_addf(&b, "%s, a parameter", explain_params[i].name);
	page_title(out, buf_str(&b));
	page_line(out, text);
	buf_addc(out, '\n');
	for (i = 0; (x = ext_at(i)) != NULL; i++) {
		explain_param(out, x, "MAIL", x->mail, word, len);
		explain_param(out, x, "RCPT", x->rcpt, word, len);
	}
	buf_release(&b);
	return true;
}
