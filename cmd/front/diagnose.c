#include "cmd/front/diagnose.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/diagnose.h"
#include "cmd/lang/compose.h"
#include "cmd/know/cause_text.h"
#include "net/dns/idn.h"

#define DIAGNOSE_FILE_MAX (16u << 20)
#define DIAGNOSE_MX_MS	  5000

bool
diagnose_reads(const struct opts *o)
{
	struct stat st;
	if (o->host == NULL)
		return false;
	return strcmp(o->host, "-") == 0 ||
	       (stat(o->host, &st) == 0 && S_ISREG(st.st_mode));
}

static int
diagnose_slurp(int fd, const char *name, struct buf *b, struct err *e)
{
	for (;;) {
		ssize_t n = read(fd, buf_space(b, 65536), 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_NOINPUT, "cannot read %s: %s",
			    name, strerror(errno));
		if (n == 0)
			return 0;
		buf_commit(b, (size_t)n);
		if (buf_len(b) > DIAGNOSE_FILE_MAX)
			return err_set(e, ERR_NOINPUT,
			    "%s is larger than %u octets", name,
			    DIAGNOSE_FILE_MAX);
	}
}

struct diagnose_scan {
	struct shell *sh;
	size_t n;
	int status;
};

static void
diagnose_found(
    void *arg, struct cause *c, unsigned line, const char *seen, int code)
{
	struct diagnose_scan *x = arg;
	struct buf where = BUF_INIT, b = BUF_INIT;
	buf_addf(&where, "line %u", line);
	const struct event_note n = { .rule = c->id,
		.level = cause_level_name(c->level),
		.seen = seen,
		.where = buf_str(&where),
		.what = buf_str(&c->what),
		.next = buf_str(&c->next),
		.source = c->source };
	struct event ev = { .kind = EV_FINDING, .note = &n };
	talk_put(&x->sh->talk, &ev);
	diagnose_lines(&b, ++x->n, &n);
	diagnose_say(x->sh, true, buf_data(&b), buf_len(&b));
	if (x->status != 69)
		x->status = code >= 400 && code < 500 ? 75 : 69;
	buf_release(&where);
	buf_release(&b);
}

int
diagnose_file(struct shell *sh, const struct opts *o)
{
	bool standard = strcmp(o->host, "-") == 0;
	const char *name = standard ? "standard input" : o->host;
	int fd = standard ? STDIN_FILENO : open(o->host, O_RDONLY | O_CLOEXEC);
	struct diagnose_scan x = { .sh = sh };
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int r = fd < 0 ? err_set(&e, ERR_NOINPUT, "cannot read %s: %s", name,
			     strerror(errno))
		       : diagnose_slurp(fd, name, &b, &e);
	if (fd > STDERR_FILENO)
		close(fd);
	if (r < 0) {
		shell_error(sh, &e);
		x.status = err_status(e.kind);
	} else if (cause_text(buf_data(&b), buf_len(&b), diagnose_found, &x) ==
		       0 &&
		   !cause_seen(buf_data(&b), buf_len(&b))) {
		err_set(&e, ERR_DATA,
		    "%s: no line of a session, a bounce or a log is in it: "
		    "expected a transcript, a bounce with its headers, lines "
		    "of a mail log, or a reply as it was quoted",
		    name);
		shell_error(sh, &e);
		x.status = err_status(e.kind);
	} else if (x.n == 0) {
		struct buf none = BUF_INIT;
		buf_addf(
		    &none, "%s: nothing that is known to be wrong\n", name);
		diagnose_say(sh, true, buf_data(&none), buf_len(&none));
		buf_release(&none);
	}
	buf_release(&b);
	return x.status;
}

/* A name that has MX records is a domain, and mail for it goes to those. */
static void
diagnose_domain(struct shell *sh)
{
	struct talk *t = &sh->talk;
	const char *host = t->where.host;
	unsigned char address[16];
	struct dns_mx found = { 0 };
	struct err e;
	char *ascii;
	if (t->where.kind != WHERE_TCP || host == NULL ||
	    t->mx.domain != NULL || t->where.port != NULL ||
	    t->sandbox != NULL || t->proxy != NULL ||
	    strchr(host, '.') == NULL ||
	    inet_pton(AF_INET, host, address) == 1 ||
	    inet_pton(AF_INET6, host, address) == 1 ||
	    idn_to_ascii(host, &ascii, &e) < 0)
		return;
	struct dns *d = shell_dns(sh, &e);
	if (d != NULL &&
	    dns_mx(d, ascii, loop_deadline(DIAGNOSE_MX_MS), &found, &e) == 0 &&
	    found.head.status == DNS_FOUND) {
		t->mx.domain = talk_name(t, ascii);
		free(t->where.host);
		t->where.host = NULL;
	}
	if (d != NULL)
		dns_mx_release(&found);
	free(ascii);
}

static int
diagnose_message(const struct opts *o, struct text *x, bool *any, struct err *e)
{
	struct buf b = BUF_INIT;
	struct stat st;
	int fd = o->data != NULL && strcmp(o->data, "-") != 0
		     ? open(o->data, O_RDONLY | O_CLOEXEC)
		     : STDIN_FILENO;
	bool given = o->data != NULL || (o->to.n > 0 && fstat(fd, &st) == 0 &&
					    !S_ISCHR(st.st_mode));
	if (!given)
		return 0;
	const char *name = fd == STDIN_FILENO ? "standard input" : o->data;
	int r = fd < 0 ? err_set(e, ERR_NOINPUT, "cannot read %s: %s", o->data,
			     strerror(errno))
		       : diagnose_slurp(fd, name, &b, e);
	if (fd > STDERR_FILENO)
		close(fd);
	*any = r == 0 && buf_len(&b) > 0;
	if (*any)
		text_memory(x, name, &b);
	buf_release(&b);
	return r;
}

int
diagnose_host(struct shell *sh, const struct opts *o)
{
	struct diagnosis d;
	struct text text = TEXT_INIT;
	struct compose_paths to = { 0 };
	struct err e = { 0 };
	char *from =
	    o->from == NULL ? NULL : compose_address("--from", o->from, &e);
	bool any = false;
	int r = o->from != NULL && from == NULL ? -1 : 0;
	for (size_t i = 0; i < o->to.n && r == 0; i++)
		r = compose_addresses(&to, "--to", o->to.item[i], &e);
	if (r == 0)
		r = diagnose_message(o, &text, &any, &e);
	if (r == 0 && o->diagnose_mail && (!any || to.n == 0))
		r = err_set(&e, ERR_USAGE,
		    "--diagnose-mail needs --to ADDRESS and a message, by "
		    "--data or on standard input");
	int status = 0;
	if (r < 0) {
		shell_error(sh, &e);
		status = err_status(e.kind);
	} else {
		diagnose_domain(sh);
		diagnose_init(&d, sh, from, to.path, to.n, any ? &text : NULL);
		d.plain = true;
		d.mails = o->diagnose_mail;
		while (!diagnose_step(&d) && diagnose_wait(&d))
			;
		diagnose_find(&d);
		status = diagnose_tell(&d);
		diagnose_release(&d);
	}
	text_release(&text);
	compose_release(&to);
	free(from);
	return status;
}

bool
diagnose_reply(struct buf *out, const char *text)
{
	struct sight_reply r = { 0 };
	bool found =
	    sight_read(&r, text, strlen(text)) && cause_page(out, NULL, &r);
	sight_reply_release(&r);
	return found;
}
