#include "cmd/shell/setting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cmd/lang/duration.h"

#define TALK(field) SETTING_TALK, offsetof(struct settings, field)
#define LOOK(field) SETTING_LOOK, offsetof(struct human_opts, field)
#define ON_OFF	    "on|off"

const struct setting setting_table[] = {
	{ "bare", NULL, "bare", ON_OFF, "send nothing that was not written",
	    SETTING_FLAG, TALK(bare), "off", 0, 0, SETTING_FREE },
	{ "colour", "color", "color", "on|off|auto", "mark replies by colour",
	    SETTING_COLOUR, LOOK(colour), "auto", 0, 0, SETTING_FREE },
	{ "early", NULL, "early", ON_OFF,
	    "send lines before the greeting has come", SETTING_FLAG,
	    TALK(early), "off", 0, 0, SETTING_FREE },
	{ "keep-going", NULL, "keep-going", ON_OFF,
	    "go on after a missed expectation", SETTING_FLAG, TALK(keep_going),
	    "off", 0, 0, SETTING_FREE },
	{ "match", NULL, NULL, "code|text", "what an expectation compares",
	    SETTING_EITHER, TALK(match_text), "code", 0, 0, SETTING_FREE },
	{ "remarks", NULL, "no-remarks", ON_OFF, "explain replies",
	    SETTING_FLAG, LOOK(remarks), "on", 0, 0, SETTING_FREE },
	{ "reveal", NULL, NULL, ON_OFF, "show secrets in AUTH lines",
	    SETTING_FLAG, TALK(reveal), "off", 0, 0, SETTING_SHOWS },
	{ "stop", NULL, "stop", ON_OFF, "end at the first refusal",
	    SETTING_FLAG, TALK(stop), "off", 0, 0, SETTING_FREE },
	{ "text-max", NULL, NULL, "OCTETS",
	    "how much of a message the screen shows", SETTING_OCTETS,
	    LOOK(text_max), "65536", 0, UINT64_MAX, SETTING_FREE },
	{ "tls-verify", NULL, "tls-verify", ON_OFF, "check certificates",
	    SETTING_FLAG_NOT, TALK(tls_unverified), "on", 0, 0,
	    SETTING_LOWERS },
	{ "timeout", NULL, "timeout", "DURATION|default",
	    "how long to wait for each reply", SETTING_TIMES, TALK(times),
	    "default", 1, 86400000, SETTING_FREE },
	{ "unjudged", NULL, NULL, "fail|tell",
	    "what a refusal that no expectation judged does", SETTING_CHOICE,
	    TALK(unjudged), "fail", 0, 0, SETTING_FREE },
	{ 0 }
};

const struct setting *
setting_find(const char *name)
{
	for (const struct setting *s = setting_table; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0 ||
		    (s->also != NULL && strcmp(s->also, name) == 0))
			return s;
	return NULL;
}

/* Which of "a|b|c"; -1: none. */
static int
setting_word(const char *words, const char *value)
{
	size_t len = strlen(value);
	for (int i = 0; *words != '\0'; i++) {
		size_t n = strcspn(words, "|");
		if (n == len && strncasecmp(words, value, n) == 0)
			return i;
		words += n + (words[n] == '|');
	}
	return -1;
}

/* NO_COLOR: https://no-color.org/ */
static bool
setting_colour(const struct shell *sh)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	return sh->out.terminal && (no == NULL || *no == '\0') &&
	       term != NULL && strcmp(term, "dumb") != 0;
}

/* What these words of settings mean; -1: none of them. */
static int
setting_flag(const struct shell *sh, const struct setting *s, const char *value)
{
	bool colour = s->kind == SETTING_COLOUR;
	int i = setting_word("off|no|on|yes|never|always|auto", value);
	if (i == 6)
		return colour ? setting_colour(sh) : -1;
	if (i > 3)
		return colour ? i == 5 : -1;
	return i < 0 ? -1 : i > 1;
}

static int
setting_octets(
    const struct setting *s, const char *value, uint64_t *n, struct err *e)
{
	char *end;
	errno = 0;
	uintmax_t v = strtoumax(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 ||
	    v < s->min || v > s->max)
		return err_set(e, ERR_USAGE, "expected a number of octets");
	*n = v;
	return 0;
}

