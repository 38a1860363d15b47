/* What several tests of the client core begin with. */
#ifndef TESTS_GREETED_H
#define TESTS_GREETED_H

#include "net/core/smtp.h"

#include <string.h>

/* Sends a command line. */
static inline void
ask(struct smtp *s, const char *line)
{
	size_t len;
	smtp_command(s, line, strlen(line), NULL);
	smtp_out(s, &len);
	smtp_out_done(s, len, 1);
}

/* A session that has said EHLO and heard this. */
static inline struct smtp *
greeted(const char *ehlo)
{
	struct smtp *s = smtp_new();
	struct smtp_event ev;
	smtp_connected(s);
	smtp_feed(s, "220 mx.example ready\r\n", 22);
	smtp_next(s, &ev);
	ask(s, "EHLO me");
	smtp_feed(s, ehlo, strlen(ehlo));
	smtp_next(s, &ev);
	return s;
}

#endif
