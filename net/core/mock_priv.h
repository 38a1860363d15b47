/* What the mock's files share. mock.c: the play's steps in turn. mock_take.c:
 * those that take octets. mock_match.c: is it that line? mock_secret.c: is it
 * that secret? mock_show.c: what is told of it. */
#ifndef NET_MOCK_PRIV_H
#define NET_MOCK_PRIV_H

#include "net/core/body.h"
#include "net/core/mock.h"
#include "net/core/span.h"

/* Longer lines than any command (RFC 5321 4.5.3.1.4, RFC 4954 4). */
#define MOCK_LINE_MAX 16384

/* What an expression took. */
struct mock_took {
	uint64_t n; /* the line's */
	char *line;
	struct mock_group group[MOCK_GROUPS];
};

struct mock {
	const struct mock_play *play;
	size_t pos;
	bool eof, ended;
	bool paused;	  /* told the driver of the PAUSE at pos */
	bool overlong;	  /* inside a line that is too long */
	bool begun;	  /* the TEXT or CHUNK at pos has begun */
	bool secret;	  /* 334 was said: the next line is a secret */
	bool any;	  /* and any will do: no two are the same */
	uint64_t left;	  /* of that CHUNK */
	uint64_t skip;	  /* octets behind a BDAT that was refused */
	size_t scanned;	  /* octets of in that hold no LF */
	bool reset;	  /* the end is one */
	uint64_t *rounds; /* by step: of the loop that ends there; or NULL */
	size_t back; /* behind RSET: the step where the transaction began, too,
			counted from 1; 0: none */
	struct mock_took *took;
	size_t ntook;
	struct unbody text;
	struct buf in, out, complaints, log;
};

/* mock_take.c */
/* Takes what has come for this step; false: there is more to come. */
bool mock_take(struct mock *m, const struct mock_step *s);
/* Answers NOOP and RSET, which clients send when they like; false: it is
 * neither. */
bool mock_take_stray(struct mock *m, struct span got);
/* The step needs octets that will not come. */
void mock_cut(struct mock *m, const struct mock_step *s);
/* Drops up to n octets of what came; how many. */
uint64_t mock_drop(struct mock *m, uint64_t n);
/* The next line, its end removed: 1; 0 when it has not come whole. */
int mock_line(struct mock *m, struct span *line, size_t *used);

/* mock_match.c */
/* Is that the line that step i awaits? What its expression took is kept. */
bool mock_is(struct mock *m, size_t i, struct span got);
/* The same of a step that may be none for a line. */
bool mock_awaits(struct mock *m, size_t i, struct span got);
/* Says a text with what expressions took put in; nothing that would end a
 * line can be in that. */
void mock_say_captures(struct mock *m, const char *p);

/* mock_secret.c */
enum mock_secret { SECRET_NONE, SECRET_SAME, SECRET_OTHER, SECRET_CANCELLED };
/* Is it the secret that the step awaits? NONE: it awaits none there, or the
 * line has none in its place. */
enum mock_secret mock_secret(
    const struct mock *m, const struct mock_step *s, struct span line);
/* The line was what its step awaits. */
void mock_secret_taken(struct mock *m, struct span line);
/* Says so, and goes back to AUTH. */
void mock_secret_refuse(
    struct mock *m, const struct mock_step *s, enum mock_secret is);

/* mock_show.c */
void mock_log_client(struct mock *m, struct span line);
/* What was put out behind the first so many octets. */
void mock_log_server(struct mock *m, size_t from);
/* What the step awaits, in the play's words or ours. */
struct span mock_wanted(const struct mock_step *s);
void mock_show_wanted(
    const struct mock *m, struct buf *b, const struct mock_step *s);
void mock_show_place(
    const struct mock *m, struct buf *b, const struct mock_step *s);
/* what: "sent", "closed". */
void mock_complain(struct mock *m, const struct mock_step *s, const char *what,
    const struct span *got);

#endif
