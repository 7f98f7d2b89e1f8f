package invoices

import (
	"context"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// Terms are how one customer is billed, where it is not as everybody.
type Terms struct {
	CustomerID int64
	Exempt     bool   // pays no tax
	ExemptNote string // the certificate it rests on
	DueDays    int    // below zero: as everybody
	PONumber   string
	Review     bool // somebody looks at drafts
	VIP        bool // dunning only reminds
}

func (t Terms) days(s *settings.Store) int {
	if t.DueDays < 0 {
		return s.Int(settings.InvoiceDueDays)
	}
	return t.DueDays
}

func (t Terms) check() error {
	switch {
	case t.DueDays < -1 || t.DueDays > 365:
		return fault.New(fault.Invalid, "invoice.due_days")
	case !shortText(t.PONumber, longestPO):
		return fault.New(fault.Invalid, "invoice.po_number")
	case t.Exempt && strings.TrimSpace(t.ExemptNote) == "" || !shortText(t.ExemptNote, longestNote):
		return fault.New(fault.Invalid, "invoice.exempt_note")
	}
	return nil
}

// SaveTerms changes how a customer is billed; what is issued stays. fault.Invalid "invoice.…".
func (s *Service) SaveTerms(ctx context.Context, t Terms, by By) error {
	t.ExemptNote, t.PONumber = strings.TrimSpace(t.ExemptNote), strings.TrimSpace(t.PONumber)
	if err := t.check(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.saveTerms(tx, t); err != nil {
			return err
		}
		return s.recordOf(tx, by, "invoice terms changed", t.CustomerID, t)
	})
}

// TermsOf is how a customer is billed.
func (s *Service) TermsOf(ctx context.Context, customerID int64) (t Terms, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		all, err := s.termsOf(tx, []int64{customerID})
		t = all[customerID]
		return err
	})
	return t, err
}
