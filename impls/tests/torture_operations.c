/* torture_operations.c -- the operations of torture.c: each uses some calls of mm.h on random
 * places, and tells the model.  What dies of an operation is stated dead before. */
#include "torture.h"

/* A place: a root, or a field of an object. */
struct torture_place {
    struct torture_root *root; /* or NULL */
    uint32_t owner;            /* else: this object's */
    uint32_t field;            /* this reference */
    void *obj;                 /* the owner's view */
    mm_ref *slot;
    uint32_t number; /* what is there */
    uint8_t level;
};

/* -- places -- */

static struct torture_place
torture_root_place(struct torture_root *root)
{
    return (struct torture_place){
        .root = root, .slot = root->slot, .number = root->number, .level = root->level
    };
}

static struct torture_root *
torture_any_root(struct torture *t)
{
    return &t->roots[torture_below(t, t->roots_n)];
}

static struct torture_place
torture_field_place(struct torture *t, uint32_t owner, void *obj, uint32_t field)
{
    const struct model_object *object = &t->model.objects[owner];
    return (struct torture_place){ .owner = owner,
                                   .field = field,
                                   .obj = obj,
                                   .slot = model_place(&t->model, owner, obj, field),
                                   .number = object->refs[field],
                                   .level = object->level };
}

/* Some place: a root, or what a random walk down from one comes to.  The links of a ring are
 * walked, but are never the place. */
static struct torture_place
torture_any_place(struct torture *t)
{
    struct torture_place place = torture_root_place(torture_any_root(t));
    uint32_t steps = torture_below(t, 8);
    for (uint32_t i = 0; i < steps; i++) {
        if (!place.number || (place.root && place.root->spent))
            break;
        const struct model_object *object = &t->model.objects[place.number];
        if (!object->refs_n)
            break;
        uint32_t field = torture_below(t, object->refs_n);
        place = torture_field_place(t, place.number, mm_get(*place.slot), field);
    }
    if (!place.root && t->model.objects[place.owner].head && place.field != MODEL_OTHER)
        place = torture_field_place(t, place.owner, place.obj, MODEL_OTHER);
    return place;
}

/* Some object that may get another place, with its view, or 0. */
static uint32_t
torture_any_object(struct torture *t, void **obj)
{
    struct torture_place place = torture_any_place(t);
    if (!place.number || (place.root && place.root->spent))
        return 0;
    *obj = mm_get(*place.slot);
    return place.number;
}

/* Whether the place may hold the object: it does not outlive it, and no cycle comes about. */
static bool
torture_fits(const struct torture *t, const struct torture_place *place, uint32_t number)
{
    if (!number)
        return true;
    const struct model_object *object = &t->model.objects[number];
    if (object->head && object->head != number)
        return false;
    if (object->level > place->level)
        return false;
    return place->root || object->rank < t->model.objects[place->owner].rank;
}

/* The model's half of overwriting a place; the manager's half must follow at once. */
static void
torture_replace(struct torture *t, struct mm_mutator *m, const struct torture_place *place,
                uint32_t number)
{
    bool spent = place->root && place->root->spent;
    if (number)
        t->model.objects[number].places++;
    if (place->number && !spent)
        model_drop(&t->model, m, place->number, mm_get(*place->slot));
    if (place->root) {
        place->root->number = number;
        place->root->spent = false;
    } else {
        t->model.objects[place->owner].refs[place->field] = number;
    }
}

static void
torture_write(struct torture *t, struct mm_mutator *m, const struct torture_place *place,
              uint32_t number, void *obj)
{
    torture_replace(t, m, place, number);
    if (place->root)
        mm_set(m, place->slot, obj);
    else
        mm_store(m, place->obj, place->slot, obj);
}

void
torture_empty(struct torture *t, struct mm_mutator *m, struct torture_root *root)
{
    struct torture_place place = torture_root_place(root);
    torture_write(t, m, &place, 0, NULL);
}

/* Lands an object: in some field that may hold it, or in some root.  No call that may collect
 * comes between its birth and here, nor between here and the choice of the place. */
static void
torture_land(struct torture *t, struct mm_mutator *m, uint32_t number, mm_owned owned)
{
    struct torture_place place = torture_any_place(t);
    for (uint32_t i = 0; !torture_fits(t, &place, number); i++)
        place = i < 8 ? torture_any_place(t)
                      : torture_root_place(&t->roots[t->roots_n - 1 - torture_below(t, LOCALS)]);
    torture_replace(t, m, &place, number);
    if (place.root)
        mm_take(m, place.slot, owned);
    else
        mm_store_new(m, place.obj, place.slot, owned);
}

