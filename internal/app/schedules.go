package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// ScheduleOptions say which stories are told, and where. Story i has the seed Seed+i, and the same seed tells the same
// story. DB "" is SQLite in a folder that is removed; "mysql:…" names a server (or any database on it), where databases of
// our own are made and dropped.
type ScheduleOptions struct {
	Seed  uint64
	Count int
	DB    string
	Out   io.Writer
	JSON  bool

	plant func(path string, body []byte) []byte // tests break the rail here, and see that it is found
}

// Stories share a world and its clock in groups, and a world serves some groups until its books are long to prove.
const (
	groupStories = 24
	worldStories = 240
	worlds       = 2 // at a time
)

// schedules is one run of the command.
type schedules struct {
	ScheduleOptions
	tally  tally
	next   atomic.Int64 // first story of the next world
	mu     sync.Mutex
	failed []failure
}

// tally counts what was told.
type tally struct{ stories, homes, orders, moves, untold, shadowed atomic.Int64 }

// failure is what is wrong at the end of a story, or of a group when first and last differ.
type failure struct {
	first, last uint64
	problems    []string
	log         string
}

// Schedules tells random stories of payments and faults on an owned clock, and checks each end against what the simulated
// rail knows. An error names the first seed that failed; its story is written to Out.
func Schedules(ctx context.Context, o ScheduleOptions) error {
	if o.DB != "" && !strings.HasPrefix(o.DB, "mysql:") {
		return fault.New(fault.Invalid, "db.url", "URL", o.DB)
	}
	s := &schedules{ScheduleOptions: o}
	elapsed := clock.Stopwatch()
	if err := s.tell(ctx); err != nil {
		return err
	}
	if err := s.report(elapsed()); err != nil {
		return err
	}
	if len(s.failed) > 0 {
		f := s.failed[0]
		return fmt.Errorf("the story of seed %d does not end as it must; tell it again with --seed %d --count %d", f.first, f.first, f.last-f.first+1)
	}
	return ctx.Err()
}

// tell runs the worlds, with a line of progress a second.
func (s *schedules) tell(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running, speaking sync.WaitGroup
	for range worlds {
		running.Go(func() {
			if err := s.tellWorlds(ctx); err != nil {
				cancel(err)
			}
		})
	}
	done, stop := context.WithCancel(context.Background())
	speaking.Go(func() { s.progress(done) })
	running.Wait()
	stop()
	speaking.Wait()
	s.narrow(ctx)
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (s *schedules) progress(done context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done.Done():
			return
		case <-tick.C:
			if !s.JSON {
				fmt.Fprintf(s.Out, "%d of %d stories\n", s.tally.stories.Load(), s.Count)
			}
		}
	}
}

func (s *schedules) tellWorlds(ctx context.Context) error {
	for ctx.Err() == nil && !s.hasFailed() {
		first := int(s.next.Add(worldStories) - worldStories)
		if first >= s.Count {
			return nil
		}
		if err := s.tellWorld(ctx, s.Seed+uint64(first), min(worldStories, s.Count-first)); err != nil {
			return err
		}
	}
	return nil
}

// tellWorld tells count stories from a seed on, in a world of their own.
func (s *schedules) tellWorld(ctx context.Context, seed uint64, count int) (err error) {
	w, err := openWorld(ctx, s.ScheduleOptions, seed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for done := 0; done < count && ctx.Err() == nil && !s.hasFailed(); done += groupStories {
		g := newGroup(w, seed+uint64(done), min(groupStories, count-done))
		if err := g.play(ctx); err != nil {
			return fmt.Errorf("stories from seed %d: %w", seed+uint64(done), err)
		}
		failed, err := g.check(ctx, &s.tally)
		if err != nil {
			return err
		}
		s.fail(failed...)
		s.tally.stories.Add(int64(len(g.stories)))
	}
	return nil
}

func (s *schedules) hasFailed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.failed) > 0
}

func (s *schedules) fail(f ...failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, f...)
	slices.SortStableFunc(s.failed, func(a, b failure) int { return int(int64(a.first - b.first)) })
}

// narrow tells the stories of a failed group one by one, to name the one at fault.
func (s *schedules) narrow(ctx context.Context) {
	if len(s.failed) == 0 || s.failed[0].first == s.failed[0].last {
		return
	}
	for seed := s.failed[0].first; seed <= s.failed[0].last && ctx.Err() == nil; seed++ {
		alone := &schedules{ScheduleOptions: s.ScheduleOptions}
		if err := alone.tellWorld(ctx, seed, 1); err == nil && len(alone.failed) > 0 {
			s.failed = alone.failed
			return
		}
	}
}

// scheduleReport is what was told, for scripts.
type scheduleReport struct {
	Stories  int64    `json:"stories"`
	Homes    int64    `json:"homes"`
	Orders   int64    `json:"orders"`
	Moves    int64    `json:"moves"`
	Untold   int64    `json:"untold"`
	Shadowed int64    `json:"shadowed"`
	Seconds  int64    `json:"seconds"`
	Failed   *uint64  `json:"failed_seed,omitempty"`
	Problems []string `json:"problems,omitempty"`
}

func (s *schedules) report(elapsed time.Duration) error {
	r := scheduleReport{Stories: s.tally.stories.Load(), Homes: s.tally.homes.Load(), Orders: s.tally.orders.Load(), Moves: s.tally.moves.Load(),
		Untold: s.tally.untold.Load(), Shadowed: s.tally.shadowed.Load(), Seconds: int64(elapsed.Round(time.Second) / time.Second)}
	if len(s.failed) > 0 {
		r.Failed, r.Problems = &s.failed[0].first, s.failed[0].problems
	}
	if s.JSON {
		return json.NewEncoder(s.Out).Encode(r)
	}
	for _, f := range s.failed[:min(1, len(s.failed))] {
		fmt.Fprintf(s.Out, "\nseed %d\n%s\n", f.first, f.log)
		for _, p := range f.problems {
			fmt.Fprintf(s.Out, "  wrong: %s\n", p)
		}
	}
	_, err := fmt.Fprintf(s.Out, "%d stories (%d with a home), %d orders, %d payments moved money (of which the rail never told us %d, and %d only as the same as another) in %ds\n",
		r.Stories, r.Homes, r.Orders, r.Moves, r.Untold, r.Shadowed, r.Seconds)
	return err
}
