// live_heap.go -- the workload of benches/live_heap.c: small trees made and dropped beside a large
// shuffled graph that stays and is written.
package main

import "unsafe"

const (
	pageVertices       = 127 // a page has 1024 bytes
	treeDepth          = 5
	treeNodes          = 2<<treeDepth - 1
	treesPerLeaf       = 8
	summed             = 16
	batches            = 16
	batchesPerLiveSize = 4
)

type vertex struct {
	leaf   *node
	across [2]*vertex
	label  uint64
	values [4]uint64
}

// Of the small trees; and a leaf of the graph.
type node struct {
	left, right *node
	label       uint64
	values      [5]uint64
}

// Places hold leaves first, and vertices when the graph is built.
type page struct {
	length uint64
	places [pageVertices]unsafe.Pointer
}

const (
	nodeBytes   = uint64(unsafe.Sizeof(node{}))
	vertexBytes = uint64(unsafe.Sizeof(vertex{}))
	pageBytes   = uint64(unsafe.Sizeof(page{}))
	wordBytes   = 8
)

var smokeBytes = [...]uint64{32 << 10, 48 << 10, 64 << 10, 96 << 10}
var graphBytes = [...]uint64{64 << 20, 256 << 20, 1 << 30, 4 << 30}

// What the size of the graph makes of a run.
type extent struct {
	pages, vertices uint64
	bytes           uint64 // of the graph with its table
	trees           uint64 // of a batch
}

var kept []*page

func extentOf(r run) extent {
	bytes := graphBytes[r.variant]
	if r.size == sizeSmoke {
		bytes = smokeBytes[r.variant]
	}
	perPage := pageBytes + pageVertices*(vertexBytes+nodeBytes)
	e := extent{pages: bytes / (perPage + wordBytes)}
	e.vertices = e.pages * pageVertices
	e.bytes = wordBytes + e.pages*wordBytes + e.pages*perPage
	e.trees = e.bytes/(batchesPerLiveSize*treeNodes*nodeBytes) + 1
	return e
}

// -- Trees ----------------------------------------------------------------------

func nodeNew(label uint64) *node {
	n := &node{label: label}
	for i := range n.values {
		n.values[i] = label + uint64(i)
	}
	return n
}

func (n *node) sum() uint64 {
	return 3*n.label + n.values[len(n.values)-1]
}

func treeNew(depth uint, label uint64) *node {
	if depth == 0 {
		return nodeNew(label)
	}
	left := treeNew(depth-1, 2*label)
	right := treeNew(depth-1, 2*label+1)
	n := nodeNew(label)
	n.left, n.right = left, right
	return n
}

func (n *node) sumTree() uint64 {
	sum := n.sum()
	if n.left != nil {
		sum += n.left.sumTree() + n.right.sumTree()
	}
	return sum
}

// -- The graph ------------------------------------------------------------------

func place(i uint64) *unsafe.Pointer {
	return &kept[i/pageVertices].places[i%pageVertices]
}

func vertexAt(i uint64) *vertex {
	return (*vertex)(*place(i))
}

func (e *extent) randomVertex(r *random) *vertex {
	return vertexAt(r.below(e.vertices))
}

func shuffleIn(i uint64, object unsafe.Pointer, r *random) {
	other := place(r.below(i + 1))
	*place(i) = *other
	*other = object
}

func vertexNew(i uint64) *vertex {
	v := &vertex{leaf: (*node)(*place(i)), label: i}
	if i > 0 {
		v.across = [2]*vertex{vertexAt(i - 1), vertexAt(i / 2)}
	} else {
		v.across = [2]*vertex{v, v}
	}
	for k := range v.values {
		v.values[k] = i + uint64(k)
	}
	return v
}

func (v *vertex) sum() uint64 {
	return 5*v.label + v.values[len(v.values)-1]
}

// With its leaf and its neighbours.
func (v *vertex) sumAll() uint64 {
	sum := v.sum() + v.leaf.sum()
	for _, other := range v.across {
		sum = mix(sum, other.sum())
	}
	return sum
}

func (e *extent) exchange(r *random) uint64 {
	one, two := e.randomVertex(r), e.randomVertex(r)
	choice := r.next()
	fromOne, fromTwo := &one.across[choice%2], &two.across[choice/2%2]
	*fromOne, *fromTwo = *fromTwo, *fromOne
	return one.sum() + 7*two.sum()
}

func (e *extent) replaceLeaf(r *random) uint64 {
	leaf := nodeNew(r.state)
	v := e.randomVertex(r)
	sum := v.leaf.sum()
	v.leaf = leaf
	return sum
}

// -- The run --------------------------------------------------------------------

var program = workload{
	name:     "live_heap",
	variants: []string{"64m", "256m", "1g", "4g"},

	plan: func(r run) plan {
		e := extentOf(r)
		return plan{
			batches:       batches,
			operations:    e.trees * treeNodes,
			peakLiveBytes: e.bytes + treeNodes*nodeBytes,
		}
	},

	setup: func(r run) {
		e, random := extentOf(r), randomSeed(r.seed, ^uint64(0))
		kept = make([]*page, e.pages)
		for i := range kept {
			kept[i] = &page{length: pageVertices}
		}
		for i := uint64(0); i < e.vertices; i++ {
			shuffleIn(i, unsafe.Pointer(nodeNew(i)), &random)
		}
		for i := uint64(0); i < e.vertices; i++ {
			shuffleIn(i, unsafe.Pointer(vertexNew(i)), &random)
		}
	},

	batch: func(r run, batch uint64) uint64 {
		e, random, sum := extentOf(r), randomSeed(r.seed, batch), uint64(0)
		for tree := uint64(1); tree <= e.trees; tree++ {
			sum += treeNew(treeDepth, batch+tree).sumTree()
			sum += e.exchange(&random)
			if tree%treesPerLeaf == 0 {
				sum += e.replaceLeaf(&random)
			}
		}
		return sum
	},

	teardown: func(r run) uint64 {
		e, sum := extentOf(r), uint64(0)
		for i := uint64(0); i < e.vertices; i += summed {
			sum = mix(sum, vertexAt(i).sumAll())
		}
		kept = nil
		return sum
	},
}
