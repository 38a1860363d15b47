/* covers: net/core/smtp.c net/core/smtp_state.c net/core/smtp_queue.c
 * net/core/smtp_offer.c
 * The client core against a server that says anything, between commands that
 * the input picks. */
#include "fuzz.h"
#include "net/core/smtp.h"

static const char *const lines[] = { "EHLO a", "HELO a", "LHLO a",
	"MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "RSET", "NOOP", "STARTTLS",
	"AUTH PLAIN", "AUTH LOGIN YQ==", "YQ==", "*", "BDAT 2", "BDAT 0 LAST",
	"QUIT", "TURN", "x" };
#define LINES (sizeof lines / sizeof *lines)

/* Whether it was taken is not what is asked here. */
static int
talk_do(struct smtp *s, unsigned what)
{
	int r = 0;
	if (what < LINES)
		r = smtp_command(s, lines[what], strlen(lines[what]), NULL);
	else if (what == LINES)
		r = smtp_text(s, ".x\n", 3, NULL);
	else if (what == LINES + 1)
		r = smtp_text_end(s, NULL);
	else if (what == LINES + 2)
		smtp_chunk(s, "ab", smtp_chunk_left(s) < 2 ? 0 : 2);
	else if (what == LINES + 3)
		smtp_bdat(s, "abc", 3, true);
	else if (what == LINES + 4)
		smtp_raw(s, "\r\n", 2, true);
	else if (smtp_tls_wanted(s))
		smtp_tls_started(s);
	return r;
}

static void
talk_events(struct smtp *s)
{
	struct smtp_event ev;
	size_t n, seen = 0;

	smtp_out(s, &n);
	smtp_out_done(s, n, 1);
	do {
		smtp_next(s, &ev);
		RULE(ev.kind != SMTP_EV_REPLY || ev.sent != NULL);
		if (ev.text_len > 0)
			seen += (unsigned char)ev.text[ev.text_len - 1];
	} while (ev.kind != SMTP_EV_NONE && ev.kind != SMTP_EV_EOF);
	for (size_t i = 0; smtp_offer_at(s, i) != NULL; i++)
		seen += strlen(smtp_offer_at(s, i)->keyword) +
			strlen(smtp_offer_at(s, i)->args);
	uint64_t octets;
	if (smtp_offer_size(s, &octets))
		RULE(smtp_offer(s, "SIZE") != NULL);
	smtp_trim(s);
	RULE(seen + strlen(smtp_peer(s)) < SIZE_MAX);
	RULE((smtp_owed(s) == 0) == (smtp_oldest(s) == NULL));
}

/* An octet 0x80 to 0x9f is a command of ours, all else the server's. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp *s = smtp_new();
	size_t from = 0;

	smtp_connected(s);
	for (size_t i = 0; i <= size; i++) {
		bool ours = i < size && data[i] >= 0x80 && data[i] < 0xa0;
		if (i < size && !ours)
			continue;
		char *piece = fuzz_copy(data + from, i - from);
		smtp_feed(s, piece, i - from);
		free(piece);
		from = i + 1;
		talk_events(s);
		if (ours)
			RULE(talk_do(s, data[i] - 0x80u) <= 1);
	}
	smtp_eof(s);
	talk_events(s);
	smtp_free(s);
	return 0;
}
