package radius

import (
	"hash/maphash"
	"net/netip"
	"sync"
)

// marks are of the packets that wait in a queue. When everybody returns at once, routers send again each second what waits
// already: without them the queue would hold little else, and by the turn of a packet its router had given up.
type marks struct {
	seed maphash.Seed
	mu   sync.Mutex
	set  map[uint64]bool
}

func newMarks() *marks { return &marks{seed: maphash.MakeSeed(), set: map[uint64]bool{}} }

// of is the mark of a packet and its sender. Nobody outside can find two packets of one mark: the seed is ours.
func (m *marks) of(wire []byte, from netip.AddrPort) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	_, _ = h.Write(wire)
	address := from.Addr().As16()
	_, _ = h.Write(append(address[:], byte(from.Port()>>8), byte(from.Port())))
	return h.Sum64()
}

// add is false when such a packet waits already.
func (m *marks) add(mark uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set[mark] {
		return false
	}
	m.set[mark] = true
	return true
}

func (m *marks) drop(mark uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.set, mark)
}
