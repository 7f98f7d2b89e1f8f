package notify

import (
	"context"
	"errors"
	"strconv"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/words"
)

type alertRow struct {
	ID             int64
	Rule           string
	Subject        string
	OpenKey        string // of an open alert its rule and subject, so that there is one; with the id once it is over
	State          string
	Value          int64
	Told           int
	Settled        int // nothing is left to tell
	RaisedAt       time.Time
	GoodSince      *time.Time
	AcknowledgedBy string
	AcknowledgedAt *time.Time
	ClearedAt      *time.Time
}

func (alertRow) TableName() string { return "alerts" }

func (r alertRow) alert() Alert {
	return Alert{ID: r.ID, Rule: r.Rule, Subject: r.Subject, State: AlertState(r.State), Value: r.Value, RaisedAt: r.RaisedAt, told: r.Told,
		AcknowledgedBy: r.AcknowledgedBy, AcknowledgedAt: db.Instant(r.AcknowledgedAt), ClearedAt: db.Instant(r.ClearedAt), goodSince: db.Instant(r.GoodSince)}
}

// unsettled lists by rule the alerts that are open, or over and not yet told so; the oldest first.
func (s *Service) unsettled(ctx context.Context) (map[string][]Alert, error) {
	var rows []alertRow
	err := s.DB.Read(ctx).Where("settled = 0").Order("rule, id").Limit(len(Rules) * mostSubjects).Find(&rows).Error
	byRule := map[string][]Alert{}
	for _, r := range rows {
		byRule[r.Rule] = append(byRule[r.Rule], r.alert())
	}
	return byRule, db.Fault(err)
}

// raise writes a new alert; when another node has, there is nothing to do.
func (s *Service) raise(tx *db.Tx, r Rule, reading Reading) error {
	row := alertRow{ID: tx.ID(), Rule: r.Name, Subject: reading.Subject, OpenKey: r.Name + "/" + reading.Subject, State: string(Raised),
		Value: reading.Value, RaisedAt: s.Clock.Now()}
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if db.IsDuplicate(err) {
		return nil
	}
	return db.Fault(err)
}

func (s *Service) setGoodSince(tx *db.Tx, a Alert, since *time.Time) error {
	return db.Fault(tx.Gorm().Model(&alertRow{}).Where("id = ? AND state <> ?", a.ID, Cleared).Update("good_since", since).Error)
}

// clear ends an alert. One that was never told needs no message that it is over.
func (s *Service) clear(tx *db.Tx, a Alert) error {
	return db.Fault(tx.Gorm().Exec("UPDATE alerts SET state = ?, cleared_at = ?, open_key = ?, settled = CASE WHEN told = 0 THEN 1 ELSE 0 END WHERE id = ? AND state <> ?",
		Cleared, s.Clock.Now(), strconv.FormatInt(a.ID, 10), a.ID, Cleared).Error)
}

// markTold is true when this call marked every alert of the group; otherwise nothing is marked.
func (s *Service) markTold(tx *db.Tx, step int, group []Alert) (bool, error) {
	ids := make([]int64, len(group))
	for i, a := range group {
		ids[i] = a.ID
	}
	won := false
	err := tx.Savepoint(func() error {
		update := tx.Gorm().Model(&alertRow{}).Where("id IN ? AND state = ? AND told = ? AND settled = 0", ids, Raised, step-1)
		set := map[string]any{"told": step}
		if step == toldOver {
			update = tx.Gorm().Model(&alertRow{}).Where("id IN ? AND state = ? AND settled = 0", ids, Cleared)
			set = map[string]any{"settled": 1}
		}
		result := update.Updates(set)
		if result.Error != nil {
			return result.Error
		}
		if won = result.RowsAffected == int64(len(ids)); !won {
			return errOthers
		}
		return nil
	})
	if errors.Is(err, errOthers) {
		err = nil
	}
	return won && err == nil, db.Fault(err)
}

var errOthers = errors.New("others were first")

func (s *Service) acknowledge(tx *db.Tx, id int64, by string) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&alertRow{}).Where("id = ? AND state = ?", id, Raised).
		Updates(map[string]any{"state": string(Acknowledged), "acknowledged_by": words.Cut(by, 100), "acknowledged_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

func (s *Service) alert(tx *db.Tx, id int64) (Alert, error) {
	var r alertRow
	err := tx.Gorm().Where("id = ?", id).Take(&r).Error
	return r.alert(), db.Fault(err)
}

// Alert reads one alert; fault.NotFound.
func (s *Service) Alert(ctx context.Context, id int64) (Alert, error) {
	var r alertRow
	err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error
	return r.alert(), db.Fault(err)
}

// OpenAlerts lists what is raised or acknowledged, the oldest first.
func (s *Service) OpenAlerts(ctx context.Context) ([]Alert, error) {
	var rows []alertRow
	err := s.DB.Read(ctx).Where("settled = 0 AND state <> ?", Cleared).Order("id").Limit(mostSubjects).Find(&rows).Error
	return alerts(rows), db.Fault(err)
}

// History lists all alerts, the newest first; a page's state does not count.
func (s *Service) History(ctx context.Context, p Page) ([]Alert, error) {
	query := s.DB.Read(ctx).Order("raised_at DESC, id DESC").Limit(p.lines())
	if p.BeforeID != 0 {
		query = query.Where("raised_at < ? OR (raised_at = ? AND id < ?)", p.Before, p.Before, p.BeforeID)
	}
	var rows []alertRow
	err := query.Find(&rows).Error
	return alerts(rows), db.Fault(err)
}

func alerts(rows []alertRow) []Alert {
	list := make([]Alert, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.alert())
	}
	return list
}
