package access

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"time"

	"mtandao/internal/fault"
)

// fileVersion names what a packed grant is made of, so that a program with other fields does not read it wrongly.
var fileVersion = func() string {
	shape := sha256.New()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Grant]()) {
		_, _ = fmt.Fprintln(shape, f.Name, f.Type)
	}
	return string(shape.Sum(nil)[:8])
}()

// Pack is the snapshot as octets, to be sealed and kept on disk; nil before it was as the database for the first time. What it
// holds of secrets is sealed already, but who is online, when, is not.
func (s *Service) Pack() []byte {
	s.feed.state.Lock()
	asOf, since := s.feed.asOf, s.feed.settled
	s.feed.state.Unlock()
	if asOf.IsZero() {
		return nil
	}
	head := binary.AppendVarint([]byte(fileVersion), micros(asOf))
	return s.live.pack(binary.AppendVarint(head, since))
}

func (p *snapshot) pack(b []byte) []byte {
	p.mu.RLock()
	defer p.mu.RUnlock()
	b = append(make([]byte, 0, p.bytes+int64(20*len(p.cards))+int64(len(b))), b...)
	number := map[*terms]uint64{}
	b = binary.AppendUvarint(b, uint64(len(p.terms)))
	for text, t := range p.terms {
		number[t] = uint64(len(number))
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(b, uint64(len(p.cards)))
	for id, c := range p.cards {
		packed := c.packed
		if p.doubt[id] {
			packed = "" // it holds its place
		}
		b = binary.AppendUvarint(binary.AppendVarint(b, id), number[c.limits])
		b = append(binary.AppendUvarint(b, uint64(len(packed))), packed...)
	}
	return b
}

// Unpack fills the snapshot of a program that has just started with what Pack wrote, when that is not older than most:
// fault.Conflict "snapshot.old", fault.Invalid "snapshot.unreadable". Follow then brings what has changed since.
func (s *Service) Unpack(packed []byte, most time.Duration) error {
	r := cardReader{rest: string(packed)}
	version, asOf, since := r.octets(uint64(len(fileVersion))), fromMicros(r.number()), r.number()
	if r.bad || version != fileVersion {
		return fault.New(fault.Invalid, "snapshot.unreadable")
	}
	if age := s.real.Now().Sub(asOf); age > most {
		return fault.New(fault.Conflict, "snapshot.old", "Age", age.Round(time.Second).String())
	}
	limits := make([]string, r.count())
	for i := range limits {
		limits[i] = r.text()
	}
	s.live.begin()
	for range r.count() {
		id, n, text := r.number(), r.size(), r.text()
		if r.bad || n >= uint64(len(limits)) {
			break
		}
		if text == "" {
			continue
		}
		if err := s.live.putCard(id, text, limits[n]); err != nil {
			r.bad = true
			break
		}
	}
	if r.bad || r.rest != "" {
		s.live.clear()
		return fault.New(fault.Invalid, "snapshot.unreadable")
	}
	s.feed.mu.Lock()
	s.feed.since = since
	s.feed.mu.Unlock()
	s.feed.isAsOf(asOf, since)
	return nil
}

func (p *snapshot) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	fresh := newSnapshot(p.strangers.now)
	p.cards, p.names, p.macs, p.more, p.terms, p.bytes = fresh.cards, fresh.names, fresh.macs, fresh.more, fresh.terms, 0
}

// Freshness says how the copy in memory stands.
type Freshness struct {
	Grants, Bytes int64         // in memory, and their size there without indexes
	Edits         int64         // grows with each change
	Age           time.Duration // since it was as the database, on the real clock
	Never         bool          // it was not yet
	Doubtful      int64         // not to be answered from until read again
	Missed        int64         // found by comparing since the start: the feed had not brought them
	Unreadable    int64         // times that a grant could not be read
	Shut          bool          // log-ins do not wait for the database at present
	TurnedAway    int64         // log-ins refused since the start because of it
	Strangers     int64         // names and devices known to be unknown
}

// Freshness asks nobody.
func (s *Service) Freshness() Freshness {
	s.feed.state.Lock()
	asOf, missed, unreadable := s.feed.asOf, s.feed.differences, s.feed.unreadable
	s.feed.state.Unlock()
	s.live.mu.RLock()
	f := Freshness{Grants: int64(len(s.live.cards)), Bytes: s.live.bytes, Edits: s.live.edits, Never: asOf.IsZero(), Doubtful: int64(len(s.live.doubt)), Missed: missed,
		Unreadable: unreadable, Strangers: int64(len(s.live.strangers.until))}
	s.live.mu.RUnlock()
	if !f.Never {
		f.Age = s.real.Now().Sub(asOf)
	}
	f.Shut, f.TurnedAway = s.gate.state()
	return f
}
