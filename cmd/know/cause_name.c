/* Rules about names, addresses and connecting. */
#include "cmd/know/cause_priv.h"

#include <string.h>

static bool
cause_no_port(const struct sight *s)
{
	return s->port == 0;
}

static bool
cause_on_25(const struct sight *s)
{
	return s->port == 25;
}

static bool
cause_mx_literal(const struct sight *s)
{
	return s->mx[SIGHT_MX_LITERAL] != NULL &&
	       (s->why == WHY_NO_ADDRESS || s->why == WHY_ODD_MX ||
		   s->why == WHY_NO_NAME || s->why == WHY_NAME_UNKNOWN);
}

static bool
cause_mx_dangling(const struct sight *s)
{
	return s->mx[SIGHT_MX_DANGLING] != NULL &&
	       (s->why == WHY_NO_ADDRESS || s->why == WHY_NO_NAME);
}

static bool
cause_mx_local(const struct sight *s)
{
	return s->mx[SIGHT_MX_LOCAL] != NULL && !s->connected &&
	       s->kind != ERR_NONE;
}

static bool
cause_mx_private(const struct sight *s)
{
	return s->mx[SIGHT_MX_PRIVATE] != NULL && !s->connected &&
	       (s->why == WHY_SILENT || s->why == WHY_UNREACHABLE);
}

/* "smtpsh help", "smtpsh -c HOST NOOP". */
static bool
cause_is_command(const struct sight *s)
{
	return s->host != NULL && s->domain == NULL &&
	       verb_find(s->host, strlen(s->host)) != NULL;
}

