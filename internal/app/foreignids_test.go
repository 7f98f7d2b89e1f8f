package app

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/billing/prompts"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/portal/web"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

var (
	namesInPath = regexp.MustCompile(`:[a-z]+`)
	// wordsInPath say what is done, and name nothing that could be another's.
	wordsInPath = map[string]bool{":act": true, ":kind": true, ":what": true, ":state": true, ":step": true, ":nth": true, ":channel": true, ":chapter": true}
)

// TestIdsOfAnotherInAnAddress: each deed of the office whose address names two things, found in the table of its routes, is not there when the second is another's,
// and moves nothing.
func TestIdsOfAnotherInAnAddress(t *testing.T) {
	d := openDesks(t, db.SQLite)
	mine, theirs := d.someone(10), d.someone(10)
	came, err := d.Main.Accounts.Events(t.Context(), theirs.ID, 0, 1)
	d.must(err)
	_, grant := d.bought(t, "kasarani-1", "02a1b2c3d4aa")
	_, address := d.pooled(t, grant)
	d.Safaricom.AutoAnswer(ignored)
	asked, err := d.Main.Prompts.Ask(t.Context(), prompts.Request{CustomerID: theirs.ID, Cause: prompts.Staff, Phone: "254799000440", Amount: money.Shillings(70), Once: "theirs"}, prompts.By{Actor: "test"})
	d.must(err)
	d.asks.expect(d.asks.send("/office/pools/new", url.Values{"name": {"shops"}, "prefixes": {"100.64.1.0/28"}, "length": {""}}), http.StatusSeeOther)
	batch := d.batch("hour")
	reports, _ := d.mailing(t, "mine@firm.example")
	_, whom := d.mailing(t, "theirs@firm.example")
	own := strings.NewReplacer("/customers/:id", "/customers/"+number(mine.ID), "/schedules/:id", "/schedules/"+number(reports), "/vouchers/:id", "/vouchers/"+number(d.batch("day").ID), "/pools/:id", "/pools/"+d.idOf(t, kindPool, "shops"))
	foreign := map[string]string{":who": number(whom[0].ID), ":event": number(came[0].ID), ":order": number(asked.OrderID), ":deed": number(d.voidedOf(batch)), ":print": d.printing(t, number(batch.ID)), ":address": address}
	office, err := d.Main.openOffice(nil)
	d.must(err)
	tried := 0
	for _, r := range office.Routes() {
		names := namesInPath.FindAllString(r.Path, -1)
		if r.Policy != web.Staff || r.Method != http.MethodPost || len(names) < 2 || wordsInPath[names[1]] {
			continue
		}
		path := own.Replace(r.Path)
		if path == r.Path || foreign[names[1]] == "" {
			t.Errorf("%s names two things, and this test knows none of another for it", r.Path)
			continue
		}
		tried++
		was, path := d.count(), strings.Replace(path, names[1], foreign[names[1]], 1)
		if got := d.asks.send(path, url.Values{"reason": {"bounced"}}); got.status != http.StatusNotFound {
			t.Errorf("%s: %d to %q", path, got.status, got.location)
		}
		if moved := d.count().less(was); len(moved) > 0 {
			t.Errorf("%s moved %v", path, moved)
		}
	}
	if tried < len(foreign) {
		t.Errorf("only %d routes of two things", tried)
	}
	d.proves()
}

// batch is one of vouchers, on a plan.
func (d *desks) batch(plan string) vouchers.Batch {
	d.Helper()
	b, err := d.Main.Vouchers.Place(d.Context(), vouchers.Wish{PlanID: idOf(d.T, d.idOf(d.T, kindPlan, plan)), SiteID: d.seeded.sites["kasarani"].ID, Size: 10}, vouchers.By{Actor: "test"})
	if err == nil {
		b, err = d.Main.Vouchers.Make(d.Context(), b.ID)
	}
	d.must(err)
	return b
}

// voidedOf voids a part of a batch, and names the deed.
func (d *desks) voidedOf(b vouchers.Batch) int64 {
	d.Helper()
	made, err := d.Main.Vouchers.Do(d.Context(), vouchers.Deed{BatchID: b.ID, Kind: vouchers.DeedVoid, First: 1, Last: 3, Reason: "wet"}, vouchers.By{Actor: "test"})
	d.must(err)
	return made.ID
}

