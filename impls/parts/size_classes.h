/* size_classes.h -- rounds sizes up to a few: every 8 bytes up to 128, then 8 classes for each
 * doubling, so that at most 7 bytes are lost up to 128, and an eighth above;
 * folds for constant sizes. */
#ifndef PARTS_SIZE_CLASSES_H
#define PARTS_SIZE_CLASSES_H

#include "mm_heap.h"

enum {
    SIZE_LINEAR_MAX = 128,
    SIZE_LINEAR_CLASSES = SIZE_LINEAR_MAX / 8,
    SIZE_SMALL_MAX = 8192, /* in slabs of one unit; above, of four */
    SIZE_CLASS_MAX = 32768,
    SIZE_CLASSES = SIZE_LINEAR_CLASSES + 8 * 8,
};

/* The class of 1 to SIZE_CLASS_MAX bytes; 0 bytes count as 1.  Without a branch: of sizes that vary
 * none could be predicted.  The classes up to SIZE_LINEAR_MAX are those of two doublings in one. */
MM_INLINE unsigned
size_class(size_t bytes)
{
    size_t last = bytes - (bytes != 0);
    unsigned log = 63 - (unsigned)__builtin_clzll(last | (SIZE_LINEAR_MAX / 2));
    return (log - 6) * 8 + (unsigned)(last >> (log - 3));
}

/* The size of the cells of a class. */
MM_INLINE size_t
size_class_bytes(unsigned class_index)
{
    if (class_index < SIZE_LINEAR_CLASSES)
        return (class_index + 1) * (size_t)8;
    unsigned step = class_index - SIZE_LINEAR_CLASSES;
    return (size_t)(9 + step % 8) << (4 + step / 8);
}

/* The least size that is a multiple of `align`, a power of two up to 64.  The class of such a
 * size has cells of a multiple of `align` too, for each class ends at a multiple of its step. */
MM_INLINE size_t
size_aligned(size_t bytes, size_t align)
{
    return (bytes + align - 1) & ~(align - 1);
}

#endif
