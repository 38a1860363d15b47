/* What a word was probably meant to be. */
#include "check.h"

#include <string.h>
#include "cmd/lang/near.h"
#include "cmd/mistyped.h"
#include "cmd/talk/cmd.h"

static const struct {
	const char *a, *b;
	bool near;
} near_rows[] = {
	{ "MIAL", "MAIL", true },
	{ "rctp", "RCPT", true },
	{ "MAI", "MAIL", true },
	{ "MAILL", "MAIL", true },
	{ "AMIL", "MAIL", true },
	{ "MAUL", "MAIL", true },
	{ "xMAIL", "MAIL", true },
	{ "MAIL", "MAIL", false },
	{ "mail", "MAIL", false },
	{ "MIALX", "MAIL", false },
	{ "LIAM", "MAIL", false },
	{ "MA", "MAIL", false },
	{ "", "MAIL", false },
	{ "M\303IL", "MAIL", true },
};

static const struct {
	const char *line, *want; /* NULL: no idea */
} line_rows[] = {
	{ "mial FROM:<a@b>", "did you mean MAIL?" },
	{ "HLEO x", "did you mean HELO?" },
	{ "strattls", "did you mean STARTTLS?" },
	{ "exit", "that went to the server; did you mean \\quit?" },
	{ "EXIT now", "that went to the server; did you mean \\quit?" },
	{ "?", "that went to the server; did you mean \\help?" },
	{ "connect mx", "that went to the server; did you mean \\connect?" },
	{ "XYZZY", NULL },
	{ "", NULL },
	{ " mail", NULL },
	{ "(greetin", NULL },
};

static const struct {
	const char *name, *want;
} command_rows[] = {
	{ "explian", "explain" },
	{ "conect", "connect" },
	{ "exit", "quit" },
	{ "?", "help" },
	{ "xyzzy", NULL },
	{ "", NULL },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof near_rows / sizeof *near_rows; i++) {
		const char *a = near_rows[i].a, *b = near_rows[i].b;
		bool near = near_rows[i].near;
		CHECK(near_word(a, strlen(a), b, strlen(b)) == near, "%s %s", a,
		    b);
		CHECK(near_word(b, strlen(b), a, strlen(a)) == near, "%s %s", b,
		    a);
	}
	for (size_t i = 0; i < sizeof line_rows / sizeof *line_rows; i++) {
		struct buf b = BUF_INIT;
		const char *line = line_rows[i].line, *want = line_rows[i].want;
		bool any = mistyped_line(&b, line, strlen(line));
		CHECK(any == (want != NULL), "%s", line);
		CHECK(strcmp(buf_str(&b), want == NULL ? "" : want) == 0,
		    "%s: %s", line, buf_str(&b));
		buf_release(&b);
	}
	for (size_t i = 0; i < sizeof command_rows / sizeof *command_rows;
	     i++) {
		const char *name = command_rows[i].name;
		const char *want = command_rows[i].want;
		const char *got = mistyped_command(name, strlen(name));
		CHECK((got == NULL) == (want == NULL), "%s", name);
		CHECK(want == NULL || (got != NULL && strcmp(got, want) == 0),
		    "%s", name);
	}
	return check_done();
}
