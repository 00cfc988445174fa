#!/bin/sh
# bad_input.sh -- each mistake gets one clear line and the status of the design.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

make_cells "pair" "steady quick"
expect 2 "$heapstakes"
says "heapstakes --help"
expect 2 "$heapstakes" rnu
says "unknown command 'rnu'; did you mean run?"
expect 2 "$heapstakes" run --round 3
says "'--round' is no flag of run; did you mean --rounds?"
expect 2 "$heapstakes" run --managers stedy
says "unknown manager 'stedy'; did you mean steady?"
expect 2 "$heapstakes" run --managers judge
says "judge is the referee"
expect 2 "$heapstakes" run --filter pear/bad
says "no workload matches; did you mean pair/bad?"
expect 2 "$heapstakes" run --size huge
says "unknown size; choose from smoke, normal, large"
expect 2 "$heapstakes" run --cpus 4000
says "core 4000 is not there"
expect 2 "$heapstakes" run --cores 1024
says "--cores 1024: this machine has"
expect 2 "$heapstakes" run --cores 1 --cpus 0
says "--cores and --cpus exclude each other"
expect 2 "$heapstakes" show
says "needs the folder of a run"
expect 2 "$heapstakes" list manager
says "did you mean managers?"

expect 0 "$heapstakes" run --managers steady --rounds 6 --out run --quiet
expect 2 "$heapstakes" show run --metric wall
says "unknown metric 'wall'; did you mean wall_ns_per_op?"
expect 1 "$heapstakes" show run --filter nothing
says "no workload in it matches"
expect 1 "$heapstakes" show nowhere
says "nowhere/plan.json: No such file or directory"
expect 1 "$heapstakes" plot nowhere
says "nowhere/plan.json: No such file or directory"

# Truncated and foreign JSON.
for verb in show plot; do
    rm -rf damaged && cp -r run damaged
    head -c 300 run/summary.json >damaged/summary.json
    expect 1 "$heapstakes" $verb damaged/summary.json
    says "damaged/summary.json: line"
    head -c 100 run/machine.json >damaged/machine.json
    expect 1 "$heapstakes" $verb damaged
    says "the file is truncated or no JSON"
    echo '{"schema": "elsewhere/1"}' >damaged/machine.json
    expect 1 "$heapstakes" $verb damaged
    says 'its schema is "elsewhere/1"'
    cp run/machine.json damaged
    { head -n 2 run/runs.jsonl && echo 'foreign' && tail -n 2 run/runs.jsonl; } >damaged/runs.jsonl
    expect 1 "$heapstakes" $verb damaged
    says "damaged/runs.jsonl: line 3:"
    echo '{"schema": "heapstakes/summary/1"}' >damaged/summary.json
    expect 1 "$heapstakes" $verb damaged/summary.json
    says "the file is damaged"
done
# What a crash leaves is no damage.
rm -rf damaged && cp -r run damaged
printf '{"schema":"heapst' >>damaged/runs.jsonl
expect 0 "$heapstakes" show damaged
says "it is left out"

# Folders that cannot be written; root can write anywhere but into a file.
: >file
expect 1 "$heapstakes" run --managers steady --rounds 1 --out file/run
says "the results cannot be written there: Not a directory"
expect 1 "$heapstakes" run --managers steady --rounds 1 --out /proc/run
says "the results cannot be written there"

rm cells/cells.json
expect 1 "$heapstakes" list
says "cells/cells.json: No such file or directory"
echo '{' >cells/cells.json
expect 1 "$heapstakes" list workloads
says "the file is truncated or no JSON"
finish
