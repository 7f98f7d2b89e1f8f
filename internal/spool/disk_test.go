package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"mtandao/internal/fault"
)

// disk makes files that fail as told and remembers how much of each was synced.
type disk struct {
	mu                sync.Mutex
	failWrite, failed int // the next failWrite writes, and failed syncs, do not succeed
	failCut           bool
	synced            map[string]int64
}

type diskFile struct {
	*os.File
	disk    *disk
	written int64
}

func (d *disk) create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.synced[path] = 0
	return &diskFile{File: f, disk: d}, nil
}

// Write fails half-way, as a full disk does.
func (f *diskFile) Write(b []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.failWrite > 0 {
		f.disk.failWrite--
		n, _ := f.File.Write(b[:len(b)/2])
		return n, syscall.ENOSPC
	}
	f.written += int64(len(b))
	return f.File.Write(b)
}

func (f *diskFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.failed > 0 {
		f.disk.failed--
		return syscall.EIO
	}
	f.disk.synced[f.Name()] = f.written
	return nil
}

func (f *diskFile) Truncate(size int64) error {
	if f.disk.failCut {
		return syscall.EIO
	}
	return f.File.Truncate(size)
}

func onDisk(t *testing.T, dir string, o Options) (*Spool, *disk) {
	s, d := open(t, dir, o), &disk{synced: map[string]int64{}}
	s.create = d.create
	return s, d
}

func TestAFailingDiskIsSaidAndLosesNothingAcknowledged(t *testing.T) {
	for _, c := range []struct {
		name                string
		failWrite, failSync int
		failCut, first      bool
	}{
		{name: "full half-way", failWrite: 1},
		{name: "sync", failSync: 1},
		{name: "sync, and the tail stays", failSync: 1, failCut: true},
		{name: "the very first write", failWrite: 1, first: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s, d := onDisk(t, dir, Options{})
			want := []string{"after 1", "after 2"}
			if !c.first {
				put(t, s, "before")
				want = append([]string{"before"}, want...)
			}
			d.failWrite, d.failed, d.failCut = c.failWrite, c.failSync, c.failCut
			err := s.Append(context.Background(), []byte("refused"))
			if !fault.Is(err, fault.Unavailable) || fault.KeyOf(err) != "spool.failed" {
				t.Fatalf("got %v", err)
			}
			put(t, s, "after 1", "after 2")
			if got := collect(t, s, 10); !slices.Equal(got, want) {
				t.Fatalf("got %q", got)
			}
			s.Close()
			if got := collect(t, open(t, dir, Options{}), 10); len(got) != 0 {
				t.Fatalf("again %q", got)
			}
		})
	}
}

func TestAfterAFailedSyncTheSegmentIsNotWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	s, d := onDisk(t, dir, Options{})
	put(t, s, "before")
	given := segmentsOf(t, dir)
	d.failed = 1
	if s.Append(context.Background(), []byte("refused")) == nil {
		t.Fatal("a failed sync was called success")
	}
	put(t, s, "after")
	data, err := os.ReadFile(given[0])
	if err != nil || len(segmentsOf(t, dir)) != 2 || !bytes.Equal(data, onlyFrame(data, "before")) {
		t.Fatalf("%v, %d segments, the first holds %q", err, len(segmentsOf(t, dir)), data)
	}
}

// onlyFrame is the one frame of payload with the time taken from data.
func onlyFrame(data []byte, payload string) []byte {
	r, _, _, _ := next(data, 0)
	frame := newFrame([]byte(payload), r.At)
	number(frame, 1)
	return frame
}

func TestARefusedRecordThatStayedOnTheDiskHidesNoOther(t *testing.T) {
	dir := t.TempDir()
	s, d := onDisk(t, dir, Options{})
	put(t, s, "before")
	d.failed, d.failCut = 1, true
	if s.Append(context.Background(), []byte("refused")) == nil {
		t.Fatal("a failed sync was called success")
	}
	put(t, s, "after")
	s.Close()
	got := collect(t, open(t, dir, Options{}), 10)
	if !slices.Equal(got, []string{"before", "refused", "after"}) {
		t.Fatalf("got %q", got)
	}
}

func TestEveryoneInAFailedGroupIsTold(t *testing.T) {
	dir := t.TempDir()
	s, d := onDisk(t, dir, Options{})
	d.failed = 1000
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if err := s.Append(context.Background(), []byte("x")); !errors.Is(err, syscall.EIO) {
				t.Errorf("got %v", err)
			}
		})
	}
	group.Wait()
	if got := s.Stats(); got.Pending != 0 || got.Bytes != 0 {
		t.Fatalf("%+v", got)
	}
	s.Close()
	if left := segmentsOf(t, dir); len(left) != 0 {
		t.Fatalf("%q left", left)
	}
}

