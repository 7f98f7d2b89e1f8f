package dayclose

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type dayRow struct {
	Day       string `gorm:"primaryKey"`
	State     string
	LookedAt  time.Time
	Figures   []byte
	LeftCount int64
	LeftCents int64
	Settled   int64 // closed, and nothing of it is unexplained
	Seen      []byte
	SeenCount int64
	SeenCents int64
	ClosedAt  *time.Time
	ClosedBy  string
	CameFrom  string
	Member    int64
}

func (dayRow) TableName() string { return "money_days" }

type differenceRow struct {
	ID             int64
	Day            string
	ItemKey        string
	Cause          string
	TillID         int64
	ReceiptID      int64
	OrderID        int64
	SiteID         int64
	Receipt        string
	StatementCents int64
	BooksCents     int64
	Cents          int64
	At             time.Time
	State          string
	Late           int64
	Owner          int64
	Reason         string
	MovedBy        string
	MovedAt        time.Time
}

func (differenceRow) TableName() string { return "money_differences" }

func (r dayRow) kept() (Kept, error) {
	day, _ := clock.ParseDay(r.Day) // written by us
	k := Kept{Day: day, State: State(r.State), LookedAt: r.LookedAt.UTC(), Left: r.LeftCount, LeftCents: r.LeftCents, ClosedAt: db.Instant(r.ClosedAt), ClosedBy: r.ClosedBy, Member: r.Member,
		SeenLeft: r.SeenCount, SeenOf: r.SeenCents}
	for _, one := range []struct {
		from []byte
		to   *Figures
	}{{r.Figures, &k.Figures}, {r.Seen, &k.Seen}} {
		if len(one.from) == 0 {
			continue
		}
		if err := json.Unmarshal(one.from, one.to); err != nil {
			return k, fault.Wrap(fault.Internal, "internal", err)
		}
	}
	return k, nil
}

func (r differenceRow) difference() Difference {
	day, _ := clock.ParseDay(r.Day) // written by us
	return Difference{Item: Item{Cause: Cause(r.Cause), TillID: r.TillID, ReceiptID: r.ReceiptID, OrderID: r.OrderID, SiteID: r.SiteID, Receipt: r.Receipt, Statement: r.StatementCents, Books: r.BooksCents, At: r.At.UTC()},
		ID: r.ID, Day: day, Standing: Standing(r.State), Late: r.Late != 0, Owner: r.Owner, Reason: r.Reason, MovedBy: r.MovedBy, MovedAt: r.MovedAt.UTC()}
}

// Kept is what is kept of a day; an open one without a look when that is nothing.
func (s *Service) Kept(ctx context.Context, day clock.Day) (Kept, error) {
	return keptOf(s.DB.Read(ctx), day)
}

func keptTx(tx *db.Tx, day clock.Day) (Kept, error) { return keptOf(tx.Gorm(), day) }

func keptOf(g *gorm.DB, day clock.Day) (Kept, error) {
	all, err := days(g.Where("day = ?", day.String()).Limit(1))
	if err != nil || len(all) == 0 {
		return Kept{Day: day, State: Open}, err
	}
	return all[0], nil
}

func days(g *gorm.DB) ([]Kept, error) {
	var rows []dayRow
	if err := g.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]Kept, len(rows))
	for n, r := range rows {
		k, err := r.kept()
		if err != nil {
			return nil, err
		}
		all[n] = k
	}
	return all, nil
}

// Days lists what is kept of days before one, the newest first; 0 is from the last.
func (s *Service) Days(ctx context.Context, before clock.Day, limit int) ([]Kept, error) {
	g := s.DB.Read(ctx).Order("day DESC").Limit(limit)
	if before != 0 {
		g = g.Where("day < ?", before.String())
	}
	return days(g)
}

// firstDay is the day of the first money that arrived; 0 before any.
func (s *Service) firstDay(ctx context.Context) (clock.Day, error) {
	var first []time.Time
	err := s.DB.Read(ctx).Table("receipts").Order("arrived_at").Limit(1).Pluck("arrived_at", &first).Error
	if err != nil || len(first) == 0 {
		return 0, db.Fault(err)
	}
	return clock.DayOf(first[0]), nil
}

