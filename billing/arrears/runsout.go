package arrears

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/words"
)

// toldBefore is how long before its end a customer is told of a line that is paid beforehand.
const toldBefore = 3 * 24 * time.Hour

// mostFaults of one look are told.
const mostFaults = 10

// tellEnds tells whose line runs out in the next days, once for each period that they paid, when neither what is paid nor their credit goes on. One who cannot
// be told keeps no other from it.
func (s *Service) tellEnds(ctx context.Context) error {
	by := s.Clock.Now().Add(toldBefore)
	var failed []error
	for after := int64(0); ; {
		lines, last, err := s.Lines.RunOutBy(ctx, by, after, page)
		if err != nil || last == 0 {
			return errors.Join(append(failed, err)...)
		}
		after = last
		for _, line := range lines {
			err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.tellEnd(tx, line, by) })
			if err != nil && len(failed) < mostFaults {
				failed = append(failed, fmt.Errorf("line %d: %w", line.ID, err))
			}
		}
	}
}

// tellEnd tells one customer, in their language, how much must come until when, and how.
func (s *Service) tellEnd(tx *db.Tx, line subscriptions.Subscription, by time.Time) error {
	credit, err := s.Invoices.Purse.Held(tx, line.CustomerID)
	if err != nil {
		return err
	}
	r, does, err := s.Lines.RunsOutIn(tx, line.ID, by, credit)
	if err != nil || !does {
		return err
	}
	c, err := s.Customers.GetTx(tx, line.CustomerID)
	if err != nil {
		return err
	}
	phones, err := s.phones(tx.Context(), c)
	if err != nil {
		return err
	}
	how, err := s.how(tx.Context(), c)
	if err != nil {
		return err
	}
	if first, err := s.Lines.ToldOf(tx, r); err != nil || !first {
		return err
	}
	name, sender := s.brand(c.SiteID)
	m := notify.Message{Customer: c.ID, Language: c.Lang, Sender: sender, Until: r.End, Words: "line.sms.runs_out", Args: []any{"Provider", name, "Login", r.Subscription.State.Login.Name, "Amount", r.Missing,
		"Day", words.DateOf(c.Lang, clock.DayOf(r.End)), "Hour", r.End.In(clock.Nairobi).Format("15:04"), "How", how}}
	for n, phone := range phones {
		if err := s.sms(tx, m, phone, fmt.Sprintf("runs out %d %d %d", line.ID, r.End.Unix(), n)); err != nil {
			return err
		}
	}
	return nil
}
