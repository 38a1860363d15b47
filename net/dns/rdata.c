/* Every length in a record was chosen by whoever answered: each read stands
 * behind a comparison with what is left. */
#include "net/dns/rdata.h"

#include <arpa/inet.h>
#include <string.h>

#define RDATA_NAME_MAX	255 /* octets in wire form (RFC 1035 3.1) */
#define RDATA_LABEL_MAX 63

static bool
rdata_is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void
rdata_label(const unsigned char *p, size_t len, struct buf *b, bool *odd)
{
	for (size_t i = 0; i < len; i++) {
		if (!rdata_is_plain(p[i])) {
			buf_addf(b, "\\%03u", p[i]);
			*odd = true;
		} else if (p[i] >= 'A' && p[i] <= 'Z') {
			buf_addc(b, (char)(p[i] + 'a' - 'A'));
		} else {
			buf_addc(b, (char)p[i]);
		}
	}
}

size_t
rdata_name(const unsigned char *p, size_t len, struct buf *b, bool *odd)
{
	size_t at = 0, n;

	if (len > RDATA_NAME_MAX)
		len = RDATA_NAME_MAX;
	*odd = false;
	for (;;) {
		if (at >= len)
			return 0;
		n = p[at++];
		if (n == 0)
			break;
		/* Larger ones are compression (RFC 1035 4.1.4). */
		if (n > RDATA_LABEL_MAX || n > len - at)
			return 0;
		if (at > 1)
			buf_addc(b, '.');
		rdata_label(p + at, n, b, odd);
		at += n;
	}
	if (at == 1)
		buf_addc(b, '.');
	return at;
}

int
rdata_mx(struct rdata_mx *mx, const unsigned char *p, size_t len)
{
	struct buf b = BUF_INIT;

	*mx = (struct rdata_mx){ 0 };
	if (len < 3)
		return -1;
	mx->preference = (unsigned)p[0] << 8 | p[1];
	if (rdata_name(p + 2, len - 2, &b, &mx->odd) != len - 2) {
		buf_release(&b);
		return -1;
	}
	mx->host = buf_detach(&b);
	return 0;
}

int
rdata_tlsa(struct tls_tlsa *t, const unsigned char *p, size_t len)
{
	*t = (struct tls_tlsa){ 0 };
	if (len < 4)
		return -1;
	*t = (struct tls_tlsa){ .usage = p[0],
		.selector = p[1],
		.mtype = p[2],
		.data = p + 3,
		.len = len - 3 };
	return 0;
}

static bool
rdata_is_odd4(const unsigned char *p)
{
	return p[0] == 0 || p[0] >= 240 || (p[0] & 0xf0) == 0xe0;
}

static bool
rdata_is_odd6(const unsigned char *p)
{
	static const unsigned char zero[16],
	    mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(p, zero, 16) == 0 || p[0] == 0xff ||
	       (memcmp(p, mapped, 12) == 0 && rdata_is_odd4(p + 12));
}

int
rdata_address(
    struct rdata_address *a, int family, const unsigned char *p, size_t len)
{
	*a = (struct rdata_address){ .family = family };
	if (len != (family == AF_INET ? 4 : 16))
		return -1;
	a->odd = family == AF_INET ? rdata_is_odd4(p) : rdata_is_odd6(p);
	return inet_ntop(family, p, a->text, sizeof a->text) != NULL ? 0 : -1;
}

bool
rdata_tlsa_usable(const struct tls_tlsa *t)
{
	static const size_t digest[] = { 0, 32, 64 };

	return (t->usage == 2 || t->usage == 3) && t->selector <= 1 &&
	       t->mtype <= 2 && t->len > 0 &&
	       (t->mtype == 0 || t->len == digest[t->mtype]);
}

bool
rdata_is_name(const char *text)
{
	size_t len = strlen(text), label = 0;

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > RDATA_TEXT_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (!rdata_is_plain((unsigned char)text[i]) ||
			   ++label > RDATA_LABEL_MAX) {
			return false;
		}
	}
	return label > 0;
}
