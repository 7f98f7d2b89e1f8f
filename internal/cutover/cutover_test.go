package cutover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &importRow{}, &runRow{}, &rowRow{}, &secretRow{}, &sourceRow{}, &pieceRow{}, &toldRow{})
	})
}

func (h *house) preview(b *incoming.Batch) *Report {
	h.Helper()
	r, err := h.Preview(ctx, b, h.wish())
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h *house) brings(b *incoming.Batch) *Report {
	h.Helper()
	r, err := h.Import(ctx, b, h.wish(), asha)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func tally(r *Report) string {
	t := r.Tally()
	return fmt.Sprintf("customers %d new %d there %d changed %d refused, lines %d new %d there %d later %d refused", t["customer"][Fresh], t["customer"][There], t["customer"][Changed], t["customer"][Refused],
		t["line"][Fresh], t["line"][There], t["line"][Later], t["line"][Refused])
}

// TestBroughtInTwiceIsOnce: a dry run changes nothing and says what the import then does; the import makes customers who are found by
// their old numbers, with balances, log-ins and ends as they were; again it changes nothing; taken back, nothing is left.
func TestBroughtInTwiceIsOnce(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 60, nil)
		before := h.count("customers") + h.count("grants") + h.count("ledger_entries")
		dry := h.preview(b)
		if h.count("customers")+h.count("grants")+h.count("ledger_entries") != before {
			t.Error("a dry run wrote something")
		}
		r := h.brings(b)
		if want := "customers 60 new 0 there 0 changed 0 refused, lines 60 new 0 there 0 later 0 refused"; tally(dry) != want || tally(r) != want || dry.Opened != r.Opened || r.Opened != money.KES(sumOf(b)) {
			t.Errorf("dry: %s %v\nimport: %s %v", tally(dry), dry.Opened, tally(r), r.Opened)
		}
		h.proves(sumOf(b))
		h.settles() // what somebody came with is not spent before something is due
		for _, c := range b.Customers {
			h.isAs(c)
		}
		again := h.brings(b)
		if want := "customers 0 new 60 there 0 changed 0 refused, lines 0 new 60 there 0 later 0 refused"; tally(again) != want || again.Opened.Cents != 0 {
			t.Error(tally(again))
		}
		if h.count("customers") != 60 || h.count("subscriptions") != 60 {
			t.Error("twice made more")
		}
		h.proves(sumOf(b))
		h.goesBack(r.ImportID, 60, 60)
		h.proves(0)
		for _, table := range []string{"customers", "customer_numbers", "customer_contacts", "subscriptions", "subscription_events", "import_rows"} {
			if n := h.count(table); n != 0 {
				t.Errorf("%d rows stay in %s", n, table)
			}
		}
		if r := h.brings(b); tally(r) != tally(dry) {
			t.Errorf("brought in again after it was taken back: %s", tally(r))
		}
		h.proves(sumOf(b))
	})
}

// isAs: a customer is found by the number they pay with, has the balance, and the log-in with its password and its end, to the second.
func (h *house) isAs(c incoming.Customer) {
	h.Helper()
	found, err := h.Customers.FindNow(ctx, strings.ToLower(strings.ReplaceAll(c.Numbers[0], "-", " ")))
	if err != nil || found.Name != c.Name {
		h.Fatalf("%s: %+v %v", c.Numbers[0], found, err)
	}
	contacts, err := h.Customers.Contacts(ctx, found.ID)
	if err != nil || len(contacts) != 1 || contacts[0].Value != "254"+c.Phone[1:] {
		h.Errorf("%s: %+v %v", c.Name, contacts, err)
	}
	balances, err := h.purse.Balances(ctx, []int64{found.ID})
	if err != nil || balances[found.ID].Cents != max(c.Balance.Cents, 0) || h.owes(found.ID) != max(-c.Balance.Cents, 0) {
		h.Errorf("%s: %v and %d owed, not %v: %v", c.Name, balances, h.owes(found.ID), c.Balance, err)
	}
	subs, err := h.subs.Of(ctx, found.ID)
	if err != nil || len(subs) != 1 {
		h.Fatalf("%s: %+v %v", c.Name, subs, err)
	}
	s := c.Subscriptions[0]
	if st := subs[0].State; !st.PaidTo.Equal(s.Until) || st.Login.Name != s.Login || st.Place.RouterID != h.router.ID || st.Sold.PlanKey != "home-10" || st.Status != subscriptions.Active {
		h.Errorf("%s: %+v, not until %v", c.Name, st, s.Until)
	}
	grants, err := h.access.Find(ctx, s.Login)
	if err != nil || len(grants) != 1 || grants[0].ID != subs[0].GrantID {
		h.Errorf("%s: %+v %v", s.Login, grants, err)
	}
}

