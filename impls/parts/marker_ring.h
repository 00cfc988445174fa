/* marker_ring.h -- how far the marker looks ahead.  A build that wants another way puts a folder
 * with a parts/marker_ring.h of its own in front of the include path, and says so in its name. */
#ifndef PARTS_MARKER_RING_H
#define PARTS_MARKER_RING_H

/* What a manager that is built with this ring adds to its name. */
#define MARKER_RING_NAME ""

enum {
    MARKER_RING = 32,   /* objects on their way into the cache; a power of two */
    MARKER_PREFETCH = 1 /* whether they are asked for when they enter the ring */
};

#endif
