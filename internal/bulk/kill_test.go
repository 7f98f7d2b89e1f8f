package bulk

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

// chore is what a child process is told, which works on the runs of the parent's database as the program does, and kills itself at a durable write.
type chore struct {
	URL   string
	Clock time.Time
	Point int // the durable write to die at, each counted before and after; 0: none
}

func TestMain(m *testing.M) { testdb.ChildrenDo(m, toil) }

func toil(c chore) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	d, err := db.Open(ctx, c.URL, db.Options{Hook: testdb.DiesAt(c.Point)})
	if err != nil {
		return err
	}
	defer d.Close()
	at := clock.NewManual(c.Clock)
	queue := jobs.New(d, at, slog.New(slog.DiscardHandler))
	New(Options{DB: d, Jobs: queue, Clock: at, Members: crew{asha.Member: {ID: asha.Member, State: staff.Active, Roles: switchers}}, Things: map[Object]Things{Lines: &lamps{d: d}}, Lanes: 2})
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = queue.Run(running) }()
	err = queue.Idle(ctx)
	stop()
	<-ended
	return err
}

// send lets a child do a chore and says whether it was killed.
func (c chore) send(t *testing.T) bool {
	t.Helper()
	killed, err := testdb.Send(c)
	if err != nil {
		t.Fatal(err)
	}
	return killed
}

// TestKilledInTheMiddle: the program is killed while it looks, while it works and while it takes back, again and again, each time some writes later; the next one takes the run up by itself, and each
// lamp is switched once there and once back.
func TestKilledInTheMiddle(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { killedInTheMiddle(t, testdb.URL(t, dialect)) })
	}
}

func killedInTheMiddle(t *testing.T, url string) {
	h, ctx, n := open(t, testdb.OpenURL(t, url, db.Options{}), 15), context.Background(), 15
	killed := 0
	goes := func(id int64) Run {
		t.Helper()
		for point := 2; ; point = 2 + (point+3)%17 { // a job is taken up first, which is a write too
			c := chore{URL: url, Clock: h.clock.Now(), Point: point}
			if h.is(id).Cuts > 8 {
				c.Point = 0
			}
			if !c.send(t) {
				return h.is(id)
			}
			killed++
			h.clock.Advance(5 * time.Minute) // what a dead one held is given back
		}
	}
	whole := func(r Run, err error) Run {
		t.Helper()
		h.must(err)
		if r = goes(r.ID); r.State != Looked || r.Found != int64(n) || r.Would != int64(n) {
			t.Fatalf("%+v", r)
		}
		_, err = h.Start(ctx, r.ID, "storm", asha)
		h.must(err)
		if r = goes(r.ID); r.State != Done || r.Done != int64(n) || r.Left+r.Failed != 0 || r.Cuts == 0 || r.Trouble != nil {
			t.Fatalf("%+v", r)
		}
		return r
	}
	r := whole(h.Ask(ctx, everything, h.next(), asha))
	for id, l := range h.all() {
		if l.Lit != 0 || l.Switched != 1 {
			t.Errorf("lamp %d is %+v", id, l)
		}
	}
	whole(h.Undo(ctx, r.ID, asha))
	for id, l := range h.all() {
		if l.Lit != 1 || l.Switched != 2 {
			t.Errorf("lamp %d is back as %+v", id, l)
		}
	}
	if t.Log("killed", killed, "times"); killed < 8 {
		t.Errorf("killed only %d times", killed)
	}
}
