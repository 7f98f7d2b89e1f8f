package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/dayclose"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/railbook"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// Whose account a payment of the demo's past is for, beside customers by their number.
const (
	demoFloat = "float" // the first reseller's
	demoOrder = "order" // a guest's, placed a moment before
	demoLost  = "lost"  // M-Pesa took it, and its confirmation never came
)

// pastPayment is a payment by hand of the demo's past.
type pastPayment struct {
	at, phone, to string
	shillings     int64 // 0: what the guest's plan costs
}

// demoRailDays are the payments of the days before the demo was started, the oldest day first; the last is of today, before anybody was up. Before them were
// days on which guests alone bought.
var demoRailDays = [][]pastPayment{
	{{"07:52", "0110 556 020", "0110 556 020", 1_500}, {"08:40", "0722 100 001", demoFloat, 3_000}, {"10:15", "0729 410 001", demoOrder, 0}, {"12:31", "0729 410 002", demoOrder, 0}, {"17:20", "0701 668 452", "0701 668 452", 2_500},
		{"18:55", "0729 410 003", demoLost, 50}, {"20:08", "0729 410 004", demoOrder, 0}},
	{{"06:58", "0729 410 005", demoOrder, 0}, {"09:12", "0722 100 001", demoFloat, 2_000}, {"11:47", "0798 221 645", "0798 221 645", 1_000}, {"13:30", "0729 410 006", demoOrder, 0}, {"16:05", "0745 330 187", "0745 330 187", 1_000},
		{"18:21", "0729 410 007", demoLost, 300}, {"19:02", "0729 410 001", demoOrder, 0}, {"21:36", "0729 410 002", demoOrder, 0}},
	{{"00:04", "0701 668 452", "0701 668 452", 500}},
}

// demoBuying is when the guests of an earlier day bought, each day beginning at another of them.
var demoBuying = []string{"06:40", "07:15", "08:30", "09:50", "11:05", "12:45", "13:20", "15:10", "16:35", "17:25", "18:05", "18:50", "19:30", "20:15", "21:40"}

// railDays are the payments of the last seven days and of today.
func railDays() (days [][]pastPayment) {
	for day := range 8 - len(demoRailDays) {
		var sold []pastPayment
		for n := day % 3; n < len(demoBuying); n += 2 {
			sold = append(sold, pastPayment{demoBuying[n], fmt.Sprintf("0729 41%d %03d", day, n), demoOrder, 0})
		}
		days = append(days, sold)
	}
	return append(days, demoRailDays...)
}

// pastRail is M-Pesa and the desk that its money came to, both on a clock of the past.
type pastRail struct {
	*Stage
	clock  *clock.Manual
	rail   *safaricom.Server
	bill   *billing.Service
	till   billing.Till
	plan   plans.Plan
	seller string // the account number of the first reseller
}

// seedRail gives the demo a week of M-Pesa with the rail's own statement of it, once: each day is closed by the owner; of the day before yesterday a difference
// is explained, of yesterday one is not.
func (s *Stage) seedRail(ctx context.Context) error {
	if there, err := s.Main.Days.Days(ctx, 0, 1); err != nil || len(there) > 0 {
		return err
	}
	today := clock.DayOf(s.Main.Clock.Now())
	days := railDays()
	first := today - clock.Day(len(days)-1)
	p, err := s.railFrom(ctx, first.Start())
	if err != nil {
		return err
	}
	defer p.rail.Close()
	for n, payments := range days {
		for _, one := range payments {
			at, err := time.Parse("15:04", one.at)
			if err != nil {
				return err
			}
			since := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
			if day := first + clock.Day(n); day == today { // which may be young
				since = min(since, s.Main.Clock.Now().Sub(day.Start())/2)
			}
			p.clock.Set((first + clock.Day(n)).Start().Add(since))
			if err := p.pay(ctx, one.phone, one.to, one.shillings); err != nil {
				return err
			}
		}
	}
	return p.close(ctx, first, today)
}

