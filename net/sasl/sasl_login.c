/* LOGIN, which no RFC has: a name, then a password, each asked for by a
 * challenge whose words do not matter. It is ours because libgsasl's leaves
 * the password behind in memory that it has freed. */
#include "net/sasl/sasl_priv.h"

#include <string.h>

static int
sasl_login_start(struct sasl_client *c, struct err *e)
{
	(void)c;
	(void)e;
	return 0;
}

static int
sasl_login_step(struct sasl_client *c, const char *p, size_t n, struct err *e)
{
	(void)p;
	(void)n;
	if (c->state == SASL_COMPLETE)
		return sasl_surplus(e);
	if (!c->spoken) {
		buf_adds(&c->out, c->user);
		return 0;
	}
	buf_add(&c->out, c->password.p, c->password.len);
	c->hidden = c->password.len;
	return 1;
}

static void
sasl_login_release(struct sasl_client *c)
{
	(void)c;
}

const struct sasl_engine sasl_login_engine = {
	sasl_login_start,
	sasl_login_step,
	sasl_login_release,
};
