/* mutate FOLDER COUNT SEED FILE...: COUNT files in FOLDER, each made of one of
 * the FILEs by a few accidents such as a paste suffers: lines lost, doubled,
 * swapped, cut, joined; octets changed, quotes and line ends broken, another
 * file's lines between. The same seed makes the same files. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATE_MAX (64u << 10)
#define MUTATE_ODD (sizeof mutate_odd / sizeof *mutate_odd)

struct text {
	char p[2 * MUTATE_MAX];
	size_t len;
};

static uint64_t mutate_state;

static const char *const mutate_odd[] = { "\r", "\0", "\n\n", ".", "..\n",
	"\n.\n", "\"", "'", "\\", "250", "250-", "\n250 ", "\n354 x\n", "> ",
	"<- ", "-> ", ">>> ", "<<< ", "C: ", "S: ", "R: ", "\nBDAT 99 LAST\n",
	"\nDATA\n", "\nAUTH LOGIN\n", "\n334 x\n", "***", "${x}", "/", "\xff",
	"\x1b[31m", "\t", "<br>", "&lt;", "[1] ", "\n220 again\n", "{smtps} ",
	"#Fields: c-ip", "\\auth\n", "\xe2\x80\x9d" };

static uint32_t
mutate_below(size_t n)
{
	mutate_state =
	    mutate_state * 6364136223846793005u + 1442695040888963407u;
	return n == 0 ? 0 : (uint32_t)(mutate_state >> 33) % (uint32_t)n;
}

static void
mutate_put(struct text *t, size_t at, size_t out, const char *p, size_t len)
{
	if (t->len - out + len > sizeof t->p)
		return;
	memmove(t->p + at + len, t->p + at + out, t->len - at - out);
	memcpy(t->p + at, p, len);
	t->len = t->len - out + len;
}

/* A line, chosen by chance: where it begins, and how long it is with its end. */
static size_t
mutate_line(const struct text *t, size_t *len)
{
	size_t at = mutate_below(t->len);
	while (at > 0 && t->p[at - 1] != '\n')
		at--;
	const char *nl = memchr(t->p + at, '\n', t->len - at);
	*len = nl == NULL ? t->len - at : (size_t)(nl - t->p) + 1 - at;
	return at;
}

static void
mutate_once(struct text *t, const struct text *other)
{
	char line[512];
	size_t len, at = mutate_line(t, &len);
	size_t n = len < sizeof line ? len : sizeof line;
	memcpy(line, t->p + at, n);
	char octet = (char)mutate_below(256);
	size_t any = mutate_below(t->len);
	const char *odd = mutate_odd[mutate_below(MUTATE_ODD)];
	switch (mutate_below(9)) {
	case 0:
		mutate_put(t, at, len, "", 0);
		break;
	case 1:
		mutate_put(t, at, 0, line, n);
		break;
	case 2:
		mutate_put(t, at, len, "", 0);
		mutate_put(t, mutate_line(t, &len), 0, line, n);
		break;
	case 3:
		mutate_put(t, at + mutate_below(len), 1, "", 0);
		break;
	case 4:
		mutate_put(t, at + len - (len > 0), len > 0, "", 0);
		break;
	case 5:
		mutate_put(t, any, t->len > 0, &octet, 1);
		break;
	case 6:
		t->len = mutate_below(16) == 0 ? any : t->len;
		break;
	case 7:
		at = mutate_line(other, &n);
		mutate_put(t, mutate_line(t, &len), 0, other->p + at, n);
		break;
	default:
		mutate_put(t, any, 0, odd, *odd == '\0' ? 1 : strlen(odd));
	}
}

static void
mutate_read(struct text *t, const char *path)
{
	FILE *f = fopen(path, "rb");
	t->len = f == NULL ? 0 : fread(t->p, 1, MUTATE_MAX, f);
	if (f == NULL || fclose(f) != 0 || t->len == 0) {
		fprintf(stderr, "mutate: cannot read %s\n", path);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	static struct text t, other;
	if (argc < 5)
		return 64;
	size_t files = (size_t)argc - 4;
	mutate_state = strtoull(argv[3], NULL, 10);
	for (unsigned long i = 0, n = strtoul(argv[2], NULL, 10); i < n; i++) {
		char path[4096];
		mutate_read(&t, argv[4 + mutate_below(files)]);
		mutate_read(&other, argv[4 + mutate_below(files)]);
		for (uint32_t k = 1 + mutate_below(8); k > 0 && t.len > 0; k--)
			mutate_once(&t, &other);
		snprintf(path, sizeof path, "%s/%lu.txt", argv[1], i);
		FILE *f = fopen(path, "wb");
		if (f == NULL || fwrite(t.p, 1, t.len, f) != t.len ||
		    fclose(f) != 0)
			return 73;
	}
	return 0;
}
