/* Between the files of the importer. */
#ifndef CMD_IMPORT_PRIV_H
#define CMD_IMPORT_PRIV_H

#include "cmd/lang/import.h"

enum import_side { SIDE_NONE, SIDE_CLIENT, SIDE_SERVER };

enum import_is {
	KIND_START = 1 << 0,  /* markers stand at the start of a line */
	KIND_SWAPS = 1 << 1,  /* which marker is whose, the codes say */
	KIND_WIRE = 1 << 2,   /* mail text has its periods doubled */
	KIND_QUOTED = 1 << 3, /* lines are literals with escapes */
	KIND_FOLDS = 1 << 4,  /* long lines go on behind five blanks */
	KIND_WRAPS = 1 << 5,  /* the console cut lines at 80 columns */
	KIND_SURE = 1 << 6,   /* one side is enough to know it */
	KIND_WEAK = 1 << 7,   /* other lines bear the client's marker too */
	KIND_BARE_C = 1 << 8, /* what has no marker is the client's */
	KIND_BARE_S = 1 << 9, /* codes without a marker are the server's */
	KIND_HOST = 1 << 10,  /* "HOST[ADDRESS]: " stands behind the marker */
	KIND_CSV = 1 << 11,   /* a field of comma-separated values */
	KIND_NOTATION = 1 << 12,  /* an RFC's: elisions, wraps, stages */
	KIND_JOINED = 1 << 13,	  /* a reply's lines stand in one, by ", " */
	KIND_BARE_TEXT = 1 << 14, /* mail text has the key and no marker */
	KIND_TIGHT = 1 << 15, /* a page may have run a reply's lines into one */
	KIND_STANDS = 1 << 16, /* "?" stands for words of the client's */
};

/* How the lines of one session are known from another's. */
enum import_key {
	KEY_NONE,
	KEY_BRACKET, /* the last [...] before the marker */
	KEY_HEX,     /* a long hexadecimal number before it */
	KEY_FIELD,   /* the third field */
	KEY_INDENT   /* how deep the marker stands */
};

#define KIND_MARKS 12

struct import_kind {
	const char *name;
	const char *swapped; /* its name the other way round, or NULL */
	const char *text;    /* whose it is, for --list kinds */
	const char *client[KIND_MARKS], *server[KIND_MARKS];
	unsigned is; /* enum import_is */
	enum import_key key;
};

extern const struct import_kind import_kinds[]; /* ends with name NULL */

struct import_line {
	const char *p;
	size_t len;
	unsigned no;
};

struct import_lines {
	struct import_line *line;
	size_t n, cap;
};

/* import_made.c: a text under way; all zero: empty. */
struct import_made {
	struct buf b;
	unsigned *no;
	size_t lines, cap;
	size_t sides[3]; /* lines of each */
};

/* Ends the line that is in b: whose it is, and the number it came from. */
void import_made_end_line(
    struct import_made *m, enum import_side side, unsigned no);
/* It becomes out's. */
void import_made_give(struct import_made *m, struct import_source *out);
/* The same if both sides are there; else false, and out is empty. */
bool import_made_give_both(struct import_made *m, struct import_source *out);
void import_made_release(struct import_made *m);

/* A line as a kind sees it. */
struct import_seen {
	enum import_side side;
	const char *p; /* what was said */
	size_t len;
	size_t before; /* octets up to the marker */
};

/* Lines of in, cleaned: no line ends, no fences or quoting around all. */
void import_clean(struct import_lines *l, struct import_source *in);
/* What is quoted in a mail, and nothing of what stands around. False: nothing
 * is, and out is empty; else out->line is the caller's. */
bool import_quoted(struct import_lines *out, const struct import_lines *l);
/* What a page made of a transcript is undone: HTML, blanks that do not break,
 * typographic quotes, lines run into one, a terminal's colours, which are surely
 * no part of it. out is the caller's. */
enum import_paged { PAGED_NOT, PAGED_PERHAPS, PAGED_SURELY };
enum import_paged import_page(
    struct import_source *out, const struct import_source *in);
