/* request_latency -- a service with a cache: parse a message, look up its keys, answer.
 *
 * Lifetimes: message, syntax tree and answer live for one request; an entry of the cache lives
 * until it is the least recently used of its set, which takes thousands of requests for most.
 * Keys follow Zipf's law.  Values come in four sizes, each with sets of its own, so the cache
 * always holds the same number of bytes.
 *
 * Stresses: how long the slowest requests take.  A request makes some 150 small objects, which an
 * arena or a young generation drops at once; what it puts into the cache is made in the program's
 * scope, and a collector that looks at the whole cache in one go shows it here. */
#include "request_message.h"

struct entry {
    mm_ref value;
    uint64_t key, made, used, hits; /* made and used: numbers of requests */
};
struct cache {
    uint64_t sets;
};
MM_TYPE(ENTRY, struct entry, .acyclic = true, .ref_words = MM_WORD(struct entry, value));
MM_TYPE(CACHE, struct cache, .tail = MM_TAIL_REFS, .acyclic = true);

enum { CLASSES = 4, VALUE_FIRST = 256, WAYS = 4, ROOM_FIRST = 256 };
enum { HEAD_BYTES = 3 * sizeof(uint64_t) };
_Static_assert(WANTED_LEAST + WANTED_SPREAD <= VALUE_FIRST, "every value is long enough");

struct request_latency_shape {
    uint64_t sets; /* of the smallest values; half as many for each next size */
    uint64_t requests;
    struct message_shape message;
};
static const struct request_latency_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 32, 200, { 2, 3, 9 } },
    [WORKLOAD_NORMAL] = { 4096, 20000, { 8, 8, 17 } },
    [WORKLOAD_LARGE] = { 65536, 340000, { 8, 8, 21 } },
};

static mm_ref request_latency_caches[CLASSES];

static uint64_t
class_bytes(unsigned size_class)
{
    return (uint64_t)VALUE_FIRST << size_class;
}

/* -- How much will live, without making it ------------------------------------------ */

/* Message, tree and answer of one request; the answer when it has just grown for the last time. */
static uint64_t
request_peak(const struct message_shape *shape, struct workload_random random)
{
    char digits[NUMBER_MAX];
    uint64_t parts = parts_next(&random, shape);
    uint64_t answer = 0, digit_count = 0, room = ROOM_FIRST, old_room = 0;
    for (uint64_t i = 0; i < parts; i++) {
        struct part part = part_next(&random, shape);
        digit_count += number_write(part.key, digits) + number_write(part.wanted, digits) +
                       number_write(part.salt, digits);
        answer += HEAD_BYTES + part.wanted;
    }
    for (; room < answer; room *= 2)
        old_room = mm_size(&BYTES, room);
    uint64_t message = mm_size(&BYTES, parts * PART_BYTES + digit_count + 2);
    uint64_t nodes = 1 + parts * (1 + PART_ATOMS);
    uint64_t texts = parts * (PART_ATOMS * sizeof(struct bytes) + TEXT_BYTES) + digit_count;
    return message + nodes * sizeof(struct node) + texts + mm_size(&BYTES, room) + old_room;
}

/* The new entry lives before the old one dies, with a value of the largest size at worst. */
static void
request_latency_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct request_latency_shape *shape = &SHAPES[run->size];
    uint64_t cache = 0, most = 0;
    for (unsigned size_class = 0; size_class < CLASSES; size_class++) {
        uint64_t entries = (shape->sets >> size_class) * WAYS;
        cache += mm_size(&CACHE, entries);
        cache += entries * (sizeof(struct entry) + mm_size(&BYTES, class_bytes(size_class)));
    }
    for (uint64_t i = 0; i < shape->requests + shape->requests / 10; i++) {
        uint64_t peak = request_peak(&shape->message, workload_random_seed(run->seed, i));
        most = peak > most ? peak : most;
    }
    *plan = (struct workload_plan){
        .operations = 1,
        .requests = shape->requests,
        .peak_live_bytes = cache + most + sizeof(struct entry) +
                           mm_size(&BYTES, class_bytes(CLASSES - 1)),
    };
}

/* -- The cache ------------------------------------------------------------------------ */

