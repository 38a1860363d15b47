/* Paths: each row's parts as "route|local|domain", or the error. */
#include "check.h"
#include "net/core/addr.h"
#include "net/core/buf.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *label, *in, *want;
} rows[] = {
	{ "plain", "<me@example.org>", "|me|example.org" },
	{ "what follows is not looked at", "<me@example.org> SIZE=1>",
	    "|me|example.org" },
	{ "null", "<>", "||null" },
	{ "postmaster", "<Postmaster>", "|Postmaster|" },
	{ "postmaster, any case", "<pOSTMASTER>", "|pOSTMASTER|" },
	{ "postmaster somewhere", "<postmaster@x>", "|postmaster|x" },
	{ "STD 10's example", "<@HOSTA.ARPA,@HOSTB.ARPA:USERC@HOSTD.ARPA>",
	    "@HOSTA.ARPA,@HOSTB.ARPA|USERC|HOSTD.ARPA" },
	{ "one host in the route", "<@a:b@c>", "@a|b|c" },
	{ "all atext", "<!#$%&'*+-/=?^_`{|}~09azAZ@x>",
	    "|!#$%&'*+-/=?^_`{|}~09azAZ|x" },
	{ "dots", "<a.b.c@x.y>", "|a.b.c|x.y" },
	{ "quoted", "<\"Joe, <S> @\\\"x\\\\\"@x>",
	    "|\"Joe, <S> @\\\"x\\\\\"|x" },
	{ "empty quoted", "<\"\"@x>", "|\"\"|x" },
	{ "RFC 821's quoted comma", "<Joe\\,Smith@x>", "|Joe\\,Smith|x" },
	{ "literal", "<u@[127.0.0.1]>", "|u|[127.0.0.1]" },
	{ "IPv6", "<u@[IPv6:2001:db8::1]>", "|u|[IPv6:2001:db8::1]" },
	{ "IPv6 any", "<u@[ipv6:::]>", "|u|[ipv6:::]" },
	{ "IPv6 whole", "<u@[IPv6:1:2:3:4:5:6:7:8]>",
	    "|u|[IPv6:1:2:3:4:5:6:7:8]" },
	{ "IPv6 with v4", "<u@[IPv6:::ffff:127.0.0.1]>",
	    "|u|[IPv6:::ffff:127.0.0.1]" },
	{ "IPv6 ::v4", "<u@[IPv6:::127.0.0.1]>", "|u|[IPv6:::127.0.0.1]" },
	{ "other tag", "<u@[x25:1234]>", "|u|[x25:1234]" },
	{ "route of literals", "<@[1.2.3.4]:u@x>", "@[1.2.3.4]|u|x" },
	{ "UTF-8",
	    "<j\xc3\xb6rg@b\xc3\xbc"
	    "cher.example>",
	    "|j\xc3\xb6rg|b\xc3\xbc"
	    "cher.example utf8" },
	{ "UTF-8 of 4 octets", "<\xf0\x9f\x98\x80@x>",
	    "|\xf0\x9f\x98\x80|x utf8" },
	{ "UTF-8 quoted", "<\"\xc3\xb6 x\"@x>", "|\"\xc3\xb6 x\"|x utf8" },
	{ "one letter", "<a@b>", "|a|b" },
	{ "digits first", "<1@3com.example>", "|1|3com.example" },
	{ "hyphens inside", "<a@b--c.d-e>", "|a|b--c.d-e" },

	{ "nothing", "", "!expected '<' at octet 1, found the end" },
	{ "no bracket", "me@x", "!expected '<' at octet 1, found 'm'" },
	{ "only a bracket", "<",
	    "!expected a character of the local part at octet 2, found the "
	    "end" },
	{ "open", "<me@x", "!expected '>' at octet 6, found the end" },
	{ "blank behind", "<me@x >", "!expected '>' at octet 6, found ' '" },
	{ "blank before", "< me@x>",
	    "!expected a character of the local part at octet 2, found ' '" },
	{ "no domain", "<me>", "!expected '@' at octet 4, found '>'" },
	{ "empty domain", "<me@>",
	    "!expected a letter or digit of the domain at octet 5, found '>'" },
	{ "route without mailbox", "<@a:>",
	    "!expected a character of the local part at octet 5, found '>'" },
	{ "route without colon", "<@a>",
	    "!expected ',' or ':' in the source route at octet 4, found '>'" },
	{ "route, no at", "<@a,b:c@d>",
	    "!expected '@' of a source route at octet 5, found 'b'" },
	{ "route to the postmaster", "<@a:postmaster>",
	    "!expected '@' at octet 15, found '>'" },
	{ "two dots", "<a..b@x>",
	    "!expected a character of the local part at octet 4, found '.'" },
	{ "dot first", "<.a@x>",
	    "!expected a character of the local part at octet 2, found '.'" },
	{ "dot last", "<a.@x>",
	    "!expected a character of the local part at octet 4, found '@'" },
	{ "dot last in domain", "<a@x.>",
	    "!expected a letter or digit of the domain at octet 6, found "
	    "'>'" },
	{ "hyphen first", "<a@-x>",
	    "!expected a letter or digit of the domain at octet 4, found "
	    "'-'" },
	{ "hyphen last", "<a@x->",
	    "!expected a letter or digit of the domain at octet 6, found "
	    "'>'" },
	{ "hyphen before a dot", "<a@x-.y>",
	    "!expected a letter or digit of the domain at octet 6, found "
	    "'.'" },
	{ "quotes not closed", "<\"a@x>",
	    "!expected '\"' to end the quoted string at octet 7, found the "
	    "end" },
	{ "backslash last", "<\"a\\",
	    "!expected a printable character in the quoted string at octet 5, "
	    "found the end" },
	{ "control octet quoted", "<\"a\033\"@x>",
	    "!expected a printable character in the quoted string at octet 4, "
	    "found octet \\x1b" },
	{ "overlong UTF-8", "<\xc0\xaf@x>",
	    "!expected a character of the local part at octet 2, found octet "
	    "\\xc0" },
	{ "overlong of 3", "<\xe0\x80\x80@x>",
	    "!expected a character of the local part at octet 2, found octet "
	    "\\xe0" },
	{ "surrogate", "<\xed\xa0\x80@x>",
	    "!expected a character of the local part at octet 2, found octet "
	    "\\xed" },
	{ "cut UTF-8", "<a\xc3",
	    "!expected '@' at octet 3, found octet \\xc3" },
	{ "IPv4 of 3", "<a@[1.2.3]>",
	    "!'1.2.3' is neither an IPv4 address nor \"tag:...\"" },
	{ "IPv4 too big", "<a@[1.2.3.256]>",
	    "!'1.2.3.256' is neither an IPv4 address nor \"tag:...\"" },
	{ "empty literal", "<a@[]>",
	    "!'' is neither an IPv4 address nor \"tag:...\"" },
	{ "open literal", "<a@[1.2.3.4>",
	    "!expected ']' to end the address literal at octet 13, found the "
	    "end" },
	{ "IPv6 two gaps", "<a@[IPv6:1::2::3]>",
	    "!'1::2::3' is no IPv6 address" },
	{ "IPv6 of 7", "<a@[IPv6:1:2:3:4:5:6:7]>",
	    "!'1:2:3:4:5:6:7' is no IPv6 address" },
	{ "IPv6 of 9", "<a@[IPv6:1:2:3:4:5:6:7:8:9]>",
	    "!'1:2:3:4:5:6:7:8:9' is no IPv6 address" },
	{ "IPv6 long group", "<a@[IPv6:12345::]>",
	    "!'12345::' is no IPv6 address" },
	{ "IPv6 colon last", "<a@[IPv6:1:2:3:4:5:6:7:]>",
	    "!'1:2:3:4:5:6:7:' is no IPv6 address" },
	{ "IPv6 colon first", "<a@[IPv6::1]>", "!':1' is no IPv6 address" },
	{ "IPv6 three colons", "<a@[IPv6:1:::2]>",
	    "!'1:::2' is no IPv6 address" },
	{ "IPv6 v4 too late", "<a@[IPv6:1:2:3:4:5:6:7:1.2.3.4]>",
	    "!'1:2:3:4:5:6:7:1.2.3.4' is no IPv6 address" },
	{ "IPv6 empty", "<a@[IPv6:]>", "!'' is no IPv6 address" },
};