/* -- births -- */

static uint32_t
torture_units(struct torture *t, enum model_kind kind)
{
    const struct mm_type *type = MODEL_TYPES[kind];
    if (!type->tail)
        return 0;
    uint32_t most = t->run->large / (uint32_t)mm_unit(type);
    switch (torture_below(t, 32)) {
    case 0:
        return 0;
    case 1:
        return torture_below(t, most + 1);
    case 2:
    case 3:
        return torture_below(t, most / 16 + 1);
    default:
        return torture_below(t, 24);
    }
}

static bool
torture_is_full(const struct torture *t)
{
    return t->model.live_n >= t->run->objects || t->model.live_bytes >= 16 * (size_t)t->run->large;
}

static mm_owned
torture_new(struct torture *t, struct mm_mutator *m, uint8_t level, uint32_t *number)
{
    enum model_kind kind = torture_below(t, MODEL_RING);
    uint32_t n = torture_units(t, kind);
    const struct mm_scope *scope = level == t->level ? NULL : &t->scopes[level];
    mm_owned owned = model_new(&t->model, m, kind, n, scope, number);
    struct model_object *object = &t->model.objects[*number];
    object->level = level;
    object->rank = (uint32_t)test_random_next(&t->random);
    return owned;
}

/* Some of the references of an object that was just made, by mm_init. */
static void
torture_init(struct torture *t, struct mm_mutator *m, uint32_t number, void *obj)
{
    struct model_object *object = &t->model.objects[number];
    for (uint32_t i = 0; i < object->refs_n && i < 8; i++) {
        struct torture_place place = torture_field_place(t, number, obj, i);
        void *target;
        uint32_t target_number = torture_any_object(t, &target);
        if (!target_number || place.number || !torture_fits(t, &place, target_number))
            continue;
        t->model.objects[target_number].places++;
        object->refs[i] = target_number;
        mm_init(m, obj, place.slot, target);
    }
}

static void
torture_op_new(struct torture *t, struct mm_mutator *m)
{
    if (torture_is_full(t))
        return;
    uint8_t level = torture_below(t, 4) ? t->level : (uint8_t)torture_below(t, t->level + 1u);
    uint32_t number;
    mm_owned owned = torture_new(t, m, level, &number);
    if (torture_below(t, 2))
        torture_init(t, m, number, mm_peek(owned));
    torture_land(t, m, number, owned);
}

/* A parent whose first reference is the only one to a child: the child waits in a local, which
 * is spent when the parent takes it over. */
static void
torture_op_family(struct torture *t, struct mm_mutator *m)
{
    static const enum model_kind parents[] = { MODEL_LINK, MODEL_SIX, MODEL_ROW, MODEL_TABLE };
    MM_LOCALS(m, child);
    if (torture_is_full(t))
        return;
    uint32_t child, parent;
    mm_take(m, &locals->child, torture_new(t, m, t->level, &child));
    enum model_kind kind = parents[torture_below(t, 4)];
    mm_owned owned = model_new(&t->model, m, kind, 1 + torture_below(t, 5), NULL, &parent);
    struct model_object *object = &t->model.objects[parent];
    object->level = t->level;
    object->rank = UINT32_MAX - torture_below(t, 1000);
    t->model.objects[child].rank /= 2;
    t->model.objects[child].places++;
    object->refs[0] = child;
    mm_ref *place = model_place(&t->model, parent, mm_peek(owned), 0);
    mm_init_new(m, mm_peek(owned), place, mm_move(m, &locals->child));
    torture_land(t, m, parent, owned);
}

static void
torture_link(struct torture *t, uint32_t from, uint32_t to)
{
    t->model.objects[from].refs[MODEL_NEXT] = to;
    t->model.objects[to].refs[MODEL_PREVIOUS] = from;
}

