package subscriptions

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type outageRow struct {
	ID       int64
	SiteID   int64
	Days     int
	DoneBy   string
	Note     string
	At       time.Time
	UndoneAt *time.Time
	Request  *string // of the form that gave days by hand
}

func (outageRow) TableName() string { return "outage_credits" }

// outage is the row, and how far lines were gone through: to take back, when that was begun. One of before there were pieces was of days, to all lines at once.
func (r outageRow) outage(pieces []pieceRow) Outage {
	at := r.At.UTC().Truncate(time.Minute)
	o := Outage{ID: r.ID, SiteID: r.SiteID, Days: r.Days, Gap: Gap{at.AddDate(0, 0, -r.Days), at}, By: r.DoneBy, Note: r.Note, At: r.At.UTC(), UndoneAt: db.Instant(r.UndoneAt)}
	for _, p := range pieces {
		if p.OutageID == r.ID {
			o.RouterID, o.Gap, o.Lines, o.Of = p.RouterID, Gap{p.FromAt.UTC(), p.UntilAt.UTC()}, p.GivenTo, max(p.AllLines, p.GivenTo)
		}
	}
	return o
}

// workRow is an outage whose days not all lines have, or not all have given back.
type workRow struct {
	OutageID int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind     string `gorm:"primaryKey"`
}

func (workRow) TableName() string { return "outage_work" }

// pieceRow is how far lines were gone through for an outage.
type pieceRow struct {
	OutageID int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind     string `gorm:"primaryKey"`
	RouterID int64
	FromAt   time.Time
	UntilAt  time.Time
	AfterID  int64
	GivenTo  int64
	AllLines int64
}

func (pieceRow) TableName() string { return "outage_pieces" }

func begin(tx *db.Tx, o Outage, kind Kind) error {
	if err := tx.Gorm().Create(&workRow{OutageID: o.ID, Kind: string(kind)}).Error; err != nil {
		return db.Fault(err)
	}
	return beginPiece(tx, o, kind)
}

func beginPiece(tx *db.Tx, o Outage, kind Kind) error {
	err := tx.Gorm().Create(&pieceRow{OutageID: o.ID, Kind: string(kind), RouterID: o.RouterID, FromAt: o.From, UntilAt: o.Until, AllLines: o.Of}).Error
	if db.IsDuplicate(err) {
		return nil
	}
	return db.Fault(err)
}

// insertOutage adds an outage, and that it is to be made up for; request names the form that asks for it, if one does.
func insertOutage(tx *db.Tx, o Outage, request string) error {
	if err := begin(tx, o, Compensated); err != nil {
		return err
	}
	row := outageRow{ID: o.ID, SiteID: o.SiteID, Days: o.Days, DoneBy: o.By, Note: o.Note, At: o.At}
	if request != "" {
		row.Request = &request
	}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

// requestedOutage is the id of the outage that a form asked for; 0: of none.
func requestedOutage(tx *db.Tx, request string) (int64, error) {
	var ids []int64
	err := tx.Gorm().Model(&outageRow{}).Where("request = ?", request).Limit(1).Pluck("id", &ids).Error
	if len(ids) == 0 {
		return 0, db.Fault(err)
	}
	return ids[0], nil
}

func outageKnown(tx *db.Tx, id int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&outageRow{}).Where("id = ?", id).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

func outageIn(tx *db.Tx, id int64) (Outage, error) {
	all, err := outagesOf(tx.Gorm(), tx.Gorm().Where("id = ?", id))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "outage.unknown")
	}
	if err != nil {
		return Outage{}, err
	}
	return all[0], nil
}

func undo(tx *db.Tx, id int64, now time.Time) (Outage, error) {
	won, err := db.Won(tx.Gorm().Model(&outageRow{}).Where("id = ? AND undone_at IS NULL", id).Update("undone_at", now))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "outage.undone")
	}
	if err != nil {
		return Outage{}, db.Fault(err)
	}
	if err := finishOutage(tx, id, Compensated); err != nil {
		return Outage{}, err
	}
	o, err := outageIn(tx, id)
	if err != nil {
		return o, err
	}
	o.Of = o.Lines
	return o, begin(tx, o, Uncompensate)
}

// stillHolds says whether the days of an outage were not taken back, and keeps it so until the transaction ends.
func stillHolds(tx *db.Tx, id int64) (bool, error) {
	holds, err := db.Won(tx.Gorm().Exec("UPDATE outage_credits SET days = days WHERE id = ? AND undone_at IS NULL", id))
	return holds, db.Fault(err)
}

func finishOutage(tx *db.Tx, id int64, kind Kind) error {
	return db.Fault(tx.Gorm().Where("outage_id = ? AND kind = ?", id, string(kind)).Delete(&workRow{}).Error)
}

// came notes how far a piece came, unless another came there first.
func came(tx *db.Tx, w outageLeft, last int64, lines int) error {
	return db.Fault(tx.Gorm().Exec("UPDATE outage_pieces SET after_id = ?, given_to = given_to + ? WHERE outage_id = ? AND kind = ? AND after_id = ?",
		last, lines, w.outage.ID, string(w.kind), w.after).Error)
}

// outageLeft is an outage with what is left to do.
type outageLeft struct {
	outage Outage
	kind   Kind
	after  int64 // the last line that was gone through
}