// TestIdsOfAnotherInAForm: what a form about money names beside its address is refused in words when it is another's, and nothing is written.
func TestIdsOfAnotherInAForm(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { idsInForms(openDesks(t, dialect)) })
	}
}

func idsInForms(d *desks) {
	page, theirs := d.payer(40), idOf(d.T, strings.TrimPrefix(d.bill(0), "/office/invoices/"))
	mine, paidUp := d.bill(0), d.bill(100)
	to, form := d.pays.shown(d.payer(0)+"/invoice", "/invoice", byHand)
	d.pays.expect(d.pays.ask(http.MethodPost, to, form), http.StatusSeeOther)
	noteTo, note := d.asks.shown(paidUp+"/credit", "/credit", tenBob)
	d.asks.expect(d.asks.ask(http.MethodPost, noteTo, note), http.StatusSeeOther)
	line, other := d.line(true), d.line(false)
	d.must(second(d.Main.Lines.HandOver(d.Context(), idOf(d.T, strings.TrimPrefix(other, "/office/subscriptions/")), subscriptions.Equipment{Name: "ONT", Serial: "ONT-77", Loaned: true}, subscriptions.By{Actor: "test"})))
	ours, err := d.Main.Resellers.Newest(d.Context(), 0, 3)
	d.must(err)
	b := d.batch("day")
	d.must(second(d.Main.Resellers.PayIn(d.Context(), resellers.Request{Key: d.next(), ResellerID: d.seller}, money.Shillings(1000), vouchers.By{Actor: "test"})))
	d.must(second(d.Main.Resellers.SignOut(d.Context(), resellers.Request{Key: d.next(), ResellerID: d.seller}, resellers.Range{BatchID: b.ID, First: 1, Last: 2}, vouchers.By{Actor: "test"})))
	for _, one := range []struct {
		what, page, ending string
		said               url.Values
		status             int
		words              string
	}{
		{"an invoice that is looked at", page + "/pay", "/pay", url.Values{"amount": {"10"}, "how": {"cash"}, "named": {number(theirs)}}, http.StatusBadRequest, "is not of Asha"},
		{"an invoice that is paid", page + "/pay", "/pay", url.Values{"amount": {"10"}, "how": {"cash"}, "named": {number(theirs)}, "do": {"take"}}, http.StatusBadRequest, "is not of Asha"},
		{"an invoice that is not there", page + "/pay", "/pay", url.Values{"amount": {"10"}, "how": {"cash"}, "named": {"77"}, "do": {"take"}}, http.StatusBadRequest, "is not of Asha"},
		{"the request of another's invoice", page + "/invoice", "/invoice", with(byHand, "once", form.Get("once")), http.StatusConflict, "Begin anew"},
		{"the request of another invoice's note", mine + "/credit", "/credit", with(tenBob, "once", note.Get("once")), http.StatusConflict, "Begin anew"},
		{"vouchers that another reseller has", "/office/resellers/" + number(another(ours, d.seller)) + "/do/return", "/return", url.Values{"batch": {number(b.Number)}, "first": {"1"}, "last": {"2"}}, http.StatusConflict, ""},
	} {
		to, fields := d.asks.shown(one.page, one.ending, one.said)
		was := d.count()
		if got := d.asks.ask(http.MethodPost, to, fields); got.status != one.status || !strings.Contains(got.body, one.words) {
			d.Errorf("%s: %d to %q\n%s", one.what, got.status, got.location, mainOf(got.body))
		}
		if moved := d.count().less(was); !maps.Equal(moved, census{}) {
			d.Errorf("%s moved %v", one.what, moved)
		}
	}
	was := d.count()
	if got := d.asks.send(line+"/change/equipment_back", url.Values{"serial": {"ONT-77"}, "seen": {"2"}}); got.status < 400 {
		d.Errorf("a router that another line has: %d to %q", got.status, got.location)
	}
	if moved := d.count().less(was); len(moved) > 0 {
		d.Errorf("a router that another line has: moved %v", moved)
	}
	d.proves()
}

func with(form url.Values, name, value string) url.Values {
	form = maps.Clone(form)
	form.Set(name, value)
	return form
}

// second is the error of what answers with more.
func second[T any](_ T, err error) error { return err }

func another(all []resellers.Reseller, id int64) int64 {
	for _, r := range all {
		if r.ID != id {
			return r.ID
		}
	}
	return 0
}
