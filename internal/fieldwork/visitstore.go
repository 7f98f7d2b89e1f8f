package fieldwork

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// visitRow: Live is 1 while somebody still has to go, or is there.
type visitRow struct {
	ID         int64
	Request    string
	SiteID     int64
	CustomerID int64
	LeadID     int64
	LineID     int64
	Kind       string
	Day        string
	FromTime   string
	UntilTime  string
	Technician string
	State      string
	Live       int
	Address    string
	LatMicro   int64
	LngMicro   int64
	Checked    string
	Note       string
	Outcome    string
	MadeBy     string
	MadeAt     time.Time
	ChangedBy  string
	StartedAt  *time.Time
	DoneAt     *time.Time
	ErasedAt   *time.Time
	Version    int64
}

func (visitRow) TableName() string { return "visits" }

func rowOfVisit(v Visit) visitRow {
	return visitRow{ID: v.ID, SiteID: v.SiteID, CustomerID: v.CustomerID, LeadID: v.LeadID, LineID: v.LineID, Kind: string(v.Kind), Day: v.Day.String(), FromTime: v.From, UntilTime: v.Until,
		Technician: v.Technician, State: string(v.State), Live: yes(v.State.Live()), Address: v.Address, LatMicro: v.At.LatMicro, LngMicro: v.At.LngMicro, Checked: strings.Join(v.Checked, " "),
		Note: v.Note, Outcome: v.Outcome, MadeBy: v.MadeBy, MadeAt: v.MadeAt, ChangedBy: v.ChangedBy, StartedAt: db.Nullable(v.StartedAt), DoneAt: db.Nullable(v.DoneAt), ErasedAt: db.Nullable(v.ErasedAt), Version: v.Version}
}

func (r visitRow) visit() Visit {
	v := Visit{ID: r.ID, SiteID: r.SiteID, CustomerID: r.CustomerID, LeadID: r.LeadID, LineID: r.LineID, Kind: VisitKind(r.Kind), From: r.FromTime, Until: r.UntilTime, Technician: r.Technician,
		State: VisitState(r.State), Address: r.Address, At: customers.Place{LatMicro: r.LatMicro, LngMicro: r.LngMicro}, Checked: strings.Fields(r.Checked), Note: r.Note, Outcome: r.Outcome, MadeBy: r.MadeBy,
		MadeAt: r.MadeAt.UTC(), ChangedBy: r.ChangedBy, StartedAt: db.Instant(r.StartedAt), DoneAt: db.Instant(r.DoneAt), ErasedAt: db.Instant(r.ErasedAt), Version: r.Version}
	v.Day, _ = clock.ParseDay(r.Day)
	return v
}

// insertVisit writes a new visit. The same request again gives the visit that it made, and false.
func (s *Service) insertVisit(tx *db.Tx, v Visit, request string) (Visit, bool, error) {
	row := rowOfVisit(v)
	row.Request = request
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if !db.IsDuplicate(err) {
		return v, err == nil, db.Fault(err)
	}
	v, err = oneVisit(tx.Gorm().Where("request = ?", request))
	return v, false, err
}

func visits(from *gorm.DB) (all []Visit, err error) {
	var rows []visitRow
	err = from.Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.visit())
	}
	return all, db.Fault(err)
}

func oneVisit(from *gorm.DB) (Visit, error) {
	all, err := visits(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "visit.unknown")
	}
	if err != nil {
		return Visit{}, err
	}
	return all[0], nil
}

// Visit reads one; fault.NotFound "visit.unknown".
func (s *Service) Visit(ctx context.Context, visitID int64) (Visit, error) {
	return oneVisit(s.DB.Read(ctx).Where("id = ?", visitID))
}

// holdVisit keeps a visit as it is until the transaction ends.
func (s *Service) holdVisit(tx *db.Tx, visitID int64) (Visit, error) {
	if err := tx.Gorm().Exec("UPDATE visits SET version = version WHERE id = ?", visitID).Error; err != nil {
		return Visit{}, db.Fault(err)
	}
	return oneVisit(tx.Gorm().Where("id = ?", visitID))
}

// updateVisit writes what may change of a visit that is as it was read; false when it is not.
func (s *Service) updateVisit(tx *db.Tx, v Visit) (bool, error) {
	r := rowOfVisit(v)
	won, err := db.Won(tx.Gorm().Model(&visitRow{}).Where("id = ? AND version = ?", v.ID, v.Version).Updates(map[string]any{
		"site_id": r.SiteID, "line_id": r.LineID, "day": r.Day, "from_time": r.FromTime, "until_time": r.UntilTime, "technician": r.Technician, "state": r.State, "live": r.Live, "address": r.Address, "lat_micro": r.LatMicro, "lng_micro": r.LngMicro,
		"checked": r.Checked, "note": r.Note, "outcome": r.Outcome, "changed_by": r.ChangedBy, "started_at": r.StartedAt, "done_at": r.DoneAt, "erased_at": r.ErasedAt, "version": v.Version + 1}))
	return won, db.Fault(err)
}

// Visits lists the visits of some days in the order of their times, at most MostVisits.
func (s *Service) Visits(ctx context.Context, f VisitFilter) ([]Visit, error) {
	from := s.DB.Read(ctx).Where("day >= ? AND day <= ?", f.From.String(), f.Until.String())
	if f.Technician != "" || f.Unowned {
		from = from.Where("technician = ?", f.Technician)
	}
	if len(f.Sites) > 0 {
		from = from.Where("site_id IN ?", f.Sites)
	}
	return visits(from.Order("day, from_time, id").Limit(MostVisits))
}

// VisitsOf lists a customer's visits, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) VisitsOf(ctx context.Context, customerID, before int64, limit int) ([]Visit, error) {
	return s.visitsBy(ctx, "customer_id = ?", customerID, before, limit)
}

// VisitsOfLead lists a lead's visits, the newest first.
func (s *Service) VisitsOfLead(ctx context.Context, leadID int64) ([]Visit, error) {
	return s.visitsBy(ctx, "lead_id = ?", leadID, 0, mostListed)
}

func (s *Service) visitsBy(ctx context.Context, where string, of, before int64, limit int) ([]Visit, error) {
	from := s.DB.Read(ctx).Where(where, of)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return visits(from.Order("id DESC").Limit(limit))
}

func (s *Service) doneVisits(ctx context.Context, before time.Time) ([]Visit, error) {
	return visits(s.DB.Read(ctx).Where("live = 0 AND erased_at IS NULL AND done_at < ?", before).Order("done_at, id").Limit(sweepBatch))
}

func (s *Service) moveVisits(tx *db.Tx, from, to int64) error {
	return db.Fault(tx.Gorm().Model(&visitRow{}).Where("customer_id = ?", from).Updates(map[string]any{"customer_id": to, "version": gorm.Expr("version + 1")}).Error)
}

// elsewhere are some visits to a customer that are at another site.
func elsewhere(tx *db.Tx, customerID, siteID int64) ([]Visit, error) {
	return visits(tx.Gorm().Where("customer_id = ? AND site_id <> ?", customerID, siteID).Order("id").Limit(sweepBatch))
}

// followLead gives the visits of a lead to whom it became.
func (s *Service) followLead(tx *db.Tx, leadID, customerID int64) error {
	return db.Fault(tx.Gorm().Model(&visitRow{}).Where("lead_id = ?", leadID).Updates(map[string]any{"customer_id": customerID, "version": gorm.Expr("version + 1")}).Error)
}
