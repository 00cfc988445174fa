// system.go -- what a program in Go asks of the kernel and of Go's runtime.
//
// Binding and huge pages are settled before the program proper starts: the first call sets them for
// its thread, puts its findings into an environment variable, and executes the program again.  Both
// settings outlive that, so every thread of the runtime and all of its memory come under them.
package main

import (
	"fmt"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const (
	stateVariable = "HEAPSTAKES_GO_CELL" // set: this is the second call
	cpuMax        = 8191
	prSetTHP      = 41 // PR_SET_THP_DISABLE
	cpuClock      = 2  // CLOCK_PROCESS_CPUTIME_ID
)

// What the first call found out.
type state struct {
	binding, hugePages string
}

type cpuSet [(cpuMax + 1) / 64]uint64

func (set *cpuSet) call(number uintptr) syscall.Errno {
	_, _, err := syscall.RawSyscall(number, 0, unsafe.Sizeof(*set), uintptr(unsafe.Pointer(set)))
	return err
}

func (set *cpuSet) count() int {
	count := 0
	for _, word := range set {
		count += bits.OnesCount64(word)
	}
	return count
}

// Of a list such as "1", "0,1" or "0-3".
func parseCpus(list string) (set cpuSet) {
	for _, part := range strings.Split(list, ",") {
		ends := strings.SplitN(part, "-", 2)
		first, err := strconv.ParseUint(ends[0], 10, 16)
		last, err2 := strconv.ParseUint(ends[len(ends)-1], 10, 16)
		if err != nil || err2 != nil || last < first || last > cpuMax {
			fail(statusUsage, "--cpus %s: not a list of processors; give 1 or 0,1 or 0-3", list)
		}
		for cpu := first; cpu <= last; cpu++ {
			set[cpu/64] |= 1 << (cpu % 64)
		}
	}
	return set
}

// Binds the calling thread.  Gives "bound", or why not, and the number of processors.
func bind(list string) (string, int) {
	wanted := parseCpus(list)
	var allowed cpuSet
	if err := allowed.call(syscall.SYS_SCHED_GETAFFINITY); err != 0 {
		return "the system does not say which processors are allowed", wanted.count()
	}
	for i := range wanted {
		if wanted[i]&^allowed[i] != 0 {
			fail(statusUsage, "--cpus %s: this process may not use all of these processors", list)
		}
	}
	if err := wanted.call(syscall.SYS_SCHED_SETAFFINITY); err != 0 {
		return "the system refused to bind processors", wanted.count()
	}
	if nodes, _ := filepath.Glob("/sys/devices/system/node/node[0-9]*"); len(nodes) > 1 {
		return "processors bound; memory is not", wanted.count()
	}
	return "bound", wanted.count()
}

func forbidHugePages() string {
	_, _, err := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetTHP, 1, 0, 0, 0, 0)
	if err != 0 {
		return "the kernel does not let this process turn them off"
	}
	return "off"
}

// The environment of the second call: no variable of the runtime's from outside counts.
func environment(s state, processors int) []string {
	var kept []string
	for _, entry := range os.Environ() {
		name := entry[:strings.IndexByte(entry+"=", '=')]
		if name != "GOGC" && name != "GOMEMLIMIT" && name != "GODEBUG" && name != "GOMAXPROCS" {
			kept = append(kept, entry)
		}
	}
	if processors > 0 {
		kept = append(kept, fmt.Sprintf("GOMAXPROCS=%d", processors))
	}
	return append(kept, stateVariable+"="+s.binding+"|"+s.hugePages)
}

// prepared settles binding and huge pages in the first call, which does not return; in the second
// it gives what was found out.
func prepared(o *options) state {
	if text, isSecond := os.LookupEnv(stateVariable); isSecond {
		at := strings.IndexByte(text+"|", '|')
		return state{text[:at], text[at+1:]}
	}
	runtime.LockOSThread()
	s, processors := state{binding: "not asked for", hugePages: "on"}, 0
	if o.cpus != "" {
		s.binding, processors = bind(o.cpus)
	}
	if !o.hugePages {
		s.hugePages = forbidHugePages()
	}
	path, err := os.Executable()
	if err == nil {
		err = syscall.Exec(path, os.Args, environment(s, processors))
	}
	fail(statusError, "the program cannot be executed again: %v", err)
	return s
}

// -- The process ----------------------------------------------------------------

// Makes the kernel forget the most memory that this process had in RAM; false if it does not let us.
func resetPeak() bool {
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil
}

// Bytes of a line of /proc/self/status; 0: there is none.
func statusBytes(line string) uint64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, entry := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(entry, line) {
			continue
		}
		if fields := strings.Fields(entry); len(fields) > 1 {
			kib, _ := strconv.ParseUint(fields[1], 10, 64)
			return kib * 1024
		}
	}
	return 0
}

// Processor time that the whole process took.
func processorTime() uint64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, cpuClock, uintptr(unsafe.Pointer(&now)), 0)
	return uint64(now.Nano())
}

type usage struct {
	faults, switches int64
}

func readUsage() usage {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return usage{}
	}
	return usage{u.Minflt + u.Majflt, u.Nivcsw}
}

// -- The runtime ----------------------------------------------------------------

// What the runtime says of itself.
type books struct {
	collections uint64
	held        uint64
	pauses      *metrics.Float64Histogram // nil: this runtime does not say
}

// Allocates, and stops the world for a moment: never within the timed part.
func readBooks() books {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	b := books{collections: uint64(stats.NumGC), held: stats.Sys - stats.HeapReleased}
	read := []metrics.Sample{{Name: "/gc/pauses:seconds"}}
	metrics.Read(read)
	if read[0].Value.Kind() == metrics.KindFloat64Histogram {
		b.pauses = read[0].Value.Float64Histogram()
	}
	return b
}

func (s *sample) seeHeld() {
	if held := readBooks().held; held > s.peakHeld {
		s.peakHeld = held
	}
}

// A pause and how many there were of it: the middle of a bucket of the runtime's histogram.
type pause struct {
	ns, count uint64
}

const pauseLeastNs = 10000

// The stops of the world between two readings that took 10 us or longer.
func pausesBetween(before, after *metrics.Float64Histogram) []pause {
	var found []pause
	for i, count := range after.Counts {
		from, to := after.Buckets[i], after.Buckets[i+1]
		count -= before.Counts[i]
		if math.IsInf(from, -1) {
			from = 0
		}
		if math.IsInf(to, 1) {
			to = from
		}
		ns := uint64((from + to) / 2 * 1e9)
		if count > 0 && ns >= pauseLeastNs {
			found = append(found, pause{ns, count})
		}
	}
	return found
}
