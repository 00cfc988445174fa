/* rc_box.h -- an object in a box of GLib's: a word in front of it says what it is.
 *
 *   box                                obj
 *   | word | (gap, if it is aligned) word | the object
 *
 * The word is the address of the type, and in its upper 16 bits the distance from box to obj.
 * Where there is a gap, the word stands at both of its ends: GLib gives the box to the function
 * that clears it, and places refer to the object. */
#ifndef RC_BOX_H
#define RC_BOX_H

#include <glib.h>

enum { RC_BOX_FRONT = 8, RC_BOX_FRONT_SHIFT = 48 };

struct rc_box_word {
    uint64_t word;
} MM_MAY_ALIAS;

MM_INLINE size_t
rc_box_front(const void *obj)
{
    return ((const struct rc_box_word *)obj - 1)->word >> RC_BOX_FRONT_SHIFT;
}

MM_INLINE void *
rc_box_of(void *obj)
{
    return (char *)obj - rc_box_front(obj);
}

/* Makes an object in a box that begins so many bytes before it. */
MM_INLINE void *
rc_box_dress(const struct mm_type *type, void *box, size_t front)
{
    void *obj = (char *)box + front;
    uint64_t word = (uint64_t)front << RC_BOX_FRONT_SHIFT | (uintptr_t)type;
    ((struct rc_box_word *)box)->word = word;
    ((struct rc_box_word *)obj - 1)->word = word;
    return obj;
}

/* Releases what the places of the object in a box refer to, as a function of its type would. */
void rc_box_clear(void *box);

#endif
