# latency.gp -- how long a request waits, percentile by percentile, at one rate for all managers.
height = 110 + panels * 620
eval (kind eq "svg") ? set_svg("latency", height) : set_png("latency", height)
set multiplot layout panels, 1 title "Latency from the intended start, all rounds pooled — lower is better\n".caption
set logscale xy
set xrange [1:*]
set yrange [*:*]
set grid xtics ytics
set xtics ("0 %%" 1, "50 %%" 2, "90 %%" 10, "99 %%" 100, "99.9 %%" 1000, "99.99 %%" 10000, "99.999 %%" 100000)
set format y "%.0s %cs"
eval "set key outside right top vertical maxcols 1 ".key_style
do for [p = 1:panels] {
    set title latency_name[p] offset 0,-0.6
    set xlabel "share of requests that wait no longer"
    set ylabel "latency"
    plot for [m = 1:manager_count] "latency.dat" \
             using (is_(p, m) ? column(3) : NaN):(is_(p, m) ? column(4) / 1e9 : NaN) \
             with linespoints linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.2) \
             pointinterval 4 dashtype dash(m) title in_(figure_rows, m) ? manager_name[m] : ''
}
unset multiplot
reset
