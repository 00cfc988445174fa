# reuse.gp -- what reuse buys: time of the bad loop over time of the good one, per manager.
height = 90 + panels * (90 + 30 * manager_count)
eval (kind eq "svg") ? set_svg("reuse", height) : set_png("reuse", height)
set multiplot layout panels, 1 title "What reuse buys: time of the bad loop / time of the good loop, \
median of the rounds and 95 % interval\n".caption
set logscale x
set x2range [0:1]
set xtics ("0.5×" 0.5, "0.7×" 0.7, "1×" 1, "1.5×" 1.5, "2×" 2, "3×" 3, "5×" 5, "7×" 7, "10×" 10, "20×" 20, "50×" 50)
set lmargin 0.8 * name_width + 3
set rmargin 4
line_font = ",13"
set arrow from 1, graph 0 to 1, graph 1 nohead linecolor rgb "#404040" dashtype 2
# Only managers that are in the panel: gnuplot 5.4 crashes if the first of several lists of labels is empty.
do for [p = 1:panels] {
    eval extent("x", 3, 1)
    x_low = x_low < 0.9 ? x_low : 0.9
    x_high = x_high > 1.8 ? x_high : 1.8
    set xrange [x_low / (x_high / x_low) ** 0.03 : x_high * (x_high / x_low) ** 0.08]
    eval lines_
    set title reuse_name[p] offset 0,-0.6
    set xlabel "bad / good — further right: reuse buys more; left of the line: it costs" offset 0,0.3
    plot for [m in reuse_rows[p]] "reuse.dat" \
             using (is_(p, m) ? column(3) : NaN):(line_of[m + 0]):(only_(p, m, 4)):(only_(p, m, 5)) \
             with xerrorbars linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.5), \
         for [m in reuse_rows[p]] "reuse.dat" using (is_(p, m) ? column(3) : NaN):(line_of[m + 0]) \
             with points linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.5), \
         for [m in reuse_rows[p]] "reuse.dat" \
             using (is_(p, m) ? 0.99 : NaN):(line_of[m + 0]):(valid(3) ? sprintf("%.2f×", column(3)) : "") axes x2y1 \
             with labels right textcolor rgb "#303030" font ",12", \
         for [m in reuse_rows[p]] "reuse.dat" using (is_(p, m) ? 0.01 : NaN):(line_of[m + 0]):6 axes x2y1 \
             with labels left textcolor rgb "#909090" font ",11"
}
unset multiplot
reset
