/* What the client core makes of the greeting and of EHLO's reply. */
#include "check.h"
#include "greeted.h"
#include "net/core/buf.h"

#include <string.h>

static void
test_offers(void)
{
	struct smtp *s = greeted("250-STARTTLS mx\r\n"
				 "250-size 10\r\n"
				 "250-8BITMIME\r\n"
				 "250-AUTH=LOGIN PLAIN\r\n"
				 "250-XSTARTTLS\r\n"
				 "250-STARTTLSX\r\n"
				 "250-STAR\033TTLS\r\n"
				 "250-DSN_X\r\n"
				 "250--X\r\n"
				 "250-\r\n"
				 "250- X-BLANK\r\n"
				 "250-CHUNKING \r\n"
				 "250-x-foo   a  b \r\n"
				 "250 HELP\r\n");
	static const char *const want[][2] = { { "SIZE", "10" },
		{ "8BITMIME", "" }, { "AUTH", "LOGIN PLAIN" },
		{ "XSTARTTLS", "" }, { "STARTTLSX", "" }, { "CHUNKING", "" },
		{ "X-FOO", "a  b" }, { "HELP", "" } };
	size_t n = sizeof want / sizeof want[0];
	for (size_t i = 0; i < n; i++) {
		const struct smtp_keyword *k = smtp_offer_at(s, i);
		CHECK(k != NULL && strcmp(k->keyword, want[i][0]) == 0 &&
			  strcmp(k->args, want[i][1]) == 0,
		    "offer %zu: %s '%s'", i, k ? k->keyword : "none",
		    k ? k->args : "");
	}
	CHECK(smtp_offer_at(s, n) == NULL, "no more");
	CHECK(smtp_offer(s, "STARTTLS") == NULL, "the greeting is none");
	CHECK(smtp_offer(s, "Size") != NULL, "any case");
	CHECK(smtp_offer(s, "SIZ") == NULL, "no prefix");
	CHECK(smtp_offer(s, "SIZES") == NULL, "nothing longer");
	CHECK(strcmp(smtp_peer(s), "mx.example") == 0, "%s", smtp_peer(s));

	struct smtp_event ev;
	ask(s, "EHLO me");
	smtp_feed(s, "502 no\r\n", 8);
	smtp_next(s, &ev);
	CHECK(smtp_offer_at(s, 0) == NULL, "a refused EHLO empties them");
	smtp_free(s);
}

/* One list, whatever their order; a mechanism said twice stands once. */
static void
test_offers_auth(void)
{
	static const char *const rows[][2] = {
		{ "250-AUTH=LOGIN\r\n250 AUTH SCRAM-SHA-256 PLAIN\r\n",
		    "LOGIN SCRAM-SHA-256 PLAIN" },
		{ "250-AUTH LOGIN PLAIN\r\n250-SIZE\r\n250 "
		  "AUTH=login  CRAM-MD5\r\n",
		    "LOGIN PLAIN CRAM-MD5" },
		{ "250-AUTH PLAIN\r\n250-AUTH PLAIN\r\n250 AUTH\r\n", "PLAIN" },
		{ "250-AUTH\r\n250 AUTH=LOGINX LOGIN\r\n", "LOGINX LOGIN" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf b = BUF_INIT;
		buf_addf(&b, "250-x\r\n%s", rows[i][0]);
		struct smtp *s = greeted(buf_str(&b));
		const struct smtp_keyword *k = smtp_offer(s, "AUTH");
		CHECK(k != NULL && strcmp(k->args, rows[i][1]) == 0, "%s: %s",
		    rows[i][1], k == NULL ? "none" : k->args);
		CHECK(smtp_offer_at(s, i == 1 ? 2 : 1) == NULL, "%s: one",
		    rows[i][1]);
		smtp_free(s);
		buf_release(&b);
	}
}

static void
test_offers_forgotten(void)
{
	static const char *const cmd[] = { "HELO me", "STARTTLS" };
	static const char *const answer[] = { "250 x\r\n", "220 x\r\n" };
	for (size_t i = 0; i < 2; i++) {
		struct smtp *s = greeted("250-x\r\n250 SIZE\r\n");
		struct smtp_event ev;
		uint64_t size;
		CHECK(smtp_offer_size(s, &size) && size == 0, "SIZE alone");
		ask(s, cmd[i]);
		smtp_feed(s, answer[i], strlen(answer[i]));
		smtp_next(s, &ev);
		if (i == 1) {
			CHECK(smtp_offer(s, "SIZE") != NULL, "not yet");
			smtp_tls_started(s);
			CHECK(smtp_peer(s)[0] == '\0', "peer forgotten");
		}
		CHECK(smtp_offer(s, "SIZE") == NULL, "%s", cmd[i]);
		smtp_free(s);
	}
}

static void
test_offers_cap(void)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "250-x\r\n");
	for (int i = 0; i < 150; i++)
		buf_addf(&b, "250-X%d\r\n", i);
	buf_adds(&b, "250 LAST\r\n");
	struct smtp *s = greeted(buf_str(&b));
	CHECK(smtp_offer_at(s, 99) != NULL, "100");
	CHECK(smtp_offer_at(s, 100) == NULL, "no more than 100");
	smtp_free(s);
	buf_release(&b);
}

