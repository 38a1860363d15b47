/* The one file that includes PCRE2. A pattern that runs away is cut by PCRE2's
 * match limit and counts as no match. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "cmd/lang/regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/lang/quote.h"
#include "net/core/buf.h"
#include "net/lazy.h"

#define REGEX_LIMIT 1000000

/* Its functions, once a pattern is there (net/lazy.h). The header's names are
 * macros for these. */
#define REGEX_FUNCS(X)                                                         \
	X(pcre2_code_free_8)                                                   \
	X(pcre2_compile_8)                                                     \
	X(pcre2_get_error_message_8)                                           \
	X(pcre2_get_ovector_pointer_8)                                         \
	X(pcre2_match_8)                                                       \
	X(pcre2_match_context_create_8)                                        \
	X(pcre2_match_context_free_8)                                          \
	X(pcre2_match_data_create_from_pattern_8)                              \
	X(pcre2_match_data_free_8)                                             \
	X(pcre2_pattern_info_8)                                                \
	X(pcre2_set_match_limit_8)                                             \
	X(pcre2_substring_number_from_name_8)

static struct {
	REGEX_FUNCS(LAZY_POINTER)
} regex_lib;

static const char regex_lib_names[] = REGEX_FUNCS(LAZY_NAME);

static const char *const regex_lib_files[] = { "libpcre2-8.so.0",
	"/opt/homebrew/opt/pcre2/lib/libpcre2-8.0.dylib",
	"/usr/local/opt/pcre2/lib/libpcre2-8.0.dylib", NULL };

static struct lazy regex_lib_lazy = LAZY_INIT("regular expressions",
    "libpcre2-8-0", regex_lib_files, regex_lib_names, &regex_lib);

#define pcre2_code_free_8	     (regex_lib.pcre2_code_free_8)
#define pcre2_compile_8		     (regex_lib.pcre2_compile_8)
#define pcre2_get_error_message_8    (regex_lib.pcre2_get_error_message_8)
#define pcre2_get_ovector_pointer_8  (regex_lib.pcre2_get_ovector_pointer_8)
#define pcre2_match_8		     (regex_lib.pcre2_match_8)
#define pcre2_match_context_create_8 (regex_lib.pcre2_match_context_create_8)
#define pcre2_match_context_free_8   (regex_lib.pcre2_match_context_free_8)
#define pcre2_match_data_create_from_pattern_8                                 \
	(regex_lib.pcre2_match_data_create_from_pattern_8)
#define pcre2_match_data_free_8 (regex_lib.pcre2_match_data_free_8)
#define pcre2_pattern_info_8	(regex_lib.pcre2_pattern_info_8)
#define pcre2_set_match_limit_8 (regex_lib.pcre2_set_match_limit_8)
#define pcre2_substring_number_from_name_8                                     \
	(regex_lib.pcre2_substring_number_from_name_8)

static const struct {
	char letter;
	uint32_t option;
} regex_flags[] = {
	{ 'i', PCRE2_CASELESS },
	{ 'm', PCRE2_MULTILINE },
	{ 's', PCRE2_DOTALL },
	{ 'x', PCRE2_EXTENDED },
};
#define REGEX_FLAGS (sizeof regex_flags / sizeof *regex_flags)

static pcre2_code *
regex_compile(const char *p, size_t len, unsigned flags, struct err *e)
{
	int code;
	PCRE2_SIZE at;
	uint32_t options = 0;
	if (lazy_load(&regex_lib_lazy, e) < 0)
		return NULL;
	for (size_t i = 0; i < REGEX_FLAGS; i++)
		if (flags & 1u << i)
			options |= regex_flags[i].option;
	pcre2_code *re =
	    pcre2_compile((PCRE2_SPTR)p, len, options, &code, &at, NULL);
	if (re != NULL)
		return re;
	PCRE2_UCHAR msg[120];
	pcre2_get_error_message(code, msg, sizeof msg);
	err_set(e, ERR_DATA,
	    "the regular expression /%.*s/ is malformed at its character %zu: "
	    "%s",
	    (int)(len < QUOTE_MAX ? len : QUOTE_MAX), p, (size_t)at + 1,
	    (const char *)msg);
	return NULL;
}

int
regex_check(const char *p, size_t len, unsigned flags, struct err *e)
{
	pcre2_code *re = regex_compile(p, len, flags, e);
	if (re == NULL)
		return -1;
	pcre2_code_free(re);
	return 0;
}

