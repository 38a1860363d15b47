/* Replies that have come and what was expected of them: the queue between
 * taking and judging, and the judgement. */
#include <string.h>
#include "cmd/talk/cmd.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/talk.h"

/* How long to wait for a reply that nothing asked for, where a file expects
 * one. */
#define TALK_IDLE_MS 10000

void
shell_drop(struct shell *sh)
{
	for (size_t i = 0; i < sh->ngot; i++) {
		int class = sh->got[i].code / 100;
		if (!sh->expects) {
			sh->tally.permanent |= class == 5;
			sh->tally.transient |= class == 4;
		}
		reply_release(&sh->got[i]);
	}
	sh->ngot = 0;
}

/* The oldest reply that is not judged, moved out. */
static void
talk_pop(struct shell *sh, struct reply *r, int64_t *took_ns)
{
	*r = sh->got[0];
	*took_ns = sh->got_ns[0];
	sh->ngot--;
	memmove(sh->got, sh->got + 1, sh->ngot * sizeof *sh->got);
	memmove(sh->got_ns, sh->got_ns + 1, sh->ngot * sizeof *sh->got_ns);
}

void
talk_push(struct shell *sh, const struct reply *r, int64_t took_ns)
{
	sh->got = mem_grow(sh->got, sh->ngot + 1, sizeof *sh->got);
	sh->got_ns = mem_grow(sh->got_ns, sh->ngot + 1, sizeof *sh->got_ns);
	reply_init(&sh->got[sh->ngot]);
	reply_copy(&sh->got[sh->ngot], r);
	sh->got_ns[sh->ngot++] = took_ns;
	reply_copy(&sh->last, r);
	sh->last_ns = took_ns;
}

static void
talk_capture(void *arg, const char *name, const char *p, size_t len)
{
	struct shell *sh = arg;
	vars_set(&sh->vars, name, p, len, NULL);
}

void
talk_judge(struct shell *sh, struct talk_want *w, const struct reply *r,
    struct buf *why)
{
	w->judged = true;
	w->met = expect_match(
	    w->expect, r, sh->set.match_text, talk_capture, sh, why);
	if (w->met)
		sh->tally.met++;
	else
		sh->tally.missed++;
}

void
talk_tell_missed(
    struct shell *sh, const struct expect *x, const char *got, size_t len)
{
	struct buf want = BUF_INIT;
	expect_text(x, &want);
	struct event ev = { .kind = EV_VERDICT,
		.verdict = VERDICT_MISSED,
		.expected = buf_str(&want),
		.text = got,
		.len = len };
	shell_put(sh, &ev);
	if (!sh->out.terminal)
		out_error(&sh->out, "%s:%u: expected %s, got %.*s",
		    sh->file == NULL ? "input" : sh->file, sh->line,
		    buf_str(&want), (int)(len < 200 ? len : 200), got);
	buf_release(&want);
}

/* The last line of a reply with its code, as people quote it. */
void
talk_quote(const struct reply *r, struct buf *b)
{
	size_t len = 0;
	const char *p = r->nlines > 0 ? reply_text(r, r->nlines - 1, &len) : "";
	buf_addf(b, "%d ", r->code);
	buf_add(b, p, len);
}

/* Nothing came that could be judged. */
static int
talk_nothing(struct shell *sh, const struct expect *x, const struct err *why)
{
	sh->tally.missed++;
	const char *text =
	    why->text[0] == '\0' ? "the connection was closed" : why->text;
	talk_tell_missed(sh, x, text, strlen(text));
	return -1;
}

static int
talk_judge_got(struct shell *sh, const struct expect *x)
{
	struct reply r;
	int64_t took_ns;
	struct talk_want w = { .expect = x };
	struct buf b = BUF_INIT;
	talk_pop(sh, &r, &took_ns);
	talk_judge(sh, &w, &r, &b);
	struct event ev = { .kind = EV_VERDICT, .verdict = VERDICT_MET };
	if (!w.met) {
		buf_clear(&b);
		talk_quote(&r, &b);
		talk_tell_missed(sh, x, buf_data(&b), buf_len(&b));
	} else {
		struct buf want = BUF_INIT;
		expect_text(x, &want);
		ev.expected = buf_str(&want);
		shell_put(sh, &ev);
		buf_release(&want);
	}
	reply_release(&r);
	buf_release(&b);
	return w.met ? 0 : -1;
}

/* The embedded receiver speaks when spoken to. */
static bool
judge_is_mute(const struct shell *sh)
{
	return conn_peer(link_conn(sh->link)) != NULL &&
	       sh->sandbox.play == NULL && !conn_ready(link_conn(sh->link));
}

/* A missed expectation was told when this returns -1 with e->kind ERR_NONE. */
int
shell_expect(struct shell *sh, const struct expect *x, struct err *e)
{
	e->kind = ERR_NONE;
	sh->expects = true;
	if (sh->ngot == 0 && shell_need_link(sh, e) < 0)
		return -1;
	sh->judging = true;
	sh->greeted = true;
	sh->greeting_kept = false;
	if (sh->ngot > 0)
		return talk_judge_got(sh, x);
	struct talk_want w = { .expect = x };
	struct err why = { 0 };
	int r = talk_write(sh, &why);
	while (r >= 0 && sh->link != NULL && !w.judged) {
		bool idle = smtp_owed(link_smtp(sh->link)) == 0;
		if (idle && judge_is_mute(sh)) {
			err_set(&why, ERR_NONE,
			    "nothing: no reply is owed, and the sandbox says "
			    "nothing unasked");
			break;
		}
		if (idle)
			shell_remark(sh, "waiting for a reply that nothing "
					 "asked for, at most 10 s");
		r = talk_take(sh,
		    idle ? loop_deadline(TALK_IDLE_MS) : LOOP_FOREVER, &w,
		    &why);
	}
	if (!w.judged) {
		talk_nothing(sh, x, &why);
		if (why.kind != ERR_NONE)
			*e = why;
		return -1;
	}
	if (w.met && talk_tls(sh, e) < 0)
		return -1;
	return w.met ? 0 : -1;
}
