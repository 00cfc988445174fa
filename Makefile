# Makefile -- a thin front over CMake, ctest and the heapstakes command.
#
#   make bench        install what is missing, build, run the standard race, draw the charts: as many of ten rounds
#                     as fit into 18 minutes
#   make bench-quick  the same path with small sizes, in at most 90 seconds after the build
#   make bench-parts  the benchmarks that isolate the parts of a manager; about half an hour
#   make test         install what is missing, build in every kind, run all tests
#   make bars         measure what the managers are held to, and say what is met; about three hours, or
#                     make bars PARTS="trees marking heaps held explicit"; PARTS=verdict measures nothing
#   make cover        whether the managers' events tell of every stall that the probe sees; on a quiet machine
#   make soak         ten minutes by two threads under each manager of ours: make soak SOAK_SECONDS=60 SOAK_MANAGERS="concurrent pooled"
#   make fuzz         half an hour of libFuzzer on our malloc: make fuzz FUZZ_SECONDS=60
#   make plots        draw the charts of a run again: make plots RUN=results/<run>
#   make build deps tidy lint format clean

BUILD ?= build
JOBS ?= $(shell nproc)
RUN ?= $(shell ls -1dt results/*/runs.jsonl 2>/dev/null | head -n 1 | xargs -r dirname)
HEAPSTAKES = $(BUILD)/bin/heapstakes
RUN_FLAGS ?=
PARTS ?=
SOAK_SECONDS ?= 600
SOAK_MANAGERS ?=
FUZZ_SECONDS ?= 1800

.PHONY: bench bench-quick bench-parts bars test cover soak fuzz plots deps test-deps build tidy lint format clean

bench: deps build
	@tools/race $(HEAPSTAKES) standard $(RUN_FLAGS)

bench-quick: deps build
	@tools/race $(HEAPSTAKES) quick $(RUN_FLAGS)

bench-parts: deps build
	@tools/race $(HEAPSTAKES) parts $(RUN_FLAGS)
	@tools/race $(HEAPSTAKES) alone $(RUN_FLAGS)
	@tools/race $(HEAPSTAKES) touch $(RUN_FLAGS)

bars: deps build
	@tools/bars $(HEAPSTAKES) $(PARTS)

cover: test-deps build
	@cmake --build $(BUILD) --target cover

# A debug build, so that each cycle is marked again, and threads wait at random where they meet.
soak: test-deps
	@tools/configure build-soak -DCMAKE_BUILD_TYPE=Debug
	@cmake --build build-soak -j $(JOBS) --target soaks
	@tools/soak build-soak $(SOAK_SECONDS) $(SOAK_MANAGERS)

fuzz: test-deps build
	@tools/fuzz $(BUILD) $(FUZZ_SECONDS)

plots: build
	$(HEAPSTAKES) plot $(RUN)

build:
	@tools/configure $(BUILD) -DCMAKE_BUILD_TYPE=Release
	@cmake --build $(BUILD) -j $(JOBS)

test: test-deps
	@tools/test $(JOBS)

deps:
	@tools/deps bench

test-deps:
	@tools/deps test

tidy:
	@tools/tidy

lint: test-deps build
	@tools/lint $(BUILD) $(JOBS)

format:
	@git ls-files '*.c' '*.h' '*.cc' '*.cpp' | xargs clang-format -i
	@! command -v gofmt >/dev/null || git ls-files '*.go' | xargs gofmt -w

clean:
	rm -rf build build-*