static void
show(struct buf *out, const char *in, const struct addr *a)
{
	buf_clear(out);
	buf_add(out, in + a->route, a->route_len);
	buf_addc(out, '|');
	buf_add(out, in + a->local, a->local_len);
	buf_addc(out, '|');
	buf_add(out, in + a->domain, a->domain_len);
	buf_addf(out, "%s%s", a->null ? "null" : "", a->utf8 ? " utf8" : "");
}

int
main(void)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = strlen(rows[i].in);
		struct addr a;
		struct err e = { 0 };
		/* An exact-size copy: a sanitizer sees reading past it. */
		char *in = mem_alloc(len);
		memcpy(in, rows[i].in, len);
		int r = addr_parse(&a, in, len, &e);
		if (r == 0) {
			show(&out, in, &a);
			CHECK(in[a.len - 1] == '>', "%s: length %zu",
			    rows[i].label, a.len);
		} else {
			CHECK(e.kind == ERR_DATA, "%s", rows[i].label);
			CHECK(strncmp(e.text, "path: ", 6) == 0, "%s", e.text);
			buf_clear(&out);
			buf_addf(&out, "!%s", e.text + 6);
		}
		CHECK(strcmp(buf_str(&out), rows[i].want) == 0, "%s: got '%s'",
		    rows[i].label, buf_str(&out));
		for (size_t n = 0; r == 0 && n < a.len; n++) {
			struct addr cut;
			char *head = mem_alloc(n);
			memcpy(head, in, n);
			CHECK(addr_parse(&cut, head, n, &e) == -1,
			    "%s cut at %zu", rows[i].label, n);
			free(head);
		}
		free(in);
	}
	struct addr a;
	CHECK(addr_parse(&a, "<a\0b@x>", 7, NULL) == -1, "NUL");
	CHECK(addr_parse(&a, "<a\r\nb@x>", 8, NULL) == -1, "CRLF");
	buf_release(&out);
	return check_done();
}
