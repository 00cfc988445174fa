/* summary_pool.c -- distributions pooled over the rounds of a cell.
 *
 * A process hands over its whole histogram of durations; those of all rounds are added up before a
 * percentile is read, since the median of ten 99.9th percentiles is no 99.9th percentile.  The
 * percentile 1-1/m needs at least 10 m samples: below that it is the accident of a few. */
#include "summary_pool.h"

#include <math.h>
#include <string.h>

#include "document.h"
#include "histogram.h"
#include "memory.h"

enum { POOL_SAMPLES = 10, POOL_STEPS_PER_DECADE = 8, POOL_POINTS_MAX = 160 };

struct pool_percentile {
    const char *metric;
    const char *histogram; /* name in the record */
    double quantile;
    double inverse_tail; /* m of 1-1/m */
};

static const struct pool_percentile POOL_PERCENTILES[] = {
    { "pause_p50_ns", "pause_ns", 0.5, 2 },
    { "pause_p99_ns", "pause_ns", 0.99, 100 },
    { "pause_p999_ns", "pause_ns", 0.999, 1000 },
    { "time_to_stop_p99_ns", "time_to_stop_ns", 0.99, 100 },
    { "latency_p50_ns", "latency_ns", 0.5, 2 },
    { "latency_p90_ns", "latency_ns", 0.9, 10 },
    { "latency_p99_ns", "latency_ns", 0.99, 100 },
    { "latency_p999_ns", "latency_ns", 0.999, 1000 },
    { "latency_p9999_ns", "latency_ns", 0.9999, 10000 },
};

static const struct pool_percentile *
pool_find(const char *metric)
{
    for (size_t i = 0; i < sizeof POOL_PERCENTILES / sizeof POOL_PERCENTILES[0]; i++) {
        if (strcmp(POOL_PERCENTILES[i].metric, metric) == 0)
            return &POOL_PERCENTILES[i];
    }
    return NULL;
}

bool
summary_pool_owns(const char *metric)
{
    return pool_find(metric) != NULL;
}

/* Adds a list of [value, count]; what is no such pair was not written by a cell. */
static void
pool_add(struct histogram *pooled, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *pair = json_array_get(list, i);
        json_int_t value = json_integer_value(json_array_get(pair, 0));
        json_int_t count = json_integer_value(json_array_get(pair, 1));
        if (value >= 0 && count > 0)
            histogram_record_many(pooled, (uint64_t)value, (uint64_t)count);
    }
}

/* All rounds of a cell together.  False: no process handed such a histogram over. */
static bool
pool_merge(const struct summary_cell *cell, const char *name, struct histogram *pooled)
{
    bool is_there = false;
    histogram_init(pooled);
    for (size_t i = 0; i < cell->count; i++) {
        const json_t *list = json_object_get(cell->measured[i]->histograms, name);
        is_there |= list != NULL;
        pool_add(pooled, list);
    }
    return is_there;
}

/* One for all: it is large, and used again and again. */
static struct histogram *
pool_histogram(void)
{
    static struct histogram pooled;
    return &pooled;
}

const char *
summary_pool_quantile(const struct summary_cell *cell, const char *metric, double *value)
{
    const struct pool_percentile *percentile = pool_find(metric);
    struct histogram *pooled = pool_histogram();
    if (!pool_merge(cell, percentile->histogram, pooled)) {
        const char *reason = cell->count > 0
                                 ? document_text(cell->measured[0]->missing, metric, NULL)
                                 : NULL;
        return reason ? reason : "the cell handed over no distribution";
    }
    double needed = POOL_SAMPLES * percentile->inverse_tail;
    if ((double)pooled->count < needed)
        return memory_text("%llu samples in all rounds, %.0f are needed",
                           (unsigned long long)pooled->count, needed);
    *value = (double)histogram_quantile(pooled, percentile->quantile);
    return NULL;
}

static json_t *
pool_point(double x, double y)
{
    return json_pack("[f, f]", x, y);
}

/* Points [m, value]: the percentile 1-1/m, as far as the samples carry it. */
static json_t *
pool_percentile_points(const struct histogram *pooled)
{
    json_t *points = json_array();
    for (int i = 0;; i++) {
        double inverse_tail = pow(10, (double)i / POOL_STEPS_PER_DECADE);
        if (inverse_tail * POOL_SAMPLES > (double)pooled->count)
            return points;
        double quantile = 1 - 1 / inverse_tail;
        double value = (double)histogram_quantile(pooled, quantile);
        json_array_append_new(points, pool_point(inverse_tail, value));
    }
}

/* Points [length, pauses a second that last at least so long].  Of very many buckets only some
 * are shown, the last one among them. */
static json_t *
pool_pause_points(const struct histogram *pooled, double seconds)
{
    json_t *points = json_array();
    uint64_t value, count, left = pooled->count;
    size_t buckets = 0, i = 0;
    for (size_t at = 0; histogram_next(pooled, &at, &value, &count);)
        buckets++;
    size_t step = buckets / POOL_POINTS_MAX + 1;
    for (size_t at = 0; histogram_next(pooled, &at, &value, &count); i++) {
        if (i % step == 0 || i + 1 == buckets)
            json_array_append_new(points, pool_point((double)value, (double)left / seconds));
        left -= count;
    }
    return points;
}

/* The timed parts of a cell's processes that recorded, together. */
static double
pool_seconds(const struct summary_cell *cell)
{
    double seconds = 0;
    for (size_t i = 0; i < cell->count; i++) {
        double ns_per_operation, operations;
        if (json_object_get(cell->measured[i]->histograms, "pause_ns") &&
            record_metric(cell->measured[i], "wall_ns_per_op", &ns_per_operation) &&
            record_metric(cell->measured[i], "operations", &operations))
            seconds += ns_per_operation * operations * 1e-9;
    }
    return seconds;
}

static void
pool_add_curve(const struct summary_cell *cell, const char *kind, uint64_t samples, json_t *points,
               json_t *curves)
{
    if (json_array_size(points) == 0) {
        json_decref(points);
        return;
    }
    json_t *curve = json_object();
    summary_name(curve, cell->first);
    json_object_set_new(curve, "kind", json_string(kind));
    json_object_set_new(curve, "samples", json_integer((json_int_t)samples));
    json_object_set_new(curve, "points", points);
    json_array_append_new(curves, curve);
}

void
summary_pool_curves(const struct summary_cell *cell, json_t *curves)
{
    struct histogram *pooled = pool_histogram();
    if (pool_merge(cell, "latency_ns", pooled))
        pool_add_curve(cell, "latency", pooled->count, pool_percentile_points(pooled), curves);
    double seconds = pool_seconds(cell);
    if (seconds > 0 && pool_merge(cell, "pause_ns", pooled))
        pool_add_curve(cell, "pauses", pooled->count, pool_pause_points(pooled, seconds), curves);
}
