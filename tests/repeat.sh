#!/bin/sh
# repeat.sh -- a process that the kernel disturbed is run again as often as was asked for; every
# attempt is recorded with its flag, and a race that was stopped in between goes on with the rest.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

# attempts MANAGER ROUND: how many were recorded.
attempts() {
    grep '"phase":"race"' run/runs.jsonl | grep "\"manager\":\"$1\"" | grep -c "\"round\":$2,"
}

make_cells "loop" "steady shaky noisy"
expect 0 "$heapstakes" run --rounds 6 --repeat-disturbed 2 --no-record --out run --quiet # no twins
for round in 1 2 3 4 5 6; do
    [ "$(attempts steady $round)" -eq 1 ] || fail "steady was repeated in round $round"
    [ "$(attempts shaky $round)" -eq 3 ] || fail "shaky has $(attempts shaky $round) in round $round, not 3"
    [ "$(attempts noisy $round)" -eq 3 ] || fail "noisy has $(attempts noisy $round) in round $round, not 3"
done
[ "$(grep '"manager":"shaky"' run/runs.jsonl | grep '"phase":"race"' | grep -c '"disturbed":true')" -eq 12 ] ||
    fail "not every attempt has its flag"
grep '"manager":"shaky"' run/runs.jsonl | grep '"attempt":3' | grep -q '"disturbed":true' &&
    fail "an undisturbed attempt was not the last one"

expect 0 "$heapstakes" show run --format csv --metric wall_ns_per_op
grep '^loop,,shaky,' out | grep -q ',6,.*undisturbed$' || fail "shaky is not undisturbed: $(cat out)"
grep '^loop,,noisy,' out | grep -q ',6,.*,disturbed$' || fail "noisy is not marked: $(cat out)"
expect 0 "$heapstakes" show run --against steady
mentions out "wall_ns_per_op"
grep -qE '^loop +noisy +[0-9.]+ +[0-9.]+ \.\. [0-9.]+ +6 +steady' out || fail "no ratio: $(cat out)"
expect 0 "$heapstakes" show run --against steady --format json
mentions out '"heapstakes/ratios/1"'
expect 0 "$heapstakes" show run --against steady --format csv
[ "$(wc -l <out)" -eq 3 ] || fail "not one line a manager: $(cat out)"
expect 0 "$heapstakes" show run --against best:steady --format csv
expect 2 "$heapstakes" show run --against stedy
says "no manager 'stedy' in this run; did you mean steady?"
expect 2 "$heapstakes" show run --against steady/x
says "MANAGER[,MANAGER..][/FACTOR[/THREADS[/CORES[/VARIANT]]]]"
expect 2 "$heapstakes" show run/summary.json --against steady
says "needs the folder of a run"
expect 1 "$heapstakes" show run --against steady/7
says "nothing of it was measured in this run"

# As an interrupted race leaves it: the last attempts are not there yet.
head -n -3 run/runs.jsonl >shortened && cp shortened run/runs.jsonl
before=$(wc -l <shortened)
expect 0 "$heapstakes" run --resume run --quiet
[ "$(wc -l <run/runs.jsonl)" -gt "$before" ] || fail "the rest was not run"
[ "$(attempts noisy 6)" -eq 3 ] || fail "noisy has $(attempts noisy 6) in round 6 after going on, not 3"
[ "$(attempts steady 6)" -eq 1 ] || fail "steady was repeated after going on"
finish
