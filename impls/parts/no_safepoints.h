/* no_safepoints.h -- nobody ever stops the world. */
#ifndef PARTS_NO_SAFEPOINTS_H
#define PARTS_NO_SAFEPOINTS_H

MM_INLINE void
mm_safepoint(struct mm_mutator *m)
{
    (void)m;
}

MM_INLINE void
mm_park(struct mm_mutator *m)
{
    (void)m;
}

MM_INLINE void
mm_unpark(struct mm_mutator *m)
{
    (void)m;
}

#endif
