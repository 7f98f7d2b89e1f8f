package partners

import (
	"context"
	"slices"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/approval"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

type crew struct{}

func (c crew) Active(context.Context) ([]staff.Member, error) { return c.ActiveTx(nil) }

func (crew) ActiveTx(*db.Tx) ([]staff.Member, error) {
	return []staff.Member{member(1, staff.PaymentsMatch).Member, member(2, staff.PaymentsApprove).Member, member(3, staff.PaymentsApprove).Member}, nil
}

func member(id int64, may staff.Permission) approval.By {
	return approval.By{Member: staff.Member{ID: id, State: staff.Active, Roles: []staff.Role{{Permissions: []staff.Permission{may}}}}, Actor: "m@example.com", Proven: true}
}

// TestASiteComesToAShareByTwo: what is sold at one more site, or at another, is shared when a second person approved it; a site that goes is gone at once, and
// what was asked for about the sites before that is not given.
func TestASiteComesToAShareByTwo(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		ctx, clock := context.Background(), clock.NewManual(time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC))
		decisions := approval.New(approval.Options{DB: d, Keys: keys, Clock: clock, People: crew{}})
		s := New(Options{DB: d, Keys: keys, Clock: clock, Ledger: ledger.New(d, clock), Approvals: decisions})
		mzee := Partner{Name: "Mzee", Phone: "254722000009", Share: 1000, Sites: []int64{1}}
		proposes := func(wait int, sites ...int64) []approval.Ask {
			t.Helper()
			mzee.Sites = sites
			saved, waiting, err := s.Propose(ctx, mzee, "", member(1, staff.PaymentsMatch))
			if err != nil || len(waiting) != wait {
				t.Fatal(waiting, err)
			}
			mzee.ID = saved.ID
			return waiting
		}
		decides := func(a approval.Ask) error {
			_, err := decisions.Decide(ctx, a.ID, true, "", member(2, staff.PaymentsApprove))
			return err
		}
		is := func(sites ...int64) {
			t.Helper()
			if p, err := s.Get(ctx, mzee.ID); err != nil || p.Share != 1000 || !slices.Equal(p.Sites, sites) {
				t.Errorf("%d of %v, want %v (%v)", p.Share, p.Sites, sites, err)
			}
		}
		if err := decides(proposes(1, 1)[0]); err != nil {
			t.Fatal(err)
		}
		more := proposes(1, 1, 2)
		if is(1); more[0].Kind != AskSites {
			t.Error(more[0].Kind)
		}
		if err := decides(more[0]); err != nil {
			t.Fatal(err)
		}
		is(1, 2)
		other := proposes(1, 3)
		is(1, 2)
		proposes(0, 1)
		is(1)
		if err := decides(other[0]); fault.KeyOf(err) != "approval.changed" {
			t.Error("sites that were others when it was asked for are changed:", err)
		}
		is(1)
		if err := s.Audit(ctx, func(what string) { t.Error(what) }); err != nil {
			t.Error(err)
		}
	})
}
