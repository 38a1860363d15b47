/* What certificates say, as text for people. Names come from whoever made the
 * certificate: every octet that is not plain ASCII is escaped, and a length
 * counts, never a NUL. */
#include "net/tls/tls_priv.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

void
tls_escape(struct buf *b, const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\')
			buf_addc(b, (char)p[i]);
		else
			buf_addf(b, "\\x%02X", p[i]);
}

void
tls_cert_dn(const X509_NAME *name, size_t max, struct buf *b)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct buf line = BUF_INIT;
	size_t n, got;

	/* RFC 2253 escapes control octets; UTF-8 stays readable. */
	if (bio != NULL &&
	    X509_NAME_print_ex(bio, name, 0,
		XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB &
		    ~(unsigned long)XN_FLAG_SPC_EQ) >= 0) {
		n = BIO_ctrl_pending(bio);
		if (n > 0 &&
		    BIO_read_ex(bio, buf_space(&line, n), n, &got) == 1)
			buf_commit(&line, got);
	}
	BIO_free(bio);
	n = buf_len(&line);
	if (n == 0) {
		buf_adds(b, "(empty)");
	} else if (n <= max) {
		buf_add(b, buf_data(&line), n);
	} else {
		/* Not inside a UTF-8 sequence. */
		while (max > 0 && (buf_data(&line)[max] & 0xc0) == 0x80)
			max--;
		buf_add(b, buf_data(&line), max);
		buf_adds(b, "...");
	}
	buf_release(&line);
}

static void
tls_cert_address(const ASN1_STRING *s, struct buf *b)
{
	char text[INET6_ADDRSTRLEN];
	const unsigned char *p = ASN1_STRING_get0_data(s);
	int n = ASN1_STRING_length(s);
	int family = n == 4 ? AF_INET : AF_INET6;

	buf_adds(b, "IP:");
	if ((n == 4 || n == 16) &&
	    inet_ntop(family, p, text, sizeof text) != NULL)
		buf_adds(b, text);
	else
		tls_escape(b, p, (size_t)n);
}

/* One subjectAltName; kinds that name no host are left out. */
static bool
tls_cert_name(const GENERAL_NAME *g, struct buf *b)
{
	int type;
	void *v = GENERAL_NAME_get0_value(g, &type);

	switch (type) {
	case GEN_DNS:
		buf_adds(b, "DNS:");
		break;
	case GEN_EMAIL:
		buf_adds(b, "email:");
		break;
	case GEN_URI:
		buf_adds(b, "URI:");
		break;
	case GEN_IPADD:
		tls_cert_address(v, b);
		return true;
	default:
		return false;
	}
	tls_escape(b, ASN1_STRING_get0_data(v), (size_t)ASN1_STRING_length(v));
	return true;
}

size_t
tls_cert_names(const X509 *cert, const char *between, size_t max, struct buf *b)
{
	GENERAL_NAMES *all =
	    X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	struct buf one = BUF_INIT;
	size_t start = buf_len(b), n = 0, shown = 0;
	int i;

	for (i = 0; all != NULL && i < sk_GENERAL_NAME_num(all); i++) {
		buf_clear(&one);
		if (!tls_cert_name(sk_GENERAL_NAME_value(all, i), &one))
			continue;
		n++;
		if (buf_len(b) - start + buf_len(&one) > max)
			continue;
		buf_addf(b, "%s%s", shown > 0 ? between : "", buf_str(&one));
		shown++;
	}
	if (n > shown)
		buf_addf(b, "%s%zu %s", shown > 0 ? " and " : "", n - shown,
		    shown > 0 ? "more" : "long names");
	GENERAL_NAMES_free(all);
	buf_release(&one);
	return n;
}

void
tls_cert_time(const ASN1_TIME *when, struct buf *b)
{
	char s[sizeof "-2147483648-12-31 23:59:59Z"];
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm) == 1 &&
	    strftime(s, sizeof s, "%Y-%m-%d %H:%M:%SZ", &tm) > 0)
		buf_adds(b, s);
	else
		buf_adds(b, "(not a date)");
}

bool
tls_cert_issuer_at(const X509 *cert, struct buf *b)
{
	AUTHORITY_INFO_ACCESS *all =
	    X509_get_ext_d2i(cert, NID_info_access, NULL, NULL);
	bool found = false;
	int type;
	for (int i = 0; all != NULL && i < sk_ACCESS_DESCRIPTION_num(all);
	     i++) {
		ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(all, i);
		const ASN1_STRING *s =
		    GENERAL_NAME_get0_value(d->location, &type);
		if (found || type != GEN_URI ||
		    OBJ_obj2nid(d->method) != NID_ad_ca_issuers ||
		    ASN1_STRING_length(s) < 5 ||
		    memcmp(ASN1_STRING_get0_data(s), "http", 4) != 0)
			continue;
		tls_escape(
		    b, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
		found = true;
	}
	sk_ACCESS_DESCRIPTION_pop_free(all, ACCESS_DESCRIPTION_free);
	return found;
}

int64_t
tls_cert_left_s(const X509 *cert)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) != 1)
		return INT64_MIN;
	return (int64_t)timegm(&tm) - (int64_t)time(NULL);
}

void
tls_cert_key(const X509 *cert, struct buf *b)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *type = key == NULL ? NULL : EVP_PKEY_get0_type_name(key);
	char group[64];
	size_t n;

	if (key == NULL) {
		buf_adds(b, "(unknown)");
		return;
	}
	buf_addf(b, "%s %d bits", type == NULL ? "(unknown)" : type,
	    EVP_PKEY_get_bits(key));
	if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1)
		buf_addf(b, " (%s)", group);
}

static void
tls_cert_hex(const unsigned char *p, size_t n, struct buf *b)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_addf(b, "%02x", p[i]);
}

void
tls_cert_sha256(const X509 *cert, struct buf *b)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (X509_digest(cert, EVP_sha256(), md, &n) == 1)
		tls_cert_hex(md, n, b);
}

void
tls_cert_spki_sha256(const X509 *cert, struct buf *b)
{
	unsigned char md[EVP_MAX_MD_SIZE], *der = NULL;
	unsigned n = 0;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	if (len > 0 &&
	    EVP_Digest(der, (size_t)len, md, &n, EVP_sha256(), NULL) == 1)
		tls_cert_hex(md, n, b);
	OPENSSL_free(der);
}