/* What shows packets becomes lines with markers. False: nothing does. out is
 * the caller's. */
bool import_packets(struct import_source *out, const struct import_lines *l);
/* Rows of a log that hold a command or a reply, too. */
bool import_rows(struct import_source *out, const struct import_lines *l);
/* Without what a log has before nearly all of its lines. False: nothing is
 * there, and out is empty; else out->line is the caller's. */
bool import_prefix(struct import_lines *out, const struct import_lines *l);
/* Marks that stand before codes and before verbs, where no row of the table
 * knows them; *kind is of them. The caller frees it. NULL: there are none. */
struct import_learnt;
struct import_learnt *import_learn(
    const struct import_lines *l, const struct import_kind **kind);
/* Lines of curl --trace-ascii become lines with markers; others stay. */
void import_trace(struct import_lines *l, struct import_source *in);
/* And so do --to-format json's. */
void import_json(struct import_lines *l, struct import_source *in);
/* Where a line begins, behind blanks and a time that a log has before all of its lines: up to three words
 * of digits and their signs, one of them with a colon, or a month's name. */
size_t import_begin(const struct import_line *l);
/* Finds kind's marker in a line; the longest of those that fit. */
void import_see(const struct import_kind *k, const struct import_line *l,
    struct import_seen *s);
/* The kind whose markers stand in most lines that bear it out, or NULL.
 * *swap: which marker is whose is the other way round. */
const struct import_kind *import_guess(const struct import_lines *l);
/* A kind of which there is one side: the server's, or the client's. */
const struct import_kind *import_one_side(
    const struct import_lines *l, bool *server);
/* How many lines bear it out: 0, it is not that kind. */
size_t import_score(const struct import_kind *k, const struct import_lines *l);
/* Does the client's marker stand before the server's lines there? */
bool import_swapped(const struct import_kind *k, const struct import_lines *l);
const struct import_kind *import_named(const char *name);

/* A code of three digits and then a blank, "-" or the end. */
bool import_code(const char *p, size_t len);
bool import_verb(const char *p, size_t len);
bool import_begins(const char *p, size_t len, const char *word);
bool import_masked(const char *p, size_t len);

#define CHALLENGE_MIN 12 /* octets of base64 that can be one */
/* What is behind 334, as an expression that takes it alone and says why. False:
 * it is no challenge. */
bool import_challenge(struct buf *b, const char *p, size_t len);

enum say_due { DUE_COMMAND, DUE_DATA, DUE_AUTH, DUE_QUIT, DUE_TEXT_END };

/* The writer: what either side said, in the order that it was shown. */
struct import_say {
	struct buf out;
	unsigned *at;
	size_t lines, cap;
	const char *name; /* of the file, for messages */
	const struct import_kind *kind;
	enum import_mask mask;
	bool forced;	    /* the kind was named */
	bool strict;	    /* an RFC's notation: only what RFCs do is mended */
	bool mended;	    /* and something was */
	unsigned char *due; /* enum say_due: owed replies, in order */
	size_t due_n, due_cap, due_first;
	bool greeted;	 /* a reply has come, or a command gone */
	bool in_text;	 /* the client's lines are mail text */
	bool text_shown; /* and one of them was */
	bool stood_in;	 /* for some that was not shown */
	bool any_text;
	bool early;		   /* the text went before the reply to DATA */
	bool wire;		   /* it has its periods doubled */
	bool raw;		   /* lines went out as octets */
	bool ended;		   /* by a reply that closes the session */
	char open[4];		   /* the code of the reply under way, or "" */
	char last[4];		   /* of the last one */
	size_t sep;		   /* where its last line has '-' or SP */
	bool spoke;		   /* the line before was the server's */
	bool joins;		   /* a reply's text may be added to */
	unsigned long long chunk;  /* octets of BDAT still to be shown */
	unsigned long long unseen; /* of one that may not be shown */
	bool skips_auth;	   /* \auth stands for the exchange under way */
	size_t auth_mark, auth_lines, auth_due; /* where it began */
	bool auth;				/* one is under way */
	bool auth_said;				/* with an initial response */
	char auth_mech[32];
	size_t text_mark, text_lines; /* DATA, should the text not end */
	size_t cut_from;	      /* the text's first line */
	bool text_stage; /* of which there is one, a stage direction */
	size_t commands, left_out, replies;
	bool ends_group; /* the last command waits for its reply: EHLO, DATA */
	bool gap;	 /* and a line followed that had none */
	bool fills;	 /* such a reply is filled in */
	size_t filled;
	bool skewed;	 /* QUIT's reply came where the text's was owed */
	bool unanswered; /* at the end, and it was not QUIT */
	bool masked;
	bool answered;	    /* a challenge was */
	bool withheld;	    /* nothing stands for one that was left out */
	bool hides, hidden; /* secrets that are shown; and one was */
	bool began_in_tls;
	bool swapped; /* the kind's markers, in this session */
};

