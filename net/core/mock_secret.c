/* Logins. A secret that the play has in clear is awaited as it is, octet for
 * octet; where the play has "***", or the mechanism makes up a part of its
 * answers each time, any will do. Another is refused as a server would, and
 * the login is awaited from its AUTH on. */
#include "net/core/mech.h"
#include "net/core/mock_priv.h"

#include <string.h>

/* AUTH's mechanism, and what stands behind it. */
static bool
mock_auth(struct span line, struct span *mech, struct span *rest)
{
	if (!span_is(span_word(&line), "AUTH"))
		return false;
	*mech = span_word(&line);
	*rest = span_trim(line);
	return mech->len > 0;
}

static enum mock_secret
mock_secret_same(struct span want, struct span got, bool any)
{
	bool same = any;
	if (span_is(want, "***"))
		same |= span_is_command(want, got);
	else
		same |=
		    want.len == got.len && memcmp(want.p, got.p, got.len) == 0;
	return same ? SECRET_SAME : SECRET_OTHER;
}

enum mock_secret
mock_secret(const struct mock *m, const struct mock_step *s, struct span line)
{
	struct span want = span_trim(mock_wanted(s)), got = span_trim(line);
	struct span mech, other, secret, given;
	if (s->kind != MOCK_LINE || s->re != NULL)
		return SECRET_NONE;
	if (m->secret && (span_is(want, "*") || span_is(got, "QUIT")))
		return SECRET_NONE;
	if (m->secret && span_is(got, "*"))
		return SECRET_CANCELLED;
	if (m->secret)
		return mock_secret_same(want, got, m->any);
	if (!mock_auth(want, &mech, &secret) || secret.len == 0 ||
	    !mock_auth(got, &other, &given) || given.len == 0 ||
	    mech.len != other.len ||
	    strncasecmp(mech.p, other.p, mech.len) != 0)
		return SECRET_NONE;
	return mock_secret_same(
	    secret, given, mech_answer(mech.p, mech.len) == MECH_NONCE);
}

void
mock_secret_taken(struct mock *m, struct span line)
{
	struct span mech, rest;
	if (mock_auth(line, &mech, &rest))
		m->any = mech_answer(mech.p, mech.len) == MECH_NONCE;
	m->secret = false;
}

/* To the AUTH that began it. */
static void
mock_secret_back(struct mock *m)
{
	for (size_t i = m->pos + 1; i > 0; i--) {
		const struct mock_step *s = &m->play->step[i - 1];
		struct span mech, rest;
		if (s->kind != MOCK_LINE || s->re != NULL)
			continue;
		if (!mock_auth(mock_wanted(s), &mech, &rest))
			continue;
		m->pos = i - 1;
		break;
	}
	m->secret = false;
}

void
mock_secret_refuse(
    struct mock *m, const struct mock_step *s, enum mock_secret is)
{
	bool masked = is == SECRET_OTHER && span_is(mock_wanted(s), "***");
	if (is == SECRET_CANCELLED) {
		mock_complain(m, s, "cancelled AUTH", NULL);
		buf_adds(&m->out, "501 5.7.0 AUTH cancelled\r\n");
	} else if (masked) {
		mock_complain(m, s, "sent none, or several words", NULL);
		buf_adds(&m->out, "501 5.5.2 Not one word of base64\r\n");
	} else {
		mock_complain(
		    m, s, "sent another secret than the file has", NULL);
		buf_adds(&m->out, "535 5.7.8 ");
		mock_show_place(m, &m->out, s);
		buf_adds(&m->out, " has another secret\r\n");
	}
	mock_secret_back(m);
}
