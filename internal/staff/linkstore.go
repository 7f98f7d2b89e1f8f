package staff

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type linkRow struct {
	ID         int64
	MemberID   int64
	Purpose    string
	SecretHash string
	UsedBy     int64 // the sign-in that it led to; 0 while unused
	Until      time.Time
}

func (linkRow) TableName() string { return "staff_links" }

// insertLink makes a link the member's only one.
func (s *Service) insertLink(tx *db.Tx, memberID int64, purpose, secret string) error {
	if err := dropLinks(tx, memberID, 0); err != nil {
		return err
	}
	row := linkRow{ID: tx.ID(), MemberID: memberID, Purpose: purpose, SecretHash: s.Keys.Lookup(purposeLink, secret), Until: s.Clock.Now().Add(linkLasts[purpose])}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

func dropLinks(tx *db.Tx, memberID, spared int64) error {
	return db.Fault(tx.Gorm().Where("member_id = ? AND id <> ?", memberID, spared).Delete(&linkRow{}).Error)
}

// link finds a live link; fault.NotFound "staff.link_gone".
func (s *Service) link(ctx context.Context, secret string) (row linkRow, err error) {
	var rows []linkRow
	err = s.DB.Read(ctx).Where("secret_hash IN ? AND used_by = 0 AND until > ?", s.Keys.Lookups(purposeLink, secret), s.Clock.Now()).Limit(1).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		return row, fault.New(fault.NotFound, "staff.link_gone")
	}
	if err != nil {
		return row, db.Fault(err)
	}
	return rows[0], nil
}

// takeLink uses a link once, for the sign-in that it leads to; true again for the same sign-in.
func (s *Service) takeLink(tx *db.Tx, id, signIn int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE staff_links SET used_by = ? WHERE id = ? AND used_by IN ? AND until > ?", signIn, id, []int64{0, signIn}, s.Clock.Now()))
	return won, db.Fault(err)
}
