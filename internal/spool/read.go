package spool

import (
	"errors"
	"os"
)

// reader holds the part of a segment that was read but not yet applied.
type reader struct {
	data  []byte
	at    int64  // offset of data in the segment
	seq   uint64 // number before data
	last  uint64 // number at the end of data
	ahead int    // segments before this one that hold nothing more to hand over, and are not let go yet
}

// next is the next batch, of one segment or of several; false when nothing waits.
func (r *reader) next(s *Spool, most int) (b batch, some bool, err error) {
	for len(b.records) < most {
		if len(r.data) == 0 {
			more, err := r.fill(s)
			if err != nil {
				return batch{}, false, err
			}
			if !more {
				break
			}
		}
		some = true
		record, skipped, size, ok := next(r.data, r.seq)
		r.at += int64(skipped + size)
		r.data = r.data[skipped+size:]
		b.damaged += int64(skipped)
		if !ok {
			r.seq = r.last
			continue
		}
		r.seq = record.Seq
		b.records = append(b.records, record)
	}
	b.seq, b.offset, b.passed = r.seq, r.at, r.ahead
	r.ahead = 0 // they go when this batch is applied
	return b, some, nil
}

func (r *reader) fill(s *Spool) (bool, error) {
	g, start, end := s.following(*r)
	if g == nil {
		return false, nil
	}
	data, err := g.read(start.at, end)
	if err != nil {
		return false, err
	}
	start.data = data
	*r = start
	return true, nil
}

// following is the segment to go on with, where to start and where to stop; nil when nothing waits.
func (s *Spool) following(r reader) (g *segment, start reader, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.last == 0 { // the reader's first
		r.at, r.seq = s.head, s.cursor
	}
	for r.ahead < len(s.segments) {
		g := s.segments[r.ahead]
		if r.at < g.end {
			return g, reader{at: r.at, seq: g.before(r.seq), last: g.last, ahead: r.ahead}, g.end
		}
		if !g.sealed {
			break
		}
		r.ahead, r.at = r.ahead+1, 0
	}
	return nil, reader{}, 0
}

// letGo forgets the first segments, which are applied whole, and takes their files away.
func (s *Spool) letGo(n int) (err error) {
	for _, g := range s.segments[:n] {
		if e := os.Remove(g.path); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	s.segments = s.segments[n:]
	return err
}
