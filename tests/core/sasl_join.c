/* Client and server joined: every mechanism that both have, with right and
 * wrong words; the server against clients that do as they please. */
#include "sasl_util.h"

static const char exporter[] = "0123456789abcdef0123456789abcdef";
static const char unique[] = "twelve bytes";

enum { EXPORTER = 1, UNIQUE = 2, OTHER = 4 };

static struct sasl_binding
binding(int which)
{
	struct sasl_binding b = { NULL, 0, NULL, 0 };

	if ((which & EXPORTER) != 0) {
		b.exporter_p = (which & OTHER) != 0 ? exporter + 1 : exporter;
		b.exporter_len = 31;
	}
	if ((which & UNIQUE) != 0) {
		b.unique_p = unique;
		b.unique_len = sizeof unique - 1;
	}
	return b;
}

/* Who comes, and whether they are let in. */
static const struct {
	const char *label, *user, *authzid, *pw;
	bool in;
} people[] = {
	{ "right", "user", NULL, "pencil", true },
	{ "acting as oneself", "user", "user", "pencil", true },
	{ "acting as another", "user", "root", "pencil", false },
	{ "wrong password", "user", NULL, "Pencil", false },
	{ "longer password", "user", NULL, "pencilpencil", false },
	{ "shorter password", "user", NULL, "penci", false },
	{ "empty password", "user", NULL, "", false },
	{ "wrong user", "users", NULL, "pencil", false },
	{ "user in other case", "User", NULL, "pencil", false },
};

/* Carries texts between the two until the server has an opinion: 1 or -1;
 * -2: the client gave up. */
static int
carry(struct sasl_client *c, struct sasl_server *s)
{
	const char *from, *to;
	char *copy;
	struct err e = { 0 };
	int rc = sasl_client_first(c, &from, &e);

	if (rc == -1)
		return -2;
	if (rc == 1 && strcmp(from, "=") == 0)
		from = "";
	for (int i = 0; i < 30; i++) {
		rc = sasl_server_step(
		    s, from, from == NULL ? 0 : strlen(from), &to, &e);
		if (rc != 0)
			return rc;
		/* Each text in a block of its own size: nobody may look
		 * behind it. */
		copy = mem_dup(to);
		rc = sasl_client_step(c, copy, strlen(copy), &from, &e);
		free(copy);
		if (rc == -1)
			return -2;
	}
	return 0;
}

static int
meet(const char *mech, size_t who, enum sasl_initial initial, int ours,
    int theirs)
{
	struct sasl_secret pw = { NULL, 0 }, right = SECRET("pencil");
	struct sasl_server_config sc = { "user", &right, true, false,
		binding(theirs), NULL };
	struct sasl_config cc = { .mech = mech,
		.user = people[who].user,
		.authzid = people[who].authzid,
		.password = &pw,
		.tls = true,
		.initial = initial,
		.binding = binding(ours) };
	struct buf offered = BUF_INIT;
	struct sasl_client *c;
	struct sasl_server *s = NULL;
	struct err e = { 0 };
	int rc = -3;

	sasl_secret_set(&pw, people[who].pw, strlen(people[who].pw));
	sasl_server_mechs(&sc, &offered);
	cc.offered = buf_str(&offered);
	if (sasl_client_new(&c, &cc, &e) == 0 &&
	    sasl_server_new(&s, sasl_client_mech(c), &sc, &e) == 0) {
		rc = carry(c, s);
		CHECK(sasl_client_done(c, rc == 1 ? 235 : 535, &e) == (rc == 1),
		    "%s, %s: %s", mech, people[who].label, e.text);
		CHECK(strcmp(sasl_server_user(s), rc == 1 ? "user" : "") == 0,
		    "%s", sasl_server_user(s));
	}
	sasl_client_free(c);
	sasl_server_free(s);
	sasl_secret_wipe(&pw);
	buf_release(&offered);
	return rc;
}

static void
try_people(const char *mech)
{
	/* These two have no way to ask for another identity. */
	bool acts = strcmp(mech, "LOGIN") != 0 && strcmp(mech, "CRAM-MD5") != 0;

	for (size_t i = 0; i < sizeof people / sizeof people[0]; i++)
		for (int k = SASL_INITIAL_AUTO; k <= SASL_INITIAL_NO; k++) {
			bool in = people[i].in ||
				  (!acts && people[i].authzid != NULL);
			int rc = meet(
			    mech, i, (enum sasl_initial)k, EXPORTER, EXPORTER);

			CHECK((rc == 1) == in && (in || rc == -1 || rc == -2),
			    "%s, %s, %d: %d", mech, people[i].label, k, rc);
		}
}

