package fieldwork

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// equipmentRow: MAC is nothing for what has none, so that it can be unique.
type equipmentRow struct {
	ID         int64
	Serial     string
	MAC        *string
	Kind       string
	Model      string
	SiteID     int64
	Place      string
	Holder     string
	CustomerID int64
	LineID     int64
	VisitID    int64
	Sold       int
	MadeBy     string
	MadeAt     time.Time
	ChangedBy  string
	Version    int64
}

func (equipmentRow) TableName() string { return "equipment" }

type moveRow struct {
	ID          int64
	EquipmentID int64
	Place       string
	Holder      string
	CustomerID  int64
	LineID      int64
	VisitID     int64
	DoneBy      string
	At          time.Time
}

func (moveRow) TableName() string { return "equipment_moves" }

func rowOfEquipment(e Equipment) equipmentRow {
	r := equipmentRow{ID: e.ID, Serial: e.Serial, Kind: e.Kind, Model: e.Model, SiteID: e.SiteID, Place: e.Where.Place, Holder: e.Where.Holder, CustomerID: e.Where.CustomerID, LineID: e.Where.LineID,
		VisitID: e.Where.VisitID, Sold: yes(e.Where.Sold), MadeBy: e.MadeBy, MadeAt: e.MadeAt, ChangedBy: e.ChangedBy, Version: e.Version}
	if e.MAC != "" {
		r.MAC = new(string(e.MAC))
	}
	return r
}

func (r equipmentRow) equipment() Equipment {
	e := Equipment{ID: r.ID, Serial: r.Serial, Kind: r.Kind, Model: r.Model, SiteID: r.SiteID, MadeBy: r.MadeBy, MadeAt: r.MadeAt.UTC(), ChangedBy: r.ChangedBy, Version: r.Version,
		Where: Where{Place: r.Place, Holder: r.Holder, CustomerID: r.CustomerID, LineID: r.LineID, VisitID: r.VisitID, Sold: r.Sold == 1}}
	if r.MAC != nil {
		e.MAC = access.MAC(*r.MAC)
	}
	return e
}

func (s *Service) insertEquipment(tx *db.Tx, e Equipment) error {
	row := rowOfEquipment(e)
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if db.IsDuplicate(err) {
		return fault.New(fault.Conflict, "equipment.there")
	}
	return db.Fault(err)
}

// noteMove adds to the history where something is.
func (s *Service) noteMove(tx *db.Tx, e Equipment, by By) error {
	return db.Fault(tx.Gorm().Create(&moveRow{ID: tx.ID(), EquipmentID: e.ID, Place: e.Where.Place, Holder: e.Where.Holder, CustomerID: e.Where.CustomerID, LineID: e.Where.LineID,
		VisitID: e.Where.VisitID, DoneBy: by.Actor, At: s.Clock.Now()}).Error)
}

func someEquipment(from *gorm.DB) (all []Equipment, err error) {
	var rows []equipmentRow
	err = from.Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.equipment())
	}
	return all, db.Fault(err)
}

func oneEquipment(from *gorm.DB) (Equipment, error) {
	all, err := someEquipment(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "equipment.unknown")
	}
	if err != nil {
		return Equipment{}, err
	}
	return all[0], nil
}

// Thing reads one piece of equipment; fault.NotFound "equipment.unknown".
func (s *Service) Thing(ctx context.Context, equipmentID int64) (Equipment, error) {
	return oneEquipment(s.DB.Read(ctx).Where("id = ?", equipmentID))
}

// FindEquipment reads the one of a serial or MAC as somebody typed it; fault.NotFound "equipment.unknown".
func (s *Service) FindEquipment(ctx context.Context, typed string) (Equipment, error) {
	if mac, err := access.ParseMAC(typed); err == nil {
		if e, err := oneEquipment(s.DB.Read(ctx).Where("mac = ?", string(mac))); !fault.Is(err, fault.NotFound) {
			return e, err
		}
	}
	serial := SpellSerial(typed)
	if !serialShape.MatchString(serial) { // a database that keeps letters and digits there compares nothing else with them
		return Equipment{}, fault.New(fault.NotFound, "equipment.unknown")
	}
	return oneEquipment(s.DB.Read(ctx).Where("serial = ?", serial))
}

// holdEquipment keeps something as it is until the transaction ends.
func (s *Service) holdEquipment(tx *db.Tx, equipmentID int64) (Equipment, error) {
	if err := tx.Gorm().Exec("UPDATE equipment SET version = version WHERE id = ?", equipmentID).Error; err != nil {
		return Equipment{}, db.Fault(err)
	}
	return oneEquipment(tx.Gorm().Where("id = ?", equipmentID))
}

// updateEquipment writes where something is that is as it was read; false when it is not.
func (s *Service) updateEquipment(tx *db.Tx, e Equipment) (bool, error) {
	r := rowOfEquipment(e)
	won, err := db.Won(tx.Gorm().Model(&equipmentRow{}).Where("id = ? AND version = ?", e.ID, e.Version).Updates(map[string]any{"place": r.Place, "holder": r.Holder, "customer_id": r.CustomerID,
		"line_id": r.LineID, "visit_id": r.VisitID, "sold": r.Sold, "changed_by": r.ChangedBy, "version": e.Version + 1}))
	return won, db.Fault(err)
}

// AllEquipment gives one page of equipment, the newest first.
func (s *Service) AllEquipment(ctx context.Context, f EquipmentFilter) ([]Equipment, error) {
	from, err := db.NewestAt(func() *gorm.DB {
		from := s.DB.Read(ctx).Model(&equipmentRow{})
		if f.Before != 0 {
			from = from.Where("id < ?", f.Before)
		}
		if f.Place != "" {
			from = from.Where("place = ?", f.Place)
		}
		if f.Holder != "" {
			from = from.Where("holder = ?", f.Holder)
		}
		return from
	}, f.Sites, f.Limit)
	if err != nil {
		return nil, err
	}
	return someEquipment(from)
}

// EquipmentOf lists what is with a customer, the newest first.
func (s *Service) EquipmentOf(ctx context.Context, customerID int64, limit int) ([]Equipment, error) {
	return someEquipment(s.DB.Read(ctx).Where("customer_id = ?", customerID).Order("id DESC").Limit(limit))
}

// MovesOf is the history of something, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) MovesOf(ctx context.Context, equipmentID, before int64, limit int) ([]Moved, error) {
	from := s.DB.Read(ctx).Where("equipment_id = ?", equipmentID)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	var rows []moveRow
	err := from.Order("id DESC").Limit(limit).Find(&rows).Error
	all := make([]Moved, len(rows))
	for n, r := range rows {
		all[n] = Moved{ID: r.ID, EquipmentID: r.EquipmentID, By: r.DoneBy, At: r.At.UTC(), Where: Where{Place: r.Place, Holder: r.Holder, CustomerID: r.CustomerID, LineID: r.LineID, VisitID: r.VisitID}}
	}
	return all, db.Fault(err)
}

func (s *Service) moveThings(tx *db.Tx, from, to int64) error {
	for _, of := range []string{"equipment", "equipment_moves"} {
		if err := tx.Gorm().Exec("UPDATE "+of+" SET customer_id = ? WHERE customer_id = ?", to, from).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}
