/* Where octets come from, block by block: a part of a file, a message that is
 * made on the way. Whoever reads it does not know which. */
#ifndef NET_FEED_H
#define NET_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"

struct feed {
	/* Appends about most octets to b, fewer only at the end: nothing then.
	 * -1: ERR_NOINPUT, ERR_DATA. */
	int (*more)(struct feed *f, struct buf *b, size_t most, struct err *e);
	/* Begins again. ERR_NOINPUT. */
	int (*again)(struct feed *f, struct err *e);
	/* Frees f and what it holds. */
	void (*free)(struct feed *f);
	bool sized;    /* size is known */
	uint64_t size; /* octets on the wire: line ends of two */
};

#endif
