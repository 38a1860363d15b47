/* A failure is remembered at its box and told when the message is whole: the
 * client's text must be read to its end before there can be a reply. Under
 * SMTP that reply speaks for all recipients, so nothing is committed when a
 * box has failed by then; a commit that fails after others succeeded can
 * only be told as a failure, and the client's next try repeats those. */
#include "net/peer/delivery.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void
delivery_init(
    struct delivery *dl, const char *maildir, const char *store, bool keep)
{
	memset(dl, 0, sizeof *dl);
	dl->maildir = maildir;
	dl->store = store;
	dl->keep = keep;
}

static void
delivery_clear(struct delivery *dl)
{
	for (size_t i = 0; i < dl->nbox; i++)
		maildir_abort(dl->box[i].file);
	eml_abort(dl->eml);
	free(dl->box);
	free(dl->box_of);
	free(dl->id);
	buf_release(&dl->text);
	delivery_init(dl, dl->maildir, dl->store, dl->keep);
}

void
delivery_release(struct delivery *dl)
{
	delivery_clear(dl);
}

void
delivery_abort(struct delivery *dl)
{
	delivery_clear(dl);
}

/* Fills box and box_of. */
static void
delivery_boxes(struct delivery *dl, const struct smtpd *d)
{
	dl->nrcpt = smtpd_nrcpt(d);
	dl->box_of = mem_grow(NULL, dl->nrcpt, sizeof *dl->box_of);
	dl->box = mem_grow(NULL, dl->nrcpt, sizeof *dl->box);
	for (size_t i = 0; i < dl->nrcpt; i++) {
		const char *name = smtpd_mailbox(d, i);
		size_t b = 0;
		while (b < dl->nbox && strcmp(dl->box[b].mailbox, name) != 0)
			b++;
		if (b == dl->nbox)
			dl->box[dl->nbox++] =
			    (struct delivery_box){ .mailbox = name };
		dl->box_of[i] = b;
	}
}

/* Control octets never enter a header; strict: nor does what could end a
 * word or open a comment. */
static void
delivery_add_word(struct buf *b, const char *s, bool strict)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		bool bad =
		    c < ' ' || c == 0x7f ||
		    (strict && (c > 0x7f || strchr(" ()<>,;\\\"", c) != NULL));
		buf_addc(b, bad ? '?' : *s);
	}
}

/* RFC 5322 3.3, in UTC: strftime(3) would ask the locale. */
static void
delivery_add_date(struct buf *b, time_t when)
{
	static const char day[] = "SunMonTueWedThuFriSat";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	gmtime_r(&when, &tm);
	buf_addf(b, "%.3s, %d %.3s %d %02d:%02d:%02d +0000",
	    day + 3 * tm.tm_wday, tm.tm_mday, month + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
delivery_trace(struct buf *b, const struct smtpd *d, const char *host,
    const char *from, const char *id)
{
	const char *helo = smtpd_helo(d);
	buf_adds(b, "Return-Path: ");
	delivery_add_word(b, smtpd_sender(d), false);
	buf_adds(b, "\r\nReceived: from ");
	delivery_add_word(b, *helo == '\0' ? "unknown" : helo, true);
	if (from != NULL && *from != '\0') {
		buf_adds(b, " ([");
		if (strchr(from, ':') != NULL)
			buf_adds(b, "IPv6:");
		delivery_add_word(b, from, true);
		buf_adds(b, "])");
	}
	buf_adds(b, "\r\n\tby ");
	delivery_add_word(b, host, true);
	buf_addf(b, " with %s\r\n\tid %s; ", smtpd_with(d), id);
	delivery_add_date(b, time(NULL));
	buf_adds(b, "\r\n");
}

static void
delivery_fail(struct delivery_box *box)
{
	box->failed = true;
	maildir_abort(box->file);
	box->file = NULL;
}

static void
delivery_write_box(
    struct delivery *dl, struct delivery_box *box, const char *p, size_t len)
{
	if (box->file != NULL &&
	    maildir_write(box->file, p, len, &dl->err) != 0)
		delivery_fail(box);
}

/* In its place the envelope would be lost. */
static void
delivery_store(struct delivery *dl, const struct smtpd *d, const char *host,
    const char *from)
{
	struct buf b = BUF_INIT;
	if (eml_open(&dl->eml, dl->store, &dl->err) != 0) {
		dl->eml = NULL;
		return;
	}
	delivery_trace(&b, d, host, from, eml_id(dl->eml));
	for (size_t i = 0; i < dl->nrcpt; i++) {
		buf_adds(&b, "X-Envelope-To: ");
		delivery_add_word(&b, smtpd_rcpt(d, i), false);
		buf_adds(&b, "\r\n");
	}
	if (eml_write(dl->eml, buf_data(&b), buf_len(&b), &dl->err) != 0) {
		eml_abort(dl->eml);
		dl->eml = NULL;
	}
	buf_release(&b);
	if (dl->eml != NULL && dl->id == NULL)
		dl->id = mem_dup(eml_id(dl->eml));
}

void
delivery_begin(struct delivery *dl, const struct smtpd *d, const char *host,
    const char *from)
{
	delivery_clear(dl);
	dl->open = true;
	delivery_boxes(dl, d);
	for (size_t i = 0; dl->maildir != NULL && i < dl->nbox; i++) {
		struct delivery_box *box = &dl->box[i];
		struct buf b = BUF_INIT;
		if (maildir_open(
			&box->file, dl->maildir, box->mailbox, &dl->err) != 0) {
			delivery_fail(box);
			continue;
		}
		if (dl->id == NULL)
			dl->id = mem_dup(maildir_id(box->file));
		delivery_trace(&b, d, host, from, maildir_id(box->file));
		delivery_write_box(dl, box, buf_data(&b), buf_len(&b));
		buf_release(&b);
	}
	if (dl->store != NULL)
		delivery_store(dl, d, host, from);
}

void
delivery_write(struct delivery *dl, const char *p, size_t len)
{
	if (dl->keep)
		buf_add(&dl->text, p, len);
	for (size_t i = 0; i < dl->nbox; i++)
		delivery_write_box(dl, &dl->box[i], p, len);
	if (dl->eml != NULL && eml_write(dl->eml, p, len, &dl->err) != 0) {
		eml_abort(dl->eml);
		dl->eml = NULL;
	}
}

static bool
delivery_failed(const struct delivery *dl)
{
	if (dl->store != NULL && dl->eml == NULL && !dl->stored)
		return true;
	for (size_t i = 0; i < dl->nbox; i++)
		if (dl->box[i].failed)
			return true;
	return false;
}

size_t
delivery_end(struct delivery *dl, bool all, size_t **failed)
{
	size_t n = 0;
	bool lost = dl->store != NULL && dl->eml == NULL;
	if (!lost && dl->eml != NULL && !(all && delivery_failed(dl))) {
		lost = eml_commit(dl->eml, &dl->err) != 0;
		dl->stored = !lost;
		dl->eml = NULL;
	}
	for (size_t i = 0; i < dl->nbox; i++) {
		struct delivery_box *box = &dl->box[i];
		if (lost || (all && delivery_failed(dl))) {
			delivery_fail(box);
		} else if (box->file != NULL) {
			struct maildir *m = box->file;
			box->file = NULL;
			box->failed = maildir_commit(m, &dl->err) != 0;
		}
	}
	*failed = mem_grow(NULL, dl->nrcpt, sizeof **failed);
	for (size_t i = 0; i < dl->nrcpt; i++)
		if (dl->box[dl->box_of[i]].failed)
			(*failed)[n++] = i;
	dl->open = false;
	return n;
}
