/* byte_match.h -- which of 64 bytes equal one of two values, as 64 bits: four compares of 16 bytes
 * where the processor has them, else eight of eight bytes in a word.
 *
 * Another thread may write single bytes meanwhile: each bit is right for a value that its byte had.
 * The thread sanitizer is shown the words, since it takes wide loads for a race. */
#ifndef PARTS_BYTE_MATCH_H
#define PARTS_BYTE_MATCH_H

#include "mm_heap.h"

/* The highest bit of every byte that equals `value`. */
MM_INLINE uint64_t
byte_match_word(uint64_t bytes, uint8_t value)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t differ = bytes ^ ones * value;
    return ~(((differ & ~high) + ~high) | differ) & high;
}

#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)

#include <emmintrin.h>

MM_INLINE uint64_t
byte_match_16(const uint8_t *bytes, uint8_t first, uint8_t second)
{
    __m128i all = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i is_first = _mm_cmpeq_epi8(all, _mm_set1_epi8((char)first));
    __m128i is_second = _mm_cmpeq_epi8(all, _mm_set1_epi8((char)second));
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(is_first, is_second));
}

MM_INLINE uint64_t
byte_match_64(const uint8_t *bytes, uint8_t first, uint8_t second)
{
    return byte_match_16(bytes, first, second) | byte_match_16(bytes + 16, first, second) << 16 |
           byte_match_16(bytes + 32, first, second) << 32 |
           byte_match_16(bytes + 48, first, second) << 48;
}

#else

MM_INLINE uint64_t
byte_match_64(const uint8_t *bytes, uint8_t first, uint8_t second)
{
    const uint64_t *words = (const uint64_t *)(const void *)bytes;
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t word = MM_LOAD_RELAXED(&words[i]);
        uint64_t hits = byte_match_word(word, first) | byte_match_word(word, second);
        bits |= ((hits >> 7) * UINT64_C(0x0102040810204080) >> 56) << 8 * i;
    }
    return bits;
}

#endif
#endif
