/* What smtpsh knows about a word or a reply, as plain text for people: no
 * escape codes, no bytes from outside (but digits), UTF-8 only in the
 * separator " · ". Every line ends with LF. Widths are in columns; 0 stands
 * for EXPLAIN_WIDTH. Text is broken at spaces with a hanging indent; a word
 * that is longer than a line stays whole. */
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "net/core/reply.h"
#include "net/core/verb.h"

#define EXPLAIN_WIDTH 72

/* What a refusal of "*" (line), which cancels AUTH, means; NULL: it is none. */
const char *explain_cancelled(const struct verb *v, const char *line, int code);

/* Appends the remarks for a reply to verb v (never NULL; VERB_UNKNOWN where
 * nothing is known) and its line (or NULL): the code's text, its note in brackets, the meaning of the
 * enhanced status code (class 0: there is none), and whether v lists the code.
 * Remarks that fit on one line together share it. misfits: what is left out,
 * the code's meaning giving way to that of its digits. */
void explain_reply(struct buf *out, const struct verb *v, const char *line,
    int code, int class, int subject, int detail, unsigned misfits,
    size_t width);

/* What the registered meanings are not, by the text of a refusal or the command
 * it answers: 454 to RCPT is neither a login nor TLS. */
#define EXPLAIN_NO_CODE 1u
#define EXPLAIN_NO_ENH	2u
/* The caller's: the reply says in its own words what the code means. */
#define EXPLAIN_SAID 4u
unsigned explain_misfits(const struct verb *v, const struct reply *r);

/* Appends one line for a line of EHLO's reply: keyword and what followed it
 * (args may be NULL with 0). Returns 1, or 0 and adds nothing for a keyword
 * that is not known. */
int explain_keyword(struct buf *out, const char *keyword, size_t len,
    const char *args, size_t args_len);

/* Appends all that is known of a word, in any case: a reply code ("550",
 * "550-", "550-5.7.1"), the beginning of one ("5", "55z", "2xx"), an enhanced status code ("5.1.1",
 * "X.1.1"), its subject ("5.1"), a verb, a stage ("greeting", "."), an EHLO
 * keyword, a parameter of MAIL or RCPT; a word that is none of these, but that
 * causes name ("greylisting"). One section a meaning, with an empty line
 * between; lines are as long as they are, note_page() breaks them. Unknown: -1
 * and ERR_USAGE, which guesses or says what is understood. */
CHECKED int explain_word(
    struct buf *out, const char *word, size_t len, struct err *e);

/* Of a refusal's code and its enhanced code ("550", "5.7.26"): what they mean
 * together and what to do, then each as explain_word() does. false, and nothing
 * is added: they are no such pair. */
bool explain_pair(struct buf *out, const char *code, const char *enh);

/* Appends the short form of a table's source: "RFC 4954" of "RFC 4954 6". */
void explain_source(struct buf *out, const char *source);

/* Word i that explain_word() understands and that begins with prefix in any
 * case, each once; the caller's, to free. NULL past the last. */
char *explain_candidate(const char *prefix, size_t len, size_t i);

#endif