static void
test_size(void)
{
	static const struct {
		const char *arg;
		bool ok;
		uint64_t want;
	} size[] = {
		{ "", true, 0 },
		{ " 0", true, 0 },
		{ " 52428800", true, 52428800 },
		{ " 00000000000000000001", true, 1 },
		{ " 000000000000000000001", false, 0 },
		{ " 18446744073709551615", true, UINT64_MAX },
		{ " 18446744073709551616", false, 0 },
		{ " 99999999999999999999", false, 0 },
		{ " -1", false, 0 },
		{ " +1", false, 0 },
		{ " 1k", false, 0 },
		{ " 1 2", false, 0 },
		{ " \xef\xbc\x91", false, 0 },
	};
	for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
		struct buf b = BUF_INIT;
		uint64_t got = 7;
		buf_addf(&b, "250-x\r\n250 SIZE%s\r\n", size[i].arg);
		struct smtp *s = greeted(buf_str(&b));
		CHECK(smtp_offer_size(s, &got) == size[i].ok &&
			  got == size[i].want,
		    "SIZE%s: %llu", size[i].arg, (unsigned long long)got);
		smtp_free(s);
		buf_release(&b);
	}
}

static void
test_peer(void)
{
	static const struct {
		const char *greeting, *want;
	} row[] = {
		{ "220 a.example ESMTP\r\n", "a.example" },
		{ "220-a.example\r\n220 b.example\r\n", "a.example" },
		{ "220 [127.0.0.1] x\r\n", "[127.0.0.1]" },
		{ "220\r\n", "" },
		{ "220 \033[2J x\r\n", "" },
		{ "220 a.example\033 x\r\n", "" },
		{ "554 a.example\r\n", "" },
	};
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct smtp *s = smtp_new();
		struct smtp_event ev;
		smtp_connected(s);
		smtp_feed(s, row[i].greeting, strlen(row[i].greeting));
		smtp_next(s, &ev);
		CHECK(strcmp(smtp_peer(s), row[i].want) == 0, "%s: '%s'",
		    row[i].greeting, smtp_peer(s));
		if (smtp_peer(s)[0] == '\0') {
			ask(s, "HELO me");
			smtp_feed(s, "250 c.example hi\r\n", 18);
			smtp_next(s, &ev);
			CHECK(strcmp(smtp_peer(s), "c.example") == 0, "'%s'",
			    smtp_peer(s));
		}
		smtp_free(s);
	}
}

int
main(void)
{
	test_offers();
	test_offers_auth();
	test_offers_forgotten();
	test_offers_cap();
	test_size();
	test_peer();
	return check_done();
}
