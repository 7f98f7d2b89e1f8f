package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
)

type tillRow struct {
	ID                int64
	TillKey           string
	Type              string
	ShortCode         string
	StoreNumber       string
	PartyB            string
	PayoutCode        string
	ConsumerKey       string
	ConsumerSecret    []byte
	Passkey           []byte
	Initiator         string
	InitiatorPassword []byte
	Certificate       string
	BaseURL           string
	CallbackHash      string
	CallbackSecret    []byte
	RegisteredURL     string `gorm:"column:registered_url"`
	State             string
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

func (tillRow) TableName() string { return "tills" }

type tillSiteRow struct {
	SiteID int64 `gorm:"primaryKey;autoIncrement:false"`
	TillID int64
}

func (tillSiteRow) TableName() string { return "till_sites" }

func (s *Service) storeTill(tx *db.Tx, t Till) (Till, error) {
	r, err := s.tillRowOf(t)
	if err != nil {
		return t, err
	}
	var old tillRow
	err = db.Fault(tx.Gorm().Where("till_key = ?", t.Key).Take(&old).Error)
	missing, err := notFoundIs(err)
	if err != nil {
		return t, err
	}
	if missing {
		r.ID, r.CreatedAt = tx.ID(), r.UpdatedAt
		err = tx.Gorm().Create(&r).Error
	} else {
		r.ID, r.CreatedAt, r.CallbackHash, r.CallbackSecret, r.RegisteredURL = old.ID, old.CreatedAt, old.CallbackHash, old.CallbackSecret, old.RegisteredURL
		if old.ShortCode != r.ShortCode {
			r.RegisteredURL = ""
		}
		err = tx.Gorm().Model(&tillRow{}).Where("id = ?", old.ID).Select("*").Omit("id").Updates(&r).Error
	}
	if err != nil {
		return t, db.Fault(err)
	}
	t.ID = r.ID
	return t, s.storeTillSites(tx, t)
}

// sitesOfTill are the sites that a till is for; none are all.
func (s *Service) sitesOfTill(tx *db.Tx, tillID int64) (sites []int64, err error) {
	err = tx.Gorm().Model(&tillSiteRow{}).Where("till_id = ?", tillID).Order("site_id").Pluck("site_id", &sites).Error
	return sites, db.Fault(err)
}

func (s *Service) storeTillSites(tx *db.Tx, t Till) error {
	if err := tx.Gorm().Where("till_id = ?", t.ID).Delete(&tillSiteRow{}).Error; err != nil {
		return db.Fault(err)
	}
	for _, site := range t.Sites {
		if err := tx.Gorm().Where("site_id = ?", site).Delete(&tillSiteRow{}).Error; err != nil {
			return db.Fault(err)
		}
		if err := tx.Gorm().Create(&tillSiteRow{SiteID: site, TillID: t.ID}).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

func (s *Service) tillRowOf(t Till) (tillRow, error) {
	r := tillRow{TillKey: t.Key, Type: string(t.Type), ShortCode: t.ShortCode, StoreNumber: t.StoreNumber, PartyB: t.PartyB,
		ConsumerKey: t.ConsumerKey, PayoutCode: t.PayoutCode, Initiator: t.Initiator, Certificate: t.Certificate, BaseURL: t.BaseURL,
		CallbackHash: s.lookup(purposeCallback, t.CallbackSecret), State: t.State, UpdatedAt: s.Clock.Now()}
	for _, f := range []struct {
		to   *[]byte
		from string
	}{{&r.ConsumerSecret, t.ConsumerSecret}, {&r.Passkey, t.Passkey}, {&r.InitiatorPassword, t.InitiatorPassword}, {&r.CallbackSecret, t.CallbackSecret}} {
		sealed, err := s.Keys.Seal(purposeTill, []byte(f.from))
		if err != nil {
			return r, err
		}
		*f.to = sealed
	}
	return r, nil
}

func (s *Service) toTill(ctx context.Context, r tillRow) (Till, error) {
	t := Till{ID: r.ID, Key: r.TillKey, ShortCode: r.ShortCode, StoreNumber: r.StoreNumber, PartyB: r.PartyB,
		ConsumerKey: r.ConsumerKey, PayoutCode: r.PayoutCode, Initiator: r.Initiator, Certificate: r.Certificate, BaseURL: r.BaseURL, State: r.State, Type: TillType(r.Type)}
	for _, f := range []struct {
		to   *string
		from []byte
	}{{&t.ConsumerSecret, r.ConsumerSecret}, {&t.Passkey, r.Passkey}, {&t.InitiatorPassword, r.InitiatorPassword}, {&t.CallbackSecret, r.CallbackSecret}} {
		plain, err := s.Keys.Open(purposeTill, f.from)
		if err != nil {
			return t, err
		}
		*f.to = string(plain)
	}
	err := s.DB.Read(ctx).Model(&tillSiteRow{}).Where("till_id = ?", r.ID).Limit(10_000).Pluck("site_id", &t.Sites).Error
	return t, db.Fault(err)
}

// Till is one till with its secrets in the clear; for the rail's client and for export.
func (s *Service) Till(ctx context.Context, id int64) (Till, error) {
	var r tillRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error; err != nil {
		return Till{}, db.Fault(err)
	}
	return s.toTill(ctx, r)
}

// Tills lists all tills, by key.
func (s *Service) Tills(ctx context.Context) ([]Till, error) {
	var rows []tillRow
	if err := s.DB.Read(ctx).Order("till_key").Limit(500).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	var tills []Till
	for _, r := range rows {
		t, err := s.toTill(ctx, r)
		if err != nil {
			return nil, err
		}
		tills = append(tills, t)
	}
	return tills, nil
}

func (s *Service) tillOfSite(ctx context.Context, siteID int64) (Till, error) {
	var r tillRow
	err := s.DB.Read(ctx).Joins("JOIN till_sites ON till_sites.till_id = tills.id").Where("till_sites.site_id = ? AND tills.state = 'live'", siteID).Take(&r).Error
	if err != nil {
		return Till{}, db.Fault(err)
	}
	return s.toTill(ctx, r)
}

// commonTill is the oldest live till that is bound to no site.
func (s *Service) commonTill(ctx context.Context) (Till, error) {
	var r tillRow
	err := s.DB.Read(ctx).Where("state = ? AND NOT EXISTS (SELECT 1 FROM till_sites WHERE till_sites.till_id = tills.id)", TillLive).Order("id").Limit(1).Take(&r).Error
	if err != nil {
		return Till{}, db.Fault(err)
	}
	return s.toTill(ctx, r)
}

func (s *Service) tillBySecret(ctx context.Context, secret string) (Till, error) {
	var r tillRow
	if err := s.DB.Read(ctx).Where("callback_hash IN ?", s.lookups(purposeCallback, secret)).Take(&r).Error; err != nil {
		return Till{}, byAddress(err)
	}
	return s.toTill(ctx, r)
}

// tillSince is when the till was set up here.
func (s *Service) tillSince(ctx context.Context, id int64) (time.Time, error) {
	var r tillRow
	err := s.DB.Read(ctx).Select("created_at").Where("id = ?", id).Take(&r).Error
	return r.CreatedAt.UTC().Truncate(time.Second), db.Fault(err) // the rail tells whole seconds
}

func (s *Service) registeredAt(ctx context.Context, id int64) string {
	var url []string
	if err := s.DB.Read(ctx).Model(&tillRow{}).Where("id = ?", id).Pluck("registered_url", &url).Error; err != nil || len(url) == 0 {
		return ""
	}
	return url[0]
}

func (s *Service) setRegistered(ctx context.Context, id int64, url string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&tillRow{}).Where("id = ?", id).Update("registered_url", url).Error)
	})
}

// touchTill holds the row of a till until the end of the transaction.
func (s *Service) touchTill(tx *db.Tx, tillID int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE tills SET updated_at = updated_at WHERE id = ?", tillID).Error)
}

// tillSends is what a till can send money back by: its operator, and the code that pays out.
// tillThatPaysOut is the till that pays out for a site: the site's own when it can, else the first that can; 0 for none.
func (s *Service) tillThatPaysOut(tx *db.Tx, siteID int64) (int64, error) {
	var ids []int64
	err := tx.Gorm().Raw("SELECT id FROM tills WHERE state = ? AND payout_code <> '' AND initiator <> '' ORDER BY CASE WHEN EXISTS"+
		" (SELECT 1 FROM till_sites s WHERE s.till_id = tills.id AND s.site_id = ?) THEN 0 ELSE 1 END, id LIMIT 1", TillLive, siteID).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return 0, db.Fault(err)
	}
	return ids[0], nil
}

func (s *Service) tillSends(tx *db.Tx, tillID int64) (operator, payout string, err error) {
	var r tillRow
	err = tx.Gorm().Select("initiator", "payout_code").Where("id = ?", tillID).Take(&r).Error
	return r.Initiator, r.PayoutCode, db.Fault(err)
}
