/* AUTH PLAIN (RFC 4616) and LOGIN, for the one user that the configuration
 * has. The core has seen to it that a line is base64. Anything that was
 * decoded is wiped. */
#include "peer_priv.h"

#include <stdlib.h>
#include <string.h>

static unsigned
peer_auth_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : 63;
}

static void
peer_auth_decode(const char *p, size_t len, struct buf *out)
{
	unsigned bits = 0, have = 0;
	for (size_t i = 0; i < len && p[i] != '='; i++) {
		bits = (bits << 6 | peer_auth_digit(p[i])) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 0xff));
		}
	}
}

/* In a time that does not tell how much of it is the same. */
static bool
peer_auth_same(const char *p, size_t len, const char *want)
{
	unsigned char differ = 0;
	if (want == NULL || strlen(want) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differ |= (unsigned char)(p[i] ^ want[i]);
	return differ == 0;
}

/* authzid NUL authcid NUL passwd */
static bool
peer_auth_plain(const struct peer *p, const char *s, size_t len)
{
	const char *end = s + len;
	const char *user = len > 0 ? memchr(s, '\0', len) : NULL;
	if (user++ == NULL)
		return false;
	size_t left = (size_t)(end - user);
	const char *pass = left > 0 ? memchr(user, '\0', left) : NULL;
	if (pass++ == NULL)
		return false;
	size_t zlen = (size_t)(user - 1 - s), ulen = (size_t)(pass - 1 - user);
	bool good = peer_auth_same(user, ulen, p->c->auth_user);
	good &= peer_auth_same(pass, (size_t)(end - pass), p->c->auth_password);
	return good && (zlen == 0 || peer_auth_same(s, zlen, p->c->auth_user));
}

/* Its next line; true when it asked for another. */
static bool
peer_auth_login(
    struct peer *p, const char *s, size_t len, bool first, bool *good)
{
	if (first && len == 0) {
		smtpd_auth_challenge(p->d, "VXNlcm5hbWU6");
		p->auth = PEER_AUTH_USER;
		return true;
	}
	if (first || p->auth == PEER_AUTH_USER) {
		p->auth_known = peer_auth_same(s, len, p->c->auth_user);
		smtpd_auth_challenge(p->d, "UGFzc3dvcmQ6");
		p->auth = PEER_AUTH_PASSWORD;
		return true;
	}
	*good = peer_auth_same(s, len, p->c->auth_password) && p->auth_known;
	return false;
}

void
peer_auth(struct peer *p, const struct smtpd_event *ev)
{
	struct buf b = BUF_INIT;
	bool good = false, more = false, first = ev->mech != NULL;
	peer_auth_decode(ev->text, ev->len, &b);
	if (first)
		p->auth = strcmp(ev->mech, "PLAIN") == 0   ? PEER_AUTH_PLAIN
			  : strcmp(ev->mech, "LOGIN") == 0 ? PEER_AUTH_USER
							   : PEER_AUTH_NONE;
	if (p->auth == PEER_AUTH_PLAIN && first && ev->len == 0) {
		smtpd_auth_challenge(p->d, "");
		more = true;
	} else if (p->auth == PEER_AUTH_PLAIN) {
		good = peer_auth_plain(p, buf_data(&b), buf_len(&b));
	} else if (p->auth != PEER_AUTH_NONE) {
		more =
		    peer_auth_login(p, buf_data(&b), buf_len(&b), first, &good);
	}
	buf_wipe(&b);
	if (!more)
		smtpd_auth_done(p->d, good, good ? p->c->auth_user : NULL);
}
