package vouchers

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// chore is what a child process is told, which does it on the parent's database, and kills itself at a durable write.
type chore struct {
	URL, Keys string
	Clock     time.Time
	Batch     int64
	Deed      *Deed // to be ordered; nil: the batch is made, and jobs do what is left over
	Point     int   // the durable write to die at, of its own, each counted before and after; 0: none
}

func TestMain(m *testing.M) { testdb.ChildrenDo(m, work) }

func work(c chore) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	keys, err := seal.Load(c.Keys)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, c.URL, db.Options{Hook: testdb.DiesAt(c.Point)})
	if err != nil {
		return err
	}
	defer d.Close()
	at, log := clock.NewManual(c.Clock), slog.New(slog.DiscardHandler)
	queue, sites := jobs.New(d, at, log), site.New(d, at)
	if err := sites.Refresh(ctx); err != nil {
		return err
	}
	s := New(Options{DB: d, Jobs: queue, Keys: keys, Clock: at, Plan: at, Log: log, Ledger: ledger.New(d, at), Plans: plans.New(d, at), Sites: sites, Grants: access.New(d, queue, keys, at, sites)})
	s.doing.long = time.Hour // however slow it is here, the durable writes are counted
	if c.Deed != nil {
		_, err := s.Do(ctx, *c.Deed, office)
		return err
	}
	if _, err := s.Make(ctx, c.Batch); err != nil {
		return err
	}
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

// TestKilledWhileABatchIsMadeAndDealtWith: a process that makes a batch, prints it, signs it out and voids it is killed before and after every durable
// write of its own, and the next goes on, and is killed. No serial is doubled or missing, nothing is paid twice, and the books hold each time.
func TestKilledWhileABatchIsMadeAndDealtWith(t *testing.T) {
	part := largestPiece + 10
	if os.Getenv("MTANDAO_LONG") != "" {
		part = 8*largestPiece + 10
	}
	points := 2 * (1 + (part+largestPiece-1)/largestPiece) // a deed's own, and each of its pieces
	size := (points + 1) * part
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			url := testdb.URL(t, dialect)
			k := newKiosk(t, testdb.OpenURL(t, url, db.Options{}))
			file := filepath.Join(t.TempDir(), "keys")
			if err := k.Keys.Save(file); err != nil {
				t.Fatal(err)
			}
			b, err := k.Place(context.Background(), Wish{PlanID: k.hour.ID, SiteID: k.here, Size: size}, office)
			if err != nil {
				t.Fatal(err)
			}
			c := chore{URL: url, Keys: file, Batch: b.ID}
			killed := k.killedMaking(t, c)
			worth := int64(size) * k.hour.Price.Cents
			for _, step := range []struct {
				deed     Deed
				state    State
				cash     int64
				breakage int64
			}{{Deed{Kind: DeedPrint}, Printed, 0, 0}, {Deed{Kind: DeedSignOut, Holder: "kiosk", Money: true}, SignedOut, worth, 0}, {Deed{Kind: DeedVoid, Reason: "stolen"}, Void, worth, -worth}} {
				for point := 1; point <= points+1; point++ {
					d := step.deed
					d.BatchID, d.First, d.Last = b.ID, (point-1)*part+1, point*part
					killed += k.killedAt(t, c, d, point, points)
				}
				k.states(b, map[State]int{step.state: size})
				k.balance(ledger.Cash, step.cash)
				k.balance(ledger.Breakage, step.breakage)
			}
			if b, err = k.Batch(context.Background(), b.ID); err != nil || len(k.codes(b)) != size {
				t.Errorf("%d codes of %d, %v", len(k.codes(b)), size, err)
			}
			if err := k.Ledger.Chain(context.Background()); err != nil {
				t.Fatal(err)
			}
			if report, err := k.Ledger.Verify(context.Background()); err != nil || len(report.Problems) > 0 {
				t.Errorf("%+v, %v", report.Problems, err)
			}
			t.Logf("killed %d times, before and after every durable write, with %d vouchers", killed, size)
		})
	}
}

// killedMaking kills each maker before its first durable write or after it, until a batch is made.
func (k *kiosk) killedMaking(t *testing.T, c chore) (killed int) {
	t.Helper()
	for c.Point = 1; ; c.Point = 3 - c.Point {
		c.Clock = k.clock.Now()
		c.send(t)
		killed++
		k.prove()
		if b, err := k.Batch(context.Background(), c.Batch); err != nil || b.State == Ready {
			break
		}
	}
	k.clock.Advance(5 * time.Minute)
	c.Point, c.Clock = 0, k.clock.Now()
	c.send(t) // the job that was left finds nothing to make
	return killed
}

// killedAt has a deed done by a process that dies at one of its durable writes. Whoever asked for it asks again where nothing had been written; else
// jobs go on with it, the first of which is killed, too.
func (k *kiosk) killedAt(t *testing.T, c chore, d Deed, point, last int) (killed int) {
	t.Helper()
	c.Deed, c.Point, c.Clock = &d, point, k.clock.Now()
	died := c.send(t)
	if died != (point <= last) {
		t.Fatalf("%s: killed at write %d of %d: %v", d.Kind, point, last, died)
	}
	if k.prove(); !died {
		return 0
	}
	if point == 1 {
		c.Point = 0
		c.send(t)
	}
	c.Deed = nil
	for _, c.Point = range []int{1 + point%5, 0} {
		k.clock.Advance(5 * time.Minute) // a dead one's jobs are given back
		c.Clock = k.clock.Now()
		if c.send(t) {
			killed++
		}
		k.prove()
	}
	return killed + 1
}