// owes is what the ageing says of a customer.
func (h *house) owes(customerID int64) int64 {
	h.Helper()
	ages, err := h.bills.Ageing(ctx, clock.DayOf(h.clock.Now()), invoices.Overdue{}, 100_000)
	if err != nil {
		h.Fatal(err)
	}
	for _, a := range ages {
		if a.CustomerID == customerID {
			return a.Total()
		}
	}
	return 0
}

func (h *house) goesBack(id int64, people, lines int) {
	h.Helper()
	u, err := h.Undo(ctx, id, asha, nil)
	if err != nil || u.Customers != people || u.Lines != lines || len(u.Stayed) != 0 {
		h.Errorf("%+v %v", u, err)
	}
}

// TestWhoHasMovedStays: a payment, a new contact, a pause, a new number each keep their customer where they are, with line and money.
func TestWhoHasMovedStays(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 8, nil)
		r := h.brings(b)
		of := func(n int) customers.Customer {
			c, err := h.Customers.FindNow(ctx, b.Customers[n].Numbers[0])
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if _, err := h.purse.TakeAtCounter(ctx, accounts.Taking{CustomerID: of(0).ID, Amount: money.Shillings(10), How: accounts.ByCash, Request: "x"}, accounts.By{Actor: "asha"}); err != nil {
			t.Fatal(err)
		}
		h.tx(func(tx *db.Tx) error {
			return h.Customers.SaveContacts(tx, of(1).ID, []customers.Contact{{Kind: customers.ByPhone, Value: "0722000999"}}, asha)
		})
		subs, err := h.subs.Of(ctx, of(2).ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.subs.Pause(ctx, subs[0].ID, h.clock.Now(), "away", subscriptions.By{Actor: "asha"}); err != nil {
			t.Fatal(err)
		}
		h.tx(func(tx *db.Tx) error { return h.Customers.AddNumber(tx, of(3).ID, "NEW-77", asha) })
		h.tx(func(tx *db.Tx) error {
			c := of(4)
			c.Name = "Renamed"
			_, err := h.Customers.Save(tx, c, asha)
			return err
		})
		u, err := h.Undo(ctx, r.ImportID, asha, nil)
		if err != nil || u.Customers != 3 || u.Lines != 3 || len(u.Stayed) != 5 {
			t.Fatalf("%+v %v", u, err)
		}
		keys := map[string]int{}
		for _, s := range u.Stayed {
			keys[fault.KeyOf(s.Why)]++
		}
		if keys["account.moved"] != 1 || keys["subscription.moved"] != 1 || keys["cutover.customer_moved"] != 3 {
			t.Error(keys)
		}
		if h.count("customers") != 5 || h.count("subscriptions") != 5 {
			t.Errorf("%d customers and %d lines stay", h.count("customers"), h.count("subscriptions"))
		}
		sum := int64(0)
		for _, c := range b.Customers[:5] {
			sum += c.Balance.Cents
		}
		h.proves(sum)
		if r := h.preview(b); tally(r) != "customers 3 new 5 there 0 changed 0 refused, lines 3 new 5 there 0 later 0 refused" {
			t.Error(tally(r))
		}
	})
}

// TestRowsThatCannotComeInLeaveTheOthersAlone: each is told with its place and why; a line whose plan is missing comes with the next import.
func TestRowsThatCannotComeInLeaveTheOthersAlone(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 12, func(row int, f []string) {
			switch row {
			case 3:
				f[5] = "Gold" // no such plan here
			case 5:
				f[2] = "OLD-0004" // another's number
			case 6:
				f[1] = "not a phone"
			case 7:
				f[3] = "home0008" // another's log-in
			case 9:
				f[8] = "much"
			case 11:
				f[6] = "Elsewhere"
			}
		})
		h.fail["home0010"] = fault.New(fault.Conflict, "address.taken")
		r := h.brings(b)
		// 5 is a second line of 4 with a balance of its own, which the reader refuses; 8 has the log-in of 7, and 9 no balance
		if got := tally(r); got != "customers 8 new 0 there 0 changed 4 refused, lines 7 new 0 there 1 later 1 refused" {
			t.Error(got)
		}
		for _, v := range r.Verdicts {
			if (v.Do == Refused || v.Do == Later) && (v.Why == nil || v.At == "") {
				t.Errorf("%+v", v)
			}
		}
		left := map[string]bool{}
		for _, told := range r.Left {
			left[fault.KeyOf(told.Why)] = true
		}
		if !left["phone.letters"] || !left["cutover.no_plan"] || !left["cutover.no_router"] {
			t.Error(left)
		}
		h.fail["home0010"] = nil
		wish := h.wish()
		wish.Plans = map[string]string{"Gold": "home-10"}
		second, err := h.Import(ctx, b, wish, asha)
		if err != nil || tally(second) != "customers 1 new 8 there 0 changed 3 refused, lines 2 new 7 there 0 later 0 refused" {
			t.Error(tally(second), err)
		}
		h.proves(sumOf(b))
		h.goesBack(second.ImportID, 1, 2)
		h.goesBack(r.ImportID, 8, 7)
		h.proves(0)
	})
}

