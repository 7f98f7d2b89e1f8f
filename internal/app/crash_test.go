package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// The program runs in a child process, which is this test binary with crashChild in its environment; it kills itself at a
// durable write. The rail, the router and the guest live on in the parent.
const crashChild = "MTANDAO_CRASH_CHILD"

// childOrder is what the child is told: where to run, how far its clock is ahead, at which durable write to die.
type childOrder struct {
	Config Config
	Ahead  time.Duration
	Point  string // as writeNames names it; empty: never
}

// writeNames names durable writes by who makes them, which side of the write it is, and the how many-th it is of that kind:
// numbers alone would name another write in each run, for what runs beside the purchase writes too.
type writeNames struct {
	mu     sync.Mutex
	counts map[string]int
	passed []string
}

// pass names the write that is just being made.
func (w *writeNames) pass(point string) string {
	name := writer() + ", " + point
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[name]++
	name = fmt.Sprintf("%s #%d", name, w.counts[name])
	w.passed = append(w.passed, name)
	return name
}

// writer is the function of ours that has the database or the spool write.
func writer() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		name := strings.TrimPrefix(frame.Function, "mtandao/")
		if name != frame.Function && !strings.HasPrefix(name, "internal/db.") && !strings.HasPrefix(name, "internal/app.") {
			return name
		}
		if !more {
			return "unknown"
		}
	}
}

