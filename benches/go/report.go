// report.go -- what a run leaves behind, as Google Benchmark's JSON with our counters and label; and
// what --describe prints.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"time"
)

type object map[string]interface{}

const fewCollections = 10

// Metrics that a program in Go cannot have, and why.
var unknown = map[string][]string{
	"the runtime does not say": {"owed_bytes", "fallbacks"},
	"the runtime does not say when a pause was": {"pause_max_undisturbed_ns", "pauses_disturbed",
		"utilisation_1ms", "utilisation_10ms", "utilisation_100ms"},
	"this runtime does not say how long it takes to stop": {"time_to_stop_p99_ns", "time_to_stop_max_ns"},
	"this manager has no limit":                           {"heap_bytes"},
	"only a probe build sees stalls":                      {"stall_count", "stall_max_ns"},
	"the workload does not serve requests": {"latency_p50_ns", "latency_p90_ns", "latency_p99_ns",
		"latency_p999_ns", "latency_p9999_ns", "latency_max_ns", "achieved_rate", "capacity_per_s"},
	"only the referee counts objects and bytes": {"timed_objects", "timed_bytes",
		"peak_payload_bytes"},
}

var pauseMetrics = []string{"pause_count", "pause_total_ns", "pause_p50_ns", "pause_p99_ns",
	"pause_p999_ns", "pause_max_ns", "stop_max_ns"}

// The smallest pause that a share of all is not longer than.
func quantile(pauses []pause, total uint64, share float64) uint64 {
	wanted := uint64(math.Ceil(share * float64(total)))
	for _, p := range pauses {
		if wanted <= p.count {
			return p.ns
		}
		wanted -= p.count
	}
	return pauses[len(pauses)-1].ns
}

// A percentile 1 - 1/m needs 10 m pauses.
func setQuantile(name string, share float64, needed uint64, pauses []pause, total uint64,
	counters, missing object) {
	if total == 0 {
		missing[name] = "there was none"
	} else if total < needed {
		missing[name] = fmt.Sprintf("%d samples, and it needs %d", total, needed)
	} else {
		counters[name] = quantile(pauses, total, share)
	}
}

func setPauses(o *options, s *sample, counters, missing object) []pause {
	reason := ""
	if !o.record {
		reason = "not recorded; use --record"
	} else if s.before.pauses == nil || s.after.pauses == nil {
		reason = "this runtime does not report its pauses"
	}
	if reason != "" {
		for _, name := range pauseMetrics {
			missing[name] = reason
		}
		return nil
	}
	pauses := pausesBetween(s.before.pauses, s.after.pauses)
	count, total := uint64(0), uint64(0)
	for _, p := range pauses {
		count += p.count
		total += p.ns * p.count
	}
	counters["pause_count"] = count
	counters["pause_total_ns"] = total
	setQuantile("pause_p50_ns", 0.5, 1, pauses, count, counters, missing)
	setQuantile("pause_p99_ns", 0.99, 1000, pauses, count, counters, missing)
	setQuantile("pause_p999_ns", 0.999, 10000, pauses, count, counters, missing)
	setQuantile("pause_max_ns", 1, 1, pauses, count, counters, missing)
	setQuantile("stop_max_ns", 1, 1, pauses, count, counters, missing) // all that it tells are stops
	return pauses
}

func setCounters(s *sample, counters, missing object) {
	operations := s.plan.batches * s.plan.operations
	cold := s.plan.coldOperations
	if cold == 0 {
		cold = s.plan.operations
	}
	counters["operations"] = operations
	counters["wall_ns_per_op"] = float64(s.wallNs) / float64(operations)
	counters["cpu_ns_per_op"] = float64(s.cpuNs) / float64(operations)
	counters["cold_ns_per_op"] = float64(s.coldNs) / float64(cold)
	counters["collections"] = s.after.collections - s.before.collections
	counters["held_bytes"] = s.after.held
	counters["peak_held_bytes"] = s.peakHeld
	counters["page_faults"] = s.usage1.faults - s.usage0.faults
	counters["involuntary_switches"] = s.usage1.switches - s.usage0.switches
	counters["start_rss_bytes"] = s.startRss
	if s.peakKnown {
		counters["peak_rss_bytes"] = s.peakRss
	} else {
		missing["peak_rss_bytes"] = "the kernel does not let this process reset VmHWM"
	}
	for reason, names := range unknown {
		for _, name := range names {
			missing[name] = reason
		}
	}
}

func histograms(pauses []pause) object {
	rows := [][2]uint64{}
	for _, p := range pauses {
		rows = append(rows, [2]uint64{p.ns, p.count})
	}
	return object{"pause_ns": rows}
}

func marks(o *options, s *sample) []string {
	found := []string{}
	if s.after.collections-s.before.collections < fewCollections {
		found = append(found, "few_collections")
	}
	if o.limited {
		found = append(found, "no_heap_limit")
	}
	return found
}

func variantName(r run) string {
	if len(program.variants) == 0 {
		return ""
	}
	return program.variants[r.variant]
}

func label(o *options, state state, s *sample, pauses []pause, missing object) object {
	l := object{
		"checksum":        fmt.Sprintf("%016x", s.checksum),
		"workload":        program.name,
		"variant":         variantName(o.run),
		"manager":         "go",
		"manager_version": version(),
		"size":            sizeNames[o.run.size],
		"threads":         1,
		"seed":            o.run.seed,
		"plan": object{"batches": s.plan.batches, "operations": s.plan.operations,
			"peak_live_bytes": s.plan.peakLiveBytes, "requests": 0},
		"binding":    state.binding,
		"thp":        state.hugePages,
		"processors": runtime.GOMAXPROCS(0),
		"marks":      marks(o, s),
		"missing":    missing,
		"histograms": object{},
	}
	if o.cpus != "" {
		l["cpus"] = o.cpus
	}
	if pauses != nil {
		l["histograms"] = histograms(pauses)
	}
	return l
}

func print(value object) {
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(value); err != nil {
		fail(statusError, "standard output: %v; is the disk full?", err)
	}
}

func report(o *options, state state, s *sample) {
	entry, missing := object{}, object{}
	setCounters(s, entry, missing)
	pauses := setPauses(o, s, entry, missing)
	text, err := json.Marshal(label(o, state, s, pauses, missing))
	if err != nil {
		fail(statusError, "the label cannot be written as JSON: %v", err)
	}
	name := program.name
	if variant := variantName(o.run); variant != "" {
		name += "/" + variant
	}
	entry["name"] = name + "/go"
	entry["run_type"] = "iteration"
	entry["iterations"] = s.plan.batches
	entry["threads"] = 1
	entry["real_time"] = float64(s.wallNs) / float64(s.plan.batches)
	entry["cpu_time"] = float64(s.cpuNs) / float64(s.plan.batches)
	entry["time_unit"] = "ns"
	entry["label"] = string(text)
	print(object{
		"context": object{"date": time.Now().Format(time.RFC3339), "executable": programName(),
			"num_cpus": runtime.NumCPU()},
		"benchmarks": []object{entry},
	})
}

// What this program is, as a cell says it; what its workload is, the cells in C say.
func describe() {
	print(object{
		"schema":   "heapstakes/cell/1",
		"workload": object{"name": program.name},
		"manager": object{
			"name":         "go",
			"summary":      "Go's concurrent mark-sweep collector, from programs of its own in benches/go",
			"max_threads":  1,
			"obeys_limit":  false,
			"emits_events": true,
			"collects":     true,
			"version":      version(),
		},
	})
}