const struct cause_rule cause_name[] = {
	{ "name.mx-literal", TURN_FIRST, WHY_NONE, cause_mx_literal, CAUSE_HIGH,
	    "the MX record of {at} has {mx-literal}, an address, where the "
	    "name of a host must stand: nobody can deliver there",
	    "the domain's owner gives the host a name with an A record and "
	    "lets the MX name that (dig MX {at})",
	    "RFC 5321 5.1" },
	{ "name.mx-dangling", TURN_FIRST, WHY_NONE, cause_mx_dangling,
	    CAUSE_HIGH,
	    "the MX of {at} dangles: its host, {mx-dangling}, does not exist "
	    "or has no address, so nobody can deliver there",
	    "the domain's owner adds an A or AAAA record for {mx-dangling}, or "
	    "corrects the MX that names it (dig MX {at})",
	    "RFC 5321 5.1" },
	{ "name.mx-localhost", TURN_FIRST, WHY_NONE, cause_mx_local, CAUSE_HIGH,
	    "the MX of {at} is localhost: each server would mail to itself",
	    "the domain's owner publishes a null MX (0 .), if it takes no "
	    "mail, or the name of a real host",
	    "RFC 7505" },
	{ "name.mx-private", TURN_FIRST, WHY_NONE, cause_mx_private, CAUSE_HIGH,
	    "the MX of {at} has a private address, {mx-private}, which only "
	    "its own network reaches",
	    "from outside: the domain's owner publishes a public address for "
	    "its MX; from inside: is the host up, is this machine on its "
	    "network (ip route)?",
	    "RFC 1918 3" },
	{ "name.null-mx", TURN_FIRST, WHY_NULL_MX, NULL, CAUSE_HIGH,
	    "the domain {at} takes no mail: its null MX says so",
	    "check the domain of the address; its owner removes that MX record "
	    "if it is a mistake",
	    "RFC 7505 3" },
	{ "name.command", TURN_FIRST, WHY_NO_NAME, cause_is_command, CAUSE_HIGH,
	    "there is no host {at}: it is a command, and stands where the "
	    "host is expected",
	    "did you mean --help? A command for a server goes behind -c: "
	    "smtpsh HOST -c {at}",
	    "RFC 5321 4.1" },
	{ "name.none", TURN_FIRST, WHY_NO_NAME, NULL, CAUSE_HIGH,
	    "the name {at} does not exist in DNS",
	    "check its spelling; dig NS {at} shows whether the domain is there "
	    "at all (a registration may have run out)",
	    "RFC 5321 5.1" },
	{ "name.no-address", TURN_FIRST, WHY_NO_ADDRESS, NULL, CAUSE_HIGH,
	    "{at} exists and has no address that can be used",
	    "its owner adds an A or AAAA record, or corrects the MX that names "
	    "it; dig A {at} and dig AAAA {at} show what there is; -4 and -6 "
	    "leave one family out",
	    "RFC 5321 5.1" },
	{ "name.odd-mx", TURN_FIRST, WHY_ODD_MX, NULL, CAUSE_MID,
	    "the MX records of {at} name no host: an address or something "
	    "else stands there",
	    "its owner gives the host a name and lets the MX name that; dig MX "
	    "{at} shows it",
	    "RFC 5321 5.1" },
	{ "name.bogus", TURN_FIRST, WHY_BOGUS, NULL, CAUSE_HIGH,
	    "DNSSEC: the signatures of {at} do not hold (expired, or no key "
	    "fits the DS record), so validating resolvers refuse all of it",
	    "its operator must sign the zone anew or mend the DS record; dig "
	    "+cd shows the data, delv what is wrong; tell them, you cannot "
	    "mend it here",
	    "RFC 4035 5; RFC 8914" },
	{ "name.unknown", TURN_FIRST, WHY_NAME_UNKNOWN, NULL, CAUSE_HIGH,
	    "no name server could tell anything of {at}",
	    "try again, or another --resolver; if others fail too (dig {at}, "
	    "and dig +cd {at}: an answer there means DNSSEC is broken), tell "
	    "the operator of the domain",
	    "RFC 5321 5.1" },
	{ "address.utf8", TURN_FIRST, WHY_NO_UTF8, NULL, CAUSE_MID,
	    "an address is not ASCII, and the server does not offer SMTPUTF8: "
	    "it cannot take it",
	    "ask the person for an ASCII address, or use another server that "
	    "offers SMTPUTF8",
	    "RFC 6531 3.2" },
	{ "connect.proxy", TURN_FIRST, WHY_PROXY, NULL, CAUSE_HIGH,
	    "the proxy failed, not the mail server: nothing has reached "
	    "{host}",
	    "check --proxy: is it running, is the port right, may you use it "
	    "for port {port}? without it smtpsh connects directly",
	    "RFC 1928" },
	{ "connect.socket", TURN_FIRST, WHY_REFUSED, cause_no_port, CAUSE_HIGH,
	    "nothing listens at the socket {host}",
	    "is the server running, with this path (ss -lx), and may you use "
	    "it (ls -l {host})?",
	    "unix(7)" },
	{ "connect.socket", TURN_FIRST, WHY_UNREACHABLE, cause_no_port,
	    CAUSE_HIGH,
	    "the socket {host} cannot be used: there is none, or "
	    "it is not for you",
	    "is the path right, is the server running (ss -lx), and may you "
	    "use it (ls -l {host})?",
	    "unix(7)" },
	{ "connect.refused", TURN_FIRST, WHY_REFUSED, NULL, CAUSE_HIGH,
	    "nothing listens on port {port} of {host}: the host is there and "
	    "has refused the connection",
	    "is the server running (ss -ltn there), on this address "
	    "(inet_interfaces, master.cf), or on another port (25, 587, 465)?",
	    "RFC 9293 3.10.7" },
	{ "connect.silent-25", TURN_FIRST, WHY_SILENT, cause_on_25, CAUSE_HIGH,
	    "no answer from {host} on port 25: a firewall drops the packets, "
	    "your provider blocks port 25, or the host is down",
	    "try 587 or 465 of the same host: if they answer, port 25 is "
	    "blocked on the way out; ask the provider to open it, or send "
	    "through a relay host",
	    "RFC 5321 4.5.4.1" },
	{ "connect.silent", TURN_FIRST, WHY_SILENT, NULL, CAUSE_HIGH,
	    "no answer from {host} on port {port}: a firewall drops the "
	    "packets, or the host is down",
	    "is the host up, and does its firewall let port {port} in? try it "
	    "from another network, and another port (25, 587, 465)",
	    "RFC 9293 3.8" },
	{ "connect.unreachable", TURN_FIRST, WHY_UNREACHABLE, NULL, CAUSE_HIGH,
	    "there is no way from here to {host}: no route, or a firewall that "
	    "says so",
	    "is this machine on the network (ip route), by that family (-4, "
	    "-6), is the address right, does a firewall forbid it?",
	    "RFC 1122 3.2.2.1" },
	{ NULL, TURN_LAST, WHY_NONE, NULL, CAUSE_LOW, NULL, NULL, NULL },
};
