/* Many conversations of one script in one loop on one thread: none may wait for
 * another. In memory, and over sockets with TLS and SCRAM against a receiver in
 * a thread of its own. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "net/link/link.h"
#include "net/serve/serve.h"
#include "served.h"
#include "talkers.h"

#define SOON_MS 60000 /* far more than anything here takes */
#define MS_NS	INT64_C(1000000)

static const char mail[] = "EHLO a.example\n250\n"
			   "MAIL FROM:<a@a.example>\n"
			   "RCPT TO:<b@here.example>\n"
			   "DATA\n250\n250\n354\n"
			   "Subject: swarm\n\n.one\ntwo\n.\n250\n"
			   "VRFY nobody\nRSET\n252|550|502\n250\n"
			   "\\sleep 1ms\n"
			   "QUIT\n221\n";

static struct world *world;

/* All of them until each is done; what they wait for is watched together. */
static void
run_all(struct talker *k, size_t n, const char *label)
{
	struct pollfd *fd = mem_alloc(n * 8 * sizeof *fd);
	int64_t end = loop_deadline(SOON_MS);
	size_t left = n, most = 0;
	while (left > 0 && loop_now_ns() < end) {
		int64_t until = end;
		size_t nfds = 0;
		left = 0;
		for (size_t i = 0; i < n; i++) {
			struct talk *t = &k[i].t;
			t->readable = t->woken = true;
			if (talk_go(t) == TALK_DONE)
				continue;
			left++;
			nfds += talk_fds(t, fd + nfds);
			if (t->deadline_ns < until)
				until = t->deadline_ns;
		}
		most = left > most ? left : most;
		int64_t ns = until - loop_now_ns();
		if (left > 0)
			poll(fd, (nfds_t)nfds,
			    ns <= 0 ? 0 : (int)(ns / MS_NS) + 1);
	}
	CHECK(left == 0, "%s: %zu of %zu were not done", label, left, n);
	CHECK(most == n, "%s: only %zu at once", label, most);
	free(fd);
}

static void
look_at(struct talker *k, size_t n, const char *label)
{
	size_t well = 0;
	for (size_t i = 0; i < n; i++) {
		const struct tally *y = &k[i].t.tally;
		bool good = y->met == 8 && y->missed == 0 && y->unjudged == 0 &&
			    talk_status(&k[i].t) == 0 && k[i].t.link == NULL;
		well += good;
		if (!good && well == i)
			CHECK(0, "%s: %zu: %u met, status %d: %s", label, i,
			    y->met, talk_status(&k[i].t), buf_str(&k[i].said));
	}
	CHECK(well == n, "%s: %zu of %zu", label, well, n);
}

static struct talker *
swarm_begin(size_t n)
{
	struct talker *k = calloc(n, sizeof *k);
	for (size_t i = 0; k != NULL && i < n; i++)
		talker_begin(&k[i], mail);
	return k;
}

static void
swarm_end(struct talker *k, size_t n, const char *label)
{
	run_all(k, n, label);
	for (size_t i = 0; i < n; i++)
		talk_end(&k[i].t);
	for (size_t i = 0; i < n; i++)
		while (talk_go(&k[i].t) != TALK_DONE)
			;
	for (size_t i = 0; i < n; i++)
		talker_end(&k[i]);
	look_at(k, n, label);
	for (size_t i = 0; i < n; i++)
		talker_free(&k[i]);
	free(k);
}

static void
in_memory(void)
{
	enum { N = 1000 };
	const struct peer_config peer = { .smtpd = { .world = world } };
	struct talker *k = swarm_begin(N);
	for (size_t i = 0; k != NULL && i < N; i++)
		k[i].t.sandbox = &peer;
	if (k != NULL)
		swarm_end(k, N, "in memory");
}

static void
over_sockets(void)
{
	enum { N = 200 };
	const struct tls_config server = { .role = TLS_SERVER,
		.self_signed = true,
		.self_name = "localhost" };
	const struct tls_config client = { .role = TLS_CLIENT };
	struct sasl_secret secret = SASL_SECRET_INIT;
	struct tls_ctx *ours = NULL, *theirs = NULL;
	struct err e;
	sasl_secret_set(&secret, "sesame", 6);
	if (tls_ctx_new(&theirs, &server, &e) < 0 ||
	    tls_ctx_new(&ours, &client, &e) < 0) {
		CHECK(0, "%s", e.text);
		return;
	}
	const struct peer_config peer = { .smtpd = { .world = world,
					      .starttls = true },
		.tls = theirs,
		.auth_user = "smith",
		.auth_password = &secret };
	struct server v;
	server_start(&v, &peer);
	struct talker *k = swarm_begin(N);
	for (size_t i = 0; k != NULL && i < N; i++) {
		struct talk *t = &k[i].t;
		k[i].tls = ours;
		k[i].password = "sesame";
		t->has_where = true;
		t->where.kind = WHERE_TCP;
		t->where.host = mem_dup("127.0.0.1");
		t->where.port = mem_dup(v.port);
		t->secure.level = TLS_VERIFY;
		t->set.tls_unverified = true;
		t->auth.asked = true;
		t->auth.mech = "SCRAM-SHA-256";
		t->auth.user = "smith";
	}
	if (k != NULL)
		swarm_end(k, N, "over sockets");
	server_stop(&v);
	tls_ctx_free(ours);
	tls_ctx_free(theirs);
	sasl_secret_wipe(&secret);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	world = world_new("here.example");
	in_memory();
	over_sockets();
	world_free(world);
	return check_done();
}
