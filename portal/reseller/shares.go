package reseller

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/counter"
	"mtandao/billing/partners"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// sharesPage is what a partner has earned, by the days of a month.
type sharesPage struct {
	frame
	Due, SoldToday, ShareToday, Percent string
	Period, Before, After               string
	Sold, Earned                        string
	Payout                              string // what is to be paid, and whether it is on its way
	Lines                               []line
}

// shares is the statement of one month: ?m=2026-11.
func (f *Face) shares(q *request) error {
	today := f.today()
	at, err := time.ParseInLocation("2006-01", q.Query("m"), clock.Nairobi)
	if err != nil || at.After(today) {
		at = time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, clock.Nairobi)
	}
	first, last := at.Format(time.DateOnly), at.AddDate(0, 1, -1).Format(time.DateOnly)
	p := &sharesPage{frame: q.page("share.title"), Due: q.partner.Due.String(), Percent: q.partner.Percent(), Period: at.Format("01.2006"), Before: "/share?m=" + at.AddDate(0, -1, 0).Format("2006-01")}
	if last < today.Format(time.DateOnly) {
		p.After = "/share?m=" + at.AddDate(0, 1, 0).Format("2006-01")
	}
	if q.Query("done") == "pin" {
		p.Done = p.T("sell.pin.done")
	}
	sold, share, err := f.Partners.Today(q.ctx, q.partner)
	if err != nil {
		return err
	}
	p.SoldToday, p.ShareToday = money.KES(sold).String(), money.KES(share).String()
	if p.Payout, err = f.payoutOpen(q, &p.frame); err != nil {
		return err
	}
	all, err := f.Partners.Events(q.ctx, q.partner.ID, first, last, 0, linesOnPage*2) // a month of days, and payouts
	if err != nil {
		return err
	}
	var net, earned int64
	for i := len(all) - 1; i >= 0; i-- { // the newest first
		e := all[i]
		l := line{When: e.Day[8:] + "." + e.Day[5:7] + ".", What: p.T("share.event." + e.Kind), Amount: money.KES(e.Delta).String(), Balance: money.KES(e.Balance).String(), Note: e.Note}
		if e.Kind == partners.Shared {
			net, earned = net+e.Sold-e.Back, earned+e.Delta
			l.Note = p.T("share.of", "Sold", money.KES(e.Sold), "Back", money.KES(e.Back))
		} else if e.How != "" {
			l.What = p.T("share.paid_" + e.How)
		}
		p.Lines = append(p.Lines, l)
	}
	p.Sold, p.Earned = money.KES(net).String(), money.KES(earned).String()
	return q.send(fiber.StatusOK, "shares", p)
}

// payoutOpen tells of a payout that two members decided on and that is not paid; one at a time is open.
func (f *Face) payoutOpen(q *request, p *frame) (string, error) {
	all, err := f.Partners.Payouts(q.ctx, q.partner.ID, 1)
	switch {
	case err != nil || len(all) == 0 || all[0].State != counter.Approved:
		return "", err
	case all[0].Sending != 0:
		return p.T("share.payout_sending", "Amount", all[0].Amount.String(), "Phone", q.partner.Phone.Local()), nil
	}
	return p.T("share.payout_approved", "Amount", all[0].Amount.String()), nil
}
