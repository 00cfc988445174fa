#!/bin/sh
# race.sh -- a race with every kind of failure in it goes on, records all, and ends with status 1;
# one with results only ends with 0.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

make_cells "pair server absent" "steady quick hungry crash hang wrong garbage broken"
expect 1 "$heapstakes" run --rounds 6 --cell-timeout 1 --out results/mixed --seed 3 --size smoke
mentions err "pair/bad under crash, heap factor 2: failed: SIGSEGV"
mentions err "pair/bad under hang, heap factor 2: failed: timeout after 1 s"
mentions err "pair/bad under wrong, heap factor 2: invalid: checksum 00ff, but abcd under judge"
mentions err "pair/bad under garbage, heap factor 2: failed: what it printed is no JSON"
mentions err "pair/bad under broken, heap factor 2: failed: exit status 1: pair.broken: it is broken; mend it"
mentions err "pair/bad under hungry, heap factor 2: exhausted: 4096 bytes asked, limit 200; a result"
[ "$(measured results/mixed)" -eq 36 ] || fail "$(measured results/mixed) measured, not 36"
grep -c '"phase":"count"' results/mixed/runs.jsonl | grep -qx 3 || fail "the referee did not count"
[ "$(grep '"status":"failed"' results/mixed/runs.jsonl | grep -c "pair.*hang")" -eq 2 ] ||
    fail "a cell that hangs was run again"
mentions results/mixed/runs.jsonl '"rate":2000.0'
mentions results/mixed/runs.jsonl '"reason":"timeout after 1 s"'
grep -q "$place" results/mixed/*.json* && fail "a path of this machine is in the results"

# Rounds are complete blocks: every cell that was measured once was measured in each.
for manager in steady quick; do
    for round in 1 2 3 4 5 6; do
        grep '"phase":"race"' results/mixed/runs.jsonl | grep "\"round\":$round," |
            grep -c "\"manager\":\"$manager\"" | grep -qx 3 || fail "round $round lacks $manager"
    done
done

expect 0 "$heapstakes" show results/mixed
mentions out "hungry"
mentions out "exhausted: 4096 bytes asked, limit 200"
mentions out "failed: timeout after 1 s"
mentions out "unavailable: install the package libgone-dev and build again"
mentions out "unavailable: install the package some-data"
mentions out "What reuse buys"
mentions out "What recording costs"
for format in json csv markdown; do
    expect 0 "$heapstakes" show results/mixed --format "$format"
    [ -s out ] || fail "show --format $format printed nothing"
done
expect 0 "$heapstakes" show results/mixed/summary.json --metric alloc_per_s
mentions out "steady"

# A summary computed again is the one that was written.
expect 0 "$heapstakes" show results/mixed --format json
cp out again
expect 0 "$heapstakes" show results/mixed/summary.json --format json
cmp -s out again || fail "the summary computed again is another one"

expect 0 "$heapstakes" run --managers steady,hungry --rounds 2 --out results/fine --quiet
[ -s err ] && fail "--quiet said: $(cat err)"
mentions out "results/fine"
mentions results/fine/summary.json '"lo": null'
expect 1 "$heapstakes" run --managers steady --rounds 2 --out results/fine
says "results are never overwritten"

expect 0 "$heapstakes" run --dry-run --managers steady --heap-factors 1.5,none --threads 1,2,3
mentions out "one thread"
mentions out "the workload runs with at most 2 threads, not 3"
[ "$(grep -c rounds out)" -eq 6 ] || fail "the plan has not 6 cells: $(cat out)"
expect 0 "$heapstakes" run --managers steady --filter pair --rounds 100000 --time-budget 6 --out results/short --size smoke
[ "$(measured results/short)" -gt 2 ] || fail "the time budget left no room for rounds"
mentions err "rounds fit into the time"

# A contest of one thread on one core and one on two are two contests.
if [ "$(nproc)" -ge 2 ]; then
    expect 0 "$heapstakes" run --managers steady,quick --filter server --cores 1,2 --rounds 6 --out results/cores --size smoke
    [ "$(measured results/cores)" -eq 24 ] || fail "$(measured results/cores) measured, not 24"
    mentions results/cores/runs.jsonl '"cores":2'
    expect 0 "$heapstakes" show results/cores
    mentions out "server, 1 thread, heap factor 2, 1 core"
    mentions out "server, 1 thread, heap factor 2, 2 cores"
    expect 0 "$heapstakes" show results/cores --against steady --format csv
    [ "$(grep -c '^server,,quick,steady' out)" -eq 2 ] || fail "not compared on the same cores: $(cat out)"
    expect 0 "$heapstakes" show results/cores --against steady///1 --format csv
    [ "$(grep -c '^server,,steady,steady' out)" -eq 1 ] || fail "one core is not compared with two: $(cat out)"
    # Files from before "cores" have the list alone.
    sed -i 's/"cores":[0-9]*,//' results/cores/runs.jsonl
    expect 0 "$heapstakes" show results/cores
    mentions out "server, 1 thread, heap factor 2, 2 cores"
    expect 0 "$heapstakes" run --managers steady --filter server --cores 2 --rounds 1 --out results/two --size smoke
    expect 0 "$heapstakes" show results/two
    mentions out "server, 2 cores"
fi

# An outside contestant whose compiler is not there is missing in what it has programs for, only.
make_cells "pair server" "steady"
sed -i 's/{"name": "steady"/{"name": "away", "role": "missing", "package": "golang-away", "workloads": ["server"]}, &/' cells/cells.json
expect 0 "$heapstakes" run --dry-run
mentions out "install the package golang-away"
[ "$(grep -c away out)" -eq 1 ] || fail "away is missing elsewhere too: $(cat out)"
expect 0 "$heapstakes" list managers
mentions out "unavailable: install the package golang-away"

# What is raced on request only stays out until a filter matches it.
make_cells "pair rare never" "steady"
expect 0 "$heapstakes" run --dry-run
[ "$(grep -c rounds out)" -eq 3 ] || fail "the plan has not 3 cells: $(cat out)"
grep -qE 'seldom|never' out && fail "raced without a request: $(cat out)"
expect 0 "$heapstakes" run --dry-run --filter 'rare|never'
[ "$(grep -c rounds out)" -eq 3 ] || fail "the plan has not 3 cells: $(cat out)"
mentions out "seldom"
mentions out "never"
expect 0 "$heapstakes" list workloads --format csv
mentions out "rare,often seldom,seldom,"
mentions out "never,-,all,"
make_cells "never" "steady"
expect 2 "$heapstakes" run --dry-run
says "all workloads of this build are raced on request only: name one with --filter"

# What only some managers can be measured by is raced with those; the others are told why.
make_cells "needy" "steady tidy"
expect 0 "$heapstakes" run --dry-run
[ "$(grep -c rounds out)" -eq 1 ] || fail "the plan has not 1 cell: $(cat out)"
mentions out 'needs a manager of which "collects" is true'

# A manager that is raced on request only stays out until it is named.
make_cells "pair" "steady quick"
sed -i 's/{"name": "quick", "role": "contestant"}/{"name": "quick", "role": "on_request"}/' cells/cells.json
expect 0 "$heapstakes" run --dry-run
[ "$(grep -c rounds out)" -eq 2 ] || fail "the plan has not 2 cells: $(cat out)"
expect 0 "$heapstakes" run --dry-run --managers steady,quick
[ "$(grep -c rounds out)" -eq 4 ] || fail "the plan has not 4 cells: $(cat out)"
expect 0 "$heapstakes" list managers
mentions out "(only if --managers names it)"
finish
