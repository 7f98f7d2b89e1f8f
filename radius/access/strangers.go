package access

import (
	"encoding/binary"
	"time"
)

const (
	strangerFor   = 15 * time.Second
	mostStrangers = 50_000
)

// strangers are names and devices that the database did not know a moment ago: routers ask for them again and again. The lock
// of the snapshot guards them.
type strangers struct {
	now   func() time.Duration
	until map[nameKey]time.Duration
	swept time.Duration
}

func newStrangers(now func() time.Duration) *strangers {
	return &strangers{now: now, until: map[nameKey]time.Duration{}}
}

// macKey is a device among names; those are hashes, and do not begin with ten zeros.
func macKey(mac uint64) (key nameKey) {
	binary.BigEndian.PutUint64(key[8:], mac)
	return key
}

func (s *strangers) drop(key nameKey) { delete(s.until, key) }

func (s *strangers) has(key nameKey) bool {
	until, known := s.until[key]
	return known && s.now() < until
}

// add makes room, once a second, by forgetting who is one no more; when there is none, nothing is added.
func (s *strangers) add(key nameKey) {
	if now := s.now(); len(s.until) >= mostStrangers && now >= s.swept+time.Second {
		s.swept = now
		for known := range s.until {
			if !s.has(known) {
				delete(s.until, known)
			}
		}
	}
	if len(s.until) < mostStrangers {
		s.until[key] = s.now() + strangerFor
	}
}

// isStranger says that none of these was known to the database a moment ago.
func (p *snapshot) isStranger(keys []nameKey) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, key := range keys {
		if !p.strangers.has(key) {
			return false
		}
	}
	return len(keys) > 0
}

// meet notes that the database knows none of these. Who came into memory meanwhile is not noted: what is put in later drops
// the note.
func (p *snapshot) meet(keys []nameKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.on {
		return
	}
	for _, key := range keys {
		_, named := p.names[key]
		_, bound := p.macs[binary.BigEndian.Uint64(key[8:])]
		if named || bound && macKey(binary.BigEndian.Uint64(key[8:])) == key {
			return
		}
	}
	for _, key := range keys {
		p.strangers.add(key)
	}
}
