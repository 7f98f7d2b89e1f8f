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
	Point  int64 // 0: never
}

func TestMain(m *testing.M) {
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

// runChild serves until its input ends; "arm" begins the count of durable writes, and the answer to "stop" is that count.
func runChild(text string) error {
	var order childOrder
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return err
	}
	var armed atomic.Bool
	var passed atomic.Int64
	hook := func(string) {
		if armed.Load() && passed.Add(1) == order.Point {
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
	fmt.Println("passed", passed.Load())
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
	err     error
	stopped bool
	ended   chan struct{}
}

// later is how far the clock jumps over a restart: beyond the time after which a dead node's jobs are given back.
const later = 4 * time.Minute

func startChild(order childOrder) (*child, error) {
	c := &child{order: order, ended: make(chan struct{})}
	if err := c.start(); err != nil {
		return nil, err
	}
	go c.watch()
	return c, nil
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

// arm begins the count; nothing has been killed before it.
func (c *child) arm() error {
	_, err := io.WriteString(c.input, "arm\n")
	return err
}

// watch starts the child again after a kill. Any other end is an error.
func (c *child) watch() {
	defer close(c.ended)
	for {
		for c.lines.Scan() && c.lines.Text() != "" {
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
			c.order.Point = 0
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

// stop ends the child gracefully and says how often it was killed.
func (c *child) stop() (killed int, err error) {
	c.mu.Lock()
	c.stopped = true
	_ = c.input.Close()
	c.mu.Unlock()
	<-c.ended
	return c.killed, c.err
}

// lanes is how many stories are told at once.
const lanes = 8

// TestKilledAtEachDurableWrite is "must be shown" 3: between "order placed" and "Access-Accept" the program is killed before
// and after each durable write, started again, and the story ends as if nothing had happened.
func TestKilledAtEachDurableWrite(t *testing.T) {
	for dialect, every := range map[string]int64{db.SQLite: 1, db.MySQL: 3} {
		t.Run(dialect, func(t *testing.T) {
			if long {
				every = 1
			}
			var next, points atomic.Int64
			var all sync.WaitGroup
			next.Store(1 - every)
			for n := range lanes {
				lane := openLane(t, n)
				all.Go(func() {
					for point := next.Add(every); points.Load() == 0 && !t.Failed(); point = next.Add(every) {
						killed, err := lane.tell(t, dialect, point)
						if err != nil {
							t.Errorf("killed at durable write %d: %v", point, err)
						}
						if killed == 0 {
							points.CompareAndSwap(0, point-1)
						}
					}
				})
			}
			all.Wait()
			t.Logf("killed at every %d of %d durable writes", every, points.Load())
			if points.Load() < 20 && !t.Failed() {
				t.Errorf("a purchase has only %d durable writes", points.Load())
			}
		})
	}
}
