package customers

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

type wordRow struct {
	CustomerID int64  `gorm:"primaryKey;autoIncrement:false"`
	Word       string `gorm:"primaryKey"`
	Sound      string
}

func (wordRow) TableName() string { return "customer_words" }

// soundRow is how a word of a name sounds, among those of a site.
type soundRow struct {
	SiteID     int64  `gorm:"primaryKey;autoIncrement:false"`
	Sound      string `gorm:"primaryKey"`
	CustomerID int64  `gorm:"primaryKey;autoIncrement:false"`
}

func (soundRow) TableName() string { return "customer_sounds" }

type addressRow struct {
	ID         int64
	CustomerID int64
	Kind       string
	Line       string
	Area       string
	Landmark   string
	LatMicro   int64
	LngMicro   int64
	MadeAt     time.Time
}

func (addressRow) TableName() string { return "customer_addresses" }

type tagRow struct {
	CustomerID int64  `gorm:"primaryKey;autoIncrement:false"`
	Tag        string `gorm:"primaryKey"`
}

func (tagRow) TableName() string { return "customer_tags" }

type noteRow struct {
	ID         int64
	CustomerID int64
	Body       string
	WrittenBy  string
	WrittenAt  time.Time
}

func (noteRow) TableName() string { return "customer_notes" }

// writeWords keeps by which words a customer is found.
func (s *Service) writeWords(tx *db.Tx, c Customer) error {
	if err := tx.Gorm().Where("customer_id = ?", c.ID).Delete(&wordRow{}).Error; err != nil {
		return db.Fault(err)
	}
	var rows []wordRow
	for _, word := range wordsOf(c.Name) {
		rows = append(rows, wordRow{c.ID, word, soundOf(word)})
	}
	if len(rows) > 0 {
		if err := tx.Gorm().Create(&rows).Error; err != nil {
			return db.Fault(err)
		}
	}
	return writeSounds(tx, c, rows)
}

// writeSounds keeps how the words sound, by the customer's site.
func writeSounds(tx *db.Tx, c Customer, words []wordRow) error {
	if err := tx.Gorm().Where("customer_id = ?", c.ID).Delete(&soundRow{}).Error; err != nil {
		return db.Fault(err)
	}
	var rows []soundRow
	for _, w := range words {
		if one := (soundRow{c.SiteID, w.Sound, c.ID}); !slices.Contains(rows, one) {
			rows = append(rows, one)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

func (s *Service) writeAddresses(tx *db.Tx, customerID int64, all []Address) error {
	if err := tx.Gorm().Where("customer_id = ?", customerID).Delete(&addressRow{}).Error; err != nil {
		return db.Fault(err)
	}
	var rows []addressRow
	for _, a := range all {
		rows = append(rows, addressRow{ID: tx.ID(), CustomerID: customerID, Kind: string(a.Kind), Line: a.Line, Area: a.Area, Landmark: a.Landmark,
			LatMicro: a.At.LatMicro, LngMicro: a.At.LngMicro, MadeAt: s.Clock.Now()})
	}
	if len(rows) == 0 {
		return nil
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

func addresses(from *gorm.DB) (all []Address, err error) {
	var rows []addressRow
	err = from.Order("id").Limit(50).Find(&rows).Error
	for _, r := range rows {
		all = append(all, Address{ID: r.ID, Kind: AddressKind(r.Kind), Line: r.Line, Area: r.Area, Landmark: r.Landmark, At: Place{r.LatMicro, r.LngMicro}})
	}
	return all, db.Fault(err)
}

// Addresses lists a customer's places.
func (s *Service) Addresses(ctx context.Context, customerID int64) ([]Address, error) {
	return addresses(s.DB.Read(ctx).Where("customer_id = ?", customerID))
}

func (s *Service) addressesTx(tx *db.Tx, customerID int64) ([]Address, error) {
	return addresses(tx.Gorm().Where("customer_id = ?", customerID))
}

func (s *Service) writeTags(tx *db.Tx, customerID int64, tags []string) error {
	if err := tx.Gorm().Where("customer_id = ?", customerID).Delete(&tagRow{}).Error; err != nil {
		return db.Fault(err)
	}
	var rows []tagRow
	for _, tag := range tags {
		rows = append(rows, tagRow{customerID, tag})
	}
	if len(rows) == 0 {
		return nil
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

func tags(from *gorm.DB) (all []string, err error) {
	err = from.Model(&tagRow{}).Order("tag").Limit(mostTags).Pluck("tag", &all).Error
	return all, db.Fault(err)
}

// Tags lists a customer's tags.
func (s *Service) Tags(ctx context.Context, customerID int64) ([]string, error) {
	return tags(s.DB.Read(ctx).Where("customer_id = ?", customerID))
}

// TagsOf are the tags of customers, by id.
func (s *Service) TagsOf(ctx context.Context, ids []int64) (map[int64][]string, error) {
	all := make(map[int64][]string, len(ids))
	for few := range db.Pieces(ids) {
		var rows []tagRow
		if err := s.DB.Read(ctx).Where("customer_id IN ?", few).Order("customer_id, tag").Limit(len(few) * mostTags).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.CustomerID] = append(all[r.CustomerID], r.Tag)
		}
	}
	return all, nil
}

func (s *Service) tagsTx(tx *db.Tx, customerID int64) ([]string, error) {
	return tags(tx.Gorm().Where("customer_id = ?", customerID))
}

func (s *Service) insertNote(tx *db.Tx, customerID int64, text, by string) error {
	return db.Fault(tx.Gorm().Create(&noteRow{ID: tx.ID(), CustomerID: customerID, Body: text, WrittenBy: by, WrittenAt: s.Clock.Now()}).Error)
}

// Notes lists what was written down about a customer, the newest first.
func (s *Service) Notes(ctx context.Context, customerID, before int64, limit int) (all []Note, err error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	var rows []noteRow
	err = from.Order("id DESC").Limit(limit).Find(&rows).Error
	for _, r := range rows {
		all = append(all, Note{ID: r.ID, Text: r.Body, By: r.WrittenBy, At: r.WrittenAt.UTC()})
	}
	return all, db.Fault(err)
}

// OldNumbers lists the numbers besides their own that lead to a customer, as they were written.
func (s *Service) OldNumbers(ctx context.Context, customerID int64) (all []string, err error) {
	err = s.DB.Read(ctx).Model(&numberRow{}).Where("customer_id = ? AND kind = ?", customerID, numberOld).Order("id").Limit(50).Pluck("shown", &all).Error
	return all, db.Fault(err)
}
