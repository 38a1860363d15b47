/* A text that is longer than the screen, through the user's $PAGER. */
#ifndef CMD_PAGER_H
#define CMD_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/* Shows the text where the terminal fd has fewer rows than it has lines, and
 * returns when the pager has ended. false: it fits, $PAGER is empty, or the
 * pager could not be run; then it is the caller's to show. Unset it is more(1).
 * The text is escaped; its lines fit the width. */
bool pager_show(int fd, const char *p, size_t len);

#endif
