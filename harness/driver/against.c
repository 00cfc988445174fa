/* against.c -- managers as ratios of one of them: what is compared with what, and how. */
#include "against.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "say.h"
#include "stats/ratio.h"

/* -- Cells ---------------------------------------------------------------------- */

static const struct summary_cell *
against_cell(const struct summary_cells *cells, const struct view_group *group, const char *manager)
{
    for (size_t i = 0; i < cells->count; i++) {
        const struct record *cell = cells->cells[i].first;
        if (cell->threads == group->threads && cell->cores == group->cores &&
            cell->heap_factor == group->heap_factor &&
            strcmp(cell->workload, group->workload) == 0 &&
            strcmp(cell->variant, group->variant) == 0 && strcmp(cell->manager, manager) == 0)
            return &cells->cells[i];
    }
    return NULL;
}

/* The median of a metric over a cell's processes.  False: none has it. */
static bool
against_median(const struct summary_cell *cell, const struct metric *metric, double *median)
{
    double *values = memory_get((cell->count + 1) * sizeof *values);
    size_t n = 0;
    for (size_t i = 0; i < cell->count; i++)
        n += record_metric(cell->measured[i], metric->name, &values[n]);
    if (n == 0)
        return false;
    stats_sort(values, n);
    *median = stats_median(values, n);
    return true;
}

/* Whom the managers of a contest are compared with: the best of those that the user named.  With
 * other threads they have other cores, where a thread has a core. */
static const struct summary_cell *
against_base(const struct summary_cells *cells, const struct view_group *group,
             const struct metric *metric, const struct options *options)
{
    struct view_group place = *group;
    const struct summary_cell *best = NULL;
    double best_median = 0, median;
    if (options->against_has_factor)
        place.heap_factor = options->against_factor;
    if (options->against_threads) {
        bool is_usual = group->cores == group->threads;
        place.threads = options->against_threads;
        place.cores = is_usual ? options->against_threads : group->cores;
    }
    if (options->against_cores)
        place.cores = options->against_cores;
    if (options->against_variant)
        place.variant = options->against_variant;
    for (size_t i = 0; i < options->against.count; i++) {
        const struct summary_cell *cell = against_cell(cells, &place, options->against.words[i]);
        if (!cell || !against_median(cell, metric, &median))
            continue;
        bool is_better = metric->better == METRIC_HIGHER ? median > best_median
                                                         : median < best_median;
        if (!best || is_better) {
            best = cell;
            best_median = median;
        }
    }
    return best;
}

/* -- Ratios --------------------------------------------------------------------- */

/* Ratios of the rounds that both cells have. */
static void
against_pair(struct against_row *row, const struct summary_cell *cell,
             const struct summary_cell *base, const char *metric)
{
    size_t n = 0;
    double *left = memory_get((cell->count + 1) * sizeof *left);
    double *right = memory_get((cell->count + 1) * sizeof *right);
    row->rounds = memory_get((cell->count + 1) * sizeof *row->rounds);
    row->ratios = memory_get((cell->count + 1) * sizeof *row->ratios);
    for (size_t i = 0; i < cell->count; i++) {
        for (size_t j = 0; j < base->count; j++) {
            if (cell->measured[i]->round != base->measured[j]->round ||
                !record_metric(cell->measured[i], metric, &left[n]) ||
                !record_metric(base->measured[j], metric, &right[n]) || left[n] <= 0 ||
                right[n] <= 0)
                continue;
            row->rounds[n] = cell->measured[i]->round;
            row->ratios[n] = left[n] / right[n];
            n++;
            break;
        }
    }
    if (n > 0)
        row->ratio = stats_ratio(left, right, n);
    else
        row->reason = "no round has a value above 0 of both";
}

static struct against_row
against_compare(const struct view *view, const struct view_group *group, const char *manager,
                const struct summary_cell *cell, const struct summary_cell *base,
                const char *metric)
{
    struct against_row row = { .group = group, .manager = manager };
    const char *reason = view_reason(view, group, manager);
    if (base)
        row.base = base->first;
    if (!base)
        row.reason = "nobody to compare it with was measured here";
    else if (cell->count == 0)
        row.reason = reason ? reason : "it was not measured";
    else
        against_pair(&row, cell, base, metric);
    return row;
}

static void
against_add_group(struct against *against, const struct summary_cells *cells,
                  const struct view *view, const struct view_group *group,
                  const struct options *options)
{
    const struct summary_cell *base = against_base(cells, group, against->metric, options);
    for (size_t i = 0; i < view->manager_count; i++) {
        const char *manager = view->managers[i];
        const struct summary_cell *cell = against_cell(cells, group, manager);
        /* Of several, the best is 1 to itself: its mean over contests needs that. */
        if (!cell || (cell == base && options->against.count == 1))
            continue;
        against->rows = memory_room(against->rows, against->row_count, sizeof *against->rows);
        against->rows[against->row_count++] = against_compare(view, group, manager, cell, base,
                                                              against->metric->name);
    }
}

/* -- Means over contests ---------------------------------------------------------- */

/* Contests over which there is one mean. */
static bool
against_groups_alike(const struct view_group *group, const struct view_group *other)
{
    return group->threads == other->threads && group->cores == other->cores &&
           group->heap_factor == other->heap_factor;
}

static bool
against_is_alike(const struct against_row *row, const struct against_row *other)
{
    return strcmp(row->manager, other->manager) == 0 &&
           against_groups_alike(row->group, other->group);
}

