package scheduled

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// scheduleRow: Sites is a list with spaces between.
type scheduleRow struct {
	ID        int64
	Report    string
	MemberID  int64
	Sites     string
	Every     string
	AtDay     int
	AtHour    int
	Span      string
	Format    string
	State     string
	Why       string
	NextAt    time.Time
	ChangedAt time.Time
	Version   int64
}

func (scheduleRow) TableName() string { return "report_schedules" }

func (s *Service) rowOf(sc Schedule) scheduleRow {
	var sites []string
	for _, id := range sc.Sites {
		sites = append(sites, number(id))
	}
	return scheduleRow{ID: sc.ID, Report: sc.Report, MemberID: sc.MemberID, Sites: strings.Join(sites, " "), Every: string(sc.Every), AtDay: sc.Day, AtHour: sc.Hour, Span: string(sc.Span),
		Format: string(sc.Format), State: string(sc.State), NextAt: sc.NextAt, ChangedAt: s.Clock.Now(), Version: sc.Version}
}

func (r scheduleRow) schedule() Schedule {
	sc := Schedule{ID: r.ID, Report: r.Report, MemberID: r.MemberID, Every: Every(r.Every), Day: r.AtDay, Hour: r.AtHour, Span: Span(r.Span), Format: Format(r.Format), State: State(r.State),
		NextAt: r.NextAt.UTC(), Version: r.Version}
	for word := range strings.FieldsSeq(r.Sites) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			id = -1 // of no site: what cannot be read widens nothing
		}
		sc.Sites = append(sc.Sites, id)
	}
	return sc
}

func schedules(rows []scheduleRow) (all []Schedule) {
	for _, r := range rows {
		all = append(all, r.schedule())
	}
	return all
}

func (s *Service) byID(ctx context.Context, id int64) (Schedule, error) {
	var rows []scheduleRow
	err := s.DB.Read(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		return Schedule{}, unknown()
	}
	return append(schedules(rows), Schedule{})[0], db.Fault(err)
}

func (s *Service) page(ctx context.Context, before int64, limit int) ([]Schedule, error) {
	query := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if before != 0 {
		query = query.Where("id < ?", before)
	}
	var rows []scheduleRow
	err := query.Find(&rows).Error
	return schedules(rows), db.Fault(err)
}

func (s *Service) due(ctx context.Context, now time.Time, limit int) ([]Schedule, error) {
	var rows []scheduleRow
	err := s.DB.Read(ctx).Where("state = ? AND next_at <= ?", On, now).Order("next_at").Limit(limit).Find(&rows).Error
	return schedules(rows), db.Fault(err)
}

func (s *Service) insert(tx *db.Tx, sc *Schedule) error {
	sc.Version = 1
	row := s.rowOf(*sc)
	return db.Fault(tx.Gorm().Create(&row).Error)
}

// update writes a schedule as it was seen; fault.Conflict "scheduled.changed" when somebody was faster.
func (s *Service) update(tx *db.Tx, sc *Schedule) error {
	r := s.rowOf(*sc)
	won, err := db.Won(tx.Gorm().Model(&scheduleRow{}).Where("id = ? AND version = ?", sc.ID, sc.Version).
		Updates(map[string]any{"every": r.Every, "at_day": r.AtDay, "at_hour": r.AtHour, "span": r.Span, "format": r.Format, "state": r.State, "why": "", "next_at": r.NextAt, "changed_at": r.ChangedAt, "version": sc.Version + 1}))
	if err == nil && !won {
		return fault.New(fault.Conflict, "scheduled.changed")
	}
	sc.Version++
	return db.Fault(err)
}

// moveOn says whether the next instant was where the sender found it.
func (s *Service) moveOn(tx *db.Tx, sc Schedule, to time.Time) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE report_schedules SET next_at = ? WHERE id = ? AND state = ? AND next_at = ? AND version = ?", to, sc.ID, On, sc.NextAt, sc.Version))
	return won, db.Fault(err)
}

func (s *Service) moveOut(tx *db.Tx, sc Schedule) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE report_schedules SET state = ?, why = ?, changed_at = ?, version = version + 1 WHERE id = ? AND state = ? AND version = ?",
		Stopped, whyMember, s.Clock.Now(), sc.ID, On, sc.Version))
	return won, db.Fault(err)
}

func (s *Service) drop(tx *db.Tx, id int64) (bool, error) {
	if err := tx.Gorm().Where("schedule_id = ?", id).Delete(&recipientRow{}).Error; err != nil {
		return false, db.Fault(err)
	}
	won, err := db.Won(tx.Gorm().Where("id = ?", id).Delete(&scheduleRow{}))
	return won, db.Fault(err)
}
