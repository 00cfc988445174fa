#!/bin/sh
# bars.sh -- what managers are held to: from results that are there, each kind of row is met, missed, open or not
# measured as it should be, and the list of bars names only runs that tools/bars makes.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

# row TEXT EXPECTED: the line of the table that begins with the text.
row() {
    grep -F "| $1 |" bars/README.md >line || fail "no row '$1'"
    grep -qF -- "$2" line || fail "not '$2' but: $(cat line)"
}

make_cells "pair" "steady noisy slow" # an operation takes 20 ns under noisy, 30 ns under slow
expect 0 "$heapstakes" run --managers noisy,slow --rounds 6 --no-record --out bars/one --quiet
sed -i 's/"metrics":{/&"heap_bytes":200.0,"peak_held_bytes":150.0,/' bars/one/runs.jsonl
expect 0 "$heapstakes" run --managers noisy,slow --rounds 2 --no-record --out bars/two --quiet
sed -i 's/"metrics":{/&"heap_bytes":200.0,"peak_held_bytes":210.0,/' bars/two/runs.jsonl

cat >list <<'E2'
# text of the list
race|fast|ratio|one|noisy|pair/bad|--against slow|<= 0.7
race|too slow|ratio|one|slow|pair/bad|--against noisy|<= 1.4 x
race|at least|ratio|one|slow|pair/bad|--against noisy|>= 1.4 x
race|variants|ratio|one|slow|pair/bad|--against slow////good|<= 1.1 x
race|mean|ratio|one|noisy|*|--against best:noisy,slow|<= 1
race|best unknown|ratio|one|noisy|*|--against best:slow,steady|<= 1
race|worse than some|ratio|one|slow|*|--against best:noisy,steady|<= 1
race|time|value|one|noisy|pair/good|--metric wall_ns_per_op|<= 25 ns
race|in microseconds|value|one|noisy|pair/good|--metric wall_ns_per_op|<= 0.01 us
race|beside it|beside|one|slow|pair/good|--metric wall_ns_per_op|ns
race|worst|worst|one|noisy|pair/good|--metric wall_ns_per_op|<= 25 ns
race|over|quotient|one two|slow noisy|pair/bad pair/good|--metric wall_ns_per_op|<= 2 x
race|percentile|value|one|noisy|pair/bad|--metric pause_p999_ns|<= 1 ms
race|few|value|two|noisy|pair/bad|--metric wall_ns_per_op|<= 25 ns
race|absent run|ratio|three|noisy|pair/bad|--against slow|<= 1
race|absent manager|ratio|one|steady|pair/bad|--against slow|<= 1
race|absent divisor|quotient|one three|slow|pair/bad|--metric wall_ns_per_op|<= 1
held|limit|limit|*|noisy slow|*||<= 1
held|instructions|test||noisy|||<= 8 ctest -R fast_path.noisy
E2
expect 0 env BARS_FOLDER=bars BARS_LIST=list "$tree/tools/bars" "$heapstakes" verdict
row fast "| 0.6667 | 0.6667 .. 0.6667 | 6 | <= 0.7 | met | fewer than 10 rounds |"
row "too slow" "| 1.5 x | 1.5 .. 1.5 | 6 | <= 1.4 x | **missed** |"
row "at least" "| >= 1.4 x | met |"
row variants "| 1 x | 1 .. 1 | 6 | <= 1.1 x | met |"
row mean "| met | over 2 contests;"
row "best unknown" "| open | over 2 contests; fewer than 10 rounds; not raced: steady |"
row "worse than some" "| **missed** | over 2 contests; fewer than 10 rounds; not raced: steady |"
row time "| 20 ns | 20 .. 20 | 6 | <= 25 ns | met |"
row "in microseconds" "| 0.02 us | 0.02 .. 0.02 | 6 | <= 0.01 us | **missed** |"
row "... beside it" "| 30 ns | 30 .. 30 | 6 |  |  |"
row worst "| 20 ns |  | 6 | <= 25 ns | met | the worst of all rounds"
row over "| 1.5 x |  | 2 | <= 2 x | met | 30 over 20"
row percentile "| <= 1 ms | not measured | the cell handed over no distribution |"
row few "| 20 ns |  | 2 | <= 25 ns | met |"
row "absent run" "| not measured | no run three |"
row "absent manager" "| not measured | not in this run |"
row "absent divisor" "| not measured | no run three |"
row limit "| 1.05 |  |  | <= 1 | **missed** | of 32 processes; the most:"
row instructions "held by \`ctest -R fast_path.noisy\`"
mentions bars/README.md "| race | 8 | 3 | 1 | 4 |"
mentions bars/README.md "| held | 0 | 1 | 0 | 0 |"
mentions bars/README.md "- one: 6 rounds"

# The list itself: whatever is not there yet is not measured, and nothing else is said.
expect 0 env BARS_FOLDER=empty "$tree/tools/bars" "$heapstakes" verdict
[ -s err ] && fail "it said: $(cat err)"
grep -E 'met \||missed\*\*|open \|' empty/README.md | grep -v '^| part' && fail "a verdict without a run"
grep -v '^#' "$tree/tools/bars.list" | awk -F '|' 'NF && NF != 8 { print; bad = 1 } END { exit bad }' || fail "not 8 fields"
grep -v '^#' "$tree/tools/bars.list" | cut -d '|' -f 4 | tr ' ' '\n' | grep '[a-z]' | sort -u >wanted
while read -r run; do
    pattern=$(echo "$run" | sed 's/^held-[0-9.]*$/"held-/')
    grep -qE "(race|heap|contest) $pattern" "$tree/tools/bars" || fail "no run $run in tools/bars"
done <wanted

expect 2 env BARS_FOLDER=empty "$tree/tools/bars" "$heapstakes" verdikt
says "unknown part 'verdikt'"
finish
