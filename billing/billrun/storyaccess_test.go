package billrun

import (
	"context"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/radius/access"
)

// agrees holds how each line is kept against what its customer owes, as the table says it: by who is late for how long, and nothing else.
func (s *story) agrees(today clock.Day) (barred int) {
	s.Helper()
	late := s.late()
	ids := make([]int64, len(s.lines))
	for n, sub := range s.lines {
		ids[n] = sub.GrantID
	}
	grants, err := s.Lines.Access.Views(context.Background(), ids)
	if err != nil {
		s.Fatal(err)
	}
	now := s.linesNow()
	for _, sub := range s.lines {
		got, known := now[sub.ID]
		if !known {
			s.Fatalf("line %d is gone", sub.ID)
		}
		due, owes := late[sub.CustomerID]
		want := s.wants(got, today, due, owes)
		g := grants[sub.GrantID].Grant
		s.housed(got, g)
		s.answer(got, today, due, owes)
		if has := kept(g); has != want && has != "ended" || (g.State == access.Ended) != (got.State.Status == subscriptions.Ended) {
			s.tellsOf(sub.CustomerID)
			s.Fatalf("on %v line %d of customer %d is %s (%s, %s), owes since %v (%v), and should be %s", today, sub.ID, sub.CustomerID, has, got.State.Status, got.State.Sold.Mode, due, owes, want)
		}
		if want != "free" {
			barred++
		}
	}
	return barred
}

// late is since when customers owe what was due first.
func (s *story) late() map[int64]clock.Day {
	s.Helper()
	late := map[int64]clock.Day{}
	rows, err := s.DB.SQL().Query("SELECT customer_id, MIN(due_day) FROM invoices WHERE state = 'issued' AND open_cents > 0 GROUP BY customer_id")
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			s.Fatal(err)
		}
		due, ok := clock.ParseDay(text)
		if !ok {
			s.Fatal(text)
		}
		late[id] = due
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
	return late
}

// wants is how the table has a line kept on a day, whose customer owes since a day.
func (s *story) wants(sub subscriptions.Subscription, today, due clock.Day, owes bool) string {
	s.Helper()
	want := "free"
	if days := today - due; owes && sub.State.Sold.Mode != plans.Prepaid {
		switch {
		case days >= 90:
			want = "ended"
		case days >= 30:
			want = "closed"
		case days >= 7:
			want = "garden"
		case days >= 3:
			want = "slow"
		}
	}
	if want == "ended" && s.invoicedSince(sub) {
		want = "closed"
	}
	return want
}

// answers asks, each hour, as RADIUS does for some lines: three, and one in a hundred of them.
func (s *story) answers() {
	s.Helper()
	if s.dunned == 0 {
		return
	}
	s.idle()
	late := s.late()
	for range 3 + len(s.lines)/100 {
		now, err := s.Lines.Get(context.Background(), s.lines[s.r.IntN(len(s.lines))].ID)
		if err != nil {
			s.Fatal(err)
		}
		due, owes := late[now.CustomerID]
		s.answer(now, s.dunned, due, owes)
	}
}

// answer holds what a line's equipment is answered now against what its customer owes, and has paid beforehand.
func (s *story) answer(sub subscriptions.Subscription, day, due clock.Day, owes bool) {
	s.Helper()
	want := s.wants(sub, day, due, owes)
	switch now := s.clock.Now(); {
	case sub.State.Status != subscriptions.Active:
		want = "closed"
	case want == "ended":
		want = "closed"
	case want != "closed" && sub.State.Sold.Mode != plans.Postpaid && !now.Before(lasts(sub.State)):
		want = "garden"
	}
	got, is := s.Lines.Access.Admit(context.Background(), s.knocks(sub, sub.State.Place.SiteID)), "closed"
	switch {
	case got.Garden:
		is = "garden"
	case got.Cause == access.CauseOK && got.Grant.SlowedKbps > 0:
		is = "slow"
	case got.Cause == access.CauseOK:
		is = "free"
	}
	s.answered[is]++
	if is != want || got.Grant.ID != sub.GrantID {
		s.tellsOf(sub.CustomerID)
		s.Fatalf("at %v line %d of customer %d (%s, %s, paid to %v, extended to %v) is answered %s (%q), owes since %v (%v), and should be %s", s.clock.Now(), sub.ID, sub.CustomerID, sub.State.Status, sub.State.Sold.Mode,
			sub.State.PaidTo, sub.State.ExtendedTo, is, got.Cause, due, owes, want)
	}
}

// lasts is the first noon from when on a line was not paid for beforehand any more.
func lasts(state subscriptions.State) time.Time {
	to := state.PaidTo
	if state.ExtendedTo.After(to) {
		to = state.ExtendedTo
	}
	if to.IsZero() {
		return state.StartedAt
	}
	noon := clock.DayOf(to).Start().Add(12 * time.Hour)
	if noon.Before(to) {
		noon = noon.Add(24 * time.Hour)
	}
	return noon
}

// invoicedSince says that a line was not paid by invoice yet when its customer's debts ended those that were: it is not ended, and let in only when they are paid.
func (s *story) invoicedSince(sub subscriptions.Subscription) bool {
	s.Helper()
	var at time.Time
	if err := s.DB.Read(context.Background()).Raw("SELECT at FROM dunning_log WHERE customer_id = ? AND what = 'done' AND step = 'terminate:90' ORDER BY id DESC LIMIT 1", sub.CustomerID).Scan(&at).Error; err != nil {
		s.Fatal(err)
	}
	events, err := s.Lines.Events(context.Background(), sub.ID)
	if err != nil {
		s.Fatal(err)
	}
	events = slices.DeleteFunc(events, func(e subscriptions.Event) bool { return e.Recorded.After(at) })
	then, err := subscriptions.Replay(events, at, func(int64) *time.Location { return clock.Nairobi })
	if err != nil {
		s.Fatal(err)
	}
	return !at.IsZero() && !then.Invoiced()
}

// tellsOf logs what is known of a customer's debts.
func (s *story) tellsOf(customerID int64) {
	for _, query := range []string{"SELECT id, day, due_day, gross_cents, open_cents, state FROM invoices WHERE customer_id = ? ORDER BY id", "SELECT invoice_id, step, state, customer_id, 0, 0 FROM dunning_done WHERE customer_id = ?",
		"SELECT at, invoice_id, what, step, note, 0 FROM dunning_log WHERE customer_id = ? ORDER BY id", "SELECT at, kind, delta_cents, balance_cents, request, 0 FROM customer_events WHERE customer_id = ? ORDER BY id"} {
		rows, err := s.DB.SQL().Query(query, customerID)
		if err != nil {
			s.Log(err)
			continue
		}
		for rows.Next() {
			var all [6]any
			_ = rows.Scan(&all[0], &all[1], &all[2], &all[3], &all[4], &all[5])
			s.Log(all)
		}
		_ = rows.Close()
	}
}

func kept(g access.Grant) string {
	switch {
	case g.State == access.Ended:
		return "ended"
	case g.Barred == access.Garden:
		return "garden"
	case g.Barred == access.Closed:
		return "closed"
	case g.SlowedKbps != 0:
		return "slow"
	}
	return "free"
}
