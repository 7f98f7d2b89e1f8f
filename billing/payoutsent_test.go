package billing_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// owingBuilding is a building whose landlord is due a hundred shillings, from a till that pays out.
func owingBuilding(s *shop) *building {
	s.t.Helper()
	s.clock.Advance(time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC).Sub(s.clock.Now()))
	b := openBuilding(s.t, s)
	b.partners.Rail = s.bill
	s.bill.AskOwes(partners.OfPayout, b.partners)
	s.paysOut()
	s.plan = s.sell(plans.Plan{Key: "month", NameEN: "1 month", Price: money.Shillings(500), Limits: access.Limits{Time: 30 * 24 * time.Hour, Devices: 1}})
	s.order(phoneMAC)
	s.hear(s.success(0, "SJ80000001", 500))
	b.nextDay()
	return b
}

// toPay is a payout that two members decided on.
func (b *building) toPay(shillings int64) partners.Payout {
	b.t.Helper()
	p, err := b.asks(1, shillings)
	if err == nil {
		p, err = b.partners.DecidePayout(context.Background(), p.ID, true, partners.By{Member: 2, Actor: "second"})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *building) trySend(p partners.Payout) error {
	_, err := b.partners.SendPayout(context.Background(), p.ID, partners.By{Member: 3, Actor: "third"})
	return err
}

func (b *building) sends(p partners.Payout) {
	b.t.Helper()
	if err := b.trySend(p); err != nil {
		b.t.Fatal(err)
	}
	b.idle()
}

func (b *building) byHand(p partners.Payout) error {
	_, err := b.partners.PayPayout(context.Background(), p.ID, partners.InCash, "", partners.By{Member: 3, Actor: "third"})
	return err
}

func (b *building) triesOf(p partners.Payout) []billing.SendBack {
	b.t.Helper()
	all, err := b.bill.SendBacks(context.Background(), billing.Of{Kind: partners.OfPayout, ID: p.ID})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// answers is the rail's word about the nth order, which is of this payout's last try.
func (b *building) answers(n int, p partners.Payout, v billing.Verdict, receipt string) billing.Incoming {
	b.t.Helper()
	o, tries := b.rail.order(n), b.triesOf(p)
	return incoming(billing.AboutSentBack, lastPart(o.ResultURL), billing.StatusResult{OriginatorID: o.Originator, ConversationID: tries[len(tries)-1].Conversation, Verdict: v, Receipt: receipt})
}

func (b *building) isPayout(p partners.Payout, state counter.PaybackState, how, reference string, tries ...billing.SendBackState) {
	b.t.Helper()
	got, err := b.partners.PayoutByID(context.Background(), p.ID)
	if err != nil || got.State != state || got.How != how || got.Reference != reference {
		b.t.Errorf("the payout is %s by %q %q, want %s by %q %q: %v", got.State, got.How, got.Reference, state, how, reference, err)
	}
	all := b.triesOf(p)
	if len(all) != len(tries) {
		b.t.Fatalf("%d tries, want %d", len(all), len(tries))
	}
	for n, want := range tries {
		if all[n].State != want {
			b.t.Errorf("try %d is %s, want %s", n, all[n].State, want)
		}
	}
	if open := len(all) > 0 && !all[len(all)-1].State.Final(); open != (got.Sending != 0) {
		b.t.Errorf("sending %d, tries %+v", got.Sending, all)
	}
	b.chained()
	b.prove()
}

// TestAPayoutGoesToThePartnersPhone once, whatever comes twice, out of the code that pays out; while nobody knows it is neither paid by hand nor dropped; and it
// goes to no phone but the one that was decided on.
func TestAPayoutGoesToThePartnersPhone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b, ctx := owingBuilding(s), context.Background()
		b.due(100)
		p := b.toPay(40)
		b.landlord.Phone = "254722000010"
		if _, err := b.partners.Save(ctx, b.landlord, partners.By{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		if err := b.trySend(p); fault.KeyOf(err) != "owed.no_way" {
			t.Errorf("sent to another phone: %v", err)
		}
		b.landlord.Phone = "254722000009"
		if _, err := b.partners.Save(ctx, b.landlord, partners.By{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		b.sends(p)
		if o := s.rail.order(0); o.Way != billing.ByPayout || o.Phone != customers.Phone("254722000009") || o.Amount != money.Shillings(40) || o.Receipt != "" || o.Originator == "" {
			t.Errorf("asked %+v", o)
		}
		b.isPayout(p, counter.Approved, "", "", billing.SendBackSent)
		for _, err := range []error{b.trySend(p), b.byHand(p), b.refusedAfter(p.ID)} {
			if fault.KeyOf(err) != "refund.sending" {
				t.Errorf("another way meanwhile: %v", err)
			}
		}
		forged := b.answers(0, p, paid, "SKO0000001")
		forged.Body = []byte(strings.Replace(string(forged.Body), s.rail.order(0).Originator, "mtandao-another", 1))
		s.hear(forged)
		b.isPayout(p, counter.Approved, "", "", billing.SendBackSent)
		s.hear(b.answers(0, p, paid, "SKP0000001"), b.answers(0, p, paid, "SKP0000001"), b.answers(0, p, noFloat, ""))
		b.isPayout(p, counter.Paidback, partners.ByMPesa, "SKP0000001", billing.SendBackDone)
		b.due(60)
		b.balance(ledger.PayoutCodes, -40)
		for _, err := range []error{b.trySend(p), b.byHand(p), b.refusedAfter(p.ID)} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("paid twice: %v", err)
			}
		}
		b.tamperPayout(p.ID)
	})
}

// TestAPayoutThatIsRefusedStaysDue, may be sent anew, be dropped, or be paid by hand; what the code cannot send is paid by hand.
func TestAPayoutThatIsRefusedStaysDue(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := owingBuilding(s)
		p := b.toPay(40)
		for n := range 2 {
			b.sends(p)
			s.hear(b.answers(n, p, noFloat, ""))
			s.idle()
		}
		b.isPayout(p, counter.Approved, "", "", billing.SendBackRefused, billing.SendBackRefused)
		if err := b.refusedAfter(p.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.trySend(p); fault.KeyOf(err) != "refund.not_owed" {
			t.Errorf("sent although dropped: %v", err)
		}
		little := b.toPay(9)
		if err := b.trySend(little); fault.KeyOf(err) != "owed.no_way" {
			t.Error(err)
		}
		if err := b.byHand(little); err != nil {
			t.Error(err)
		}
		b.due(91)
		b.balance(ledger.PayoutCodes, 0)
		b.prove()
	})
}

