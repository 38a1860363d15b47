/* Lines of a group, and as many replies. */
#include "cmd/front/play_parts.h"

#include <stdlib.h>
#include <string.h>

static bool
play_is_line(const struct mock_step *st)
{
	return st->kind == MOCK_LINE || st->kind == MOCK_OCTETS ||
	       st->kind == MOCK_TEXT;
}

/* One reply to each line of a group: a server answers a line when it has read
 * it, and a client that waits for each reply gets one. */
static void
play_answer(struct mock_play *play, size_t from, size_t lines, size_t end)
{
	struct mock_step *out = mem_alloc((end - from) * sizeof *play->step);
	size_t line = from, say = from, n = 0;
	while (say < end && play->step[say].kind != MOCK_SAY)
		say++;
	size_t first = say;
	for (size_t i = 0; i < lines; i++) {
		out[n++] = play->step[line++];
		while (line < first && !play_is_line(&play->step[line]))
			out[n++] = play->step[line++];
		out[n++] = play->step[say++];
		while (say < end && play->step[say].kind == MOCK_TLS)
			out[n++] = play->step[say++];
	}
	memcpy(play->step + from, out, (end - from) * sizeof *out);
	free(out);
}

/* Groups: lines behind each other, then as many replies. What stands between
 * (a pause, a close) ends one. */
void
play_groups(struct mock_play *play)
{
	for (size_t i = 0; i < play->nsteps;) {
		size_t lines = 0, says = 0, at = i;
		for (; at < play->nsteps &&
		       (play_is_line(&play->step[at]) ||
			   (lines > 0 && play->step[at].kind == MOCK_CHUNK));
		     at++)
			lines += play_is_line(&play->step[at]);
		for (; lines > 1 && at < play->nsteps &&
		       (play->step[at].kind == MOCK_SAY ||
			   (says > 0 && play->step[at].kind == MOCK_TLS));
		     at++)
			says += play->step[at].kind == MOCK_SAY;
		if (lines > 1 && says == lines)
			play_answer(play, i, lines, at);
		i = at > i ? at : i + 1;
	}
}
