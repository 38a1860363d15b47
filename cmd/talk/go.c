/* The machine: statements, one after the other, until one must wait.
 *
 * Who owns which reply, and when the sender must wait:
 *
 * Every line that owes a reply is a due in the ledger, in the order of sending.
 * A reply pays the oldest line that the core says it answers; one that came
 * before the line it would answer was written answers nothing: it is told, and
 * the status is 76.
 *
 * In STEP (no expectations) each line waits for its replies before the next
 * statement. In GROUP (a transcript, \pipeline) lines go out together; what
 * ends a group is
 *   - an expectation: the next line waits for all that is owed, and settles it;
 *   - DATA, AUTH, STARTTLS (the barrier): what they will be answered decides
 *     what may follow. Mail text waits for 354, what follows STARTTLS for TLS;
 *     \pipeline ends with them;
 *   - \flush, the end of the source, and whatever needs an answer (\send, EHLO
 *     of smtpsh's own).
 *
 * An expectation takes the oldest due that somebody wrote and that is neither
 * judged nor settled. What settles: the first line behind an expectation,
 * \pipeline, a line typed at a prompt, a template or include that has
 * expectations of its own, the end. What is settled and unjudged is told where
 * the source has expectations (expect.c).
 *
 * Only talk_go() calls acts, and acts never call each other: see act.h. */
#include <stdlib.h>
#include <string.h>
#include "cmd/talk/step.h"

void *
act_push(struct talk *t, const struct act_kind *kind)
{
	struct act *a = mem_zalloc(kind->size);
	a->kind = kind;
	a->under = t->top;
	t->top = a;
	return a;
}

void
act_pop(struct talk *t)
{
	struct act *a = t->top;
	t->top = a->under;
	if (a->kind->release != NULL)
		a->kind->release(t, a);
	free(a);
}

void
talk_drop(struct talk *t)
{
	while (t->top != NULL)
		act_pop(t);
	t->want.expect = NULL;
}

/* Takes acts away until one sees to it. */
void
step_fail(struct talk *t, const struct err *why)
{
	struct err e = *why;
	t->want.expect = NULL;
	while (t->top != NULL) {
		struct act *a = t->top;
		if (a->kind->failed != NULL && a->kind->failed(t, a, &e) == 0)
			break;
		act_pop(t);
	}
	if (t->top == NULL && e.kind != ERR_NONE)
		talk_error(t, &e);
	/* A script ends by its failure. */
	if (t->unmet && t->interactive) {
		t->unmet = false;
		talk_end(t);
	}
}

enum talk_wait
talk_go(struct talk *t)
{
	for (;;) {
		struct err e = { 0 };
		struct act *a = t->top;
		if (a == NULL)
			return t->wait = TALK_DONE;
		t->deadline_ns = LOOP_FOREVER;
		switch (a->kind->resume(t, a, &e)) {
		case ACT_DONE:
			/* Nothing may stand in front of what is over. */
			act_pop(t);
			break;
		case ACT_MORE:
			break;
		case ACT_WAIT:
			return t->wait;
		default:
			/* Its own failure: failed() is for what lies below. */
			while (t->top != a)
				act_pop(t);
			act_pop(t);
			step_fail(t, &e);
		}
	}
}

size_t
talk_fds(struct talk *t, struct pollfd *fd)
{
	size_t n = 0;
	if (t->wait == TALK_FILE)
		fd[n++] = (struct pollfd){ .fd = t->fd, .events = POLLIN };
	if (t->wait == TALK_OPEN)
		n += mx_fds(t, fd);
	if (t->link != NULL)
		n += link_wants(t->link, t->wait == TALK_WRITE, fd + n);
	return n;
}
