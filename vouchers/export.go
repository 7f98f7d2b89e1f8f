package vouchers

import (
	"context"
	"strings"

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
	reason := c.As
	if c.Table {
		reason = tableMark + c.As
	}
	d, err := s.Do(ctx, Deed{Kind: DeedPrint, BatchID: b.ID, First: c.First, Last: c.Last, Reason: reason}, by)
	if err != nil {
		return err
	}
	before, err := s.printsBefore(ctx, d)
	if err != nil {
		return err
	}
	for after := c.First - 1; after < c.Last; {
		page, err := s.clear(ctx, b.ID, after, c.Last)
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
