package support

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
)

// MoveCustomer gives the tickets of a customer to another, at whose site they are then, in the transaction in which they are merged. Faults of write.
func (s *Service) MoveCustomer(tx *db.Tx, from, to int64, by By) error {
	c, err := s.Customers.GetTx(tx, to)
	if err != nil {
		return err
	}
	return s.eachOf(tx, from, func(before Ticket) error {
		after := before
		after.CustomerID = to
		if err := s.Files.MoveOfTicket(tx, after.ID, to); err != nil {
			return err
		}
		events, err := s.settle(tx.Context(), &after, c.SiteID)
		if err != nil {
			return err
		}
		return s.write(tx, before, after, "ticket moved", append([]Event{{Kind: Moved, Was: id(from), Became: id(to)}}, events...), by)
	})
}

// FollowSite has the tickets of a customer be of the site of which they are now: who works at the one that they left reads no more in them how they are
// reached. Faults of write.
func (s *Service) FollowSite(tx *db.Tx, customerID, siteID int64, by By) error {
	return s.eachOf(tx, customerID, func(before Ticket) error {
		after := before
		events, err := s.settle(tx.Context(), &after, siteID)
		if err != nil || after.SiteID == before.SiteID {
			return err
		}
		return s.write(tx, before, after, "ticket moved", append([]Event{{Kind: Sited, Was: id(before.SiteID), Became: id(siteID)}}, events...), by)
	})
}

// settle puts a ticket at a site. Who has it and may not answer tickets there has it no more: nobody would.
func (s *Service) settle(ctx context.Context, t *Ticket, siteID int64) ([]Event, error) {
	if t.SiteID = siteID; t.Owner == "" || !t.State.Live() {
		return nil, nil
	}
	m, err := s.Members.MemberByEmail(ctx, t.Owner)
	if err != nil && !fault.Is(err, fault.NotFound) || err == nil && staff.May(m, staff.TicketsWork, siteID) {
		return nil, err
	}
	e := Event{Kind: Owned, Was: t.Owner}
	t.Owner = ""
	return []Event{e}, nil
}

// EraseOf takes what was written in a customer's tickets away: texts, subjects and contacts. References, dates and states stay, for the
// regulator asks for them. fault.Conflict "ticket.erase_live" while one is not done: its texts are needed to answer it.
func (s *Service) EraseOf(ctx context.Context, customerID int64, by By) (n int, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		n = 0
		if _, err := s.Customers.Hold(tx, customerID); err != nil {
			return err
		}
		return s.eachOf(tx, customerID, func(t Ticket) error {
			switch {
			case t.State.Live():
				return fault.New(fault.Conflict, "ticket.erase_live", "Reference", t.Shown())
			case !t.ErasedAt.IsZero():
				return nil
			}
			n++
			return s.erase(tx, t, by)
		})
	})
	return n, err
}

func (s *Service) erase(tx *db.Tx, before Ticket, by By) error {
	after := before
	after.Subject, after.Contact.Value, after.Contact.Kind, after.ErasedAt = "", "", "", s.Clock.Now()
	if err := s.dropTexts(tx, after.ID); err != nil {
		return err
	}
	if err := s.Files.ForgetOfTicket(tx, after.ID); err != nil {
		return err
	}
	return s.write(tx, before, after, "ticket texts erased", []Event{{Kind: Erased}}, by)
}

// batch bounds what one transaction of the calendar's work does.
const batch = 100

// Sweep closes tickets that stayed solved, and erases the texts of those that were done longer ago than they are kept.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Clock.Now()
	solved, err := s.doneBy(ctx, "state = ? AND done_at < ?", string(Solved), now.AddDate(0, 0, -s.Settings.Int(settings.TicketCloseDays)))
	if err != nil {
		return err
	}
	for _, t := range solved {
		err := s.Turn(ctx, Act{TicketID: t.ID, Seen: t.Version}, Closed, Itself)
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	old, err := s.doneBy(ctx, "erased_at IS NULL AND done_at < ?", now.AddDate(0, -s.Settings.Int(settings.TicketKeepMonths), 0))
	if err != nil {
		return err
	}
	for _, t := range old {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			now, err := s.hold(tx, t.ID)
			if err != nil || now.Version != t.Version {
				return err
			}
			return s.erase(tx, now, Itself)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mostComplaints bounds what the alarm looks at.
const mostComplaints = 200

// ComplaintsEnd tells in how many whole days each complaint ends that is not done, for the alarm.
func (s *Service) ComplaintsEnd(ctx context.Context) (readings []notify.Reading, err error) {
	all, err := s.ending(ctx)
	for _, t := range all {
		readings = append(readings, notify.Reading{Subject: t.Shown(), Value: int64(max(0, t.ComplaintDue.Sub(s.Clock.Now())) / (24 * time.Hour))})
	}
	return readings, err
}
