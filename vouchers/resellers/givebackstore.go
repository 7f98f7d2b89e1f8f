package resellers

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type returnRow struct {
	ID          int64
	ResellerID  int64
	Request     string
	BatchID     int64
	FirstSerial int64
	LastSerial  int64
	Vouchers    int64
	Taken       int64
	State       string
	Note        string
	DecidedBy   string
	CreatedAt   time.Time
	DecidedAt   *time.Time
}

func (returnRow) TableName() string { return "reseller_returns" }

func (r returnRow) giveback() Giveback {
	return Giveback{ID: r.ID, ResellerID: r.ResellerID, Range: Range{r.BatchID, int(r.FirstSerial), int(r.LastSerial)}, Count: int(r.Vouchers), Taken: int(r.Taken), State: r.State,
		Note: r.Note, By: r.DecidedBy, At: r.CreatedAt.UTC(), DecidedAt: db.Instant(r.DecidedAt), request: r.Request}
}

func (s *Service) insertReturn(tx *db.Tx, g Giveback) error {
	return db.Fault(tx.Gorm().Create(&returnRow{ID: g.ID, ResellerID: g.ResellerID, Request: g.request, BatchID: g.BatchID, FirstSerial: int64(g.First), LastSerial: int64(g.Last),
		Vouchers: int64(g.Count), State: g.State, Note: g.Note, CreatedAt: g.At}).Error)
}

func (s *Service) moveReturn(tx *db.Tx, g Giveback, from, to, by string) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&returnRow{}).Where("id = ? AND state = ?", g.ID, from).
		Updates(map[string]any{"state": to, "taken": g.Taken, "decided_by": by, "decided_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

// ReturnOf is one return; fault.NotFound "reseller.no_return".
func (s *Service) ReturnOf(ctx context.Context, id int64) (Giveback, error) {
	return oneReturn(s.DB.Read(ctx).Where("id = ?", id))
}

func (s *Service) returnByRequest(ctx context.Context, resellerID int64, request string) (Giveback, error) {
	return oneReturn(s.DB.Read(ctx).Where("reseller_id = ? AND request = ?", resellerID, request))
}

func oneReturn(from *gorm.DB) (Giveback, error) {
	all, err := returns(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "reseller.no_return")
	}
	if err != nil {
		return Giveback{}, err
	}
	return all[0], nil
}

// ReturnsOf lists the newest returns of a reseller.
func (s *Service) ReturnsOf(ctx context.Context, resellerID int64) ([]Giveback, error) {
	return returns(s.DB.Read(ctx).Where("reseller_id = ?", resellerID).Order("id DESC").Limit(10))
}

// ReturnsAsked lists the returns that wait for a cashier, the oldest first; at most 200.
func (s *Service) ReturnsAsked(ctx context.Context) ([]Giveback, error) {
	return returns(s.DB.Read(ctx).Where("state IN ?", []string{ReturnAsked, returnTaking}).Order("id").Limit(200))
}

func returns(from *gorm.DB) ([]Giveback, error) {
	var rows []returnRow
	err := from.Find(&rows).Error
	all := make([]Giveback, len(rows))
	for i, r := range rows {
		all[i] = r.giveback()
	}
	return all, db.Fault(err)
}
