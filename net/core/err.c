#include "net/core/err.h"

#include <stdarg.h>
#include <stdio.h>

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	if (e == NULL)
		return -1;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	e->kind = kind;
	e->why = WHY_NONE;
	return -1;
}

int
err_why(struct err *e, enum err_why why)
{
	if (e != NULL)
		e->why = why;
	return -1;
}

int
err_status(enum err_kind kind)
{
	static const int status[] = {
		[ERR_NONE] = 0,
		[ERR_USAGE] = 64,
		[ERR_DATA] = 65,
		[ERR_NOINPUT] = 66,
		[ERR_NOHOST] = 68,
		[ERR_REFUSED] = 69,
		[ERR_OUTPUT] = 73,
		[ERR_LOST] = 74,
		[ERR_TEMP] = 75,
		[ERR_PROTO] = 76,
		[ERR_AUTH] = 77,
		[ERR_INTR] = 130,
		[ERR_BUG] = 70,
	};
	return status[kind];
}