static int
setting_times(const struct setting *s, const char *value, struct link_times *t,
    struct err *e)
{
	int64_t ms;
	if (strcmp(value, "default") == 0) {
		link_times_init(t);
		return 0;
	}
	if (duration_parse(value, &ms, e) < 0)
		return -1;
	if ((uint64_t)ms < s->min)
		return err_set(e, ERR_USAGE, "leaves no time for a reply");
	link_times_all(t, ms);
	return 0;
}

/* Into the slot; -1 with what was expected. */
static int
setting_put(const struct shell *sh, const struct setting *s, const char *value,
    void *slot, struct err *e)
{
	int i;
	switch (s->kind) {
	case SETTING_FLAG:
	case SETTING_FLAG_NOT:
	case SETTING_COLOUR:
		i = setting_flag(sh, s, value);
		if (i < 0)
			break;
		*(bool *)slot = s->kind == SETTING_FLAG_NOT ? i == 0 : i == 1;
		return 0;
	case SETTING_EITHER:
	case SETTING_CHOICE:
		i = setting_word(s->values, value);
		if (i < 0)
			break;
		if (s->kind == SETTING_CHOICE)
			*(int *)slot = i;
		else
			*(bool *)slot = i == 1;
		return 0;
	case SETTING_OCTETS:
		return setting_octets(s, value, slot, e);
	case SETTING_TIMES:
		return setting_times(s, value, slot, e);
	}
	struct buf b = BUF_INIT;
	for (const char *p = s->values; *p != '\0'; p++)
		if (*p != '|')
			buf_addc(&b, *p);
		else
			buf_adds(&b, strchr(p + 1, '|') ? ", " : " or ");
	err_set(e, ERR_USAGE, "expected %s", buf_str(&b));
	buf_release(&b);
	return -1;
}

static void *
setting_slot(struct shell *sh, const struct setting *s)
{
	char *home =
	    s->home == SETTING_TALK ? (char *)&sh->talk.set : (char *)&sh->look;
	return home + s->slot;
}

int
setting_set(struct shell *sh, const struct setting *s, const char *said,
    const char *value, struct err *e)
{
	struct err why;
	if (setting_put(sh, s, value, setting_slot(sh, s), &why) < 0)
		return err_set(
		    e, ERR_USAGE, "%s %s: %s", said, value, why.text);
	if (s->home == SETTING_LOOK && sh->screen != NULL)
		human_set(sh->screen, &sh->look);
	return 0;
}

bool
setting_takes(
    const struct shell *sh, const struct setting *s, const char *value)
{
	struct link_times scratch; /* the largest of them */
	struct err e;
	return setting_put(sh, s, value, &scratch, &e) == 0;
}

bool
setting_is_guarded(
    const struct shell *sh, const struct setting *s, const char *value)
{
	return s->guard != SETTING_FREE &&
	       setting_flag(sh, s, value) == (s->guard == SETTING_SHOWS);
}

void
setting_start(struct shell *sh)
{
	struct err e;
	for (const struct setting *s = setting_table; s->name != NULL; s++)
		if (setting_set(sh, s, s->name, s->start, &e) < 0)
			abort();
}

static void
setting_get_times(const struct link_times *t, struct buf *b)
{
	struct link_times start;
	link_times_init(&start);
	if (memcmp(&start, t, sizeof start) == 0)
		buf_adds(b, "default");
	else
		buf_addf(b, "%lldms", (long long)t->other);
}

static void
setting_get_word(const char *words, int i, struct buf *b)
{
	for (; i > 0; i--)
		words += strcspn(words, "|") + 1;
	buf_add(b, words, strcspn(words, "|"));
}

void
setting_get(const struct shell *sh, const struct setting *s, struct buf *b)
{
	const char *home = s->home == SETTING_TALK ? (const char *)&sh->talk.set
						   : (const char *)&sh->look;
	const void *slot = home + s->slot;
	switch (s->kind) {
	case SETTING_FLAG:
	case SETTING_COLOUR:
		buf_adds(b, *(const bool *)slot ? "on" : "off");
		break;
	case SETTING_FLAG_NOT:
		buf_adds(b, *(const bool *)slot ? "off" : "on");
		break;
	case SETTING_EITHER:
		setting_get_word(s->values, *(const bool *)slot, b);
		break;
	case SETTING_CHOICE:
		setting_get_word(s->values, *(const int *)slot, b);
		break;
	case SETTING_OCTETS:
		buf_addf(b, "%" PRIu64, *(const uint64_t *)slot);
		break;
	case SETTING_TIMES:
		setting_get_times(slot, b);
		break;
	}
}
