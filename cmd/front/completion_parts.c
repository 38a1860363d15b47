/* What completion scripts are made of, from the tables: an option's value is
 * completed by what its placeholder says. Hosts come from smtpsh's history and
 * the shell's own list; a line of the history is data, so no shell ever
 * expands one. */
#include "cmd/front/completion_parts.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/talk/cmd.h"
#include "cmd/know/explain.h"
#include "net/sasl/sasl.h"
#include "net/core/verb.h"

static const struct completion_value completion_values[] = {
	{ "FILE", "_smtpsh_files default -f", "_files", "-r -F" },
	{ "FOLDER", "_smtpsh_files dirnames -d", "_files -/",
	    "-x -a '(__fish_complete_directories)'" },
	{ "HOST", "_smtpsh_hosts", "_smtpsh_hosts",
	    "-x -a '(__smtpsh_hosts)'" },
	{ "DOMAIN", "_smtpsh_hosts", "_smtpsh_hosts",
	    "-x -a '(__smtpsh_hosts)'" },
	{ "PORT", "_smtpsh_names service", "_ports",
	    "-x -a 'smtp submission submissions'" },
	{ "COMMAND", "_smtpsh_names command", "_cmdstring",
	    "-x -a '(__fish_complete_subcommand)'" },
	{ "LINE", "_smtpsh_lines", "_smtpsh_lines",
	    "-x -a '(__smtpsh_lines)'" },
	{ "WORD", "_smtpsh_words", "_smtpsh_words",
	    "-x -a '(__smtpsh_words)'" },
	{ NULL, "", " ", "-x" }
};

const struct completion_value *
completion_value(const char *arg)
{
	const struct completion_value *v = completion_values;
	while (v->arg != NULL && strcmp(v->arg, arg) != 0)
		v++;
	return v;
}

bool
completion_optional(const char *arg)
{
	size_t len = strlen(arg);
	return arg[0] == '[' && arg[len - 1] == ']';
}

static size_t
completion_mechanisms(struct buf *b, const char *sep)
{
	size_t n = 0;
	for (; sasl_mech_at(n) != NULL; n++)
		buf_addf(b, "%s%s", n > 0 ? sep : "", sasl_mech_at(n)->name);
	return n;
}

size_t
completion_choices(struct buf *b, const char *arg, const char *sep)
{
	size_t n = 0;
	if (strstr(arg, "MECHANISM") != NULL)
		return completion_mechanisms(b, sep);
	if (strcmp(arg, "[GROUP]") == 0) {
		for (; opts_group_word(n) != NULL; n++)
			buf_addf(
			    b, "%s%s", n > 0 ? sep : "", opts_group_word(n));
		return n;
	}
	if (strchr(arg, '|') == NULL || strchr(arg, '[') != NULL)
		return 0;
	for (const char *p = arg; *p != '\0';) {
		size_t len = strcspn(p, "|");
		if (*p < 'A' || *p > 'Z') {
			buf_adds(b, n++ > 0 ? sep : "");
			buf_add(b, p, len);
		}
		p += len + (p[len] == '|');
	}
	return n;
}

void
completion_quoted(struct buf *b, const char *s, const char *special)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_adds(b, "'\\''");
		else if (strchr(special, *s) != NULL)
			buf_addf(b, "\\%c", *s);
		else
			buf_addc(b, *s);
	}
}

/* Words filled into lines. */
struct completion_fill {
	struct buf *b;
	const char *next; /* what begins another line, and ends this one */
	size_t column;
};

static void
completion_word(struct completion_fill *f, const char *word)
{
	size_t len = strlen(word);
	if (f->column > 0 && f->column + 1 + len > 70) {
		buf_adds(f->b, f->next);
		f->column = 0;
	} else if (f->column > 0) {
		buf_addc(f->b, ' ');
		f->column++;
	}
	buf_adds(f->b, word);
	f->column += len;
}

void
completion_words(struct buf *b, const char *next)
{
	struct completion_fill f = { b, next, 0 };
	char *w;
	for (size_t i = 0; (w = explain_candidate("", 0, i)) != NULL; i++) {
		completion_word(&f, w);
		free(w);
	}
}

void
completion_verbs(struct buf *b, const char *next)
{
	struct completion_fill f = { b, next, 0 };
	for (size_t i = 0; verb_at(i) != NULL; i++)
		if (verb_at(i)->name[0] != '(')
			completion_word(&f, verb_at(i)->name);
}

void
completion_commands(struct buf *b, const char *next)
{
	struct completion_fill f = { b, next, 0 };
	for (size_t i = 0; cmd_table[i] != NULL; i++)
		completion_word(&f, cmd_table[i]->name);
}

void
completion_options(struct buf *b, const char *next)
{
	struct completion_fill f = { b, next, 0 };
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		struct buf w = BUF_INIT;
		if (t->letter != 0) {
			buf_addf(&w, "-%c", t->letter);
			completion_word(&f, buf_str(&w));
			buf_clear(&w);
		}
		buf_addf(&w, "--%s", t->name);
		completion_word(&f, buf_str(&w));
		buf_release(&w);
	}
}
