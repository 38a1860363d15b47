/* Remarks: broken at spaces to a width, with how long it took at their end. */
#ifndef CMD_NOTE_H
#define CMD_NOTE_H

#include <stddef.h>
#include <stdint.h>
#include "net/core/buf.h"

/* Appends "0.4 ms", "12 ms", "1.2 s", "75 s". */
void note_time(struct buf *b, int64_t ns);
/* Appends text (escaped, may hold LF) in lines of at most width columns, LF
 * behind each; later lines begin with hang spaces. A word longer than that
 * is broken behind a comma, where it has none it stays whole. width 0: only LF breaks. */
void note_wrap(
    struct buf *b, const char *p, size_t len, size_t width, size_t hang);
/* Appends a page of lines, those longer than width broken so that they go on
 * below their second column (what stands behind two blanks), or their start; a
 * second column that begins in the right half goes below the first instead.
 * width 0: as they are. */
#define NOTE_PAGE_WIDTH 79 /* where there is no terminal */
void note_page(struct buf *b, const char *p, size_t len, size_t width);
/* Puts time at the end of the last line of b (lines with LF) so that it ends
 * at column width; on a line of its own if there is no room. */
void note_end(struct buf *b, const char *time, size_t width);

#endif
