#include "cmd/shell/names.h"
#include "cmd/shell/shell.h"

void
names_release(struct names *n)
{
	for (int i = DNS_TRUST_NONE; i <= DNS_TRUST_ROOT; i++)
		dns_free(n->dns[i]);
	*n = (struct names){ 0 };
}

struct dns *
shell_dns_of(struct shell *sh, enum dns_trust trust, struct err *e)
{
	struct names *n = &sh->names;
	const struct dns_config c = { .resolver = n->resolver,
		.trust_anchor = n->trust_anchor,
		.trust = trust };
	if (n->dns[trust] == NULL &&
	    dns_new(&n->dns[trust], &c, &sh->loop, e) < 0)
		return NULL;
	return n->dns[trust];
}

struct dns *
shell_dns(struct shell *sh, struct err *e)
{
	return shell_dns_of(
	    sh, sh->talk.mx.dane ? DNS_TRUST_ROOT : DNS_TRUST_NONE, e);
}
