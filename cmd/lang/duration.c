#include "cmd/lang/duration.h"

#include <stdlib.h>
#include <string.h>

int
duration_parse(const char *s, int64_t *ms, struct err *e)
{
	static const struct {
		const char *unit;
		double ms;
	} unit[] = { { "ms", 1 }, { "s", 1000 }, { "", 1000 }, { "m", 60e3 },
		{ "min", 60e3 }, { "h", 3600e3 } };
	char *end;
	if ((*s < '0' || *s > '9') && *s != '.')
		goto bad;
	double v = strtod(s, &end);
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++) {
		if (strcmp(end, unit[i].unit) != 0)
			continue;
		v *= unit[i].ms;
		if (!(v >= 0 && v <= 86400e3))
			goto bad;
		*ms = (int64_t)v;
		return 0;
	}
bad:
	return err_set(
	    e, ERR_USAGE, "'%s' is no duration: 500ms, 2s, 5m, at most 24h", s);
}
