package support

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

type cannedRow struct {
	ID        int64
	Name      string
	English   string
	Swahili   string
	ChangedAt time.Time
	Version   int64
}

func (cannedRow) TableName() string { return "canned_answers" }

func (r cannedRow) canned() Canned {
	return Canned{ID: r.ID, Name: r.Name, Texts: map[words.Lang]string{words.English: r.English, words.Swahili: r.Swahili}, Version: r.Version}
}

// Canned lists the canned answers by name.
func (s *Service) Canned(ctx context.Context) (all []Canned, err error) {
	var rows []cannedRow
	err = s.DB.Read(ctx).Order("name").Limit(mostCanned).Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.canned())
	}
	return all, db.Fault(err)
}

// keepCanned writes a canned answer; fault.Conflict when another was faster, or has the name.
func (s *Service) keepCanned(tx *db.Tx, c Canned) (Canned, error) {
	row := cannedRow{ID: c.ID, Name: c.Name, English: c.Texts[words.English], Swahili: c.Texts[words.Swahili], ChangedAt: s.Clock.Now(), Version: c.Version + 1}
	var won bool
	err := tx.Savepoint(func() (err error) {
		if c.ID == 0 {
			row.ID, won = tx.ID(), true
			return tx.Gorm().Create(&row).Error
		}
		won, err = db.Won(tx.Gorm().Model(&cannedRow{}).Where("id = ? AND version = ?", c.ID, c.Version).
			Updates(map[string]any{"name": row.Name, "english": row.English, "swahili": row.Swahili, "changed_at": row.ChangedAt, "version": row.Version}))
		return err
	})
	switch {
	case db.IsDuplicate(err):
		err = fault.New(fault.Conflict, "ticket.canned_taken", "Name", c.Name)
	case err == nil && !won:
		err = fault.New(fault.Conflict, "ticket.canned_changed")
	}
	return row.canned(), db.Fault(err)
}

func (s *Service) dropCanned(tx *db.Tx, id int64) (string, error) {
	var names []string
	if err := tx.Gorm().Model(&cannedRow{}).Where("id = ?", id).Limit(1).Pluck("name", &names).Error; err != nil {
		return "", db.Fault(err)
	}
	won, err := db.Won(tx.Gorm().Where("id = ?", id).Delete(&cannedRow{}))
	if err == nil && !won {
		return "", fault.New(fault.NotFound, "ticket.canned_unknown")
	}
	return append(names, "")[0], db.Fault(err)
}
