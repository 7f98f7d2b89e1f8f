package customers

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

func TestTheTablesAreTheModels(t *testing.T) {
	each(t, func(o office) {
		testdb.ModelsMatch(o.t, o.DB, &customerRow{}, &numberRow{}, &contactRow{}, &wordRow{}, &soundRow{}, &addressRow{}, &tagRow{}, &noteRow{}, &identityRow{})
	})
}

func TestACustomerIsMadeReadAndChanged(t *testing.T) {
	each(t, func(o office) {
		made := o.make(Customer{Kind: Business, Name: "  Mwangaza   Hardware Ltd ", PIN: "p051234567 x", Lang: words.Swahili, BillDay: 5, BillWeekday: 2, PaymentDays: new(14), SiteID: 7,
			TaxExempt: true, ExemptCertificate: "KRA/EX/1", ExemptUntil: "2027-06-30", PurchaseOrderNeeded: true, PurchaseOrder: "LPO 77"},
			Contact{Kind: ByEmail, Value: " Accounts@Mwangaza.co.ke", Person: "Accounts", ForBills: true}, Contact{Kind: ByPhone, Value: "0722 000 111", ForAlerts: true})
		read, err := o.Get(ctx, made.ID)
		if err != nil || !reflect.DeepEqual(read, made) || read.Name != "Mwangaza Hardware Ltd" || read.PIN != "P051234567X" || read.Segment != Firm || !read.ExemptOn("2027-06-30") || read.ExemptOn("2027-07-01") {
			o.t.Fatalf("made %+v\nread %+v: %v", made, read, err)
		}
		contacts, err := o.Contacts(ctx, made.ID)
		if err != nil || len(contacts) != 2 || contacts[0].Value != "accounts@mwangaza.co.ke" || !contacts[0].ForBills || contacts[0].ForAlerts ||
			contacts[1].Shown() != "0722 000 111" || contacts[1].Masked() != "0722 ••• 111" {
			o.t.Fatalf("%+v: %v", contacts, err)
		}
		read.Name, read.Number, read.State = "Mwangaza Hardware & Paints Ltd", "1000004", Closed // number and state are not a form's
		var saved Customer
		o.must(func(tx *db.Tx) error { saved, err = o.Save(tx, read, asha); return err })
		again, err := o.ByNumber(ctx, made.Number)
		if err != nil || !reflect.DeepEqual(again, saved) || again.Name != read.Name || again.State != Active || again.Version != 2 {
			o.t.Fatalf("%+v: %v", again, err)
		}
		err = o.in(func(tx *db.Tx) error { _, err := o.Save(tx, read, asha); return err })
		if !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "customer.changed" {
			o.t.Fatal("saved upon what was changed since:", err)
		}
		var trail []string
		if err := o.DB.Read(ctx).Raw("SELECT new_value FROM audit_events WHERE object = 'customer' ORDER BY id").Scan(&trail).Error; err != nil || len(trail) != 2 {
			o.t.Fatal(trail, err)
		}
		if all := strings.Join(trail, ""); strings.Contains(all, "722000111") || strings.Contains(all, "P051234567X") || !strings.Contains(all, "Paints") {
			o.t.Fatal("the trail says", all)
		}
	})
}

func TestWhatIsWrongWithACustomerIsSaid(t *testing.T) {
	good := Customer{Name: "Jane Akinyi"}
	if _, err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for key, spoil := range map[string]func(c *Customer){
		"customer.name":           func(c *Customer) { c.Name = " \t 12" },
		"customer.kind":           func(c *Customer) { c.Kind = "ghost" },
		"customer.segment":        func(c *Customer) { c.Segment = "ghost" },
		"customer.language":       func(c *Customer) { c.Lang = "fr" },
		"customer.pin":            func(c *Customer) { c.PIN = "B123456789Z" },
		"customer.bill_day":       func(c *Customer) { c.BillDay = 32 },
		"customer.bill_weekday":   func(c *Customer) { c.BillWeekday = 8 },
		"customer.payment_days":   func(c *Customer) { c.PaymentDays = new(-1) },
		"customer.certificate":    func(c *Customer) { c.TaxExempt = true },
		"customer.exempt_until":   func(c *Customer) { c.ExemptUntil = "30/6/2027" },
		"customer.purchase_order": func(c *Customer) { c.PurchaseOrder = strings.Repeat("7", 61) },
		"customer.parent_pays":    func(c *Customer) { c.ParentPays = true },
	} {
		c := good
		spoil(&c)
		if _, err := c.Check(); fault.KeyOf(err) != key || !words.Has(key) {
			t.Errorf("%+v gives %v; want %s", c, err, key)
		}
	}
}

func TestAnAccountIsAPartOfOneOtherAtMost(t *testing.T) {
	each(t, func(o office) {
		chain, branch, shop := o.person("Chandarana Stores", "0711000001"), o.person("Chandarana Ngara", "0711000002"), o.person("Chandarana Kiosk", "0711000003")
		under := func(c, parent Customer) (string, Customer) {
			c.ParentID, c.ParentPays = parent.ID, true
			err := o.in(func(tx *db.Tx) (err error) { c, err = o.Save(tx, c, asha); return err })
			if err == nil {
				return "", c
			}
			return fault.KeyOf(err), c
		}
		if key, _ := under(branch, chain); key != "" {
			o.t.Fatal(key)
		}
		for key, try := range map[string][2]Customer{"customer.parent_self": {shop, shop}, "customer.parent_is_child": {shop, branch},
			"customer.parent_has_children": {chain, shop}, "customer.unknown": {shop, {ID: 5}}} {
			if got, _ := under(try[0], try[1]); got != key {
				o.t.Errorf("%s under %s: %q, want %s", try[0].Name, try[1].Name, got, key)
			}
		}
	})
}

func TestTwoAccountsNeverBecomePartsOfEachOther(t *testing.T) {
	each(t, func(o office) {
		for range 10 {
			a, b := o.person("One", "0711000001"), o.person("Two", "0711000002")
			var both sync.WaitGroup
			var errs [2]error
			for i, pair := range [][2]Customer{{a, b}, {b, a}} {
				both.Go(func() {
					c := pair[0]
					c.ParentID = pair[1].ID
					errs[i] = o.DB.InTx(ctx, func(tx *db.Tx) error { _, err := o.Save(tx, c, asha); return err })
				})
			}
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				o.t.Fatal("one of two is to win:", errs)
			}
		}
	})
}

// TestANameIsWhatIsSeen: what turns the letters after it, or hides between them, is not kept; an invoice in it would name somebody else.
func TestANameIsWhatIsSeen(t *testing.T) {
	c, err := Customer{Name: "\u202eJane\u202c \u2067Aki\u200bnyi\u2069\ufeff", PurchaseOrder: "\u202e1322 OPL", SiteID: 1}.Check()
	if err != nil || c.Name != "Jane Akinyi" || c.PurchaseOrder != "1322 OPL" {
		t.Errorf("%q %q %v", c.Name, c.PurchaseOrder, err)
	}
	if c, err := (Customer{Name: "\u0646\u0645\u200c\u062f"}).Check(); err != nil || c.Name != "\u0646\u0645\u200c\u062f" {
		t.Errorf("a joiner that a script needs is lost: %q %v", c.Name, err)
	}
	for _, nothing := range []string{"\u202e\u200b", "Jane \xff"} {
		if _, err := (Customer{Name: nothing}).Check(); fault.KeyOf(err) != "customer.name" {
			t.Errorf("of %q: %v", nothing, err)
		}
	}
}
