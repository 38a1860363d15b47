/* Acts that are nothing but waiting. */
#ifndef CMD_TALK_WAIT_H
#define CMD_TALK_WAIT_H

#include <stdint.h>

struct talk;

enum wait_for {
	WAIT_SLEEP,    /* so long, whatever happens */
	WAIT_CLOSE,    /* that the server closes, within ms */
	WAIT_SILENCE,  /* that nothing comes for so long */
	WAIT_NO_REPLY, /* the same, but the server may close */
	WAIT_WITHIN    /* the newest reply took no longer: no waiting */
};

/* want: what is expected, for messages. */
void talk_wait(
    struct talk *t, enum wait_for what, int64_t ms, const char *want);

#endif
