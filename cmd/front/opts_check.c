/* Nothing that was asked for is dropped: an option that has nothing to do on
 * this front, lacks what it goes with, or contradicts another is an error that
 * says what to do. */
#include "cmd/front/opts.h"

#include <string.h>

/* Where it could be used, and what is done in its place. */
static const struct {
	enum opt_front front;
	const char *name, *here;
} opts_fronts[] = {
	{ FRONT_SHELL, "the shell", "here a person types" },
	{ FRONT_LINES, "lines (-c, -f or a pipe)",
	    "here lines run (-c, -f or a pipe)" },
	{ FRONT_MESSAGE, "one message (--to ADDRESS)",
	    "here one message is mailed" },
	{ FRONT_SERVE, "the receiver (--serve PORT)", "--serve only receives" },
	{ FRONT_LOAD, "--load", "here many sessions run (--load)" },
	{ FRONT_MERGE, "--merge", "here results are added up (--merge)" },
	{ FRONT_TEXTS, "texts (--explain, --list, --help ...)",
	    "here a text is printed" },
	{ FRONT_DIAGNOSE, "--diagnose", "--diagnose only looks" },
};

#define FRONTS (sizeof opts_fronts / sizeof *opts_fronts)

static bool
opts_is_message(const struct opts *o)
{
	return o->eml.n > 0 || o->mbox.n > 0 || o->maildir_from.n > 0 ||
	       o->to_file != NULL || o->to.n > 0 || o->cc.n > 0 ||
	       o->bcc.n > 0 || o->subject != NULL || o->html != NULL ||
	       o->attach.n > 0 || o->inlined.n > 0 || o->header.n > 0 ||
	       o->data != NULL || o->quit_after != NULL || o->body != NULL;
}

static enum opt_front
opts_front(const struct opts *o, bool terminal)
{
	if (o->help || o->version || o->explain || o->completion != NULL ||
	    o->print_config != NULL || o->list != NULL || o->convert != NULL)
		return FRONT_TEXTS;
	if (o->serve != NULL)
		return FRONT_SERVE;
	if (o->merge.n > 0)
		return FRONT_MERGE;
	if (o->load)
		return FRONT_LOAD;
	if (o->diagnose)
		return FRONT_DIAGNOSE;
	if (o->nrun > 0)
		return FRONT_LINES;
	if (opts_is_message(o))
		return FRONT_MESSAGE;
	return terminal ? FRONT_SHELL : FRONT_LINES;
}

/* "; did you mean ...?" where other programs call something else so. */
static void
opts_ask(struct buf *b, const struct opt *t)
{
	const char *ours = opts_habit(t->name, strlen(t->name));
	if (ours != NULL)
		buf_addf(b, "; did you mean %s?", ours);
}

static int
opts_check_row(const struct opts *o, const struct opt *t, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *here = "", *lacks = NULL;
	size_t n = 0;
	if ((t->on & o->front) == 0) {
		for (size_t i = 0; i < FRONTS; i++) {
			if (opts_fronts[i].front == o->front)
				here = opts_fronts[i].here;
			if (t->on & opts_fronts[i].front)
				buf_addf(&b, "%s%s", n++ > 0 ? " or " : "",
				    opts_fronts[i].name);
		}
		buf_addf(&b, "; %s", here);
	} else {
		lacks = opts_lacks(o, t->need);
		if (lacks == NULL)
			return 0;
		buf_adds(&b, lacks);
	}
	opts_ask(&b, t);
	/* "--load is for --load". */
	bool itself = lacks == NULL && strncmp(buf_str(&b), "--", 2) == 0 &&
		      strncmp(buf_str(&b) + 2, t->name, strlen(t->name)) == 0;
	if (itself)
		err_set(e, ERR_USAGE,
		    "--%s is a run of its own, and %s: leave one of them out",
		    t->name, here);
	else
		err_set(e, ERR_USAGE, "--%s %s %s", t->name,
		    lacks == NULL ? "is for" : "goes with", buf_str(&b));
	buf_release(&b);
	return -1;
}

static bool
opts_given(const struct opts *o, const char *name)
{
	return o->given[opts_find(name, strlen(name)) - opt_table] != 0;
}

