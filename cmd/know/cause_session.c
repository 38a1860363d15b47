/* Rules about what happened in a session: what never came, what came twice,
 * where it ended. */
#include "cmd/know/cause_priv.h"

#include <string.h>

static bool
owes(const struct sight *s, enum verb_id id)
{
	return s->owed != NULL && s->owed->id == id;
}

static bool
rule_unknown_fate(const struct sight *s)
{
	/* What lies in a socket may arrive yet. */
	bool texted = s->texted || (s->hasty && owes(s, VERB_TEXT_END));
	return texted && !s->taken && s->refusal.code == 0;
}

/* A short wait tells nothing of the server. */
static bool
rule_hasty_owed(const struct sight *s)
{
	return s->hasty && s->kind == ERR_INTR && s->owed != NULL;
}

static bool
rule_hasty(const struct sight *s)
{
	return s->hasty && s->kind == ERR_INTR;
}

static bool
rule_out_of_step(const struct sight *s)
{
	return s->odd.code != 0 || s->why == WHY_OUT_OF_STEP;
}

static bool
rule_garbage(const struct sight *s)
{
	return s->garbage != NULL && s->why == WHY_NO_REPLY;
}

/* A reply that came in part; what does not begin as one does is none. */
static bool
rule_part(const struct sight *s)
{
	static const char digits[] = "0123456789";
	if (s->part == NULL || s->owed == NULL)
		return false;
	size_t n = strspn(s->part, digits);
	return n >= 3 || (n > 0 && s->part[n] == '\0');
}

static bool
rule_part_gone(const struct sight *s)
{
	return s->gone && rule_part(s);
}

static bool
rule_no_part(const struct sight *s)
{
	return s->part != NULL && owes(s, VERB_GREETING) && !rule_part(s);
}

static bool
rule_unknown_part(const struct sight *s)
{
	return rule_unknown_fate(s) && owes(s, VERB_TEXT_END) && rule_part(s);
}

static bool
rule_no_hello(const struct sight *s)
{
	return s->hello_refused && s->helo_refused && !s->lmtp &&
	       s->refusal.code / 10 == 50;
}

static bool
rule_lmtp_refused(const struct sight *s)
{
	return s->lmtp && s->hello_refused && s->refusal.code / 10 == 50;
}

/* LHLO was typed. */
static bool
rule_lhlo_refused(const struct sight *s)
{
	return s->refusal.verb != NULL && s->refusal.verb->id == VERB_LHLO &&
	       s->refusal.code / 10 == 50;
}

static bool
rule_old_hello(const struct sight *s)
{
	return s->refusal.verb != NULL && s->refusal.verb->id == VERB_EHLO &&
	       (s->refusal.code == 500 || s->refusal.code == 502);
}

static bool
rule_masked(const struct sight *s)
{
	return s->masked && !s->tls && s->refusal.code != 0;
}

static bool
rule_greeting_no(const struct sight *s)
{
	return s->refusal.verb != NULL &&
	       s->refusal.verb->id == VERB_GREETING && s->refusal.code >= 500;
}

static bool
rule_greeting_later(const struct sight *s)
{
	return s->refusal.verb != NULL &&
	       s->refusal.verb->id == VERB_GREETING && s->refusal.code < 500;
}

static bool
rule_partly_kept(const struct sight *s)
{
	return s->kept && s->taken && s->refused > 0;
}

static bool
rule_partly(const struct sight *s)
{
	return s->taken && s->refused > 0;
}

static bool
silent(const struct sight *s)
{
	return owes(s, VERB_GREETING) && !s->gone;
}

static bool
rule_silent_465(const struct sight *s)
{
	return silent(s) && (s->port == 465 || s->port == 993 ||
				s->port == 995 || s->port == 443);
}

