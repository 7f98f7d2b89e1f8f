package resellers

import (
	"fmt"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers"
)

func posting(account, party string, cents int64) ledger.Posting {
	return ledger.Posting{Account: account, Party: party, Amount: money.KES(cents)}
}

func batchParty(b vouchers.Batch) string { return fmt.Sprintf("batch:%d", b.ID) }

// write appends an event of a reseller who is held, changes the balance and books it against others, which sum to the delta.
func (s *Service) write(tx *db.Tx, r *Reseller, e Event, others ...ledger.Posting) (Event, error) {
	return s.append(tx, r, e, append(own(r.ID, r.Balance.Cents, e.Delta), others...))
}

// writeBooked is write for money that another entry has moved already.
func (s *Service) writeBooked(tx *db.Tx, r *Reseller, e Event) (Event, error) {
	return s.append(tx, r, e, nil)
}

func (s *Service) append(tx *db.Tx, r *Reseller, e Event, all []ledger.Posting) (Event, error) {
	now := s.Clock.Now().UTC().Truncate(time.Millisecond)
	e.ID, e.ResellerID, e.Seq = tx.ID(), r.ID, r.seq+1
	e.Balance, e.At, e.Day = r.Balance.Cents+e.Delta, now, now.In(clock.Nairobi).Format(time.DateOnly)
	e.Note = cut(e.Note, 200)
	if err := s.moveBalance(tx, *r, e); err != nil {
		return e, err
	}
	if err := s.insertEvent(tx, e); err != nil {
		return e, err
	}
	if all = nonZero(all); len(all) == 0 { // the books keep its digest all the same
		none := posting(ledger.ResellerFloat, fmt.Sprintf("reseller:%d", r.ID), 0)
		all = []ledger.Posting{none, none}
	}
	_, err := s.Ledger.Post(tx, ledger.Entry{Kind: entryEvent, Source: e.source(), At: now, Memo: e.Kind + " " + r.Account(), Proof: e.proof(), Postings: all})
	r.Balance.Cents, r.seq = e.Balance, e.Seq
	return e, err
}

func nonZero(all []ledger.Posting) (kept []ledger.Posting) {
	for _, p := range all {
		if !p.Amount.IsZero() {
			kept = append(kept, p)
		}
	}
	return kept
}

func cut(text string, most int) string {
	for i := range text {
		if most--; most < 0 {
			return text[:i]
		}
	}
	return text
}

// affords refuses a change that would take a reseller below what they may owe; fault.Conflict "reseller.short".
func (s *Service) affords(tx *db.Tx, r Reseller, delta int64) error {
	entrusted, err := s.Vouchers.Entrusted(tx, r.Holder())
	if err != nil {
		return err
	}
	if left := r.Balance.Cents + delta + r.Limit.Cents - entrusted; left < 0 {
		return fault.New(fault.Conflict, "reseller.short", "Missing", money.KES(-left))
	}
	return nil
}
