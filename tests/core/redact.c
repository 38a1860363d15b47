/* Secrets show as ***, wherever they come back from and in any base64. */
#include "check.h"
#include "cmd/say/out.h"

#include <stdlib.h>
#include <string.h>

#define T(s) s, sizeof(s) - 1

/* The secrets: "hunter2!", "pass\0word", "Zw", "aaaa", and a long one. */
static const struct {
	const char *label;
	const char *in;
	size_t len;
	const char *want;
} texts[] = {
	{ "none", T("250 OK"), "250 OK" },
	{ "alone", T("hunter2!"), "***" },
	{ "echoed by the server", T("535 bad password 'hunter2!' for bob"),
	    "535 bad password '***' for bob" },
	{ "twice", T("hunter2!, hunter2!"), "***, ***" },
	{ "adjoining", T("hunter2!hunter2!"), "***" },
	{ "overlapping itself", T("xaaaaaay"), "x***y" },
	{ "with a NUL", T("a pass\0word b"), "a *** b" },
	{ "half of it", T("hunter2"), "hunter2" },
	{ "too short to look for", T("Zw"), "Zw" },
	{ "base64", T("aHVudGVyMiE="), "***" },
	{ "base64 in a line", T("334 aHVudGVyMiE= ok"), "334 *** ok" },
	/* "\0bob\0" and "\0bo\0" and "\0b\0" before it */
	{ "PLAIN, offset 5", T("AGJvYgBodW50ZXIyIQ=="), "***" },
	{ "PLAIN, offset 4", T("AGJvAGh1bnRlcjIh"), "***" },
	{ "PLAIN, offset 3", T("AGIAaHVudGVyMiE="), "***" },
	{ "base64 that goes on", T("x=AGIAaHVudGVyMiEubW9yZQ== y"), "x=*** y" },
	{ "empty", T(""), "" },
	/* Of a long one, cut by whoever says it back. */
	{ "cut off", T("535 ya29.A0ARrdaM-k9Vq7GzY... is bad"),
	    "535 ***... is bad" },
	{ "its end", T("535 ...0s4qPjWf8tYq is bad"), "535 ...*** is bad" },
	{ "too short a piece", T("ya29.A0ARr"), "ya29.A0ARr" },
	{ "base64, cut off", T("QmVhcmVyIHlhMjkuQTBBUnJkYU0taz"), "***" },
	/* What nobody told us, by its place. */
	{ "AUTH, an arrow before it", T(" ~> AUTH PLAIN AGpvZQBzZXNhbWU="),
	    " ~> AUTH PLAIN ***" },
	{ "a tag", T("C: AUTH PLAIN AGpvZQBzZXNhbWU="), "C: AUTH PLAIN ***" },
	{ "a prompt", T("smtp> auth plain AGpvZQBzZXNhbWU="),
	    "smtp> auth plain ***" },
	{ "quoted", T("f:1: 'AUTH PLAIN AGpvZQBzZXNhbWU=' is no reply"),
	    "f:1: 'AUTH PLAIN ***' is no reply" },
	{ "escaped", T("\\raw AUTH PLAIN AGpvZQBzZXNhbWU=\\r\\nNOOP"),
	    "\\raw AUTH PLAIN ***\\r\\nNOOP" },
	{ "escaped, behind a line",
	    T("NOOP\\r\\nAUTH\\x20PLAIN\\tAGpvZQBzZXNhbWU=\\r\\n"),
	    "NOOP\\r\\nAUTH\\x20PLAIN\\t***\\r\\n" },
	{ "two lines", T("AUTH LOGIN am9l\r\nAUTH LOGIN am9lIQ=="),
	    "AUTH LOGIN ***\r\nAUTH LOGIN ***" },
	{ "two words", T("AUTH LOGIN am9l c2VzYW1l end"),
	    "AUTH LOGIN *** *** end" },
	{ "no mechanism", T("AUTH AGpvZQBzZXNhbWU="), "AUTH ***" },
	{ "one nobody knows", T("AUTH FOO-1 AGpvZQBzZXNhbWU="),
	    "AUTH FOO-1 ***" },
	{ "offers",
	    T("250-AUTH LOGIN PLAIN NTLM XOAUTH2 SCRAM-SHA-512 ANONYMOUS "
	      "X-OWN DIGEST-MD5"),
	    "250-AUTH LOGIN PLAIN NTLM XOAUTH2 SCRAM-SHA-512 ANONYMOUS "
	    "X-OWN DIGEST-MD5" },
	{ "the old form", T("250-AUTH=LOGIN PLAIN"), "250-AUTH=LOGIN PLAIN" },
	{ "prose",
	    T("AUTH PLAIN would show the password; AUTH mechanism Exchange"),
	    "AUTH PLAIN would show the password; AUTH mechanism Exchange" },
	{ "another word", T("XAUTH PLAIN AGpvZQBzZXNhbWU="),
	    "XAUTH PLAIN AGpvZQBzZXNhbWU=" },
	{ "at its end", T("AUTH"), "AUTH" },
	{ "a blank behind it", T("AUTH PLAIN "), "AUTH PLAIN " },
	/* The values "c2VzYW1lIQ==" and "AGpvZQBvcGVuIHVw" were added. */
	{ "a value decoded", T("535 sesame! is wrong"), "535 *** is wrong" },
	{ "of PLAIN the password", T("joe: open up"), "joe: ***" },
};

