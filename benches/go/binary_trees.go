// binary_trees.go -- the workload of benches/binary_trees.c: complete trees, made bottom up, counted,
// and dropped whole.
package main

import "unsafe"

type node struct {
	left, right *node
	label       uint64
}

const (
	leastDepth = 4
	depthStep  = 4
	nodeBytes  = uint64(unsafe.Sizeof(node{}))
)

var depths = [sizes]uint{8, 16, 20}

var kept *node

func treeNew(depth uint, label uint64) *node {
	if depth == 0 {
		return &node{label: label}
	}
	left := treeNew(depth-1, 2*label)
	right := treeNew(depth-1, 2*label+1)
	return &node{left, right, label}
}

func (n *node) count() uint64 {
	count := 1 + n.label
	if n.left != nil {
		count += n.left.count() + n.right.count()
	}
	return count
}

func treePass(depth uint) uint64 {
	return treeNew(depth, 1).count()
}

func treeNodes(depth uint) uint64 {
	return 2<<depth - 1
}

func treePasses(deepest, depth uint) uint64 {
	return 1 << (deepest - depth + leastDepth)
}

var program = workload{
	name: "binary_trees",

	plan: func(r run) plan {
		deepest := depths[r.size]
		p := plan{batches: 1, peakLiveBytes: treeNodes(deepest+1) * nodeBytes}
		for depth := uint(leastDepth); depth <= deepest; depth += depthStep {
			p.operations += treePasses(deepest, depth) * treeNodes(depth)
			p.coldOperations += treeNodes(depth)
		}
		return p
	},

	setup: func(r run) {
		treePass(depths[r.size] + 1)
		kept = treeNew(depths[r.size], 1)
	},

	batch: func(r run, batch uint64) uint64 {
		deepest, sum := depths[r.size], uint64(0)
		for depth := uint(leastDepth); depth <= deepest; depth += depthStep {
			passes, count := treePasses(deepest, depth), uint64(0)
			if batch == 0 {
				passes = 1
			}
			for i := uint64(0); i < passes; i++ {
				count += treePass(depth)
			}
			sum += mix(uint64(depth), count)
		}
		return sum
	},

	teardown: func(r run) uint64 {
		sum := kept.count()
		kept = nil
		return sum
	},
}
