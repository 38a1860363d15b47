/* The verbs: syntax, meaning, when they make sense, which replies the
 * standards list for them (STD 10 4.3, RFC 5321 4.3.2). One table. */
#ifndef NET_VERB_H
#define NET_VERB_H

#include <stdbool.h>
#include <stddef.h>

/* Where a session is. */
enum smtp_state {
	SMTP_CLOSED,	/* no connection */
	SMTP_CONNECTED, /* the greeting has not come */
	SMTP_GREETED,	/* 220; no HELO, EHLO or LHLO accepted */
	SMTP_READY,	/* greeted both ways, no transaction */
	SMTP_MAIL,	/* reverse-path accepted */
	SMTP_RCPT,	/* at least one forward-path accepted */
	SMTP_TEXT,	/* 354: mail text is expected */
	SMTP_CHUNKS,	/* a BDAT was accepted, LAST not sent */
	SMTP_AUTHING,	/* 334: a response is expected */
	SMTP_LEAVING	/* 221 or 421: the server closes */
};

/* A short lower-case word for the state, for prompts and errors. */
const char *smtp_state_name(enum smtp_state s);

/* The stages that have replies of their own and are no verbs. */
enum verb_id {
	VERB_UNKNOWN,  /* a word that is not in the table */
	VERB_GREETING, /* connection establishment */
	VERB_TEXT_END, /* the reply to the end of mail text */
	VERB_RESPONSE, /* a line of an AUTH exchange */
	VERB_RAW,      /* bytes sent as they are */
	VERB_HELO,
	VERB_EHLO,
	VERB_LHLO,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_BDAT,
	VERB_RSET,
	VERB_SEND,
	VERB_SOML,
	VERB_SAML,
	VERB_VRFY,
	VERB_EXPN,
	VERB_HELP,
	VERB_NOOP,
	VERB_QUIT,
	VERB_TURN,
	VERB_ETRN,
	VERB_STARTTLS,
	VERB_AUTH,
	VERB_ATRN,
	VERB_BURL,
	VERB_XCLIENT,
	VERB_XFORWARD,
	VERB_VERB,
	VERB_ONEX
};

/* What is asked of a verb without naming it. */
enum verb_is {
	VERB_IS_GREETING = 1 << 0,    /* HELO EHLO LHLO */
	VERB_IS_TRANSACTION = 1 << 1, /* MAIL SEND SOML SAML */
	VERB_ENDS_GROUP = 1 << 2,     /* DATA AUTH STARTTLS: what follows waits
					 for the reply (RFC 2920 3.1) */
	VERB_OPENS_TEXT = 1 << 3,     /* DATA */
	VERB_HAS_SECRET = 1 << 4      /* AUTH */
};

/* Lists of codes end with 0. */
struct verb {
	enum verb_id id;
	unsigned is;	  /* enum verb_is */
	char name[24];	  /* "MAIL"; "(greeting)" for the stages */
	char syntax[72];  /* "MAIL FROM:<reverse-path> [PARAMETER...]" */
	char text[112];	  /* one line: what it asks of the receiver */
	char source[48];  /* "RFC 821 4.1.1, RFC 5321 4.1.1.2" */
	char keyword[24]; /* EHLO keyword that offers it, or "" */
	unsigned when;	  /* states it makes sense in: 1 << enum smtp_state */
	bool std10;	  /* one of RFC 821's fourteen */
	/* STD 10 4.3, empty for what STD 10 does not have. */
	short success[6], interim[3], failure[9], error[7];
	/* What RFC 5321 4.3.2 and the extensions' RFCs add to these. */
	short later[20];
};

/* By its word, any case, or NULL. len octets at word. */
const struct verb *verb_find(const char *word, size_t len);
const struct verb *verb_get(enum verb_id id);
/* Row i of all rows, stages first; NULL past the last. */
const struct verb *verb_at(size_t i);
/* The verb word of a command line: its length (letters, digits, '-'). */
size_t verb_word(const char *line, size_t len);

enum verb_listing {
	VERB_LISTED,	 /* STD 10 4.3 lists the code for it */
	VERB_LATER,	 /* a later RFC does */
	VERB_NOT_LISTED, /* neither */
	VERB_NO_LIST	 /* no table speaks of that verb */
};
/* 421 is listed for all (STD 10: "may be a reply to any command"). */
enum verb_listing verb_lists(const struct verb *v, int code);

#endif
