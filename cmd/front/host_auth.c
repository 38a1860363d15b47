/* AUTH: a session offers what works in it; here it is what there is at best. */
#include "cmd/front/host_parts.h"
#include "cmd/shell/password.h"

#include <stdlib.h>
#include <string.h>
#include "net/sasl/sasl.h"

/* A word of --auth-mechs, added to b. bare: only one that sends the password
 * as it is. -1: a server has no such mechanism. */
static int
host_mech(struct buf *b, const char *word, bool bare, struct err *e)
{
	const struct sasl_mech *m = sasl_mech_find(word);
	struct buf all = BUF_INIT;
	if (m != NULL && (m->is & SASL_SERVES) != 0) {
		if (!bare || (m->is & SASL_BARE) != 0)
			buf_addf(
			    b, "%s%s", buf_len(b) == 0 ? "" : " ", m->name);
		return 0;
	}
	for (size_t i = 0; (m = sasl_mech_at(i)) != NULL; i++)
		if ((m->is & SASL_SERVES) != 0)
			buf_addf(&all, " %s", m->name);
	err_set(e, ERR_USAGE,
	    "--auth-mechs: no mechanism \"%s\" here; there "
	    "are%s",
	    word, buf_str(&all));
	buf_release(&all);
	return -1;
}

/* list: "PLAIN,SCRAM-SHA-256". */
static int
host_allowed(struct host *h, const char *list, bool bare, struct err *e)
{
	struct buf b = BUF_INIT;
	int r = 0;
	while (r == 0 && *list != '\0') {
		size_t n = strcspn(list, ", ");
		char *word = mem_dupn(list, n);
		if (n > 0)
			r = host_mech(&b, word, bare, e);
		free(word);
		list += n + (list[n] != '\0');
	}
	h->allowed = buf_detach(&b);
	h->peer.auth_allowed = h->allowed;
	return r;
}

static int
host_mechs(struct host *h, const struct opts *o, struct err *e)
{
	const char *list = o->auth_mechs;
	int all = sasl_server_ready(o->user, &h->password, e);
	if (all < 0)
		return -1;
	/* What SASLprep does not take goes as it is, or not at all. */
	if (list == NULL && all == 0)
		list = "PLAIN,LOGIN";
	if (list != NULL && host_allowed(h, list, all == 0, e) < 0)
		return -1;
	const struct sasl_server_config c = { .user = o->user,
		.password = &h->password,
		.tls = h->tls != NULL,
		.insecure = o->auth_insecure,
		.binding = { .exporter_p = h->tls == NULL ? NULL : "" },
		.allowed = h->allowed };
	struct buf b = BUF_INIT;
	sasl_server_mechs(&c, &b);
	h->mechs = buf_detach(&b);
	h->peer.smtpd.auth_mechs = h->mechs;
	if (h->mechs[0] != '\0')
		return 0;
	return err_set(e, ERR_USAGE,
	    "--auth-mechs %s: none is left to offer; what ends in -PLUS wants "
	    "TLS, all but PLAIN and LOGIN a password that is UTF-8",
	    o->auth_mechs);
}

/* --user: AUTH is offered under TLS, or anywhere with --auth-insecure. */
int
host_user(struct host *h, const struct opts *o, struct err *e)
{
	if (o->auth_mechs != NULL && o->user == NULL)
		return err_set(e, ERR_USAGE,
		    "--auth-mechs limits what --user is offered: give both");
	if (o->user == NULL && o->password_file == NULL)
		return 0;
	if (o->user == NULL || o->password_file == NULL)
		return err_set(
		    e, ERR_USAGE, "--user and --password-file go together");
	if (h->tls == NULL && !o->auth_insecure)
		return err_set(e, ERR_USAGE,
		    "--user without --cert or --self-signed: AUTH would be "
		    "offered to nobody; --auth-insecure offers it in clear "
		    "text");
	const struct auth from = { .file = o->password_file };
	if (password_get(&from, o->user, NULL, &h->password, e) < 0)
		return -1;
	h->peer.auth_user = o->user;
	h->peer.auth_password = &h->password;
	h->peer.smtpd.auth_insecure = o->auth_insecure;
	return host_mechs(h, o, e);
}
