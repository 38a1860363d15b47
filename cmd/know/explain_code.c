/* Reply codes as words: "550", "55z", "2yz". The lists of verbs and the
 * enhanced codes that go with a code are searched for, not stored. */
#include <string.h>
#include "cmd/know/explain.h"
#include "cmd/know/explain_page.h"

bool
explain_pairs(const char *list, int code)
{
	int from, to;

	while (list != NULL && *list != '\0') {
		for (from = 0; *list >= '0' && *list <= '9'; list++)
			from = from * 10 + (*list - '0');
		to = from;
		if (*list == '-')
			for (to = 0, list++; *list >= '0' && *list <= '9';
			     list++)
				to = to * 10 + (*list - '0');
		if (code >= from && code <= to)
			return true;
		list += strcspn(list, ",");
		list += strspn(list, ", ");
	}
	return false;
}

static const char *
explain_digit_text(int digit)
{
	static const char *const texts[] = { "",
		"accepted, go on or abort; "
		"SMTP does not use it",
		"done, the next command may come",
		"accepted so far, the receiver waits for more",
		"refused for now, the same command may work later",
		"refused for good, the same command will not work again" };

	return texts[digit];
}

/* What the first digit means, and the second where it is known (-1: not). */
static void
explain_digit_rows(struct buf *out, int first, int second)
{
	struct buf b = BUF_INIT;
	char label[] = "0yz";

	if (first >= 0) {
		label[0] = (char)('0' + first);
		buf_addf(&b, "%s reply: %s", code_first_digit(first * 100),
		    explain_digit_text(first));
		page_row(out, label, buf_str(&b));
	}
	if (second >= 0) {
		static const char *const texts[] = { "bad syntax, or a command "
						     "that is not implemented",
			"a reply to a request for information",
			"about the connection", NULL, NULL,
			"the state of the receiver's mail system" };
		const char *name = code_second_digit(100 + second * 10);
		char mid[] = "x0z";

		buf_clear(&b);
		mid[1] = (char)('0' + second);
		buf_adds(&b, name != NULL ? name : "Not defined");
		if (second <= 5 && texts[second] != NULL)
			buf_addf(&b, ": %s", texts[second]);
		page_row(out, mid, buf_str(&b));
	}
	buf_release(&b);
}

/* Whom a row is about and where it stands: "AUTH · RFC 4954 6". */
static void
explain_code_source(struct buf *b, const struct code *c)
{
	size_t i;

	buf_clear(b);
	for (i = 0; c->verbs[i] != 0; i++)
		buf_addf(b, "%s%s", i == 0 ? "to " : ", ",
		    verb_get((enum verb_id)c->verbs[i])->name);
	buf_addf(b, "%s%s", i == 0 ? "" : " · ", c->source);
}

/* The rows of one code: the first as the title, the others below. */
static void
explain_code_rows(struct buf *out, int code)
{
	struct buf b = BUF_INIT;
	const struct code *c;
	bool title = true;
	size_t i;

	for (i = 0; (c = code_at(i)) != NULL; i++) {
		if (c->code != code)
			continue;
		if (!title) {
			page_row(out, "also", c->text);
		} else {
			buf_addf(&b, "%d %s", code, c->text);
			page_title(out, buf_str(&b));
		}
		if (c->note[0] != '\0') {
			buf_clear(&b);
			buf_addf(&b, "[%s]", c->note);
			if (title)
				page_line(out, buf_str(&b));
			else
				page_row(out, "", buf_str(&b));
		}
		explain_code_source(&b, c);
		if (title) {
			page_line(out, buf_str(&b));
			buf_addc(out, '\n');
		} else {
			page_row(out, "", buf_str(&b));
		}
		title = false;
	}
	buf_release(&b);
}

static const short *
explain_list(const struct verb *v, int which)
{
	switch (which) {
	case 0:
		return v->success;
	case 1:
		return v->interim;
	case 2:
		return v->failure;
	case 3:
		return v->error;
	default:
		return v->later;
	}
}

static const char *const explain_list_names[] = { "success", "interim",
	"failure", "error", "later" };

