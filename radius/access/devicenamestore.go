package access

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type deviceNameRow struct {
	GrantID int64  `gorm:"primaryKey;autoIncrement:false"`
	MAC     string `gorm:"primaryKey;column:mac"`
	Name    string
}

func (deviceNameRow) TableName() string { return "device_names" }

func keepDeviceName(tx *db.Tx, grantID int64, mac MAC, name string) error {
	if err := tx.Gorm().Where("grant_id = ? AND mac = ?", grantID, string(mac)).Delete(&deviceNameRow{}).Error; err != nil || name == "" {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Create(&deviceNameRow{grantID, string(mac), name}).Error)
}

// DeviceNames are what the devices of a grant are called.
func (s *Service) DeviceNames(ctx context.Context, grantID int64) (map[MAC]string, error) {
	var rows []deviceNameRow
	err := s.db.Read(ctx).Where("grant_id = ?", grantID).Limit(200).Find(&rows).Error
	names := map[MAC]string{}
	for _, r := range rows {
		names[MAC(r.MAC)] = r.Name
	}
	return names, db.Fault(err)
}

func (s *Service) nameLoginOf(ctx context.Context, grantID int64, hashes []string) (loginRow, error) {
	var r loginRow
	err := s.db.Read(ctx).Where("grant_id = ? AND kind = ? AND name_hash IN ?", grantID, nameLogin, hashes).Limit(1).Find(&r).Error
	if err == nil && r.ID == 0 {
		return r, fault.New(fault.NotFound, "grant.no_code")
	}
	return r, db.Fault(err)
}
