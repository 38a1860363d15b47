/* Looking for what is wrong with a server: probes on connections of their own,
 * side by side, that mail nothing and speak with nobody but name servers and
 * the host's own addresses. For \diagnose and --diagnose. */
#ifndef CMD_DIAGNOSE_H
#define CMD_DIAGNOSE_H

#include "cmd/know/cause.h"
#include "cmd/shell/shell.h"
#include "cmd/talk/mail.h"
#include "cmd/talk/text.h"

#define DIAGNOSE_MS	 28000 /* for all of it */
#define DIAGNOSE_PROBES	 24
#define PROBE_OTHER_NAME "mail.example.org"
#define DIAGNOSE_TO	 16 /* recipients that are asked for */

enum probe_kind {
	PROBE_MAIN, /* as it was asked for, up to RCPT */
	PROBE_V4,   /* one family only */
	PROBE_V6,
	PROBE_IDLE,	  /* says nothing for a while */
	PROBE_STARTTLS,	  /* TLS with whatever certificate */
	PROBE_TLS_FIRST,  /* begins with TLS */
	PROBE_TALK_FIRST, /* begins with a line */
	PROBE_PROXY,	  /* begins with a PROXY header */
	PROBE_LHLO,
	PROBE_NULL,   /* <> as sender */
	PROBE_NAME,   /* another name in EHLO */
	PROBE_TEXT,   /* DATA and the text, but not its end, unless asked */
	PROBE_PORT,   /* another port of the host */
	PROBE_TLS_OLD /* old TLS versions and ciphers */
};

struct diagnosis;

/* A conversation of its own. The talk stands first. */
struct probe {
	struct talk talk;
	struct talk_env env;
	struct sight sight;
	enum probe_kind kind;
	unsigned number; /* among all of the process, from 1 on */
	struct diagnosis *d;
	struct mail mail;
	const char *to[DIAGNOSE_TO];
	enum mail_fate fate[DIAGNOSE_TO];
	unsigned port;	     /* PORT */
	struct text text;    /* a copy of the message, or an empty one */
	struct tls_ctx *ctx; /* its own, or NULL */
	int stage;
	bool done;
	bool cut; /* it was ended from here: shows nothing by its end */
	int64_t began_ns, greeting_ns, slow_ns;
	const struct verb *slow; /* the reply that took longest */
	char *where;		 /* "127.0.0.1 port 25" */
	char *tls;		 /* what the handshake came to */
	struct err err;		 /* the first */
};

struct finding {
	struct cause cause;
	char *seen, *where;
	unsigned probe; /* its number; 0: none */
};

struct diagnosis {
	struct shell *sh;
	char *from; /* a path, without <> */
	char *to[DIAGNOSE_TO];
	size_t nto;
	struct text *text; /* or NULL */
	bool plain;	   /* as diagnose_say() */
	bool mails;	   /* TEXT ends the text: it is mailed */
	struct probe *probe[DIAGNOSE_PROBES];
	size_t n;
	int64_t until_ns;
	bool hushed, ported, followed; /* those probes were begun */
	int text_status;	       /* what ended the text; 0: nothing */
	struct finding *finding;
	size_t nfindings;
	struct buf well; /* what is well, ", " between */
	size_t nwell;
};

/* diagnose_probe.c */
/* How long for each reply --timeout says; 0: nothing, a probe has its own. */
int64_t probe_asked_ms(const struct talk *as);
/* One more; NULL: there are enough. */
struct probe *probe_new(struct diagnosis *d, enum probe_kind kind);
/* Its acts; after its talk was changed to what it is for. */
void probe_begin(struct probe *p);
/* Goes on until it must wait, or is done. */
void probe_step(struct probe *p);
void probe_free(struct probe *p);

/* diagnose_find.c: what all of them show, worst first. */
void diagnose_find(struct diagnosis *d);

/* diagnose_page.c */
/* Lines of a page: at the prompt and in a script as \explain's; plain: by
 * themselves, as output that is no conversation. Nothing where the output is
 * for machines. */
void diagnose_say(struct shell *sh, bool plain, const char *p, size_t len);
/* The lines of a finding, number i from 1. */
void diagnose_lines(struct buf *b, size_t i, const struct event_note *n);
/* Tells all of it, as events and to people. The exit status. */
int diagnose_tell(struct diagnosis *d);

/* diagnose_run.c */
/* from, text may be NULL; text is borrowed. The first DIAGNOSE_TO of the nto
 * recipients are asked for. Takes host, options and TLS from the shell's
 * talk. */
void diagnose_init(struct diagnosis *d, struct shell *sh, const char *from,
    char *const *to, size_t nto, struct text *text);
/* Whether all is done. */
bool diagnose_step(struct diagnosis *d);
/* Waits until it ought to be stepped again. false: a signal. */
bool diagnose_wait(struct diagnosis *d);
void diagnose_release(struct diagnosis *d);

#endif
