/* binary_trees.cpp -- the workload of benches/binary_trees.c with std::shared_ptr: complete trees,
 * made bottom up, counted, and dropped whole.
 *
 * A tree dies when the last pointer to its root does, by destructors that call each other. */
#include <cstdint>
#include <memory>
#include <utility>

extern "C" {
#include "workload.h"
}

namespace
{

struct node {
    std::shared_ptr<node> left, right;
    std::uint64_t label;

    node(std::shared_ptr<node> &&l, std::shared_ptr<node> &&r, std::uint64_t n)
        : left(std::move(l)), right(std::move(r)), label(n)
    {
    }
};

/* As workload_mix of workload_tools.h. */
std::uint64_t
mix(std::uint64_t sum, std::uint64_t value)
{
    sum = (sum ^ value) * UINT64_C(0xff51afd7ed558ccd);
    return sum ^ (sum >> 32);
}

constexpr unsigned LEAST_DEPTH = 4, DEPTH_STEP = 4;
constexpr unsigned DEPTHS[WORKLOAD_SIZES] = { 8, 16, 20 };

/* Of a node without counts and of two plain references: payload is what the workload in C asks for,
 * and what a heap factor is a multiple of. */
constexpr std::uint64_t NODE_BYTES = 2 * sizeof(void *) + sizeof(std::uint64_t);

std::shared_ptr<node> kept;

std::shared_ptr<node>
tree_new(unsigned depth, std::uint64_t label)
{
    if (depth == 0)
        return std::make_shared<node>(nullptr, nullptr, label);
    std::shared_ptr<node> left = tree_new(depth - 1, 2 * label);
    std::shared_ptr<node> right = tree_new(depth - 1, 2 * label + 1);
    return std::make_shared<node>(std::move(left), std::move(right), label);
}

std::uint64_t
tree_count(const node &tree)
{
    std::uint64_t count = 1 + tree.label;
    if (tree.left)
        count += tree_count(*tree.left) + tree_count(*tree.right);
    return count;
}

std::uint64_t
tree_pass(unsigned depth)
{
    std::shared_ptr<node> brief = tree_new(depth, 1);
    return tree_count(*brief);
}

std::uint64_t
tree_nodes(unsigned depth)
{
    return (UINT64_C(2) << depth) - 1;
}

std::uint64_t
tree_passes(unsigned deepest, unsigned depth)
{
    return UINT64_C(1) << (deepest - depth + LEAST_DEPTH);
}

void
binary_trees_plan(const workload_run *run, workload_plan *plan)
{
    unsigned deepest = DEPTHS[run->size];
    *plan = workload_plan();
    plan->batches = 1;
    plan->peak_live_bytes = tree_nodes(deepest + 1) * NODE_BYTES;
    for (unsigned depth = LEAST_DEPTH; depth <= deepest; depth += DEPTH_STEP) {
        plan->operations += tree_passes(deepest, depth) * tree_nodes(depth);
        plan->cold_operations += tree_nodes(depth);
    }
}

void
binary_trees_setup(mm_mutator *, const workload_run *run)
{
    (void)tree_pass(DEPTHS[run->size] + 1);
    kept = tree_new(DEPTHS[run->size], 1);
}

std::uint64_t
binary_trees_batch(mm_mutator *, const workload_run *run, unsigned, std::uint64_t batch)
{
    unsigned deepest = DEPTHS[run->size];
    std::uint64_t sum = 0;
    for (unsigned depth = LEAST_DEPTH; depth <= deepest; depth += DEPTH_STEP) {
        std::uint64_t passes = batch == 0 ? 1 : tree_passes(deepest, depth);
        std::uint64_t count = 0;
        for (std::uint64_t i = 0; i < passes; i++)
            count += tree_pass(depth);
        sum += mix(depth, count);
    }
    return sum;
}

std::uint64_t
binary_trees_teardown(mm_mutator *, const workload_run *)
{
    std::uint64_t sum = tree_count(*kept);
    kept.reset();
    return sum;
}

workload
binary_trees()
{
    workload made = workload();
    made.name = "binary_trees";
    made.summary = "one tree kept, and many made and dropped whole";
    made.operation = "a node";
    made.threads_default = 1;
    made.threads_max = 1;
    made.fixed_live = true;
    made.plan = binary_trees_plan;
    made.setup = binary_trees_setup;
    made.batch = binary_trees_batch;
    made.teardown = binary_trees_teardown;
    return made;
}

} // namespace

const workload WORKLOAD = binary_trees();
