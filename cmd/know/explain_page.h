/* What the files of explain_word() share: lines of a section, and the kinds
 * of words. */
#ifndef CMD_EXPLAIN_PAGE_H
#define CMD_EXPLAIN_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include "net/core/buf.h"
#include "net/core/code.h"
#include "net/core/err.h"

/* A section's first line. */
void page_title(struct buf *out, const char *text);
/* "    text" */
void page_line(struct buf *out, const char *text);
/* "    label     text" */
void page_row(struct buf *out, const char *label, const char *text);
/* "550 Requested action ...", with the source behind what is not STD 10's. */
void page_code(struct buf *out, const struct code *c);

/* Whether the list of struct enh ("451, 501-504") has the code. */
bool explain_pairs(const char *list, int code);

/* Each appends its section and returns true, or adds nothing when the word is
 * of another kind. */
bool explain_code_word(struct buf *out, const char *word, size_t len);
bool explain_codes_word(struct buf *out, const char *word, size_t len);
bool explain_enh_word(struct buf *out, const char *word, size_t len);
bool explain_verb_word(struct buf *out, const char *word, size_t len);
bool explain_keyword_word(struct buf *out, const char *word, size_t len);
bool explain_param_word(struct buf *out, const char *word, size_t len);
/* A word of the causes: what they say, some of them where they are many. */
bool explain_trade_word(struct buf *out, const char *word, size_t len);

/* -1 and ERR_USAGE: the word that it may have been, or what is understood. */
CHECKED int explain_unknown(const char *word, size_t len, struct err *e);

/* Name i of the parameters of MAIL and RCPT; NULL past the last. */
const char *explain_param_at(size_t i);

#endif
