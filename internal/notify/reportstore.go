package notify

import (
	"time"

	"mtandao/internal/db"
)

type reportRow struct {
	ID          int64
	ProviderID  string
	Status      string
	Reason      string
	AddressHash string
	At          time.Time
}

func (reportRow) TableName() string { return "message_reports" }

// insertReport keeps a report once.
func (s *Service) insertReport(tx *db.Tx, r Report) error {
	row := reportRow{ID: tx.ID(), ProviderID: r.ProviderID, Status: string(r.State), Reason: r.Reason, At: s.Clock.Now()}
	if r.Phone != "" {
		row.AddressHash = s.addressHash(SMS, r.Phone)
	}
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if db.IsDuplicate(err) {
		return nil
	}
	return db.Fault(err)
}

// storedReport is a report and the keyed hash of the number it names, "" for none.
type storedReport struct {
	Report
	hash string
}

// reportsOf lists the reports about a message, the oldest first: the first final one counts.
func (s *Service) reportsOf(tx *db.Tx, providerID string) ([]storedReport, error) {
	var rows []reportRow
	if err := tx.Gorm().Where("provider_id = ?", providerID).Order("id").Limit(20).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	var reports []storedReport
	for _, r := range rows {
		reports = append(reports, storedReport{Report{ProviderID: r.ProviderID, State: State(r.Status), Reason: r.Reason}, r.AddressHash})
	}
	return reports, nil
}

// applyReport ends a message that its carrier has. One that names another number is not about it. A rotation of the key
// between message and report leaves a message sent: it is never wrong, only less known.
func (s *Service) applyReport(tx *db.Tx, providerID string, r storedReport) error {
	query := tx.Gorm().Model(&messageRow{}).Where("provider_id = ? AND state IN ?", providerID, []State{Sent, Unknown})
	if r.hash != "" {
		query = query.Where("address_hash = ?", r.hash)
	}
	return db.Fault(query.Updates(map[string]any{"state": string(r.State), "reason": r.Reason, "updated_at": s.Clock.Now()}).Error)
}