// TestARailThatDoesNotTellOfAPayout: it is asked for again by the same number, nobody pays it twice, in the end a person says, and what went after all is seen.
// What went is booked although the due has sunk below it meanwhile.
func TestARailThatDoesNotTellOfAPayout(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b, ctx := owingBuilding(s), context.Background()
		by := partners.By{Member: 3, Actor: "third"}
		s.rail.sendBackErr = noAnswer
		for n, went := range []bool{false, true} {
			p, first := b.toPay(50), len(s.rail.orders)
			b.sends(p)
			b.isPayout(p, counter.Approved, "", "", billing.SendBackSending)
			for range 8 {
				s.clock.Advance(25 * time.Hour)
				s.idle()
			}
			b.isPayout(p, counter.Approved, "", "", billing.SendBackLost)
			for _, o := range s.rail.orders[first:] {
				if o.Originator != s.rail.order(first).Originator {
					t.Errorf("asked for under another number: %+v", o)
				}
			}
			if err := b.byHand(p); fault.KeyOf(err) != "refund.sending" {
				t.Errorf("in cash while nobody knows: %v", err)
			}
			if !went {
				if _, err := b.partners.PayoutStays(ctx, p.ID, by); err != nil {
					t.Fatal(err)
				}
				if err := b.byHand(p); err != nil {
					t.Fatal(err)
				}
				s.hear(b.answers(first, p, paid, "SKP0000001")) // and it did go: a person must see it
				b.isPayout(p, counter.Paidback, partners.InCash, "", billing.SendBackRefused)
				if waits, err := s.bill.SetAsides(ctx, 0, 10); err != nil || len(waits) != 1 {
					t.Errorf("set aside: %v %v", waits, err)
				}
				continue
			}
			orders, err := s.bill.OrdersOfDevice(ctx, string(phoneMAC))
			if err != nil || len(orders) != 1 {
				t.Fatal(orders, err)
			}
			s.refunded(orders[0], 10)
			b.nextDay()
			b.nextDay() // in Nairobi it is tomorrow already
			b.due(48)
			if _, err := b.partners.PayoutWent(ctx, p.ID, "no code", by); fault.KeyOf(err) != "refund.reference" {
				t.Error(n, err)
			}
			if _, err := b.partners.PayoutWent(ctx, p.ID, "skp0 000002", by); err != nil {
				t.Fatal(err)
			}
			s.hear(b.answers(first, p, paid, "SKP0000002"))
			b.isPayout(p, counter.Paidback, partners.ByMPesa, "SKP0000002", billing.SendBackDone)
			b.due(-2)
		}
	})
}

// TestManyPayOnePayout: members press at once, by rail, by hand and to drop it, and one of them does.
func TestManyPayOnePayout(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := owingBuilding(s)
		for _, round := range []string{"A", "B", "C"} {
			p, before := b.toPay(20), len(s.rail.orders)
			var all sync.WaitGroup
			var won atomic.Int64
			for n := range 9 {
				all.Go(func() {
					err := []func(partners.Payout) error{b.trySend, b.byHand, func(p partners.Payout) error { return b.refusedAfter(p.ID) }}[n%3](p)
					if err == nil {
						won.Add(1)
					} else if !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				})
			}
			if all.Wait(); won.Load() != 1 {
				t.Errorf("%d have won", won.Load())
			}
			s.idle()
			if len(s.rail.orders) > before {
				s.hear(b.answers(before, p, paid, "SKP000000"+round))
			}
			if got, err := b.partners.PayoutByID(context.Background(), p.ID); err != nil || got.State != counter.Paidback && got.State != counter.Refused {
				t.Errorf("%+v: %v", got, err)
			}
		}
		b.prove()
	})
}

// TestKilledWhileAPayoutIsSent: whoever dies at any write, from the press to the result, the rail is asked under one number and it is paid once.
func TestKilledWhileAPayoutIsSent(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := owingBuilding(s)
		p := b.toPay(40)
		killer, kills := testdb.NewKiller(t, s.db, testdb.Within("mtandao/billing")), 0
		untilDone := func(do func() error) {
			for n := range 60 {
				killer.Once(n)
				err := do()
				killer.Spare()
				if err == nil {
					return
				}
				kills++
			}
			t.Fatal("it never ends")
		}
		untilDone(func() error { return b.trySend(p) })
		s.idle()
		result := b.answers(0, p, paid, "SKP0000001")
		untilDone(func() error { return s.bill.TakeIn(context.Background(), []billing.Incoming{result}) })
		s.idle()
		if kills < 6 || len(s.rail.orders) != 1 {
			t.Errorf("%d died, the rail was asked %d times", kills, len(s.rail.orders))
		}
		b.isPayout(p, counter.Paidback, partners.ByMPesa, "SKP0000001", billing.SendBackDone)
		b.balance(ledger.PayoutCodes, -40)
		b.due(60)
	})
}

var _ billing.Owes = (*partners.Service)(nil)
