/* What the server says of itself: its name, and the lines of EHLO's reply. A
 * line whose first word is no keyword (RFC 5321 4.1.1.1: letters, digits,
 * hyphens) is passed over; "AUTH=LOGIN", an old misreading of RFC 2554's
 * drafts, counts as AUTH; said on two lines, for old clients and new ones, it
 * is one list. */
#include "net/core/smtp_priv.h"

#include <stdlib.h>
#include <string.h>

#define SMTP_PEER_MAX 255

static bool
smtp_is_keyword_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-';
}

static char
smtp_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

void
smtp_offers_clear(struct smtp *s)
{
	for (size_t i = 0; i < s->noffers; i++) {
		free((void *)(uintptr_t)s->offer[i].keyword);
		free((void *)(uintptr_t)s->offer[i].args);
	}
	s->noffers = 0;
}

/* Is the word among those of the list, in any case of letters? */
static bool
smtp_has_word(const char *list, const char *word, size_t len)
{
	while (*list != '\0') {
		size_t n = strcspn(list, " "), i = 0;
		while (i < n && i < len &&
		       smtp_upper(list[i]) == smtp_upper(word[i]))
			i++;
		if (i == n && i == len)
			return true;
		list += n + strspn(list + n, " ");
	}
	return false;
}

/* Adds to an offer's words those that it does not have. */
static void
smtp_offer_join(struct smtp_keyword *k, const char *p, size_t len)
{
	struct buf all = BUF_INIT;
	buf_adds(&all, k->args);
	for (size_t at = 0, n; at < len; at += n) {
		while (at < len && p[at] == ' ')
			at++;
		for (n = 0; at + n < len && p[at + n] != ' ';)
			n++;
		if (n == 0 || smtp_has_word(buf_str(&all), p + at, n))
			continue;
		buf_adds(&all, buf_len(&all) > 0 ? " " : "");
		buf_add(&all, p + at, n);
	}
	free((void *)(uintptr_t)k->args);
	k->args = mem_dupn(buf_data(&all), buf_len(&all));
	buf_release(&all);
}

static struct smtp_keyword *
smtp_offer_auth(struct smtp *s, const char *word)
{
	for (size_t i = 0; i < s->noffers && strcmp(word, "AUTH") == 0; i++)
		if (strcmp(s->offer[i].keyword, word) == 0)
			return &s->offer[i];
	return NULL;
}

static void
smtp_offers_add(struct smtp *s, const char *p, size_t len)
{
	size_t n = 0;
	while (n < len && smtp_is_keyword_char(p[n]))
		n++;
	if (n == 0 || p[0] == '-')
		return;
	char *word = mem_dupn(p, n);
	for (size_t i = 0; i < n; i++)
		word[i] = smtp_upper(word[i]);
	bool misform = n < len && p[n] == '=' && strcmp(word, "AUTH") == 0;
	if (n < len && p[n] != ' ' && !misform) {
		free(word);
		return;
	}
	n += misform;
	while (n < len && p[n] == ' ')
		n++;
	while (len > n && p[len - 1] == ' ')
		len--;
	struct smtp_keyword *again = smtp_offer_auth(s, word);
	if (again != NULL)
		smtp_offer_join(again, p + n, len - n);
	if (again != NULL || s->noffers == SMTP_OFFERS_MAX) {
		free(word);
		return;
	}
	s->offer[s->noffers++] = (struct smtp_keyword){ .keyword = word,
		.args = mem_dupn(p + n, len - n) };
}

void
smtp_offers_take(struct smtp *s, const struct reply *r)
{
	size_t most = r->nlines < SMTP_OFFERS_MAX ? r->nlines : SMTP_OFFERS_MAX;
	smtp_offers_clear(s);
	s->offer = mem_grow(s->offer, most, sizeof *s->offer);
	for (size_t i = 1; i < r->nlines; i++) {
		size_t len;
		const char *text = reply_text(r, i, &len);
		smtp_offers_add(s, text, len);
	}
}

const struct smtp_keyword *
smtp_offer_at(const struct smtp *s, size_t i)
{
	return i < s->noffers ? &s->offer[i] : NULL;
}

const struct smtp_keyword *
smtp_offer(const struct smtp *s, const char *keyword)
{
	for (size_t i = 0; i < s->noffers; i++) {
		const char *have = s->offer[i].keyword;
		size_t n = 0;
		while (have[n] != '\0' && have[n] == smtp_upper(keyword[n]))
			n++;
		if (have[n] == '\0' && keyword[n] == '\0')
			return &s->offer[i];
	}
	return NULL;
}

bool
smtp_offer_size(const struct smtp *s, uint64_t *octets)
{
	const struct smtp_keyword *k = smtp_offer(s, "SIZE");
	uint64_t value = 0;
	*octets = 0;
	if (k == NULL || strlen(k->args) > 20)
		return false;
	for (const char *p = k->args; *p != '\0'; p++) {
		unsigned digit = (unsigned)*p - '0';
		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*octets = value;
	return true;
}

const char *
smtp_peer(const struct smtp *s)
{
	return s->peer != NULL ? s->peer : "";
}

void
smtp_peer_clear(struct smtp *s)
{
	free(s->peer);
	s->peer = NULL;
}

/* A domain or an address literal, by its octets. */
static bool
smtp_is_peer_char(char c)
{
	return smtp_is_keyword_char(c) || (unsigned char)c > 127 ||
	       memchr(".:[]_", c, 5) != NULL;
}

void
smtp_peer_take(struct smtp *s, const struct reply *r)
{
	size_t len, n = 0;
	const char *text = reply_text(r, 0, &len);
	while (n < len && n < SMTP_PEER_MAX && smtp_is_peer_char(text[n]))
		n++;
	if (n == 0 || (n < len && text[n] != ' '))
		return;
	smtp_peer_clear(s);
	s->peer = mem_dupn(text, n);
}
