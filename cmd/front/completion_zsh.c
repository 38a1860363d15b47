/* The script for zsh: _arguments does the work. */
#include "cmd/front/completion_parts.h"

#include "cmd/talk/cmd.h"
#include "net/core/verb.h"

static const char completion_zsh_head[] =
    "#compdef smtpsh\n"
    "# zsh completion for smtpsh, made by: smtpsh --completion zsh\n\n"
    "_smtpsh_hosts() {\n"
    "\tlocal history=${XDG_STATE_HOME:-$HOME/.local/state}/smtpsh/history\n"
    "\tlocal -aU used\n"
    "\t[[ ! -r $history ]] || used=(${(f)\"$(LC_ALL=C sed -n \\\n"
    "\t\t" HISTORY_SED " $history)\"})\n"
    "\tused+=(${(f)\"$(smtpsh --list hosts 2>/dev/null)\"})\n"
    "\t_alternative 'used:host used before:compadd -a used' \\\n"
    "\t\t'hosts:host:_hosts'\n"
    "}\n\n";

static void
completion_zsh_lines(struct buf *b)
{
	buf_adds(b, "_smtpsh_lines() {\n\tlocal -a verbs=(\n");
	for (size_t i = 0; verb_at(i) != NULL; i++) {
		if (verb_at(i)->name[0] == '(')
			continue;
		buf_addf(b, "\t\t'%s:", verb_at(i)->name);
		completion_quoted(b, verb_at(i)->text, "");
		buf_adds(b, "'\n");
	}
	buf_adds(b, "\t) commands=(\n");
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		buf_addf(b, "\t\t'\\\\%s:", cmd_table[i]->name);
		completion_quoted(b, cmd_table[i]->text, "\\");
		buf_adds(b, "'\n");
	}
	buf_adds(b, "\t)\n"
		    "\t_describe -t verbs verb verbs -M 'm:{a-z}={A-Z}'\n"
		    "\t_describe -t commands command commands\n"
		    "}\n\n");
}

static void
completion_zsh_option(struct buf *b, const struct opt *t, const char *name)
{
	struct buf choices = BUF_INIT;
	const char *value = t->arg[0] == '\0' ? "" : "=";
	if (t->letter != 0)
		buf_addf(b, "\t\t'*'{-%c%s,--%s%s}'[", t->letter,
		    *value ? "+" : "", t->name, value);
	else
		buf_addf(b, "\t\t'*--%s%s[", name, value);
	completion_quoted(b, t->text, "[]:\\");
	buf_adds(b, "]");
	if (t->arg[0] != '\0') {
		buf_adds(b, completion_optional(t->arg) ? "::" : ":");
		completion_quoted(b, t->arg, ":\\");
		buf_addc(b, ':');
		if (completion_choices(&choices, t->arg, " ") > 0)
			buf_addf(b, "(%s)", buf_str(&choices));
		else
			buf_adds(b, completion_value(t->arg)->zsh);
	}
	buf_adds(b, "' \\\n");
	buf_release(&choices);
}

void
completion_zsh(struct buf *b)
{
	buf_adds(b, completion_zsh_head);
	buf_adds(b, "_smtpsh_words() {\n\tlocal -a known=(\n\t\t");
	completion_words(b, "\n\t\t");
	buf_adds(b, "\n\t)\n"
		    "\t[[ $PREFIX != [245].* ]] ||\n"
		    "\t\tknown=(${known/#X./${PREFIX%%.*}.})\n"
		    "\tcompadd -M 'm:{a-z}={A-Z}' -a known\n"
		    "}\n\n");
	completion_zsh_lines(b);
	buf_adds(b, "_smtpsh_rest() {\n"
		    "\tif (( ${words[(I)--explain*]} )); then\n"
		    "\t\t_smtpsh_words\n"
		    "\telse\n"
		    "\t\t_smtpsh_hosts\n"
		    "\tfi\n"
		    "}\n\n"
		    "_smtpsh() {\n"
		    "\t_arguments -s -S \\\n");
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		completion_zsh_option(b, t, t->name);
		if (t->also[0] != '\0')
			completion_zsh_option(b, t, t->also);
	}
	buf_adds(b, "\t\t'*:host or word:_smtpsh_rest'\n"
		    "}\n\n"
		    "_smtpsh \"$@\"\n");
}
