/* concurrent -- a thread of its own marks a snapshot of the graph while mutators run. */
#include "parts/block_heap.h"
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/plain_roots.h"
#include "parts/snapshot.h"
#include "parts/world_calls.h"

enum { MM_MOVES = 0 };
