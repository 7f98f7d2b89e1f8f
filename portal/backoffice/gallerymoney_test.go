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

// Brands implements Sites.
func (gallerySites) Brands() []site.Brand { return nil }

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

// galleryStray is money that somebody paid by hand.
var galleryStray = billing.Receipt{ID: 7, Number: "SKQ7A2B9XD", Amount: money.Shillings(10), Placed: billing.PlacedSuspense, Payer: "2547 ***** 678 JANE", Reference: "K7M4Q2XB",
	ArrivedAt: galleryDay.Add(-70 * time.Minute)}

func galleryOffers() []billing.Suggestion {
	order := billing.Order{ID: 1, Code: "K7M4Q2XA", PlanNameEN: "1 hour", PlanNameSW: "Saa 1", Price: money.Shillings(10), PhoneMask: "0712 ••• 678", SiteID: 1,
		State: billing.OrderPlaced, CreatedAt: galleryDay.Add(-75 * time.Minute)}
	paid := order
	paid.ID, paid.Code, paid.State = 2, "T3R8W5ZB", billing.OrderPaid
	return []billing.Suggestion{{Order: order, Serve: true, Clues: []billing.Clue{{Name: billing.ClueCodeOne, Arg: order.Code}, {Name: billing.ClueMask, Arg: order.PhoneMask},
		{Name: billing.ClueAmount, Arg: "KES 10"}}}, {Order: paid, Clues: []billing.Clue{{Name: billing.ClueBefore, Arg: paid.PhoneMask}}}}
}

func (g *gallery) suspense() error {
	b := galleryOffice()
	p := &suspensePage{frame: g.inside("office.suspense.title", "payments")}
	p.Crumbs = []crumb{{p.T("office.nav.payments"), "/office/payments"}}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.suspense.none"), Text: p.T("office.suspense.none_text")}
	if err := g.hang("suspense-none", "suspense", p); err != nil {
		return err
	}
	known, unknown := b.strayView(&p.frame, galleryStray, galleryOffers()), b.strayView(&p.frame, galleryStray, nil)
	known.MayMatch = true
	p.Receipts = []strayView{known, unknown}
	return g.hang("suspense", "suspense", p)
}

func (g *gallery) receipts() error {
	b := galleryOffice()
	p := b.receiptPage(g.inside("office.receipt.title", "payments"), galleryStray)
	stray := b.strayView(&p.frame, galleryStray, galleryOffers())
	stray.MayMatch = true
	p.Stray, p.Refund = &stray, "/office/receipts/7/refund"
	if err := g.hang("receipt-stray", "receipt", p); err != nil {
		return err
	}
	placed := galleryStray
	placed.Placed = billing.PlacedOrder
	p = b.receiptPage(g.inside("office.receipt.title", "payments"), placed)
	p.Order, p.Code, p.Unmatch = "/office/orders/1", "K7M4Q2XA", "/office/receipts/7/unmatch"
	for i, state := range []billing.RefundState{billing.RefundAsked, billing.RefundApproved, billing.RefundPaid, billing.RefundRefused} {
		p.Refunds = append(p.Refunds, refundLine{When: "13:4" + number(int64(i)), Amount: "KES 10", Reason: "The router was down all morning", State: refundState(&p.frame, state),
			Receipt: "/office/receipts/7"})
	}
	p.Refunds[0].Decide, p.Refunds[1].Pay = "/office/refunds/1/decide", "/office/refunds/2/pay"
	if err := g.hang("receipt-matched", "receipt", p); err != nil {
		return err
	}
	return g.hang("refunds", "refunds", &refundsPage{frame: g.inside("office.refund.title", "payments"), Refunds: p.Refunds[:2]})
}

func (g *gallery) mend() error {
	p := &mendPage{frame: g.inside("office.move.title", "sessions"), Lead: g.text("office.move.lead", "Plan", "1 hour"), Button: g.text("office.move.button"),
		Action: "/office/grants/1/move", Cancel: "/office/orders/1", Field: "slot", ChoicesName: g.text("office.move.slot")}
	p.Choices = []choice{{Name: "02:A1:B2:C3:D4:AA", Value: "1", Here: true}, {Name: g.text("office.slot_free"), Value: "2"}}
	p.Fields = []input{{Name: "mac", Type: "text", Label: g.text("office.move.mac"), Hint: g.text("office.move.hint"), Must: true}}
	if err := g.hang("move", "mend", p); err != nil {
		return err
	}
	ask := &mendPage{frame: g.inside("office.disconnect.title", "sessions"), Lead: g.text("office.disconnect.lead", "Plan", "1 hour"), Button: g.text("office.disconnect.button"),
		Action: "/office/grants/1/disconnect", Cancel: "/office/orders/1", Danger: true}
	return g.hang("disconnect", "mend", ask)
}
