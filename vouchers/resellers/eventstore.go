package resellers

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

type eventRow struct {
	ID           int64
	ResellerID   int64
	Seq          int64
	Kind         string
	Request      string
	Input        string
	BatchID      int64
	FirstSerial  int64
	LastSerial   int64
	Vouchers     int64
	GrossCents   int64
	EarnedCents  int64
	AboveCents   int64
	DeltaCents   int64
	BalanceCents int64
	OtherID      int64
	Note         string
	DoneBy       string
	At           time.Time
	Day          string
}

func (eventRow) TableName() string { return "reseller_events" }

func (r eventRow) event() Event {
	return Event{ID: r.ID, ResellerID: r.ResellerID, Seq: r.Seq, Kind: r.Kind, Request: r.Request, input: r.Input, BatchID: r.BatchID, First: int(r.FirstSerial), Last: int(r.LastSerial),
		Count: int(r.Vouchers), Gross: r.GrossCents, Earned: r.EarnedCents, Above: r.AboveCents, Delta: r.DeltaCents, Balance: r.BalanceCents, OtherID: r.OtherID, Note: r.Note,
		By: r.DoneBy, At: r.At.UTC(), Day: r.Day}
}

func (s *Service) insertEvent(tx *db.Tx, e Event) error {
	return db.Fault(tx.Gorm().Create(&eventRow{ID: e.ID, ResellerID: e.ResellerID, Seq: e.Seq, Kind: e.Kind, Request: e.Request, Input: e.input, BatchID: e.BatchID,
		FirstSerial: int64(e.First), LastSerial: int64(e.Last), Vouchers: int64(e.Count), GrossCents: e.Gross, EarnedCents: e.Earned, AboveCents: e.Above, DeltaCents: e.Delta,
		BalanceCents: e.Balance, OtherID: e.OtherID, Note: e.Note, DoneBy: e.By, At: e.At, Day: e.Day}).Error)
}

func (s *Service) byRequest(tx *db.Tx, resellerID int64, request string) (Event, bool, error) {
	all, err := events(tx.Gorm().Where("reseller_id = ? AND request = ?", resellerID, request).Limit(1))
	if err != nil || len(all) == 0 {
		return Event{}, false, err
	}
	return all[0], true, nil
}

// EventOf is one event of a reseller's; fault.NotFound "reseller.no_event".
func (s *Service) EventOf(ctx context.Context, resellerID, id int64) (Event, error) {
	all, err := events(s.DB.Read(ctx).Where("id = ? AND reseller_id = ?", id, resellerID).Limit(1))
	if err == nil && len(all) == 0 {
		err = noEvent()
	}
	if err != nil {
		return Event{}, err
	}
	return all[0], nil
}

func events(from *gorm.DB) ([]Event, error) {
	var rows []eventRow
	err := from.Find(&rows).Error
	all := make([]Event, len(rows))
	for i, r := range rows {
		all[i] = r.event()
	}
	return all, db.Fault(err)
}

func (s *Service) eventsAfter(ctx context.Context, id int64, limit int) ([]Event, error) {
	return events(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(limit))
}

// Events lists a reseller's events before a number, the newest first; 0 is from the last.
func (s *Service) Events(ctx context.Context, resellerID, before int64, limit int) ([]Event, error) {
	from := s.DB.Read(ctx).Where("reseller_id = ?", resellerID).Order("seq DESC").Limit(limit)
	if before != 0 {
		from = from.Where("seq < ?", before)
	}
	return events(from)
}

// Between lists the events of days, the oldest first, after a number.
func (s *Service) Between(ctx context.Context, resellerID int64, from, to string, after int64, limit int) ([]Event, error) {
	return events(s.DB.Read(ctx).Where("reseller_id = ? AND day >= ? AND day <= ? AND seq > ?", resellerID, from, to, after).Order("day, seq").Limit(limit))
}

// soldThisMonth is the price of what was sold in this month, with what those below sold.
func (s *Service) soldThisMonth(tx *db.Tx, resellerID int64) (cents int64, err error) {
	now := s.Clock.Now().In(clock.Nairobi)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, clock.Nairobi).Format(time.DateOnly)
	err = tx.Gorm().Raw("SELECT COALESCE(SUM(CASE WHEN kind = ? THEN gross_cents ELSE earned_cents - delta_cents END), 0) FROM reseller_events WHERE reseller_id = ? AND day >= ? AND kind IN ?",
		Share, resellerID, first, paidKinds).Scan(&cents).Error
	return cents, db.Fault(err)
}

// cashToday is the cash in cents that was taken of a reseller today by one person alone.
func (s *Service) cashToday(tx *db.Tx, resellerID int64) (cents int64, err error) {
	err = tx.Gorm().Raw("SELECT COALESCE(SUM(delta_cents), 0) FROM reseller_events WHERE reseller_id = ? AND day = ? AND kind IN ? AND request LIKE 'ask:%'",
		resellerID, s.Clock.Now().In(clock.Nairobi).Format(time.DateOnly), []string{PaidIn, Settled}).Scan(&cents).Error
	return cents, db.Fault(err)
}

// paidKinds are the events in which vouchers are paid for, or paid back.
var paidKinds = []string{SignedOut, Sold, SoldOne, UsedFirst, Returned, Share}

// Sum is what a reseller did on some days. Amounts are cents.
type Sum struct {
	Sold, Gross, Earned, Delta int64
}

// SumOf adds the events of days.
func (s *Service) SumOf(ctx context.Context, resellerID int64, from, to string) (sum Sum, err error) {
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(CASE WHEN kind IN ? THEN vouchers ELSE 0 END), 0) AS sold, COALESCE(SUM(CASE WHEN kind IN ? THEN gross_cents ELSE 0 END), 0) AS gross,"+
		" COALESCE(SUM(earned_cents), 0) AS earned, COALESCE(SUM(delta_cents), 0) AS delta FROM reseller_events WHERE reseller_id = ? AND day >= ? AND day <= ?",
		salesKinds, salesKinds, resellerID, from, to).Scan(&sum).Error
	return sum, db.Fault(err)
}

// salesKinds are sales as a reseller sees them: to people.
var salesKinds = []string{Sold, SoldOne, UsedFirst}

// BalanceBefore is a reseller's balance in cents at the beginning of a day.
func (s *Service) BalanceBefore(ctx context.Context, resellerID int64, day string) (int64, error) {
	last, err := events(s.DB.Read(ctx).Where("reseller_id = ? AND day < ?", resellerID, day).Order("day DESC, seq DESC").Limit(1))
	if err != nil || len(last) == 0 {
		return 0, err
	}
	return last[0].Balance, nil
}