/* Makes an entry with its value in the program's scope; `work` is a root to work with. */
static mm_owned
entry_new(struct mm_mutator *m, mm_ref *work, uint64_t key, unsigned size_class, uint64_t request)
{
    struct mm_scope program = mm_scope_program(m);
    size_t length = class_bytes(size_class);
    mm_take(m, work, mm_new_array_in(m, program, &BYTES, length));
    struct bytes *bytes = mm_get(*work);
    bytes->length = length;
    memset(mm_tail(&BYTES, bytes), (int)((key + request) & 0xff), length);
    mm_owned self = mm_new_in(m, program, &ENTRY);
    struct entry *entry = mm_peek(self);
    mm_init_new(m, entry, &entry->value, mm_move(m, work));
    entry->key = key;
    entry->made = entry->used = request;
    entry->hits = 0;
    return self;
}

static void
entry_free(struct mm_mutator *m, struct entry *entry)
{
    bytes_free(m, mm_get(entry->value));
    mm_free(m, &ENTRY, entry);
}

/* The first place of the set where the key belongs. */
static mm_ref *
cache_set(struct cache *cache, uint64_t key)
{
    return mm_items(&CACHE, cache) + (workload_mix(key, 1) >> 8) % cache->sets * WAYS;
}

static struct entry *
set_find(mm_ref *set, uint64_t key)
{
    for (unsigned way = 0; way < WAYS; way++) {
        struct entry *entry = mm_get(set[way]);
        if (entry->key == key)
            return entry;
    }
    return NULL;
}

static unsigned
set_oldest(mm_ref *set)
{
    unsigned oldest = 0;
    for (unsigned way = 1; way < WAYS; way++)
        if (((struct entry *)mm_get(set[way]))->used < ((struct entry *)mm_get(set[oldest]))->used)
            oldest = way;
    return oldest;
}

/* The entry of a key; made anew, in place of the least recently used, if it is not there. */
static struct entry *
cache_look(struct mm_mutator *m, mm_ref *work, uint64_t key, uint64_t request)
{
    unsigned size_class = (unsigned)workload_mix(key, 0) % CLASSES;
    struct cache *cache = mm_get(request_latency_caches[size_class]);
    struct entry *entry = set_find(cache_set(cache, key), key);
    if (!entry) {
        mm_owned self = entry_new(m, work, key, size_class, request);
        cache = mm_get(request_latency_caches[size_class]);
        mm_ref *set = cache_set(cache, key), *place = &set[set_oldest(set)];
        entry = mm_peek(self);
        if (MM_FREES)
            entry_free(m, mm_get(*place));
        mm_store_new(m, cache, place, self);
    }
    entry->used = request;
    entry->hits++;
    return entry;
}

/* -- The answer ------------------------------------------------------------------------- */

/* A buffer in a root, which doubles when it is full. */
struct answer {
    mm_ref *buffer;
    size_t length;
};

static char *
answer_extend(struct mm_mutator *m, struct answer *answer, size_t length)
{
    uint64_t room = ((struct bytes *)mm_get(*answer->buffer))->length, old = room;
    while (answer->length + length > room)
        room *= 2;
    if (room != old) {
        mm_resize(m, answer->buffer, &BYTES, old, room);
        ((struct bytes *)mm_get(*answer->buffer))->length = room;
    }
    char *to = (char *)mm_tail(&BYTES, mm_get(*answer->buffer)) + answer->length;
    answer->length += length;
    return to;
}

/* Answers the part in the root `part`, with `value` as a root to work with. */
static void
answer_part(struct mm_mutator *m, struct answer *answer, const mm_ref *part, mm_ref *value,
            uint64_t request)
{
    const struct node *get = mm_get(((struct node *)mm_get(*part))->first);
    const struct node *key = mm_get(get->next), *wanted = mm_get(key->next);
    const struct node *depth = mm_get(wanted->next), *salt = mm_get(depth->next);
    size_t length = node_number(wanted);
    uint64_t head[3] = { node_number(salt) };
    struct entry *entry = cache_look(m, value, node_number(key), request);
    head[1] = entry->made;
    head[2] = entry->hits;
    mm_set(m, value, mm_get(entry->value));
    char *to = answer_extend(m, answer, sizeof head + length);
    memcpy(to, head, sizeof head);
    memcpy(to + sizeof head, mm_tail(&BYTES, mm_get(*value)), length);
    mm_set(m, value, NULL);
}

