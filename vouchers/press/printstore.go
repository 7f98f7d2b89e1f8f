package press

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

type printRow struct {
	ID          int64
	BatchID     int64
	DeedID      int64
	FirstSerial int64
	LastSerial  int64
	DoneSerial  int64
	Layout      string
	SiteID      int64
	Lang        string
	State       string
	Reason      string
	Node        string
	DoneBy      string
	CreatedAt   time.Time
	SeenAt      time.Time
	ReadyAt     *time.Time
}

func (printRow) TableName() string { return "voucher_prints" }

func (r printRow) print() Print {
	return Print{ID: r.ID, BatchID: r.BatchID, First: int(r.FirstSerial), Last: int(r.LastSerial), Layout: r.Layout, SiteID: r.SiteID, Lang: words.Lang(r.Lang), State: r.State,
		Done: int(r.DoneSerial), Reason: r.Reason, By: r.DoneBy, CreatedAt: r.CreatedAt.UTC(), ReadyAt: db.Instant(r.ReadyAt), deedID: r.DeedID, node: r.Node, seenAt: r.SeenAt.UTC()}
}

func (s *Service) insert(tx *db.Tx, p Print) error {
	return db.Fault(tx.Gorm().Create(&printRow{ID: p.ID, BatchID: p.BatchID, DeedID: p.deedID, FirstSerial: int64(p.First), LastSerial: int64(p.Last), DoneSerial: int64(p.Done),
		Layout: p.Layout, SiteID: p.SiteID, Lang: string(p.Lang), State: p.State, DoneBy: p.By, CreatedAt: p.CreatedAt, SeenAt: p.CreatedAt}).Error)
}

// Get is one print; fault.NotFound "print.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Print, error) {
	all, err := printsOf(s.DB.Read(ctx).Where("id = ?", id).Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "print.unknown")
	}
	if err != nil {
		return Print{}, err
	}
	return all[0], nil
}

// Of lists the newest prints of a batch, and Newest those of all.
func (s *Service) Of(ctx context.Context, batchID int64) ([]Print, error) {
	return printsOf(s.DB.Read(ctx).Where("batch_id = ?", batchID).Order("id DESC").Limit(10))
}

// Newest lists prints, the newest first; at most 50.
func (s *Service) Newest(ctx context.Context) ([]Print, error) {
	return printsOf(s.DB.Read(ctx).Order("id DESC").Limit(50))
}

func printsOf(from *gorm.DB) ([]Print, error) {
	var rows []printRow
	err := from.Find(&rows).Error
	all := make([]Print, len(rows))
	for i, r := range rows {
		all[i] = r.print()
	}
	return all, db.Fault(err)
}

// take gives a print to this node when no node has it, or the one that has is silent.
func (s *Service) take(ctx context.Context, p Print) (won bool, err error) {
	now := s.Clock.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err = db.Won(tx.Gorm().Model(&printRow{}).Where("id = ? AND state = ? AND (node = '' OR node = ? AND seen_at < ?)", p.ID, Making, p.node, now.Add(-silentFor)).
			Updates(map[string]any{"node": s.Node, "seen_at": now}))
		return db.Fault(err)
	})
	return won, err
}

// tell writes how far a print is; errStopped when it is not to be made any more, or another node makes it.
func (s *Service) tell(ctx context.Context, p Print, done int) error {
	return s.move(ctx, p, map[string]any{"done_serial": done, "seen_at": s.Clock.Now()})
}

func (s *Service) finish(ctx context.Context, p Print) error {
	now := s.Clock.Now()
	return s.move(ctx, p, map[string]any{"state": Ready, "done_serial": p.Last, "ready_at": now, "seen_at": now})
}

func (s *Service) move(ctx context.Context, p Print, set map[string]any) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := db.Won(tx.Gorm().Model(&printRow{}).Where("id = ? AND state = ? AND node = ?", p.ID, Making, s.Node).Updates(set))
		if err == nil && !won {
			return errStopped
		}
		return db.Fault(err)
	})
}

func (s *Service) end(tx *db.Tx, id int64, state, reason string) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&printRow{}).Where("id = ? AND state = ?", id, Making).Updates(map[string]any{"state": state, "reason": reason}))
	return won, db.Fault(err)
}

// expire ends the time in which files can be had.
func (s *Service) expire(ctx context.Context, before time.Time) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&printRow{}).Where("state = ? AND ready_at < ?", Ready, before).Update("state", Gone).Error)
	})
}