// railFrom makes M-Pesa and a desk that begin at a time. The jobs of what was sold are done by the demo's own.
func (s *Stage) railFrom(ctx context.Context, at time.Time) (*pastRail, error) {
	m, c := s.Main, clock.NewManual(at)
	queue := jobs.New(m.DB, c, m.Log)
	p := &pastRail{Stage: s, clock: c, bill: billing.New(billing.Options{DB: m.DB, Jobs: queue, Keys: m.Keys, Clock: c, Log: m.Log, Ledger: ledger.New(m.DB, c), Plans: m.Plans, Sites: m.Sites, Grants: m.Access, Gateway: m.MPesa,
		Settings: m.Settings, Messages: m.Notify, Pause: m.Pause, Approvals: m.Approvals})}
	p.bill.AskAccounts(m.Accounts)
	p.bill.AskFloats(m.Resellers)
	all, err := m.Plans.Packages(ctx)
	if err != nil {
		return nil, err
	}
	p.plan = all[slices.IndexFunc(all, func(p plans.Plan) bool { return p.Key == "day" })]
	if p.till, err = m.Billing.TillFor(ctx, s.seeded.sites["kasarani"].ID); err != nil {
		return nil, err
	}
	sellers, err := m.Resellers.Find(ctx, demoSellers[0].phone)
	if err == nil && len(sellers) == 0 {
		err = fault.New(fault.NotFound, "reseller.unknown")
	}
	if err != nil {
		return nil, err
	}
	p.seller = sellers[0].Account()
	p.rail, err = safaricom.New(safaricom.Options{Clock: c, Log: s.options.Log, Merchants: []safaricom.Merchant{demoMerchant}, Seed: 1})
	return p, err
}

// pay has somebody pay by hand, and its confirmation come a few seconds later, unless it is lost.
func (p *pastRail) pay(ctx context.Context, phone, to string, shillings int64) error {
	amount, account := money.Shillings(shillings), "KIOSK 7"
	switch to {
	case demoLost:
	case demoFloat:
		account = p.seller
	case demoOrder:
		o, err := p.bill.PlaceOrder(ctx, billing.OrderRequest{SiteID: p.seeded.sites["kasarani"].ID, PlanID: p.plan.ID, Phone: phone, Place: access.Place{MAC: access.MAC("02dd" + strings.ReplaceAll(phone, " ", "")[2:])}, Lang: words.English})
		if err != nil {
			return err
		}
		amount, account = o.Price, o.Code
		p.clock.Advance(time.Minute)
	default:
		who, err := p.Main.Customers.FindNow(ctx, to)
		if err != nil {
			return err
		}
		account = who.Number
	}
	payer, _ := safaricom.Number(phone) // ours
	at := p.clock.Now()
	receipt, err := p.rail.PayBill(ctx, payer, p.till.ShortCode, account, amount.Cents)
	if err != nil || to == demoLost {
		return err
	}
	p.clock.Advance(3 * time.Second)
	_, err = p.bill.Settle(ctx, billing.Evidence{Kind: billing.ByConfirm, TillID: p.till.ID, Verdict: billing.Verdict{State: billing.VerdictPaid, Code: "0"}, Receipt: receipt, Amount: amount, Payer: payer, Reference: account, At: at})
	return err
}

// close reads the rail's statement and closes the days before today; what is left of all but the last is explained.
func (p *pastRail) close(ctx context.Context, first, today clock.Day) error {
	m := p.Main
	owner, err := m.Staff.MemberByEmail(ctx, demoOwner)
	if err != nil {
		return err
	}
	text, _ := p.rail.Statement(p.till.ShortCode, first.Start(), m.Clock.Now())
	if _, err := m.RailBook.Take(ctx, strings.NewReader(text), p.till.ID, railbook.By{Actor: owner.Email, Member: owner.ID}); err != nil {
		return err
	}
	by := dayclose.By{Actor: owner.Email, Member: owner.ID}
	for day := first; day < today; day++ {
		v, err := m.Days.Refresh(ctx, day)
		if err != nil {
			return err
		}
		for _, d := range v.Differences {
			if day == today-1 || d.Standing != dayclose.Left {
				continue
			}
			if _, err := m.Days.Explain(ctx, d.ID, "Our technician tested the till after the power cut; the confirmation of it was lost.", by); err != nil {
				return err
			}
		}
		if v, err = m.Days.See(ctx, day); err == nil {
			_, err = m.Days.Close(ctx, day, v.Digest(), by)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
