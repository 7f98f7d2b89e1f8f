package spool

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// A child process appends and consumes; it tells on its output what was acknowledged ("+") and applied ("-"), and dies
// by SIGKILL.
const (
	childFolder = "SPOOL_CRASH_FOLDER"
	childPoint  = "SPOOL_CRASH_POINT" // the how-manyth hook kills; 0: the parent does
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		child(dir, os.Getenv(childPoint))
		return
	}
	os.Exit(m.Run())
}

func child(dir, point string) {
	var deadly, passed int64
	fmt.Sscan(point, &deadly)
	s, err := Open(dir, Options{SegmentBytes: 2000, Hook: func(string) {
		if atomic.AddInt64(&passed, 1) == deadly {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}})
	if err != nil {
		fmt.Println("!", err)
		os.Exit(1)
	}
	for lane := range 8 {
		go func() {
			for n := 0; ; n++ {
				payload := fmt.Sprintf("%d/%d/%d", os.Getpid(), lane, n)
				if err := s.Append(context.Background(), []byte(payload)); err != nil {
					fmt.Println("!", err)
					os.Exit(1)
				}
				os.Stdout.WriteString("+" + payload + "\n")
			}
		}()
	}
	s.Consume(context.Background(), 20, func(_ context.Context, records []Record) error {
		for _, r := range records {
			os.Stdout.WriteString("-" + string(r.Payload) + "\n")
		}
		return nil
	})
}

// live runs a child until it dies, after enough acknowledgements at the latest.
func live(t *testing.T, dir string, point, enough int, seen map[string]string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childFolder+"="+dir, fmt.Sprintf("%s=%d", childPoint, point))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for acknowledged := 0; ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		if line[0] == '!' {
			t.Errorf("the child said %s", line)
		}
		seen[strings.TrimSpace(line[1:])] += line[:1]
		if acknowledged++; acknowledged == enough {
			c.Process.Kill()
		}
	}
	io.Copy(io.Discard, out)
	c.Wait()
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended with %v", c.ProcessState)
	}
}

func TestAKilledProcessLosesNothingAcknowledged(t *testing.T) {
	dir, seen := t.TempDir(), map[string]string{}
	for _, point := range []int{1, 2, 3, 4, 5, 6, 17, 18, 19, 20, 51, 52, 0, 0} {
		live(t, dir, point, 500, seen)
	}
	s := open(t, dir, Options{})
	for _, payload := range collect(t, s, 100) {
		seen[payload] += "-"
	}
	acknowledged := 0
	for payload, signs := range seen {
		if !strings.Contains(signs, "+") {
			continue
		}
		if acknowledged++; !strings.Contains(signs, "-") {
			t.Errorf("%s was acknowledged and never applied", payload)
		}
	}
	if acknowledged < 200 {
		t.Fatalf("only %d acknowledged: the children died too early to prove anything", acknowledged)
	}
}
