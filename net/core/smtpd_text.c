/* Mail text: DATA up to CRLF.CRLF, BDAT by count. It streams: what fails on
 * the way (too big, bare CR or LF) is an ABORT at once, the rest is dropped,
 * and the reply comes at the end. Once a BDAT of a transaction is refused, so
 * is the transaction, for its message would lack a piece (RFC 3030 2). */
#include "net/core/smtpd_priv.h"

#include <string.h>

static const struct smtpd_refusal smtpd_too_big = { 552, "5.3.4",
	"Message size exceeds the limit" };
static const struct smtpd_refusal smtpd_bare = { 550, "5.6.0",
	"Bare CR or LF in mail text; lines end with CRLF, text with "
	"CRLF.CRLF" };
static const struct smtpd_refusal smtpd_no_mail = { 503, "5.5.1",
	"Need MAIL and RCPT before mail text" };
static const struct smtpd_refusal smtpd_no_rcpt = { 503, "5.5.1",
	"Need RCPT before mail text" };
static const struct smtpd_refusal smtpd_none_valid = { 554, "5.5.1",
	"No valid recipients" };
static const struct smtpd_refusal smtpd_mixed = { 503, "5.5.1",
	"BDAT has begun; DATA cannot follow" };
static const struct smtpd_refusal smtpd_bad_last = { 501, "5.5.4",
	"Syntax: BDAT octets [LAST]" };

/* NULL when mail text may come now. */
static const struct smtpd_refusal *
smtpd_text_refusal(const struct smtpd *d)
{
	if (d->state == SMTP_RCPT || d->state == SMTP_CHUNKS)
		return NULL;
	if (d->state != SMTP_MAIL)
		return &smtpd_no_mail;
	/* RFC 5321 3.3; LMTP must say 503 (RFC 2033 4.2) */
	return d->nrefused > 0 && !d->c->lmtp ? &smtpd_none_valid
					      : &smtpd_no_rcpt;
}

static void
smtpd_begin(struct smtpd *d)
{
	if (!d->begun)
		smtpd_event(d, SMTPD_BEGIN, NULL, 0);
	bool first = !d->begun;
	d->begun = true;
	if (first && d->c->rules != NULL)
		smtpd_rule_text(d);
}

static void
smtpd_fail(struct smtpd *d, const struct smtpd_refusal *r)
{
	if (d->fail == NULL)
		d->fail = r;
	if (d->begun)
		smtpd_event(d, SMTPD_ABORT, NULL, 0);
	d->begun = false;
}

/* What is in d->text is the message's next octets. */
static void
smtpd_take(struct smtpd *d)
{
	uint64_t n = buf_len(&d->text);
	if (d->fail == NULL && n > d->size_max - d->text_len)
		smtpd_fail(d, &smtpd_too_big);
	if (d->fail != NULL || n == 0)
		return;
	d->text_len += n;
	if (d->c->rules != NULL && d->c->rules->looks &&
	    buf_len(&d->ruled.text) < SMTPD_LOOK_MAX)
		buf_add(&d->ruled.text, buf_data(&d->text), (size_t)n);
	smtpd_event(d, SMTPD_DATA, NULL, buf_len(&d->text));
}

/* The end of mail text that failed: under LMTP each recipient has its reply
 * (RFC 2033 4.2). */
static void
smtpd_end_failed(struct smtpd *d)
{
	const struct smtpd_refusal *r = d->fail;
	size_t n = d->c->lmtp ? d->nrcpt : 1;
	smtpd_refuse(d, r);
	for (size_t i = 1; i < n && d->state != SMTP_LEAVING; i++)
		smtpd_say(d, r->code, r->enh, "%s", r->text);
	smtpd_reset(d);
}

void
smtpd_whole(struct smtpd *d)
{
	d->begun = false;
	d->wait = SMTPD_WAIT_STORED;
	smtpd_event(d, SMTPD_END, NULL, 0);
}

static void
smtpd_end(struct smtpd *d)
{
	if (smtpd_rule_drop(d))
		return;
	if (d->fail != NULL) {
		smtpd_end_failed(d);
		return;
	}
	if (d->c->rules != NULL)
		smtpd_rule_end(d);
	else
		smtpd_whole(d);
}