void say_init(
    struct import_say *s, const char *name, const struct import_kind *k);
void say_release(struct import_say *s);
CHECKED int say_client(struct import_say *s, const char *p, size_t len,
    unsigned no, struct err *e);
CHECKED int say_server(struct import_say *s, const char *p, size_t len,
    unsigned no, struct err *e);
/* Is a reply owed by nobody, and so the first of another session? */
bool say_is_new(const struct import_say *s, const char *p, size_t len);
/* Adds to the last line: what was wrapped. */
void say_join(struct import_say *s, const char *p, size_t len, bool blank);
void say_text_not_shown(struct import_say *s, unsigned no);
CHECKED int say_end(struct import_say *s, unsigned no, struct err *e);
bool say_awaits_answer(const struct import_say *s);

/* Between its files. "${" would be a variable when it is read: guarded. */
void say_guarded(struct import_say *s, const char *p, size_t len);
/* The reply under way is whole, and settles what it answers. */
void say_settle(struct import_say *s);
/* A reply whose last line has '-' and that nothing follows: it is its last. */
void say_close_reply(struct import_say *s);
/* Owed replies: one more, how many. */
void say_owe(struct import_say *s, enum say_due due);
size_t say_owed(const struct import_say *s);
void say_line_end(struct import_say *s, unsigned no);
/* A whole line: tag, before, and the text with "${" guarded. */
void say_tagged(struct import_say *s, char tag, const char *before,
    const char *p, size_t len, unsigned no);
/* A line that goes out as octets: \\raw, with its CRLF. */
void say_raw(struct import_say *s, const char *p, size_t len, unsigned no);
bool say_last_is(const struct import_say *s, const char *code);
/* import_text.c: a line of mail text, a BDAT, a line of its chunk. */
void say_text_end(struct import_say *s, unsigned no);
void say_text(struct import_say *s, const char *p, size_t len, unsigned no);
void say_bdat(struct import_say *s, const char *p, size_t len);
/* What follows BDAT says whether its octets are shown; else others stand in. */
CHECKED int say_chunk_seen(
    struct import_say *s, bool shown, unsigned no, struct err *e);
CHECKED int say_chunk(struct import_say *s, const char *p, size_t len,
    unsigned no, struct err *e);
/* import_auth.c: AUTH, and a line that answers 334; what it is that a reply
 * of that code shows to have been left out. */
void say_auth_unseen(struct import_say *s, const char *code, unsigned no);
void say_auth(struct import_say *s, const char *p, size_t len, unsigned no);
void say_answer(struct import_say *s, const char *p, size_t len, unsigned no);

/* The loop over the lines of a kind that marks them: where it is. */
struct import_loop {
	struct import_say *say;
	const struct import_kind *kind;
	const struct import_lines *l;
	const unsigned *no;
	unsigned session;
	bool swap;
	enum import_side last; /* whose the line before was */
	size_t indent;	       /* of its marker */
	bool wide;	       /* it filled the console's line */
	unsigned prose;	       /* lines of a stage direction yet */
	const char *key;       /* of its line, from the '[' on; or NULL */
	size_t key_len;
	bool bare;     /* mail text without markers is open */
	bool untagged; /* the line of it before was one of those */
	bool started;  /* the server has spoken: KIND_BARE_C */
};

