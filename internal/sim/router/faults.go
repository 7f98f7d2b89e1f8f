package router

import (
	"math/rand/v2"
	"sync"
)

// chaos loses, doubles and reorders transmissions by a seeded source.
type chaos struct {
	write func(octets []byte)

	mu     sync.Mutex
	source *rand.Rand
	faults Faults
	held   []byte
}

func newChaos(seed uint64, f Faults, write func([]byte)) *chaos {
	return &chaos{write: write, source: rand.New(rand.NewPCG(seed, seed)), faults: f}
}

func (c *chaos) set(f Faults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = f
}

// transmit passes one packet on; a reordered one waits for the next.
func (c *chaos) transmit(octets []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hits(c.faults.Drop) {
		return
	}
	if c.held == nil && c.hits(c.faults.Reorder) {
		c.held = octets
		return
	}
	c.write(octets)
	if c.hits(c.faults.Duplicate) {
		c.write(octets)
	}
	if c.held != nil {
		c.write(c.held)
		c.held = nil
	}
}

func (c *chaos) hits(percent int) bool { return percent > 0 && c.source.IntN(100) < percent }
