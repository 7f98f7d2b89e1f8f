package invoices

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// What dunning writes down.
const (
	LogDone     = "done"     // a step; Note is what was open
	LogRestored = "restored" // paid, or enough of it; Note is what was open still
	LogPromised = "promised" // Note is the day
	LogLifted   = "lifted"   // what barred holds for now; Note says what holds it
	LogReopened = "reopened" // what had paid went back; Note is how much
)

// Entry is one thing that dunning did or was told.
type Entry struct {
	ID, CustomerID, InvoiceID int64
	What                      string
	Step                      Step // of LogDone
	Note                      string
	At                        time.Time
}

type logRow struct {
	ID         int64
	CustomerID int64
	InvoiceID  int64
	What       string
	Step       string
	Note       string
	At         time.Time
}

func (logRow) TableName() string { return "dunning_log" }

func (s *Service) log(tx *db.Tx, customerID, invoiceID int64, what, step, note string) error {
	return db.Fault(tx.Gorm().Create(&logRow{ID: tx.ID(), CustomerID: customerID, InvoiceID: invoiceID, What: what, Step: step, Note: note, At: s.now()}).Error)
}

// Log tells what dunning did about an invoice, or, with none, about all of a customer's, the newest first.
func (s *Service) Log(ctx context.Context, customerID, invoiceID int64, limit int) ([]Entry, error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID)
	if invoiceID != 0 {
		from = s.DB.Read(ctx).Where("invoice_id = ?", invoiceID)
	}
	var rows []logRow
	err := from.Order("id DESC").Limit(limit).Find(&rows).Error
	all := make([]Entry, len(rows))
	for n, r := range rows {
		all[n] = Entry{r.ID, r.CustomerID, r.InvoiceID, r.What, stepNamed(r.Step), r.Note, r.At.UTC()}
	}
	return all, db.Fault(err)
}
