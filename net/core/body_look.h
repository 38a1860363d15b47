/* Private to body.c and unbody.c: where LF, CR and period are in 64 octets, as
 * bits, found without a loop over octets. */
#ifndef NET_BODY_LOOK_H
#define NET_BODY_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BODY_STEP  64	       /* octets that one mask covers */
#define BODY_AHEAD 64	       /* octets read or written past these */
#define BODY_PIECE (64 * 1024) /* octets between two reservations */

#ifndef BODY_WORTH
#define BODY_WORTH 4096 /* octets from which on it is asked for AVX2 */
#endif

/* Worth it where a constant argument makes half of a function go away. */
#define BODY_INLINE static inline __attribute__((always_inline))

/* Places in 64 octets; bit i is octet i. */
struct body_mask {
	uint64_t lf, cr, dot;
	bool high; /* an octet above 127 */
};

#ifdef __SSE2__
/* One bit for each octet of v[0] to v[3] that equals c. */
static inline uint64_t
body_equal(const __m128i v[4], char c)
{
	const __m128i x = _mm_set1_epi8(c);
	unsigned m0 = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[0], x));
	unsigned m1 = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[1], x));
	unsigned m2 = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[2], x));
	unsigned m3 = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[3], x));
	return (uint64_t)(m3 << 16 | m2) << 32 | (m1 << 16 | m0);
}

static inline void
body_look(struct body_mask *m, const char *p)
{
	const __m128i *at = (const __m128i *)(const void *)p;
	const __m128i v[4] = { _mm_loadu_si128(at), _mm_loadu_si128(at + 1),
		_mm_loadu_si128(at + 2), _mm_loadu_si128(at + 3) };
	m->lf = body_equal(v, '\n');
	m->cr = body_equal(v, '\r');
	m->dot = body_equal(v, '.');
	m->high = _mm_movemask_epi8(_mm_or_si128(
		      _mm_or_si128(v[0], v[1]), _mm_or_si128(v[2], v[3]))) != 0;
}
#else
#define BODY_ONES  UINT64_C(0x0101010101010101)
#define BODY_HIGHS UINT64_C(0x8080808080808080)

/* One bit for each octet of v that equals c, octet 0 first. */
static inline uint64_t
body_equal(uint64_t v, unsigned char c)
{
	uint64_t x = v ^ (BODY_ONES * c);
	x = ~(((x & ~BODY_HIGHS) + ~BODY_HIGHS) | x) & BODY_HIGHS;
	return ((x >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline void
body_look(struct body_mask *m, const char *p)
{
	uint64_t any = 0;
	m->lf = m->cr = m->dot = 0;
	for (int i = 0; i < 8; i++) {
		uint64_t v;
		memcpy(&v, p + 8 * i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		v = __builtin_bswap64(v);
#endif
		m->lf |= body_equal(v, '\n') << (8 * i);
		m->cr |= body_equal(v, '\r') << (8 * i);
		m->dot |= body_equal(v, '.') << (8 * i);
		any |= v;
	}
	m->high = (any & BODY_HIGHS) != 0;
}
#endif

/* Compiled for any x86-64, run where body_has_avx2() says so. */
#if defined(__x86_64__) && defined(__SSE2__) && !defined(BODY_NO_AVX2)
#define BODY_AVX2
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#define BODY_FOR_AVX2 __attribute__((target("avx2,bmi,popcnt")))

/* CPUID 1: POPCNT, OSXSAVE; XCR0: the system keeps the registers; CPUID 7:
 * BMI1, AVX2. (Intel's manual, volume 1, chapter 14.) */
static inline bool
body_ask_avx2(void)
{
	unsigned a, b, c, d, low, high;
	const unsigned first = bit_POPCNT | bit_OSXSAVE,
		       seventh = bit_BMI | bit_AVX2;

	if (!__get_cpuid(1, &a, &b, &c, &d) || (c & first) != first)
		return false;
	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
	       (b & seventh) == seventh;
}

/* Asked once, and only for what is worth it: on virtual machines CPUID takes as
 * long as a small mail's text, and __builtin_cpu_supports() would ask at each
 * start of the program. */
static inline bool
body_has_avx2(size_t len)
{
	static _Atomic signed char has;

	if (len < BODY_WORTH)
		return false;
	signed char known = atomic_load_explicit(&has, memory_order_relaxed);
	if (known == 0) {
		known = body_ask_avx2() ? 1 : -1;
		atomic_store_explicit(&has, known, memory_order_relaxed);
	}
	return known > 0;
}

BODY_FOR_AVX2 static inline uint64_t
body_equal_avx2(__m256i a, __m256i b, char c)
{
	const __m256i x = _mm256_set1_epi8(c);
	unsigned m0 = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, x));
	unsigned m1 = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, x));
	return (uint64_t)m1 << 32 | m0;
}

