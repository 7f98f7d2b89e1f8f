package billing_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// cashDesk is a shop with a customer whose credit is paid back.
type cashDesk struct {
	homes
	counter *counter.Service
	people  *customers.Service
}

func openDesk(s *shop) cashDesk {
	s.t.Helper()
	c := cashDesk{homes: openHomes(s), people: customers.New(customers.Options{DB: s.db, Keys: s.keys, Clock: s.clock})}
	c.counter = counter.New(counter.Options{DB: s.db, Clock: s.clock, Plan: s.clock, Ledger: s.ledger, Accounts: c.Service, Approvals: s.approvals, Keys: s.keys, Phones: c.people, Rail: s.bill})
	s.bill.AskOwes(counter.OfPayback, c.counter)
	s.more = append(s.more, c.Service, c.counter)
	c.reached("254712345678")
	s.paysOut()
	return c
}

func (c cashDesk) reached(phone string) {
	c.t.Helper()
	c.in(func(tx *db.Tx) error {
		return c.people.SaveContacts(tx, c.one.ID, []customers.Contact{{Kind: customers.ByPhone, Value: phone}}, customers.By{Actor: "test"})
	})
}

// owes is a payback that two members decided on.
func (c cashDesk) owes(request string, shillings int64) counter.Payback {
	c.t.Helper()
	ctx := context.Background()
	_, err := c.TakeAtCounter(ctx, accounts.Taking{Request: request, CustomerID: c.one.ID, How: accounts.ByCash, Amount: money.Shillings(shillings)}, accounts.By{Actor: "test"})
	var p counter.Payback
	if err == nil {
		p, err = c.counter.AskPayback(ctx, counter.Payback{CustomerID: c.one.ID, Amount: money.Shillings(shillings), Reason: "moves away"}, counter.By{Member: asha, Actor: "asha"})
	}
	if err == nil {
		p, err = c.counter.DecidePayback(ctx, p.ID, true, counter.By{Member: juma, Actor: "juma", Proven: true})
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c cashDesk) trySendBack(p counter.Payback) error {
	_, err := c.counter.SendPayback(context.Background(), p.ID, counter.By{Member: pendo, Actor: "pendo"})
	return err
}

func (c cashDesk) sends(p counter.Payback) {
	c.t.Helper()
	if err := c.trySendBack(p); err != nil {
		c.t.Fatal(err)
	}
	c.idle()
}

func (c cashDesk) byHand(p counter.Payback) error {
	_, err := c.counter.PayPayback(context.Background(), p.ID, accounts.ByCash, "", counter.By{Member: pendo, Actor: "pendo"})
	return err
}

func (c cashDesk) triesOf(p counter.Payback) []billing.SendBack {
	c.t.Helper()
	all, err := c.bill.SendBacks(context.Background(), billing.Of{Kind: counter.OfPayback, ID: p.ID})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// answers is the rail's word about the nth order, which is of this payback's last try.
func (c cashDesk) answers(n int, p counter.Payback, v billing.Verdict, receipt string) billing.Incoming {
	c.t.Helper()
	o, tries := c.rail.order(n), c.triesOf(p)
	return incoming(billing.AboutSentBack, lastPart(o.ResultURL), billing.StatusResult{OriginatorID: o.Originator, ConversationID: tries[len(tries)-1].Conversation, Verdict: v, Receipt: receipt})
}

func (c cashDesk) is(p counter.Payback, state counter.PaybackState, how, reference string, tries ...billing.SendBackState) {
	c.t.Helper()
	got, err := c.counter.PaybackByID(context.Background(), p.ID)
	if err != nil || got.State != state || got.How != how || got.Reference != reference {
		c.t.Errorf("the payback is %s by %q %q, want %s by %q %q: %v", got.State, got.How, got.Reference, state, how, reference, err)
	}
	all := c.triesOf(p)
	if len(all) != len(tries) {
		c.t.Fatalf("%d tries, want %d", len(all), len(tries))
	}
	for n, want := range tries {
		if all[n].State != want {
			c.t.Errorf("try %d is %s, want %s", n, all[n].State, want)
		}
	}
	if open := len(all) > 0 && !all[len(all)-1].State.Final(); open != (got.Sending != 0) {
		c.t.Errorf("sending %d, tries %+v", got.Sending, all)
	}
	c.chained()
	c.prove()
}

// TestAPaybackIsPaidOutToAPhone: once, whatever comes twice, and out of the code that pays out.
func TestAPaybackIsPaidOutToAPhone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := openDesk(s)
		p := c.owes("a", 40)
		c.sends(p)
		if o := s.rail.order(0); o.Way != billing.ByPayout || o.Phone != "254712345678" || o.Amount != money.Shillings(40) || o.Receipt != "" || o.Originator == "" {
			t.Errorf("asked %+v", o)
		}
		c.is(p, counter.Approved, "", "", billing.SendBackSent)
		for _, err := range []error{c.trySendBack(p), c.byHand(p)} {
			if fault.KeyOf(err) != "refund.sending" {
				t.Errorf("paid another way meanwhile: %v", err)
			}
		}
		forged := c.answers(0, p, paid, "SKO0000001")
		forged.Body = []byte(strings.Replace(string(forged.Body), s.rail.order(0).Originator, "mtandao-another", 1))
		s.hear(forged)
		c.is(p, counter.Approved, "", "", billing.SendBackSent)
		s.hear(c.answers(0, p, paid, "SKP0000001"), c.answers(0, p, paid, "SKP0000001"), c.answers(0, p, noFloat, ""))
		c.is(p, counter.Paidback, counter.ByMPesa, "SKP0000001", billing.SendBackDone)
		c.balance(ledger.PayoutCodes, -40)
		c.balance(ledger.CreditPayable, 0)
		for _, err := range []error{c.trySendBack(p), c.byHand(p)} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("paid twice: %v", err)
			}
		}
	})
}