/* A doubly linked ring, in flight, by its head. */
static mm_owned
torture_ring(struct torture *t, struct mm_mutator *m, uint32_t *head)
{
    MM_LOCALS(m, head, last);
    uint32_t members = 1 + torture_below(t, 6);
    uint32_t rank = (uint32_t)test_random_next(&t->random);
    mm_take(m, &locals->head, model_new(&t->model, m, MODEL_RING, 0, NULL, head));
    mm_set(m, &locals->last, mm_get(locals->head));
    uint32_t last = *head;
    for (uint32_t i = 0; i < members; i++) {
        struct model_object *object = &t->model.objects[last];
        object->head = *head;
        object->members = members;
        object->rank = rank;
        object->level = t->level;
        if (i + 1 == members)
            break;
        uint32_t number;
        mm_owned owned = model_new(&t->model, m, MODEL_RING, 0, NULL, &number);
        void *obj = mm_peek(owned), *before = mm_get(locals->last);
        mm_init(m, obj, model_place(&t->model, number, obj, MODEL_PREVIOUS), before);
        mm_store_new(m, before, model_place(&t->model, last, before, MODEL_NEXT), owned);
        mm_set(m, &locals->last, mm_get(*model_place(&t->model, last, before, MODEL_NEXT)));
        torture_link(t, last, number);
        last = number;
    }
    void *end = mm_get(locals->last), *begin = mm_get(locals->head);
    mm_store(m, end, model_place(&t->model, last, end, MODEL_NEXT), begin);
    mm_store(m, begin, model_place(&t->model, *head, begin, MODEL_PREVIOUS), end);
    torture_link(t, last, *head);
    return mm_move(m, &locals->head);
}

static void
torture_op_ring(struct torture *t, struct mm_mutator *m)
{
    if (torture_is_full(t))
        return;
    uint32_t head;
    mm_owned owned = torture_ring(t, m, &head);
    torture_land(t, m, head, owned);
}

/* -- changes -- */

static void
torture_op_share(struct torture *t, struct mm_mutator *m)
{
    void *obj;
    uint32_t number = torture_any_object(t, &obj);
    struct torture_place place = torture_any_place(t);
    if (number && torture_fits(t, &place, number))
        torture_write(t, m, &place, number, obj);
}

static void
torture_op_null(struct torture *t, struct mm_mutator *m)
{
    struct torture_place place = torture_any_place(t);
    torture_write(t, m, &place, 0, NULL);
}

/* Drops the contents of a root: the larger part of all deaths. */
static void
torture_op_drop(struct torture *t, struct mm_mutator *m)
{
    torture_empty(t, m, torture_any_root(t));
}

static void
torture_op_move(struct torture *t, struct mm_mutator *m)
{
    struct torture_root *root = torture_any_root(t);
    uint32_t number = root->number;
    if (!number || root->spent)
        return;
    mm_owned owned = mm_move(m, root->slot);
    root->spent = true;
    root->number = 0;
    /* Its place is gone, and the one that it lands in is counted. */
    struct torture_place place = torture_any_place(t);
    if (!torture_fits(t, &place, number) || place.root == root)
        place = torture_root_place(root);
    torture_replace(t, m, &place, number);
    t->model.objects[number].places--;
    if (place.root)
        mm_take(m, place.slot, owned);
    else
        mm_store_new(m, place.obj, place.slot, owned);
}

/* An object with at least one reference beside each other in its tail, or 0. */
static uint32_t
torture_any_row(struct torture *t, void **obj)
{
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t number = torture_any_object(t, obj);
        const struct model_object *object = &t->model.objects[number];
        if (number && object->refs_n && (object->kind == MODEL_ROW || object->kind == MODEL_BARE))
            return number;
    }
    return 0;
}

/* References of one row over those of another, or of the same. */
static void
torture_op_copy(struct torture *t, struct mm_mutator *m)
{
    void *from, *to;
    uint32_t from_number = torture_any_row(t, &from);
    uint32_t to_number = torture_below(t, 2) ? from_number : torture_any_row(t, &to);
    if (!from_number || !to_number)
        return;
    if (from_number == to_number)
        to = from;
    struct model_object *source = &t->model.objects[from_number];
    struct model_object *target = &t->model.objects[to_number];
    uint32_t most = source->refs_n < target->refs_n ? source->refs_n : target->refs_n;
    uint32_t n = torture_below(t, (most < 64 ? most : 64) + 1);
    uint32_t source_at = torture_below(t, source->refs_n - n + 1);
    uint32_t target_at = torture_below(t, target->refs_n - n + 1);
    uint32_t numbers[64];
    for (uint32_t i = 0; i < n; i++) {
        numbers[i] = source->refs[source_at + i];
        struct torture_place place = torture_field_place(t, to_number, to, target_at + i);
        if (!torture_fits(t, &place, numbers[i]))
            return;
    }
    for (uint32_t i = 0; i < n; i++)
        t->model.objects[numbers[i]].places += numbers[i] != 0;
    for (uint32_t i = 0; i < n; i++) {
        struct torture_place place = torture_field_place(t, to_number, to, target_at + i);
        if (place.number)
            model_drop(&t->model, m, place.number, mm_get(*place.slot));
    }
    memcpy(target->refs + target_at, numbers, n * sizeof *numbers);
    if (n)
        mm_copy(m, to, model_place(&t->model, to_number, to, target_at),
                model_place(&t->model, from_number, from, source_at), n);
}

