/* Between human.c (the events), human_reply.c (what is known of a reply) and
 * human_screen.c (the same, where a person looks). */
#ifndef CMD_HUMAN_H
#define CMD_HUMAN_H

#include "cmd/talk/event.h"
#include "cmd/say/note.h"
#include "cmd/say/out.h"
#include "cmd/sink/replay.h"

#define HUMAN_DIM  "\033[2m"
#define HUMAN_BOLD "\033[1m"
#define HUMAN_RED  "\033[31m"

struct human {
	struct sink sink;
	struct out *out;
	struct human_opts opts;
	const struct redact *redact;
	struct buf text; /* of the event under way */
	struct buf told; /* EHLO lines that were explained already */
	struct buf held; /* remarks that wait for the end of mail text */
	bool in_text;
	bool talked;		/* a line of the conversation came last */
	uint64_t shown, hidden; /* octets of this mail text */
	unsigned lines;		/* of it, shown */
};

/* Columns there are, at least 40. */
size_t human_width(const struct human *h);
/* Lines (ended by LF) that are safe and laid out, as remarks. session: at
 * column 0. */
void human_remark(struct human *h, const char *colour, bool session,
    const char *lines, size_t len);
/* The same for any text: secrets out, escaped, broken to the width. */
void human_note(struct human *h, const char *colour, bool session,
    const char *p, size_t len);
/* The lines of a reply and its remarks. */
void human_reply(struct human *h, const struct event *ev);
/* Its lines on a terminal, with time and meanings on them; what is to stand
 * below is appended, as lines for human_remark(). */
void human_screen_reply(struct human *h, const struct event *ev,
    const struct verb *v, struct buf *below);
/* By the class of a reply. */
const char *human_colour(int code);
/* Appends what the keyword of line i of EHLO's reply means, and LF. False: it
 * is not known, or the same was said on a line before. */
bool human_keyword_known(const struct reply *r, size_t i, struct buf *b);

#endif