// TestAPaybackThatIsRefusedStaysOwed, may be sent anew, and be paid by hand.
func TestAPaybackThatIsRefusedStaysOwed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := openDesk(s)
		p := c.owes("a", 40)
		for n := range 2 {
			c.sends(p)
			s.hear(c.answers(n, p, noFloat, ""))
			s.idle()
		}
		c.is(p, counter.Approved, "", "", billing.SendBackRefused, billing.SendBackRefused)
		if err := c.byHand(p); err != nil {
			t.Fatal(err)
		}
		c.is(p, counter.Paidback, accounts.ByCash, "", billing.SendBackRefused, billing.SendBackRefused)
		c.balance(ledger.PayoutCodes, 0)
		for shillings, why := range map[int64]string{9: "little", 250_001: "much"} {
			p := c.owes(why, shillings)
			if err := c.trySendBack(p); fault.KeyOf(err) != "owed.no_way" {
				t.Errorf("%s: %v", why, err)
			}
			if err := c.byHand(p); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestAPaybackGoesOnlyToThePhoneThatWasDecidedOn: one person who changes the number of a customer sends no money there.
func TestAPaybackGoesOnlyToThePhoneThatWasDecidedOn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := openDesk(s)
		p := c.owes("a", 40)
		c.reached("254799000111")
		if err := c.trySendBack(p); fault.KeyOf(err) != "owed.no_way" {
			t.Errorf("sent to another phone: %v", err)
		}
		c.reached("254712345678")
		c.sends(p)
		c.is(p, counter.Approved, "", "", billing.SendBackSent)
	})
}

