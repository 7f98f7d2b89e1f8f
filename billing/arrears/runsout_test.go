package arrears

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/words"
)

// runsOut is what was told of a line's end.
func (p *provider) runsOut(sub subscriptions.Subscription) (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, text := range p.told {
		if strings.HasPrefix(key, fmt.Sprintf("runs out %d ", sub.ID)) {
			all = append(all, text)
		}
	}
	return all
}

// TestWhoseLineRunsOutIsTold: three days before, by day, once for each period, in their language and what must come; not who paid ahead, whose credit renews the line, or
// who leaves.
func TestWhoseLineRunsOutIsTold(t *testing.T) {
	each(t, func(p *provider) {
		lines := map[string]subscriptions.Subscription{}
		who := map[string]customers.Customer{}
		for _, name := range []string{"short", "credit", "ahead", "leaves", "office"} {
			who[name] = p.customer(customers.Customer{Lang: map[bool]words.Lang{true: words.Swahili, false: words.English}[name == "short"]})
			lines[name] = p.line(who[name], map[bool]string{true: "office", false: "home"}[name == "office"])
		}
		for name, bob := range map[string]int64{"short": 3200, "credit": 6000, "ahead": 3000, "leaves": 3000} {
			p.pays(who[name], bob)
		}
		if _, err := p.Lines.End(t.Context(), lines["leaves"].ID, subscriptions.Ending{At: p.clock.Now().AddDate(0, 1, 0), Reason: "moves"}, subscriptions.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		told := func(when string, counts map[string]int) {
			t.Helper()
			for name, line := range lines {
				if got := p.runsOut(line); len(got) != counts[name] {
					t.Errorf("%s: %s was told %d times: %q", when, name, len(got), got)
				}
			}
		}
		p.clock.Set(clock.Date(2027, 3, 15).Start().Add(9 * time.Hour))
		p.pays(who["ahead"], 3000)
		p.clock.Set(clock.Date(2027, 3, 29).Start().Add(9 * time.Hour)) // they end on 1 April at noon
		p.dun()
		told("four days before", nil)
		p.clock.Set(clock.Date(2027, 3, 29).Start().Add(23 * time.Hour))
		p.dun()
		told("at night", nil)
		p.clock.Set(clock.Date(2027, 3, 30).Start().Add(8 * time.Hour))
		var nodes sync.WaitGroup
		for range 3 {
			nodes.Go(func() {
				if err := p.Tick(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		p.later(1)
		told("before the end", map[string]int{"short": 1})
		for _, text := range p.runsOut(lines["short"]) {
			for _, want := range []string{"imelipiwa hadi 01.04.2027, 12:00", "Lipa KES 2,800", "600100", who["short"].Number} {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not say %q", text, want)
				}
			}
		}
		p.pays(who["short"], 2800)
		p.later(2)
		told("paid", map[string]int{"short": 1})
		p.clock.Set(clock.Date(2027, 4, 29).Start().Add(12 * time.Hour))
		if err := p.Lines.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.dun()
		told("the next month", map[string]int{"short": 2, "ahead": 1})
		if text := strings.Join(p.runsOut(lines["ahead"]), ""); !strings.Contains(text, "is paid until 01.05.2027, 12:00. Pay KES 3,000 before then") {
			t.Errorf("%q", text)
		}
	})
}