/* Which verbs list the code, kind by kind. */
static void
explain_code_verbs(struct buf *out, int code)
{
	struct buf b = BUF_INIT;
	const struct verb *v;
	const short *list;
	size_t i;
	int which;

	for (which = 0; which < 5; which++) {
		buf_clear(&b);
		for (i = 0; (v = verb_at(i)) != NULL; i++)
			for (list = explain_list(v, which); *list != 0; list++)
				if (*list == code)
					buf_addf(&b, "%s ", v->name);
		if (buf_len(&b) > 0)
			page_row(out, explain_list_names[which], buf_str(&b));
	}
	if (code == 421)
		page_row(out, "", "and any other command");
	else if (code == 500 || code == 501)
		page_row(out, "", "and any other command (RFC 5321 4.3.2)");
	else if (code == 521)
		page_row(out, "", "and any command but QUIT");
	else if (code == 530)
		page_row(out, "later", "any command but EHLO NOOP QUIT");
	buf_release(&b);
}

static void
explain_code_enh(struct buf *out, int code)
{
	struct buf b = BUF_INIT;
	const struct enh *h;
	const char *label = "enhanced";
	size_t i;

	for (i = 0; (h = enh_at(i)) != NULL; i++) {
		if (!explain_pairs(h->codes, code))
			continue;
		buf_clear(&b);
		buf_addf(&b, "%d.%d.%d %s", code / 100, h->subject, h->detail,
		    h->text);
		page_row(out, label, buf_str(&b));
		label = "";
	}
	buf_release(&b);
}

bool
explain_code_word(struct buf *out, const char *word, size_t len)
{
	int code;

	if (len != 3 || word[0] < '1' || word[0] > '5' || word[1] < '0' ||
	    word[1] > '9' || word[2] < '0' || word[2] > '9')
		return false;
	code = (word[0] - '0') * 100 + (word[1] - '0') * 10 + word[2] - '0';
	if (code_find(code, VERB_UNKNOWN) != NULL)
		explain_code_rows(out, code);
	else
		buf_addf(out, "%d is in no RFC; its digits say:\n\n", code);
	explain_digit_rows(out, code / 100, code / 10 % 10);
	explain_code_verbs(out, code);
	explain_code_enh(out, code);
	return true;
}

/* "5", "55", "5yz", "2xx", "x5z": the digits, -1 for a letter. */
static bool
explain_pattern(const char *word, size_t len, int digit[3])
{
	bool any = false, open = len < 3;
	size_t i;

	if (len == 0 || len > 3)
		return false;
	for (i = 0; i < 3; i++) {
		digit[i] = -1;
		if (i >= len)
			continue;
		if (word[i] >= '0' && word[i] <= '9') {
			digit[i] = word[i] - '0';
			any = true;
		} else if (strchr("xyzXYZ?", word[i]) != NULL &&
			   word[i] != '\0') {
			open = true;
		} else {
			return false;
		}
	}
	return any && open && digit[0] != 0 && digit[0] <= 5;
}

bool
explain_codes_word(struct buf *out, const char *word, size_t len)
{
	struct buf b = BUF_INIT;
	const struct code *c, *before = NULL;
	int digit[3];
	size_t i;

	if (!explain_pattern(word, len, digit))
		return false;
	page_title(out, "Reply codes by their digits (RFC 821 Appendix E)");
	explain_digit_rows(out, digit[0], digit[1]);
	buf_addc(out, '\n');
	for (i = 0; (c = code_at(i)) != NULL; i++) {
		if ((digit[0] >= 0 && c->code / 100 != digit[0]) ||
		    (digit[1] >= 0 && c->code / 10 % 10 != digit[1]) ||
		    (digit[2] >= 0 && c->code % 10 != digit[2]))
			continue;
		/* RFC 5321 repeats STD 10's texts with longer notes. */
		if (before != NULL && before->code == c->code &&
		    strcmp(before->text, c->text) == 0)
			continue;
		before = c;
		buf_clear(&b);
		page_code(&b, c);
		page_line(out, buf_str(&b));
	}
	buf_release(&b);
	return true;
}
