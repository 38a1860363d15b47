/* --convert: a transcript printed in the language, or in the form that another
 * program shows. */
#ifndef CMD_CONVERT_H
#define CMD_CONVERT_H

#include "cmd/front/opts.h"
#include "net/core/buf.h"

/* Appends o->convert ("-": standard input) in o->to_format. ERR_DATA: it is no
 * transcript, or that form cannot say it. */
CHECKED int convert_text(struct buf *b, const struct opts *o, struct err *e);
/* For a terminal: each line of b with what could harm one escaped. */
void convert_escape(struct buf *b);

#endif