/* Channel binding: what each side has. */
static void
try_binding(const char *mech)
{
	CHECK(meet(mech, 0, 0, EXPORTER, EXPORTER) == 1, "%s", mech);
	CHECK(meet(mech, 0, 0, UNIQUE, UNIQUE) == 1, "%s", mech);
	CHECK(meet(mech, 0, 0, UNIQUE | EXPORTER, UNIQUE | EXPORTER) == 1, "%s",
	    mech);
	CHECK(meet(mech, 0, 0, EXPORTER, UNIQUE | EXPORTER) == 1, "%s", mech);
	CHECK(meet(mech, 0, 0, UNIQUE, EXPORTER) == -1, "%s", mech);
	CHECK(meet(mech, 0, 0, EXPORTER | OTHER, EXPORTER) == -1,
	    "%s: somebody between", mech);
	CHECK(meet(mech, 0, 0, EXPORTER, 0) == -3, "%s: not offered", mech);
}

/* Somebody strikes -PLUS off the list: "y" against a server that binds. */
static void
try_stripped(void)
{
	struct sasl_secret pw = SECRET("pencil");
	struct sasl_server_config sc = { "user", &pw, true, false,
		binding(EXPORTER), NULL };
	struct sasl_config cc = { .offered = "SCRAM-SHA-256 PLAIN",
		.user = "user",
		.password = &pw,
		.tls = true,
		.binding = binding(EXPORTER) };
	struct sasl_client *c;
	struct sasl_server *s;
	struct err e = { 0 };

	for (int binds = 0; binds < 2; binds++) {
		sc.binding = binding(binds ? EXPORTER : 0);
		CHECK(sasl_client_new(&c, &cc, &e) == 0 &&
			  sasl_server_new(&s, "SCRAM-SHA-256", &sc, &e) == 0,
		    "%s", e.text);
		CHECK(carry(c, s) == (binds ? -1 : 1), "%d", binds);
		sasl_client_free(c);
		sasl_server_free(s);
	}
}

/* A secret as SASLprep maps it, and one that it forbids. */
static void
try_prepared(void)
{
	static const struct {
		const char *mech, *theirs, *ours;
		int want;
	} row[] = {
		{ "PLAIN", "I\xc2\xadX", "IX", 1 },
		{ "SCRAM-SHA-256", "I\xc2\xadX", "IX", 1 },
		{ "SCRAM-SHA-1", "\xe2\x85\xa8", "IX", 1 },
		{ "CRAM-MD5", "\xc2\xaa", "a", 1 },
		{ "LOGIN", "IX", "\xe2\x85\xa8", 1 },
		{ "PLAIN", "p\xff\7", "p\xff\7", 1 },
		{ "LOGIN", "p\xff\7", "p\xff\7", 1 },
		{ "PLAIN", "p\xff\7", "p\xff\6", -1 },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct sasl_secret a = SASL_SECRET_INIT, b = a;
		struct sasl_server_config sc = { "user", &a, true, false,
			binding(0), NULL };
		struct sasl_config cc = { .mech = row[i].mech,
			.user = "user",
			.password = &b,
			.tls = true };
		struct sasl_client *c;
		struct sasl_server *s;
		struct err e = { 0 };

		sasl_secret_set(&a, row[i].theirs, strlen(row[i].theirs));
		sasl_secret_set(&b, row[i].ours, strlen(row[i].ours));
		CHECK(sasl_client_new(&c, &cc, &e) == 0 &&
			  sasl_server_new(&s, row[i].mech, &sc, &e) == 0,
		    "%s", e.text);
		CHECK(carry(c, s) == row[i].want, "%s %zu", row[i].mech, i);
		sasl_client_free(c);
		sasl_server_free(s);
		sasl_secret_wipe(&a);
		sasl_secret_wipe(&b);
	}
}

static const struct {
	bool tls, insecure;
	int binding;
	const char *want;
} lists[] = {
	{ true, false, EXPORTER,
	    "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 "
	    "CRAM-MD5 PLAIN LOGIN" },
	{ true, false, 0, "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN" },
	{ false, false, EXPORTER, "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5" },
	{ false, true, 0, "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN" },
};

/* Of what there is only some: what is left works, SCRAM without its -PLUS too,
 * whose client can bind and says so ("y"). */
