package notify

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mtandao/internal/db"
)

func (s *Service) lines(ctx context.Context, p Page) ([]Line, error) {
	query := s.DB.Read(ctx).Omit("content").Order("created_at DESC, id DESC").Limit(p.lines())
	if p.State != "" {
		query = query.Where("state = ?", p.State)
	}
	if p.BeforeID != 0 {
		query = query.Where("created_at < ? OR (created_at = ? AND id < ?)", p.Before, p.Before, p.BeforeID)
	}
	var rows []messageRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	return s.toLines(rows)
}

// about finds keys by their beginning: those from "word " up to "word!", the next sign.
func (s *Service) about(ctx context.Context, word string) ([]Line, error) {
	var rows []messageRow
	err := s.DB.Read(ctx).Omit("content").Where("message_key >= ? AND message_key < ?", word+" ", word+"!").Order("message_key").Limit(mostAbout).Find(&rows).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	slices.SortFunc(rows, func(a, b messageRow) int { return cmp.Compare(b.ID, a.ID) })
	return s.toLines(rows)
}

func (s *Service) ofCustomer(ctx context.Context, customerID, before int64, limit int) (all []Told, err error) {
	query := s.DB.Read(ctx).Where("customer_id = ? AND purpose <> ?", customerID, ForCode)
	if before != 0 {
		query = query.Where("id < ?", before)
	}
	var rows []messageRow
	if err := query.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		line, err := s.toLine(r)
		if err != nil {
			return nil, err
		}
		m, err := s.open(r)
		if err != nil {
			return nil, err
		}
		all = append(all, Told{Line: line, Subject: m.content.Subject, Text: m.content.Text})
	}
	return all, nil
}

func (s *Service) named(ctx context.Context, ids []int64) (map[int64]Line, error) {
	all := map[int64]Line{}
	for some := range db.Pieces(ids) {
		var rows []messageRow
		if err := s.DB.Read(ctx).Omit("content").Where("id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		lines, err := s.toLines(rows)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			all[l.ID] = l
		}
	}
	return all, nil
}

func (s *Service) moveCustomer(tx *db.Tx, from, to int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE messages SET customer_id = ? WHERE customer_id = ?", to, from).Error)
}

func (s *Service) toLines(rows []messageRow) ([]Line, error) {
	lines := make([]Line, 0, len(rows))
	for _, r := range rows {
		line, err := s.toLine(r)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (s *Service) toLine(r messageRow) (Line, error) {
	to, err := s.Keys.Open(purposeAddress, r.Address)
	return Line{ID: r.ID, Purpose: Purpose(r.Purpose), Channel: Channel(r.Channel), To: mask(Channel(r.Channel), string(to)), State: State(r.State),
		Reason: r.Reason, Attempts: r.Attempts, Parts: r.Parts, Cost: Cost{r.CostE4, r.CostCurrency}, CreatedAt: r.CreatedAt, RunAt: r.RunAt, SentAt: db.Instant(r.SentAt),
		Age: s.Clock.Now().Sub(r.CreatedAt)}, err
}

func (s *Service) line(ctx context.Context, id int64) (stored, Line, error) {
	var r messageRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error; err != nil {
		return stored{}, Line{}, db.Fault(err)
	}
	line, err := s.toLine(r)
	if err != nil {
		return stored{}, line, err
	}
	m, err := s.open(r)
	return m, line, err
}

// extend gives a message that a person sends again its time anew.
func (s *Service) extend(tx *db.Tx, id int64, until time.Time) error {
	return db.Fault(tx.Gorm().Model(&messageRow{}).Where("id = ?", id).Update("until", until).Error)
}

func (s *Service) oldestDue(ctx context.Context, now time.Time) (time.Time, error) {
	var due []time.Time
	err := s.DB.Read(ctx).Model(&messageRow{}).Where("state = ? AND run_at <= ?", Queued, now).Order("run_at").Limit(1).Pluck("run_at", &due).Error
	if err != nil || len(due) == 0 {
		return time.Time{}, db.Fault(err)
	}
	return due[0], nil
}

func (s *Service) count(ctx context.Context, state State, since time.Time) (n int64, err error) {
	limited := s.DB.Read(ctx).Model(&messageRow{}).Select("id").Where("state = ? AND created_at >= ?", state, since).Limit(1000)
	err = s.DB.Read(ctx).Table("(?) AS some", limited).Count(&n).Error
	return n, db.Fault(err)
}
