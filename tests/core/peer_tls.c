/* A served connection and a client's engine, joined in memory: octets are
 * carried in pieces of every small size. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include "net/core/buf.h"
#include "net/loop.h"
#include "net/peer/peer.h"

static struct world *world;
static struct tls_ctx *server_ctx, *client_ctx;

/* A client: its engine once TLS has begun, and what it has read. */
struct client {
	struct peer *p;
	struct tls *tls;
	size_t piece; /* octets carried at a time */
	struct buf got;
};

static struct buf remarks;

static void
remember(
    void *arg, unsigned long session, char dir, const char *text, size_t len)
{
	(void)arg;
	(void)session;
	if (dir == '#') {
		buf_add(&remarks, text, len);
		buf_addc(&remarks, '\n');
	}
}

static struct peer_config
config(void)
{
	struct peer_config c = { 0 };
	c.smtpd.world = world;
	c.smtpd.starttls = true;
	c.tls = server_ctx;
	c.keep = true;
	c.log = remember;
	return c;
}

static void
client_init(struct client *k, const struct peer_config *c, size_t piece)
{
	memset(k, 0, sizeof *k);
	buf_clear(&remarks);
	k->p = peer_new(c, 1, NULL);
	k->piece = piece;
}

static void
client_release(struct client *k)
{
	peer_free(k->p);
	tls_free(k->tls);
	buf_release(&k->got);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Carries octets both ways until none move. */
static void
carry(struct client *k)
{
	size_t len, n;
	struct err e;
	const char *s;
	char text[4096];
	for (bool moved = true; moved;) {
		moved = false;
		if (k->tls != NULL && !tls_is_up(k->tls))
			CHECK(tls_handshake(k->tls, &e) >= 0, "%s", e.text);
		if (k->tls != NULL && (s = tls_out(k->tls, &len), len > 0)) {
			n = least(len, k->piece);
			peer_feed(k->p, s, n);
			tls_out_done(k->tls, n);
			moved = true;
		}
		s = peer_out(k->p, &len);
		n = least(len, k->piece);
		if (n > 0 && k->tls == NULL)
			buf_add(&k->got, s, n);
		else if (n > 0)
			n = tls_feed(k->tls, s, n);
		peer_out_done(k->p, n);
		moved |= n > 0;
		ssize_t r = k->tls != NULL && tls_is_up(k->tls)
				? tls_read(k->tls, text, sizeof text, &e)
				: TLS_AGAIN;
		if (r > 0)
			buf_add(&k->got, text, (size_t)r);
		moved |= r > 0;
	}
}

static void
begin_tls(struct client *k)
{
	struct tls_target t = { .level = TLS_MAY,
		.verify_name = "here.example" };
	struct err e;
	CHECK(tls_new(&k->tls, client_ctx, &t, &e) == 0, "%s", e.text);
	carry(k);
	CHECK(tls_is_up(k->tls), "no TLS");
}

static void
say(struct client *k, const char *text)
{
	if (k->tls == NULL) {
		peer_feed(k->p, text, strlen(text));
	} else {
		ssize_t n = tls_write(k->tls, text, strlen(text), NULL);
		CHECK(n == (ssize_t)strlen(text), "%zd", n);
	}
	carry(k);
}

/* The codes of last lines that have come since. */
static const char *
codes(struct client *k)
{
	static struct buf list;
	const char *s = buf_str(&k->got);
	buf_clear(&list);
	for (const char *lf; (lf = strchr(s, '\n')) != NULL; s = lf + 1)
		if (lf - s > 3 && s[3] != '-')
			buf_addf(&list, "%.3s ", s);
	buf_clear(&k->got);
	return buf_str(&list);
}

#define MAIL "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"

static void
test_starttls(void)
{
	struct peer_config c = config();
	for (size_t piece = 1; piece < 20000; piece = piece * 3 + 1) {
		struct client k;
		client_init(&k, &c, piece);
		carry(&k);
		say(&k, "EHLO x\r\n");
		CHECK(strstr(buf_str(&k.got), "STARTTLS\r\n") != NULL, "%s",
		    buf_str(&k.got));
		say(&k, "STARTTLS\r\n");
		CHECK(strcmp(codes(&k), "220 250 220 ") == 0, "%zu", piece);
		begin_tls(&k);
		CHECK(strcmp(codes(&k), "") == 0, "%zu", piece);
		say(&k, "MAIL FROM:<a@b>\r\n");
		CHECK(strcmp(codes(&k), "503 ") == 0, "HELO is forgotten");
		say(&k, MAIL);
		CHECK(strcmp(codes(&k), "250 250 250 354 ") == 0, "%zu", piece);
		say(&k, "text\r\n.\r\nSTARTTLS\r\nQUIT\r\n");
		CHECK(strcmp(codes(&k), "250 503 221 ") == 0, "%zu", piece);
		CHECK(peer_ended(k.p), "%zu", piece);
		CHECK(tls_closed(k.tls), "no close_notify");
		const struct peer_message *m = peer_messages(k.p);
		CHECK(m != NULL && strcmp(m->text, "text\r\n") == 0, "%zu",
		    piece);
		CHECK(strncmp(buf_str(&remarks), "TLSv1.", 6) == 0 &&
			  strstr(buf_str(&remarks), "dropped") == NULL,
		    "%s", buf_str(&remarks));
		client_release(&k);
	}
}

/* What comes in clear behind STARTTLS is never run. */
static void
test_injected(void)
{
	struct peer_config c = config();
	struct client k;
	client_init(&k, &c, 500);
	carry(&k);
	say(&k, "EHLO x\r\n");
	say(&k, "STARTTLS\r\nEHLO y\r\nMAIL FROM:<evil@x>\r\n");
	CHECK(strcmp(codes(&k), "220 250 220 ") == 0, "before");
	begin_tls(&k);
	say(&k, "RCPT TO:<a@b>\r\n");
	CHECK(strcmp(codes(&k), "503 ") == 0, "run inside TLS");
	CHECK(strstr(buf_str(&remarks), "dropped 28 octets") != NULL, "%s",
	    buf_str(&remarks));
	client_release(&k);
}

static void
test_on_connect(void)
{
	struct peer_config c = config();
	struct client k;
	size_t len;
	c.tls_on_connect = true;
	client_init(&k, &c, 100);
	peer_out(k.p, &len);
	CHECK(len == 0, "%zu octets in clear", len);
	begin_tls(&k);
	CHECK(strcmp(codes(&k), "220 ") == 0, "greeting");
	say(&k, "EHLO x\r\n");
	CHECK(
	    strstr(buf_str(&k.got), "STARTTLS") == NULL, "%s", buf_str(&k.got));
	client_release(&k);
}

/* Cut off without close_notify: no message, though bytes may seem whole. */
static void
test_cut(void)
{
	struct peer_config c = config();
	for (int notify = 0; notify < 2; notify++) {
		struct client k;
		client_init(&k, &c, 1000);
		carry(&k);
		say(&k, "EHLO x\r\n");
		say(&k, "STARTTLS\r\n");
		begin_tls(&k);
		say(&k, MAIL);
		say(&k, "half\r\n");
		if (notify)
			tls_close_notify(k.tls);
		carry(&k);
		CHECK(peer_ended(k.p) == (notify == 1), "notify %d", notify);
		peer_eof(k.p);
		CHECK(peer_ended(k.p), "notify %d", notify);
		CHECK(peer_messages(k.p) == NULL, "kept half a message");
		CHECK((strstr(buf_str(&remarks), "close_notify") != NULL) ==
			  (notify == 0),
		    "notify %d: %s", notify, buf_str(&remarks));
		client_release(&k);
	}
}

static void
test_garbage(void)
{
	struct peer_config c = config();
	struct client k;
	client_init(&k, &c, 1000);
	carry(&k);
	say(&k, "EHLO x\r\nSTARTTLS\r\n");
	say(&k, "RSET\r\nMAIL FROM:<a@b>\r\n");
	CHECK(peer_ended(k.p), "goes on");
	CHECK(strstr(buf_str(&k.got), "503") == NULL, "%s", buf_str(&k.got));
	CHECK(buf_len(&remarks) > 0, "no remark");
	client_release(&k);
	/* No engine: nobody goes on in clear. */
	c.tls = NULL;
	client_init(&k, &c, 1000);
	carry(&k);
	say(&k, "EHLO x\r\nSTARTTLS\r\nNOOP\r\n");
	CHECK(peer_ended(k.p) && buf_len(&remarks) > 0, "goes on");
	client_release(&k);
	/* Silence in the handshake. */
	c.tls = server_ctx;
	client_init(&k, &c, 1000);
	carry(&k);
	say(&k, "EHLO x\r\nSTARTTLS\r\n");
	peer_tick(k.p, peer_deadline(k.p));
	CHECK(peer_ended(k.p), "waits for ever");
	client_release(&k);
}

/* More to say than the engine takes at once. */
static void
test_bounded(void)
{
	struct peer_config c = config();
	struct client k;
	size_t fed = 0, len, replies = 0;
	char junk[6000];
	for (size_t i = 0; i < sizeof junk; i += 6)
		memcpy(junk + i, "NOOP\r\n", 6);
	client_init(&k, &c, 20000);
	carry(&k);
	say(&k, "EHLO x\r\nSTARTTLS\r\n");
	begin_tls(&k);
	codes(&k);
	while (peer_wants(k.p) && fed < 1000000) {
		tls_write(k.tls, junk, sizeof junk, NULL);
		const char *s = tls_out(k.tls, &len);
		peer_feed(k.p, s, len);
		tls_out_done(k.tls, len);
		fed += sizeof junk / 6;
	}
	CHECK(fed < 1000000, "takes without end");
	peer_out(k.p, &len);
	CHECK(len < 600000, "%zu to say", len);
	carry(&k);
	const char *s = buf_str(&k.got);
	for (; (s = strchr(s, '\n')) != NULL; s++)
		replies++;
	CHECK(replies == fed, "%zu replies to %zu", replies, fed);
	buf_clear(&k.got);
	say(&k, "QUIT\r\n");
	CHECK(strcmp(codes(&k), "221 ") == 0, "QUIT");
	CHECK(peer_ended(k.p), "QUIT");
	client_release(&k);
}

/* AUTH bound to the TLS session: the same octets on both sides. forged: the
 * client's are of another session. */
static void
auth_plus(const char *password, bool forged, const char *want)
{
	struct peer_config c = config();
	struct client k;
	struct sasl_secret right = SASL_SECRET_INIT, mine = SASL_SECRET_INIT;
	struct sasl_client *sasl;
	struct buf bind = BUF_INIT, line = BUF_INIT;
	struct err e = { 0 };
	const char *b64;
	sasl_secret_set(&right, "secret", 6);
	sasl_secret_set(&mine, password, strlen(password));
	c.auth_user = "user";
	c.auth_password = &right;
	c.smtpd.auth_mechs = "SCRAM-SHA-256-PLUS SCRAM-SHA-256";
	client_init(&k, &c, 1000);
	carry(&k);
	say(&k, "EHLO x\r\nSTARTTLS\r\n");
	begin_tls(&k);
	say(&k, "EHLO x\r\n");
	CHECK(strstr(buf_str(&k.got), "AUTH SCRAM-SHA-256-PLUS") != NULL, "%s",
	    buf_str(&k.got));
	codes(&k);
	CHECK(tls_channel_binding(k.tls, "tls-exporter", &bind, &e) == 0, "%s",
	    e.text);
	if (forged)
		buf_truncate(&bind, 1);
	struct sasl_config sc = { .mech = "SCRAM-SHA-256-PLUS",
		.user = "user",
		.password = &mine,
		.tls = true,
		.binding = { .exporter_p = buf_data(&bind),
		    .exporter_len = buf_len(&bind) } };
	CHECK(sasl_client_new(&sasl, &sc, &e) == 0, "%s", e.text);
	CHECK(sasl_client_first(sasl, &b64, &e) == 1, "%s", e.text);
	buf_addf(&line, "AUTH SCRAM-SHA-256-PLUS %s\r\n", b64);
	for (int i = 0; i < 5; i++) {
		say(&k, buf_str(&line));
		const char *reply = buf_str(&k.got);
		size_t n = strcspn(reply, "\r");
		if (strncmp(reply, "334 ", 4) != 0)
			break;
		buf_clear(&line);
		if (sasl_client_step(sasl, reply + 4, n - 4, &b64, &e) != 0)
			b64 = "*";
		buf_addf(&line, "%s\r\n", b64);
		buf_clear(&k.got);
	}
	CHECK(strcmp(codes(&k), want) == 0, "%s %d: %s %s", password, forged,
	    e.text, buf_str(&remarks));
	sasl_client_free(sasl);
	sasl_secret_wipe(&right);
	sasl_secret_wipe(&mine);
	buf_release(&bind);
	buf_release(&line);
	client_release(&k);
}

static void
test_auth(void)
{
	auth_plus("secret", false, "235 ");
	auth_plus("wrong", false, "535 ");
	auth_plus("secret", true, "535 ");
}

static void
test_mock(void)
{
	static char greeting[] = "220 x\r\n", starttls[] = "STARTTLS",
		    go[] = "220 go\r\n", noop[] = "NOOP", ok[] = "250 in\r\n";
	struct mock_step step[] = {
		{ .kind = MOCK_SAY, .text = greeting, .line = 1 },
		{ .kind = MOCK_LINE, .text = starttls, .line = 2 },
		{ .kind = MOCK_SAY, .text = go, .line = 3 },
		{ .kind = MOCK_TLS, .line = 3 },
		{ .kind = MOCK_LINE, .text = noop, .line = 4 },
		{ .kind = MOCK_SAY, .text = ok, .line = 5 },
	};
	struct mock_play play = { "play", step, 6, false };
	struct peer_config c = config();
	struct client k;
	c.play = &play;
	client_init(&k, &c, 77);
	carry(&k);
	say(&k, "STARTTLS\r\n");
	CHECK(strcmp(codes(&k), "220 220 ") == 0, "before");
	begin_tls(&k);
	say(&k, "NOOP\r\n");
	CHECK(strcmp(codes(&k), "250 ") == 0, "inside");
	CHECK(peer_ended(k.p) && peer_complaints(k.p) == 0, "%s",
	    buf_str(&remarks));
	client_release(&k);
	client_init(&k, &c, 77);
	carry(&k);
	say(&k, "STARTTLS\r\n");
	peer_eof(k.p);
	CHECK(peer_ended(k.p) && peer_complaints(k.p) == 1, "%s",
	    buf_str(&remarks));
	CHECK(strstr(buf_str(&remarks),
		  "play:3: expected 'a TLS handshake', the client closed") !=
		  NULL,
	    "%s", buf_str(&remarks));
	client_release(&k);
}

int
main(void)
{
	struct tls_config server = { .role = TLS_SERVER,
		.self_signed = true,
		.self_name = "here.example" };
	struct tls_config client = { .role = TLS_CLIENT };
	struct err e = { 0 };
	world = world_new("here.example");
	CHECK(tls_ctx_new(&server_ctx, &server, &e) == 0, "%s", e.text);
	CHECK(tls_ctx_new(&client_ctx, &client, &e) == 0, "%s", e.text);
	if (check_failed == 0) {
		test_starttls();
		test_injected();
		test_on_connect();
		test_cut();
		test_garbage();
		test_bounded();
		test_auth();
		test_mock();
	}
	tls_ctx_free(server_ctx);
	tls_ctx_free(client_ctx);
	world_free(world);
	buf_release(&remarks);
	return check_done();
}