// anyStatement says whether a statement was ever read.
func (s *Service) anyStatement(ctx context.Context) (bool, error) {
	var ids []int64
	err := s.DB.Read(ctx).Table("statement_lines").Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// news says whether lines or receipts of a day came since a look at it began: ids grow with time.
func (s *Service) news(ctx context.Context, till int64, day clock.Day, since time.Time) (bool, error) {
	from, end, after := day.Start().UTC(), (day + 1).Start().UTC(), db.IDAt(since)
	for _, g := range []*gorm.DB{s.DB.Read(ctx).Table("statement_lines").Where("till_id = ? AND at >= ? AND at < ? AND id > ?", till, from, end, after),
		s.DB.Read(ctx).Table("receipts").Where("arrived_at >= ? AND arrived_at < ? AND id > ?", from, end, after)} {
		var ids []int64
		if err := g.Limit(1).Pluck("id", &ids).Error; err != nil || len(ids) > 0 {
			return len(ids) > 0, db.Fault(err)
		}
	}
	return false, nil
}

// unsettled are the oldest days that are not closed, or of which something is unexplained.
func (s *Service) unsettled(ctx context.Context, limit int) ([]Kept, error) {
	return days(s.DB.Read(ctx).Where("settled = 0").Order("day").Limit(limit))
}

func differences(g *gorm.DB) ([]Difference, error) {
	var rows []differenceRow
	err := g.Find(&rows).Error
	all := make([]Difference, len(rows))
	for n, r := range rows {
		all[n] = r.difference()
	}
	return all, db.Fault(err)
}

// differences are those that are kept of a day; some that are gone may be beyond what one look finds.
func (s *Service) differences(ctx context.Context, day clock.Day) ([]Difference, error) {
	return differences(s.DB.Read(ctx).Where("day = ?", day.String()).Order("item_key").Limit(2 * mostItems))
}

// Unexplained lists what is unexplained of all days after a place, the oldest first; a zero place is from the beginning.
func (s *Service) Unexplained(ctx context.Context, at time.Time, id int64, limit int) ([]Difference, error) {
	g := s.DB.Read(ctx).Where("state = ?", Left)
	if id != 0 {
		g = g.Where("at >= ?", at.UTC()).Where("(at > ? OR id > ?)", at.UTC(), id)
	}
	return differences(g.Order("at, id").Limit(limit))
}

// Difference is one that is kept; fault.NotFound "dayclose.no_item".
func (s *Service) Difference(ctx context.Context, id int64) (Difference, error) {
	return differenceOf(s.DB.Read(ctx).Where("id = ?", id))
}

func differenceTx(tx *db.Tx, id int64) (Difference, error) {
	return differenceOf(tx.Gorm().Where("id = ?", id))
}

func differenceOf(g *gorm.DB) (Difference, error) {
	all, err := differences(g.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "dayclose.no_item")
	}
	if err != nil {
		return Difference{}, err
	}
	return all[0], nil
}

// keepDay makes a day's row unless there is one.
func (s *Service) keepDay(ctx context.Context, day clock.Day) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.keepDayTx(tx, day) })
}

func (s *Service) keepDayTx(tx *db.Tx, day clock.Day) error {
	row := dayRow{Day: day.String(), State: string(Open), LookedAt: time.Unix(0, 0).UTC(), Figures: []byte{}, Seen: []byte{}}
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}

// hold has whoever else changes the day wait.
func (s *Service) hold(tx *db.Tx, day clock.Day) error {
	return db.Fault(tx.Gorm().Model(&dayRow{}).Where("day = ?", day.String()).Update("day", day.String()).Error)
}

