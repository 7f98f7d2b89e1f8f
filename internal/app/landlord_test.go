package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/counter"
	"mtandao/billing/partners"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// owed counts today's share of a landlord of Kasarani as if it were tomorrow, and asks for a part of it: a payout that waits.
func (s *Stage) owed(t *testing.T, partnerID int64) int64 {
	t.Helper()
	m := s.Main
	tomorrow := partners.New(partners.Options{DB: m.DB, Keys: m.Keys, Clock: clock.NewManual(m.Clock.Now().Add(25 * time.Hour)), Ledger: m.Ledger, Sales: []partners.Sales{m.Billing, m.Vouchers}})
	if err := tomorrow.Share(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := m.Partners.AskPayout(t.Context(), partners.Payout{PartnerID: partnerID, Amount: money.Shillings(1), Note: "March"}, partners.By{Member: 1, Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// TestALandlordSeesTheShare: staff make a partner and a code, the landlord signs in, and what an order sold shows; a reseller's sign-in opens nothing.
func TestALandlordSeesTheShare(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "owner-two@demo.example", nil, "owner")
	form := url.Values{"name": {"Mzee Otis"}, "phone": {"0722 555 009"}, "lang": {"en"}, "share": {"12.5"}}
	owner.expect(owner.send("/office/partners/new", form), http.StatusBadRequest, "Choose at least one site.")
	form.Set("sites", number(s.seeded.sites["kasarani"].ID))
	made := owner.send("/office/partners/new", form)
	owner.expect(made, http.StatusSeeOther)
	owner.expect(s.hire(t, "cashier-two@demo.example", []int64{s.seeded.sites["ngong"].ID}, "cashier").ask(http.MethodGet, made.location, nil), http.StatusNotFound)
	s.hire(t, "second@demo.example", nil, "manager").approves(s)
	page := owner.send(made.location+"/pin", nil)
	code := regexp.MustCompile(`>([0-9]{8})<`).FindStringSubmatch(page.body)
	if code == nil {
		t.Fatal(page.body)
	}
	s.bought(t, "kasarani-1", "02a1b2c3d4ad")
	k := s.kiosk(t)
	k.sends("/share/code", "/share/code", url.Values{"phone": {"0722555009"}, "code": {code[1]}, "pin": {"905172"}}, "Mzee Otis", "Your 12.5 % of today", "KES 10<", "KES 1.25")
	k.opens("/sell", "Sign in to sell")
	owner.expect(owner.send(made.location+"/payout", url.Values{"amount": {"1"}}), http.StatusConflict, "No more than KES 0 is due.")
	problems, err := s.Main.proofs().Prove(context.Background())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// TestALandlordIsPaidByTwo: who asks for a payout cannot approve it, nobody pays what nobody approved, and what is paid is on the landlord's statement and out
// of the cashier's drawer.
func TestALandlordIsPaidByTwo(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { landlordIsPaid(t, stageOn(t, dialect, 1)) })
	}
}

func landlordIsPaid(t *testing.T, s *Stage) {
	s.seller(t)
	id := s.landlord(t)
	s.bought(t, "kasarani-1", "02a1b2c3d4ad")
	s.owed(t, id)
	open, err := s.Main.Partners.OpenPayouts(t.Context(), counter.Asked)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	manager, second, cashier := s.hire(t, "manager@demo.example", nil, "manager"), s.hire(t, "second@demo.example", nil, "manager"), s.hire(t, "cashier@demo.example", nil, "cashier")
	at, old := "/office/partners/"+number(id), "/office/payouts/"+number(open[0].ID)
	manager.expect(manager.send(at+"/payout", url.Values{"amount": {"1"}}), http.StatusConflict, "waits already")
	manager.expect(manager.send(old+"/decide", url.Values{"how": {"no"}}), http.StatusSeeOther)
	manager.expect(manager.send(at+"/payout", url.Values{"amount": {"2"}, "note": {"too much"}}), http.StatusConflict, "No more than KES 1.50 is due.", `value="2"`, `value="too much"`)
	s.takesBack(t, manager, second, id)
	manager.expect(manager.ask(http.MethodGet, at+"/payout", nil), http.StatusOK, `value="1.50"`)
	manager.expect(manager.send(at+"/payout", url.Values{"amount": {"1.50"}, "note": {"until today"}}), http.StatusSeeOther)
	if open, err = s.Main.Partners.OpenPayouts(t.Context(), counter.Asked); err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	one := "/office/payouts/" + number(open[0].ID)
	state := func(want counter.PaybackState) {
		t.Helper()
		if p, err := s.Main.Partners.PayoutByID(t.Context(), open[0].ID); err != nil || p.State != want {
			t.Errorf("%+v, %v; want %s", p, err, want)
		}
	}
	manager.expect(manager.send(one+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
	cashier.expect(cashier.send(one+"/decide", url.Values{"how": {"yes"}}), http.StatusForbidden)
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"cash"}}), http.StatusSeeOther) // told on the next page
	state(counter.Asked)
	second.expect(second.ask(http.MethodGet, "/office/refunds", nil), http.StatusOK, "Mzee Kamau", "until today", one+"/decide")
	second.expect(second.ask(http.MethodGet, one+"/decide", nil), http.StatusOK, "15 % of the sales at Kasarani", "KES 1.50")
	second.expect(second.send(one+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
	state(counter.Approved)
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"bank"}}), http.StatusBadRequest, "Write the number of the transfer")
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"cash"}}), http.StatusSeeOther)
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"cash"}}), http.StatusSeeOther) // told on the next page
	state(counter.Paidback)
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier/day", nil), http.StatusOK, "Cash given: KES 1.50", "Paid to a partner")
	k := s.kiosk(t)
	k.sends("/share/in", "/share/in", url.Values{"phone": {demoLandlord}, "pin": {demoPIN}}, "Mzee Kamau", "Paid to you", "until today", "-KES 1.50")
	verifyBooks(t, s.Main)
}