static const struct {
	const char *label;
	const char *in;
	bool secret;
	const char *want;
} lines[] = {
	{ "not secret", "MAIL FROM:<a@b>", false, "MAIL FROM:<a@b>" },
	{ "by value", "MAIL FROM:<hunter2!>", false, "MAIL FROM:<***>" },
	{ "initial response", "AUTH PLAIN AGJvAHg=", true, "AUTH PLAIN ***" },
	{ "any case", "auth plain AGJvAHg=", true, "auth plain ***" },
	{ "blanks", "AUTH  PLAIN  AGJvAHg= x", true, "AUTH  PLAIN  ***" },
	{ "no response", "AUTH PLAIN", true, "AUTH PLAIN" },
	{ "blank behind", "AUTH PLAIN ", true, "AUTH PLAIN " },
	{ "empty response", "AUTH EXTERNAL =", true, "AUTH EXTERNAL =" },
	{ "response", "AGJvAHg=", true, "***" },
	{ "cancelled", "*", true, "*" },
	{ "empty", "=", true, "=" },
	{ "nothing", "", true, "" },
	{ "looks like a verb", "AUTH", true, "***" },
	{ "words that are no command", "my secret words", true, "***" },
	{ "another verb", "XCLIENT LOGIN=bob", true, "XCLIENT ***" },
	{ "blank before", " AUTH PLAIN AGJvAHg=", true, " AUTH PLAIN ***" },
	{ "before AUTH something", " ~> AUTH PLAIN x y", false,
	    " ~> AUTH PLAIN ***" },
	{ "plain words", "AUTH LOGIN bob", false, "AUTH LOGIN ***" },
	{ "raw", "\\raw  auth plain \\x41GJvAHg=\\r\\nNOOP", false,
	    "\\raw  auth plain ***\\r\\nNOOP" },
	{ "cancelled in place", "AUTH PLAIN *", false, "AUTH PLAIN *" },
	{ "AUTH of MAIL", "MAIL FROM:<a@b> AUTH=<c>", false,
	    "MAIL FROM:<a@b> AUTH=<c>" },
};

static const struct {
	const char *in, *want;
} errors[] = {
	{ "'smtp://joe:s3cret@h' is no host", "'smtp://joe:***@h' is no host" },
	{ "smtp://joe:a:b@c@h:25/x and x://u:p@h",
	    "smtp://joe:***@h:25/x and x://u:***@h" },
	{ "smtp://joe@h", "smtp://joe@h" },
	{ "smtp://h:25/a@b", "smtp://h:25/a@b" },
	{ "AUTH PLAIN AGpvZQBzZXNhbWU=", "AUTH PLAIN ***" },
	{ "://", "://" },
};

