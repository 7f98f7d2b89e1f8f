package subscriptions

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

const anne, ben = 7001, 7002

// morning is a Wednesday, 9:00 in Nairobi.
var morning = time.Date(2027, 1, 13, 6, 0, 0, 0, time.UTC)

var office = By{Actor: "staff@example.com", From: "10.0.0.9"}

// served are everybody but who left.
type served struct {
	left, exempt int64
	until        string // of the certificate
}

func (s *served) Serve(_ *db.Tx, customerID int64) error {
	if customerID == s.left {
		return fault.New(fault.Conflict, "customer.not_active")
	}
	return nil
}

func (s *served) Some(_ *db.Tx, ids []int64) (map[int64]customers.Customer, error) {
	all := map[int64]customers.Customer{}
	for _, id := range ids {
		all[id] = customers.Customer{ID: id, TaxExempt: id == s.exempt && id != 0, ExemptUntil: s.until}
	}
	return all, nil
}

func (s *served) SomeNow(_ context.Context, ids []int64) (map[int64]customers.Customer, error) {
	return s.Some(nil, ids)
}

// purse is customers' credit with its books; its row is what two who spend at once both write.
type purse struct {
	books *ledger.Ledger
}

func (p *purse) Credit(tx *db.Tx, customer int64) (money.Amount, error) {
	err := tx.Gorm().Exec("UPDATE purses SET cents = cents WHERE customer = ?", customer).Error
	var cents int64
	if err == nil {
		err = tx.Gorm().Raw("SELECT COALESCE(SUM(cents), 0) FROM purses WHERE customer = ?", customer).Scan(&cents).Error
	}
	return money.KES(cents), db.Fault(err)
}

func (p *purse) Take(tx *db.Tx, customer int64, amount money.Amount, c Cause, to ...ledger.Posting) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE purses SET cents = cents - ? WHERE customer = ? AND cents >= ?", amount.Cents, customer, amount.Cents))
	if err != nil || !won {
		return false, db.Fault(err)
	}
	return true, p.post(tx, customer, amount, c, to)
}

func (p *purse) Give(tx *db.Tx, customer int64, amount money.Amount, c Cause, from ...ledger.Posting) error {
	if err := tx.Gorm().Exec("UPDATE purses SET cents = cents + ? WHERE customer = ?", amount.Cents, customer).Error; err != nil {
		return db.Fault(err)
	}
	return p.post(tx, customer, amount.Neg(), c, from)
}

func (p *purse) post(tx *db.Tx, customer int64, taken money.Amount, c Cause, others []ledger.Posting) error {
	_, err := p.books.Post(tx, ledger.Entry{Kind: c.Kind, Source: c.Request, At: morning, Postings: append([]ledger.Posting{{Account: ledger.Cash,
		Party: customerParty(customer), Amount: taken}}, others...)})
	return err
}

// shop has a site, plans and customers with credit.
type shop struct {
	testing.TB
	*Service
	clock  *clock.Manual
	served served
	here   int64
	there  int64
	came   int64 // cents that were paid
	n      int
}

func each(t *testing.T, f func(w *shop)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { f(newShop(t, d)) })
}

func newShop(t testing.TB, d *db.DB) *shop {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(morning)
	books, sites := ledger.New(d, c), site.New(d, c)
	w := &shop{TB: t, clock: c}
	w.Service = New(Options{DB: d, Clock: c, Plans: plans.New(d, c), Access: access.New(d, jobs.New(d, c, slog.New(slog.DiscardHandler)), keys, c, sites), Ledger: books, Sites: sites,
		Settings: settings.New(d, c), Customers: &w.served, Credit: &purse{books: books}, Taxes: taxes.New(d, c)})
	w.tx(func(tx *db.Tx) error {
		if err := tx.Gorm().Exec("CREATE TABLE purses (customer BIGINT NOT NULL PRIMARY KEY, cents BIGINT NOT NULL)").Error; err != nil {
			return err
		}
		return tx.Gorm().Exec("INSERT INTO purses (customer, cents) VALUES (?, 0), (?, 0)", anne, ben).Error
	})
	w.tx(func(tx *db.Tx) error {
		for slug, id := range map[string]*int64{"here": &w.here, "there": &w.there} {
			s, err := sites.SaveSite(tx, site.Site{Slug: slug, Name: slug})
			if err != nil {
				return err
			}
			*id = s.ID
		}
		return nil
	})
	w.sell("home-10", 3000, plans.Prepaid, 10_000)
	w.sell("home-20", 6000, plans.Prepaid, 20_000)
	w.sell("office", 9000, plans.Postpaid, 50_000)
	return w
}

func (w *shop) tx(f func(tx *db.Tx) error) {
	w.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.Fatal(err)
	}
}

func (w *shop) sell(key string, bob int64, mode plans.Mode, kbps int64) plans.Plan {
	w.Helper()
	return w.save(plans.Plan{Key: key, NameEN: key, Segment: plans.Home, Price: money.Shillings(bob), Limits: access.Limits{DownKbps: kbps, UpKbps: kbps,
		FairUse: access.FairUse{Bytes: 200e9, Per: access.PerMonth, UpKbps: 1000, DownKbps: 1000}}, Terms: plans.Terms{Mode: mode, Interval: plans.Interval{Unit: plans.Month, Every: 1}}})
}

func (w *shop) save(p plans.Plan) plans.Plan {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) { p, err = w.Plans.Save(tx, p); return err })
	return p
}

