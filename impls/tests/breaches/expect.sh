#!/bin/sh
# expect.sh -- passes if a program ends with status 4 and names the rule: expect.sh RULE PROGRAM ARGUMENT..
rule=$1
shift
said=$("$@" 2>&1 >/dev/null)
status=$?
if [ "$status" -ne 4 ]; then
    printf 'status %s instead of 4; it said:\n%s\n' "$status" "$said"
    exit 1
fi
if ! printf '%s\n' "$said" | grep -qF "checked: $rule: "; then
    printf 'the rule "%s" was not named; it said:\n%s\n' "$rule" "$said"
    exit 1
fi
printf '%s\n' "$said"
