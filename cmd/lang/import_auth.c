/* AUTH: what was masked is done anew by \auth; what was not is a secret. An
 * answer to a challenge is good for that challenge alone: where there is a login
 * it is given anew, else the same challenge is awaited. */
#include "cmd/lang/import_priv.h"

#include <stdint.h>
#include <string.h>
#include "net/core/mech.h"

/* The exchange from its command on is one that \auth does anew. */
static void
say_auth_anew(struct import_say *s, unsigned no)
{
	s->out.end = s->out.off + s->auth_mark;
	s->lines = s->auth_lines;
	s->open[0] = '\0';
	buf_addf(&s->out, "\\auth%s%s", s->auth_mech[0] == '\0' ? "" : " ",
	    s->auth_mech);
	say_line_end(s, no);
	s->skips_auth = true;
	s->masked = true;
}

static void
say_auth_begin(struct import_say *s, const char *p, size_t len)
{
	size_t i = 4, n = 0;
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && p[i] != ' ' && n + 1 < sizeof s->auth_mech; i++) {
		bool ok = (p[i] >= 'A' && p[i] <= 'Z') || p[i] == '-' ||
			  (p[i] >= '0' && p[i] <= '9') || p[i] == '_';
		if (!ok && p[i] >= 'a' && p[i] <= 'z')
			s->auth_mech[n++] = (char)(p[i] - 'a' + 'A');
		else if (ok)
			s->auth_mech[n++] = p[i];
		else
			break;
	}
	s->auth_mech[n] = '\0';
	s->auth = true;
	s->auth_mark = buf_len(&s->out);
	s->auth_lines = s->lines;
}

/* What a tool masked, and what is not to be printed; "*" ends an exchange and
 * "=" is nothing. */
static bool
say_auth_is_hidden(struct import_say *s, const char *p, size_t len)
{
	bool masked = import_masked(p, len);
	bool hides = s->hides && !masked && len > 0 &&
		     !(len == 1 && strchr("*=", *p) != NULL);
	s->hidden |= hides;
	return masked || hides;
}

/* Where a mock awaits it any word will do. */
static void
say_auth_line(
    struct import_say *s, const char *p, size_t len, size_t secret, unsigned no)
{
	struct buf b = BUF_INIT;
	bool masked = say_auth_is_hidden(s, p + secret, len - secret);
	bool any = masked && s->mask == MASK_ANY;
	buf_add(&b, p, any ? secret : len);
	if (any)
		buf_adds(&b, "***");
	s->masked |= masked;
	say_tagged(s, 'C', "", buf_data(&b), buf_len(&b), no);
	buf_release(&b);
}

bool
say_last_is(const struct import_say *s, const char *code)
{
	return strcmp(s->last, code) == 0;
}

bool
say_awaits_answer(const struct import_say *s)
{
	return s->auth && say_owed(s) == 0 && say_last_is(s, "334");
}

static bool
say_auth_is_of(const struct import_say *s, enum mech_answer is)
{
	return mech_answer(s->auth_mech, strlen(s->auth_mech)) >= is;
}

bool
import_challenge(struct buf *b, const char *p, size_t len)
{
	if (len < CHALLENGE_MIN)
		return false;
	for (size_t i = 0; i < len; i++)
		if (memchr("+/=", p[i], 3) == NULL &&
		    !(p[i] >= '0' && p[i] <= '9') &&
		    !((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z'))
			return false;
	buf_adds(b, "/(?#the recorded answer is to this challenge alone, "
		    "--auth-user NAME answers another)^");
	for (size_t i = 0; i < len; i++)
		if (p[i] == '+' || p[i] == '/')
			buf_addf(b, "\\x%02x", (unsigned)p[i]);
		else
			buf_addc(b, p[i]);
	buf_adds(b, "$/");
	return true;
}

/* The 334 before an answer, the last line, asks for this very challenge. */
static void
say_challenge(struct import_say *s)
{
	const char *text = buf_data(&s->out) + s->sep + 1;
	const char *end = buf_data(&s->out) + buf_len(&s->out);
	struct buf b = BUF_INIT;
	if (text < end &&
	    import_challenge(&b, text, (size_t)(end - text) - 1)) {
		s->out.end -= (size_t)(end - text);
		buf_add(&s->out, buf_data(&b), buf_len(&b));
		buf_addc(&s->out, '\n');
	}
	buf_release(&b);
}

void
say_answer(struct import_say *s, const char *p, size_t len, unsigned no)
{
	say_owe(s, DUE_AUTH);
	if (s->skips_auth)
		return;
	bool answered = say_auth_is_of(s, MECH_CHALLENGE) &&
			!import_masked(p, len) && !(len == 1 && *p == '*');
	s->answered |= answered;
	if (answered && s->mask == MASK_SENT)
		say_challenge(s);
	if ((say_auth_is_hidden(s, p, len) || answered) && s->mask == MASK_AUTH)
		say_auth_anew(s, no);
	else
		say_auth_line(s, p, len, 0, no);
}

/* A log leaves secrets out whole: a reply that no answer stands before, or one
 * that takes a login of which only the command is there. Where nobody gave
 * another secret nothing is sent in its place. */
void
say_auth_unseen(struct import_say *s, const char *code, unsigned no)
{
	bool unsaid = say_awaits_answer(s) && s->open[0] == '\0';
	bool first = s->auth && !s->skips_auth && say_owed(s) == 1 &&
		     !s->auth_said && !say_last_is(s, "334") &&
		     memcmp(code, "235", 3) == 0;
	if (!unsaid && !first)
		return;
	if (unsaid)
		say_owe(s, DUE_AUTH);
	if (s->skips_auth)
		return;
	if (s->mask == MASK_AUTH)
		say_auth_anew(s, no);
	else if (unsaid && s->mask == MASK_ANY)
		say_tagged(s, 'C', "", "***", 3, no);
	else
		s->withheld = true;
	s->masked = true;
}

void
say_auth(struct import_say *s, const char *p, size_t len, unsigned no)
{
	size_t i = 4;
	say_auth_begin(s, p, len);
	say_owe(s, DUE_AUTH);
	while (i < len && p[i] == ' ')
		i++;
	while (i < len && p[i] != ' ')
		i++;
	while (i < len && p[i] == ' ')
		i++;
	s->auth_said = i < len;
	bool made_up = i < len && say_auth_is_of(s, MECH_NONCE) &&
		       !import_masked(p + i, len - i);
	s->answered |= made_up;
	if ((say_auth_is_hidden(s, p + i, len - i) || made_up) &&
	    s->mask == MASK_AUTH)
		say_auth_anew(s, no);
	else
		say_auth_line(s, p, len, i, no);
}