// pays brings money in and has it spent.
func (w *shop) pays(customer, bob int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		if err := tx.Gorm().Exec("UPDATE purses SET cents = cents + ? WHERE customer = ?", bob*100, customer).Error; err != nil {
			return err
		}
		return w.Renew(tx, customer)
	})
	w.came += bob * 100
}

func (w *shop) holds(customer, bob int64) { w.Helper(); w.holdsCents(customer, bob*100) }

func (w *shop) holdsCents(customer, cents int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		held, err := w.Credit.Credit(tx, customer)
		if held.Cents != cents {
			w.Errorf("customer %d has %v, want %d cents", customer, held, cents)
		}
		return err
	})
}

func (w *shop) line(plan string) Subscription {
	w.Helper()
	w.n++
	name := "line" + string(rune('a'+w.n))
	sub, err := w.Start(context.Background(), Opening{CustomerID: anne, PlanKey: plan, Place: Place{SiteID: w.here, RouterID: 5}, Login: Login{Kind: PPPoE, Name: name}, Secret: "s3cret"}, office)
	if err != nil {
		w.Fatal(err)
	}
	return sub
}

func (w *shop) again(sub Subscription) Subscription {
	w.Helper()
	got, err := w.Get(context.Background(), sub.ID)
	if err != nil {
		w.Fatal(err)
	}
	return got
}

// ends says until when a line lasts, in Nairobi.
func (w *shop) ends(sub Subscription, want string) {
	w.Helper()
	sub = w.again(sub)
	got := ""
	if end := sub.State.End(clock.Nairobi); !end.IsZero() {
		got = end.In(clock.Nairobi).Format("2006-01-02 15:04")
	}
	if got != want {
		w.Errorf("it ends %q, want %q", got, want)
	}
	g := w.grant(sub)
	if sub.State.Status != Ended && !g.Until.Equal(sub.State.until(clock.Nairobi)) {
		w.Errorf("its grant ends %v, and it %v", g.Until, sub.State.until(clock.Nairobi))
	}
}

func (w *shop) grant(sub Subscription) access.Grant {
	w.Helper()
	g, _, _, err := w.Access.View(context.Background(), sub.GrantID)
	if err != nil {
		w.Fatal(err)
	}
	return g
}

func (w *shop) dial(name string) access.Admission {
	return w.Access.Admit(context.Background(), access.Attempt{Name: name, RouterID: 5, SiteID: w.here, MAC: "02aabbccddee", Garden: true, Verify: func(s string) bool { return s == "s3cret" }})
}

func (w *shop) wants(what string, err error, key string) {
	w.Helper()
	if key == "" && err != nil || key != "" && fault.KeyOf(err) != key {
		w.Errorf("%s: %v, want %q", what, err, key)
	}
}

func (w *shop) tick() {
	w.Helper()
	if err := w.Tick(context.Background()); err != nil {
		w.Fatal(err)
	}
}

// prove: the row is the replay of its events, its money is in the books, and its grant is what it says.
func (w *shop) prove(sub Subscription) {
	w.Helper()
	ctx := context.Background()
	sub = w.again(sub)
	events, err := w.Events(ctx, sub.ID)
	if err != nil {
		w.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			w.Errorf("event %d has number %d", i+1, e.Seq)
		}
	}
	state, err := Replay(events, w.clock.Now(), w.zone)
	if err != nil {
		w.Fatal(err)
	}
	if a, b := text(w, state), text(w, sub.State); a != b || sub.Seq != int64(len(events)) {
		w.Errorf("after %d events the row says\n%s\nand the events\n%s", len(events), b, a)
	}
	w.proveMoves(sub, events)
	held, err := w.Ledger.Balance(ctx, ledger.PrepaidService, grantParty(sub.GrantID))
	if err != nil || -held.Cents != sub.HeldCents {
		w.Errorf("the books hold %d cents, and the row says %d (%v)", -held.Cents, sub.HeldCents, err)
	}
	tax := sub.State.heldTax()
	for account, cents := range map[string]int64{ledger.ExciseAhead: tax.Excise, ledger.VATAhead: tax.VAT} {
		if ahead, err := w.Ledger.Balance(ctx, account, grantParty(sub.GrantID)); err != nil || ahead.Cents != cents {
			w.Errorf("the books have %d cents of tax ahead in %s, and the row %d (%v)", ahead.Cents, account, cents, err)
		}
	}
	g := w.grant(sub)
	wantState := map[Status]access.State{Active: access.Active, Paused: access.Suspended, Pending: access.Suspended, Ended: access.Ended}[sub.State.Status]
	if g.State != wantState || sub.State.Status != Ended && (g.Plan != sub.State.Sold.PlanKey || g.SiteID != sub.State.Place.SiteID) {
		w.Errorf("the grant is %s on %s at %d, and the line %s on %s at %d", g.State, g.Plan, g.SiteID, sub.State.Status, sub.State.Sold.PlanKey, sub.State.Place.SiteID)
	}
}

func text(t *shop, s State) string {
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var same State // as it is stored
	if err := json.Unmarshal(body, &same); err != nil {
		t.Fatal(err)
	}
	if len(same.Ahead) == 0 {
		same.Ahead = nil
	}
	if len(same.AddOns) == 0 {
		same.AddOns = nil
	}
	body, _ = json.Marshal(same)
	return string(body)
}
