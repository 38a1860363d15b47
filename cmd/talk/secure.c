/* The level of TLS is decided before the connection stands; nothing here steps
 * down from it. A handshake that failed ends the connection. */
#include <stdio.h>
#include <string.h>
#include "cmd/know/lint.h"
#include "cmd/talk/demand.h"
#include "cmd/talk/step.h"

/* What a session that was not told otherwise must have once it starts TLS: a
 * certificate that is the host's. What TLSA records decided stands. */
static enum tls_level
secure_level(const struct talk *t)
{
	const struct secure *s = &t->secure;
	if (s->unverified || (t->set.tls_unverified && s->level != TLS_DANE))
		return TLS_MUST;
	return s->level == TLS_MAY ? TLS_MAY : TLS_VERIFY;
}

static void
secure_target(const struct talk *t, struct tls_target *to)
{
	const struct secure *s = &t->secure;
	const char *host = s->dane_name != NULL ? s->dane_name
			   : t->mx.host != NULL ? t->mx.host->name
			   : t->sandbox != NULL ? "localhost"
						: t->where.host;
	*to = (struct tls_target){ .level = secure_level(t),
		.verify_name = s->verify_host != NULL ? s->verify_host : host,
		.sni = s->sni,
		.tlsa = s->tlsa,
		.ntlsa = s->ntlsa,
		.dane_name = s->more_names,
		.ndane_name = s->nmore };
}

/* --tls-save-peer-cert: what was presented, also when it was refused. */
static int
secure_save(struct talk *t, const struct tls *tls, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = 0;
	if (t->secure.save_peer && tls != NULL && tls_peer_pem(tls, &b) > 0)
		r = t->env->peer_cert(t, buf_data(&b), buf_len(&b), e);
	else if (t->secure.save_peer)
		r = err_set(e, ERR_AUTH,
		    "--tls-save-peer-cert: the server showed no certificate, "
		    "nothing was written");
	buf_release(&b);
	return r;
}

static void
secure_tell(struct talk *t, struct tls *tls)
{
	static const char not [] = "not verified";
	const char *verdict = tls_verdict(tls);
	bool doubt = strncmp(verdict, not, sizeof not -1) == 0;
	talk_remark(t, "%s, %s, %s%s", tls_version(tls), tls_cipher(tls),
	    doubt ? "NOT VERIFIED" : "",
	    doubt ? verdict + sizeof not -1 : verdict);
}

/* Certificates watched: the day is named. */
static int
secure_expiry(struct talk *t, struct tls *tls, struct err *e)
{
	struct buf when = BUF_INIT, whose = BUF_INIT;
	int r = 0;
	if (t->secure.expires_s == 0)
		return 0;
	int64_t left = tls_expires_s(tls, &when, &whose);
	if (left == INT64_MAX) {
		r = err_set(e, ERR_AUTH,
		    "--tls-expires-within: the server showed no certificate");
	} else if (left <= t->secure.expires_s) {
		bool own = buf_len(&whose) == 0;
		struct buf days = BUF_INIT;
		if (left >= 0)
			buf_addf(
			    &days, ", in %lld days", (long long)(left / 86400));
		err_set(e, ERR_AUTH, "the %s%s %s on %s%s%s",
		    own ? "server's certificate" : "certificate of ",
		    buf_str(&whose), left < 0 ? "expired" : "expires",
		    buf_str(&when), buf_str(&days),
		    own ? "" : ", before the server's own, which it signed");
		r = err_why(e, WHY_CERT_SOON);
		buf_release(&days);
	}
	buf_release(&when);
	buf_release(&whose);
	return r;
}

/* Its facts, for machines. */
static void
secure_facts(struct talk *t, struct tls *tls)
{
	struct buf b = BUF_INIT;
	if (t->past == NULL)
		return;
	tls_info(tls, &b);
	struct event ev = { .kind = EV_TLS,
		.text = buf_data(&b),
		.len = buf_len(&b),
		.took_ns = link_tls_ns(t->link) };
	talk_put(t, &ev);
	buf_release(&b);
}

/* The handshake. */

