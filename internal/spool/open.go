package spool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Open takes the folder, makes it when absent, cuts torn tails and starts the writer. fault.Conflict "spool.locked"
// when it is open already, in this process or another.
func Open(dir string, o Options) (*Spool, error) {
	if err := makeDir(dir); err != nil {
		return nil, failed(err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	s := &Spool{
		dir: dir, options: o.withDefaults(), lock: held, create: createFile, written: make(chan struct{}),
		work: make(chan struct{}, 1), wake: make(chan struct{}, 1), consumer: make(chan struct{}, 1), moved: make(chan struct{}),
	}
	if err := s.reopen(); err != nil {
		return nil, failed(errors.Join(err, held.Close()))
	}
	s.closing, s.close = context.WithCancel(context.Background())
	go s.write()
	return s, nil
}

func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func (s *Spool) reopen() error {
	cursor, err := loadCursor(s.dir)
	if err != nil {
		return err
	}
	s.cursor, s.last = cursor, cursor
	found, err := findSegments(s.dir)
	if err != nil {
		return err
	}
	for _, g := range found {
		if err := s.adopt(g); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spool) adopt(g *segment) error {
	applied := int64(0)
	err := g.reopen(func(r Record, behind int64) {
		if r.Seq <= s.cursor {
			applied = behind
			return
		}
		s.ages.add(r.Seq, r.At)
	})
	if err != nil {
		return err
	}
	s.last = max(s.last, g.last)
	if g.last <= s.cursor || g.end == 0 {
		return os.Remove(g.path)
	}
	if len(s.segments) == 0 {
		s.head = applied
	}
	s.segments = append(s.segments, g)
	return nil
}
