#include "verbs.h"
int
verb_show(const struct options *options)
{
    (void)options;
    return 0;
}
int
verb_plot(const struct options *options)
{
    (void)options;
    return 0;
}
int
verb_doctor(const struct options *options)
{
    (void)options;
    return 0;
}
