/* A text that is made anew of another: its lines, each with the number of the
 * line that it came from. */
#include <stdlib.h>
#include "cmd/lang/import_priv.h"

void
import_made_end_line(struct import_made *m, enum import_side side, unsigned no)
{
	buf_addc(&m->b, '\n');
	if (m->lines == m->cap) {
		m->cap = m->cap == 0 ? 64 : m->cap * 2;
		m->no = mem_grow(m->no, m->cap, sizeof *m->no);
	}
	m->no[m->lines++] = no;
	m->sides[side]++;
}

void
import_made_give(struct import_made *m, struct import_source *out)
{
	*out = (struct import_source){ .len = buf_len(&m->b), .no = m->no };
	out->p = buf_detach(&m->b);
	*m = (struct import_made){ 0 };
}

bool
import_made_give_both(struct import_made *m, struct import_source *out)
{
	if (m->sides[SIDE_CLIENT] > 0 && m->sides[SIDE_SERVER] > 0) {
		import_made_give(m, out);
		return true;
	}
	*out = (struct import_source){ 0 };
	import_made_release(m);
	return false;
}

void
import_made_release(struct import_made *m)
{
	buf_release(&m->b);
	free(m->no);
	*m = (struct import_made){ 0 };
}
