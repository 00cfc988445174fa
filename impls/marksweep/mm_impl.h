/* marksweep -- stop the world, mark from precise roots, sweep lazily. */
#include "parts/block_heap.h"
#include "parts/no_barrier.h"
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/plain_roots.h"
#include "parts/world_calls.h"

enum { MM_MOVES = 0 };