/* What p looks like at an offset: coded by the book, to be found by value. */
static void
redact_any_offset(const struct redact *r, const char *secret)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t before = 0; before < 9; before++)
		for (size_t after = 0; after < 4; after++) {
			struct buf in = BUF_INIT;
			struct buf code = BUF_INIT;
			struct buf out = BUF_INIT;
			for (size_t i = 0; i < before; i++)
				buf_addc(&in, (char)(i * 37));
			buf_adds(&in, secret);
			for (size_t i = 0; i < after; i++)
				buf_addc(&in, (char)(i * 91));
			size_t len = buf_len(&in);
			for (size_t i = 0; i < len; i += 3) {
				unsigned v = 0;
				for (size_t k = 0; k < 3; k++)
					v = v << 8 |
					    (i + k < len
						    ? (unsigned char)buf_data(
							  &in)[i + k]
						    : 0U);
				buf_addc(&code, abc[v >> 18]);
				buf_addc(&code, abc[v >> 12 & 63]);
				buf_addc(&code,
				    i + 1 < len ? abc[v >> 6 & 63] : '=');
				buf_addc(
				    &code, i + 2 < len ? abc[v & 63] : '=');
			}
			redact_text(r, &out, buf_data(&code), buf_len(&code));
			CHECK(strcmp(buf_str(&out), "***") == 0,
			    "%s at %zu, %zu behind: %s", secret, before, after,
			    buf_str(&out));
			buf_release(&in);
			buf_release(&code);
			buf_release(&out);
		}
}

int
main(void)
{
	struct redact r;
	redact_init(&r);
	redact_add(&r, T("hunter2!"));
	redact_add(&r, T("hunter2!"));
	redact_add(&r, T("pass\0word"));
	redact_add(&r, T("Zw"));
	redact_add(&r, T("aaaa"));
	redact_add(&r, T("ya29.A0ARrdaM-k9Vq7GzYb2mXc0s4qPjWf8tYq"));
	redact_add(&r, T("c2VzYW1lIQ=="));
	redact_add(&r, T("AGpvZQBvcGVuIHVw"));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf b = BUF_INIT;
		char *in = mem_alloc(texts[i].len);
		memcpy(in, texts[i].in, texts[i].len);
		redact_text(&r, &b, in, texts[i].len);
		CHECK(strcmp(buf_str(&b), texts[i].want) == 0, "%s: %s",
		    texts[i].label, buf_str(&b));
		buf_release(&b);
		free(in);
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct buf b = BUF_INIT;
		redact_line(
		    &r, &b, lines[i].in, strlen(lines[i].in), lines[i].secret);
		CHECK(strcmp(buf_str(&b), lines[i].want) == 0, "%s: %s",
		    lines[i].label, buf_str(&b));
		buf_release(&b);
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct buf b = BUF_INIT;
		redact_error(&r, &b, errors[i].in, strlen(errors[i].in));
		CHECK(strcmp(buf_str(&b), errors[i].want) == 0, "%s: %s",
		    errors[i].in, buf_str(&b));
		buf_release(&b);
	}
	redact_any_offset(&r, "hunter2!");
	redact_any_offset(&r, "aaaa");
	redact_any_offset(&r, "ya29.A0ARrdaM-k9Vq7GzYb2mXc0s4qPjWf8tYq");
	redact_release(&r);
	struct buf b = BUF_INIT;
	r.reveal = &(bool){ true };
	redact_line(&r, &b, T("AUTH PLAIN AGpvZQBzZXNhbWU="), false);
	CHECK(strcmp(buf_str(&b), "AUTH PLAIN AGpvZQBzZXNhbWU=") == 0,
	    "revealed: %s", buf_str(&b));
	buf_clear(&b);
	redact_text(&r, &b, "hunter2!", 8);
	redact_text(NULL, &b, "hunter2!", 8);
	CHECK(strcmp(buf_str(&b), "hunter2!hunter2!") == 0, "released: %s",
	    buf_str(&b));
	buf_release(&b);
	return check_done();
}
