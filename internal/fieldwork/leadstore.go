package fieldwork

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// leadRow: Phone is sealed, PhoneHash its keyed look-up hash. Live is 1 while somebody has to do something.
type leadRow struct {
	ID         int64
	Request    string
	SiteID     int64
	Kind       string
	Name       string
	NameKey    string
	Lang       string
	Phone      []byte
	PhoneHash  string
	Line       string
	Area       string
	Landmark   string
	LatMicro   int64
	LngMicro   int64
	PlanKey    string
	Source     string
	Note       string
	Owner      string
	NextStep   string
	Day        string
	Stage      string
	Live       int
	LostWhy    string
	CustomerID int64
	MadeBy     string
	MadeAt     time.Time
	ChangedBy  string
	DoneAt     *time.Time
	ErasedAt   *time.Time
	Version    int64
}

func (leadRow) TableName() string { return "leads" }

func (s *Service) leadRow(l Lead) (r leadRow, err error) {
	r = leadRow{ID: l.ID, SiteID: l.SiteID, Kind: string(l.Kind), Name: l.Name, NameKey: nameKey(l.Name), Lang: string(l.Lang), Line: l.Address.Line, Area: l.Address.Area, Landmark: l.Address.Landmark,
		LatMicro: l.Address.At.LatMicro, LngMicro: l.Address.At.LngMicro, PlanKey: l.PlanKey, Source: l.Source, Note: l.Note, Owner: l.Owner, NextStep: l.NextStep, Day: l.Day.String(),
		Stage: string(l.Stage), Live: yes(l.Stage.Live()), LostWhy: l.LostWhy, CustomerID: l.CustomerID, MadeBy: l.MadeBy, MadeAt: l.MadeAt, ChangedBy: l.ChangedBy,
		DoneAt: db.Nullable(l.DoneAt), ErasedAt: db.Nullable(l.ErasedAt), Version: l.Version}
	r.Phone, r.PhoneHash, err = s.sealed(l.Phone)
	return r, err
}

func (s *Service) lead(r leadRow) (l Lead, err error) {
	l = Lead{ID: r.ID, SiteID: r.SiteID, Kind: customers.Kind(r.Kind), Name: r.Name, Lang: words.Lang(r.Lang), PlanKey: r.PlanKey, Source: r.Source, Note: r.Note, Owner: r.Owner, NextStep: r.NextStep,
		Address: customers.Address{Kind: customers.Premises, Line: r.Line, Area: r.Area, Landmark: r.Landmark, At: customers.Place{LatMicro: r.LatMicro, LngMicro: r.LngMicro}},
		Stage:   Stage(r.Stage), LostWhy: r.LostWhy, CustomerID: r.CustomerID, MadeBy: r.MadeBy, MadeAt: r.MadeAt.UTC(), ChangedBy: r.ChangedBy, DoneAt: db.Instant(r.DoneAt), ErasedAt: db.Instant(r.ErasedAt), Version: r.Version}
	l.Day, _ = clock.ParseDay(r.Day)
	l.Phone, err = s.opened(r.Phone)
	return l, err
}

// insertLead writes a new lead. The same request again gives the lead that it made, and false.
func (s *Service) insertLead(tx *db.Tx, l Lead, request string) (Lead, bool, error) {
	row, err := s.leadRow(l)
	if err != nil {
		return l, false, err
	}
	row.Request = request
	err = tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if !db.IsDuplicate(err) {
		return l, err == nil, db.Fault(err)
	}
	l, err = s.oneLead(tx.Gorm().Where("request = ?", request))
	return l, false, err
}

// OpenedBy reads the lead that a request made; false when it made none.
func (s *Service) OpenedBy(ctx context.Context, request string) (Lead, bool, error) {
	l, err := s.oneLead(s.DB.Read(ctx).Where("request = ?", hashed(request)))
	if fault.Is(err, fault.NotFound) {
		return l, false, nil
	}
	return l, err == nil, err
}

func (s *Service) leads(from *gorm.DB) (all []Lead, err error) {
	var rows []leadRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		l, err := s.lead(r)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

func (s *Service) oneLead(from *gorm.DB) (Lead, error) {
	all, err := s.leads(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "lead.unknown")
	}
	if err != nil {
		return Lead{}, err
	}
	return all[0], nil
}

// Lead reads one; fault.NotFound "lead.unknown".
func (s *Service) Lead(ctx context.Context, leadID int64) (Lead, error) {
	return s.oneLead(s.DB.Read(ctx).Where("id = ?", leadID))
}

// holdLead keeps a lead as it is until the transaction ends.
func (s *Service) holdLead(tx *db.Tx, leadID int64) (Lead, error) {
	if err := tx.Gorm().Exec("UPDATE leads SET version = version WHERE id = ?", leadID).Error; err != nil {
		return Lead{}, db.Fault(err)
	}
	return s.oneLead(tx.Gorm().Where("id = ?", leadID))
}

