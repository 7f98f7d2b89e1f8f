package dayclose

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/incoming"
)

// place is a row in the order of a day; the zero one is before all.
type place struct {
	at time.Time
	id int64
}

type line struct {
	ID, TillID        int64
	Receipt, Kind     string
	At                time.Time
	InCents, OutCents int64
}

type receipt struct {
	ID, TillID, OrderID        int64
	AmountCents, ReversedCents int64
	Receipt                    *string
	Placed, OrderState         string
	ArrivedAt                  time.Time
}

type reversal struct {
	ID, TillID, ReceiptID, OrderID, AmountCents int64
	Code, State                                 string
	At, SettledAt                               time.Time
}

type order struct {
	ID, PriceCents int64
	PaidAt         time.Time
	Money          bool
}

type lineKey struct {
	till    int64
	receipt string
}

// ofDay restricts to a day, in the order of a column of instants, after a place: each page begins in the index where the last one ended.
func ofDay(g *gorm.DB, column string, day clock.Day, after place) *gorm.DB {
	from, end := day.Start().UTC(), (day + 1).Start().UTC()
	if after == (place{}) {
		g = g.Where(column+" >= ? AND "+column+" < ?", from, end)
	} else {
		g = g.Where(column+" >= ? AND "+column+" < ?", after.at.UTC(), end).Where("("+column+" > ? OR id > ?)", after.at.UTC(), after.id)
	}
	return g.Order(column + ", id").Limit(page)
}

// toldUntil is the last instant of a day that a till's statement tells of: its end where lines follow, zero where the statement has nothing of it.
func (s *Service) toldUntil(ctx context.Context, till int64, day clock.Day) (time.Time, error) {
	last := func(g *gorm.DB) (l line, err error) {
		err = g.Table("statement_lines").Select("id", "at").Where("till_id = ?", till).Limit(1).Find(&l).Error
		return l, db.Fault(err)
	}
	end := (day + 1).Start().UTC()
	next, err := last(s.DB.Read(ctx).Where("at >= ?", end).Order("at, id"))
	if err != nil {
		return time.Time{}, err
	}
	l, err := last(s.DB.Read(ctx).Where("at >= ? AND at < ?", day.Start().UTC(), end).Order("at DESC, id DESC"))
	switch {
	case err != nil || l.ID == 0:
		return time.Time{}, err
	case next.ID != 0:
		return end, nil
	}
	return l.At.UTC(), nil
}

func (s *Service) lines(ctx context.Context, till int64, day clock.Day, after place) (all []line, err error) {
	err = ofDay(s.DB.Read(ctx).Table("statement_lines").Where("till_id = ?", till), "at", day, after).Find(&all).Error
	return all, db.Fault(err)
}

func (s *Service) receiptsOf(ctx context.Context, till int64, numbers []string) (map[string]*receipt, error) {
	found := map[string]*receipt{}
	for some := range db.Pieces(numbers) {
		var rows []receipt
		if err := s.DB.Read(ctx).Table("receipts").Where("till_id = ? AND receipt IN ?", till, some).Limit(len(some)).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			found[*r.Receipt] = &r
		}
	}
	return found, nil
}

func (s *Service) reversalsOf(ctx context.Context, till int64, codes []string) (map[string]*reversal, error) {
	found := map[string]*reversal{}
	for some := range db.Pieces(codes) {
		var rows []reversal
		if err := s.DB.Read(ctx).Table("reversals").Where("till_id = ? AND code IN ?", till, some).Limit(len(some)).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, v := range rows {
			found[v.Code] = &v
		}
	}
	return found, nil
}

// countedTwice is where receipts are that are no money of their own.
const countedTwice = "merged"

func (s *Service) arrived(ctx context.Context, day clock.Day, after place) (all []receipt, err error) {
	g := s.DB.Read(ctx).Table("receipts").Where("placed <> ?", countedTwice).Select("id", "till_id", "order_id", "amount_cents", "reversed_cents", "receipt", "placed", "arrived_at",
		"COALESCE((SELECT o.state FROM orders o WHERE o.id = receipts.order_id), '') AS order_state")
	err = ofDay(g, "arrived_at", day, after).Find(&all).Error
	return all, db.Fault(err)
}

func (s *Service) takenBack(ctx context.Context, day clock.Day, after place) (all []reversal, err error) {
	err = ofDay(s.DB.Read(ctx).Table("reversals").Where("state = ? AND came_by <> ?", billing.ReversalTaken, billing.ReversedOnStatement), "settled_at", day, after).Find(&all).Error
	return all, db.Fault(err)
}

