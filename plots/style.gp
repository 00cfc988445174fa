# style.gp -- what all figures share: colours, marks, axes.

set encoding utf8
set datafile separator "\t"
set datafile missing "?"

# Eight colours that the colour-blind can tell apart (Okabe and Ito 2008); black stands for the
# system's own allocator only by its place in the order.
array palette_[8] = [0xE69F00, 0x000000, 0x0072B2, 0x009E73, 0xD55E00, 0xCC79A7, 0x56B4E9, 0x8C6D31]
# Thirteen marks; eight colours and thirteen marks do not repeat together before the 105th.
array mark_[13] = [4, 1, 6, 8, 10, 12, 5, 7, 9, 11, 13, 2, 3]

colour(i) = palette_[(i - 1) % 8 + 1]
mark(i) = mark_[(i - 1) % 13 + 1]
dash(i) = (i - 1) / 8 % 4 + 1
# A mark's size: gnuplot draws the same number about twice as large in SVG as in PNG, over short intervals.
size(points) = kind eq "svg" ? 0.55 * points : points

set border 3 linecolor rgb "#808080"
set tics nomirror textcolor rgb "#303030"
set grid xtics linetype 1 linewidth 0.5 linecolor rgb "#d8d8d8"
set key off
set style fill solid

# Picks the rows of one panel and one manager; other rows become missing.
is_(p, m) = (column(1) == p && column(2) == m + 0)

# A column of them: what is missing must not stretch the axis either.
only_(p, m, c) = is_(p, m) ? column(c) : NaN

# A number with its SI letter: 1.2e7 is 12M.
set format x "%.0s%c"

# The ends of what panel p has in a column, with the interval in the next two, divided by `scale`: x_low and x_high for
# the axis x, which stay what they are if there is nothing.  It forgets the ranges of the axes, as gnuplot would see only
# what lies within them.  To be evaluated.
end_(c, which) = sprintf("undefine STATS_*; stats figure.'.dat' using \
(column(1) != p ? NaN : valid(%d) ? column(%d) : column(%d)) nooutput; ", which, which, c)
extent(axis, c, scale) = "set xrange [*:*]; set yrange [*:*]; ". \
    end_(c, c + 1).sprintf("if (exists('STATS_min')) { %s_low = STATS_min / %g }; ", axis, scale). \
    end_(c, c + 2).sprintf("if (exists('STATS_max')) { %s_high = STATS_max / %g }", axis, scale)
x_low = y_low = x_high = y_high = 1

# Its range and ticks on a logarithmic scale, where a decade may be longer than all of it: the shorter it is, the more
# ticks has a decade; one shorter than a third is that long, for two ticks.  To be evaluated.
digits_(ratio) = ratio > 300 ? "1" : ratio > 30 ? "1 3" : ratio > 5 ? "1 2 5" : ratio > 2.5 ? "1 1.5 2 3 5 7" : \
    ratio > 1.4 ? "1 1.2 1.4 1.6 1.8 2 2.5 3 3.5 4 5 6 7 8 9" : \
    "1 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2 2.2 2.4 2.6 2.8 3 3.3 3.6 4 4.4 4.8 5.3 5.8 6.4 7 7.7 8.4 9.2"
label_(v, gap, unit) = sprintf("%g%s%s%s", gprintf("%.3s", v) + 0, gap, gprintf("%c", v), unit)
fit(axis, gap, unit) = sprintf("low_ = %s_low; high_ = %s_high; \
air_ = high_ / low_ > 1.3 ? (high_ / low_) ** 0.07 : sqrt(1.34 * low_ / high_); \
set %srange [low_ / air_ : high_ * air_]; set %stics (); \
do for [e_ = floor(log10(low_ / air_)) : floor(log10(high_ * air_))] { do for [d_ in digits_(high_ / low_ * air_ ** 2)] { \
v_ = real(d_) * 10.0 ** e_; eval sprintf(\"set %stics add ('%%s' %%g)\", label_(v_, '%s', '%s'), v_) } }", \
    axis, axis, axis, axis, axis, gap, unit)

picture_width = 1600
font_size = 15
set_svg(name, height) = sprintf("set terminal svg noenhanced size %d,%d font 'sans,%d' background rgb 'white'; set output '%s.svg'", \
    picture_width, height, font_size, name)
set_png(name, height) = sprintf("set terminal pngcairo noenhanced size %d,%d font 'sans,%d' background rgb 'white'; set output '%s.png'", \
    picture_width, height, font_size, name)
# A grid of n cells: three in a row; four are two by two, which leaves none empty.
columns_of(n) = n < 3 ? n : n == 4 ? 2 : 3
rows_of(n) = (n + columns_of(n) - 1) / columns_of(n)

# Managers that a panel, or any panel of the figure, tells of: rows is a text such as " 1 3 ".
in_(rows, m) = strstrt(rows, sprintf(" %d ", m)) > 0
figure_rows = ""
do for [p = 1:panels] { eval "figure_rows = figure_rows.".figure."_rows[p]" }

# The longest of the names, in letters of the axes, of which one in a PNG is wider than most in a name.
name_width = 0
do for [m = 1:manager_count] {
    if (in_(figure_rows, m) && strlen(manager_name[m]) > name_width) { name_width = strlen(manager_name[m]) }
}
if (kind eq "png") { name_width = 0.87 * name_width }

# A line of its own for each manager that a panel tells of: eval it when p is the panel.
array line_of[manager_count]
line_font = ",11"
lines_ = "unset ytics; set ytics scale 0 font line_font textcolor rgb '#303030' (); n_ = 0; \
do for [m = 1:manager_count] { if (in_(".figure."_rows[p], m)) \
{ n_ = n_ + 1; line_of[m] = n_; set ytics add (manager_name[m] n_) } else { line_of[m] = 0 } }; \
set yrange [n_ + 0.7:0.3]"

# A key of its own in one cell of a grid: every manager of the figure with its colour and mark.
key_style = "Left reverse samplen 2 spacing 1.25 font ',12'"
legend = "unset title; unset xlabel; unset ylabel; unset logscale; unset tics; unset border; unset grid; \
set lmargin 1; set rmargin 1; set key center center maxrows 12 ".key_style."; set xrange [0:1]; set yrange [0:1]; \
plot -1 notitle, for [m = 1:manager_count] in_(figure_rows, m) ? -1 : NaN with linespoints linecolor rgb colour(m) \
linewidth 2 dashtype dash(m) pointtype mark(m) pointsize size(1.4) title in_(figure_rows, m) ? manager_name[m] : ''"
