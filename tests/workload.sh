#!/bin/sh
# workload.sh -- proves that a workload keeps the contract at smoke size, and has the same checksum
# under every manager of this build at each of some heap factors: workload.sh HEAPSTAKES NAME CHECK_EVERY FACTORS
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"
name=$2
cells=$(dirname "$heapstakes")

# own_core: a core that no such test beside this one races on, held until it ends; nothing if there
# is none, or not all of the machine's may be used.  Left to itself the command takes the last core,
# and all wait there for each other.
own_core() {
    last=$(($(nproc --all) - 1))
    grep -q "^Cpus_allowed_list:[[:space:]]*0-$last\$" /proc/self/status && command -v flock >/dev/null 2>&1 || return 0
    for core in $(seq 0 "$last"); do
        exec 9>"$cells/core.$core.lock"
        ! flock -n 9 || break
        core=
    done
}

"$cells/$name.checked" --plans >out || fail "the referee's cell does not describe itself"
variants=$(sed -n '/"variants": \[$/,/\]/s/^ *"\([^"]*\)",*$/\1/p' out)
core=
! grep -q '"threads_default": 1,' out || own_core
for variant in ${variants:-''}; do
    "$cells/$name.checked" --size smoke --check-every "$3" ${variant:+--variant "$variant"} >out 2>err
    case $? in
    0) ;;
    1) grep -q '^unavailable' err && { cat err; exit 77; }
        fail "the referee's cell: $(cat err)" ;;
    *) fail "the referee says: $(cat err)" ;;
    esac
done

# Leaks are looked for above and in the tests of the managers: here that would take half of the time.
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" "$heapstakes" run --filter "^$name(/|\$)" --size smoke \
    --heap-factors "$4" --rounds 1 --no-twins ${core:+--cpus "$core"} --out run --quiet >out 2>err ||
    fail "$(cat err)"
grep '"phase":"race"' run/runs.jsonl | grep -E '"status":"(failed|breach|invalid)"' >bad && fail "$(cut -c1-300 bad)"
grep '"phase":"race"' run/runs.jsonl | grep -q '"status":"measured"' || fail "nothing was measured"
finish