void
smtpd_data(struct smtpd *d, const struct smtpd_args *a)
{
	(void)a;
	const struct smtpd_refusal *no = smtpd_text_refusal(d);
	if (d->state == SMTP_CHUNKS)
		no = &smtpd_mixed;
	if (no != NULL) {
		smtpd_refuse(d, no);
		return;
	}
	d->state = SMTP_TEXT;
	d->chunk_len = 0;
	unbody_init(&d->unbody);
	smtpd_say(d, 354, NULL, "Start mail input; end with <CRLF>.<CRLF>");
	smtpd_begin(d);
}

/* Counts them. */
static size_t
smtpd_count(struct smtpd *d, const char *p, size_t len)
{
	uint64_t n;
	size_t used;
	int end = unbody_count(&d->unbody, p, len, &used, &n);
	if ((d->unbody.bare_cr || d->unbody.bare_lf) && !d->c->allow_bare)
		smtpd_fail(d, &smtpd_bare);
	if (d->fail == NULL && n > d->size_max - d->text_len)
		smtpd_fail(d, &smtpd_too_big);
	if (d->fail == NULL)
		d->text_len += n;
	if (end)
		smtpd_end(d);
	else
		smtpd_rule_drop(d);
	return used;
}

bool
smtpd_step_text(struct smtpd *d)
{
	size_t used;
	if (buf_len(&d->in) == 0)
		return false;
	if (d->c->discard) {
		used = smtpd_count(d, buf_data(&d->in), buf_len(&d->in));
		buf_consume(&d->in, used);
		return true;
	}
	buf_clear(&d->text);
	int end = unbody_decode(
	    &d->unbody, buf_data(&d->in), buf_len(&d->in), &used, &d->text);
	buf_consume(&d->in, used);
	if ((d->unbody.bare_cr || d->unbody.bare_lf) && !d->c->allow_bare)
		smtpd_fail(d, &smtpd_bare);
	smtpd_take(d);
	if (end)
		smtpd_end(d);
	else
		smtpd_rule_drop(d);
	return true;
}

/* "86" or "86 LAST". *count: digits stood there, whatever followed. *over:
 * more than can be counted. */
static bool
smtpd_chunk_size(
    struct smtpd *d, const struct smtpd_args *a, bool *count, bool *over)
{
	size_t i = 0;
	uint64_t n = 0;
	*over = false;
	for (; i < a->len && a->p[i] >= '0' && a->p[i] <= '9'; i++) {
		unsigned digit = (unsigned)(a->p[i] - '0');
		if (n > (UINT64_MAX - digit) / 10)
			*over = true;
		n = n * 10 + digit;
	}
	*count = i > 0 && (i == a->len || a->p[i] == ' ');
	d->chunk_len = d->chunk_left = n;
	while (i < a->len && a->p[i] == ' ')
		i++;
	d->chunk_last = smtpd_is("LAST", a->p + i, a->len - i);
	return *count && (i == a->len || d->chunk_last);
}

static void
smtpd_chunk_end(struct smtpd *d)
{
	d->in_chunk = false;
	if (d->chunk_last && d->chunk_cr && !d->c->allow_bare)
		smtpd_fail(d, &smtpd_bare);
	if (d->fail == NULL && d->chunk_last) {
		smtpd_end(d);
		return;
	}
	smtpd_rule_mute(d);
	if (d->fail == NULL) {
		smtpd_reply(d, 250, "2.0.0", "%llu octets received",
		    (unsigned long long)d->chunk_len);
	} else if (d->state == SMTP_CHUNKS && d->chunk_last) {
		smtpd_end_failed(d);
	} else {
		smtpd_refuse(d, d->fail);
		d->fail = NULL;
		if (d->state == SMTP_CHUNKS)
			smtpd_reset(d);
	}
	smtpd_rule_late(d);
}

/* No count, or none that fits: where the next command begins cannot be known.
 * The former is a slip of the hand, the latter has octets behind it for sure. */
static void
smtpd_chunk_uncounted(struct smtpd *d, bool over)
{
	smtpd_rule_mute(d);
	smtpd_refuse(d, &smtpd_bad_last);
	if (over)
		smtpd_leave(d);
	else if (d->state == SMTP_RCPT || d->state == SMTP_CHUNKS)
		smtpd_reset(d);
	smtpd_rule_late(d);
}

void
smtpd_bdat(struct smtpd *d, const struct smtpd_args *a)
{
	bool count, over;
	bool good = smtpd_chunk_size(d, a, &count, &over);
	if (!count || over) {
		smtpd_chunk_uncounted(d, over);
		return;
	}
	d->in_chunk = true;
	d->fail = smtpd_text_refusal(d);
	if (d->fail == NULL) {
		if (d->state == SMTP_RCPT)
			d->chunk_cr = false;
		d->state = SMTP_CHUNKS;
		if (!good)
			smtpd_fail(d, &smtpd_bad_last);
		else if (d->chunk_len > d->size_max - d->text_len)
			smtpd_fail(d, &smtpd_too_big);
		else
			smtpd_begin(d);
	}
	if (d->chunk_left == 0)
		smtpd_chunk_end(d);
}

