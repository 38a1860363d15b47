/* Octets to command lines. CRLF ends a line. A bare LF ends one too, but only
 * to be refused at once, and so is all behind it up to the next CRLF: by RFC
 * 5321 2.3.8 that is still the same line, and no part of it may be run. A line
 * over the limit is dropped as it comes and refused at its end. */
#include "net/core/smtpd_priv.h"

#include <string.h>
#include "net/core/span.h"

static const struct smtpd_refusal smtpd_too_long = { 500, "5.5.2",
	"Line too long" };
static const struct smtpd_refusal smtpd_auth_too_long = { 500, "5.5.6",
	"Authentication exchange line is too long" };
static const struct smtpd_refusal smtpd_bare_lf = { 500, "5.5.2",
	"Line ends with a bare LF; a command line ends with CRLF" };
static const struct smtpd_refusal smtpd_behind_lf = { 500, "5.5.2",
	"Not run: it stands between a bare LF and the CRLF of its line" };

static size_t
smtpd_limit(const struct smtpd *d)
{
	return d->state == SMTP_AUTHING ? SMTPD_AUTH_LINE_MAX : d->line_max;
}

/* For the log; nothing that may be a password. */
static void
smtpd_log_line(struct smtpd *d, const char *p, size_t len)
{
	if (d->c->unlogged)
		return;
	if (d->state == SMTP_AUTHING) {
		smtpd_event(d, SMTPD_COMMAND, "***", 3);
		return;
	}
	size_t i = 0, words = 0;
	bool blank = true;
	for (; i < len && words < 3; i++) {
		bool was = blank;
		blank = p[i] == ' ' || p[i] == '\t';
		words += was && !blank;
	}
	size_t from = 0;
	while (from < len && (p[from] == ' ' || p[from] == '\t'))
		from++;
	if (words < 3 || verb_word(p + from, len - from) != 4 ||
	    !smtpd_is("AUTH", p + from, 4)) {
		smtpd_event(d, SMTPD_COMMAND, p, len);
		return;
	}
	struct buf b = BUF_INIT;
	buf_add(&b, p, i - 1);
	buf_adds(&b, "***");
	smtpd_event(d, SMTPD_COMMAND, buf_data(&b), buf_len(&b));
	buf_release(&b);
}

static void
smtpd_refuse_line(struct smtpd *d, const struct smtpd_refusal *r)
{
	if (d->state == SMTP_AUTHING)
		d->state = SMTP_READY;
	smtpd_refuse(d, r);
}

static void
smtpd_line(struct smtpd *d, const char *p, size_t len)
{
	smtpd_log_line(d, p, len);
	if (d->state == SMTP_AUTHING) {
		smtpd_auth_response(d, p, len);
		return;
	}
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	for (size_t i = span_plain(p, len); i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		if (c < 32 || c == 127) {
			smtpd_reply(d, 500, "5.5.2",
			    "Control octet 0x%02X in a command line", c);
			return;
		}
	}
	smtpd_command(d, p, len);
}

/* Drops what there is of a line that is too long. */
static void
smtpd_skip(struct smtpd *d, size_t n)
{
	const char *p = buf_data(&d->in);
	if (!d->skipping)
		smtpd_log_line(d, p, n < 64 ? n : 64);
	d->skipping = true;
	d->skipped_cr = n > 0 ? p[n - 1] == '\r' : d->skipped_cr;
	buf_consume(&d->in, n);
	d->scanned = 0;
}

/* A line of n octets stands at the front, its LF included. */
static void
smtpd_take_line(struct smtpd *d, size_t n)
{
	const char *p = buf_data(&d->in);
	bool crlf = n > 1 ? p[n - 2] == '\r' : d->skipping && d->skipped_cr;
	bool behind = d->behind_lf;
	d->behind_lf = !crlf;
	d->scanned = 0;
	if (!d->skipping && n > smtpd_limit(d))
		smtpd_log_line(d, p, 64 < n ? 64 : n);
	if (d->skipping || n > smtpd_limit(d)) {
		smtpd_refuse_line(d, d->state == SMTP_AUTHING
					 ? &smtpd_auth_too_long
					 : &smtpd_too_long);
		d->skipping = false;
	} else if (!crlf || behind) {
		smtpd_log_line(d, p, n - 1 - (crlf ? 1 : 0));
		smtpd_refuse_line(d, crlf ? &smtpd_behind_lf : &smtpd_bare_lf);
	} else {
		/* Handlers may clear or wait; the line must not move. */
		smtpd_line(d, p, n - 2);
	}
	buf_consume(&d->in, n);
}

bool
smtpd_step_line(struct smtpd *d)
{
	const char *p = buf_data(&d->in);
	size_t len = buf_len(&d->in);
	const char *lf = NULL;
	if (len > d->scanned)
		lf = memchr(p + d->scanned, '\n', len - d->scanned);
	if (lf != NULL) {
		smtpd_take_line(d, (size_t)(lf - p) + 1);
		return true;
	}
	d->scanned = len;
	if (d->skipping || len >= smtpd_limit(d))
		smtpd_skip(d, len);
	return false;
}
