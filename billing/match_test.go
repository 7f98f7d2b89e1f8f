package billing_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// stranger is a payer of whom the rail tells only a hash, and who never ordered.
var stranger = customers.Phone("254799000111").SHA256()

// mistyped is the order's code with its last symbol wrong.
func mistyped(o billing.Order) string { return wrongAt(o.Code, len(o.Code)-1) }

// wrongAt has another symbol than the code's at one place.
func wrongAt(code string, i int) string {
	wrong := "A"
	if code[i:i+1] == wrong {
		wrong = "B"
	}
	return code[:i] + wrong + code[i+1:]
}

// lost is the only receipt in suspense.
func (s *shop) lost() billing.Receipt {
	s.t.Helper()
	all, err := s.bill.Suspense(context.Background(), nil, 0, 10)
	if err != nil || len(all) != 1 {
		s.t.Fatalf("%d in suspense: %v", len(all), err)
	}
	return all[0]
}

func (s *shop) match(m billing.Matching) (out billing.Outcome, err error) {
	err = s.db.InTx(context.Background(), func(tx *db.Tx) error {
		out, err = s.bill.Match(tx, m)
		return err
	})
	return out, err
}

func (s *shop) unmatch(receiptID int64) error {
	return s.db.InTx(context.Background(), func(tx *db.Tx) error { return s.bill.Unmatch(tx, receiptID) })
}

func TestMatchServesAndKnowsThePayerNextMonth(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKT1", mistyped(o), stranger, 10))
		r := s.lost()
		s.holds(10, 0, 0, 10)
		offered, err := s.bill.Suggest(context.Background(), r)
		if err != nil || len(offered) != 1 || offered[0].Order.ID != o.ID || !offered[0].Serve || len(offered[0].Clues) != 2 || offered[0].Clues[0].Name != billing.ClueCodeOne {
			t.Fatalf("offered %+v: %v", offered, err)
		}
		out, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true})
		if err != nil || out.Placed != billing.PlacedOrder {
			t.Fatalf("%+v: %v", out, err)
		}
		s.idle()
		s.holds(10, 10, 0, 0)
		if v := s.view(o); v.Order.State != billing.OrderPaid || v.Order.GrantID == 0 {
			t.Errorf("the order is %q", v.Order.State)
		}
		if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}); fault.KeyOf(err) != "match.taken" {
			t.Errorf("again: %v", err)
		}
		s.afterwards(30 * 24 * time.Hour)
		second := s.order("02a1b2c3d4ab")
		s.hear(s.confirmation("RKT2", "INTERNET", stranger, 10)) // their next payment, without a code, for an open order
		if v := s.view(second); v.Order.State != billing.OrderPaid {
			t.Errorf("next month's order is %q", v.Order.State)
		}
		s.hear(s.confirmation("RKT3", "", stranger, 25)) // and one for no order
		s.idle()
		s.holds(45, 20, 25, 0)
	})
}

func TestAMaskWithANameIsKnownAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		pay := func(receipt, mask, name string) {
			s.hear(incoming("confirm", s.till.CallbackSecret, billing.Confirmation{Receipt: receipt, Amount: money.Shillings(10), ShortCode: "174379",
				Reference: "WIFI", Payer: mask, FirstName: name}))
		}
		pay("RKM1", "2547 ***** 111", "JANE")
		if _, err := s.match(billing.Matching{ReceiptID: s.lost().ID, OrderID: o.ID, Serve: true}); err != nil {
			t.Fatal(err)
		}
		pay("RKM2", "25479****111", "Jane") // the same number, masked in the other way
		pay("RKM3", "25479****111", "PETER")
		pay("RKM4", "25479****111", "")
		s.holds(40, 10, 10, 20)
	})
}

func TestUnmatchTakesItBackWhileUnused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKU1", mistyped(o), stranger, 15))
		r := s.lost()
		for range 3 { // match and take back, as often as one likes
			if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}); err != nil {
				t.Fatal(err)
			}
			s.idle()
			s.holds(15, 10, 5, 0)
			if err := s.unmatch(r.ID); err != nil {
				t.Fatal(err)
			}
			s.idle()
			s.holds(15, 0, 0, 15)
		}
		if v := s.view(o); v.Order.State != billing.OrderPlaced || v.Order.GrantID != 0 {
			t.Errorf("the order is %+v", v.Order)
		}
		if err := s.unmatch(r.ID); fault.KeyOf(err) != "unmatch.not_matched" {
			t.Errorf("again: %v", err)
		}
		s.hear(s.confirmation("RKU2", "", stranger, 10)) // who was matched by mistake is not known
		s.holds(25, 0, 0, 25)
		if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}); err != nil {
			t.Fatal(err)
		}
		s.use(s.view(o).Order.GrantID, "02a1b2c3d4aa")
		if err := s.unmatch(r.ID); fault.KeyOf(err) != "grant.used" {
			t.Errorf("used: %v", err)
		}
		s.holds(25, 10, 5, 10)
	})
}

