package spool

import (
	"bytes"
	"testing"
	"time"
)

var morning = time.Date(2026, 11, 24, 5, 0, 0, 7e6, time.UTC)

func frames(first uint64, payloads ...string) []byte {
	var data []byte
	for i, p := range payloads {
		frame := newFrame([]byte(p), morning)
		number(frame, first+uint64(i))
		data = append(data, frame...)
	}
	return data
}

func TestFrameKeepsNumberTimeAndPayload(t *testing.T) {
	for _, payload := range []string{"", "x", string(make([]byte, 70_000))} {
		r, skipped, size, ok := next(frames(41, payload), 40)
		if !ok || skipped != 0 || size != headerBytes+len(payload) {
			t.Fatalf("%d bytes: ok %v, skipped %d, size %d", len(payload), ok, skipped, size)
		}
		if r.Seq != 41 || !r.At.Equal(morning) || string(r.Payload) != payload {
			t.Fatalf("got %d %v", r.Seq, r.At)
		}
	}
}

func TestNoSingleChangedBitPasses(t *testing.T) {
	whole := frames(1, "a payment")
	for bit := range len(whole) * 8 {
		data := bytes.Clone(whole)
		data[bit/8] ^= 1 << (bit % 8)
		if r, _, _, ok := next(data, 0); ok {
			t.Fatalf("bit %d flipped still reads as %+v", bit, r)
		}
	}
}

func TestDamageDoesNotHideWhatIsBehindIt(t *testing.T) {
	data := frames(1, "one", "two", "three")
	data[headerBytes+len("one")+headerBytes] ^= 1
	r, _, size, _ := next(data, 0)
	r, skipped, _, ok := next(data[size:], r.Seq)
	if !ok || r.Seq != 3 || skipped != headerBytes+len("two") {
		t.Fatalf("ok %v, number %d, skipped %d", ok, r.Seq, skipped)
	}
}

func TestFramesOfAnotherPlaceAreNotBelieved(t *testing.T) {
	for _, last := range []uint64{7, 8, 3} {
		if r, _, _, ok := next(frames(7, "old"), last); ok {
			t.Errorf("after %d came %d", last, r.Seq)
		}
	}
}

func FuzzNext(f *testing.F) {
	whole := frames(1, "one", "", "three")
	f.Add(whole, uint64(0))
	f.Add(whole[:len(whole)-1], uint64(0))
	f.Add(append(make([]byte, 40), whole...), uint64(0))
	f.Add(frames(1<<63, "x"), uint64(1<<63-1))
	f.Add(bytes.Repeat([]byte{0xff}, 64), ^uint64(0))
	f.Fuzz(func(t *testing.T, data []byte, last uint64) {
		for len(data) > 0 {
			r, skipped, size, ok := next(data, last)
			if skipped+size <= 0 || skipped+size > len(data) {
				t.Fatalf("skipped %d and read %d of %d", skipped, size, len(data))
			}
			if ok && (r.Seq <= last || size != headerBytes+len(r.Payload)) {
				t.Fatalf("after %d came %d of %d bytes", last, r.Seq, size)
			}
			again := newFrame(r.Payload, r.At)
			number(again, r.Seq)
			if ok && !bytes.Equal(again, data[skipped:skipped+size]) {
				t.Fatal("what was read is not what is written")
			}
			data, last = data[skipped+size:], max(last, r.Seq)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(encodeCursor(0))
	f.Add(encodeCursor(1 << 40))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if seq := decodeCursor(data); seq != 0 && !bytes.Equal(encodeCursor(seq), data) {
			t.Fatalf("%x reads as %d", data, seq)
		}
	})
}
