#!/bin/sh
# fast_path.sh TEST NAME BAR -- the fast path of a manager has at most BAR instructions: runs the
# test, and shows what it executed in the disassembly, `=>` before each.  Status 77: skipped.
set -u
test=$1
name=$2
bar=$3
command -v objdump >/dev/null || {
    echo "skipped: objdump is not installed; install the package binutils"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$test" >"$folder/path" 2>&1 || {
    status=$?
    cat "$folder/path"
    exit $status
}
objdump --disassemble=fast_path_new --no-show-raw-insn "$test" >"$folder/listing"

# Lines of the listing begin with an address; the offsets are counted from the function's own.
awk -v bar="$bar" -v name="$name" '
    function number(hex,    value, i) {
        for (i = 1; i <= length(hex); i++)
            value = 16 * value + index("0123456789abcdef", substr(hex, i, 1)) - 1
        return value
    }
    NR == FNR && FNR == 1 { calls = $0; next }
    NR == FNR { executed[$1]++; steps++; next }
    /^[0-9a-f]+ <fast_path_new>:/ { start = number($1); next }
    /^ *[0-9a-f]+:/ {
        at = number(substr($1, 1, length($1) - 1)) - start
        found += executed[at]
        printf "%s %s\n", executed[at] ? "=>" : "  ", $0
    }
    END {
        if (steps > found)
            printf "%d of them elsewhere, in what it calls\n", steps - found
        printf "%s: %d instructions of the fast path, its return not counted, at most %d; taken by %s\n", name, steps, bar, calls
        exit steps > bar || found == 0
    }' "$folder/path" "$folder/listing"