// keepFresh keeps differences that are not kept yet; of a closed day they are late.
func (s *Service) keepFresh(tx *db.Tx, day clock.Day, all []Difference) error {
	if err := s.hold(tx, day); err != nil {
		return err
	}
	k, err := keptTx(tx, day)
	if err != nil {
		return err
	}
	rows := make([]differenceRow, len(all))
	for n, d := range all {
		rows[n] = differenceRow{ID: tx.ID(), Day: day.String(), ItemKey: d.Key(), Cause: string(d.Cause), TillID: d.TillID, ReceiptID: d.ReceiptID, OrderID: d.OrderID, SiteID: d.SiteID, Receipt: d.Receipt,
			StatementCents: d.Statement, BooksCents: d.Books, Cents: d.Cents(), At: d.At.UTC(), State: string(Left), MovedAt: s.Clock.Now()}
		if k.State == Closed {
			rows[n].Late, rows[n].Owner = 1, k.Member
		}
	}
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error)
}

// keepAmounts keeps what differences are about now: more of a statement was read, or a receipt got its number.
func (s *Service) keepAmounts(tx *db.Tx, day clock.Day, all []Difference) error {
	if err := s.hold(tx, day); err != nil {
		return err
	}
	for _, d := range all {
		err := tx.Gorm().Model(&differenceRow{}).Where("id = ?", d.ID).Updates(map[string]any{"receipt_id": d.ReceiptID, "order_id": d.OrderID, "statement_cents": d.Statement, "books_cents": d.Books, "cents": d.Cents(), "at": d.At.UTC()}).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// keepFigures keeps what a look found; false when a later one is kept.
func (s *Service) keepFigures(tx *db.Tx, v View, began time.Time) (bool, error) {
	text, err := json.Marshal(v.Look.figures())
	if err != nil {
		return false, err
	}
	won, err := db.Won(tx.Gorm().Model(&dayRow{}).Where("day = ? AND looked_at <= ?", v.Look.Day.String(), began.UTC()).Updates(map[string]any{"looked_at": began.UTC(), "figures": text}))
	return won, db.Fault(err)
}

// stand moves differences between being left and gone.
func (s *Service) stand(tx *db.Tx, ids []int64, from, to Standing) error {
	for some := range db.Pieces(ids) {
		err := tx.Gorm().Model(&differenceRow{}).Where("id IN ? AND state = ?", some, from).Updates(map[string]any{"state": to, "moved_at": s.Clock.Now()}).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// recount writes how much of a day is unexplained, and whether it is settled; the day is held.
func (s *Service) recount(tx *db.Tx, day clock.Day) error {
	var sum struct{ N, Cents int64 }
	if err := tx.Gorm().Raw("SELECT COUNT(*) AS n, COALESCE(SUM(cents), 0) AS cents FROM money_differences WHERE day = ? AND state = ?", day.String(), Left).Scan(&sum).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Exec("UPDATE money_days SET left_count = ?, left_cents = ?, settled = CASE WHEN state = ? AND ? = 0 THEN 1 ELSE 0 END WHERE day = ?", sum.N, sum.Cents, Closed, sum.N, day.String()).Error)
}

func (s *Service) closeDay(tx *db.Tx, k Kept, by By) (bool, error) {
	text, err := json.Marshal(k.Seen)
	if err != nil {
		return false, err
	}
	won, err := db.Won(tx.Gorm().Model(&dayRow{}).Where("day = ? AND state = ?", k.Day.String(), Open).Updates(map[string]any{"state": Closed, "closed_at": k.ClosedAt, "closed_by": by.Actor, "came_from": by.From,
		"member": by.Member, "seen": text, "seen_count": k.SeenLeft, "seen_cents": k.SeenOf}))
	return won, db.Fault(err)
}

// ownLeft gives what is unexplained and nobody's to who closed the day.
func (s *Service) ownLeft(tx *db.Tx, day clock.Day, member int64) error {
	return db.Fault(tx.Gorm().Model(&differenceRow{}).Where("day = ? AND state = ? AND owner = 0", day.String(), Left).Update("owner", member).Error)
}

func (s *Service) moveDifference(tx *db.Tx, d Difference, from Standing) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&differenceRow{}).Where("id = ? AND state = ?", d.ID, from).
		Updates(map[string]any{"state": d.Standing, "reason": d.Reason, "owner": d.Owner, "moved_by": d.MovedBy, "moved_at": d.MovedAt}))
	return won, db.Fault(err)
}