static void
try_allowed(void)
{
	static const struct {
		const char *allowed, *want, *mech;
		int rc;
	} row[] = {
		{ "LOGIN SCRAM-SHA-256", "SCRAM-SHA-256 LOGIN", "SCRAM-SHA-256",
		    1 },
		{ "SCRAM-SHA-1-PLUS SCRAM-SHA-256",
		    "SCRAM-SHA-256 SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", 1 },
		{ "SCRAM-SHA-1-PLUS SCRAM-SHA-256",
		    "SCRAM-SHA-256 SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS", 1 },
		{ "SCRAM-SHA-1", "SCRAM-SHA-1", "PLAIN", -3 },
		{ "XOAUTH2", "", "PLAIN", -3 },
	};
	struct sasl_secret pw = SECRET("pencil");
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct sasl_server_config sc = { "user", &pw, true, true,
			binding(EXPORTER), row[i].allowed };
		struct buf b = BUF_INIT;
		struct sasl_client *c;
		struct sasl_server *s;
		struct err e = { 0 };
		int rc = -3;

		sasl_server_mechs(&sc, &b);
		CHECK(strcmp(buf_str(&b), row[i].want) == 0, "%s", buf_str(&b));
		struct sasl_config cc = { .mech = row[i].mech,
			.offered = buf_str(&b),
			.user = "user",
			.password = &pw,
			.tls = true,
			.binding = binding(EXPORTER) };
		CHECK(sasl_client_new(&c, &cc, &e) == 0, "%s", e.text);
		if (sasl_server_new(&s, row[i].mech, &sc, &e) == 0)
			rc = carry(c, s);
		CHECK(rc == row[i].rc, "row %zu: %d %s", i, rc, e.text);
		sasl_client_free(c);
		sasl_server_free(s);
		buf_release(&b);
	}
}

/* Which mechanisms can do anything with that password? */
static void
try_ready(void)
{
	static const struct {
		const char *user, *pw;
		size_t n;
		int want;
	} row[] = {
		{ "user", "pencil", 6, 1 },
		{ "user", "p\xc3\xa4", 3, 1 },
		{ "user", "p\xff", 2, 0 },
		{ "user", "p\0q", 3, 0 },
		{ "\xff", "pencil", 6, 0 },
	};
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct sasl_secret pw = SASL_SECRET_INIT;
		struct err e = { 0 };

		sasl_secret_set(&pw, row[i].pw, row[i].n);
		CHECK(sasl_server_ready(row[i].user, &pw, &e) == row[i].want,
		    "row %zu: %s", i, e.text);
		sasl_secret_wipe(&pw);
	}
}

static void
try_lists(void)
{
	struct sasl_secret pw = SECRET("pencil");
	struct sasl_server *s;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct sasl_server_config sc = { "user", &pw, lists[i].tls,
			lists[i].insecure, binding(lists[i].binding), NULL };
		struct buf b = BUF_INIT;

		sasl_server_mechs(&sc, &b);
		CHECK(
		    strcmp(buf_str(&b), lists[i].want) == 0, "%s", buf_str(&b));
		buf_release(&b);
		CHECK(sasl_server_new(&s, "XOAUTH2", &sc, &e) == -1 &&
			  s == NULL && e.kind == ERR_USAGE,
		    "%s", e.text);
		CHECK((sasl_server_new(&s, "PLAIN", &sc, &e) == 0) ==
			  (lists[i].tls || lists[i].insecure),
		    "%s", e.text);
		sasl_server_free(s);
	}
}

/* What a client may send; each is refused, none is a crash. */
static const struct {
	const char *label, *mech;
	const char *text[2]; /* as they come, in base64 */
	int want[2];
} rude[] = {
	{ "PLAIN without a NUL", "PLAIN", { "dXNlcg==" }, { -1 } },
	{ "PLAIN with one", "PLAIN", { "dXNlcgBwZW5jaWw=" }, { -1 } },
	{ "PLAIN with three", "PLAIN", { "AHVzZXIAcGVuY2lsAA==" }, { -1 } },
	{ "PLAIN with a byte more", "PLAIN", { "AHVzZXIAcGVuY2lseA==" },
	    { -1 } },
	{ "no base64", "PLAIN", { "!!!!" }, { -1 } },
	{ "half of it", "PLAIN", { "AHV" }, { -1 } },
	{ "CRAM-MD5, initial response", "CRAM-MD5", { "dXNlcg==" }, { -1 } },
	{ "CRAM-MD5, no digest", "CRAM-MD5", { NULL, "dXNlcg==" }, { 0, -1 } },
	{ "CRAM-MD5, nothing", "CRAM-MD5", { NULL, "" }, { 0, -1 } },
	{ "LOGIN, user with a NUL", "LOGIN", { "dXNlcgA=", "cGVuY2ls" },
	    { 0, -1 } },
	{ "LOGIN, password with a NUL", "LOGIN", { "dXNlcg==", "cGVuY2lsAA==" },
	    { 0, -1 } },
	{ "LOGIN, right", "LOGIN", { "dXNlcg==", "cGVuY2ls" }, { 0, 1 } },
	{ "PLAIN, right", "PLAIN", { "AHVzZXIAcGVuY2ls" }, { 1 } },
	{ "SCRAM, empty first", "SCRAM-SHA-256", { "", "QQ==" }, { 0, -1 } },
	{ "SCRAM, no header", "SCRAM-SHA-256", { "bj11c2VyLHI9YWJj" }, { -1 } },
};

