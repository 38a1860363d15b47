/* What \set and the options of the same names say of one conversation. Each
 * file of a run begins with the command line's. */
#ifndef CMD_TALK_SETTINGS_H
#define CMD_TALK_SETTINGS_H

#include <stdbool.h>
#include "net/link/link.h"

/* What becomes of a reply that no expectation judged, in a source that has
 * some. */
enum unjudged {
	UNJUDGED_FAIL, /* told; a 4yz or 5yz fails the source */
	UNJUDGED_TELL
};

struct settings {
	bool bare;	     /* send nothing that was not written */
	bool stop;	     /* end at the first refusal */
	bool keep_going;     /* go on after a missed expectation */
	bool match_text;     /* expectations compare the text too */
	bool reveal;	     /* show secrets */
	bool early;	     /* lines may go out before the greeting has come */
	bool tls_unverified; /* certificates are not checked */
	int unjudged;	     /* enum unjudged */
	struct link_times times;
};

#endif