func (s *Service) toldOf(ctx context.Context, all []receipt) (map[lineKey]time.Time, error) {
	wanted := map[int64][]string{}
	for _, r := range all {
		if r.Receipt != nil {
			wanted[r.TillID] = append(wanted[r.TillID], *r.Receipt)
		}
	}
	return s.told(ctx, wanted, incoming.LineIn)
}

func (s *Service) toldBack(ctx context.Context, all []reversal) (map[lineKey]time.Time, error) {
	wanted := map[int64][]string{}
	for _, v := range all {
		wanted[v.TillID] = append(wanted[v.TillID], v.Code)
	}
	return s.told(ctx, wanted, incoming.LineReversal)
}

// told is when statements say that something was, of what they tell.
func (s *Service) told(ctx context.Context, wanted map[int64][]string, kind string) (map[lineKey]time.Time, error) {
	told := map[lineKey]time.Time{}
	for till, numbers := range wanted {
		for some := range db.Pieces(numbers) {
			var rows []line
			err := s.DB.Read(ctx).Table("statement_lines").Select("receipt", "at").Where("till_id = ? AND receipt IN ? AND kind = ?", till, some, kind).Limit(len(some)).Find(&rows).Error
			if err != nil {
				return nil, db.Fault(err)
			}
			for _, l := range rows {
				told[lineKey{till, l.Receipt}] = l.At.UTC()
			}
		}
	}
	return told, nil
}

// mostSites is more than a provider has.
const mostSites = 10_000

func (s *Service) sites(ctx context.Context) (all []int64, err error) {
	err = s.DB.Read(ctx).Table("sites").Order("id").Limit(mostSites).Pluck("id", &all).Error
	return all, db.Fault(err)
}

func (s *Service) served(ctx context.Context, site int64, day clock.Day, after place) (all []order, err error) {
	g := s.DB.Read(ctx).Table("orders").Where("site_id = ? AND state = ?", site, billing.OrderPaid).
		Select("id, price_cents, paid_at, EXISTS (SELECT 1 FROM receipts r WHERE r.order_id = orders.id AND r.placed IN ?) AS money", []string{billing.PlacedOrder, billing.PlacedFloat, billing.PlacedAccount})
	err = ofDay(g, "paid_at", day, after).Find(&all).Error
	return all, db.Fault(err)
}

// How events of resellers are kept (vouchers/resellers): money that was paid in, by a till when it names its receipt; cash; and what sells.
const paidInEvent = "paid_in"

var (
	cashEvents = []string{paidInEvent, "paid_out", "settled"}
	soldEvents = []string{"sold", "sold_one", "used"}
)

// holders are whose float receipts raised, by the ids of those.
func (s *Service) holders(ctx context.Context, all []receipt) (map[int64]int64, error) {
	var ids []int64
	for _, r := range all {
		if r.Placed == billing.PlacedFloat {
			ids = append(ids, r.ID)
		}
	}
	found := map[int64]int64{}
	for some := range db.Pieces(ids) {
		var rows []struct{ OtherID, ResellerID int64 }
		if err := s.DB.Read(ctx).Table("reseller_events").Select("other_id", "reseller_id").Where("other_id IN ? AND kind = ?", some, paidInEvent).Limit(len(some)).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			found[r.OtherID] = r.ResellerID
		}
	}
	return found, nil
}

const mostResellers = 10_000

// resellers sums what each of them paid in cash and sold on a day.
func (s *Service) resellers(ctx context.Context, day clock.Day) (all []Reseller, err error) {
	err = s.DB.Read(ctx).Table("reseller_events").Where("day = ? AND kind IN ?", day.String(), slices.Concat(cashEvents, soldEvents)).
		Select("reseller_id AS id, SUM(CASE WHEN kind IN ? AND other_id = 0 THEN delta_cents ELSE 0 END) AS in_cash,"+
			" SUM(CASE WHEN kind IN ? THEN vouchers ELSE 0 END) AS vouchers, SUM(CASE WHEN kind IN ? THEN gross_cents ELSE 0 END) AS sold", cashEvents, soldEvents, soldEvents).
		Group("reseller_id").Order("reseller_id").Limit(mostResellers).Find(&all).Error
	return all, db.Fault(err)
}
