/* covers: cmd/lang/import.c cmd/lang/import_bare.c cmd/lang/import_clean.c
 *         cmd/lang/import_field.c cmd/lang/import_json.c
 *         cmd/lang/import_literal.c
 *         cmd/lang/import_loop.c cmd/lang/import_notation.c
 *         cmd/lang/import_session.c cmd/lang/import_trace.c
 *         cmd/lang/import_auth.c cmd/lang/import_mark.c cmd/lang/import_say.c
 *         cmd/lang/import_text.c
 * Transcripts: what an importer writes is a conversation file whose lines know
 * where they came from, or it says why not; and to import that again is not
 * tried, for it is one. */
#include "fuzz.h"
#include "cmd/lang/import.h"
#include "cmd/lang/lang.h"
#include "cmd/talk/cmd.h"

static void
import_is_whole(const struct import *got)
{
	size_t lines = 0;
	struct script s;
	struct err e = { 0 };
	for (size_t i = 0; i < got->len; i++)
		lines += got->text[i] == '\n';
	RULE(lines == got->lines);
	RULE(got->len == 0 || got->text[got->len - 1] == '\n');
	RULE(import_is_native(got->text, got->len));
	for (size_t i = 1; i < lines; i++)
		RULE(got->at[i - 1] <= got->at[i]);
	if (script_parse(
		&s, "f", got->text, got->len, DIALECT_5321, cmd_word, &e) < 0) {
		RULE(e.kind == ERR_DATA);
		return;
	}
	RULE(s.dialect == DIALECT_5321);
	for (size_t i = 0; i < s.n; i++)
		RULE(s.stmt[i].kind != STMT_SEND || s.stmt[i].tagged ||
		     s.stmt[i].answer);
	script_release(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const as[] = { NULL, NULL, NULL, "telnet", "rfc",
		"exchange", "smtplib", "arrows" };
	struct import got;
	struct err e = { 0 };
	if (size == 0)
		return 0;
	struct import_want want = { .as = as[data[0] % 8],
		.session = data[0] / 8 % 3,
		.mask = data[0] & 0x80 ? MASK_ANY : MASK_AUTH };
	struct import_source in = { .p = fuzz_copy(data + 1, size - 1),
		.len = size - 1 };
	(void)import_is_foreign(in.p, in.len);
	(void)import_is_captured(in.p, in.len);
	int r = import_text(&got, "f", &in, &want, &e);
	free(in.p);
	RULE(r == 0 || r == 1 || r == -1);
	if (r < 0)
		RULE(e.kind == ERR_DATA || e.kind == ERR_USAGE);
	if (r != 0)
		return 0;
	RULE(strncmp(got.note, "f read as ", 10) == 0);
	import_is_whole(&got);
	import_release(&got);
	return 0;
}
