package radius

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// ofBoot is a Start of a device with an id of a boot.
func ofBoot(after time.Duration, id, mac string) arrived {
	return arrived{after, report{status: begin, id: id, mac: mac}}
}

func TestANewBootInTheIdClosesWhatWasLost(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, ofBoot(0, "80100001", "02:00:00:00:00:01"), ofBoot(0, "80100002", "02:00:00:00:00:02"), ofBoot(0, "81100003", "02:00:00:00:00:03"),
			ofBoot(0, "another-id", "02:00:00:00:00:04"))
		b.applied(t, arrived{5 * time.Minute, report{status: more, id: "80100001", seconds: 300, out: 1000, mac: "02:00:00:00:00:01"}})
		b.applied(t, ofBoot(9*time.Minute, "80200001", "02:00:00:00:00:05"))
		open, closed := allOpen(t, d), allClosed(t, d)
		if len(open) != 3 || len(closed) != 2 {
			t.Fatalf("%d open, %d closed", len(open), len(closed))
		}
		for _, o := range closed {
			if o.ClosedBy != ByBoot || o.SessionID[:3] != "801" || !o.EndedAt.Equal(o.UpdatedAt) {
				t.Errorf("%+v", o)
			}
		}
		b.applied(t, arrived{10 * time.Minute, report{status: more, id: "80100001", seconds: 600, out: 3000, mac: "02:00:00:00:00:01"}})
		if open := allOpen(t, d); len(open) != 4 {
			t.Error("what goes on after all stays closed")
		}
		if used := b.access.usage(); used.Bytes != 3000 {
			t.Errorf("%d bytes counted, want 3000", used.Bytes)
		}
	})
}

func TestUptimeTellsOfABoot(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, aStart, ofBoot(20*time.Minute, "81a9", "02:00:00:00:00:01"))
		if err := b.Booted(context.Background(), 7, noon.Add(15*time.Minute)); err != nil {
			t.Fatal(err)
		}
		open, closed := allOpen(t, d), allClosed(t, d)
		if len(open) != 1 || open[0].SessionID != "81a9" || len(closed) != 1 || closed[0].ClosedBy != ByBoot || closed[0].Cause != nasReboot {
			t.Errorf("open %+v closed %+v", open, closed)
		}
	})
}