static void
torture_op_clear(struct torture *t, struct mm_mutator *m)
{
    void *obj;
    uint32_t number = torture_any_row(t, &obj);
    if (!number)
        return;
    uint32_t refs_n = t->model.objects[number].refs_n;
    uint32_t from = torture_below(t, refs_n), n = torture_below(t, refs_n - from + 1);
    for (uint32_t i = from; i < from + n; i++) {
        struct torture_place place = torture_field_place(t, number, obj, i);
        torture_replace(t, m, &place, 0);
    }
    if (n)
        mm_clear(m, obj, model_place(&t->model, number, obj, from), n);
}

/* What is expected is held by a local meanwhile: mm_cas reads it, so it may die only later. */
static void
torture_op_cas(struct torture *t, struct mm_mutator *m)
{
    MM_LOCALS(m, expected);
    void *obj = NULL;
    uint32_t number = torture_below(t, 4) ? torture_any_object(t, &obj) : 0;
    struct torture_place place = torture_any_place(t);
    if (place.root || !torture_fits(t, &place, number))
        return;
    void *expected = mm_get(*place.slot);
    /* The owner is not in its own field; an empty object may have the same address. */
    if (torture_below(t, 4) == 0 && expected != place.obj) {
        mm_assert(!mm_cas(m, place.obj, place.slot, place.obj, obj));
        return;
    }
    mm_set(m, &locals->expected, expected);
    mm_assert(mm_cas(m, place.obj, place.slot, expected, obj));
    t->model.objects[place.owner].refs[place.field] = number;
    t->model.objects[number].places += number != 0;
    if (place.number)
        model_drop(&t->model, m, place.number, expected);
    mm_set(m, &locals->expected, NULL);
}

static void
torture_op_rewrite(struct torture *t, struct mm_mutator *m)
{
    (void)m;
    void *obj;
    uint32_t number = torture_any_object(t, &obj);
    if (number)
        model_rewrite(&t->model, number, obj);
}

static void
torture_op_resize(struct torture *t, struct mm_mutator *m)
{
    struct torture_root *root = torture_any_root(t);
    if (!root->number || root->spent)
        return;
    struct model_object *object = &t->model.objects[root->number];
    if (!MODEL_TYPES[object->kind]->tail || object->places != 1 || object->level != t->level)
        return;
    uint32_t n = torture_below(t, 2) ? torture_units(t, object->kind) : object->n + object->n / 2;
    if (torture_is_full(t) || n * mm_unit(MODEL_TYPES[object->kind]) > t->run->large)
        n = object->n / 2;
    /* What is cut off gives up its references first. */
    uint32_t fixed = (uint32_t)__builtin_popcountll(MODEL_TYPES[object->kind]->ref_words);
    uint32_t each = object->n ? (object->refs_n - fixed) / object->n : 0;
    void *obj = mm_get(*root->slot);
    for (uint32_t i = fixed + n * each; n < object->n && i < object->refs_n; i++) {
        struct torture_place place = torture_field_place(t, root->number, obj, i);
        torture_write(t, m, &place, 0, NULL);
    }
    model_resize(&t->model, m, root->number, root->slot, n);
}

static void
torture_op_collect(struct torture *t, struct mm_mutator *m)
{
    switch (torture_below(t, 8)) {
    case 0:
        mm_collect(m);
        break;
    case 1:
        mm_park(m);
        mm_unpark(m);
        break;
    default:
        mm_safepoint(m);
    }
}

void
torture_operation(struct torture *t, struct mm_mutator *m)
{
    static void (*const operations[])(struct torture * t, struct mm_mutator * m) = {
        torture_op_new,     torture_op_new,    torture_op_new,    torture_op_new,
        torture_op_family,  torture_op_ring,   torture_op_share,  torture_op_share,
        torture_op_null,    torture_op_drop,   torture_op_move,   torture_op_copy,
        torture_op_clear,   torture_op_cas,    torture_op_cas,    torture_op_rewrite,
        torture_op_collect, torture_op_resize, torture_op_resize,
    };
    operations[torture_below(t, sizeof operations / sizeof *operations)](t, m);
}
