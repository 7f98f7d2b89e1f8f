package spool

import "os"

// reader holds the part of a segment that was read but not yet applied.
type reader struct {
	data []byte
	at   int64  // offset of data in the segment
	seq  uint64 // number before data
	last uint64 // number at the end of data
}

// next is the next batch; false when nothing waits.
func (r *reader) next(s *Spool, most int) (batch, bool, error) {
	if len(r.data) == 0 {
		if some, err := r.fill(s); err != nil || !some {
			return batch{}, false, err
		}
	}
	var b batch
	for len(b.records) < most && len(r.data) > 0 {
		record, skipped, size, ok := next(r.data, r.seq)
		r.at += int64(skipped + size)
		r.data = r.data[skipped+size:]
		b.damaged += int64(skipped)
		if !ok {
			r.seq = r.last
			break
		}
		r.seq = record.Seq
		b.records = append(b.records, record)
	}
	b.seq, b.offset = r.seq, r.at
	return b, true, nil
}

func (r *reader) fill(s *Spool) (bool, error) {
	g, start, end, err := s.front()
	if err != nil || g == nil || start.at == end {
		return false, err
	}
	start.data, err = g.read(start.at, end)
	*r = start
	return err == nil, err
}

// front is the segment to read from, where to start and where to stop, after removing segments that are applied whole.
func (s *Spool) front() (g *segment, start reader, end int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.segments) > 0 {
		g := s.segments[0]
		if s.head < g.end || !g.sealed {
			return g, reader{at: s.head, seq: g.before(s.cursor), last: g.last}, g.end, nil
		}
		if err := os.Remove(g.path); err != nil && !os.IsNotExist(err) {
			return nil, reader{}, 0, err
		}
		s.segments, s.head = s.segments[1:], 0
	}
	return nil, reader{}, 0, nil
}
