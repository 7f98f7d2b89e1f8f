package customers

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// identityRow: Number is sealed, NumberHash its keyed look-up hash.
type identityRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	Kind       string
	Number     []byte
	NumberHash string
	UpdatedAt  time.Time
}

func (identityRow) TableName() string { return "customer_identities" }

func (s *Service) writeIdentity(tx *db.Tx, customerID int64, i Identity) error {
	number, err := s.Keys.Seal(purposeIdentity, []byte(i.Number))
	if err != nil {
		return err
	}
	r := identityRow{CustomerID: customerID, Kind: string(i.Kind), Number: number, NumberHash: s.Keys.Lookup(purposeIdentity, i.spelt()), UpdatedAt: s.Clock.Now()}
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{UpdateAll: true}).Create(&r).Error)
}

func (s *Service) identityTx(tx *db.Tx, customerID int64) (Identity, error) {
	var rows []identityRow
	if err := tx.Gorm().Where("customer_id = ?", customerID).Limit(1).Find(&rows).Error; err != nil {
		return Identity{}, db.Fault(err)
	}
	if len(rows) == 0 {
		return Identity{}, fault.New(fault.NotFound, "customer.no_identity")
	}
	number, err := s.Keys.Open(purposeIdentity, rows[0].Number)
	return Identity{IdentityKind(rows[0].Kind), string(number)}, err
}

// HasIdentity is which paper is kept of a customer; empty: none.
func (s *Service) HasIdentity(ctx context.Context, customerID int64) (kind IdentityKind, err error) {
	var kinds []string
	err = s.DB.Read(ctx).Model(&identityRow{}).Where("customer_id = ?", customerID).Limit(1).Pluck("kind", &kinds).Error
	if len(kinds) > 0 {
		kind = IdentityKind(kinds[0])
	}
	return kind, db.Fault(err)
}
