# scaling.gp -- the time of an operation by the size that the variants name: of an object, or of what lives.
height = 110 + rows_of(panels + 1) * 400
eval (kind eq "svg") ? set_svg("scaling", height) : set_png("scaling", height)
set multiplot layout rows_of(panels + 1), columns_of(panels + 1) title "Time of an operation by size, median of the rounds \
and 95 % interval — lower is better, and flat is\n".caption
set logscale x 2
set logscale y
set xtics 4
set xrange [*:*]
set yrange [*:*]
set grid xtics ytics
set format x "%.0b%B"
set format y "%.0s %cs"
do for [p = 1:panels] {
    set title scaling_name[p] offset 0,-0.6
    set xlabel "size, in bytes where they are bytes" offset 0,0.4
    set ylabel "time of an operation" offset 1,0
    plot for [m = 1:manager_count] "scaling.dat" \
             using (is_(p, m) ? column(3) : NaN):(only_(p, m, 4) / 1e9):(only_(p, m, 5) / 1e9):(only_(p, m, 6) / 1e9) \
             with yerrorbars linecolor rgb colour(m) linewidth 1 pointtype mark(m) pointsize size(1.1), \
         for [m = 1:manager_count] "scaling.dat" \
             using (is_(p, m) ? column(3) : NaN):(only_(p, m, 4) / 1e9) \
             with linespoints linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.1) dashtype dash(m)
}
eval legend
unset multiplot
reset
