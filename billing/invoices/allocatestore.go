package invoices

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type allocationRow struct {
	ID         int64
	InvoiceID  int64
	CustomerID int64
	Source     string
	Cents      int64
	BackCents  int64
	At         time.Time
	Day        string
}

func (allocationRow) TableName() string { return "invoice_allocations" }

func (s *Service) insertAllocation(tx *db.Tx, a Allocation) error {
	return db.Fault(tx.Gorm().Create(&allocationRow{ID: a.ID, InvoiceID: a.InvoiceID, CustomerID: a.CustomerID, Source: a.Source, Cents: a.Cents, At: s.now(), Day: a.Day.String()}).Error)
}

func allocations(g *gorm.DB) ([]Allocation, error) {
	var rows []allocationRow
	err := g.Find(&rows).Error
	all := make([]Allocation, len(rows))
	for n, r := range rows {
		all[n] = Allocation{ID: r.ID, InvoiceID: r.InvoiceID, CustomerID: r.CustomerID, Source: r.Source, Cents: r.Cents, Back: r.BackCents, Day: dayIn(r.Day)}
	}
	return all, db.Fault(err)
}

const (
	mostOpen      = 500 // invoices that one payment looks at
	mostAllocated = 1_000
)

// open are a customer's invoices of which something is open: those named, in their order, or the oldest due first.
func (s *Service) open(tx *db.Tx, customerID int64, named []int64) ([]Document, error) {
	g := tx.Gorm().Where("state = ? AND customer_id = ?", Issued, customerID).Order("due_day, id").Limit(mostOpen)
	if len(named) > 0 {
		g = g.Where("id IN ?", named)
	}
	all, err := documents(g)
	if len(named) > 0 {
		slices.SortFunc(all, func(a, b Document) int { return slices.Index(named, a.ID) - slices.Index(named, b.ID) })
	}
	return all, err
}

// paid moves a part of what is open to what is paid; fault.Conflict "invoice.moved" when less is open. The state comes first: MariaDB would see
// the new amount in it.
func (s *Service) paid(tx *db.Tx, d Document, part int64) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET state = CASE WHEN open_cents = ? THEN ? ELSE state END, paid_cents = paid_cents + ?, open_cents = open_cents - ? WHERE id = ? AND state = ? AND open_cents >= ?",
		part, Paid, part, part, d.ID, Issued, part))
	return s.weighed(tx, d.CustomerID, won, err)
}

// giveBack opens a part of an invoice again that an allocation had paid.
func (s *Service) giveBack(tx *db.Tx, a Allocation, part int64) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoice_allocations SET back_cents = back_cents + ? WHERE id = ? AND back_cents = ?", part, a.ID, a.Back))
	if err == nil && won {
		won, err = db.Won(tx.Gorm().Exec("UPDATE invoices SET state = ?, paid_cents = paid_cents - ?, open_cents = open_cents + ? WHERE id = ? AND paid_cents >= ?", Issued, part, part, a.InvoiceID, part))
	}
	return s.weighed(tx, a.CustomerID, won, err)
}

// weighed ends a change of what is open on an invoice of a customer; fault.Conflict "invoice.moved" when it was not won.
func (s *Service) weighed(tx *db.Tx, customerID int64, won bool, err error) error {
	if err == nil && !won {
		err = fault.New(fault.Conflict, "invoice.moved")
	}
	if err != nil {
		return db.Fault(err)
	}
	return s.weigh(tx, customerID)
}

// allocated are the latest allocations of a customer that are not all taken back, of one invoice when it is named, in order.
func (s *Service) allocated(tx *db.Tx, customerID, invoiceID int64) ([]Allocation, error) {
	g := tx.Gorm().Where("customer_id = ? AND back_cents < cents", customerID).Order("id DESC").Limit(mostAllocated)
	if invoiceID != 0 {
		g = tx.Gorm().Where("invoice_id = ? AND back_cents < cents", invoiceID).Order("id DESC").Limit(mostAllocated)
	}
	all, err := allocations(g)
	slices.Reverse(all)
	return all, err
}

// allocationIn is one allocation, none when it is all taken back.
func (s *Service) allocationIn(tx *db.Tx, id int64) ([]Allocation, error) {
	return allocations(tx.Gorm().Where("id = ? AND back_cents < cents", id).Limit(1))
}

// Allocations are what paid an invoice, the oldest first.
func (s *Service) Allocations(ctx context.Context, invoiceID int64) ([]Allocation, error) {
	return allocations(s.DB.Read(ctx).Where("invoice_id = ?", invoiceID).Order("id").Limit(mostAllocated))
}
