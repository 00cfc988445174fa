/* family_threads.c -- when the heap of libheapstakes-pooled.so begins, and how threads come, leave
 * and fork.
 *
 * The loader allocates before any constructor has run, so the heap is made by the first allocation.
 * A thread gets its cache by its own first one, and gives it back, with all that it owns, in the
 * destructor of a key; what other destructors allocate afterwards attaches it once more, and the
 * key's next round detaches it.  Nothing here needs malloc before the thread has its cache:
 * pthread_atfork and pthread_setspecific, which may call it, come after that.
 *
 * A fork holds all locks, so that the child finds them free and all that they guard whole.  The
 * caches of threads that are not in the child stay as they were at that moment, perhaps in the
 * middle of a change that only their owner makes.  So nobody in the child takes them over: what
 * they had free is lost to it, and frees of their cells go on, to their lists of remote frees. */
#include "family.h"

#include "family_watch.h"

struct family {
    pthread_mutex_t lock; /* of the start */
    struct slabs *slabs;
    pthread_key_t key;
    bool has_key;
};

static struct family family = { .lock = PTHREAD_MUTEX_INITIALIZER };
static struct slab_cache family_nobody = { .is_orphan = true };

MM_THREAD_LOCAL struct slab_cache *family_cache = &family_nobody;
uint8_t family_classes[FAMILY_TABLE_MAX / 8 + 1];

static void
family_leave(void *cache)
{
    family_cache = &family_nobody;
    slabs_detach(cache);
}

static void
family_before_fork(void)
{
    pthread_mutex_lock(&family.lock);
    slabs_before_fork(family.slabs);
}

static void
family_in_parent(void)
{
    slabs_after_fork(family.slabs, false);
    pthread_mutex_unlock(&family.lock);
}

static void
family_in_child(void)
{
    slabs_after_fork(family.slabs, true);
    pthread_mutex_unlock(&family.lock);
}

/* With the lock. */
static struct slabs *
family_start(void)
{
    struct slabs *slabs = slabs_create(&(struct mm_config){ .heap_bytes = 0 }, sizeof *slabs);
    if (!slabs)
        return NULL;
    if (MM_DEBUG && !family_watch_start(slabs)) {
        slabs_destroy(slabs);
        return NULL;
    }
    for (size_t i = 0; i < sizeof family_classes; i++)
        family_classes[i] = (uint8_t)size_class(family_rounded(i * 8));
    family_nobody.slabs = slabs;
    family_nobody.ordinal = MM_NO_MUTATOR;
    family_nobody.bias = slabs->spans.bias;
    family.has_key = pthread_key_create(&family.key, family_leave) == 0;
    family.slabs = slabs;
    return slabs;
}

struct slab_cache *
family_attach(void)
{
    if (family_cache != &family_nobody)
        return family_cache;
    pthread_mutex_lock(&family.lock);
    bool is_first = !family.slabs;
    struct slabs *slabs = is_first ? family_start() : family.slabs;
    pthread_mutex_unlock(&family.lock);
    struct slab_cache *cache = slabs ? slabs_attach(slabs, sizeof *cache) : NULL;
    if (!cache)
        return NULL;
    family_cache = cache;
    if (family.has_key)
        (void)pthread_setspecific(family.key, cache);
    if (is_first)
        (void)pthread_atfork(family_before_fork, family_in_parent, family_in_child);
    return cache;
}
