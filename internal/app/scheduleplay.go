package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"mtandao/billing"
	"mtandao/internal/seal"
	"mtandao/internal/sim/safaricom"
	"mtandao/radius/access"
)

// group is stories told together, step by step; they share nothing but the world.
type group struct {
	world   *world
	stories []*story
	since   int64 // ids of rows before the group are not above it
}

func newGroup(w *world, seed uint64, count int) *group {
	g := &group{world: w, since: w.main.DB.ID()}
	w.clock.Set(nineOn(w.clock.Now()))
	for n := range count {
		s := newStory(seed+uint64(n), w.clock)
		g.stories = append(g.stories, s)
		w.wire.join(s)
	}
	return g
}

// play tells the stories to their end. The clock moves only when all is at rest.
func (g *group) play(ctx context.Context) error {
	from := g.world.clock.Now()
	for step, at := range steps {
		g.world.clock.Set(from.Add(at))
		acts := []func(context.Context, *story, int){g.place, g.answer, g.others}
		if step > lastTypedStep {
			acts = nil
		}
		if err := errors.Join(g.world.settle(ctx), g.world.wire.release(), g.world.settle(ctx)); err != nil {
			return err
		}
		for n, act := range acts {
			if step > lastHandStep && step != lastTypedStep && !g.busy(step) {
				break
			}
			g.together(ctx, act, step)
			if n == 0 && step <= secondTryStep {
				if err := g.dueDay(ctx); err != nil {
					return err
				}
			}
			if err := g.world.settle(ctx); err != nil {
				return err
			}
		}
		if err := g.watch(ctx); err != nil {
			return err
		}
	}
	if err := g.moveOut(ctx); err != nil {
		return err
	}
	return g.world.main.Ledger.Chain(ctx)
}

// busy says that somebody types something at this step.
func (g *group) busy(step int) bool {
	for _, s := range g.stories {
		for _, t := range s.typings {
			if t.step == step {
				return true
			}
		}
	}
	return false
}

func (g *group) together(ctx context.Context, act func(context.Context, *story, int), step int) {
	var all sync.WaitGroup
	slots := make(chan struct{}, 6)
	for _, s := range g.stories {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			act(ctx, s, step)
		})
	}
	all.Wait()
}

func (g *group) place(ctx context.Context, s *story, step int) {
	if s.home != nil {
		if step == 0 {
			g.moveIn(ctx, s)
		}
		g.staffAsk(ctx, s, step)
	}
	for n, w := range s.wishes {
		if w.step != step {
			continue
		}
		request := billing.OrderRequest{SiteID: g.world.sites[w.site].ID, PlanID: g.world.plans[w.plan].ID, Phone: "+" + w.phone,
			Place: access.Place{MAC: access.MAC(w.mac), IP: "10.5.50.7"}, Once: w.once}
		orders := make([]billing.Order, w.taps)
		var taps sync.WaitGroup
		for tap := range w.taps {
			taps.Go(func() {
				var err error
				if orders[tap], err = g.world.main.Billing.PlaceOrder(ctx, request); err != nil {
					s.note("WRONG: order %d was not taken: %v", n, err)
				}
			})
		}
		taps.Wait()
		s.tookOne(w, orders)
		s.note("order %d is %s: %s at %s for %s on %q, %d taps, will %s %s", n, w.order.Code, w.order.Price, worldMerchants[w.site].Name, w.phone, w.mac, w.taps, w.answer.Act, w.answer.Code)
	}
}

// answer answers the story's open prompts whose time has come; an ignored one dies after a minute.
func (g *group) answer(_ context.Context, s *story, step int) {
	for _, p := range g.world.rail.Prompts() {
		if !s.has(p.Phone) && !s.isHome(p.Phone) {
			continue
		}
		a, ok := s.answerTo(p, step)
		if p.At.Add(steps[6]).Before(g.world.clock.Now()) {
			a, ok = safaricom.Answer{Act: safaricom.Refuse, Code: "1037"}, true
		}
		if ok && a.Act != safaricom.Ignore {
			err := g.world.rail.Answer(p.CheckoutID, a)
			s.note("prompt for %s answered: %s %s %v", p.Reference, a.Act, a.Code, err)
		}
	}
}

