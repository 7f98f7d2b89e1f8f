package radius

import (
	"time"

	"mtandao/internal/db"
)

// saveRow writes a session where it now belongs: among the open ones, or in the history.
func saveRow(tx *db.Tx, r *row, now time.Time) error {
	isOpen := r.ClosedBy == ""
	switch {
	case r.Epoch == 0 || r.Over == r.was:
		return nil
	case r.place == nowhere:
		r.ID = tx.ID()
		return insertRow(tx, r, now)
	case r.place == inOpen && isOpen:
		return tx.Gorm().Model(&Online{}).Where("id = ?", r.ID).Updates(columns(r.Session)).Error
	case r.place == inClosed && !isOpen:
		values := columns(r.Session)
		values["ended_at"], values["cause"], values["closed_by"] = r.EndedAt, r.Cause, r.ClosedBy
		return tx.Gorm().Model(&Over{}).Where("id = ?", r.ID).Updates(values).Error
	case r.place == inOpen:
		if err := tx.Gorm().Where("id = ?", r.ID).Delete(&Online{}).Error; err != nil {
			return err
		}
		return insertRow(tx, r, now)
	}
	if err := tx.Gorm().Where("id = ?", r.ID).Delete(&Over{}).Error; err != nil {
		return err
	}
	return insertRow(tx, r, now)
}

func insertRow(tx *db.Tx, r *row, now time.Time) error {
	if r.ClosedBy == "" {
		return tx.Gorm().Create(&Online{Session: r.Session, StopAt: &now, Told: r.told}).Error // the next sweep computes the real one
	}
	return tx.Gorm().Create(&r.Over).Error
}

func columns(s Session) map[string]any {
	return map[string]any{
		"grant_id": s.GrantID, "login_id": s.LoginID, "user_name": s.UserName, "mac": s.MAC, "ip": s.IP,
		"started_at": s.StartedAt, "updated_at": s.UpdatedAt, "online_seconds": s.Seconds,
		"bytes_up": s.BytesUp, "bytes_down": s.BytesDown, "wide": s.Wide,
	}
}

// lookAgain lets the next sweep compute anew when the sessions of a grant must stop. Nobody's have no such end, and there may
// be thousands of them: each that closed would write all the others.
func lookAgain(tx *db.Tx, grantID int64, now time.Time) error {
	if grantID == 0 {
		return nil
	}
	return tx.Gorm().Model(&Online{}).Where("grant_id = ?", grantID).UpdateColumn("stop_at", now).Error
}
