/* What the options ask of a connection, whatever the lines of a source say: that
 * it stands, and that TLS, a login or LMTP is there. */
#include "cmd/front/source_priv.h"

#include "cmd/talk/demand.h"
#include "cmd/talk/talk.h"

int
source_connect(struct shell *sh)
{
	struct talk *t = &sh->talk;
	if (t->link != NULL || (!t->has_where && t->sandbox == NULL))
		return 0;
	t->stopped = false;
	unsigned status = (unsigned)t->tally.status;
	shell_do(sh, talk_open);
	return t->link == NULL || (unsigned)t->tally.status != status ? -1 : 0;
}

/* Whether --lmtp has found such a server only LHLO tells, where no expectation
 * judges what was said. */
static int
source_meet_lmtp(struct shell *sh)
{
	struct talk *t = &sh->talk;
	struct err e;
	if (!t->where.lmtp || t->expects || t->said_helo || t->said_quit ||
	    t->leaving || t->set.bare || t->closing ||
	    (t->link == NULL && t->had_link))
		return 0;
	t->stopped = false;
	shell_do(sh, talk_begin);
	if (t->stopped || t->said_helo || t->link == NULL)
		return t->stopped ? -1 : 0;
	if (talk_say_helo(t, "LHLO", &e) < 0) {
		talk_error(t, &e);
		return -1;
	}
	shell_drive(sh);
	if (t->stopped || t->code / 100 == 2)
		return t->stopped ? -1 : 0;
	err_set(&e, t->code / 100 == 4 ? ERR_TEMP : ERR_REFUSED,
	    "--lmtp: LHLO was answered %d", t->code);
	talk_error(t, &e);
	return -1;
}

/* Commands to smtpsh itself needed no connection, but what the options demand
 * of one does. */
static int
source_connect_late(struct shell *sh)
{
	struct talk *t = &sh->talk;
	struct err e;
	if (t->has_where || t->sandbox != NULL)
		return source_connect(sh);
	err_set(&e, ERR_USAGE,
	    "TLS or a login is required, and no host is named to connect to: "
	    "name one, or leave the options out that require it");
	talk_error(t, &e);
	return -1;
}

int
source_meet(struct shell *sh)
{
	struct talk *t = &sh->talk;
	struct err e;
	if (t->link == NULL && !t->had_link && demand_asked(t) &&
	    source_connect_late(sh) < 0)
		return -1;
	if (!demand_open(t))
		return source_meet_lmtp(sh);
	t->stopped = false;
	if (!t->set.bare)
		shell_do(sh, talk_begin);
	if (t->stopped)
		return -1;
	if (!demand_open(t))
		return 0;
	err_set(&e, ERR_AUTH,
	    "TLS or a login is required, and nothing began it%s",
	    t->set.bare ? " (with --bare it is to be written)" : "");
	talk_error(t, &e);
	return -1;
}
