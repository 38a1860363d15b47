/* Parts of a line, and whether it is the command that a play awaits. */
#ifndef NET_SPAN_H
#define NET_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a line; borrowed octets. */
struct span {
	const char *p;
	size_t len;
};

/* Without the blanks around it. */
struct span span_trim(struct span s);
/* Takes the first word off *s. */
struct span span_word(struct span *s);
/* The same word, in any case. */
bool span_is(struct span a, const char *word);
/* The same verb, and the same path where MAIL, RCPT, SEND, SOML and SAML have
 * one (a domain and Postmaster in any case, parameters left aside). The words
 * behind HELO, EHLO, LHLO, NOOP and HELP may differ. Anything else: the same
 * words in any case, and "***" in want is any word. */
bool span_is_command(struct span want, struct span got);

/* Octets before the first that is not 0x20 to 0x7e. */
size_t span_plain(const char *p, size_t len);

#endif
