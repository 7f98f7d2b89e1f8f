package radius

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// Holders are the sessions that had an address at an instant, of which ClosedBy is empty while they are open: those first, then those that ended soonest. It reads a range of an
// index alone, until it has found them.
func (s *Service) Holders(ctx context.Context, w WhoHeld) (all []Over, err error) {
	var open []Online
	at := w.At.UTC()
	now := w.At.IsZero()
	of := func() *gorm.DB {
		q := s.db.Read(ctx).Limit(mostHolders)
		if w.Sites != nil {
			q = q.Where("site_id IN ?", someSites(w.Sites))
		}
		return q
	}
	from := of().Where("ip = ?", w.IP.Unmap().String()).Order("id DESC")
	if !now {
		from = from.Where("started_at <= ?", at)
	}
	e1 := from.Find(&open).Error
	for _, o := range open {
		all = append(all, Over{Session: o.Session})
	}
	if now {
		return all, db.Fault(e1)
	}
	ids, e2 := s.heldBy(ctx, w.IP.Unmap().String(), at)
	var over []Over
	if len(ids) > 0 {
		err = of().Where("id IN ?", ids).Order("ended_at, id").Find(&over).Error
	}
	all = append(all, over...)
	return all[:min(len(all), mostHolders)], db.Fault(errors.Join(e1, e2, err))
}

func (s *Service) heldBy(ctx context.Context, ip string, at time.Time) (ids []int64, err error) {
	query, args := s.heldSQL(ip, at)
	err = s.db.Read(ctx).Raw(query, args...).Scan(&ids).Error
	return ids, err
}

// heldSQL names its index: who had the address is told by it without reading rows of whoever had it before or later.
func (s *Service) heldSQL(ip string, at time.Time) (string, []any) {
	return "SELECT id FROM sessions_closed" + s.db.ByIndex("sessions_closed_ip") + " WHERE ip = ? AND ended_at > ? AND started_at <= ? ORDER BY ended_at LIMIT ?", []any{ip, at, at, mostHeldOnce}
}
