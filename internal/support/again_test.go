package support

import (
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/words"
)

// TestWhatIsWrittenAfterErasingIsErasedToo: a note, what the customer said and an answer on a ticket whose texts were taken away already.
func TestWhatIsWrittenAfterErasingIsErasedToo(t *testing.T) {
	each(t, func(d *desk) {
		const secret = "my husband Otieno hit the router"
		c := d.customer("Jane Akinyi", "0712 345 678")
		one := d.ticket(c.ID)
		erases := func() {
			d.Helper()
			if d.now(one).State.Live() {
				d.must(d.Turn(ctx, d.act(one), Closed, asha))
			}
			if n, err := d.EraseOf(ctx, c.ID, asha); err != nil || n != 1 || d.findings(secret) != 0 || d.now(one).ErasedAt.IsZero() {
				d.Errorf("%d tickets were erased, and %d places say it: %v", n, d.findings(secret), err)
			}
		}
		erases()
		d.must(d.Note(ctx, d.act(one), "called: "+secret, asha))
		erases()
		d.must(d.Hear(ctx, d.act(one), secret, ByPhone, asha))
		d.must(d.Answer(ctx, Answer{Act: d.act(one), Text: "We know: " + secret}, asha))
		erases()
		d.must(d.Note(ctx, d.act(one), secret, asha))
		d.clock.Set(noon.AddDate(0, 24, 1))
		d.must(d.Sweep(ctx))
		if n := d.findings(secret); n != 0 {
			d.Errorf("the calendar leaves it in %d places", n)
		}
	})
}

// TestAMergedCustomersTicketIsOfTheirSite: whoever works at the site that the customer left reads no more in it how they are reached.
func TestAMergedCustomersTicketIsOfTheirSite(t *testing.T) {
	each(t, func(d *desk) {
		from, to := d.customer("Jane Akinyi", "0712 345 678"), customers.Customer{Name: "Jane A.", SiteID: 9, Lang: words.English}
		one := d.ticket(from.ID)
		d.must(d.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			if to, err = d.Customers.Create(tx, to, []customers.Contact{{Kind: customers.ByPhone, Value: "0722 345 678"}}, customers.By(asha)); err != nil {
				return err
			}
			return d.MoveCustomer(tx, from.ID, to.ID, asha)
		}))
		if now := d.now(one); now.CustomerID != to.ID || now.SiteID != 9 {
			d.Errorf("customer %d at site %d", now.CustomerID, now.SiteID)
		}
	})
}

// TestATicketFollowsItsCustomersSite: when the customer is saved at another site; who has it and does not work there has it no more.
func TestATicketFollowsItsCustomersSite(t *testing.T) {
	each(t, func(d *desk) {
		d.Customers.AskSite(func(tx *db.Tx, c customers.Customer, by customers.By) error {
			return d.FollowSite(tx, c.ID, c.SiteID, By(by))
		})
		c := d.customer("Jane Akinyi", "0712 345 678")
		stays, goes, old := d.ticket(c.ID), d.ticket(c.ID), d.ticket(c.ID)
		d.must(d.Take(ctx, stays.ID, asha))
		d.must(d.Turn(ctx, d.act(old), Closed, asha))
		move := func(site int64) {
			d.Helper()
			d.must(d.DB.InTx(ctx, func(tx *db.Tx) (err error) {
				if c, err = d.Customers.GetTx(tx, c.ID); err != nil {
					return err
				}
				c.SiteID = site
				_, err = d.Customers.Save(tx, c, customers.By(asha))
				return err
			}))
		}
		move(9)
		d.must(d.Take(ctx, goes.ID, By{Actor: "wanja@example.com"}))
		for _, one := range []Ticket{stays, goes, old} {
			if now := d.now(one); now.SiteID != 9 {
				d.Errorf("%s is at site %d", now.Reference, now.SiteID)
			}
		}
		move(11)
		if a, b := d.now(stays), d.now(goes); a.SiteID != 11 || b.SiteID != 11 || a.Owner != asha.Actor || b.Owner != "" {
			d.Errorf("of %q and %q, at %d and %d", a.Owner, b.Owner, a.SiteID, b.SiteID)
		}
	})
}
