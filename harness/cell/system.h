/* system.h -- what a cell asks of the kernel: clocks, the books of the process, huge pages. */
#ifndef CELL_SYSTEM_H
#define CELL_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC, and of processor time that the whole process took. */
uint64_t system_clock(void);
uint64_t system_cpu_clock(void);

/* Makes the kernel forget the most memory that this process ever had in RAM; false if it does not
 * let us. */
bool system_reset_peak(void);

/* Bytes of a line of /proc/self/status, such as "VmHWM:" or "VmRSS:"; MM_UNKNOWN if there is none.
 * Allocates nothing. */
uint64_t system_status_bytes(const char *line);

/* Threads of this process; 0: the kernel does not say. */
unsigned system_threads(void);

/* How often the kernel took the processor from the calling thread. */
long system_thread_switches(void);

/* No transparent huge pages for this process; false if the kernel refuses. */
bool system_forbid_huge_pages(void);

/* Memory that is in RAM already, and reads as zero, apart from every heap; NULL if there is none.
 */
void *system_map(size_t bytes);

#endif