/* One of the two would be dropped. */
static const struct {
	const char *a, *b, *text;
} opts_contrary[] = {
	{ "data", "body",
	    "--data is a message and --body makes another: give one of them" },
	{ "data", "html",
	    "--data is a message and --html makes another: give one of them" },
	{ "data", "subject",
	    "--data is a message with a subject; --header 'Subject: TEXT' "
	    "puts another in its place" },
	{ "data", "attach",
	    "--data is a message and --attach makes another: give one of "
	    "them" },
	{ "data", "inline",
	    "--data is a message and --inline makes another: give one of "
	    "them" },
	{ "data", "cc",
	    "--data is a message with a header; --to mails it to more, and "
	    "--header puts a line into it" },
	{ "data", "reply-to",
	    "--data is a message with a header; --header 'Reply-To: ADDRESS' "
	    "puts a line into it" },
	{ "dry-run", "quit-after",
	    "--dry-run sends nothing that --quit-after could stop behind" },
	{ "tls", "tls-optional",
	    "--tls must have TLS and --tls-optional need not: give one of "
	    "them" },
	{ "ipv4", "ipv6", "--ipv4 and --ipv6 leave no address: give one" },
	{ "cert", "self-signed",
	    "--cert and --self-signed are two certificates: give one" },
	{ "discard", "store",
	    "--discard stores nothing and --store does: give one of them" },
	{ "discard", "show",
	    "--discard looks at no text and --show does: give one of them" },
	{ "discard", "show-all",
	    "--discard looks at no text and --show-all does: give one of "
	    "them" },
	{ "show", "show-all",
	    "--show prints a part and --show-all all: give one of them" },
	{ "discard", "maildir",
	    "--discard stores nothing and --maildir does: give one of them" },
	{ "bare", "auth",
	    "--bare sends nothing that was not written, so no --auth: write "
	    "\\auth where it is to be" },
	{ "jobs", "record",
	    "--record keeps one conversation and --jobs has many at a time: "
	    "give one of them" },
	{ "jobs", "timeline",
	    "--timeline draws one conversation and --jobs has many at a time: "
	    "give one of them" },
	{ "jobs", "auth-password-fd",
	    "--auth-password-fd is read once and --jobs logs in many times: "
	    "give --auth-password-file or --auth-password-command" },
	{ "chunk", "pipeline",
	    "--chunk waits for each BDAT and --pipeline does not wait: give "
	    "one of them" },
	{ "message-size", "data",
	    "--message-size makes a message and --data is one: give one of "
	    "them" },
	{ "message-size", "body",
	    "--message-size makes a message and --body makes another: give "
	    "one of them" },
	{ "explain", "list", "--explain and --list print two texts: give one" },
	{ "explain", "completion",
	    "--explain and --completion print two texts: give one" },
	{ "list", "completion",
	    "--list and --completion print two texts: give one" },
	{ "convert", "explain",
	    "--convert and --explain print two texts: give one" },
	{ "convert", "list", "--convert and --list print two texts: give one" },
	{ "convert", "completion",
	    "--convert and --completion print two texts: give one" },
	{ "convert", "serve",
	    "--convert prints a text and --serve receives: give one" },
};

/* What makes one message, or stops in the middle of it, beside many. */
static int
opts_check_many(const struct opts *o, struct err *e)
{
	static const char *const one[] = { "data", "body", "html", "subject",
		"attach", "inline", "cc", "reply-to", "quit-after", "dry-run" };
	if (o->front != FRONT_MESSAGE)
		return 0;
	if (!opts_has_many(o) && o->sessions != NULL)
		return err_set(e, ERR_USAGE,
		    "--sessions goes with --load, or with --eml, --mbox or "
		    "--maildir-from");
	if (!opts_has_many(o))
		return 0;
	for (size_t i = 0; i < sizeof one / sizeof *one; i++)
		if (opts_given(o, one[i]))
			return err_set(e, ERR_USAGE,
			    "--%s is for one message, and --eml, --mbox and "
			    "--maildir-from bring many",
			    one[i]);
	const char *keeps = o->junit != NULL	? "junit"
			    : o->report != NULL ? "report"
			    : o->record != NULL ? "record"
			    : o->timeline	? "timeline"
						: NULL;
	if (o->sessions != NULL && keeps != NULL)
		return err_set(e, ERR_USAGE,
		    "--sessions are many conversations, and --%s keeps one: "
		    "give one of them",
		    keeps);
	return 0;
}