BODY_FOR_AVX2 static inline void
body_look_avx2(struct body_mask *m, const char *p)
{
	const __m256i *at = (const __m256i *)(const void *)p;
	__m256i a = _mm256_loadu_si256(at), b = _mm256_loadu_si256(at + 1);
	m->lf = body_equal_avx2(a, b, '\n');
	m->cr = body_equal_avx2(a, b, '\r');
	m->dot = body_equal_avx2(a, b, '.');
	m->high = _mm256_movemask_epi8(_mm256_or_si256(a, b)) != 0;
}

BODY_FOR_AVX2 static inline unsigned
body_count_avx2(uint64_t v)
{
	return (unsigned)__builtin_popcountll(v);
}

/* As body_copy(). */
BODY_FOR_AVX2 static inline void
body_copy_avx2(char *o, const char *p, size_t n)
{
	const __m256i *at = (const __m256i *)(const void *)p;
	__m256i *to = (__m256i *)(void *)o;
	_mm256_storeu_si256(to, _mm256_loadu_si256(at));
	if (n > 32)
		_mm256_storeu_si256(to + 1, _mm256_loadu_si256(at + 1));
}
#endif

/* Bits 0 to n-1. */
static inline uint64_t
body_bits(size_t n)
{
	return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* Sixteen octets that all need another in front: LF gets CR, a period a
 * period. Room for 32 at o. */
BODY_INLINE void
body_double(char *o, const char *p)
{
#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i lf = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));
	__m128i add =
	    _mm_add_epi8(v, _mm_and_si128(lf, _mm_set1_epi8('\r' - '\n')));
	_mm_storeu_si128((__m128i *)(void *)o, _mm_unpacklo_epi8(add, v));
	_mm_storeu_si128(
	    (__m128i *)(void *)(o + 16), _mm_unpackhi_epi8(add, v));
#else
	for (int i = 0; i < 16; i++) {
		o[2 * i] = p[i] == '\n' ? '\r' : p[i];
		o[2 * i + 1] = p[i];
	}
#endif
}

/* How many bits are set; without a library call where the machine has no
 * instruction for it. */
BODY_INLINE unsigned
body_count(uint64_t v)
{
	if ((v & (v - 1)) == 0)
		return v != 0;
	v -= (v >> 1) & UINT64_C(0x5555555555555555);
	v = (v & UINT64_C(0x3333333333333333)) +
	    ((v >> 2) & UINT64_C(0x3333333333333333));
	v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)((v * UINT64_C(0x0101010101010101)) >> 56);
}

/* What one octet leaves behind for the next. */
struct body_carry {
	uint64_t bol; /* 1: a line begins */
	uint64_t cr;  /* 1: a CR came before */
};

/* Copies n octets, at most 64; reads and writes 64. Short runs are most. */
BODY_INLINE void
body_copy(char *o, const char *p, size_t n)
{
	memcpy(o, p, 16);
	if (n > 16)
		memcpy(o + 16, p + 16, BODY_STEP - 16);
}

/* What differs by machine; constants, so that calls become code in place. */
struct body_ways {
	void (*look)(struct body_mask *m, const char *p);
	void (*copy)(char *o, const char *p, size_t n);
	unsigned (*count)(uint64_t v);
};

static const struct body_ways body_ways_any = { body_look, body_copy,
	body_count };
#ifdef BODY_AVX2
static const struct body_ways body_ways_avx2 = { body_look_avx2, body_copy_avx2,
	body_count_avx2 };
#endif

#endif
