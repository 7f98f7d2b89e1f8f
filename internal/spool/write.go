package spool

import (
	"errors"
	"io"
	"os"
)

// file is what the writer needs of an *os.File; tests put failing disks here.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

func createFile(path string) (file, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// writer is the one goroutine that writes segments. file is nil between segments.
type writer struct {
	spool   *Spool
	file    file
	segment *segment
	seq     uint64 // last number given, acknowledged or not
	buffer  []byte
}

func (s *Spool) write() {
	defer close(s.written)
	w := writer{spool: s, seq: s.last}
	for {
		closing := s.closing.Err() != nil // asked first: what is queued before closing is still stored
		group := s.takeGroup()
		switch {
		case len(group) > 0:
			w.answer(group, w.store(group))
		case closing:
			w.seal()
			return
		default:
			select {
			case <-s.work:
			case <-s.closing.Done():
			}
		}
	}
}

// store makes a group durable by one write and one fsync. After a failure nobody knows which pages reached the disk,
// and a second fsync would report success for lost ones: the segment is given up, and the numbers with it.
func (w *writer) store(group []request) error {
	if w.file != nil && w.segment.end >= w.spool.options.SegmentBytes {
		w.seal()
	}
	first := w.seq + 1
	w.number(group)
	if err := w.begin(first); err != nil {
		return err
	}
	w.spool.options.Hook("spool before")
	_, err := w.file.Write(w.buffer)
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		w.abandon()
		return err
	}
	w.spool.options.Hook("spool after")
	return nil
}

func (w *writer) number(group []request) {
	w.buffer = w.buffer[:0]
	for _, r := range group {
		w.seq++
		number(r.frame, w.seq)
		w.buffer = append(w.buffer, r.frame...)
	}
}

func (w *writer) begin(first uint64) error {
	if w.file != nil {
		return nil
	}
	path := segmentPath(w.spool.dir, first)
	f, err := w.spool.create(path)
	if err != nil {
		return err
	}
	if err := syncDir(w.spool.dir); err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	w.file, w.segment = f, &segment{path: path, first: first, last: first - 1}
	return nil
}

// abandon also tries to take the refused records off the disk; when that fails too they may come after a restart.
func (w *writer) abandon() {
	w.file.Truncate(w.segment.end)
	w.file.Sync()
	if w.segment.end == 0 {
		os.Remove(w.segment.path)
	}
	w.seal()
}

func (w *writer) seal() {
	if w.file == nil {
		return
	}
	w.file.Close()
	w.spool.mu.Lock()
	w.segment.sealed = true
	w.spool.mu.Unlock()
	w.file = nil
}

// answer shows a stored group to the consumer, then tells the appenders.
func (w *writer) answer(group []request, err error) {
	w.spool.mu.Lock()
	w.spool.queued -= int64(len(w.buffer))
	if w.spool.failing = err != nil; err == nil {
		w.publish(group)
	} else {
		w.spool.refused += int64(len(group))
	}
	w.spool.mu.Unlock()
	if err != nil {
		err = failed(err)
	}
	signal(w.spool.wake)
	for _, r := range group {
		r.done(err)
	}
}

func (w *writer) publish(group []request) {
	s, g := w.spool, w.segment
	if g.end == 0 {
		s.segments = append(s.segments, g)
	}
	for i, r := range group {
		s.ages.add(g.last+uint64(i)+1, r.at)
	}
	g.end += int64(len(w.buffer))
	g.last = w.seq
	s.last = w.seq
}
