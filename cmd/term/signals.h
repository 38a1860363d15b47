/* What signals ask of the prompt. A handler only notes and wakes: through the
 * loop's pipe when a wait must end too, else through its own. */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

#include <stdbool.h>
#include "net/loop.h"

enum signals_asked {
	SIGNALS_INT = 1 << 0, /* give up the line, the wait */
	SIGNALS_RESIZED = 1 << 1,
	SIGNALS_STOP = 1 << 2, /* Ctrl-Z: signals_stop() when ready */
	SIGNALS_CONT = 1 << 3, /* go on: the terminal may have changed */
	SIGNALS_END = 1 << 4   /* hang-up or SIGTERM: leave */
};

/* Takes over the signals, until signals_end(). l outlives that. 0, or -1 with
 * errno. */
int signals_begin(struct loop *l);
void signals_end(void);
/* Ctrl-Z waits for us only while the terminal is not as it was found. */
void signals_editing(bool on);
/* Readable when there is something to take, beside the loop's wake[0]. */
int signals_fd(void);
/* What was asked since the last call; clears the loop. */
unsigned signals_take(void);
/* The signal behind SIGNALS_END, 0 if none came. */
int signals_ended(void);
/* Stops this process as Ctrl-Z does; returns when it goes on. */
void signals_stop(void);

#endif
