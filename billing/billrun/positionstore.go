package billrun

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

type positionRow struct {
	SubscriptionID int64  `gorm:"primaryKey;autoIncrement:false"`
	Track          string `gorm:"primaryKey"`
	AnchorDay      string
	BillDay        int
	Moves          string // each its day, and that which they go by: "2026-02-28/31"
	WantedDay      int
	NextDay        string
	DueDay         string
	SinceDay       string
	Version        int64
}

func (positionRow) TableName() string { return "billing_positions" }

func (p position) row() positionRow {
	return positionRow{SubscriptionID: p.SubscriptionID, Track: p.Track, AnchorDay: p.Anchor.String(), BillDay: p.BillDay, Moves: movesText(p.Moves), WantedDay: p.Wanted, NextDay: p.Next.String(), DueDay: p.Due.String(),
		SinceDay: p.Since.String(), Version: p.Version}
}

func (r positionRow) position() position {
	day := func(s string) clock.Day {
		d, _ := clock.ParseDay(s) // written by us; 0 for none
		return d
	}
	p := position{SubscriptionID: r.SubscriptionID, Track: r.Track, Anchor: day(r.AnchorDay), BillDay: r.BillDay, Wanted: r.WantedDay, Next: day(r.NextDay), Due: day(r.DueDay), Since: day(r.SinceDay), Version: r.Version}
	for text := range strings.FieldsSeq(r.Moves) {
		on, by, _ := strings.Cut(text, "/")
		m := invoices.Move{On: day(on)}
		m.Day, _ = strconv.Atoi(by) // written by us
		p.Moves = append(p.Moves, m)
	}
	return p
}

func movesText(all []invoices.Move) string {
	texts := make([]string, len(all))
	for n, m := range all {
		texts[n] = m.On.String() + "/" + strconv.Itoa(m.Day)
	}
	return strings.Join(texts, " ")
}

func positions(from *gorm.DB) ([]position, error) {
	var rows []positionRow
	err := from.Order("subscription_id, track").Find(&rows).Error
	all := make([]position, len(rows))
	for n, r := range rows {
		all[n] = r.position()
	}
	return all, db.Fault(err)
}

// mostTracks of one subscription: lengths of intervals there can be.
const mostTracks = 1_000

func positionsIn(tx *db.Tx, subscriptionID int64) ([]position, error) {
	return positions(tx.Gorm().Where("subscription_id = ?", subscriptionID).Limit(mostTracks))
}

func (s *Source) positionsOf(ctx context.Context, subscriptionIDs []int64) ([]position, error) {
	return positions(s.DB.Read(ctx).Where("subscription_id IN ?", subscriptionIDs).Limit(mostTracks * len(subscriptionIDs)))
}

// due reads positions after a subscription that are due on a day, those of one subscription together.
func (s *Source) due(ctx context.Context, asOf clock.Day, after int64, limit int) ([]position, error) {
	which := "due_day > '' AND due_day <= ? AND subscription_id > ?"
	page, err := positions(s.DB.Read(ctx).Where(which, asOf.String(), after).Limit(limit))
	if err != nil || len(page) < limit {
		return page, err
	}
	last := page[len(page)-1].SubscriptionID
	rest, err := positions(s.DB.Read(ctx).Where("due_day > '' AND due_day <= ? AND subscription_id = ?", asOf.String(), last).Limit(mostTracks))
	page = slices.DeleteFunc(page, func(p position) bool { return p.SubscriptionID == last })
	return append(page, rest...), err
}

// lock keeps everybody else from a subscription's positions until the transaction ends.
func lock(tx *db.Tx, subscriptionID int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE billing_positions SET version = version WHERE subscription_id = ?", subscriptionID).Error)
}

func insert(tx *db.Tx, p position) error {
	r := p.row()
	return db.Fault(tx.Gorm().Create(&r).Error)
}

func update(tx *db.Tx, p position) error {
	r := p.row()
	return db.Fault(tx.Gorm().Model(&positionRow{}).Where("subscription_id = ? AND track = ?", p.SubscriptionID, p.Track).Select("*").Omit("subscription_id", "track").Updates(&r).Error)
}

// want has the tracks by the month of some lines move to another day, and those by the week to one of the week, if there is one. A track on which
// nothing is left moves when the line is back on it.
func want(tx *db.Tx, subscriptionIDs []int64, day, ofWeek int) error {
	for some := range db.Pieces(subscriptionIDs) {
		for _, change := range []struct {
			set string
			day int
		}{{"wanted_day = ? WHERE due_day <> '' AND track LIKE 'm%'", day}, {"wanted_day = ? WHERE due_day <> '' AND track LIKE 'd%'", ofWeek}} {
			if err := tx.Gorm().Exec("UPDATE billing_positions SET "+change.set+" AND subscription_id IN ?", change.day, some).Error; err != nil {
				return db.Fault(err)
			}
		}
	}
	return nil
}

// remove takes away what a subscription has, or what was not yet known of it.
func remove(tx *db.Tx, subscriptionID int64, unknown bool) error {
	g := tx.Gorm().Where("subscription_id = ?", subscriptionID)
	if unknown {
		g = g.Where("track = ''")
	}
	return db.Fault(g.Delete(&positionRow{}).Error)
}

// advance moves positions from a period to the next, those that are as they were read: nothing new is known of them any more.
func advance(tx *db.Tx, m move, ids []int64) error {
	for some := range db.Pieces(ids) {
		to := m.until.String()
		if m.closes {
			to = ""
		}
		err := tx.Gorm().Exec("UPDATE billing_positions SET next_day = ?, due_day = ?, since_day = '', "+moved+" WHERE subscription_id IN ? AND track = ? AND next_day = ? AND version = ?",
			m.until.String(), to, m.moves, m.day, some, m.track, m.from.String(), m.version).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// moved keeps the moves that a bill was made by. What is wanted since stays.
const moved = "moves = ?, wanted_day = CASE WHEN wanted_day = ? THEN 0 ELSE wanted_day END"

// pass moves them whatever became known meanwhile, which is kept.
func pass(tx *db.Tx, m move, ids []int64) error {
	for some := range db.Pieces(ids) {
		err := tx.Gorm().Exec("UPDATE billing_positions SET next_day = ?, due_day = ?, "+moved+" WHERE subscription_id IN ? AND track = ? AND next_day = ?", m.until.String(), m.until.String(), m.moves, m.day,
			some, m.track, m.from.String()).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// NextBills are the days on which the next bills of subscriptions are made, by their ids; one of which nothing is left to bill is not among them.
func (s *Source) NextBills(ctx context.Context, subscriptionIDs []int64) (map[int64]clock.Day, error) {
	next := map[int64]clock.Day{}
	for some := range db.Pieces(subscriptionIDs) {
		all, err := positions(s.DB.Read(ctx).Where("subscription_id IN ? AND due_day > ''", some))
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if first, known := next[p.SubscriptionID]; !known || p.Due < first {
				next[p.SubscriptionID] = p.Due
			}
		}
	}
	return next, nil
}
