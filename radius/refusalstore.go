package radius

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

const refusalBatch = 200

// addRefusals adds counts to the rows of their kinds, which another node, or this one before it started, may have made.
func addRefusals(ctx context.Context, d *db.DB, due []counted) error {
	rows := make([]Refusal, len(due))
	for i, c := range due {
		rows[i] = c.row
	}
	newest := func(name string) string { return "max(" + name + ", excluded." + name + ")" }
	sum := "times + excluded.times"
	if d.Dialect() == db.MySQL {
		newest = func(name string) string { return "GREATEST(" + name + ", VALUES(" + name + "))" }
		sum = "times + VALUES(times)"
	}
	on := clause.OnConflict{DoUpdates: clause.Set{{Column: clause.Column{Name: "times"}, Value: clause.Expr{SQL: sum}},
		{Column: clause.Column{Name: "last_at"}, Value: clause.Expr{SQL: newest("last_at")}},
		{Column: clause.Column{Name: "grant_id"}, Value: clause.Expr{SQL: newest("grant_id")}}}}
	for _, name := range []string{"router_id", "day", "cause", "mac", "name_hash"} {
		on.Columns = append(on.Columns, clause.Column{Name: name})
	}
	return d.InTx(ctx, func(tx *db.Tx) error {
		for some := range db.Pieces(rows) {
			if err := tx.Gorm().Clauses(on).Create(&some).Error; err != nil {
				return db.Fault(err)
			}
		}
		return nil
	})
}

// WhichRefusals chooses refusals; what is empty does not restrict.
type WhichRefusals struct {
	Sites    []int64 // nil: all
	RouterID int64
	GrantID  int64
	About    string
	Typed    string // a MAC address, or a name or code in full
	Before   int64  // an id: the page after the one that it ended
	Limit    int
}

// Refusals lists what was refused, the kinds that came up last first.
func (s *Service) Refusals(ctx context.Context, w WhichRefusals) (all []Refusal, err error) {
	q := paged(s.db, ctx, Which{RouterID: w.RouterID, Before: w.Before, Limit: w.Limit})
	if w.Sites != nil {
		q = q.Where("site_id IN ?", someSites(w.Sites))
	}
	if w.About != "" {
		q = q.Where("about = ?", w.About)
	}
	if w.GrantID != 0 {
		q = q.Where("grant_id = ?", w.GrantID)
	}
	if w.Typed != "" {
		hashes := s.keys.Lookups(refusalPurpose, spelled(w.Typed))
		if mac, bad := access.ParseMAC(w.Typed); bad == nil {
			q = q.Where("mac = ? OR name_hash IN ?", mac, hashes)
		} else {
			q = q.Where("name_hash IN ?", hashes)
		}
	}
	return all, db.Fault(q.Find(&all).Error)
}

// RefusedToday lists what a router's day so far refused, what was last first.
func (s *Service) RefusedToday(ctx context.Context, routerID int64, most int) (all []Refusal, err error) {
	today := s.clock.Now().Format(time.DateOnly)
	err = s.db.Read(ctx).Where("router_id = ? AND day = ?", routerID, today).Order("last_at DESC").Limit(min(most, mostOnPage)).Find(&all).Error
	return all, db.Fault(err)
}

func (s *Service) pruneRefusals(ctx context.Context, at *pruning) (int, error) {
	before := s.clock.Now().Add(-RefusalsKept)
	old := s.db.Read(ctx).Model(&Refusal{}).Where("id > ? AND id < ?", at.after, db.IDAt(before))
	return s.prunePage(ctx, at, old, &Refusal{})
}
