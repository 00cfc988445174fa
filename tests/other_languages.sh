#!/bin/sh
# other_languages.sh -- proves of every outside contestant of this build that it does the work of the
# cells in C (the same checksums), describes itself, refuses wrong flags, obeys --cpus, and is raced
# beside them: other_languages.sh HEAPSTAKES
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
cells=$(dirname "$heapstakes")

# Lines "NAME: WORKLOAD.." of the outside contestants.
sed -n 's/.*"name": "\([^"]*\)", "role": "outside", "workloads": \[\(.*\)\].*/\1: \2/p' "$cells/cells.json" | tr -d '",' >outside
[ -s outside ] || {
    echo "skipped: no outside contestant is built here; $(grep '"workloads": \[.*package\|"package".*"workloads"' "$cells/cells.json")"
    exit 77
}

checksum() {
    grep -o 'checksum\\":\\"[0-9a-f]*' "$1" | head -n 1
}

check_cell() {
    name=$1
    workload=$2
    program=$cells/$workload.$name
    expect 0 "$program" --describe
    mentions out '"schema": "heapstakes/cell/1"'
    mentions out "\"name\": \"$name\""
    pauses='\"pause_count'
    grep -q '"emits_events": true' out && pauses='"pause_count"'
    grep -q '"version": "..*"' out || fail "$workload.$name does not say its version"
    expect 2 "$program" --bogus
    says "--bogus"
    expect 2 "$program" --size huge
    says "--size huge"
    expect 2 "$program" --variant nonsense
    expect 2 "$program" --threads 2000
    expect 2 "$program" --cpus 1-0
    expect 2 "$program" --seed
    cpu=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
    expect 0 "$program" --size smoke --cpus "$cpu" --heap-factor 2 --record --benchmark_format=json
    mentions out "\\\"cpus\\\":\\\"$cpu\\\""
    mentions out 'no_heap_limit'
    mentions out "$pauses"
    [ -d /sys/devices/system/node/node1 ] || mentions out '\"binding\":\"bound\"'
    variants=$("$heapstakes" list workloads --format csv | grep "^$workload," | cut -d, -f2)
    [ "$variants" != - ] || variants=none
    for variant in $variants; do
        set -- --variant "$variant"
        [ "$variant" != none ] || set --
        expect 0 "$program" --size smoke --seed 7 --benchmark_format=json "$@"
        mine=$(checksum out)
        expect 0 "$cells/$workload.checked" --size smoke --seed 7 --check-every 0 --benchmark_format=json "$@"
        [ "$mine" = "$(checksum out)" ] || fail "$workload.$name $*: $mine, but in C $(checksum out)"
        [ -n "$mine" ] || fail "$workload.$name $*: no checksum"
    done
}

while read -r name workloads; do
    name=${name%:}
    for workload in $workloads; do
        check_cell "$name" "$workload"
    done
    first=${workloads%% *}
    expect 0 "$heapstakes" run --filter "^$first(/|\$)" --managers "$name" --size smoke --rounds 2 --out "run.$name" --quiet
    [ "$(measured "run.$name")" -ge 2 ] || fail "$name was not measured: $(cat err)"
    expect 0 "$heapstakes" show "run.$name"
    mentions out "$name"
    expect 0 "$heapstakes" list managers
    grep "^$name " out | grep -q "outside: " || fail "the list does not say that $name is outside"
    # It takes part in what it has programs for, and is not missing in all else.
    expect 0 "$heapstakes" run --dry-run --managers "$name" --format csv
    cut -d, -f1 out | sed 1d | sort -u >raced
    echo "$workloads" | tr ' ' '\n' | sort | comm -23 raced - >strange
    [ ! -s strange ] || fail "$name takes part in $(cat strange)"
done <outside
finish
