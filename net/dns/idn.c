/* libidn2 frees what it has allocated, so results are copied. Non-transitional
 * as browsers are: the letters that IDNA 2008 let in stay what they are. */
#include "net/dns/idn.h"

#include <idn2.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "net/core/buf.h"
#include "net/lazy.h"
#include "net/dns/rdata.h"

#define IDN_FUNCS(X)                                                           \
	X(idn2_to_ascii_8z)                                                    \
	X(idn2_to_unicode_8z8z)                                                \
	X(idn2_strerror)                                                       \
	X(idn2_free)

static struct {
	IDN_FUNCS(LAZY_POINTER)
} idn_lib;
static const char idn_names[] = IDN_FUNCS(LAZY_NAME);
static const char *const idn_files[] = { "libidn2.so.0", "libidn2.0.dylib",
	NULL };
static struct lazy idn_lazy = LAZY_INIT(
    "internationalized domains", "libidn2-0", idn_files, idn_names, &idn_lib);

#define idn2_to_ascii_8z     (idn_lib.idn2_to_ascii_8z)
#define idn2_to_unicode_8z8z (idn_lib.idn2_to_unicode_8z8z)
#define idn2_strerror	     (idn_lib.idn2_strerror)
#define idn2_free	     (idn_lib.idn2_free)

#define IDN_FLAGS (IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)

bool
idn_is_needed(const char *domain)
{
	for (; *domain != '\0'; domain++)
		if ((unsigned char)*domain > 127)
			return true;
	return false;
}

static int
idn_done(int rc, char *made, const char *domain, char **out, struct err *e)
{
	if (rc != IDN2_OK)
		return err_set(e, rc == IDN2_MALLOC ? ERR_BUG : ERR_USAGE,
		    "'%.255s' is no domain: %s", domain, idn2_strerror(rc));
	*out = mem_dup(made);
	idn2_free(made);
	return 0;
}

int
idn_to_ascii(const char *domain, char **out, struct err *e)
{
	char *made = NULL;
	int rc;

	*out = NULL;
	if (!idn_is_needed(domain)) {
		*out = mem_dup(domain);
		return 0;
	}
	if (lazy_load(&idn_lazy, e) != 0)
		return -1;
	/* Its own rules for ASCII (STD3) would drop a blank or '@' in silence:
	 * what comes out is judged here instead. */
	rc = idn2_to_ascii_8z(domain, &made, IDN_FLAGS);
	if (rc == IDN2_OK && !rdata_is_name(made)) {
		idn2_free(made);
		return err_set(e, ERR_USAGE,
		    "'%.255s' is no domain: it has a character that no host's "
		    "name can have",
		    domain);
	}
	return idn_done(rc, made, domain, out, e);
}

int
idn_mailbox(const char *mailbox, char **out, struct err *e)
{
	const char *at = strrchr(mailbox, '@');
	size_t len = strlen(mailbox), local = 0, end = len;
	char *domain, *ascii;
	int rc;

	*out = NULL;
	if (at != NULL)
		local = (size_t)(at + 1 - mailbox);
	if (len > local && mailbox[len - 1] == '>')
		end--;
	for (size_t i = 0; i < local; i++)
		if ((unsigned char)mailbox[i] > 127)
			return 0;
	/* Without a domain all of it is a local part. */
	if (at == NULL && idn_is_needed(mailbox))
		return 0;
	domain = mem_dupn(mailbox + local, end - local);
	rc = idn_to_ascii(domain, &ascii, e);
	free(domain);
	if (rc != 0)
		return -1;
	*out =
	    mem_printf("%.*s%s%s", (int)local, mailbox, ascii, mailbox + end);
	free(ascii);
	return 1;
}

static bool
idn_has_alabel(const char *domain)
{
	const char *p = domain;

	while (p != NULL) {
		if (strncasecmp(p, "xn--", 4) == 0)
			return true;
		p = strchr(p, '.');
		if (p != NULL)
			p++;
	}
	return false;
}

int
idn_to_unicode(const char *domain, char **out, struct err *e)
{
	char *made = NULL;
	int rc;

	*out = NULL;
	if (!idn_has_alabel(domain)) {
		*out = mem_dup(domain);
		return 0;
	}
	if (lazy_load(&idn_lazy, e) != 0)
		return -1;
	rc = idn2_to_unicode_8z8z(domain, &made, 0);
	return idn_done(rc, made, domain, out, e);
}
