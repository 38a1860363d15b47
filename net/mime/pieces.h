/* A message in pieces: octets at hand, and files that go as base64 (RFC 2045
 * 6.8), read on the way. */
#ifndef NET_PIECES_H
#define NET_PIECES_H

#include "net/core/feed.h"

struct pieces;

struct pieces *pieces_new(void);
/* Takes the octets of b over; they have CRLF. */
void pieces_add(struct pieces *p, struct buf *b);
/* The file, opened now and encoded when it is read. 1; 0: it is empty; -1:
 * ERR_NOINPUT. */
CHECKED int pieces_add_file(struct pieces *p, const char *path, struct err *e);
/* As a feed; p is its own from now on. */
struct feed *pieces_feed(struct pieces *p);
void pieces_free(struct pieces *p);

#endif
