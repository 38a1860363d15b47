/* A place's options are read as if its name stood on the command line in place
 * of the host that does; then all that belongs to a session is set again. */
#include "cmd/front/setup_place.h"

#include <stdlib.h>
#include "cmd/front/opts_read.h"
#include "cmd/front/places.h"
#include "cmd/front/setup.h"
#include "cmd/shell/setting.h"

struct setup_place {
	struct shell_place place;
	struct opts_place opts;
	struct proxy_url proxy;
};

static void
setup_place_free(struct shell_place *p)
{
	struct setup_place *s = (struct setup_place *)p;
	where_release(&s->place.where);
	opts_place_release(&s->opts);
	proxy_url_release(&s->proxy);
	free(s);
}

static void
setup_place_demands(
    const struct shell *sh, struct shell_place *p, const struct opts *o)
{
	bool at_once = o->tls_on_connect || p->where.tls_on_connect;
	p->level = o->tls || o->dane || at_once ? TLS_VERIFY
		   : o->tls_optional		? TLS_MAY
						: TLS_NONE;
	p->auth = o->auth;
	for (size_t i = 0; i < o->nsetting; i++) {
		const struct opt_setting *s = &o->setting[i];
		if (s->row->guard == SETTING_LOWERS)
			p->unverified =
			    setting_is_guarded(sh, s->row, s->value);
	}
}

static int
setup_place_find(
    struct shell *sh, const char *name, struct shell_place **out, struct err *e)
{
	struct setup_place *s = mem_zalloc(sizeof *s);
	s->place.free = setup_place_free;
	int r = opts_read_place(&s->opts, sh->argc, sh->argv, name, e);
	if (r > 0 && setup_where(&s->place.where, &s->opts.all, e) < 0)
		r = -1;
	if (r <= 0) {
		setup_place_free(&s->place);
		return r;
	}
	setup_place_demands(sh, &s->place, &s->opts.all);
	*out = &s->place;
	return 1;
}

static int
setup_place_use(struct shell *sh, struct shell_place *p, struct err *e)
{
	struct setup_place *s = (struct setup_place *)p;
	const struct opts *was =
	    sh->place == NULL ? sh->options
			      : &((struct setup_place *)sh->place)->opts.all;
	p->before = sh->place;
	sh->place = p;
	return setup_again(sh, was, &s->opts, &s->proxy, e);
}

static const struct shell_places setup_place_all = { setup_place_find,
	setup_place_use, place_names };

void
setup_places(struct shell *sh, const struct opts *o, int argc, char **argv)
{
	sh->argc = argc;
	sh->argv = argv;
	sh->options = o;
	sh->places = &setup_place_all;
}
