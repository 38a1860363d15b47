/* Encoded words. */
#include "check.h"
#include "net/mime/words.h"

#include <string.h>

static const struct {
	const char *text, *want;
} rows[] = {
	{ "plain", "plain" },
	{ "", "" },
	{ "Gr\xc3\xbc\xc3\x9f"
	  "e an alle",
	    "=?UTF-8?B?R3LDvMOfZQ==?= an alle" },
	{ "an \xc3\xa4 b \xc3\xb6 c", "an =?UTF-8?B?w6QgYiDDtg==?= c" },
	{ "a =?UTF-8?Q?b?= c", "a =?UTF-8?B?PT9VVEYtOD9RP2I/PQ==?= c" },
	{ "tab\there", "=?UTF-8?B?dGFiCWhlcmU=?=" },
	/* 48 octets: 45 and 3. */
	{ "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97"
	  "\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6"
	  "\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5",
	    "=?UTF-8?B?"
	    "5pel5pel5pel5pel5pel5pel5pel5pel5pel5pel5pel5pel5pel5pel5pel?= "
	    "=?UTF-8?B?5pel?=" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = BUF_INIT;
		words_add(&b, rows[i].text);
		CHECK(strcmp(buf_str(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].text, buf_str(&b));
		CHECK(words_need(rows[i].text) ==
			  (strcmp(rows[i].text, rows[i].want) != 0),
		    "%s", rows[i].text);
		buf_release(&b);
	}
	/* Two octets a character: no word of them is over 75, none but the
	 * last has padding. */
	char text[201];
	for (size_t i = 0; i < 200; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[200] = '\0';
	struct buf b = BUF_INIT;
	words_add(&b, text);
	for (const char *p = buf_str(&b); *p != '\0';) {
		size_t n = strcspn(p, " ");
		CHECK(n <= 75, "%zu", n);
		CHECK(p[n] == '\0' || p[n - 3] != '=', "%s", p);
		p += n + (p[n] == ' ');
	}
	buf_release(&b);
	return check_done();
}
