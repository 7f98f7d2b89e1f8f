package bulk

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type itemRow struct {
	RunID    int64 `gorm:"primaryKey;autoIncrement:false"`
	ObjectID int64 `gorm:"primaryKey;autoIncrement:false"`
	Fate     string
	WhyKey   string
	Why      string
	Seen     int64
	Mark     int64
	Cents    int64
}

func (itemRow) TableName() string { return "bulk_items" }

func (r itemRow) item() (one Item, err error) {
	one = Item{ID: r.ObjectID, Fate: Fate(r.Fate), Seen: r.Seen, Mark: r.Mark, Cents: r.Cents}
	one.Why, err = whyOf(r.Why)
	return one, err
}

func whyKey(err error) string {
	if err == nil {
		return ""
	}
	return fault.KeyOf(err)
}

// keepLooked keeps what would become of a page of objects, once, with how far the run is; without a page after it all were looked at. fault.Conflict "bulk.stopped" when somebody has
// stopped the run, or looked at the page meanwhile.
func (s *Service) keepLooked(ctx context.Context, r Run, some []Item, next string) (Run, error) {
	var after Run
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		after = r
		fresh, err := s.unknown(tx, r.ID, some)
		if err != nil {
			return err
		}
		if room := int(Most - r.Found); len(fresh) > room || len(fresh) == room && next != "" {
			fresh, next, after.More = fresh[:room], "", true
		}
		var rows []itemRow
		for _, one := range fresh {
			after.Found++
			if one.Fate == Left {
				after.Left++
			} else if after.Would++; one.Cents != 0 {
				after.Priced, after.Cents = after.Priced+1, after.Cents+one.Cents
			}
			rows = append(rows, itemRow{RunID: r.ID, ObjectID: one.ID, Fate: string(one.Fate), WhyKey: whyKey(one.Why), Why: whyText(one.Why), Seen: one.Seen, Cents: one.Cents})
		}
		if after.place = next; next == "" {
			after.State = Looked
		}
		won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ? AND place = ?", r.ID, Looking, r.place).Updates(map[string]any{"state": after.State, "place": next, "found": after.Found, "would": after.Would,
			"leaves": after.Left, "priced": after.Priced, "cents": after.Cents, "more": count01(after.More), "held": count01(after.State == Looking), "heard_at": s.now()}))
		if err == nil && !won {
			return fault.New(fault.Conflict, "bulk.stopped")
		}
		if err != nil || len(rows) == 0 {
			return db.Fault(err)
		}
		if err := tx.Gorm().CreateInBatches(&rows, piece).Error; err != nil {
			return db.Fault(err)
		}
		return insertPrices(tx, r.ID, fresh)
	})
	return after, err
}

func count01(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// unknown are those of a page that the run has not found before: a list may move while it is read.
func (s *Service) unknown(tx *db.Tx, runID int64, some []Item) (fresh []Item, err error) {
	var ids, known []int64
	for _, one := range some {
		ids = append(ids, one.ID)
	}
	for few := range db.Pieces(ids) {
		var there []int64
		if err := tx.Gorm().Model(&itemRow{}).Where("run_id = ? AND object_id IN ?", runID, few).Limit(len(few)).Pluck("object_id", &there).Error; err != nil {
			return nil, db.Fault(err)
		}
		known = append(known, there...)
	}
	for _, one := range some {
		if !slices.Contains(known, one.ID) {
			fresh, known = append(fresh, one), append(known, one.ID)
		}
	}
	return fresh, nil
}

// take gives an object that was to be changed its fate; false when it has one.
func (s *Service) take(tx *db.Tx, runID, objectID int64, fate Fate, why error) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&itemRow{}).Where("run_id = ? AND object_id = ? AND fate = ?", runID, objectID, Would).Updates(map[string]any{"fate": fate, "why_key": whyKey(why), "why": whyText(why)}))
	return won, db.Fault(err)
}

func setMark(tx *db.Tx, runID, objectID, mark int64) error {
	return db.Fault(tx.Gorm().Model(&itemRow{}).Where("run_id = ? AND object_id = ?", runID, objectID).Update("mark", mark).Error)
}

// Place is where a page of a run's objects begins: after an object, among those of a fate after a reason too. The zero Place is the beginning.
type Place struct {
	Why string
	ID  int64
}

// Items lists a run's objects after a place: those of a fate by why it is theirs, or all.
func (s *Service) Items(ctx context.Context, runID int64, f Fate, after Place, limit int) ([]Item, error) {
	from := s.DB.Read(ctx).Where("run_id = ?", runID).Limit(limit)
	if f == "" {
		from = from.Where("object_id > ?", after.ID).Order("object_id")
	} else {
		from = from.Where("fate = ? AND why_key >= ?", f, after.Why).Where("(why_key > ? OR object_id > ?)", after.Why, after.ID).Order("why_key, object_id")
	}
	all, err := items(from)
	if err == nil {
		err = priced(s.DB.Read(ctx), runID, all)
	}
	return all, err
}

func items(from *gorm.DB) ([]Item, error) {
	var rows []itemRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]Item, len(rows))
	for n, r := range rows {
		one, err := r.item()
		if err != nil {
			return nil, err
		}
		all[n] = one
	}
	return all, nil
}

// Cause is a reason why objects have their fate, and of how many.
type Cause struct {
	Why    error
	Count  int64
	Varies bool // Why is that of one of them: its numbers are others for others
}

const mostCauses = 20

// Causes are the reasons why objects of a run are left or failed.
func (s *Service) Causes(ctx context.Context, runID int64, f Fate) (all []Cause, err error) {
	var groups []struct {
		WhyKey string
		Why    string
		Last   string
		N      int64
	}
	err = s.DB.Read(ctx).Model(&itemRow{}).Select("why_key, MIN(why) AS why, MAX(why) AS last, COUNT(*) AS n").Where("run_id = ? AND fate = ?", runID, f).Group("why_key").Order("why_key").Limit(mostCauses).Scan(&groups).Error
	for _, g := range groups {
		why, failed := whyOf(g.Why)
		if failed != nil {
			return nil, failed
		}
		all = append(all, Cause{why, g.N, g.Why != g.Last})
	}
	return all, db.Fault(err)
}

// dropItems removes the first objects of a run; false when none are left.
func (s *Service) dropItems(ctx context.Context, runID int64) (more bool, err error) {
	var ids []int64
	if err := s.DB.Read(ctx).Model(&itemRow{}).Where("run_id = ?", runID).Order("object_id").Limit(cleanPiece).Pluck("object_id", &ids).Error; err != nil || len(ids) == 0 {
		return false, db.Fault(err)
	}
	return true, s.DB.InTx(ctx, func(tx *db.Tx) error {
		last := ids[len(ids)-1]
		if err := tx.Gorm().Where("run_id = ? AND object_id <= ?", runID, last).Delete(&priceRow{}).Error; err != nil {
			return db.Fault(err)
		}
		return db.Fault(tx.Gorm().Where("run_id = ? AND object_id <= ?", runID, last).Delete(&itemRow{}).Error)
	})
}
