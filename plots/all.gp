# all.gp -- draws every figure that has data, each as SVG and as PNG.
# One line a figure: its name; NAME_panels says whether there is anything to draw.
figures = "throughput reuse scaling latency pauses time_memory"

do for [figure in figures] {
    if (value(figure."_panels") > 0) {
        panels = value(figure."_panels")
        do for [kind in "svg png"] {
            load scripts."/style.gp"
            load scripts."/".figure.".gp"
        }
    }
}
