package mikrotik

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func connect(t *testing.T, d *device) *Client {
	t.Helper()
	c, err := Dial(context.Background(), d.address(), "api", "secret")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestRunReadsRowsEmptyAndDone(t *testing.T) {
	d := newDevice(t, func(conn net.Conn, words []string) {
		if words[0] == "/nothing/print" {
			say(conn, reply(words, "!empty"), reply(words, "!done"))
			return
		}
		say(conn, reply(words, "!re", "=.id=*1", "=name=a"), reply(words, "!re", "=.id=*2"), reply(words, "!done", "=ret=x"))
	})
	c := connect(t, d)
	r, err := c.RunArgs([]string{"/ip/hotspot/host/print", "?address=10.0.0.2"})
	if err != nil || len(r.Re) != 2 || r.Re[0].Map["name"] != "a" || r.Re[1].Map[".id"] != "*2" || r.Done.Map["ret"] != "x" {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := c.Run("/nothing/print"); err != nil || len(r.Re) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestLoginSendsNameAndPassword(t *testing.T) {
	d := newDevice(t, nil)
	d.login = func(words []string) string {
		if !slices.Equal(words[:3], []string{"/login", "=name=api", "=password=secret"}) {
			t.Errorf("log-in was %q", words)
		}
		return reply(words, "!done")
	}
	connect(t, d)
}

func TestLoginRefused(t *testing.T) {
	for name, answer := range map[string]func(words []string) string{
		"wrong password": func(w []string) string {
			return reply(w, "!trap", "=message=invalid user name or password (6)") + reply(w, "!done")
		},
		"before 6.43": func(w []string) string { return reply(w, "!done", "=ret=00112233445566778899aabbccddeeff") },
	} {
		d := newDevice(t, nil)
		d.login = answer
		_, err := Dial(context.Background(), d.address(), "api", "secret")
		var refusal *DeviceError
		if !errors.As(err, &refusal) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTrapIsAnErrorAndTheConnectionLives(t *testing.T) {
	d := newDevice(t, func(conn net.Conn, words []string) {
		if words[0] == "/bad" {
			say(conn, reply(words, "!trap", "=category=0", "=message=no such command"), reply(words, "!trap", "=message=second"), reply(words, "!done"))
			return
		}
		say(conn, reply(words, "!done"))
	})
	c := connect(t, d)
	_, err := c.Run("/bad")
	var refusal *DeviceError
	if !errors.As(err, &refusal) || refusal.Message != "no such command" || refusal.Category != "0" {
		t.Fatalf("%v", err)
	}
	if _, err := c.Run("/good"); err != nil {
		t.Fatalf("after a trap: %v", err)
	}
}

// TestConcurrentCallsGetTheirOwnReplies answers in reverse order, with rows of several calls mixed.
func TestConcurrentCallsGetTheirOwnReplies(t *testing.T) {
	const calls = 20
	var mu sync.Mutex
	var waiting [][]string
	d := newDevice(t, func(conn net.Conn, words []string) {
		mu.Lock()
		defer mu.Unlock()
		if waiting = append(waiting, words); len(waiting) < calls {
			return
		}
		for _, w := range waiting {
			say(conn, reply(w, "!re", "="+w[1][1:]))
		}
		slices.Reverse(waiting)
		for _, w := range waiting {
			say(conn, reply(w, "!done"))
		}
	})
	c := connect(t, d)
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			want := fmt.Sprint(i)
			if r, err := c.Run("/echo", "=n="+want); err != nil || len(r.Re) != 1 || r.Re[0].Map["n"] != want {
				t.Errorf("call %s got %+v, %v", want, r, err)
			}
		})
	}
	group.Wait()
}

func TestProtocolErrorsCloseTheConnection(t *testing.T) {
	for name, bytes := range map[string]func(words []string) string{
		"a reply to no command": func([]string) string { return "\x05!done\x08.tag=999\x00" },
		"an unknown reply word": func(w []string) string { return reply(w, "!what") },
		"an empty sentence":     func([]string) string { return "\x00" },
		"a control byte":        func([]string) string { return "\xF8" },
		"fatal":                 func([]string) string { return "\x06!fatal\x12session terminated\x00" },
		"half a sentence":       func(w []string) string { s := reply(w, "!done"); return s[:len(s)-1] },
	} {
		d := newDevice(t, func(conn net.Conn, words []string) {
			say(conn, bytes(words))
			if strings.HasPrefix(name, "half") {
				_ = conn.Close()
			}
		})
		c := connect(t, d)
		if _, err := c.Run("/x"); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Run("/y"); !errors.Is(err, ErrClosed) || c.Usable() {
			t.Errorf("%s: the connection was used again (%v)", name, err)
		}
	}
}

// TestGivingUpHurtsNoOther: a call that ends early must neither break the others nor leave its late reply to the next.
func TestGivingUpHurtsNoOther(t *testing.T) {
	release := make(chan struct{})
	d := newDevice(t, func(conn net.Conn, words []string) {
		switch words[0] {
		case "/slow":
			go func() {
				<-release
				say(conn, reply(words, "!re", "=n=late"), reply(words, "!done"))
			}()
		case "/patient":
			go func() {
				<-release
				time.Sleep(20 * time.Millisecond)
				say(conn, reply(words, "!done"))
			}()
		}
	})
	c := connect(t, d)
	patient := make(chan error)
	go func() {
		_, err := c.Run("/patient")
		patient <- err
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.RunContext(ctx, "/slow"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
	if c.Usable() {
		t.Error("a connection with a reply outstanding is offered for more calls")
	}
	close(release)
	if err := <-patient; err != nil {
		t.Errorf("the other call: %v", err)
	}
	if _, err := c.Run("/more"); !errors.Is(err, ErrClosed) {
		t.Errorf("a retired connection took a call: %v", err)
	}
}

func TestCloseEndsCalls(t *testing.T) {
	arrived := make(chan struct{})
	d := newDevice(t, func(net.Conn, []string) { close(arrived) })
	c := connect(t, d)
	ended := make(chan error)
	go func() {
		_, err := c.Run("/never")
		ended <- err
	}()
	<-arrived
	_ = c.Close()
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}
