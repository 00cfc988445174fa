/* mm_watch.h -- nothing watches the calls of mm.h: the build that is timed. */
