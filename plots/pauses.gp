# pauses.gp -- how often the program stands still for at least so long.
height = 130 + rows_of(panels + 1) * 380
eval (kind eq "svg") ? set_svg("pauses", height) : set_png("pauses", height)
set multiplot layout rows_of(panels + 1), columns_of(panels + 1) title "Pauses of at least 10 µs: how many a second last \
at least so long — further left and lower is better\n\
another language's runtime tells its stops of the world alone, not what else a program is made to wait for\n".caption
set logscale xy
set xrange [1e-5:*]
set yrange [*:*]
set grid xtics ytics
set format x "%.0s %cs"
set format y "%g"
do for [p = 1:panels] {
    set title pauses_name[p] offset 0,-0.6
    set xlabel "length of a pause" offset 0,0.4
    set ylabel "pauses a second" offset 1,0
    plot for [m = 1:manager_count] "pauses.dat" \
             using (is_(p, m) ? column(3) / 1e9 : NaN):(is_(p, m) ? column(4) : NaN) \
             with linespoints linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.1) \
             dashtype dash(m) pointnumber 8
}
eval legend
unset multiplot
reset
