package fieldwork

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

var (
	noon  = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	today = clock.DayOf(noon)
	ctx   = context.Background()
	asha  = By{Actor: "asha@example.com", From: "41.90.1.2"}
)

// yard is a service with what tests ask of it, where Asha works everywhere and Wanja at site 9 only.
type yard struct {
	*testing.T
	*Service
	clock *clock.Manual
	lines []string // what was noted on lines
}

func each(t *testing.T, run func(y *yard)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		y := &yard{T: t, clock: clock.NewManual(noon)}
		y.Service = NewService(Options{DB: d, Keys: keys, Clock: y.clock, Settings: settings.New(d, y.clock), Customers: customers.New(customers.Options{DB: d, Keys: keys, Clock: y.clock}), Members: y, Lines: y})
		run(y)
	})
}

// MemberByEmail implements Members.
func (y *yard) MemberByEmail(_ context.Context, email string) (staff.Member, error) {
	m := staff.Member{Email: email, State: staff.Active, Roles: []staff.Role{{Key: "does", Permissions: []staff.Permission{staff.LeadsWork, staff.VisitsWork}}}}
	switch email {
	case asha.Actor, "juma@example.com":
		return m, nil
	case "wanja@example.com":
		m.Sites = []int64{9}
		return m, nil
	}
	return m, fault.New(fault.NotFound, "staff.unknown")
}

func (y *yard) must(err error) {
	y.Helper()
	if err != nil {
		y.Fatal(err)
	}
}

func (y *yard) wants(err error, key string) {
	y.Helper()
	if fault.KeyOf(err) != key {
		y.Errorf("got %v, want %s", err, key)
	}
}

// count is what a query counts.
func (y *yard) count(query string, args ...any) (n int) {
	y.Helper()
	y.must(y.DB.SQL().QueryRowContext(ctx, query, args...).Scan(&n))
	return n
}

func (y *yard) newLead(name, phone string, change ...func(*Lead)) Lead {
	y.Helper()
	l := Lead{SiteID: 3, Kind: customers.Person, Name: name, Lang: words.Swahili, Phone: customers.Phone(phone), Source: "referral",
		Address: customers.Address{Line: "House 12", Area: "Kasarani", Landmark: "behind the church", At: customers.Place{LatMicro: -1_221_000, LngMicro: 36_897_000}}}
	for _, f := range change {
		f(&l)
	}
	l, err := y.OpenLead(ctx, l, name+phone, asha)
	y.must(err)
	return l
}

func (y *yard) leadNow(id int64) Lead {
	y.Helper()
	l, err := y.Lead(ctx, id)
	y.must(err)
	return l
}

// race runs two at once and gives what each said.
func race(one, other func() error) (errs [2]error) {
	var all sync.WaitGroup
	for n, do := range []func() error{one, other} {
		all.Go(func() { errs[n] = do() })
	}
	all.Wait()
	return errs
}

func failed(errs [2]error) error { return errors.Join(errs[0], errs[1]) }
