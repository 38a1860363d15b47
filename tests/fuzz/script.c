/* covers: cmd/lang/lang.c cmd/lang/script.c
 * Conversation files: a file reads as its lines do, and what is said about a
 * malformed one names a line of it. */
#include "fuzz.h"
#include "cmd/lang/lang.h"
#include "cmd/talk/cmd.h"

static void
script_lines(const char *p, size_t len, enum dialect d)
{
	struct lang l;
	struct stmt st = { 0 };
	struct err e = { 0 };

	lang_init(&l, "f", d);
	while (len > 0) {
		const char *lf = memchr(p, '\n', len);
		size_t n = lf != NULL ? (size_t)(lf - p) : len;
		char *line = fuzz_copy(p, n);
		int rc = lang_line(&l, line, n, &st, &e);
		free(line);
		RULE(rc == 0 || (rc == -1 && e.kind == ERR_DATA));
		if (rc == 0)
			RULE(st.text == NULL || st.text[st.len] == '\0');
		stmt_clear(&st);
		n += lf != NULL;
		p += n;
		len -= n;
	}
	if (lang_end(&l, &e) != 0)
		RULE(e.kind == ERR_DATA);
	lang_release(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dialect dialects[] = { DIALECT_UNKNOWN, DIALECT_821,
		DIALECT_5321 };
	struct script s = { 0 };
	struct err e = { 0 };

	if (size == 0)
		return 0;
	enum dialect d = dialects[data[0] % 3];
	char *text = fuzz_copy(data + 1, size - 1);
	if (script_parse(&s, "f", text, size - 1, d, cmd_word, &e) == 0) {
		unsigned line = 0;
		for (size_t i = 0; i < s.n; i++) {
			RULE(s.stmt[i].line >= line);
			line = s.stmt[i].line;
		}
		script_release(&s);
	} else {
		RULE(e.kind == ERR_DATA);
		RULE(strncmp(e.text, "f:", 2) == 0);
	}
	script_lines(text, size - 1, d);
	free(text);
	return 0;
}
