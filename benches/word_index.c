/* word_index -- an index of the words of a text: a hash table that grows, and lists that grow.
 *
 * Lifetimes: one index stands throughout.  A batch reads a text, builds its index, looks words up
 * in both, and drops it: words and entries live as long as the batch, outgrown tables and lists
 * until they are copied.  Words follow Zipf's law, so most lists stay short and few grow long.
 *
 * Stresses: tables as arrays of structs with references inside, doubled and rehashed; lists that
 * are resized (realloc's home ground); small strings of many lengths; lookups that touch a few
 * bytes here and there. */
#include "workload_tools.h"

struct word {
    uint64_t length; /* bytes of the tail */
};
struct posting {
    uint64_t place, batch;
};
struct postings {
    uint64_t room; /* units of the tail */
};
struct entry {
    mm_ref word; /* NULL: the entry is free */
    mm_ref postings;
    uint64_t hash;
    uint64_t count; /* of postings */
};
struct index {
    uint64_t room, count; /* entries, of which are taken */
};
MM_TYPE(WORD, struct word, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(POSTING, struct posting, .acyclic = true);
MM_TYPE(POSTINGS, struct postings, .tail = MM_TAIL_ELEMENTS, .element = &POSTING, .acyclic = true);
MM_TYPE(ENTRY, struct entry, .acyclic = true,
        .ref_words = MM_WORD(struct entry, word) | MM_WORD(struct entry, postings));
MM_TYPE(INDEX, struct index, .tail = MM_TAIL_ELEMENTS, .element = &ENTRY, .acyclic = true);

enum { ROOM_FIRST = 64, POSTINGS_FIRST = 2, TEXTS = 4, OCTAVES_MAX = 20, LETTERS_MAX = 24 };

struct word_index_shape {
    uint64_t kept, batches, words; /* words of the standing index; of a text */
    unsigned octaves;              /* a text's vocabulary is 2^octaves - 1 words */
};
static const struct word_index_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 500, 2, 1500, 8 },
    [WORKLOAD_NORMAL] = { 150000, 41, 65536, 15 },
    [WORKLOAD_LARGE] = { 2400000, 57, 1048576, 19 },
};

static mm_ref word_index_kept;

/* -- The text ----------------------------------------------------------------- */

/* The rank of the next word of a text: each octave of ranks is as likely as any other. */
static uint64_t
rank_next(struct workload_random *random, unsigned octaves)
{
    uint64_t least = UINT64_C(1) << workload_random_below(random, octaves);
    return least + workload_random_below(random, least);
}

/* Every fourth batch reads the same text again. */
static struct workload_random
text_of(const struct workload_run *run, uint64_t batch)
{
    return workload_random_seed(run->seed, batch % TEXTS);
}

/* Spells a rank in syllables, the frequent ranks in fewer; returns the number of letters. */
static size_t
word_spell(uint64_t rank, char letters[LETTERS_MAX])
{
    static const char CONSONANTS[] = "bcdfghjklmnprstvwxz", VOWELS[] = "aeiou";
    enum { CONSONANT_COUNT = sizeof CONSONANTS - 1, VOWEL_COUNT = sizeof VOWELS - 1 };
    size_t length = 0;
    do {
        letters[length++] = CONSONANTS[rank % CONSONANT_COUNT];
        rank /= CONSONANT_COUNT;
        letters[length++] = VOWELS[rank % VOWEL_COUNT];
        rank /= VOWEL_COUNT;
    } while (rank);
    return length;
}

/* FNV-1a (Fowler, Noll and Vo). */
static uint64_t
word_hash(const char *letters, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)letters[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* -- What will live, without making it ------------------------------------------ */

struct replay {
    uint64_t live, peak, room, count;
};

static void
replay_add(struct replay *replay, uint64_t bytes)
{
    replay->live += bytes;
    if (replay->live > replay->peak)
        replay->peak = replay->live;
}

/* As index_add does it, for a word that has `count` postings already. */
static void
replay_word(struct replay *replay, uint64_t rank, uint64_t count)
{
    char letters[LETTERS_MAX];
    if (count == 0) {
        if (4 * (replay->count + 1) > 3 * replay->room) {
            replay_add(replay, mm_size(&INDEX, 2 * replay->room));
            replay->live -= mm_size(&INDEX, replay->room);
            replay->room *= 2;
        }
        replay->count++;
        replay_add(replay, mm_size(&WORD, word_spell(rank, letters)));
        replay_add(replay, mm_size(&POSTINGS, POSTINGS_FIRST));
    } else if (count >= POSTINGS_FIRST && (count & (count - 1)) == 0) {
        replay_add(replay, mm_size(&POSTINGS, 2 * count));
        replay->live -= mm_size(&POSTINGS, count);
    }
}

static void
replay_index(struct replay *replay)
{
    replay->room = ROOM_FIRST;
    replay->count = 0;
    replay_add(replay, mm_size(&INDEX, ROOM_FIRST));
}

static uint64_t
peak_of(const struct workload_run *run)
{
    static uint32_t counts[1 << OCTAVES_MAX];
    const struct word_index_shape *shape = &SHAPES[run->size];
    struct replay replay = { 0 };
    replay_index(&replay);
    for (uint64_t rank = 1; rank <= shape->kept; rank++)
        replay_word(&replay, rank, 0);
    uint64_t kept = replay.live;
    for (uint64_t text = 0; text < TEXTS; text++) {
        struct workload_random random = text_of(run, text);
        memset(counts, 0, sizeof counts[0] << shape->octaves);
        replay.live = kept;
        replay_index(&replay);
        for (uint64_t i = 0; i < shape->words; i++) {
            uint64_t rank = rank_next(&random, shape->octaves);
            replay_word(&replay, rank, counts[rank]++);
        }
    }
    return replay.peak;
}

static void
word_index_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct word_index_shape *shape = &SHAPES[run->size];
    *plan = (struct workload_plan){
        .batches = shape->batches,
        .operations = shape->words,
        .peak_live_bytes = peak_of(run),
    };
}

