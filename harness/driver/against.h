/* against.h -- managers as ratios of one of them: heapstakes show --against.
 *
 * A ratio is that of two processes of one round, where the machine was the same for both; of all
 * rounds the median is shown, with its interval.  The geometric mean over contests is taken within
 * each round first, so that it has an interval of the same kind. */
#ifndef DRIVER_AGAINST_H
#define DRIVER_AGAINST_H

#include "metric.h"
#include "options.h"
#include "stats/order.h"
#include "summary.h"
#include "view.h"

/* One manager in one contest. */
struct against_row {
    const struct view_group *group;
    const char *manager;
    const struct record *base; /* whom it is compared with; NULL: nobody */
    const char *reason;        /* why there is no ratio, or NULL */
    struct stats_estimate ratio;
    unsigned *rounds; /* ratio.n of them, and the ratio of each */
    double *ratios;
};

/* One manager over all contests with as many threads and cores and one heap factor. */
struct against_mean {
    const struct view_group *group; /* one of them */
    const char *manager;
    size_t contests;
    const char *left_out; /* "json_documents (exhausted)", with commas between them; or NULL */
    bool is_paired; /* by rounds that hold all contests; else of the medians, without an interval */
    struct stats_estimate ratio;
};

struct against {
    const struct metric *metric;
    const char *name; /* of whom it is against, as the user gave it */
    bool is_of_best;  /* they are several, and each contest has its own best of them */
    struct against_row *rows;
    size_t row_count;
    struct against_mean *means;
    size_t mean_count;
};

/* Compares.  `view` is of the run's summary.  SAY_FINE, or the status of an error that was said. */
int against_make(struct against *against, const struct summary_source *source,
                 const struct view *view, const struct options *options);

/* Prints it. */
void against_print(const struct against *against, enum options_format format, const char *run);

#endif
