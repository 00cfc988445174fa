/* doctor.c -- heapstakes doctor: what on this machine makes results noisy, and the mend. */
#include <stdio.h>

#include "checkup.h"
#include "say.h"
#include "table.h"
#include "topology.h"
#include "verbs.h"

static const char *
doctor_word(enum checkup_verdict verdict)
{
    static const char *const words[] = { "fine", "note", "noisy", "UNFIT" };
    return words[verdict];
}

static enum checkup_verdict
doctor_worst(const struct checkup *checkup)
{
    enum checkup_verdict worst = CHECKUP_FINE;
    for (size_t i = 0; i < checkup->count; i++) {
        if (checkup->findings[i].verdict > worst)
            worst = checkup->findings[i].verdict;
    }
    return worst;
}

static void
doctor_print(const struct checkup *checkup, enum options_format format)
{
    struct table table = { .column_count = 0 };
    table_column(&table, "verdict", false);
    table_column(&table, "what", false);
    table_column(&table, "value", false);
    table_column(&table, "why it matters", false);
    table_column(&table, "mend", false);
    for (size_t i = 0; i < checkup->count; i++) {
        const struct checkup_finding *finding = &checkup->findings[i];
        bool is_fine = finding->verdict == CHECKUP_FINE;
        table_cell(&table, doctor_word(finding->verdict));
        table_cell(&table, finding->what);
        table_cell(&table, finding->value);
        table_cell(&table, is_fine ? "" : finding->why);
        table_cell(&table, is_fine ? "" : finding->mend);
    }
    table_print(&table, format);
}

int
verb_doctor(const struct options *options)
{
    static const char *const endings[] = {
        "this machine is fit for measuring",
        "this machine is fit for measuring",
        "this machine is noisy: its results hold, with wider intervals",
        "this machine is not fit for measuring now; see what is UNFIT",
    };
    struct cells cells;
    struct checkup checkup;
    if (!cells_load(&cells) || !topology_open())
        return SAY_ERROR;
    checkup_make(&checkup, &cells);
    doctor_print(&checkup, options->format);
    enum checkup_verdict worst = doctor_worst(&checkup);
    say_note("%s", endings[worst]);
    return worst == CHECKUP_UNFIT ? SAY_UNFIT : SAY_FINE;
}
