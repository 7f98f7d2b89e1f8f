package app

import (
	"net/http"
	"testing"
	"time"

	"mtandao/billing/prompts"
	"mtandao/internal/settings"
	"mtandao/internal/sim/safaricom"
)

// TestTheDemoShowsHomesThatAreAsked: on their pages in both languages, one that paid, one that cancelled and one that is open, which M-Pesa may be asked about in vain,
// until its payer pays on the phone; and a second start on the same data asks nobody again.
func TestTheDemoShowsHomesThatAreAsked(t *testing.T) {
	s := openStage(t, 1)
	s.atAnyHour(t)
	s.Safaricom.AutoAnswer(nil)
	s.registered(t)
	usual := s.Main.Settings.Int(settings.InvoiceDueDays)
	for range 2 {
		if err := s.seedPrompts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if days := s.Main.Settings.Int(settings.InvoiceDueDays); days != usual {
		t.Errorf("invoices are due after %d days from then on, it was %d", days, usual)
	}
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	pages := map[string]string{}
	for n, wants := range [][]string{{"Paid", "KES 2,500", "On the due day"}, {"The payer cancelled the prompt", "KES 1,500"}, {"Ask M-Pesa now", "her mother, who pays", "KES 4,500"}} {
		d := demoPrompted[n]
		who, err := s.Main.Customers.FindNow(t.Context(), d.phone)
		if err != nil {
			t.Fatal(err)
		}
		until(t, 45*time.Second, d.name+" is asked", func() bool {
			seen, err := s.Main.Prompts.Asks(t.Context(), who.ID, 5)
			return err == nil && len(seen) == 1 && seen[0].Cause == prompts.DueDay && (n == 2 && seen[0].Askable() || n < 2 && !seen[0].Open())
		})
		pages[d.name] = "/office/customers/" + number(who.ID) + "?tab=money"
		owner.expect(owner.ask(http.MethodGet, pages[d.name], nil), http.StatusOK, append(wants, d.name, "Asked automatically")...)
	}
	open := pages[demoPrompted[2].name]
	ask := queryPrompt.FindStringSubmatch(owner.ask(http.MethodGet, open, nil).body)
	if ask == nil {
		t.Fatal("no button")
	}
	owner.expect(owner.follows(ask[1]), http.StatusOK, "M-Pesa has no answer yet", "Ask M-Pesa now")
	owner.expect(owner.follows(ask[1]), http.StatusOK, "was asked about this prompt moments ago") // pressed again at once
	rings := s.Safaricom.Prompts()
	if len(rings) != 1 {
		t.Fatal(rings)
	}
	if err := s.Safaricom.Answer(rings[0].CheckoutID, safaricom.Answer{Act: safaricom.Approve}); err != nil {
		t.Fatal(err)
	}
	until(t, 45*time.Second, "the money is confirmed", func() bool { return queryPrompt.FindString(owner.ask(http.MethodGet, open, nil).body) == "" })
	idle(t, s)
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
