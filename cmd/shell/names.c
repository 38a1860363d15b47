#include "cmd/shell/names.h"
#include "cmd/shell/shell.h"

void
names_release(struct names *n)
{
	dns_free(n->dns);
	*n = (struct names){ 0 };
}

struct dns *
shell_dns(struct shell *sh, struct err *e)
{
	struct names *n = &sh->names;
	const struct dns_config c = { .resolver = n->resolver,
		.trust_anchor = n->trust_anchor };
	if (n->dns == NULL && dns_new(&n->dns, &c, &sh->loop, e) < 0)
		return NULL;
	return n->dns;
}