// outageWork is what is left to do. What was begun before there were pieces begins anew: each line has an event once.
func (s *Service) outageWork(ctx context.Context) (all []outageLeft, err error) {
	var rows []workRow
	if err := s.DB.Read(ctx).Where("outage_id > 0").Order("outage_id, kind").Limit(page).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, w := range rows {
		found, err := outagesOf(s.DB.Read(ctx), s.DB.Read(ctx).Where("id = ?", w.OutageID))
		if err != nil {
			return nil, err
		}
		var pieces []pieceRow
		if err := s.DB.Read(ctx).Where("outage_id = ? AND kind = ?", w.OutageID, w.Kind).Limit(1).Find(&pieces).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, o := range found {
			left := outageLeft{outage: o, kind: Kind(w.Kind)}
			if len(pieces) == 0 {
				if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return beginPiece(tx, o, left.kind) }); err != nil {
					return nil, err
				}
			} else {
				left.after = pieces[0].AfterID
			}
			all = append(all, left)
		}
	}
	return all, nil
}

func outagesOf(from, rowsFrom *gorm.DB) ([]Outage, error) {
	var rows []outageRow
	if err := rowsFrom.Order("id DESC").Limit(100).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, db.Fault(err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var pieces []pieceRow
	if err := from.Where("outage_id IN ?", ids).Order("outage_id, kind").Find(&pieces).Error; err != nil {
		return nil, db.Fault(err)
	}
	var work []int64
	if err := from.Model(&workRow{}).Where("outage_id IN ?", ids).Pluck("outage_id", &work).Error; err != nil {
		return nil, db.Fault(err)
	}
	list := make([]Outage, len(rows))
	for i, r := range rows {
		list[i] = r.outage(pieces)
		for _, id := range work {
			list[i].Going = list[i].Going || id == r.ID
		}
	}
	return list, nil
}

// Outages lists what lines were given for outages, the newest first; at most 100.
func (s *Service) Outages(ctx context.Context) ([]Outage, error) {
	return outagesOf(s.DB.Read(ctx), s.DB.Read(ctx))
}

// MadeUp is what lines were given for one outage; false when they were given nothing.
func (s *Service) MadeUp(ctx context.Context, id int64) (o Outage, given bool, err error) {
	all, err := outagesOf(s.DB.Read(ctx), s.DB.Read(ctx).Where("id = ?", id))
	if err != nil || len(all) == 0 {
		return o, false, err
	}
	return all[0], true, nil
}

// suffered are the lines of a site that were there when an outage was made up for, and live: those paid beforehand that somebody paid for, and those
// paid by invoice that are not paused. By hand nothing is given to those that ran out a day before or more. Who of them was on at the time of a proven one,
// their histories say.
func (s *Service) suffered(ctx context.Context, o Outage) *gorm.DB {
	from := s.DB.Read(ctx).Model(&row{}).Where("site_id = ? AND created_at <= ? AND (state IN ? AND mode <> ? AND paid_until IS NOT NULL OR state = ? AND mode = ?)", o.SiteID, o.At,
		[]Status{Active, Paused}, plans.Postpaid, Active, plans.Postpaid)
	if o.RouterID != 0 {
		return from.Where("router_id IN ?", []int64{0, o.RouterID})
	}
	return from.Where("(mode = ? OR state = ? OR paid_until > ?)", plans.Postpaid, Paused, o.At.Add(-24*time.Hour))
}

func (s *Service) countSuffered(ctx context.Context, o Outage) (n int64, err error) {
	err = s.suffered(ctx, o).Count(&n).Error
	return n, db.Fault(err)
}

// suffering are lines of one price.
type suffering struct {
	PlanKey, Mode string
	PriceID, N    int64
}

func (s *Service) groupSuffered(ctx context.Context, o Outage) (all []suffering, err error) {
	err = s.suffered(ctx, o).Select("plan_key, mode, price_id, COUNT(*) AS n").Group("plan_key, mode, price_id").Order("plan_key, mode, price_id").Limit(mostPrices).Scan(&all).Error
	return all, db.Fault(err)
}

// mostPrices are gone through at a site: each plan has a few.
const mostPrices = 10_000

// pieceOf lines are gone through before it is noted how far that came.
const pieceOf = 200

// concerned are the next lines that an outage is to be made up to, or was.
func (s *Service) concerned(ctx context.Context, o Outage, kind Kind, after int64) (ids []int64, err error) {
	if kind == Compensated {
		err = s.suffered(ctx, o).Where("id > ?", after).Order("id").Limit(pieceOf).Pluck("id", &ids).Error
		return ids, db.Fault(err)
	}
	err = s.DB.Read(ctx).Raw("SELECT s.id FROM subscriptions s JOIN subscription_events e ON e.subscription_id = s.id AND e.request = ? WHERE s.id > ? ORDER BY s.id LIMIT ?",
		fmt.Sprintf(requests[Compensated], o.ID), after, pieceOf).Scan(&ids).Error
	return ids, db.Fault(err)
}

// unnamed are those of some lines whose router nobody named, by their grants.
func (s *Service) unnamed(ctx context.Context, ids []int64) (map[int64]int64, error) {
	byGrant := map[int64]int64{}
	for some := range db.Pieces(ids) {
		var rows []row
		if err := s.DB.Read(ctx).Model(&row{}).Select("id, grant_id").Where("id IN ? AND router_id = 0", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			byGrant[r.GrantID] = r.ID
		}
	}
	return byGrant, nil
}
