package backup

import (
	"encoding/gob"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// mark is what this node remembers of a piece that others build upon: which one, and its snapshot. The piece itself it
// cannot read.
type mark struct {
	Piece  Piece
	Target string    // to whom and where; another target begins a chain of its own
	Made   time.Time // by the clock of then
	Hashes hashes    // of the files, and of the database's blocks unless it is followed
	Data   digest    // the root of the database's blocks
	At     position  // where the binary log is followed from; of SQLite, and of a server without one: nowhere
}

func (s *Service) markPath(l Level) string { return filepath.Join(s.Folder, string(l)+".mark") }

// loadMark is the mark of a level. One that is missing, damaged or of another target counts as none: a fresh day follows.
func (s *Service) loadMark(l Level) (m mark, ok bool) {
	f, err := os.Open(s.markPath(l))
	if err != nil {
		return mark{}, false
	}
	defer f.Close()
	if err := gob.NewDecoder(f).Decode(&m); err != nil {
		return mark{}, false
	}
	return m, m.Target == s.target()
}

func (s *Service) saveMark(m mark) error {
	path := s.markPath(m.Piece.Level)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err = gob.NewEncoder(f).Encode(m); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (s *Service) dropMarks() error {
	var all error
	for _, l := range []Level{Day, Hour} {
		if err := os.Remove(s.markPath(l)); !errors.Is(err, os.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}
