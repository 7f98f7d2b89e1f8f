package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/prompts"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

// moveIn makes the home of a story: a customer, whose line was paid elsewhere until noon of the day.
func (g *group) moveIn(ctx context.Context, s *story) {
	h, m := s.home, g.world.main
	err := m.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		h.who, err = m.Customers.Create(tx, customers.Customer{Name: fmt.Sprint("Home ", s.seed), SiteID: g.world.sites[0].ID}, []customers.Contact{{Kind: customers.ByPhone, Value: h.phone, ForBills: true}}, customers.By{Actor: "story"})
		return err
	})
	if err == nil {
		now := m.Plan.Now()
		h.line, err = m.Lines.Start(ctx, subscriptions.Opening{CustomerID: h.who.ID, PlanKey: "home", Place: subscriptions.Place{SiteID: g.world.sites[0].ID}, At: now.AddDate(0, 0, -10),
			Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("story", s.seed)}, Secret: "s3cret", PaidTo: clock.DayOf(now).Start().Add(12 * time.Hour)}, subscriptions.By{Actor: "story"})
	}
	if err == nil && h.agreed {
		_, err = m.Prompts.Agree(ctx, h.who.ID, h.phone, "they themselves", prompts.By{Actor: "story"})
	}
	if err != nil {
		s.note("WRONG: the home did not move in: %v", err)
	}
	s.note("a home moves in, and is asked by itself: %v", h.agreed)
}

// moveOut ends the consent of the group's homes: a month later another group's stories are told, and no phone of theirs rings.
func (g *group) moveOut(ctx context.Context) error {
	for _, s := range g.stories {
		if s.home == nil || !s.home.agreed {
			continue
		}
		if _, err := g.world.main.Prompts.Withdraw(ctx, s.home.who.ID, prompts.By{Actor: "story"}); err != nil {
			return err
		}
	}
	return nil
}

// staffAsk has staff ask the home for money.
func (g *group) staffAsk(ctx context.Context, s *story, step int) {
	for n, ask := range s.home.asks {
		if ask.step != step {
			continue
		}
		_, err := g.world.main.Prompts.Ask(ctx, prompts.Request{CustomerID: s.home.who.ID, Cause: prompts.Staff, Phone: s.home.phone, Amount: money.KES(ask.cents), Once: fmt.Sprintf("%x-%d", s.seed, n)}, prompts.By{Actor: "story"})
		if err != nil && !slices.Contains(refusesHome, fault.KeyOf(err)) {
			s.note("WRONG: staff could not ask: %v", err)
		}
		s.note("staff asks the home for %d cents: %v", ask.cents, err)
	}
}

// dueDay has everybody asked whose line ends today.
func (g *group) dueDay(ctx context.Context) error {
	if !slices.ContainsFunc(g.stories, func(s *story) bool { return s.home != nil }) {
		return nil
	}
	return g.world.main.Prompts.Tick(ctx)
}

// homePays is what the home pays by hand at a step, and what the rail takes back.
func (g *group) homePays(ctx context.Context, s *story, step int) {
	for _, p := range s.home.hands {
		if p.step != step {
			continue
		}
		account := s.home.typed(p)
		receipt, err := g.world.rail.PayBill(ctx, s.home.phone, worldMerchants[p.site].ShortCode, account, p.cents)
		s.note("the home pays %d cents to %s with the %s (%s): receipt %q %v", p.cents, worldMerchants[p.site].Name, p.how, account, receipt, err)
	}
	if r := s.home.reversal; r.step == step && step > 0 {
		if moves := g.homeMoves(s); r.which < len(moves) {
			g.takeBack(ctx, s, moves[r.which])
		}
	}
}

func (g *group) takeBack(ctx context.Context, s *story, m safaricom.Move) {
	w := g.world
	at := slices.IndexFunc(worldMerchants, func(k safaricom.Merchant) bool { return k.ShortCode == m.ShortCode })
	err := w.main.DB.InTx(ctx, func(tx *db.Tx) error {
		_, _, err := w.main.Billing.FindReversal(tx, takenBackOf(m, w.tills[at].ID, w.clock.Now()))
		return err
	})
	if err != nil {
		s.note("WRONG: a reversal was not taken: %v", err)
	}
	s.note("the rail takes receipt %s of %d cents back", m.Receipt, m.Cents)
}

// homeMoves is what the rail knows that the story's home paid.
func (g *group) homeMoves(s *story) (own []safaricom.Move) {
	for _, m := range g.world.rail.Moves() {
		if s.isHome(m.Phone) {
			own = append(own, m)
		}
	}
	return own
}

// seenHome is how a home stands.
type seenHome struct {
	online bool
	until  time.Time // as paid
}

func (g *group) seeHome(ctx context.Context, s *story) (seen seenHome, err error) {
	m, h := g.world.main, s.home
	line, err := m.Lines.Get(ctx, h.line.ID)
	if err != nil {
		return seen, err
	}
	grant, _, _, err := m.Access.View(ctx, line.GrantID)
	now := m.Plan.Now()
	return seenHome{grant.State == "active" && !grant.Gardened(now) && (grant.Until.IsZero() || grant.Until.After(now)), m.Lines.Until(line)}, err
}

// watch looks at each step whether homes are online as they are paid, and whether no phone rings twice.
func (g *group) watch(ctx context.Context) error {
	ringing := map[string]int{}
	for _, p := range g.world.rail.Prompts() {
		ringing[p.Phone]++
	}
	now := g.world.clock.Now()
	for _, s := range g.stories {
		if s.home == nil || s.home.line.ID == 0 {
			continue
		}
		seen, err := g.seeHome(ctx, s)
		if err != nil {
			return err
		}
		if paid := seen.until.After(now); seen.online != paid {
			s.note("WRONG: the home is online: %v, and its line is paid until %s", seen.online, seen.until.Sub(s.start))
		}
		if n := ringing[s.home.phone]; n > 1 {
			s.note("WRONG: the home is asked by %d prompts at once", n)
		}
	}
	return nil
}

// homeEnd is what the program keeps of a home at the end.
type homeEnd struct {
	seenHome
	asks          []prompts.Asked
	credit        int64
	paidIn, back  int64 // by rails
	renewals      int
	renewedFor    int64
	receipts      []keptReceipt
	total, undone int64 // of the receipts in the account: amounts, and of them reversed
}

func (g *group) homeEnded(ctx context.Context, e *ending, s *story) (end homeEnd, err error) {
	m, id := g.world.main, s.home.who.ID
	if end.seenHome, err = g.seeHome(ctx, s); err != nil {
		return end, err
	}
	if end.asks, err = m.Prompts.Asks(ctx, id, 50); err != nil {
		return end, err
	}
	events, err := m.Accounts.Events(ctx, id, 0, 200)
	for n, v := range events {
		switch v.Kind {
		case "paid_in":
			end.paidIn += v.Delta.Cents
		case "returned":
			end.back -= v.Delta.Cents
		case "renewed":
			end.renewals++
			end.renewedFor -= v.Delta.Cents
		}
		if n == 0 {
			end.credit = v.Balance.Cents
		}
	}
	for _, all := range e.byPay {
		for _, r := range all {
			if r.HolderID == id && r.Placed == billing.PlacedAccount {
				end.receipts, end.total, end.undone = append(end.receipts, r), end.total+r.AmountCents, end.undone+r.ReversedCents
			}
		}
	}
	return end, err
}
