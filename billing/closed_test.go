package billing_test

import (
	"context"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
)

// A closed site takes no order; the money of one that was placed before still serves it.
func TestAClosedSiteTakesNoOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		before := s.order(phoneMAC)
		here, _, err := s.sites.Get(s.site)
		if err != nil {
			t.Fatal(err)
		}
		here.State = site.Closed
		s.in(func(tx *db.Tx) error { _, err := s.sites.SaveSite(tx, here); return err })
		if err := s.sites.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = s.bill.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: "0712345678", Lang: words.English})
		if fault.KeyOf(err) != "site.is_closed" {
			t.Errorf("ordered at a closed site: %v", err)
		}
		s.hear(s.success(0, "SJ00000021", 10))
		if v := s.view(before); v.Order.State != billing.OrderPaid {
			t.Errorf("the order of before is %s", v.Order.State)
		}
		s.prove()
	})
}