static uint64_t
answer_sum(const struct answer *answer)
{
    const unsigned char *bytes = mm_tail(&BYTES, mm_get(*answer->buffer));
    uint64_t sum = answer->length;
    for (size_t i = 0; i + sizeof(uint64_t) <= answer->length; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        sum = workload_mix(sum, word);
    }
    return sum;
}

/* -- The run ------------------------------------------------------------------------------ */

static uint64_t
request_latency_serve(struct mm_mutator *m, const struct workload_run *run, uint64_t request)
{
    MM_LOCALS(m, message, tree, part, value, buffer);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->message,
            message_new(m, &SHAPES[run->size].message, workload_random_seed(run->seed, request)));
    struct parser parser = { &locals->message, 0 };
    mm_take(m, &locals->tree, node_parse(m, &parser));
    mm_take(m, &locals->buffer, mm_new_array(m, &BYTES, ROOM_FIRST));
    ((struct bytes *)mm_get(locals->buffer))->length = ROOM_FIRST;
    struct answer answer = { &locals->buffer, 0 };
    mm_set(m, &locals->part, mm_get(((struct node *)mm_get(locals->tree))->first));
    while (mm_get(locals->part)) {
        answer_part(m, &answer, &locals->part, &locals->value, request);
        mm_set(m, &locals->part, mm_get(((struct node *)mm_get(locals->part))->next));
    }
    uint64_t sum = answer_sum(&answer);
    if (MM_FREES) {
        bytes_free(m, mm_get(locals->buffer));
        node_free(m, mm_get(locals->tree));
        bytes_free(m, mm_get(locals->message));
    }
    mm_set(m, &locals->buffer, NULL);
    mm_set(m, &locals->tree, NULL);
    mm_set(m, &locals->message, NULL);
    mm_scope_end(m, scope);
    return sum;
}

/* Fills every place, with keys that no request asks for. */
static void
request_latency_setup(struct mm_mutator *m, const struct workload_run *run)
{
    MM_LOCALS(m, work);
    struct mm_scope scope = mm_scope_begin(m);
    for (unsigned size_class = 0; size_class < CLASSES; size_class++) {
        uint64_t sets = SHAPES[run->size].sets >> size_class;
        mm_ref *root = &request_latency_caches[size_class];
        mm_global(m, root);
        mm_take(m, root, mm_new_array_in(m, mm_scope_program(m), &CACHE, sets * WAYS));
        ((struct cache *)mm_get(*root))->sets = sets;
        for (uint64_t i = 0; i < sets * WAYS; i++) {
            mm_owned entry = entry_new(m, &locals->work, UINT64_MAX - i, size_class, 0);
            struct cache *cache = mm_get(*root);
            mm_store_new(m, cache, mm_items(&CACHE, cache) + i, entry);
        }
    }
    mm_scope_end(m, scope);
}

static uint64_t
request_latency_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = 0;
    for (unsigned size_class = 0; size_class < CLASSES; size_class++) {
        struct cache *cache = mm_get(request_latency_caches[size_class]);
        mm_ref *places = mm_items(&CACHE, cache);
        for (uint64_t i = 0; i < cache->sets * WAYS; i++) {
            struct entry *entry = mm_get(places[i]);
            const unsigned char *value = mm_tail(&BYTES, mm_get(entry->value));
            sum = workload_mix(sum, entry->key + entry->hits + value[0]);
            if (MM_FREES)
                entry_free(m, entry);
        }
        if (MM_FREES)
            mm_free_array(m, &CACHE, cache, cache->sets * WAYS);
        mm_set(m, &request_latency_caches[size_class], NULL);
    }
    return sum;
}

const struct workload WORKLOAD = {
    .name = "request_latency",
    .summary = "requests that parse, look up and answer, beside a cache that lives on",
    .operation = "a request",
    .threads_default = 1,
    .threads_max = 1,
    .plan = request_latency_plan,
    .setup = request_latency_setup,
    .serve = request_latency_serve,
    .teardown = request_latency_teardown,
};
