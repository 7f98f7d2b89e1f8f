package site

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type siteRow struct {
	ID        int64
	Slug      string
	Name      string
	Language  string
	Phone     string
	Timezone  string
	BrandID   int64
	State     string
	Version   int64
	UpdatedAt time.Time
}

func (siteRow) TableName() string { return "sites" }

type brandRow struct {
	ID        int64
	BrandKey  string
	Name      string
	WelcomeEN string `gorm:"column:welcome_en"`
	WelcomeSW string `gorm:"column:welcome_sw"`
	TermsEN   string `gorm:"column:terms_en"`
	TermsSW   string `gorm:"column:terms_sw"`
	Accent    string
	AccentInk string
	Paper     string
	Ink       string
	Logo      []byte
	LogoType  string
	Theme     string
	Picture   []byte
	HoursEN   string `gorm:"column:hours_en"`
	HoursSW   string `gorm:"column:hours_sw"`
	WhatsApp  string `gorm:"column:whatsapp"`
	Email     string
	Facebook  string
	Instagram string
	TikTok    string `gorm:"column:tiktok"`
	X         string
	Sender    string
	Version   int64
	UpdatedAt time.Time
}

func (brandRow) TableName() string { return "brands" }

// mailRow is whom a brand's e-mail is from; a brand without one has none.
type mailRow struct {
	BrandID     int64 `gorm:"primaryKey;autoIncrement:false"`
	FromName    string
	FromAddress string
}

func (mailRow) TableName() string { return "brand_mails" }

// versions tells what changed without reading logos and terms.
func (s *Service) versions(ctx context.Context) (sites, brands map[int64]int64, err error) {
	if sites, err = s.versionsOf(ctx, &siteRow{}); err == nil {
		brands, err = s.versionsOf(ctx, &brandRow{})
	}
	return sites, brands, db.Fault(err)
}

func (s *Service) versionsOf(ctx context.Context, model any) (map[int64]int64, error) {
	var rows []struct{ ID, Version int64 }
	err := s.db.Read(ctx).Model(model).Select("id, version").Limit(most).Find(&rows).Error
	versions := map[int64]int64{}
	for _, r := range rows {
		versions[r.ID] = r.Version
	}
	return versions, err
}

func (s *Service) read(ctx context.Context) (sites []siteRow, brands []brandRow, mails []mailRow, err error) {
	if err = s.db.Read(ctx).Order("id").Limit(most).Find(&sites).Error; err == nil {
		err = s.db.Read(ctx).Order("id").Limit(most).Find(&brands).Error
	}
	if err == nil {
		err = s.db.Read(ctx).Order("brand_id").Limit(most).Find(&mails).Error
	}
	return sites, brands, mails, db.Fault(err)
}

// writeSite inserts a site without an id; another is updated, if it has that slug. A taken slug is db's Conflict.
func (s *Service) writeSite(tx *db.Tx, v Site) (Site, error) {
	r := siteRow{ID: v.ID, Slug: v.Slug, Name: v.Name, Language: v.Language, Phone: v.Phone, Timezone: v.Timezone,
		BrandID: v.BrandID, State: v.State, Version: tx.ID(), UpdatedAt: s.clock.Now()}
	if v.ID == 0 {
		r.ID = tx.ID()
		v.ID = r.ID
		return v, db.Fault(tx.Gorm().Create(&r).Error)
	}
	won, err := db.Won(tx.Gorm().Where("id = ? AND slug = ?", r.ID, r.Slug).Select("*").Omit("id", "slug").Updates(&r))
	if err == nil && !won {
		return v, fault.New(fault.Conflict, "site.slug_fixed")
	}
	return v, db.Fault(err)
}

// writeBrand is writeSite for a brand and its key.
func (s *Service) writeBrand(tx *db.Tx, v Brand) (Brand, error) {
	r := brandRow{ID: v.ID, BrandKey: v.Key, Name: v.Name, WelcomeEN: v.WelcomeEN, WelcomeSW: v.WelcomeSW, TermsEN: v.TermsEN,
		TermsSW: v.TermsSW, Accent: v.Accent, AccentInk: v.AccentInk, Paper: v.Paper, Ink: v.Ink, Logo: v.Logo, LogoType: v.LogoType,
		Theme: v.Theme, Picture: v.Picture, HoursEN: v.HoursEN, HoursSW: v.HoursSW, WhatsApp: v.WhatsApp, Email: v.Email, Facebook: v.Facebook,
		Instagram: v.Instagram, TikTok: v.TikTok, X: v.X, Sender: v.Sender,
		Version: tx.ID(), UpdatedAt: s.clock.Now()}
	if v.ID == 0 {
		r.ID = tx.ID()
		v.ID = r.ID
		if err := tx.Gorm().Create(&r).Error; err != nil {
			return v, db.Fault(err)
		}
		return v, writeMail(tx, v)
	}
	won, err := db.Won(tx.Gorm().Where("id = ? AND brand_key = ?", r.ID, r.BrandKey).Select("*").Omit("id", "brand_key").Updates(&r))
	if err == nil && !won {
		return v, fault.New(fault.Conflict, "brand.key_fixed")
	}
	if err != nil {
		return v, db.Fault(err)
	}
	return v, writeMail(tx, v)
}

// writeMail writes whom a brand's e-mail is from.
func writeMail(tx *db.Tx, v Brand) error {
	if err := tx.Gorm().Where("brand_id = ?", v.ID).Delete(&mailRow{}).Error; err != nil || v.MailName+v.MailFrom == "" {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Create(&mailRow{v.ID, v.MailName, v.MailFrom}).Error)
}

func (r siteRow) site() (Site, error) {
	return Site{ID: r.ID, Slug: r.Slug, Name: r.Name, Language: r.Language, Phone: r.Phone, Timezone: r.Timezone,
		BrandID: r.BrandID, State: r.State}.Check()
}

func (r brandRow) brand() Brand {
	return Brand{ID: r.ID, Key: r.BrandKey, Name: r.Name, WelcomeEN: r.WelcomeEN, WelcomeSW: r.WelcomeSW, TermsEN: r.TermsEN,
		TermsSW: r.TermsSW, Accent: r.Accent, AccentInk: r.AccentInk, Paper: r.Paper, Ink: r.Ink, Logo: r.Logo, LogoType: r.LogoType,
		Theme: r.Theme, Picture: r.Picture, HoursEN: r.HoursEN, HoursSW: r.HoursSW, WhatsApp: r.WhatsApp, Email: r.Email, Facebook: r.Facebook,
		Instagram: r.Instagram, TikTok: r.TikTok, X: r.X, Sender: r.Sender}
}
