package app

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// deedSince says whether somebody of the demo's staff has done one of these deeds since an instant.
func (s *Stage) deedSince(ctx context.Context, since time.Time, actions []string) (bool, error) {
	return some(s.Main.DB.Read(ctx).Table("audit_events").Where("actor IN ? AND id >= ? AND action IN ?", []string{demoMember, demoOwner}, db.IDAt(since), actions))
}

func (s *Stage) visitorOrdered(ctx context.Context) (bool, error) {
	return some(s.Main.DB.Read(ctx).Table("orders").Where("mac = ?", visitorMAC))
}

func (s *Stage) visitorPaid(ctx context.Context) (bool, error) {
	return some(s.Main.DB.Read(ctx).Table("orders").Where("mac = ? AND paid_at IS NOT NULL", visitorMAC))
}

func (s *Stage) visitorOnline(ctx context.Context) (bool, error) {
	open, err := some(s.Main.DB.Read(ctx).Table("sessions_open").Where("mac = ?", visitorMAC))
	if err != nil || open {
		return open, err
	}
	return some(s.Main.DB.Read(ctx).Table("sessions_closed").Where("mac = ?", visitorMAC))
}

func some(q *gorm.DB) (bool, error) {
	var found []int64
	err := q.Limit(1).Pluck("id", &found).Error
	return len(found) > 0, db.Fault(err)
}
