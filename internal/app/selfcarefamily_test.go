package app

import (
	"strings"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// TestAFamilysBillIsItsPayers: who pays sees on their pages whose lines a bill of several is for; a part sees nothing of it, under whatever address, and is told of its own line no more than that a
// bill of its payer holds it back.
func TestAFamilysBillIsItsPayers(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { stageOn(t, dialect, 1).familysPages(t) })
	}
}

func (s *Stage) familysPages(t *testing.T) {
	ctx, by := t.Context(), invoices.By{Actor: "test"}
	parent, payer := s.subscriber(t, "Mama Amina", "0712345001")
	lines := s.familyLines(t, parent)
	if _, err := s.Main.Invoices.ChooseBills(ctx, parent.ID, true, by); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Main.DB.SQL().Exec("UPDATE family_bills SET from_day = '2020-01-01'"); err != nil { // chosen long ago
		t.Fatal(err)
	}
	if _, err := s.Main.Invoices.Run(ctx, clock.DayOf(s.Main.Plan.Now()), s.Main.Due, invoices.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Main.Invoices.Issue(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := s.Main.Invoices.Newest(ctx, invoices.Filter{CustomerID: parent.ID}, 0, 10)
	if err != nil || len(all) != 1 || all[0].Number == 0 {
		t.Fatalf("%+v %v", all, err)
	}
	bill := all[0]
	payer.opens("/my", bill.Text(), "/my/bill/"+number(bill.ID))
	payer.opens("/my/owe", "Amina, "+lines["Amina"].Number, "Brian, "+lines["Brian"].Number)
	part := s.signsIn(t, lines["Amina"])
	nobodys := part.opens("/my/bill/1")
	for _, path := range []string{"/my", "/my/owe", "/my/papers", "/my/pay", "/my/pay?bill=" + number(bill.ID), "/my/bill/" + number(bill.ID), "/my/bill/" + number(bill.ID) + "/pdf"} {
		page := part.opens(path)
		for _, secret := range []string{bill.Text(), "Brian", lines["Brian"].Number, parent.Name, parent.Number} {
			if strings.Contains(page, secret) {
				t.Errorf("%s tells a part %q", path, secret)
			}
		}
		if strings.Contains(path, "/bill/") && page != nobodys {
			t.Errorf("%s is there for a part", path)
		}
	}
	if err := s.Main.Invoices.SaveSteps(ctx, "", []invoices.Step{{After: 0, Action: invoices.Garden}}, by); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Main.DB.SQL().Exec("UPDATE invoices SET due_day = ? WHERE id = ?", clock.DayOf(s.Main.Plan.Now()).String(), bill.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Main.Invoices.Dun(ctx); err != nil {
		t.Fatal(err)
	}
	part.opens("/my", "Held back: a bill of the account that pays for it is late")
	part.opens("/my?l=sw", "Imezuiwa: ankara ya akaunti inayoilipia imechelewa")
}

// familyLines are two parts of a customer, by their names, with a line each since today.
func (s *Stage) familyLines(t *testing.T, parent customers.Customer) map[string]customers.Customer {
	t.Helper()
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := map[string]customers.Customer{}
	for n, name := range []string{"Amina", "Brian"} {
		phone := "0711 200 09" + number(int64(7+n))
		if err := s.seedLine(t.Context(), name, phone, "office-50", strings.ToLower(name)+"-part", customers.Business, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
		all[name] = s.joins(t, s.named(t, phone), parent)
	}
	return all
}

// joins makes a customer a part of another, which pays for it.
func (s *Stage) joins(t *testing.T, part, parent customers.Customer) customers.Customer {
	t.Helper()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
		part.ParentID, part.ParentPays = parent.ID, true
		part, err = s.Main.Customers.Save(tx, part, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return part
}