/* Is there a CR without LF, or an LF without CR? One CR at the end waits for
 * the next octets. */
static bool
smtpd_is_bare(struct smtpd *d, const char *p, size_t len)
{
	const char *end = p + len, *at = p;
	bool bare = false, cr = d->chunk_cr;
	if (cr && len > 0)
		bare = *p != '\n';
	for (; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		bare |= at == p ? !cr : at[-1] != '\r';
	for (at = p; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++)
		bare |= at + 1 < end && at[1] != '\n';
	if (len > 0)
		d->chunk_cr = end[-1] == '\r';
	return bare;
}

/* Takes of a chunk what there is. Returns octets taken. */
static size_t
smtpd_chunk(struct smtpd *d, const char *p, size_t n)
{
	if (n > d->chunk_left)
		n = (size_t)d->chunk_left;
	buf_clear(&d->text);
	if (!d->c->allow_bare && d->fail == NULL && smtpd_is_bare(d, p, n))
		smtpd_fail(d, &smtpd_bare);
	if (d->fail == NULL && !d->c->discard)
		buf_add(&d->text, p, n);
	d->chunk_left -= n;
	if (d->fail == NULL && d->c->discard)
		d->text_len += n;
	smtpd_take(d);
	if (!smtpd_rule_drop(d) && d->chunk_left == 0)
		smtpd_chunk_end(d);
	return n;
}

bool
smtpd_step_chunk(struct smtpd *d)
{
	if (buf_len(&d->in) == 0)
		return false;
	buf_consume(&d->in, smtpd_chunk(d, buf_data(&d->in), buf_len(&d->in)));
	return true;
}

bool
smtpd_passes(const struct smtpd *d)
{
	return d->c->discard && (d->state == SMTP_TEXT || d->in_chunk) &&
	       buf_len(&d->in) == 0 && d->wait == SMTPD_WAIT_CLIENT &&
	       d->queue_at == d->nqueue;
}

size_t
smtpd_pass(struct smtpd *d, const char *p, size_t len)
{
	if (len == 0)
		return 0;
	return d->in_chunk ? smtpd_chunk(d, p, len) : smtpd_count(d, p, len);
}

static bool
smtpd_is_in(const size_t *list, size_t n, size_t i)
{
	while (n > 0)
		if (list[--n] == i)
			return true;
	return false;
}

void
smtpd_stored(
    struct smtpd *d, const size_t *failed, size_t n, bool full, const char *id)
{
	static const struct smtpd_refusal broken = { 451, "4.3.0",
		"Requested action aborted: local error in processing" };
	static const struct smtpd_refusal no_room = { 452, "4.3.1",
		"Requested action not taken: insufficient system storage" };
	const struct smtpd_refusal *bad = full ? &no_room : &broken;
	if (d->wait != SMTPD_WAIT_STORED)
		return;
	d->wait = SMTPD_WAIT_CLIENT;
	if (n == 0 && smtpd_rule_stored(d))
		return;
	struct buf ok = BUF_INIT;
	if (id != NULL)
		buf_addf(&ok, "stored as %s", id);
	else if (d->state == SMTP_CHUNKS)
		buf_addf(&ok, "Message OK, %llu octets received",
		    (unsigned long long)d->text_len);
	else
		buf_adds(&ok, "OK");
	for (size_t i = 0; d->c->lmtp && i < d->nrcpt; i++) {
		const char *path = d->rcpt[i].path;
		if (smtpd_is_in(failed, n, i))
			smtpd_say(
			    d, bad->code, bad->enh, "%s %s", path, bad->text);
		else
			smtpd_say(d, 250, "2.0.0", "%s %s", path, buf_str(&ok));
	}
	if (!d->c->lmtp && n > 0)
		smtpd_say(d, bad->code, bad->enh, "%s", bad->text);
	else if (!d->c->lmtp)
		smtpd_say(d, 250, "2.0.0", "%s", buf_str(&ok));
	buf_release(&ok);
	smtpd_reset(d);
	if (d->c->rules != NULL)
		smtpd_rule_after(d, &d->ruled.now);
}
