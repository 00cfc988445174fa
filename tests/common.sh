#!/bin/sh
# common.sh -- what the end-to-end tests share: a folder of fake cells, and what they expect.
#
# A test is called with the heapstakes command, and works in a folder of its own that is removed.
set -u
heapstakes=$1
export heapstakes
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# finish: the test's last line.
finish() {
    [ "$failures" -eq 0 ] || exit 1
    exit 0
}

# make_cells "WORKLOAD.." "MANAGER..": a folder of fake cells; "judge" is the referee.
make_cells() {
    mkdir -p cells
    managers='{"name": "judge", "role": "referee"}, {"name": "gone", "role": "missing", "package": "libgone-dev"}'
    workloads=''
    for manager in $2; do
        managers="$managers, {\"name\": \"$manager\", \"role\": \"contestant\"}"
    done
    for workload in $1; do
        workloads="$workloads${workloads:+, }\"$workload\""
        for manager in $2 judge; do
            cp "$here/fake_cell.sh" "cells/$workload.$manager"
            chmod +x "cells/$workload.$manager"
        done
    done
    cat >cells/cells.json <<EOF
{"schema": "heapstakes/cells/1", "version": "0", "compiler": "none", "flags": "-O2",
 "build_type": "Release", "sanitize": "", "source": "$tree",
 "managers": [$managers], "workloads": [$workloads]}
EOF
    HEAPSTAKES_BIN=$place/cells
    export HEAPSTAKES_BIN
}

# expect STATUS COMMAND..: runs it; its streams are in the files out and err.
expect() {
    wanted=$1
    shift
    "$@" >out 2>err
    got=$?
    [ "$got" -eq "$wanted" ] || fail "$*: status $got, not $wanted; it said: $(cat err)"
}

# says TEXT: standard error of the last command has one line, and the text is in it.
says() {
    [ "$(wc -l <err)" -eq 1 ] || fail "not one line but: $(cat err)"
    grep -qF -- "$1" err || fail "no '$1' in: $(cat err)"
}

# mentions FILE TEXT
mentions() {
    grep -qF -- "$2" "$1" || fail "no '$2' in $1: $(head -c 2000 "$1")"
}

# measured DIR: how many processes of its race were measured.
measured() {
    [ -f "$1/runs.jsonl" ] || echo 0
    [ ! -f "$1/runs.jsonl" ] || grep '"phase":"race"' "$1/runs.jsonl" | grep -c '"status":"measured"'
}
