/* Greetings and what EHLO offers. */
#include "cmd/know/lint_priv.h"

#include <string.h>
#include <strings.h>
#include "net/core/ext.h"

static bool
hello_is_ehlo(const struct lint_look *k)
{
	return (lint_is(k, VERB_EHLO) || lint_is(k, VERB_LHLO)) && lint_ok(k);
}

/* The keyword of line i, and what follows it. */
static const char *
hello_keyword(const struct lint_look *k, size_t i, size_t *n, const char **args,
    size_t *args_len)
{
	size_t len;
	const char *p = lint_line(k, i, &len);
	*n = 0;
	while (*n < len && p[*n] != ' ')
		++*n;
	*args = p + *n + (*n < len);
	*args_len = len - *n - (*n < len);
	return p;
}

static bool
hello_same(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

/* Line of a keyword in this reply; 0: it is not offered. */
static size_t
hello_find(const struct lint_look *k, const char *word)
{
	size_t n, args_len;
	const char *args;
	for (size_t i = 1; hello_is_ehlo(k) && i < k->r->nlines; i++) {
		const char *p = hello_keyword(k, i, &n, &args, &args_len);
		if (hello_same(p, n, word))
			return i;
	}
	return 0;
}

static bool
hello_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* A domain or an address literal opens the text. */
static bool
hello_bad_domain(const struct lint_look *k)
{
	size_t len, n = 0;
	const char *p = lint_line(k, 0, &len);
	while (n < len && p[n] != ' ')
		n++;
	if (n == 0)
		return true;
	if (p[0] == '[')
		return p[n - 1] != ']';
	for (size_t i = 0; i < n; i++)
		if (!hello_alnum(p[i]) && p[i] != '-' && p[i] != '.' &&
		    (unsigned char)p[i] < 128)
			return true;
	return !hello_alnum(p[0]);
}

static bool
greeting_domain(const struct lint_look *k)
{
	return lint_is(k, VERB_GREETING) && k->r->code == 220 &&
	       hello_bad_domain(k);
}

static bool
greeting_code(const struct lint_look *k)
{
	int code = k->r->code;
	return lint_is(k, VERB_GREETING) && code != 220 && code != 421 &&
	       code != 554 && code != 521 && code != 450;
}

static bool
greeting_lines(const struct lint_look *k)
{
	return lint_is(k, VERB_GREETING) && k->r->nlines > 50;
}

static bool
ehlo_domain(const struct lint_look *k)
{
	return hello_is_ehlo(k) && hello_bad_domain(k);
}

static bool
ehlo_code(const struct lint_look *k)
{
	return hello_is_ehlo(k) && k->r->code != 250;
}

static bool
helo_lines(const struct lint_look *k)
{
	return lint_is(k, VERB_HELO) && lint_ok(k) && k->r->nlines > 1;
}

static bool
ehlo_form(const struct lint_look *k)
{
	size_t n, args_len;
	const char *args;
	for (size_t i = 1; hello_is_ehlo(k) && i < k->r->nlines; i++) {
		const char *p = hello_keyword(k, i, &n, &args, &args_len);
		if (n >= 5 && strncasecmp(p, "AUTH=", 5) == 0)
			continue;
		if (n == 0 || !hello_alnum(p[0]))
			return true;
		for (size_t j = 1; j < n; j++)
			if (!hello_alnum(p[j]) && p[j] != '-')
				return true;
	}
	return false;
}

static bool
ehlo_auth_equals(const struct lint_look *k)
{
	size_t n, args_len;
	const char *args;
	for (size_t i = 1; hello_is_ehlo(k) && i < k->r->nlines; i++) {
		const char *p = hello_keyword(k, i, &n, &args, &args_len);
		if (n >= 5 && strncasecmp(p, "AUTH=", 5) == 0 &&
		    hello_find(k, "AUTH") == 0)
			return true;
	}
	return false;
}

static bool
ehlo_repeated(const struct lint_look *k)
{
	size_t n, m, args_len;
	const char *args;
	for (size_t i = 1; hello_is_ehlo(k) && i < k->r->nlines; i++) {
		const char *p = hello_keyword(k, i, &n, &args, &args_len);
		for (size_t j = 1; j < i; j++) {
			const char *q =
			    hello_keyword(k, j, &m, &args, &args_len);
			if (n == m && strncasecmp(p, q, n) == 0)
				return true;
		}
	}
	return false;
}

static bool
ehlo_arguments(const struct lint_look *k)
{
	static const char *const bare[] = { "PIPELINING", "8BITMIME",
		"SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME",
		"STARTTLS", "DSN" };
	size_t n, args_len;
	const char *args;
	for (size_t i = 0; i < sizeof bare / sizeof *bare; i++) {
		size_t at = hello_find(k, bare[i]);
		if (at == 0)
			continue;
		hello_keyword(k, at, &n, &args, &args_len);
		if (args_len > 0)
			return true;
	}
	return false;
}

static bool
ehlo_size(const struct lint_look *k)
{
	size_t n, args_len, at = hello_find(k, "SIZE");
	const char *args;
	if (at == 0)
		return false;
	hello_keyword(k, at, &n, &args, &args_len);
	for (size_t i = 0; i < args_len; i++)
		if (args[i] < '0' || args[i] > '9')
			return true;
	return args_len > 20;
}

static bool
ehlo_auth_none(const struct lint_look *k)
{
	size_t n, args_len, at = hello_find(k, "AUTH");
	const char *args;
	if (at == 0)
		return false;
	hello_keyword(k, at, &n, &args, &args_len);
	return args_len == 0;
}

/* A password in clear, where TLS could be had. */
static bool
ehlo_auth_clear(const struct lint_look *k)
{
	size_t n, args_len, at = hello_find(k, "AUTH");
	const char *args;
	if (at == 0 || k->was->tls || hello_find(k, "STARTTLS") == 0)
		return false;
	hello_keyword(k, at, &n, &args, &args_len);
	return memmem(args, args_len, "PLAIN", 5) != NULL ||
	       memmem(args, args_len, "LOGIN", 5) != NULL;
}

static bool
ehlo_tls_again(const struct lint_look *k)
{
	return k->was->tls && hello_find(k, "STARTTLS") != 0;
}

/* What was offered in clear text is gone under TLS. */
static bool
ehlo_lost(const struct lint_look *k)
{
	const char *p = buf_data(&k->was->clear);
	size_t left = buf_len(&k->was->clear);
	if (!hello_is_ehlo(k) || !k->was->tls)
		return false;
	while (left > 0) {
		const char *lf = memchr(p, '\n', left);
		size_t n = (size_t)(lf - p);
		char word[64];
		if (n > 0 && n < sizeof word && !hello_same(p, n, "STARTTLS")) {
			memcpy(word, p, n);
			word[n] = '\0';
			if (hello_find(k, word) == 0)
				return true;
		}
		p += n + 1;
		left -= n + 1;
	}
	return false;
}

static bool
ehlo_binary(const struct lint_look *k)
{
	return hello_find(k, "BINARYMIME") != 0 &&
	       hello_find(k, "CHUNKING") == 0;
}

static bool
ehlo_utf8(const struct lint_look *k)
{
	return hello_find(k, "SMTPUTF8") != 0 && hello_find(k, "8BITMIME") == 0;
}

static bool
lhlo_must(const struct lint_look *k)
{
	return lint_is(k, VERB_LHLO) && lint_ok(k) &&
	       (hello_find(k, "PIPELINING") == 0 ||
		   hello_find(k, "ENHANCEDSTATUSCODES") == 0);
}

static bool
ehlo_masked(const struct lint_look *k)
{
	size_t n, args_len;
	const char *args;
	for (size_t i = 1; hello_is_ehlo(k) && i < k->r->nlines; i++) {
		const char *p = hello_keyword(k, i, &n, &args, &args_len);
		if (n >= 4 && strncmp(p, "XXXX", 4) == 0)
			return true;
	}
	return false;
}

const struct lint_rule lint_hello[] = {
	{ "greeting.domain", LINT_MID, "RFC 5321 4.2", greeting_domain,
	    "the greeting does not begin with the server's domain" },
	{ "greeting.code", LINT_HIGH, "RFC 5321 4.3.2", greeting_code,
	    "a greeting is 220, 421 or 554" },
	{ "greeting.lines", LINT_LOW, "RFC 5321 4.5.3.1.5", greeting_lines,
	    "a greeting of more than 50 lines" },
	{ "hello.domain", LINT_MID, "RFC 5321 4.1.1.1", ehlo_domain,
	    "the reply to EHLO does not begin with the server's domain" },
	{ "hello.code", LINT_HIGH, "RFC 5321 4.1.1.1", ehlo_code,
	    "EHLO is answered 250 where it is taken" },
	{ "hello.helo-lines", LINT_LOW, "RFC 5321 4.1.1.1", helo_lines,
	    "the reply to HELO has several lines: extensions are EHLO's" },
	{ "keyword.form", LINT_MID, "RFC 5321 4.1.1.1", ehlo_form,
	    "a keyword is malformed: letters, digits and hyphens only" },
	{ "keyword.repeated", LINT_LOW, "RFC 5321 4.1.1.1", ehlo_repeated,
	    "a keyword is offered twice" },
	{ "keyword.arguments", LINT_LOW, "RFC 6152 2; RFC 2920 2",
	    ehlo_arguments,
	    "a keyword that takes nothing is followed by words" },
	{ "keyword.masked", LINT_HIGH, "RFC 5321 4.1.1.1", ehlo_masked,
	    "X letters stand in a keyword's place: something rewrites EHLO's "
	    "reply" },
	{ "size.argument", LINT_MID, "RFC 1870 4", ehlo_size,
	    "what follows SIZE is no number of at most 20 digits" },
	{ "auth.none", LINT_MID, "RFC 4954 3", ehlo_auth_none,
	    "AUTH is offered without a mechanism" },
	{ "auth.equals", LINT_LOW, "RFC 4954 3", ehlo_auth_equals,
	    "AUTH= stands alone: only very old clients read it" },
	{ "auth.clear", LINT_LOW, "RFC 4954 4; RFC 8314 3.3", ehlo_auth_clear,
	    "a login that sends the password is offered before TLS" },
	{ "tls.again", LINT_MID, "RFC 3207 4.2", ehlo_tls_again,
	    "STARTTLS is offered under TLS" },
	{ "tls.lost", LINT_LOW, "RFC 3207 4.2", ehlo_lost,
	    "a keyword that was offered before TLS is missing under it" },
	{ "binary.chunking", LINT_HIGH, "RFC 3030 3", ehlo_binary,
	    "BINARYMIME is offered without CHUNKING" },
	{ "utf8.8bitmime", LINT_MID, "RFC 6531 3.1", ehlo_utf8,
	    "SMTPUTF8 is offered without 8BITMIME" },
	{ "lmtp.keywords", LINT_MID, "RFC 2033 5", lhlo_must,
	    "LMTP must offer PIPELINING and ENHANCEDSTATUSCODES" },
	{ NULL, LINT_LOW, NULL, NULL, NULL },
};
