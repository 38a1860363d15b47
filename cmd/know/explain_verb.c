/* Verbs as words: syntax, meaning, when, the replies kind by kind. */
#include <string.h>
#include <strings.h>
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"
#include "net/core/ext.h"

static void
explain_when(struct buf *out, unsigned when)
{
	static const struct {
		enum smtp_state state;
		const char *text;
	} names[] = {
		{ SMTP_CONNECTED, "before the greeting" },
		{ SMTP_GREETED, "before HELO or EHLO" },
		{ SMTP_READY, "after HELO or EHLO, outside a transaction" },
		{ SMTP_MAIL, "after MAIL" },
		{ SMTP_RCPT, "after RCPT" },
		{ SMTP_TEXT, "in mail text" },
		{ SMTP_CHUNKS, "between chunks" },
		{ SMTP_AUTHING, "in an AUTH exchange" },
	};
	const unsigned usual = 1u << SMTP_GREETED | 1u << SMTP_READY |
			       1u << SMTP_MAIL | 1u << SMTP_RCPT;
	struct buf b = BUF_INIT;
	size_t i;

	if ((when & usual) == usual) {
		page_row(out, "when", "any time after the greeting");
		return;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (when & 1u << names[i].state)
			buf_addf(&b, "%s%s", buf_len(&b) > 0 ? "; " : "",
			    names[i].text);
	page_row(out, "when", buf_str(&b));
	buf_release(&b);
}

static void
explain_replies(
    struct buf *out, const struct verb *v, const char *label, const short *list)
{
	struct buf b = BUF_INIT;
	const struct code *c;

	for (; *list != 0; list++) {
		c = code_find(*list, v->id);
		buf_clear(&b);
		if (c != NULL)
			page_code(&b, c);
		else
			buf_addf(&b, "%d", *list);
		page_row(out, label, buf_str(&b));
		label = "";
	}
	buf_release(&b);
}

/* The parameters that extensions bring for MAIL and RCPT, with keyword. */
static void
explain_verb_params(struct buf *out, const struct verb *v)
{
	struct buf b = BUF_INIT;
	const struct ext *x;
	const char *s, *label = "parameter";
	size_t i, len;

	for (i = 0; (x = ext_at(i)) != NULL; i++) {
		s = v->id == VERB_MAIL	 ? x->mail
		    : v->id == VERB_RCPT ? x->rcpt
					 : NULL;
		for (; s != NULL && *s != '\0'; s += strspn(s, " ")) {
			len = strcspn(s, " ");
			buf_clear(&b);
			buf_addf(&b, "%.*s", (int)len, s);
			if (strncmp(x->keyword, s, strlen(x->keyword)) != 0)
				buf_addf(&b, " (%s)", x->keyword);
			page_row(out, label, buf_str(&b));
			label = "";
			s += len;
		}
	}
	buf_release(&b);
}

/* By its word; a stage by what stands in its brackets, or ".". */
static const struct verb *
explain_verb_find(const char *word, size_t len)
{
	const struct verb *v = verb_find(word, len);
	size_t i;

	if (v != NULL)
		return v;
	if (len == 1 && word[0] == '.')
		return verb_get(VERB_TEXT_END);
	for (i = 0; (v = verb_at(i)) != NULL; i++)
		if (v->id != VERB_UNKNOWN && v->id != VERB_RAW &&
		    v->name[0] == '(' && strlen(v->name) == len + 2 &&
		    strncasecmp(v->name + 1, word, len) == 0)
			return v;
	return NULL;
}

bool
explain_verb_word(struct buf *out, const char *word, size_t len)
{
	const struct verb *v = explain_verb_find(word, len);
	const struct ext *x;
	struct buf b = BUF_INIT;

	if (v == NULL)
		return false;
	page_title(out, v->syntax);
	page_line(out, v->text);
	page_line(out, v->source);
	buf_addc(out, '\n');
	if (v->keyword[0] != '\0') {
		x = ext_find(v->keyword, strlen(v->keyword));
		buf_addf(&b, "by the EHLO keyword %s", v->keyword);
		if (x != NULL && x->args[0] != '\0')
			buf_addf(&b, " %s", x->args);
		page_row(out, "offered", buf_str(&b));
	}
	if (v->name[0] != '(')
		explain_when(out, v->when);
	explain_replies(out, v, "success", v->success);
	explain_replies(out, v, "interim", v->interim);
	explain_replies(out, v, "failure", v->failure);
	explain_replies(out, v, "error", v->error);
	explain_replies(out, v,
	    v->success[0] || v->interim[0] ? "later" : "reply", v->later);
	explain_verb_params(out, v);
	buf_release(&b);
	return true;
}
