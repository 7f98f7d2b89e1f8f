package support

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

func (s *Service) chosen(ctx context.Context, f Filter, now time.Time) *gorm.DB {
	from := s.DB.Read(ctx).Model(&ticketRow{}).Where("live = ?", yes(!f.Done))
	if f.Owner != "" {
		from = from.Where("owner = ?", f.Owner)
	}
	if f.Unowned {
		from = from.Where("owner = ''")
	}
	if f.Overdue {
		from = from.Where("due_at < ? AND state = ?", now, string(Open))
	}
	if f.Complaints {
		from = from.Where("complaint = 1")
	}
	if f.Queue != "" {
		from = from.Where("queue = ?", f.Queue)
	}
	if len(f.Sites) > 0 {
		from = from.Where("site_id IN ?", f.Sites)
	}
	return from
}

func (s *Service) list(ctx context.Context, f Filter, now time.Time) ([]Ticket, error) {
	from, order := s.chosen(ctx, f, now), "due_at, id"
	if f.Done {
		order = "due_at DESC, id DESC"
	}
	switch {
	case f.After == nil:
	case f.Done:
		from = from.Where("due_at < ? OR (due_at = ? AND id < ?)", f.After.Due, f.After.Due, f.After.ID)
	default:
		from = from.Where("due_at > ? OR (due_at = ? AND id > ?)", f.After.Due, f.After.Due, f.After.ID)
	}
	return s.tickets(from.Order(order).Limit(f.Limit))
}

func (s *Service) count(ctx context.Context, f Filter, now time.Time) (int, error) {
	var n int64
	err := s.DB.Read(ctx).Table("(?) AS some", s.chosen(ctx, f, now).Select("id").Limit(f.Limit)).Count(&n).Error
	return int(n), db.Fault(err)
}

// OfCustomer lists a customer's tickets, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) OfCustomer(ctx context.Context, customerID, before int64, limit int) ([]Ticket, error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return s.tickets(from.Order("id DESC").Limit(limit))
}

// Newest lists tickets before an id, those that were opened last first.
func (s *Service) Newest(ctx context.Context, w Which, before int64, limit int) ([]Ticket, error) {
	from, err := db.NewestAt(func() *gorm.DB {
		from := s.DB.Read(ctx).Model(&ticketRow{})
		if before != 0 {
			from = from.Where("id < ?", before)
		}
		if w.CustomerID != 0 {
			from = from.Where("customer_id = ?", w.CustomerID)
		}
		if w.State != "" {
			from = from.Where("state = ?", string(w.State))
		}
		return from
	}, w.Sites, limit)
	if err != nil {
		return nil, err
	}
	return s.tickets(from)
}

// OfContact lists tickets of a phone or e-mail address, as customers.CheckContacts spells it, the newest first.
func (s *Service) OfContact(ctx context.Context, c customers.Contact, limit int) ([]Ticket, error) {
	return s.tickets(s.DB.Read(ctx).Where("contact_hash IN ?", s.Keys.Lookups(purposeContact, c.Value)).Order("id DESC").Limit(limit))
}

// Held says how many tickets a customer has.
func (s *Service) Held(ctx context.Context, customerID int64) (int, error) {
	var n int64
	err := s.DB.Read(ctx).Model(&ticketRow{}).Where("customer_id = ?", customerID).Count(&n).Error
	return int(n), db.Fault(err)
}

// Has says whether a customer has a ticket.
func (s *Service) Has(tx *db.Tx, customerID int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&ticketRow{}).Where("customer_id = ?", customerID).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

func (s *Service) doneBy(ctx context.Context, where string, args ...any) ([]Ticket, error) {
	return s.tickets(s.DB.Read(ctx).Where("live = 0").Where(where, args...).Order("done_at, id").Limit(batch))
}

func (s *Service) ending(ctx context.Context) ([]Ticket, error) {
	return s.tickets(s.DB.Read(ctx).Where("complaint = 1 AND live = 1").Order("complaint_due, id").Limit(mostComplaints))
}
