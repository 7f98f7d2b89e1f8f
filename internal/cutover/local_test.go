package cutover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/radius/routers"
)

// box is a router with secrets of its own.
type box struct {
	secrets []Secret
	calls   int
	failAt  int  // the call that does not come through
	lost    bool // it was carried out all the same
}

func (b *box) Secrets(context.Context, routers.Router) ([]Secret, error) {
	return slices.Clone(b.secrets), nil
}

func (b *box) Switch(_ context.Context, _ routers.Router, menu string, ids []string, off bool) error {
	b.calls++
	if b.calls == b.failAt && !b.lost {
		return errors.New("the line is cut")
	}
	for n, s := range b.secrets {
		if s.Menu == menu && slices.Contains(ids, s.ID) {
			b.secrets[n].Off = off
		}
	}
	if b.calls == b.failAt {
		return errors.New("no answer")
	}
	return nil
}

func (b *box) off() (n int) {
	for _, s := range b.secrets {
		if s.Off {
			n++
		}
	}
	return n
}

func (h *house) boxed(n int) (*box, *incoming.Batch) {
	h.Helper()
	b := table(h.TB, n, nil)
	h.brings(b)
	router := &box{secrets: []Secret{{ID: "*F0", Menu: "/ppp/secret", Name: "the-owners-own"}, {ID: "*F1", Menu: "/ppp/secret", Name: "home0001", Off: true}}}
	for row := 2; row <= n; row++ {
		router.secrets = append(router.secrets, Secret{ID: fmt.Sprintf("*%X", row), Menu: "/ppp/secret", Name: fmt.Sprintf("home%04d", row)})
	}
	h.Service.Local = router
	return router, b
}

// TestARouterIsTakenOverAndGivenBack: those who have a line here are switched off and the others not; given back, exactly those are on again.
func TestARouterIsTakenOverAndGivenBack(t *testing.T) {
	each(t, func(h *house) {
		router, _ := h.boxed(130)
		if _, err := h.GiveBack(ctx, h.router, asha); fault.KeyOf(err) != "cutover.nothing_off" {
			t.Error(err)
		}
		dry, err := h.TakeOver(ctx, h.router, true, asha)
		if err != nil || len(dry.Switched) != 129 || router.off() != 1 || h.count("local_secrets") != 0 {
			t.Fatalf("a dry run switched: %+v %v", dry, err)
		}
		taken, err := h.TakeOver(ctx, h.router, false, asha)
		if err != nil || !slices.Equal(taken.Switched, dry.Switched) || router.off() != 130 || router.calls != 3 || !slices.Equal(taken.Unknown, []string{"the-owners-own"}) {
			t.Errorf("%d off in %d calls: %+v %v", router.off(), router.calls, taken, err)
		}
		if again, err := h.TakeOver(ctx, h.router, false, asha); err != nil || len(again.Switched) != 0 {
			t.Errorf("%+v %v", again, err)
		}
		router.secrets = router.secrets[:len(router.secrets)-1] // somebody removed one meanwhile
		back, err := h.GiveBack(ctx, h.router, asha)
		if err != nil || len(back.Switched) != 128 || !slices.Equal(back.Missing, []string{"home0130"}) || router.off() != 1 || !router.secrets[1].Off {
			t.Errorf("%d off: %+v %v", router.off(), back, err)
		}
	})
}

// TestACutThatIsInterruptedIsStillGivenBack: whether the command that got no answer was carried out or not, everything that is off is on again.
func TestACutThatIsInterruptedIsStillGivenBack(t *testing.T) {
	for _, lost := range []bool{false, true} {
		each(t, func(h *house) {
			router, _ := h.boxed(130)
			router.failAt, router.lost = 2, lost
			if _, err := h.TakeOver(ctx, h.router, false, asha); err == nil {
				t.Fatal("a cut line went unnoticed")
			}
			if _, err := h.GiveBack(ctx, h.router, asha); err != nil || router.off() != 1 {
				t.Errorf("%d are off: %v", router.off(), err)
			}
			if _, err := h.TakeOver(ctx, h.router, false, asha); err != nil || router.off() != 130 {
				t.Errorf("%d are off: %v", router.off(), err)
			}
		})
	}
}
