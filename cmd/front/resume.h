/* What has been sent, in a file: so that a run which was cut off can be begun
 * again and nobody gets a message twice.
 *
 * Before the period of a message goes out, "begin" is written for each of its
 * recipients and synced, and with it what became of the one before; behind its
 * reply, "taken" or "not". A begin that nothing follows is an unknown fate. */
#ifndef CMD_RESUME_H
#define CMD_RESUME_H

#include <stdbool.h>
#include <stdint.h>
#include "cmd/talk/mail.h"

struct resume;

/* A message, by all of its octets; several that are the same are told apart by
 * their number. */
struct resume_key {
	uint64_t a, b;
};

/* Opens or makes the file, mode 0600, for this process alone. NULL: ERR_OUTPUT,
 * ERR_DATA (it is something else). */
struct resume *resume_open(const char *path, struct err *e);
/* Syncs. -1: ERR_OUTPUT. */
CHECKED int resume_close(struct resume *r, struct err *e);

void resume_key_begin(struct resume_key *k);
void resume_key_add(struct resume_key *k, const char *p, size_t len);
/* Which of several: counts. */
void resume_key_end(struct resume *r, struct resume_key *k);

/* What became of it in an earlier run: FATE_TAKEN, FATE_UNKNOWN, FATE_OPEN. */
enum mail_fate resume_fate(const struct resume *r, const struct resume_key *k,
    const char *from, const char *to);
/* Those of m that are FATE_UNKNOWN are about to be; synced. ERR_OUTPUT. */
CHECKED int resume_begin(struct resume *r, const struct resume_key *k,
    const struct mail *m, struct err *e);
/* What became of those that were begun. */
CHECKED int resume_end(struct resume *r, const struct resume_key *k,
    const struct mail *m, struct err *e);

#endif
