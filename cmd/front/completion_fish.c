/* The script for fish: a line for each option. */
#include "cmd/front/completion_parts.h"

#include "cmd/talk/cmd.h"
#include "net/core/verb.h"

static const char completion_fish_head[] =
    "# fish completion for smtpsh, made by: smtpsh --completion fish\n\n"
    "function __smtpsh_hosts\n"
    "    set -l state $XDG_STATE_HOME\n"
    "    test -n \"$state\"; or set state ~/.local/state\n"
    "    test -r $state/smtpsh/history\n"
    "    and LC_ALL=C sed -n " HISTORY_SED " $state/smtpsh/history\n"
    "    smtpsh --list hosts 2>/dev/null\n"
    "    __fish_print_hostnames\n"
    "end\n\n";

static void
completion_fish_lines(struct buf *b)
{
	buf_adds(b, "function __smtpsh_lines\n"
		    "    printf '%s\\t%s\\n' \\\n");
	for (size_t i = 0; verb_at(i) != NULL; i++) {
		if (verb_at(i)->name[0] == '(')
			continue;
		buf_addf(b, "        %s '", verb_at(i)->name);
		completion_quoted(b, verb_at(i)->text, "\\");
		buf_adds(b, "' \\\n");
	}
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		buf_addf(b, "        '\\\\%s' '", cmd_table[i]->name);
		completion_quoted(b, cmd_table[i]->text, "\\");
		buf_adds(b, cmd_table[i + 1] != NULL ? "' \\\n" : "'\n");
	}
	buf_adds(b, "end\n\n");
}

static void
completion_fish_option(struct buf *b, const struct opt *t)
{
	struct buf choices = BUF_INIT;
	buf_adds(b, "complete -c smtpsh");
	if (t->letter != 0)
		buf_addf(b, " -s %c", t->letter);
	buf_addf(b, " -l %s", t->name);
	if (t->also[0] != '\0')
		buf_addf(b, " -l %s", t->also);
	if (t->arg[0] != '\0' && completion_choices(&choices, t->arg, " ") > 0)
		buf_addf(b, "%s -a '%s'",
		    completion_optional(t->arg) ? "" : " -x",
		    buf_str(&choices));
	else if (t->arg[0] != '\0')
		buf_addf(b, " %s", completion_value(t->arg)->fish);
	buf_adds(b, " -d '");
	completion_quoted(b, t->text, "\\");
	buf_adds(b, "'\n");
	buf_release(&choices);
}

void
completion_fish(struct buf *b)
{
	buf_adds(b, completion_fish_head);
	buf_adds(b, "function __smtpsh_words\n"
		    "    set -l known \\\n        ");
	completion_words(b, " \\\n        ");
	buf_adds(b, "\n"
		    "    set -l class (string match -r '^[245](?=\\.)' -- \\\n"
		    "        (commandline -ct))\n"
		    "    and set known (string replace -r '^X\\.' $class. "
		    "$known)\n"
		    "    printf '%s\\n' $known\n"
		    "end\n\n");
	completion_fish_lines(b);
	buf_adds(b, "complete -c smtpsh -f\n"
		    "complete -c smtpsh -n 'not __fish_contains_opt explain' "
		    "-a '(__smtpsh_hosts)'\n"
		    "complete -c smtpsh -n '__fish_contains_opt explain' "
		    "-a '(__smtpsh_words)'\n");
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		completion_fish_option(b, t);
}
