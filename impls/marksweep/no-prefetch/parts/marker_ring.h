/* marker_ring.h -- no looking ahead: every object is looked at as soon as it comes from the stack,
 * and nothing is fetched before it is needed.  What the ring buys is the difference to the usual
 * one. */
#ifndef PARTS_MARKER_RING_H
#define PARTS_MARKER_RING_H

/* What a manager that is built with this ring adds to its name. */
#define MARKER_RING_NAME "-no-prefetch"

enum {
    MARKER_RING = 1,    /* objects on their way into the cache; a power of two */
    MARKER_PREFETCH = 0 /* whether they are asked for when they enter the ring */
};

#endif