func (s *story) answerTo(p safaricom.Prompt, step int) (safaricom.Answer, bool) {
	if s.isHome(p.Phone) {
		return s.homeAnswerTo(p, step)
	}
	if w := s.wishOf(p.Reference); w != nil {
		return w.answer, w.answerStep <= step
	}
	return safaricom.Answer{}, false
}

// others is what happens beside the prompts: money by hand, typed receipts, lies.
func (g *group) others(ctx context.Context, s *story, step int) {
	for _, h := range s.hands {
		if h.step == step && s.wishes[h.wish].placed {
			g.pay(ctx, s, h)
		}
	}
	for _, t := range s.typings {
		if t.step == step && s.wishes[t.wish].placed {
			g.typeReceipt(ctx, s, t)
		}
	}
	if s.home != nil {
		g.homePays(ctx, s, step)
	}
	for _, at := range s.forging {
		if at == step {
			g.forge(ctx, s)
		}
	}
}

func (g *group) pay(ctx context.Context, s *story, h *hand) {
	w, till := s.wishes[h.wish], worldMerchants[h.site]
	account := w.order.Code
	h.cents = w.order.Price.Cents
	switch h.how {
	case wrongCode:
		account = account[1:] + "2"
	case byPhone:
		account = "0" + h.phone[3:]
	case tooLittle:
		h.cents -= 5_00
	case tooMuch:
		h.cents += 7_00
	}
	var err error
	if till.Type == safaricom.BuyGoods {
		h.receipt, err = g.world.rail.BuyGoods(ctx, h.phone, till.PartyB, h.cents)
	} else {
		h.receipt, err = g.world.rail.PayBill(ctx, h.phone, till.ShortCode, account, h.cents)
	}
	s.note("%s pays %d cents by hand to %s with %s (%s): receipt %q %v", h.phone, h.cents, till.Name, h.how, account, h.receipt, err)
}

func (g *group) typeReceipt(ctx context.Context, s *story, t typing) {
	receipt, payer := fmt.Sprintf("ZZ%08d", s.seed%100_000_000), ""
	if moves := g.moves(s); t.which >= 0 && t.which < len(moves) {
		receipt, payer = moves[t.which].Receipt, moves[t.which].Phone
	}
	if t.step%2 == 0 { // somebody who does not know who paid
		payer = ""
	}
	got, err := g.world.main.Billing.EnterReceipt(ctx, s.wishes[t.wish].order.Token, receipt, payer)
	s.note("receipt %s is typed for order %s: %s %v", receipt, s.wishes[t.wish].order.Code, got.State, err)
}

// moves is what the rail knows that the story's guests paid.
func (g *group) moves(s *story) []safaricom.Move {
	var own []safaricom.Move
	for _, m := range g.world.rail.Moves() {
		if s.has(m.Phone) {
			own = append(own, m)
		}
	}
	return own
}

// forge sends a made-up success to addresses that a stranger could think of, and one that is no message at all.
func (g *group) forge(ctx context.Context, s *story) {
	lie := `{"Body":{"stkCallback":{"MerchantRequestID":"1","CheckoutRequestID":"ws_CO_1","ResultCode":0,"ResultDesc":"ok","CallbackMetadata":{"Item":[` +
		`{"Name":"Amount","Value":10.00},{"Name":"MpesaReceiptNumber","Value":"FORGED%04d"},{"Name":"PhoneNumber","Value":` + s.phones[0] + `}]}}}}`
	lie = fmt.Sprintf(lie, s.seed%10_000)
	confirmation := fmt.Sprintf(`{"TransactionType":"Pay Bill","TransID":"FORGED%04d","TransTime":"20261124120000","TransAmount":"10.00","BusinessShortCode":"174379","BillRefNumber":%q,"MSISDN":%q}`,
		s.seed%10_000, s.wishes[0].order.Code, s.phones[0])
	for _, to := range []struct{ path, body string }{{"/in/p/", lie}, {"/in/c/", confirmation}, {"/in/t/", lie}, {"/in/p/", "{"}} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.world.main.Config.PublicURL+to.path+seal.RandomHex(16), bytes.NewReader([]byte(to.body)))
		if err != nil {
			s.note("WRONG: %v", err)
			continue
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
		}
	}
	s.note("lies were sent")
}
