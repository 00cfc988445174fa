#!/bin/sh
# full_disk.sh -- a disk that fills up in a race costs what does not fit, and nothing else.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

make_cells "pair" "steady quick"
# A limit on the size of files stands for the disk: 16 blocks of 512 bytes.
(
    ulimit -f 16
    "$heapstakes" run --rounds 50 --out limited >out 2>err
    echo $? >status
)
[ "$(cat status)" -eq 1 ] || fail "status $(cat status), not 1"
mentions err "limited/runs.jsonl: cannot be written: File too large; the race stops, what was recorded stays"
[ "$(measured limited)" -gt 2 ] || fail "what was recorded before is lost"
[ -z "$(tail -c 1 limited/runs.jsonl)" ] || fail "half a line was left"
expect 0 "$heapstakes" show limited
expect 0 "$heapstakes" run --resume limited --quiet
[ "$(measured limited)" -eq 200 ] || fail "$(measured limited) measured after going on, not 200"

expect 0 "$heapstakes" show limited --format csv
"$heapstakes" show limited --format csv >/dev/full 2>err && fail "/dev/full took the table"
says "standard output cannot be written"

# A real one, where a file system can be mounted.
mkdir small
if mount -t tmpfs -o size=64k none small 2>/dev/null; then
    "$heapstakes" run --rounds 200 --out small/run >out 2>err
    status=$?
    cp -r small/run filled
    umount small
    [ "$status" -eq 1 ] || fail "status $status on a full file system, not 1"
    mentions err "runs.jsonl: cannot be written: No space left on device"
    [ -z "$(tail -c 1 filled/runs.jsonl)" ] || fail "half a line was left on a full file system"
    expect 0 "$heapstakes" show filled
else
    echo "no file system can be mounted here: only the limit on files was tested"
fi
finish
