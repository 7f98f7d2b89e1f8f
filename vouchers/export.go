package vouchers

import (
	"context"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Copying is what of a batch leaves the database in the clear: serials First to Last, both 0 for all. As is the layout or kind of table.
type Copying struct {
	BatchID     int64
	First, Last int
	As          string
	Table       bool // for a program to read: it does not count as paper when a voucher is printed again
}

// tableMark begins the reason of a deed of a Copying that is a table.
const tableMark = "table "

// As is the layout or kind of table of a print, empty for other deeds.
func (d Deed) As() string {
	if d.Kind != DeedPrint {
		return ""
	}
	return strings.TrimPrefix(d.Reason, tableMark)
}

// Whole is First and Last as they are meant. Faults: fault.Conflict "voucher.still_making", fault.Invalid "voucher.range".
func (c Copying) Whole(b Batch) (Copying, error) {
	if b.Made == 0 || b.State == Making {
		return c, fault.New(fault.Conflict, "voucher.still_making", "Made", b.Made, "Size", b.Size)
	}
	if c.First == 0 && c.Last == 0 {
		c.First, c.Last = 1, b.Made
	}
	if c.First < 1 || c.Last < c.First || c.Last > b.Made {
		return c, fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
	}
	return c, nil
}

// Export tells each voucher with its code in the clear, in order, after marking those made as printed. It is on the trail as a deed, which
// the count of prints is taken from.
func (s *Service) Export(ctx context.Context, c Copying, by By, each func(Batch, Voucher) error) error {
	b, err := s.Batch(ctx, c.BatchID)
	if err != nil {
		return err
	}
	if c, err = c.Whole(b); err != nil {
		return err
	}
	d, err := s.Do(ctx, c.deed(), by)
	if err != nil {
		return err
	}
	return s.tell(ctx, b, d, c.First, c.Last, each)
}

func (c Copying) deed() Deed {
	reason := c.As
	if c.Table {
		reason = tableMark + c.As
	}
	return Deed{Kind: DeedPrint, BatchID: c.BatchID, First: c.First, Last: c.Last, Reason: reason}
}

// OrderCopy is the beginning of an Export that is made in pieces: its deed, which is on the trail, in tx. Each piece does its part of it.
func (s *Service) OrderCopy(tx *db.Tx, c Copying, by By) (deedID int64, err error) {
	b, err := s.batchIn(tx, c.BatchID)
	if err == nil {
		c, err = c.Whole(b)
	}
	d := c.deed()
	if err == nil {
		err = s.order(tx, b, &d, by)
	}
	return d.ID, err
}

// CopyPiece is Export for some of what OrderCopy began, in the order of serials.
func (s *Service) CopyPiece(ctx context.Context, deedID int64, first, last int, each func(Batch, Voucher) error) error {
	d, err := s.DeedOf(ctx, deedID)
	for err == nil && d.Done < last {
		if d.Done >= d.Last {
			return fault.New(fault.Conflict, "voucher.copy_stopped")
		}
		if _, err = s.doSome(ctx, deedID); err == nil {
			d, err = s.DeedOf(ctx, deedID)
		}
	}
	if err != nil {
		return err
	}
	b, err := s.Batch(ctx, d.BatchID)
	if err != nil {
		return err
	}
	return s.tell(ctx, b, d, first, last, each)
}

// StopCopy ends in tx what OrderCopy began and nobody will see: it counts neither as paper nor for what it has not come to.
func (s *Service) StopCopy(tx *db.Tx, deedID int64) error { return s.cutDeed(tx, deedID) }

// tell tells vouchers of a deed that is done as far as them.
func (s *Service) tell(ctx context.Context, b Batch, d Deed, first, last int, each func(Batch, Voucher) error) error {
	before, err := s.printsBefore(ctx, d)
	if err != nil {
		return err
	}
	for after := first - 1; after < last; {
		page, err := s.clear(ctx, b.ID, after, last)
		if err != nil {
			return err
		}
		for _, v := range page {
			for _, print := range before {
				if print.First <= v.Serial && v.Serial <= print.Last {
					v.Prints++
				}
			}
			if err := each(b, v); err != nil {
				return err
			}
			after = v.Serial
		}
		if len(page) == 0 { // a row that is gone is for the audit to find
			return fault.New(fault.Internal, "internal")
		}
	}
	return nil
}
