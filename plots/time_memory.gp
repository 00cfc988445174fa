# time_memory.gp -- what time costs in memory: each manager a point, workload by workload.
height = 110 + rows_of(panels + 1) * 400
eval (kind eq "svg") ? set_svg("time_memory", height) : set_png("time_memory", height)
set multiplot layout rows_of(panels + 1), columns_of(panels + 1) title "Time against peak resident memory — further left \
and lower is better\n".caption
set logscale xy
set grid xtics ytics
set xtics font ",12"
set ytics font ",12"
do for [p = 1:panels] {
    eval extent("x", 3, 1).";".extent("y", 6, 1e9)
    eval fit("x", "", "").";".fit("y", " ", "s")
    set title time_memory_name[p] offset 0,-0.6
    set xlabel "peak resident memory, bytes" offset 0,0.4
    set ylabel "time of an operation" offset 1,0
    plot for [m = 1:manager_count] "time_memory.dat" \
             using (is_(p, m) ? column(3) : NaN):(only_(p, m, 6) / 1e9):(only_(p, m, 4)):(only_(p, m, 5)):(only_(p, m, 7) / 1e9):(only_(p, m, 8) / 1e9) \
             with xyerrorbars linecolor rgb colour(m) linewidth 1 pointtype mark(m) pointsize size(1.6), \
         for [m = 1:manager_count] "time_memory.dat" \
             using (is_(p, m) ? column(3) : NaN):(column(6) / 1e9) \
             with points linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.6)
}
eval legend
unset multiplot
reset
