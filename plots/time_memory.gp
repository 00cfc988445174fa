# time_memory.gp -- what time costs in memory: each manager a point, workload by workload.
height = 110 + rows_of(panels + 1) * 400
eval (kind eq "svg") ? set_svg("time_memory", height) : set_png("time_memory", height)
set multiplot layout rows_of(panels + 1), columns_of(panels + 1) title "Time against peak resident memory — further left \
and lower is better\n".caption
set logscale xy
set xrange [*:*] noextend
set yrange [*:*] noextend
set offsets graph 0.06, graph 0.06, graph 0.06, graph 0.06
set grid xtics ytics
eval ticks_("x", "1 1.5 2.5 4 6", 6, 11, "", "")
eval ticks_("y", "1 1.2 1.5 2 3 5 7", -9, 1, " ", "s")
set xtics font ",12"
set ytics font ",12"
do for [p = 1:panels] {
    set title time_memory_name[p] offset 0,-0.6
    set xlabel "peak resident memory, bytes" offset 0,0.4
    set ylabel "time of an operation" offset 1,0
    plot for [m = 1:manager_count] "time_memory.dat" \
             using (is_(p, m) ? column(3) : NaN):(only_(p, m, 6) / 1e9):(only_(p, m, 4)):(only_(p, m, 5)):(only_(p, m, 7) / 1e9):(only_(p, m, 8) / 1e9) \
             with xyerrorbars linecolor rgb colour(m) linewidth 1 pointtype mark(m) pointsize 1.6, \
         for [m = 1:manager_count] "time_memory.dat" \
             using (is_(p, m) ? column(3) : NaN):(column(6) / 1e9) \
             with points linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize 1.6
}
eval legend
unset multiplot
reset
