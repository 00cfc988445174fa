/* plain_loads.h -- reading a place is a plain load; a shared one is read in order. */
#ifndef PARTS_PLAIN_LOADS_H
#define PARTS_PLAIN_LOADS_H

MM_INLINE void *
mm_load(const mm_ref *place)
{
    return place->ptr_;
}

MM_INLINE void *
mm_load_shared(const mm_ref *place)
{
    return MM_LOAD_ACQUIRE(&place->ptr_);
}

#endif