/* -- The index ------------------------------------------------------------------ */

static struct entry *
index_entries(struct index *index)
{
    return mm_tail(&INDEX, index);
}

static struct posting *
postings_units(struct postings *postings)
{
    return mm_tail(&POSTINGS, postings);
}

static mm_owned
index_new(struct mm_mutator *m, uint64_t room)
{
    mm_owned self = mm_new_array(m, &INDEX, room);
    *(struct index *)mm_peek(self) = (struct index){ room, 0 };
    return self;
}

/* The entry of a word, or the free one where it belongs. */
static struct entry *
index_find(struct index *index, const char *letters, size_t length, uint64_t hash)
{
    struct entry *entries = index_entries(index);
    for (uint64_t i = hash;; i++) {
        struct entry *entry = &entries[i & (index->room - 1)];
        struct word *word = mm_get(entry->word);
        if (!word || (entry->hash == hash && word->length == length &&
                      memcmp(mm_tail(&WORD, word), letters, length) == 0))
            return entry;
    }
}

/* Doubles the table in the root.  Nothing is looked at but hashes, which are all different or
 * belong to different words. */
static void
index_grow(struct mm_mutator *m, mm_ref *root)
{
    mm_owned self = index_new(m, 2 * ((struct index *)mm_get(*root))->room);
    struct index *fresh = mm_peek(self), *old = mm_get(*root);
    struct entry *to = index_entries(fresh), *from = index_entries(old);
    for (uint64_t i = 0; i < old->room; i++) {
        if (!mm_get(from[i].word))
            continue;
        uint64_t at = from[i].hash & (fresh->room - 1);
        while (mm_get(to[at].word))
            at = (at + 1) & (fresh->room - 1);
        mm_init(m, fresh, &to[at].word, mm_get(from[i].word));
        mm_init(m, fresh, &to[at].postings, mm_get(from[i].postings));
        to[at].hash = from[i].hash;
        to[at].count = from[i].count;
    }
    fresh->count = old->count;
    if (MM_FREES)
        mm_free_array(m, &INDEX, old, old->room);
    mm_take(m, root, self);
}

/* Makes room for one more posting.  For its resizing the list is in the root `list` alone. */
static void
entry_widen(struct mm_mutator *m, const mm_ref *root, uint64_t at, mm_ref *list)
{
    struct index *index = mm_get(*root);
    struct entry *entry = &index_entries(index)[at];
    uint64_t room = entry->count;
    mm_set(m, list, mm_get(entry->postings));
    mm_clear(m, index, &entry->postings, 1);
    mm_resize(m, list, &POSTINGS, room, 2 * room);
    ((struct postings *)mm_get(*list))->room = 2 * room;
    index = mm_get(*root);
    mm_store(m, index, &index_entries(index)[at].postings, mm_get(*list));
    mm_set(m, list, NULL);
}

/* Enters a word that is not there, and makes its list; returns the number of the entry. */
static uint64_t
index_enter(struct mm_mutator *m, mm_ref *root, mm_ref *word, const char *letters, size_t length,
            uint64_t hash)
{
    struct index *index = mm_get(*root);
    if (4 * (index->count + 1) > 3 * index->room)
        index_grow(m, root);
    mm_take(m, word, mm_new_array(m, &WORD, length));
    ((struct word *)mm_get(*word))->length = length;
    memcpy(mm_tail(&WORD, mm_get(*word)), letters, length);
    mm_owned postings = mm_new_array(m, &POSTINGS, POSTINGS_FIRST);
    ((struct postings *)mm_peek(postings))->room = POSTINGS_FIRST;
    index = mm_get(*root);
    struct entry *entry = index_find(index, letters, length, hash);
    mm_store_new(m, index, &entry->postings, postings);
    mm_store(m, index, &entry->word, mm_get(*word));
    entry->hash = hash;
    entry->count = 0;
    index->count++;
    return (uint64_t)(entry - index_entries(index));
}

