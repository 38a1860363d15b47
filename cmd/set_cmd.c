/* The settings' table, and \set. */
#include "cmd/shell/set.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/talk/cmd.h"
#include "cmd/lang/duration.h"

static int
set_flag(bool *flag, const char *value, struct err *e)
{
	if (strcasecmp(value, "on") == 0 || strcasecmp(value, "yes") == 0)
		*flag = true;
	else if (strcasecmp(value, "off") == 0 || strcasecmp(value, "no") == 0)
		*flag = false;
	else
		return err_set(e, ERR_USAGE, "'%s': expected on or off", value);
	return 0;
}

static void
set_show(bool flag, struct buf *b)
{
	buf_adds(b, flag ? "on" : "off");
}

#define SET_FLAG(name, field)                                                  \
	static int set_##name(struct shell *sh, const char *v, struct err *e)  \
	{                                                                      \
		return set_flag(&sh->field, v, e);                             \
	}                                                                      \
	static void set_get_##name(const struct shell *sh, struct buf *b)      \
	{                                                                      \
		set_show(sh->field, b);                                        \
	}

SET_FLAG(bare, bare)
SET_FLAG(stop, stop)
SET_FLAG(keep_going, keep_going)
SET_FLAG(reveal, reveal)

static int
set_verify(struct shell *sh, const char *v, struct err *e)
{
	bool on = !sh->secure.unverified;
	if (set_flag(&on, v, e) < 0)
		return -1;
	sh->secure.unverified = sh->secure.verify_off = !on;
	return 0;
}

static void
set_get_verify(const struct shell *sh, struct buf *b)
{
	set_show(!sh->secure.unverified, b);
}

/* What the screen shows. */
#define SET_LOOK(name, field)                                                  \
	static int set_##name(struct shell *sh, const char *v, struct err *e)  \
	{                                                                      \
		if (set_flag(&sh->look.field, v, e) < 0)                       \
			return -1;                                             \
		if (sh->screen != NULL)                                        \
			human_set(sh->screen, &sh->look);                      \
		return 0;                                                      \
	}                                                                      \
	static void set_get_##name(const struct shell *sh, struct buf *b)      \
	{                                                                      \
		set_show(sh->look.field, b);                                   \
	}

SET_LOOK(remarks, remarks)
SET_LOOK(colour, colour)

static int
set_match(struct shell *sh, const char *v, struct err *e)
{
	if (strcmp(v, "text") != 0 && strcmp(v, "code") != 0)
		return err_set(e, ERR_USAGE, "'%s': expected code or text", v);
	sh->match_text = strcmp(v, "text") == 0;
	return 0;
}

static void
set_get_match(const struct shell *sh, struct buf *b)
{
	buf_adds(b, sh->match_text ? "text" : "code");
}

static int
set_timeout(struct shell *sh, const char *v, struct err *e)
{
	int64_t ms;
	if (strcmp(v, "default") == 0) {
		link_times_init(&sh->times);
		return 0;
	}
	if (duration_parse(v, &ms, e) < 0)
		return -1;
	link_times_all(&sh->times, ms);
	return 0;
}

static void
set_get_timeout(const struct shell *sh, struct buf *b)
{
	struct link_times t;
	link_times_init(&t);
	if (memcmp(&t, &sh->times, sizeof t) == 0)
		buf_adds(b, "default");
	else
		buf_addf(b, "%lldms", (long long)sh->times.other);
}

static int
set_text_max(struct shell *sh, const char *v, struct err *e)
{
	char *end;
	unsigned long long n = strtoull(v, &end, 10);
	if (*v < '0' || *v > '9' || *end != '\0')
		return err_set(
		    e, ERR_USAGE, "'%s': expected a number of octets", v);
	sh->look.text_max = n;
	if (sh->screen != NULL)
		human_set(sh->screen, &sh->look);
	return 0;
}

static void
set_get_text_max(const struct shell *sh, struct buf *b)
{
	buf_addf(b, "%llu", (unsigned long long)sh->look.text_max);
}

const struct setting set_table[] = { { "bare", "on|off",
					 "send nothing that was not written",
					 set_bare, set_get_bare },
	{ "colour", "on|off", "mark replies by colour", set_colour,
	    set_get_colour },
	{ "keep-going", "on|off", "go on after a missed expectation",
	    set_keep_going, set_get_keep_going },
	{ "match", "code|text", "what an expectation compares", set_match,
	    set_get_match },
	{ "remarks", "on|off", "explain replies", set_remarks,
	    set_get_remarks },
	{ "reveal", "on|off", "show secrets in AUTH lines", set_reveal,
	    set_get_reveal },
	{ "stop", "on|off", "end at the first refusal", set_stop,
	    set_get_stop },
	{ "text-max", "OCTETS", "how much of a message the screen shows",
	    set_text_max, set_get_text_max },
	{ "tls-verify", "on|off", "check certificates", set_verify,
	    set_get_verify },
	{ "timeout", "DURATION|default", "how long to wait for each reply",
	    set_timeout, set_get_timeout },
	{ 0 } };

const struct setting *
set_find(const char *name)
{
	for (const struct setting *s = set_table; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static int
set_exec(struct shell *sh, const struct cmd_args *a, struct err *e)
{
	const struct setting *s = set_find(a->word[0]);
	if (s != NULL && a->n == 2)
		return s->set(sh, a->word[1], e);
	if (s != NULL)
		return err_set(
		    e, ERR_USAGE, "\\set %s takes %s", s->name, s->values);
	struct buf b = BUF_INIT;
	for (size_t i = 1; i < a->n; i++) {
		if (i > 1)
			buf_addc(&b, ' ');
		buf_adds(&b, a->word[i]);
	}
	int r = vars_set(&sh->vars, a->word[0], buf_str(&b), buf_len(&b), e);
	buf_wipe(&b);
	return r;
}

const struct cmd cmd_set = {
	.name = "set",
	.args = "SETTING|NAME [VALUE...]",
	.text = "set a variable, or a setting (\\show lists them)",
	.exec = set_exec,
};
