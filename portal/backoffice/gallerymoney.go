package backoffice

import (
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/site"
)

// galleryDay is the day on which the gallery's pages are seen.
var galleryDay = time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)

// gallerySites stand in for the provider's places.
type gallerySites struct{}

// Sites implements Sites.
func (gallerySites) Sites() []site.Site { return nil }

// Get implements Sites.
func (gallerySites) Get(int64) (site.Site, site.Brand, error) {
	return site.Site{Name: "Kasarani"}, site.Brand{}, nil
}

// galleryOffice is enough of a back office to make a page's lines.
func galleryOffice() *Backoffice {
	return &Backoffice{Options: Options{Clock: clock.NewManual(galleryDay), Zone: time.FixedZone("EAT", 3*60*60), Sites: gallerySites{}}}
}

func (g *gallery) payments() error {
	b := galleryOffice()
	var lines []report.PaymentLine
	for i, p := range []struct {
		state          billing.PaymentState
		order, look    string
		shillings, ago int
	}{{billing.PaymentSent, "placed", "", 10, 0}, {billing.PaymentPaid, "paid", "", 50, 3}, {billing.PaymentUnknown, "placed", "amount_mismatch", 20, 9},
		{billing.PaymentFailed, "placed", "", 10, 12}, {billing.PaymentExpired, "paid", "", 200, 40}} {
		lines = append(lines, report.PaymentLine{ID: int64(i + 1), OrderID: int64(i + 1), SiteID: 1, State: p.state, OrderState: p.order, Attention: p.look,
			Amount: money.Shillings(int64(p.shillings)), Code: []string{"K7M4Q2XA", "T3R8W5ZB", "H9C2N6PD", "B4X7Y8QE", "M5V3J2KF"}[i], PhoneMask: "0712 ••• 678",
			PlanNameEN: "1 hour", PlanNameSW: "Saa 1", CreatedAt: galleryDay.Add(-time.Duration(p.ago) * time.Minute)})
	}
	if err := g.hang("payments", "payments", b.paymentsPage(g.inside("office.nav.payments", "payments"), report.PaymentFilter{}, "", lines)); err != nil {
		return err
	}
	return g.hang("payments-none", "payments", b.paymentsPage(g.inside("office.nav.payments", "payments"), report.PaymentFilter{Group: report.PaymentsUnknown}, "2026-11-25", nil))
}