static int
tls_act_failed(struct talk *t, struct err *e)
{
	struct err save;
	struct buf when = BUF_INIT, whose = BUF_INIT;
	struct tls *tls = conn_tls(link_conn(t->link));
	secure_save(t, tls, &save);
	/* What was shown, and refused. */
	if (tls != NULL && tls_expires_s(tls, &when, &whose) != INT64_MAX)
		secure_facts(t, tls);
	buf_release(&when);
	buf_release(&whose);
	t->broken = true;
	talk_close(t);
	(void)e;
	return -1;
}

static int
tls_act_resume(struct talk *t, struct act *a, struct err *e)
{
	if (t->link == NULL)
		return step_closed(t, e);
	if (a->step == 0) {
		struct tls_target to;
		struct tls_ctx *ctx = t->env->tls(t, e);
		if (ctx == NULL) {
			t->broken = true;
			return -1;
		}
		secure_target(t, &to);
		if (link_tls_begin(t->link, ctx, &to, e) < 0)
			return tls_act_failed(t, e);
		a->step = 1;
	}
	int r = link_tls_step(t->link, e);
	if (r == 0)
		return talk_sleep(t, TALK_TLS, link_deadline(t->link));
	if (r < 0)
		return tls_act_failed(t, e);
	struct tls *tls = conn_tls(link_conn(t->link));
	if (secure_save(t, tls, e) < 0) {
		t->broken = true;
		talk_close(t);
		return -1;
	}
	/* What was owed in clear will never come. From the start, the
	 * greeting comes now. */
	if (t->greeted)
		ledger_lost(&t->ledger);
	t->barrier = false;
	secure_tell(t, tls);
	secure_facts(t, tls);
	if (t->lint != NULL)
		lint_tls(t->lint);
	if (secure_expiry(t, tls, e) < 0) {
		t->broken = true;
		talk_close(t);
		return -1;
	}
	t->said_helo = false;
	/* STARTTLS forgets a login (RFC 3207 4.2). */
	t->secured &= !t->auth.asked;
	return ACT_DONE;
}

static const struct act_kind tls_kind = {
	.name = "tls", .size = sizeof(struct act), .resume = tls_act_resume
};

void
talk_tls(struct talk *t)
{
	act_push(t, &tls_kind);
}

/* --tls-optional: told where nobody overlooks it. What is to be done with a
 * certificate is not optional. */
static int
secure_clear(struct talk *t, const char *why, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *looks = demand_looks(t);
	if (looks != NULL)
		return err_set(e, ERR_AUTH,
		    "%s: %s has no certificate to look at, nothing more is "
		    "sent; without %s --tls-optional goes on in clear text",
		    why, looks, looks);
	buf_addf(&b, "%s: going on in clear text (--tls-optional)", why);
	t->env->complain(t, buf_str(&b));
	talk_remark(t, "clear text, no TLS");
	buf_release(&b);
	return 0;
}

/* STARTTLS. */

struct starttls {
	struct act act;
	bool implied;
};

static int
starttls_resume(struct talk *t, struct act *a, struct err *e)
{
	struct starttls *s = (struct starttls *)a;
	switch (a->step) {
	case 0:
		a->step = 1;
		if (s->implied)
			talk_say_own(t, "STARTTLS");
		else
			talk_say(t, "STARTTLS");
		return ACT_MORE;
	case 1: {
		/* In a group, too: what follows is TLS. */
		int r = talk_await(t, e);
		if (r != 0)
			return r;
		break;
	}
	}
	bool tls = t->link != NULL && smtp_is_tls(link_smtp(t->link));
	if (tls)
		return ACT_DONE;
	if (!s->implied && t->code != 220)
		return ACT_DONE; /* a refusal is data, shown already */
	if (t->link != NULL && t->code >= 400 && !t->closing &&
	    t->secure.level == TLS_MAY) {
		char why[40];
		snprintf(why, sizeof why, "STARTTLS was refused (%d)", t->code);
		if (secure_clear(t, why, e) < 0)
			return -1;
		return ACT_DONE;
	}
	return err_set(e, ERR_AUTH,
	    "STARTTLS was answered %d, not 220: TLS is required, nothing "
	    "more is sent",
	    t->code);
}