// afterwards lets time pass, with what was posted chained first.
func (s *shop) afterwards(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(10 * time.Second)
	if err := s.ledger.Chain(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	s.clock.Advance(d)
}

// use lets a device log in to what it has.
func (s *shop) use(grantID int64, mac string) {
	s.t.Helper()
	a := s.grants.Admit(context.Background(), access.Attempt{Name: mac, SiteID: s.site, MAC: access.MAC(mac), MACLogin: true})
	if a.Cause != access.CauseOK || a.Grant.ID != grantID {
		s.t.Fatalf("admitted to %d: %v %v", a.Grant.ID, a.Cause, a.Err)
	}
}

// matchedAfterAnother is an order in use, and another of the same device that a stranger's money was matched to.
func (s *shop) matchedAfterAnother(shillings int64) (first, second billing.Order, r billing.Receipt) {
	s.t.Helper()
	first = s.order("02a1b2c3d4aa")
	s.hear(s.success(0, "RKS1", 10))
	s.use(s.view(first).Order.GrantID, "02a1b2c3d4aa")
	s.afterwards(2 * time.Minute)
	second = s.order("02a1b2c3d4aa")
	s.hear(s.confirmation("RKS2", mistyped(second), stranger, shillings))
	r = s.lost()
	if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: second.ID, Serve: true}); err != nil {
		s.t.Fatal(err)
	}
	return first, second, r
}

func TestUnmatchOfMoreOfTheSame(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first, second, r := s.matchedAfterAnother(10)
		mine, theirs := s.view(first).Order.GrantID, s.view(second).Order.GrantID
		if mine == theirs { // whose money it is nobody has proved: it buys a grant of its own
			t.Fatal("a stranger's money was added to a grant that is not theirs")
		}
		if err := s.unmatch(r.ID); err != nil {
			t.Fatal(err)
		}
		if g, _, _, err := s.grants.View(context.Background(), mine); err != nil || g.Limits.Time != time.Hour || g.State != access.Active || !g.Until.Equal(g.FirstUsedAt.Add(time.Hour)) {
			t.Errorf("the grant in use has %v until %v: %v", g.Limits.Time, g.Until, err)
		}
		if g, _, _, err := s.grants.View(context.Background(), theirs); err != nil || g.State != access.Ended {
			t.Errorf("what was taken back is %v: %v", g.State, err)
		}
		s.idle()
		s.holds(20, 10, 0, 10)
	})
}

func TestTooLittleIsHeldForThePayer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKL1", mistyped(o), stranger, 4))
		r := s.lost()
		if _, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}); fault.KeyOf(err) != "match.too_little" {
			t.Errorf("served by too little: %v", err)
		}
		s.holds(4, 0, 0, 4)
		if out, err := s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID}); err != nil || out.Placed != billing.PlacedCredit {
			t.Fatalf("%+v: %v", out, err)
		}
		s.holds(4, 0, 4, 0)
		if err := s.unmatch(r.ID); err != nil {
			t.Fatal(err)
		}
		s.holds(4, 0, 0, 4)
	})
}

func TestOfTwoWhoMatchOneWins(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b := s.order("02a1b2c3d4aa"), s.order("02a1b2c3d4bb")
		s.hear(s.confirmation("RKW1", "WHO", stranger, 10))
		r := s.lost()
		results := make([]error, 8)
		var all sync.WaitGroup
		for i := range results {
			o := []billing.Order{a, b}[i%2]
			all.Go(func() { _, results[i] = s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}) })
		}
		all.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if fault.KeyOf(err) != "match.taken" {
				t.Errorf("a loser is told %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
		s.idle()
		s.holds(10, 10, 0, 0)
		all.Go(func() { results[0] = s.unmatch(r.ID) })
		all.Go(func() { results[1] = s.unmatch(r.ID) })
		all.Wait()
		if (results[0] == nil) == (results[1] == nil) {
			t.Errorf("taken back twice: %v, %v", results[0], results[1])
		}
		s.idle()
		s.holds(10, 0, 0, 10)
	})
}

func TestTwoReceiptsAndOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKO1", "X", stranger, 10), s.confirmation("RKO2", "X", customers.Phone("254799000222").SHA256(), 10))
		both, err := s.bill.Suspense(context.Background(), nil, 0, 10)
		if err != nil || len(both) != 2 {
			t.Fatal(len(both), err)
		}
		var all sync.WaitGroup
		results := make([]error, 2)
		for i, r := range both {
			all.Go(func() { _, results[i] = s.match(billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}) })
		}
		all.Wait()
		lost := fault.KeyOf(errors.Join(results...))
		if (results[0] == nil) == (results[1] == nil) || lost != "match.paid" && lost != "match.served_since" {
			t.Errorf("%v, %v", results[0], results[1])
		}
		s.idle()
		s.holds(20, 10, 0, 10)
	})
}

func TestSuggestionsAreRankedAndExplained(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.clock.Advance(-2 * time.Hour)
		early := s.order("02a1b2c3d4a1")
		s.clock.Advance(2 * time.Hour)
		late := s.order("02a1b2c3d4a2")
		s.hear(s.confirmation("RKG1", wrongAt(wrongAt(early.Code, 0), 4), "2547 ***** 678 ", 10))
		offered, err := s.bill.Suggest(context.Background(), s.lost())
		if err != nil || len(offered) != 2 || offered[0].Order.ID != early.ID || offered[1].Order.ID != late.ID {
			t.Fatalf("%+v %v", offered, err)
		}
		names := ""
		for _, o := range offered {
			for _, c := range o.Clues {
				names += c.Name + " "
			}
		}
		if names != "code_two mask mask amount " {
			t.Errorf("the reasons are %s", names)
		}
	})
}
