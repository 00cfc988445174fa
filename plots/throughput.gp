# throughput.gp -- how many objects a second each manager allocates and gets rid of.
height = 90 + rows_of(panels) * (70 + 24 * manager_count)
eval (kind eq "svg") ? set_svg("throughput", height) : set_png("throughput", height)
set multiplot layout rows_of(panels), columns_of(panels) \
    title "Allocations per second, median of the rounds and 95 % interval — further right is better\n".caption
set logscale x
set xtics font ",12"
set x2range [0:1]
set lmargin 0.66 * name_width + 3
set rmargin 3
# Only managers that are in the panel: gnuplot 5.4 crashes if the first of several lists of labels is empty.
do for [p = 1:panels] {
    eval extent("x", 3, 1)
    eval fit("x", "", "")
    eval lines_
    set title throughput_name[p] offset 0,-0.6
    set xlabel "allocations per second" offset 0,0.5
    plot for [m in throughput_rows[p]] "throughput.dat" \
             using (is_(p, m) ? column(3) : NaN):(line_of[m + 0]):(only_(p, m, 4)):(only_(p, m, 5)) \
             with xerrorbars linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.6), \
         for [m in throughput_rows[p]] "throughput.dat" using (is_(p, m) ? column(3) : NaN):(line_of[m + 0]) \
             with points linecolor rgb colour(m) linewidth 2 pointtype mark(m) pointsize size(1.6), \
         for [m in throughput_rows[p]] "throughput.dat" using (is_(p, m) ? 0.01 : NaN):(line_of[m + 0]):6 axes x2y1 \
             with labels left textcolor rgb "#909090" font ",11"
}
unset multiplot
unset logscale x
reset
