package resellers

import (
	"context"
	"regexp"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/vouchers"
)

// desk is a reseller, and the one above, held in a transaction.
type desk struct {
	*Reseller
	above *Reseller // nil: nobody
}

// Request is who asks for what, once: the same Key again is answered and not done.
type Request struct {
	Key        string
	ResellerID int64
	Note       string
}

var requestForm = regexp.MustCompile(`^[0-9A-Za-z:-]{1,64}$`)

// once does something for a reseller under the lock, unless the same was done before.
func (s *Service) once(ctx context.Context, q Request, input string, do func(tx *db.Tx, d desk, e Event) (Event, error)) (e Event, err error) {
	if !requestForm.MatchString(q.Key) {
		return e, fault.New(fault.Invalid, "reseller.request")
	}
	if !vouchers.Printable(q.Note) {
		return e, fault.New(fault.Invalid, "reseller.note")
	}
	q.Key = "ask:" + q.Key // apart from the keys of what nobody asks for: receipts, shares, sweeps
	known, err := s.Get(ctx, q.ResellerID)
	if err != nil {
		return e, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := s.hold(tx, known)
		if err != nil {
			return err
		}
		first, found, err := s.byRequest(tx, q.ResellerID, q.Key)
		if err != nil {
			return err
		}
		if found {
			if e = first; first.input != input {
				return fault.New(fault.Conflict, "reseller.request")
			}
			return nil
		}
		e, err = do(tx, d, Event{Request: q.Key, input: input, Note: q.Note})
		return err
	})
	return e, err
}

// hold locks the one above and then the reseller.
func (s *Service) hold(tx *db.Tx, known Reseller) (d desk, err error) {
	if known.ParentID != 0 {
		above, err := s.lock(tx, known.ParentID)
		if err != nil {
			return d, err
		}
		d.above = &above
	}
	r, err := s.lock(tx, known.ID)
	d.Reseller = &r
	return d, err
}

func (d desk) active() error {
	if d.State != Active {
		return fault.New(fault.Denied, "reseller.closed")
	}
	return nil
}

// earns is what stays of a price with the reseller, and with the one above, unless that one was stopped.
func (s *Service) earns(tx *db.Tx, d desk, price int64) (earned, above int64, err error) {
	sold, err := s.soldThisMonth(tx, d.ID)
	if err != nil {
		return 0, 0, err
	}
	earned = d.Commission.Of(price, sold)
	if d.above == nil {
		return earned, 0, nil
	}
	if sold, err = s.soldThisMonth(tx, d.above.ID); err != nil {
		return 0, 0, err
	}
	all := d.above.Commission.Of(price, sold)
	if earned = min(earned, all); d.above.State != Active {
		return earned, 0, nil
	}
	return earned, all - earned, nil
}
