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
finish