// TestChangesThereAreToldAndNotMade: who was brought in and has changed over there since is named; a second source of the same kind is another.
func TestChangesThereAreToldAndNotMade(t *testing.T) {
	each(t, func(h *house) {
		h.brings(table(t, 5, nil))
		changed := table(t, 5, func(row int, f []string) {
			if row == 2 {
				f[8] = "99999"
			}
		})
		if r := h.brings(changed); tally(r) != "customers 0 new 4 there 1 changed 0 refused, lines 0 new 5 there 0 later 0 refused" {
			t.Error(tally(r))
		}
		h.proves(sumOf(table(t, 5, nil)))
		wish := h.wish()
		wish.Name = "second"
		r, err := h.Preview(ctx, table(t, 5, nil), wish)
		if err != nil || tally(r) != "customers 5 new 0 there 0 changed 0 refused, lines 0 new 0 there 0 later 5 refused" {
			t.Error(tally(r), err)
		}
		if len(r.Left) != 5 || fault.KeyOf(r.Left[0].Why) != "customer.number_taken" {
			t.Errorf("numbers that are another's: %+v", r.Left)
		}
	})
}

// TestAnImportThatIsKilledGoesOn: cut off after any number of customers, the next run makes the rest, under the same import.
func TestAnImportThatIsKilledGoesOn(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 2*together+10, nil)
		dead, kill := context.WithCancel(ctx)
		var n atomic.Int64
		h.Service.Lines = killer{h.Service.Lines, func() error {
			if n.Add(1) == together+7 {
				kill()
				return errors.New("killed")
			}
			return nil
		}}
		first, err := h.Import(dead, b, h.wish(), asha)
		if made := h.count("customers"); err == nil || made == int64(len(b.Customers)) {
			t.Fatalf("%d customers: %v", made, err)
		}
		second := h.brings(b)
		if second.ImportID != first.ImportID || h.count("customers") != int64(len(b.Customers)) || h.count("imports") != 1 {
			t.Errorf("%d is not %d; %d customers", second.ImportID, first.ImportID, h.count("customers"))
		}
		h.proves(sumOf(b))
		h.goesBack(second.ImportID, len(b.Customers), len(b.Customers))
	})
}

type killer struct {
	Lines
	strike func() error
}

func (k killer) Begin(tx *db.Tx, l Line, by customers.By) (int64, int64, error) {
	if err := k.strike(); err != nil {
		return 0, 0, err
	}
	return k.Lines.Begin(tx, l, by)
}

// TestTwoWhoImportAtOnce: every row is made once.
func TestTwoWhoImportAtOnce(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 40, nil)
		var both sync.WaitGroup
		for range 3 {
			both.Go(func() {
				if _, err := h.Import(ctx, b, h.wish(), asha); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		h.brings(b)
		if h.count("customers") != 40 || h.count("subscriptions") != 40 {
			t.Errorf("%d customers, %d lines", h.count("customers"), h.count("subscriptions"))
		}
		h.proves(sumOf(b))
	})
}

func TestWhoWasSwitchedOffStaysOff(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 2, nil)
		b.Customers[0].Subscriptions[0].Off = true
		r := h.brings(b)
		c, err := h.Customers.FindNow(ctx, b.Customers[0].Numbers[0])
		if err != nil {
			t.Fatal(err)
		}
		subs, err := h.subs.Of(ctx, c.ID)
		if err != nil || subs[0].State.Status != subscriptions.Paused {
			t.Errorf("%+v %v", subs, err)
		}
		h.goesBack(r.ImportID, 2, 2)
		if _, err := h.Undo(ctx, 12345, asha, nil); fault.KeyOf(err) != "cutover.no_import" {
			t.Error(err)
		}
	})
}

// TestEndsToTheSecond: whenever it was paid to, past or to come, the line is paid to that second.
func TestEndsToTheSecond(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	for _, at := range []time.Time{morning.Add(time.Second), morning.Add(-time.Second), morning.AddDate(0, 0, -400), morning.AddDate(2, 0, 0).Add(13*time.Hour + 59*time.Minute + 59*time.Second), morning.Add(3 * time.Hour), morning} {
		b := table(t, 1, func(_ int, f []string) {
			f[0], f[2], f[3] = at.String(), at.Format("20060102150405"), at.Format("u20060102150405")
			f[7] = at.In(nairobi).Format("2006-01-02 15:04:05")
		})
		h.brings(b)
		c, err := h.Customers.FindNow(ctx, b.Customers[0].Numbers[0])
		if err != nil {
			t.Fatal(err)
		}
		subs, err := h.subs.Of(ctx, c.ID)
		if err != nil || !subs[0].State.PaidTo.Equal(at) {
			t.Errorf("%v, not %v: %v", subs[0].State.PaidTo, at, err)
		}
	}
}
