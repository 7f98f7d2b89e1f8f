package spool

import (
	"bytes"
	"os"
	"testing"
)

// FuzzSegment opens a folder with whatever a disk may have made of a segment: nothing that is not a record of this place comes out, and
// the spool goes on behind it.
func FuzzSegment(f *testing.F) {
	whole := frames(1, "one", "", "three")
	f.Add(whole, uint64(1))
	f.Add(whole[:len(whole)-2], uint64(1))
	f.Add(append(bytes.Repeat([]byte{0}, 512), whole...), uint64(1))
	f.Add(frames(7, "seven", "eight"), uint64(1))
	f.Add([]byte{}, uint64(1<<63))
	f.Fuzz(func(t *testing.T, data []byte, first uint64) {
		first = max(1, first&(1<<62-1))
		dir := t.TempDir()
		if err := os.WriteFile(segmentPath(dir, first), data, 0o600); err != nil {
			t.Fatal(err)
		}
		g := &segment{path: segmentPath(dir, first), first: first, last: first - 1, sealed: true}
		kept := 0
		if err := g.reopen(func(r Record, behind int64) {
			if kept++; r.Seq < first || behind > int64(len(data)) || !bytes.Contains(data, r.Payload) {
				t.Fatalf("record %d ends at %d of %d", r.Seq, behind, len(data))
			}
		}); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(g.path); err != nil || info.Size() != g.end || g.end > int64(len(data)) || kept*headerBytes > len(data) {
			t.Fatalf("%d records end at %d of %d (%v)", kept, g.end, len(data), err)
		}
		s := open(t, dir, Options{})
		put(t, s, "behind")
		if all := collect(t, s, kept+1); len(all) != kept+1 || all[kept] != "behind" {
			t.Fatalf("%d records come out of %d", len(all)-1, kept)
		}
	})
}
