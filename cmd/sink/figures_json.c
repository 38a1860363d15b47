/* The result for machines: one object, keys always in the same order. Built by
 * hand: numbers, and strings that are escaped here. */
#include "cmd/sink/figures.h"

#include <string.h>
#include "cmd/say/out.h"

static void
json_text(struct buf *b, const char *s)
{
	struct buf clean = BUF_INIT;
	escape_add(&clean, s, strlen(s), false);
	buf_addc(b, '"');
	for (const char *p = buf_str(&clean); *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *p);
	}
	buf_addc(b, '"');
	buf_release(&clean);
}

static void
json_number(struct buf *b, const char *key, uint64_t n)
{
	buf_addf(b, ",\"%s\":%llu", key, (unsigned long long)n);
}

static void
json_latency(struct buf *b, const struct hdr *h)
{
	static const struct {
		const char *name;
		double at;
	} rows[] = { { "p50", 50 }, { "p90", 90 }, { "p99", 99 },
		{ "p999", 99.9 } };
	buf_addf(b, "{\"count\":%lld,\"mean_ms\":%.6f", (long long)h->total,
	    hdr_mean(h) / 1e6);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		buf_addf(b, ",\"%s_ms\":%.6f", rows[i].name,
		    (double)hdr_at(h, rows[i].at) / 1e6);
	buf_addf(b, ",\"max_ms\":%.6f}", (double)h->max / 1e6);
}

static void
json_failures(const struct figures *f, struct buf *b)
{
	buf_adds(b, ",\"failures\":[");
	for (size_t i = 0; i < f->nfailures; i++) {
		const struct figures_failure *x = &f->failure[i];
		struct buf why = BUF_INIT;
		figures_reason(x, &why);
		buf_addf(b, "%s{\"stage\":\"%s\",\"code\":", i > 0 ? "," : "",
		    figure_names[x->at]);
		if (x->code != 0)
			buf_addf(b, "%d", x->code);
		else
			buf_adds(b, "null");
		json_number(b, "count", x->n);
		buf_adds(b, ",\"meaning\":");
		json_text(b, buf_str(&why));
		buf_adds(b, ",\"text\":");
		json_text(b, x->text);
		buf_addc(b, '}');
		buf_release(&why);
	}
	buf_adds(b, "],\"not_as_expected\":[");
	for (size_t i = 0; i < f->ntold; i++) {
		buf_adds(b, i > 0 ? "," : "");
		json_text(b, f->told[i]);
	}
	buf_addc(b, ']');
}

void
figures_json(const struct figures *f, struct buf *b)
{
	struct buf limit = BUF_INIT;
	bool first = true;
	buf_addf(b, "{\"event\":\"result\",\"began\":%.3f,\"elapsed_s\":%.6f",
	    f->began, (double)f->elapsed_ns / 1e9);
	buf_addf(b, ",\"interrupted\":%s", f->interrupted ? "true" : "false");
	json_number(b, "machines", f->machines);
	json_number(b, "sessions", f->sessions);
	json_number(b, "begun", f->begun);
	json_number(b, "messages", f->messages);
	json_number(b, "failed", f->failed);
	json_number(b, "cut_short", f->cut);
	json_number(b, "texts_taken", f->mails);
	json_number(b, "octets", f->octets);
	buf_addf(b, ",\"messages_per_s\":%.3f,\"octets_per_s\":%.1f",
	    figures_rate(f), figures_octets(f));
	json_number(b, "connections", f->connections);
	json_number(b, "tls_handshakes", f->handshakes);
	json_number(b, "tls_resumed", f->resumed);
	json_number(b, "met", f->met);
	json_number(b, "missed", f->missed);
	json_number(b, "unjudged", f->unjudged);
	buf_adds(b, ",\"replies\":{");
	for (int c = 0; c < 600; c++) {
		if (f->code[c] == 0)
			continue;
		buf_addf(b, "%s\"%d\":%llu", first ? "" : ",", c,
		    (unsigned long long)f->code[c]);
		first = false;
	}
	buf_addc(b, '}');
	json_failures(f, b);
	buf_adds(b, ",\"latency\":{");
	first = true;
	for (size_t i = 0; i < FIGURES; i++) {
		if (f->all[i]->total == 0)
			continue;
		buf_addf(b, "%s\"%s\":", first ? "" : ",", figure_names[i]);
		json_latency(b, f->all[i]);
		first = false;
	}
	buf_addf(b,
	    "},\"rate_asked\":%.3f,\"late\":%llu,\"not_begun\":%llu,\"lag\":",
	    f->rate, (unsigned long long)f->late,
	    (unsigned long long)f->unbegun);
	json_latency(b, f->lag);
	buf_addf(b, ",\"cpu_s\":%.6f,\"memory_octets\":%lld,\"limit\":",
	    (double)f->cpu_ns / 1e9, (long long)f->memory);
	figures_limit(f, &limit);
	json_text(b, buf_str(&limit));
	buf_adds(b, "}\n");
	buf_release(&limit);
}
