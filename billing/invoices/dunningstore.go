package invoices

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

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

// doneRow is a step that was done about an invoice. State is "barring" while it keeps the customer from service, "restored" after they paid, and
// "lifted" when it may be done anew: by a promise, or when what had paid went back.
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
	lifted   = "lifted"
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
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "dunning table changed", Object: "dunning", ObjectID: segment}, nil, steps)
}

// mark is where in the invoices, by due day and id, a reading stopped.
type mark struct {
	due string
	id  int64
}

// feesWaiting are the late fees of an invoice that have no number yet.
func (s *Service) feesWaiting(tx *db.Tx, id int64) ([]Document, error) {
	cause := feeCause + idText(id)
	return documents(tx.Gorm().Where("cause > ? AND cause < ? AND state IN ?", cause+":", cause+";", []string{Draft, Review, Parked})) // ';' follows ':'
}

// lateAfter are invoices of which something is open, due before a day, after a mark.
func (s *Service) lateAfter(ctx context.Context, before clock.Day, after mark, limit int) ([]Document, error) {
	return documents(s.DB.Read(ctx).Where("state = ? AND due_day <= ? AND (due_day > ? OR due_day = ? AND id > ?)", Issued, before.String(), after.due, after.due, after.id).
		Order("due_day, id").Limit(limit))
}

// doneOf are the names of the steps that were done about invoices and are not to be done anew.
func (s *Service) doneOf(tx *db.Tx, invoiceIDs []int64) (map[int64]map[string]bool, error) {
	all := map[int64]map[string]bool{}
	for some := range db.Pieces(invoiceIDs) {
		var rows []doneRow
		if err := tx.Gorm().Where("invoice_id IN ? AND state <> ?", some, lifted).Limit(len(some) * mostSteps * 3).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			if all[r.InvoiceID] == nil {
				all[r.InvoiceID] = map[string]bool{}
			}
			all[r.InvoiceID][r.Step] = true
		}
	}
	return all, nil
}

// mark notes that a step is done about an invoice; false when it was.
func (s *Service) mark(tx *db.Tx, d Document, st Step) (bool, error) {
	row := doneRow{InvoiceID: d.ID, Step: st.name(), CustomerID: d.CustomerID, State: stepDone, At: s.now()}
	if st.Action.bars() {
		row.State = barring
	}
	again, err := db.Won(tx.Gorm().Exec("UPDATE dunning_done SET state = ?, at = ? WHERE invoice_id = ? AND step = ? AND state = ?", row.State, row.At, row.InvoiceID, row.Step, lifted))
	if err != nil || again {
		return again, db.Fault(err)
	}
	err = tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}

// heldBack is what keeps dunning back from a customer, and the segment whose table they are under.
type heldBack struct {
	Hold
	segment, note string
}

func (s *Service) holdsOf(tx *db.Tx, customerIDs []int64) (map[int64]heldBack, error) {
	terms, err := s.termsOf(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]heldBack, len(customerIDs))
	for id, t := range terms {
		all[id] = heldBack{Hold: Hold{VIP: t.VIP}, segment: t.Segment}
	}
	for some := range db.Pieces(customerIDs) {
		var rows []promiseRow
		if err := tx.Gorm().Where("customer_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			h := all[r.CustomerID]
			h.PromiseUntil, h.note = dayIn(r.UntilDay), r.Note
			all[r.CustomerID] = h
		}
	}
	return all, nil
}

// barredBy are the invoices over which a customer is barred.
func (s *Service) barredBy(tx *db.Tx, customerID int64) ([]Document, error) {
	var ids []int64
	if err := tx.Gorm().Model(&doneRow{}).Distinct("invoice_id").Where("customer_id = ? AND state = ?", customerID, barring).Limit(mostOpen).Pluck("invoice_id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, db.Fault(err)
	}
	return documents(tx.Gorm().Where("id IN ?", ids))
}

// barringSteps are the steps that bar a customer; now, as they are by now, whatever this transaction has read before.
func (s *Service) barringSteps(tx *db.Tx, customerID int64, now bool) (names []string, err error) {
	from := tx.Gorm().Model(&doneRow{}).Where("customer_id = ? AND state = ?", customerID, barring)
	if now {
		from = from.Clauses(clause.Locking{Strength: "SHARE"})
	}
	err = from.Limit(mostOpen*mostSteps).Pluck("step", &names).Error
	return names, db.Fault(err)
}

// turn brings what was done about an invoice from one state to another, and writes it down if there was such a thing.
func (s *Service) turn(tx *db.Tx, d Document, from, to, what, note string) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE dunning_done SET state = ? WHERE invoice_id = ? AND state = ?", to, d.ID, from))
	if err != nil || !won {
		return db.Fault(err)
	}
	return s.log(tx, d.CustomerID, d.ID, what, "", note)
}

// Barred lists customers who are barred, after one, in order.
func (s *Service) Barred(ctx context.Context, after int64, limit int) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&doneRow{}).Distinct("customer_id").Where("state = ? AND customer_id > ?", barring, after).Order("customer_id").Limit(limit).Pluck("customer_id", &ids).Error
	return ids, db.Fault(err)
}
