/* bind.h -- binds the process to processors, and its memory to their nodes. */
#ifndef CELL_BIND_H
#define CELL_BIND_H

#include <stdbool.h>

/* Binds the calling process, which must have one thread yet, to a list such as "1", "0,1" or "0-3"
 * of processors as the kernel numbers them.  Gives "bound", or why the machine refused; *count is
 * how many processors the list has.  A list that names no such processor is a usage error. */
const char *bind_process(const char *cpus, unsigned *count);

#endif
