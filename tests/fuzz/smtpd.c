/* covers: net/core/smtpd.c net/core/smtpd_line.c net/core/smtpd_text.c
 * net/core/smtpd_envelope.c net/core/unbody.c
 * The receiver core says the same however the octets are cut, and all that it
 * says are replies. */
#include "fuzz.h"
#include "net/core/reply.h"
#include "net/core/smtpd.h"

struct visit {
	struct smtpd *d;
	struct reply_parser parser;
	struct reply reply;
	struct buf told;
	struct buf mail; /* under way: how much has come, the cuts decide */
	bool closed;
};

static void
visit_out(struct visit *v)
{
	struct buf bad = BUF_INIT;
	size_t n;
	const char *p = smtpd_out(v->d, &n);
	int rc;

	buf_add(&v->told, p, n);
	reply_feed(&v->parser, p, n);
	smtpd_out_done(v->d, n);
	while ((rc = reply_next(&v->parser, &v->reply, &bad, NULL)) != 0)
		RULE(rc > 0);
	RULE(reply_pending(&v->parser) == 0);
	buf_release(&bad);
}

static void
visit_event(struct visit *v, const struct smtpd_event *ev)
{
	switch (ev->kind) {
	case SMTPD_BEGIN:
		RULE(smtpd_nrcpt(v->d) > 0);
		buf_addf(&v->told, "begin %s\n", smtpd_sender(v->d));
		buf_clear(&v->mail);
		break;
	case SMTPD_DATA:
		buf_add(&v->mail, ev->text, ev->len);
		break;
	case SMTPD_END:
		buf_add(&v->told, buf_data(&v->mail), buf_len(&v->mail));
		smtpd_stored(v->d, NULL, 0, false, NULL);
		break;
	case SMTPD_STARTTLS:
		smtpd_tls(v->d);
		break;
	case SMTPD_AUTH:
		if (ev->text != NULL && ev->len % 2 == 0)
			smtpd_auth_done(v->d, ev->len % 8 == 0, "alice");
		else
			smtpd_auth_challenge(v->d, "Zm9v");
		break;
	case SMTPD_CLOSE:
		v->closed = true;
		break;
	default:
		break;
	}
}

static void
visit_take(void *arg, const char *p, size_t len)
{
	struct visit *v = arg;
	struct smtpd_event ev;

	if (v->closed)
		return;
	smtpd_feed(v->d, p, len);
	do {
		smtpd_next(v->d, &ev);
		visit_event(v, &ev);
		visit_out(v);
	} while (ev.kind != SMTPD_NONE && !v->closed);
}

static void
visit_all(struct buf *told, const struct smtpd_config *c, const uint8_t *p,
    size_t len, size_t step)
{
	struct visit v = { .d = smtpd_new(c, false), .told = BUF_INIT };

	reply_parser_init(&v.parser);
	reply_init(&v.reply);
	fuzz_pieces(p, len, step, visit_take, &v);
	if (!v.closed)
		smtpd_eof(v.d);
	visit_take(&v, "", 0);
	smtpd_free(v.d);
	reply_release(&v.reply);
	reply_parser_release(&v.parser);
	buf_release(&v.mail);
	*told = v.told;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *world;
	struct buf whole, cut;

	if (size < 2)
		return 0;
	if (world == NULL)
		world = world_std10();
	const struct smtpd_config c = { .world = world,
		.lmtp = data[0] & 1,
		.size_max = data[0] & 2 ? 64 : 0,
		.allow_bare = data[0] & 4,
		.starttls = data[0] & 8,
		.auth_insecure = true,
		.auth_mechs = data[0] & 16 ? "PLAIN LOGIN" : NULL };
	visit_all(&whole, &c, data + 2, size - 2, 0);
	visit_all(&cut, &c, data + 2, size - 2, data[1] % 16u + 1);
	/* What came in clear behind STARTTLS is dropped: how much that is, the
	 * cuts decide. */
	if (!c.starttls)
		fuzz_same(&whole, &cut);
	buf_release(&whole);
	buf_release(&cut);
	return 0;
}