/* Notes that the word of this rank stands at a place of a text.  `work` is a root to work with. */
static void
index_add(struct mm_mutator *m, mm_ref *root, mm_ref *work, uint64_t rank, struct posting posting)
{
    char letters[LETTERS_MAX];
    size_t length = word_spell(rank, letters);
    uint64_t hash = word_hash(letters, length);
    struct index *index = mm_get(*root);
    struct entry *entry = index_find(index, letters, length, hash);
    uint64_t at = (uint64_t)(entry - index_entries(index));
    if (!mm_get(entry->word))
        at = index_enter(m, root, work, letters, length, hash);
    else if (entry->count == ((struct postings *)mm_get(entry->postings))->room)
        entry_widen(m, root, at, work);
    entry = &index_entries(mm_get(*root))[at];
    postings_units(mm_get(entry->postings))[entry->count++] = posting;
}

/* Where the word of this rank was seen first, how often, and how it is spelt; 0 if never. */
static uint64_t
index_look(struct index *index, uint64_t rank)
{
    char letters[LETTERS_MAX];
    size_t length = word_spell(rank, letters);
    struct entry *entry = index_find(index, letters, length, word_hash(letters, length));
    struct word *word = mm_get(entry->word);
    if (!word)
        return 0;
    const struct posting *first = postings_units(mm_get(entry->postings));
    const char *spelt = mm_tail(&WORD, word);
    return workload_mix(first->place + first->batch,
                        entry->count + (unsigned char)spelt[word->length - 1]);
}

/* Of all entries, in whatever order they stand, the words and their last postings. */
static uint64_t
index_sum(struct index *index)
{
    struct entry *entries = index_entries(index);
    uint64_t sum = index->count;
    for (uint64_t i = 0; i < index->room; i++) {
        struct word *word = mm_get(entries[i].word);
        if (!word)
            continue;
        const struct posting *units = postings_units(mm_get(entries[i].postings));
        uint64_t hash = word_hash(mm_tail(&WORD, word), word->length);
        sum += workload_mix(hash, units[entries[i].count - 1].place);
    }
    return sum;
}

static void
index_free(struct mm_mutator *m, struct index *index)
{
    struct entry *entries = index_entries(index);
    for (uint64_t i = 0; i < index->room; i++) {
        struct word *word = mm_get(entries[i].word);
        if (!word)
            continue;
        struct postings *postings = mm_get(entries[i].postings);
        mm_free_array(m, &POSTINGS, postings, postings->room);
        mm_free_array(m, &WORD, word, word->length);
    }
    mm_free_array(m, &INDEX, index, index->room);
}

/* -- The run ---------------------------------------------------------------------- */

static void
word_index_setup(struct mm_mutator *m, const struct workload_run *run)
{
    MM_LOCALS(m, work);
    mm_global(m, &word_index_kept);
    mm_take(m, &word_index_kept, index_new(m, ROOM_FIRST));
    for (uint64_t rank = 1; rank <= SHAPES[run->size].kept; rank++) {
        index_add(m, &word_index_kept, &locals->work, rank, (struct posting){ rank, 0 });
        mm_set(m, &locals->work, NULL);
    }
}

static uint64_t
word_index_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                 uint64_t batch)
{
    (void)thread;
    const struct word_index_shape *shape = &SHAPES[run->size];
    struct workload_random random = text_of(run, batch);
    uint64_t sum = 0;
    MM_LOCALS(m, index, work);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->index, index_new(m, ROOM_FIRST));
    for (uint64_t i = 0; i < shape->words; i++) {
        uint64_t rank = rank_next(&random, shape->octaves);
        index_add(m, &locals->index, &locals->work, rank, (struct posting){ i, batch });
        if (i % 4 == 0)
            sum += index_look(mm_get(locals->index), rank / 2 + 1) +
                   index_look(mm_get(word_index_kept), rank);
    }
    sum += index_sum(mm_get(locals->index));
    if (MM_FREES)
        index_free(m, mm_get(locals->index));
    mm_set(m, &locals->index, NULL);
    mm_set(m, &locals->work, NULL);
    mm_scope_end(m, scope);
    return sum;
}

static uint64_t
word_index_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = index_sum(mm_get(word_index_kept));
    if (MM_FREES)
        index_free(m, mm_get(word_index_kept));
    mm_set(m, &word_index_kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "word_index",
    .summary = "an index kept, and one built a batch: tables, lists and strings that grow",
    .operation = "a word indexed",
    .threads_default = 1,
    .threads_max = 1,
    .plan = word_index_plan,
    .setup = word_index_setup,
    .batch = word_index_batch,
    .teardown = word_index_teardown,
};
