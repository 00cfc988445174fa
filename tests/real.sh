#!/bin/sh
# real.sh -- a short race of the cells of this build: list names them, run records them, show and
# its formats print them.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

expect 0 "$heapstakes" list managers --format csv
[ "$(wc -l <out)" -gt 1 ] || { echo "no manager was built"; exit 77; }
expect 0 "$heapstakes" list workloads --format csv
grep -q '^binary_trees,' out || { echo "binary_trees was not built"; exit 77; }
managers=$("$heapstakes" list managers --format csv | grep -E '^(libc|none|pooled),' | cut -d, -f1 | paste -sd, -)
[ -n "$managers" ] || { echo "none of libc, none, pooled was built"; exit 77; }

expect 0 "$heapstakes" run --size smoke --rounds 2 --filter '^binary_trees$' --managers "$managers" --out run
grep '"phase":"race"' run/runs.jsonl | grep -vq '"status":"measured"' && fail "not all was measured"
expect 0 "$heapstakes" show run --format csv --metric wall_ns_per_op
[ "$(wc -l <out)" -eq $(($(echo "$managers" | tr ',' '\n' | wc -l) + 1)) ] || fail "not one row a manager: $(cat out)"
expect 0 "$heapstakes" show run --format csv --metric peak_rss_bytes
[ "$(wc -l <out)" -gt 1 ] || fail "time stands without the memory that it took"
finish
