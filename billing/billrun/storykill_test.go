package billrun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
)

// A worker process, which is this test binary with workerChild in its environment, bills and issues on the parent's database, and kills itself at a commit.
const workerChild = "MTANDAO_BILLRUN_CHILD"

// shift is what a worker process is told.
type shift struct {
	URL, Keys string
	Clock     time.Time
	Point     int // the commit to die at, each counted before and after; 0: none
}

func TestMain(m *testing.M) {
	text := os.Getenv(workerChild)
	if text == "" {
		os.Exit(m.Run())
	}
	if err := work(text); err != nil {
		fmt.Fprintln(os.Stderr, "the worker:", err)
		os.Exit(1)
	}
}

func work(text string) error {
	var told shift
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		return err
	}
	var passed atomic.Int64
	var works atomic.Bool
	hook := func(string) {
		if works.Load() && passed.Add(1) == int64(told.Point) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way: nothing more is done
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

// send has a worker process work, and says whether it was killed.
func (told shift) send() (killed bool, err error) {
	text, err := json.Marshal(told)
	if err != nil {
		return false, err
	}
	self, err := os.Executable()
	if err != nil {
		return false, err
	}
	p := exec.Command(self)
	p.Env, p.Stderr = append(os.Environ(), workerChild+"="+string(text)), os.Stderr
	err = p.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true, nil
	}
	return false, err
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
				killed, err := shift{s.url, keys, s.clock.Now(), point}.send()
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
