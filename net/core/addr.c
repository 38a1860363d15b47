/* One pass from left to right over a cursor that knows its end. Each
 * addr_*() reads one rule of RFC 5321 4.1.2 and either moves on or tells what
 * stood there and what should have. RFC 821's quoted characters outside of
 * quotes ("Joe\,Smith@Beta.ARPA") are read too. */
#include "net/core/addr.h"
#include "net/core/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct addr_cursor {
	const char *p;
	size_t at, len;
	struct addr *a;
	struct err *e;
};

static bool
addr_ends(const struct addr_cursor *c)
{
	return c->at == c->len;
}

static bool
addr_is(const struct addr_cursor *c, char want)
{
	return c->at < c->len && c->p[c->at] == want;
}

static int
addr_fail(const struct addr_cursor *c, const char *want)
{
	char found[16] = "the end";
	if (!addr_ends(c)) {
		unsigned char o = (unsigned char)c->p[c->at];
		bool plain = o >= 0x20 && o < 0x7f;
		snprintf(
		    found, sizeof found, plain ? "'%c'" : "octet \\x%02x", o);
	}
	return err_set(c->e, ERR_DATA,
	    "path: expected %s at octet %zu, found %s", want, c->at + 1, found);
}

static bool
addr_is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool
addr_is_hex(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* Octets of the UTF-8 character here that is not ASCII, 0 if none is. */
static size_t
addr_utf8(const struct addr_cursor *c)
{
	size_t n = utf8_wide(c->p + c->at, c->len - c->at);
	c->a->utf8 |= n > 0;
	return n;
}

/* Octets of the atext character here, 0 if none is. */
static size_t
addr_atext(const struct addr_cursor *c)
{
	if (addr_ends(c))
		return 0;
	unsigned char o = (unsigned char)c->p[c->at];
	if (addr_is_alnum(o) ||
	    (o != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", o) != NULL))
		return 1;
	if (o == '\\' && c->at + 1 < c->len && c->p[c->at + 1] >= 0x20 &&
	    c->p[c->at + 1] < 0x7f)
		return 2;
	return addr_utf8(c);
}

static int
addr_quoted(struct addr_cursor *c)
{
	for (c->at++; !addr_is(c, '"');) {
		if (addr_ends(c))
			return addr_fail(c, "'\"' to end the quoted string");
		unsigned char o = (unsigned char)c->p[c->at];
		size_t n = o >= 0x20 && o < 0x7f ? 1 : addr_utf8(c);
		if (o == '\\') {
			c->at++;
			n = !addr_ends(c) && c->p[c->at] >= 0x20 &&
			    c->p[c->at] < 0x7f;
		}
		if (n == 0)
			return addr_fail(
			    c, "a printable character in the quoted string");
		c->at += n;
	}
	c->at++;
	return 0;
}

static int
addr_local(struct addr_cursor *c)
{
	if (addr_is(c, '"'))
		return addr_quoted(c);
	for (;;) {
		size_t n = addr_atext(c);
		if (n == 0)
			return addr_fail(c, "a character of the local part");
		while (n > 0) {
			c->at += n;
			n = addr_atext(c);
		}
		if (!addr_is(c, '.'))
			return 0;
		c->at++;
	}
}

/* "127.0.0.1": octets it takes of len, or 0. */
static size_t
addr_dotted(const char *p, size_t len)
{
	size_t at = 0;
	for (int part = 0; part < 4; part++) {
		int value = 0;
		size_t start;
		if (part > 0 && (at == len || p[at++] != '.'))
			return 0;
		start = at;
		while (
		    at < len && at < start + 3 && p[at] >= '0' && p[at] <= '9')
			value = value * 10 + (p[at++] - '0');
		if (at == start || value > 255)
			return 0;
	}
	return at;
}

/* All of len is an IPv6 address (RFC 5321 4.1.3). */
static bool
addr_is_ipv6(const char *p, size_t len)
{
	size_t at = 0, groups = 0;
	bool gap = false;
	while (at < len) {
		size_t n = 0;
		if (at > 0 && groups <= 6 &&
		    addr_dotted(p + at, len - at) == len - at)
			return gap ? groups <= 5 : groups == 6;
		while (at + n < len && n < 5 &&
		       addr_is_hex((unsigned char)p[at + n]))
			n++;
		if (n > 4 || (n == 0 && (at > 0 || len < 2 || p[1] != ':')))
			return false;
		groups += n > 0;
		at += n;
		if (at == len)
			break;
		if (p[at++] != ':' || (at == len && n > 0))
			return false;
		if (n == 0 || (at < len && p[at] == ':')) {
			if (gap || at == len || p[at] != ':')
				return false;
			gap = true;
			at++;
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

/* "[...]": an address literal. */
static int
addr_literal(struct addr_cursor *c)
{
	size_t start = ++c->at, tag = 0;
	for (; !addr_is(c, ']'); c->at++) {
		unsigned char o =
		    addr_ends(c) ? '\0' : (unsigned char)c->p[c->at];
		if (o < 33 || o > 126 || o == '[' || o == '\\')
			return addr_fail(c, "']' to end the address literal");
		if (o == ':' && tag == 0)
			tag = c->at - start;
	}
	const char *p = c->p + start;
	size_t len = c->at++ - start;
	if (tag == 4 && strncasecmp(p, "IPv6", 4) == 0) {
		if (!addr_is_ipv6(p + 5, len - 5))
			return err_set(c->e, ERR_DATA,
			    "path: '%.*s' is no IPv6 address",
			    (int)(len < 80 ? len - 5 : 75), p + 5);
	} else if ((tag == 0 || len == tag + 1) &&
		   (len == 0 || addr_dotted(p, len) != len)) {
		return err_set(c->e, ERR_DATA,
		    "path: '%.*s' is neither an IPv4 address nor \"tag:...\"",
		    (int)(len < 80 ? len : 80), p);
	}
	return 0;
}

static int
addr_domain(struct addr_cursor *c)
{
	if (addr_is(c, '['))
		return addr_literal(c);
	for (;;) {
		char last = '-';
		size_t start = c->at;
		while (!addr_ends(c)) {
			unsigned char o = (unsigned char)c->p[c->at];
			size_t n =
			    addr_is_alnum(o) || (o == '-' && c->at > start)
				? 1
				: addr_utf8(c);
			if (n == 0)
				break;
			last = c->p[c->at];
			c->at += n;
		}
		if (last == '-')
			return addr_fail(c, "a letter or digit of the domain");
		if (!addr_is(c, '.'))
			return 0;
		c->at++;
	}
}

/* "@a,@b:", which RFC 5321 accepts and ignores. */
static int
addr_route(struct addr_cursor *c)
{
	c->a->route = c->at;
	for (;;) {
		if (!addr_is(c, '@'))
			return addr_fail(c, "'@' of a source route");
		c->at++;
		if (addr_domain(c) < 0)
			return -1;
		if (!addr_is(c, ','))
			break;
		c->at++;
	}
	c->a->route_len = c->at - c->a->route;
	if (!addr_is(c, ':'))
		return addr_fail(c, "',' or ':' in the source route");
	c->at++;
	return 0;
}

static int
addr_mailbox(struct addr_cursor *c)
{
	struct addr *a = c->a;
	a->local = c->at;
	if (addr_local(c) < 0)
		return -1;
	a->local_len = c->at - a->local;
	a->domain = c->at;
	if (addr_is(c, '>') && a->route_len == 0 && a->local_len == 10 &&
	    strncasecmp(c->p + a->local, "postmaster", 10) == 0)
		return 0;
	if (!addr_is(c, '@'))
		return addr_fail(c, "'@'");
	a->domain = ++c->at;
	if (addr_domain(c) < 0)
		return -1;
	a->domain_len = c->at - a->domain;
	return 0;
}

int
addr_parse(struct addr *a, const char *p, size_t len, struct err *e)
{
	struct addr_cursor c = { p, 0, len, a, e };
	memset(a, 0, sizeof *a);
	if (!addr_is(&c, '<'))
		return addr_fail(&c, "'<'");
	c.at++;
	a->null = addr_is(&c, '>');
	if (!a->null) {
		if (addr_is(&c, '@') && addr_route(&c) < 0)
			return -1;
		if (addr_mailbox(&c) < 0)
			return -1;
	}
	if (!addr_is(&c, '>'))
		return addr_fail(&c, "'>'");
	a->len = c.at + 1;
	return 0;
}
