// loop_cc.cc -- the same empty loop as loop_c.c, as Google Benchmark has it in C++.
#include <benchmark/benchmark.h>

#include <cstdlib>

static void
loop_run(benchmark::State &state)
{
    for (auto _ : state)
        __asm__ volatile("");
}

int
main(int argc, char **argv)
{
    long iterations = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 0;
    int no_flags = 1;
    benchmark::Initialize(&no_flags, argv);
    benchmark::RegisterBenchmark("empty", loop_run)->Iterations(iterations)->UseRealTime();
    return benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 1;
}
