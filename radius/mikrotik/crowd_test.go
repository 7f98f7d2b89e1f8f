package mikrotik

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/sim/router"
)

func dialSimulated(t *testing.T, config *tls.Config) *Client {
	t.Helper()
	sim := router.New(router.Options{Name: "sim", API: "127.0.0.1:0", APIUser: "api", APIPassword: "secret", APITLS: config, Configuration: router.BareConfiguration(seven)})
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	c, err := Dial(context.Background(), sim.APIAddress(), "api", "secret")
	if config != nil {
		c, err = DialTLS(context.Background(), sim.APIAddress(), "api", "secret", &tls.Config{InsecureSkipVerify: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestAThousandCommandsAtOnce runs on one connection, in the clear and by TLS: each call gets its own answer, rows and refusals.
func TestAThousandCommandsAtOnce(t *testing.T) {
	own, _ := certificate(t)
	for name, config := range map[string]*tls.Config{"plain": nil, "TLS": {Certificates: []tls.Certificate{own}}} {
		t.Run(name, func(t *testing.T) {
			c := dialSimulated(t, config)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var group sync.WaitGroup
			for i := range 1000 {
				group.Go(func() {
					if i%10 == 0 {
						var refusal *DeviceError
						if _, err := c.RunContext(ctx, "/ip/pool/remove", "=.id=*FFFF"); !errors.As(err, &refusal) || refusal.Category != "0" {
							t.Errorf("call %d: %v", i, err)
						}
						return
					}
					comment := fmt.Sprintf("call %d", i)
					added, err := c.RunContext(ctx, "/ip/address/add", "=address=10.1.0.1/24", "=interface=ether3", "=comment="+comment)
					if err != nil {
						t.Errorf("call %d: %v", i, err)
						return
					}
					r, err := c.RunContext(ctx, "/ip/address/print", "?.id="+added.Done.Map["ret"])
					if err != nil || len(r.Re) != 1 || r.Re[0].Map["comment"] != comment {
						t.Errorf("call %d got %+v, %v", i, r, err)
					}
				})
			}
			group.Wait()
			if !c.Usable() {
				t.Error("the connection is worn out")
			}
		})
	}
}

// TestARouterThatFallsSilentHalfWay stops in the middle of a reply: between two rows, inside a sentence, inside a length.
// The caller is free at its time limit, nothing that came is taken for the answer, and the next call finds the line closed.
func TestARouterThatFallsSilentHalfWay(t *testing.T) {
	for name, cut := range map[string]func(words []string) string{
		"at once":         func([]string) string { return "" },
		"between rows":    func(w []string) string { return reply(w, "!re", "=name=a") },
		"inside a word":   func(w []string) string { s := reply(w, "!re", "=name=a"); return s[:len(s)-5] },
		"inside a length": func([]string) string { return "\xC0\x40" },
		"before the end":  func(w []string) string { s := reply(w, "!done"); return s[:len(s)-1] },
	} {
		t.Run(name, func(t *testing.T) {
			hungUp := make(chan struct{})
			device := newDevice(t, func(conn net.Conn, words []string) {
				say(conn, cut(words))
				_, _ = conn.Read(make([]byte, 1)) // nothing more comes until our side closes
				close(hungUp)
			})
			c := connect(t, device)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if r, err := c.RunContext(ctx, "/ip/address/print"); !errors.Is(err, context.DeadlineExceeded) || r != nil {
				t.Errorf("%+v, %v", r, err)
			}
			<-hungUp
			if _, err := c.Run("/ip/address/print"); !errors.Is(err, ErrClosed) || c.Usable() {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestSilenceEndsEveryCallUnderWay: one that is given up leaves the others their own limits, and nobody waits for ever.
func TestSilenceEndsEveryCallUnderWay(t *testing.T) {
	device := newDevice(t, func(net.Conn, []string) {})
	c := connect(t, device)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			_, err := c.RunContext(ctx, "/x", fmt.Sprintf("=n=%d", i))
			if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrClosed) {
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
	group.Wait()
}

// FuzzConverse gives a client any bytes for an answer: it ends with an error or a reply, never a panic, and a wrong framing is
// never mistaken for success.
func FuzzConverse(f *testing.F) {
	for _, seed := range []string{"\x05!done\x06.tag=2\x00", "\x03!re\x04=a=b\x06.tag=2\x00\x05!done\x06.tag=2\x00", "\x05!trap\x0d=message=oops!\x06.tag=2\x00\x05!done\x06.tag=2\x00",
		"\x06!fatal\x03bye\x00", "\xf0\xff\xff\xff\xff", "", "\x00\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		near, far := net.Pipe()
		go func() {
			b := make([]byte, 4096)
			_, _ = far.Read(b)
			say(far, "\x05!done\x06.tag=1\x00")
			_, _ = far.Read(b)
			say(far, answer)
			_ = far.Close()
		}()
		c, err := logIn(t.Context(), near, "api", "secret")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		r, err := c.RunContext(t.Context(), "/x")
		if err == nil && (r.Done == nil || !strings.Contains(answer, "!done")) {
			t.Fatalf("%q was taken for success: %+v", answer, r)
		}
	})
}
