/* The receiver's world: who is taken, who has moved, who is not known. */
#include "net/core/world.h"

#include <string.h>
#include "check.h"

enum ask { RCPT, VRFY, EXPN };
enum kind { STD10, ANY, THREE };

struct row {
	enum kind kind;
	enum ask ask;
	const char *in;
	enum world_verdict verdict;
	const char *answer;
	const char *box;
};

static const struct row rows[] = {
	{ STD10, RCPT, "<Jones@Beta.ARPA>", WORLD_LOCAL, "OK",
	    "Jones@Beta.ARPA" },
	{ STD10, RCPT, "<jONES@bETA.aRPA>", WORLD_LOCAL, "OK",
	    "Jones@Beta.ARPA" },
	{ STD10, RCPT, "<\"Jo\\nes\"@Beta.ARPA>", WORLD_LOCAL, "OK",
	    "Jones@Beta.ARPA" },
	{ STD10, RCPT, "<J\\ones@Beta.ARPA>", WORLD_LOCAL, "OK",
	    "Jones@Beta.ARPA" },
	{ STD10, RCPT, "<@a.b,@c.d:Brown@Beta.ARPA>", WORLD_LOCAL, "OK",
	    "Brown@Beta.ARPA" },
	{ STD10, RCPT, "<Green@Beta.ARPA>", WORLD_NONE, "No such user here",
	    "" },
	{ STD10, RCPT, "<Jones%x.y@Beta.ARPA>", WORLD_NONE, "No such user here",
	    "" },
	{ STD10, RCPT, "<Green@BBN-UNIX.ARPA>", WORLD_NONE, "No such user here",
	    "" },
	{ STD10, RCPT, "<Smith@Alpha.ARPA>", WORLD_DENIED,
	    "Not a domain of mine; relaying denied", "" },
	{ STD10, RCPT, "<\"Jones@Beta.ARPA\"@Alpha.ARPA>", WORLD_DENIED,
	    "Not a domain of mine; relaying denied", "" },
	{ STD10, RCPT, "<Jones@Beta.ARPA.x>", WORLD_DENIED,
	    "Not a domain of mine; relaying denied", "" },
	{ STD10, RCPT, "<Postmaster>", WORLD_LOCAL, "OK",
	    "postmaster@Beta.ARPA" },
	{ STD10, RCPT, "<postMaster@BETA.arpa>", WORLD_LOCAL, "OK",
	    "postmaster@Beta.ARPA" },
	{ STD10, RCPT, "<postmaster@Alpha.ARPA>", WORLD_DENIED,
	    "Not a domain of mine; relaying denied", "" },
	{ STD10, RCPT, "<Postel@USC-ISI.ARPA>", WORLD_FORWARD,
	    "User not local; will forward to <Postel@USC-ISIF.ARPA>",
	    "Postel@USC-ISIF.ARPA" },
	{ STD10, RCPT, "<Paul@USC-ISIB.ARPA>", WORLD_ELSEWHERE,
	    "User not local; please try <Mockapetris@USC-ISIF.ARPA>", "" },
	{ STD10, RCPT, "<fred@USC-ISIF.ARPA>", WORLD_FORWARD,
	    "User not local; will forward to <Jones@USC-ISI.ARPA>",
	    "Jones@USC-ISI.ARPA" },
	{ STD10, RCPT, "<Admin.MRC@SU-SCORE.ARPA>", WORLD_INACTIVE, "OK",
	    "Admin.MRC@SU-SCORE.ARPA" },
	{ STD10, RCPT, "<eric@BERKELEY.ARPA>", WORLD_ALONE, "OK",
	    "eric@BERKELEY.ARPA" },
	{ STD10, VRFY, "smith", WORLD_LOCAL, "Fred Smith <Smith@USC-ISIF.ARPA>",
	    "" },
	{ STD10, VRFY, "Smith@USC-ISIF.ARPA", WORLD_LOCAL,
	    "<Smith@USC-ISIF.ARPA>", "" },
	{ STD10, VRFY, "Smith@USC-ISIQ.ARPA", WORLD_FORWARD,
	    "User not local; will forward to <Smith@USC-ISIQ.ARPA>", "" },
	{ STD10, VRFY, "Jones", WORLD_NONE, "String does not match anything.",
	    "" },
	{ STD10, VRFY, "<@x.y:Jones@Beta.ARPA>", WORLD_LOCAL,
	    "<Jones@Beta.ARPA>", "" },
	{ STD10, VRFY, "<Jones@USC-ISIQ.ARPA>", WORLD_ELSEWHERE,
	    "User not local; please try <Jones@USC-ISIQ.ARPA>", "" },
	{ STD10, VRFY, "Gourzenkyinplatz", WORLD_AMBIGUOUS, "User ambiguous.",
	    "" },
	{ STD10, VRFY, "Crispin", WORLD_LOCAL,
	    "Mark Crispin <Admin.MRC@SU-SCORE.ARPA>", "" },
	{ STD10, VRFY, "Admin.MRC@SU-SCORE.ARPA", WORLD_LOCAL,
	    "<Admin.MRC@SU-SCORE.ARPA>", "" },
	{ STD10, VRFY, "postmaster", WORLD_LOCAL, "<postmaster@Beta.ARPA>",
	    "" },
	{ STD10, VRFY, "<", WORLD_NONE, "String does not match anything.", "" },
	{ STD10, VRFY, "@", WORLD_DENIED,
	    "Not a domain of mine; relaying denied", "" },
	{ STD10, EXPN, "example-people", WORLD_LOCAL,
	    "Jon Postel <Postel@USC-ISIF.ARPA>\n"
	    "Fred Fonebone <Fonebone@USC-ISIQ.ARPA>\n"
	    "Sam Q. Smith <SQSmith@USC-ISIQ.ARPA>\n"
	    "Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>\n"
	    "<joe@foo-unix.ARPA>\n<xyz@bar-unix.ARPA>",
	    "" },
	{ STD10, EXPN, "Executive-Washroom-List", WORLD_DENIED,
	    "Access Denied to You.", "" },
	{ STD10, EXPN, "Example", WORLD_NONE, "String does not match anything.",
	    "" },
	{ ANY, RCPT, "<\"A@b\"@C.D>", WORLD_LOCAL, "OK", "a@b@c.d" },
	{ ANY, RCPT, "<x@[127.0.0.1]>", WORLD_LOCAL, "OK", "x@[127.0.0.1]" },
	{ ANY, RCPT, "<PostMaster>", WORLD_LOCAL, "OK", "postmaster@here" },
	{ ANY, VRFY, "x", WORLD_UNSURE,
	    "Cannot VRFY user, but will accept message and attempt delivery",
	    "" },
	{ ANY, EXPN, "x", WORLD_UNSURE,
	    "Cannot EXPN list, but will accept mail for it", "" },
	{ THREE, RCPT, "<ann@HERE>", WORLD_LOCAL, "OK", "Ann@here" },
	{ THREE, RCPT, "<ann@far.away>", WORLD_LOCAL, "OK", "ann@far.away" },
	{ THREE, RCPT, "<bob@far.away>", WORLD_NONE, "No such user here", "" },
	{ THREE, RCPT, "<postmaster@far.away>", WORLD_LOCAL, "OK",
	    "postmaster@here" },
	{ THREE, RCPT, "<ann@else.where>", WORLD_DENIED,
	    "Not a domain of mine; relaying denied", "" },
	{ THREE, VRFY, "bob", WORLD_LOCAL, "<bob@here>", "" },
	{ THREE, VRFY, "ann", WORLD_AMBIGUOUS, "<Ann@here>\n<ann@far.away>",
	    "" },
	{ THREE, VRFY, "eve", WORLD_NONE, "String does not match anything.",
	    "" },
	{ THREE, EXPN, "x", WORLD_NONE, "String does not match anything.", "" },
};

