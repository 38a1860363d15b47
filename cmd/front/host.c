/* From options to the receiver's configuration. */
#include "cmd/front/host_parts.h"
#include "cmd/front/setup.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd/shell/password.h"
#include "cmd/talk/cmd.h"
#include "net/tls/tls.h"

int
host_number(
    const char *option, const char *word, unsigned long long *n, struct err *e)
{
	char *end;
	*n = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end != '\0')
		return err_set(
		    e, ERR_USAGE, "%s %s: expected a number", option, word);
	return 0;
}

static int
host_play(struct script *script, struct mock_play *play, const char *file,
    const struct opts *o, struct shell *sh, struct err *e)
{
	struct script_want want = setup_reading(o);
	const struct whose person = { 0 };
	want.import.mask = MASK_ANY;
	want.replays = want.login = false;
	if (script_read(script, file, &want, cmd_word, e) < 0 ||
	    cmd_precheck(&sh->talk, script, &person, e) < 0 ||
	    play_make(play, script, &sh->talk.vars, e) < 0)
		return -1;
	return 0;
}

static int
host_mock(struct host *h, const struct opts *o, struct shell *sh, struct err *e)
{
	size_t n = o->mock_next.n;
	if (host_play(&h->script, &h->play, o->mock, o, sh, e) < 0)
		return -1;
	h->peer.play = &h->play;
	h->next_script = mem_zalloc(n * sizeof *h->next_script);
	h->next = mem_zalloc(n * sizeof *h->next);
	for (; h->nnext < n; h->nnext++)
		if (host_play(&h->next_script[h->nnext], &h->next[h->nnext],
			o->mock_next.item[h->nnext], o, sh, e) < 0)
			return -1;
	h->peer.next = h->next;
	h->peer.nnext = n;
	return 0;
}

static int
host_tls(struct host *h, const struct opts *o, const char *name, struct err *e)
{
	const struct tls_config c = { .role = TLS_SERVER,
		.cert = o->cert,
		.key = o->key,
		.protocol = o->tls_protocol,
		.cipher = o->tls_cipher,
		.keylog = getenv("SSLKEYLOGFILE"),
		.self_signed = o->cert == NULL,
		.self_name = name };
	if (o->cert == NULL && !o->self_signed) {
		return o->key == NULL
			   ? 0
			   : err_set(e, ERR_USAGE, "--key goes with --cert");
	}
	if (tls_ctx_new(&h->tls, &c, e) < 0)
		return -1;
	h->peer.tls = h->tls;
	h->peer.smtpd.starttls = true;
	return 0;
}

static bool
host_storable(const void *arg, const char *mailbox)
{
	const struct host *h = arg;
	return maildir_storable(h->name_max, mailbox);
}

/* Better told now than to the first client. The folder is the user's that
 * will write into it. */
static int
host_folder(struct host *h, const char *path, struct err *e)
{
	struct stat st;
	bool made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST)
		return err_set(e, ERR_OUTPUT, "cannot make the folder %s: %s",
		    path, strerror(errno));
	if (made && h->user.name != NULL &&
	    chown(path, h->user.uid, h->user.gid) != 0)
		return err_set(e, ERR_OUTPUT,
		    "cannot give the folder %s to "
		    "%s: %s",
		    path, h->user.name, strerror(errno));
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    access(path, W_OK | X_OK) < 0)
		return err_set(e, ERR_OUTPUT,
		    "cannot write into %s: it is no folder of ours", path);
	return 0;
}

static int
host_maildir(struct host *h, const char *path, struct err *e)
{
	if (host_folder(h, path, e) < 0)
		return -1;
	long max = pathconf(path, _PC_NAME_MAX);
	h->name_max = max > 0 ? (size_t)max : 0;
	h->peer.smtpd.storable = host_storable;
	h->peer.smtpd.storable_arg = h;
	return 0;
}

