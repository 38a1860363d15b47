/* Enhanced status codes: RFC 3463's, and what later RFCs registered in the
 * registry of RFC 5248. The codes column is that registry's "associated basic
 * status code". */
#include "net/core/code.h"

static const struct enh enh_table[] = {
	{ 0, 0, "Other undefined Status", "any", "RFC 3463" },
	{ 1, 0, "Other address status", "", "RFC 3463" },
	{ 1, 1, "Bad destination mailbox address", "451, 550", "RFC 3463" },
	{ 1, 2, "Bad destination system address", "", "RFC 3463" },
	{ 1, 3, "Bad destination mailbox address syntax", "501", "RFC 3463" },
	{ 1, 4, "Destination mailbox address ambiguous", "", "RFC 3463" },
	{ 1, 5, "Destination address valid", "250", "RFC 3463" },
	{ 1, 6, "Destination mailbox has moved, No forwarding address", "",
	    "RFC 3463" },
	{ 1, 7, "Bad sender's mailbox address syntax", "", "RFC 3463" },
	{ 1, 8, "Bad sender's system address", "451, 501", "RFC 3463" },
	{ 1, 9, "Message relayed to non-compliant mailer", "", "RFC 3886" },
	{ 1, 10, "Recipient address has null MX", "556", "RFC 7505" },
	{ 2, 0, "Other or undefined mailbox status", "", "RFC 3463" },
	{ 2, 1, "Mailbox disabled, not accepting messages", "", "RFC 3463" },
	{ 2, 2, "Mailbox full", "552", "RFC 3463" },
	{ 2, 3, "Message length exceeds administrative limit", "552",
	    "RFC 3463" },
	{ 2, 4, "Mailing list expansion problem", "450, 452", "RFC 3463" },
	{ 3, 0, "Other or undefined mail system status",
	    "221, 250, 421, 451, 550, 554", "RFC 3463" },
	{ 3, 1, "Mail system full", "452", "RFC 3463" },
	{ 3, 2, "System not accepting network messages", "453, 521",
	    "RFC 3463, RFC 7504" },
	{ 3, 3, "System not capable of selected features", "", "RFC 3463" },
	{ 3, 4, "Message too big for system", "552, 554", "RFC 3463" },
	{ 3, 5, "System incorrectly configured", "", "RFC 3463" },
	{ 3, 6, "Requested priority was changed", "250, 251", "RFC 6710" },
	{ 4, 0, "Other or undefined network or routing status", "",
	    "RFC 3463" },
	{ 4, 1, "No answer from host", "451", "RFC 3463" },
	{ 4, 2, "Bad connection", "421", "RFC 3463" },
	{ 4, 3, "Directory server failure", "451, 550", "RFC 3463" },
	{ 4, 4, "Unable to route", "", "RFC 3463" },
	{ 4, 5, "Mail system congestion", "451", "RFC 3463" },
	{ 4, 6, "Routing loop detected", "", "RFC 3463" },
	{ 4, 7, "Delivery time expired", "", "RFC 3463" },
	{ 5, 0, "Other or undefined protocol status",
	    "220, 250-253, 451, 452, 454, 458, 459, 501-503, 554", "RFC 3463" },
	{ 5, 1, "Invalid command", "430, 500, 501, 503, 530, 550, 554, 555",
	    "RFC 3463" },
	{ 5, 2, "Syntax error", "500, 501, 502, 550, 555", "RFC 3463" },
	{ 5, 3, "Too many recipients", "451", "RFC 3463" },
	{ 5, 4, "Invalid command arguments", "451, 501-504, 550, 555",
	    "RFC 3463" },
	{ 5, 5, "Wrong protocol version", "", "RFC 3463" },
	{ 5, 6, "Authentication Exchange line is too long", "500", "RFC 4954" },
	{ 6, 0, "Other or undefined media error", "", "RFC 3463" },
	{ 6, 1, "Media not supported", "", "RFC 3463" },
	{ 6, 2, "Conversion required and prohibited", "", "RFC 3463" },
	{ 6, 3, "Conversion required but not supported", "554", "RFC 3463" },
	{ 6, 4, "Conversion with loss performed", "250", "RFC 3463" },
	{ 6, 5, "Conversion Failed", "", "RFC 3463" },
	{ 6, 6, "Message content not available", "554", "RFC 4468" },
	{ 6, 7, "Non-ASCII addresses not permitted for that sender/recipient",
	    "550, 553", "RFC 6531" },
	{ 6, 8,
	    "UTF-8 string reply is required, but not permitted by the SMTP "
	    "client",
	    "252, 550, 553", "RFC 6531" },
	{ 6, 9,
	    "UTF-8 header message cannot be transferred to one or more "
	    "recipients, so the message must be rejected",
	    "550", "RFC 6531" },
	{ 6, 10, "UTF-8 string reply is required (deprecated for X.6.8)", "",
	    "RFC 6531" },
	{ 7, 0, "Other or undefined security status",
	    "220, 235, 450, 454, 500, 501, 503, 504, 530, 535, 550",
	    "RFC 3463" },
	{ 7, 1, "Delivery not authorized, message refused",
	    "451, 454, 502, 503, 533, 550, 551", "RFC 3463" },
	{ 7, 2, "Mailing list expansion prohibited", "550", "RFC 3463" },
	{ 7, 3, "Security conversion required but not possible", "",
	    "RFC 3463" },
	{ 7, 4, "Security features not supported", "504", "RFC 3463" },
	{ 7, 5, "Cryptographic failure", "", "RFC 3463" },
	{ 7, 6, "Cryptographic algorithm not supported", "", "RFC 3463" },
	{ 7, 7, "Message integrity failure", "", "RFC 3463" },
	{ 7, 8, "Authentication credentials invalid", "535, 554",
	    "RFC 4954, RFC 4468" },
	{ 7, 9, "Authentication mechanism is too weak", "534", "RFC 4954" },
	{ 7, 10, "Encryption Needed", "523", "RFC 5248" },
	{ 7, 11, "Encryption required for requested authentication mechanism",
	    "524, 538", "RFC 4954" },
	{ 7, 12, "A password transition is needed", "422, 432", "RFC 4954" },
	{ 7, 13, "User Account Disabled", "525", "RFC 5248" },
	{ 7, 14, "Trust relationship required", "535, 554", "RFC 5248" },
	{ 7, 15, "Priority Level is too low", "450, 550", "RFC 6710" },
	{ 7, 16, "Message is too big for the specified priority", "552",
	    "RFC 6710" },
	{ 7, 17, "Mailbox owner has changed", "5yz", "RFC 7293" },
	{ 7, 18, "Domain owner has changed", "5yz", "RFC 7293" },
	{ 7, 19, "RRVS test cannot be completed", "5yz", "RFC 7293" },
	{ 7, 20, "No passing DKIM signature found", "550", "RFC 7372" },
	{ 7, 21, "No acceptable DKIM signature found", "550", "RFC 7372" },
	{ 7, 22, "No valid author-matched DKIM signature found", "550",
	    "RFC 7372" },
	{ 7, 23, "SPF validation failed", "550", "RFC 7372" },
	{ 7, 24, "SPF validation error", "451, 550", "RFC 7372" },
	{ 7, 25, "Reverse DNS validation failed", "550", "RFC 7372" },
	{ 7, 26, "Multiple authentication checks failed", "550", "RFC 7372" },
	{ 7, 27, "Sender address has null MX", "550", "RFC 7505" },
	{ 7, 28, "Mail flood detected", "", "IANA registry" },
	{ 7, 29, "ARC validation failure", "550", "RFC 8617" },
	{ 7, 30, "REQUIRETLS support required", "550", "RFC 8689" },
};

