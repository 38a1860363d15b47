#include "net/core/mech.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	enum mech_answer is;
} mechs[] = {
	{ "CRAM-", MECH_CHALLENGE }, /* MD5 (RFC 2195), SHA1 ... */
	{ "APOP", MECH_CHALLENGE },
	{ "NMAS-SAMBA-AUTH", MECH_CHALLENGE },
	{ "OTP", MECH_CHALLENGE },   /* RFC 2444 */
	{ "SKEY", MECH_CHALLENGE },  /* RFC 2222 */
	{ "9798-", MECH_NONCE },     /* RFC 3163 */
	{ "DIGEST-", MECH_NONCE },   /* RFC 2831 */
	{ "GS2-", MECH_NONCE },	     /* RFC 5801 */
	{ "GSS", MECH_NONCE },	     /* GSSAPI (RFC 4752), GSS-SPNEGO */
	{ "KERBEROS_", MECH_NONCE }, /* V4, V5 */
	{ "MSN", MECH_NONCE },	     /* NTLM by another name */
	{ "NTLM", MECH_NONCE },	     /* MS-SMTPNTLM */
	{ "OPENID20", MECH_NONCE },  /* RFC 6616 */
	{ "PASSDSS-", MECH_NONCE },  /* 3DES-1 */
	{ "SAML20", MECH_NONCE },    /* RFC 6595 */
	{ "SCRAM-", MECH_NONCE },    /* RFC 5802, 7677 */
	{ "SECURID", MECH_NONCE },   /* RFC 2808 */
	{ "SRP", MECH_NONCE },
};

enum mech_answer
mech_answer(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof mechs / sizeof *mechs; i++) {
		size_t n = strlen(mechs[i].name);
		if (len >= n && strncasecmp(name, mechs[i].name, n) == 0)
			return mechs[i].is;
	}
	return MECH_SECRET;
}