/* Brackets around several words, or one: a stage direction. */
bool import_is_stage(const char *p, size_t len, bool word);
/* import_session.c: the number of the session of each line, from 1, goes into
 * no[]; how many there are. How many octets a literal's or a field's mark takes
 * is no matter here: the code and the verb stand at its start. */
unsigned import_number(const struct import_kind *k,
    const struct import_lines *l, unsigned *no, bool swap);
/* import_field.c: a line of that side; lines that one literal or field holds,
 * parted by sep; a literal, which a page may have wrapped, so that the lines
 * behind it go on; a field of comma-separated values; "[250] 'text'". */
CHECKED int loop_give(struct import_loop *g, enum import_side side,
    const char *p, size_t len, unsigned no, struct err *e);
CHECKED int loop_parts(struct import_loop *g, enum import_side side,
    const char *p, size_t len, const char *sep, unsigned no, struct err *e);
/* A reply whose lines stand in one: "250-a, 250-b, 250 c". */
CHECKED int loop_joined(struct import_loop *g, const char *p, size_t len,
    unsigned no, struct err *e);
/* Commands of one packet, as a script of Exim's has them. */
CHECKED int loop_packet(struct import_loop *g, const char *p, size_t len,
    unsigned no, struct err *e);
CHECKED int loop_literal(struct import_loop *g, size_t *i,
    const struct import_seen *seen, enum import_side side, struct err *e);
CHECKED int loop_field(struct import_loop *g, const struct import_seen *seen,
    enum import_side side, unsigned no, struct err *e);
CHECKED int loop_smtpcli(struct import_loop *g, const struct import_seen *seen,
    unsigned no, struct err *e);
/* import_notation.c: a line of an RFC's notation that has no tag. 1: it cannot
 * stand here. And how many blanks a line begins with. */
CHECKED int import_untagged(struct import_loop *g, const struct import_line *x);
size_t import_indent(const struct import_line *x);
/* Indented commands and nothing else, as an RFC shows them. 1: no such thing. */
CHECKED int import_commands(
    struct import_say *s, const struct import_lines *l, struct err *e);
/* All of its lines. */
CHECKED int import_marked(struct import_say *s, const struct import_lines *l,
    unsigned session, unsigned *sessions, struct err *e);
/* Lines without markers, which it may trim. 1: no such thing. */
CHECKED int import_bare(struct import_say *s, struct import_lines *l,
    const char **kind, struct err *e);
/* import_bare_noise.c: which program's it is; lines of it that are no session:
 * s_client -debug's, Exim's log, remarks; what a person typed that is no verb;
 * where a block of s_client's ends that
 * begins at i; and what s_client said of a line it took for itself. */
const char *bare_kind(const struct import_lines *l);
bool bare_is_dump(const struct import_line *x);
bool bare_is_log(const struct import_line *x);
bool bare_is_noise(const struct import_line *x);
bool bare_is_typed(const struct import_lines *l, const struct import_line *x);
size_t bare_block(const struct import_lines *l, size_t i);
void bare_unsaid(struct import_say *s, struct import_lines *l);
/* Reads the lines as of that kind; NULL: without marks. 1: they are none. */
CHECKED int import_as(struct import *out, const char *name,
    struct import_lines *l, const struct import_kind *k,
    const struct import_want *want, struct err *e);
/* Does openssl's s_client speak of itself there? */
bool import_is_s_client(const char *p, size_t len);
/* Does a line have it? */
bool import_has(const struct import_lines *l, const char *word);
/* A transcript that can never be replayed: why, or NULL. */
const char *import_hopeless(const struct import_lines *l);
/* Octets of a literal, from behind its quote: "\\r\\n" and the like undone.
 * False: it does not end in that line. */
bool import_literal(
    struct buf *b, const char *p, size_t len, char quote, size_t *used);

#endif
