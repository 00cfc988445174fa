#!/bin/sh
# plot.sh -- figures and page from a run; without gnuplot one clear line, and the data stays.
# shellcheck source=tests/common.sh
. "$(dirname "$0")/common.sh"

make_cells "pair" "steady quick <b>odd"
expect 0 "$heapstakes" run --managers steady,quick --rounds 6 --out run --quiet
mkdir empty
PATH=$place/empty expect 1 "$heapstakes" plot run
says "gnuplot is missing: install the package gnuplot-nox"
[ -s run/plots/throughput.dat ] || fail "the data was not kept"
[ -s run/index.html ] || fail "there is no page"
mentions run/index.html "No figures were drawn"

command -v gnuplot >/dev/null || finish
expect 0 "$heapstakes" plot run
mentions out "run/index.html"
for figure in throughput reuse time_memory; do
    [ -s "run/plots/$figure.svg" ] || fail "$figure.svg was not drawn"
    mentions run/index.html "plots/$figure.svg"
done
mentions run/index.html "&lt;b&gt;odd"
grep -q '<b>odd' run/index.html && fail "a name was not escaped"
grep -qE '(src|href)="(https?:)?//' run/index.html && fail "the page needs the network"
grep -q "$place" run/plots/run.gp run/index.html && fail "a path of this machine is in the page"

# One manager, and not the first of those that are built.
expect 0 "$heapstakes" run --managers quick --rounds 1 --out single --quiet
expect 0 "$heapstakes" plot single
[ -s single/plots/reuse.svg ] || fail "a single manager has no reuse.svg"

# Variants that name three sizes of one thing are one curve; "4g" names another thing.
make_cells "scaled" "steady quick"
expect 0 "$heapstakes" run --rounds 1 --out sizes --quiet
expect 0 "$heapstakes" plot sizes
[ -s sizes/plots/scaling.svg ] || fail "scaling.svg was not drawn"
mentions sizes/plots/run.gp "scaling_name[1] = ['scaled, 8b']"
cut -f1-3 sizes/plots/scaling.dat | tr '\t\n' '  ' >points
mentions points "1 2 16777216 1 2 1.07374182e+09 1 2 4.2949673e+09  1 3"
finish
