package invoices

import (
	"context"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

type stepRow struct {
	Segment   string `gorm:"primaryKey"`
	AfterDays int    `gorm:"primaryKey;autoIncrement:false"`
	Action    string `gorm:"primaryKey"`
	Cents     int64
	UpdatedAt time.Time
}

func (stepRow) TableName() string { return "dunning_steps" }

// doneRow is a step that was done about an invoice. State is "barring" while it keeps the customer from service, and "restored" after.
type doneRow struct {
	InvoiceID  int64  `gorm:"primaryKey;autoIncrement:false"`
	Step       string `gorm:"primaryKey"`
	CustomerID int64
	State      string
	At         time.Time
}

func (doneRow) TableName() string { return "dunning_done" }

const (
	barring  = "barring"
	restored = "restored"
	stepDone = "done"
)

type promiseRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	UntilDay   string
	Note       string
	DoneBy     string
	At         time.Time
}

func (promiseRow) TableName() string { return "dunning_promises" }

// Steps is the table of all segments.
func (s *Service) Steps(ctx context.Context) ([]Step, error) {
	var rows []stepRow
	err := s.DB.Read(ctx).Order("segment, after_days, action").Limit(20 * mostSteps).Find(&rows).Error
	all := make([]Step, len(rows))
	for n, r := range rows {
		all[n] = Step{Segment: r.Segment, After: r.AfterDays, Action: Action(r.Action), Cents: r.Cents}
	}
	return all, db.Fault(err)
}

func (s *Service) saveSteps(tx *db.Tx, segment string, steps []Step) error {
	if err := tx.Gorm().Where("segment = ?", segment).Delete(&stepRow{}).Error; err != nil || len(steps) == 0 {
		return db.Fault(err)
	}
	rows := make([]stepRow, len(steps))
	for n, st := range steps {
		rows[n] = stepRow{Segment: segment, AfterDays: st.After, Action: string(st.Action), Cents: st.Cents, UpdatedAt: s.now()}
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

func (s *Service) recordSteps(tx *db.Tx, by By, segment string, steps []Step) error {
	text, err := audit.Text(steps)
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "dunning table changed", Object: "dunning", ObjectID: segment, After: text})
}

// mark is where in the invoices, by due day and id, a reading stopped.
type mark struct {
	due string
	id  int64
}

// lateAfter are invoices of which something is open, due before a day, after a mark.
func (s *Service) lateAfter(ctx context.Context, before clock.Day, after mark, limit int) ([]Document, error) {
	return documents(s.DB.Read(ctx).Where("state = ? AND due_day <= ? AND (due_day > ? OR due_day = ? AND id > ?)", Issued, before.String(), after.due, after.due, after.id).
		Order("due_day, id").Limit(limit))
}

// undone are those steps that were not done about an invoice.
func (s *Service) undone(tx *db.Tx, invoiceID int64, steps []Step) (left []Step, err error) {
	if len(steps) == 0 {
		return nil, nil
	}
	var names []string
	if err := tx.Gorm().Model(&doneRow{}).Where("invoice_id = ?", invoiceID).Limit(latestStep).Pluck("step", &names).Error; err != nil {
		return nil, db.Fault(err)
	}
	done := map[string]bool{}
	for _, name := range names {
		done[name] = true
	}
	for _, st := range steps {
		if !done[st.name()] {
			left = append(left, st)
		}
	}
	return left, nil
}

// mark notes that a step is done about an invoice; false when it was.
func (s *Service) mark(tx *db.Tx, d Document, st Step) (bool, error) {
	row := doneRow{InvoiceID: d.ID, Step: st.name(), CustomerID: d.CustomerID, State: stepDone, At: s.now()}
	if st.Action.bars() {
		row.State = barring
	}
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}

// holdOf is what keeps dunning back from a customer, and the segment whose table they are under.
func (s *Service) holdOf(tx *db.Tx, customerID int64) (Hold, string, error) {
	terms, err := s.termsOf(tx, []int64{customerID})
	if err != nil {
		return Hold{}, "", err
	}
	var rows []promiseRow
	err = tx.Gorm().Where("customer_id = ?", customerID).Limit(1).Find(&rows).Error
	h := Hold{VIP: terms[customerID].VIP}
	if len(rows) == 1 {
		h.PromiseUntil = dayIn(rows[0].UntilDay)
	}
	return h, terms[customerID].Segment, db.Fault(err)
}

// barredBy are the invoices over which a customer is barred.
func (s *Service) barredBy(tx *db.Tx, customerID int64) ([]Document, error) {
	var ids []int64
	if err := tx.Gorm().Model(&doneRow{}).Distinct("invoice_id").Where("customer_id = ? AND state = ?", customerID, barring).Limit(mostOpen).Pluck("invoice_id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, db.Fault(err)
	}
	return documents(tx.Gorm().Where("id IN ?", ids))
}

// restore notes that a customer is not barred any more; false when they were not.
func (s *Service) restore(tx *db.Tx, customerID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE dunning_done SET state = ? WHERE customer_id = ? AND state = ?", restored, customerID, barring))
	return won, db.Fault(err)
}

// forget lets what bars a customer be done anew: what bars now, or what did over an invoice that is open again. True when something barred.
func (s *Service) forget(tx *db.Tx, customerID, invoiceID int64) (bool, error) {
	g := tx.Gorm().Exec("DELETE FROM dunning_done WHERE customer_id = ? AND state = ?", customerID, barring)
	if invoiceID != 0 {
		g = tx.Gorm().Exec("DELETE FROM dunning_done WHERE invoice_id = ? AND state = ?", invoiceID, restored)
	}
	won, err := db.Won(g)
	return won, db.Fault(err)
}