static bool
rule_silent_web(const struct sight *s)
{
	static const unsigned web[] = { 80, 81, 591, 3000, 5000, 8000, 8008,
		8080, 8081, 8088, 8443, 8888, 9000, 9090 };
	for (size_t i = 0; silent(s) && i < sizeof web / sizeof *web; i++)
		if (s->port == web[i])
			return true;
	return false;
}

static bool
rule_gone_unsaid(const struct sight *s)
{
	return s->gone && s->connected && !s->greeted;
}

static bool
rule_gone_greeted(const struct sight *s)
{
	return s->gone && s->greeted && !s->hello && !s->tls;
}

static bool
rule_gone_tls(const struct sight *s)
{
	return s->gone && s->tls && !s->hello;
}

static bool
rule_gone_text(const struct sight *s)
{
	return s->gone && s->accepted > 0 && (s->sent > 0 || s->left > 0);
}

static bool
rule_gone(const struct sight *s)
{
	return s->gone;
}

static bool
rule_stalled(const struct sight *s)
{
	return !s->texted && s->left > 0;
}

static bool
rule_hello_late(const struct sight *s)
{
	return owes(s, VERB_EHLO) || owes(s, VERB_HELO) || owes(s, VERB_LHLO);
}

static bool
rule_mail_late(const struct sight *s)
{
	return owes(s, VERB_MAIL) || owes(s, VERB_RCPT);
}

static bool
rule_data_late(const struct sight *s)
{
	return owes(s, VERB_DATA);
}

static bool
rule_starttls_late(const struct sight *s)
{
	return owes(s, VERB_STARTTLS);
}

static bool
rule_auth_late(const struct sight *s)
{
	return owes(s, VERB_AUTH) || owes(s, VERB_RESPONSE);
}

static bool
rule_late(const struct sight *s)
{
	return s->owed != NULL;
}

static bool
rule_shaking_first(const struct sight *s)
{
	return s->shaking && s->tls_on_connect;
}

static bool
rule_shaking(const struct sight *s)
{
	return s->shaking;
}

static bool
rule_connecting(const struct sight *s)
{
	return s->connecting && s->kind != ERR_NOHOST;
}

