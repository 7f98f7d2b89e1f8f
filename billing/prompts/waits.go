package prompts

import (
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Waits says which of some bills that are due today, or were a few days ago, are still to be asked for today, by their ids, so that no reminder comes before: those
// with a try left, and those of whose last one, made today, there is no verdict yet.
func (s *Service) Waits(tx *db.Tx, bills []invoices.Late) (map[int64]bool, error) {
	waits, now := map[int64]bool{}, s.Clock.Now()
	if now.In(clock.Nairobi).Hour() >= lastHour {
		return waits, nil
	}
	who, dues := make([]int64, len(bills)), make([]due, len(bills))
	for n, d := range bills {
		who[n], dues[n] = d.CustomerID, dueBill(d.InvoiceID, d.DueDay)
	}
	agreed, err := s.agreedOf(tx, who)
	if err != nil || len(agreed) == 0 {
		return waits, err
	}
	done, err := s.triesOf(tx, dues)
	if err != nil {
		return nil, err
	}
	today := clock.DayOf(now)
	for n, d := range bills {
		since, yes := agreed[d.CustomerID]
		if !yes || d.DueDay < today && d.DueDay < max(today-missedFor, since) {
			continue
		}
		tries := done[dues[n].name]
		failed, err := s.failed(tx, tries)
		if err != nil {
			return nil, err
		}
		if waits[d.InvoiceID] = dues[n].mayBeTried(tries, failed, today); waits[d.InvoiceID] || clock.DayOf(tries[len(tries)-1].At) < today {
			continue
		}
		if waits[d.InvoiceID], err = s.undecided(tx, d.CustomerID); err != nil {
			return nil, err
		}
	}
	return waits, nil
}

// mayBeTried says that a due has a try left, of which some failed at the end. Of a day that is over it has none but when nobody was asked on that day.
func (d due) mayBeTried(tries []dueRow, failed int, today clock.Day) bool {
	over := failed > 0 && d.day < today && clock.DayOf(tries[0].At) <= d.day
	return !over && failed < mostTries && len(tries) < mostParts
}
