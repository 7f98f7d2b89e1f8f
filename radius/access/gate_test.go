package access

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/fault"
)

func failing(context.Context) Admission {
	return unavailable(fault.New(fault.Unavailable, "db.unavailable"))
}
func good(context.Context) Admission { return Admission{Cause: CauseOK} }

// TestTheGateShutsAndOpens: three failures in a row shut it, one a second looks, and one good answer opens it.
func TestTheGateShutsAndOpens(t *testing.T) {
	now := time.Duration(0)
	g := newGate(func() time.Duration { return now })
	asked := 0
	ask := func(answer func(context.Context) Admission) Cause {
		return g.pass(context.Background(), func(ctx context.Context) Admission { asked++; return answer(ctx) }).Cause
	}
	ask(failing)
	ask(failing)
	ask(good)
	for range gateFails {
		ask(failing)
	}
	asked = 0
	for range 100 {
		if got := ask(good); got != CauseUnavailable {
			t.Fatalf("through a shut gate: %s", got)
		}
	}
	if shut, turned := g.state(); asked != 0 || !shut || turned != 100 {
		t.Errorf("asked %d times, turned %d away", asked, turned)
	}
	now += gateRest
	ask(failing)
	ask(failing)
	now += gateRest
	if got := ask(good); got != CauseOK || asked != 2 {
		t.Errorf("%s after asking %d times", got, asked)
	}
	if got := ask(good); got != CauseOK {
		t.Errorf("an open gate: %s", got)
	}
	wrong := Admission{Cause: CauseUnavailable, Err: fault.New(fault.Invalid, "limits.unreadable")}
	for range 2 * gateFails {
		ask(func(context.Context) Admission { return wrong })
		ask(func(context.Context) Admission { return unavailable(context.Canceled) })
	}
	if shut, _ := g.state(); shut {
		t.Error("one person's trouble shuts the gate for all")
	}
}

// TestTheGateIsNarrow: a database that hangs holds a bounded number, and those no longer than they want.
func TestTheGateIsNarrow(t *testing.T) {
	g := newGate(func() time.Duration { return 0 })
	var inside, most atomic.Int64
	together(5*gateWidth, func(int) {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		g.pass(ctx, func(ctx context.Context) Admission {
			if n := inside.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer inside.Add(-1)
			<-ctx.Done()
			return unavailable(fault.Wrap(fault.Unavailable, "db.unavailable", ctx.Err()))
		})
	})
	if most.Load() > gateWidth || inside.Load() != 0 {
		t.Errorf("%d at once, %d still", most.Load(), inside.Load())
	}
}
