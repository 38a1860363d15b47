/* The variables that are worked out when they are asked for: smtpsh.1,
 * VARIABLES. */
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cmd/talk/step.h"

static void
builtin_host(struct buf *b)
{
	char name[256] = "localhost";
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	/* A bare host name is no domain; an address literal always is one
	 * (RFC 5321 4.1.4). */
	buf_adds(b, strchr(name, '.') != NULL ? name : "[127.0.0.1]");
}

static void
builtin_user(struct buf *b)
{
	const struct passwd *pw = getpwuid(getuid());
	buf_adds(b, pw != NULL ? pw->pw_name : "postmaster");
	char name[256] = "localhost";
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	buf_addf(b, "@%s", name);
}

static void
builtin_date(struct buf *b)
{
	static const char *const day[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm tm;
	localtime_r(&now, &tm);
	long off = tm.tm_gmtoff / 60;
	buf_addf(b, "%s, %d %s %d %02d:%02d:%02d %c%02ld%02ld", day[tm.tm_wday],
	    tm.tm_mday, month[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, off < 0 ? '-' : '+', labs(off) / 60,
	    labs(off) % 60);
}

/* A file might send to its server what only the person may know. */
static bool
builtin_env(const struct talk *t, const char *name, struct buf *b)
{
	const char *value = talk_whose(t)->root == NULL ? getenv(name) : NULL;
	if (value != NULL)
		buf_adds(b, value);
	return value != NULL;
}

/* The variables that are worked out: see smtpsh.1, VARIABLES. */
bool
talk_builtin(void *arg, const char *name, struct buf *b)
{
	struct talk *t = arg;
	if (strncmp(name, "env.", 4) == 0)
		return builtin_env(t, name + 4, b);
	if (strcmp(name, "helo") == 0) {
		builtin_host(b);
	} else if (strcmp(name, "from") == 0) {
		builtin_user(b);
	} else if (strcmp(name, "date") == 0) {
		builtin_date(b);
	} else if (strcmp(name, "n") == 0) {
		buf_addf(b, "%u", ++t->counter);
	} else if (strcmp(name, "msgid") == 0) {
		char host[256] = "localhost";
		gethostname(host, sizeof host - 1);
		host[sizeof host - 1] = '\0';
		buf_addf(b, "%llx.%lx.%x@%s", (unsigned long long)loop_now_ns(),
		    (long)getpid(), ++t->counter, host);
	} else if (strcmp(name, "server") == 0) {
		if (t->link != NULL)
			buf_adds(b, conn_name(link_conn(t->link)));
		else if (t->where.host != NULL)
			buf_adds(b, t->where.host);
		else
			return false;
	} else {
		return false;
	}
	return true;
}