// takesBack has a manager ask for a payout and take it back, which nobody else can; it is told, in Swahili too, and is in the trail.
func (s *Stage) takesBack(t *testing.T, manager, second *colleague, partnerID int64) {
	t.Helper()
	at := "/office/partners/" + number(partnerID)
	manager.expect(manager.send(at+"/payout", url.Values{"amount": {"1"}, "note": {"a slip"}}), http.StatusSeeOther)
	open, err := s.Main.Partners.OpenPayouts(t.Context(), counter.Asked)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	cancel := "/office/payouts/" + number(open[0].ID) + "/cancel"
	if strings.Contains(second.ask(http.MethodGet, "/office/refunds", nil).body, cancel) {
		t.Error("another is offered to take it back")
	}
	if got := second.send(cancel, nil); got.status != http.StatusSeeOther || !strings.Contains(got.told, "partner.not_yours") {
		t.Errorf("another takes it back: %d, %s", got.status, got.told)
	}
	manager.expect(manager.ask(http.MethodGet, "/office/refunds", nil), http.StatusOK, cancel, "a slip")
	manager.expect(manager.ask(http.MethodGet, cancel, nil), http.StatusOK, "You asked for KES 1 to be paid out to Mzee Kamau, Kasarani Plaza.", "a slip")
	if got := manager.send(cancel, nil); got.status != http.StatusSeeOther || !strings.Contains(got.told, "office.payout.told_cancelled") {
		t.Errorf("%d, %s", got.status, got.told)
	}
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "a slip", "Taken back")
	if p, err := s.Main.Partners.PayoutByID(t.Context(), open[0].ID); err != nil || p.State != counter.Cancelled {
		t.Error(p, err)
	}
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: "partner"})
	if err != nil || !slices.ContainsFunc(events, func(e audit.Event) bool {
		return e.Action == "payout cancelled" && e.Actor == "manager@demo.example" && e.ObjectID == number(partnerID)
	}) {
		t.Errorf("the trail: %+v %v", events, err)
	}
	for lang, want := range map[words.Lang]string{words.English: "Payout taken back by who asked", words.Swahili: "Ombi la malipo ya mgao limeondolewa na aliyeomba"} {
		if got := words.Text(lang, "office.did.payout_cancelled"); got != want {
			t.Error(got)
		}
	}
}

// TestTheDemosLandlordHasAWeek: what the demo sold at the landlord's before it was started, the share of each day, and what was paid of it, on the console's
// page and on theirs; begun again it is there once, and the books hold.
func TestTheDemosLandlordHasAWeek(t *testing.T) {
	s := openStage(t, 1)
	for range 2 {
		if err := s.seedWeek(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.seller(t)
	id := s.landlord(t)
	events, err := s.Main.Partners.Events(t.Context(), id, "", "~", 0, 100)
	if err != nil || len(events) != len(demoWeek)+1 {
		t.Fatal(events, err)
	}
	n, due := 0, int64(0)
	for _, e := range events {
		if due += e.Delta; e.Kind == partners.Shared {
			if e.Sold != int64(demoWeek[n])*5000 || e.Delta != e.Sold*15/100 {
				t.Errorf("day %s: %d sold, a share of %d", e.Day, e.Sold, e.Delta)
			}
			n++
		}
	}
	if p, err := s.Main.Partners.Get(t.Context(), id); err != nil || p.Due.Cents != due || due != int64(demoWeek[5]+demoWeek[6])*750 {
		t.Errorf("%s is due, the events say %d (%v)", p.Due, due, err)
	}
	owner := s.hire(t, "owner-three@demo.example", nil, "owner")
	last, paid := events[len(events)-1], money.KES(-events[5].Delta).String()
	owner.expect(owner.ask(http.MethodGet, "/office/partners/"+number(id), nil), http.StatusOK, "Mzee Kamau", "15 %", "KES 187.50", "Payouts", paid, "EQ-20417", "Paid", last.Day[8:]+"."+last.Day[5:7]+"."+last.Day[:4], money.KES(last.Sold).String(), "the first days")
	k := s.kiosk(t)
	k.sends("/share/in", "/share/in", url.Values{"phone": {demoLandlord}, "pin": {demoPIN}}, "Mzee Kamau", "KES 187.50", "Paid to you", "the first days", "-"+paid)
	if err := s.Main.Ledger.Chain(t.Context()); err != nil { // of last week's days, and written just now
		t.Fatal(err)
	}
	verifyBooks(t, s.Main)
}
