package notify

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Report is a carrier's word about a message that it has.
type Report struct {
	ProviderID string
	State      State // Sent while it is on its way, Delivered or Failed at the end
	Reason     string
	Phone      string // whom it is about, when the carrier says so
}

// TakeReport reads a delivery report of an SMS and applies it; it may come twice, out of order, and before the answer to
// the call. fault.Invalid "report.unreadable". A report is not signed: its address must be unguessable.
func (s *Service) TakeReport(ctx context.Context, body []byte) error {
	c, _, err := s.carrier(ctx, SMS)
	if err != nil {
		return err
	}
	reader, ok := s.driver(c).(reporter)
	if !ok {
		return fault.New(fault.Invalid, "report.unreadable")
	}
	r, err := reader.readReport(body)
	if err != nil {
		return err
	}
	r.ProviderID = c.Driver + ":" + r.ProviderID
	if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.insertReport(tx, r) }); err != nil {
		return err
	}
	return s.applyReports(ctx, r.ProviderID)
}

// applyReports brings a message to what the reports about it say. Reports and the message's own id are each committed
// before the other is looked for, so that one of the two sides always sees both.
func (s *Service) applyReports(ctx context.Context, providerID string) error {
	if providerID == "" {
		return nil
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		reports, err := s.reportsOf(tx, providerID)
		if err != nil {
			return err
		}
		for _, r := range reports {
			if r.State == Sent {
				continue
			}
			if err := s.applyReport(tx, providerID, r); err != nil {
				return err
			}
		}
		return nil
	})
}
