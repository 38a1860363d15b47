/* Attributes of XCLIENT and XFORWARD. */
#include "check.h"

#include <string.h>
#include "cmd/attr.h"

static const struct attr attrs[] = { { "NAME", ATTR_TEXT },
	{ "ADDR", ATTR_ADDRESS }, { "PORT", ATTR_PORT },
	{ "PROTO", ATTR_PROTOCOL }, { "LOGIN", ATTR_TEXT },
	{ "SOURCE", ATTR_SOURCE }, { NULL, ATTR_TEXT } };

static const struct {
	const char *in, *want; /* '!' first: refused, with this in the text */
} rows[] = {
	{ "NAME=spike.example", " NAME=spike.example" },
	{ "name=spike.example", " NAME=spike.example" },
	{ "NAME=[UNAVAILABLE]", " NAME=[UNAVAILABLE]" },
	{ "NAME=[tempunavail]", " NAME=[tempunavail]" },
	{ "LOGIN=a+b=c d", " LOGIN=a+2Bb+3Dc+20d" },
	{ "LOGIN=user@example", " LOGIN=user@example" },
	{ "ADDR=192.0.2.1", " ADDR=192.0.2.1" },
	{ "ADDR=2001:db8::1", " ADDR=IPV6:2001:db8::1" },
	{ "ADDR=IPv6:2001:db8::1", " ADDR=IPV6:2001:db8::1" },
	{ "ADDR=[UNAVAILABLE]", " ADDR=[UNAVAILABLE]" },
	{ "PORT=1", " PORT=1" },
	{ "PORT=65535", " PORT=65535" },
	{ "PROTO=ESMTP", " PROTO=ESMTP" },
	{ "SOURCE=LOCAL", " SOURCE=LOCAL" },
	{ "ADDR=[TEMPUNAVAIL]", "!an IPv4 or IPv6 address" },
	{ "ADDR=[192.0.2.1]", "!an IPv4 or IPv6 address" },
	{ "ADDR=IPV6:192.0.2.1", "!an IPv4 or IPv6 address" },
	{ "ADDR=mx.example", "!an IPv4 or IPv6 address" },
	{ "PORT=0", "!a port from 1 to 65535" },
	{ "PORT=65536", "!a port from 1 to 65535" },
	{ "PORT=4294967297", "!a port from 1 to 65535" },
	{ "PORT=+1", "!a port" },
	{ "PROTO=LMTP", "!SMTP or ESMTP" },
	{ "SOURCE=HERE", "!LOCAL or REMOTE" },
	{ "NAME=", "!1 to 255 printable" },
	{ "NAME=a\r\nRSET", "!1 to 255 printable" },
	{ "NAME=\303\274", "!1 to 255 printable" },
	{ "NAME", "!NAME ADDR PORT" },
	{ "NAM=x", "!NAME ADDR PORT" },
	{ "NAMES=x", "!NAME ADDR PORT" },
	{ "=x", "!NAME ADDR PORT" },
	{ "", "!NAME ADDR PORT" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = BUF_INIT;
		struct err e = { 0 };
		int rc = attr_add(&b, attrs, rows[i].in, &e);

		if (rows[i].want[0] == '!')
			CHECK(rc == -1 && e.kind == ERR_USAGE &&
				  strstr(e.text, rows[i].want + 1) != NULL,
			    "%s: %s", rows[i].in, e.text);
		else
			CHECK(rc == 0 && strcmp(buf_str(&b), rows[i].want) == 0,
			    "%s: %s", rows[i].in, buf_str(&b));
		buf_release(&b);
	}
	return check_done();
}