static struct world *
make(enum kind kind)
{
	if (kind == STD10)
		return world_std10();
	struct world *w = world_new("here");
	if (kind == THREE) {
		world_add(w, "Ann");
		world_add(w, "ann@far.away");
		world_add(w, "bob");
	}
	return w;
}

static void
check_row(const struct row *r)
{
	struct world *w = make(r->kind);
	struct buf answer = BUF_INIT, box = BUF_INIT;
	struct addr a;
	struct err e;
	size_t len = strlen(r->in);
	enum world_verdict v = WORLD_LOCAL;
	if (r->ask == VRFY) {
		v = world_vrfy(w, r->in, len, &answer);
	} else if (r->ask == EXPN) {
		v = world_expn(w, r->in, len, &answer);
	} else {
		CHECK(addr_parse(&a, r->in, len, &e) == 0, "%s", r->in);
		v = world_rcpt(w, r->in, &a, &answer, &box);
	}
	CHECK(v == r->verdict, "%s: %d", r->in, (int)v);
	CHECK(strcmp(buf_str(&answer), r->answer) == 0, "%s: %s", r->in,
	    buf_str(&answer));
	CHECK(strcmp(buf_str(&box), r->box) == 0, "%s: box %s", r->in,
	    buf_str(&box));
	buf_release(&answer);
	buf_release(&box);
	world_free(w);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
	struct world *w = make(THREE);
	CHECK(strcmp(world_host(w), "here") == 0, "host");
	CHECK(strcmp(world_mailbox(w, 0), "Ann@here") == 0, "first");
	CHECK(strcmp(world_mailbox(w, 2), "bob@here") == 0, "third");
	CHECK(world_mailbox(w, 3) == NULL, "past the last");
	world_free(w);
	w = make(STD10);
	CHECK(strcmp(world_mailbox(w, 1), "Brown@Beta.ARPA") == 0, "Brown");
	world_free(w);
	return check_done();
}
