/* Domains in any script (RFC 5890, UTS 46) by libidn2, which is loaded when a
 * domain needs it: plain ASCII passes through. */
#ifndef NET_IDN_H
#define NET_IDN_H

#include <stdbool.h>
#include "net/core/err.h"

/* It has octets above 127. */
bool idn_is_needed(const char *domain);
/* "bücher.example" (UTF-8) to "xn--bcher-kva.example"; the caller's to free.
 * -1: ERR_USAGE (no valid UTF-8, a character that no domain may have, a label
 * too long), ERR_NOINPUT (the library is missing). *out is NULL then. */
CHECKED int idn_to_ascii(const char *domain, char **out, struct err *e);
/* A mailbox or path ("joe@bücher.example", with or without brackets) where
 * SMTPUTF8 is not offered: the domain as A-labels (RFC 5891), the rest as it
 * stands. 1: *out is ASCII, the caller's to free, and the same text where that
 * was; 0: it cannot go, the local part (or a source route) is beyond ASCII;
 * -1: as idn_to_ascii(). *out is NULL then. */
CHECKED int idn_mailbox(const char *mailbox, char **out, struct err *e);
/* The other way; a domain without "xn--" passes through. The result is UTF-8
 * for people: escape it. Errors as above. */
CHECKED int idn_to_unicode(const char *domain, char **out, struct err *e);

#endif
