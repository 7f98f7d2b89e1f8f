package counter

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

type paybackRow struct {
	ID           int64
	CustomerID   int64
	OpenCustomer *int64 // the customer while it is not decided: one at a time
	Cents        int64
	Reason       string
	State        string
	AskedBy      int64
	DecidedBy    int64
	PaidBy       int64
	Alone        bool
	How          string
	Reference    string
	Sending      int64
	PhoneHash    string
	AskedAt      time.Time
	DecidedAt    *time.Time
	PaidAt       *time.Time
}

func (paybackRow) TableName() string { return "paybacks" }

func (r paybackRow) payback() Payback {
	return Payback{ID: r.ID, CustomerID: r.CustomerID, Amount: money.KES(r.Cents), Reason: r.Reason, State: PaybackState(r.State), AskedBy: r.AskedBy, DecidedBy: r.DecidedBy, PaidBy: r.PaidBy,
		Alone: r.Alone, How: r.How, Reference: r.Reference, Sending: r.Sending, phoneHash: r.PhoneHash, AskedAt: r.AskedAt.UTC(), DecidedAt: db.Instant(r.DecidedAt), PaidAt: db.Instant(r.PaidAt)}
}

func (s *Service) insertPayback(tx *db.Tx, p Payback) error {
	return tx.Gorm().Create(&paybackRow{ID: p.ID, CustomerID: p.CustomerID, OpenCustomer: &p.CustomerID, Cents: p.Amount.Cents, Reason: p.Reason, State: string(p.State), AskedBy: p.AskedBy, AskedAt: p.AskedAt, PhoneHash: p.phoneHash}).Error
}

func paybacks(g *gorm.DB) ([]Payback, error) {
	var rows []paybackRow
	err := g.Find(&rows).Error
	all := make([]Payback, len(rows))
	for n, r := range rows {
		all[n] = r.payback()
	}
	return all, db.Fault(err)
}

func payback(g *gorm.DB, id int64) (Payback, error) {
	all, err := paybacks(g.Where("id = ?", id).Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "payback.unknown")
	}
	if err != nil {
		return Payback{}, err
	}
	return all[0], nil
}

func (s *Service) paybackTx(tx *db.Tx, id int64) (Payback, error) { return payback(tx.Gorm(), id) }

// siteOf is the site of a customer, where they have one.
func (s *Service) siteOf(tx *db.Tx, customerID int64) (sites []int64, err error) {
	err = tx.Gorm().Raw("SELECT site_id FROM customers WHERE id = ? AND site_id <> 0", customerID).Scan(&sites).Error
	return sites, db.Fault(err)
}

// decide moves a payback asked → approved or refused, by another than who asked, or alone.
func (s *Service) decide(tx *db.Tx, id, member int64, to PaybackState, alone bool) (Payback, error) {
	won, err := db.Won(tx.Gorm().Model(&paybackRow{}).Where("id = ? AND state = ? AND (asked_by <> ? OR ?)", id, Asked, member, alone).
		Updates(map[string]any{"state": to, "decided_by": member, "decided_at": s.now(), "alone": alone, "open_customer": nil}))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "payback.decided")
	}
	if err != nil {
		return Payback{}, db.Fault(err)
	}
	return s.paybackTx(tx, id)
}

// cancel moves a payback asked → cancelled, by who asked. DecidedBy stays empty: nobody has decided.
func (s *Service) cancel(tx *db.Tx, id, member int64) (Payback, error) {
	won, err := db.Won(tx.Gorm().Model(&paybackRow{}).Where("id = ? AND state = ? AND asked_by = ?", id, Asked, member).
		Updates(map[string]any{"state": Cancelled, "decided_at": s.now(), "open_customer": nil}))
	if err != nil {
		return Payback{}, db.Fault(err)
	}
	p, err := s.paybackTx(tx, id)
	switch {
	case err != nil || won:
		return p, err
	case p.AskedBy != member:
		return p, fault.New(fault.Denied, "payback.not_yours")
	}
	return p, fault.New(fault.Conflict, "payback.decided")
}

// pay moves a payback approved → paid, when the try that it names is the one under way.
func (s *Service) pay(tx *db.Tx, said Payback) (Payback, error) {
	won, err := db.Won(tx.Gorm().Model(&paybackRow{}).Where("id = ? AND state = ? AND sending = ?", said.ID, Approved, said.Sending).
		Updates(map[string]any{"state": Paidback, "paid_by": said.PaidBy, "paid_at": s.now(), "how": said.How, "reference": said.Reference, "sending": 0}))
	if err != nil {
		return Payback{}, db.Fault(err)
	}
	p, err := s.paybackTx(tx, said.ID)
	switch {
	case err != nil || won:
		return p, err
	case p.State == Approved:
		return p, fault.New(fault.Conflict, "refund.sending")
	}
	return p, fault.New(fault.Conflict, "payback.not_owed")
}

// HoldOwed implements billing.Owes.
func (s *Service) HoldOwed(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Model(&paybackRow{}).Where("id = ?", id).Update("sending", gorm.Expr("sending")).Error)
}

// SendOwed implements billing.Owes.
func (s *Service) SendOwed(tx *db.Tx, id, instead, try int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&paybackRow{}).Where("id = ? AND state = ? AND sending = ?", id, Approved, instead).Update("sending", try))
	return won, db.Fault(err)
}

// PaybackByID is one payback; fault.NotFound "payback.unknown".
func (s *Service) PaybackByID(ctx context.Context, id int64) (Payback, error) {
	return payback(s.DB.Read(ctx), id)
}

// PaybacksOf lists a customer's paybacks, the newest first.
func (s *Service) PaybacksOf(ctx context.Context, customerID int64, limit int) ([]Payback, error) {
	return paybacks(s.DB.Read(ctx).Where("customer_id = ?", customerID).Order("id DESC").Limit(limit))
}

// OpenPaybacks lists those of customers at some sites that wait for somebody in a state, the oldest first; no sites: of all.
func (s *Service) OpenPaybacks(ctx context.Context, state PaybackState, sites []int64, limit int) ([]Payback, error) {
	g := s.DB.Read(ctx).Where("state = ?", state)
	if len(sites) > 0 { // as a value and not a join, which would begin at the customers
		g = g.Where("(SELECT site_id FROM customers WHERE customers.id = paybacks.customer_id) IN ?", sites)
	}
	return paybacks(g.Order("id").Limit(limit))
}

func (s *Service) paybacksAfter(ctx context.Context, id int64, limit int) ([]Payback, error) {
	return paybacks(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(limit))
}
