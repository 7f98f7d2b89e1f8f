package vouchers

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type deedRow struct {
	ID          int64
	Kind        string
	BatchID     int64
	FirstSerial int64
	LastSerial  int64
	DoneSerial  int64
	Holder      string
	Paid        int64
	Cut         int64
	Undoes      int64
	Reason      string
	Moved       int64
	Ended       int64
	Cents       int64
	DoneBy      string
	CreatedAt   time.Time
}

func (deedRow) TableName() string { return "voucher_deeds" }

func (r deedRow) deed() Deed {
	return Deed{ID: r.ID, Kind: r.Kind, BatchID: r.BatchID, First: int(r.FirstSerial), Last: int(r.LastSerial), Done: int(r.DoneSerial), Holder: readSpelled(r.Holder),
		Money: r.Paid != 0, Cut: r.Cut != 0, Undoes: r.Undoes, Reason: r.Reason, Moved: int(r.Moved), Ended: int(r.Ended), Cents: r.Cents, By: r.DoneBy, CreatedAt: r.CreatedAt.UTC()}
}

func (s *Service) insertDeed(tx *db.Tx, d Deed) error {
	err := tx.Gorm().Create(&deedRow{ID: d.ID, Kind: d.Kind, BatchID: d.BatchID, FirstSerial: int64(d.First), LastSerial: int64(d.Last), DoneSerial: int64(d.Done),
		Holder: spellHolder(d.Holder), Paid: bit(d.Money), Cut: bit(d.Cut), Undoes: d.Undoes, Reason: d.Reason, DoneBy: d.By, CreatedAt: d.CreatedAt}).Error
	if err != nil {
		return db.Fault(err)
	}
	return s.sealDeed(tx, d.ID)
}

// DeedOf is one deed; fault.NotFound "voucher.no_deed".
func (s *Service) DeedOf(ctx context.Context, id int64) (Deed, error) {
	return oneDeed(s.DB.Read(ctx), id)
}

// DeedsOf lists what was done with a batch, the newest first; at most 100.
func (s *Service) DeedsOf(ctx context.Context, batchID int64) ([]Deed, error) {
	var rows []deedRow
	err := s.DB.Read(ctx).Where("batch_id = ?", batchID).Order("id DESC").Limit(100).Find(&rows).Error
	all := make([]Deed, len(rows))
	for i, r := range rows {
		all[i] = r.deed()
	}
	return all, db.Fault(err)
}

// printsBefore are the earlier deeds that put some of a deed's vouchers on paper.
func (s *Service) printsBefore(ctx context.Context, d Deed) ([]Deed, error) {
	var rows []deedRow
	err := s.DB.Read(ctx).Where("batch_id = ? AND id < ? AND kind = ? AND first_serial <= ? AND last_serial >= ? AND reason NOT LIKE ?",
		d.BatchID, d.ID, DeedPrint, d.Last, d.First, tableMark+"%").Order("id").Limit(1000).Find(&rows).Error
	all := make([]Deed, len(rows))
	for i, r := range rows {
		all[i] = r.deed()
	}
	return all, db.Fault(err)
}

func (s *Service) deedIn(tx *db.Tx, id int64) (Deed, error) { return oneDeed(tx.Gorm(), id) }

func oneDeed(from *gorm.DB, id int64) (Deed, error) {
	var r deedRow
	if err := from.Where("id = ?", id).Limit(1).Find(&r).Error; err != nil {
		return Deed{}, db.Fault(err)
	}
	if r.ID == 0 {
		return Deed{}, fault.New(fault.NotFound, "voucher.no_deed")
	}
	return r.deed(), nil
}

// advanceDeed says how far a deed is, when nobody else has done those serials.
func (s *Service) advanceDeed(tx *db.Tx, d Deed, last int) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE voucher_deeds SET done_serial = ? WHERE id = ? AND done_serial = ?", last, d.ID, d.Done))
	return won, db.Fault(err)
}

// cutDeed ends a print where it is, as one that put nothing on paper.
func (s *Service) cutDeed(tx *db.Tx, id int64) error {
	d, err := s.deedIn(tx, id)
	if err != nil || strings.HasPrefix(d.Reason, tableMark) {
		return err
	}
	err = tx.Gorm().Model(&deedRow{}).Where("id = ?", id).Updates(map[string]any{"last_serial": gorm.Expr("done_serial"), "reason": tableMark + d.Reason}).Error
	if err != nil {
		return db.Fault(err)
	}
	return s.sealDeed(tx, id)
}