const struct cause_rule cause_session[] = {
	{ "text.unknown-fate", TURN_FIRST, WHY_NONE, rule_unknown_part,
	    CAUSE_HIGH,
	    "the end of the text was sent; the reply to it began ({part}) and "
	    "did not end: whether the mail was taken is unknown: look before "
	    "you send it again",
	    "see the server's log and the mailbox first, a second mail may be "
	    "a duplicate; what begins with 2 was most likely taken",
	    "RFC 5321 4.2.1; RFC 1047" },
	{ "text.unknown-fate", TURN_FIRST, WHY_NONE, rule_unknown_fate,
	    CAUSE_HIGH,
	    "the end of the text was sent; whether the mail was taken is "
	    "unknown: look before you send it again",
	    "no reply to the end of the text came: see the server's log and "
	    "the mailbox first, a second mail may be a duplicate; RFC 5321 "
	    "gives the server 10 minutes to answer (a virus scanner or milter "
	    "may need them)",
	    "RFC 5321 4.5.3.2.6; RFC 1047" },
	{ "session.out-of-step", TURN_FIRST, WHY_NONE, rule_out_of_step,
	    CAUSE_HIGH,
	    "replies and commands are out of step: a reply came that nobody "
	    "asked for, so each may belong to another command ({odd})",
	    "do not trust anything that this session said of the mail; the "
	    "fault is in the server or in a proxy, filter or balancer before "
	    "it: compare with its log and reconnect",
	    "RFC 5321 4.3.1" },
	{ "other.unknown", TURN_FIRST, WHY_NONE, rule_garbage, CAUSE_HIGH,
	    "what came is no reply of SMTP: another protocol is on port "
	    "{port}, "
	    "or something between changes what is sent",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 5321 4.2" },
	{ "other.unknown", TURN_WAIT, WHY_NONE, rule_no_part, CAUSE_HIGH,
	    "what came in place of the greeting ({part}) is no reply of SMTP "
	    "and did not end: another protocol is on port {port}",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 5321 4.2" },
	{ "reply.half", TURN_LAST, WHY_NONE, rule_part_gone, CAUSE_HIGH,
	    "{owed-reply} began ({part}) and did not end: the server "
	    "closed the connection inside it",
	    "the server's log says why (a crash, a restart, a limit), or a "
	    "proxy or filter between cut it; connect again",
	    "RFC 5321 4.2.1" },
	{ "reply.half", TURN_WAIT, WHY_NONE, rule_part, CAUSE_HIGH,
	    "{owed-reply} began ({part}) and did not end: its last "
	    "line, code and space up to CRLF, is missing",
	    "wait longer (--timeout), if it comes slowly: a tarpit writes so; "
	    "else the server forgets CRLF or the last line of a reply, or it "
	    "hung in the middle: its log, and a proxy or filter before it",
	    "RFC 5321 4.2.1" },
	{ "proto.masked", TURN_TEXT, WHY_NONE, rule_masked, CAUSE_HIGH,
	    "a firewall on the way rewrites the session: X letters or "
	    "asterisks stand where words were",
	    "have its SMTP inspection switched off (Cisco: no inspect esmtp), "
	    "or use port 587 or 465, which it leaves alone",
	    "RFC 5321 4.1.1.1" },
	{ "hello.lmtp", TURN_TEXT, WHY_NONE, rule_no_hello, CAUSE_HIGH,
	    "EHLO and HELO are both refused: most likely an LMTP server, which "
	    "wants LHLO",
	    "use --lmtp, or the port for SMTP (25, 587)", "RFC 2033 4.1" },
	{ "hello.old", TURN_TEXT, WHY_NONE, rule_old_hello, CAUSE_MID,
	    "EHLO is not known there: an LMTP server (which wants LHLO), or a "
	    "very old SMTP server (HELO)",
	    "use --lmtp (LHLO), or say HELO; mail by --from and --to falls "
	    "back to HELO by itself",
	    "RFC 5321 3.2; RFC 2033 4.1" },
	{ "hello.smtp", TURN_FIRST, WHY_NONE, rule_lhlo_refused, CAUSE_HIGH,
	    "LHLO is refused: this is an SMTP server, not an LMTP server",
	    "say EHLO (leave --lmtp out), or name the LMTP port (24) or socket",
	    "RFC 2033 4.1" },
	{ "hello.smtp", TURN_FIRST, WHY_NONE, rule_lmtp_refused, CAUSE_HIGH,
	    "LHLO is refused: this is an SMTP server, not an LMTP server",
	    "leave --lmtp out, or name the LMTP port (24) or socket",
	    "RFC 2033 4.1" },
	{ "greeting.refuses", TURN_TEXT, WHY_NONE, rule_greeting_no, CAUSE_HIGH,
	    "the server greets with {code}: it refuses this client, or takes "
	    "no mail at all",
	    "try another MX of the domain; ask its postmaster, from another "
	    "address, whether this one is blocked; the server's log has the "
	    "reason",
	    "RFC 5321 3.1" },
	{ "greeting.later", TURN_TEXT, WHY_NONE, rule_greeting_later,
	    CAUSE_HIGH,
	    "the server greets with {code}: it takes nobody now, or this "
	    "client has too many connections (overload, a rate limit)",
	    "wait and try again, with fewer connections at once; the server's "
	    "log has the reason",
	    "RFC 5321 3.8" },
	{ "rcpt.partly", TURN_FIRST, WHY_NONE, rule_partly_kept, CAUSE_MID,
	    "mailed to {accepted} of {all} recipients: {refused} refused, "
	    "first with: {reply} ({why})",
	    "{mend}; then the same command again: --resume sends only to those "
	    "that were refused",
	    "RFC 5321 3.3" },
	{ "rcpt.partly", TURN_FIRST, WHY_NONE, rule_partly, CAUSE_MID,
	    "mailed to {accepted} of {all} recipients: {refused} refused, "
	    "first with: {reply} ({why})",
	    "{mend}; then send to those that were refused alone, or the others "
	    "get it twice",
	    "RFC 5321 3.3" },
	{ "interrupted", TURN_WAIT, WHY_NONE, rule_hasty_owed, CAUSE_HIGH,
	    "it was interrupted before the reply to {owed} came",
	    "the wait was too short to say what holds the reply up: give it "
	    "more than 10 s",
	    "RFC 5321 4.5.3.2" },
	{ "interrupted", TURN_WAIT, WHY_NONE, rule_hasty, CAUSE_HIGH,
	    "it was interrupted before it was done", "run it again",
	    "RFC 5321 4.5.3.2" },
	{ "greeting.tls-port", TURN_WAIT, WHY_NONE, rule_silent_465, CAUSE_HIGH,
	    "no greeting: port {port} begins with TLS and says nothing before "
	    "that",
	    "use --tls-on-connect, or smtps://{host}:{port}", "RFC 8314 3" },
	{ "greeting.web-port", TURN_WAIT, WHY_NONE, rule_silent_web, CAUSE_HIGH,
	    "no greeting: port {port} is most often a web server's (HTTP), "
	    "which says nothing before it is asked",
	    "name the port of the mail server with --port: 25, 587 or 465",
	    "RFC 9112 2" },
	{ "greeting.silent", TURN_WAIT, WHY_NONE, silent, CAUSE_HIGH,
	    "no greeting: the connection stands and the server says nothing: "
	    "it is slow (a tarpit, or it looks up this client's name in DNS "
	    "without an answer), or the port begins with TLS, or is no mail "
	    "server's",
	    "wait (RFC 5321 gives it 5 minutes), try --tls-on-connect, another "
	    "port (25, 587, 465), --proxy-protocol 2 behind a balancer; your "
	    "server: its resolver and its log",
	    "RFC 5321 4.5.3.2.1" },
	{ "closed.unsaid", TURN_LAST, WHY_NONE, rule_gone_unsaid, CAUSE_HIGH,
	    "the server closed the connection without a word: an access rule "
	    "or a ban (fail2ban, TCP wrappers), a balancer without a server "
	    "behind it, or a port that wants TLS or a PROXY header first",
	    "the server's log says which; try from another address, "
	    "--tls-on-connect on port 465, --proxy-protocol 2 behind a "
	    "balancer; then hosts.allow and fail2ban",
	    "RFC 5321 3.8" },
	{ "closed.greeted", TURN_LAST, WHY_NONE, rule_gone_greeted, CAUSE_HIGH,
	    "the server closed the connection right after its greeting: a ban, "
	    "a policy, overload, or it dislikes the name in EHLO ({helo})",
	    "the server's log says why; try --helo with a full host name, or "
	    "from another address (a ban of fail2ban?), or another MX",
	    "RFC 5321 3.8" },
	{ "closed.tls", TURN_LAST, WHY_NONE, rule_gone_tls, CAUSE_HIGH,
	    "the server closed the connection behind the TLS handshake: it may "
	    "want a client certificate, or a filter cuts TLS",
	    "the server's log says why; --tls-cert FILE shows a certificate",
	    "RFC 5321 3.8" },
	{ "closed.text", TURN_LAST, WHY_NONE, rule_gone_text, CAUSE_HIGH,
	    "the server closed the connection inside the text: a size limit, a "
	    "content filter that broke off, or a firewall",
	    "the server's log says why; does a small text pass?",
	    "RFC 5321 3.8" },
	{ "closed", TURN_LAST, WHY_NONE, rule_gone, CAUSE_MID,
	    "the server closed the connection in the middle of the session, in "
	    "place of the reply to {owed}",
	    "the server's log says why (a limit, a crash, a restart); connect "
	    "again",
	    "RFC 5321 3.8" },
	{ "text.stalled", TURN_WAIT, WHY_NONE, rule_stalled, CAUSE_HIGH,
	    "the server has stopped reading: {sent} octets of the text were "
	    "taken, then no more ({left} are left)",
	    "send a text of 1 kB: if that passes, full packets get lost on the "
	    "path (MTU: tracepath {host}, ICMP blocked by a firewall, lower "
	    "the MTU); else the server or its scanner hangs: see its log",
	    "RFC 5321 4.5.3.2.5; RFC 2923 2.1" },
	{ "hello.late", TURN_WAIT, WHY_NONE, rule_hello_late, CAUSE_MID,
	    "no reply to {owed}: a tarpit, or the server looks up names in DNS "
	    "without an answer",
	    "wait (RFC 5321 gives it 5 minutes); your server: its resolver and "
	    "its log",
	    "RFC 5321 4.5.3.2.1" },
	{ "envelope.late", TURN_WAIT, WHY_NONE, rule_mail_late, CAUSE_MID,
	    "no reply to {owed}: the server asks somebody else (DNS block "
	    "lists, a callout, a policy service, LDAP) who does not answer, or "
	    "it is a tarpit",
	    "wait (RFC 5321 gives it 5 minutes) or try again later; your "
	    "server: its log shows whom it waits for",
	    "RFC 5321 4.5.3.2.2" },
	{ "data.late", TURN_WAIT, WHY_NONE, rule_data_late, CAUSE_HIGH,
	    "no reply to DATA: a milter or content filter of the server does "
	    "not answer, or it is overloaded",
	    "wait (RFC 5321 gives it 2 minutes) or try again later; your "
	    "server: the log of the milter or filter",
	    "RFC 5321 4.5.3.2.4" },
	{ "auth.late", TURN_WAIT, WHY_NONE, rule_auth_late, CAUSE_MID,
	    "no reply to the login: what the server asks for passwords does "
	    "not answer",
	    "try again later; your server: the logs of saslauthd, Dovecot's "
	    "auth or LDAP",
	    "RFC 4954 4" },
	{ "tls.starttls-late", TURN_WAIT, WHY_NONE, rule_starttls_late,
	    CAUSE_HIGH,
	    "no reply to STARTTLS: the server's TLS hangs, or a firewall on "
	    "the way swallows the command",
	    "try port 465 with --tls-on-connect, and from another network; "
	    "the server's log says whether STARTTLS arrived there",
	    "RFC 3207 4" },
	{ "reply.late", TURN_WAIT, WHY_NONE, rule_late, CAUSE_MID,
	    "no reply to {owed}", "wait or try again later; the server's log",
	    "RFC 5321 4.5.3.2" },
	{ "tls.plain-late", TURN_WAIT, WHY_NONE, rule_shaking_first, CAUSE_HIGH,
	    "the TLS handshake gets no answer: port {port} may begin in clear "
	    "text, as 25 and 587 do",
	    "use --tls (STARTTLS) in place of --tls-on-connect, or port 465",
	    "RFC 8314 3" },
	{ "tls.late", TURN_WAIT, WHY_NONE, rule_shaking, CAUSE_HIGH,
	    "the TLS handshake gets no answer: large packets may get lost on "
	    "the path (MTU), or something between cuts TLS",
	    "tracepath {host} shows the MTU; try from another network",
	    "RFC 2923 2.1" },
	{ "connect.waiting", TURN_WAIT, WHY_NONE, rule_connecting, CAUSE_HIGH,
	    "no answer from {host} on port {port} yet: a firewall that drops "
	    "packets, a provider that blocks port 25, or the host is down",
	    "try 587 or 465 of the same host, and from another network",
	    "RFC 5321 4.5.4.1" },
	{ NULL, TURN_LAST, WHY_NONE, NULL, CAUSE_LOW, NULL, NULL, NULL },
};