func TestMain(m *testing.M) {
	if args := os.Getenv(commandChild); args != "" {
		os.Exit(runCommandChild(args))
	}
	if os.Getenv(serveChild) != "" {
		signal.Ignore(syscall.SIGXFSZ) // a file that may not grow is a full disk, and no end
		os.Exit(Execute([]string{"serve"}, os.Stdout, os.Stderr))
	}
	if text := os.Getenv(crashChild); text != "" {
		if err := runChild(text); err != nil {
			fmt.Fprintln(os.Stderr, "the child of the crash test:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if text := os.Getenv(homewardChild); text != "" {
		if err := runHomeward(text); err != nil {
			fmt.Fprintln(os.Stderr, "the router behind NAT:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runChild serves until its input ends; from "arm" on durable writes are named, and in the end told.
func runChild(text string) error {
	var order childOrder
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return err
	}
	var armed atomic.Bool
	writes := &writeNames{counts: map[string]int{}}
	hook := func(point string) {
		if armed.Load() && writes.pass(point) == order.Point {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way: nothing more is done
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("MTANDAO_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	real := clock.System()
	m, err := New(ctx, order.Config, Options{Log: log, Clock: clock.Scaled(real, real.Now().Add(order.Ahead), 1), Hook: hook})
	if err != nil {
		return err
	}
	if err := m.prepareStart(ctx); err != nil {
		return errors.Join(err, m.Close())
	}
	go obey(&armed, "http://"+order.Config.HTTP+"/healthz", cancel)
	fmt.Println("ready")
	err = errors.Join(m.Run(ctx), m.Close())
	for _, name := range writes.passed {
		fmt.Println("passed", name)
	}
	return err
}

func obey(armed *atomic.Bool, health string, stop func()) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() && lines.Text() == "arm" {
		armed.Store(true)
		fmt.Println("armed")
	}
	for _, _, err := fetch(health); err != nil; _, _, err = fetch(health) { // a start that is cut short is another story
		time.Sleep(10 * time.Millisecond)
	}
	stop()
}

// child is the program as the parent sees it: started again, minutes later by its own clock, whenever it was killed.
type child struct {
	order childOrder

	mu      sync.Mutex
	process *exec.Cmd
	input   io.WriteCloser
	lines   *bufio.Scanner
	killed  int
	passed  []string
	err     error
	stopped bool
	armed   chan struct{}
	ended   chan struct{}
}

// later is how far the clock jumps over a restart: beyond the time after which a dead node's jobs are given back.
const later = 4 * time.Minute

func startChild(order childOrder) (*child, error) {
	c, err := startLoneChild(order)
	if err == nil {
		go c.watch()
	}
	return c, err
}

// startLoneChild starts one that nobody watches, nor starts again.
func startLoneChild(order childOrder) (*child, error) {
	c := &child{order: order, armed: make(chan struct{}), ended: make(chan struct{})}
	return c, c.start()
}

func (c *child) start() error {
	text, err := json.Marshal(c.order)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p := exec.Command(self)
	p.Env = append(os.Environ(), crashChild+"="+string(text))
	p.Stderr = os.Stderr
	input, err := p.StdinPipe()
	if err != nil {
		return err
	}
	output, err := p.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	c.process, c.input, c.lines = p, input, bufio.NewScanner(output)
	return c.expect("ready")
}

func (c *child) expect(word string) error {
	if !c.lines.Scan() || c.lines.Text() != word {
		return fmt.Errorf("the child said %q, not %q", c.lines.Text(), word)
	}
	return nil
}

// arm begins the naming of writes, and waits until it has begun; nothing has been killed before it.
func (c *child) arm() error {
	_, err := io.WriteString(c.input, "arm\n")
	if err != nil {
		return err
	}
	select {
	case <-c.armed:
		return nil
	case <-c.ended:
		return c.failed()
	}
}

// watch starts the child again after a kill. Any other end is an error.
func (c *child) watch() {
	defer close(c.ended)
	for {
		for c.lines.Scan() {
			if c.lines.Text() == "armed" {
				close(c.armed)
			} else if name, is := strings.CutPrefix(c.lines.Text(), "passed "); is {
				c.passed = append(c.passed, name)
			}
		}
		err := c.process.Wait()
		c.mu.Lock()
		var exit *exec.ExitError
		switch {
		case err == nil && c.stopped:
			c.mu.Unlock()
			return
		case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
			c.killed++
			c.order.Point = ""
			c.order.Ahead += later
			if err = c.start(); err == nil && c.stopped {
				err = c.input.Close()
			}
		default:
			err = fmt.Errorf("the child ended: %w", errors.Join(err, errors.New(c.lines.Text())))
		}
		c.err = err
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *child) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// stop ends the child gracefully and says how often it was killed, and which durable writes it made when it never was.
func (c *child) stop() (killed int, passed []string, err error) {
	c.mu.Lock()
	c.stopped = true
	_ = c.input.Close()
	c.mu.Unlock()
	<-c.ended
	return c.killed, c.passed, c.err
}

// lanes is how many stories are told at once.
const lanes = 8

// TestKilledAtEachDurableWrite is "must be shown" 3: between "order placed" and "Access-Accept" the program is killed before
// and after each durable write, started again, and the story ends as if nothing had happened. A rehearsal without a kill
// names the writes; each is then killed at by its name.
func TestKilledAtEachDurableWrite(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			var all []*lane
			for n := range lanes {
				all = append(all, openLane(t, n))
			}
			_, points, err := all[0].tell(t, dialect, "")
			if err != nil {
				t.Fatal("without a kill:", err)
			}
			for _, needed := range purchaseWrites {
				for _, side := range []string{"before", "after"} {
					if !slices.ContainsFunc(points, func(p string) bool { return strings.Contains(p, needed) && strings.Contains(p, side) }) {
						t.Errorf("the purchase passes no %q, %s, in %q", needed, side, points)
					}
				}
			}
			never := killAt(t, dialect, all, points)
			t.Logf("killed at %d of %d durable writes; what runs beside the purchase did not come as far again as %q", len(points)-len(never), len(points), never)
			for _, point := range never {
				if !besides(point) {
					t.Errorf("never killed at %s", point)
				}
			}
		})
	}
}

// purchaseWrites are the writes that a purchase cannot do without.
var purchaseWrites = []string{"billing.(*Service).PlaceOrder", "jobs.(*Queue).claim", "billing.(*Service).startSending", "billing.(*Service).pushed",
	"billing.(*Service).keepIncoming", "billing.(*Service).Settle", "billing.(*Service).doneIncoming", "jobs.(*Queue).finish", "spool.(*writer)", "spool.(*Spool)"}

// beside is what writes by its own time: how often it does while somebody buys differs from run to run. Accounting, which may be
// applied after the story, is killed at by a test of its own; the ids of a push are learnt where its answer was lost.
var beside = []string{"internal/jobs.", "billing/ledger.", "radius/", "radius.(*Service).writeChunk", "billing.(*Service).learnRequestIDs", "internal/db."}

// besides says that a story need not come to a write again: what is beside the purchase, and how many batches a spool is
// taken in by after the first.
func besides(point string) bool {
	return slices.ContainsFunc(beside, func(name string) bool { return strings.HasPrefix(point, name) }) ||
		strings.HasPrefix(point, "internal/spool.(*Spool).advance") && !strings.HasSuffix(point, "#1")
}

// killAt tells a story with a kill for each point, on all lanes at once, and returns the points that no story came to.
func killAt(t *testing.T, dialect string, all []*lane, points []string) (never []string) {
	t.Helper()
	var mu sync.Mutex
	var working sync.WaitGroup
	work := make(chan string)
	for _, l := range all {
		working.Go(func() {
			for point := range work {
				killed := 0
				for try := 0; try < 3 && killed == 0 && !t.Failed(); try++ {
					var err error
					if killed, _, err = l.tell(t, dialect, point); err != nil {
						t.Errorf("killed at %s: %v", point, err)
					}
				}
				if mu.Lock(); killed == 0 {
					never = append(never, point)
				}
				mu.Unlock()
			}
		})
	}
	for _, point := range points {
		work <- point
	}
	close(work)
	working.Wait()
	return never
}
