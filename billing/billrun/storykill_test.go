package billrun

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

// shift is what a worker process is told, which bills and issues on the parent's database, and kills itself at a commit.
type shift struct {
	URL, Keys string
	Clock     time.Time
	Point     int // the commit to die at, each counted before and after; 0: none
}

func TestMain(m *testing.M) { testdb.ChildrenDo(m, work) }

func work(told shift) error {
	var works atomic.Bool
	dies := testdb.DiesAt(told.Point)
	hook := func(at string) {
		if works.Load() {
			dies(at)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	keys, err := seal.Load(told.Keys)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, told.URL, db.Options{Hook: hook})
	if err != nil {
		return err
	}
	defer d.Close()
	w := wired(d, keys, clock.NewManual(told.Clock))
	if err := d.LeaseNode(ctx, db.NewHolder()); err != nil { // as each server does: in one instant of the story's clock, two of one number would make the same ids
		return err
	}
	works.Store(true)
	if err := errors.Join(w.Lines.Sites.Refresh(ctx), w.Lines.Settings.Refresh(ctx)); err != nil {
		return err
	}
	if _, err := w.invoices.Run(ctx, clock.DayOf(told.Clock), w.Source, invoices.RunOptions{}); err != nil {
		return err
	}
	_, err = w.invoices.Issue(ctx)
	return err
}

// killed has three processes bill at once what was due since midnight, each of which is killed at a commit that the seed draws, and another comes in its place
// until one has come through. Then nothing is left to bill.
func (s *story) killed() {
	s.Helper()
	keys := filepath.Join(s.TempDir(), "keys")
	if err := s.keys.Save(keys); err != nil {
		s.Fatal(err)
	}
	var points [3][]int
	for n := range points {
		points[n] = []int{1 + s.r.IntN(4), 1 + s.r.IntN(4), 0}
	}
	var deaths atomic.Int64
	var all sync.WaitGroup
	for _, mine := range points {
		all.Go(func() {
			for _, point := range mine {
				killed, err := testdb.Send(shift{s.url, keys, s.clock.Now(), point})
				if err != nil {
					s.Error("a worker process: ", err)
				}
				if !killed {
					return
				}
				deaths.Add(1)
			}
		})
	}
	all.Wait()
	s.murdered += int(deaths.Load())
	if left := s.bills(); left != (invoices.Drafted{}) {
		s.Fatal("three processes left to bill: ", left)
	}
}
