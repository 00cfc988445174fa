# verdict.awk -- one row of the table of tools/verdict, from what heapstakes show printed as CSV.
#
# Variables: kind, manager, contest, flags and bar as in bars.list.  Of a quotient, the second file is the divisor.
# An estimate that is not there has a reason; the row then says so and has no verdict.

# Takes a line of CSV apart (RFC 4180); returns how many fields it has.
function split_csv(line, fields,    n, text, quoted, i, c) {
    n = 1
    text = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"" && quoted && substr(line, i + 1, 1) == "\"") {
            text = text c
            i++
        } else if (c == "\"") {
            quoted = !quoted
        } else if (c == "," && !quoted) {
            fields[n++] = text
            text = ""
        } else {
            text = text c
        }
    }
    fields[n] = text
    return n
}

function remark(text) {
    if (text != "")
        remarks = remarks (remarks == "" ? "" : "; ") text
}

function number(value) {
    return sprintf("%.4g", value / scale)
}

function field(name) {
    return name in column ? fields[column[name]] : ""
}

function contest_name() {
    return field("workload") (field("variant") == "" ? "" : "/" field("variant"))
}

BEGIN {
    manager_count = split(manager, managers, " ")
    contest_count = split(contest, contests, " ")
    split(bar, words, " ")
    has_bar = words[1] == "<=" || words[1] == ">="
    unit = has_bar ? words[3] : words[1]
    scale = unit == "us" ? 1e3 : unit == "ms" ? 1e6 : 1
    file = 0
    most = -1
}

FNR == 1 {
    file++
    delete column
    count = split_csv($0, names)
    for (i = 1; i <= count; i++)
        column[names[i]] = i
    next
}

{ split_csv($0, fields) }

# What a process held at most, and the limit: rows of two metrics with one name.
kind == "limit" && index(" " manager " ", " " field("manager") " ") {
    what = field("manager") ", " contest_name() ", factor " field("heap_factor") ", cores " field("cores")
    key = file " " field("threads") " " what
    if (field("metric") == "heap_bytes")
        limit[key] = field("median")
    if (field("metric") == "peak_held_bytes") {
        held[key] = field("worst")
        whose[key] = what
        processes[key] = field("n")
    }
}

kind != "limit" {
    wanted_manager = managers[file > manager_count ? manager_count : file]
    wanted_contest = contests[file > contest_count ? contest_count : file]
    if (field("median") != "")
        is_measured[field("manager")] = 1
    if (field("manager") == wanted_manager && contest_name() == wanted_contest && !(file in found)) {
        found[file] = field(kind == "worst" ? "worst" : "median")
        lo[file] = field("lo")
        hi[file] = field("hi")
        n[file] = field("n")
        marks[file] = field("marks")
        reason[file] = field("reason") field("remarks")
        contest_sum[file] = field("contests")
    }
}

# Sets value, low, high and rounds; value is empty if there is none.
function take_limit(    key) {
    for (key in held) {
        if (!(key in limit) || limit[key] <= 0 || held[key] == "")
            continue
        process_count += processes[key]
        if (held[key] / limit[key] > most) {
            most = held[key] / limit[key]
            at = whose[key]
        }
    }
    if (most >= 0) {
        value = most
        remark("of " process_count " processes; the most: " at)
    }
}

function take_quotient() {
    if (found[1] == "" || found[2] == "") {
        remark(found[1] == "" ? reason[1] : "divisor: " reason[2])
        return
    }
    value = found[1] / found[2]
    rounds = n[1] < n[2] ? n[1] : n[2]
    remark(number(found[1]) " over " number(found[2]) ", of two runs or sizes: no interval")
}

function take_estimate() {
    value = found[1]
    rounds = n[1]
    if (kind != "worst") {
        low = lo[1]
        high = hi[1]
    } else if (value != "") {
        remark("the worst of all rounds")
    }
    remark(reason[1])
    if (contest == "*" && value != "")
        remark("over " contest_sum[1] " contests")
}

# Says in what sense the longest pause is that of undisturbed rounds.
function remark_disturbance() {
    if (flags !~ /(pause|stop)_max_ns/ || value == "")
        return
    if (marks[1] ~ /undisturbed/)
        remark("of rounds without an involuntary switch")
    else if (marks[1] ~ /disturbed/)
        remark("too few rounds were without an involuntary switch, so of all first attempts")
    else
        remark("rounds with an involuntary switch are among them")
}

# Of several to be compared with, those that were not raced: the best could be one of them.
function absent_bases(    text, bases, count, i, list) {
    if (!match(flags, /best:[^ ]*/))
        return ""
    count = split(substr(flags, RSTART + 5, RLENGTH - 5), bases, ",")
    for (i = 1; i <= count; i++) {
        if (!(bases[i] in is_measured))
            list = list (list == "" ? "" : ", ") bases[i]
    }
    return list
}

function judge(    absent, is_met) {
    if (value == "")
        return "not measured"
    if (!has_bar)
        return ""
    is_met = words[1] == "<=" ? value / scale <= words[2] + 0 : value / scale >= words[2] + 0
    if (low != "" && (low / scale < words[2] + 0) && (high / scale > words[2] + 0))
        remark("the interval holds the bar")
    if (kind != "limit" && rounds + 0 < 10)
        remark("fewer than 10 rounds")
    absent = absent_bases()
    if (absent != "")
        remark("not raced: " absent)
    if (absent != "" && is_met)
        return "open"
    return is_met ? "met" : "**missed**"
}

END {
    if (kind == "limit")
        take_limit()
    else if (kind == "quotient")
        take_quotient()
    else
        take_estimate()
    remark_disturbance()
    verdict = judge()
    if (value == "" && remarks == "")
        remark("not in this run")
    shown = value == "" ? "" : number(value) (unit == "" ? "" : " " unit)
    interval = low == "" ? "" : number(low) " .. " number(high)
    gsub(/\|/, "\\|", remarks)
    printf "%s | %s | %s | %s | %s | %s\n", shown, interval, rounds, has_bar ? bar : "", verdict, remarks
}
