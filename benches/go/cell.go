// cell.go -- main() of a workload that is written in Go: flags and phases as a cell in C has them.
//
// Such a program does the work of benches/<workload>.c with the same objects, and gives the same
// checksum; harness/cell/ is where the flags, the phases and the metrics are explained.  It is
// called twice: first it binds itself and sets up the runtime's environment, then it executes
// itself again, so that all of the runtime's threads and memory come after that (system.go).
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

const (
	sizeSmoke = iota
	sizeNormal
	sizeLarge
	sizes
)

var sizeNames = [sizes]string{"smoke", "normal", "large"}

// How a cell ends.
const (
	statusMeasured = 0
	statusError    = 1
	statusUsage    = 2
)

// What a run is.
type run struct {
	size    int
	variant int
	seed    uint64
}

// What a run will do; as struct workload_plan.
type plan struct {
	batches        uint64
	operations     uint64 // of one batch
	coldOperations uint64 // of batch 0; 0: as many as the others
	peakLiveBytes  uint64
}

// A workload in Go; as struct workload.
type workload struct {
	name     string
	variants []string // nil: there are none
	plan     func(r run) plan
	setup    func(r run)
	batch    func(r run, batch uint64) uint64
	teardown func(r run) uint64
}

type options struct {
	run        run
	cpus       string // "": not bound
	record     bool
	limited    bool // a limit was asked for, which Go does not obey
	hugePages  bool
	growth     int // GOGC
	isDescribe bool
}

// All that one run leaves behind.
type sample struct {
	plan           plan
	checksum       uint64
	coldNs         uint64
	wallNs, cpuNs  uint64
	startRss       uint64
	peakRss        uint64
	peakKnown      bool
	before, after  books
	usage0, usage1 usage
	peakHeld       uint64 // at the end of a phase
}

const help = `usage: %s [flags]
Runs one workload in Go, and prints what it measured as a cell does.
  --size smoke|normal|large   how much to do (smoke)
  --heap-factor F             taken, but not obeyed: the row is marked no_heap_limit
  --heap-bytes N              the same
  --threads 1                 the workload has one; the runtime has one for each processor
  --cpus LIST                 bind the process to these processors: 1 or 0,1 or 0-3
  --seed N                    of all that is random (1)
  --variant NAME              one of the workload's variants (the first)
  --record                    take the pauses that the runtime reports
  --thp off|on                transparent huge pages (off)
  --growth-percent N          GOGC (100)
  --describe                  print what this program is, as JSON; run nothing
  --help, --version
  --benchmark_format=json     the only format
exit status: 0 measured, 1 error, 2 usage (and what the runtime itself ends with)
`

func programName() string {
	return os.Args[0][strings.LastIndexByte(os.Args[0], '/')+1:]
}

func fail(status int, format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, "%s: %s\n", programName(), fmt.Sprintf(format, values...))
	os.Exit(status)
}

// -- Flags ----------------------------------------------------------------------

func number(flag, text string, from, to uint64) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil || value < from || value > to {
		fail(statusUsage, "%s %s: give a number from %d to %d", flag, text, from, to)
	}
	return value
}

func positive(flag, text string) {
	value, err := strconv.ParseFloat(strings.TrimRight(text, "KMG"), 64)
	if err != nil || value <= 0 || math.IsInf(value, 0) {
		fail(statusUsage, "%s %s: give a number above 0, such as 2 or 1.5", flag, text)
	}
}

func wordOf(flag, text, what string, words []string) int {
	for i, word := range words {
		if text == word {
			return i
		}
	}
	fail(statusUsage, "%s %s: no such %s; take one of: %s", flag, text, what, strings.Join(words, " "))
	return 0
}

func variantOf(text string) int {
	if len(program.variants) == 0 {
		fail(statusUsage, "--variant %s: %s has no variants; leave the flag out", text, program.name)
	}
	return wordOf("--variant", text, "variant", program.variants)
}

// takeSwitch takes a flag that stands alone; false if there is none of this name.
func (o *options) takeSwitch(flag string) bool {
	switch flag {
	case "--record":
		o.record = true
	case "--describe":
		o.isDescribe = true
	case "--benchmark_format=json":
	case "--help":
		fmt.Printf(help, programName())
		os.Exit(statusMeasured)
	case "--version":
		fmt.Printf("%s, %s\n", programName(), version())
		os.Exit(statusMeasured)
	default:
		return false
	}
	return true
}

// takeValue takes a flag with a value; false if there is none of this name.
func (o *options) takeValue(flag, text string) bool {
	switch flag {
	case "--size":
		o.run.size = wordOf(flag, text, "size", sizeNames[:])
	case "--heap-factor", "--heap-bytes":
		positive(flag, text)
		o.limited = true
	case "--threads":
		number(flag, text, 1, 1)
	case "--cpus":
		o.cpus = text
	case "--seed":
		o.run.seed = number(flag, text, 0, math.MaxInt64)
	case "--variant":
		o.run.variant = variantOf(text)
	case "--thp":
		o.hugePages = wordOf(flag, text, "choice", []string{"off", "on"}) == 1
	case "--growth-percent":
		o.growth = int(number(flag, text, 1, 100000))
	default:
		return false
	}
	return true
}

func parse(words []string) options {
	o := options{run: run{seed: 1}, growth: 100}
	for i := 0; i < len(words); i++ {
		if o.takeSwitch(words[i]) {
			continue
		}
		flag, text := words[i], ""
		if equals := strings.IndexByte(flag, '='); equals >= 0 {
			flag, text = flag[:equals], flag[equals+1:]
		} else if i+1 < len(words) {
			i++
			text = words[i]
		}
		if text == "" || !o.takeValue(flag, text) {
			fail(statusUsage, "%s: no such flag, or its value is missing; --help lists them", flag)
		}
	}
	return o
}

// -- The run --------------------------------------------------------------------

// Of all batches, as the cold one before them.
func timeBatches(s *sample, r run) {
	cpu, begin := processorTime(), time.Now()
	for batch := uint64(1); batch <= s.plan.batches; batch++ {
		s.checksum += program.batch(r, batch)
	}
	s.wallNs = uint64(time.Since(begin))
	s.cpuNs = processorTime() - cpu
}

func measure(r run) *sample {
	s := &sample{plan: program.plan(r)}
	s.peakKnown = resetPeak()
	s.startRss = statusBytes("VmRSS:")
	program.setup(r)
	s.seeHeld()
	begin := time.Now()
	s.checksum += program.batch(r, 0)
	s.coldNs = uint64(time.Since(begin))
	s.before = readBooks()
	s.seeHeld()
	s.usage0 = readUsage()
	timeBatches(s, r)
	s.usage1 = readUsage()
	s.peakRss = statusBytes("VmHWM:")
	s.after = readBooks()
	s.seeHeld()
	s.checksum += program.teardown(r)
	return s
}

func main() {
	o := parse(os.Args[1:])
	if o.isDescribe {
		describe()
		return
	}
	state := prepared(&o)
	debug.SetGCPercent(o.growth)
	s := measure(o.run)
	report(&o, state, s)
}

// "Go 1.19.8"
func version() string {
	return "Go " + strings.TrimPrefix(runtime.Version(), "go")
}
