package accounts

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type accountRow struct {
	CustomerID   int64 `gorm:"primaryKey;autoIncrement:false"`
	BalanceCents int64
	Seq          int64
}

func (accountRow) TableName() string { return "customer_accounts" }

type eventRow struct {
	ID           int64
	CustomerID   int64
	Seq          int64
	Kind         string
	Request      string
	Input        string
	How          string
	Reference    *string // NULL: none, which may come often
	DeltaCents   int64
	BalanceCents int64
	OtherID      int64
	Note         string
	DoneBy       string
	At           time.Time
	Day          string
}

func (eventRow) TableName() string { return "customer_events" }

func (r eventRow) event() Event {
	e := Event{ID: r.ID, CustomerID: r.CustomerID, Seq: r.Seq, Kind: r.Kind, Request: r.Request, input: r.Input, How: r.How, Delta: money.KES(r.DeltaCents),
		Balance: money.KES(r.BalanceCents), OtherID: r.OtherID, Note: r.Note, By: r.DoneBy, At: r.At.UTC(), Day: r.Day}
	if r.Reference != nil {
		e.Reference = *r.Reference
	}
	return e
}

// lock keeps everybody else from a customer's money until the transaction ends. Who has had none gets a row.
func (s *Service) lock(tx *db.Tx, customerID int64) (account, error) {
	for range 2 {
		held, err := db.Won(tx.Gorm().Exec("UPDATE customer_accounts SET seq = seq WHERE customer_id = ?", customerID))
		if err != nil {
			return account{}, db.Fault(err)
		}
		if held {
			var r accountRow
			err := tx.Gorm().Where("customer_id = ?", customerID).Take(&r).Error
			return account{r.CustomerID, r.BalanceCents, r.Seq}, db.Fault(err)
		}
		err = tx.Savepoint(func() error {
			return tx.Gorm().Exec("INSERT INTO customer_accounts (customer_id, balance_cents, seq) VALUES (?, 0, 0)", customerID).Error
		})
		if err != nil && !db.IsDuplicate(err) {
			return account{}, db.Fault(err)
		}
	}
	return account{}, fault.New(fault.Conflict, "conflict")
}

func (s *Service) move(tx *db.Tx, a account, e Event) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE customer_accounts SET balance_cents = ?, seq = ? WHERE customer_id = ? AND seq = ? AND balance_cents = ?",
		e.Balance.Cents, e.Seq, a.customerID, a.seq, a.balance))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	return db.Fault(err)
}

func (s *Service) insertEvent(tx *db.Tx, e Event) error {
	row := eventRow{ID: e.ID, CustomerID: e.CustomerID, Seq: e.Seq, Kind: e.Kind, Request: e.Request, Input: e.input, How: e.How, DeltaCents: e.Delta.Cents,
		BalanceCents: e.Balance.Cents, OtherID: e.OtherID, Note: e.Note, DoneBy: e.By, At: e.At, Day: e.Day}
	if e.Reference != "" {
		row.Reference = &e.Reference
	}
	return db.Fault(tx.Gorm().Create(&row).Error)
}

// slipRow is the number of a cheque, a bank slip or a certificate that is in the books and did not go back.
type slipRow struct {
	CustomerID int64  `gorm:"primaryKey;autoIncrement:false"`
	How        string `gorm:"primaryKey"`
	Reference  string `gorm:"primaryKey"`
	EventID    int64
}

func (slipRow) TableName() string { return "customer_slips" }

// numberOf is the number that an event came by, as it is in use once: the same in other letters is the same.
func (e Event) numberOf() string { return strings.ToUpper(e.Reference) }

// keepSlip refuses a number that is in the books: fault.Conflict "account.reference_used".
func (s *Service) keepSlip(tx *db.Tx, e Event) error {
	err := tx.Gorm().Create(&slipRow{CustomerID: e.CustomerID, How: e.How, Reference: e.numberOf(), EventID: e.ID}).Error
	if db.IsDuplicate(err) {
		err = fault.New(fault.Conflict, "account.reference_used")
	}
	return db.Fault(err)
}

func (s *Service) freeSlip(tx *db.Tx, e Event) error {
	return db.Fault(tx.Gorm().Where("customer_id = ? AND event_id = ?", e.CustomerID, e.ID).Delete(&slipRow{}).Error)
}

func (s *Service) slipsAfter(ctx context.Context, after slipRow, limit int) (rows []slipRow, err error) {
	err = s.DB.Read(ctx).Where("customer_id > ? OR customer_id = ? AND (how > ? OR how = ? AND reference > ?)", after.CustomerID, after.CustomerID, after.How, after.How, after.Reference).
		Order("customer_id, how, reference").Limit(limit).Find(&rows).Error
	return rows, db.Fault(err)
}

// paidInBy is the last event by which a receipt's money came to a customer; false when it came another way.
func (s *Service) paidInBy(tx *db.Tx, customerID, receiptID int64) (Event, bool, error) {
	all, err := events(tx.Gorm().Where("customer_id = ? AND other_id = ? AND kind = ?", customerID, receiptID, PaidIn).Order("seq DESC").Limit(1))
	if err != nil || len(all) == 0 {
		return Event{}, false, err
	}
	return all[0], true, nil
}

// mostFollowed bounds the events that are looked through for what some money was spent on.
const mostFollowed = 2_000