static const struct act_kind starttls_kind = { .name = "starttls",
	.size = sizeof(struct starttls),
	.resume = starttls_resume };

void
talk_starttls(struct talk *t, bool implied)
{
	struct starttls *s = act_push(t, &starttls_kind);
	s->implied = implied;
}

/* What the options ask for behind the greeting, once a connection: EHLO and
 * STARTTLS, then AUTH; but for what the source says itself. */

static int
secure_offered(struct talk *t, struct err *e)
{
	if (t->link == NULL)
		return step_closed(t, e);
	if (smtp_offer(link_smtp(t->link), "STARTTLS") != NULL) {
		talk_starttls(t, true);
		return 0;
	}
	if (t->secure.level != TLS_MAY)
		err_set(e, ERR_AUTH,
		    "STARTTLS was not offered: TLS is required, nothing more "
		    "is sent");
	if (t->secure.level != TLS_MAY)
		return err_why(e, WHY_NO_STARTTLS);
	return secure_clear(t, "STARTTLS was not offered", e);
}

enum secure_step { SECURE_BEGIN, SECURE_OFFERED, SECURE_TLS, SECURE_AUTH };

static int
secure_resume(struct talk *t, struct act *a, struct err *e)
{
	if (t->link == NULL)
		return step_closed(t, e);
	struct smtp *s = link_smtp(t->link);
	switch (a->step) {
	case SECURE_BEGIN:
		a->step = SECURE_TLS;
		if (t->secure.level != TLS_NONE && !smtp_is_tls(s)) {
			a->step = SECURE_OFFERED;
			return talk_say_helo(t, NULL, e);
		}
		return ACT_MORE;
	case SECURE_OFFERED:
		a->step = SECURE_TLS;
		if (secure_offered(t, e) == 0)
			return ACT_MORE;
		t->unmet = true;
		return -1;
	case SECURE_TLS:
		/* --auth: in every session, before anything else. */
		if (!t->auth.asked || t->own_login || smtp_is_authenticated(s))
			break;
		a->step = SECURE_AUTH;
		return t->said_helo ? ACT_MORE : talk_say_helo(t, NULL, e);
	case SECURE_AUTH:
		a->step++;
		talk_auth(t, t->auth.mech, t->auth.user, true);
		return ACT_MORE;
	}
	t->secured = true;
	return ACT_DONE;
}

/* Who interrupted it may want it again; else nothing is left to be said. */
static int
secure_failed(struct talk *t, struct act *a, struct err *e)
{
	(void)a;
	t->unmet = e->kind != ERR_INTR;
	return -1;
}

static const struct act_kind secure_kind = { "secure", sizeof(struct act),
	secure_resume, secure_failed, NULL };

bool
talk_secures(const struct talk *t)
{
	bool tls = t->link != NULL && smtp_is_tls(link_smtp(t->link));
	return !t->secured && !t->set.bare && (!t->own_tls || tls);
}

void
talk_secure(struct talk *t)
{
	act_push(t, &secure_kind);
}

/* Connected, greeted, and what the options ask for: before anything is said. */
static int
begin_resume(struct talk *t, struct act *a, struct err *e)
{
	int r = talk_greet(t, e);
	if (r != 0 || a->step++ > 0)
		return r;
	if (talk_secures(t))
		talk_secure(t);
	return ACT_MORE;
}

static const struct act_kind begin_kind = {
	.name = "begin", .size = sizeof(struct act), .resume = begin_resume
};

void
talk_begin(struct talk *t)
{
	act_push(t, &begin_kind);
}

int
talk_part(struct talk *t, const char *command, bool first, struct err *e)
{
	if (t->interactive || !demand_open(t))
		return 0;
	if (first && !t->set.bare) {
		talk_begin(t);
		return 1;
	}
	return err_set(e, ERR_AUTH,
	    "TLS or a login is required, and nothing began it before %s%s",
	    command, t->set.bare ? " (with --bare it is to be written)" : "");
}