// A power cut leaves what was synced and any part of the rest.
func TestAPowerCutLosesNothingAcknowledged(t *testing.T) {
	for _, tail := range []string{"", "half a frame", string(make([]byte, 500)), string(frames(900, "a later life"))} {
		dir := t.TempDir()
		s, d := onDisk(t, dir, Options{SegmentBytes: 150})
		put(t, s, numbered(20)...)
		s.Close()
		for path, size := range d.synced {
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
		}
		last := slices.Max(segmentsOf(t, dir))
		extend(t, last, tail)
		s = open(t, dir, Options{})
		if info, err := os.Stat(last); err != nil || info.Size() != d.synced[last] {
			t.Fatalf("the tail of %d bytes was not cut: %v %d", len(tail), err, info.Size())
		}
		put(t, s, "next")
		if got := collect(t, s, 6); !slices.Equal(got, append(numbered(20), "next")) {
			t.Fatalf("tail of %d bytes: got %q", len(tail), got)
		}
	}
}

func extend(t *testing.T, path, tail string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(tail); err != nil {
		t.Fatal(err)
	}
}

func TestATailTornAnywhereIsCut(t *testing.T) {
	whole := frames(1, "one", "two", "three")
	for size := range len(whole) {
		dir := t.TempDir()
		if err := os.WriteFile(segmentPath(dir, 1), whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir, Options{})
		want := int64(0)
		for _, end := range []int{headerBytes + 3, 2*headerBytes + 6} {
			if size >= end {
				want++
			}
		}
		if got := s.Stats().Pending; got != want {
			t.Fatalf("%d of %d bytes: %d records wait, not %d", size, len(whole), got, want)
		}
	}
}

func TestABadSectorCostsOnlyItsOwnRecords(t *testing.T) {
	for _, bad := range []int{0, 4, 9} {
		t.Run(fmt.Sprint(bad), func(t *testing.T) {
			dir, size := t.TempDir(), headerBytes+len("record 000")
			s := open(t, dir, Options{})
			put(t, s, numbered(10)...)
			damage(t, segmentsOf(t, dir)[0], int64(bad*size+headerBytes))
			if got, want := collect(t, s, 3), slices.Delete(numbered(10), bad, bad+1); !slices.Equal(got, want) {
				t.Fatalf("got %q", got)
			}
			if got := s.Stats(); got.Damaged != int64(size) || got.Pending != 0 {
				t.Fatalf("%+v", got)
			}
			put(t, s, "next")
			if got := collect(t, s, 3); !slices.Equal(got, []string{"next"}) {
				t.Fatalf("got %q", got)
			}
		})
	}
}

func damage(t *testing.T, path string, offset int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{0xff}, offset); err != nil {
		t.Fatal(err)
	}
}

func TestALostCursorRepeatsRatherThanLoses(t *testing.T) {
	for _, cursor := range []string{"", "123456789012", "x"} {
		dir := t.TempDir()
		s := open(t, dir, Options{})
		put(t, s, "a", "b")
		collect(t, s, 1)
		s.Close()
		if err := os.WriteFile(filepath.Join(dir, "cursor"), []byte(cursor), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := collect(t, open(t, dir, Options{}), 10); !slices.Equal(got, []string{"a", "b"}) {
			t.Fatalf("cursor %q: got %q", cursor, got)
		}
	}
}

func TestACursorThatCannotBeSavedEndsConsume(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	put(t, s, "a")
	obstacle := filepath.Join(dir, "cursor.new")
	if err := os.Mkdir(obstacle, 0o700); err != nil {
		t.Fatal(err)
	}
	err := s.Consume(context.Background(), 1, func(context.Context, []Record) error { return nil })
	if !fault.Is(err, fault.Unavailable) || s.Stats().Pending != 1 {
		t.Fatalf("%v, %+v", err, s.Stats())
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if got := collect(t, s, 1); !slices.Equal(got, []string{"a"}) {
		t.Fatalf("got %q", got)
	}
}

// TestADiskThatTakesNothingIsAFullSpool, however little waits; the next record that it takes ends that.
func TestADiskThatTakesNothingIsAFullSpool(t *testing.T) {
	s, d := onDisk(t, t.TempDir(), Options{})
	d.failWrite = 1
	if err := s.Append(context.Background(), []byte("lost")); fault.KeyOf(err) != "spool.failed" {
		t.Fatal(err)
	}
	if got := s.Stats(); !got.Failing || got.Fullness() != 100 || got.Refused != 1 {
		t.Errorf("%+v", got)
	}
	put(t, s, "kept")
	if got := s.Stats(); got.Failing || got.Fullness() != 0 || got.Refused != 1 {
		t.Errorf("%+v", got)
	}
}
