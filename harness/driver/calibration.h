/* calibration.h -- how even this machine's time is, from a fixed piece of work done many times. */
#ifndef DRIVER_CALIBRATION_H
#define DRIVER_CALIBRATION_H

#include <stdbool.h>

struct calibration {
    double median_ns;
    double spread;     /* (9th decile - 1st decile) / median of the same work */
    bool knows_stolen; /* whether the kernel says what a hypervisor took */
    double stolen;     /* share of the time that it took */
};

/* Takes about a fifth of a second on the core that a race would use first. */
struct calibration calibration_make(void);

#endif
