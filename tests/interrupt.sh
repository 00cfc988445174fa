#!/bin/sh
# interrupt.sh -- Ctrl-C keeps what is finished, and --resume ends the race as it would have ended.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

make_cells "pair server" "steady slow quick"
places() {
    grep -v '"phase":"count"' "$1/runs.jsonl" |
        sed 's/"exit_status.*//; s/.*"phase"/"phase"/' | sort
}

expect 0 "$heapstakes" run --rounds 3 --seed 9 --out whole --quiet
# A shell starts what runs in the background with Ctrl-C ignored.
env --default-signal=INT "$heapstakes" run --rounds 3 --seed 9 --out parts >out 2>err &
race=$!
while [ "$(measured parts)" -lt 7 ]; do
    sleep 0.1
    kill -0 "$race" 2>/dev/null || break
done
kill -INT "$race"
wait "$race"
[ $? -eq 1 ] || fail "a race that was stopped did not end with status 1"
mentions err "heapstakes run --resume parts"
before=$(wc -l <parts/runs.jsonl)
cp parts/runs.jsonl kept
expect 2 "$heapstakes" run --resume parts --rounds 5
says "--resume takes the plan from parts"
expect 0 "$heapstakes" run --resume parts
head -n "$before" parts/runs.jsonl | cmp -s - kept || fail "earlier results were changed"
places whole >whole.places
places parts >parts.places
cmp -s whole.places parts.places || fail "the plan is another: $(diff whole.places parts.places | head -n 5)"
expect 0 "$heapstakes" run --resume parts
[ "$(wc -l <parts/runs.jsonl)" -eq "$(wc -l <whole/runs.jsonl)" ] || fail "a finished race was run again"

# Cells that were built again are others.
echo "# changed" >>cells/pair.steady
expect 1 "$heapstakes" run --resume parts
says "the cells were built again"
expect 1 "$heapstakes" run --resume nowhere
says "nowhere/plan.json: No such file or directory"
finish