static int
opts_check_contrary(const struct opts *o, struct err *e)
{
	for (size_t i = 0; i < sizeof opts_contrary / sizeof *opts_contrary;
	     i++)
		if (opts_given(o, opts_contrary[i].a) &&
		    opts_given(o, opts_contrary[i].b))
			return err_set(
			    e, ERR_USAGE, "%s", opts_contrary[i].text);
	const char *other = o->front == FRONT_SERVE	 ? "--serve"
			    : o->front == FRONT_LOAD	 ? "--load"
			    : o->front == FRONT_MERGE	 ? "--merge"
			    : o->front == FRONT_DIAGNOSE ? "--diagnose"
							 : NULL;
	if (other != NULL && o->format != NULL && strcmp(o->format, "tap") == 0)
		return err_set(e, ERR_USAGE,
		    "--format tap tells of files that were run: %s has text "
		    "and json",
		    other);
	if (o->front == FRONT_SERVE && o->format != NULL &&
	    strcmp(o->format, "json") == 0 &&
	    (o->mock != NULL || o->show || o->show_all))
		return err_set(e, ERR_USAGE,
		    "--format json tells of each message in a line: no "
		    "--mock, --show or --show-all goes with it");
	if (o->quiet && o->format != NULL && strcmp(o->format, "text") != 0)
		return err_set(e, ERR_USAGE,
		    "--quiet leaves nothing of --format %s: give one of them",
		    o->format);
	if (o->timeline && o->format != NULL && strcmp(o->format, "text") != 0)
		return err_set(e, ERR_USAGE,
		    "--timeline is drawn for people, and --format %s is not: "
		    "give one of them",
		    o->format);
	if (o->chunk != NULL && o->quit_after != NULL &&
	    strcmp(o->quit_after, "data") == 0)
		return err_set(e, ERR_USAGE,
		    "--chunk sends no DATA that --quit-after data could stop "
		    "behind");
	if (o->quit_after != NULL && strcmp(o->quit_after, "connect") == 0 &&
	    (o->tls || o->dane || o->auth))
		return err_set(e, ERR_USAGE,
		    "--quit-after connect stops before %s: give --quit-after "
		    "helo",
		    o->tls    ? "--tls"
		    : o->dane ? "--dane"
			      : "--auth");
	return 0;
}

/* The password comes from one place. */
static int
opts_check_password(const struct opts *o, struct err *e)
{
	int n = (o->auth_file != NULL) + (o->auth_fd != NULL) +
		(o->auth_command != NULL) + o->netrc;
	if (n > 1)
		return err_set(e, ERR_USAGE,
		    "--auth-password-file, --auth-password-fd, "
		    "--auth-password-command and --netrc are four places for "
		    "one password: give one");
	return 0;
}

/* So does the connection go to one. */
static int
opts_check_place(const struct opts *o, struct err *e)
{
	int n = (o->mx != NULL) + (o->socket != NULL) + (o->pipe != NULL) +
		(o->host != NULL) + o->sandbox;
	if (o->front == FRONT_SERVE && o->host != NULL)
		return err_set(e, ERR_USAGE,
		    "found the host %s: --serve only receives", o->host);
	if (o->front == FRONT_SERVE)
		return 0;
	if (n > 1)
		return err_set(e, ERR_USAGE,
		    "a host, --mx, --socket, --pipe and --sandbox exclude each "
		    "other");
	if (o->mock != NULL && n > o->sandbox)
		return err_set(e, ERR_USAGE,
		    "--mock plays the server: no host, --mx, --socket or "
		    "--pipe goes with it");
	return 0;
}

static int
opts_check_texts(const struct opts *o, struct err *e)
{
	if (o->host != NULL)
		return err_set(e, ERR_USAGE,
		    "found the host %s, and here a text is printed", o->host);
	return 0;
}

/* --html is --report's other name, but where a message is made it is that
 * message's HTML. */
static int
opts_check_report(struct opts *o, struct err *e)
{
	if (o->front == FRONT_MESSAGE)
		return 0;
	if (o->html != NULL && o->report != NULL)
		return err_set(e, ERR_USAGE,
		    "--html is another name of --report here: give one of "
		    "them");
	o->report = o->report != NULL ? o->report : o->html;
	o->html = o->report;
	return 0;
}

int
opts_check(struct opts *o, bool terminal, struct err *e)
{
	o->front = opts_front(o, terminal);
	/* Whoever adds --help to a line wants help; what is only printed does
	 * nothing. */
	if (o->help || o->version || o->print_config != NULL)
		return 0;
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		if (o->given[t - opt_table] != 0 && opts_check_row(o, t, e) < 0)
			return -1;
	if (opts_check_many(o, e) < 0 || opts_check_contrary(o, e) < 0 ||
	    opts_check_password(o, e) < 0 || opts_check_report(o, e) < 0)
		return -1;
	return o->front == FRONT_TEXTS ? opts_check_texts(o, e)
				       : opts_check_place(o, e);
}