/* The ratio of a round; false: the row has no such round. */
static bool
against_of_round(const struct against_row *row, unsigned round, double *ratio)
{
    for (size_t i = 0; i < row->ratio.n; i++) {
        if (row->rounds[i] == round) {
            *ratio = row->ratios[i];
            return true;
        }
    }
    return false;
}

/* The geometric mean over the rows within one round; false: not all of them have it. */
static bool
against_round_mean(const struct against_row *const *rows, size_t count, unsigned round,
                   double *mean)
{
    double sum = 0, ratio;
    for (size_t i = 0; i < count; i++) {
        if (!against_of_round(rows[i], round, &ratio))
            return false;
        sum += log(ratio);
    }
    *mean = exp(sum / (double)count);
    return true;
}

static struct against_mean
against_mean_of(const struct against_row *const *rows, size_t count)
{
    struct against_mean mean = {
        .group = rows[0]->group,
        .manager = rows[0]->manager,
        .contests = count,
    };
    double *means = memory_get(rows[0]->ratio.n * sizeof *means);
    double *ones = memory_get(rows[0]->ratio.n * sizeof *ones);
    size_t n = 0;
    for (size_t i = 0; i < rows[0]->ratio.n; i++) {
        ones[n] = 1;
        n += against_round_mean(rows, count, rows[0]->rounds[i], &means[n]);
    }
    mean.is_paired = n > 0;
    if (n > 0) {
        mean.ratio = stats_ratio(means, ones, n);
        return mean;
    }
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += log(rows[i]->ratio.median);
    mean.ratio.median = exp(sum / (double)count);
    return mean;
}

/* Why a contest is in no mean of a manager's, or NULL: it is. */
static const char *
against_gap(const struct against *against, const struct view *view, const struct view_group *group,
            const char *manager)
{
    for (size_t i = 0; i < against->row_count; i++) {
        const struct against_row *row = &against->rows[i];
        if (row->group == group && strcmp(row->manager, manager) == 0)
            return row->ratio.n > 0 ? NULL : row->reason;
    }
    return view_reason(view, group, manager);
}

/* The contests that a mean leaves out and why, or NULL. */
static const char *
against_left_out(const struct against *against, const struct view *view,
                 const struct against_row *row)
{
    const char *text = NULL;
    for (size_t i = 0; i < view->group_count; i++) {
        const struct view_group *group = &view->groups[i];
        if (!against_groups_alike(group, row->group))
            continue;
        const char *reason = against_gap(against, view, group, row->manager);
        const char *note = view_note(view, group, row->manager);
        if (reason)
            text = memory_text("%s%s%s (%s)", text ? text : "", text ? ", " : "", group->name,
                               *note ? note : reason);
    }
    return text;
}

/* One mean for each manager, number of threads and heap factor that has more than one contest. */
static void
against_add_means(struct against *against, const struct view *view)
{
    const struct against_row **alike = memory_get((against->row_count + 1) * sizeof *alike);
    for (size_t i = 0; i < against->row_count; i++) {
        size_t n = 0;
        bool is_first = against->rows[i].ratio.n > 0;
        for (size_t j = 0; j < against->row_count; j++) {
            const struct against_row *row = &against->rows[j];
            if (row->ratio.n == 0 || !against_is_alike(row, &against->rows[i]))
                continue;
            is_first = is_first && (n > 0 || j == i);
            alike[n++] = row;
        }
        if (!is_first || n < 2)
            continue;
        against->means = memory_room(against->means, against->mean_count, sizeof *against->means);
        struct against_mean mean = against_mean_of(alike, n);
        mean.left_out = against_left_out(against, view, alike[0]);
        against->means[against->mean_count++] = mean;
    }
}

/* -- All ---------------------------------------------------------------------------- */

static bool
against_knows(const struct view *view, const struct options *options)
{
    const char **names = memory_get((view->manager_count + 1) * sizeof *names);
    memcpy(names, view->managers, view->manager_count * sizeof *names);
    names[view->manager_count] = NULL;
    for (size_t i = 0; i < options->against.count; i++) {
        const char *word = options->against.words[i];
        bool is_known = false;
        for (size_t j = 0; j < view->manager_count; j++)
            is_known |= strcmp(names[j], word) == 0;
        if (is_known)
            continue;
        say_error("--against: no manager '%s' in this run%s", word, say_suggestion(word, names));
        return false;
    }
    return true;
}

int
against_make(struct against *against, const struct summary_source *source, const struct view *view,
             const struct options *options)
{
    const char *metric = options->metric ? options->metric : "wall_ns_per_op";
    *against = (struct against){
        .name = options->against_text,
        .is_of_best = options->against.count > 1,
    };
    for (size_t i = 0; i < METRICS_COUNT; i++) {
        if (strcmp(METRICS[i]->name, metric) == 0)
            against->metric = METRICS[i];
    }
    if (!against_knows(view, options))
        return SAY_USAGE;
    if (options->against.count > 1 && against->metric->better == METRIC_NONE) {
        say_error("--against: of %s neither more nor less is better, so there is no best of "
                  "several; name one manager",
                  metric);
        return SAY_USAGE;
    }
    struct summary_cells cells = summary_group(&source->records, source->plan);
    for (size_t i = 0; i < view->group_count; i++)
        against_add_group(against, &cells, view, &view->groups[i], options);
    against_add_means(against, view);
    for (size_t i = 0; i < against->row_count; i++) {
        if (against->rows[i].base)
            return SAY_FINE;
    }
    say_error("--against %s: nothing of it was measured in this run; its heap factors and threads "
              "are in plan.json",
              against->name);
    return SAY_ERROR;
}