const struct enh *
enh_at(size_t i)
{
	return i < sizeof(enh_table) / sizeof(enh_table[0]) ? &enh_table[i]
							    : NULL;
}

const struct enh *
enh_find(int subject, int detail)
{
	const struct enh *h;
	size_t i;

	for (i = 0; (h = enh_at(i)) != NULL; i++)
		if (h->subject == subject && h->detail == detail)
			return h;
	return NULL;
}

const char *
enh_class_text(int class)
{
	switch (class) {
	case 2:
		return "Success";
	case 4:
		return "Persistent Transient Failure";
	case 5:
		return "Permanent Failure";
	default:
		return NULL;
	}
}

const char *
enh_subject_text(int subject)
{
	static const char *const texts[] = { "Other or Undefined Status",
		"Addressing Status", "Mailbox Status", "Mail System Status",
		"Network and Routing Status", "Mail Delivery Protocol Status",
		"Message Content or Media Status",
		"Security or Policy Status" };

	return subject >= 0 && subject <= 7 ? texts[subject] : NULL;
}

/* One to three digits without a leading zero, at p + *at. */
static bool
enh_number(const char *p, size_t len, size_t *at, int *out)
{
	size_t i = *at, start = i;
	int n = 0;

	while (i < len && i - start < 3 && p[i] >= '0' && p[i] <= '9')
		n = n * 10 + (p[i++] - '0');
	if (i == start || (p[start] == '0' && i - start > 1))
		return false;
	*at = i;
	*out = n;
	return true;
}

size_t
enh_parse(const char *p, size_t len, int *class, int *subject, int *detail)
{
	size_t i = 2;
	int s, d;

	if (len < 5 || (p[0] != '2' && p[0] != '4' && p[0] != '5') ||
	    p[1] != '.')
		return 0;
	if (!enh_number(p, len, &i, &s) || i >= len || p[i] != '.')
		return 0;
	i++;
	if (!enh_number(p, len, &i, &d) || (i < len && p[i] != ' '))
		return 0;
	*class = p[0] - '0';
	*subject = s;
	*detail = d;
	return i;
}
