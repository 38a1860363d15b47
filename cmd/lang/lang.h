/* The language (DESIGN 2): lines into statements. Knows both RFC dialects,
 * mail text, expectations; executes nothing. */
#ifndef CMD_LANG_H
#define CMD_LANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "net/core/buf.h"
#include "net/core/err.h"
#include "cmd/lang/import.h"
#include "cmd/lang/match.h"

enum dialect {
	DIALECT_UNKNOWN,
	DIALECT_821, /* S: sender, R: receiver */
	DIALECT_5321 /* C: client, S: server */
};

enum stmt_kind {
	STMT_NOTHING,
	STMT_SEND,     /* a command line */
	STMT_TEXT,     /* a line of mail text, or of a BDAT chunk */
	STMT_TEXT_END, /* the lone period, or <CRLF>.<CRLF> */
	STMT_EXPECT,   /* one whole reply */
	STMT_SHELL,    /* \word args, without the backslash */
	STMT_TEMPLATE /* \template NAME { ... }: text is the name, body below */
};

struct verb; /* net/core/verb.h */

struct stmt {
	char *text; /* SEND TEXT SHELL TEMPLATE: NUL-ended, may hold NULs */
	const struct verb *verb; /* SEND: its first word's; NULL: unknown */
	union {
		struct expect *expect; /* EXPECT */
		char *body;	       /* TEMPLATE: its lines */
	};
	uint32_t len;  /* octets of text */
	unsigned line; /* first line it stands on */
	enum stmt_kind kind;
	bool tagged : 1; /* SEND: it stood behind S: or C: */
	bool answer : 1; /* SEND: behind AUTH, and no command: a line of the
			    exchange, which is a secret */
	bool exact : 1;	 /* TEXT of a chunk: no CRLF ends it */
	bool lent : 1;	 /* text is its script's */
};

void stmt_clear(struct stmt *s);

/* What \\word is, as the table of commands has it: enum lang_word_is, or 0 where
 * there is none of that name or prefix. */
enum lang_word_is {
	LANG_WORD = 1 << 0,	 /* a command */
	LANG_OPENS_TEXT = 1 << 1 /* mail text follows it */
};
typedef unsigned lang_word(const char *p, size_t len);

/* The reader of one source, line by line. in_text is the caller's to set when
 * it learns that the server wants mail text (a stream), or the parser's (a
 * file). */
struct lang {
	const char *name; /* for messages */
	lang_word *word;  /* the caller's to set, or NULL */
	enum dialect dialect;
	unsigned line;	    /* the last line read */
	const unsigned *at; /* the caller's to set: the number that each line
			       bears, or NULL: 1, 2, ... */
	size_t at_n, at_i;
	bool strict;	  /* the caller's to set: a file or a pipe, where a line
			  without a tag must begin with a verb */
	bool blank_sends; /* the caller's to set: an empty line is one to send
			     (the server waits for an answer of AUTH) */
	bool in_text;
	bool verbatim; /* this mail text has no tags */
	bool text_begun;
	size_t go_ahead;     /* so many replies may come before the text: set
			    where in_text is, by who reads line by line */
	bool tagged;	     /* tags have been seen */
	bool answers;	     /* behind AUTH or a 334: what is no verb answers */
	uint64_t chunk;	     /* octets of a BDAT chunk still to come */
	struct expect *more; /* a reply whose last line has not come */
	unsigned more_line;
	char *template; /* the name of the one being defined */
	struct buf body;
	unsigned body_line;
	char *base; /* lines are read where they stand, from here on, and are
		       NUL-ended there: a script's */
};

void lang_init(struct lang *l, const char *name, enum dialect d);
void lang_release(struct lang *l);
/* One line without its end. 0 with *out (STMT_NOTHING while more lines belong
 * to it), or -1: ERR_DATA with "NAME:LINE: found ..., expected ...". */
CHECKED int lang_line(
    struct lang *l, const char *p, size_t len, struct stmt *out, struct err *e);
/* Is anything half said at the end: mail text, a reply, a template? */
CHECKED int lang_end(struct lang *l, struct err *e);

/* Reads lines of a template's body as a file's, where it is defined on that
 * line; says what lang_line() says. */
CHECKED int lang_check_body(
    const struct lang *l, unsigned line, const char *body, struct err *e);

/* A whole file. Its statements' texts stand in octets. */
struct script {
	char *name;
	char *note; /* what kind of transcript it was read as, or NULL */
	enum dialect dialect;
	bool transcript;   /* it has expectations */
	bool has_greeting; /* it expects one */
	bool has_helo;	   /* HELO, EHLO or LHLO before the first transaction */
	bool has_quit;
	bool has_tls;	/* it starts TLS itself, by STARTTLS that may be 220 */
	bool has_login; /* it logs in itself, by AUTH that may be taken */
	bool piped;	/* read from standard input or a pipe */
	struct stmt *stmt;
	size_t n;
	size_t looks; /* lines looked at, for tests of the cost */
	char *octets;
	char *source; /* the text, if it was to be kept; NULL */
	size_t source_len;
};

/* Parses all of it, strictly; ERR_DATA names the line. word may be NULL. */
CHECKED int script_parse(struct script *s, const char *name, const char *p,
    size_t len, enum dialect d, lang_word *word, struct err *e);
/* How files are to be read: what --dialect, --as and --session say. */
struct script_want {
	enum dialect dialect;
	struct import_want import;
	bool keep; /* the text in the language: script.source */
};

/* Reads a regular file (at most 64 MiB; of a log so much of sessions), or
 * standard input for "-", and parses it; what is no conversation in the
 * language is read as a transcript (import.h). ERR_NOINPUT. */
CHECKED int script_read(struct script *s, const char *path,
    const struct script_want *want, lang_word *word, struct err *e);
/* The same of a descriptor whose first octets are in b already. */
CHECKED int script_read_fd(struct script *s, int fd, const char *name,
    struct buf *b, const struct script_want *want, lang_word *word,
    struct err *e);
void script_release(struct script *s);

#endif
