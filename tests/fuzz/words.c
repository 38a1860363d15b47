/* covers: net/core/addr.c cmd/term/cmdline.c cmd/lang/match.c cmd/lang/regex.c
 * cmd/say/escape.c
 * What reads one line or record: paths, words, expectations, addresses of
 * servers, DNS records; and what makes it fit for a terminal. */
#include "net/core/addr.h"
#include "cmd/term/cmdline.h"
#include "fuzz.h"
#include "cmd/lang/match.h"
#include "cmd/say/out.h"
#include "net/dns/rdata.h"
#include "cmd/shell/shell.h"
#include <sys/socket.h>

static void
words_path(const char *p, size_t len)
{
	struct addr a = { 0 };

	if (addr_parse(&a, p, len, NULL) != 0)
		return;
	RULE(a.len <= len);
	RULE(
	    a.local + a.local_len <= a.len && a.domain + a.domain_len <= a.len);
	RULE(a.route + a.route_len <= a.len);
}

static void
words_typed(const char *p, size_t len)
{
	struct cmdline c;
	size_t word, off;

	cmdline_parse(&c, p, len);
	RULE(c.begin <= len && c.path <= c.path_end && c.path_end <= len);
	RULE(c.args <= len && c.word <= len);
	size_t n = cmdline_words(p, len, &word);
	RULE(word <= len);
	for (size_t i = 0; i < n; i++)
		RULE(cmdline_word(p, len, i, &off) <= len - off);
}

static void
words_expected(const char *p, size_t len)
{
	static const char answer[] = "250-one\r\n250 2.1.0 two words\r\n";
	struct reply_parser parser;
	struct reply r;
	struct buf why = BUF_INIT;
	struct expect *x;
	char sep;

	if (expect_parse(&x, p, len, &sep, NULL) != 0)
		return;
	reply_parser_init(&parser);
	reply_init(&r);
	reply_feed(&parser, answer, sizeof answer - 1);
	RULE(reply_next(&parser, &r, &why, NULL) == 1);
	expect_text(x, &why);
	expect_match(x, &r, true, NULL, NULL, &why);
	expect_free(x);
	buf_release(&why);
	reply_release(&r);
	reply_parser_release(&parser);
}

/* Nothing that moves a cursor is left; printing twice changes nothing. */
static void
words_shown(const char *p, size_t len)
{
	struct buf b = BUF_INIT;

	escape_add(&b, p, len, false);
	const char *s = buf_data(&b);
	for (size_t i = 0; i < buf_len(&b); i++)
		RULE((unsigned char)s[i] >= 0x20 && s[i] != 0x7f);
	RULE(escape_width(s, buf_len(&b)) <= buf_len(&b) * 2);
	buf_release(&b);
}

static void
words_record(const unsigned char *p, size_t len)
{
	struct buf b = BUF_INIT;
	struct rdata_mx mx;
	struct tls_tlsa tlsa;
	struct rdata_address a;
	bool odd;

	RULE(rdata_name(p, len, &b, &odd) <= len);
	if (rdata_mx(&mx, p, len) == 0)
		free(mx.host);
	if (rdata_tlsa(&tlsa, p, len) == 0)
		rdata_tlsa_usable(&tlsa);
	rdata_address(&a, len == 4 ? AF_INET : AF_INET6, p, len);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p = fuzz_copy(data, size), *s = fuzz_string(data, size);

	words_path(p, size);
	words_typed(p, size);
	words_expected(p, size);
	words_shown(p, size);
	words_record((unsigned char *)p, size);
	rdata_is_name(s);
	free(p);
	free(s);
	return 0;
}
