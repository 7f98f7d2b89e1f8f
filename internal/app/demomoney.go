package app

import (
	"context"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// demoInvoices were written by hand; the last waits to be looked at.
var demoInvoices = []struct {
	phone, once string
	review      bool
	lines       []invoices.NewLine
}{
	{"0722 600 100", "demo-1", false, []invoices.NewLine{{Name: "Cabling from the shop to the store", Supply: taxes.Labour, Quantity: 1, Amount: money.Shillings(12_500)}, {Name: "Router hAP ax²", Supply: taxes.Equipment, Quantity: 2, Amount: money.Shillings(11_600)}}},
	{"0711 245 980", "demo-2", false, []invoices.NewLine{{Name: "Access point for the waiting room", Supply: taxes.Equipment, Quantity: 1, Amount: money.Shillings(8_700)}}},
	{"0700 313 700", "demo-3", false, []invoices.NewLine{{Name: "Moving of the line to warehouse 9", Supply: taxes.Labour, Quantity: 1, Amount: money.Shillings(6_000)}}},
	{"0723 880 014", "demo-4", true, []invoices.NewLine{{Name: "Access points for the new classrooms", Supply: taxes.Equipment, Quantity: 4, Amount: money.Shillings(8_700)}, {Name: "Installation, two days", Supply: taxes.Labour, Quantity: 2, Amount: money.Shillings(4_500)}}},
}

// demoTakings came to the counter.
var demoTakings = []struct {
	phone, how, reference string
	shillings             int64
	note                  string
}{
	{"0722 410 233", accounts.ByCash, "", 1_000, "for next month"},
	{"0733 118 904", accounts.ByBank, "FT26330K7Q2", 2_500, ""},
	{"0722 600 100", accounts.ByCheque, "KCB 004417", 20_000, ""},
	{"0711 245 980", accounts.ByCheque, "Equity 000231", 8_700, ""}, // it bounces
	{"0700 313 700", accounts.ByWithholding, "KRAWHT2026118842", 300, "5 % of INV"},
	{"0711 200 004", accounts.ByCash, "", 1_000, "the rest on Friday"},
}

// seedMoney has the demo's customers pay at the counter, once.
func (s *Stage) seedMoney(ctx context.Context) error {
	m := s.Main
	last, err := m.Customers.FindNow(ctx, demoTakings[len(demoTakings)-1].phone)
	if err != nil {
		return err
	}
	if there, err := m.Accounts.Events(ctx, last.ID, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	for _, d := range demoInvoices {
		who, err := m.Customers.FindNow(ctx, d.phone)
		if err == nil {
			err = s.writeDemo(ctx, who, invoices.NewDocument{Request: d.once, Kind: invoices.Invoice, CustomerID: who.ID, Review: d.review, Lines: d.lines})
		}
		if err != nil {
			return err
		}
	}
	taken := map[string]accounts.Event{}
	for _, d := range demoTakings {
		who, err := m.Customers.FindNow(ctx, d.phone)
		if err != nil {
			return err
		}
		t := accounts.Taking{Request: "demo:" + d.how, CustomerID: who.ID, How: d.how, Reference: d.reference, Amount: money.Shillings(d.shillings), Note: d.note}
		if taken[d.phone], err = m.Counter.Take(ctx, counter.Taking{Taking: t}, counter.By{Actor: demoMember}); err != nil {
			return err
		}
	}
	return s.bounceDemo(ctx, taken["0711 245 980"])
}

func (s *Stage) writeDemo(ctx context.Context, who customers.Customer, n invoices.NewDocument) error {
	for i := range n.Lines {
		n.Lines[i].Inclusive = true
	}
	if who.PurchaseOrderNeeded {
		n.PONumber = who.PurchaseOrder
	}
	d, err := s.Main.Invoices.Write(ctx, n, invoices.By{Actor: demoMember})
	if err == nil && !n.Review {
		_, err = s.Main.Invoices.IssueOne(ctx, d.ID)
	}
	return err
}

// bounceDemo has a cheque come back, and its drawer promise the money.
func (s *Stage) bounceDemo(ctx context.Context, cheque accounts.Event) error {
	m := s.Main
	if _, err := m.Accounts.ReturnTaking(ctx, cheque.CustomerID, cheque.ID, "returned by the bank: refer to drawer", accounts.By{Actor: demoOwner}); err != nil {
		return err
	}
	promised := invoices.Promised{CustomerID: cheque.CustomerID, Until: clock.DayOf(m.Plan.Now()) + 10, Amount: cheque.Delta, Who: "Mr. Kariuki, administrator", Note: "brings cash"}
	return m.Invoices.Promise(ctx, promised, invoices.By{Actor: demoMember})
}
