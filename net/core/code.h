/* The catalogue: what reply codes (STD 10 4.2 and later RFCs) and enhanced
 * status codes (RFC 3463 and later) mean. Texts are the standards' own. */
#ifndef NET_CODE_H
#define NET_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/verb.h"

struct code {
	int code;
	char text[68];	 /* exact text; STD 10's where it has one */
	char note[136];	 /* its bracketed note without brackets, or "" */
	char source[32]; /* "STD 10 (RFC 821) 4.2" */
	/* Verbs (enum verb_id, ended by 0) that this row is about; empty for
	 * any. 454 has a row for AUTH and one for STARTTLS. */
	short verbs[6];
	bool std10;
};

/* The best row for code in a reply to v (NULL: any), or NULL for a code that
 * no row has. STD 10's own row wins unless a later row names the verb and STD
 * 10 4.3 does not list the code for it. */
const struct code *code_find(int code, enum verb_id v);
/* Row i of all, in order of code; NULL past the last. */
const struct code *code_at(size_t i);
/* RFC 821 Appendix E: "Permanent Negative Completion", "Mail system", ...;
 * NULL for a digit that it does not name. */
const char *code_first_digit(int code);
const char *code_second_digit(int code);

struct enh {
	int subject, detail;
	char text[104];	 /* "Bad destination mailbox address" */
	char codes[56];	 /* basic codes it goes with: "451, 550", "250-253",
			    "5yz", "any", or "" */
	char source[32]; /* "RFC 3463" */
};

/* The row, or NULL where nobody has registered it. */
const struct enh *enh_find(int subject, int detail);
const struct enh *enh_at(size_t i);
/* RFC 3463 2 and 3: "Success", "Addressing Status"; NULL if undefined. */
const char *enh_class_text(int class);
const char *enh_subject_text(int subject);
/* Reads "5.1.1" at the start of a text: its length, 0 if there is none.
 * Class 2, 4 or 5; subject and detail up to three digits, without leading
 * zeros; SP or end behind. */
size_t enh_parse(
    const char *p, size_t len, int *class, int *subject, int *detail);

#endif
