/* covers: cmd/front/play.c cmd/front/play_groups.c
 *         cmd/front/play_say.c cmd/front/play_words.c net/core/mock.c
 *         net/core/mock_match.c net/core/mock_show.c net/core/mock_take.c
 * A conversation file as a mock plays it: to a client that does as the file
 * says it has nothing to complain of, and to any other it says the same
 * however the octets are cut. */
#include "fuzz.h"
#include "cmd/front/play.h"
#include "cmd/talk/cmd.h"

#define PLAY_ROUNDS 4096

struct game {
	struct mock *m;
	struct buf told;
};

static void
game_go(struct game *g)
{
	size_t n;
	for (int i = 0; i < PLAY_ROUNDS && mock_run(g->m) > 0; i++)
		;
	const char *p = mock_out(g->m, &n);
	buf_add(&g->told, p, n);
	mock_out_done(g->m, n);
	if (mock_tls_wanted(g->m))
		mock_tls_started(g->m);
	RULE(strlen(mock_log(g->m)) < 1u << 20);
	mock_log_done(g->m);
}

static void
game_take(void *arg, const char *p, size_t len)
{
	struct game *g = arg;
	mock_feed(g->m, p, len);
	for (int i = 0; i < 4; i++)
		game_go(g);
}

static void
visit(const struct mock_play *play, const uint8_t *p, size_t len, size_t step,
    struct buf *told)
{
	struct game g = { mock_new(play), BUF_INIT };
	game_go(&g);
	fuzz_pieces(p, len, step, game_take, &g);
	mock_eof(g.m);
	game_go(&g);
	mock_complaints(g.m);
	RULE(mock_ended(g.m) || mock_pending(g.m) <= len);
	mock_free(g.m);
	*told = g.told;
}

static bool
has_tls(const struct mock_play *play)
{
	for (size_t i = 0; i < play->nsteps; i++)
		if (play->step[i].kind == MOCK_TLS)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script s = { 0 };
	struct vars vars;
	struct err e = { 0 };
	struct mock_play play = { 0 };
	if (size == 0)
		return 0;
	const uint8_t *end = memchr(data + 1, 0xff, size - 1);
	size_t n = end == NULL ? size - 1 : (size_t)(end - data) - 1;
	vars_init(&vars);
	if (script_parse(&s, "f", (const char *)data + 1, n, DIALECT_UNKNOWN,
		cmd_word, &e) == 0) {
		if (play_make(&play, &s, &vars, &e) == 0) {
			struct buf whole, cut;
			const uint8_t *p = data + 1 + n;
			size_t len = size - 1 - n;
			visit(&play, p, len, 0, &whole);
			visit(&play, p, len, data[0] % 16u + 1, &cut);
			/* What came in clear behind STARTTLS is dropped. */
			if (!has_tls(&play))
				fuzz_same(&whole, &cut);
			buf_release(&whole);
			buf_release(&cut);
		} else {
			RULE(e.kind == ERR_DATA || e.kind == ERR_USAGE);
		}
		play_release(&play);
		script_release(&s);
	}
	vars_release(&vars);
	return 0;
}