// TestARailThatDoesNotTellOfAPayback: it is asked for again by the same number, nobody pays it twice, and in the end a person says.
func TestARailThatDoesNotTellOfAPayback(t *testing.T) {
	for name, went := range map[string]bool{"it went": true, "it stayed": false} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				c, ctx := openDesk(s), context.Background()
				s.rail.sendBackErr = noAnswer
				p := c.owes("a", 40)
				c.sends(p)
				c.is(p, counter.Approved, "", "", billing.SendBackSending)
				for range 8 {
					s.clock.Advance(25 * time.Hour)
					s.idle()
				}
				c.is(p, counter.Approved, "", "", billing.SendBackLost)
				for _, o := range s.rail.orders {
					if o.Originator != s.rail.order(0).Originator {
						t.Errorf("asked for under another number: %+v", o)
					}
				}
				if err := c.byHand(p); fault.KeyOf(err) != "refund.sending" {
					t.Errorf("in cash while nobody knows: %v", err)
				}
				by := counter.By{Member: pendo, Actor: "pendo"}
				if went {
					if _, err := c.counter.PaybackWent(ctx, p.ID, "no code", by); fault.KeyOf(err) != "refund.reference" {
						t.Error(err)
					}
					if _, err := c.counter.PaybackWent(ctx, p.ID, "skp0 000001", by); err != nil {
						t.Fatal(err)
					}
					s.hear(c.answers(0, p, paid, "SKP0000001"))
					c.is(p, counter.Paidback, counter.ByMPesa, "SKP0000001", billing.SendBackDone)
					return
				}
				if _, err := c.counter.PaybackStays(ctx, p.ID, by); err != nil {
					t.Fatal(err)
				}
				if err := c.byHand(p); err != nil {
					t.Fatal(err)
				}
				s.hear(c.answers(0, p, paid, "SKP0000001")) // and it did go: a person must see it
				c.is(p, counter.Paidback, accounts.ByCash, "", billing.SendBackRefused)
				if waits, err := s.bill.SetAsides(ctx, 0, 10); err != nil || len(waits) != 1 {
					t.Errorf("set aside: %v %v", waits, err)
				}
			})
		})
	}
}

// TestManyPayOnePayback: members press at once, by rail and by hand, and the money goes once.
func TestManyPayOnePayback(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := openDesk(s)
		for _, round := range []string{"a", "b", "c"} {
			p, before := c.owes(round, 40), len(s.rail.orders)
			var all sync.WaitGroup
			winners := make(chan error, 8)
			for n := range 8 {
				all.Go(func() {
					var err error
					if n%2 == 0 {
						err = c.trySendBack(p)
					} else {
						err = c.byHand(p)
					}
					if winners <- err; err != nil && !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			close(winners)
			n := 0
			for err := range winners {
				if err == nil {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d have won", n)
			}
			s.idle()
			if len(s.rail.orders) > before {
				s.hear(c.answers(before, p, paid, "SKP000000"+strings.ToUpper(round)))
			}
			if got, err := c.counter.PaybackByID(context.Background(), p.ID); err != nil || got.State != counter.Paidback {
				t.Errorf("%+v: %v", got, err)
			}
		}
		c.balance(ledger.CreditPayable, 0)
		s.prove()
	})
}

// TestKilledWhileAPaybackIsSent: whoever dies at any write, from the press to the result, the rail is asked under one number and it is paid once.
func TestKilledWhileAPaybackIsSent(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := openDesk(s)
		p := c.owes("a", 40)
		killer, kills := testdb.NewKiller(t, s.db, testdb.Within("mtandao/billing")), 0
		for n := range 40 {
			killer.Once(n)
			err := c.trySendBack(p)
			killer.Spare()
			if err == nil {
				break
			}
			kills++
		}
		s.idle()
		result := c.answers(0, p, paid, "SKP0000001")
		for n := range 40 {
			killer.Once(n)
			err := s.bill.TakeIn(context.Background(), []billing.Incoming{result})
			killer.Spare()
			if err == nil {
				break
			}
			kills++
		}
		s.idle()
		if kills < 4 || len(s.rail.orders) != 1 {
			t.Errorf("%d died, the rail was asked %d times", kills, len(s.rail.orders))
		}
		c.is(p, counter.Paidback, counter.ByMPesa, "SKP0000001", billing.SendBackDone)
		c.balance(ledger.PayoutCodes, -40)
	})
}
