/* The script for bash: no more than version 3.2 has, and no bash-completion.
 * bash takes words apart at ':' and '=': they are joined first. */
#include "cmd/front/completion_parts.h"

static const char completion_bash_head[] =
    "# bash completion for smtpsh, made by: smtpsh --completion bash\n\n"
    "# Adds the lines of standard input that begin with $cur. What stands\n"
    "# before the last ':' is not replaced, as bash ends a word there.\n"
    "_smtpsh_reply() {\n"
    "\tlocal w keep=''\n"
    "\t[[ $cur != *:* ]] || keep=${cur%:*}:\n"
    "\twhile IFS= read -r w; do\n"
    "\t\t[[ $w != \"$cur\"* ]] || COMPREPLY+=(\"${w#\"$keep\"}\")\n"
    "\tdone\n"
    "}\n\n"
    "_smtpsh_choose() {\n"
    "\t_smtpsh_reply < <(printf '%s\\n' \"$@\")\n"
    "}\n\n"
    "_smtpsh_names() {\n"
    "\t_smtpsh_reply < <(compgen -A \"$1\" -- \"$cur\" | sort -u)\n"
    "}\n\n"
    "# readline knows best how to quote a name; bash 3.2 has no compopt.\n"
    "_smtpsh_files() {\n"
    "\tcompopt -o \"$1\" 2>/dev/null && return\n"
    "\tlocal w\n"
    "\twhile IFS= read -r w; do\n"
    "\t\tCOMPREPLY+=(\"$w\")\n"
    "\tdone < <(compgen \"$2\" -- \"$cur\")\n"
    "}\n\n"
    "_smtpsh_hosts() {\n"
    "\tlocal history=${XDG_STATE_HOME:-$HOME/.local/state}/smtpsh/history\n"
    "\t_smtpsh_reply < <({\n"
    "\t\t[[ ! -r $history ]] || LC_ALL=C sed -n \\\n"
    "\t\t\t" HISTORY_SED " \"$history\"\n"
    "\t\tsmtpsh --list hosts 2>/dev/null\n"
    "\t\tcompgen -A hostname\n"
    "\t} | sort -u)\n"
    "}\n\n";

static void
completion_bash_words(struct buf *b)
{
	buf_adds(b, "_smtpsh_words() {\n"
		    "\tlocal words=(\n\t\t");
	completion_words(b, "\n\t\t");
	/* 5.1.1 is X.1.1; words and verbs may be typed in small letters. */
	buf_adds(b,
	    "\n\t)\n"
	    "\tcase $cur in\n"
	    "\t[245].*) words=(\"${words[@]/#X./${cur%%.*}.}\") ;;\n"
	    "\t*) cur=$(printf %s \"$cur\" | tr '[:lower:]' '[:upper:]') ;;\n"
	    "\tesac\n"
	    "\t_smtpsh_choose \"${words[@]}\"\n"
	    "}\n\n"
	    "# A line of the language: behind a quote as it is, else with the\n"
	    "# backslash doubled.\n"
	    "_smtpsh_lines() {\n"
	    "\tlocal w slash=\\\\\\\\ words=(\n\t\t");
	completion_verbs(b, "\n\t\t");
	buf_adds(b, "\n\t) commands=(\n\t\t");
	completion_commands(b, "\n\t\t");
	buf_adds(b,
	    "\n\t)\n"
	    "\tcase $cur in\n"
	    "\t[\\'\\\"]*) slash=\\\\ cur=${cur#?} ;;\n"
	    "\tesac\n"
	    "\tfor w in \"${commands[@]}\"; do\n"
	    "\t\twords+=(\"$slash$w\")\n"
	    "\tdone\n"
	    "\tcase $cur in\n"
	    "\t\\\\*) ;;\n"
	    "\t*) cur=$(printf %s \"$cur\" | tr '[:lower:]' '[:upper:]') ;;\n"
	    "\tesac\n"
	    "\t_smtpsh_choose \"${words[@]}\"\n"
	    "}\n\n");
}

static void
completion_bash_values(struct buf *b)
{
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		struct buf choices = BUF_INIT;
		if (t->arg[0] == '\0')
			continue;
		const char *value = completion_value(t->arg)->bash;
		buf_adds(b, "\t");
		if (t->letter != 0)
			buf_addf(b, "-%c | ", t->letter);
		if (t->also[0] != '\0')
			buf_addf(b, "--%s | ", t->also);
		if (completion_choices(&choices, t->arg, " ") > 0)
			buf_addf(b, "--%s) _smtpsh_choose %s ;;\n", t->name,
			    buf_str(&choices));
		else
			buf_addf(b, "--%s) %s%s;;\n", t->name, value,
			    value[0] != '\0' ? " " : "");
		buf_release(&choices);
	}
}

void
completion_bash(struct buf *b)
{
	buf_adds(b, completion_bash_head);
	completion_bash_words(b);
	buf_adds(b, "_smtpsh() {\n"
		    "\tlocal cur prev w i glue='' explain='' words=() n=0\n"
		    "\tCOMPREPLY=()\n"
		    "\tfor ((i = 0; i <= COMP_CWORD; i++)); do\n"
		    "\t\tw=${COMP_WORDS[i]}\n"
		    "\t\tif ((n > 1)) && [[ $glue || $w == [:=]* ]]; then\n"
		    "\t\t\twords[n - 1]+=$w\n"
		    "\t\telse\n"
		    "\t\t\twords[n++]=$w\n"
		    "\t\tfi\n"
		    "\t\tglue=\n"
		    "\t\t[[ $w != [:=]* ]] || glue=yes\n"
		    "\tdone\n"
		    "\tcur=${words[n - 1]} prev=${words[n > 1 ? n - 2 : 0]}\n"
		    "\tfor ((i = 1; i < n - 1; i++)); do\n"
		    "\t\t[[ ${words[i]} != --explain* ]] || explain=yes\n"
		    "\tdone\n"
		    "\tcase $cur in\n"
		    "\t--*=*) prev=${cur%%=*} cur=${cur#*=} ;;\n"
		    "\t-*) prev='' ;;\n"
		    "\tesac\n"
		    "\tcase $prev in\n");
	completion_bash_values(b);
	buf_adds(b, "\t*)\n"
		    "\t\tif [[ $cur == -* ]]; then\n"
		    "\t\t\twords=(\n\t\t\t\t");
	completion_options(b, "\n\t\t\t\t");
	buf_adds(b, "\n\t\t\t)\n"
		    "\t\t\t_smtpsh_choose \"${words[@]}\"\n"
		    "\t\telif [[ $explain ]]; then\n"
		    "\t\t\t_smtpsh_words\n"
		    "\t\telse\n"
		    "\t\t\t_smtpsh_hosts\n"
		    "\t\tfi\n"
		    "\t\t;;\n"
		    "\tesac\n"
		    "}\n\n"
		    "complete -F _smtpsh smtpsh\n");
}
