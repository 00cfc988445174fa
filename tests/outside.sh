#!/bin/sh
# outside.sh -- proves that a manager outside the tree is built, listed and raced by naming its
# folder: tests/outside.sh SOURCE [CMAKE-OPTION..]
set -eu
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$source/tools/configure" "$work/build" "-DHEAPSTAKES_EXTRA_MANAGERS=$source/tests/outside/borrowed" \
    "-DHEAPSTAKES_MANAGERS=libc;borrowed" "-DHEAPSTAKES_WORKLOADS=format_loop" "$@" >"$work/log" 2>&1
cmake --build "$work/build" --target heapstakes format_loop.libc format_loop.borrowed format_loop.checked \
    >>"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    exit 1
}
"$work/build/bin/heapstakes" list managers | grep -q '^borrowed '
"$work/build/bin/heapstakes" run --size smoke --heap-factors none --rounds 1 --quiet --out "$work/run"
"$work/build/bin/heapstakes" show "$work/run" --format csv | grep -q borrowed
echo "outside: a manager of another folder raced"
