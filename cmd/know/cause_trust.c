/* Rules about TLS, certificates and logins. */
#include "cmd/know/cause_priv.h"

#include <string.h>

static bool
cause_masked(const struct sight *s)
{
	return s->masked;
}

static bool
cause_auth_clear(const struct sight *s)
{
	return !s->tls && s->starttls;
}

static bool
cause_on_25(const struct sight *s)
{
	return s->port == 25;
}

/* Mechanisms that take something else than a password. */
static bool
cause_wants_ticket(const struct sight *s)
{
	return s->mechs != NULL && (strstr(s->mechs, "GSSAPI") != NULL ||
				       strstr(s->mechs, "NTLM") != NULL);
}

static bool
cause_at_once(const struct sight *s)
{
	return s->tls_on_connect;
}

const struct cause_rule cause_trust[] = {
	{ "tls.masked", TURN_FIRST, WHY_NO_STARTTLS, cause_masked, CAUSE_HIGH,
	    "a firewall on the way masks STARTTLS (X letters stand in the EHLO "
	    "reply): its SMTP inspection rewrites the session",
	    "have the inspection switched off (Cisco: no inspect esmtp), or "
	    "use "
	    "port 587 or 465, which it leaves alone",
	    "RFC 3207 6" },
	{ "tls.not-offered", TURN_FIRST, WHY_NO_STARTTLS, NULL, CAUSE_HIGH,
	    "the server does not offer STARTTLS on port {port}, or somebody on "
	    "the way took it out",
	    "try port 587, or 465 with --tls-on-connect; compare from another "
	    "network; --tls-optional goes on in clear text",
	    "RFC 3207 6" },
	{ "tls.plain-port", TURN_FIRST, WHY_NOT_TLS, cause_at_once, CAUSE_HIGH,
	    "port {port} begins in clear text, and TLS was begun at once",
	    "use --tls (STARTTLS) in place of --tls-on-connect, or port 465, "
	    "where TLS comes first",
	    "RFC 8314 3" },
	{ "tls.broke-off", TURN_FIRST, WHY_NOT_TLS, NULL, CAUSE_HIGH,
	    "the server answered in clear text where TLS was to begin: a "
	    "proxy, a filter or a fault of the server",
	    "look at its log; --diagnose tries the handshake in other ways",
	    "RFC 3207 4" },
	{ "tls.at-once", TURN_FIRST, WHY_TLS_FIRST, NULL, CAUSE_HIGH,
	    "port {port} begins with TLS, and clear text was begun",
	    "use --tls-on-connect, or smtps://{host}:{port}", "RFC 8314 3" },
	{ "tls.version", TURN_FIRST, WHY_TLS_VERSION, NULL, CAUSE_HIGH,
	    "the server and this client have no TLS version in common: the "
	    "server's is too old (or too new)",
	    "update the server; --tls-protocol 1.0 --tls-cipher "
	    "DEFAULT@SECLEVEL=0 shows what it can",
	    "RFC 8996" },
	{ "tls.cipher", TURN_FIRST, WHY_TLS_CIPHER, NULL, CAUSE_HIGH,
	    "the TLS handshake found no cipher in common, or the server has no "
	    "certificate to show",
	    "the server's log says which; its ciphers and certificate are to "
	    "be mended (--tls-cipher ALL@SECLEVEL=0 shows what it can)",
	    "RFC 8446 4.1.1" },
	{ "tls.sni", TURN_FIRST, WHY_TLS_NAME, NULL, CAUSE_HIGH,
	    "the server knows several names and wants to be asked by one "
	    "(SNI); an address sends none",
	    "connect by the host's name in place of the address, or --tls-sni "
	    "NAME --tls-verify-host NAME",
	    "RFC 6066 3" },
	{ "tls.client-cert", TURN_FIRST, WHY_TLS_CLIENT_CERT, NULL, CAUSE_HIGH,
	    "the server wants a client certificate, or does not accept ours",
	    "show one that its authority has signed: --tls-cert FILE --tls-key "
	    "FILE",
	    "RFC 8446 4.4.2.4" },
	{ "tls.failed", TURN_FIRST, WHY_TLS_FAILED, NULL, CAUSE_HIGH,
	    "the TLS handshake broke off: the server's TLS is broken, or "
	    "something between cuts it",
	    "the server's log says why; --diagnose tries other versions, with "
	    "and without the name",
	    "RFC 8446 6.2" },
	{ "cert.expired", TURN_FIRST, WHY_CERT_EXPIRED, NULL, CAUSE_HIGH,
	    "the server's certificate has expired",
	    "who runs {host} renews it and reloads the server (certbot renew, "
	    "then a reload); if the date is not past, this machine's clock is "
	    "wrong; until then --tls-verify no accepts whatever is shown",
	    "RFC 5280 4.1.2.5" },
	{ "cert.early", TURN_FIRST, WHY_CERT_EARLY, NULL, CAUSE_HIGH,
	    "the server's certificate is not valid yet: the clock here, or the "
	    "one where it was made, is wrong",
	    "check the clock of this machine (date -u) and of the authority; "
	    "else who runs {host} replaces the certificate",
	    "RFC 5280 4.1.2.5" },
	{ "cert.name", TURN_FIRST, WHY_CERT_NAME, NULL, CAUSE_HIGH,
	    "the certificate is for another name than the one asked for (name "
	    "mismatch)",
	    "connect by a name that it has, or say --tls-verify-host NAME if "
	    "you know that it is right; else the server needs a new "
	    "certificate with this name",
	    "RFC 9525 6" },
	{ "cert.self", TURN_FIRST, WHY_CERT_SELF, NULL, CAUSE_HIGH,
	    "the certificate is self-signed, and nobody here has said that it "
	    "is to be trusted",
	    "if it is yours: --tls-ca FILE with that certificate "
	    "(--tls-save-peer-cert writes it); else the server needs one of a "
	    "known authority (certbot)",
	    "RFC 5280 6.1" },
	{ "cert.issuer", TURN_FIRST, WHY_CERT_ISSUER, NULL, CAUSE_HIGH,
	    "the certificate's issuer is not known here: a private authority, "
	    "or the server does not send its intermediate certificate (the "
	    "chain is incomplete)",
	    "private: --tls-ca FILE with its root; else who runs the server "
	    "sends the whole chain (fullchain.pem in place of cert.pem) and "
	    "reloads it; no ca-certificates here has the same effect",
	    "RFC 5280 6.1; RFC 8446 4.4.2" },
	{ "cert.chain", TURN_FIRST, WHY_CERT_CHAIN, NULL, CAUSE_HIGH,
	    "the chain is incomplete: the server does not send the "
	    "intermediate certificate that signed its own, so clients that "
	    "lack it refuse",
	    "who runs {host} sends the whole chain (fullchain.pem in place of "
	    "cert.pem; Postfix smtpd_tls_chain_files, Exim tls_certificate, "
	    "Dovecot ssl_cert) and reloads it; to test here get it from the "
	    "address above and name it by --tls-ca; a private authority: "
	    "--tls-ca FILE with its root",
	    "RFC 8446 4.4.2; RFC 5280 4.2.2.1" },
	{ "cert.weak", TURN_FIRST, WHY_CERT_WEAK, NULL, CAUSE_HIGH,
	    "the server's key or signature is too weak (a small RSA or DH key, "
	    "or SHA-1)",
	    "who runs {host} makes a new key (2048 bits or more) and "
	    "certificate; --tls-cipher DEFAULT@SECLEVEL=0 accepts it for a "
	    "test",
	    "RFC 9325 4.5" },
	{ "cert.use", TURN_FIRST, WHY_CERT_USE, NULL, CAUSE_HIGH,
	    "the certificate was not made for servers (its extended key usage "
	    "or key usage says so)",
	    "who runs {host} gets a new certificate with serverAuth",
	    "RFC 5280 4.2.1.12" },
	{ "cert.tlsa", TURN_FIRST, WHY_CERT_TLSA, NULL, CAUSE_HIGH,
	    "DANE: no TLSA record matches the certificate: one of the two was "
	    "renewed without the other",
	    "who runs {host} publishes a TLSA record of the new key (3 1 1) "
	    "and removes the old one later; do not send without --dane",
	    "RFC 7672 8" },
	{ "cert.soon", TURN_FIRST, WHY_CERT_SOON, NULL, CAUSE_MID,
	    "the server's certificate, or one that it was signed by, expires "
	    "soon (or has)",
	    "who runs {host} renews it and reloads the server (certbot renew, "
	    "then a reload)",
	    "RFC 5280 4.1.2.5" },
	{ "auth.tls-first", TURN_FIRST, WHY_NO_AUTH, cause_auth_clear,
	    CAUSE_HIGH,
	    "AUTH is not offered before TLS: as most servers do, this one "
	    "offers it only under TLS",
	    "add --tls (at the prompt \\starttls first)",
	    "RFC 4954 4; RFC 8314 3" },
	{ "auth.not-here", TURN_FIRST, WHY_NO_AUTH, cause_on_25, CAUSE_HIGH,
	    "the server offers no AUTH on port 25: mail between servers comes "
	    "in there, without a login",
	    "to log in use port 587 (--tls) or 465 (--tls-on-connect) of the "
	    "provider's submission host; to deliver, leave --auth out",
	    "RFC 6409 3" },
	{ "auth.none", TURN_FIRST, WHY_NO_AUTH, NULL, CAUSE_HIGH,
	    "the server offers no AUTH here: it is no submission server, or "
	    "its login service is off",
	    "use the provider's submission host on port 587 (--tls) or 465 "
	    "(--tls-on-connect); your server: enable it "
	    "(smtpd_sasl_auth_enable)",
	    "RFC 6409 3" },
	{ "auth.ticket", TURN_FIRST, WHY_NO_MECH, cause_wants_ticket,
	    CAUSE_HIGH,
	    "the server offers only mechanisms that take no password ({mechs})",
	    "GSSAPI needs a Kerberos ticket (kinit), NTLM a Windows domain: "
	    "neither is here; ask the server's administrator to enable PLAIN "
	    "under TLS",
	    "RFC 4954 4" },
	{ "auth.mechanism", TURN_FIRST, WHY_NO_MECH, NULL, CAUSE_HIGH,
	    "none of the mechanisms that the server offers ({mechs}) can be "
	    "used with what was given",
	    "name one with --auth MECHANISM; XOAUTH2 and OAUTHBEARER need a "
	    "token; or ask the administrator to enable PLAIN under TLS",
	    "RFC 4954 4" },
	{ "auth.clear", TURN_FIRST, WHY_AUTH_CLEAR, NULL, CAUSE_HIGH,
	    "the login would send the password in clear text, and that is not "
	    "done without being asked for",
	    "add --tls (or --tls-on-connect on port 465); --auth-insecure "
	    "sends "
	    "it all the same",
	    "RFC 4954 4" },
	{ NULL, TURN_LAST, WHY_NONE, NULL, CAUSE_LOW, NULL, NULL, NULL },
};