// updateLead writes what may change of a lead that is as it was read; false when it is not.
func (s *Service) updateLead(tx *db.Tx, l Lead) (bool, error) {
	r, err := s.leadRow(l)
	if err != nil {
		return false, err
	}
	won, err := db.Won(tx.Gorm().Model(&leadRow{}).Where("id = ? AND version = ?", l.ID, l.Version).Updates(map[string]any{
		"site_id": r.SiteID, "kind": r.Kind, "name": r.Name, "name_key": r.NameKey, "lang": r.Lang, "phone": r.Phone, "phone_hash": r.PhoneHash, "line": r.Line, "area": r.Area, "landmark": r.Landmark,
		"lat_micro": r.LatMicro, "lng_micro": r.LngMicro, "plan_key": r.PlanKey, "source": r.Source, "note": r.Note, "owner": r.Owner, "next_step": r.NextStep, "day": r.Day, "stage": r.Stage, "live": r.Live,
		"lost_why": r.LostWhy, "customer_id": r.CustomerID, "changed_by": r.ChangedBy, "done_at": r.DoneAt, "erased_at": r.ErasedAt, "version": l.Version + 1}))
	return won, db.Fault(err)
}

func (s *Service) listLeads(ctx context.Context, f LeadFilter) ([]Lead, error) {
	from, order := s.DB.Read(ctx).Where("live = ?", yes(!f.Done)), "day, id"
	if f.Stage != "" {
		from = from.Where("stage = ?", string(f.Stage))
	}
	if f.Owner != "" {
		from = from.Where("owner = ?", f.Owner)
	}
	if f.From != 0 {
		from = from.Where("day >= ?", f.From.String())
	}
	if f.Until != 0 {
		from = from.Where("day <= ?", f.Until.String())
	}
	if len(f.Sites) > 0 {
		from = from.Where("site_id IN ?", f.Sites)
	}
	if f.Done {
		order = "day DESC, id DESC"
	}
	switch day := ""; {
	case f.After == nil:
	case f.Done:
		day = f.After.Day.String()
		from = from.Where("day < ? OR (day = ? AND id < ?)", day, day, f.After.ID)
	default:
		day = f.After.Day.String()
		from = from.Where("day > ? OR (day = ? AND id > ?)", day, day, f.After.ID)
	}
	return s.leads(from.Order(order).Limit(f.Limit))
}

// leadsTyped are the leads of a phone, or whose names begin with what was typed.
func (s *Service) leadsTyped(ctx context.Context, f LeadFilter) ([]Lead, error) {
	from := s.DB.Read(ctx)
	if phone, err := customers.ParsePhone(f.Typed); err == nil {
		from = from.Where("phone_hash IN ?", s.Keys.Lookups(purposePhone, string(phone)))
	} else {
		key := nameKey(f.Typed)
		from = from.Where("name_key >= ? AND name_key < ?", key, key+"\U0010FFFD")
	}
	if len(f.Sites) > 0 {
		from = from.Where("site_id IN ?", f.Sites)
	}
	return s.leads(from.Order("name_key, id").Limit(f.Limit))
}

func (s *Service) leadsOfPhone(ctx context.Context, phone customers.Phone, limit int) ([]Lead, error) {
	return s.leads(s.DB.Read(ctx).Where("phone_hash IN ?", s.Keys.Lookups(purposePhone, string(phone))).Order("id DESC").Limit(limit))
}

func (s *Service) leadsNamed(ctx context.Context, key string, limit int) ([]Lead, error) {
	return s.leads(s.DB.Read(ctx).Where("name_key = ?", key).Order("id DESC").Limit(limit))
}

// LeadsOf lists the leads that became a customer, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) LeadsOf(ctx context.Context, customerID, before int64, limit int) ([]Lead, error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return s.leads(from.Order("id DESC").Limit(limit))
}

func (s *Service) doneLeads(ctx context.Context, before time.Time) ([]Lead, error) {
	return s.leads(s.DB.Read(ctx).Where("live = 0 AND erased_at IS NULL AND done_at < ?", before).Order("done_at, id").Limit(sweepBatch))
}

func (s *Service) moveLeads(tx *db.Tx, from, to int64) error {
	return db.Fault(tx.Gorm().Model(&leadRow{}).Where("customer_id = ?", from).Updates(map[string]any{"customer_id": to, "version": gorm.Expr("version + 1")}).Error)
}

// Has says whether a lead became a customer, somebody was to go to them, or they have equipment.
func (s *Service) Has(tx *db.Tx, customerID int64) (bool, error) {
	for _, of := range []any{&leadRow{}, &visitRow{}, &equipmentRow{}, &fileRow{}} {
		var ids []int64
		err := tx.Gorm().Model(of).Where("customer_id = ?", customerID).Limit(1).Pluck("id", &ids).Error
		if err != nil || len(ids) > 0 {
			return len(ids) > 0, db.Fault(err)
		}
	}
	return false, nil
}

// SomeLeads reads some leads, by their ids.
func (s *Service) SomeLeads(ctx context.Context, ids []int64) (map[int64]Lead, error) {
	some := map[int64]Lead{}
	if len(ids) == 0 {
		return some, nil
	}
	all, err := s.leads(s.DB.Read(ctx).Where("id IN ?", ids).Limit(len(ids)))
	for _, l := range all {
		some[l.ID] = l
	}
	return some, err
}