static int
host_rules(struct host *h, const struct opts *o, struct err *e)
{
	unsigned long long seed = 0;
	for (size_t i = 0; i < o->rule.n; i++)
		if (rules_add(&h->rules, "--rule", (unsigned)i + 1,
			o->rule.item[i], ERR_USAGE, e) < 0)
			return -1;
	if (o->rules != NULL && rules_read(&h->rules, o->rules, e) < 0)
		return -1;
	if (o->seed != NULL && host_number("--seed", o->seed, &seed, e) < 0)
		return -1;
	h->rules.seed = seed;
	if (h->rules.n > 0)
		h->peer.smtpd.rules = &h->rules;
	if (h->rules.looks)
		h->peer.smtpd.discard = false;
	return 0;
}

/* One that cannot fire as the receiver is set up is worth a word. */
static void
host_rules_warn(const struct host *h, struct shell *sh)
{
	for (size_t i = 0; i < h->rules.n; i++) {
		const struct rule *x = &h->rules.rule[i];
		if (!x->tls_fails)
			continue;
		if (x->on == RULE_CONNECT && !h->peer.tls_on_connect)
			out_error(&sh->out,
			    "warning: '%s' never comes without "
			    "--tls-on-connect",
			    x->text);
		else if (h->tls == NULL)
			out_error(&sh->out,
			    "warning: '%s' never comes: STARTTLS is not "
			    "offered "
			    "without --cert or --self-signed",
			    x->text);
	}
}

int
host_init(struct host *h, const struct opts *o, struct shell *sh, bool serve,
    struct err *e)
{
	char name[256] = "localhost";
	unsigned long long size;
	*h = (struct host){ 0 };
	gethostname(name, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	if (o->helo != NULL)
		snprintf(name, sizeof name, "%s", o->helo);
	h->world = serve ? world_new(name) : world_std10();
	for (size_t i = 0; i < o->mailbox.n; i++)
		world_add(h->world, o->mailbox.item[i]);
	h->peer.smtpd.world = h->world;
	h->peer.smtpd.lmtp = o->lmtp;
	h->peer.smtpd.allow_bare = o->allow_bare;
	h->peer.maildir = o->maildir;
	h->peer.keep = !serve;
	/* Nobody would look at it. */
	bool json = o->format != NULL && strcmp(o->format, "json") == 0;
	h->peer.smtpd.discard = serve && o->maildir == NULL &&
				o->store == NULL && !json && !o->show &&
				!o->show_all;
	h->peer.smtpd.unlogged = serve && (o->quiet || json);
	h->peer.store = o->store;
	/* Who probes in the sandbox makes errors. */
	if (!serve)
		h->peer.smtpd.error_max = h->peer.smtpd.guess_max = SIZE_MAX;
	if (o->size_max != NULL) {
		if (host_number("--size-max", o->size_max, &size, e) < 0)
			return -1;
		h->peer.smtpd.size_max = size;
	}
	if (host_rules(h, o, e) < 0 || host_tls(h, o, name, e) < 0 ||
	    host_user(h, o, e) < 0)
		return -1;
	if (o->run_as != NULL && confine_find(&h->user, o->run_as, e) < 0)
		return -1;
	if (o->maildir != NULL && host_maildir(h, o->maildir, e) < 0)
		return -1;
	if (o->store != NULL && host_folder(h, o->store, e) < 0)
		return -1;
	h->peer.tls_on_connect = serve && o->tls_on_connect;
	host_rules_warn(h, sh);
	if (h->peer.tls_on_connect && h->tls == NULL)
		return err_set(e, ERR_USAGE,
		    "--tls-on-connect with --serve needs --cert or "
		    "--self-signed");
	return o->mock == NULL ? 0 : host_mock(h, o, sh, e);
}

void
host_release(struct host *h)
{
	play_release(&h->play);
	for (size_t i = 0; i < h->nnext; i++) {
		play_release(&h->next[i]);
		script_release(&h->next_script[i]);
	}
	free(h->next);
	free(h->next_script);
	rules_free(&h->rules);
	script_release(&h->script);
	world_free(h->world);
	tls_ctx_free(h->tls);
	sasl_secret_wipe(&h->password);
	free(h->allowed);
	free(h->mechs);
	confine_release(&h->user);
	*h = (struct host){ 0 };
}