func (s *Service) followingTx(tx *db.Tx, customerID, seq int64) ([]Event, error) {
	return events(tx.Gorm().Where("customer_id = ? AND seq > ?", customerID, seq).Order("seq").Limit(mostFollowed))
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

func (s *Service) byRequest(tx *db.Tx, customerID int64, request string) (Event, bool, error) {
	all, err := events(tx.Gorm().Where("customer_id = ? AND request = ?", customerID, request).Limit(1))
	if err != nil || len(all) == 0 {
		return Event{}, false, err
	}
	return all[0], true, nil
}

func (s *Service) eventTx(tx *db.Tx, customerID, id int64) (Event, error) {
	return eventOf(tx.Gorm(), customerID, id)
}

func eventOf(from *gorm.DB, customerID, id int64) (Event, error) {
	all, err := events(from.Where("id = ? AND customer_id = ?", id, customerID).Limit(1))
	if err != nil {
		return Event{}, err
	}
	if len(all) == 0 {
		return Event{}, fault.New(fault.NotFound, "account.no_event")
	}
	return all[0], nil
}

// Events lists a customer's events before a number, the newest first; 0 is from the last.
func (s *Service) Events(ctx context.Context, customerID, before int64, limit int) ([]Event, error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID).Order("seq DESC").Limit(limit)
	if before != 0 {
		from = from.Where("seq < ?", before)
	}
	return events(from)
}

// Latest lists a customer's events before an id, the newest first, for whoever joins them with what else happened; 0: from now.
func (s *Service) Latest(ctx context.Context, customerID, beforeID int64, limit int) ([]Event, error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID).Order("id DESC").Limit(limit) // and not by number: of two nodes' clocks one may be behind
	if beforeID != 0 {
		from = from.Where("id < ?", beforeID)
	}
	return events(from)
}

// Event is one event of a customer; fault.NotFound "account.no_event".
func (s *Service) Event(ctx context.Context, customerID, id int64) (Event, error) {
	return eventOf(s.DB.Read(ctx), customerID, id)
}

// Following lists a customer's events after a number, in order.
func (s *Service) Following(ctx context.Context, customerID, seq int64, limit int) ([]Event, error) {
	return events(s.DB.Read(ctx).Where("customer_id = ? AND seq > ?", customerID, seq).Order("seq").Limit(limit))
}

// Return is the event by which a payment, or the first of it, went back; false when it is here.
func (s *Service) Return(ctx context.Context, e Event) (Event, bool, error) {
	from := s.DB.Read(ctx).Where("customer_id = ? AND request = ?", e.CustomerID, returnOf(e.ID))
	if e.Kind == PaidIn {
		from = s.DB.Read(ctx).Where("customer_id = ? AND seq > ? AND kind = ? AND other_id = ?", e.CustomerID, e.Seq, Returned, e.OtherID).Order("seq")
	}
	all, err := events(from.Limit(1))
	if err != nil || len(all) == 0 {
		return Event{}, false, err
	}
	return all[0], true, nil
}

// WentBack tells of which of some payments the money, or some of it, went back since. Of a payment its ID, CustomerID, Kind and OtherID are looked at.
func (s *Service) WentBack(ctx context.Context, payments []Event) (map[int64]bool, error) {
	asked, byReceipt := map[string]int64{}, map[int64]int64{}
	var owners, receipts []int64
	var requests []string
	for _, e := range payments {
		owners = append(owners, e.CustomerID)
		if asked[returnOf(e.ID)] = e.ID; e.Kind == PaidIn {
			byReceipt[e.OtherID], receipts = e.ID, append(receipts, e.OtherID)
		}
		requests = append(requests, returnOf(e.ID))
	}
	slices.Sort(owners)
	owners = slices.Compact(owners)
	back := map[int64]bool{}
	if len(payments) == 0 {
		return back, nil
	}
	gone, err := events(s.DB.Read(ctx).Where("customer_id IN ? AND request IN ?", owners, requests).Limit(len(requests)))
	if err == nil && len(receipts) > 0 {
		var more []Event
		more, err = events(s.DB.Read(ctx).Where("customer_id IN ? AND kind = ? AND other_id IN ?", owners, Returned, receipts).Limit(mostFollowed))
		gone = append(gone, more...)
	}
	for _, e := range gone {
		if id := asked[e.Request]; id != 0 {
			back[id] = true
		} else if id := byReceipt[e.OtherID]; id != 0 {
			back[id] = true
		}
	}
	return back, err
}

// Balances are what customers have, by their ids; who never had money is not among them.
func (s *Service) Balances(ctx context.Context, customers []int64) (map[int64]money.Amount, error) {
	held := map[int64]money.Amount{}
	for some := range db.Pieces(customers) {
		var rows []accountRow
		if err := s.DB.Read(ctx).Where("customer_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			held[r.CustomerID] = money.KES(r.BalanceCents)
		}
	}
	return held, nil
}

func (s *Service) accountsAfter(ctx context.Context, customerID int64, limit int) (all []account, err error) {
	var rows []accountRow
	err = s.DB.Read(ctx).Where("customer_id > ?", customerID).Order("customer_id").Limit(limit).Find(&rows).Error
	for _, r := range rows {
		all = append(all, account{r.CustomerID, r.BalanceCents, r.Seq})
	}
	return all, db.Fault(err)
}

func (s *Service) eventsAfter(ctx context.Context, id int64, limit int) ([]Event, error) {
	return events(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(limit))
}
