#!/bin/sh
# loop_cost.sh LOOP_C LOOP_CC -- an empty C loop through the shim costs no more instructions an
# iteration than the same loop in C++: each runs with two counts of iterations under callgrind, and
# the difference is divided by the difference of the counts.  Exit status 77: skipped.
set -eu
if ! command -v valgrind >/dev/null; then
    echo "skipped: valgrind is not installed; install the package valgrind"
    exit 77
fi
few=100000
many=1100000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

instructions() { # program iterations
    valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$1" "$2" \
        >"$folder/stdout" 2>"$folder/stderr" || { cat "$folder/stderr" >&2; exit 1; }
    sed -n 's/^summary: *\([0-9]*\).*/\1/p; s/^totals: *\([0-9]*\).*/\1/p' "$folder/out" | head -1
}

# Thousandths of an instruction for each iteration.
cost() { # program
    low=$(instructions "$1" $few)
    high=$(instructions "$1" $many)
    echo $(((high - low) * 1000 / (many - few)))
}

c=$(cost "$1")
cc=$(cost "$2")
echo "instructions per 1000 iterations: $c in C through the shim, $cc in C++"
# A loop has at least two; and what differs by chance, such as printing, stays below a tenth.
[ "$c" -ge 1000 ] && [ "$c" -le $((cc + 100)) ]
