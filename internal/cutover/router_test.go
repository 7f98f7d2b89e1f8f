package cutover

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"mtandao/internal/sim/router"
	"mtandao/internal/testdb"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// wire is the line to a router, which is cut at the nth thing that is said to it, before or after the router hears it.
type wire struct {
	said, cutAt atomic.Int64
	heard       atomic.Bool
}

func (w *wire) lay(t *testing.T, to string) (at string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", to)
			if err != nil {
				_ = here.Close()
				continue
			}
			go w.carry(here, there)
			go func() {
				buffer := make([]byte, 1<<16)
				for {
					n, err := there.Read(buffer)
					if err != nil {
						_ = here.Close()
						return
					}
					_, _ = here.Write(buffer[:n])
				}
			}()
		}
	}()
	return l.Addr().String()
}

func (w *wire) carry(here, there net.Conn) {
	defer here.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := here.Read(buffer)
		if err != nil {
			_ = there.Close()
			return
		}
		cut := w.said.Add(1) == w.cutAt.Load()
		if cut && !w.heard.Load() {
			_ = there.Close()
			return
		}
		if cut {
			_ = here.Close()
		}
		_, _ = there.Write(buffer[:n])
	}
}

// spoken is a router that is really spoken to, as the program wires it.
type spoken struct{ *mikrotik.Dialect }

func (s spoken) Secrets(ctx context.Context, r routers.Router) (all []Secret, err error) {
	items, err := s.Items(ctx, r, "/ppp/secret")
	for _, i := range items["/ppp/secret"] {
		all = append(all, Secret{ID: i[".id"], Menu: "/ppp/secret", Name: i["name"], Off: i["disabled"] == "true"})
	}
	return all, err
}

// TestASimulatedRouterIsTakenOverOnABadLine: wherever the line is cut, the next run ends what was begun; a secret that a technician switches on again is
// told and switched off again; given back on the same line, all are as they were before.
func TestASimulatedRouterIsTakenOverOnABadLine(t *testing.T) {
	const homes = 120
	h := newHouse(t, testdb.SQLite(t))
	h.brings(table(t, homes, nil))
	c := router.BareConfiguration("7.16.1")
	var script strings.Builder
	script.WriteString("/ppp secret add name=owner password=x service=pppoe\n")
	for n := 1; n <= homes; n++ {
		fmt.Fprintf(&script, "/ppp secret add name=home%04d password=x service=pppoe disabled=%s\n", n, map[bool]string{true: "yes", false: "no"}[n == 7])
	}
	run := func(script string) {
		t.Helper()
		if _, err := c.Run(script); err != nil {
			t.Fatal(err)
		}
	}
	run(script.String())
	sim := router.New(router.Options{Name: "sim", API: "127.0.0.1:0", APIUser: "admin", APIPassword: "full rights", Configuration: c})
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	line := &wire{}
	r := h.router
	r.APIAddress, r.APIUser, r.APIPassword = line.lay(t, sim.APIAddress()), "admin", "full rights"
	speaks := func() *mikrotik.Dialect {
		d := mikrotik.New()
		t.Cleanup(func() { _ = d.Close() })
		h.Service.Local = spoken{d}
		return d
	}
	off := func() (n int) {
		all, err := h.Service.Local.Secrets(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.Off {
				n++
			}
		}
		return n
	}
	cuts := 0
	for _, heard := range []bool{false, true} {
		for at := int64(1); at <= 9; at++ {
			line.heard.Store(heard)
			d := speaks()
			line.said.Store(0)
			line.cutAt.Store(at)
			if _, err := h.TakeOver(ctx, r, false, asha); err != nil {
				cuts++
			}
			line.cutAt.Store(0)
			if _, err := h.TakeOver(ctx, r, false, asha); err != nil || off() != homes {
				t.Fatalf("cut at %d: %d are off: %v", at, off(), err)
			}
			run("/ppp secret set [find where name=home0020] disabled=no")
			if dry, err := h.TakeOver(ctx, r, true, asha); err != nil || fmt.Sprint(dry.Switched, dry.Unknown) != "[home0020] [owner]" {
				t.Errorf("%+v %v", dry, err)
			}
			if _, err := h.TakeOver(ctx, r, false, asha); err != nil || off() != homes {
				t.Errorf("%d are off: %v", off(), err)
			}
			_ = d.Close()
			speaks()
			line.said.Store(0)
			line.cutAt.Store(at)
			if _, err := h.GiveBack(ctx, r, asha); err != nil {
				cuts++
				line.cutAt.Store(0)
				if _, err := h.GiveBack(ctx, r, asha); err != nil {
					t.Fatal(err)
				}
			}
			line.cutAt.Store(0)
			if off() != 1 {
				t.Errorf("cut at %d, %d are off when all is given back", at, off())
			}
		}
	}
	if cuts < 10 {
		t.Errorf("the line was cut %d times", cuts)
	}
	t.Logf("the line was cut %d times", cuts)
}
