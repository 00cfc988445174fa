#!/bin/sh
# fake_cell.sh -- stands for a cell: its own name, WORKLOAD.MANAGER, says how it behaves.
#
#   steady quick   measured             hungry  exhausted      crash   ends by a signal
#   hang           does not end         wrong   checksum       garbage no JSON
#   broken         exit status 1        judge   the referee    slow    takes a while
#   shaky          disturbed two times of three               noisy   disturbed always
name=$(basename "$0")
workload=${name%%.*}
manager=${name#*.}

describe() {
    on_request='' needs='' collects=false
    [ "$manager" != tidy ] || collects=true
    case $workload in
    pair) variants='"bad", "good"' serves=false ;;
    rare) variants='"often", "seldom"' serves=false on_request='"seldom"' ;;
    never) variants='' serves=false on_request='""' ;;
    server) variants='' serves=true ;;
    needy) variants='' serves=false needs='"collects"' ;;
    scaled) variants='"16m_8b", "1g_8b", "4g_8b", "4g"' serves=false ;;
    *) variants='' serves=false ;;
    esac
    missing=null
    [ "$workload" != absent ] || missing='"some-data"'
    cat <<EOF
{"schema": "heapstakes/cell/1",
 "workload": {"name": "$workload", "summary": "a workload", "operation": "a step", "threads_default": 1,
  "threads_max": 2, "has_serve": $serves, "fixed_live": true, "variants": [$variants],
  "on_request": [$on_request], "needs": [$needs],
  "unavailable": $missing, "input": null},
 "manager": {"name": "$manager", "summary": "a manager", "max_threads": 1, "obeys_limit": true,
  "emits_events": true, "collects": $collects, "version": null, "traits": {}}}
EOF
}

# What a cell prints: time of an operation, checksum, and more metrics.
report() {
    label="{\\\"checksum\\\": \\\"$2\\\", \\\"marks\\\": [], \\\"missing\\\": {\\\"collections\\\": \\\"it does not collect\\\"},"
    label="$label \\\"plan\\\": {\\\"peak_live_bytes\\\": 100}, \\\"histograms\\\": {}}"
    cat <<EOF
{"context": {}, "benchmarks": [{"name": "$workload/$manager", "wall_ns_per_op": $1, "operations": 1000,
 "peak_rss_bytes": 1048576, $3 "label": "$label"}]}
EOF
}

work() {
    case $manager in
    hungry)
        echo "exhausted: 4096 bytes asked, limit 200" >&2
        exit 3
        ;;
    crash) kill -SEGV $$ ;;
    hang) sleep 1000 ;;
    wrong) report 10 00ff '' ;;
    garbage) echo "no JSON at all" ;;
    broken)
        echo "$name: it is broken; mend it" >&2
        exit 1
        ;;
    judge) report 99 abcd '"timed_objects": 500, "timed_bytes": 5000, "peak_payload_bytes": 100,' ;;
    shaky)
        echo x >>"$0.turns"
        turns=$(wc -l <"$0.turns")
        report 20 abcd "\"involuntary_switches\": $((turns % 3)),"
        ;;
    noisy) report 20 abcd '"involuntary_switches": 5,' ;;
    slow)
        sleep 0.3
        report 30 abcd '"capacity_per_s": 1000,'
        ;;
    *) report "$((10 + $$ % 7))" abcd '"capacity_per_s": 4000,' ;;
    esac
}

case " $* " in
*" --describe "*) describe ;;
*) work ;;
esac
