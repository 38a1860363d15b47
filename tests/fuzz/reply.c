/* covers: net/core/reply.c
 * The reply parser reads the same however the octets are cut. The input: an
 * octet, how; then what comes, or what comes over and over so that the limits
 * are met. */
#include "fuzz.h"
#include "net/core/reply.h"

struct reading {
	struct reply_parser parser;
	struct reply reply, copy;
	struct buf told;
};

/* Copies say the same. */
static void
reading_kept(struct reading *r)
{
	struct reply *kept = reply_keep(&r->reply);
	reply_copy(&r->copy, kept);
	RULE(
	    r->copy.code == r->reply.code && r->copy.nlines == r->reply.nlines);
	for (size_t i = 0; i < r->reply.nlines; i++) {
		size_t n, m;
		const char *text = reply_text(&r->reply, i, &n);
		const char *copy = reply_text(&r->copy, i, &m);
		RULE(n == m && memcmp(text, copy, n) == 0);
	}
	free(kept);
}

static void
reading_take(void *arg, const char *p, size_t len)
{
	struct reading *r = arg;
	struct buf bad = BUF_INIT;
	int rc;

	reply_feed(&r->parser, p, len);
	while ((rc = reply_next(&r->parser, &r->reply, &bad, NULL)) != 0) {
		if (rc < 0) {
			/* TLS is told at once: of its octets as many are shown
			 * as have come, behind the lines before it. */
			size_t n = buf_len(&bad);
			const char *begin = buf_data(&bad);
			const char *lf = n > 0 ? memrchr(begin, '\n', n) : NULL;
			size_t at = lf == NULL ? 0 : (size_t)(lf - begin) + 1;
			bool tls =
			    at < n && begin[at] >= 0x14 && begin[at] <= 0x17;
			buf_adds(&r->told, "bad:");
			buf_add(&r->told, begin, tls ? at + 1 : n);
			buf_clear(&bad);
			continue;
		}
		RULE(r->reply.code >= 200 && r->reply.code <= 599);
		reading_kept(r);
		RULE(
		    r->reply.nlines >= 1 && r->reply.nlines <= REPLY_LINES_MAX);
		buf_addf(&r->told, "%d %x %d.%d.%d:", r->reply.code,
		    r->reply.flaws, r->reply.enh_class, r->reply.enh_subject,
		    r->reply.enh_detail);
		for (size_t i = 0; i < r->reply.nlines; i++) {
			size_t n;
			const char *text = reply_text(&r->reply, i, &n);
			buf_add(&r->told, text, n);
			buf_addc(&r->told, '\n');
		}
	}
	RULE(reply_pending(&r->parser) <= REPLY_SIZE_MAX + REPLY_LINE_MAX);
	buf_release(&bad);
}

static void
reading_all(struct buf *told, const uint8_t *p, size_t len, size_t step)
{
	struct reading r = { .told = BUF_INIT };

	reply_parser_init(&r.parser);
	reply_init(&r.reply);
	reply_init(&r.copy);
	fuzz_pieces(p, len, step, reading_take, &r);
	reply_leftover(&r.parser, &r.told);
	reply_release(&r.reply);
	reply_release(&r.copy);
	reply_parser_clear(&r.parser);
	RULE(reply_pending(&r.parser) == 0);
	reply_parser_release(&r.parser);
	*told = r.told;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut, in = BUF_INIT;
	size_t step;

	if (size < 2)
		return 0;
	bool often = data[0] & 0x80;
	do {
		buf_add(&in, (const char *)data + 1, size - 1);
	} while (often && buf_len(&in) <= REPLY_SIZE_MAX + REPLY_LINE_MAX);
	step = often ? 4093u * (data[0] % 16u + 1) : data[0] % 16u + 1;
	const uint8_t *p = (const uint8_t *)buf_data(&in);
	reading_all(&whole, p, buf_len(&in), 0);
	reading_all(&cut, p, buf_len(&in), step);
	fuzz_same(&whole, &cut);
	buf_release(&whole);
	buf_release(&cut);
	buf_release(&in);
	return 0;
}
