#!/bin/sh
# symbols.sh LIBRARY -- the library shows the malloc family, and nothing else.  Status 77: skipped.
set -u
command -v nm >/dev/null || {
    echo "skipped: nm is not installed; install the package binutils"
    exit 77
}
wanted="aligned_alloc calloc free mallinfo2 malloc malloc_trim malloc_usable_size memalign posix_memalign pvalloc realloc reallocarray valloc"
shown=$(nm -D --defined-only "$1" | awk '{ print $3 }' | LC_ALL=C sort | paste -sd' ')
[ "$shown" = "$wanted" ] || {
    echo "symbols: it shows '$shown', not '$wanted'" >&2
    exit 1
}
