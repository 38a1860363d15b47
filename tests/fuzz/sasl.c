/* covers: net/sasl/sasl.c net/sasl/sasl_server.c net/sasl/sasl_scram.c
 * net/sasl/sasl_scram_parse.c net/sasl/sasl_oauth.c
 * Both sides against another that says anything, a line each. */
#include "fuzz.h"
#include "net/sasl/sasl.h"

static struct sasl_secret password, token;

static size_t
line(const uint8_t **p, size_t *left, char **out)
{
	if (*left == 0)
		return 0;
	const uint8_t *end = memchr(*p, '\n', *left);
	size_t n = end == NULL ? *left : (size_t)(end - *p);
	*out = fuzz_copy(*p, n);
	size_t used = n + (end != NULL);
	*p += used;
	*left -= used;
	return n + 1;
}

static void
client(const struct sasl_mech *m, unsigned how, const uint8_t *p, size_t left)
{
	const struct sasl_config c = { .mech = m->name,
		.offered = how & 1 ? "PLAIN LOGIN SCRAM-SHA-256" : NULL,
		.user = "user",
		.authzid = how & 2 ? "other" : NULL,
		.password = &password,
		.token = &token,
		.host = "mail.example",
		.port = 25,
		.tls = true,
		.binding = { "0123456789abcdef", 16, NULL, 0 },
		.initial = (enum sasl_initial)(how / 4 % 3),
		.nonce = "rOprNGfwEbeRWgbNEkqO" };
	struct sasl_client *s;
	const char *b64;
	struct err e = { 0 };
	if (sasl_client_new(&s, &c, &e) < 0)
		return;
	int r = sasl_client_first(s, &b64, &e);
	char *text;
	for (size_t n; r >= 0 && (n = line(&p, &left, &text)) > 0;) {
		r = sasl_client_step(s, text, n - 1, &b64, &e);
		RULE(r < 0 || b64 != NULL);
		size_t len;
		sasl_client_challenge(s, &len);
		const char *said = sasl_client_response(s, &len);
		RULE(said == NULL || len < 6 ||
		     memmem(said, len, "pencil", 6) == NULL);
		sasl_client_warning(s);
		free(text);
	}
	r = sasl_client_done(s, how & 64 ? 535 : 235, &e);
	/* Nobody who lacks the password proves to have it. */
	RULE(r != 1 || strncmp(m->name, "SCRAM", 5) != 0);
	sasl_client_free(s);
}

static void
server(const struct sasl_mech *m, unsigned how, const uint8_t *p, size_t left)
{
	const struct sasl_server_config c = { .user = "user",
		.password = &password,
		.tls = true,
		.binding = { "0123456789abcdef", 16, NULL, 0 } };
	struct sasl_server *s = NULL;
	const char *b64;
	struct err e = { 0 };
	struct buf b = BUF_INIT;
	sasl_server_mechs(&c, &b);
	buf_release(&b);
	if (sasl_server_new(&s, m->name, &c, &e) < 0 || s == NULL)
		return;
	int r = how & 1 ? sasl_server_step(s, NULL, 0, &b64, &e) : 0;
	char *text;
	for (size_t n; r == 0 && (n = line(&p, &left, &text)) > 0;) {
		r = sasl_server_step(s, text, n - 1, &b64, &e);
		free(text);
	}
	RULE((r == 1) == (strcmp(sasl_server_user(s), "user") == 0));
	sasl_server_free(s);
}

/* The right words, in any mechanism: whoever asks is let in. */
static void
joined(const struct sasl_mech *m)
{
	const struct sasl_binding binding = { "0123456789abcdef", 16, NULL, 0 };
	const struct sasl_config cc = { .mech = m->name,
		.user = "user",
		.password = &password,
		.host = "h",
		.tls = true,
		.binding = binding };
	const struct sasl_server_config sc = { .user = "user",
		.password = &password,
		.tls = true,
		.binding = binding };
	struct sasl_client *c = NULL;
	struct sasl_server *s = NULL;
	const char *from, *to;
	struct err e = { 0 };
	int r = 0;
	if ((m->is & SASL_SERVES) == 0 || sasl_client_new(&c, &cc, &e) < 0 ||
	    sasl_server_new(&s, m->name, &sc, &e) < 0 || s == NULL) {
		sasl_client_free(c);
		return;
	}
	RULE(sasl_client_first(c, &from, &e) >= 0);
	while (r == 0) {
		r = sasl_server_step(
		    s, from, from == NULL ? 0 : strlen(from), &to, &e);
		if (r == 0)
			RULE(sasl_client_step(c, to, strlen(to), &from, &e) >=
			     0);
	}
	RULE(r == 1 && sasl_client_done(c, 235, &e) == 1);
	sasl_client_free(c);
	sasl_server_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0;
	if (size < 2)
		return 0;
	if (password.p == NULL) {
		sasl_secret_set(&password, "pencil", 6);
		sasl_secret_set(&token, "pencil.token", 12);
	}
	while (sasl_mech_at(n) != NULL)
		n++;
	const struct sasl_mech *m = sasl_mech_at(data[0] % n);
	/* That one asks a library for a ticket. */
	if (strcmp(m->name, "GSSAPI") == 0)
		return 0;
	client(m, data[1], data + 2, size - 2);
	server(m, data[1], data + 2, size - 2);
	if (size % 16 == 0)
		joined(m);
	return 0;
}
