/* Which part of the run this machine has, and when all begin. */
#include "cmd/front/load_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool
shard_number(const char *s, uint64_t *n)
{
	char *end;
	if (s == NULL || *s < '0' || *s > '9')
		return false;
	*n = strtoull(s, &end, 10);
	return *end == '\0';
}

/* The part that the environment says of n, or of as many as it says (n 0): who
 * started us so many times counts us there, and perhaps says how many we are. */
static int
shard_auto(struct load_plan *p, uint64_t n, struct err *e)
{
	const struct {
		const char *name, *index, *of;
		uint64_t first;
	} engines[] = {
		{ "SLURM_PROCID", getenv("SLURM_PROCID"),
		    getenv("SLURM_NTASKS"), 0 },
		{ "JOB_COMPLETION_INDEX", getenv("JOB_COMPLETION_INDEX"), NULL,
		    0 },
		{ "PARALLEL_SEQ", getenv("PARALLEL_SEQ"), NULL, 1 },
	};
	for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
		uint64_t k, first = engines[i].first, of = n;
		if (!shard_number(engines[i].index, &k) ||
		    (n == 0 && !shard_number(engines[i].of, &of)))
			continue;
		if (k < first || k - first >= of)
			return err_set(e, ERR_USAGE,
			    "%s is %llu, and there are %llu parts: --shard K/N "
			    "says it better",
			    engines[i].name, (unsigned long long)k,
			    (unsigned long long)of);
		p->shard = k - first;
		p->shards = of;
		return 0;
	}
	if (n == 0)
		return 0;
	return err_set(e, ERR_USAGE,
	    "--shard /%llu: which part this is, neither SLURM_PROCID nor "
	    "JOB_COMPLETION_INDEX nor PARALLEL_SEQ says: --shard K/N",
	    (unsigned long long)n);
}

int
load_shard(struct load_plan *p, const char *text, struct err *e)
{
	uint64_t k = 0, n = 0;
	if (text == NULL)
		return shard_auto(p, 0, e);
	const char *slash = strchr(text, '/');
	char *first = slash == NULL ? mem_dup("")
				    : mem_dupn(text, (size_t)(slash - text));
	bool whole = slash != NULL && shard_number(slash + 1, &n) && n >= 1;
	bool good = whole && shard_number(first, &k) && k >= 1 && k <= n;
	bool half = whole && first[0] == '\0';
	free(first);
	if (half)
		return shard_auto(p, n, e);
	if (!good)
		return err_set(e, ERR_USAGE,
		    "--shard %s: expected K/N, as 1/4 for the first of four "
		    "parts",
		    text);
	p->shard = k - 1;
	p->shards = n;
	return 0;
}

int
load_start_at(const char *text, int64_t *at, struct err *e)
{
	time_t now = time(NULL);
	struct tm tm;
	char *end;
	localtime_r(&now, &tm);
	tm.tm_sec = 0;
	if (text[0] == '@' || text[0] == '+') {
		*at = strtoll(text + 1, &end, 10) +
		      (text[0] == '+' ? (int64_t)now : 0);
		bool digits = text[1] >= '0' && text[1] <= '9';
		if (digits && (*end == '\0' || strcmp(end, "s") == 0))
			return 0;
	}
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	bool day = rest != NULL;
	if (rest == NULL)
		rest = strptime(text, "%H:%M:%S", &tm);
	if (rest == NULL)
		rest = strptime(text, "%H:%M", &tm);
	if (rest != NULL && (*rest == '\0' || strcmp(rest, "Z") == 0)) {
		tm.tm_isdst = -1;
		*at = *rest == 'Z' ? timegm(&tm) : mktime(&tm);
		/* A time of day that is past is tomorrow's. */
		if (!day && *at < now)
			*at += 86400;
		return 0;
	}
	return err_set(e, ERR_USAGE,
	    "--start-at %s: expected 12:30, 12:30:15, 2026-11-26T12:30:00Z, "
	    "@SECONDS since 1970, or +SECONDS",
	    text);
}
