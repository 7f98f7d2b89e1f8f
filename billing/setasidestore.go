package billing

import (
	"context"

	"mtandao/internal/db"
)

func (s *Service) setAsides(ctx context.Context, before int64, limit int) ([]SetAside, error) {
	query := s.DB.Read(ctx).Omit("body").Where("state = ?", inboxFailed).Order("id DESC").Limit(limit)
	if before != 0 {
		query = query.Where("id < ?", before)
	}
	var rows []inboxRow
	err := query.Find(&rows).Error
	all := make([]SetAside, len(rows))
	for i, r := range rows {
		all[i] = SetAside{ID: r.ID, Kind: r.Kind, From: r.CameFrom, Note: r.Note, ReceivedAt: r.ReceivedAt.UTC()}
	}
	return all, db.Fault(err)
}

func isSetAside(tx *db.Tx, id int64) (bool, error) {
	var n int64
	err := tx.Gorm().Model(&inboxRow{}).Where("id = ? AND state = ?", id, inboxFailed).Count(&n).Error
	return n == 1, db.Fault(err)
}
