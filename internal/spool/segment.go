package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const suffix = ".segment"

// segment is one file. It holds the numbers first to last in its first end bytes; what lies behind is not promised.
type segment struct {
	path        string
	first, last uint64
	end         int64
	sealed      bool
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", first, suffix))
}

// before is the number before the first record of g not yet applied.
func (g *segment) before(cursor uint64) uint64 { return min(max(cursor, g.first-1), g.last) }

func (g *segment) read(from, to int64) ([]byte, error) {
	f, err := os.Open(g.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, to-from)
	_, err = io.ReadFull(io.NewSectionReader(f, from, to-from), data)
	return data, err
}

// findSegments lists the segments of a folder, oldest first, not yet read.
func findSegments(dir string) ([]*segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []*segment
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), suffix)
		first, err := strconv.ParseUint(name, 10, 64)
		if !ok || err != nil || first == 0 {
			continue
		}
		found = append(found, &segment{path: filepath.Join(dir, entry.Name()), first: first, last: first - 1, sealed: true})
	}
	slices.SortFunc(found, func(a, b *segment) int { return cmp.Compare(a.first, b.first) })
	return found, nil
}

// reopen reads a segment left by an earlier process, cuts its torn tail and shows each record with the offset behind it.
func (g *segment) reopen(show func(r Record, behind int64)) error {
	data, err := os.ReadFile(g.path)
	if err != nil {
		return err
	}
	for {
		r, skipped, size, ok := next(data[g.end:], g.last)
		if !ok {
			break
		}
		g.end += int64(skipped + size)
		g.last = r.Seq
		show(r, g.end)
	}
	if g.end == int64(len(data)) {
		return nil
	}
	return cut(g.path, g.end)
}

func cut(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Sync(), f.Close())
}

// syncDir makes names created or renamed in dir durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