static bool
regex_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t
regex_letters(const char *p, size_t len, unsigned *flags)
{
	size_t n = 0;
	*flags = 0;
	for (; n < len && !regex_blank(p[n]); n++) {
		size_t i = 0;
		while (i < REGEX_FLAGS && regex_flags[i].letter != p[n])
			i++;
		if (i == REGEX_FLAGS)
			return SIZE_MAX;
		*flags |= 1u << i;
	}
	return n;
}

size_t
regex_close(const char *p, size_t len, size_t *used, unsigned *flags)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\\') {
			i++;
			continue;
		}
		if (p[i] != '/')
			continue;
		size_t n = regex_letters(p + i + 1, len - i - 1, flags);
		if (n == SIZE_MAX)
			continue;
		*used = i + 1 + n;
		return i;
	}
	return len;
}

void
regex_add_letters(struct buf *b, unsigned flags)
{
	for (size_t i = 0; i < REGEX_FLAGS; i++)
		if (flags & 1u << i)
			buf_addc(b, regex_flags[i].letter);
}

static void
regex_groups(const pcre2_code *re, pcre2_match_data *md, const char *subject,
    regex_capture *capture, void *arg)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;
	pcre2_pattern_info(re, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(re, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(re, PCRE2_INFO_NAMETABLE, (void *)&table);
	const PCRE2_SIZE *ov = pcre2_get_ovector_pointer(md);
	for (uint32_t i = 0; i < count; i++) {
		PCRE2_SPTR row = table + (size_t)i * size;
		size_t n = (size_t)row[0] << 8 | row[1];
		if (ov[2 * n] == PCRE2_UNSET)
			continue;
		capture(arg, (const char *)row + 2, subject + ov[2 * n],
		    ov[2 * n + 1] - ov[2 * n]);
	}
}

bool
regex_run(const char *regex, unsigned flags, const char *p, size_t len,
    regex_capture *capture, void *arg)
{
	struct err e;
	pcre2_code *re = regex_compile(regex, strlen(regex), flags, &e);
	if (re == NULL)
		return false;
	pcre2_match_data *md = pcre2_match_data_create_from_pattern(re, NULL);
	pcre2_match_context *mc = pcre2_match_context_create(NULL);
	if (md == NULL || mc == NULL)
		abort();
	pcre2_set_match_limit(mc, REGEX_LIMIT);
	int n = pcre2_match(re, (PCRE2_SPTR)p, len, 0, 0, md, mc);
	if (n > 0 && capture != NULL)
		regex_groups(re, md, p, capture, arg);
	pcre2_match_context_free(mc);
	pcre2_match_data_free(md);
	pcre2_code_free(re);
	return n > 0;
}

struct regex {
	pcre2_code *code;
};

int
regex_parse(
    struct regex **out, const char *p, size_t len, size_t *used, struct err *e)
{
	unsigned flags;
	size_t behind;
	size_t close = regex_close(p + 1, len - 1, &behind, &flags);
	if (close == len - 1)
		return quote_slip(p, len,
		    "expected '/' and then only the flags i m s x at the end "
		    "of the regular expression (\\/ is a '/' inside it)",
		    e);
	pcre2_code *code = regex_compile(p + 1, close, flags, e);
	if (code == NULL)
		return -1;
	*out = mem_alloc(sizeof **out);
	(*out)->code = code;
	*used = 1 + behind;
	return 0;
}

void
regex_free(struct regex *x)
{
	if (x == NULL)
		return;
	pcre2_code_free(x->code);
	free(x);
}

size_t
regex_match(const struct regex *x, const char *p, size_t len,
    struct regex_group *group, size_t max)
{
	pcre2_match_data *data =
	    pcre2_match_data_create_from_pattern(x->code, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	int n = -1;
	if (data != NULL && context != NULL) {
		pcre2_set_match_limit(context, REGEX_LIMIT);
		n = pcre2_match(
		    x->code, (PCRE2_SPTR)p, len, 0, 0, data, context);
	}
	const PCRE2_SIZE *at = n > 0 ? pcre2_get_ovector_pointer(data) : NULL;
	for (size_t i = 0; i < max && n > 0 && i < (size_t)n; i++)
		group[i] = (struct regex_group){
			at[2 * i] == PCRE2_UNSET ? SIZE_MAX : at[2 * i],
			at[2 * i] == PCRE2_UNSET ? SIZE_MAX : at[2 * i + 1]
		};
	if (data != NULL)
		pcre2_match_data_free(data);
	if (context != NULL)
		pcre2_match_context_free(context);
	return n > 0 ? (size_t)n : 0;
}

size_t
regex_number(const struct regex *x, const char *name)
{
	int n = pcre2_substring_number_from_name(x->code, (PCRE2_SPTR)name);
	return n > 0 ? (size_t)n : 0;
}
