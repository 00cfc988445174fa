// gbench.cc -- see gbench.h; all C++ that a cell is made of.
#include "gbench.h"

#include <benchmark/benchmark.h>

namespace
{

benchmark::State &
gbench_cast(gbench_state *state)
{
    return *reinterpret_cast<benchmark::State *>(state);
}

} // namespace

bool
gbench_init(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    return !benchmark::ReportUnrecognizedArguments(argc, argv);
}

bool
gbench_run(const gbench *benchmark)
{
    auto run = [benchmark](benchmark::State &state) {
        benchmark->run(reinterpret_cast<gbench_state *>(&state), benchmark->user);
    };
    benchmark::RegisterBenchmark(benchmark->name, run)
        ->Iterations(static_cast<benchmark::IterationCount>(benchmark->iterations))
        ->Repetitions(1)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
    bool ran = benchmark::RunSpecifiedBenchmarks() > 0;
    benchmark::Shutdown();
    return ran;
}

void
gbench_loop_begin(gbench_state *state, uint64_t iterations)
{
    gbench_cast(state).KeepRunningBatch(static_cast<benchmark::IterationCount>(iterations));
}

void
gbench_loop_end(gbench_state *state, uint64_t iterations)
{
    gbench_cast(state).KeepRunningBatch(static_cast<benchmark::IterationCount>(iterations));
}

void
gbench_counter(gbench_state *state, const char *name, double value)
{
    gbench_cast(state).counters[name] = value;
}

void
gbench_label(gbench_state *state, const char *text)
{
    gbench_cast(state).SetLabel(text);
}
