/* marker_ring.h -- the shortest ring: what goes in comes out next. */
#ifndef PARTS_MARKER_RING_H
#define PARTS_MARKER_RING_H

/* What a manager that is built with this ring adds to its name. */
#define MARKER_RING_NAME "_tiny"

enum {
    MARKER_RING = 1,    /* objects on their way into the cache; a power of two */
    MARKER_PREFETCH = 1 /* whether they are asked for when they enter the ring */
};

#endif
