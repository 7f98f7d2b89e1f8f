package offline

import (
	"cmp"
	"slices"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/radius"
)

// mostItems of a story are shown: those nearest to the instant.
const mostItems = 40

// timeline is all that happened within a day of an instant, in order of time.
func (f *Facts) timeline(at time.Time) []Item {
	items := []Item{{At: at, Kind: Asked, What: "asked"}}
	add := func(i Item) {
		if !i.At.IsZero() && !i.At.After(f.Now) && i.At.Sub(at).Abs() <= radius.AroundFor {
			items = append(items, i)
		}
	}
	f.tellMoney(add) // which is why the line goes on
	f.tellPolicy(add)
	f.tellRouters(add)
	f.tellSessions(add)
	for _, d := range f.Deeds {
		add(Item{At: d.At, Kind: OfStaff, Deed: &d})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(a.At.Sub(at).Abs(), b.At.Sub(at).Abs()) })
	items = items[:min(len(items), mostItems)]
	slices.SortStableFunc(items, func(a, b Item) int { return a.At.Compare(b.At) })
	return items
}

// tellPolicy tells what became of the line, and what dunning did.
func (f *Facts) tellPolicy(add func(Item)) {
	for _, d := range f.Dunning {
		tone := "warn"
		if letsGo(d) {
			tone = "good"
		}
		add(Item{At: d.At, Kind: OfAccess, Tone: tone, Dunning: &d})
	}
	if f.Line == nil {
		add(Item{At: f.Grant.CreatedAt, Kind: OfAccess, What: "given", Tone: "good", Values: Values{Name: f.Grant.Plan}})
		add(Item{At: f.Grant.EndedAt, Kind: OfAccess, What: "over", Tone: "warn", Values: Values{Name: f.Grant.Plan}})
		return
	}
	last := time.Time{}
	for n, e := range f.Line.Events {
		tone := ""
		switch {
		case lengthens(e.Kind), e.Kind == subscriptions.Resumed:
			tone = "good"
		case e.Kind == subscriptions.PausedIt, e.Kind == subscriptions.TakenBack, e.Kind == subscriptions.Finished:
			tone = "warn"
		}
		add(Item{At: clock.Later(e.At, e.Recorded), Kind: OfAccess, Tone: tone, Event: &e})
		until := f.Now // where the line ran out before the next event was written down
		if n+1 < len(f.Line.Events) {
			until = f.Line.Events[n+1].Recorded
		}
		then := f.Line.then(e.Recorded)
		if end := then.End(f.Zone); then.Status == subscriptions.Active && !end.IsZero() && !end.After(until) && end.After(last) {
			last = end
			add(Item{At: end, Kind: OfAccess, What: "ran_out", Tone: "bad"})
		}
	}
}

func (f *Facts) tellMoney(add func(Item)) {
	tones := map[string]string{MoneyPaid: "good", MoneyBack: "bad", MoneyNotPaid: "warn"}
	for _, m := range f.Money {
		add(Item{At: m.At, Kind: OfMoney, What: m.What, Tone: tones[m.What], Values: Values{Amount: money.KES(max(m.Amount.Cents, -m.Amount.Cents)), Name: m.Reason}})
	}
}

func (f *Facts) tellRouters(add func(Item)) {
	for _, o := range f.Outages {
		end := "heard"
		if o.Proof.BootBy != "" {
			end = "booted"
		}
		v := Values{From: o.From, Until: o.Until, RouterID: o.RouterID}
		add(Item{At: o.From, Kind: OfRouter, What: "silent", Tone: "bad", Values: v})
		add(Item{At: o.Until, Kind: OfRouter, What: end, Tone: "good", Values: v})
	}
	for _, e := range f.Around.Enforced {
		add(Item{At: e.CreatedAt, Kind: OfCommand, Values: Values{RouterID: e.RouterID}, Command: &e})
	}
}

func (f *Facts) tellSessions(add func(Item)) {
	for _, s := range f.Around.Sessions {
		v := Values{From: s.StartedAt, Until: s.EndedAt, RouterID: s.RouterID, Device: s.MAC.Colons(), Name: s.Cause}
		add(Item{At: s.StartedAt, Kind: OfSession, What: WentOn, Tone: "good", Values: v})
		if s.ClosedBy != "" {
			add(Item{At: s.EndedAt, Kind: OfSession, What: WentOff, Tone: "warn", Values: v})
		}
	}
	for _, r := range f.Around.Refused {
		if f.others(r) {
			continue
		}
		add(Item{At: r.FirstAt, Kind: OfRefusal, Tone: "bad", Values: Values{From: r.FirstAt, Until: r.LastAt, RouterID: r.RouterID, Name: r.Name, Device: r.MAC.Colons(), Times: r.Times}, Refusal: &r})
	}
}
