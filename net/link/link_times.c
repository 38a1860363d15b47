/* How long is waited for what: RFC 5321 4.5.3.2. QUIT's reply is worth less:
 * nothing depends on it. */
#include "net/link/link.h"

#define LINK_QUIT_MS	5000
#define LINK_UNASKED_MS 10000

void
link_times_init(struct link_times *t)
{
	const int64_t minute = 60000;

	t->connect = 5 * minute;
	t->greeting = 5 * minute;
	t->helo = 5 * minute;
	t->mail = 5 * minute;
	t->rcpt = 5 * minute;
	t->data = 2 * minute;
	t->block = 3 * minute;
	t->text_end = 10 * minute;
	t->quit = LINK_QUIT_MS;
	t->other = 5 * minute;
	t->unasked = LINK_UNASKED_MS;
}

void
link_times_all(struct link_times *t, int64_t ms)
{
	t->connect = t->greeting = t->helo = t->mail = t->rcpt = ms;
	t->data = t->block = t->text_end = t->other = t->unasked = ms;
	t->quit = ms < LINK_QUIT_MS ? ms : LINK_QUIT_MS;
}

int64_t
link_times_of(const struct link_times *t, enum verb_id id)
{
	switch (id) {
	case VERB_GREETING:
		return t->greeting;
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_LHLO:
		return t->helo;
	case VERB_MAIL:
	case VERB_SEND:
	case VERB_SOML:
	case VERB_SAML:
		return t->mail;
	case VERB_RCPT:
		return t->rcpt;
	case VERB_DATA:
		return t->data;
	case VERB_TEXT_END:
	case VERB_BDAT:
		return t->text_end;
	case VERB_QUIT:
		return t->quit;
	default:
		return t->other;
	}
}