func (s *Service) addToDeed(tx *db.Tx, id int64, more Deed) error {
	err := tx.Gorm().Exec("UPDATE voucher_deeds SET moved = moved + ?, ended = ended + ?, cents = cents + ? WHERE id = ?", more.Moved, more.Ended, more.Cents, id).Error
	if err != nil {
		return db.Fault(err)
	}
	return s.sealDeed(tx, id)
}

// moveVouchers makes one move of a deed for some serials and tells how many it moved.
func (s *Service) moveVouchers(tx *db.Tx, b Batch, d Deed, m move, first, last int) (int, error) {
	now := s.Plan.Now()
	which := tx.Gorm().Model(&voucherRow{}).Where("batch_id = ? AND serial BETWEEN ? AND ? AND state IN ? AND paid = ?", b.ID, first, last, m.from, bit(m.paid))
	if m.alive {
		which = which.Where("expires_at IS NULL OR expires_at > ?", now)
	}
	if d.Holder != "" && d.Kind != DeedSignOut {
		which = which.Where("holder = ?", spellHolder(d.Holder))
	}
	switch m.whose {
	case ofHouse:
		which = which.Where("holder NOT LIKE ?", resellerPrefix+"%")
	case ofResellers:
		which = which.Where("holder LIKE ?", resellerPrefix+"%")
	}
	if d.Undoes != 0 {
		which = which.Where("deed_id = ?", d.Undoes)
	}
	done := which.Clauses(m.columns(b, d, now)).Updates(map[string]any{})
	return int(done.RowsAffected), db.Fault(done.Error)
}

// columns are what a move writes, in this order: MariaDB sees what the statement has written already, so what it was comes first.
func (m move) columns(b Batch, d Deed, now time.Time) (set clause.Set) {
	put := func(column string, value any) {
		set = append(set, clause.Assignment{Column: clause.Column{Name: column}, Value: value})
	}
	put("paid", bit(m.paidAfter))
	put("deed_id", d.ID)
	switch {
	case m.to == "":
		put("state", gorm.Expr("was"))
	case m.to == Used:
	case m.to == Void:
		put("was", gorm.Expr("state"))
		put("state", m.to)
	default:
		put("state", m.to)
		put("expires_at", db.Nullable(b.expiry(m.to, m.paidAfter, now)))
	}
	switch {
	case d.Kind == DeedSignOut:
		put("holder", spellHolder(d.Holder))
	case m.to == Returned:
		put("holder", "")
	}
	if m.priced {
		put("earned_cents", m.earned)
		put("above_cents", m.above)
	}
	return set
}

// expiry is until when a voucher may be used that has just come into a state.
func (b Batch) expiry(state State, paid bool, now time.Time) time.Time {
	sold := state == Sold || state == SignedOut && paid
	switch {
	case !sold:
		return b.UnsoldUntil
	case b.UnusedFor > 0:
		return now.Add(b.UnusedFor)
	}
	return time.Time{}
}

func (s *Service) usedIn(tx *db.Tx, d Deed, first, last int) ([]Voucher, error) {
	from := tx.Gorm().Where("batch_id = ? AND serial BETWEEN ? AND ? AND state = ?", d.BatchID, first, last, Used)
	if d.Holder != "" {
		from = from.Where("holder = ?", spellHolder(d.Holder))
	}
	return vouchersOf(from.Order("serial"))
}

// held is the range of a batch's serials in which somebody's are.
type held struct {
	BatchID, First, Last int64
}

func (s *Service) heldBy(ctx context.Context, holder string) (all []Deed, err error) {
	var rows []held
	err = s.DB.Read(ctx).Raw("SELECT batch_id, MIN(serial) AS first, MAX(serial) AS last FROM vouchers WHERE holder = ? GROUP BY batch_id LIMIT 1000", spellHolder(holder)).Scan(&rows).Error
	for _, h := range rows {
		all = append(all, Deed{BatchID: h.BatchID, First: int(h.First), Last: int(h.Last)})
	}
	return all, db.Fault(err)
}
