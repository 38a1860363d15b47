/* Base64 both ways, each wrong text with the place where it goes wrong. */
#include <stdlib.h>
#include <string.h>
#include "net/core/base64.h"
#include "check.h"

static const struct {
	const char *octets;
	size_t n;
	const char *text;
} good[] = {
	{ "", 0, "" },
	{ "f", 1, "Zg==" },
	{ "fo", 2, "Zm8=" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\0\0\0", 3, "AAAA" },
	{ "\0", 1, "AA==" },
	{ "\xff\xff\xff", 3, "////" },
	{ "\xfb\xef\xbe", 3, "++++" },
	{ "\0user\0pencil", 12, "AHVzZXIAcGVuY2ls" },
};

static const struct {
	const char *label;
	const char *in;
	size_t want;
} bad[] = {
	{ "no character of the alphabet", "!!!not-base64!!!", 0 },
	{ "one in the middle", "Zm9v-mFy", 4 },
	{ "URL-safe minus", "Zm-v", 2 },
	{ "blank behind", "Zm9v ", 4 },
	{ "blank between", "Zm 9", 2 },
	{ "line end", "Zm9v\r\n", 4 },
	{ "one character", "Z", 1 },
	{ "two", "Zg", 2 },
	{ "three", "Zm8", 3 },
	{ "half the padding", "Zg=", 3 },
	{ "too much padding", "Zg===", 4 },
	{ "much too much", "Zm9v====", 4 },
	{ "three of padding", "Z===", 1 },
	{ "only padding", "====", 0 },
	{ "an equals sign alone", "=", 0 },
	{ "padding in the middle", "Zg==Zg==", 4 },
	{ "padding, then more", "Zg=v", 3 },
	{ "four bits too many", "Zh==", 1 },
	{ "the highest of them", "ZI==", 1 },
	{ "two bits too many", "Zm9=", 2 },
	{ "a byte above 127", "Zm\xc3\xa4", 2 },
};

/* Octets behind the heap block must not be looked at. */
static int
decode(struct buf *b, const char *p, size_t n, size_t *at)
{
	char *exact = malloc(n == 0 ? 1 : n);
	int rc;

	memcpy(exact, p, n);
	rc = base64_decode(b, exact, n, at);
	free(exact);
	return rc;
}

static void
try_good(void)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		buf_clear(&b);
		base64_encode(&b, good[i].octets, good[i].n);
		CHECK(
		    strcmp(buf_str(&b), good[i].text) == 0, "%s", good[i].text);
		CHECK(buf_len(&b) == BASE64_LEN(good[i].n), "%s", good[i].text);
		buf_clear(&b);
		CHECK(decode(&b, good[i].text, strlen(good[i].text), NULL) == 0,
		    "%s", good[i].text);
		CHECK(buf_len(&b) == good[i].n &&
			  memcmp(buf_data(&b), good[i].octets, good[i].n) == 0,
		    "%s", good[i].text);
	}
	buf_release(&b);
}

static void
try_bad(void)
{
	struct buf b = BUF_INIT;
	size_t at;

	buf_adds(&b, "kept");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		at = 99;
		CHECK(decode(&b, bad[i].in, strlen(bad[i].in), &at) == -1 &&
			  at == bad[i].want,
		    "%s: at %zu", bad[i].label, at);
	}
	at = 99;
	CHECK(decode(&b, "Zg\0=", 4, &at) == -1 && at == 2, "NUL: %zu", at);
	CHECK(strcmp(buf_str(&b), "kept") == 0, "nothing is added");
	buf_release(&b);
}

/* Of all texts of four characters that are accepted each is what encoding its
 * octets gives, and there are as many as octet strings of 1, 2 and 3. */
static void
try_all(void)
{
	static const char set[] = "ABCDwxyz0189+/=-";
	struct buf b = BUF_INIT, again = BUF_INIT;
	size_t taken = 0, differ = 0;

	for (unsigned v = 0; v < 65536; v++) {
		char t[4] = { set[v >> 12], set[v >> 8 & 15], set[v >> 4 & 15],
			set[v & 15] };

		buf_clear(&b);
		buf_clear(&again);
		if (base64_decode(&b, t, 4, NULL) == -1)
			continue;
		taken++;
		base64_encode(&again, buf_data(&b), buf_len(&b));
		differ += memcmp(buf_data(&again), t, 4) != 0;
	}
	/* 14 of the 16 are digits. Multiples of 4: A w 0 8 (0, 48, 52, 60);
	 * of 16: A w (0, 48). */
	CHECK(taken == 14 * 14 * 14 * 14 + 14 * 14 * 4 + 14 * 2, "%zu", taken);
	CHECK(differ == 0, "%zu", differ);
	buf_release(&b);
	buf_release(&again);
}

int
main(void)
{
	try_good();
	try_bad();
	try_all();
	return check_done();
}
