/* What belongs to one conversation and can be set: \set, and options. Copied
 * whole where a conversation must not change another's. The rows are in
 * cmd/shell/setting.c. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include <stdbool.h>
#include "net/link/link.h"

/* What a reply that nothing judged does to a source with expectations. */
enum unjudged {
	UNJUDGED_FAIL, /* a 4yz or 5yz fails it */
	UNJUDGED_TELL  /* it is told, no more */
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
