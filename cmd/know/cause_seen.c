/* Whether a text is of a kind that causes are looked for in. */
#include "cmd/know/cause_text.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/lang/import.h"

#define SEEN_LINE_MAX 2000 /* what stands behind that decides nothing */

/* The first words of a line of a session as programs show it, of a log, of a
 * bounce or a mail's header; a reply wherever it is quoted. */
static const char *const seen_lines[] = {
	"^ *([<>*=~-]{1,3} ?|[{}] |[CSR]: |S: ?|>>> )[[:graph:]]",
	"^[^[:alnum:]]{0,9}[2-5][0-9][0-9]([ -]|$)",
	"^[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} ",
	"^\\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ T][0-9]{2}:[0-9]{2}",
	"(^|[^[:alnum:]])[2-5][0-9][0-9][ -][2-5]\\.[0-9]{1,3}\\.[0-9]",
	"(said|response|reply|answered|status|code|error):? "
	"[\"'(]?[2-5][0-9]{2}",
	"(to|from|relay|status|stat|dsn)=",
	"^(Final-Recipient|Original-Recipient|Diagnostic-Code|Reporting-MTA|"
	"Remote-MTA|Action|Received|Return-Path|Message-ID|Content-Type): ",
	"^(EHLO|HELO|LHLO|MAIL FROM:|RCPT TO:|DATA$|QUIT$|STARTTLS$|AUTH )",
};

#define SEEN_LINES (sizeof seen_lines / sizeof *seen_lines)

static bool
seen_line(regex_t *re, const char *p, size_t len)
{
	char *line = mem_dupn(p, len < SEEN_LINE_MAX ? len : SEEN_LINE_MAX);
	bool any = false;
	for (size_t i = 0; i < SEEN_LINES && !any; i++)
		any = regexec(&re[i], line, 0, NULL, 0) == 0;
	free(line);
	return any;
}

bool
cause_seen(const char *p, size_t len)
{
	regex_t re[SEEN_LINES];
	size_t n = 0;
	bool any = import_is_captured(p, len);
	while (n < SEEN_LINES && regcomp(&re[n], seen_lines[n],
				     REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0)
		n++;
	while (n == SEEN_LINES && len > 0 && !any) {
		const char *lf = memchr(p, '\n', len);
		size_t line = lf == NULL ? len : (size_t)(lf - p);
		size_t used = line + (lf != NULL);
		if (line > 0 && p[line - 1] == '\r')
			line--;
		any = seen_line(re, p, line);
		p += used;
		len -= used;
	}
	while (n > 0)
		regfree(&re[--n]);
	return any;
}
