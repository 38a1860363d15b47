/* What --record and the screen wrote of a login: "***" stands where a secret
 * was; and what any client answered to a challenge that no other server will
 * give. Where there is a login the exchange is done anew: \auth takes the place
 * of the command, and its answers and replies go, each line by itself, so that
 * the lines keep their numbers. Where there is none, an answer goes out to its
 * own challenge alone. */
#include "cmd/lang/script_masked.h"

#include <string.h>
#include <strings.h>
#include "cmd/lang/import_priv.h"
#include "net/core/mech.h"

struct masked_line {
	const char *p; /* what is said: no indent, no tag, no line end */
	size_t len;
	const char *next; /* the line behind it */
};

static void
masked_line(struct masked_line *x, const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));
	const char *stop = nl == NULL ? end : nl;
	x->next = nl == NULL ? end : nl + 1;
	while (stop > p && strchr(" \t\r", stop[-1]) != NULL)
		stop--;
	while (p < stop && (*p == ' ' || *p == '\t'))
		p++;
	if (stop - p > 1 && p[1] == ':' && strchr("SRC", *p) != NULL)
		p += 2;
	while (p < stop && *p == ' ')
		p++;
	x->p = p;
	x->len = (size_t)(stop - p);
}

static bool
masked_is_base64(const struct masked_line *x)
{
	for (size_t i = 0; i < x->len; i++)
		if (memchr("+/=", x->p[i], 3) == NULL &&
		    !(x->p[i] >= '0' && x->p[i] <= '9') &&
		    !((x->p[i] | 0x20) >= 'a' && (x->p[i] | 0x20) <= 'z'))
			return false;
	return x->len >= CHALLENGE_MIN;
}

static bool
masked_is(const struct masked_line *x, const char *word)
{
	return x->len == strlen(word) && strncasecmp(x->p, word, x->len) == 0;
}

/* An AUTH exchange: its first line has been seen. */
struct masked_auth {
	const char *end;     /* behind it */
	bool masked;	     /* "***" was said */
	bool answered;	     /* a challenge was, for which that is good alone */
	const char *asks[4]; /* lines whose 334 was answered */
	size_t nasks;
};

static void
masked_exchange(
    struct masked_auth *a, const struct masked_line *x, const char *end)
{
	const char *mech = x->p + 5, *ask = NULL;
	size_t words = strcspn(mech, " \t\r\n");
	enum mech_answer is = mech_answer(mech, words);
	bool masked = x->len > 4 && memcmp(x->p + x->len - 4, " ***", 4) == 0;
	*a = (struct masked_auth){ .masked = masked, .end = x->next };
	a->answered = is == MECH_NONCE && !masked && x->len > 5 + words;
	while (a->end < end) {
		struct masked_line y;
		masked_line(&y, a->end, end);
		bool secret = masked_is(&y, "***");
		bool remark = y.len == 0 || *y.p == '#';
		bool code = import_code(y.p, y.len);
		bool asked = code && import_begins(y.p, y.len, "334");
		bool answer = ask != NULL && is != MECH_SECRET && !remark &&
			      !code && masked_is_base64(&y);
		if (!secret && !remark && !code && !answer)
			break;
		a->masked |= secret;
		a->answered |= answer;
		if (answer && a->nasks < sizeof a->asks / sizeof *a->asks)
			a->asks[a->nasks++] = ask;
		if (!remark)
			ask = asked ? a->end : NULL;
		a->end = y.next;
		if (code && !asked && !(y.len > 3 && y.p[3] == '-'))
			break;
	}
}

/* As many lines, of which the first does all of it. */
static const char *
masked_anew(struct buf *b, const struct masked_line *x, const char *end)
{
	const char *mech = x->p + 5, *at = x->next;
	buf_addf(b, "\\auth %.*s\n", (int)strcspn(mech, " \t\r\n"), mech);
	for (; at < end; at++)
		if (*at == '\n')
			buf_addc(b, '\n');
	return end;
}

/* Its challenges are awaited as they stand. */
static const char *
masked_asks(struct buf *b, const struct masked_auth *a, const char *from)
{
	for (size_t i = 0; i < a->nasks; i++) {
		struct masked_line y;
		masked_line(&y, a->asks[i], a->end);
		struct buf x = BUF_INIT;
		if (y.len > 4 && import_challenge(&x, y.p + 4, y.len - 4)) {
			buf_add(b, from, (size_t)(y.p + 4 - from));
			buf_add(b, buf_data(&x), buf_len(&x));
			from = y.p + y.len;
		}
		buf_release(&x);
	}
	return from;
}

struct masked
script_unmask(struct buf *b, const char *p, size_t len, bool login)
{
	const char *end = p + len, *copied = p;
	bool in_text = false;
	struct masked n = { 0 };
	for (const char *at = p; at < end;) {
		struct masked_line x;
		struct masked_auth a = { 0 };
		masked_line(&x, at, end);
		bool auth =
		    !in_text && x.len > 5 && strncasecmp(x.p, "AUTH ", 5) == 0;
		if (auth)
			masked_exchange(&a, &x, end);
		in_text = in_text ? !masked_is(&x, ".") : masked_is(&x, "DATA");
		if (login && (a.masked || a.answered)) {
			buf_add(b, copied, (size_t)(at - copied));
			copied = masked_anew(b, &x, a.end);
		} else if (!login && a.answered) {
			copied = masked_asks(b, &a, copied);
		}
		n.masked += login && a.masked;
		n.answered += a.answered && !a.masked;
		at = a.masked || a.answered ? a.end : x.next;
	}
	if (n.masked + n.answered > 0)
		buf_add(b, copied, (size_t)(end - copied));
	return n;
}
