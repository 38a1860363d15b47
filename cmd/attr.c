#include "cmd/attr.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ATTR_VALUE_MAX 255

static void
attr_xtext(struct buf *b, const char *p)
{
	for (; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c > '~' || c == '+' || c == '=')
			buf_addf(b, "+%02X", c);
		else
			buf_addc(b, *p);
	}
}

static bool
attr_is_port(const char *p)
{
	unsigned n = 0;
	if (*p == '\0' || strlen(p) > 5 || p[strspn(p, "0123456789")] != '\0')
		return false;
	for (; *p != '\0'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return n >= 1 && n <= 65535;
}

static bool
attr_is_text(const char *p)
{
	size_t len = strlen(p);
	for (size_t i = 0; i < len; i++)
		if (p[i] < ' ' || p[i] > '~')
			return false;
	return len > 0 && len <= ATTR_VALUE_MAX;
}

/* "IPV6:" behind which there is such an address, or NULL. */
static const char *
attr_v6(const char *value)
{
	unsigned char octets[16];
	if (strncasecmp(value, "IPV6:", 5) == 0)
		value += 5;
	return inet_pton(AF_INET6, value, octets) == 1 ? value : NULL;
}

/* The value in its form, or what was expected. */
static const char *
attr_form(struct buf *b, enum attr_form form, const char *value)
{
	unsigned char octets[4];
	bool ok = true;
	switch (form) {
	case ATTR_TEXT:
		ok = attr_is_text(value);
		break;
	case ATTR_PORT:
		ok = attr_is_port(value);
		break;
	case ATTR_PROTOCOL:
		ok = strcasecmp(value, "SMTP") == 0 ||
		     strcasecmp(value, "ESMTP") == 0;
		break;
	case ATTR_SOURCE:
		ok = strcasecmp(value, "LOCAL") == 0 ||
		     strcasecmp(value, "REMOTE") == 0;
		break;
	case ATTR_ADDRESS:
		if (inet_pton(AF_INET, value, octets) == 1)
			break;
		value = attr_v6(value);
		ok = value != NULL;
		if (ok)
			buf_adds(b, "IPV6:");
		break;
	}
	if (ok) {
		attr_xtext(b, value);
		return NULL;
	}
	static const char *const expected[] = {
		[ATTR_TEXT] = "1 to 255 printable ASCII octets",
		[ATTR_ADDRESS] = "an IPv4 or IPv6 address",
		[ATTR_PORT] = "a port from 1 to 65535",
		[ATTR_PROTOCOL] = "SMTP or ESMTP",
		[ATTR_SOURCE] = "LOCAL or REMOTE"
	};
	return expected[form];
}

static int
attr_unknown(const struct attr *list, const char *word, struct err *e)
{
	struct buf b = BUF_INIT;
	for (; list->name != NULL; list++)
		buf_addf(&b, " %s", list->name);
	err_set(e, ERR_USAGE, "'%s': expected NAME=VALUE with one of%s", word,
	    buf_str(&b));
	buf_release(&b);
	return -1;
}

int
attr_add(
    struct buf *b, const struct attr *list, const char *word, struct err *e)
{
	const char *eq = strchr(word, '=');
	size_t len = eq == NULL ? 0 : (size_t)(eq - word);
	const struct attr *a = list;
	while (a->name != NULL &&
	       (strncasecmp(a->name, word, len) != 0 || a->name[len] != '\0'))
		a++;
	if (eq == NULL || a->name == NULL)
		return attr_unknown(list, word, e);
	buf_addf(b, " %s=", a->name);
	if (strcasecmp(eq + 1, "[UNAVAILABLE]") == 0 ||
	    (strcmp(a->name, "NAME") == 0 &&
		strcasecmp(eq + 1, "[TEMPUNAVAIL]") == 0)) {
		buf_adds(b, eq + 1);
		return 0;
	}
	const char *expected = attr_form(b, a->form, eq + 1);
	if (expected == NULL)
		return 0;
	return err_set(e, ERR_USAGE,
	    "'%s': expected %s or [UNAVAILABLE]; a line without the backslash "
	    "goes as it is typed",
	    word, expected);
}
