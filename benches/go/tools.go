// tools.go -- random numbers and hashes, the same as in workload_tools.h.
package main

// splitmix64
type random struct {
	state uint64
}

func randomSeed(seed, stream uint64) random {
	return random{seed*0x9e3779b97f4a7c15 ^ (stream+1)*0xd1342543de82ef95}
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// Uniform in [0, bound), for bounds below 2^32.
func (r *random) below(bound uint64) uint64 {
	return ((r.next() >> 32) * bound) >> 32
}

// Mixes a value into a checksum in an order-dependent way.
func mix(sum, value uint64) uint64 {
	sum = (sum ^ value) * 0xff51afd7ed558ccd
	return sum ^ (sum >> 32)
}