static void
try_rude(size_t i)
{
	struct sasl_secret pw = SECRET("pencil");
	struct sasl_server_config sc = { "user", &pw, true, false, binding(0),
		NULL };
	struct sasl_server *s;
	struct err e = { 0 };
	const char *b64;

	CHECK(sasl_server_new(&s, rude[i].mech, &sc, &e) == 0, "%s", e.text);
	for (int k = 0; k < 2; k++) {
		const char *t = rude[i].text[k];
		int rc =
		    sasl_server_step(s, t, t == NULL ? 0 : strlen(t), &b64, &e);

		CHECK(rc == rude[i].want[k], "%s: %d", rude[i].label, rc);
		if (rc != 0)
			break;
	}
	/* When it is over it stays so. */
	if (rude[i].want[0] != 0 || rude[i].want[1] != 0)
		CHECK(sasl_server_step(s, "AHVzZXIAcGVuY2ls", 16, &b64, &e) ==
			      -1 &&
			  *b64 == '\0',
		    "%s", rude[i].label);
	sasl_server_free(s);
}

/* SCRAM's last word needs an empty answer, nothing else. */
static void
try_last(void)
{
	struct sasl_secret pw = SECRET("pencil");
	struct sasl_server_config sc = { "user", &pw, true, false, binding(0),
		NULL };
	struct sasl_config cc = {
		.mech = "SCRAM-SHA-256", .user = "user", .password = &pw
	};
	struct sasl_client *c;
	struct sasl_server *s;
	struct err e = { 0 };
	const char *a, *b;

	CHECK(sasl_client_new(&c, &cc, &e) == 0 &&
		  sasl_server_new(&s, "SCRAM-SHA-256", &sc, &e) == 0 &&
		  sasl_client_first(c, &a, &e) == 1 &&
		  sasl_server_step(s, a, strlen(a), &b, &e) == 0 &&
		  sasl_client_step(c, b, strlen(b), &a, &e) == 0 &&
		  sasl_server_step(s, a, strlen(a), &b, &e) == 0,
	    "%s", e.text);
	CHECK(strcmp(sasl_server_user(s), "") == 0, "not yet");
	CHECK(sasl_server_step(s, "QQ==", 4, &b, &e) == -1, "more");
	CHECK(strcmp(sasl_server_user(s), "") == 0, "not then");
	sasl_client_free(c);
	sasl_server_free(s);
}

/* LOGIN's prompts are those that clients look for; no end is bounded. */
static void
try_prompts(void)
{
	struct sasl_secret pw = SECRET("pencil");
	struct sasl_server_config sc = { "user", &pw, false, true, binding(0),
		NULL };
	struct sasl_server *s;
	struct err e = { 0 };
	const char *b64;
	int n = 0;

	CHECK(sasl_server_new(&s, "login", &sc, &e) == 0, "%s", e.text);
	CHECK(sasl_server_step(s, NULL, 0, &b64, &e) == 0 &&
		  strcmp(b64, "VXNlcm5hbWU6") == 0,
	    "%s", b64);
	CHECK(sasl_server_step(s, "dXNlcg==", 8, &b64, &e) == 0 &&
		  strcmp(b64, "UGFzc3dvcmQ6") == 0,
	    "%s", b64);
	sasl_server_free(s);
	CHECK(sasl_server_new(&s, "LOGIN", &sc, &e) == 0, "%s", e.text);
	while (n < 100 && sasl_server_step(s, "", 0, &b64, &e) == 0)
		n++;
	CHECK(n < 30, "%d", n);
	sasl_server_free(s);
	sasl_server_free(NULL);
}

int
main(void)
{
	static const char *const mechs[] = { "PLAIN", "LOGIN", "CRAM-MD5",
		"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
		"SCRAM-SHA-256-PLUS" };

	for (size_t i = 0; i < sizeof mechs / sizeof mechs[0]; i++)
		try_people(mechs[i]);
	try_binding("SCRAM-SHA-1-PLUS");
	try_binding("SCRAM-SHA-256-PLUS");
	try_stripped();
	try_prepared();
	try_lists();
	try_allowed();
	try_ready();
	for (size_t i = 0; i < sizeof rude / sizeof rude[0]; i++)
		try_rude(i);
	try_last();
	try_prompts();
	return check_done();
}
